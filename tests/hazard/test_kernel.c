#include "hazard/kernel.h"
#include "num/isa.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { N = 40 };

static bool runs_here(const char *isa)
{
    return strcmp(isa, "base") == 0 || isa[1] - '0' <= kr_isa_supported();
}

static const double truncations[] = {1e-9, 0.5, 1, 2, 3, 4, 5, 6, 8, 99};
enum { NTRUNCATIONS = sizeof truncations / sizeof truncations[0] };

/* The truncated normal exceedance, as it is defined (docs/theory.md, 9), of level, mean and
 * sigma as they are, in long double. */
static long double exact_poe(double level, double mean, double sigma, double truncation)
{
    long double root = sqrtl(0.5L);
    long double x = ((long double)level - (long double)mean) / (long double)sigma;
    long double tail = erfcl(truncation * root) / 2, poe = (erfcl(fabsl(x) * root) / 2 - tail);
    poe /= erfl(truncation * root);
    if (truncation < 0.1) /* erfc would lose all digits */
        poe = 0.5L * (1 - erfl(fabsl(x) * root) / erfl(truncation * root));
    poe = poe > 0 ? poe : 0;
    return x < 0 ? 1 - poe : poe;
}

/* Every level of a batch within 5e-16, above 1e-6 within 1e-9 of itself; exactly 0 or 1 where the
 * distribution ends. */
static void assert_exact(const double *levels, size_t n, const double *mean, const double *sigma,
                         double truncation, const double *poes)
{
    for (size_t j = 0; j < n; j++)
        for (size_t l = 0; l < N; l++) {
            double poe = poes[j * N + l], end = truncation * sigma[j];
            long double exact = exact_poe(levels[l], mean[j], sigma[j], truncation);
            long double error = fabsl((long double)poe - exact);
            if (!(error <= 5e-16L) || (exact > 1e-6L && !(error <= 1e-9L * exact)))
                fail_msg("level %g of mean %g and sigma %g, truncated at %g: %.17g, not %.17g; "
                         "wrong by %.3g",
                         levels[l], mean[j], sigma[j], truncation, poe, (double)exact,
                         (double)error);
            if (levels[l] - mean[j] >= end * (1 + 1e-15))
                kt_same(poe, 0);
            if (levels[l] - mean[j] <= -end * (1 + 1e-15))
                kt_same(poe, 1);
        }
}

enum { BATCH = 75 };

/* Arguments at random: the levels of hazard curves. */
static void test_random(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    uint64_t random = 3;
    double levels[N], mean[BATCH], sigma[BATCH], poes[BATCH * N];
    for (size_t l = 0; l < N; l++)
        levels[l] = l < 37 ? log(0.005) + 0.16 * (double)l : 1e300;
    for (size_t i = 0; i < NTRUNCATIONS; i++) {
        kr_truncation t = kr_truncation_of(truncations[i]);
        for (int trial = 0; trial < 8; trial++) {
            for (size_t j = 0; j < BATCH; j++) {
                mean[j] = -9 + 10 * kt_random_unit(&random);
                sigma[j] = 0.2 + kt_random_unit(&random);
            }
            for (size_t k = 0; k < nkernels; k++) {
                if (!runs_here(kernels[k].isa))
                    continue;
                kernels[k].poes(&t, levels, N, BATCH, mean, sigma, 1, false, N, poes);
                assert_exact(levels, BATCH, mean, sigma, truncations[i], poes);
            }
        }
    }
}

/* Arguments that lie dense from one end of the distribution to the other and a little beyond, with
 * numbers that make them exact and numbers that do not. */
