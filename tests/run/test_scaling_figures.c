/* Medians, ratios of pairs and power laws of scaling studies. */
#include "run/scaling.h"
#include "support/support.h"

#include <math.h>

static void medians(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};
    kt_same(kr_median(odd, 3), 2);
    kt_same(kr_median(even, 4), 2.5);
    kt_same(kr_median(one, 1), 7);
    assert_true(isnan(kr_median(one, 0)));

    kr_run_figures runs[3] = {{.x = {5, NAN}, .cpu = {0.5, 9}, .wall = {1, 4}},
                              {.x = {1, NAN}, .cpu = {0.1, 7}, .wall = {2, 6}},
                              {.x = {3, 8}, .cpu = {0.3, 8}, .wall = {3, 5}}};
    kr_setting setting = {.nruns = 3, .runs = runs};
    kt_same(kr_setting_figure(&setting, KR_F_CPU), 3);
    kt_same(kr_setting_figure(&setting, KR_F_WALL), 8); /* where it is known */
    kt_same(kr_setting_phase(&setting, 0, false), 0.3);
    kt_same(kr_setting_phase(&setting, 1, true), 5);
}

/* Probabilities by counting: of 10 tosses 1 or fewer come out one way in 11 of 1024 cases. */
static void pairs(void **state)
{
    (void)state;
    double ratio[10];
    for (int i = 0; i < 10; i++)
        ratio[(7 * i) % 10] = 0.95 + 0.01 * i; /* 0.95 .. 1.04: five below 1, one equal */
    ratio[0] = 0.95;
    kr_ratios r = kr_ratios_of(ratio, 10);
    kt_close(r.median, 0.995, 1e-14, 0);
    kt_close(r.least, 0.95, 1e-14, 0);
    kt_close(r.most, 1.04, 1e-14, 0);
    kt_close(r.low, 0.96, 1e-14, 0); /* the second from both ends */
    kt_close(r.high, 1.03, 1e-14, 0);
    kt_close(r.level, 1 - 22.0 / 1024, 1e-12, 0);
    kt_same(r.p, 1);

    double slower[6] = {1.2, 1.1, 1.3, 1.25, 1.15, 1.05};
    r = kr_ratios_of(slower, 6);
    kt_close(r.p, 2.0 / 64, 1e-12, 0);
    kt_same(r.low, 1.05);
    kt_same(r.high, 1.3);
    kt_close(r.level, 1 - 2.0 / 64, 1e-12, 0);

    double few[3] = {2, 2, 0.5};
    r = kr_ratios_of(few, 3);
    kt_same(r.median, 2);
    kt_close(r.level, 0.75, 1e-12, 0); /* three do not give more */
    kt_same(r.p, 1);

    double equal[1] = {1};
    r = kr_ratios_of(equal, 1);
    kt_same(r.p, 1);
    kt_close(r.level, 0, 0, 1e-12);
}

static void powers(void **state)
{
    (void)state;
    double x[6] = {1, 10, 100, 1000, 0, 1e4}, y[6];
    for (int i = 0; i < 6; i++)
        y[i] = 3e-4 * pow(x[i], 1.25);
    kr_power p = kr_power_of(x, y, 6); /* the one at 0 is left out */
    assert_int_equal(p.n, 5);
    kt_close(p.exponent, 1.25, 1e-12, 0);
    kt_close(p.last, 1.25, 1e-12, 0);

    /* By hand: logarithms to the base 2 are (0, 0), (1, 0), (2, 3). */
    const double u[3] = {1, 2, 4}, v[3] = {1, 1, 8};
    p = kr_power_of(u, v, 3);
    kt_close(p.exponent, 1.5, 1e-12, 0);
    kt_close(p.last, 3, 1e-12, 0);
    assert_int_equal(kr_power_of(u, v, 2).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians),
        cmocka_unit_test(pairs),
        cmocka_unit_test(powers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
