/* The division of a problem into blocks, sums and mixes, against a walk over all combinations. */
#include "support/support.h"

#include "tree/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 2, RATES = 64 };

/* A combination: the sum of its rates, and its weights. The rates are integers below 2^40, so that
 * sums are exact in whatever order. */
typedef struct outcome {
    double value, weight[COLUMNS];
} outcome;

typedef struct outcomes {
    size_t n;
    outcome *all;
} outcomes;

static outcomes of_one(double value)
{
    outcomes o = {1, malloc(sizeof(outcome))};

    assert_non_null(o.all);
    o.all[0] = (outcome){value, {1, 1}};
    return o;
}

/* Every one with every other: values add, weights multiply. Both are freed. */
static outcomes times(outcomes a, outcomes b)
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

static outcomes joined(outcomes a, outcomes b)
{
    outcomes o = {a.n + b.n, realloc(a.all, (a.n + b.n) * sizeof(outcome))};

    assert_non_null(o.all);
    memcpy(o.all + a.n, b.all, b.n * sizeof(outcome));
    free(b.all);
    return o;
}

static double weight_of(const kr_choice *choice, int column, size_t state)
{
    return choice->weights[(size_t)column * choice->nstates + state];
}

/* The states of a combination: the last choice varies fastest. */
static void states_of(const kr_choice *choices, const uint32_t *numbers, size_t n,
                      size_t combination, uint32_t *states)
{
    for (size_t i = n; i-- > 0;) {
        size_t nstates = choices[numbers[i]].nstates;
        states[i] = (uint32_t)(combination % nstates);
        combination /= nstates;
    }
}

static double rate_value(size_t rate)
{
    uint64_t seed = rate + 17;
    return (double)(kt_random(&seed) >> 24);
}

static outcomes of_block(const kr_structure *st, const kr_part *part)
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

static outcomes of_part(const kr_structure *st, uint32_t number)
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
static outcomes of_choices(const kr_problem *p, const uint32_t *numbers, size_t nchoices)
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

static outcomes of_problem(const kr_problem *p)
{
    return of_choices(p, NUMBERS, p->nchoices);
}

static int compare_outcomes(const void *pa, const void *pb)
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

static void same_outcomes(outcomes a, outcomes b)
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
static void sound(const kr_structure *st)
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

static void maker_begin(maker *m, size_t nchoices, size_t terms_cap)
{
    *m = (maker){.ctx = kt_ctx(), .random = 5, .terms_cap = terms_cap};
    kr_arena_init(&m->arena, m->ctx, KR_ACCOUNT_OTHER);
    m->choices = kr_arena_alloc(&m->arena, nchoices, sizeof *m->choices);
    m->terms = kr_arena_alloc(&m->arena, terms_cap, sizeof *m->terms);
    m->problem = (kr_problem){COLUMNS, 0, m->choices, 0, m->terms};
}

static void maker_end(maker *m)
{
    kr_arena_clear(&m->arena);
    kt_ctx_end(&m->ctx);
}

/* A choice with weights that sum to almost 1. */
static uint32_t add_choice(maker *m, size_t nstates)
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
static void add_term(maker *m, size_t n, const uint32_t *choices, double share, bool twice)
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
static void add_flat_term(maker *m, size_t n, const uint32_t *choices, size_t axis, bool partly)
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

static void add_pair(maker *m, uint32_t a, uint32_t b)
{
    add_term(m, 2, (uint32_t[]){a < b ? a : b, a < b ? b : a}, 1, false);
}

static kr_structure divided(maker *m)
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

static figures count(const kr_structure *st)
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

/* As divided, with smaller blocks. */
static kr_structure divided_finely(maker *m, size_t small)
{
    kr_structure st;
    kr_structure_builder b;
    uint32_t root;

    st = (kr_structure){.choices = m->choices, .scale = 1};
    kr_structure_builder_init(&b, m->ctx, &m->arena);
    b.small = small;
    kt_ok(m->ctx, kr_structure_add_problem(&b, &m->problem, NUMBERS, m->problem.nchoices, &root));
    kt_ok(m->ctx, kr_structure_finish(&b, root, &st));
    kr_structure_builder_clear(&b);
    sound(&st);
    return st;
}

