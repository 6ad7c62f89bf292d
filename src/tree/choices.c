/* From the walk and the presence of components to choices and terms, and so to the structure.
 *
 * The walk is cut at the nodes that every path passes. Between two cuts lies a *segment*: a branch
 * set, or several that applyToBranches or correlation ties. Whatever is taken in one segment leaves
 * the others free, so segments are independent choices; the states of one are its ways through.
 * A segment with too many ways is divided by its first set: a mix over its branches, each of which
 * is a walk of its own, down to segments that are small. */
#include "tree/inside.h"

#include <stdlib.h>
#include <string.h>

/* Ways of a segment of several sets that are listed; more are a mix, unless they are no more than
 * the branches of its first set, as where large sets move with each other. */
enum { WAYS_MAX = 1 << 12 };

/* A segment: the nodes from one cut up to the next. */
typedef struct segment {
    kr_diagram from, to;
    size_t nways;
    uint32_t choice;      /* UINT32_MAX: one way of weight 1 */
    size_t longest;       /* branches of the longest way */
    const uint32_t *ways; /* nways x longest, ended by KR_NO_SET where shorter */
} segment;

typedef struct chooser {
    kr_ctx *ctx;
    kr_tree *tree;
    kr_arena scratch;
    kr_structure_builder builder;
    kr_choice *choices; /* owned; grows */
    size_t nchoices, choices_cap;
    kr_term *terms; /* of the walk at work on; owned */
    size_t nterms, terms_cap;
    unsigned char *fixed; /* sets whose branch a mix has taken */
    uint32_t first_model; /* the choice of trts[0]; the others follow */
} chooser;

static kr_status add_choice(chooser *c, kr_choice choice, uint32_t *out)
{
    kr_status s = KR_OK;

    KR_GROW(c->choices, c->choices_cap, c->nchoices + 1, c->ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)c->nchoices;
    c->choices[c->nchoices++] = choice;
out:
    return s;
}

/* Weight of a branch as one factor of a path's weight. */
static double branch_weight(const chooser *c, uint32_t branch)
{
    const kr_tree_branch *b = &c->tree->branches[branch];

    return c->fixed[b->set] || c->tree->sets[b->set].moves_with != KR_NO_SET ? 1 : b->weight;
}

/* ------------------------------------------------------------------ ground-motion models */

static kr_status model_choice(chooser *c, size_t trt)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    size_t first = tree->first_gsim[trt], n = tree->first_gsim[trt + 1] - first;
    const char **states;
    double *weights;
    uint32_t number;

    KR_ANEW(states, &tree->arena, n);
    KR_ANEW(weights, &tree->arena, n * tree->nweights);
    for (size_t g = 0; g < n; g++) {
        states[g] = tree->gsims[first + g].uncertainty;
        for (size_t w = 0; w < tree->nweights; w++)
            weights[w * n + g] = tree->gsims[first + g].weights[w];
    }
    KR_TRY(add_choice(c, (kr_choice){tree->trts[trt], true, n, states, weights}, &number));
out:
    return s;
}

/* ------------------------------------------------------------------ segments */

static int compare_down(const void *pa, const void *pb)
{
    kr_diagram a = *(const kr_diagram *)pa, b = *(const kr_diagram *)pb;

    return a < b ? 1 : a > b ? -1 : 0;
}

/* The nodes of a walk, parents before children. */
static kr_status list_nodes(chooser *c, kr_diagram walk, kr_diagram **out, size_t *n)
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
static kr_status find_cuts(chooser *c, kr_diagram walk, segment **out, size_t *n)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;
    kr_diagram *nodes = NULL;
    size_t nnodes, on_way = 0, *to_node = NULL;
    segment *list;

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
            list[(*n)++] = (segment){.from = nodes[i], .to = 1, .choice = UINT32_MAX};
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
static size_t count_ways(const kr_diagrams *d, kr_diagram a, kr_diagram to, size_t most,
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
        n += count_ways(d, d->edges[e].to, to, most, &below);
        if (below + 1 > *longest)
            *longest = below + 1;
        if (n > most && *longest > 1)
            break;
    }
    return n;
}

