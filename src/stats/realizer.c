/* From component rates to the rates of all realizations at one site and level.
 *
 * S[path][g] is the sum of the rates of the path's components under ground-motion model g; the rate
 * of a realization is the sum of S[path][g_t] over the tectonic region types t. */
#include "stats/realizer.h"

#include <string.h>

static kr_status fill_weights(kr_realizer *z)
{
    kr_status s = KR_OK;
    const kr_tree *tree = z->tree;
    KR_NEW(z->weights, z->ctx, KR_ACCOUNT_STATS, tree->nweights * tree->nrlzs);
    for (size_t w = 0; w < tree->nweights; w++)
        for (size_t r = 0; r < tree->nrlzs; r++)
            z->weights[w * tree->nrlzs + r] = kr_tree_weight(tree, r, w);
out:
    return s;
}

/* Sampled realizations have no order to walk in: keep path and models of each. */
static kr_status fill_samples(kr_realizer *z)
{
    kr_status s = KR_OK;
    const kr_tree *tree = z->tree;
    size_t ntrts = tree->ntrts;
    KR_NEW(z->sample_path, z->ctx, KR_ACCOUNT_STATS, tree->nrlzs);
    KR_NEW(z->sample_gsims, z->ctx, KR_ACCOUNT_STATS, tree->nrlzs * ntrts);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        kr_realization rlz;
        kr_tree_realization(tree, r, z->sample_gsims + r * ntrts, &rlz);
        z->sample_path[r] = rlz.path;
    }
out:
    return s;
}

kr_status kr_realizer_create(kr_ctx *ctx, const kr_tree *tree, const kr_job *job, kr_realizer **out)
{
    kr_status s = KR_OK;
    kr_realizer *z;
    *out = NULL;
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    z->ctx = ctx;
    z->tree = tree;
    z->job = job;
    KR_TRY(fill_weights(z));
    if (job->samples)
        KR_TRY(fill_samples(z));
    *out = z;
    z = NULL;
out:
    kr_realizer_destroy(&z);
    return s;
}

void kr_realizer_destroy(kr_realizer **realizer)
{
    kr_realizer *z = *realizer;
    if (!z)
        return;
    kr_free(z->weights);
    kr_free(z->sample_path);
    kr_free(z->sample_gsims);
    kr_free(z);
    *realizer = NULL;
}

void kr_realizer_amplify(kr_realizer *z, const kr_soil *soil)
{
    z->soil = soil;
}

size_t kr_realizer_scratch_bytes(const kr_realizer *z)
{
    const kr_tree *tree = z->tree;
    size_t levels = z->job->nlevels, soil = z->job->soil_intensities.n;
    size_t amplified = z->soil ? tree->nrlzs * (levels + soil) + 2 * levels + soil : 0;
    return (amplified + tree->nrates + tree->npaths * tree->ngsims + 2 * tree->nrlzs) *
               sizeof(double) +
           tree->nrlzs * sizeof(kr_weighted);
}

kr_status kr_realizer_scratch_create(kr_ctx *ctx, const kr_realizer *z, kr_realizer_scratch **out)
{
    kr_status s = KR_OK;
    kr_realizer_scratch *scratch;
    *out = NULL;
    KR_NEW(scratch, ctx, KR_ACCOUNT_STATS, 1);
    KR_NEW(scratch->component_rates, ctx, KR_ACCOUNT_STATS, z->tree->nrates);
    KR_NEW(scratch->partial, ctx, KR_ACCOUNT_STATS, z->tree->npaths * z->tree->ngsims);
    KR_NEW(scratch->rates, ctx, KR_ACCOUNT_STATS, z->tree->nrlzs);
    KR_NEW(scratch->values, ctx, KR_ACCOUNT_STATS, z->tree->nrlzs);
    KR_NEW(scratch->sorted, ctx, KR_ACCOUNT_STATS, z->tree->nrlzs);
    if (z->soil) {
        size_t levels = z->job->nlevels, soil = z->job->soil_intensities.n;
        KR_NEW(scratch->rock, ctx, KR_ACCOUNT_STATS, z->tree->nrlzs * levels);
        KR_NEW(scratch->soil, ctx, KR_ACCOUNT_STATS, z->tree->nrlzs * soil);
        KR_NEW(scratch->room, ctx, KR_ACCOUNT_STATS, 2 * levels);
        KR_NEW(scratch->amplified, ctx, KR_ACCOUNT_STATS, soil);
    }
    *out = scratch;
    scratch = NULL;
out:
    kr_realizer_scratch_destroy(&scratch);
    return s;
}

void kr_realizer_scratch_destroy(kr_realizer_scratch **scratch)
{
    kr_realizer_scratch *x = *scratch;
    if (!x)
        return;
    kr_free(x->component_rates);
    kr_free(x->partial);
    kr_free(x->rates);
    kr_free(x->values);
    kr_free(x->sorted);
    kr_free(x->rock);
    kr_free(x->soil);
    kr_free(x->room);
    kr_free(x->amplified);
    kr_free(x);
    *scratch = NULL;
}

static void sum_components(const kr_tree *tree, const double *rates, double *partial)
{
    memset(partial, 0, tree->npaths * tree->ngsims * sizeof *partial);
    for (size_t p = 0; p < tree->npaths; p++) {
        double *sums = partial + p * tree->ngsims;
        for (size_t i = 0; i < tree->paths[p].ncomponents; i++) {
            const kr_component *c = &tree->components[tree->paths[p].components[i]];
            for (size_t k = 0; k < c->ngsims; k++)
                sums[c->gsims[k]] += rates[c->first_rate + k];
        }
    }
}

/* All combinations of models of one path, the last tectonic region type fastest. Returns the end.
 */
static double *expand_path(const kr_tree *tree, const double *sums, double *out)
{
    size_t n = 1;
    out[0] = 0;
    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t first = tree->first_gsim[t], ngsims = tree->first_gsim[t + 1] - first;
        for (size_t i = n;
             i-- > 0;) { /* backwards: the results take the place of what they came from */
            double so_far = out[i];
            for (size_t g = ngsims; g-- > 0;)
                out[i * ngsims + g] = so_far + sums[first + g];
        }
        n *= ngsims;
    }
    return out + n;
}

const double *kr_realizer_rates(const kr_realizer *z, kr_realizer_scratch *scratch,
                                const double *component_rates)
{
    const kr_tree *tree = z->tree;
    double *out = scratch->rates;
    sum_components(tree, component_rates, scratch->partial);
    if (!z->sample_path) {
        for (size_t p = 0; p < tree->npaths; p++)
            out = expand_path(tree, scratch->partial + p * tree->ngsims, out);
        return scratch->rates;
    }
    for (size_t r = 0; r < tree->nrlzs; r++) {
        const double *sums = scratch->partial + z->sample_path[r] * tree->ngsims;
        double rate = 0;
        for (size_t t = 0; t < tree->ntrts; t++)
            rate += sums[z->sample_gsims[r * tree->ntrts + t]];
        out[r] = rate;
    }
    return scratch->rates;
}
