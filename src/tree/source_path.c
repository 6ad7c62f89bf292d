#include "tree/source_path.h"

#include "base/str.h"
#include "tree/name.h"
#include "tree/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Paths as they are found, before sorting. */
typedef struct found {
    const kr_smlt *t;
    size_t n, first_cap;
    size_t *first;
    uint32_t *branches;
    size_t nbranches, branches_cap;
    kr_arena scratch; /* ids of samples, most of them repeated */
} found;

typedef struct path_key {
    const char *id;
    size_t index;
} path_key;

double kr_smlt_count(const kr_smlt *t)
{
    kr_status s = KR_OK;
    double total = 0, *count = NULL;

    KR_NEW(count, t->ctx, KR_ACCOUNT_READING, t->nsets + 1);
    for (size_t i = t->nsets; i-- > 0;) /* what follows a branch was read after it */
        for (size_t b = 0; b < t->sets[i].nbranches; b++) {
            uint32_t child = t->branches[t->sets[i].branches[b]].child;
            count[i] += child == KR_LT_NONE ? 1 : count[child];
        }
    total = t->nsets > 0 ? count[0] : 0;
out:
    kr_free(count);
    return s == KR_OK ? total : NAN;
}

static kr_status path_start(found *f)
{
    kr_status s = KR_OK;

    KR_GROW(f->first, f->first_cap, f->n + 2, f->t->ctx, KR_ACCOUNT_TREE);
    f->first[f->n] = f->nbranches;
out:
    return s;
}

static kr_status path_add(found *f, uint32_t branch)
{
    kr_status s = KR_OK;

    KR_GROW(f->branches, f->branches_cap, f->nbranches + 1, f->t->ctx, KR_ACCOUNT_TREE);
    f->branches[f->nbranches++] = branch;
out:
    return s;
}

/* Depth first, branches in the order of the file. choice[d]: position in the set at depth d. */
static kr_status path_enumerate(found *f)
{
    kr_status s = KR_OK;
    const kr_smlt *t = f->t;
    uint32_t *set = NULL, *choice = NULL;
    size_t depth = 0;

    KR_NEW(set, t->ctx, KR_ACCOUNT_READING, t->nsets + 1);
    KR_NEW(choice, t->ctx, KR_ACCOUNT_READING, t->nsets + 1);
    for (;;) {
        uint32_t child = t->branches[t->sets[set[depth]].branches[choice[depth]]].child;
        if (child != KR_LT_NONE) {
            set[++depth] = child;
            choice[depth] = 0;
            continue;
        }
        KR_TRY(path_start(f));
        for (size_t d = 0; d <= depth; d++)
            KR_TRY(path_add(f, t->sets[set[d]].branches[choice[d]]));
        f->first[++f->n] = f->nbranches;
        while (++choice[depth] == t->sets[set[depth]].nbranches)
            if (depth-- == 0)
                goto out;
    }
out:
    kr_free(set);
    kr_free(choice);
    return s;
}

static kr_status path_walk(found *f, const double *x, double *weights)
{
    kr_status s = KR_OK;
    const kr_smlt *t = f->t;
    uint32_t set = 0;

    KR_TRY(path_start(f));
    while (set != KR_LT_NONE) {
        const kr_lt_set *at = &t->sets[set];
        uint32_t branch;
        for (size_t b = 0; b < at->nbranches; b++)
            weights[b] = t->branches[at->branches[b]].weight;
        branch = at->branches[kr_sample_pick(weights, at->nbranches, x[at->ordinal],
                                             t->job->sampling_method)];
        KR_TRY(path_add(f, branch));
        set = t->branches[branch].child;
    }
    f->first[++f->n] = f->nbranches;
out:
    return s;
}

static kr_status path_sample(found *f)
{
    kr_status s = KR_OK;
    const kr_smlt *t = f->t;
    double *x = NULL, *weights = NULL;
    size_t widest = 0;

    for (size_t i = 0; i < t->nsets; i++)
        if (t->sets[i].nbranches > widest)
            widest = t->sets[i].nbranches;
    KR_NEW(weights, t->ctx, KR_ACCOUNT_READING, widest + 1);
    KR_TRY(kr_sample_matrix(t->ctx, t->job->random_seed, t->job->samples, t->nordinals,
                            t->job->sampling_method, &x));
    for (size_t i = 0; i < t->job->samples; i++)
        KR_TRY(path_walk(f, x + i * t->nordinals, weights));
out:
    kr_free(x);
    kr_free(weights);
    return s;
}

static char *path_id(found *f, size_t p)
{
    const kr_smlt *t = f->t;
    size_t n = 0;
    char *id, *to;

    for (size_t i = f->first[p]; i < f->first[p + 1]; i++)
        n += strlen(t->branches[f->branches[i]].id) + 1;
    id = kr_arena_alloc(t->job->samples > 0 ? &f->scratch : t->arena, n + 1, 1);
    if (!id)
        return NULL;
    to = id;
    for (size_t i = f->first[p]; i < f->first[p + 1]; i++) {
        const char *part = t->branches[f->branches[i]].id;
        size_t len = strlen(part);
        if (i > f->first[p])
            *to++ = '~';
        memcpy(to, part, len + 1); /* the next part takes the place of the NUL */
        to += len;
    }
    return id;
}