/* Returns how many mixes there are in its finer division. */
static size_t random_problem(uint64_t seed, size_t combinations)
{
    maker m;
    double product = 1;

    maker_begin(&m, 16, 40);
    m.random = seed;
    for (size_t i = 0, n = 2 + kt_random(&m.random) % 12; i < n; i++) {
        size_t nstates = kt_random(&m.random) % 8 ? 2 + kt_random(&m.random) % 3 : 1;
        if (product * (double)nstates > (double)combinations)
            break;
        product *= (double)nstates;
        add_choice(&m, nstates);
    }
    /* Most choices are tied to one before; and a few terms more. */
    size_t nchoices = m.problem.nchoices, more = kt_random(&m.random) % 4;
    for (size_t t = 1; t < nchoices + more; t++) {
        uint32_t of[3];
        size_t k = 0, most = kt_random(&m.random) % 4;
        bool pair = t < nchoices && kt_random(&m.random) % 8 != 0;
        if (pair) {
            of[0] = (uint32_t)(kt_random(&m.random) % t);
            of[1] = (uint32_t)t;
            k = 2;
        }
        for (uint32_t c = 0; !pair && c < nchoices && k < most; c++)
            if (kt_random(&m.random) % (nchoices - c) < most - k)
                of[k++] = c;
        double share = kt_random(&m.random) % 2 ? 1 : kt_random_unit(&m.random);
        if (k > 0 && kt_random(&m.random) % 4 == 0)
            add_flat_term(&m, k, of, kt_random(&m.random) % k, kt_random(&m.random) % 2);
        else
            add_term(&m, k, of, share, kt_random(&m.random) % 3 == 0);
    }
    kr_structure st = divided(&m);
    same_outcomes(of_part(&st, (uint32_t)st.nparts - 1), of_problem(&m.problem));
    st = divided_finely(&m, 1 + seed % 8);
    same_outcomes(of_part(&st, (uint32_t)st.nparts - 1), of_problem(&m.problem));
    size_t mixes = count(&st).mixes;
    maker_end(&m);
    return mixes;
}

static void random_problems(void **state)
{
    size_t mixes = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 2500; seed++)
        mixes += random_problem(seed, 200);
    for (uint64_t seed = 2501; seed <= 3000; seed++)
        mixes += random_problem(seed, 3000);
    for (uint64_t seed = 3001; seed <= 3030; seed++)
        mixes += random_problem(seed, 20000);
    assert_true(mixes > 500);
}

static void nothing(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 0, 1);
    kr_structure st = divided(&m);
    assert_int_equal(st.nparts, 1);
    assert_int_equal(st.parts[0].kind, KR_PART_BLOCK);
    assert_int_equal(st.parts[0].nstates, 1);
    kt_same(kr_structure_total(&st, 0), 1);
    add_term(&m, 0, NULL, 1, false);
    st = divided(&m);
    assert_int_equal(st.nparts, 1);
    assert_int_equal(st.parts[0].ntables, 1);
    assert_int_equal(st.parts[0].tables[0].nrows, 1);
    assert_int_equal(st.parts[0].tables[0].first[1], 1);
    maker_end(&m);
}

/* Three sums of the national model of New Zealand: crust, interface and slab. */
static void new_zealand(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 6, 400);
    uint32_t crust = add_choice(&m, 36), interface = add_choice(&m, 9), slab = add_choice(&m, 1);
    uint32_t models[3] = {add_choice(&m, 21), add_choice(&m, 12), add_choice(&m, 12)};
    add_pair(&m, crust, models[0]);
    add_pair(&m, interface, models[1]);
    add_pair(&m, interface, models[1]);
    add_pair(&m, slab, models[2]);
    kr_structure st = divided(&m);
    assert_int_equal(st.nparts, 4);
    kt_same(st.parts[0].states, 756);
    kt_same(st.parts[1].states, 108);
    kt_same(st.parts[2].states, 12);
    assert_int_equal(st.parts[3].kind, KR_PART_SUM);
    for (int i = 0; i < 3; i++)
        assert_int_equal(st.parts[i].ntables, 1);
    assert_int_equal(st.parts[1].tables[0].first[108], 216);
    /* The choice with one state is with the smallest block. */
    assert_int_equal(st.parts[2].nchoices, 2);
    assert_int_equal(st.parts[2].tables[0].naxes, 1);
    kt_same(st.realizations, 979776);
    maker_end(&m);
}

