#include "num/chi_square.h"
#include "support/support.h"

#include <math.h>

/* Probability, degrees of freedom, quantile (scipy 1.11). */
static const double table[][3] = {
    {0.01, 1, 0.00015708785790970184}, {0.1, 1, 0.015790774093431222},
    {0.5, 1, 0.454936423119572},       {0.9, 1, 2.705543454095404},
    {0.999, 1, 10.827566170662733},    {0.01, 2, 0.020100671707002873},
    {0.1, 2, 0.21072103131565273},     {0.5, 2, 1.386294361119891},
    {0.9, 2, 4.6051701859880918},      {0.999, 2, 13.815510557964274},
    {0.01, 3.5, 0.19565079254104076},  {0.1, 3.5, 0.81377843781344739},
    {0.5, 3.5, 2.86058940306655},      {0.9, 3.5, 7.0263628903231634},
    {0.999, 3.5, 17.389858670332334},  {0.01, 10, 2.5582121601872063},
    {0.1, 10, 4.8651820519253279},     {0.5, 10, 9.3418177655919692},
    {0.9, 10, 15.987179172105265},     {0.999, 10, 29.588298445074422},
    {0.01, 44.6, 25.599639427969617},  {0.1, 44.6, 33.004892277119495},
    {0.5, 44.6, 43.935134021096061},   {0.9, 44.6, 57.05078581671895},
    {0.999, 44.6, 79.546289385520879}, {0.01, 149.25, 112.0184823470711},
    {0.1, 149.25, 127.58072277113449}, {0.5, 149.25, 148.58386532224822},
    {0.9, 149.25, 171.77553666340003}, {0.999, 149.25, 208.38070416093566},
    {0.01, 220, 174.16035102343241},   {0.1, 220, 193.58248501799218},
    {0.5, 220, 219.33369367329709},    {0.9, 220, 247.27385203454349},
    {0.999, 220, 290.55577596588955},  {0.01, 827.9, 736.18804182776182},
    {0.1, 827.9, 776.19869206426563},  {0.5, 827.9, 827.2334288545859},
    {0.9, 827.9, 880.45776426879706},  {0.999, 827.9, 959.36557821158499},
};

static void test_quantiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const double *row = table[i];
        kt_close(kr_chi_square_quantile(row[0], row[1]), row[2], 2e-13, 0);
        kt_close(kr_chi_square_cdf(row[2], row[1]), row[0], 2e-12, 0);
    }
}

/* With two degrees of freedom it is the exponential distribution, with one the square of a normal
 * variable. */
static void test_closed_forms(void **state)
{
    (void)state;
    for (double x = 0.125; x < 40.0; x *= 2.0) {
        kt_close(kr_chi_square_cdf(x, 2.0), -expm1(-0.5 * x), 1e-14, 0);
        kt_close(kr_chi_square_cdf(x, 1.0), erf(sqrt(0.5 * x)), 1e-14, 0);
        kt_close(kr_chi_square_quantile(-expm1(-0.5 * x), 2.0), x, 1e-8, 0);
    }
    kt_same(kr_chi_square_cdf(0.0, 5.0), 0.0);
    kt_same(kr_chi_square_cdf(-1.0, 5.0), 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_closed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