/* List the ways from node a on; `way`: the branches so far, `depth` of them. */
static void list_ways(const kr_diagrams *d, const segment *g, kr_diagram a, uint32_t *way,
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
static char *join_names(chooser *c, const uint32_t *way, size_t n, bool sets)
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
static const uint32_t *fullest_way(const chooser *c, const segment *g)
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

static kr_status segment_choice(chooser *c, segment *g)
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
            w *= branch_weight(c, way[k]);
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
    KR_TRY(add_choice(c, (kr_choice){name, false, g->nways, states, weights}, &g->choice));
out:
    return s;
}

static kr_status fill_segment(chooser *c, segment *g)
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

/* ------------------------------------------------------------------ terms */

/* Where way i of a segment leads from a node of a component's diagram. */
static kr_diagram follow_way(const kr_diagrams *d, const segment *g, size_t i, kr_diagram a)
{
    const uint32_t *way = g->ways + i * g->longest;

    for (size_t k = 0; k < g->longest && way[k] != KR_NO_SET && a >= KR_DIAGRAM_ENDS; k++)
        a = kr_diagram_follow(d, a, way[k]);
    return a;
}

/* Entries of one presence over the segments it depends on, as they are found. */
typedef struct entries {
    chooser *c;
    const segment *segments;
    size_t nsegments;
    unsigned char *matters; /* segments */
    size_t nmatters;
    uint32_t *state;  /* nmatters: of the way so far */
    uint32_t *states; /* n x nmatters; owned */
    uint32_t *times;  /* n; owned */
    size_t n, states_cap, times_cap;
    kr_index seen; /* (segment, node) */
} entries;

/* The ways of a segment that a presence has, and where they lead. */
typedef struct had_ways {
    uint32_t *states; /* owned */
    kr_diagram *to;   /* owned */
    size_t n, states_cap, to_cap;
} had_ways;

static void clear_ways(had_ways *list)
{
    kr_free(list->states);
    kr_free(list->to);
}

/* The first of the ways low .. high - 1 whose branch number k is not below `branch`. Ways are in
 * the order of their branches. */
static size_t first_way(const segment *g, size_t low, size_t high, size_t k, uint32_t branch)
{
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (g->ways[mid * g->longest + k] < branch)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Those of the ways low .. high - 1, which have `k` branches in common; `a` is behind these. A
 * presence has few of many ways: its edges are followed, not the ways. */
static kr_status find_ways(const chooser *c, const segment *g, kr_diagram a, size_t k, size_t low,
                           size_t high, had_ways *out)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;

    if (k == g->longest || g->ways[low * g->longest + k] == KR_NO_SET || a < KR_DIAGRAM_ENDS) {
        KR_GROW(out->states, out->states_cap, out->n + 1, c->ctx, KR_ACCOUNT_READING);
        KR_GROW(out->to, out->to_cap, out->n + 1, c->ctx, KR_ACCOUNT_READING);
        out->states[out->n] = (uint32_t)low;
        out->to[out->n++] = a;
        return KR_OK;
    }
    const kr_diagram_node *node = kr_diagram_at(d, a);
    for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
        uint32_t branch = d->edges[e].branch;
        low = first_way(g, low, high, k, branch);
        KR_TRY(find_ways(c, g, d->edges[e].to, k + 1, low, first_way(g, low, high, k, branch + 1),
                         out));
    }
out:
    return s;
}

/* Mark the segments on which the presence depends: below some node ways differ. */
static kr_status mark_segments(entries *e, size_t i, kr_diagram a)
{
    kr_status s = KR_OK;
    const segment *g = &e->segments[i];
    had_ways list = {0};
    uint32_t known;

    if (a < KR_DIAGRAM_ENDS || kr_index_get(&e->seen, kr_index_pair((uint32_t)i, a), &known))
        return KR_OK;
    KR_TRY(kr_index_put(&e->seen, kr_index_pair((uint32_t)i, a), 0));
    KR_TRY(find_ways(e->c, g, a, 0, 0, g->nways, &list));
    if (list.n < g->nways)
        e->matters[i] = 1;
    for (size_t w = 0; w < list.n; w++) {
        if (list.to[w] != list.to[0])
            e->matters[i] = 1;
        KR_TRY(mark_segments(e, i + 1, list.to[w]));
    }
out:
    clear_ways(&list);
    return s;
}

