#include "num/interp.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

static void test_searchsorted(void **state)
{
    (void)state;
    static const double a[] = {-1, 0, 0, 0, 2, 2, 5};
    size_t n = sizeof a / sizeof a[0];

    for (double x = -2; x < 6; x += 0.5) {
        size_t less = 0, not_greater = 0;
        for (size_t i = 0; i < n; i++) {
            less += a[i] < x;
            not_greater += a[i] <= x;
        }
        assert_int_equal(kr_searchsorted_left(a, n, x), less);
        assert_int_equal(kr_searchsorted_right(a, n, x), not_greater);
    }
    assert_int_equal(kr_searchsorted_left(a, n, -0.0), 1);
    assert_int_equal(kr_searchsorted_right(a, n, -0.0), 4);
    assert_int_equal(kr_searchsorted_left(a, n, INFINITY), n);
    assert_int_equal(kr_searchsorted_right(a, n, -INFINITY), 0);
    assert_int_equal(kr_searchsorted_left(a, 0, 1), 0);
    assert_int_equal(kr_searchsorted_right(NULL, 0, 1), 0);
}

/* numpy.searchsorted([1, 2, nan, nan], ...) */
static void test_searchsorted_nan(void **state)
{
    (void)state;
    const double a[] = {1, 2, NAN, NAN};

    assert_int_equal(kr_searchsorted_left(a, 4, NAN), 2);
    assert_int_equal(kr_searchsorted_right(a, 4, NAN), 4);
    assert_int_equal(kr_searchsorted_left(a, 4, INFINITY), 2);
    assert_int_equal(kr_searchsorted_right(a, 4, INFINITY), 2);
    assert_int_equal(kr_searchsorted_left(a, 2, NAN), 2);
}

static void test_interp(void **state)
{
    (void)state;
    /* the example of numpy's manual */
    static const double xs[] = {1, 2, 3}, ys[] = {3, 2, 0};
    static const double x[] = {0, 1, 1.5, 2.72, 3.14, 2.5, 3};
    static const double y[] = {3, 3, 2.5, 0.5599999999999996, 0, 1, 0};

    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++)
        kt_same(kr_interp(x[i], xs, ys, 3), y[i]);
    assert_true(isnan(kr_interp(NAN, xs, ys, 3)));
    assert_true(isnan(kr_interp(1, xs, ys, 0)));
    kt_same(kr_interp(-7, xs, ys, 1), 3);
    kt_same(kr_interp(1, xs, ys, 1), 3);
    kt_same(kr_interp(7, xs, ys, 1), 3);
    kt_same(kr_interp(NAN, xs, ys, 1), 3);
    kt_same(kr_interp(INFINITY, xs, ys, 3), 0);
    kt_same(kr_interp(-INFINITY, xs, ys, 3), 3);
}

static void test_steps(void **state)
{
    (void)state;
    static const double xs[] = {0, 1, 1, 1, 2}, ys[] = {0, 10, 20, 30, 40};

    kt_same(kr_interp(1, xs, ys, 5), 30); /* the last of equals */
    kt_same(kr_interp(nextafter(1, 0), xs, ys, 5), 10 * nextafter(1, 0));
    kt_same(kr_interp(1.5, xs, ys, 5), 35);
}

/* The cases of numpy's own tests (TestInterp, non-finite values). */
static void test_not_finite(void **state)
{
    (void)state;
    static const struct {
        double xs[2], ys[2], y;
    } cases[] = {
        {{NAN, 1}, {0, 10}, NAN},
        {{0, NAN}, {0, 10}, NAN},
        {{0, 1}, {NAN, 10}, NAN},
        {{0, 1}, {0, NAN}, NAN},
        {{-INFINITY, INFINITY}, {0, 10}, NAN},
        {{0, 1}, {-INFINITY, INFINITY}, NAN},
        {{0, 1}, {INFINITY, -INFINITY}, NAN},
        {{-INFINITY, INFINITY}, {10, 10}, 10},
        {{0, 1}, {INFINITY, INFINITY}, INFINITY},
        {{-INFINITY, 1}, {0, 10}, 10},
        {{-INFINITY, -1}, {0, 10}, 10},
        {{0, INFINITY}, {0, 10}, 0},
        {{0, 1}, {0, INFINITY}, INFINITY},
        {{0, 1}, {0, -INFINITY}, -INFINITY},
        {{0, 1}, {-INFINITY, 10}, -INFINITY},
        {{0, 1}, {INFINITY, 10}, INFINITY},
        {{-INFINITY, 1}, {-INFINITY, 10}, NAN},
        {{-INFINITY, 1}, {INFINITY, 10}, NAN},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        kt_same(kr_interp(0.5, cases[i].xs, cases[i].ys, 2), cases[i].y);
    static const double xs[] = {1, 2, 3, 4}, ys[] = {1, 2, INFINITY, 4};
    kt_same(kr_interp(2, xs, ys, 4), 2); /* a value that stands there is not computed */
    kt_same(kr_interp(2.5, xs, ys, 4), INFINITY);
    kt_same(kr_interp(3, xs, ys, 4), INFINITY);
    kt_same(kr_interp(4, xs, ys, 4), 4);
}

/* Between the points, through the points, never outside of them. */
static void test_random_tables(void **state)
{
    (void)state;
    uint64_t seed = 1;
    double xs[40], ys[40];

    for (int round = 0; round < 500; round++) {
        size_t n = 2 + kt_random(&seed) % 39;
        xs[0] = kt_random_unit(&seed);
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                xs[i] = xs[i - 1] + 0.01 + kt_random_unit(&seed);
            ys[i] = 10 * kt_random_unit(&seed) - 5;
        }
        for (size_t i = 0; i < n; i++)
            kt_same(kr_interp(xs[i], xs, ys, n), ys[i]);
        for (int k = 0; k < 50; k++) {
            double x = xs[0] + kt_random_unit(&seed) * (xs[n - 1] - xs[0]);
            size_t j = 0;
            while (j + 2 < n && xs[j + 1] <= x)
                j++;
            double slope = (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j]);
            kt_same(kr_interp(x, xs, ys, n), slope * (x - xs[j]) + ys[j]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_searchsorted), cmocka_unit_test(test_searchsorted_nan),
        cmocka_unit_test(test_interp),       cmocka_unit_test(test_steps),
        cmocka_unit_test(test_not_finite),   cmocka_unit_test(test_random_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
