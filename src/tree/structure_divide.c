/* Groups of tied choices, and which of them become a block or a mix. */
#include "tree/structure_inside.h"

#include <math.h>
#include <stdio.h>

/* No more parts of one group of tied choices: they would take more time than its states. */
enum { DIVIDE_PARTS_MAX = 1 << 20 };

double kr_bundle_bits(const kr_choice *choices, const kr_tied_terms *bundle)
{
    double bits = 0;

    for (size_t i = 0; i < bundle->nchoices; i++)
        bits += log2((double)choices[bundle->choices[i]].nstates);
    return bits;
}

/* The bundle taken apart: groups that share no term, and what is loose: choices with one state and
 * terms that depend on nothing. */
typedef struct groups {
    kr_arena arena; /* what follows lives in it */
    uint32_t *parent;
    uint32_t *group_of; /* of each choice of the bundle, by the root of its tree in `parent` */
    size_t n;
    kr_tied_terms *bundles; /* n, and what is loose */
    double *bits;
} groups;

static uint32_t groups_root(groups *g, uint32_t i)
{
    while (g->parent[i] != i) {
        g->parent[i] = g->parent[g->parent[i]];
        i = g->parent[i];
    }
    return i;
}

static void groups_number(const kr_division *d, const kr_tied_terms *bundle, groups *g)
{
    for (size_t i = 0; i < bundle->nchoices; i++)
        g->group_of[i] = UINT32_MAX;
    for (size_t i = 0; i < bundle->nchoices; i++) {
        uint32_t root = groups_root(g, (uint32_t)i);
        size_t nstates = d->choices[bundle->choices[i]].nstates;
        if (nstates == 1)
            continue;
        if (g->group_of[root] == UINT32_MAX) {
            g->bits[g->n] = 0;
            g->group_of[root] = (uint32_t)g->n++;
        }
        g->bits[g->group_of[root]] += log2((double)nstates);
    }
}

static size_t groups_of_choice(const kr_division *d, groups *g, uint32_t choice)
{
    return d->choices[choice].nstates == 1 ? g->n : g->group_of[groups_root(g, d->place[choice])];
}

static size_t groups_of_term(const kr_division *d, groups *g, const kr_term *term)
{
    return term->nchoices == 0 ? g->n : groups_of_choice(d, g, term->choices[0]);
}

/* Hand out choices and terms to the groups, in their order. */
static kr_status groups_fill(kr_division *d, const kr_tied_terms *bundle, groups *g)
{
    kr_status s = KR_OK;
    uint32_t *choices;
    const kr_term **terms;
    size_t *first_choice, *first_term;

    KR_ANEW(choices, &g->arena, bundle->nchoices);
    KR_ANEW(terms, &g->arena, bundle->nterms);
    KR_ANEW(first_choice, &g->arena, g->n + 2);
    KR_ANEW(first_term, &g->arena, g->n + 2);
    KR_ANEW(g->bundles, &g->arena, g->n + 1);
    for (size_t i = 0; i < bundle->nchoices; i++)
        first_choice[groups_of_choice(d, g, bundle->choices[i]) + 1]++;
    for (size_t i = 0; i < bundle->nterms; i++)
        first_term[groups_of_term(d, g, bundle->terms[i]) + 1]++;
    for (size_t k = 0; k <= g->n; k++) {
        first_choice[k + 1] += first_choice[k];
        first_term[k + 1] += first_term[k];
        g->bundles[k] = (kr_tied_terms){0, choices + first_choice[k], 0, terms + first_term[k]};
    }
    for (size_t i = 0; i < bundle->nchoices; i++) {
        size_t k = groups_of_choice(d, g, bundle->choices[i]);
        choices[first_choice[k] + g->bundles[k].nchoices++] = bundle->choices[i];
    }
    for (size_t i = 0; i < bundle->nterms; i++) {
        size_t k = groups_of_term(d, g, bundle->terms[i]);
        if (bundle->terms[i]->nentries > 0)
            terms[first_term[k] + g->bundles[k].nterms++] = bundle->terms[i];
    }
out:
    return s;
}

