/* All statistics of one site. */
#include "num/single.h"
#include "stats/realizer.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The reference's way from probabilities to rates and back for use_rates (reference-behaviour 6.6).
 */
static double rate_of_poe(double poe)
{
    double pne = 1 - poe;
    double rate = -log(pne == 0 ? 1e-45 : pne);
    return rate < 1e-12 ? 0 : fmin(rate, 100);
}

/* Statistics of rates without the detour through probabilities: the reference's "fastmean". */
static bool is_fast_mean(const kr_job *job)
{
    return job->use_rates && !job->soil_intensities.n && job->individual_rlzs != 1 && job->mean &&
           !job->std && !job->max && job->quantiles.n == 0;
}

/* What the statistics are taken of, from the rates of the realizations; `coarse`: with the
 * reference's probabilities, multiples of an ulp of 1. */
static void values_of_rates(const kr_job *job, const double *rates, size_t n, bool coarse,
                            double *values)
{
    if (is_fast_mean(job)) {
        memcpy(values, rates, n * sizeof *values);
        return;
    }
    for (size_t r = 0; r < n; r++)
        values[r] = coarse ? 1 - exp(-rates[r]) : -expm1(-rates[r]);
    if (job->use_rates)
        for (size_t r = 0; r < n; r++)
            values[r] = rate_of_poe(values[r]);
}

static double one_stat(const kr_stat *stat, const kr_job *job, const kr_realizer_scratch *scratch,
                       const double *weights, size_t n)
{
    double max = 0;
    switch (stat->kind) {
    case KR_STAT_MEAN:
        return kr_weighted_mean(scratch->values, weights, n);
    case KR_STAT_STD:
        return kr_weighted_std(scratch->values, weights, n);
    case KR_STAT_QUANTILE:
        return job->compat == KR_COMPAT_EXACT
                   ? kr_weighted_quantile_merged(scratch->sorted, n, stat->q)
                   : kr_weighted_quantile(scratch->sorted, n, stat->q);
    case KR_STAT_MAX:
        for (size_t r = 0; r < n; r++)
            max = fmax(max, scratch->values[r]);
        return max;
    }
    return 0;
}

/* The reference makes a component rate of a product of probabilities of no exceedance, where the
 * last digits of 1 are lost rupture by rupture: a rate below this is 0 there. */
static const double LOST_RATE = 2 * DBL_EPSILON;

/* The reference keeps component rates in single precision. Which realizations tie in a quantile,
 * and the deviation of realizations that hardly differ, depend on it. */
static void round_component_rates(const kr_realizer *z, kr_realizer_scratch *scratch)
{
    for (size_t k = 0; k < z->tree->nrates; k++) {
        double x = scratch->component_rates[k];
        scratch->component_rates[k] = x < LOST_RATE ? 0 : (double)(float)x;
    }
}

static void round_rates(const kr_realizer *z, kr_realizer_scratch *scratch)
{
    round_component_rates(z, scratch);
    kr_realizer_rates(z, scratch, scratch->component_rates);
    values_of_rates(z->job, scratch->rates, z->tree->nrlzs, true, scratch->values);
}

static void sort_values(kr_realizer_scratch *scratch, const double *weights, size_t n)
{
    for (size_t r = 0; r < n; r++)
        scratch->sorted[r] = (kr_weighted){scratch->values[r], weights[r]};
    kr_weighted_sort(scratch->sorted, n);
}

static bool takes_spread(const kr_stat *stat)
{
    return stat->kind == KR_STAT_QUANTILE || stat->kind == KR_STAT_STD;
}

/* Back from the statistic of rates to a probability. */
static float stored(const kr_job *job, double x)
{
    if (!job->use_rates)
        return (float)x;
    if (job->compat == KR_COMPAT_OQ_3_21 && is_fast_mean(job))
        return 1 - kr_exp_single(-(float)x); /* the reference does it in single precision */
    return (float)-expm1(-x);
}

static void level_stats(const kr_realizer *z, kr_realizer_scratch *scratch, size_t level,
                        const kr_stat *stats, size_t nstats, float *out)
{
    const kr_job *job = z->job;
    size_t n = z->tree->nrlzs, total = job->nimts * job->nlevels;
    size_t w = z->tree->nweights > 1 ? 1 + level / job->nlevels : 0;
    const double *weights = z->weights + w * n;
    double sum = 0;
    for (size_t r = 0; r < n; r++)
        sum += weights[r];
    if (sum == 0) /* no model of the tree is for this measure */
        return;
    values_of_rates(job, scratch->rates, n, false, scratch->values);
    for (size_t i = 0; i < nstats; i++)
        if (!takes_spread(&stats[i]))
            out[i * total + level] = stored(job, one_stat(&stats[i], job, scratch, weights, n));
    bool ready = false; /* values rounded and sorted */
    for (size_t i = 0; i < nstats; i++) {
        if (!takes_spread(&stats[i]))
            continue;
        if (!ready && job->compat == KR_COMPAT_OQ_3_21)
            round_rates(z, scratch);
        if (!ready)
            sort_values(scratch, weights, n);
        ready = true;
        out[i * total + level] = stored(job, one_stat(&stats[i], job, scratch, weights, n));
    }
}

