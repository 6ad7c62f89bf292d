#include "stats/sampling.h"

#include "base/mem.h"

#include <math.h>

struct kr_sampling_error {
    kr_statistics_spec spec;
    double effective;
    size_t n;      /* statistics with a range */
    size_t *which; /* of the spec's */
    kr_stat *of_whole, *ends, *spread;
    kr_statistics *whole;         /* the same statistics of the whole tree; or NULL */
    kr_statistics *lower, *upper; /* in place of each quantile those at the ends of its range */
    kr_statistics *mean;          /* mean and deviation, of what the mean is taken of */
    const uint32_t *whole_rates;
    size_t nwhole; /* component rates */
};

struct kr_sampling_scratch {
    kr_statistics_scratch *whole, *lower, *upper, *mean;
    double *rates; /* of the whole tree */
    float *values; /* n statistics at all levels */
};

/* For independent choices both sums are products over the choices; samples are one choice. */
double kr_samples_effective(const kr_structure *structure, size_t column)
{
    double effective = 1;
    for (size_t i = 0; i < structure->nchoices; i++) {
        const kr_choice *c = &structure->choices[i];
        double sum = 0, squares = 0;
        for (size_t k = 0; k < c->nstates; k++) {
            double w = c->weights[column * c->nstates + k];
            sum += w;
            squares += w * w;
        }
        effective *= squares > 0 ? sum * sum / squares : 0;
    }
    return effective;
}

/* ------------------------------------------------------------------ life */

static kr_status pick_stats(kr_ctx *ctx, kr_sampling_error *e)
{
    kr_status s = KR_OK;
    KR_NEW(e->which, ctx, KR_ACCOUNT_STATS, e->spec.nstats);
    KR_NEW(e->of_whole, ctx, KR_ACCOUNT_STATS, e->spec.nstats);
    for (size_t i = 0; i < e->spec.nstats; i++) {
        kr_stat_kind kind = e->spec.stats[i].kind;
        if (kind != KR_STAT_MEAN && kind != KR_STAT_QUANTILE)
            continue;
        e->of_whole[e->n] = e->spec.stats[i];
        e->which[e->n++] = i;
    }
out:
    return s;
}

static kr_status make_statistics(kr_ctx *ctx, const kr_sampling_error *e,
                                 const kr_structure *structure, const kr_stat *stats, size_t n,
                                 kr_statistics **out)
{
    kr_statistics_spec spec = e->spec;
    spec.structure = structure;
    spec.stats = stats;
    spec.nstats = n;
    return kr_statistics_create(ctx, &spec, out);
}

/* The statistics with each quantile moved to the lower or the upper end of its range. */
static kr_status make_ends(kr_ctx *ctx, kr_sampling_error *e)
{
    kr_status s = KR_OK;
    KR_NEW(e->ends, ctx, KR_ACCOUNT_STATS, 2 * e->n);
    for (size_t i = 0; i < 2 * e->n; i++) {
        kr_stat *end = &e->ends[i];
        *end = e->of_whole[i % e->n];
        double error = sqrt(end->q * (1 - end->q) / e->effective);
        if (end->kind == KR_STAT_QUANTILE)
            end->q = i < e->n ? fmax(end->q - error, 0) : fmin(end->q + error, 1);
    }
    KR_TRY(make_statistics(ctx, e, e->spec.structure, e->ends, e->n, &e->lower));
    KR_TRY(make_statistics(ctx, e, e->spec.structure, e->ends + e->n, e->n, &e->upper));
out:
    return s;
}

/* Mean and deviation with --compat exact: not brought back from rates, nothing rounded. */
static kr_status make_mean(kr_ctx *ctx, kr_sampling_error *e)
{
    kr_status s = KR_OK;
    kr_statistics_spec spec = e->spec;
    KR_NEW(e->spread, ctx, KR_ACCOUNT_STATS, 2);
    e->spread[0].kind = KR_STAT_MEAN;
    e->spread[1].kind = KR_STAT_STD;
    spec.stats = e->spread;
    spec.nstats = 2;
    spec.exact = true;
    KR_TRY(kr_statistics_create(ctx, &spec, &e->mean));
out:
    return s;
}

kr_status kr_sampling_error_create(kr_ctx *ctx, const kr_statistics_spec *sampled,
                                   const kr_structure *whole, const uint32_t *whole_rates,
                                   kr_sampling_error **out)
{
    kr_status s = KR_OK;
    kr_sampling_error *e;
    *out = NULL;
    KR_NEW(e, ctx, KR_ACCOUNT_STATS, 1);
    e->spec = *sampled;
    e->spec.visited = false; /* the whole tree may have too many */
    e->effective = kr_samples_effective(sampled->structure, 0);
    e->whole_rates = whole_rates;
    KR_TRY(pick_stats(ctx, e));
    KR_TRY(make_ends(ctx, e));
    KR_TRY(make_mean(ctx, e));
    if (whole) {
        e->nwhole = whole->nrates;
        KR_TRY(make_statistics(ctx, e, whole, e->of_whole, e->n, &e->whole));
    }
    *out = e;
    e = NULL;
out:
    kr_sampling_error_destroy(&e);
    return s;
}

void kr_sampling_error_destroy(kr_sampling_error **error)
{
    kr_sampling_error *e = *error;
    if (!e)
        return;
    kr_statistics_destroy(&e->whole);
    kr_statistics_destroy(&e->lower);
    kr_statistics_destroy(&e->upper);
    kr_statistics_destroy(&e->mean);
    kr_free(e->which);
    kr_free(e->of_whole);
    kr_free(e->ends);
    kr_free(e->spread);
    kr_free(e);
    *error = NULL;
}

