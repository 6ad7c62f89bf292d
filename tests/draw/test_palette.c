/* Lines that are drawn together look different. */
#include "draw/palette.h"
#include "support/support.h"

static bool look_alike(kr_pen a, kr_pen b)
{
    bool alike = a.colour.r == b.colour.r && a.colour.g == b.colour.g && a.colour.b == b.colour.b;
    for (size_t i = 0; i < 4; i++)
        alike = alike && a.dash[i] == b.dash[i];
    return alike;
}

/* n colours, with m ways to dash each. */
static void check(size_t n, size_t m)
{
    for (size_t i = 0; i < n * m; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(
                look_alike(kr_palette_pen(i / m, i % m, 1), kr_palette_pen(k / m, k % m, 1)));
}

static void test_pens(void **state)
{
    (void)state;
    check(8, 1);
    check(4, 2);
    check(2, 4);
    check(KR_PALETTE_COLOURS, KR_PALETTE_DASHES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pens)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