/* ------------------------------------------------------------------ on soil */

/* The curves of all realizations for one measure on rock, in probabilities. */
static void rock_curves(const kr_realizer *z, kr_realizer_scratch *scratch, const kr_site_rates *in,
                        size_t measure)
{
    const kr_job *job = z->job;
    bool coarse = job->compat == KR_COMPAT_OQ_3_21;
    for (size_t l = 0; l < job->nlevels; l++) {
        const double *rates = in->rates + measure * job->nlevels + l;
        for (size_t k = 0; k < z->tree->nrates; k++)
            scratch->component_rates[k] = rates[k * in->stride];
        if (coarse)
            round_component_rates(z, scratch);
        kr_realizer_rates(z, scratch, scratch->component_rates);
        for (size_t r = 0; r < z->tree->nrlzs; r++)
            scratch->rock[r * job->nlevels + l] =
                coarse ? 1 - exp(-scratch->rates[r]) : -expm1(-scratch->rates[r]);
    }
}

/* Statistics at one level on soil of a measure, from the probabilities of the realizations there.
 */
static void soil_level_stats(const kr_realizer *z, kr_realizer_scratch *scratch, size_t measure,
                             const double *poes, const kr_stat *stats, size_t nstats, float *out)
{
    const kr_job *job = z->job;
    size_t n = z->tree->nrlzs, total = job->nimts * kr_job_curve_levels(job);
    const double *weights = z->weights + (z->tree->nweights > 1 ? 1 + measure : 0) * n;
    double sum = 0;
    for (size_t r = 0; r < n; r++) {
        sum += weights[r];
        scratch->values[r] = job->use_rates ? rate_of_poe(poes[r]) : poes[r];
    }
    if (sum == 0)
        return;
    sort_values(scratch, weights, n);
    for (size_t i = 0; i < nstats; i++)
        out[i * total] = stored(job, one_stat(&stats[i], job, scratch, weights, n));
}

static void soil_stats(const kr_realizer *z, kr_realizer_scratch *scratch, const kr_site_rates *in,
                       const kr_stat *stats, size_t nstats, float *out, float *rlzs)
{
    const kr_job *job = z->job;
    size_t nsoil = kr_job_curve_levels(job), n = z->tree->nrlzs;
    for (size_t m = 0; m < job->nimts; m++) {
        rock_curves(z, scratch, in, m);
        for (size_t r = 0; r < n; r++) {
            kr_soil_convolve(z->soil, in->site, m, scratch->rock + r * job->nlevels, scratch->room,
                             scratch->amplified);
            for (size_t l = 0; l < nsoil; l++) {
                scratch->soil[l * n + r] = scratch->amplified[l];
                if (rlzs)
                    rlzs[(r * job->nimts + m) * nsoil + l] = (float)scratch->amplified[l];
            }
        }
        for (size_t l = 0; l < nsoil; l++)
            soil_level_stats(z, scratch, m, scratch->soil + l * n, stats, nstats,
                             out + m * nsoil + l);
    }
}

/* ------------------------------------------------------------------ any site */

static bool all_zero(const double *rates, size_t nrates, size_t stride, size_t nlevels)
{
    for (size_t k = 0; k < nrates; k++)
        for (size_t l = 0; l < nlevels; l++)
            if (rates[k * stride + l] != 0)
                return false;
    return true;
}

void kr_stats_site(const kr_realizer *z, kr_realizer_scratch *scratch, const kr_site_rates *in,
                   const kr_stat *stats, size_t nstats, float *out, float *rlzs)
{
    size_t total = z->job->nimts * z->job->nlevels, n = z->tree->nrlzs;
    size_t curve = z->job->nimts * kr_job_curve_levels(z->job);
    memset(out, 0, nstats * curve * sizeof *out);
    if (rlzs)
        memset(rlzs, 0, n * curve * sizeof *rlzs);
    if (all_zero(in->rates, z->tree->nrates, in->stride, total))
        return;
    if (z->soil) {
        soil_stats(z, scratch, in, stats, nstats, out, rlzs);
        return;
    }
    for (size_t level = 0; level < total; level++) {
        for (size_t k = 0; k < z->tree->nrates; k++)
            scratch->component_rates[k] = in->rates[k * in->stride + level];
        kr_realizer_rates(z, scratch, scratch->component_rates);
        if (rlzs)
            for (size_t r = 0; r < n; r++)
                rlzs[r * total + level] = (float)-expm1(-scratch->rates[r]);
        level_stats(z, scratch, level, stats, nstats, out);
    }
}