static kr_status add_entry(entries *e, uint32_t times)
{
    kr_status s = KR_OK;

    KR_GROW(e->states, e->states_cap, (e->n + 1) * (e->nmatters + 1), e->c->ctx,
            KR_ACCOUNT_READING);
    KR_GROW(e->times, e->times_cap, e->n + 1, e->c->ctx, KR_ACCOUNT_READING);
    memcpy(e->states + e->n * e->nmatters, e->state, e->nmatters * sizeof *e->states);
    e->times[e->n++] = times;
out:
    return s;
}

static kr_status list_entries(entries *e, size_t i, size_t depth, kr_diagram a)
{
    kr_status s = KR_OK;
    const segment *g = &e->segments[i];
    had_ways list = {0};

    if (a == 0)
        return KR_OK;
    if (a < KR_DIAGRAM_ENDS)
        return add_entry(e, a);
    if (!e->matters[i])
        return list_entries(e, i + 1, depth, follow_way(&e->c->tree->diagrams, g, 0, a));
    KR_TRY(find_ways(e->c, g, a, 0, 0, g->nways, &list));
    for (size_t w = 0; w < list.n; w++) {
        e->state[depth] = list.states[w];
        KR_TRY(list_entries(e, i + 1, depth + 1, list.to[w]));
    }
out:
    clear_ways(&list);
    return s;
}

/* The term of a component: its entries times the models of its region. */
static kr_status make_term(entries *e, size_t component)
{
    kr_status s = KR_OK;
    chooser *c = e->c;
    const kr_component *of = &c->tree->components[component];
    size_t nchoices = e->nmatters + 1, n = 0;
    uint32_t *choices, *states, *rates;
    size_t total = 0;

    for (size_t i = 0; i < e->n; i++)
        total += e->times[i] * of->ngsims;
    KR_ANEW(choices, &c->scratch, nchoices);
    KR_ANEW(states, &c->scratch, total * nchoices + 1);
    KR_ANEW(rates, &c->scratch, total + 1);
    choices[0] = c->first_model + (uint32_t)of->trt; /* models come before the branch sets */
    for (size_t i = 0, k = 1; i < e->nsegments; i++)
        if (e->matters[i])
            choices[k++] = e->segments[i].choice;
    for (size_t i = 0; i < e->n; i++)
        for (size_t g = 0; g < of->ngsims; g++)
            for (uint32_t k = 0; k < e->times[i]; k++, n++) {
                states[n * nchoices] = (uint32_t)(of->gsims[g] - c->tree->first_gsim[of->trt]);
                if (e->nmatters)
                    memcpy(states + n * nchoices + 1, e->states + i * e->nmatters,
                           e->nmatters * sizeof *states);
                rates[n] = (uint32_t)(of->first_rate + g);
            }
    KR_GROW(c->terms, c->terms_cap, c->nterms + 1, c->ctx, KR_ACCOUNT_READING);
    c->terms[c->nterms++] = (kr_term){nchoices, choices, total, states, rates};
out:
    return s;
}

static kr_status add_terms(chooser *c, const segment *segments, size_t nsegments,
                           const kr_diagram *presence)
{
    kr_status s = KR_OK;
    entries e = {.c = c, .segments = segments, .nsegments = nsegments};

    kr_index_init(&e.seen, c->ctx);
    KR_NEW(e.matters, c->ctx, KR_ACCOUNT_READING, nsegments + 1);
    KR_NEW(e.state, c->ctx, KR_ACCOUNT_READING, nsegments + 1);
    c->nterms = 0;
    for (size_t k = 0; k < c->tree->ncomponents; k++) {
        if (presence[k] == 0)
            continue;
        kr_index_clear(&e.seen);
        memset(e.matters, 0, nsegments);
        e.n = e.nmatters = 0;
        KR_TRY(mark_segments(&e, 0, presence[k]));
        for (size_t i = 0; i < nsegments; i++)
            e.nmatters += e.matters[i];
        KR_TRY(list_entries(&e, 0, 0, presence[k]));
        KR_TRY(make_term(&e, k));
    }
out:
    kr_index_clear(&e.seen);
    kr_free(e.matters);
    kr_free(e.state);
    kr_free(e.states);
    kr_free(e.times);
    return s;
}

