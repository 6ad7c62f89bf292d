#include "tree/diagram.h"

#include "base/arena.h"

void kr_diagrams_init(kr_diagrams *d, kr_ctx *ctx)
{
    *d = (kr_diagrams){.ctx = ctx};
    kr_intern_init(&d->known, ctx);
    kr_index_init(&d->sums, ctx);
}

void kr_diagrams_clear(kr_diagrams *d)
{
    kr_free(d->nodes);
    kr_free(d->edges);
    kr_intern_clear(&d->known);
    kr_index_clear(&d->sums);
    d->nodes = NULL;
    d->edges = NULL;
    d->nnodes = d->nodes_cap = d->nedges = d->edges_cap = 0;
}

kr_status kr_diagram_make(kr_diagrams *d, uint32_t set, const kr_edge *edges, size_t nedges,
                          kr_diagram *out)
{
    kr_status s = KR_OK;
    kr_hash128 h;
    size_t first = d->nedges;
    uint32_t number;
    bool fresh;

    *out = 0;
    KR_GROW(d->edges, d->edges_cap, first + nedges, d->ctx, KR_ACCOUNT_TREE);
    for (size_t i = 0; i < nedges; i++)
        if (edges[i].to != 0)
            d->edges[d->nedges++] = edges[i];
    if (d->nedges == first)
        return KR_OK;
    kr_hash_init(&h);
    kr_hash_bytes(&h, &set, sizeof set);
    kr_hash_bytes(&h, d->edges + first, (d->nedges - first) * sizeof *d->edges);
    KR_TRY(kr_intern_put(&d->known, h, &number, &fresh));
    *out = number + KR_DIAGRAM_ENDS;
    if (!fresh) {
        d->nedges = first;
        return KR_OK;
    }
    KR_GROW(d->nodes, d->nodes_cap, d->nnodes + 1, d->ctx, KR_ACCOUNT_TREE);
    d->nodes[d->nnodes++] = (kr_diagram_node){set, (uint32_t)(d->nedges - first), first};
out:
    return s;
}

/* The edges of two nodes of one branch set, merged: `both` gives each branch of either. Reads the
 * edges by number, since making nodes moves them. */
typedef struct merge {
    const kr_diagrams *d;
    size_t i, iend, j, jend;
} merge;

static merge merge_begin(const kr_diagrams *d, kr_diagram a, kr_diagram b)
{
    const kr_diagram_node *p = kr_diagram_at(d, a), *q = kr_diagram_at(d, b);

    return (merge){d, p->first_edge, p->first_edge + p->nedges, q->first_edge,
                   q->first_edge + q->nedges};
}

static bool merge_next(merge *m, uint32_t *branch, kr_diagram *a, kr_diagram *b)
{
    bool has_a = m->i < m->iend, has_b = m->j < m->jend;
    uint32_t x = has_a ? m->d->edges[m->i].branch : UINT32_MAX;
    uint32_t y = has_b ? m->d->edges[m->j].branch : UINT32_MAX;

    if (!has_a && !has_b)
        return false;
    *branch = x < y ? x : y;
    *a = has_a && x == *branch ? m->d->edges[m->i++].to : 0;
    *b = has_b && y == *branch ? m->d->edges[m->j++].to : 0;
    return true;
}

kr_status kr_diagram_add(kr_diagrams *d, kr_diagram a, kr_diagram b, kr_diagram *out)
{
    kr_status s = KR_OK;
    uint64_t key = a < b ? kr_index_pair(a, b) : kr_index_pair(b, a);
    kr_edge *edges = NULL, edge;
    kr_diagram x, y;
    size_t n = 0;
    merge m;

    *out = a == 0 ? b : a;
    if (a == 0 || b == 0)
        return KR_OK;
    if (a < KR_DIAGRAM_ENDS) {
        *out = a + b < KR_DIAGRAM_ENDS ? a + b : KR_DIAGRAM_ENDS - 1;
        d->full = d->full || a + b >= KR_DIAGRAM_ENDS;
        return KR_OK;
    }
    if (kr_index_get(&d->sums, key, out))
        return KR_OK;
    KR_NEW(edges, d->ctx, KR_ACCOUNT_READING,
           (size_t)kr_diagram_at(d, a)->nedges + kr_diagram_at(d, b)->nedges);
    m = merge_begin(d, a, b);
    while (merge_next(&m, &edge.branch, &x, &y)) {
        KR_TRY(kr_diagram_add(d, x, y, &edge.to));
        edges[n++] = edge;
    }
    KR_TRY(kr_diagram_make(d, kr_diagram_at(d, a)->set, edges, n, out));
    KR_TRY(kr_index_put(&d->sums, key, *out));
out:
    kr_free(edges);
    return s;
}