static kr_status groups_find(kr_division *d, const kr_tied_terms *bundle, groups *g)
{
    kr_status s = KR_OK;

    KR_ANEW(g->parent, &g->arena, bundle->nchoices);
    KR_ANEW(g->group_of, &g->arena, bundle->nchoices);
    KR_ANEW(g->bits, &g->arena, bundle->nchoices);
    for (size_t i = 0; i < bundle->nchoices; i++) {
        d->place[bundle->choices[i]] = (uint32_t)i;
        g->parent[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < bundle->nterms; i++) {
        const kr_term *t = bundle->terms[i];
        for (size_t k = 1; k < t->nchoices; k++) {
            uint32_t a = groups_root(g, d->place[t->choices[0]]);
            uint32_t b = groups_root(g, d->place[t->choices[k]]);
            g->parent[a > b ? a : b] = a > b ? b : a;
        }
    }
    groups_number(d, bundle, g);
    KR_TRY(groups_fill(d, bundle, g));
out:
    return s;
}

/* A group with what is loose, which is then no more. */
static kr_status groups_merge(groups *g, size_t k)
{
    kr_status s = KR_OK;
    kr_tied_terms *a = &g->bundles[k], *b = &g->bundles[g->n];
    uint32_t *choices;
    const kr_term **terms;
    size_t n = 0;

    KR_ANEW(choices, &g->arena, a->nchoices + b->nchoices);
    KR_ANEW(terms, &g->arena, a->nterms + b->nterms);
    for (size_t i = 0, j = 0; i < a->nchoices || j < b->nchoices;)
        if (j == b->nchoices || (i < a->nchoices && a->choices[i] < b->choices[j]))
            choices[n++] = a->choices[i++];
        else
            choices[n++] = b->choices[j++];
    for (size_t i = 0; i < a->nterms; i++)
        terms[i] = a->terms[i];
    for (size_t i = 0; i < b->nterms; i++)
        terms[a->nterms + i] = b->terms[i];
    *a = (kr_tied_terms){n, choices, a->nterms + b->nterms, terms};
    *b = (kr_tied_terms){0};
out:
    return s;
}

/* One line: who is tied. */
static kr_status divide_fail(const kr_division *d)
{
    const kr_tied_terms *tied = d->tied;
    char names[256] = "", number[32];
    size_t named = 0, at = 0;

    for (; named < tied->nchoices && named < 4; named++) {
        int n = snprintf(names + at, sizeof names - at, "%s'%.40s'", named ? ", " : "",
                         d->choices[tied->choices[named]].name);
        at += n > 0 ? (size_t)n : 0;
    }
    if (named < tied->nchoices)
        snprintf(names + at, sizeof names - at, " and %zu more", tied->nchoices - named);
    /* The number can be above the largest double. */
    double digits = kr_bundle_bits(d->choices, tied) * log10(2);
    double exponent = floor(digits + log10(1 / 0.995));
    snprintf(number, sizeof number, "%.2fe%.0f", pow(10, digits - exponent), exponent);
    return kr_fail(d->b->ctx, KR_EINPUT,
                   "%s are tied: %s combinations, and still more than 1e10 where some of them are "
                   "fixed; tie fewer of them, or set number_of_logic_tree_samples",
                   names, number);
}

/* The entries of terms that depend on a choice, by its state. */
typedef struct by_state {
    size_t *first; /* nstates + 1 */
    uint32_t *terms, *entries;
} by_state;

static size_t mix_axis(const kr_term *term, uint32_t choice)
{
    size_t axis = 0;

    while (axis < term->nchoices && term->choices[axis] != choice)
        axis++;
    return axis;
}

static kr_status mix_sort(kr_arena *arena, const kr_tied_terms *group, uint32_t choice,
                          size_t nstates, by_state *out)
{
    kr_status s = KR_OK;
    size_t *end;

    KR_ANEW(out->first, arena, nstates + 1);
    KR_ANEW(end, arena, nstates);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t t = 0; t < group->nterms; t++) {
            const kr_term *term = group->terms[t];
            size_t axis = mix_axis(term, choice);
            for (size_t e = 0; axis < term->nchoices && e < term->nentries; e++) {
                uint32_t state = term->states[e * term->nchoices + axis];
                if (pass == 0) {
                    out->first[state + 1]++;
                } else {
                    out->terms[end[state]] = (uint32_t)t;
                    out->entries[end[state]++] = (uint32_t)e;
                }
            }
        }
        if (pass == 0) {
            for (size_t i = 0; i < nstates; i++) {
                out->first[i + 1] += out->first[i];
                end[i] = out->first[i];
            }
            KR_ANEW(out->terms, arena, out->first[nstates]);
            KR_ANEW(out->entries, arena, out->first[nstates]);
        }
    }
out:
    return s;
}

/* What is left of a term in one state of a choice: entries `entries` without their axis. */
static kr_status mix_fix(kr_arena *arena, const kr_choice *choices, const kr_term *term,
                         uint32_t choice, const uint32_t *entries, size_t n, const kr_term **out)
{
    kr_status s = KR_OK;
    size_t axis = mix_axis(term, choice), left = term->nchoices - 1;
    uint32_t *axes, *states, *rates;
    kr_term *fixed;

    KR_ANEW(fixed, arena, 1);
    KR_ANEW(axes, arena, left);
    KR_ANEW(states, arena, n * left);
    KR_ANEW(rates, arena, n);
    for (size_t i = 0; i < left; i++)
        axes[i] = term->choices[i + (i >= axis)];
    for (size_t e = 0; e < n; e++) {
        for (size_t i = 0; i < left; i++)
            states[e * left + i] = term->states[entries[e] * term->nchoices + i + (i >= axis)];
        rates[e] = term->rates[entries[e]];
    }
    *fixed = (kr_term){left, axes, n, states, rates};
    KR_TRY(kr_term_reduce(arena, choices, fixed));
    *out = fixed;
out:
    return s;
}