/* ------------------------------------------------------------------ parts */

static kr_status part_of_walk(chooser *c, kr_diagram walk, const kr_diagram *presence,
                              uint32_t *out);

/* The parts where all segments are small: one problem. */
static kr_status part_of_segments(chooser *c, segment *segments, size_t n,
                                  const kr_diagram *presence, uint32_t *out)
{
    kr_status s = KR_OK;
    uint32_t *here = NULL;
    size_t nhere = 0, ntrts = c->tree->ntrts;
    kr_problem problem;

    for (size_t i = 0; i < n; i++)
        KR_TRY(fill_segment(c, &segments[i]));
    KR_TRY(add_terms(c, segments, n, presence));
    KR_NEW(here, c->ctx, KR_ACCOUNT_READING, ntrts + n);
    for (size_t t = 0; t < ntrts; t++)
        here[nhere++] = c->first_model + (uint32_t)t;
    for (size_t i = 0; i < n; i++)
        if (segments[i].choice != UINT32_MAX)
            here[nhere++] = segments[i].choice;
    problem = (kr_problem){c->tree->nweights, c->nchoices, c->choices, c->nterms, c->terms};
    KR_TRY(kr_structure_add_problem(&c->builder, &problem, here, nhere, out));
out:
    kr_free(here);
    return s;
}

/* A walk in which node `at` has one edge. */
static kr_status walk_with_edge(chooser *c, kr_diagram walk, kr_diagram at, kr_edge edge,
                                kr_index *known, kr_diagram *out)
{
    kr_status s = KR_OK;
    kr_diagrams *d = &c->tree->diagrams;
    kr_edge *edges = NULL;
    kr_diagram_node node;

    *out = walk;
    if (walk < at || walk < KR_DIAGRAM_ENDS) /* children have smaller numbers: `at` is not below */
        return KR_OK;
    if (walk == at)
        return kr_diagram_make(d, kr_diagram_at(d, at)->set, &edge, 1, out);
    if (kr_index_get(known, walk, out))
        return KR_OK;
    node = *kr_diagram_at(d, walk);
    KR_NEW(edges, c->ctx, KR_ACCOUNT_READING, node.nedges);
    for (size_t e = 0; e < node.nedges; e++) {
        edges[e] = d->edges[node.first_edge + e];
        KR_TRY(walk_with_edge(c, edges[e].to, at, edge, known, &edges[e].to));
    }
    KR_TRY(kr_diagram_make(d, node.set, edges, node.nedges, out));
    KR_TRY(kr_index_put(known, walk, *out));
out:
    kr_free(edges);
    return s;
}

/* The choice between the branches of the first set of a segment. */
static kr_status fork_choice(chooser *c, const kr_diagram_node *node, uint32_t *out)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    const char **states;
    double *weights;

    KR_ANEW(states, &tree->arena, node->nedges);
    KR_ANEW(weights, &tree->arena, node->nedges * tree->nweights);
    for (size_t e = 0; e < node->nedges; e++) {
        uint32_t branch = tree->diagrams.edges[node->first_edge + e].branch;
        states[e] = tree->branches[branch].branch;
        for (size_t w = 0; w < tree->nweights; w++)
            weights[w * node->nedges + e] = branch_weight(c, branch);
    }
    KR_TRY(add_choice(
        c, (kr_choice){tree->sets[node->set].id, false, node->nedges, states, weights}, out));
out:
    return s;
}

/* The part of a walk in which node `at` has one edge. */
static kr_status part_of_edge(chooser *c, kr_diagram walk, kr_diagram at, kr_edge edge,
                              const kr_diagram *presence, uint32_t *out)
{
    kr_status s = KR_OK;
    size_t n = c->tree->ncomponents;
    kr_diagram *restricted = NULL, narrowed;
    kr_index known;

    kr_index_init(&known, c->ctx);
    KR_NEW(restricted, c->ctx, KR_ACCOUNT_READING, n);
    KR_TRY(walk_with_edge(c, walk, at, edge, &known, &narrowed));
    KR_TRY(kr_diagrams_restrict(&c->tree->diagrams, narrowed, presence, n, restricted));
    KR_TRY(part_of_walk(c, narrowed, restricted, out));
out:
    kr_index_clear(&known);
    kr_free(restricted);
    return s;
}

