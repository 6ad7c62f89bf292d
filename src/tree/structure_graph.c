/* A group of tied choices as a graph: its pieces once some are fixed, and its separators. */
#include "tree/index.h"
#include "tree/structure_inside.h"

#include <math.h>
#include <string.h>

/* Nodes of a graph whose separators are looked for: n^2 / 8 bytes are held. */
enum { GRAPH_SEPARATED_MAX = 8192 };

/* Ties from terms in order of their choices. */
static kr_status graph_ties(kr_graph *g, const kr_division *d, const kr_term *const *terms,
                            size_t n)
{
    kr_status s = KR_OK;
    uint32_t *choices;

    for (size_t i = 0; i < n; i++)
        g->nties +=
            terms[i]->nchoices > 1 && (i == 0 || kr_terms_compare(terms[i - 1], terms[i]) != 0);
    KR_ANEW(g->ties, &g->arena, g->nties);
    g->nties = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n; end++)
            if (kr_terms_compare(terms[i], terms[end]) != 0)
                break;
        if (terms[i]->nchoices < 2)
            continue;
        KR_ANEW(choices, &g->arena, terms[i]->nchoices);
        for (size_t k = 0; k < terms[i]->nchoices; k++)
            choices[k] = d->place[terms[i]->choices[k]];
        g->ties[g->nties++] = (kr_tie){terms[i]->nchoices, choices, end - i, terms + i};
        g->size += terms[i]->nchoices;
    }
out:
    return s;
}

kr_status kr_graph_make(kr_graph *g, const kr_division *d, const kr_tied_terms *group)
{
    kr_status s = KR_OK;
    const kr_term **terms;
    size_t *end;

    *g = (kr_graph){.n = group->nchoices, .size = group->nchoices};
    kr_arena_init(&g->arena, d->b->ctx, KR_ACCOUNT_TREE);
    KR_ANEW(g->bits, &g->arena, g->n);
    KR_ANEW(g->fixed, &g->arena, g->n);
    KR_ANEW(g->parent, &g->arena, g->n);
    KR_ANEW(g->piece, &g->arena, g->n);
    KR_ANEW(g->first_tie, &g->arena, g->n + 1);
    KR_ANEW(end, &g->arena, g->n);
    KR_ANEW(terms, &g->arena, group->nterms);
    for (size_t i = 0; i < g->n; i++) {
        d->place[group->choices[i]] = (uint32_t)i;
        g->bits[i] = log2((double)d->choices[group->choices[i]].nstates);
        g->all += g->bits[i];
    }
    KR_TRY(kr_terms_sort(d->b->ctx, group, terms));
    KR_TRY(graph_ties(g, d, terms, group->nterms));
    KR_ANEW(g->idle, &g->arena, g->nties);
    for (size_t t = 0; t < g->nties; t++)
        for (size_t k = 0; k < g->ties[t].n; k++)
            g->first_tie[g->ties[t].choices[k] + 1]++;
    for (size_t i = 0; i < g->n; i++) {
        g->first_tie[i + 1] += g->first_tie[i];
        end[i] = g->first_tie[i];
    }
    KR_ANEW(g->ties_of, &g->arena, g->first_tie[g->n]);
    for (size_t t = 0; t < g->nties; t++)
        for (size_t k = 0; k < g->ties[t].n; k++)
            g->ties_of[end[g->ties[t].choices[k]]++] = (uint32_t)t;
out:
    return s;
}

void kr_graph_clear(kr_graph *g)
{
    kr_arena_clear(&g->arena);
}

static uint32_t graph_root(kr_graph *g, uint32_t i)
{
    while (g->parent[i] != i) {
        g->parent[i] = g->parent[g->parent[i]];
        i = g->parent[i];
    }
    return i;
}

size_t kr_graph_pieces(kr_graph *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->n; i++)
        g->parent[i] = (uint32_t)i;
    for (size_t t = 0; t < g->nties; t++) {
        const kr_tie *tie = &g->ties[t];
        uint32_t joined = UINT32_MAX;
        for (size_t k = 0; k < tie->n && !g->idle[t]; k++) {
            if (g->fixed[tie->choices[k]])
                continue;
            uint32_t root = graph_root(g, tie->choices[k]);
            if (joined != UINT32_MAX) {
                g->parent[root > joined ? root : joined] = root > joined ? joined : root;
                root = root > joined ? joined : root;
            }
            joined = root;
        }
    }
    /* A root comes before its members: its piece is numbered when they are met. `parent` of a root
     * is only read here, so that pieces can be gathered in place. */
    for (size_t i = 0; i < g->n; i++) {
        if (g->fixed[i])
            continue;
        uint32_t root = graph_root(g, (uint32_t)i);
        if (root == i)
            g->piece[i] = 0;
        g->piece[root] += g->bits[i];
    }
    for (size_t i = 0; i < g->n; i++)
        if (!g->fixed[i] && g->parent[i] == i)
            g->piece[n++] = g->piece[i];
    return n;
}

