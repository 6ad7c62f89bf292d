#include "num/normal.h"
#include "support/support.h"

static void test_known_values(void **state)
{
    (void)state;
    /* x, 1 - Phi(x) to 20 digits */
    static const double table[][2] = {
        {0, 0.5},
        {0.5, 0.30853753872598689637},
        {1, 0.15865525393145705142},
        {1.96, 0.024997895148220434137},
        {2, 0.022750131948179207200},
        {3, 0.0013498980316300945267},
        {5, 2.8665157187919391167e-7},
        {10, 7.6198530241605260660e-24},
        {20, 2.7536241186062336951e-89},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        double x = table[i][0], p = table[i][1];
        double rtol = 2e-15 + 4e-16 * x * x; /* x / sqrt(2) is rounded before it is squared */
        kt_close(kr_normal_sf(x), p, rtol, 0);
        kt_close(kr_normal_cdf(-x), p, rtol, 0);
        kt_close(kr_normal_cdf(x), 1 - p, 2e-15, 0);
    }
    kt_same(kr_normal_cdf(INFINITY), 1);
    kt_same(kr_normal_cdf(-INFINITY), 0);
    kt_same(kr_normal_sf(100), 0);
    assert_true(isnan(kr_normal_cdf(NAN)));
}

/* As the reference writes it; its digits are those of Phi near 1. */
static double reference_sf(double level, double x)
{
    double phi_b = 0.5 * (1 + erf(level * sqrt(0.5))), z = 2 * phi_b - 1;
    double p = (phi_b - 0.5 * (1 + erf(x * sqrt(0.5)))) / z;

    return p < 0 ? 0 : p > 1 ? 1 : p;
}

static void test_truncated(void **state)
{
    (void)state;
    static const double levels[] = {0.5, 1, 2, 3, 6, 99};

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        kr_truncnorm t = kr_truncnorm_make(levels[i]);
        kt_close(t.phi_b + t.tail, 1, 1e-15, 0);
        kt_close(t.z, 2 * t.phi_b - 1, 1e-15, 1e-16);
        double last = 1;
        for (double x = -8; x <= 8; x += 1.0 / 64) {
            double p = kr_truncnorm_sf(&t, x);
            assert_true(p >= 0 && p <= last); /* never rises */
            kt_close(p, reference_sf(levels[i], x), 1e-13, 1e-15);
            last = p;
        }
        kt_close(kr_truncnorm_sf(&t, 0), 0.5, 1e-15, 0);
        kt_same(kr_truncnorm_sf(&t, levels[i] + 1e-9), 0);
        kt_close(kr_truncnorm_sf(&t, -levels[i]), 1, 1e-15, 0);
        kt_same(kr_truncnorm_sf(&t, INFINITY), 0);
        kt_same(kr_truncnorm_sf(&t, -INFINITY), 1);
    }
}

/* Without truncation the far tail keeps its digits, where 1 - Phi would give 0. */
static void test_far_tail(void **state)
{
    (void)state;
    kr_truncnorm t = kr_truncnorm_make(99);

    kt_close(kr_truncnorm_sf(&t, 10), 7.6198530241605260660e-24, 4e-14, 0);
    kt_close(kr_truncnorm_sf(&t, 20), 2.7536241186062336951e-89, 2e-13, 0);
}

/* truncation_level = 0 is taken as 1e-9: a step with one half where it stands. */
static void test_step(void **state)
{
    (void)state;
    kr_truncnorm t = kr_truncnorm_make(1e-9);

    kt_same(kr_truncnorm_sf(&t, 1e-8), 0);
    kt_same(kr_truncnorm_sf(&t, -1e-8), 1);
    kt_close(kr_truncnorm_sf(&t, 0), 0.5, 1e-6, 0);
}

/* The vector form, in a loop, agrees with one value at a time. */
static void test_in_a_loop(void **state)
{
    (void)state;
    enum { N = 4096 };
    static double x[N], p[N];
    kr_truncnorm t = kr_truncnorm_make(3);

    for (int i = 0; i < N; i++)
        x[i] = -4 + 8.0 * i / N;
    for (int i = 0; i < N; i++)
        p[i] = kr_truncnorm_sf(&t, x[i]);
    for (int i = 0; i < N; i++) {
        volatile double one = x[i];
        kt_close(p[i], kr_truncnorm_sf(&t, one), 1e-12, 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values), cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_far_tail),     cmocka_unit_test(test_step),
        cmocka_unit_test(test_in_a_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
