/* The group tree/ of results.h5: the logic tree as it is needed to make realizations and statistics
 * again, in the size of the branches and components, not of the paths. stored_tree.c reads it. */
#include "output/results_int.h"

#include <string.h>

/* Write unless empty: HDF5 datasets of no elements are left out. */
static kr_status put(kr_h5 *file, const char *name, kr_h5_type type, size_t n, const void *data)
{
    return n ? kr_h5_write(file, name, type, 1, &n, data) : KR_OK;
}

static kr_status put_gsims(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = tree->ngsims, nimts = tree->nweights - 1;
    double *weights;
    uint8_t *zeros;
    bool any = false;
    KR_ANEW(weights, arena, n * tree->nweights);
    KR_ANEW(zeros, arena, n * nimts + 1);
    for (size_t g = 0; g < n; g++) {
        memcpy(weights + g * tree->nweights, tree->gsims[g].weights,
               tree->nweights * sizeof *weights);
        for (size_t m = 0; m < nimts && tree->gsims[g].zero_for_imt; m++)
            any = (zeros[g * nimts + m] = tree->gsims[g].zero_for_imt[m]) || any;
    }
    KR_TRY(kr_h5_write_strings(file, "tree/trts", tree->trts, tree->ntrts, false));
    if (n)
        KR_TRY(kr_h5_write(file, "tree/gsims/weights", KR_H5_F64, 2,
                           (const size_t[]){n, tree->nweights}, weights));
    if (any)
        KR_TRY(kr_h5_write(file, "tree/gsims/not_computed", KR_H5_U8, 2, (const size_t[]){n, nimts},
                           zeros));
out:
    return s;
}

static kr_status put_sets(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = tree->nsets, nlisted = 0, ntaken = 0;
    const char **ids, **types;
    uint32_t *counts, *listed, *taken;
    int64_t *moves;
    KR_ANEW(ids, arena, n + 1);
    KR_ANEW(types, arena, n + 1);
    KR_ANEW(counts, arena, n + 1);
    KR_ANEW(moves, arena, n + 1);
    KR_ANEW(listed, arena, tree->nbranches + 1);
    for (size_t i = 0; i < n; i++)
        if (tree->sets[i].moves_with != KR_NO_SET)
            ntaken += tree->sets[tree->sets[i].moves_with].nbranches;
    KR_ANEW(taken, arena, ntaken + 1);
    ntaken = 0;
    for (size_t i = 0; i < n; i++) {
        const kr_tree_set *set = &tree->sets[i];
        ids[i] = set->id;
        types[i] = set->type;
        counts[i] = (uint32_t)set->nbranches;
        moves[i] = set->moves_with == KR_NO_SET ? -1 : (int64_t)set->moves_with;
        memcpy(listed + nlisted, set->branches, set->nbranches * sizeof *listed);
        nlisted += set->nbranches;
        if (moves[i] < 0)
            continue;
        memcpy(taken + ntaken, set->taken, tree->sets[moves[i]].nbranches * sizeof *taken);
        ntaken += tree->sets[moves[i]].nbranches;
    }
    if (n) {
        KR_TRY(kr_h5_write_strings(file, "tree/sets/id", ids, n, false));
        KR_TRY(kr_h5_write_strings(file, "tree/sets/type", types, n, false));
    }
    KR_TRY(put(file, "tree/sets/nbranches", KR_H5_U32, n, counts));
    KR_TRY(put(file, "tree/sets/moves_with", KR_H5_I64, n, moves));
    KR_TRY(put(file, "tree/sets/branches", KR_H5_U32, nlisted, listed));
    KR_TRY(put(file, "tree/sets/taken", KR_H5_U32, ntaken, taken));
out:
    return s;
}

