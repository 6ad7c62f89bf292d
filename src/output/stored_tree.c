/* The logic tree made again from the group tree/ of results.h5 (results_parts.c writes it). */
#include "base/str.h"
#include "output/stored.h"
#include "output/stored_int.h"

#include <string.h>

/* ------------------------------------------------------------------ ground-motion models */

static kr_status load_gsims(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n, dims[KR_H5_MAX_RANK] = {0, 1}, trt = 0;
    int rank;
    const char **trts, **ids, **texts;
    double *weights;
    KR_TRY(kr_reader_count(r, "tree/trts", &tree->ntrts));
    KR_TRY(kr_reader_texts(r, "tree/trts", tree->ntrts, &trts));
    KR_TRY(kr_reader_count(r, "full_lt/gsim_lt/trt", &n));
    if (n)
        KR_TRY(kr_h5_dims(r->file, "tree/gsims/weights", dims, &rank));
    if (dims[0] != n || dims[1] == 0)
        return kr_reader_damaged(r, "tree/gsims/weights");
    tree->nweights = dims[1];
    KR_TRY(kr_reader_numbers(r, "tree/gsims/weights", KR_H5_F64, n * dims[1], &weights));
    KR_TRY(kr_reader_texts(r, "full_lt/gsim_lt/branch", n, &ids));
    KR_TRY(kr_reader_texts(r, "full_lt/gsim_lt/uncertainty", n, &texts));
    tree->trts = trts;
    KR_TRY(kr_reader_texts(r, "full_lt/gsim_lt/trt", n, &trts));
    KR_ANEW(tree->gsims, r->arena, n + 1);
    KR_ANEW(tree->first_gsim, r->arena, tree->ntrts + 1);
    tree->ngsims = n;
    for (size_t g = 0; g < n; g++) {
        while (trt < tree->ntrts && !kr_str_eq(tree->trts[trt], trts[g]))
            tree->first_gsim[++trt] = g;
        if (trt == tree->ntrts)
            return kr_reader_damaged(r, "full_lt/gsim_lt/trt");
        tree->gsims[g] = (kr_gsim){.uncertainty = texts[g],
                                   .branch_id = ids[g],
                                   .trt = trt,
                                   .weights = weights + g * dims[1]};
    }
    while (trt < tree->ntrts)
        tree->first_gsim[++trt] = n;
out:
    return s;
}

/* The measures for which a model was not computed, its weight there being 0. */
static kr_status load_zeros(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t nimts = tree->nweights - 1;
    uint8_t *zeros;
    if (!kr_h5_exists(r->file, "tree/gsims/not_computed"))
        return KR_OK;
    KR_TRY(kr_reader_numbers(r, "tree/gsims/not_computed", KR_H5_U8, tree->ngsims * nimts, &zeros));
    for (size_t g = 0; g < tree->ngsims; g++)
        for (size_t m = 0; m < nimts; m++)
            if (zeros[g * nimts + m])
                tree->gsims[g].zero_for_imt = zeros + g * nimts;
out:
    return s;
}

/* ------------------------------------------------------------------ sets and branches */