/* Elimination: choices that are left, and who is next to whom. */
typedef struct elimination {
    const kr_graph *g;
    size_t nwords;
    uint64_t *next;      /* n x nwords: sets of neighbours */
    double *bits;        /* of all neighbours of each */
    unsigned char *gone; /* eliminated */
    uint32_t *set;       /* neighbours of the one that is eliminated */
    kr_intern seen;
} elimination;

static size_t elimination_list(const elimination *e, size_t node, uint32_t *out)
{
    size_t n = 0;

    for (size_t w = 0; w < e->nwords; w++)
        for (uint64_t left = e->next[node * e->nwords + w]; left != 0; left &= left - 1)
            out[n++] = (uint32_t)(64 * w + (size_t)__builtin_ctzll(left));
    return n;
}

static void elimination_weigh(elimination *e, size_t node)
{
    e->bits[node] = 0;
    for (size_t w = 0; w < e->nwords; w++)
        for (uint64_t left = e->next[node * e->nwords + w]; left != 0; left &= left - 1)
            e->bits[node] += e->g->bits[64 * w + (size_t)__builtin_ctzll(left)];
}

static void elimination_flip(elimination *e, size_t node, size_t other)
{
    e->next[node * e->nwords + other / 64] ^= (uint64_t)1 << other % 64;
}

static kr_status elimination_begin(elimination *e, kr_graph *g)
{
    kr_status s = KR_OK;

    e->g = g;
    e->nwords = (g->n + 63) / 64;
    KR_ANEW(e->next, &g->arena, g->n * e->nwords);
    KR_ANEW(e->bits, &g->arena, g->n);
    KR_ANEW(e->gone, &g->arena, g->n);
    KR_ANEW(e->set, &g->arena, g->n);
    for (size_t t = 0; t < g->nties; t++)
        for (size_t k = 0; k < g->ties[t].n; k++) {
            uint32_t a = g->ties[t].choices[k];
            for (size_t l = 0; l < g->ties[t].n; l++) {
                uint32_t b = g->ties[t].choices[l];
                e->next[a * e->nwords + b / 64] |= (uint64_t)(a != b) << b % 64;
            }
        }
    for (size_t i = 0; i < g->n; i++)
        elimination_weigh(e, i);
out:
    return s;
}

/* Take a node out and join its neighbours, e->set. */
static void elimination_step(elimination *e, size_t node, size_t n)
{
    const uint64_t *from = e->next + node * e->nwords;

    e->gone[node] = 1;
    for (size_t k = 0; k < n; k++) {
        uint64_t *to = e->next + e->set[k] * e->nwords;
        for (size_t w = 0; w < e->nwords; w++)
            to[w] |= from[w];
        elimination_flip(e, e->set[k], node);
        elimination_flip(e, e->set[k], e->set[k]);
        elimination_weigh(e, e->set[k]);
    }
}

kr_status kr_graph_separators(kr_graph *g, double bits_max,
                              kr_status (*visit)(void *user, const uint32_t *set, size_t n),
                              void *user)
{
    kr_status s = KR_OK;
    elimination e = {0};

    if (g->n > GRAPH_SEPARATED_MAX)
        return KR_OK;
    kr_intern_init(&e.seen, g->arena.ctx);
    KR_TRY(elimination_begin(&e, g));
    for (;;) {
        size_t node = SIZE_MAX;
        for (size_t i = 0; i < g->n; i++)
            if (!e.gone[i] && (node == SIZE_MAX || e.bits[i] < e.bits[node]))
                node = i;
        if (node == SIZE_MAX || e.bits[node] > bits_max)
            break;
        size_t n = elimination_list(&e, node, e.set);
        if (n > 1) {
            kr_hash128 hash;
            uint32_t number;
            bool fresh;
            kr_hash_init(&hash);
            kr_hash_bytes(&hash, e.set, n * sizeof *e.set);
            KR_TRY(kr_intern_put(&e.seen, hash, &number, &fresh));
            if (fresh)
                KR_TRY(visit(user, e.set, n));
        }
        elimination_step(&e, node, n);
    }
out:
    kr_intern_clear(&e.seen);
    return s;
}