/* n sources with some alternatives each, all tied by one choice. */
static void star(maker *m, size_t n, size_t alternatives, size_t nmodels)
{
    uint32_t models;

    maker_begin(m, n + 1, n);
    models = add_choice(m, nmodels);
    for (size_t i = 0; i < n; i++)
        add_pair(m, models, add_choice(m, alternatives));
}

static void stars(void **state)
{
    static const size_t sizes[][3] = {{20, 3, 4},   {20, 4, 4}, {100, 9, 4},
                                      {500, 2, 21}, {7, 3, 4},  {20, 3, 1}};
    maker m;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i][0], alternatives = sizes[i][1], nmodels = sizes[i][2];
        star(&m, n, alternatives, nmodels);
        kr_structure st = divided(&m);
        figures f = count(&st);
        assert_int_equal(f.mixes, nmodels > 1);
        assert_int_equal(f.sums, nmodels);
        assert_int_equal(f.blocks, n * nmodels);
        kt_same(f.states, (double)(n * alternatives * nmodels));
        assert_int_equal(f.tables, n * nmodels);
        maker_end(&m);
    }
    /* So few combinations are simpler as one block. */
    star(&m, 3, 3, 4);
    kr_structure st = divided(&m);
    assert_int_equal(st.nparts, 1);
    kt_same(st.parts[0].states, 108);
    assert_int_equal(st.parts[0].ntables, 3);
    maker_end(&m);
}

/* All sources tied by two choices: fixing one is not enough. */
static void two_shared(void **state)
{
    (void)state;
    for (int three = 0; three < 2; three++) {
        maker m;
        maker_begin(&m, 22, 60);
        uint32_t a = add_choice(&m, 4), b = add_choice(&m, 3);
        for (int i = 0; i < 20; i++) {
            uint32_t x = add_choice(&m, 3);
            if (three) {
                add_term(&m, 3, (uint32_t[]){a, b, x}, 1, false);
            } else {
                add_pair(&m, a, x);
                add_pair(&m, b, x);
            }
        }
        kr_structure st = divided(&m);
        figures f = count(&st);
        assert_true(f.mixes == 1 + 4 || f.mixes == 1 + 3);
        assert_int_equal(f.blocks, 12 * 20);
        kt_same(f.states, 12 * 20 * 3);
        maker_end(&m);
    }
}

/* Chains and trees are cut in the middle, to any depth: of n choices with k states that leaves
 * about k^log2(n / m) times the states of a small block, which holds m of them. */
static void chains_and_trees(void **state)
{
    (void)state;
    for (size_t k = 2; k <= 4; k++)
        for (int tree = 0; tree < 3; tree++) {
            maker m;
            size_t n = 60;
            maker_begin(&m, n, n);
            for (uint32_t i = 0; i < n; i++) {
                uint32_t up = tree == 0   ? i - 1
                              : tree == 1 ? (i - 1) / 2
                                          : (uint32_t)(kt_random(&m.random) % (i | !i));
                add_choice(&m, k);
                if (i > 0)
                    add_pair(&m, up, i);
            }
            kr_structure st = divided(&m);
            figures f = count(&st);
            assert_true(f.states < 4 * KR_BLOCK_STATES_SMALL *
                                       pow((double)k, log2((double)n / (10 / log2((double)k)))));
            assert_true(f.largest <= KR_BLOCK_STATES_SMALL);
            maker_end(&m);
        }
}

/* Grids are cut across, again and again. */
static void grids(void **state)
{
    static const size_t sizes[][3] = {
        {2, 40, 200000}, {3, 20, 400000}, {4, 15, 2500000}, {5, 8, 200000}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t rows = sizes[i][0], columns = sizes[i][1];
        maker m;
        maker_begin(&m, rows * columns, 2 * rows * columns);
        for (uint32_t c = 0; c < columns; c++)
            for (uint32_t r = 0; r < rows; r++) {
                uint32_t here = add_choice(&m, 2);
                if (r > 0)
                    add_pair(&m, here - 1, here);
                if (c > 0)
                    add_pair(&m, here - (uint32_t)rows, here);
            }
        kr_structure st = divided(&m);
        figures f = count(&st);
        assert_true(f.states < (double)sizes[i][2]);
        assert_true(f.largest <= KR_BLOCK_STATES_SMALL);
        maker_end(&m);
    }
}