static int path_compare(const void *pa, const void *pb)
{
    const path_key *a = pa, *b = pb;
    int c = strcmp(a->id, b->id);

    return c != 0 ? c : a->index < b->index ? -1 : a->index > b->index;
}

/* Weight of one path; the order of multiplication is the reference's: from the leaf in full
 * enumeration, from the root in samples. */
static double path_weight(const found *f, size_t p)
{
    const kr_smlt *t = f->t;
    const uint32_t *b = f->branches + f->first[p];
    size_t n = f->first[p + 1] - f->first[p];
    double w = 1;

    if (t->job->samples > 0 && !kr_sampling_late(t->job->sampling_method))
        return 1.0 / (double)t->job->samples;
    for (size_t i = 0; i < n; i++)
        w *= t->branches[b[t->job->samples > 0 ? i : n - 1 - i]].weight;
    return w;
}

/* Move the found paths to `out`, sorted by id; equal ids (samples) become one. */
static kr_status path_sort(found *f, kr_paths *out)
{
    kr_status s = KR_OK;
    const kr_smlt *t = f->t;
    path_key *keys = NULL;
    /* In the reference a path that late sampling meets k times gives each of its k samples k times
     * its weight. */
    bool exact_late = t->job->samples > 0 && kr_sampling_late(t->job->sampling_method) &&
                      t->job->compat == KR_COMPAT_EXACT;

    KR_NEW(keys, t->ctx, KR_ACCOUNT_READING, f->n);
    for (size_t i = 0; i < f->n; i++) {
        keys[i] = (path_key){path_id(f, i), i};
        if (!keys[i].id) {
            s = KR_ENOMEM;
            goto out;
        }
    }
    qsort(keys, f->n, sizeof *keys, path_compare);
    KR_NEW(out->first, t->ctx, KR_ACCOUNT_TREE, f->n + 1);
    KR_NEW(out->branches, t->ctx, KR_ACCOUNT_TREE, f->nbranches);
    KR_NEW(out->ids, t->ctx, KR_ACCOUNT_TREE, f->n);
    KR_NEW(out->weights, t->ctx, KR_ACCOUNT_TREE, f->n);
    KR_NEW(out->samples, t->ctx, KR_ACCOUNT_TREE, f->n);
    for (size_t i = 0; i < f->n; i++) {
        size_t p = out->n, from = f->first[keys[i].index];
        size_t n = f->first[keys[i].index + 1] - from;
        if (i == 0 || !kr_str_eq(keys[i].id, keys[i - 1].id)) {
            memcpy(out->branches + out->first[p], f->branches + from, n * sizeof *f->branches);
            out->first[p + 1] = out->first[p] + n;
            out->ids[p] = t->job->samples > 0 ? kr_arena_strdup(t->arena, keys[i].id) : keys[i].id;
            if (!out->ids[p]) {
                s = KR_ENOMEM;
                goto out;
            }
            out->n++;
        }
        if (!exact_late || out->samples[out->n - 1] == 0)
            out->weights[out->n - 1] += path_weight(f, keys[i].index);
        out->samples[out->n - 1]++;
    }
out:
    kr_free(keys);
    return s;
}

kr_status kr_paths_make(const kr_smlt *t, kr_paths *out)
{
    kr_status s = KR_OK;
    found f = {.t = t};
    double count = kr_smlt_count(t);

    memset(out, 0, sizeof *out);
    if (isnan(count))
        return KR_ENOMEM;
    if (t->job->samples == 0 && count > KR_PATHS_MAX)
        return kr_fail_at(
            t->ctx, t->path, 0,
            "the tree has %.4g source-model paths; more than %d come with a later release, use "
            "number_of_logic_tree_samples",
            count, KR_PATHS_MAX);
    kr_arena_init(&f.scratch, t->ctx, KR_ACCOUNT_READING);
    KR_TRY(t->job->samples > 0 ? path_sample(&f) : path_enumerate(&f));
    KR_TRY(path_sort(&f, out));
out:
    kr_arena_clear(&f.scratch);
    kr_free(f.first);
    kr_free(f.branches);
    return s;
}

void kr_paths_clear(kr_paths *paths)
{
    kr_free(paths->first);
    kr_free(paths->branches);
    kr_free(paths->ids);
    kr_free(paths->weights);
    kr_free(paths->samples);
    memset(paths, 0, sizeof *paths);
}

char *kr_path_name(const kr_smlt *t, const kr_paths *paths, size_t p)
{
    size_t n = paths->first[p + 1] - paths->first[p], len = 0;
    const uint32_t *b = paths->branches + paths->first[p];
    char *name;

    if (t->nnamed == 1)
        return kr_arena_strdup(t->arena, "A");
    name = kr_arena_alloc(t->arena, (n + 1) * KR_LETTER_MAX + 1, 1);
    if (!name)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const kr_lt_branch *branch = &t->branches[b[i]];
        if (*branch->id == '.')
            name[len++] = '.';
        else if (i == 0)
            len += kr_letter_pair(branch->number, name + len);
        else
            len += kr_letter(branch->number, name + len);
    }
    return name;
}