static kr_status part_of_fork(chooser *c, kr_diagram walk, kr_diagram at,
                              const kr_diagram *presence, uint32_t *out)
{
    kr_status s = KR_OK;
    const kr_diagram_node node = *kr_diagram_at(&c->tree->diagrams, at);
    unsigned char before = c->fixed[node.set];
    uint32_t *states = NULL, *children = NULL, choice;

    KR_NEW(states, c->ctx, KR_ACCOUNT_READING, node.nedges);
    KR_NEW(children, c->ctx, KR_ACCOUNT_READING, node.nedges);
    KR_TRY(fork_choice(c, &node, &choice));
    c->fixed[node.set] = 1;
    for (uint32_t e = 0; e < node.nedges; e++) {
        kr_edge edge = c->tree->diagrams.edges[node.first_edge + e];
        states[e] = e;
        KR_TRY(part_of_edge(c, walk, at, edge, presence, &children[e]));
    }
    c->fixed[node.set] = before;
    KR_TRY(kr_structure_add_mix(&c->builder, choice, states, children, node.nedges, out));
out:
    kr_free(states);
    kr_free(children);
    return s;
}

static kr_status part_of_walk(chooser *c, kr_diagram walk, const kr_diagram *presence,
                              uint32_t *out)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &c->tree->diagrams;
    segment *segments;
    size_t n;

    KR_TRY(find_cuts(c, walk, &segments, &n));
    for (size_t i = 0; i < n; i++) {
        segment *g = &segments[i];
        size_t branches = kr_diagram_at(d, g->from)->nedges;
        size_t most = branches > WAYS_MAX ? branches : WAYS_MAX;
        g->nways = count_ways(d, g->from, g->to, most, &g->longest);
        if (g->nways > most && g->longest > 1)
            return part_of_fork(c, walk, g->from, presence, out);
    }
    KR_TRY(part_of_segments(c, segments, n, presence, out));
out:
    return s;
}

/* ------------------------------------------------------------------ samples */

/* The table of one region: a row for every (path, model) that samples take. *rows: of the samples,
 * one every `stride`. */
static kr_status sample_table(chooser *c, size_t trt, size_t stride, uint32_t *rows,
                              kr_rate_table *out)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    uint32_t *found = NULL, *branches = NULL, *listed = NULL, *first, *rates = NULL, *kept;
    size_t n = 0, cap = 0, nrates = 0, most = 2 * tree->ncomponents;

    KR_NEW(found, c->ctx, KR_ACCOUNT_READING, tree->ngsims);
    KR_NEW(branches, c->ctx, KR_ACCOUNT_READING, tree->nsets + 1);
    KR_NEW(listed, c->ctx, KR_ACCOUNT_READING, most + 1);
    KR_ANEW(first, &tree->arena, tree->nrlzs + 1);
    for (size_t p = 0; p < tree->npaths; p++) {
        size_t ncomponents = kr_tree_path_components(tree, p, branches, listed);
        memset(found, 0, tree->ngsims * sizeof *found); /* row + 1 of a model in this path */
        for (size_t r = tree->first_sample[p]; r < tree->first_sample[p + 1]; r++) {
            size_t gsim = tree->sample_gsims[r * tree->ntrts + trt];
            if (found[gsim] == 0) {
                KR_GROW(rates, cap, nrates + ncomponents, c->ctx, KR_ACCOUNT_READING);
                for (size_t i = 0; i < ncomponents; i++)
                    if (tree->components[listed[i]].trt == trt)
                        rates[nrates++] =
                            (uint32_t)kr_component_rate(&tree->components[listed[i]], gsim);
                found[gsim] = (uint32_t)++n;
                first[n] = (uint32_t)nrates;
            }
            rows[r * stride] = found[gsim] - 1;
        }
    }
    KR_ANEW(kept, &tree->arena, nrates + 1);
    if (nrates)
        memcpy(kept, rates, nrates * sizeof *kept);
    *out = (kr_rate_table){.nrows = n, .first = first, .rates = kept};
