#include "stats/visited.h"

#include "support/problem.h"
#include "support/structure.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Mean and variance by definition; of probabilities from the end where they are small. */
static void plain_moments(const kt_list *all, const char *what, long double *mean,
                          long double *variance)
{
    long double total = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < all->n; i++)
        total += all->weight[i];
    *mean = *variance = 0;
    if (total == 0)
        return;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < all->n; i++) {
            long double r = all->rate[i];
            long double x = *what == 'r' ? r : *what == 'u' ? -expm1l(-r) : expl(-r);
            long double d = x - *mean;
            if (pass == 0)
                sum += all->weight[i] * x;
            else
                squares += all->weight[i] * d * d;
            if (pass == 0 && i + 1 == all->n)
                *mean = sum / total;
        }
    *variance = squares / total;
}

/* A deviation that is small beside the mean has lost the digits of the rates that were summed: eps
 * times the mean, and for exp(-r) eps times r. */
static void check_variance(double got, long double expected, long double mean, long double most)
{
    double blur = 8 * DBL_EPSILON * (double)mean * (double)(1 + most);
    kt_close(got, (double)expected, 1e-12,
             2 * blur * sqrt((double)expected) + blur * blur + DBL_MIN);
}

static void check_moments(const kr_moments *m, const kt_list *all)
{
    long double mean, variance, low = HUGE_VALL, high = -HUGE_VALL, weight = 0;
    for (size_t i = 0; i < all->n; i++) {
        low = fminl(low, all->rate[i]);
        high = fmaxl(high, all->rate[i]);
        weight += all->weight[i];
    }
    kt_close(m->rate_min, (double)low, 1e-14, 0);
    kt_close(m->rate_max, (double)high, 1e-14, 0);
    kt_close(m->weight, (double)weight, 1e-13, 0);
    plain_moments(all, "rate", &mean, &variance);
    kt_close(m->rate_mean, (double)mean, 1e-13, 0);
    check_variance(m->rate_variance, variance, mean, 0);
    plain_moments(all, "x", &mean, &variance);
    kt_close(m->pne_mean, (double)mean, 1e-12, DBL_MIN);
    if (mean < 0.5L)
        check_variance(m->poe_variance, variance, mean, high);
    plain_moments(all, "u", &mean, &variance);
    kt_close(m->poe_mean, (double)mean, 1e-12, 0);
    if (mean <= 0.5L)
        check_variance(m->poe_variance, variance, mean, 0);
}

static void check_part(const kt_structure *t, const kr_moments *m, size_t column, size_t part)
{
    kt_list all;
    kt_list_part(&t->s, t->rates, column, part, &all);
    check_moments(m, &all);
    kt_list_free(&all);
}

static void test_every_part_of_random_trees(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (int trial = 0; trial < 5000; trial++) {
        kr_ctx *ctx = kt_ctx();
        kt_structure t;
        kr_moments_scratch *scratch;
        kt_list all;
        kt_structure_random(&t, ctx, &random, 200);
        double *visits = malloc((kr_visited_scratch(&t.s) + 1) * sizeof *visits);
        kt_ok(ctx, kr_moments_scratch_create(ctx, &t.s, &scratch));
        for (size_t column = 0; column < 2; column++) {
            kr_moments root = kr_moments_compute(&t.s, scratch, t.rates, column);
            for (size_t p = 0; p < t.s.nparts; p++)
                check_part(&t, kr_moments_part(scratch, p), column, p);
            kt_same(root.poe_mean, kr_moments_part(scratch, t.s.nparts - 1)->poe_mean);
            kr_moments visited = kr_visited_moments(&t.s, visits, t.rates, column);
            kt_list_part(&t.s, t.rates, column, t.s.nparts - 1, &all);
            check_moments(&visited, &all);
            kt_list_free(&all);
        }
        free(visits);
        kr_moments_scratch_destroy(&scratch);
        kt_structure_clear(&t);
        kt_ctx_end(&ctx);
    }
}

static void check_problem(kr_ctx *ctx, const kt_problem *p)
{
    kr_structure s;
    kr_arena arena;
    kr_moments_scratch *scratch;
    size_t n = kt_problem_count(&p->problem);
    double *totals = malloc(n * sizeof *totals), *weights = malloc(n * sizeof *weights);
    kt_list all = {
        .n = n, .rate = malloc(n * sizeof *all.rate), .weight = malloc(n * sizeof *all.weight)};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_TREE);
    kt_ok(ctx, kr_structure_divide(ctx, &arena, &p->problem, &s));
    s.nrates = p->nrates;
    kt_ok(ctx, kr_moments_scratch_create(ctx, &s, &scratch));
    for (size_t column = 0; column < s.ncolumns; column++) {
        kr_moments m = kr_moments_compute(&s, scratch, p->rates, column);
        kt_problem_totals(&p->problem, p->rates, column, 1, totals, weights);
        for (size_t i = 0; i < n; i++) {
            all.rate[i] = (long double)totals[i];
            all.weight[i] = (long double)weights[i];
        }
        check_moments(&m, &all);
        kt_close(m.weight * s.scale, kr_structure_total(&s, column), 1e-13, 0);
    }
    kr_moments_scratch_destroy(&scratch);
    kr_arena_clear(&arena);
    kt_list_free(&all);
    free(totals);
    free(weights);
}

static void test_divided_problems(void **state)
{
    (void)state;
    uint64_t random = 37;
    for (int trial = 0; trial < 3000; trial++) {
        kr_ctx *ctx = kt_ctx();
        kt_problem p;
        kt_random_problem(ctx, &random, (kt_shape)(trial % KT_SHAPES), trial % 2, 300, &p);
        check_problem(ctx, &p);
        kt_problem_end(&p);
        kt_ctx_end(&ctx);
    }
}

static kr_status make_scratch(kr_ctx *ctx, void *user)
{
    kr_moments_scratch *scratch;
    kr_status s = kr_moments_scratch_create(ctx, user, &scratch);
    kr_moments_scratch_destroy(&scratch);
    return s;
}

static void test_scratch(void **state)
{
    (void)state;
    uint64_t random = 3;
    kr_ctx *ctx = kt_ctx();
    kt_structure t;
    kt_structure_random(&t, ctx, &random, 200);
    assert_true(kr_moments_scratch_bytes(&t.s) >= t.s.nparts * sizeof(kr_moments));
    assert_true(kt_fail_each_allocation(make_scratch, &t.s) > 0);
    kt_structure_clear(&t);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_part_of_random_trees),
        cmocka_unit_test(test_divided_problems),
        cmocka_unit_test(test_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