/* Three grids in a row, each joined to the next by a pair of choices: they are taken apart there
 * first, although a cut through the one in the middle would halve them better. */
static void joined_grids(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 96, 200);
    for (uint32_t i = 0; i < 96; i++) {
        add_choice(&m, 2);
        if (i % 4 > 0 || (i > 0 && i % 32 == 0))
            add_pair(&m, i - 1, i);
        if (i % 32 >= 4)
            add_pair(&m, i - 4, i);
    }
    kr_structure st = divided(&m);
    figures f = count(&st);
    assert_true(f.states < 300000);
    maker_end(&m);
}

/* Every two of n choices with two states in a term. */
static void clique(maker *m, uint32_t n)
{
    maker_begin(m, n, n * n);
    for (uint32_t i = 0; i < n; i++) {
        add_choice(m, 2);
        for (uint32_t k = 0; k < i; k++)
            add_pair(m, k, i);
    }
}

static void cliques(void **state)
{
    maker m;

    (void)state;
    clique(&m, 20);
    kr_structure st = divided(&m);
    assert_int_equal(st.nparts, 1);
    assert_int_equal(st.parts[0].nstates, 1 << 20);
    assert_int_equal(st.parts[0].ntables, 190);
    for (size_t i = 0; i < 190; i++)
        assert_int_equal(st.parts[0].tables[i].nrows, 4);
    maker_end(&m);
    /* Larger than any block may be: the slowest choices are fixed. */
    clique(&m, 24);
    st = divided(&m);
    figures f = count(&st);
    assert_int_equal(f.mixes, 3);
    assert_int_equal(f.blocks, 4);
    kt_same(f.largest, KR_BLOCK_STATES_MAX);
    assert_int_equal(st.parts[st.nparts - 1].choice, 0);
    maker_end(&m);
    clique(&m, 60);
    long allocations = kr_mem_count(m.ctx);
    kt_fails(m.ctx, kr_structure_divide(m.ctx, &m.arena, &m.problem, &st), KR_EINPUT,
             "'bs0', 'bs1', 'bs2', 'bs3' and 56 more are tied: 1.15e18 combinations, and still");
    assert_true(kr_mem_count(m.ctx) - allocations < 2000); /* at once */
    maker_end(&m);
}

/* Two cliques share a choice: fixing it pays, but not enough. */
static void two_cliques(void **state)
{
    maker m;
    kr_structure st;

    (void)state;
    maker_begin(&m, 65, 33 * 32);
    for (uint32_t i = 0; i < 65; i++)
        add_choice(&m, 2);
    for (uint32_t i = 0; i < 33; i++)
        for (uint32_t k = 0; k < i; k++) {
            add_pair(&m, k, i);
            add_pair(&m, 32 + k, 32 + i);
        }
    kt_fails(m.ctx, kr_structure_divide(m.ctx, &m.arena, &m.problem, &st), KR_EINPUT,
             "61 more are tied: 3.69e19 combinations");
    maker_end(&m);
}

/* Neighbours are tied, in one state of the first choice the odd ones to the next, in the other the
 * even ones: given the state nothing but pairs is left. */
static void one_state_ties(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 41, 40);
    add_choice(&m, 2);
    add_choice(&m, 3);
    for (uint32_t i = 2; i <= 40; i++) {
        add_choice(&m, 3);
        uint32_t *axes = kr_arena_alloc(&m.arena, 3, sizeof *axes);
        uint32_t *states = kr_arena_alloc(&m.arena, 27, sizeof *states);
        uint32_t *rates = kr_arena_alloc(&m.arena, 9, sizeof *rates);
        memcpy(axes, (uint32_t[]){0, i - 1, i}, 3 * sizeof *axes);
        for (uint32_t k = 0; k < 9; k++) {
            memcpy(states + 3 * k, (uint32_t[]){i % 2, k / 3, k % 3}, 3 * sizeof *states);
            rates[k] = m.nrates++;
        }
        m.terms[m.problem.nterms++] = (kr_term){3, axes, 9, states, rates};
    }
    kr_structure st = divided(&m);
    figures f = count(&st);
    assert_int_equal(f.mixes, 1);
    assert_int_equal(st.parts[st.nparts - 1].choice, 0);
    /* 20 pairs in one, 19 pairs and two alone in the other */
    assert_int_equal(f.blocks, 20 + 19 + 2);
    kt_same(f.states, 39 * 9 + 2 * 3);
    maker_end(&m);
}

