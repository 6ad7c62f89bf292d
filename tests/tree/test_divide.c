/* What problems of some kinds are divided into. */
/* costly */
#include "tree/divided.h"

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
                                       pow((double)k, log2((double)n / (8 / log2((double)k)))));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_zealand),    cmocka_unit_test(stars),
        cmocka_unit_test(two_shared),     cmocka_unit_test(chains_and_trees),
        cmocka_unit_test(grids),          cmocka_unit_test(cliques),
        cmocka_unit_test(one_state_ties), cmocka_unit_test(rounds),
        cmocka_unit_test(no_difference),  cmocka_unit_test(too_many_parts),
        cmocka_unit_test(two_cliques),    cmocka_unit_test(joined_grids),
        cmocka_unit_test(tables),         cmocka_unit_test(many_branches),
        cmocka_unit_test(independent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
