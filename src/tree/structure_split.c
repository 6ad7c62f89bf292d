/* Which choice of a tied group to fix.
 *
 * Candidates are single choices, whose every state is looked at (what some terms tie in one state
 * only does not tie the others), and the separators of the graph. What a candidate costs is the sum
 * of the states of all pieces over the states of the candidate. Pieces that are too large for a
 * block are divided in turn, which is not tried out but estimated: a candidate that takes c bits
 * (log2 of its states) and leaves pieces of b of B bits has paid c / log2(B / b) bits for each
 * halving of the bits, and a piece is assumed to go on at that price until it is small. So of a
 * chain the middle is taken, of a star the centre, and of a net the narrowest place. */
#include "tree/index.h"
#include "tree/structure_inside.h"

#include <math.h>
#include <string.h>

enum {
    SPLIT_WORK = 1 << 25,  /* nodes visited to compare candidates; not all are where it is short */
    SPLIT_LIGHT = 128,     /* a part costs as much as so little of a small block */
    SPLIT_CANDIDATES = 16, /* compared in any case */
};

/* log2 of a sum, from the log2 of what is added. */
typedef struct log_sum {
    double most, sum; /* 2^most * sum */
} log_sum;

static void log_add(log_sum *l, double bits)
{
    if (l->sum == 0 || bits > l->most) {
        l->sum = l->sum == 0 ? 1 : l->sum * exp2(l->most - bits) + 1;
        l->most = bits;
    } else {
        l->sum += exp2(bits - l->most);
    }
}

static double log_total(const log_sum *l)
{
    return l->sum == 0 ? -INFINITY : l->most + log2(l->sum);
}

/* Pieces of a size that a candidate leaves. */
typedef struct leftover {
    double bits, times; /* both log2 */
} leftover;

typedef struct split_search {
    kr_division *d;
    const kr_tied_terms *group;
    kr_graph g;
    kr_ctx *ctx;
    double small, part; /* log2 of a small block, and of what a part costs */

    /* the candidate that is looked at */
    double cost;    /* bits of its states */
    log_sum blocks; /* of all that it leaves, as blocks */
    double largest; /* of its pieces */
    size_t nleft, left_cap;
    leftover *left; /* its pieces that are not small; owned */
    log_sum rest;   /* the others */

    /* of a single candidate: the ties that are there in each state; for the choice with most */
    size_t *first; /* of each state, in `ties` */
    size_t ties_cap;
    uint32_t *ties;  /* owned */
    uint32_t *stamp; /* of each state: 1 + the tie that was met last */
    uint32_t *like;  /* of each kind of state: one of them, */
    size_t *count;   /* and their number */
    size_t work;     /* left for looking at kinds of states */

    /* the best so far */
    double best;
    kr_split split;
    size_t stride, seen; /* every stride-th separator is looked at */
} split_search;

static void split_begin(split_search *f, double cost)
{
    f->cost = cost;
    f->blocks = f->rest = (log_sum){0, 0};
    f->largest = 0;
    f->nleft = 0;
}

/* The pieces of the graph as it is now, `times` (log2) times. */
static kr_status split_pieces(split_search *f, double times)
{
    kr_status s = KR_OK;
    size_t n = kr_graph_pieces(&f->g);

    for (size_t i = 0; i < n; i++) {
        double bits = f->g.piece[i];
        log_add(&f->blocks, times + bits);
        log_add(&f->blocks, times + f->part);
        f->largest = fmax(f->largest, bits);
        if (bits <= f->small) {
            log_add(&f->rest, times + bits);
            continue;
        }
        KR_GROW(f->left, f->left_cap, f->nleft + 1, f->ctx, KR_ACCOUNT_TREE);
        f->left[f->nleft++] = (leftover){bits, times};
    }
out:
    return s;
}

/* The candidate is complete: compare it with the best. */
static void split_compare(split_search *f, uint32_t choice)
{
    double price = f->cost / log2(f->g.all / f->largest);
    double base = fmax(f->small, 1);
    log_sum total = f->rest;

    for (size_t i = 0; i < f->nleft; i++) {
        double bits = f->left[i].bits;
        log_add(&total, f->left[i].times + fmin(bits, base + price * log2(bits / base)));
    }
    double estimate = log_total(&total);
    if (estimate < f->best - 1e-9) {
        f->best = estimate;
        f->split.choice = f->group->choices[choice];
        f->split.bits_split = log_total(&f->blocks);
    }
}

/* Which ties of a choice are there in each of its states. */
static kr_status split_states(split_search *f, uint32_t choice, size_t nstates)
{
    kr_status s = KR_OK;
    const kr_graph *g = &f->g;

    memset(f->first, 0, (nstates + 1) * sizeof *f->first);
    for (int pass = 0; pass < 2; pass++) {
        memset(f->stamp, 0, nstates * sizeof *f->stamp);
        for (size_t k = g->first_tie[choice]; k < g->first_tie[choice + 1]; k++) {
            const kr_tie *tie = &g->ties[g->ties_of[k]];
            size_t axis = 0;
            while (tie->choices[axis] != choice)
                axis++;
            for (size_t t = 0; t < tie->nterms; t++)
                for (size_t e = 0; e < tie->terms[t]->nentries; e++) {
                    uint32_t state = tie->terms[t]->states[e * tie->n + axis];
                    if (f->stamp[state] == g->ties_of[k] + 1)
                        continue;
                    f->stamp[state] = g->ties_of[k] + 1;
                    if (pass == 0)
                        f->first[state]++;
                    else
                        f->ties[--f->first[state]] = g->ties_of[k];
                }
        }
        for (size_t i = 1; pass == 0 && i <= nstates; i++)
            f->first[i] += f->first[i - 1];
        KR_GROW(f->ties, f->ties_cap, f->first[nstates], f->ctx, KR_ACCOUNT_TREE);
    }
out:
    return s;
}