static void test_dense(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    double levels[N], poes[N];
    for (size_t i = 0; i < NTRUNCATIONS; i++) {
        kr_truncation t = kr_truncation_of(truncations[i]);
        double reach = 1.02 * fmin(truncations[i], 9);
        for (size_t at = 0; at < 300; at++)
            for (int odd = 0; odd < 2; odd++) {
                double mean = odd ? 0.1 : 0, sigma = odd ? 0.7 : 1;
                for (size_t l = 0; l < N; l++)
                    levels[l] =
                        mean + sigma * (-reach + 2 * reach * (double)(at * N + l) / (300 * N - 1));
                for (size_t k = 0; k < nkernels; k++) {
                    if (!runs_here(kernels[k].isa))
                        continue;
                    kernels[k].poes(&t, levels, N, 1, &mean, &sigma, 1, false, N, poes);
                    assert_exact(levels, 1, &mean, &sigma, truncations[i], poes);
                }
            }
    }
}

/* The most that rounding z does. */
static double half_unit(double z)
{
    return z != 0 ? ldexp(1, ilogb(z) - 53) : 0;
}

/* The bound of kernel_poe.c at one y, from the terms themselves. */
static double bound_at(const kr_truncation *t, double y, bool fused)
{
    double s = y * y - 1, x = y * t->level * M_SQRT1_2;
    double power = 1, q = 0, slope = 0, terms = 0, steps = 0;
    for (int k = t->nterms - 1; k >= 0; k--) {
        double product = s * q;
        slope = slope * s + q;
        q = product + t->terms[k];
        if (k < t->nterms - 1)
            steps = steps * fabs(s) + half_unit(q) + (fused ? 0 : half_unit(product));
    }
    for (int k = 0; k < t->nterms; k++, power *= fabs(s))
        terms += half_unit(t->terms[k]) * power;
    double of_y = 0x1p-51 * x * exp(-x * x / 2) / sqrt(2 * M_PI) * t->scale;
    double of_t = y * fabs(slope) * (half_unit(s) + (fused ? 0 : half_unit(y * y)));
    double of_q = y * (terms + steps + 1.5e-17);
    return of_y + of_t + of_q + 0x1p-54 + (fused ? 0 : half_unit(y * q));
}

/* The proof of the error of the polynomials, for truncations from nothing to the last one. */
static void test_bound(void **state)
{
    (void)state;
    for (int i = 0; i <= 50; i++) {
        kr_truncation t = kr_truncation_of(i ? 0.1 * i : 1e-9);
        double fused = 0, plain = 0;
        assert_true(t.nterms > 0 && t.nterms <= KR_TRUNCATION_TERMS);
        for (int j = 1; j <= 2000; j++) {
            double y = M_SQRT2 * j / 2000;
            fused = fmax(fused, bound_at(&t, y, true));
            plain = fmax(plain, bound_at(&t, y, false));
        }
        assert_true(fused < 3.8e-16 && plain < 4.7e-16);
    }
    assert_int_equal(kr_truncation_of(5.01).nterms, 0);
}

/* All copies within 1e-13 of each other; bits do not depend on the place in a batch, on alignment,
 * on what stands beside, or on how the rows are spaced. */
static void test_places(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    uint64_t random = 21;
    enum { STRIDE = N + 8 };
    double levels[N], mean[BATCH], sigma[BATCH], first[BATCH * N];
    double room[BATCH * STRIDE + 1], *poes = room + 1;
    for (size_t l = 0; l < N; l++)
        levels[l] = l < 37 ? log(0.005) + 0.16 * (double)l : 1e300;
    for (size_t i = 0; i < NTRUNCATIONS; i++) {
        kr_truncation t = kr_truncation_of(truncations[i]);
        for (size_t j = 0; j < BATCH; j++) {
            mean[j] = -7 + 9 * kt_random_unit(&random);
            sigma[j] = 0.2 + kt_random_unit(&random);
        }
        kernels[0].poes(&t, levels, N, BATCH, mean, sigma, 1, false, N, first);
        for (size_t k = 0; k < nkernels; k++) {
            if (!runs_here(kernels[k].isa))
                continue;
            for (size_t l = 0; l < BATCH * STRIDE; l++)
                poes[l] = -7;
            kernels[k].poes(&t, levels, N, BATCH, mean, sigma, 1, false, STRIDE, poes);
            for (size_t j = 0; j < BATCH; j++) {
                double alone[N];
                kernels[k].poes(&t, levels, N, 1, mean + j, sigma + j, 1, false, N, alone);
                for (size_t l = 0; l < STRIDE; l++)
                    kt_same(poes[j * STRIDE + l], l < N ? alone[l] : -7);
                for (size_t l = 0; l < N; l++)
                    kt_close(alone[l], first[j * N + l], 0, 1e-13);
            }
        }
    }
}

