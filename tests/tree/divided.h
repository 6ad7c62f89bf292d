/* Problems written by hand or at random, their division, and the plain way: all combinations. */
#ifndef KR_TESTS_TREE_DIVIDED_H
#define KR_TESTS_TREE_DIVIDED_H

#include "support/support.h"

#include "tree/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 2 };

/* A combination: the sum of its rates, and its weights. The rates are integers below 2^40, so that
 * sums are exact in whatever order. */
typedef struct outcome {
    double value, weight[COLUMNS];
} outcome;

typedef struct outcomes {
    size_t n;
    outcome *all;
} outcomes;

static inline outcomes of_one(double value)
{
    outcomes o = {1, malloc(sizeof(outcome))};

    assert_non_null(o.all);
    o.all[0] = (outcome){value, {1, 1}};
    return o;
}

/* Every one with every other: values add, weights multiply. Both are freed. */
static inline outcomes times(outcomes a, outcomes b)
{
    outcomes o = {a.n * b.n, malloc(a.n * b.n * sizeof(outcome))};

    assert_non_null(o.all);
    for (size_t i = 0; i < a.n; i++)
        for (size_t k = 0; k < b.n; k++) {
            outcome *x = &o.all[i * b.n + k];
            x->value = a.all[i].value + b.all[k].value;
            for (int c = 0; c < COLUMNS; c++)
                x->weight[c] = a.all[i].weight[c] * b.all[k].weight[c];
        }
    free(a.all);
    free(b.all);
    return o;
}

static inline outcomes joined(outcomes a, outcomes b)
{
    outcomes o = {a.n + b.n, realloc(a.all, (a.n + b.n) * sizeof(outcome))};

    assert_non_null(o.all);
    memcpy(o.all + a.n, b.all, b.n * sizeof(outcome));
    free(b.all);
    return o;
}

static inline double weight_of(const kr_choice *choice, int column, size_t state)
{
    return choice->weights[(size_t)column * choice->nstates + state];
}

/* The states of a combination: the last choice varies fastest. */
static inline void states_of(const kr_choice *choices, const uint32_t *numbers, size_t n,
                             size_t combination, uint32_t *states)
{
    for (size_t i = n; i-- > 0;) {
        size_t nstates = choices[numbers[i]].nstates;
        states[i] = (uint32_t)(combination % nstates);
        combination /= nstates;
    }
}

static inline double rate_value(size_t rate)
{
    uint64_t seed = rate + 17;
    return (double)(kt_random(&seed) >> 24);
}

static inline outcomes of_block(const kr_structure *st, const kr_part *part)
{
    outcomes o = {part->nstates, malloc(part->nstates * sizeof(outcome))};
    uint32_t states[64];

    assert_non_null(o.all);
    assert_null(part->rows);
    assert_true(part->nchoices <= 64);
    for (size_t i = 0; i < part->nstates; i++) {
        outcome *x = &o.all[i];
        *x = (outcome){0, {1, 1}};
        states_of(st->choices, part->choices, part->nchoices, i, states);
        for (size_t k = 0; k < part->nchoices; k++)
            for (int c = 0; c < COLUMNS; c++)
                x->weight[c] *= weight_of(&st->choices[part->choices[k]], c, states[k]);
        for (size_t t = 0; t < part->ntables; t++) {
            const kr_rate_table *table = &part->tables[t];
            size_t row = 0;
            for (size_t k = 0; k < table->naxes; k++)
                row = row * st->choices[part->choices[table->axes[k]]].nstates +
                      states[table->axes[k]];
            assert_true(row < table->nrows);
            for (uint32_t r = table->first[row]; r < table->first[row + 1]; r++)
                x->value += rate_value(table->rates[r]);
        }
    }
    return o;
}

static inline outcomes of_part(const kr_structure *st, uint32_t number)
{
    const kr_part *part = &st->parts[number];
    outcomes o = {0, NULL};

    if (part->kind == KR_PART_BLOCK)
        return of_block(st, part);
    if (part->kind == KR_PART_SUM)
        o = of_one(0);
    for (size_t i = 0; i < part->nchildren; i++) {
        outcomes below = of_part(st, part->children[i]);
        if (part->kind == KR_PART_SUM) {
            o = times(o, below);
            continue;
        }
        for (size_t k = 0; k < below.n; k++)
            for (int c = 0; c < COLUMNS; c++)
                below.all[k].weight[c] *= weight_of(&st->choices[part->choice], c, part->fixed[i]);
        o = joined(o, below);
    }
    return o;
}

