#include "stats/witness_int.h"

#include "base/mem.h"
#include "num/single.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------ life */

static kr_scale scale_of(const kr_statistics_spec *spec)
{
    if (spec->rule == KR_QUANTILE_HALF_WEIGHT)
        return KR_SCALE_RATE;
    if (spec->use_rates)
        return spec->exact ? KR_SCALE_RATE : KR_SCALE_RATE_CLIPPED;
    return spec->exact ? KR_SCALE_POE : KR_SCALE_POE_ROUNDED;
}

static size_t rlz_count(const kr_tree *tree, size_t samples)
{
    return samples ? samples : tree->nrlzs;
}

kr_status kr_witness_create(kr_ctx *ctx, const kr_tree *tree, const kr_statistics_spec *spec,
                            size_t samples, kr_witness **out)
{
    kr_status s = KR_OK;
    kr_witness *w;
    size_t n = rlz_count(tree, samples);
    *out = NULL;
    KR_NEW(w, ctx, KR_ACCOUNT_STATS, 1);
    w->ctx = ctx;
    w->tree = tree;
    w->spec = *spec;
    w->scale = scale_of(spec);
    w->samples = samples;
    KR_NEW(w->branches, ctx, KR_ACCOUNT_STATS, tree->nsets + 1);
    KR_NEW(w->components, ctx, KR_ACCOUNT_STATS, tree->most_components + 1);
    KR_NEW(w->gsims, ctx, KR_ACCOUNT_STATS, tree->ntrts + 1);
    KR_NEW(w->chosen, ctx, KR_ACCOUNT_STATS, tree->nsets + 1);
    for (int i = 0; i < 2; i++) {
        KR_NEW(w->sums[i], ctx, KR_ACCOUNT_STATS, tree->ngsims + 1);
        KR_NEW(w->rate[i], ctx, KR_ACCOUNT_STATS, n);
    }
    KR_NEW(w->weight, ctx, KR_ACCOUNT_STATS, n);
    if (!samples)
        KR_NEW(w->sorted, ctx, KR_ACCOUNT_STATS, n);
    if (samples && !tree->sampled)
        KR_TRY(kr_witness_hold(w));
    if (samples && !spec->visited) {
        KR_TRY(kr_moments_scratch_create(ctx, spec->structure, &w->moments));
        KR_NEW(w->rates, ctx, KR_ACCOUNT_STATS, tree->nrates);
    }
    *out = w;
    w = NULL;
out:
    kr_witness_destroy(&w);
    return s;
}

void kr_witness_destroy(kr_witness **witness)
{
    kr_witness *w = *witness;
    if (!w)
        return;
    kr_free(w->branches);
    kr_free(w->components);
    kr_free(w->gsims);
    kr_free(w->chosen);
    for (int i = 0; i < 2; i++) {
        kr_free(w->sums[i]);
        kr_free(w->rate[i]);
    }
    kr_free(w->weight);
    kr_free(w->sorted);
    kr_free(w->held);
    kr_moments_scratch_destroy(&w->moments);
    kr_free(w->rates);
    kr_free(w);
    *witness = NULL;
}

size_t kr_witness_bytes(const kr_tree *tree, const kr_statistics_spec *spec, size_t samples)
{
    size_t n = rlz_count(tree, samples);
    size_t bytes = sizeof(kr_witness) + (tree->nsets + tree->most_components) * sizeof(uint32_t) +
                   (tree->ntrts + tree->nsets) * sizeof(size_t) +
                   (2 * tree->ngsims + 3 * n) * sizeof(double);
    if (!samples)
        return bytes + n * sizeof(kr_weighted);
    if (!tree->sampled)
        bytes += (tree->ncomponents + tree->diagrams.nnodes) * sizeof(double);
    if (!spec->visited)
        bytes += kr_moments_scratch_bytes(spec->structure) + tree->nrates * sizeof(double);
    return bytes;
}

/* A step is an addition with what goes with it, about 10 ns on a slow machine. */
double kr_witness_steps(const kr_tree *tree, const kr_statistics_spec *spec, size_t samples)
{
    const kr_structure *structure = spec->structure;
    double path = (double)tree->ncomponents + (double)tree->nsets, steps;
    if (!samples) {
        double n = (double)tree->nrlzs;
        return (double)tree->npaths * (path + (double)tree->nrates / 4) +
               n * (20 + (double)tree->ntrts + (double)spec->nstats + log2(n + 1));
    }
    steps = (double)samples * (4 * path + (double)spec->nstats + 20) + (double)tree->nrates;
    for (size_t p = 0; p < structure->nparts && !spec->visited; p++)
        steps += 1 + (structure->parts[p].kind == KR_PART_BLOCK
                          ? (double)structure->parts[p].nstates *
                                (1 + (double)structure->parts[p].ntables)
                          : (double)structure->parts[p].nchildren);
    return steps;
}

/* ------------------------------------------------------------------ bounds */

void kr_witness_expect(kr_testimony *t, const char *what, double value, double low, double high)
{
    if (!t->agrees || (value >= low && value <= high))
        return;
    t->agrees = false;
    t->what = what;
    t->value = value;
    t->low = low;
    t->high = high;
}

double kr_witness_poe(const kr_witness *w, double x)
{
    return w->scale == KR_SCALE_RATE || w->scale == KR_SCALE_RATE_CLIPPED ? -expm1(-x) : x;
}

double kr_witness_stored(const kr_witness *w, kr_stat_kind kind, double x)
{
    const kr_statistics_spec *spec = &w->spec;
    if (!spec->use_rates || kind == KR_STAT_COV || (spec->exact && kind == KR_STAT_STD))
        return x;
    if (!spec->exact && spec->fast_mean)
        return (double)(1 - kr_exp_single(-(float)x));
    return -expm1(-x);
}

/* A number in single precision is off by 6e-8, below 1e-37 by 1e-45. */
double kr_witness_slack(const kr_witness *w, double x)
{
    return 1e-6 * fabs(x) + 1e-44 + (w->spec.fast_mean ? 5e-7 : 0);
}

/* ------------------------------------------------------------------ a level */

/* Has the measure a model with a weight, and is any rate not 0? Else all statistics are 0. */
static bool is_empty(const kr_witness *w, const kr_site_rates *rates, size_t level)
{
    const kr_tree *tree = w->tree;
    size_t column = kr_witness_column(w, level);
    bool any = false;
    for (size_t k = 0; k < tree->nrates && !any; k++)
        any = rates->rates[k * rates->stride + level] != 0;
    for (size_t t = 0; t < tree->ntrts && any; t++) {
        double sum = 0;
        for (size_t g = tree->first_gsim[t]; g < tree->first_gsim[t + 1]; g++)
            sum += tree->gsims[g].weights[column];
        any = sum != 0;
    }
    return !any;
}

kr_testimony kr_witness_level(kr_witness *w, const kr_site_rates *rates, size_t level,
                              const float *stored, const double *brackets, uint64_t draw)
{
    kr_testimony t = {.agrees = true, .what = ""};
    size_t levels = w->spec.nimts * w->spec.nlevels;
    if (is_empty(w, rates, level)) {
        for (size_t i = 0; i < w->spec.nstats; i++)
            kr_witness_expect(&t, w->spec.stats[i].name, (double)stored[i * levels], 0, 0);
        return t;
    }
    if (w->samples)
        kr_witness_draw(w, rates, level, stored, brackets, draw, &t);
    else
        kr_witness_list(w, rates, level, stored, brackets, &t);
    return t;
}
