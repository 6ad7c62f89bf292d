/* Numbers that no finite input can give. A rate is finite and not negative; a curve, of a component
 * as of a statistic or a realization, does not increase with the level; a probability is from 0 to
 * 1. Quantiles are looked at but for the last: interpolated between values in their order of level,
 * they may rise where realizations of different weight change places. */
#include "run/check.h"

#include <math.h>
#include <stdio.h>

static const char REPORT[] = "this is an error of the program, please report it with the job";

/* What rounding may make of a curve that is flat: probabilities of a rupture are off by 5e-16, of
 * thousands of ruptures a year in thousands of years by less than this; of single precision 6e-8.
 */
static const double RATE_ROUNDING = 1e-11, SINGLE = 1e-6;

void kr_calc_name_level(const kr_calc *calc, size_t site, size_t measure, size_t level, bool soil,
                        char *out, size_t size)
{
    const double *levels = soil ? kr_job_curve_level(calc->job, measure)
                                : calc->job->levels + measure * calc->job->nlevels;
    snprintf(out, size, "site %zu at %g %g, %s at level %zu (%g)", site, calc->sites->lon[site],
             calc->sites->lat[site], calc->job->imts[measure].name, level, levels[level]);
}

/* ------------------------------------------------------------------ component rates */

static bool is_rate(double x)
{
    return x >= 0 && x < INFINITY;
}

static bool rises(double x, double next)
{
    return next > x * (1 + SINGLE) + RATE_ROUNDING;
}

bool kr_rates_are_sound(const double *rates, size_t ncurves, size_t nlevels)
{
    unsigned bad = 0; /* without branches: all of them are looked at */
    for (size_t c = 0; c < ncurves; c++, rates += nlevels) {
        bad |= !is_rate(rates[0]);
        for (size_t l = 1; l < nlevels; l++)
            bad |= (unsigned)!is_rate(rates[l]) | (unsigned)rises(rates[l - 1], rates[l]);
    }
    return bad == 0;
}

/* The first number that is wrong. */
static kr_status bad_rate(const kr_calc *calc, const kr_results_tile *tile, size_t component,
                          size_t k)
{
    size_t nlevels = calc->job->nlevels, ncurves = tile->nsites * calc->job->nimts, i = 0;
    const kr_component *c = &calc->tree->components[component];
    const double *rates = tile->component_rates + (c->first_rate + k) * ncurves * nlevels;
    while (is_rate(rates[i]) && (i % nlevels == 0 || !rises(rates[i - 1], rates[i])))
        i++;
    char where[256], why[64] = "";
    size_t curve = i / nlevels;
    kr_calc_name_level(calc, tile->first_site + curve / calc->job->nimts, curve % calc->job->nimts,
                       i % nlevels, false, where, sizeof where);
    if (is_rate(rates[i]))
        snprintf(why, sizeof why, ", above %g at the level before", rates[i - 1]);
    const char *gsim = calc->tree->gsims[c->gsims[k]].uncertainty;
    int line = 0;
    while (gsim[line] && gsim[line] != '\n')
        line++;
    if (!calc->hazard)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: component_rates of component %zu under %.*s is %g%s; a results.h5 that "
                       "is read is damaged, kauri verify tells which",
                       where, component, line, gsim, rates[i], why);
    return kr_fail(
        calc->ctx, KR_EINTERNAL,
        "%s: the rate of component %zu (%zu sources from '%s' on) under %.*s is %g%s; %s", where,
        component, c->nsources, c->nsources ? c->sources[0].id : "", line, gsim, rates[i], why,
        REPORT);
}

static kr_status guard_rates(const kr_calc *calc, const kr_results_tile *tile)
{
    size_t ncurves = tile->nsites * calc->job->nimts, nlevels = calc->job->nlevels;
    for (size_t c = 0; c < calc->tree->ncomponents; c++)
        for (size_t k = 0; k < calc->tree->components[c].ngsims; k++) {
            size_t rate = calc->tree->components[c].first_rate + k;
            if (!kr_rates_are_sound(tile->component_rates + rate * ncurves * nlevels, ncurves,
                                    nlevels))
                return bad_rate(calc, tile, c, k);
        }
    return KR_OK;
}

