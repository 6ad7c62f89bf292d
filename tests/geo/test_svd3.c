#include "geo/svd3.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double number(char **at)
{
    char *end = *at;
    double x = strtod(*at, &end);

    assert_ptr_not_equal(end, *at);
    *at = end;
    return x;
}

/* Scatter matrices of inclined, steep and vertical planes, of bent ones and of clouds: the vectors,
 * signs included, that LAPACK 3.11 gave. */
static void test_lapack(void **state)
{
    (void)state;
    static char path[4096];
    const char *root = getenv("KAURI_SOURCE_DIR");
    size_t n = 0;
    char *text, *at;
    int rows;

    snprintf(path, sizeof path, "%s/tests/geo/figures/svd3.txt", root ? root : ".");
    text = at = (char *)kt_read_file(path, &n);
    rows = (int)number(&at);
    assert_true(rows >= 200);
    for (int i = 0; i < rows; i++) {
        double m[3][3];
        kr_vec3 v;

        for (int k = 0; k < 9; k++)
            m[k / 3][k % 3] = number(&at);
        v = kr_svd3_last(m);
        kt_close(v.x, number(&at), 0, 1e-11);
        kt_close(v.y, number(&at), 0, 1e-11);
        kt_close(v.z, number(&at), 0, 1e-11);
    }
    free(text);
}

/* M' v = s v' with the least s, whatever the matrix: |M' v| is no greater than |M' w|. */
static void test_least(void **state)
{
    (void)state;
    uint64_t seed = 3;

    for (int i = 0; i < 2000; i++) {
        double m[3][3], best = 0, least = INFINITY;
        kr_vec3 v;

        for (int k = 0; k < 9; k++)
            m[k / 3][k % 3] = i % 5 == 4 && k % 2 ? 0 : 2 * kt_random_unit(&seed) - 1;
        v = kr_svd3_last(m);
        kt_close(v.x * v.x + v.y * v.y + v.z * v.z, 1, 1e-14, 0);
        for (int j = 0; j < 3; j++)
            best += pow(m[0][j] * v.x + m[1][j] * v.y + m[2][j] * v.z, 2);
        for (int t = 0; t < 200; t++) {
            double w[3], norm = 0, d2 = 0;

            for (int k = 0; k < 3; k++) {
                w[k] = 2 * kt_random_unit(&seed) - 1;
                norm += w[k] * w[k];
            }
            for (int j = 0; j < 3; j++)
                d2 += pow(m[0][j] * w[0] + m[1][j] * w[1] + m[2][j] * w[2], 2) / norm;
            least = fmin(least, d2);
        }
        assert_true(best <= least * (1 + 1e-12) + 1e-28);
    }
}

static void test_odd(void **state)
{
    (void)state;
    double zero[3][3] = {{0}}, one[3][3] = {{0}};
    kr_vec3 v = kr_svd3_last(zero);

    kt_close(v.x * v.x + v.y * v.y + v.z * v.z, 1, 1e-15, 0);
    one[0][0] = 4;
    one[1][1] = 1e-3;
    one[2][2] = 9;
    v = kr_svd3_last(one);
    assert_true(v.x == 0 && fabs(v.y) == 1 && v.z == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lapack),
        cmocka_unit_test(test_least),
        cmocka_unit_test(test_odd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
