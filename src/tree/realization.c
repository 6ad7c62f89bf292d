/* Realizations: combinations of a path and ground-motion models, numbered and weighed, none of them
 * stored. */
#include "base/str.h"
#include "tree/inside.h"
#include "tree/name.h"
#include "tree/sample.h"

#include <string.h>

/* Up to so many realizations the sum of weights is taken one by one, with the reference's rounding.
 */
enum { SUM_MAX = 20000000 };

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

/* Weight of a path; `single`: rounded as the reference stores it, before it exports realizations.
 */
static double rlz_path_weight(const kr_tree *tree, size_t p, bool single)
{
    return single ? (double)(float)tree->paths[p].weight : tree->paths[p].weight;
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
    for (int single = 0; single < 2; single++) {
        double sum = 0;
        for (size_t p = 0; p < tree->npaths; p++)
            for (size_t i = 0; i < n; i++)
                sum += rlz_path_weight(tree, p, single) * ws[i];
        out[single] = sum;
    }
out:
    kr_free(ws);
    kr_free(gsims);
    return s;
}

static double rlz_sum_factored(const kr_tree *tree, bool single)
{
    double product = 0;

    for (size_t p = 0; p < tree->npaths; p++)
        product += rlz_path_weight(tree, p, single);
    for (size_t t = 0; t < tree->ntrts; t++) {
        double sum = 0;
        for (size_t g = tree->first_gsim[t]; g < tree->first_gsim[t + 1]; g++)
            sum += tree->gsims[g].weights[0];
        product *= sum;
    }
    return product;
}

static kr_status rlz_enumerate(kr_ctx *ctx, const kr_job *job, kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;
    double count = 1;

    in->combinations = 1;
    for (size_t t = 0; t < tree->ntrts; t++) {
        count *= (double)rlz_count(tree, t);
        in->combinations *= rlz_count(tree, t);
    }
    if (count * (double)tree->npaths > 9e18)
        return kr_fail(ctx, KR_EINPUT,
                       "%s: the logic tree has %.3g realizations; at most 9e18 can be numbered",
                       job->path, count * (double)tree->npaths);
    tree->nrlzs = tree->npaths * in->combinations;
    in->total[0] = rlz_sum_factored(tree, false);
    in->total[1] = rlz_sum_factored(tree, true);
    if (tree->nrlzs <= SUM_MAX)
        KR_TRY(rlz_sum_all(ctx, tree, in->total));
out:
    return s;
}

static kr_status rlz_sample(kr_ctx *ctx, const kr_job *job, kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;
    size_t n = job->samples;
    double *x = NULL, *weights = NULL;

    tree->nrlzs = n;
    KR_ANEW(in->first_sample, &tree->arena, tree->npaths + 1);
    for (size_t p = 0; p < tree->npaths; p++)
        in->first_sample[p + 1] = in->first_sample[p] + tree->paths[p].samples;
    KR_ANEW(in->sample_gsims, &tree->arena, n * tree->ntrts + 1);
    KR_NEW(weights, ctx, KR_ACCOUNT_READING, tree->ngsims + 1);
    KR_TRY(kr_sample_matrix(ctx, job->random_seed + 1, n, tree->ntrts, job->sampling_method, &x));
    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t first = tree->first_gsim[t], count = rlz_count(tree, t);
        for (size_t g = 0; g < count; g++)
            weights[g] = tree->gsims[first + g].weights[0];
        for (size_t i = 0; i < n; i++)
            in->sample_gsims[i * tree->ntrts + t] =
                (uint32_t)(first + kr_sample_pick(weights, count, x[i * tree->ntrts + t],
                                                  job->sampling_method));
    }
out:
    kr_free(x);
    kr_free(weights);
    return s;
}

static kr_status rlz_sum_samples(kr_ctx *ctx, const kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;
    size_t *gsims = NULL;

    KR_NEW(gsims, ctx, KR_ACCOUNT_READING, tree->ntrts + 1);
    in->total[0] = in->total[1] = 0;
    for (size_t p = 0, r = 0; p < tree->npaths; p++)
        for (; r < in->first_sample[p + 1]; r++) {
            double w = 1.0 / (double)tree->nrlzs;
            for (size_t t = 0; t < tree->ntrts; t++)
                gsims[t] = in->sample_gsims[r * tree->ntrts + t];
            if (!in->early)
                w = rlz_gsim_weight(tree, gsims, 0);
            for (int single = 0; single < 2; single++)
                in->total[single] += in->early ? w : rlz_path_weight(tree, p, single) * w;
        }
out:
    kr_free(gsims);
    return s;
}

