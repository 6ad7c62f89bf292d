/* Segments of a walk: where they begin and end, their ways and names. */
#include "tree/choices.h"

#include <stdlib.h>
#include <string.h>

static int compare_down(const void *pa, const void *pb)
{
    kr_diagram a = *(const kr_diagram *)pa, b = *(const kr_diagram *)pb;

    return a < b ? 1 : a > b ? -1 : 0;
}

/* The nodes of a walk, parents before children. */
static kr_status list_nodes(kr_chooser *c, kr_diagram walk, kr_diagram **out, size_t *n)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;
    kr_diagram *list = NULL;
    size_t cap = 0;
    kr_index seen;

    *n = 0;
    kr_index_init(&seen, c->ctx);
    KR_GROW(list, cap, 1, c->ctx, KR_ACCOUNT_READING);
    list[(*n)++] = walk;
    KR_TRY(kr_index_put(&seen, walk, 0));
    for (size_t i = 0; i < *n; i++) {
        const kr_diagram_node *node = kr_diagram_at(d, list[i]);
        uint32_t known;
        for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
            kr_diagram to = d->edges[e].to;
            if (to < KR_DIAGRAM_ENDS || kr_index_get(&seen, to, &known))
                continue;
            KR_TRY(kr_index_put(&seen, to, 0));
            KR_GROW(list, cap, *n + 1, c->ctx, KR_ACCOUNT_READING);
            list[(*n)++] = to;
        }
    }
    qsort(list, *n, sizeof *list, compare_down); /* children have smaller numbers */
    *out = list;
    list = NULL;
out:
    kr_free(list);
    kr_index_clear(&seen);
    return s;
}

/* Sweeping down, a node is a cut where all edges that are on their way lead to it. */
kr_status kr_segments_find(kr_chooser *c, kr_diagram walk, kr_segment **out, size_t *n)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;
    kr_diagram *nodes = NULL;
    size_t nnodes, on_way = 0, *to_node = NULL;
    kr_segment *list;

    *n = 0;
    KR_TRY(list_nodes(c, walk, &nodes, &nnodes));
    KR_ANEW(list, &c->scratch, nnodes);
    KR_NEW(to_node, c->ctx, KR_ACCOUNT_READING, d->nnodes);
    for (size_t i = 0; i < nnodes; i++) {
        const kr_diagram_node *node = kr_diagram_at(d, nodes[i]);
        size_t arriving = to_node[nodes[i] - KR_DIAGRAM_ENDS];
        if (arriving == on_way) {
            if (*n > 0)
                list[*n - 1].to = nodes[i];
            list[(*n)++] = (kr_segment){.from = nodes[i], .to = 1, .choice = UINT32_MAX};
        }
        on_way -= arriving;
        for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
            on_way++;
            if (d->edges[e].to >= KR_DIAGRAM_ENDS)
                to_node[d->edges[e].to - KR_DIAGRAM_ENDS]++;
        }
    }
    *out = list;
out:
    kr_free(nodes);
    kr_free(to_node);
    return s;
}

/* Ways from a node to the next cut, up to a little over `most`, and the branches of the longest. */
size_t kr_segment_ways(const kr_diagrams *d, kr_diagram a, kr_diagram to, size_t most,
                       size_t *longest)
{
    const kr_diagram_node *node;
    size_t n = 0;

    *longest = 0;
    if (a == to || a < KR_DIAGRAM_ENDS)
        return 1;
    node = kr_diagram_at(d, a);
    for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
        size_t below;
        n += kr_segment_ways(d, d->edges[e].to, to, most, &below);
        if (below + 1 > *longest)
            *longest = below + 1;
        if (n > most && *longest > 1)
            break;
    }
    return n;
}

/* List the ways from node a on; `way`: the branches so far, `depth` of them. */
static void list_ways(const kr_diagrams *d, const kr_segment *g, kr_diagram a, uint32_t *way,
                      size_t depth, uint32_t *ways, size_t *n)
{
    const kr_diagram_node *node;

    if (a == g->to || a < KR_DIAGRAM_ENDS) {
        for (size_t i = 0; i < g->longest; i++)
            ways[*n * g->longest + i] = i < depth ? way[i] : KR_NO_SET;
        (*n)++;
        return;
    }
    node = kr_diagram_at(d, a);
    for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
        way[depth] = d->edges[e].branch;
        list_ways(d, g, d->edges[e].to, way, depth + 1, ways, n);
    }
}

/* The ids of branches or of their sets, joined: "b1~b2", "bs1 bs2". Stand-ins are left out. */
static char *join_names(kr_chooser *c, const uint32_t *way, size_t n, bool sets)
{
    const kr_tree *tree = c->tree;
    char *text;
    size_t size = 2, length = 0;

    for (size_t i = 0; i < n && way[i] != KR_NO_SET; i++) {
        const kr_tree_branch *b = &tree->branches[way[i]];
        size += strlen(sets ? tree->sets[b->set].id : b->branch) + 1;
    }
    text = kr_arena_alloc(&c->tree->arena, size, 1);
    for (size_t i = 0; text && i < n && way[i] != KR_NO_SET; i++) {
        const kr_tree_branch *b = &tree->branches[way[i]];
        const char *name = sets ? tree->sets[b->set].id : b->branch;
        if (*b->branch == '.')
            continue;
        if (length > 0)
            text[length++] = sets ? ' ' : '~';
        memcpy(text + length, name, strlen(name));
        length += strlen(name);
    }
    return text;
}

/* The way with most sets names the choice. */
static const uint32_t *fullest_way(const kr_chooser *c, const kr_segment *g)
{
    const uint32_t *best = g->ways;
    size_t most = 0;

    for (size_t i = 0; i < g->nways; i++) {
        const uint32_t *way = g->ways + i * g->longest;
        size_t n = 0;
        for (size_t k = 0; k < g->longest && way[k] != KR_NO_SET; k++)
            n += *c->tree->branches[way[k]].branch != '.';
        if (n > most) {
            most = n;
            best = way;
        }
    }
    return best;
}

static kr_status segment_choice(kr_chooser *c, kr_segment *g)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    const char **states, *name;
    double *weights;

    KR_ANEW(states, &tree->arena, g->nways);
    KR_ANEW(weights, &tree->arena, g->nways * tree->nweights);
    for (size_t i = 0; i < g->nways; i++) {
        const uint32_t *way = g->ways + i * g->longest;
        double w = 1;
        for (size_t k = 0; k < g->longest && way[k] != KR_NO_SET; k++)
            w *= kr_chooser_weight(c, way[k]);
        for (size_t column = 0; column < tree->nweights; column++)
            weights[column * g->nways + i] = w;
        states[i] = join_names(c, way, g->longest, false);
        if (!states[i])
            return KR_ENOMEM;
    }
    if (g->nways == 1 && weights[0] == 1)
        return KR_OK;
    name = join_names(c, fullest_way(c, g), g->longest, true);
    if (!name)
        return KR_ENOMEM;
    KR_TRY(kr_chooser_add(c, (kr_choice){name, false, g->nways, states, weights}, &g->choice));
out:
    return s;
}

kr_status kr_segment_fill(kr_chooser *c, kr_segment *g)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;
    uint32_t *ways, *way;
    size_t n = 0;

    KR_ANEW(ways, &c->scratch, g->nways * g->longest);
    KR_ANEW(way, &c->scratch, g->longest + 1);
    list_ways(d, g, g->from, way, 0, ways, &n);
    g->ways = ways;
    KR_TRY(segment_choice(c, g));
out:
    return s;
}
