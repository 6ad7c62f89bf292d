/* Figures of numpy.exp on float32 (numpy 1.24, AVX-512), where they differ from the rounded
 * exponential. */
#include "stats/single.h"
#include "support/support.h"

#include <math.h>

static void test_figures(void **state)
{
    (void)state;
    static const float figures[][2] = {
        {-0x1.9d6c0c0000000p-2F, 0x1.55ecdc0000000p-1F},
        {-0x1.edf2220000000p-15F, 0x1.fff84a0000000p-1F},
        {-0x1.ab53660000000p-16F, 0x1.fffca80000000p-1F},
        {-0x1.e18b780000000p-3F, 0x1.94b8500000000p-1F},
        {-0x1.2c43120000000p-13F, 0x1.ffed3e0000000p-1F},
        {-0x1.3a54e40000000p-17F, 0x1.fffec40000000p-1F},
        {-0x1.7faf0a0000000p-3F, 0x1.a887480000000p-1F},
        {-0x1.f1b3040000000p-9F, 0x1.fe0f3c0000000p-1F},
        {-0x1.1049440000000p-13F, 0x1.ffeefa0000000p-1F},
        {-0x1.649c420000000p+0F, 0x1.fc92d00000000p-3F},
        {-0x1.7debb80000000p-16F, 0x1.fffd060000000p-1F},
        {-0x1.78336a0000000p-17F, 0x1.fffe860000000p-1F},
        {-0x1.259e100000000p+2F, 0x1.4d6e4a0000000p-7F},
        {-0x1.d4c07a0000000p-16F, 0x1.fffc580000000p-1F},
        {-0x1.07dbbc0000000p-8F, 0x1.fdf1560000000p-1F},
        {-0x1.eb245a0000000p-3F, 0x1.92d3ea0000000p-1F},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        kt_same((double)kr_exp_single(figures[i][0]), (double)figures[i][1]);
}

static void test_near_exp(void **state)
{
    (void)state;
    for (float x = -80; x < 80; x += 0.00390625F)
        kt_close((double)kr_exp_single(x), exp((double)x), 3e-7, 0);
    kt_same((double)kr_exp_single(0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_near_exp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
