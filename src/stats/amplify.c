/* Statistics of curves on soil: the curve of every realization is convolved with the amplification
 * of the site, one after another; at the levels on soil the probabilities of all are kept. */
#include "stats/realize.h"

#include <math.h>
#include <string.h>

/* Realizations that may be visited. */
enum { AMPLIFIED_MAX = 10000000 };

struct kr_amplifier {
    kr_ctx *ctx;
    const kr_tree *tree;
    const kr_job *job;
    const kr_soil *soil;
    double *weights; /* nweights x nrlzs */
};

struct kr_amplifier_scratch {
    kr_realizer *realizer;
    double *rock, *room; /* levels of a measure; 2 nlevels */
    double *amplified;   /* soil levels of a measure */
    double *poes;        /* soil levels of all measures x nrlzs */
    double *values;      /* nrlzs */
    kr_weighted *sorted; /* nrlzs */
};

kr_status kr_amplifier_create(kr_ctx *ctx, const kr_tree *tree, const kr_job *job,
                              const kr_soil *soil, kr_amplifier **out)
{
    kr_status s = KR_OK;
    kr_amplifier *z = NULL;

    *out = NULL;
    if (tree->rlzs > AMPLIFIED_MAX)
        return kr_fail(ctx, KR_EINPUT,
                       "%s: amplification_method = convolution changes every one of %.6g "
                       "realizations; at most %d can be, use number_of_logic_tree_samples or the "
                       "kernel method",
                       job->path, tree->rlzs, AMPLIFIED_MAX);
    if (job->quantile_definition == KR_DEFINITION_HALF_WEIGHT && job->quantiles.n > 0)
        return kr_fail(ctx, KR_EINPUT,
                       "%s: quantile_definition = half-weight is not there for curves on soil by "
                       "convolution; use reference, merged or the kernel method",
                       job->path);
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    *z = (kr_amplifier){.ctx = ctx, .tree = tree, .job = job, .soil = soil};
    KR_NEW(z->weights, ctx, KR_ACCOUNT_STATS, tree->nweights * tree->nrlzs);
    for (size_t w = 0; w < tree->nweights; w++)
        for (size_t r = 0; r < tree->nrlzs; r++)
            z->weights[w * tree->nrlzs + r] = kr_tree_weight(tree, r, w);
    *out = z;
    z = NULL;
out:
    kr_amplifier_destroy(&z);
    return s;
}

void kr_amplifier_destroy(kr_amplifier **amplifier)
{
    kr_amplifier *z = *amplifier;

    if (!z)
        return;
    kr_free(z->weights);
    kr_free(z);
    *amplifier = NULL;
}

size_t kr_amplifier_scratch_bytes(const kr_amplifier *z)
{
    size_t levels = z->job->nlevels, soil = z->job->soil_intensities.n, n = z->tree->nrlzs;

    return kr_realizer_bytes(z->tree, z->job->nimts * levels) +
           (3 * levels + soil + n * (z->job->nimts * soil + 1)) * sizeof(double) +
           n * sizeof(kr_weighted);
}

