/* Rounding of contexts, against a table of all half-precision numbers and the words of the
 * reference's Collapser: level 0 rounds everything to half precision; levels 1 and 2 go by
 * distance.
 */
#include "hazard/collapse.h"
#include "support/support.h"

#include <math.h>
#include <stdbool.h>

/* ---- half precision ---- */

/* The number with these 16 bits, from the definition of the format. */
static double half(unsigned bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023) / 1024, sign = bits >> 15 ? -1 : 1;
    if (exponent == 31)
        return fraction != 0 ? NAN : sign * INFINITY;
    return exponent ? sign * ldexp(1 + fraction, exponent - 15) : sign * ldexp(fraction, -14);
}

static void test_half_numbers_stay(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++)
        kt_same(kr_round_half_precision(half(bits)), half(bits));
}

/* Between neighbours: below the middle down, above it up, at the middle to the even one. */
static void test_between_half_numbers(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits + 1 < 0x7c00; bits++) {
        double low = half(bits), high = half(bits + 1), middle = (low + high) / 2;
        double even = bits % 2 ? high : low;
        kt_same(kr_round_half_precision(middle), even);
        kt_same(kr_round_half_precision(-middle), -even);
        kt_same(kr_round_half_precision(nextafter(middle, 0)), low);
        kt_same(kr_round_half_precision(nextafter(middle, INFINITY)), high);
        kt_same(kr_round_half_precision(low + (high - low) * 0.25), low);
        kt_same(kr_round_half_precision(low + (high - low) * 0.75), high);
    }
}

/* From the middle between the greatest number and what would follow it: infinity. */
static void test_half_overflow(void **state)
{
    (void)state;
    kt_same(kr_round_half_precision(65519.99), 65504);
    kt_same(kr_round_half_precision(65520), INFINITY);
    kt_same(kr_round_half_precision(-65520), -INFINITY);
    kt_same(kr_round_half_precision(1e300), INFINITY);
    kt_same(kr_round_half_precision(5e-324), 0);
    kt_same(kr_round_half_precision(-5e-324), -0.0);
}

/* ---- columns ---- */

enum { N = 600 };

static const kr_columns COLUMNS = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(RJB) | KR_BIT(RX) |
                                  KR_BIT(ZTOR) | KR_BIT(VS30) | KR_BIT(Z1PT0) |
                                  KR_BIT(VS30MEASURED) | KR_BIT(SITECLASS);

typedef struct contexts {
    double value[KR_COL_COUNT][N];
    double *col[KR_COL_COUNT];
} contexts;

static void fill(contexts *c, double km)
{
    uint64_t random = 9;
    *c = (contexts){0};
    for (int k = 0; k < KR_COL_COUNT; k++)
        c->col[k] = (COLUMNS >> k & 1) ? c->value[k] : NULL;
    for (size_t i = 0; i < N; i++) {
        c->value[KR_COL_MAG][i] = 4.5 + 0.001 * (double)(i % 40) * 100;
        c->value[KR_COL_RRUP][i] = km * kt_random_unit(&random);
        c->value[KR_COL_RJB][i] = km * kt_random_unit(&random);
        c->value[KR_COL_RX][i] = km * (2 * kt_random_unit(&random) - 1);
        c->value[KR_COL_ZTOR][i] = 30 * kt_random_unit(&random);
        c->value[KR_COL_VS30][i] = 200 + 800 * kt_random_unit(&random);
        c->value[KR_COL_Z1PT0][i] = 300 * kt_random_unit(&random);
        c->value[KR_COL_VS30MEASURED][i] = (double)(i % 2);
        c->value[KR_COL_SITECLASS][i] = kr_column_code("rock");
    }
}

/* The nearest half-precision number, found among all of them. */
static double plain_half(double x)
{
    unsigned low = 0, high = 0x7c00; /* bits of positive numbers are in their order */
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (half(middle) <= fabs(x))
            low = middle;
        else
            high = middle;
    }
    double down = fabs(x) - half(low), up = half(high) - fabs(x);
    unsigned nearest = down < up || (down == up && low % 2 == 0) ? low : high;
    return copysign(half(nearest), x);
}

static double one_decimal(double x)
{
    return rint(x * 10) / 10;
}

/* The first of 256 edges from 80 to 1000 km that is not below. */
static double plain_edge(double km)
{
    double step = sqrt(920.0) / 255;
    for (int k = 0; k < 255; k++)
        if (80 + step * k * step * k >= km)
            return 80 + step * k * step * k;
    return 1000;
}

static bool stays(int k, int level)
{
    return k == KR_COL_VS30MEASURED || k == KR_COL_SITECLASS || (k == KR_COL_MAG && level > 0);
}

static double plain_rounded(int level, int k, double x, double mag, double rrup)
{
    bool distance = k == KR_COL_RRUP || k == KR_COL_RJB;
    bool near = rrup < (level == 1 ? 2 : 5) * mag * mag;
    if (stays(k, level))
        return x;
    if (level == 0)
        return plain_half(x);
    if (level == 2 && k == KR_COL_RX)
        return rint(x);
    if (level == 2 && distance)
        return near ? ceil(x) : plain_edge(x);
    if (k == KR_COL_VS30)
        return near ? rint(x) : one_decimal(x);
    return near ? plain_half(x) : rint(x);
}

static void test_levels(void **state)
{
    (void)state;
    static contexts before, after;
    static const double reach[] = {30, 150, 400, 1100};
    for (size_t r = 0; r < sizeof reach / sizeof reach[0]; r++)
        for (int level = 0; level <= 2; level++) {
            fill(&before, reach[r]);
            fill(&after, reach[r]);
            kr_collapse(level, COLUMNS, after.col, N);
            for (int k = 0; k < KR_COL_COUNT; k++)
                for (size_t i = 0; i < N && after.col[k]; i++)
                    kt_close(after.value[k][i],
                             plain_rounded(level, k, before.value[k][i],
                                           before.value[KR_COL_MAG][i],
                                           before.value[KR_COL_RRUP][i]),
                             1e-13, 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_numbers_stay),
        cmocka_unit_test(test_between_half_numbers),
        cmocka_unit_test(test_half_overflow),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
