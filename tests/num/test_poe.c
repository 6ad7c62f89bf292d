#include "config.h"
#include "num/isa.h"
#include "num/poe.h"
#include "num/poe_isa.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

typedef struct copy {
    const char *isa;
    void (*poes_of_rates)(const double *rates, size_t n, float *out);
} copy;

#define COPY(isa) {#isa, kr_poes_of_rates_##isa},

static const copy copies[] = {KR_ISA_LIST(COPY)};
enum { NCOPIES = sizeof copies / sizeof copies[0] };

static bool runs_here(const char *isa)
{
    return strcmp(isa, "base") == 0 || isa[1] - '0' <= kr_isa_supported();
}

/* Within 2 units in the last place of a double before it is rounded: between the singles of what is
 * that much smaller and larger. */
static void assert_near(float got, double rate)
{
    long double exact = -expm1l(-(long double)rate);
    long double unit = nextafter((double)exact, 2) - (double)exact;
    float low = (float)(double)(exact - 2 * unit), high = (float)(double)(exact + 2 * unit);
    if (!(got >= low && got <= high))
        fail_msg("1 - exp(-%a) came out as %a, not %a to %a", rate, (double)got, (double)low,
                 (double)high);
}

static void test_values(void **state)
{
    (void)state;
    enum { N = 400000 };
    double *rates = test_malloc(N * sizeof *rates);
    float *out = test_malloc(N * sizeof *out);
    uint64_t random = 7;

    for (size_t i = 0; i < N; i++) {
        double u = kt_random_unit(&random);
        rates[i] = i % 4 == 0 ? u : i % 4 == 1 ? 45 * u : pow(10, -40 * u) * (i % 4 == 2 ? 1 : 45);
    }
    for (size_t c = 0; c < NCOPIES; c++) {
        if (!runs_here(copies[c].isa))
            continue;
        copies[c].poes_of_rates(rates, N, out);
        for (size_t i = 0; i < N; i++)
            assert_near(out[i], rates[i]);
    }
    test_free(rates);
    test_free(out);
}

/* A single holds 24 bits: errors of many units in the last place of a double show only where the
 * double lies near the middle of two singles. Rates are sought whose probability does, within 1.5
 * units: wrongly rounded by 2.5 units or more, they would be seen. */
static void test_near_middles(void **state)
{
    (void)state;
    uint64_t random = 9;
    float out;

    for (int trial = 0; trial < 20000; trial++) {
        double poe = pow(10, -12 * kt_random_unit(&random) * (trial % 2));
        if (trial % 2 == 0)
            poe = kt_random_unit(&random);
        float below = (float)poe;
        double middle = ((double)below + (double)nextafterf(below, 2)) / 2;
        if (!(middle < 1))
            continue;
        double rate = (double)-log1pl(-(long double)middle);
        for (int step = -3; step <= 3; step++) {
            double near = rate + step * (nextafter(rate, INFINITY) - rate);
            for (size_t c = 0; c < NCOPIES; c++) {
                if (!runs_here(copies[c].isa))
                    continue;
                copies[c].poes_of_rates(&near, 1, &out);
                assert_near(out, near);
            }
        }
    }
}

static void test_limits(void **state)
{
    (void)state;
    const double rates[] = {0, 0x1p-1074, 1e-300, 1e-40, 36.8, 40, 41, 745, 1e300, INFINITY, NAN};
    enum { N = sizeof rates / sizeof rates[0] };
    float out[N];

    for (size_t c = 0; c < NCOPIES; c++) {
        if (!runs_here(copies[c].isa))
            continue;
        copies[c].poes_of_rates(rates, N, out);
        for (size_t i = 0; i < N; i++)
            kt_same(out[i], (float)-expm1(-rates[i]) + 0.0F);
    }
}

/* The bits of an element are the same anywhere, and nothing beyond n is written. */
static void test_places(void **state)
{
    (void)state;
    enum { N = 40 };
    double rates[N + 9];
    float whole[N], out[N + 9];
    uint64_t random = 11;

    for (size_t i = 0; i < N; i++)
        rates[i] = 3 * kt_random_unit(&random);
    kr_poes_of_rates(rates, N, whole);
    for (size_t n = 0; n <= N; n++)
        for (size_t first = 0; first + n <= N && first < 9; first++) {
            for (size_t i = 0; i < N + 9; i++)
                out[i] = -1;
            kr_poes_of_rates(rates + first, n, out + first);
            for (size_t i = 0; i < N + 9; i++)
                kt_same(out[i], i >= first && i < first + n ? whole[i] : -1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_near_middles),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
