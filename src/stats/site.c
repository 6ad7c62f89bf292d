/* All statistics of one site, level by level, from the parts of the tree. */
#include "stats/stats.h"
#include "stats/visited.h"

#include "base/mem.h"
#include "num/single.h"

#include <math.h>
#include <string.h>

struct kr_statistics {
    kr_ctx *ctx;
    kr_statistics_spec spec;
    kr_unfold *unfold; /* NULL where no quantiles are asked for */
    kr_quantile_spec quantiles;
    double *q;      /* of quantiles */
    double *totals; /* sum of the weights of each column */
};

struct kr_statistics_scratch {
    double *rates, *rounded;     /* component rates at a level */
    kr_moments_scratch *moments; /* from parts, or */
    double *visits;              /* from realizations one by one */
    kr_quantiles *quantiles;
    double *value, *lower, *upper; /* of each quantile */
};

/* Statistics of rates without the detour through probabilities: the reference's "fastmean". */
static bool is_fast_mean(const kr_job *job)
{
    return job->use_rates && !job->soil_intensities.n && job->individual_rlzs != 1 && job->mean &&
           !job->std && !job->max && !job->min && !job->cov && job->quantiles.n == 0;
}

static kr_quantile_rule rule_of_job(const kr_job *job)
{
    switch (job->quantile_definition) {
    case KR_DEFINITION_HALF_WEIGHT:
        return KR_QUANTILE_HALF_WEIGHT;
    case KR_DEFINITION_MERGED:
        return KR_QUANTILE_MERGED;
    case KR_DEFINITION_REFERENCE:
        return KR_QUANTILE_REFERENCE;
    case KR_DEFINITION_UNSET:
        break;
    }
    return job->compat == KR_COMPAT_EXACT ? KR_QUANTILE_MERGED : KR_QUANTILE_REFERENCE;
}

kr_statistics_spec kr_statistics_of_job(const kr_job *job, const kr_tree *tree,
                                        const kr_stat *stats, size_t nstats)
{
    return (kr_statistics_spec){.structure = &tree->structure,
                                .stats = stats,
                                .nstats = nstats,
                                .nimts = job->nimts,
                                .nlevels = job->nlevels,
                                .use_rates = job->use_rates,
                                .exact = job->compat == KR_COMPAT_EXACT,
                                .fast_mean = is_fast_mean(job),
                                .rule = rule_of_job(job),
                                .bracket = job->quantile_bracket,
                                .visited = !job->factoring};
}

/* ------------------------------------------------------------------ life */

/* Half-weight quantiles are of rates, as toshi-hazard-post defines them; the others of what the
 * reference takes them of. */
static kr_scale scale_of_spec(const kr_statistics_spec *spec)
{
    if (spec->rule == KR_QUANTILE_HALF_WEIGHT)
        return KR_SCALE_RATE;
    if (spec->use_rates)
        return spec->exact ? KR_SCALE_RATE : KR_SCALE_RATE_CLIPPED;
    return spec->exact ? KR_SCALE_POE : KR_SCALE_POE_ROUNDED;
}

static kr_status plan_quantiles(kr_statistics *z)
{
    kr_status s = KR_OK;
    const kr_statistics_spec *spec = &z->spec;
    size_t n = 0;

    KR_NEW(z->q, z->ctx, KR_ACCOUNT_STATS, spec->nstats);
    for (size_t i = 0; i < spec->nstats; i++)
        if (spec->stats[i].kind == KR_STAT_QUANTILE)
            z->q[n++] = spec->stats[i].q;
    z->quantiles = (kr_quantile_spec){spec->rule, scale_of_spec(spec), z->q, n, spec->bracket};
    if (n > 0 && spec->visited)
        KR_TRY(kr_unfold_create_streamed(z->ctx, spec->structure, &z->unfold));
    else if (n > 0)
        KR_TRY(kr_unfold_create(z->ctx, spec->structure, &z->unfold));
out:
    return s;
}

kr_status kr_statistics_create(kr_ctx *ctx, const kr_statistics_spec *spec, kr_statistics **out)
{
    kr_status s = KR_OK;
    kr_statistics *z;

    *out = NULL;
    if (spec->visited && spec->structure->realizations > KR_VISITED_MAX)
        return kr_fail(ctx, KR_EINPUT,
                       "factoring = false visits every one of %.6g realizations; at most %.0f can "
                       "be, leave it out or use number_of_logic_tree_samples",
                       spec->structure->realizations, KR_VISITED_MAX);
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    z->ctx = ctx;
    z->spec = *spec;
    KR_NEW(z->totals, ctx, KR_ACCOUNT_STATS, spec->structure->ncolumns);
    for (size_t w = 0; w < spec->structure->ncolumns; w++)
        z->totals[w] = kr_structure_total(spec->structure, w);
    KR_TRY(plan_quantiles(z));
    *out = z;
    z = NULL;
out:
    kr_statistics_destroy(&z);
    return s;
}

