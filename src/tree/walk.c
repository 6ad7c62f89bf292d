/* All paths of a tree as a diagram. Branches are numbered so that within a set their order is that
 * of the path ids, so paths come out of the diagram in the reference's order.
 *
 * A set that moves with another takes the branch that the other's branch decides. Between the two
 * the walk remembers that branch: its nodes are pairs of a set and a *memory*, the branches that
 * are still to be taken by the sets which move. */
#include "tree/walk.h"

#include <stdlib.h>
#include <string.h>

typedef struct walker {
    kr_tree *tree;
    kr_ctx *ctx;
    size_t nmoving;
    uint32_t *moving; /* sets that move with others, increasing */
    kr_intern known;  /* memories */
    kr_index nodes;   /* of (set, memory) */
} walker;

static bool is_moving(const kr_tree *tree, uint32_t set)
{
    return tree->sets[set].moves_with != KR_NO_SET;
}

static uint32_t find_moving(const walker *w, uint32_t set)
{
    uint32_t i = 0;

    while (w->moving[i] != set)
        i++;
    return i;
}

/* After branch k of `set`: what the sets that move with it will take is remembered; what was
 * remembered for `set` itself is forgotten. */
static void remember(const walker *w, uint32_t set, size_t k, uint32_t *memory)
{
    for (size_t i = 0; i < w->nmoving; i++) {
        const kr_tree_set *other = &w->tree->sets[w->moving[i]];
        if (other->moves_with == set)
            memory[i] = other->taken[k];
        if (w->moving[i] == set)
            memory[i] = UINT32_MAX;
    }
}

/* The branches that a set has on its paths, as positions *first .. *end - 1: all, or the one that
 * is remembered. */
static void find_range(const walker *w, uint32_t set, const uint32_t *memory, size_t *first,
                       size_t *end)
{
    const kr_tree_set *at = &w->tree->sets[set];
    uint32_t branch;

    *first = 0;
    *end = at->nbranches;
    if (!is_moving(w->tree, set))
        return;
    branch = memory[find_moving(w, set)];
    if (branch < w->tree->nbranches)
        *first = w->tree->branches[branch].number; /* its position, unless some are left out */
    if (*first >= at->nbranches || at->branches[*first] != branch)
        for (*first = 0; *first < at->nbranches && at->branches[*first] != branch;)
            ++*first;
    *end = *first < at->nbranches ? *first + 1 : *first;
}

static int compare_edges(const void *pa, const void *pb)
{
    const kr_edge *a = pa, *b = pb;

    return a->branch < b->branch ? -1 : a->branch > b->branch;
}

/* The node of a set, given a memory. */
static kr_status walk_node(walker *w, uint32_t set, const uint32_t *memory, kr_diagram *out)
{
    kr_status s = KR_OK;
    const kr_tree_set *at = &w->tree->sets[set];
    kr_edge *edges = NULL;
    uint32_t *next = NULL, number;
    size_t n = 0, first, end;
    kr_hash128 h;
    bool fresh;

    kr_hash_init(&h);
    kr_hash_bytes(&h, memory, w->nmoving * sizeof *memory);
    KR_TRY(kr_intern_put(&w->known, h, &number, &fresh));
    if (kr_index_get(&w->nodes, kr_index_pair(set, number), out))
        return KR_OK;
    find_range(w, set, memory, &first, &end);
    KR_NEW(edges, w->ctx, KR_ACCOUNT_READING, end - first);
    KR_NEW(next, w->ctx, KR_ACCOUNT_READING, w->nmoving + 1);
    for (size_t k = first; k < end; k++) {
        const kr_tree_branch *branch = &w->tree->branches[at->branches[k]];
        edges[n].branch = at->branches[k];
        edges[n].to = 1;
        memcpy(next, memory, w->nmoving * sizeof *next);
        remember(w, set, k, next);
        if (branch->next != KR_NO_SET)
            KR_TRY(walk_node(w, branch->next, next, &edges[n].to));
        n++;
    }
    qsort(edges, n, sizeof *edges, compare_edges);
    KR_TRY(kr_diagram_make(&w->tree->diagrams, set, edges, n, out));
    KR_TRY(kr_index_put(&w->nodes, kr_index_pair(set, number), *out));
out:
    kr_free(edges);
    kr_free(next);
    return s;
}

