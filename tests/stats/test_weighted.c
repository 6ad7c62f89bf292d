#include "stats/stats.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

static void test_mean_and_std(void **state)
{
    (void)state;
    const double x[] = {1, 2, 4}, w[] = {0.5, 0.25, 0.25};
    kt_close(kr_weighted_mean(x, w, 3), 2, 1e-15, 0);
    kt_close(kr_weighted_std(x, w, 3), sqrt(0.5 * 1 + 0.25 * 4), 1e-15, 0);
    const double zero[] = {0, 0, 0};
    kt_same(kr_weighted_mean(x, zero, 3), 0);
}

/* numpy.interp(q, cumsum(w), x), found by looking at every interval. */
static double plain_quantile(const kr_weighted *v, size_t n, double q)
{
    double c[64], sum = 0;
    for (size_t i = 0; i < n; i++)
        c[i] = sum += v[i].w;
    if (q < c[0])
        return v[0].x;
    if (q >= c[n - 1])
        return v[n - 1].x;
    size_t j = 0;
    while (!(c[j] <= q && q < c[j + 1]))
        j++;
    return (v[j + 1].x - v[j].x) / (c[j + 1] - c[j]) * (q - c[j]) + v[j].x;
}

static void test_quantile_against_plain(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int trial = 0; trial < 5000; trial++) {
        kr_weighted v[40];
        size_t n = 1 + kt_random(&random) % 40;
        double total = 0;
        for (size_t i = 0; i < n; i++) { /* ties and zero weights are common */
            v[i].x = floor(kt_random_unit(&random) * 10) / 10;
            v[i].w = floor(kt_random_unit(&random) * 4);
            total += v[i].w;
        }
        for (size_t i = 0; i < n; i++)
            v[i].w = total > 0 ? v[i].w / total : 1.0 / (double)n;
        kr_weighted_sort(v, n);
        for (size_t i = 1; i < n; i++)
            assert_true(v[i - 1].x < v[i].x || (v[i - 1].x == v[i].x && v[i - 1].w <= v[i].w));
        for (double q = 0; q <= 1; q += 0.05)
            kt_close(kr_weighted_quantile(v, n, q), plain_quantile(v, n, q), 1e-14, 0);
    }
}

/* As numpy gives them: equal weights, numpy.interp(q, [1/N .. 1], sorted). */
static void test_quantile_figures(void **state)
{
    (void)state;
    const double x[] = {.15, .25, .3, .4, .5, .6, .75, .8, .9};
    kr_weighted v[9];
    for (size_t i = 0; i < 9; i++)
        v[i] = (kr_weighted){x[i], 1.0 / 9};
    kt_close(kr_weighted_quantile(v, 9, 0.8), 0.76, 1e-12, 0);
    kt_same(kr_weighted_quantile(v, 9, 0), 0.15);
    kt_close(kr_weighted_quantile(v, 9, 1), 0.9, 1e-14, 0);
}

static void test_merged_ignores_the_order_of_ties(void **state)
{
    (void)state;
    kr_weighted a[] = {{1, 0.1}, {2, 0.2}, {2, 0.3}, {3, 0.4}};
    kr_weighted b[] = {{1, 0.1}, {2, 0.5}, {3, 0.4}};
    for (double q = 0; q <= 1; q += 0.01)
        kt_close(kr_weighted_quantile_merged(a, 4, q), kr_weighted_quantile(b, 3, q), 1e-15, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_and_std),
        cmocka_unit_test(test_quantile_against_plain),
        cmocka_unit_test(test_quantile_figures),
        cmocka_unit_test(test_merged_ignores_the_order_of_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
