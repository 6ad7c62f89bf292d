#include "tree/merge.h"

#include "base/str.h"
#include "tree/merge_int.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ diagrams */

kr_diagram kr_merge_diagram(const kr_merger *m, size_t part, kr_diagram a)
{
    return a < KR_DIAGRAM_ENDS ? a : m->diagram_of[part][a - KR_DIAGRAM_ENDS];
}

static int by_branch(const void *pa, const void *pb)
{
    const kr_edge *a = pa, *b = pb;

    return a->branch < b->branch ? -1 : a->branch > b->branch;
}

/* Every node of a part over the new branches, children first; edges of branches that were left out
 * are gone. */
static kr_status map_nodes(kr_merger *m, size_t part, kr_edge *edges)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &m->of->parts[part].tree->diagrams;

    for (size_t i = 0; i < d->nnodes; i++) {
        const kr_diagram_node *node = &d->nodes[i];
        const kr_merged_set *set = &m->sets[m->set_of[part][node->set]];
        size_t n = 0;
        m->diagram_of[part][i] = 0;
        if (set->place == KR_NO_SET)
            continue;
        for (size_t e = 0; e < node->nedges; e++) {
            const kr_edge *edge = &d->edges[node->first_edge + e];
            const kr_merged_branch *b = &m->branches[m->branch_of[part][edge->branch]];
            if (b->kept)
                edges[n++] = (kr_edge){b->place, kr_merge_diagram(m, part, edge->to)};
        }
        qsort(edges, n, sizeof *edges, by_branch);
        KR_TRY(kr_diagram_make(&m->tree->diagrams, set->place, edges, n, &m->diagram_of[part][i]));
    }
out:
    return s;
}

kr_status kr_merge_diagrams(kr_merger *m)
{
    kr_status s = KR_OK;
    kr_edge *edges = NULL;
    size_t most = 0;

    for (size_t p = 0; p < m->of->nparts; p++)
        most = m->of->parts[p].tree->nbranches > most ? m->of->parts[p].tree->nbranches : most;
    KR_NEW(edges, m->ctx, KR_ACCOUNT_TREE, most);
    KR_ANEW(m->diagram_of, &m->scratch, m->of->nparts);
    for (size_t p = 0; p < m->of->nparts; p++) {
        KR_ANEW(m->diagram_of[p], &m->scratch, m->of->parts[p].tree->diagrams.nnodes + 1);
        KR_TRY(map_nodes(m, p, edges));
    }
out:
    kr_free(edges);
    return s;
}

/* ------------------------------------------------------------------ the whole */

static kr_status merge_all(kr_merger *m, kr_merge_rate **rates)
{
    kr_status s = KR_OK;

    KR_ANEW(m->set_of, &m->scratch, m->of->nparts);
    KR_ANEW(m->branch_of, &m->scratch, m->of->nparts);
    KR_TRY(kr_merge_sets(m));
    KR_TRY(kr_merge_diagrams(m));
    KR_TRY(kr_merge_gsims(m));
    KR_TRY(kr_merge_components(m, rates));
out:
    return s;
}

kr_status kr_tree_merge(kr_ctx *ctx, const kr_merge *merge, kr_tree **out, kr_merge_rate **rates)
{
    kr_status s = KR_OK;
    kr_merger m = {.ctx = ctx, .of = merge};

    *out = NULL;
    *rates = NULL;
    kr_arena_init(&m.scratch, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&m.set_ids, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&m.branch_ids, ctx, KR_ACCOUNT_TREE);
    kr_index_init(&m.taken, ctx);
    for (size_t p = 0; p < merge->nparts; p++)
        if (merge->parts[p].tree->sampled) {
            s = kr_fail(ctx, KR_EINPUT,
                        "%s: the logic tree was sampled: its branches and weights are those of the "
                        "samples; compute the full tree to change them",
                        merge->parts[p].name);
            goto out;
        }
    KR_TRY(kr_tree_create(ctx, &m.tree));
    KR_TRY(merge_all(&m, rates));
    *out = m.tree;
    m.tree = NULL;
out:
    if (s != KR_OK) {
        kr_free(*rates);
        *rates = NULL;
    }
    kr_tree_destroy(&m.tree);
    if (m.given_gsims)
        kr_arena_clear(&m.given_gsims->arena);
    kr_free(m.sets);
    kr_free(m.branches);
    kr_map_clear(&m.set_ids);
    kr_map_clear(&m.branch_ids);
    kr_index_clear(&m.taken);
    kr_arena_clear(&m.scratch);
    return s;
}