size_t kr_sampling_error_stats(const kr_sampling_error *e, const size_t **which)
{
    *which = e->which;
    return e->n;
}

double kr_sampling_error_effective(const kr_sampling_error *e)
{
    return e->effective;
}

bool kr_sampling_error_has_whole(const kr_sampling_error *e)
{
    return e->whole != NULL;
}

/* ------------------------------------------------------------------ scratch */

static size_t level_count(const kr_sampling_error *e)
{
    return e->spec.nimts * e->spec.nlevels;
}

/* Also room for mean and deviation. */
static size_t value_count(const kr_sampling_error *e)
{
    return (e->n > 2 ? e->n : 2) * level_count(e);
}

size_t kr_sampling_scratch_bytes(const kr_sampling_error *e)
{
    size_t n = sizeof(kr_sampling_scratch) + e->nwhole * level_count(e) * sizeof(double) +
               value_count(e) * sizeof(float);
    n += kr_statistics_scratch_bytes(e->lower) + kr_statistics_scratch_bytes(e->upper) +
         kr_statistics_scratch_bytes(e->mean);
    return n + (e->whole ? kr_statistics_scratch_bytes(e->whole) : 0);
}

kr_status kr_sampling_scratch_create(kr_ctx *ctx, const kr_sampling_error *e,
                                     kr_sampling_scratch **out)
{
    kr_status s = KR_OK;
    kr_sampling_scratch *x;
    *out = NULL;
    KR_NEW(x, ctx, KR_ACCOUNT_STATS, 1);
    KR_NEW(x->rates, ctx, KR_ACCOUNT_STATS, e->nwhole * level_count(e));
    KR_NEW(x->values, ctx, KR_ACCOUNT_STATS, value_count(e));
    KR_TRY(kr_statistics_scratch_create(ctx, e->lower, &x->lower));
    KR_TRY(kr_statistics_scratch_create(ctx, e->upper, &x->upper));
    KR_TRY(kr_statistics_scratch_create(ctx, e->mean, &x->mean));
    if (e->whole)
        KR_TRY(kr_statistics_scratch_create(ctx, e->whole, &x->whole));
    *out = x;
    x = NULL;
out:
    kr_sampling_scratch_destroy(&x);
    return s;
}

void kr_sampling_scratch_destroy(kr_sampling_scratch **scratch)
{
    kr_sampling_scratch *x = *scratch;
    if (!x)
        return;
    kr_statistics_scratch_destroy(&x->whole);
    kr_statistics_scratch_destroy(&x->lower);
    kr_statistics_scratch_destroy(&x->upper);
    kr_statistics_scratch_destroy(&x->mean);
    kr_free(x->rates);
    kr_free(x->values);
    kr_free(x);
    *scratch = NULL;
}

/* ------------------------------------------------------------------ one site */

/* The range of a mean as probabilities. With use_rates the mean is of rates, and comes as a
 * probability; its deviation comes as a rate. */
static void mean_range(const kr_sampling_error *e, double mean, double std, float *range)
{
    double n = e->effective, error = n > 1 ? std / sqrt(n - 1) : INFINITY;
    if (e->spec.use_rates) {
        double rate = -log1p(-mean);
        range[0] = (float)-expm1(-fmax(rate - error, 0));
        range[1] = (float)-expm1(-(rate + error));
        return;
    }
    range[0] = (float)fmax(mean - error, 0);
    range[1] = (float)fmin(mean + error, 1);
}

static void mean_ranges(const kr_sampling_error *e, kr_sampling_scratch *x,
                        const kr_site_rates *rates, float *ranges)
{
    size_t levels = level_count(e);
    kr_statistics_site(e->mean, x->mean, rates, x->values, NULL);
    for (size_t i = 0; i < e->n; i++)
        for (size_t l = 0; e->of_whole[i].kind == KR_STAT_MEAN && l < levels; l++)
            mean_range(e, (double)x->values[l], (double)x->values[levels + l],
                       ranges + 2 * (i * levels + l));
}

/* One end of all quantiles' ranges. */
static void quantile_ends(const kr_sampling_error *e, const kr_statistics *statistics,
                          kr_statistics_scratch *scratch, float *values, const kr_site_rates *rates,
                          float *ranges)
{
    size_t n = e->n * level_count(e);
    kr_statistics_site(statistics, scratch, rates, values, NULL);
    for (size_t i = 0; i < n; i++)
        ranges[2 * i] = values[i];
}

void kr_sampling_error_site(const kr_sampling_error *e, kr_sampling_scratch *x,
                            const kr_site_rates *rates, float *ranges, float *whole)
{
    size_t levels = level_count(e);
    quantile_ends(e, e->lower, x->lower, x->values, rates, ranges);
    quantile_ends(e, e->upper, x->upper, x->values, rates, ranges + 1);
    mean_ranges(e, x, rates, ranges);
    if (!e->whole)
        return;
    for (size_t k = 0; k < e->nwhole; k++)
        for (size_t l = 0; l < levels; l++)
            x->rates[k * levels + l] = rates->rates[e->whole_rates[k] * rates->stride + l];
    const kr_site_rates all = {rates->site, x->rates, levels};
    kr_statistics_site(e->whole, x->whole, &all, whole, NULL);
}