/* All combinations of some choices of a problem. */
static inline outcomes of_choices(const kr_problem *p, const uint32_t *numbers, size_t nchoices)
{
    size_t n = 1;
    uint32_t some[64], states[64] = {0};

    for (size_t i = 0; i < nchoices; i++)
        n *= p->choices[numbers[i]].nstates;
    outcomes o = {n, malloc(n * sizeof(outcome))};
    assert_non_null(o.all);
    for (size_t i = 0; i < n; i++) {
        outcome *x = &o.all[i];
        *x = (outcome){0, {1, 1}};
        states_of(p->choices, numbers, nchoices, i, some);
        for (size_t k = 0; k < nchoices; k++) {
            states[numbers[k]] = some[k];
            for (int c = 0; c < COLUMNS; c++)
                x->weight[c] *= weight_of(&p->choices[numbers[k]], c, some[k]);
        }
        for (size_t t = 0; t < p->nterms; t++) {
            const kr_term *term = &p->terms[t];
            for (size_t e = 0; e < term->nentries; e++) {
                bool here = true;
                for (size_t k = 0; k < term->nchoices; k++)
                    here = here && term->states[e * term->nchoices + k] == states[term->choices[k]];
                if (here)
                    x->value += rate_value(term->rates[e]);
            }
        }
    }
    return o;
}

static const uint32_t NUMBERS[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

static inline outcomes of_problem(const kr_problem *p)
{
    return of_choices(p, NUMBERS, p->nchoices);
}

static inline int compare_outcomes(const void *pa, const void *pb)
{
    const outcome *a = pa, *b = pb;

    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    /* weights differ by rounding: those of equal values are compared by their order of size */
    for (int c = 0; c < COLUMNS; c++)
        if (fabs(a->weight[c] - b->weight[c]) > 1e-13 * fabs(a->weight[c]))
            return a->weight[c] < b->weight[c] ? -1 : 1;
    return 0;
}

static inline void same_outcomes(outcomes a, outcomes b)
{
    assert_int_equal(a.n, b.n);
    qsort(a.all, a.n, sizeof *a.all, compare_outcomes);
    qsort(b.all, b.n, sizeof *b.all, compare_outcomes);
    for (size_t i = 0; i < a.n; i++) {
        kt_same(a.all[i].value, b.all[i].value);
        for (int c = 0; c < COLUMNS; c++)
            kt_close(a.all[i].weight[c], b.all[i].weight[c], 1e-12, 0);
    }
    free(a.all);
    free(b.all);
}

/* Children come before parents, each part has one parent but the root, the states add up. */
static inline void sound(const kr_structure *st)
{
    unsigned char *used = calloc(st->nparts, 1);

    assert_non_null(used);
    for (size_t i = 0; i < st->nparts; i++) {
        const kr_part *part = &st->parts[i];
        double states = part->kind == KR_PART_MIX ? 0 : 1;
        if (part->kind == KR_PART_BLOCK) {
            size_t n = 1;
            for (size_t k = 0; k < part->nchoices; k++) {
                assert_true(k == 0 || part->choices[k - 1] < part->choices[k]);
                n *= st->choices[part->choices[k]].nstates;
            }
            assert_int_equal(n, part->nstates);
            assert_true(n <= KR_BLOCK_STATES_MAX);
            states = (double)n;
        }
        for (size_t k = 0; k < part->nchildren; k++) {
            assert_true(part->children[k] < i);
            assert_false(used[part->children[k]]++);
            double below = st->parts[part->children[k]].states;
            states = part->kind == KR_PART_MIX ? states + below : states * below;
        }
        if (part->kind == KR_PART_MIX) {
            assert_int_equal(part->nchildren, st->choices[part->choice].nstates);
            for (size_t k = 0; k < part->nchildren; k++)
                assert_int_equal(part->fixed[k], k);
        }
        kt_close(part->states, states, 1e-12, 0);
    }
    for (size_t i = 0; i < st->nparts; i++)
        assert_int_equal(used[i], i + 1 < st->nparts);
    free(used);
}

/* A problem that is being written. */
typedef struct maker {
    kr_ctx *ctx;
    kr_arena arena;
    uint64_t random;
    kr_problem problem;
    kr_choice *choices;
    kr_term *terms;
    size_t terms_cap;
    uint32_t nrates;
} maker;

static inline void maker_begin(maker *m, size_t nchoices, size_t terms_cap)
{
    *m = (maker){.ctx = kt_ctx(), .random = 5, .terms_cap = terms_cap};
    kr_arena_init(&m->arena, m->ctx, KR_ACCOUNT_OTHER);
    m->choices = kr_arena_alloc(&m->arena, nchoices, sizeof *m->choices);
    m->terms = kr_arena_alloc(&m->arena, terms_cap, sizeof *m->terms);
    m->problem = (kr_problem){COLUMNS, 0, m->choices, 0, m->terms};
}

static inline void maker_end(maker *m)
{
    kr_arena_clear(&m->arena);
    kt_ctx_end(&m->ctx);
}

/* A choice with weights that sum to almost 1. */
static inline uint32_t add_choice(maker *m, size_t nstates)
{
    double *weights = kr_arena_alloc(&m->arena, COLUMNS * nstates, sizeof *weights);
    uint32_t number = (uint32_t)m->problem.nchoices++;

    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t i = 0; i < nstates; i++)
            weights[c * nstates + i] = (0.2 + 1.6 * kt_random_unit(&m->random)) / (double)nstates;
    m->choices[number] = (kr_choice){
        .name = kr_arena_printf(&m->arena, "bs%u", number), .nstates = nstates, .weights = weights};
    return number;
}

