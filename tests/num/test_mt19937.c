#include "num/mt19937.h"
#include "support/support.h"

/* The default seed of the authors' code; the 10000th output is fixed by the C++ standard. */
static void test_published_outputs(void **state)
{
    (void)state;
    static const uint32_t first[] = {3499211612U, 581869302U, 3890346734U, 3586334585U, 545404204U};
    kr_mt19937 mt;
    uint32_t x = 0;

    kr_mt19937_init(&mt, 5489);
    for (int i = 0; i < 10000; i++) {
        x = kr_mt19937_u32(&mt);
        if (i < 5)
            assert_int_equal(x, first[i]);
    }
    assert_int_equal(x, 4123659995U);
}

/* numpy.random.RandomState(seed).random_sample(3) */
static void test_numpy_doubles(void **state)
{
    (void)state;
    static const struct {
        uint32_t seed;
        double x[3];
    } cases[] = {
        {0, {0.5488135039273248, 0.7151893663724195, 0.6027633760716439}},
        {1, {0.417022004702574, 0.7203244934421581, 0.00011437481734488664}},
        {42, {0.3745401188473625, 0.9507143064099162, 0.7319939418114051}},
        {1234, {0.1915194503788923, 0.6221087710398319, 0.4377277390071145}},
    };
    kr_mt19937 mt;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kr_mt19937_init(&mt, cases[i].seed);
        for (int k = 0; k < 3; k++)
            kt_same(kr_mt19937_double(&mt), cases[i].x[k]);
    }
}

static void test_seeds_and_copies(void **state)
{
    (void)state;
    kr_mt19937 a, b;
    double sum = 0;

    kr_mt19937_init(&a, UINT32_MAX);
    kr_mt19937_init(&b, UINT32_MAX - 1);
    assert_int_not_equal(kr_mt19937_u32(&a), kr_mt19937_u32(&b));
    b = a; /* a copy goes on alone with the same numbers */
    for (int i = 0; i < 100000; i++) {
        double x = kr_mt19937_double(&a);
        assert_true(x >= 0 && x < 1);
        sum += x;
    }
    for (int i = 0; i < 100000; i++)
        sum -= kr_mt19937_double(&b);
    kt_close(sum, 0, 0, 1e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_outputs),
        cmocka_unit_test(test_numpy_doubles),
        cmocka_unit_test(test_seeds_and_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