/* Many levels and contexts; weights; sums of two. */
static void test_weights(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    enum { MANY = 424, ROWS = 130 };
    double *levels = test_malloc(MANY * sizeof *levels);
    double *one = test_malloc((size_t)ROWS * MANY * sizeof *one);
    double *sum = test_malloc((size_t)ROWS * MANY * sizeof *sum);
    double mean[ROWS], sigma[ROWS];
    uint64_t random = 23;
    for (size_t l = 0; l < MANY; l++)
        levels[l] = l < 421 ? -5 + 0.016 * (double)l : 1e300;
    for (size_t j = 0; j < ROWS; j++) {
        mean[j] = -7 + 9 * kt_random_unit(&random);
        sigma[j] = 0.2 + kt_random_unit(&random);
    }
    for (size_t i = 0; i < NTRUNCATIONS; i++) {
        kr_truncation t = kr_truncation_of(truncations[i]);
        for (size_t k = 0; k < nkernels; k++) {
            if (!runs_here(kernels[k].isa))
                continue;
            kernels[k].poes(&t, levels, MANY, ROWS, mean, sigma, 1, false, MANY, one);
            kernels[k].poes(&t, levels, MANY, ROWS, mean, sigma, 0.3, false, MANY, sum);
            kernels[k].poes(&t, levels, MANY, ROWS, mean, sigma, 0.5, true, MANY, sum);
            for (size_t l = 0; l < (size_t)ROWS * MANY; l++)
                kt_close(sum[l], 0.8 * one[l], 4e-16, 0);
            for (size_t j = 0; j < ROWS; j += 9)
                for (size_t l = 0; l < MANY; l += 5)
                    kt_close(one[j * MANY + l],
                             (double)exact_poe(levels[l], mean[j], sigma[j], truncations[i]), 0,
                             5e-16);
        }
    }
    test_free(levels);
    test_free(one);
    test_free(sum);
}

/* Without a deviation everything is a step, at which nothing is exceeded; nothing is NaN. */
static void test_no_sigma(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    const double levels[8] = {-3, -2, -1, 0, 1, 2, 1e300, 1e300};
    const double wanted[8] = {1, 1, 1, 0, 0, 0, 0, 0};
    const double mean[3] = {0, 0, -INFINITY}, sigma[3] = {0, 0, 0.5};
    for (size_t i = 0; i < NTRUNCATIONS; i++) {
        kr_truncation t = kr_truncation_of(truncations[i]);
        for (size_t k = 0; k < nkernels; k++) {
            double poes[24];
            if (!runs_here(kernels[k].isa))
                continue;
            kernels[k].poes(&t, levels, 8, 3, mean, sigma, 1, false, 8, poes);
            for (size_t l = 0; l < 24; l++)
                kt_same(poes[l], l < 16 ? wanted[l % 8] : 0);
        }
    }
}

/* Rows of contexts, some of them twice, and numbers to sum them with. */
typedef struct sums_case {
    size_t n, nlevels, stride;
    double *poes, *weights;
    uint32_t *rows;
} sums_case;

enum { SUMMED = 400, ROOM = 100, FEW = 7 };

static sums_case make_sums(uint64_t *random, size_t nlevels, bool probs)
{
    sums_case c = {.n = SUMMED, .nlevels = nlevels, .stride = ROOM + 8};
    c.poes = test_malloc(SUMMED * c.stride * sizeof *c.poes);
    c.weights = test_malloc((size_t)FEW * SUMMED * sizeof *c.weights);
    c.rows = test_malloc(SUMMED * sizeof *c.rows);
    for (size_t i = 0; i < SUMMED * c.stride; i++)
        c.poes[i] = kt_random(random) % 3 ? pow(kt_random_unit(random), 9) : 0;
    for (size_t j = 0; j < SUMMED; j++)
        c.rows[j] = (uint32_t)(kt_random(random) % SUMMED);
    for (size_t i = 0; i < (size_t)FEW * SUMMED; i++) /* all of them together stay below 1/2 */
        c.weights[i] = (probs ? 0.9 / SUMMED : 1) * pow(kt_random_unit(random), 3);
    return c;
}

