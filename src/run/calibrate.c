#include "run/calibrate.h"

#include "base/clock.h"
#include "base/h5.h"
#include "base/mem.h"
#include "num/poe.h"
#include "stats/realize.h"

#include <math.h>
#include <stdio.h>

/* Alternatives differ by so much at most, in logarithms. */
static const double SPREAD = 0.5;

/* Numbers in [0, 1) that are spread evenly, however many of them are taken. */
static double golden(size_t i)
{
    double turn = 0.6180339887498949 * (double)i;
    return turn - floor(turn);
}

/* Whether component b, some after a, has the same tectonic region and as many models, and so have
 * those between them, as far as their rates tell. */
static bool is_like(const kr_component *a, const kr_component *b)
{
    return a->trt == b->trt && a->ngsims == b->ngsims &&
           b->first_rate - a->first_rate == (size_t)(b - a) * a->ngsims;
}

/* The mean of n components that follow each other at one model and level of each site, half of it
 * that of all sites; to each of them by a factor of its own. */
static void even_out(double *rates, size_t nsites, size_t of_site, size_t n, size_t of_component,
                     size_t first)
{
    double all = 0;
    for (size_t p = 0; p < nsites; p++)
        for (size_t k = 0; k < n; k++)
            all += rates[p * of_site + k * of_component] / (double)(n * nsites);
    for (size_t p = 0; p < nsites; p++) {
        double own = 0;
        for (size_t k = 0; k < n; k++)
            own += rates[p * of_site + k * of_component] / (double)n;
        for (size_t k = 0; k < n; k++)
            rates[p * of_site + k * of_component] =
                exp(SPREAD * (2 * golden(p + first + k + 1) - 1)) * (own + all) / 2;
    }
}

/* Few pieces tell little of the rates of one component at one site, and miss some altogether: what
 * is drawn by chance is spread otherwise than what is computed, and its statistics take other times
 * (by a factor of two). Alternatives are much alike, so that the mean of theirs tells more. */
static void even_rates(const kr_calc *calc, kr_hazard_cost *sample)
{
    const kr_tree *tree = calc->tree;
    size_t total = calc->job->nimts * calc->job->nlevels;
    for (size_t c = 0, next; c < tree->ncomponents; c = next) {
        const kr_component *like = &tree->components[c];
        for (next = c + 1; next < tree->ncomponents && is_like(like, &tree->components[next]);)
            next++;
        for (size_t i = 0; i < like->ngsims * total; i++)
            even_out(sample->rates + like->first_rate * total + i, sample->nsites,
                     tree->nrates * total, next - c, like->ngsims * total, c);
    }
}

/* A site with some levels for each measure. */
typedef struct made_site {
    size_t nlevels, total; /* of each measure; of all */
    double *rates;         /* component rates x total */
    float *out;            /* statistics x total */
    double *brackets;
} made_site;

/* Levels at equal steps among the job's, at every site and measure others: what a level costs
 * depends on how high it is. */
static void take_rates(const kr_calc *calc, const kr_hazard_cost *sample, size_t which,
                       made_site *site)
{
    const kr_job *job = calc->job;
    size_t all = job->nimts * job->nlevels, n = site->nlevels;
    const double *from = sample->rates + which * calc->tree->nrates * all;
    for (size_t r = 0; r < calc->tree->nrates; r++)
        for (size_t i = 0; i < site->total; i++) {
            double place = ((double)(i % n) + golden(which * job->nimts + i / n + 1)) / (double)n;
            size_t level = (size_t)(place * (double)job->nlevels);
            site->rates[r * site->total + i] = from[r * all + i / n * job->nlevels + level];
        }
}

static void site_clear(made_site *site)
{
    kr_free(site->rates);
    kr_free(site->out);
    kr_free(site->brackets);
    *site = (made_site){0};
}

static kr_status site_make(const kr_calc *calc, const kr_hazard_cost *sample, size_t which,
                           size_t nlevels, made_site *site)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t curve = kr_job_curve_levels(job) > nlevels ? kr_job_curve_levels(job) : nlevels;
    *site = (made_site){.nlevels = nlevels, .total = job->nimts * nlevels};
    KR_NEW(site->rates, calc->ctx, KR_ACCOUNT_RATES, calc->tree->nrates * site->total);
    KR_NEW(site->out, calc->ctx, KR_ACCOUNT_STATS, (calc->nstats + 1) * job->nimts * curve);
    KR_NEW(site->brackets, calc->ctx, KR_ACCOUNT_STATS, 2 * (job->quantiles.n + 1) * site->total);
    take_rates(calc, sample, which, site);
out:
    return s;
}

/* ------------------------------------------------------------------ statistics */