/* ------------------------------------------------------------------ probabilities */

/* The lowest and highest that a number may be; of single precision's 1 - exp(-x) a little less
 * than 0. */
static bool is_poe(float x)
{
    return x >= -3e-7F && x <= 1;
}

static bool falls(float x, float next)
{
    return next <= x * 1.000001F + 1e-12F;
}

/* The place in a curve of n probabilities that is wrong, or n. */
static size_t bad_poe(const float *poes, size_t n, bool can_rise)
{
    for (size_t l = 0; l < n; l++)
        if (!is_poe(poes[l]) || (l > 0 && !can_rise && !falls(poes[l - 1], poes[l])))
            return l;
    return n;
}

static kr_status fail_curve(const kr_calc *calc, size_t site, size_t measure, size_t level,
                            const char *what, const float *curve)
{
    char where[256], why[64] = "";
    kr_calc_name_level(calc, site, measure, level, true, where, sizeof where);
    if (level > 0 && is_poe(curve[level]))
        snprintf(why, sizeof why, ", above %.9g at the level before", (double)curve[level - 1]);
    return kr_fail(calc->ctx, KR_EINTERNAL, "%s: the %s is %.9g%s; %s", where, what,
                   (double)curve[level], why, REPORT);
}

/* All statistics of a measure at a site. */
static kr_status guard_stats(const kr_calc *calc, size_t site, size_t measure, const float *stats)
{
    size_t n = kr_job_curve_levels(calc->job), all = calc->job->nimts * n;
    for (size_t i = 0; i < calc->nstats; i++) {
        const float *curve = stats + i * all + measure * n;
        kr_stat_kind kind = calc->stats[i].kind;
        size_t bad = n;
        if (kind == KR_STAT_STD || kind == KR_STAT_COV) {
            for (size_t l = n; l-- > 0;)
                bad = curve[l] >= 0 && curve[l] < INFINITY ? bad : l;
        } else {
            bad = bad_poe(curve, n, kind == KR_STAT_QUANTILE);
        }
        if (bad < n)
            return fail_curve(calc, site, measure, bad, calc->stats[i].name, curve);
    }
    return KR_OK;
}

/* Quantiles in the order of their q, within minimum and maximum: the first that is not. */
static kr_status guard_order(const kr_calc *calc, size_t site, size_t measure, const float *stats)
{
    size_t n = kr_job_curve_levels(calc->job), all = calc->job->nimts * n;
    for (size_t i = 0; i < calc->nstats; i++)
        for (size_t k = 0; k < calc->nstats; k++) {
            const kr_stat *a = &calc->stats[i], *b = &calc->stats[k];
            bool middle = b->kind == KR_STAT_MEAN || b->kind == KR_STAT_QUANTILE;
            bool ordered =
                (a->kind == KR_STAT_MIN && (middle || b->kind == KR_STAT_MAX)) ||
                (b->kind == KR_STAT_MAX && a->kind == KR_STAT_QUANTILE) ||
                (b->kind == KR_STAT_MAX && a->kind == KR_STAT_MEAN) ||
                (a->kind == KR_STAT_QUANTILE && b->kind == KR_STAT_QUANTILE && a->q < b->q);
            const float *low = stats + i * all + measure * n, *high = stats + k * all + measure * n;
            for (size_t l = 0; ordered && l < n; l++) {
                char where[256];
                if ((double)low[l] <= (double)high[l] * (1 + SINGLE) + 5e-7)
                    continue;
                kr_calc_name_level(calc, site, measure, l, true, where, sizeof where);
                return kr_fail(calc->ctx, KR_EINTERNAL, "%s: the %s %.9g is above the %s %.9g; %s",
                               where, a->name, (double)low[l], b->name, (double)high[l], REPORT);
            }
        }
    return KR_OK;
}