/* ------------------------------------------------------------------ equal trees */

static bool equal_gsims(const kr_tree *a, const kr_tree *b)
{
    if (a->ntrts != b->ntrts || a->ngsims != b->ngsims || a->nweights != b->nweights)
        return false;
    for (size_t g = 0; g < a->ngsims; g++)
        if (!kr_str_eq(a->trts[a->gsims[g].trt], b->trts[b->gsims[g].trt]) ||
            !kr_str_eq(a->gsims[g].uncertainty, b->gsims[g].uncertainty) ||
            memcmp(a->gsims[g].weights, b->gsims[g].weights,
                   a->nweights * sizeof *a->gsims[g].weights) != 0)
            return false;
    return true;
}

static bool equal_sets(const kr_tree *a, const kr_tree *b)
{
    if (a->nsets != b->nsets || a->nbranches != b->nbranches)
        return false;
    for (size_t i = 0; i < a->nsets; i++)
        if (a->sets[i].nbranches != b->sets[i].nbranches ||
            a->sets[i].moves_with != b->sets[i].moves_with ||
            !kr_str_eq(a->sets[i].id, b->sets[i].id) ||
            memcmp(a->sets[i].branches, b->sets[i].branches,
                   a->sets[i].nbranches * sizeof *a->sets[i].branches) != 0)
            return false;
    for (size_t i = 0; i < a->nbranches; i++)
        if (a->branches[i].next != b->branches[i].next ||
            a->branches[i].set != b->branches[i].set ||
            a->branches[i].weight != b->branches[i].weight ||
            !kr_str_eq(a->branches[i].branch, b->branches[i].branch))
            return false;
    for (size_t i = 0; i < a->nsets; i++)
        if (a->sets[i].moves_with != KR_NO_SET &&
            memcmp(a->sets[i].taken, b->sets[i].taken,
                   a->sets[a->sets[i].moves_with].nbranches * sizeof *a->sets[i].taken) != 0)
            return false;
    return true;
}

static bool equal_samples(const kr_tree *a, const kr_tree *b)
{
    if (a->sampled != b->sampled || a->early != b->early || a->npaths != b->npaths ||
        a->nrlzs != b->nrlzs)
        return false;
    if (!a->sampled)
        return true;
    return memcmp(a->path_first, b->path_first, (a->npaths + 1) * sizeof *a->path_first) == 0 &&
           memcmp(a->path_branches, b->path_branches,
                  a->path_first[a->npaths] * sizeof *a->path_branches) == 0 &&
           memcmp(a->first_sample, b->first_sample, (a->npaths + 1) * sizeof *a->first_sample) ==
               0 &&
           memcmp(a->sample_gsims, b->sample_gsims,
                  a->nrlzs * a->ntrts * sizeof *a->sample_gsims) == 0;
}

/* Trees of equal files have equal diagrams under equal numbers. */
static bool equal_diagrams(const kr_diagrams *a, const kr_diagrams *b)
{
    return a->nnodes == b->nnodes && a->nedges == b->nedges &&
           memcmp(a->nodes, b->nodes, a->nnodes * sizeof *a->nodes) == 0 &&
           memcmp(a->edges, b->edges, a->nedges * sizeof *a->edges) == 0;
}

static bool equal_components(const kr_tree *a, const kr_tree *b)
{
    if (a->ncomponents != b->ncomponents || a->nrates != b->nrates ||
        !equal_diagrams(&a->diagrams, &b->diagrams))
        return false;
    for (size_t c = 0; c < a->ncomponents; c++) {
        const kr_component *x = &a->components[c], *y = &b->components[c];
        if (x->trt != y->trt || x->ngsims != y->ngsims || x->nsources != y->nsources ||
            x->base_source != y->base_source || x->presence != y->presence)
            return false;
        for (size_t i = 0; i < x->nsources; i++)
            if (!kr_str_eq(x->sources[i].id, y->sources[i].id))
                return false;
    }
    return true;
}

bool kr_tree_equal(const kr_tree *a, const kr_tree *b)
{
    return equal_gsims(a, b) && equal_sets(a, b) && equal_samples(a, b) && equal_components(a, b);
}
