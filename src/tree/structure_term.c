/* Terms: the choices that they really depend on. */
#include "tree/structure_inside.h"

#include <stdlib.h>

static uint64_t term_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 27) * 0x94d049bb133111ebU;
    return x ^ x >> 31;
}

/* Two independent hashes of an entry without its state on one axis. */
static void term_hash(const kr_term *term, size_t entry, size_t axis, uint64_t hash[2])
{
    uint64_t a = term_mix(term->rates[entry] + 0x9e3779b97f4a7c15U), b = term_mix(a);

    for (size_t i = 0; i < term->nchoices; i++)
        if (i != axis) {
            uint64_t x = term->states[entry * term->nchoices + i] + 1;
            a = term_mix(a ^ x * 0x9e3779b97f4a7c15U);
            b = term_mix(b + x * 0xd1342543de82ef95U);
        }
    hash[0] = a;
    hash[1] = b;
}

/* Does every state of the axis have the same entries, each as many times? The sum of the hashes of
 * its entries tells, whatever their order; of two different lists both sums are equal with a
 * probability of 2^-128. */
static kr_status term_independent(kr_arena *arena, const kr_term *term, size_t axis, size_t nstates,
                                  bool *out)
{
    kr_status s = KR_OK;
    uint64_t(*sums)[2] = NULL;

    *out = nstates == 1;
    if (*out || term->nentries % nstates != 0)
        return KR_OK;
    KR_ANEW(sums, arena, nstates);
    for (size_t e = 0; e < term->nentries; e++) {
        uint32_t state = term->states[e * term->nchoices + axis];
        uint64_t hash[2];
        term_hash(term, e, axis, hash);
        sums[state][0] += hash[0];
        sums[state][1] += hash[1];
    }
    *out = true;
    for (size_t i = 1; i < nstates && *out; i++)
        *out = sums[i][0] == sums[0][0] && sums[i][1] == sums[0][1];
out:
    return s;
}

/* Leave the axis out, with the entries of its first state. */
static kr_status term_drop(kr_arena *arena, kr_term *term, size_t axis)
{
    kr_status s = KR_OK;
    size_t n = term->nchoices, count = 0;
    uint32_t *choices, *states, *rates;

    for (size_t e = 0; e < term->nentries; e++)
        count += term->states[e * n + axis] == 0;
    KR_ANEW(choices, arena, n - 1);
    KR_ANEW(states, arena, count * (n - 1));
    KR_ANEW(rates, arena, count);
    for (size_t i = 0; i < n; i++)
        if (i != axis)
            choices[i - (i > axis)] = term->choices[i];
    count = 0;
    for (size_t e = 0; e < term->nentries; e++)
        if (term->states[e * n + axis] == 0) {
            for (size_t i = 0; i < n; i++)
                if (i != axis)
                    states[count * (n - 1) + i - (i > axis)] = term->states[e * n + i];
            rates[count++] = term->rates[e];
        }
    *term = (kr_term){n - 1, choices, count, states, rates};
out:
    return s;
}

kr_status kr_term_reduce(kr_arena *arena, const kr_choice *choices, kr_term *term)
{
    kr_status s = KR_OK;

    if (term->nentries == 0)
        *term = (kr_term){0};
    for (size_t axis = term->nchoices; axis-- > 0;) {
        bool independent;
        KR_TRY(term_independent(arena, term, axis, choices[term->choices[axis]].nstates,
                                &independent));
        if (independent)
            KR_TRY(term_drop(arena, term, axis));
    }
out:
    return s;
}

int kr_terms_compare(const kr_term *a, const kr_term *b)
{
    for (size_t i = 0; i < a->nchoices && i < b->nchoices; i++)
        if (a->choices[i] != b->choices[i])
            return a->choices[i] < b->choices[i] ? -1 : 1;
    return (a->nchoices > b->nchoices) - (a->nchoices < b->nchoices);
}

/* A term with its position in the bundle. */
typedef struct placed {
    const kr_term *term;
    size_t place;
} placed;

static int term_compare(const void *pa, const void *pb)
{
    const placed *a = pa, *b = pb;
    int c = kr_terms_compare(a->term, b->term);

    return c != 0 ? c : (a->place > b->place) - (a->place < b->place);
}

kr_status kr_terms_sort(kr_ctx *ctx, const kr_tied_terms *bundle, const kr_term **out)
{
    kr_status s = KR_OK;
    placed *sorted = NULL;

    KR_NEW(sorted, ctx, KR_ACCOUNT_TREE, bundle->nterms);
    for (size_t i = 0; i < bundle->nterms; i++)
        sorted[i] = (placed){bundle->terms[i], i};
    qsort(sorted, bundle->nterms, sizeof *sorted, term_compare);
    for (size_t i = 0; i < bundle->nterms; i++)
        out[i] = sorted[i].term;
out:
    kr_free(sorted);
    return s;
}