static kr_status guard_brackets(const kr_calc *calc, const kr_results_tile *tile)
{
    size_t levels = kr_job_curve_levels(calc->job), all = calc->job->nimts * levels;
    size_t each = all * calc->job->quantiles.n;
    for (size_t i = 0; tile->brackets && i < tile->nsites * each; i++) {
        double low = tile->brackets[2 * i], high = tile->brackets[2 * i + 1];
        char where[256];
        if (low >= 0 && low <= high && high <= 1)
            continue;
        kr_calc_name_level(calc, tile->first_site + i / each, i % all / levels, i % levels, true,
                           where, sizeof where);
        return kr_fail(calc->ctx, KR_EINTERNAL, "%s: a quantile is bracketed by %.9g and %.9g; %s",
                       where, low, high, REPORT);
    }
    return KR_OK;
}

/* Rates by source, and ranges of sampled statistics: finite numbers from 0. */
static kr_status guard_others(const kr_calc *calc, const kr_results_tile *tile)
{
    size_t sites = tile->nsites, total = calc->job->nimts * calc->job->nlevels, nstats = 0;
    const size_t *which;
    if (calc->spec.sampling)
        nstats = kr_sampling_error_stats(calc->spec.sampling, &which);
    const struct {
        const char *name;
        const float *x;
        size_t each;
    } all[] = {{"mean_rates_by_src", tile->rates_by_source, total * calc->tree->nbase_ids},
               {"sampling_error/ranges", tile->ranges, 2 * nstats * total},
               {"sampling_error/whole", tile->whole, nstats * total}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (size_t k = 0; all[i].x && k < sites * all[i].each; k++)
            if (!(all[i].x[k] >= -3e-7F && all[i].x[k] < INFINITY))
                return kr_fail(calc->ctx, KR_EINTERNAL, "site %zu: %s holds %g; %s",
                               tile->first_site + k / all[i].each, all[i].name, (double)all[i].x[k],
                               REPORT);
    return KR_OK;
}

/* ------------------------------------------------------------------ all */

kr_status kr_calc_guard_tile(const kr_calc *calc, const kr_results_tile *tile)
{
    kr_status s = KR_OK;
    size_t site = calc->nstats * calc->job->nimts * kr_job_curve_levels(calc->job);
    if (tile->component_rates)
        KR_TRY(guard_rates(calc, tile));
    for (size_t i = 0; i < tile->nsites; i++)
        for (size_t m = 0; m < calc->job->nimts; m++) {
            KR_TRY(guard_stats(calc, tile->first_site + i, m, tile->stats + i * site));
            KR_TRY(guard_order(calc, tile->first_site + i, m, tile->stats + i * site));
        }
    KR_TRY(guard_brackets(calc, tile));
    KR_TRY(guard_others(calc, tile));
out:
    return s;
}

/* There are many, and nearly always nothing is wrong: a look without branches. What does not rise
 * is between its ends; a NaN is not below anything. */
static bool curves_are_sound(const float *curves, size_t ncurves, size_t levels)
{
    unsigned bad = 0;
    for (size_t c = 0; c < ncurves; c++, curves += levels) {
        bad |= (unsigned)!(curves[0] <= 1) | (unsigned)!(curves[levels - 1] >= -3e-7F);
#pragma omp simd reduction(| : bad)
        for (size_t l = 1; l < levels; l++)
            bad |= (unsigned)!(curves[l] <= curves[l - 1] * 1.000001F + 1e-12F);
    }
    return bad == 0;
}

kr_status kr_calc_check_curves(const kr_calc *calc, size_t site, size_t first, size_t n,
                               const float *curves)
{
    size_t levels = kr_job_curve_levels(calc->job);
    if (curves_are_sound(curves, n * calc->job->nimts, levels))
        return KR_OK;
    for (size_t r = first; r < first + n; r++)
        for (size_t m = 0; m < calc->job->nimts; m++, curves += levels) {
            char what[64];
            size_t bad = bad_poe(curves, levels, false);
            if (bad == levels)
                continue;
            snprintf(what, sizeof what, "curve of realization %zu", r);
            return fail_curve(calc, site, m, bad, what, curves);
        }
    return KR_OK;
}