/* A mix over one choice of a group: its other choices given each of its states. */
static kr_status divide_mix(kr_division *d, const kr_tied_terms *group, uint32_t choice,
                            uint32_t *part)
{
    kr_status s = KR_OK;
    size_t nstates = d->choices[choice].nstates, nleft = 0, nfree = 0;
    kr_arena arena, here;
    by_state sorted = {0};
    uint32_t *left, *children, *fixed;
    const kr_term **terms;

    kr_arena_init(&arena, d->b->ctx, KR_ACCOUNT_TREE);
    kr_arena_init(&here, d->b->ctx, KR_ACCOUNT_TREE);
    KR_TRY(mix_sort(&arena, group, choice, nstates, &sorted));
    KR_ANEW(left, &arena, group->nchoices);
    KR_ANEW(terms, &arena, group->nterms);
    KR_ANEW(children, &arena, nstates);
    KR_ANEW(fixed, &arena, nstates);
    for (size_t i = 0; i < group->nchoices; i++)
        if (group->choices[i] != choice)
            left[nleft++] = group->choices[i];
    for (size_t t = 0; t < group->nterms; t++)
        if (mix_axis(group->terms[t], choice) == group->terms[t]->nchoices)
            terms[nfree++] = group->terms[t];
    for (size_t k = 0; k < nstates; k++) {
        size_t n = nfree;
        for (size_t i = sorted.first[k], end; i < sorted.first[k + 1]; i = end) {
            for (end = i; end < sorted.first[k + 1] && sorted.terms[end] == sorted.terms[i];)
                end++;
            KR_TRY(mix_fix(&here, d->choices, group->terms[sorted.terms[i]], choice,
                           sorted.entries + i, end - i, &terms[n++]));
        }
        fixed[k] = (uint32_t)k;
        KR_TRY(kr_divide(d, &(kr_tied_terms){nleft, left, n, terms}, &children[k]));
        kr_arena_reset(&here);
    }
    KR_TRY(kr_structure_add_mix(d->b, choice, fixed, children, nstates, part));
out:
    kr_arena_clear(&here);
    kr_arena_clear(&arena);
    return s;
}

/* A group becomes a block, or a mix over a choice that leaves half its states or less. */
static kr_status divide_decide(kr_division *d, const kr_tied_terms *group, double bits, bool *block,
                               uint32_t *choice)
{
    kr_status s = KR_OK;
    kr_split split;
    bool fits = bits < log2(KR_BLOCK_STATES_MAX) + 1e-9;

    if (d->states > KR_TIED_STATES_MAX || d->b->nparts - d->parts > DIVIDE_PARTS_MAX)
        return divide_fail(d);
    *choice = group->choices[0];
    *block = bits < log2((double)d->b->small) + 1e-9 || (group->nchoices == 1 && fits);
    if (*block)
        return KR_OK;
    KR_TRY(kr_split_find(d, group, &split));
    bool pays = split.bits_split < bits - 1;
    if (!pays && exp2(bits) > KR_TIED_STATES_MAX)
        return divide_fail(d);
    *block = !pays && fits;
    if (pays)
        *choice = split.choice;
out:
    return s;
}

kr_status kr_divide(kr_division *d, const kr_tied_terms *bundle, uint32_t *part)
{
    kr_status s = KR_OK;
    groups g = {0};
    uint32_t *children, choice = 0;
    size_t n = 0, smallest = 0;
    bool block = false, outermost = d->tied == NULL;

    kr_arena_init(&g.arena, d->b->ctx, KR_ACCOUNT_TREE);
    KR_TRY(groups_find(d, bundle, &g));
    KR_ANEW(children, &g.arena, g.n + 1);
    for (size_t k = 1; k < g.n; k++)
        if (g.bits[k] < g.bits[smallest])
            smallest = k;
    for (size_t k = 0; k < g.n; k++) {
        if (outermost) {
            d->tied = &g.bundles[k];
            d->states = 0;
            d->parts = d->b->nparts;
        }
        KR_TRY(divide_decide(d, &g.bundles[k], g.bits[k], &block, &choice));
        if (block && k == smallest)
            KR_TRY(groups_merge(&g, k));
        if (block)
            KR_TRY(kr_divide_block(d, &g.bundles[k], &children[n++]));
        else
            KR_TRY(divide_mix(d, &g.bundles[k], choice, &children[n++]));
    }
    if (g.n == 0 || g.bundles[g.n].nchoices + g.bundles[g.n].nterms > 0)
        KR_TRY(kr_divide_block(d, &g.bundles[g.n], &children[n++]));
    KR_TRY(kr_structure_add_sum(d->b, children, n, part));
out:
    kr_arena_clear(&g.arena);
    return s;
}