/* Sixteen players meet in fifteen rounds, everyone with everyone: in each round there are pairs
 * only, of all rounds together nothing is left apart. */
static void rounds(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 17, 120);
    uint32_t round = add_choice(&m, 15);
    for (int i = 0; i < 16; i++)
        add_choice(&m, 2);
    for (uint32_t k = 0; k < 15; k++)
        for (uint32_t i = 0; i < 8; i++) {
            uint32_t a = i == 0 ? 16 : 1 + (k + i) % 15, b = 1 + (k + 15 - i) % 15;
            uint32_t *axes = kr_arena_alloc(&m.arena, 3, sizeof *axes);
            uint32_t *states = kr_arena_alloc(&m.arena, 12, sizeof *states);
            uint32_t *rates = kr_arena_alloc(&m.arena, 4, sizeof *rates);
            axes[0] = round;
            axes[1] = a < b ? a : b;
            axes[2] = a < b ? b : a;
            for (uint32_t e = 0; e < 4; e++) {
                memcpy(states + (size_t)3 * e, (uint32_t[]){k, e / 2, e % 2}, 3 * sizeof *states);
                rates[e] = m.nrates++;
            }
            m.terms[m.problem.nterms++] = (kr_term){3, axes, 4, states, rates};
        }
    kr_structure st = divided(&m);
    figures f = count(&st);
    assert_int_equal(f.mixes, 1);
    assert_int_equal(st.parts[st.nparts - 1].choice, round);
    assert_int_equal(f.blocks, 15 * 8);
    kt_same(f.states, 15 * 8 * 4);
    maker_end(&m);
}

/* A choice that makes no difference ties nothing, in all or in one state of another. */
static void no_difference(void **state)
{
    maker m;
    figures f;

    (void)state;
    maker_begin(&m, 4, 3);
    for (int i = 0; i < 4; i++)
        add_choice(&m, 40);
    add_flat_term(&m, 3, (uint32_t[]){0, 1, 2}, 1, false);
    add_flat_term(&m, 2, (uint32_t[]){2, 3}, 1, false);
    add_flat_term(&m, 1, (uint32_t[]){3}, 0, false);
    kr_structure st = divided(&m);
    f = count(&st);
    assert_int_equal(st.nparts, 4);
    assert_int_equal(f.sums, 1);
    kt_same(f.states, 1600 + 40 + 40);
    /* three tables of terms: over 0 and 2, over 2, over nothing */
    assert_int_equal(f.tables, 3);
    maker_end(&m);

    maker_begin(&m, 6, 5);
    add_choice(&m, 2);
    for (uint32_t i = 1; i < 6; i++)
        add_choice(&m, 8);
    for (uint32_t i = 2; i < 6; i++)
        add_flat_term(&m, 3, (uint32_t[]){0, i - 1, i}, 2, true);
    st = divided(&m);
    f = count(&st);
    const kr_part *root = &st.parts[st.nparts - 1];
    assert_int_equal(root->kind, KR_PART_MIX);
    assert_int_equal(root->choice, 0);
    assert_int_equal(st.parts[root->children[0]].kind, KR_PART_SUM);
    assert_int_equal(st.parts[root->children[0]].nchildren, 5);
    maker_end(&m);
}

/* Seven hundred times five blocks of two states are more work than one of 22,400. */
static void too_many_parts(void **state)
{
    maker m;

    (void)state;
    star(&m, 5, 2, 700);
    kr_structure st = divided(&m);
    assert_int_equal(st.nparts, 1);
    maker_end(&m);
}