void kr_statistics_destroy(kr_statistics **statistics)
{
    kr_statistics *z = *statistics;

    if (!z)
        return;
    kr_unfold_destroy(&z->unfold);
    kr_free(z->totals);
    kr_free(z->q);
    kr_free(z);
    *statistics = NULL;
}

kr_way kr_statistics_way(const kr_statistics *z)
{
    if (z->spec.visited)
        return KR_STREAMED;
    return z->unfold ? kr_unfold_way(z->unfold) : KR_FACTORED;
}

size_t kr_statistics_quantiles(const kr_statistics *z)
{
    return z->quantiles.nq;
}

size_t kr_statistics_scratch_bytes(const kr_statistics *z)
{
    const kr_structure *structure = z->spec.structure;
    size_t bytes = (2 * structure->nrates + 3 * z->quantiles.nq) * sizeof(double);

    bytes += z->spec.visited ? kr_visited_scratch(structure) * sizeof(double)
                             : kr_moments_scratch_bytes(structure);
    return bytes + (z->unfold ? kr_quantiles_bytes(z->unfold, &z->quantiles) : 0);
}

kr_status kr_statistics_scratch_create(kr_ctx *ctx, const kr_statistics *z,
                                       kr_statistics_scratch **out)
{
    kr_status s = KR_OK;
    kr_statistics_scratch *scratch;
    size_t nq = z->quantiles.nq;

    *out = NULL;
    KR_NEW(scratch, ctx, KR_ACCOUNT_STATS, 1);
    KR_NEW(scratch->rates, ctx, KR_ACCOUNT_STATS, z->spec.structure->nrates);
    KR_NEW(scratch->rounded, ctx, KR_ACCOUNT_STATS, z->spec.structure->nrates);
    KR_NEW(scratch->value, ctx, KR_ACCOUNT_STATS, nq);
    KR_NEW(scratch->lower, ctx, KR_ACCOUNT_STATS, nq);
    KR_NEW(scratch->upper, ctx, KR_ACCOUNT_STATS, nq);
    if (z->spec.visited)
        KR_NEW(scratch->visits, ctx, KR_ACCOUNT_STATS, kr_visited_scratch(z->spec.structure));
    else
        KR_TRY(kr_moments_scratch_create(ctx, z->spec.structure, &scratch->moments));
    if (z->unfold)
        KR_TRY(kr_quantiles_create(ctx, z->spec.structure, z->unfold, &z->quantiles,
                                   &scratch->quantiles));
    *out = scratch;
    scratch = NULL;
out:
    kr_statistics_scratch_destroy(&scratch);
    return s;
}

void kr_statistics_scratch_destroy(kr_statistics_scratch **scratch)
{
    kr_statistics_scratch *x = *scratch;

    if (!x)
        return;
    kr_free(x->rates);
    kr_free(x->rounded);
    kr_free(x->value);
    kr_free(x->lower);
    kr_free(x->upper);
    kr_moments_scratch_destroy(&x->moments);
    kr_free(x->visits);
    kr_quantiles_destroy(&x->quantiles);
    kr_free(x);
    *scratch = NULL;
}

/* ------------------------------------------------------------------ one level */

/* The reference keeps component rates in single precision. Which realizations tie in a quantile,
 * and the deviation of realizations that hardly differ, depend on it. */
static void round_rates(const double *rates, size_t n, double *out)
{
    for (size_t k = 0; k < n; k++)
        out[k] = kr_rate_kept(rates[k]);
}

static bool takes_spread(kr_stat_kind kind)
{
    return kind == KR_STAT_STD || kind == KR_STAT_COV;
}

/* Mean, range and deviation of probabilities, or with use_rates of rates. The reference's deviation
 * is not normalised by the sum of the weights. */
static double one_stat(const kr_statistics_spec *spec, kr_stat_kind kind, const kr_moments *m,
                       double total)
{
    double mean = spec->use_rates ? m->rate_mean : m->poe_mean;
    double std = sqrt(spec->use_rates ? m->rate_variance : m->poe_variance);

    if (!spec->exact)
        std *= sqrt(total);
    switch (kind) {
    case KR_STAT_MEAN:
        return mean;
    case KR_STAT_STD:
        return std;
    case KR_STAT_COV:
        return mean > 0 ? std / mean : 0;
    case KR_STAT_MAX:
        return spec->use_rates ? m->rate_max : -expm1(-m->rate_max);
    case KR_STAT_MIN:
        return spec->use_rates ? m->rate_min : -expm1(-m->rate_min);
    case KR_STAT_QUANTILE:
        break;
    }
    return 0;
}