kr_status kr_realizations_make(kr_ctx *ctx, const kr_job *job, kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;

    in->sampled = job->samples > 0;
    in->early = !kr_sampling_late(job->sampling_method);
    if (in->sampled) {
        KR_TRY(rlz_sample(ctx, job, tree, in));
        KR_TRY(rlz_sum_samples(ctx, tree, in));
    } else {
        KR_TRY(rlz_enumerate(ctx, job, tree, in));
    }
    if (!(in->total[0] > 0))
        s = kr_fail(ctx, KR_EINPUT, "%s: the weights of all realizations are 0", job->path);
out:
    return s;
}

/* The path of sample r: the last one that begins at r or before. */
static size_t rlz_path_of_sample(const kr_tree_inside *in, size_t npaths, size_t r)
{
    size_t low = 0, high = npaths;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (in->first_sample[mid] <= r)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* The ground-motion model of realization r for a tectonic region type. */
static size_t rlz_gsim(const kr_tree *tree, const kr_tree_inside *in, size_t r, size_t trt)
{
    size_t rest;

    if (in->sampled)
        return in->sample_gsims[r * tree->ntrts + trt];
    rest = r % in->combinations;
    for (size_t t = tree->ntrts; --t > trt;)
        rest /= rlz_count(tree, t);
    return tree->first_gsim[trt] + rest % rlz_count(tree, trt);
}

static size_t rlz_path(const kr_tree *tree, const kr_tree_inside *in, size_t r)
{
    return in->sampled ? rlz_path_of_sample(in, tree->npaths, r) : r / in->combinations;
}

void kr_tree_realization(const kr_tree *tree, size_t r, size_t *gsims, kr_realization *out)
{
    const kr_tree_inside *in = tree->inside;
    size_t rest = in->sampled ? 0 : r % in->combinations;

    out->path = rlz_path(tree, in, r);
    out->gsims = gsims;
    for (size_t t = tree->ntrts; t-- > 0;) {
        if (in->sampled) {
            gsims[t] = in->sample_gsims[r * tree->ntrts + t];
            continue;
        }
        gsims[t] = tree->first_gsim[t] + rest % rlz_count(tree, t);
        rest /= rlz_count(tree, t);
    }
}

static double rlz_weight(const kr_tree *tree, size_t r, size_t w, bool single)
{
    const kr_tree_inside *in = tree->inside;
    double x = 1;

    if (in->sampled && in->early)
        return 1.0 / (double)tree->nrlzs / in->total[single];
    for (size_t t = 0; t < tree->ntrts; t++)
        x *= tree->gsims[rlz_gsim(tree, in, r, t)].weights[w];
    return rlz_path_weight(tree, rlz_path(tree, in, r), single) * x / in->total[single];
}

double kr_tree_weight(const kr_tree *tree, size_t r, size_t w)
{
    return rlz_weight(tree, r, w, false);
}

double kr_tree_weight_exported(const kr_tree *tree, size_t r)
{
    return rlz_weight(tree, r, 0, true);
}

/* Position of a model among those of a component. */
static size_t rlz_position(const kr_component *c, size_t gsim)
{
    size_t low = 0, high = c->ngsims;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (c->gsims[mid] <= gsim)
            low = mid;
        else
            high = mid;
    }
    return low;
}

size_t kr_tree_rates(const kr_tree *tree, size_t r, uint32_t *out)
{
    const kr_tree_inside *in = tree->inside;
    const kr_source_path *path = &tree->paths[rlz_path(tree, in, r)];

    for (size_t i = 0; i < path->ncomponents; i++) {
        const kr_component *c = &tree->components[path->components[i]];
        out[i] = (uint32_t)(c->first_rate + rlz_position(c, rlz_gsim(tree, in, r, c->trt)));
    }
    return path->ncomponents;
}

