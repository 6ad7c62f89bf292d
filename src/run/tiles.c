/* Tiles of sites: component rates, statistics, storage. */
#include "base/clock.h"
#include "run/calc.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Weight of every component rate in the mean over realizations, one row for each kind of weight. */
static kr_status rate_weights(kr_calc *calc, double **out)
{
    kr_status s = KR_OK;
    const kr_tree *tree = calc->tree;
    double *weights = NULL;
    uint32_t *rates = NULL;
    size_t most = 0; /* components of a path; one may stand there twice */
    for (size_t p = 0; p < tree->npaths; p++)
        most = tree->paths[p].ncomponents > most ? tree->paths[p].ncomponents : most;
    KR_NEW(weights, calc->ctx, KR_ACCOUNT_STATS, tree->nweights * tree->nrates);
    KR_NEW(rates, calc->ctx, KR_ACCOUNT_STATS, most);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        size_t n = kr_tree_rates(tree, r, rates);
        for (size_t w = 0; w < tree->nweights; w++)
            for (size_t i = 0; i < n; i++)
                weights[w * tree->nrates + rates[i]] += kr_tree_weight(tree, r, w);
    }
    *out = weights;
    weights = NULL;
out:
    kr_free(weights);
    kr_free(rates);
    return s;
}

/* The reference forms rates from probabilities of no exceedance: below this a rate is lost in
 * rounding. */
static const double SMALLEST_RATE = 1.1e-16;

/* Mean annual rates by source (disagg_by_src): sites x levels x sources. */
static kr_status rates_by_source(const kr_calc *calc, size_t nsites, const double *rates,
                                 float **out)
{
    kr_status s = KR_OK;
    const kr_tree *tree = calc->tree;
    const kr_job *job = calc->job;
    size_t total = job->nimts * job->nlevels, sources = tree->nbase_ids;
    const double *weights = calc->rate_weights;
    float *by = NULL;
    KR_NEW(by, calc->ctx, KR_ACCOUNT_STATS, nsites * total * sources);
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++) {
            size_t rate = tree->components[c].first_rate + k;
            for (size_t i = 0; i < nsites * total; i++) {
                size_t w = tree->nweights > 1 ? 1 + i % total / job->nlevels : 0;
                double x = rates[rate * nsites * total + i];
                if (x < SMALLEST_RATE && job->compat == KR_COMPAT_OQ_3_21)
                    continue;
                by[i * sources + (size_t)tree->components[c].base_source] +=
                    (float)(x * weights[w * tree->nrates + rate] / job->investigation_time);
            }
        }
    *out = by;
out:
    return s;
}

static kr_status check_interrupted(const kr_calc *calc)
{
    return kr_interrupted(calc->ctx) ? kr_fail(calc->ctx, KR_EINTERRUPTED, "interrupted") : KR_OK;
}

/* Numbers of all curves of one site. */
static size_t curve_size(const kr_calc *calc)
{
    return calc->job->nimts * kr_job_curve_levels(calc->job);
}

/* The rates of site i of a tile. */
static kr_site_rates rates_of_site(const kr_calc *calc, size_t first, size_t nsites, size_t i,
                                   const double *rates)
{
    size_t total = calc->job->nimts * calc->job->nlevels;
    return (kr_site_rates){first + i, rates + i * total, nsites * total};
}

/* Statistics of the sites that are not stored as single realizations, over threads. */
static kr_status stats_of_sites(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                                float *stats)
{
    size_t curve = curve_size(calc);
    atomic_int status;
    atomic_size_t done;
    atomic_init(&status, KR_OK);
    atomic_init(&done, 0);
#pragma omp parallel num_threads(calc->threads)
    {
        kr_realizer_scratch *scratch = NULL;
        kr_status mine = kr_realizer_scratch_create(calc->ctx, calc->realizer, &scratch);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < nsites; i++) {
            if (mine == KR_OK)
                mine = check_interrupted(calc);
            if (mine != KR_OK)
                continue;
            const kr_site_rates site = rates_of_site(calc, first, nsites, i, rates);
            kr_stats_site(calc->realizer, scratch, &site, calc->stats, calc->nstats,
                          stats + i * calc->nstats * curve, NULL);
            kr_progress(calc->ctx, "statistics", (double)(atomic_fetch_add(&done, 1) + 1),
                        (double)nsites);
        }
        if (mine != KR_OK)
            atomic_store(&status, (int)mine);
        kr_realizer_scratch_destroy(&scratch);
    }
    return (kr_status)atomic_load(&status);
}