/* Seconds for the statistics of so many levels of each measure at one of the sites. */
static kr_status time_site(const kr_calc *calc, const kr_hazard_cost *sample, size_t which,
                           size_t nlevels, const kr_statistics *statistics,
                           kr_statistics_scratch *scratch, double *seconds)
{
    kr_status s = KR_OK;
    made_site site;
    KR_TRY(site_make(calc, sample, which, nlevels, &site));
    const kr_site_rates rates = {0, site.rates, site.total};
    bool bracketed = kr_statistics_way(statistics) == KR_BRACKETED;
    double began = kr_cpu_seconds();
    kr_statistics_site(statistics, scratch, &rates, site.out, bracketed ? site.brackets : NULL);
    *seconds += kr_cpu_seconds() - began;
out:
    site_clear(&site);
    return s;
}

/* The mean of all sites. */
static kr_status time_statistics(const kr_calc *calc, const kr_hazard_cost *sample, size_t nlevels,
                                 double *seconds)
{
    kr_status s = KR_OK;
    kr_statistics *statistics = NULL;
    kr_statistics_scratch *scratch = NULL;
    kr_statistics_spec spec =
        kr_statistics_of_job(calc->job, calc->tree, calc->stats, calc->nstats);
    double warm = 0;
    spec.nlevels = nlevels;
    *seconds = 0;
    KR_TRY(kr_statistics_create(calc->ctx, &spec, &statistics));
    KR_TRY(kr_statistics_scratch_create(calc->ctx, statistics, &scratch));
    KR_TRY(time_site(calc, sample, 0, nlevels, statistics, scratch, &warm));
    for (size_t i = 0; i < sample->nsites; i++)
        KR_TRY(time_site(calc, sample, i, nlevels, statistics, scratch, seconds));
    *seconds /= (double)sample->nsites;
out:
    kr_statistics_scratch_destroy(&scratch);
    kr_statistics_destroy(&statistics);
    return s;
}

/* On soil all levels belong together. */
static kr_status time_amplifier(const kr_calc *calc, const kr_hazard_cost *sample, double *seconds)
{
    kr_status s = KR_OK;
    made_site site;
    kr_amplifier_scratch *scratch = NULL;
    KR_TRY(site_make(calc, sample, 0, calc->job->nlevels, &site));
    KR_TRY(kr_amplifier_scratch_create(calc->ctx, calc->amplifier, &scratch));
    const kr_site_rates rates = {0, site.rates, site.total};
    double began = kr_cpu_seconds();
    kr_amplifier_site(calc->amplifier, scratch, &rates, calc->stats, calc->nstats, site.out, NULL);
    *seconds = kr_cpu_seconds() - began;
out:
    kr_amplifier_scratch_destroy(&scratch);
    site_clear(&site);
    return s;
}

static kr_status statistics_cost(const kr_calc *calc, const kr_hazard_cost *sample, double budget,
                                 double *out)
{
    kr_status s = KR_OK;
    size_t n = 1, most = calc->job->nlevels;
    double seconds = 0, sites = (double)calc->sites->n;
    if (calc->amplifier) {
        KR_TRY(time_amplifier(calc, sample, &seconds));
        *out = seconds * sites;
        return KR_OK;
    }
    KR_TRY(time_statistics(calc, sample, n, &seconds));
    while (n < most &&
           seconds * (double)sample->nsites < budget / 8) { /* more levels until they tell enough */
        n = 4 * n < most ? 4 * n : most;
        KR_TRY(time_statistics(calc, sample, n, &seconds));
    }
    *out = seconds * (double)most / (double)n * sites;
out:
    return s;
}

/* ------------------------------------------------------------------ realizations, storing */

enum { RLZS = 128, NUMBERS = 1 << 15 };

/* Seconds to pack a number of a curve. */
static kr_status time_packing(const kr_calc *calc, const kr_hazard_cost *sample, kr_h5_type type,
                              double *seconds)
{
    kr_status s = KR_OK;
    kr_h5_packer *packer = NULL;
    made_site site = {0};
    double *doubles = NULL;
    float *floats = NULL;
    KR_NEW(doubles, calc->ctx, KR_ACCOUNT_OUTPUT, NUMBERS);
    KR_NEW(floats, calc->ctx, KR_ACCOUNT_OUTPUT, NUMBERS);
    KR_TRY(site_make(calc, sample, 0, calc->job->nlevels, &site));
    size_t n = calc->tree->nrates * site.total;
    for (size_t i = 0; i < NUMBERS && n; i++) {
        /* Of each site others: numbers that come again would be packed in no time. */
        doubles[i] = site.rates[i % n] * (0.7 + 0.6 * golden(i / n));
        floats[i] = (float)-expm1(-doubles[i]);
    }
    const void *data = type == KR_H5_F64 ? (const void *)doubles : (const void *)floats;
    KR_TRY(kr_h5_packer_create(calc->ctx, NUMBERS * sizeof *doubles, &packer));
    double began = kr_cpu_seconds();
    for (int i = 0; i < 2; i++)
        kr_h5_pack(packer, type, data, NUMBERS, NUMBERS);
    *seconds = (kr_cpu_seconds() - began) / (2 * NUMBERS);
out:
    kr_h5_packer_destroy(&packer);
    kr_free(doubles);
    kr_free(floats);
    site_clear(&site);
    return s;
}