static void end_sums(sums_case *c)
{
    test_free(c->poes);
    test_free(c->weights);
    test_free(c->rows);
}

/* The sum or the probability of any of member k, in long double. */
static long double plain_sum(const sums_case *c, size_t k, size_t level, bool probs)
{
    long double sum = 0;
    for (size_t j = 0; j < c->n; j++) {
        long double q = (long double)c->weights[k * SUMMED + j] *
                        (long double)c->poes[c->rows[j] * c->stride + level];
        sum += probs ? q - q * sum : q;
    }
    return sum;
}

/* Sums and probabilities within (n + 3) 2^-53 of themselves; of one member and of several the same
 * bits, also from sums begun by an earlier call; nothing is written beside them. */
static void check_sums(const kr_kernels *kernels, const sums_case *c, bool probs)
{
    enum { WIDTH = ROOM + 16 };
    static const uint32_t picked[] = {5, 0, 3, 1, 6};
    double many[FEW * WIDTH], alone[WIDTH], few[FEW * WIDTH];
    for (size_t i = 0; i < FEW * WIDTH; i++)
        many[i] = few[i] = i % WIDTH < c->nlevels ? 0 : -7;
    kr_summing w = {.poes = c->poes,
                    .stride = c->stride,
                    .nlevels = c->nlevels,
                    .rows = c->rows,
                    .n = 300,
                    .weights = c->weights,
                    .weights_stride = SUMMED,
                    .nmembers = FEW,
                    .sums = many,
                    .sums_stride = WIDTH};
    (probs ? kernels->add_probs : kernels->add_rates)(&w);
    w.rows += 300;
    w.weights += 300;
    w.n = SUMMED - 300;
    (probs ? kernels->add_probs : kernels->add_rates)(&w);
    w = (kr_summing){.poes = c->poes,
                     .stride = c->stride,
                     .nlevels = c->nlevels,
                     .rows = c->rows,
                     .n = SUMMED,
                     .weights = c->weights,
                     .weights_stride = SUMMED,
                     .members = picked,
                     .nmembers = 5,
                     .sums = few,
                     .sums_stride = WIDTH};
    (probs ? kernels->add_probs : kernels->add_rates)(&w);
    for (size_t k = 0; k < FEW; k++) {
        bool is_picked = k != 2 && k != 4;
        for (size_t l = 0; l < WIDTH; l++)
            alone[l] = l < c->nlevels ? 0 : -7;
        w.weights = c->weights + k * SUMMED;
        w.members = NULL;
        w.nmembers = 1;
        w.sums = alone;
        (probs ? kernels->add_probs : kernels->add_rates)(&w);
        for (size_t l = 0; l < WIDTH; l++) {
            kt_same(many[k * WIDTH + l], alone[l]);
            kt_same(few[k * WIDTH + l], is_picked || l >= c->nlevels ? alone[l] : 0);
        }
        for (size_t l = 0; l < c->nlevels; l++) {
            long double exact = plain_sum(c, k, l, probs);
            assert_true(exact < 0.5L || !probs);
            if (!(fabsl(alone[l] - exact) <= (SUMMED + 3) * 0x1p-53L * exact))
                fail_msg("%s: %.17g, not %.17g", kernels->isa, alone[l], (double)exact);
        }
    }
}

static void test_sums(void **state)
{
    (void)state;
    static const size_t widths[] = {8, 16, 24, 32, 40, 56, 64, 72, 96};
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    uint64_t random = 31;
    for (size_t i = 0; i < 2 * sizeof widths / sizeof widths[0]; i++) {
        sums_case c = make_sums(&random, widths[i / 2], i % 2);
        for (size_t k = 0; k < nkernels; k++)
            if (runs_here(kernels[k].isa))
                check_sums(&kernels[k], &c, i % 2);
        end_sums(&c);
    }
}