static kr_status load_branches(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n, nrows;
    uint32_t *row, *set, *number, *next;
    const char **sets, **ids, **types, **values;
    double *weights;
    KR_TRY(kr_reader_count(r, "tree/branches/set", &n));
    KR_TRY(kr_reader_count(r, "full_lt/source_model_lt/branch", &nrows));
    KR_TRY(kr_reader_links(r, "tree/branches/row", n, nrows, &row));
    KR_TRY(kr_reader_indices(r, "tree/branches/set", n, tree->nsets, &set));
    KR_TRY(kr_reader_numbers(r, "tree/branches/number", KR_H5_U32, n, &number));
    KR_TRY(kr_reader_links(r, "tree/branches/next", n, tree->nsets, &next));
    KR_TRY(kr_reader_texts(r, "full_lt/source_model_lt/branchset", nrows, &sets));
    KR_TRY(kr_reader_texts(r, "full_lt/source_model_lt/branch", nrows, &ids));
    KR_TRY(kr_reader_texts(r, "full_lt/source_model_lt/utype", nrows, &types));
    KR_TRY(kr_reader_texts(r, "full_lt/source_model_lt/uvalue", nrows, &values));
    KR_TRY(kr_reader_numbers(r, "full_lt/source_model_lt/weight", KR_H5_F64, nrows, &weights));
    KR_ANEW(tree->branches, r->arena, n + 1);
    tree->nbranches = n;
    for (size_t i = 0; i < n; i++) {
        kr_tree_branch *b = &tree->branches[i];
        uint32_t k = row[i];
        bool listed = k != UINT32_MAX;
        *b = (kr_tree_branch){.branch_set = listed ? sets[k] : tree->sets[set[i]].id,
                              .branch = listed ? ids[k] : ".",
                              .type = listed ? types[k] : tree->sets[set[i]].type,
                              .value = listed ? values[k] : "",
                              .weight = listed ? weights[k] : 1,
                              .set = set[i],
                              .number = number[i],
                              .next = next[i]};
        if (next[i] != KR_NO_SET && next[i] <= set[i]) /* a walk would never end */
            return kr_reader_damaged(r, "tree/branches/next");
    }
out:
    return s;
}

static kr_status load_sets(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n, nlisted = 0, ntaken = 0;
    const char **ids, **types;
    uint32_t *counts, *moves, *listed, *taken;
    KR_TRY(kr_reader_count(r, "tree/sets/id", &n));
    KR_TRY(kr_reader_texts(r, "tree/sets/id", n, &ids));
    KR_TRY(kr_reader_texts(r, "tree/sets/type", n, &types));
    KR_TRY(kr_reader_numbers(r, "tree/sets/nbranches", KR_H5_U32, n, &counts));
    KR_TRY(kr_reader_links(r, "tree/sets/moves_with", n, n, &moves));
    KR_ANEW(tree->sets, r->arena, n + 1);
    tree->nsets = n;
    for (size_t i = 0; i < n; i++) {
        if (moves[i] != KR_NO_SET && moves[i] >= i)
            return kr_reader_damaged(r, "tree/sets/moves_with");
        tree->sets[i] = (kr_tree_set){
            .id = ids[i], .type = types[i], .nbranches = counts[i], .moves_with = moves[i]};
        nlisted += counts[i];
        ntaken += moves[i] == KR_NO_SET ? 0 : counts[moves[i]];
    }
    KR_TRY(load_branches(r, tree));
    KR_TRY(kr_reader_indices(r, "tree/sets/branches", nlisted, tree->nbranches, &listed));
    KR_TRY(kr_reader_indices(r, "tree/sets/taken", ntaken, tree->nbranches, &taken));
    for (size_t i = 0; i < n; i++) {
        tree->sets[i].branches = listed;
        for (size_t k = 0; k < counts[i]; k++)
            if (tree->branches[listed[k]].set != i)
                return kr_reader_damaged(r, "tree/sets/branches");
        listed += counts[i];
        if (moves[i] == KR_NO_SET)
            continue;
        tree->sets[i].taken = taken;
        for (size_t k = 0; k < counts[moves[i]]; k++)
            if (tree->branches[taken[k]].set != i)
                return kr_reader_damaged(r, "tree/sets/taken");
        taken += counts[moves[i]];
    }
out:
    return s;
}

/* ------------------------------------------------------------------ diagrams */

