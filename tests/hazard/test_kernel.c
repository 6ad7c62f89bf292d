#include "hazard/kernel.h"
#include "num/isa.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { N = 40 };

/* The truncated normal exceedance, written as the definition says (reference-behaviour 5.1). */
static double plain_poe(double x, double level)
{
    double phi_b = 0.5 * (1 + erf(level * sqrt(0.5)));
    double poe = (phi_b - 0.5 * (1 + erf(x * sqrt(0.5)))) / (2 * phi_b - 1);
    return fmin(fmax(poe, 0), 1);
}

static bool runs_here(const char *isa)
{
    return strcmp(isa, "base") == 0 || isa[1] - '0' <= kr_isa_level();
}

static void test_against_definition(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    static const double truncations[] = {1, 2, 3, 5, 6, 99};
    uint64_t random = 3;
    double levels[N], rates[N];
    for (size_t l = 0; l < N; l++)
        levels[l] = l < 37 ? log(0.005) + 0.16 * (double)l : 1e300;
    for (size_t k = 0; k < nkernels; k++) {
        if (!runs_here(kernels[k].isa))
            continue;
        for (int trial = 0; trial < 20000; trial++) {
            kr_truncation t = kr_truncation_of(truncations[trial % 6]);
            double mean = -9 + 10 * kt_random_unit(&random);
            double sigma = 0.2 + kt_random_unit(&random), weight = 1e-4;
            memset(rates, 0, sizeof rates);
            kernels[k].add_poes(&t, levels, N, mean, sigma, weight, rates);
            for (size_t l = 0; l < N; l++)
                kt_close(rates[l] / weight, plain_poe((levels[l] - mean) / sigma, t.level), 1e-9,
                         1e-15);
        }
    }
}

/* The sum over occurrences, as it is written, in long double. */
static double plain_pmf_rate(const double *probs, size_t nprobs, double poe)
{
    long double sum = 0;
    for (size_t k = 0; k < nprobs; k++)
        sum += (long double)probs[k] * powl(1 - (long double)poe, (long double)k);
    return sum >= 1 ? 0 : (double)-logl(sum);
}

static void test_occurrences(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    uint64_t random = 5;
    for (size_t k = 0; k < nkernels; k++) {
        if (!runs_here(kernels[k].isa))
            continue;
        for (int trial = 0; trial < 2000; trial++) {
            double probs[5], poes[N], rates[N] = {0};
            size_t nprobs = 2 + (size_t)(trial % 4);
            double rest = pow(10, -8 * kt_random_unit(&random));
            probs[0] = 1;
            for (size_t i = nprobs - 1; i > 0; i--) {
                probs[i] = rest / pow(8, (double)i);
                probs[0] -= probs[i];
            }
            for (size_t l = 0; l < N; l++)
                poes[l] = l ? pow(kt_random_unit(&random), 6) : 0;
            kernels[k].add_pmf(poes, N, probs, nprobs, rates);
            for (size_t l = 0; l < N; l++) /* the sum of the probabilities is 1 within rounding */
                kt_close(rates[l], plain_pmf_rate(probs, nprobs, poes[l]), 1e-13, 4e-16);
        }
    }
}

/* What the probabilities lack to 1 counts as occurrence, as in the reference; more than 1 does not
 * make rates negative; what is certain has a finite rate. */
static void test_occurrences_limits(void **state)
{
    (void)state;
    const double poes[8] = {0, 1e-12, 0.5, 1};
    double rates[8] = {0};
    kr_kernels_here()->add_pmf(poes, 8, (double[]){0.9, 0.1 - 1e-7}, 2, rates);
    kt_close(rates[0], -log1p(-1e-7), 1e-9, 0);
    kt_close(rates[3], -log(0.9), 1e-12, 0);
    memset(rates, 0, sizeof rates);
    kr_kernels_here()->add_pmf(poes, 8, (double[]){0.9, 0.1 + 1e-7}, 2, rates);
    assert_true(rates[0] == 0 && rates[1] == 0);
    kt_close(rates[2], -log(0.95 + 0.5e-7), 1e-12, 0);
    memset(rates, 0, sizeof rates);
    kr_kernels_here()->add_pmf(poes, 8, (double[]){0, 1}, 2, rates);
    kt_close(rates[2], log(2), 1e-15, 0);
    kt_close(rates[3], 53 * log(2), 1e-12, 0);
}

/* In the tail the complement keeps relative digits that the definition loses. */
static void test_tail_keeps_digits(void **state)
{
    (void)state;
    double levels[8], rates[8] = {0};
    kr_truncation t = kr_truncation_of(99);
    for (size_t l = 0; l < 8; l++)
        levels[l] = (double)l;
    kr_kernels_here()->add_poes(&t, levels, 8, 0, 1, 1, rates);
    kt_close(rates[7], 1.279812543885835e-12, 1e-12, 0); /* 1 - Phi(7) */
}

/* truncation_level = 0 is a step at the median, one half at it. */
static void test_step(void **state)
{
    (void)state;
    const double levels[8] = {-3, -2, -1, 0, 1, 2, 3, 4};
    const double wanted[8] = {1, 1, 1, 0.5, 0, 0, 0, 0};
    double rates[8] = {0};
    kr_truncation t = kr_truncation_of(1e-9);
    kr_kernels_here()->add_poes(&t, levels, 8, 0, 0.7, 1, rates);
    for (size_t l = 0; l < 8; l++)
        kt_close(rates[l], wanted[l], 0, 1e-6);
}

static void test_adds(void **state)
{
    (void)state;
    const double levels[8] = {-3, -2, -1, 0, 1, 2, 3, 4};
    double rates[8];
    kr_truncation t = kr_truncation_of(3);
    for (size_t l = 0; l < 8; l++)
        rates[l] = 5;
    kr_kernels_here()->add_poes(&t, levels, 8, 100, 1, 0.25, rates);
    for (size_t l = 0; l < 8; l++)
        kt_same(rates[l], 5.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_definition),
        cmocka_unit_test(test_occurrences),
        cmocka_unit_test(test_occurrences_limits),
        cmocka_unit_test(test_tail_keeps_digits),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_adds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
