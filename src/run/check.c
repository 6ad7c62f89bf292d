/* Some levels of a run are computed a second time, from the realizations themselves. */
#include "run/check.h"

#include "base/mem.h"
#include "stats/witness.h"

#include <math.h>

/* Levels that are held against the realizations at most, and realizations that are drawn for one;
 * quantiles that rise which are held against them too. */
enum { POINTS_MAX = 64, DRAWN_MIN = 16, DRAWN_MAX = 256, RISES_MAX = 16 };

/* A site and a level of all measures. */
typedef struct point {
    size_t site, level;
} point;

/* What is checked: it follows from the job. */
typedef struct plan {
    size_t npoints, drawn; /* 0 drawn: all are listed */
} plan;

struct kr_calc_checks {
    plan plan;
    point points[POINTS_MAX];
    kr_witness *witness;
    size_t done;
    double worst;
    size_t rises; /* of quantiles from a level to the next */
};

static kr_statistics_spec spec_of(const kr_calc *calc)
{
    return kr_statistics_of_job(calc->job, calc->tree, calc->stats, calc->nstats);
}

static size_t level_count(const kr_calc *calc)
{
    return calc->job->nimts * calc->job->nlevels;
}

/* ------------------------------------------------------------------ how much */

/* What a run takes at least, in steps of about 10 ns: the program begins, inputs are read, every
 * component rate is made, every state of a block is looked at, quantiles are found in lists at
 * least as long as a square is wide that has a place for each realization, and single realizations
 * are packed. */
static double run_steps(const kr_calc *calc)
{
    double numbers = (double)calc->sites->n * (double)level_count(calc), states = 0, bytes = 0;
    const kr_structure *structure = &calc->tree->structure;
    for (size_t i = 0; i < calc->ninputs && calc->hazard; i++)
        bytes += (double)calc->inputs[i].size;
    for (size_t p = 0; p < structure->nparts; p++)
        states += (double)structure->parts[p].nstates;
    double each = (double)calc->tree->nrates + states / 4;
    if (calc->job->quantiles.n)
        each += 4 * fmin(sqrt(calc->tree->rlzs), 1e4);
    if (calc->store_rlzs)
        each += (double)calc->tree->nrlzs;
    return 2e6 + bytes + numbers * each;
}

/* Curves on soil are of realizations one by one already, and without statistics there are only
 * these: nothing was put together from parts. */
static plan make_plan(const kr_calc *calc)
{
    const kr_statistics_spec spec = spec_of(calc);
    double budget = run_steps(calc) / 100, all = (double)calc->sites->n * (double)level_count(calc);
    plan p = {0, 0};
    if (!calc->statistics || calc->nstats == 0)
        return p;
    double steps = INFINITY;
    if (calc->tree->nrlzs <= KR_WITNESS_LISTED)
        steps = kr_witness_steps(calc->tree, &spec, 0);
    if (!(steps <= budget)) {
        double none = kr_witness_steps(calc->tree, &spec, 1);
        double one = kr_witness_steps(calc->tree, &spec, 2) - none;
        p.drawn = (size_t)fmin(fmax((budget - none) / one, DRAWN_MIN), DRAWN_MAX);
        steps = kr_witness_steps(calc->tree, &spec, p.drawn);
    }
    p.npoints = (size_t)fmax(fmin(fmin(budget / steps, POINTS_MAX), all), 1);
    return p;
}

size_t kr_calc_checks_bytes(const kr_calc *calc)
{
    const kr_statistics_spec spec = spec_of(calc);
    plan p = make_plan(calc);
    return sizeof(kr_calc_checks) + (p.npoints ? kr_witness_bytes(calc->tree, &spec, p.drawn) : 0);
}

/* ------------------------------------------------------------------ where */

/* Well spread, always the same; every other one among the lower levels, where there is more to
 * see. */
static point choose_point(const kr_calc *calc, size_t k)
{
    uint64_t h = (k + 1) * 0x9e3779b97f4a7c15U;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9U;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebU;
    size_t levels = calc->job->nlevels, some = k % 2 ? levels : (levels + 1) / 2;
    size_t measure = (size_t)(h >> 8) % calc->job->nimts;
    return (point){(size_t)(h >> 24) % calc->sites->n, measure * levels + (size_t)(h >> 40) % some};
}

static kr_status begin(kr_calc *calc)
{
    kr_status s = KR_OK;
    if (calc->checks)
        return KR_OK;
    KR_NEW(calc->checks, calc->ctx, KR_ACCOUNT_STATS, 1);
    calc->checks->plan = make_plan(calc);
    for (size_t k = 0; k < calc->checks->plan.npoints; k++)
        calc->checks->points[k] = choose_point(calc, k);
out:
    return s;
}

void kr_calc_checks_end(kr_calc *calc)
{
    if (!calc->checks)
        return;
    kr_witness_destroy(&calc->checks->witness);
    kr_free(calc->checks);
    calc->checks = NULL;
}

/* ------------------------------------------------------------------ a tile */