/* The rate is -ln of the product of what is left, of events from the rarest to likely ones; what is
 * certain has a finite rate. */
static void test_take_rates(void **state)
{
    (void)state;
    size_t nkernels;
    const kr_kernels *kernels = kr_kernels_all(&nkernels);
    for (size_t k = 0; k < nkernels; k++) {
        double none[N], sums[N];
        if (!runs_here(kernels[k].isa))
            continue;
        for (size_t l = 0; l < N; l++) {
            none[l] = l == 0 ? 0 : l == 1 ? 1 : 0.5 * pow(10, -0.5 * (double)(l - 2));
            sums[l] = l % 2 ? 0 : 1;
        }
        kernels[k].take_rates(N, none, sums);
        for (size_t l = 0; l < N; l++) {
            double before = 0.5 * pow(10, -0.5 * ((double)l - 2));
            double rate = l == 0 ? 0 : l == 1 ? 53 * log(2) : -log1p(-before);
            kt_close(sums[l], rate + (l % 2 ? 0 : 1), 4e-16, 0);
            kt_same(none[l], 0);
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

/* Add the rates of a rupture as units do. */
static void add_occurrences(const kr_kernels *kernels, const double *poes, size_t n,
                            const double *probs, size_t nprobs, double *rates)
{
    double none[N] __attribute__((aligned(64))) = {0};
    memcpy(none, poes, n * sizeof *none);
    kernels->occur(n, probs, nprobs, none);
    kernels->take_rates(n, none, rates);
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
            add_occurrences(&kernels[k], poes, N, probs, nprobs, rates);
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
    add_occurrences(kr_kernels_here(), poes, 8, (double[]){0.9, 0.1 - 1e-7}, 2, rates);
    kt_close(rates[0], -log1p(-1e-7), 1e-9, 0);
    kt_close(rates[3], -log(0.9), 1e-12, 0);
    memset(rates, 0, sizeof rates);
    add_occurrences(kr_kernels_here(), poes, 8, (double[]){0.9, 0.1 + 1e-7}, 2, rates);
    assert_true(rates[0] == 0 && rates[1] == 0);
    kt_close(rates[2], -log(0.95 + 0.5e-7), 1e-12, 0);
    memset(rates, 0, sizeof rates);
    add_occurrences(kr_kernels_here(), poes, 8, (double[]){0, 1}, 2, rates);
    kt_close(rates[2], log(2), 1e-15, 0);
    kt_close(rates[3], 53 * log(2), 1e-12, 0);
}

/* In the tail the complement keeps relative digits that the definition loses. */
static void test_tail_keeps_digits(void **state)
{
    (void)state;
    double levels[8], poes[8], mean = 0, sigma = 1;
    kr_truncation t = kr_truncation_of(99);
    for (size_t l = 0; l < 8; l++)
        levels[l] = (double)l;
    kr_kernels_here()->poes(&t, levels, 8, 1, &mean, &sigma, 1, false, 8, poes);
    kt_close(poes[7], 1.279812543885835e-12, 1e-12, 0); /* 1 - Phi(7) */
}

/* truncation_level = 0 is a step at the median, one half at it. */
static void test_step(void **state)
{
    (void)state;
    const double levels[8] = {-3, -2, -1, 0, 1, 2, 3, 4};
    const double wanted[8] = {1, 1, 1, 0.5, 0, 0, 0, 0};
    double poes[8], mean = 0, sigma = 0.7;
    kr_truncation t = kr_truncation_of(1e-9);
    kr_kernels_here()->poes(&t, levels, 8, 1, &mean, &sigma, 1, false, 8, poes);
    for (size_t l = 0; l < 8; l++)
        kt_same(poes[l], wanted[l]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_no_sigma),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_take_rates),
        cmocka_unit_test(test_occurrences),
        cmocka_unit_test(test_occurrences_limits),
        cmocka_unit_test(test_tail_keeps_digits),
        cmocka_unit_test(test_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
