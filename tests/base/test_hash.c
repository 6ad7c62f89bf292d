#include "base/file.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static kr_hash128 hash_of_bytes(const void *data, size_t n)
{
    kr_hash128 h;

    kr_hash_init(&h);
    kr_hash_bytes(&h, data, n);
    return h;
}

static kr_hash128 hash_of_double(double x)
{
    kr_hash128 h;

    kr_hash_init(&h);
    kr_hash_double(&h, x);
    return h;
}

static void test_canonical_numbers(void **state)
{
    (void)state;
    assert_true(kr_hash_equal(hash_of_double(0.0), hash_of_double(-0.0)));
    assert_true(kr_hash_equal(hash_of_double(NAN), hash_of_double(-NAN)));
    assert_true(kr_hash_equal(hash_of_double(NAN), hash_of_double(nan("77"))));
    assert_false(kr_hash_equal(hash_of_double(1), hash_of_double(-1)));
    assert_false(kr_hash_equal(hash_of_double(1), hash_of_double(nextafter(1, 2))));
    assert_false(kr_hash_equal(hash_of_double(INFINITY), hash_of_double(NAN)));
    assert_false(kr_hash_equal(hash_of_double(0), hash_of_double(5e-324)));
}

static void test_where_calls_end_counts(void **state)
{
    (void)state;
    kr_hash128 x, y, z;

    kr_hash_init(&x);
    kr_hash_init(&y);
    kr_hash_init(&z);
    kr_hash_text(&x, "ab");
    kr_hash_text(&x, "c");
    kr_hash_text(&y, "a");
    kr_hash_text(&y, "bc");
    kr_hash_text(&z, "abc");
    assert_false(kr_hash_equal(x, y));
    assert_false(kr_hash_equal(x, z));
    kr_hash_init(&x);
    kr_hash_init(&y);
    kr_hash_text(&x, "");
    assert_false(kr_hash_equal(x, y)); /* an empty text is something */
    kr_hash_init(&x);
    kr_hash_init(&y);
    kr_hash_double(&x, 1);
    kr_hash_double(&x, 2);
    kr_hash_double(&y, 2);
    kr_hash_double(&y, 1);
    assert_false(kr_hash_equal(x, y));
    kr_hash_init(&y);
    kr_hash_double(&y, 1);
    kr_hash_double(&y, 2);
    assert_true(kr_hash_equal(x, y));
}

static void test_place_of_the_bytes_does_not_matter(void **state)
{
    (void)state;
    char buf[80];
    kr_hash128 want = hash_of_bytes("twenty-three bytes here", 23);

    for (size_t shift = 0; shift < 16; shift++) {
        memcpy(buf + shift, "twenty-three bytes here", 23);
        assert_true(kr_hash_equal(hash_of_bytes(buf + shift, 23), want));
    }
}

static int compare_u64(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

    return a < b ? -1 : a > b;
}

/* Each half of the hash alone tells similar inputs apart: sparse bits, counters, lengths. */
static void test_distinct(void **state)
{
    (void)state;
    enum { COUNTERS = 200000, BITS = 256, LENGTHS = 1000 };
    size_t n = 0, most = COUNTERS + BITS * BITS + LENGTHS;
    uint64_t *a = malloc(most * sizeof *a), *b = malloc(most * sizeof *b);
    unsigned char zeros[LENGTHS] = {0};
    kr_hash128 h;

    for (int i = 0; i < COUNTERS; i++) {
        h = hash_of_double(i);
        a[n] = h.a;
        b[n++] = h.b;
    }
    for (size_t i = 0; i < BITS; i++) {
        for (size_t k = 0; k < i; k++) { /* two bits set in 32 bytes */
            unsigned char bits[BITS / 8] = {0};
            bits[i / 8] = (unsigned char)(1U << i % 8);
            bits[k / 8] = (unsigned char)(bits[k / 8] | 1U << k % 8);
            h = hash_of_bytes(bits, sizeof bits);
            a[n] = h.a;
            b[n++] = h.b;
        }
    }
    for (size_t i = 0; i < LENGTHS; i++) {
        h = hash_of_bytes(zeros, i);
        a[n] = h.a;
        b[n++] = h.b;
    }
    qsort(a, n, sizeof *a, compare_u64);
    qsort(b, n, sizeof *b, compare_u64);
    for (size_t i = 1; i < n; i++) {
        assert_true(a[i - 1] != a[i]);
        assert_true(b[i - 1] != b[i]);
    }
    free(a);
    free(b);
}

/* One bit changed at the input changes about half of the hash. */
static void test_avalanche(void **state)
{
    (void)state;
    uint64_t seed = 9;
    double sum = 0;
    int n = 0;

    for (int i = 0; i < 200; i++) {
        uint64_t data[4];
        for (int k = 0; k < 4; k++)
            data[k] = kt_random(&seed);
        kr_hash128 x = hash_of_bytes(data, sizeof data);
        for (int bit = 0; bit < 256; bit++, n++) {
            data[bit / 64] ^= (uint64_t)1 << bit % 64;
            kr_hash128 y = hash_of_bytes(data, sizeof data);
            data[bit / 64] ^= (uint64_t)1 << bit % 64;
            int changed = __builtin_popcountll(x.a ^ y.a) + __builtin_popcountll(x.b ^ y.b);
            assert_in_range(changed, 24, 104);
            sum += changed;
        }
    }
    kt_close(sum / n, 64, 0.01, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_numbers),
        cmocka_unit_test(test_where_calls_end_counts),
        cmocka_unit_test(test_place_of_the_bytes_does_not_matter),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_avalanche),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