/* `known`: results of pairs of nodes so far. */
static kr_status restrict_pair(kr_diagrams *d, kr_index *known, kr_diagram walk, kr_diagram a,
                               kr_diagram *out)
{
    kr_status s = KR_OK;
    kr_edge *edges = NULL, edge;
    kr_diagram x, y;
    size_t n = 0;
    merge m;

    *out = walk == 0 ? 0 : a;
    if (walk == 0 || a < KR_DIAGRAM_ENDS || walk == a)
        return KR_OK;
    if (kr_index_get(known, kr_index_pair(walk, a), out))
        return KR_OK;
    KR_NEW(edges, d->ctx, KR_ACCOUNT_READING,
           (size_t)kr_diagram_at(d, walk)->nedges + kr_diagram_at(d, a)->nedges);
    m = merge_begin(d, walk, a);
    while (merge_next(&m, &edge.branch, &x, &y)) {
        KR_TRY(restrict_pair(d, known, x, y, &edge.to));
        edges[n++] = edge;
    }
    KR_TRY(kr_diagram_make(d, kr_diagram_at(d, a)->set, edges, n, out));
    KR_TRY(kr_index_put(known, kr_index_pair(walk, a), *out));
out:
    kr_free(edges);
    return s;
}

kr_status kr_diagrams_restrict(kr_diagrams *d, kr_diagram walk, const kr_diagram *a, size_t n,
                               kr_diagram *out)
{
    kr_status s = KR_OK;
    kr_index known;

    kr_index_init(&known, d->ctx);
    for (size_t i = 0; i < n; i++)
        KR_TRY(restrict_pair(d, &known, walk, a[i], &out[i]));
out:
    kr_index_clear(&known);
    return s;
}

kr_diagram kr_diagram_follow(const kr_diagrams *d, kr_diagram a, uint32_t branch)
{
    const kr_diagram_node *node = kr_diagram_at(d, a);
    const kr_edge *edges = d->edges + node->first_edge;
    size_t low = 0, high = node->nedges;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (edges[mid].branch < branch)
            low = mid + 1;
        else
            high = mid;
    }
    return low < node->nedges && edges[low].branch == branch ? edges[low].to : 0;
}

unsigned kr_diagram_times(const kr_diagrams *d, kr_diagram a, const uint32_t *branches, size_t n)
{
    for (size_t i = 0; i < n && a >= KR_DIAGRAM_ENDS; i++)
        a = kr_diagram_follow(d, a, branches[i]);
    return a < KR_DIAGRAM_ENDS ? a : 0;
}

void kr_diagram_counts(const kr_diagrams *d, double *counts)
{
    for (size_t i = 0; i < d->nnodes; i++) {
        const kr_edge *edges = d->edges + d->nodes[i].first_edge;
        counts[i] = 0;
        for (size_t e = 0; e < d->nodes[i].nedges; e++)
            counts[i] += kr_diagram_count(counts, edges[e].to);
    }
}

size_t kr_diagram_first(const kr_diagrams *d, kr_diagram a, uint32_t *branches)
{
    size_t n = 0;

    while (a >= KR_DIAGRAM_ENDS) {
        const kr_edge *edge = &d->edges[kr_diagram_at(d, a)->first_edge];
        branches[n++] = edge->branch;
        a = edge->to;
    }
    return n;
}

/* The first path in which two diagrams differ: below 0 if a has more there, above 0 if b has;
 * *after: has the other one anything behind that path? */
static int differ(const kr_diagrams *d, kr_diagram a, kr_diagram b, bool *after)
{
    merge m;
    uint32_t branch;
    kr_diagram x, y;
    int c = 0;

    *after = false;
    if (a == b)
        return 0;
    if (a == 0 || b == 0 || a < KR_DIAGRAM_ENDS)
        return a > b ? -1 : 1;
    m = merge_begin(d, a, b);
    while (c == 0 && merge_next(&m, &branch, &x, &y))
        c = x == 0 ? 1 : y == 0 ? -1 : differ(d, x, y, after);
    *after = *after || (c < 0 ? m.j < m.jend : m.i < m.iend);
    return c;
}

int kr_diagram_compare(const kr_diagrams *d, kr_diagram a, kr_diagram b)
{
    bool after;
    int c = differ(d, a, b, &after);

    return after ? c : -c;
}
