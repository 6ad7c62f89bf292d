#include "num/interp.h"
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

/* As defined: all logarithms are taken, and interpolated in. */
static float plain_value(const float *curve, const double *at, size_t n, double poe)
{
    double x[40], y[40], ln_p = log(poe);
    bool single = true;
    for (size_t i = 0; i < n; i++)
        single = single && (double)curve[i] >= 1e-30;
    for (size_t i = 0; i < n; i++) {
        float p = curve[n - 1 - i];
        x[i] = single ? (double)logf(p) : log(fmax((double)p, 1e-30));
        y[i] = log(at[n - 1 - i]);
    }
    return ln_p > x[n - 1] ? 0.0F : (float)exp(kr_interp(ln_p, x, y, n));
}

/* Curves that fall, with steps, ends of zeros, and neighbours whose logarithms are equal, and some
 * that rise in places; at probabilities between and next to theirs. */
static void test_any_curve(void **state)
{
    (void)state;
    uint64_t random = 7;
    double at[40], scratch[40];
    float curve[40], out;
    for (size_t trial = 0; trial < 20000; trial++) {
        size_t n = 1 + trial % 40;
        float p = trial % 3 ? 0.9F : 0.99999F;
        for (size_t l = 0; l < n; l++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            unsigned kind = (unsigned)(random >> 40) % 8;
            at[l] = 0.01 * (double)(l + 1);
            curve[l] = p;
            if (kind == 0)
                p = nextafterf(p, 0);
            else if (kind > 1)
                p *= (float)(random >> 48) / 65536;
            if (trial % 5 == 0 && l > n / 2)
                p = 0;
            if (trial % 7 == 0 && kind == 3)
                p = 0.05F;
        }
        for (size_t l = 0; l < n; l++) {
            const double poes[] = {(double)curve[l], (double)nextafterf(curve[l], 1),
                                   (double)nextafterf(curve[l], 0), (double)curve[l] * 0.7, 0.002};
            for (size_t k = 0; k < 5; k++) {
                if (poes[k] <= 0)
                    continue;
                kr_hazard_map(curve, at, n, &poes[k], 1, scratch, &out);
                kt_same((double)out, (double)plain_value(curve, at, n, poes[k]));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_themselves),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_zero_tail),
        cmocka_unit_test(test_all_zero),
        cmocka_unit_test(test_any_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
