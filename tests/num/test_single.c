/* Figures of numpy.exp, sin and cos on float32 (numpy 1.24, AVX-512), where they differ from the
 * rounded function. */
#include "num/single.h"
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

static void test_figures_of_sines(void **state)
{
    (void)state;
    static const float figures[][3] = {
        {0x1.094f800000000p+1F, 0x1.c0d83a0000000p-1F, -0x1.ecad220000000p-2F},
        {0x1.fb2a500000000p-1F, 0x1.ac33a80000000p-1F, 0x1.18b0ce0000000p-1F},
        {-0x1.0a374a0000000p+1F, -0x1.bf17460000000p-1F, -0x1.f3038c0000000p-2F},
        {-0x1.4dd8de0000000p+1F, -0x1.0456bc0000000p-1F, -0x1.b8df1c0000000p-1F},
        {0x1.09f58c0000000p+0F, 0x1.b944320000000p-1F, 0x1.03ab420000000p-1F},
        {0x1.0b9dc60000000p+0F, 0x1.baf0220000000p-1F, 0x1.00cea20000000p-1F},
        {0x1.3ce4120000000p+1F, 0x1.3c4a2c0000000p-1F, -0x1.929f560000000p-1F},
        {0x1.3705140000000p+1F, 0x1.4e6b000000000p-1F, -0x1.83b2520000000p-1F},
        {0x1.433b740000000p+1F, 0x1.27f6960000000p-1F, -0x1.a1caa20000000p-1F},
        {-0x1.d880920000000p-1F, -0x1.983b740000000p-1F, 0x1.3503ea0000000p-1F},
        {-0x1.1182aa0000000p+0F, -0x1.c0bb980000000p-1F, 0x1.ed15700000000p-2F},
        {0x1.637f300000000p+1F, 0x1.6cd23c0000000p-2F, -0x1.de676a0000000p-1F},
        {-0x1.327d0a0000000p+1F, -0x1.5bee3e0000000p-1F, -0x1.779e000000000p-1F},
        {-0x1.4c51640000000p+1F, -0x1.0996500000000p-1F, -0x1.b5bada0000000p-1F},
        {-0x1.72b52e0000000p+1F, -0x1.f1a0620000000p-3F, -0x1.f0a7e40000000p-1F},
        {-0x1.9050480000000p-1F, -0x1.68c1a00000000p-1F, 0x1.6b51020000000p-1F},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        kt_same((double)kr_sin_single(figures[i][0]), (double)figures[i][1]);
        kt_same((double)kr_cos_single(figures[i][0]), (double)figures[i][2]);
    }
}

static void test_near_sines(void **state)
{
    (void)state;
    for (float x = -10; x < 10; x += 0.00390625F) {
        kt_close((double)kr_sin_single(x), sin((double)x), 1e-7, 1e-7);
        kt_close((double)kr_cos_single(x), cos((double)x), 1e-7, 1e-7);
    }
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
        cmocka_unit_test(test_figures_of_sines),
        cmocka_unit_test(test_near_sines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