/* Make the nodes again; *numbers: what each stored node is now. */
static kr_status load_diagrams(const kr_reader *r, kr_tree *tree, size_t *nnodes,
                               kr_diagram **numbers)
{
    kr_status s = KR_OK;
    size_t n, most = tree->sampled ? tree->npaths : tree->nbranches;
    size_t *first;
    uint32_t *set, *branch, *to;
    kr_edge *edges = NULL;
    KR_TRY(kr_reader_count(r, "tree/diagrams/set", &n));
    KR_TRY(kr_reader_indices(r, "tree/diagrams/set", n, tree->nsets + tree->sampled, &set));
    KR_TRY(kr_reader_firsts(r, "tree/diagrams/first_edge", n, &first));
    KR_TRY(kr_reader_indices(r, "tree/diagrams/branch", first[n], most, &branch));
    KR_TRY(kr_reader_indices(r, "tree/diagrams/to", first[n], KR_DIAGRAM_ENDS + n, &to));
    KR_ANEW(*numbers, r->arena, n + 1);
    KR_NEW(edges, r->ctx, KR_ACCOUNT_TREE, first[n] + 1);
    *nnodes = n;
    for (size_t i = 0; i < n; i++) {
        size_t nedges = first[i + 1] - first[i];
        for (size_t e = 0; e < nedges; e++) {
            uint32_t a = to[first[i] + e], b = branch[first[i] + e];
            if (a >= KR_DIAGRAM_ENDS + i || (e && b <= edges[e - 1].branch) ||
                (!tree->sampled && tree->branches[b].set != set[i])) {
                s = kr_reader_damaged(r, "tree/diagrams/to");
                goto out;
            }
            edges[e] = (kr_edge){b, a < KR_DIAGRAM_ENDS ? a : (*numbers)[a - KR_DIAGRAM_ENDS]};
        }
        KR_TRY(kr_diagram_make(&tree->diagrams, set[i], edges, nedges, &(*numbers)[i]));
    }
out:
    kr_free(edges);
    return s;
}

/* ------------------------------------------------------------------ components, samples */

/* The id without what tells variants apart. */
static const char *base_id(kr_arena *arena, const char *id)
{
    size_t n = strcspn(id, ";:.!");
    return id[n] ? kr_arena_strndup(arena, id, n) : id;
}

static kr_status load_sources(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t *first, n = tree->ncomponents;
    const char **ids;
    kr_tree_source *sources;
    KR_TRY(kr_reader_firsts(r, "tree/components/first_source", n, &first));
    KR_TRY(kr_reader_texts(r, "tree/components/source_id", first[n], &ids));
    KR_ANEW(sources, r->arena, first[n] + 1);
    for (size_t i = 0; i < first[n]; i++) {
        sources[i] = (kr_tree_source){.id = ids[i], .base_id = base_id(r->arena, ids[i])};
        if (!sources[i].base_id)
            return KR_ENOMEM;
    }
    for (size_t c = 0; c < n; c++) {
        tree->components[c].nsources = first[c + 1] - first[c];
        tree->components[c].sources = sources + first[c];
    }
out:
    return s;
}

static kr_status load_components(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n, nnodes;
    uint32_t *trt, *presence, *base;
    const char **types, **ids;
    kr_diagram *numbers;
    KR_TRY(load_diagrams(r, tree, &nnodes, &numbers));
    KR_TRY(kr_reader_count(r, "tree/components/trt", &n));
    KR_TRY(kr_reader_indices(r, "tree/components/trt", n, tree->ntrts, &trt));
    KR_TRY(
        kr_reader_indices(r, "tree/components/presence", n, KR_DIAGRAM_ENDS + nnodes, &presence));
    KR_TRY(kr_reader_texts(r, "tree/components/source_trt", n, &types));
    KR_TRY(kr_reader_count(r, "tree/base_ids", &tree->nbase_ids));
    KR_TRY(kr_reader_texts(r, "tree/base_ids", tree->nbase_ids, &ids));
    tree->base_ids = ids;
    KR_TRY(kr_reader_links(r, "tree/components/base_source", n, tree->nbase_ids, &base));
    KR_ANEW(tree->components, r->arena, n + 1);
    tree->ncomponents = n;
    for (size_t c = 0; c < n; c++) {
        kr_diagram a = presence[c];
        if (tree->sampled && a < KR_DIAGRAM_ENDS) /* every path has a branch of its own */
            return kr_reader_damaged(r, "tree/components/presence");
        tree->components[c] =
            (kr_component){.trt = trt[c],
                           .source_trt = types[c],
                           .base_source = base[c] == UINT32_MAX ? -1 : (int)base[c],
                           .presence = a < KR_DIAGRAM_ENDS ? a : numbers[a - KR_DIAGRAM_ENDS]};
    }
    KR_TRY(load_sources(r, tree));
out:
    return s;
}

