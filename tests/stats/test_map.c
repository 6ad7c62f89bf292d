#include "stats/stats.h"
#include "support/support.h"

#include <math.h>

static const double levels[] = {0.01, 0.1, 1.0, 10.0};

static float value(const float *curve, double poe)
{
    double scratch[8];
    float out = -1;
    kr_hazard_map(curve, levels, 4, &poe, 1, scratch, &out);
    return out;
}

static void test_levels_themselves(void **state)
{
    (void)state;
    const float curve[] = {0.5F, 0.1F, 0.01F, 0.001F};
    for (size_t i = 0; i < 4; i++) /* a hair below: logarithms are taken in single precision */
        kt_close((double)value(curve, (double)curve[i] * (1 - 1e-7)), levels[i], 1e-5, 0);
}

/* Straight in log-log: halfway in ln(poe) is halfway in ln(level). */
static void test_between(void **state)
{
    (void)state;
    const float curve[] = {0.5F, 0.1F, 0.01F, 0.001F};
    kt_close((double)value(curve, sqrt(0.1 * 0.01)), sqrt(0.1 * 1.0), 1e-6, 0);
}

static void test_ends(void **state)
{
    (void)state;
    const float curve[] = {0.5F, 0.1F, 0.01F, 0.001F};
    kt_same((double)value(curve, 0.6), 0); /* above the curve: below the first level */
    kt_close((double)value(curve, 1e-5), 10.0, 1e-6, 0); /* below the curve: the last level */
}

/* A probability of 0 enters as 1e-30: the last segment is steep but used. */
static void test_zero_tail(void **state)
{
    (void)state;
    const float curve[] = {0.5F, 0.1F, 0.0F, 0.0F};
    double part = (log(0.1) - log(1e-3)) / (log(0.1) - log(1e-30));
    kt_close((double)value(curve, 1e-3), exp(log(0.1) + part * (log(1.0) - log(0.1))), 1e-6, 0);
}

static void test_all_zero(void **state)
{
    (void)state;
    const float curve[] = {0, 0, 0, 0};
    kt_same((double)value(curve, 0.1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_themselves),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_zero_tail),
        cmocka_unit_test(test_all_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
