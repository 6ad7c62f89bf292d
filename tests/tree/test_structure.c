/* The division of a problem into blocks, sums and mixes, against a walk over all combinations. */
#include "tree/divided.h"

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
        cmocka_unit_test(random_problems),
        cmocka_unit_test(grafts),
        cmocka_unit_test(failing_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