kr_status kr_walk_make(kr_ctx *ctx, kr_tree *tree, kr_diagram *out)
{
    kr_status s = KR_OK;
    walker w = {.tree = tree, .ctx = ctx};
    uint32_t *memory = NULL;

    kr_intern_init(&w.known, ctx);
    kr_index_init(&w.nodes, ctx);
    KR_NEW(w.moving, ctx, KR_ACCOUNT_READING, tree->nsets);
    for (uint32_t i = 0; i < tree->nsets; i++)
        if (is_moving(tree, i))
            w.moving[w.nmoving++] = i;
    KR_NEW(memory, ctx, KR_ACCOUNT_READING, w.nmoving + 1);
    for (size_t i = 0; i < w.nmoving; i++)
        memory[i] = UINT32_MAX;
    KR_TRY(walk_node(&w, 0, memory, out));
out:
    kr_free(memory);
    kr_free(w.moving);
    kr_intern_clear(&w.known);
    kr_index_clear(&w.nodes);
    return s;
}

/* ------------------------------------------------------------------ numbers */

/* Paths below a node of the walk; sums that pass 2^63 stay there. */
static uint64_t count_below(const uint64_t *counts, kr_diagram a)
{
    return a < KR_DIAGRAM_ENDS ? (uint64_t)(a > 0) : counts[a - KR_DIAGRAM_ENDS];
}

kr_status kr_walk_count(kr_ctx *ctx, kr_tree *tree, kr_walk_numbers *out)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &tree->diagrams;
    const uint64_t most = (uint64_t)1 << 63;
    uint64_t *counts = NULL, n;
    double *sizes = NULL;

    kr_free(out->before);
    KR_NEW(out->before, ctx, KR_ACCOUNT_TREE, d->nedges);
    KR_NEW(counts, ctx, KR_ACCOUNT_READING, d->nnodes);
    KR_NEW(sizes, ctx, KR_ACCOUNT_READING, d->nnodes);
    for (size_t i = 0; i < d->nnodes; i++) {
        const kr_diagram_node *node = &d->nodes[i];
        for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
            out->before[e] = counts[i];
            n = count_below(counts, d->edges[e].to);
            counts[i] = counts[i] > most - n ? most : counts[i] + n;
        }
    }
    kr_diagram_counts(d, sizes);
    tree->paths = kr_diagram_count(sizes, tree->walk);
    n = count_below(counts, tree->walk);
    tree->npaths = n >= most ? KR_UNNUMBERED : (size_t)n;
out:
    kr_free(counts);
    kr_free(sizes);
    return s;
}

void kr_walk_numbers_clear(kr_walk_numbers *numbers)
{
    kr_free(numbers->before);
    numbers->before = NULL;
}

/* The edge of node a that path *p (counted from the first through a) takes; *p is then counted from
 * the first through that edge. */
static kr_edge take_edge(const kr_tree *tree, const kr_walk_numbers *numbers, kr_diagram a,
                         uint64_t *p)
{
    const kr_diagram_node *node = kr_diagram_at(&tree->diagrams, a);
    size_t low = node->first_edge, high = low + node->nedges;

    while (high - low > 1) { /* the last edge that begins at p or before */
        size_t mid = low + (high - low) / 2;
        if (numbers->before[mid] <= *p)
            low = mid;
        else
            high = mid;
    }
    *p -= numbers->before[low];
    return tree->diagrams.edges[low];
}

size_t kr_walk_unrank(const kr_tree *tree, const kr_walk_numbers *numbers, uint64_t p,
                      uint32_t *out)
{
    size_t n = 0;

    for (kr_diagram a = tree->walk; a >= KR_DIAGRAM_ENDS;) {
        kr_edge edge = take_edge(tree, numbers, a, &p);
        out[n++] = edge.branch;
        a = edge.to;
    }
    return n;
}

static double weight_from(const kr_tree *tree, const kr_walk_numbers *numbers, kr_diagram a,
                          uint64_t p)
{
    kr_edge edge;
    double below;

    if (a < KR_DIAGRAM_ENDS)
        return 1;
    edge = take_edge(tree, numbers, a, &p);
    below = weight_from(tree, numbers, edge.to, p);
    if (is_moving(tree, tree->branches[edge.branch].set))
        return below;
    return below * tree->branches[edge.branch].weight;
}

double kr_walk_weight(const kr_tree *tree, const kr_walk_numbers *numbers, uint64_t p)
{
    return weight_from(tree, numbers, tree->walk, p);
}

size_t kr_walk_rank(const kr_tree *tree, const kr_walk_numbers *numbers, const uint32_t *branches,
                    size_t n)
{
    const kr_diagrams *d = &tree->diagrams;
    kr_diagram a = tree->walk;
    uint64_t p = 0;

    for (size_t i = 0; i < n; i++) {
        const kr_diagram_node *node = a < KR_DIAGRAM_ENDS ? NULL : kr_diagram_at(d, a);
        size_t e = node ? node->first_edge : 0, end = node ? e + node->nedges : 0;
        while (e < end && d->edges[e].branch != branches[i])
            e++;
        if (e == end)
            return KR_UNNUMBERED;
        p += numbers->before[e];
        a = d->edges[e].to;
    }
    return a == 1 ? (size_t)p : KR_UNNUMBERED;
}
