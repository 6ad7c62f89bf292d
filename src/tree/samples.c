/* Sampled trees: paths and ground-motion models with the reference's random streams. */
#include "tree/inside.h"
#include "tree/sample.h"

#include <stdlib.h>
#include <string.h>

/* Paths as they are drawn, one after another in `branches`. */
typedef struct drawn {
    const kr_job *job;
    kr_tree *tree;
    const kr_tree_inside *in;
    size_t *first; /* n + 1 */
    uint32_t *branches;
    size_t nbranches, cap;
} drawn;

/* The branch that a set takes; `path`: those before it, n of them. */
static uint32_t draw_branch(const drawn *f, uint32_t set, const double *x, double *weights,
                            const uint32_t *path, size_t n)
{
    const kr_tree_set *at = &f->tree->sets[set];
    const kr_tree_set *with = at->moves_with == KR_NO_SET ? NULL : &f->tree->sets[at->moves_with];

    for (size_t i = 0; with && i < n; i++)
        for (size_t k = 0; f->tree->branches[path[i]].set == at->moves_with && k < with->nbranches;
             k++)
            if (with->branches[k] == path[i])
                return at->taken[k];
    for (size_t k = 0; k < at->nbranches; k++)
        weights[k] = f->tree->branches[at->branches[k]].weight;
    return at->branches[kr_sample_pick(weights, at->nbranches, x[f->in->smlt.sets[set].ordinal],
                                       f->job->sampling_method)];
}

static kr_status draw_path(drawn *f, const double *x, double *weights)
{
    kr_status s = KR_OK;
    size_t first = f->nbranches;

    for (uint32_t set = 0; set != KR_NO_SET;) {
        size_t before = f->nbranches - first;
        uint32_t branch =
            draw_branch(f, set, x, weights, before ? f->branches + first : NULL, before);
        KR_GROW(f->branches, f->cap, f->nbranches + 1, f->tree->arena.ctx, KR_ACCOUNT_TREE);
        f->branches[f->nbranches++] = branch;
        set = f->tree->branches[branch].next;
    }
out:
    return s;
}

static kr_status draw_paths(kr_ctx *ctx, drawn *f)
{
    kr_status s = KR_OK;
    const kr_smlt *t = &f->in->smlt;
    size_t n = f->job->samples, widest = 0;
    double *x = NULL, *weights = NULL;

    for (size_t i = 0; i < t->nsets; i++)
        if (t->sets[i].nbranches > widest)
            widest = t->sets[i].nbranches;
    KR_NEW(weights, ctx, KR_ACCOUNT_READING, widest + 1);
    KR_NEW(f->first, ctx, KR_ACCOUNT_READING, n + 1);
    KR_TRY(
        kr_sample_matrix(ctx, f->job->random_seed, n, t->nordinals, f->job->sampling_method, &x));
    for (size_t i = 0; i < n; i++) {
        KR_TRY(draw_path(f, x + i * t->nordinals, weights));
        f->first[i + 1] = f->nbranches;
    }
out:
    kr_free(x);
    kr_free(weights);
    return s;
}

/* Weight of one sample's path, multiplied from the root. */
static double drawn_weight(const drawn *f, const uint32_t *branches, size_t n)
{
    double w = 1;

    if (f->tree->early)
        return 1.0 / (double)f->job->samples;
    for (size_t i = 0; i < n; i++)
        if (f->tree->sets[f->tree->branches[branches[i]].set].moves_with == KR_NO_SET)
            w *= f->tree->branches[branches[i]].weight;
    return w;
}

typedef struct path_key {
    const uint32_t *branches;
    size_t n, index;
} path_key;

/* Branches are numbered in the order of the path ids. */
static int compare_branches(const path_key *a, const path_key *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (a->branches[i] != b->branches[i])
            return a->branches[i] < b->branches[i] ? -1 : 1;
    return a->n < b->n ? -1 : a->n > b->n;
}

