/* Realizations: combinations of a path and ground-motion models, numbered and weighed, none of them
 * stored. */
#include "base/str.h"
#include "tree/inside.h"
#include "tree/name.h"

#include <string.h>

/* Up to so many realizations the sum of weights is taken one by one, with the reference's rounding.
 */
enum { SUM_MAX = 20000000, SUM_PATHS_MAX = 1000000 };

static size_t rlz_count(const kr_tree *tree, size_t trt)
{
    return tree->first_gsim[trt + 1] - tree->first_gsim[trt];
}

/* Weight of a combination, in the reference's order of multiplication. */
static double rlz_gsim_weight(const kr_tree *tree, const size_t *gsims, size_t w)
{
    double x = 1;

    for (size_t t = 0; t < tree->ntrts; t++)
        x *= tree->gsims[gsims[t]].weights[w];
    return x;
}

/* The sum over all combinations of all paths, one by one in order. */
static kr_status rlz_sum_all(kr_ctx *ctx, const kr_tree *tree, double out[2])
{
    kr_status s = KR_OK;
    double *ws = NULL;
    size_t *gsims = NULL, n = 1;

    for (size_t t = 0; t < tree->ntrts; t++)
        n *= rlz_count(tree, t);
    KR_NEW(ws, ctx, KR_ACCOUNT_READING, n);
    KR_NEW(gsims, ctx, KR_ACCOUNT_READING, tree->ntrts + 1);
    for (size_t i = 0; i < n; i++) {
        size_t rest = i;
        for (size_t t = tree->ntrts; t-- > 0; rest /= rlz_count(tree, t))
            gsims[t] = tree->first_gsim[t] + rest % rlz_count(tree, t);
        ws[i] = rlz_gsim_weight(tree, gsims, 0);
    }
    out[0] = out[1] = 0;
    for (size_t p = 0; p < tree->npaths; p++)
        for (int single = 0; single < 2; single++) {
            double w = kr_path_weight(tree, p, single);
            for (size_t i = 0; i < n; i++)
                out[single] += w * ws[i];
        }
out:
    kr_free(ws);
    kr_free(gsims);
    return s;
}

/* Sum of the weights of all paths, node by node. */
static kr_status rlz_sum_paths(kr_ctx *ctx, const kr_tree *tree, double *out)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &tree->diagrams;
    double *sums = NULL;

    KR_NEW(sums, ctx, KR_ACCOUNT_READING, d->nnodes);
    for (size_t i = 0; i < d->nnodes; i++) {
        bool moving = !tree->sampled && tree->sets[d->nodes[i].set].moves_with != KR_NO_SET;
        for (size_t e = d->nodes[i].first_edge; e < d->nodes[i].first_edge + d->nodes[i].nedges;
             e++) {
            double below = kr_diagram_count(sums, d->edges[e].to);
            sums[i] += moving ? below : below * tree->branches[d->edges[e].branch].weight;
        }
    }
    *out = kr_diagram_count(sums, tree->walk);
out:
    kr_free(sums);
    return s;
}

static kr_status rlz_sum_factored(kr_ctx *ctx, const kr_tree *tree, double out[2])
{
    kr_status s = KR_OK;
    double product;

    KR_TRY(rlz_sum_paths(ctx, tree, &product));
    for (size_t t = 0; t < tree->ntrts; t++) {
        double sum = 0;
        for (size_t g = tree->first_gsim[t]; g < tree->first_gsim[t + 1]; g++)
            sum += tree->gsims[g].weights[0];
        product *= sum;
    }
    out[0] = out[1] = product;
out:
    return s;
}

static kr_status rlz_enumerate(kr_ctx *ctx, kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;
    double count = 1;

    for (size_t t = 0; t < tree->ntrts; t++)
        count *= (double)rlz_count(tree, t);
    tree->rlzs = count * tree->paths;
    in->combinations = 1;
    tree->nrlzs = KR_UNNUMBERED;
    if (tree->rlzs < 9e18) {
        for (size_t t = 0; t < tree->ntrts; t++)
            in->combinations *= rlz_count(tree, t);
        tree->nrlzs = tree->npaths * in->combinations;
    }
    if (tree->nrlzs <= SUM_MAX && tree->npaths <= SUM_PATHS_MAX)
        KR_TRY(rlz_sum_all(ctx, tree, in->total));
    else
        KR_TRY(rlz_sum_factored(ctx, tree, in->total));
out:
    return s;
}

static kr_status rlz_sum_samples(kr_ctx *ctx, const kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;
    size_t *gsims = NULL;

    KR_NEW(gsims, ctx, KR_ACCOUNT_READING, tree->ntrts + 1);
    in->total[0] = in->total[1] = 0;
    for (size_t p = 0, r = 0; p < tree->npaths; p++)
        for (; r < tree->first_sample[p + 1]; r++) {
            double w = 1.0 / (double)tree->nrlzs;
            for (size_t t = 0; t < tree->ntrts; t++)
                gsims[t] = tree->sample_gsims[r * tree->ntrts + t];
            if (!tree->early)
                w = rlz_gsim_weight(tree, gsims, 0);
            for (int single = 0; single < 2; single++)
                in->total[single] += tree->early ? w : kr_path_weight(tree, p, single) * w;
        }
out:
    kr_free(gsims);
    return s;
}