static kr_status put_branches(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = tree->nbranches;
    uint32_t *set, *number;
    int64_t *row, *next, written = 0;
    KR_ANEW(set, arena, n + 1);
    KR_ANEW(number, arena, n + 1);
    KR_ANEW(row, arena, n + 1);
    KR_ANEW(next, arena, n + 1);
    for (size_t i = 0; i < tree->nsets; i++) /* as full_lt lists them */
        for (size_t k = 0; k < tree->sets[i].nbranches; k++) {
            uint32_t b = tree->sets[i].branches[k];
            row[b] = kr_branch_stands_in(&tree->branches[b]) ? -1 : written++;
        }
    for (size_t i = 0; i < n; i++) {
        const kr_tree_branch *b = &tree->branches[i];
        set[i] = b->set;
        number[i] = b->number;
        next[i] = b->next == KR_NO_SET ? -1 : (int64_t)b->next;
    }
    KR_TRY(put(file, "tree/branches/row", KR_H5_I64, n, row));
    KR_TRY(put(file, "tree/branches/set", KR_H5_U32, n, set));
    KR_TRY(put(file, "tree/branches/number", KR_H5_U32, n, number));
    KR_TRY(put(file, "tree/branches/next", KR_H5_I64, n, next));
out:
    return s;
}

/* ------------------------------------------------------------------ diagrams */

/* Give new numbers to the nodes that components need, children first; 0: not needed. Children come
 * before parents, so marks go down from the last node and numbers up from the first. */
static size_t number_nodes(const kr_tree *tree, kr_diagram *numbers)
{
    const kr_diagrams *d = &tree->diagrams;
    size_t n = 0;
    for (size_t c = 0; c < tree->ncomponents; c++)
        if (tree->components[c].presence >= KR_DIAGRAM_ENDS)
            numbers[tree->components[c].presence - KR_DIAGRAM_ENDS] = 1;
    for (size_t i = d->nnodes; i-- > 0;)
        for (size_t e = 0; numbers[i] && e < d->nodes[i].nedges; e++) {
            kr_diagram to = d->edges[d->nodes[i].first_edge + e].to;
            if (to >= KR_DIAGRAM_ENDS)
                numbers[to - KR_DIAGRAM_ENDS] = 1;
        }
    for (size_t i = 0; i < d->nnodes; i++)
        if (numbers[i])
            numbers[i] = (kr_diagram)(KR_DIAGRAM_ENDS + n++);
    return n;
}

static kr_diagram renumbered(const kr_diagram *numbers, kr_diagram a)
{
    return a < KR_DIAGRAM_ENDS ? a : numbers[a - KR_DIAGRAM_ENDS];
}

static kr_status put_diagrams(kr_h5 *file, const kr_tree *tree, kr_arena *arena,
                              const kr_diagram *numbers, size_t nnodes)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &tree->diagrams;
    uint32_t *set, *branch, *to;
    int64_t *first;
    size_t n = 0, nedges = 0;
    for (size_t i = 0; i < d->nnodes; i++)
        nedges += numbers[i] ? d->nodes[i].nedges : 0;
    KR_ANEW(set, arena, nnodes + 1);
    KR_ANEW(first, arena, nnodes + 1);
    KR_ANEW(branch, arena, nedges + 1);
    KR_ANEW(to, arena, nedges + 1);
    nedges = 0;
    for (size_t i = 0; i < d->nnodes; i++) {
        if (!numbers[i])
            continue;
        set[n] = d->nodes[i].set;
        for (size_t e = 0; e < d->nodes[i].nedges; e++) {
            const kr_edge *edge = &d->edges[d->nodes[i].first_edge + e];
            branch[nedges] = edge->branch;
            to[nedges++] = renumbered(numbers, edge->to);
        }
        first[++n] = (int64_t)nedges;
    }
    KR_TRY(put(file, "tree/diagrams/set", KR_H5_U32, nnodes, set));
    KR_TRY(put(file, "tree/diagrams/first_edge", KR_H5_I64, nnodes + 1, first));
    KR_TRY(put(file, "tree/diagrams/branch", KR_H5_U32, nedges, branch));
    KR_TRY(put(file, "tree/diagrams/to", KR_H5_U32, nedges, to));
out:
    return s;
}

/* ------------------------------------------------------------------ components, samples */

static kr_status put_sources(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = tree->ncomponents, nsources = 0;
    const char **ids;
    int64_t *first;
    KR_ANEW(first, arena, n + 1);
    for (size_t c = 0; c < n; c++)
        first[c + 1] = (int64_t)(nsources += tree->components[c].nsources);
    KR_ANEW(ids, arena, nsources + 1);
    for (size_t c = 0; c < n; c++)
        for (size_t i = 0; i < tree->components[c].nsources; i++)
            ids[(size_t)first[c] + i] = tree->components[c].sources[i].id;
    KR_TRY(put(file, "tree/components/first_source", KR_H5_I64, n + 1, first));
    if (nsources)
        KR_TRY(kr_h5_write_strings(file, "tree/components/source_id", ids, nsources, false));
out:
    return s;
}

