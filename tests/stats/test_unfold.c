#include "stats/plain_quantile.h"
#include "support/structure.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const kr_quantile_rule rules[] = {KR_QUANTILE_REFERENCE, KR_QUANTILE_HALF_WEIGHT,
                                         KR_QUANTILE_MERGED};
static const kr_scale scales[] = {KR_SCALE_POE, KR_SCALE_POE_ROUNDED, KR_SCALE_RATE,
                                  KR_SCALE_RATE_CLIPPED};

/* ---- plans ---- */

/* Structures of which only the numbers of states matter. */
typedef struct tree {
    kr_part parts[400];
    uint32_t children[400];
    size_t nparts, nchildren;
} tree;

static const uint32_t no_choices[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static uint32_t block(tree *t, size_t states)
{
    t->parts[t->nparts] =
        (kr_part){.kind = KR_PART_BLOCK, .states = (double)states, .nstates = states};
    return (uint32_t)t->nparts++;
}

/* The n parts given last, or those of a mix. */
static uint32_t join(tree *t, kr_part_kind kind, size_t n, const uint32_t *children)
{
    kr_part part = {.kind = kind, .nchildren = n, .children = t->children + t->nchildren};
    part.states = kind == KR_PART_SUM ? 1 : 0;
    part.fixed = no_choices;
    for (size_t i = 0; i < n; i++) {
        double states = t->parts[children[i]].states;
        t->children[t->nchildren++] = children[i];
        part.states = kind == KR_PART_SUM ? part.states * states : part.states + states;
    }
    t->parts[t->nparts] = part;
    return (uint32_t)t->nparts++;
}

/* A sum of n blocks of equal size. */
static uint32_t equal_blocks(tree *t, size_t n, size_t states)
{
    uint32_t children[100];
    for (size_t i = 0; i < n; i++)
        children[i] = block(t, states);
    return join(t, KR_PART_SUM, n, children);
}

static void check_plan(const tree *t, kr_way way, size_t pairs, double entries)
{
    kr_ctx *ctx = kt_ctx();
    kr_structure s = {.ncolumns = 1, .nparts = t->nparts, .parts = t->parts, .scale = 1};
    s.realizations = t->parts[t->nparts - 1].states;
    kr_unfold *unfold;
    kt_ok(ctx, kr_unfold_create(ctx, &s, &unfold));
    assert_string_equal(kr_way_name(kr_unfold_way(unfold)), kr_way_name(way));
    assert_int_equal(kr_unfold_pairs(unfold), pairs);
    kt_same(kr_unfold_entries(unfold), entries);
    kr_unfold_destroy(&unfold);
    kt_ctx_end(&ctx);
}

static void check_sum(const size_t *states, size_t n, kr_way way, size_t pairs, double entries)
{
    tree t = {.nparts = 0};
    uint32_t children[100];
    for (size_t i = 0; i < n; i++)
        children[i] = block(&t, states[i]);
    join(&t, KR_PART_SUM, n, children);
    check_plan(&t, way, pairs, entries);
}

static void test_plans_of_sums(void **state)
{
    (void)state;
    check_sum((size_t[]){12, 756, 108}, 3, KR_FACTORED, 1, 756 + 1296);
    check_sum((size_t[]){3, 2, 3, 2, 2}, 5, KR_FACTORED, 1, 9 + 8);
    check_sum((size_t[]){1}, 1, KR_FACTORED, 1, 1 + 1);
    check_sum((size_t[]){1 << 15}, 1, KR_FACTORED, 1, (1 << 15) + 1);
    check_sum((size_t[]){1 << 16}, 1, KR_STREAMED, 0, 0);
    check_sum((size_t[]){1000000, 2}, 2, KR_STREAMED, 0, 0);
    check_sum((size_t[]){1 << 22, 40}, 2, KR_STREAMED, 0, 0);
    check_sum((size_t[]){1 << 22, 50}, 2, KR_BRACKETED, 0, 0);
    check_sum((size_t[]){1 << 21, 50}, 2, KR_FACTORED, 1, (1 << 21) + 50);

    tree t = {.nparts = 0};
    equal_blocks(&t, 20, 3);
    check_plan(&t, KR_FACTORED, 1, 2 * 59049.0);
    t = (tree){.nparts = 0};
    equal_blocks(&t, 20, 4); /* two equal halves share no list: their parts differ */
    check_plan(&t, KR_FACTORED, 1, 2 * 1048576.0);
    t = (tree){.nparts = 0};
    equal_blocks(&t, 100, 9);
    check_plan(&t, KR_BRACKETED, 0, 0);

    size_t sizes[13]; /* of many sizes: products 2^9 3^5 .. dealt out nearly evenly */
    for (size_t i = 0; i < 13; i++)
        sizes[i] = 2 + i;
    check_sum(sizes, 9, KR_FACTORED, 1, 1890 + 1920);
}

/* More sizes than have all their deals tried: the larger half is nearly the least that it can be.
 */
static void test_deals_of_many_sizes(void **state)
{
    (void)state;
    enum { SIZES = 13 }; /* 2 to 14 */
    tree t = {.nparts = 0};
    uint32_t children[SIZES];
    double all = 1, least = HUGE_VAL;
    for (uint32_t i = 0; i < SIZES; i++) {
        children[i] = block(&t, 2 + i);
        all *= 2 + i;
    }
    join(&t, KR_PART_SUM, SIZES, children);
    for (size_t deal = 0; deal < (size_t)1 << SIZES; deal++) {
        double half = 1;
        for (size_t i = 0; i < SIZES; i++)
            half *= deal >> i & 1 ? t.parts[i].states : 1;
        if (half * half >= all && half < least)
            least = half;
    }

    kr_ctx *ctx = kt_ctx();
    kr_structure s = {.ncolumns = 1, .nparts = t.nparts, .parts = t.parts, .scale = 1};
    s.realizations = all;
    kr_unfold *unfold;
    kt_ok(ctx, kr_unfold_create(ctx, &s, &unfold));
    assert_int_equal(kr_unfold_way(unfold), KR_FACTORED);
    double entries = kr_unfold_entries(unfold), best = least + all / least;
    assert_true(entries >= best * (1 - 1e-12) && entries <= 1.001 * best);
    kr_unfold_destroy(&unfold);
    kt_ctx_end(&ctx);
}

static void test_plans_of_mixes(void **state)
{
    (void)state;
    uint32_t children[16];
    tree t = {.nparts = 0}; /* one choice shared by all: a pair for each of its states */
    for (size_t i = 0; i < 4; i++)
        children[i] = equal_blocks(&t, 20, 4);
    join(&t, KR_PART_MIX, 4, children);
    check_plan(&t, KR_CONDITIONED, 4, 8 * 1048576.0);

    t = (tree){.nparts = 0}; /* a mix as large as what it is added to is listed as it is */
    for (size_t i = 0; i < 4; i++)
        children[i] = block(&t, 100);
    children[0] = join(&t, KR_PART_MIX, 4, children);
    children[1] = block(&t, 400);
    join(&t, KR_PART_SUM, 2, children);
    check_plan(&t, KR_FACTORED, 1, 800);

    t = (tree){.nparts = 0}; /* nothing but that mix: too few to be worth while as one list */
    for (size_t i = 0; i < 4; i++)
        children[i] = equal_blocks(&t, 6, 4);
    join(&t, KR_PART_MIX, 4, children);
    check_plan(&t, KR_CONDITIONED, 4, 4 * (64 + 64));

    t = (tree){.nparts = 0}; /* what stands beside a mix is listed once for all its states */
    for (size_t i = 0; i < 4; i++)
        children[i] = block(&t, 1000000);
    children[0] = join(&t, KR_PART_MIX, 4, children);
    children[1] = block(&t, 1000000);
    join(&t, KR_PART_SUM, 2, children);
    check_plan(&t, KR_CONDITIONED, 4, 5000000);

    t = (tree){.nparts = 0}; /* 16 pairs of 8 lists */
    for (size_t m = 0; m < 2; m++) {
        for (size_t i = 0; i < 4; i++)
            children[4 + i] = equal_blocks(&t, 10, 4);
        children[m] = join(&t, KR_PART_MIX, 4, children + 4);
    }
    join(&t, KR_PART_SUM, 2, children);
    check_plan(&t, KR_CONDITIONED, 16, 8 * 1048576.0);

    t = (tree){.nparts = 0};
    for (size_t i = 0; i < 4; i++)
        children[i] = equal_blocks(&t, 50, 9);
    join(&t, KR_PART_MIX, 4, children);
    check_plan(&t, KR_BRACKETED, 0, 0);
}

/* ---- quantiles of random structures ---- */

/* Rates are multiples of 2^-12, so that equal ones are common and no sum has an error; weights are
 * multiples of 1/8. Some are 0. */
static void make_exact(kt_structure *t, uint64_t *random)
{
    double unit = kt_random(random) % 3 ? 0x1p-12 : 2;
    for (size_t i = 0; i < t->s.nrates; i++)
        t->rates[i] = (double)(kt_random(random) % 20) * unit;
    for (size_t c = 0; c < t->s.nchoices; c++) {
        kr_choice *choice = &t->choices[c];
        size_t n = t->s.ncolumns * choice->nstates;
        double *weights = kr_arena_alloc(&t->arena, n, sizeof *weights);
        assert_non_null(weights);
        for (size_t i = 0; i < n; i++)
            weights[i] = (double)(kt_random(random) % 8) / 8;
        choice->weights = weights;
    }
    t->s.scale = kt_random(random) % 2 ? 1 : 0.25;
}

static void check_quantiles(kr_ctx *ctx, const kt_structure *t, uint64_t *random, kr_way way,
                            kr_quantile_rule rule, kr_scale scale, size_t column)
{
    kt_list all;
    double q[PLAIN_QUANTILES], value[PLAIN_QUANTILES], low[PLAIN_QUANTILES], high[PLAIN_QUANTILES];
    kt_list_part(&t->s, t->rates, column, t->s.nparts - 1, &all);
    kr_weighted *v = malloc(all.n * sizeof *v);
    double *c = malloc(all.n * sizeof *c);
    assert_true(v && c);
    for (size_t i = 0; i < all.n; i++)
        v[i] = (kr_weighted){(double)all.rate[i], (double)all.weight[i] * t->s.scale};
    plain_sort(v, all.n, scale);
    plain_choose(random, v, all.n, c, q);

    kr_unfold *unfold;
    kr_quantiles *quantiles;
    kr_quantile_spec spec = {rule, scale, q, PLAIN_QUANTILES, 1e-3};
    kt_ok(ctx, kr_unfold_create(ctx, &t->s, &unfold));
    kt_ok(ctx, kr_quantiles_create(ctx, &t->s, unfold, &spec, &quantiles));
    assert_int_equal(kr_unfold_way(unfold) == KR_STREAMED, way == KR_STREAMED);
    assert_int_equal(kr_unfold_pairs(unfold) > 0, way != KR_STREAMED);
    for (int again = 0; again < 2; again++) { /* nothing is left of other levels */
        kr_quantiles_compute(quantiles, t->rates, t->s.ncolumns - 1 - column, value, low, high);
        kr_quantiles_compute(quantiles, t->rates, column, value, low, high);
    }
    for (size_t k = 0; k < PLAIN_QUANTILES; k++) {
        kt_close(value[k], plain_quantile(v, all.n, rule, q[k], c), 1e-12, 0);
        kt_same(low[k], value[k]);
        kt_same(high[k], value[k]);
    }
    kr_quantiles_destroy(&quantiles);
    kr_unfold_destroy(&unfold);
    kt_list_free(&all);
    free(v);
    free(c);
}

static void test_random_structures(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 23;
    for (int trial = 0; trial < 1500; trial++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, trial % 10 ? 1000 : 20000);
        make_exact(&t, &random);
        check_quantiles(ctx, &t, &random, KR_CONDITIONED, rules[trial % 3], scales[trial / 3 % 4],
                        (size_t)trial % 2);
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

/* One block of 280 x 250 states, which is streamed: to both of its choices belongs a table. */
static void test_streamed(void **state)
{
    (void)state;
    enum { A = 280, B = 250, RATES = 64 };
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 31;
    static double weights[2][2 * A];
    static uint32_t first[A + 1], rates[2][A];
    double values[RATES];
    kr_choice choices[2] = {{.nstates = A, .weights = weights[0]},
                            {.nstates = B, .weights = weights[1]}};
    for (size_t i = 0; i < RATES; i++)
        values[i] = (double)(kt_random(&random) % 1000) * 0x1p-12;
    for (size_t i = 0; i < A; i++)
        for (size_t side = 0; side < 2; side++) {
            first[i + 1] = (uint32_t)(i + 1);
            rates[side][i] = (uint32_t)(kt_random(&random) % RATES);
            weights[side][i] = weights[side][A + i] = (double)(kt_random(&random) % 8) / 1024;
        }
    const uint32_t axes[] = {0, 1};
    const kr_rate_table tables[] = {{1, &axes[0], A, first, rates[0]},
                                    {1, &axes[1], B, first, rates[1]}};
    const kr_part part = {.kind = KR_PART_BLOCK,
                          .states = A * B,
                          .nchoices = 2,
                          .choices = axes,
                          .nstates = A * B,
                          .ntables = 2,
                          .tables = tables};
    kt_structure t = {.s = {.ncolumns = 1,
                            .nchoices = 2,
                            .choices = choices,
                            .nrates = RATES,
                            .nparts = 1,
                            .parts = &part,
                            .realizations = A * B,
                            .scale = 1},
                      .rates = values};
    for (size_t i = 0; i < 3; i++)
        check_quantiles(ctx, &t, &random, KR_STREAMED, rules[i], KR_SCALE_POE_ROUNDED, 0);
    kt_ctx_end(&ctx);
}

/* 40 choices of three states, of which only the first makes a difference. */
static void test_bracketed(void **state)
{
    (void)state;
    enum { N = 40 };
    kr_ctx *ctx = kt_ctx();
    static const double weights[] = {0.25, 0.5, 0.25};
    static const uint32_t first[] = {0, 1, 2, 3}, rates[2][3] = {{0, 1, 2}, {3, 3, 3}};
    static const uint32_t axis[] = {0};
    static const double values[] = {0.01, 0.02, 0.04, 0.001};
    kr_choice choices[N];
    uint32_t numbers[N];
    kr_part parts[N + 1];
    kr_rate_table tables[N];
    for (uint32_t i = 0; i < N; i++) {
        numbers[i] = i;
        choices[i] = (kr_choice){.nstates = 3, .weights = weights};
        tables[i] = (kr_rate_table){1, axis, 3, first, rates[i > 0]};
        parts[i] = (kr_part){.kind = KR_PART_BLOCK,
                             .states = 3,
                             .nchoices = 1,
                             .choices = &numbers[i],
                             .nstates = 3,
                             .ntables = 1,
                             .tables = &tables[i]};
    }
    double n = pow(3, N);
    parts[N] = (kr_part){.kind = KR_PART_SUM, .states = n, .nchildren = N, .children = numbers};
    kr_structure s = {.ncolumns = 1,
                      .nchoices = N,
                      .choices = choices,
                      .nrates = 4,
                      .nparts = N + 1,
                      .parts = parts,
                      .realizations = n,
                      .scale = 1};
    const double q[] = {0.9, 0.1, 0.5}, expected[] = {0.04, 0.01, 0.02};
    double value[3], low[3], high[3];
    kr_unfold *unfold;
    kr_quantiles *quantiles;
    kr_quantile_spec spec = {KR_QUANTILE_REFERENCE, KR_SCALE_POE, q, 3, 1e-3};
    kt_ok(ctx, kr_unfold_create(ctx, &s, &unfold));
    assert_int_equal(kr_unfold_way(unfold), KR_BRACKETED);
    kt_ok(ctx, kr_quantiles_create(ctx, &s, unfold, &spec, &quantiles));
    assert_null(kr_quantiles_pairs(quantiles, values, 0));
    kr_quantiles_compute(quantiles, values, 0, value, low, high);
    for (size_t i = 0; i < 3; i++) {
        double exact = -expm1(-expected[i] - 0.001 * (N - 1));
        assert_true(low[i] <= exact && exact <= high[i]);
        assert_true(high[i] <= 1.001 * exact); /* low is the value before, as the rule has it */
        kt_close(value[i], (low[i] + high[i]) / 2, 1e-15, 0);
    }
    kr_quantiles_destroy(&quantiles);
    kr_unfold_destroy(&unfold);
    kt_ctx_end(&ctx);
}

/* ---- memory ---- */

static kr_status make_all(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kt_structure *t = user;
    kr_unfold *unfold = NULL;
    kr_quantiles *quantiles = NULL;
    const double q[] = {0.5};
    kr_quantile_spec spec = {KR_QUANTILE_HALF_WEIGHT, KR_SCALE_POE, q, 1, 1e-3};
    KR_TRY(kr_unfold_create(ctx, &t->s, &unfold));
    int64_t before = kr_ctx_account(ctx, KR_ACCOUNT_STATS).current;
    KR_TRY(kr_quantiles_create(ctx, &t->s, unfold, &spec, &quantiles));
    int64_t taken = kr_ctx_account(ctx, KR_ACCOUNT_STATS).current - before;
    int64_t told = (int64_t)kr_quantiles_bytes(unfold, &spec);
    assert_true(told <= taken && taken <= told + 7 * 64); /* heads of seven blocks at most */
out:
    kr_quantiles_destroy(&quantiles);
    kr_unfold_destroy(&unfold);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 29;
    for (int trial = 0; trial < 20; trial++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, 1000);
        assert_true(kt_fail_each_allocation(make_all, &t) > 0);
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans_of_sums),  cmocka_unit_test(test_deals_of_many_sizes),
        cmocka_unit_test(test_plans_of_mixes), cmocka_unit_test(test_random_structures),
        cmocka_unit_test(test_streamed),       cmocka_unit_test(test_bracketed),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