static kr_status disagree(const kr_calc *calc, const point *p, const kr_testimony *t)
{
    char where[256];
    size_t levels = calc->job->nlevels;
    kr_calc_name_level(calc, p->site, p->level / levels, p->level % levels, false, where,
                       sizeof where);
    return kr_fail(calc->ctx, KR_EINTERNAL,
                   "%s: the %s is %.9g, from the realizations themselves it is from %.9g to %.9g; "
                   "this is an error of the program, please report it with the job",
                   where, t->what, t->value, t->low, t->high);
}

/* The witness is made when it is first needed in a tile: what it takes is planned beside the
 * statistics of a tile alone. */
static kr_status check_point(kr_calc *calc, const point *p, uint64_t draw,
                             const kr_results_tile *tile)
{
    kr_status s = KR_OK;
    kr_calc_checks *x = calc->checks;
    const kr_statistics_spec spec = spec_of(calc);
    if (!x->witness)
        KR_TRY(kr_witness_create(calc->ctx, calc->tree, &spec, x->plan.drawn, &x->witness));
    size_t total = level_count(calc), i = p->site - tile->first_site;
    const kr_site_rates rates = {p->site, tile->component_rates + i * total, tile->nsites * total};
    const double *brackets = tile->brackets;
    if (brackets)
        brackets += 2 * (i * kr_statistics_quantiles(calc->statistics) * total + p->level);
    kr_testimony t =
        kr_witness_level(x->witness, &rates, p->level,
                         tile->stats + i * calc->nstats * total + p->level, brackets, draw);
    x->done++;
    x->worst = fmax(x->worst, t.worst);
    if (!t.agrees)
        s = disagree(calc, p, &t);
out:
    return s;
}

/* A quantile that rises with the level may be right: it is interpolated between values in order,
 * and moves up where a light realization falls below a heavy one. Seldom; the first ones are held
 * against the realizations at both levels. */
static kr_status check_rise(kr_calc *calc, size_t site, size_t level, const char *name,
                            const kr_results_tile *tile)
{
    kr_status s = KR_OK;
    kr_calc_checks *x = calc->checks;
    size_t levels = kr_job_curve_levels(calc->job);
    char where[256];
    kr_calc_name_level(calc, site, level / levels, level % levels, true, where, sizeof where);
    if (x->rises++ == 0)
        kr_warn(calc->ctx,
                "%s: the %s is above that at the level before: realizations of different weight "
                "change places there, which its definition lets it show",
                where, name);
    for (size_t l = level - 1; l <= level && x->rises <= RISES_MAX && x->plan.npoints; l++)
        KR_TRY(check_point(calc, &(point){site, l}, POINTS_MAX + l, tile));
out:
    return s;
}

static kr_status check_rises(kr_calc *calc, const kr_results_tile *tile)
{
    kr_status s = KR_OK;
    size_t levels = kr_job_curve_levels(calc->job), total = calc->job->nimts * levels;
    const float *curve = tile->stats;
    for (size_t i = 0; i < tile->nsites; i++)
        for (size_t k = 0; k < calc->nstats; k++, curve += total)
            for (size_t l = 1; calc->stats[k].kind == KR_STAT_QUANTILE && l < total; l++)
                if (l % levels && (double)curve[l] > (double)curve[l - 1] * (1 + 1e-6))
                    KR_TRY(check_rise(calc, tile->first_site + i, l, calc->stats[k].name, tile));
out:
    return s;
}

kr_status kr_calc_check_tile(kr_calc *calc, const kr_results_tile *tile)
{
    kr_status s = KR_OK;
    KR_TRY(kr_calc_guard_tile(calc, tile));
    KR_TRY(begin(calc));
    for (size_t k = 0; k < calc->checks->plan.npoints; k++) {
        const point *p = &calc->checks->points[k];
        if (p->site >= tile->first_site && p->site < tile->first_site + tile->nsites)
            KR_TRY(check_point(calc, p, k, tile));
    }
    KR_TRY(check_rises(calc, tile));
out:
    if (calc->checks)
        kr_witness_destroy(&calc->checks->witness);
    return s;
}

/* ------------------------------------------------------------------ the record */

kr_status kr_calc_put_checks(kr_calc *calc)
{
    kr_status s = KR_OK;
    const kr_calc_checks *x = calc->checks;
    kr_results_checks record = {.way = "none: no statistic is put together from parts"};
    if (x && x->done) {
        record = (kr_results_checks){.way = x->plan.drawn ? "drawn" : "all",
                                     .levels = x->done,
                                     .realizations =
                                         x->plan.drawn ? (double)x->plan.drawn : calc->tree->rlzs,
                                     .worst = x->worst};
        kr_info(calc->ctx,
                "checks: all curves are sound; %zu of their levels agree with %s%.15g realizations "
                "%sadded up one by one, the mean %sto %.1g",
                record.levels, x->plan.drawn ? "" : "all ", record.realizations,
                x->plan.drawn ? "drawn and " : "", x->plan.drawn ? "rate " : "", record.worst);
    }
    if (x && x->rises)
        kr_info(calc->ctx, "checks: quantiles rise with the level at %zu places", x->rises);
    KR_TRY(kr_results_put_checks(calc->results, &record));
out:
    return s;
}