/* Tables go into others of a block where few rates are repeated. */
static void tables(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 2, 4);
    add_choice(&m, 6);
    add_choice(&m, 6);
    add_term(&m, 1, (uint32_t[]){0}, 1, false);
    add_pair(&m, 0, 1);
    add_term(&m, 1, (uint32_t[]){1}, 1, false);
    kr_structure st = divided(&m);
    assert_int_equal(st.nparts, 1);
    assert_int_equal(st.parts[0].ntables, 1);
    assert_int_equal(st.parts[0].tables[0].naxes, 2);
    assert_int_equal(st.parts[0].tables[0].first[36], 3 * 36);
    same_outcomes(of_part(&st, 0), of_problem(&m.problem));
    maker_end(&m);

    /* That of all states of the second choice would be 1000 rates, of two states 80. */
    for (int few = 0; few < 2; few++) {
        maker_begin(&m, 2, 2);
        add_choice(&m, 40);
        add_choice(&m, 25);
        add_pair(&m, 0, 1);
        add_term(&m, 1, (uint32_t[]){1}, 1, false);
        if (few)
            m.terms[1].nentries = 2;
        st = divided(&m);
        assert_int_equal(st.nparts, 1);
        assert_int_equal(st.parts[0].ntables, 2 - few);
        same_outcomes(of_part(&st, 0), of_problem(&m.problem));
        maker_end(&m);
    }
}

/* One choice with 70,000 states and a term for each; then tied to three choices more. */
static void many_branches(void **state)
{
    enum { BRANCHES = 70000 };
    (void)state;
    for (int tied = 0; tied < 2; tied++) {
        maker m;
        maker_begin(&m, 4, 3 * BRANCHES);
        add_choice(&m, BRANCHES);
        for (size_t i = 0; i < 3; i++)
            add_choice(&m, 4);
        for (uint32_t i = 0; i < BRANCHES * (tied ? 3 : 1); i++) {
            size_t n = tied ? 2 : 1, count = tied ? 4 : 1;
            uint32_t *axes = kr_arena_alloc(&m.arena, n, sizeof *axes);
            uint32_t *states = kr_arena_alloc(&m.arena, n * count, sizeof *states);
            uint32_t *rates = kr_arena_alloc(&m.arena, count, sizeof *rates);
            axes[n - 1] = tied ? 1 + i / BRANCHES : 0;
            axes[0] = 0;
            for (uint32_t k = 0; k < count; k++) {
                states[k * n + n - 1] = k;
                states[k * n] = i % BRANCHES;
                rates[k] = m.nrates++;
            }
            m.terms[m.problem.nterms++] = (kr_term){n, axes, count, states, rates};
        }
        kr_structure st = divided(&m);
        figures f = count(&st);
        if (tied) {
            assert_int_equal(f.blocks, 3 * BRANCHES);
            kt_same(f.states, 12 * BRANCHES);
        } else {
            assert_int_equal(f.blocks, 4);
            kt_same(f.states, BRANCHES + 12);
        }
        maker_end(&m);
    }
}

static void independent(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 1000, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        add_choice(&m, 2);
        if (i % 2)
            add_term(&m, 1, &i, 1, false);
    }
    /* no total: the product of a thousand weights is compared by the others */
    kr_structure st = {0};
    kt_ok(m.ctx, kr_structure_divide(m.ctx, &m.arena, &m.problem, &st));
    sound(&st);
    assert_int_equal(st.nparts, 1001);
    kt_close(st.realizations, exp2(1000), 1e-12, 0);
    maker_end(&m);
}

/* Alternatives with choices of their own under a mix, beside what all share. */
static kr_status graft(kr_structure_builder *b, const kr_problem *own, const kr_problem *shared,
                       kr_structure *out)
{
    kr_status s = KR_OK;
    uint32_t parts[3], sides[2], root;

    KR_TRY(kr_structure_add_problem(b, &own[0], (uint32_t[]){1, 2, 3}, 3, &parts[0]));
    KR_TRY(kr_structure_add_problem(b, &own[1], (uint32_t[]){3, 4}, 2, &parts[1]));
    KR_TRY(kr_structure_add_problem(b, &own[2], NULL, 0, &parts[2]));
    KR_TRY(kr_structure_add_mix(b, 0, (uint32_t[]){2, 0, 1}, parts, 3, &sides[0]));
    KR_TRY(kr_structure_add_problem(b, shared, (uint32_t[]){5, 6}, 2, &sides[1]));
    KR_TRY(kr_structure_add_sum(b, sides, 2, &root));
    KR_TRY(kr_structure_finish(b, root, out));
out:
    return s;
}