static kr_status load_samples(const kr_reader *r, kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n;
    KR_TRY(kr_reader_count(r, "tree/samples/path_weights", &n));
    KR_TRY(kr_reader_firsts(r, "tree/samples/path_first", n, &tree->path_first));
    KR_TRY(kr_reader_indices(r, "tree/samples/path_branches", tree->path_first[n], tree->nbranches,
                             &tree->path_branches));
    KR_TRY(kr_reader_numbers(r, "tree/samples/path_weights", KR_H5_F64, n, &tree->path_weights));
    KR_TRY(kr_reader_firsts(r, "tree/samples/first_sample", n, &tree->first_sample));
    tree->npaths = n;
    tree->nrlzs = tree->first_sample[n];
    tree->paths = (double)n;
    tree->rlzs = (double)tree->nrlzs;
    KR_TRY(kr_reader_indices(r, "tree/samples/gsims", tree->nrlzs * tree->ntrts, tree->ngsims,
                             &tree->sample_gsims));
    for (size_t i = 0; i < tree->nrlzs * tree->ntrts; i++)
        if (tree->gsims[tree->sample_gsims[i]].trt != i % tree->ntrts)
            return kr_reader_damaged(r, "tree/samples/gsims");
out:
    return s;
}

static kr_status flag(const kr_reader *r, const char *name, bool *out)
{
    double x = 0;
    bool found;
    kr_status s = kr_h5_attr_double(r->file, "tree", name, &x, &found);
    *out = found && x != 0;
    return s;
}

/* The rates that the tree counts are those that the file tells of. */
static kr_status check_rates(const kr_reader *r, const kr_tree *tree)
{
    kr_status s = KR_OK;
    size_t n;
    uint32_t *component;
    KR_TRY(kr_reader_count(r, "components/rate_component", &n));
    KR_TRY(kr_reader_indices(r, "components/rate_component", n, tree->ncomponents, &component));
    if (n != tree->nrates)
        return kr_reader_damaged(r, "components/rate_component");
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++)
            if (component[tree->components[c].first_rate + k] != c)
                return kr_reader_damaged(r, "components/rate_component");
out:
    return s;
}

kr_status kr_tree_load(kr_ctx *ctx, const char *path, kr_h5 *file, kr_tree **out)
{
    kr_status s = KR_OK;
    kr_tree *tree = NULL;
    *out = NULL;
    KR_TRY(kr_tree_create(ctx, &tree));
    const kr_reader r = {ctx, path, file, &tree->arena};
    KR_TRY(flag(&r, "sampled", &tree->sampled));
    KR_TRY(flag(&r, "early", &tree->early));
    KR_TRY(flag(&r, "one_branch", &tree->one_branch));
    KR_TRY(load_gsims(&r, tree));
    KR_TRY(load_zeros(&r, tree));
    KR_TRY(load_sets(&r, tree));
    if (tree->sampled)
        KR_TRY(load_samples(&r, tree));
    KR_TRY(load_components(&r, tree));
    KR_TRY(kr_tree_complete(ctx, tree));
    KR_TRY(check_rates(&r, tree));
    *out = tree;
    tree = NULL;
out:
    kr_tree_destroy(&tree);
    return s;
}
