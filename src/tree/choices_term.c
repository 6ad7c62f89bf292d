/* What components add in which ways of the segments. */
#include "tree/choices.h"

#include <string.h>

/* Where way i of a segment leads from a node of a component's diagram. */
static kr_diagram follow_way(const kr_diagrams *d, const kr_segment *g, size_t i, kr_diagram a)
{
    const uint32_t *way = g->ways + i * g->longest;

    for (size_t k = 0; k < g->longest && way[k] != KR_NO_SET && a >= KR_DIAGRAM_ENDS; k++)
        a = kr_diagram_follow(d, a, way[k]);
    return a;
}

/* Entries of one presence over the segments it depends on, as they are found. */
typedef struct entries {
    kr_chooser *c;
    const kr_segment *segments;
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
static size_t first_way(const kr_segment *g, size_t low, size_t high, size_t k, uint32_t branch)
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
static kr_status find_ways(const kr_chooser *c, const kr_segment *g, kr_diagram a, size_t k,
                           size_t low, size_t high, had_ways *out)
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
    const kr_segment *g = &e->segments[i];
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
    const kr_segment *g = &e->segments[i];
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
    kr_chooser *c = e->c;
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

kr_status kr_chooser_terms(kr_chooser *c, const kr_segment *segments, size_t nsegments,
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