/* Collapsed branch sets can repeat the id of another set. */
static bool rlz_one_gsim_id(const kr_tree *tree)
{
    for (size_t g = 1; g < tree->ngsims; g++)
        if (!kr_str_eq(tree->gsims[g].branch_id, tree->gsims[0].branch_id))
            return false;
    return true;
}

/* Of a tree that was not read from files. */
static bool rlz_one_branch_id(const kr_tree *tree)
{
    const char *first = NULL;

    for (size_t i = 0; i < tree->nbranches; i++) {
        const char *id = tree->branches[i].branch;
        if (kr_str_eq(id, "."))
            continue;
        if (first && !kr_str_eq(id, first))
            return false;
        first = id;
    }
    return first != NULL;
}

kr_status kr_realizations_number(kr_ctx *ctx, kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;

    in->one_branch_id = tree->one_branch || rlz_one_branch_id(tree);
    in->one_gsim_id = rlz_one_gsim_id(tree);
    KR_TRY(tree->sampled ? rlz_sum_samples(ctx, tree, in) : rlz_enumerate(ctx, tree, in));
    if (!(in->total[0] > 0))
        s = kr_fail(ctx, KR_EINPUT, "the weights of all realizations are 0; give some a weight");
out:
    return s;
}

/* The path of sample r: the last one that begins at r or before. */
static size_t rlz_path_of_sample(const kr_tree *tree, size_t r)
{
    size_t low = 0, high = tree->npaths;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (tree->first_sample[mid] <= r)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* The ground-motion model of realization r for a tectonic region type. */
static size_t rlz_gsim(const kr_tree *tree, size_t r, size_t trt)
{
    const kr_tree_inside *in = tree->inside;
    size_t rest;

    if (tree->sampled)
        return tree->sample_gsims[r * tree->ntrts + trt];
    rest = r % in->combinations;
    for (size_t t = tree->ntrts; --t > trt;)
        rest /= rlz_count(tree, t);
    return tree->first_gsim[trt] + rest % rlz_count(tree, trt);
}

static size_t rlz_path(const kr_tree *tree, size_t r)
{
    const kr_tree_inside *in = tree->inside;

    return tree->sampled ? rlz_path_of_sample(tree, r) : r / in->combinations;
}

void kr_tree_realization(const kr_tree *tree, size_t r, size_t *gsims, kr_realization *out)
{
    out->path = rlz_path(tree, r);
    out->gsims = gsims;
    for (size_t t = 0; t < tree->ntrts; t++)
        gsims[t] = rlz_gsim(tree, r, t);
}

static double rlz_weight(const kr_tree *tree, size_t r, size_t w, bool single)
{
    const kr_tree_inside *in = tree->inside;
    double x = 1;

    if (tree->sampled && tree->early)
        return 1.0 / (double)tree->nrlzs / in->total[single];
    for (size_t t = 0; t < tree->ntrts; t++)
        x *= tree->gsims[rlz_gsim(tree, r, t)].weights[w];
    return kr_path_weight(tree, rlz_path(tree, r), single) * x / in->total[single];
}

double kr_tree_weight(const kr_tree *tree, size_t r, size_t w)
{
    return rlz_weight(tree, r, w, false);
}

double kr_tree_weight_exported(const kr_tree *tree, size_t r)
{
    return rlz_weight(tree, r, 0, true);
}

size_t kr_component_rate(const kr_component *c, size_t gsim)
{
    size_t low = 0, high = c->ngsims;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (c->gsims[mid] <= gsim)
            low = mid;
        else
            high = mid;
    }
    return c->first_rate + low;
}

size_t kr_tree_rates(const kr_tree *tree, size_t r, uint32_t *branches, uint32_t *out)
{
    size_t n = kr_tree_path_components(tree, rlz_path(tree, r), branches, out);

    for (size_t i = 0; i < n; i++) {
        const kr_component *c = &tree->components[out[i]];
        out[i] = (uint32_t)kr_component_rate(c, rlz_gsim(tree, r, c->trt));
    }
    return n;
}

kr_status kr_tree_rlz_name(const kr_tree *tree, size_t r, kr_arena *arena, const char **out)
{
    kr_status s = KR_OK;
    const kr_tree_inside *in = tree->inside;
    size_t nletters = in->one_gsim_id ? 1 : tree->ntrts, n;
    kr_source_path path;
    char *name;

    KR_TRY(kr_tree_path(tree, rlz_path(tree, r), arena, &path));
    n = strlen(path.name);
    KR_ANEW(name, arena, n + 1 + nletters * KR_LETTER_MAX + 1);
    memcpy(name, path.name, n);
    name[n++] = '~';
    for (size_t t = 0; t < nletters; t++)
        n += kr_letter(rlz_gsim(tree, r, t) - tree->first_gsim[t], name + n);
    *out = name;
out:
    return s;
}