static kr_status put_components(kr_h5 *file, const kr_tree *tree, kr_arena *arena,
                                const kr_diagram *numbers)
{
    kr_status s = KR_OK;
    size_t n = tree->ncomponents;
    uint32_t *trt, *presence;
    int64_t *base;
    const char **types;
    KR_ANEW(trt, arena, n + 1);
    KR_ANEW(presence, arena, n + 1);
    KR_ANEW(base, arena, n + 1);
    KR_ANEW(types, arena, n + 1);
    for (size_t c = 0; c < n; c++) {
        trt[c] = (uint32_t)tree->components[c].trt;
        presence[c] = renumbered(numbers, tree->components[c].presence);
        base[c] = tree->components[c].base_source;
        types[c] = tree->components[c].source_trt;
    }
    KR_TRY(put(file, "tree/components/trt", KR_H5_U32, n, trt));
    KR_TRY(put(file, "tree/components/presence", KR_H5_U32, n, presence));
    KR_TRY(put(file, "tree/components/base_source", KR_H5_I64, n, base));
    if (n)
        KR_TRY(kr_h5_write_strings(file, "tree/components/source_trt", types, n, false));
    if (tree->nbase_ids)
        KR_TRY(kr_h5_write_strings(file, "tree/base_ids", tree->base_ids, tree->nbase_ids, false));
    KR_TRY(put_sources(file, tree, arena));
out:
    return s;
}

static kr_status put_samples(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = tree->npaths, nbranches = tree->path_first[n];
    int64_t *path_first, *first_sample;
    KR_ANEW(path_first, arena, n + 1);
    KR_ANEW(first_sample, arena, n + 1);
    for (size_t p = 0; p <= n; p++) {
        path_first[p] = (int64_t)tree->path_first[p];
        first_sample[p] = (int64_t)tree->first_sample[p];
    }
    KR_TRY(put(file, "tree/samples/path_first", KR_H5_I64, n + 1, path_first));
    KR_TRY(put(file, "tree/samples/path_branches", KR_H5_U32, nbranches, tree->path_branches));
    KR_TRY(put(file, "tree/samples/path_weights", KR_H5_F64, n, tree->path_weights));
    KR_TRY(put(file, "tree/samples/first_sample", KR_H5_I64, n + 1, first_sample));
    if (tree->nrlzs && tree->ntrts)
        KR_TRY(kr_h5_write(file, "tree/samples/gsims", KR_H5_U32, 2,
                           (const size_t[]){tree->nrlzs, tree->ntrts}, tree->sample_gsims));
out:
    return s;
}

kr_status kr_results_write_parts(kr_h5 *file, const kr_tree *tree, kr_arena *arena)
{
    kr_status s = KR_OK;
    kr_diagram *numbers;
    KR_ANEW(numbers, arena, tree->diagrams.nnodes + 1);
    size_t nnodes = number_nodes(tree, numbers);
    KR_TRY(kr_h5_set_attr_double(file, "tree", "realizations", tree->rlzs));
    KR_TRY(kr_h5_set_attr_double(file, "tree", "paths", tree->paths));
    KR_TRY(kr_h5_set_attr_double(file, "tree", "sampled", tree->sampled));
    KR_TRY(kr_h5_set_attr_double(file, "tree", "early", tree->early));
    KR_TRY(kr_h5_set_attr_double(file, "tree", "one_branch", tree->one_branch));
    KR_TRY(put_gsims(file, tree, arena));
    KR_TRY(put_sets(file, tree, arena));
    KR_TRY(put_branches(file, tree, arena));
    KR_TRY(put_diagrams(file, tree, arena, numbers, nnodes));
    KR_TRY(put_components(file, tree, arena, numbers));
    if (tree->sampled)
        KR_TRY(put_samples(file, tree, arena));
out:
    return s;
}