kr_status kr_amplifier_scratch_create(kr_ctx *ctx, const kr_amplifier *z,
                                      kr_amplifier_scratch **out)
{
    kr_status s = KR_OK;
    kr_amplifier_scratch *x;
    size_t levels = z->job->nlevels, soil = z->job->soil_intensities.n, n = z->tree->nrlzs;

    *out = NULL;
    KR_NEW(x, ctx, KR_ACCOUNT_STATS, 1);
    KR_TRY(kr_realizer_create(ctx, z->tree, z->job->nimts * levels,
                              z->job->compat == KR_COMPAT_OQ_3_21, &x->realizer));
    KR_NEW(x->rock, ctx, KR_ACCOUNT_STATS, levels);
    KR_NEW(x->room, ctx, KR_ACCOUNT_STATS, 2 * levels);
    KR_NEW(x->amplified, ctx, KR_ACCOUNT_STATS, soil);
    KR_NEW(x->poes, ctx, KR_ACCOUNT_STATS, z->job->nimts * soil * n);
    KR_NEW(x->values, ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(x->sorted, ctx, KR_ACCOUNT_STATS, n);
    *out = x;
    x = NULL;
out:
    kr_amplifier_scratch_destroy(&x);
    return s;
}

void kr_amplifier_scratch_destroy(kr_amplifier_scratch **scratch)
{
    kr_amplifier_scratch *x = *scratch;

    if (!x)
        return;
    kr_realizer_destroy(&x->realizer);
    kr_free(x->rock);
    kr_free(x->room);
    kr_free(x->amplified);
    kr_free(x->poes);
    kr_free(x->values);
    kr_free(x->sorted);
    kr_free(x);
    *scratch = NULL;
}

/* The curves of all realizations on soil, into poes[(measure * soil levels + level) * nrlzs + r].
 */
static void amplify(const kr_amplifier *z, kr_amplifier_scratch *x, size_t site, float *rlzs)
{
    const kr_job *job = z->job;
    size_t n = z->tree->nrlzs, soil = job->soil_intensities.n;
    bool coarse = job->compat == KR_COMPAT_OQ_3_21;

    for (size_t r = 0; r < n; r++) {
        const double *rates = kr_realizer_rates(x->realizer, r);
        for (size_t m = 0; m < job->nimts; m++) {
            for (size_t l = 0; l < job->nlevels; l++) {
                double rate = rates[m * job->nlevels + l];
                x->rock[l] = coarse ? 1 - exp(-rate) : -expm1(-rate);
            }
            kr_soil_convolve(z->soil, site, m, x->rock, x->room, x->amplified);
            for (size_t l = 0; l < soil; l++) {
                x->poes[(m * soil + l) * n + r] = x->amplified[l];
                if (rlzs)
                    rlzs[(r * job->nimts + m) * soil + l] = (float)x->amplified[l];
            }
        }
    }
}

static bool is_merged(const kr_job *job)
{
    return job->quantile_definition == KR_DEFINITION_MERGED ||
           (job->quantile_definition == KR_DEFINITION_UNSET && job->compat == KR_COMPAT_EXACT);
}

static double one_stat(const kr_amplifier *z, const kr_amplifier_scratch *x, const kr_stat *stat,
                       const double *weights)
{
    size_t n = z->tree->nrlzs;
    double mean = kr_weighted_mean(x->values, weights, n);
    double std = kr_weighted_std(x->values, weights, n);

    switch (stat->kind) {
    case KR_STAT_MEAN:
        return mean;
    case KR_STAT_STD:
        return std;
    case KR_STAT_COV:
        return mean > 0 ? std / mean : 0;
    case KR_STAT_QUANTILE:
        return is_merged(z->job) ? kr_weighted_quantile_merged(x->sorted, n, stat->q)
                                 : kr_weighted_quantile(x->sorted, n, stat->q);
    case KR_STAT_MAX:
        return x->sorted[n - 1].x;
    case KR_STAT_MIN:
        return x->sorted[0].x;
    }
    return 0;
}

static void level_stats(const kr_amplifier *z, kr_amplifier_scratch *x, size_t measure,
                        const double *poes, const kr_stat *stats, size_t nstats, float *out)
{
    const kr_job *job = z->job;
    size_t n = z->tree->nrlzs, total = job->nimts * job->soil_intensities.n;
    const double *weights = z->weights + (z->tree->nweights > 1 ? 1 + measure : 0) * n;
    double sum = 0;

    for (size_t r = 0; r < n; r++) {
        sum += weights[r];
        x->values[r] = job->use_rates ? kr_cut_rate_of_poe(poes[r]) : poes[r];
        x->sorted[r] = (kr_weighted){x->values[r], weights[r]};
    }
    if (sum == 0) /* no model of the tree is for this measure */
        return;
    kr_weighted_sort(x->sorted, n);
    for (size_t i = 0; i < nstats; i++) {
        double value = one_stat(z, x, &stats[i], weights);
        bool exact_std = stats[i].kind == KR_STAT_STD && job->compat == KR_COMPAT_EXACT;
        bool back = job->use_rates && stats[i].kind != KR_STAT_COV && !exact_std;
        out[i * total] = (float)(back ? -expm1(-value) : value);
    }
}

void kr_amplifier_site(const kr_amplifier *z, kr_amplifier_scratch *x, const kr_site_rates *in,
                       const kr_stat *stats, size_t nstats, float *out, float *rlzs)
{
    const kr_job *job = z->job;
    size_t soil = job->soil_intensities.n, total = job->nimts * soil, n = z->tree->nrlzs;
    bool any = false;

    memset(out, 0, nstats * total * sizeof *out);
    if (rlzs)
        memset(rlzs, 0, n * total * sizeof *rlzs);
    for (size_t k = 0; k < z->tree->nrates && !any; k++)
        for (size_t l = 0; l < job->nimts * job->nlevels; l++)
            any = any || in->rates[k * in->stride + l] != 0;
    if (!any)
        return;
    kr_realizer_site(x->realizer, in);
    amplify(z, x, in->site, rlzs);
    for (size_t m = 0; m < job->nimts; m++)
        for (size_t l = 0; l < soil; l++)
            level_stats(z, x, m, x->poes + (m * soil + l) * n, stats, nstats, out + m * soil + l);
}