/* Curves and maps of some realizations that follow each other. */
static kr_status time_rlzs(const kr_calc *calc, const kr_hazard_cost *sample, double *seconds)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t n = calc->tree->nrlzs < RLZS ? calc->tree->nrlzs : RLZS, levels = job->nlevels;
    made_site site;
    kr_realizer *realizer = NULL;
    double *ln_levels = NULL;
    float *curve = NULL, map = 0;
    KR_TRY(site_make(calc, sample, 0, levels, &site));
    KR_NEW(curve, calc->ctx, KR_ACCOUNT_STATS, site.total);
    KR_NEW(ln_levels, calc->ctx, KR_ACCOUNT_STATS, site.total);
    for (size_t i = 0; i < site.total; i++)
        ln_levels[i] = log(job->levels[i]);
    KR_TRY(kr_realizer_create(calc->ctx, calc->tree, site.total, false, &realizer));
    const kr_site_rates rates = {0, site.rates, site.total};
    double began = kr_cpu_seconds();
    kr_realizer_site(realizer, &rates);
    for (size_t r = 0; r < n; r++) {
        kr_poes_of_rates(kr_realizer_rates(realizer, r), site.total, curve);
        for (size_t i = 0; i < job->nimts * job->poes.n; i++) {
            size_t m = i / job->poes.n, p = i % job->poes.n;
            map += kr_map_value(curve + m * levels, ln_levels + m * levels, levels, job->poes.x[p],
                                log(job->poes.x[p]));
        }
    }
    *seconds = map >= 0 ? (kr_cpu_seconds() - began) / (double)(n ? n : 1) : 0;
out:
    kr_realizer_destroy(&realizer);
    kr_free(curve);
    kr_free(ln_levels);
    site_clear(&site);
    return s;
}

/* Seconds to make a file and to put it in place, as measured in a file system of memory. */
static const double FILE_SECONDS = 1e-4;

/* Seconds to write a number as text. */
static double time_text(void)
{
    char text[32];
    size_t length = 0;
    const int n = 2000;
    double began = kr_cpu_seconds();
    for (int i = 0; i < n; i++)
        length += (size_t)snprintf(text, sizeof text, "%.6E", 1e-3 * (double)(i + 1) / 7);
    return length ? (kr_cpu_seconds() - began) / n : 0;
}

kr_status kr_calc_calibrate(const kr_calc *calc, kr_hazard_cost *sample, double budget,
                            kr_stats_cost *out)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    const kr_tree *tree = calc->tree;
    double sites = (double)calc->sites->n, curve = (double)(job->nimts * kr_job_curve_levels(job));
    double rates = (double)tree->nrates * (double)(job->nimts * job->nlevels);
    double rlzs = calc->store_rlzs ? tree->rlzs : 0, stats = (double)calc->nstats;
    double f32 = 0, f64 = 0, one = 0;
    *out = (kr_stats_cost){.statistics = 0};
    if (!sample->computed)
        even_rates(calc, sample);
    KR_TRY(statistics_cost(calc, sample, budget, &out->statistics));
    KR_TRY(time_packing(calc, sample, KR_H5_F32, &f32));
    KR_TRY(time_packing(calc, sample, KR_H5_F64, &f64));
    if (rlzs > 0 && !calc->amplifier) {
        KR_TRY(time_rlzs(calc, sample, &one));
        out->rlzs = sites * rlzs * (one + curve * f32);
    } else if (rlzs > 0) {
        out->rlzs = sites * rlzs * curve * f32;
    }
    if (job->component_rates_precision == KR_PRECISION_F64)
        out->storing += sites * rates * f64;
    else if (job->component_rates_precision == KR_PRECISION_F32)
        out->storing += sites * rates * f32;
    out->storing += sites * stats * curve * f32;
    if (calc->options->csv)
        out->tables = (stats + rlzs) *
                      (sites * (curve + 2 * (double)(job->nimts * job->poes.n)) * time_text() +
                       (double)(job->nimts + 2) * FILE_SECONDS);
out:
    return s;
}