/* States with the same ties leave the same pieces: the kinds of states, each looked at once. */
static kr_status split_kinds(split_search *f, size_t nstates, size_t *nkinds)
{
    kr_status s = KR_OK;
    kr_intern kinds;

    *nkinds = 0;
    kr_intern_init(&kinds, f->ctx);
    for (size_t i = 0; i < nstates; i++) {
        kr_hash128 hash;
        uint32_t kind;
        bool fresh;
        kr_hash_init(&hash);
        kr_hash_bytes(&hash, f->ties + f->first[i],
                      (f->first[i + 1] - f->first[i]) * sizeof *f->ties);
        KR_TRY(kr_intern_put(&kinds, hash, &kind, &fresh));
        if (fresh) {
            f->like[kind] = (uint32_t)i;
            f->count[kind] = 0;
            ++*nkinds;
        }
        f->count[kind]++;
    }
out:
    kr_intern_clear(&kinds);
    return s;
}

static void split_idle(split_search *f, uint32_t choice, unsigned char idle)
{
    for (size_t k = f->g.first_tie[choice]; k < f->g.first_tie[choice + 1]; k++)
        f->g.idle[f->g.ties_of[k]] = idle;
}

/* One choice as candidate. Where there are too many kinds of states, all ties count in all. */
static kr_status split_single(split_search *f, uint32_t choice)
{
    kr_status s = KR_OK;
    size_t nstates = f->d->choices[f->group->choices[choice]].nstates, nkinds;

    split_begin(f, f->g.bits[choice]);
    f->g.fixed[choice] = 1;
    KR_TRY(split_states(f, choice, nstates));
    KR_TRY(split_kinds(f, nstates, &nkinds));
    if (nkinds > 1 && nkinds <= f->work / f->g.size) {
        f->work -= nkinds * f->g.size;
        for (size_t k = 0; k < nkinds; k++) {
            split_idle(f, choice, 1);
            for (size_t i = f->first[f->like[k]]; i < f->first[f->like[k] + 1]; i++)
                f->g.idle[f->ties[i]] = 0;
            KR_TRY(split_pieces(f, log2((double)f->count[k])));
        }
        split_idle(f, choice, 0);
    } else {
        KR_TRY(split_pieces(f, f->cost));
    }
    split_compare(f, choice);
out:
    f->g.fixed[choice] = 0;
    return s;
}

/* Several choices as candidate; the one that most ties hold is fixed first. */
static kr_status split_separator(void *user, const uint32_t *set, size_t n)
{
    kr_status s = KR_OK;
    split_search *f = user;
    const size_t *first_tie = f->g.first_tie;
    uint32_t choice = set[0];
    double cost = 0;

    if (f->seen++ % f->stride != 0)
        return KR_OK;
    for (size_t i = 0; i < n; i++) {
        f->g.fixed[set[i]] = 1;
        cost += f->g.bits[set[i]];
        if (first_tie[set[i] + 1] - first_tie[set[i]] > first_tie[choice + 1] - first_tie[choice])
            choice = set[i];
    }
    split_begin(f, cost);
    s = split_pieces(f, cost);
    if (s == KR_OK)
        split_compare(f, choice);
    for (size_t i = 0; i < n; i++)
        f->g.fixed[set[i]] = 0;
    return s;
}

static kr_status split_search_make(split_search *f)
{
    kr_status s = KR_OK;
    size_t nstates = 0;

    KR_TRY(kr_graph_make(&f->g, f->d, f->group));
    for (size_t i = 0; i < f->group->nchoices; i++)
        if (nstates < f->d->choices[f->group->choices[i]].nstates)
            nstates = f->d->choices[f->group->choices[i]].nstates;
    KR_ANEW(f->first, &f->g.arena, nstates + 1);
    KR_ANEW(f->stamp, &f->g.arena, nstates);
    KR_ANEW(f->like, &f->g.arena, nstates);
    KR_ANEW(f->count, &f->g.arena, nstates);
    f->small = log2((double)f->d->b->small);
    f->part = log2((double)f->d->b->small / SPLIT_LIGHT);
    f->best = INFINITY;
    f->split = (kr_split){f->group->choices[0], f->g.all, INFINITY};
    f->work = SPLIT_WORK;
    f->stride = 1 + f->g.n / (SPLIT_CANDIDATES + SPLIT_WORK / f->g.size);
out:
    return s;
}

kr_status kr_split_find(kr_division *d, const kr_tied_terms *group, kr_split *out)
{
    kr_status s = KR_OK;
    split_search f = {.d = d, .group = group, .ctx = d->b->ctx};
    size_t most = 0;

    KR_TRY(split_search_make(&f));
    const size_t *first_tie = f.g.first_tie;
    for (size_t i = 0; i < f.g.n; i++)
        if (first_tie[i + 1] - first_tie[i] > most)
            most = first_tie[i + 1] - first_tie[i];
    for (size_t i = 0; i < f.g.n; i++)
        if (i % f.stride == 0 || first_tie[i + 1] - first_tie[i] == most)
            KR_TRY(split_single(&f, (uint32_t)i));
    KR_TRY(kr_graph_separators(&f.g, log2(KR_TIED_STATES_MAX), split_separator, &f));
    *out = f.split;
out:
    kr_free(f.left);
    kr_free(f.ties);
    kr_graph_clear(&f.g);
    return s;
}