static void grafts(void **state)
{
    static const uint32_t of[4][3] = {{1, 2, 3}, {3, 4}, {0}, {5, 6}};
    static const uint32_t fixed[3] = {2, 0, 1};
    static const size_t n[4] = {3, 2, 0, 2};
    maker m;
    kr_problem parts[4];
    kr_structure_builder b;
    uint32_t part;

    (void)state;
    maker_begin(&m, 7, 20);
    for (size_t i = 0; i < 7; i++)
        add_choice(&m, i == 3 ? 1 : 3);
    for (int i = 0; i < 4; i++) {
        parts[i] = m.problem;
        parts[i].terms = m.terms + m.problem.nterms;
        add_term(&m, n[i], of[i], 0.8, true);
        add_term(&m, 0, NULL, 1, false);
        parts[i].nterms = 2;
    }
    kr_structure st = {.choices = m.choices, .nchoices = 7, .scale = 0.5};
    kr_structure_builder_init(&b, m.ctx, &m.arena);
    kt_ok(m.ctx, graft(&b, parts, parts + 3, &st));

    outcomes expected = {0, NULL};
    for (int i = 0; i < 3; i++) {
        outcomes o = of_choices(&parts[i], of[i], n[i]);
        for (size_t k = 0; k < o.n; k++)
            for (int c = 0; c < COLUMNS; c++)
                o.all[k].weight[c] *= weight_of(&m.choices[0], c, fixed[i]);
        expected = joined(expected, o);
    }
    expected = times(expected, of_choices(&parts[3], of[3], n[3]));
    kt_same(st.realizations, (9 + 3 + 1) * 9);
    for (int c = 0; c < COLUMNS; c++) {
        double total = 0;
        for (size_t k = 0; k < expected.n; k++)
            total += expected.all[k].weight[c];
        kt_close(kr_structure_total(&st, (size_t)c), 0.5 * total, 1e-12, 0);
    }
    same_outcomes(of_part(&st, (uint32_t)st.nparts - 1), expected);

    kt_fails(m.ctx, kr_structure_finish(&b, 0, &st), KR_EINTERNAL, "root");
    kt_fails(m.ctx, kr_structure_add_problem(&b, &parts[0], (uint32_t[]){1, 3}, 2, &part),
             KR_EINTERNAL, "'bs2'");
    kr_structure_builder_clear(&b);
    maker_end(&m);
}

/* Whatever allocation fails, nothing is left behind. */
static kr_status divide_some(kr_ctx *ctx, void *user)
{
    const maker *m = user;
    kr_arena arena;
    kr_structure st;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_TREE);
    kr_status s = kr_structure_divide(ctx, &arena, &m->problem, &st);
    kr_arena_clear(&arena);
    return s;
}

static void failing_allocations(void **state)
{
    maker m;

    (void)state;
    maker_begin(&m, 12, 40);
    for (uint32_t i = 0; i < 12; i++) {
        add_choice(&m, 1 + (i + 1) % 4);
        add_term(&m, i % 2, &i, 0.5, true);
        if (i > 1)
            add_term(&m, 3, (uint32_t[]){0, i - 1, i}, 0.5, false);
    }
    long n = kt_fail_each_allocation(divide_some, &m);
    assert_true(n > 20);
    maker_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(new_zealand),
        cmocka_unit_test(random_problems),
        cmocka_unit_test(stars),
        cmocka_unit_test(two_shared),
        cmocka_unit_test(chains_and_trees),
        cmocka_unit_test(grids),
        cmocka_unit_test(cliques),
        cmocka_unit_test(one_state_ties),
        cmocka_unit_test(rounds),
        cmocka_unit_test(no_difference),
        cmocka_unit_test(too_many_parts),
        cmocka_unit_test(two_cliques),
        cmocka_unit_test(joined_grids),
        cmocka_unit_test(tables),
        cmocka_unit_test(many_branches),
        cmocka_unit_test(independent),
        cmocka_unit_test(grafts),
        cmocka_unit_test(failing_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