/* Back from a statistic of rates to a probability. The reference does that with deviations too. */
static float stored(const kr_statistics_spec *spec, kr_stat_kind kind, double x)
{
    if (!spec->use_rates || kind == KR_STAT_COV || (spec->exact && kind == KR_STAT_STD))
        return (float)x;
    if (!spec->exact && spec->fast_mean)
        return 1 - kr_exp_single(-(float)x); /* the reference does it in single precision */
    return (float)-expm1(-x);
}

/* Statistics of one level that are not quantiles: those that tell a spread of what the reference
 * rounds, the others of the rates as they are. */
static void level_moments(const kr_statistics *z, kr_statistics_scratch *scratch, size_t column,
                          float *out, size_t stride)
{
    const kr_statistics_spec *spec = &z->spec;

    for (int spread = 0; spread < 2; spread++) {
        const double *rates = spread && !spec->exact ? scratch->rounded : scratch->rates;
        bool ready = false;
        kr_moments m;
        for (size_t i = 0; i < spec->nstats; i++) {
            kr_stat_kind kind = spec->stats[i].kind;
            if (kind == KR_STAT_QUANTILE || takes_spread(kind) != (spread == 1))
                continue;
            if (!ready)
                m = spec->visited
                        ? kr_visited_moments(spec->structure, scratch->visits, rates, column)
                        : kr_moments_compute(spec->structure, scratch->moments, rates, column);
            ready = true;
            out[i * stride] = stored(spec, kind, one_stat(spec, kind, &m, z->totals[column]));
        }
    }
}

/* A quantile as a probability, from the scale that it was taken on. */
static double quantile_poe(const kr_statistics *z, double x)
{
    return z->quantiles.scale == KR_SCALE_RATE || z->quantiles.scale == KR_SCALE_RATE_CLIPPED
               ? -expm1(-x)
               : x;
}

static void level_quantiles(const kr_statistics *z, kr_statistics_scratch *scratch, size_t column,
                            float *out, double *brackets, size_t stride)
{
    const kr_statistics_spec *spec = &z->spec;
    const double *rates =
        spec->exact || spec->rule == KR_QUANTILE_HALF_WEIGHT ? scratch->rates : scratch->rounded;

    if (!scratch->quantiles)
        return;
    kr_quantiles_compute(scratch->quantiles, rates, column, scratch->value, scratch->lower,
                         scratch->upper);
    for (size_t i = 0, k = 0; i < spec->nstats; i++) {
        if (spec->stats[i].kind != KR_STAT_QUANTILE)
            continue;
        out[i * stride] = (float)quantile_poe(z, scratch->value[k]);
        if (brackets) {
            brackets[2 * k * stride] = quantile_poe(z, scratch->lower[k]);
            brackets[2 * k * stride + 1] = quantile_poe(z, scratch->upper[k]);
        }
        k++;
    }
}

/* The rates of a level; false if all are 0. */
static bool take_rates(const kr_statistics *z, kr_statistics_scratch *scratch,
                       const kr_site_rates *in, size_t level)
{
    bool any = false;

    for (size_t k = 0; k < z->spec.structure->nrates; k++) {
        scratch->rates[k] = in->rates[k * in->stride + level];
        any = any || scratch->rates[k] != 0;
    }
    return any;
}

static void clear_level(const kr_statistics *z, float *out, double *brackets, size_t stride)
{
    for (size_t i = 0; i < z->spec.nstats; i++)
        out[i * stride] = 0;
    for (size_t k = 0; brackets && k < z->quantiles.nq; k++)
        brackets[2 * k * stride] = brackets[2 * k * stride + 1] = 0;
}

void kr_statistics_measure(const kr_statistics *z, kr_statistics_scratch *scratch,
                           const kr_site_rates *in, size_t measure, float *out, double *brackets)
{
    const kr_statistics_spec *spec = &z->spec;
    size_t n = spec->structure->nrates, total = spec->nimts * spec->nlevels;
    size_t column = spec->structure->ncolumns > 1 ? 1 + measure : 0;

    for (size_t l = measure * spec->nlevels; l < (measure + 1) * spec->nlevels; l++) {
        double *bounds = brackets ? brackets + 2 * l : NULL;
        if (!take_rates(z, scratch, in, l) || z->totals[column] == 0) {
            clear_level(z, out + l, bounds, total);
            continue;
        }
        round_rates(scratch->rates, n, scratch->rounded);
        level_moments(z, scratch, column, out + l, total);
        level_quantiles(z, scratch, column, out + l, bounds, total);
    }
}

void kr_statistics_site(const kr_statistics *z, kr_statistics_scratch *scratch,
                        const kr_site_rates *in, float *out, double *brackets)
{
    for (size_t measure = 0; measure < z->spec.nimts; measure++)
        kr_statistics_measure(z, scratch, in, measure, out, brackets);
}