/* Have all models of the tree one id? Collapsed branch sets can repeat that of another set. */
static bool rlz_one_gsim_id(const kr_tree *tree)
{
    for (size_t g = 1; g < tree->ngsims; g++)
        if (!kr_str_eq(tree->gsims[g].branch_id, tree->gsims[0].branch_id))
            return false;
    return true;
}

void kr_tree_rlz_name(const kr_tree *tree, size_t r, char *buffer, size_t size)
{
    const kr_tree_inside *in = tree->inside;
    const char *path = tree->paths[rlz_path(tree, in, r)].name;
    size_t n = strlen(path), nletters = rlz_one_gsim_id(tree) ? 1 : tree->ntrts;

    if (size == 0)
        return;
    if (n + 1 >= size)
        n = size > 1 ? size - 2 : 0;
    memcpy(buffer, path, n);
    if (size > 1)
        buffer[n++] = '~';
    for (size_t t = 0; t < nletters; t++) {
        char letter[KR_LETTER_MAX];
        size_t len = kr_letter(rlz_gsim(tree, in, r, t) - tree->first_gsim[t], letter);
        if (n + len + 1 > size)
            break;
        memcpy(buffer + n, letter, len);
        n += len;
    }
    buffer[n < size ? n : size - 1] = '\0';
}

/* Which models the samples of a component's paths use: marks, by gsim. */
static void rlz_mark_used(const kr_tree *tree, const kr_tree_inside *in, size_t path,
                          unsigned char *used)
{
    for (size_t r = in->first_sample[path]; r < in->first_sample[path + 1]; r++)
        for (size_t t = 0; t < tree->ntrts; t++)
            used[in->sample_gsims[r * tree->ntrts + t]] = 1;
}

/* Models used by each path, then by each component: used[c * ngsims + g]. */
static kr_status rlz_used(kr_ctx *ctx, const kr_tree *tree, const kr_tree_inside *in,
                          unsigned char **out)
{
    kr_status s = KR_OK;
    unsigned char *used = NULL, *of_path = NULL;
    size_t n = tree->ngsims;

    KR_NEW(used, ctx, KR_ACCOUNT_READING, tree->ncomponents * n + 1);
    KR_NEW(of_path, ctx, KR_ACCOUNT_READING, n + 1);
    for (size_t p = 0; in->sampled && p < tree->npaths; p++) {
        memset(of_path, 0, n);
        rlz_mark_used(tree, in, p, of_path);
        for (size_t i = 0; i < tree->paths[p].ncomponents; i++)
            for (size_t g = 0; g < n; g++)
                used[tree->paths[p].components[i] * n + g] |= of_path[g];
    }
    *out = used;
    used = NULL;
out:
    kr_free(used);
    kr_free(of_path);
    return s;
}

kr_status kr_rates_number(kr_ctx *ctx, kr_tree *tree, const kr_tree_inside *in)
{
    kr_status s = KR_OK;
    unsigned char *used = NULL;
    size_t *all;

    KR_ANEW(all, &tree->arena, tree->ngsims + 1);
    for (size_t g = 0; g < tree->ngsims; g++)
        all[g] = g;
    KR_TRY(rlz_used(ctx, tree, in, &used));
    for (size_t c = 0; c < tree->ncomponents; c++) {
        kr_component *component = &tree->components[c];
        size_t first = tree->first_gsim[component->trt], n = rlz_count(tree, component->trt);
        size_t *list;

        component->first_rate = tree->nrates;
        component->gsims = all + first;
        component->ngsims = n;
        if (in->sampled) {
            KR_ANEW(list, &tree->arena, n);
            component->gsims = list;
            component->ngsims = 0;
            for (size_t g = first; g < first + n; g++)
                if (used[c * tree->ngsims + g])
                    list[component->ngsims++] = g;
        }
        tree->nrates += component->ngsims;
    }
    if (tree->nrates > UINT32_MAX)
        s = kr_fail(ctx, KR_EINPUT,
                    "the logic tree needs %zu component rates; at most %u can be numbered",
                    tree->nrates, UINT32_MAX);
out:
    kr_free(used);
    return s;
}