/* A term with an entry in every combination of n choices, each with a new rate, or in the part
 * `share` of them; `twice`: some entries stand there two times. */
static inline void add_term(maker *m, size_t n, const uint32_t *choices, double share, bool twice)
{
    size_t rows = 1, count = 0;
    kr_arena *a = &m->arena;

    for (size_t i = 0; i < n; i++)
        rows *= m->choices[choices[i]].nstates;
    uint32_t *axes = kr_arena_alloc(a, n, sizeof *axes);
    uint32_t *states = kr_arena_alloc(a, 2 * rows * n, sizeof *states);
    uint32_t *rates = kr_arena_alloc(a, 2 * rows, sizeof *rates);
    for (size_t i = 0; i < n; i++)
        axes[i] = choices[i];
    for (size_t r = 0; r < rows; r++) {
        if (share < 1 && kt_random_unit(&m->random) >= share)
            continue;
        for (int k = 0; k <= (twice && kt_random_unit(&m->random) < 0.2); k++) {
            states_of(m->choices, choices, n, r, states + count * n);
            rates[count++] = m->nrates;
        }
        m->nrates++;
    }
    assert_true(m->problem.nterms < m->terms_cap);
    m->terms[m->problem.nterms++] = (kr_term){n, axes, count, states, rates};
}

/* A term over n choices that does not depend on that of one axis; or, `partly`, only where the
 * first choice has its first state. */
static inline void add_flat_term(maker *m, size_t n, const uint32_t *choices, size_t axis,
                                 bool partly)
{
    size_t first = m->problem.nterms;
    kr_term *term = &m->terms[first];
    uint32_t *rates, states[4];

    add_term(m, n, choices, 1, false);
    rates = kr_arena_alloc(&m->arena, term->nentries, sizeof *rates);
    for (size_t e = 0; e < term->nentries; e++) {
        memcpy(states, term->states + e * n, n * sizeof *states);
        if (!partly || axis == 0 || states[0] == 0)
            states[axis] = 0;
        size_t row = 0;
        for (size_t k = 0; k < n; k++)
            row = row * m->choices[choices[k]].nstates + states[k];
        rates[e] = term->rates[row];
    }
    term->rates = rates;
}

static inline void add_pair(maker *m, uint32_t a, uint32_t b)
{
    add_term(m, 2, (uint32_t[]){a < b ? a : b, a < b ? b : a}, 1, false);
}

static inline kr_structure divided(maker *m)
{
    kr_structure st = {0};

    kt_ok(m->ctx, kr_structure_divide(m->ctx, &m->arena, &m->problem, &st));
    sound(&st);
    double product = 1;
    for (size_t i = 0; i < m->problem.nchoices; i++)
        product *= (double)m->choices[i].nstates;
    kt_close(st.realizations, product, 1e-12, 0);
    kt_close(st.parts[st.nparts - 1].states, product, 1e-9, 0);
    for (size_t c = 0; c < COLUMNS; c++) {
        double total = 1;
        for (size_t i = 0; i < m->problem.nchoices; i++) {
            double sum = 0;
            for (size_t k = 0; k < m->choices[i].nstates; k++)
                sum += weight_of(&m->choices[i], (int)c, k);
            total *= sum;
        }
        kt_close(kr_structure_total(&st, c), total, 1e-9, 0);
    }
    return st;
}

/* What a structure costs. */
typedef struct figures {
    size_t blocks, sums, mixes, tables;
    double states, largest; /* of blocks */
} figures;

static inline figures count(const kr_structure *st)
{
    figures f = {0};

    for (size_t i = 0; i < st->nparts; i++) {
        const kr_part *p = &st->parts[i];
        f.blocks += p->kind == KR_PART_BLOCK;
        f.sums += p->kind == KR_PART_SUM;
        f.mixes += p->kind == KR_PART_MIX;
        if (p->kind == KR_PART_BLOCK) {
            f.tables += p->ntables;
            f.states += (double)p->nstates;
            f.largest = fmax(f.largest, (double)p->nstates);
        }
    }
    return f;
}

#endif