static int compare_paths(const void *pa, const void *pb)
{
    const path_key *a = pa, *b = pb;
    int c = compare_branches(a, b);

    return c != 0 ? c : a->index < b->index ? -1 : a->index > b->index;
}

static kr_status room_for_paths(kr_tree *tree, const drawn *f)
{
    kr_status s = KR_OK;
    size_t n = f->job->samples;

    KR_ANEW(tree->path_first, &tree->arena, n + 1);
    KR_ANEW(tree->path_branches, &tree->arena, f->nbranches + 1);
    KR_ANEW(tree->path_weights, &tree->arena, n + 1);
    KR_ANEW(tree->first_sample, &tree->arena, n + 1);
out:
    return s;
}

/* The distinct paths in order. */
static kr_status sort_paths(kr_ctx *ctx, drawn *f)
{
    kr_status s = KR_OK;
    kr_tree *tree = f->tree;
    size_t n = f->job->samples;
    path_key *keys = NULL;
    /* In the reference a path that late sampling meets k times gives each of its k samples k times
     * its weight. */
    bool exact_late = !tree->early && f->job->compat == KR_COMPAT_EXACT;

    KR_TRY(room_for_paths(tree, f));
    KR_NEW(keys, ctx, KR_ACCOUNT_READING, n);
    for (size_t i = 0; i < n; i++)
        keys[i] = (path_key){f->branches + f->first[i], f->first[i + 1] - f->first[i], i};
    qsort(keys, n, sizeof *keys, compare_paths);
    tree->npaths = 0;
    for (size_t i = 0; i < n; i++) {
        bool fresh = i == 0 || compare_branches(&keys[i - 1], &keys[i]) != 0;
        size_t p = tree->npaths - !fresh;
        if (fresh) {
            memcpy(tree->path_branches + tree->path_first[p], keys[i].branches,
                   keys[i].n * sizeof *keys[i].branches);
            tree->path_first[p + 1] = tree->path_first[p] + keys[i].n;
            tree->first_sample[p + 1] = tree->first_sample[p];
            tree->npaths++;
        }
        if (fresh || !exact_late)
            tree->path_weights[p] += drawn_weight(f, keys[i].branches, keys[i].n);
        tree->first_sample[p + 1]++;
    }
out:
    kr_free(keys);
    return s;
}

static kr_status draw_gsims(kr_ctx *ctx, const kr_job *job, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n = job->samples;
    double *x = NULL, *weights = NULL;

    KR_ANEW(tree->sample_gsims, &tree->arena, n * tree->ntrts + 1);
    KR_NEW(weights, ctx, KR_ACCOUNT_READING, tree->ngsims + 1);
    KR_TRY(kr_sample_matrix(ctx, job->random_seed + 1, n, tree->ntrts, job->sampling_method, &x));
    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t first = tree->first_gsim[t], count = tree->first_gsim[t + 1] - first;
        for (size_t g = 0; g < count; g++)
            weights[g] = tree->gsims[first + g].weights[0];
        for (size_t i = 0; i < n; i++)
            tree->sample_gsims[i * tree->ntrts + t] =
                (uint32_t)(first + kr_sample_pick(weights, count, x[i * tree->ntrts + t],
                                                  job->sampling_method));
    }
out:
    kr_free(x);
    kr_free(weights);
    return s;
}

kr_status kr_samples_make(kr_ctx *ctx, const kr_job *job, kr_tree *tree, const kr_tree_inside *in)
{
    kr_status s = KR_OK;
    drawn f = {.job = job, .tree = tree, .in = in};

    tree->sampled = true;
    tree->early = !kr_sampling_late(job->sampling_method);
    tree->nrlzs = job->samples;
    tree->rlzs = (double)job->samples;
    KR_TRY(draw_paths(ctx, &f));
    KR_TRY(sort_paths(ctx, &f));
    tree->paths = (double)tree->npaths;
    KR_TRY(draw_gsims(ctx, job, tree));
out:
    kr_free(f.first);
    kr_free(f.branches);
    return s;
}