/* Bytes of all realizations at one site. */
size_t kr_calc_rlzs_bytes(const kr_calc *calc)
{
    return calc->tree->nrlzs * curve_size(calc) * sizeof(float);
}

/* Statistics and single realizations, some sites at a time. */
static kr_status rlzs_of_sites(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                               float *stats)
{
    kr_status s = KR_OK;
    size_t curve = curve_size(calc), rlzs = calc->tree->nrlzs;
    size_t at_once = kr_results_chunk_sites(kr_calc_rlzs_bytes(calc));
    kr_realizer_scratch *scratch = NULL;
    float *curves = NULL;
    KR_NEW(curves, calc->ctx, KR_ACCOUNT_STATS, at_once * rlzs * curve);
    KR_TRY(kr_realizer_scratch_create(calc->ctx, calc->realizer, &scratch));
    for (size_t i = 0; i < nsites; i += at_once) {
        size_t n = nsites - i < at_once ? nsites - i : at_once;
        KR_TRY(check_interrupted(calc));
        for (size_t k = 0; k < n; k++) {
            const kr_site_rates site = rates_of_site(calc, first, nsites, i + k, rates);
            kr_stats_site(calc->realizer, scratch, &site, calc->stats, calc->nstats,
                          stats + (i + k) * calc->nstats * curve, curves + k * rlzs * curve);
        }
        KR_TRY(kr_results_put_rlzs(calc->results, first + i, n, curves));
        kr_progress(calc->ctx, "statistics", (double)(i + n), (double)nsites);
    }
out:
    kr_realizer_scratch_destroy(&scratch);
    kr_free(curves);
    return s;
}

kr_status kr_calc_tile_stats(kr_calc *calc, size_t first, size_t nsites, const double *rates)
{
    kr_status s = KR_OK;
    float *stats = NULL, *by_source = NULL;
    KR_NEW(stats, calc->ctx, KR_ACCOUNT_STATS, nsites * calc->nstats * curve_size(calc));
    if (calc->store_rlzs)
        KR_TRY(rlzs_of_sites(calc, first, nsites, rates, stats));
    else
        KR_TRY(stats_of_sites(calc, first, nsites, rates, stats));
    if (calc->job->disagg_by_src)
        KR_TRY(rates_by_source(calc, nsites, rates, &by_source));
    kr_results_tile tile = {.first_site = first,
                            .nsites = nsites,
                            .component_rates = rates,
                            .stats = stats,
                            .rates_by_source = by_source};
    KR_TRY(kr_results_put_tile(calc->results, &tile));
out:
    kr_free(stats);
    kr_free(by_source);
    return s;
}

kr_status kr_calc_tiles(kr_calc *calc)
{
    kr_status s = KR_OK;
    size_t n = calc->sites->n, total = calc->job->nimts * calc->job->nlevels;
    double hazard_seconds = 0, stats_seconds = 0;
    double *rates = NULL;
    KR_NEW(rates, calc->ctx, KR_ACCOUNT_RATES, calc->tree->nrates * calc->tile_sites * total);
    if (calc->job->disagg_by_src)
        KR_TRY(rate_weights(calc, &calc->rate_weights));
    for (size_t first = 0; first < n; first += calc->tile_sites) {
        size_t nsites = n - first < calc->tile_sites ? n - first : calc->tile_sites;
        double began = kr_wall_seconds();
        memset(rates, 0, calc->tree->nrates * nsites * total * sizeof *rates);
        KR_TRY(kr_hazard_tile(calc->hazard, first, nsites, calc->threads, rates, &calc->work));
        double middle = kr_wall_seconds();
        KR_TRY(kr_calc_tile_stats(calc, first, nsites, rates));
        hazard_seconds += middle - began;
        stats_seconds += kr_wall_seconds() - middle;
    }
    kr_info(calc->ctx, "%.0f contexts in %.2f s of hazard, %.2f s of statistics",
            calc->work.contexts, hazard_seconds, stats_seconds);
out:
    kr_free(rates);
    return s;
}