out:
    kr_free(found);
    kr_free(branches);
    kr_free(listed);
    kr_free(rates);
    return s;
}

static kr_status sample_weights(const chooser *c, double **out)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;

    KR_ANEW(*out, &tree->arena, tree->nrlzs);
    for (size_t p = 0; p < tree->npaths; p++)
        for (size_t r = tree->first_sample[p]; r < tree->first_sample[p + 1]; r++) {
            double w = tree->early ? 1.0 / (double)tree->nrlzs : kr_path_weight(tree, p, false);
            for (size_t t = 0; t < tree->ntrts && !tree->early; t++)
                w *= tree->gsims[tree->sample_gsims[r * tree->ntrts + t]].weights[0];
            (*out)[r] = w;
        }
out:
    return s;
}

/* A sampled tree: one block that lists the samples. */
static kr_status divide_samples(chooser *c)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    kr_structure *out = &tree->structure;
    kr_choice *choice;
    kr_rate_table *tables;
    kr_part *part;
    uint32_t *rows, *zero;
    double *weights;

    KR_ANEW(choice, &tree->arena, 1);
    KR_ANEW(part, &tree->arena, 1);
    KR_ANEW(zero, &tree->arena, 1);
    KR_ANEW(tables, &tree->arena, tree->ntrts);
    KR_ANEW(rows, &tree->arena, tree->nrlzs * tree->ntrts);
    KR_TRY(sample_weights(c, &weights));
    for (size_t t = 0; t < tree->ntrts; t++)
        KR_TRY(sample_table(c, t, tree->ntrts, rows + t, &tables[t]));
    *choice = (kr_choice){"samples", false, tree->nrlzs, NULL, weights};
    *part = (kr_part){.kind = KR_PART_BLOCK,
                      .states = (double)tree->nrlzs,
                      .nchoices = 1,
                      .choices = zero,
                      .nstates = tree->nrlzs,
                      .ntables = tree->ntrts,
                      .tables = tables,
                      .rows = rows};
    *out = (kr_structure){.ncolumns = 1,
                          .nchoices = 1,
                          .choices = choice,
                          .nparts = 1,
                          .parts = part,
                          .realizations = tree->rlzs};
out:
    return s;
}

static kr_status divide_walk(chooser *c)
{
    kr_status s = KR_OK;
    kr_tree *tree = c->tree;
    kr_diagram *presence = NULL;
    kr_choice *choices;
    uint32_t root;

    KR_NEW(presence, c->ctx, KR_ACCOUNT_READING, tree->ncomponents);
    for (size_t t = 0; t < tree->ntrts; t++)
        KR_TRY(model_choice(c, t));
    for (size_t k = 0; k < tree->ncomponents; k++)
        presence[k] = tree->components[k].presence;
    KR_TRY(part_of_walk(c, tree->walk, presence, &root));
    KR_TRY(kr_structure_finish(&c->builder, root, &tree->structure));
    KR_ANEW(choices, &tree->arena, c->nchoices);
    memcpy(choices, c->choices, c->nchoices * sizeof *choices);
    tree->structure.ncolumns = tree->nweights;
    tree->structure.nchoices = c->nchoices;
    tree->structure.choices = choices;
out:
    kr_free(presence);
    return s;
}

kr_status kr_tree_divide(kr_ctx *ctx, kr_tree *tree, double scale)
{
    kr_status s = KR_OK;
    chooser c = {.ctx = ctx, .tree = tree};

    kr_arena_init(&c.scratch, ctx, KR_ACCOUNT_READING);
    kr_structure_builder_init(&c.builder, ctx, &tree->arena);
    KR_NEW(c.fixed, ctx, KR_ACCOUNT_READING, tree->nsets + 1);
    KR_TRY(tree->sampled ? divide_samples(&c) : divide_walk(&c));
    tree->structure.nrates = tree->nrates;
    tree->structure.scale = scale;
out:
    kr_structure_builder_clear(&c.builder);
    kr_arena_clear(&c.scratch);
    kr_free(c.choices);
    kr_free(c.terms);
    kr_free(c.fixed);
    return s;
}
