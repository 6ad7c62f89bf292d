/* Slices of a table's bins: one after another they are all bins in their order, in places that fit.
 */
#include "output/disagg_slice.h"

#include "support/support.h"

enum { MOST_AXES = 4 };

/* The places of a slice, row by row, are the bins that follow. */
static void check_places(const size_t *n, size_t naxes, size_t bin, size_t nbins,
                         const size_t *start, const size_t *count)
{
    size_t at[MOST_AXES], rows = 1;
    for (size_t i = 0; i < naxes; i++) {
        assert_true(start[i] + count[i] <= n[i]);
        rows *= count[i];
    }
    assert_int_equal(rows, nbins);
    for (size_t k = 0; k < nbins; k++) {
        size_t rest = k, number = 0;
        for (size_t i = naxes; i-- > 0; rest /= count[i])
            at[i] = start[i] + rest % count[i];
        for (size_t i = 0; i < naxes; i++)
            number = number * n[i] + at[i];
        assert_int_equal(number, bin + k);
    }
}

static void test_slices(void **state)
{
    uint64_t random = 11;
    (void)state;
    for (int trial = 0; trial < 3000; trial++) {
        size_t n[MOST_AXES], start[MOST_AXES], count[MOST_AXES], all = 1, seen = 0;
        size_t naxes = 1 + kt_random(&random) % MOST_AXES, most = kt_random(&random) % 200;
        for (size_t i = 0; i < naxes; i++)
            all *= n[i] = 1 + kt_random(&random) % 9;
        for (size_t bin = 0, nbins; bin < all; bin += nbins, seen += nbins) {
            nbins = kr_disagg_slice(n, naxes, most, bin, start, count);
            assert_true(nbins >= 1 && (nbins <= most || nbins == 1));
            assert_true(nbins == all || nbins * 2 > most || bin + nbins == all || naxes > 1);
            check_places(n, naxes, bin, nbins, start, count);
        }
        assert_int_equal(seen, all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_slices)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
