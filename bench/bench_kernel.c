/* Nanoseconds of the innermost kernels for 8 levels of one context, with each instruction set that
 * this machine runs, beside libmvec's error function alone in the same run.
 *
 * Prints CSV: kernel, instruction set, best ns of the rounds, ns of 8 error functions / that. */
#include "base/clock.h"
#include "floor.h"
#include "hazard/kernel.h"
#include "num/isa.h"
#include "num/poe.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { ROUNDS = 400, REPEAT = 10, CONTEXTS = 64, LEVELS = 32, MEMBERS = 16 };
enum { GROUPS = CONTEXTS * LEVELS / KR_KERNEL_PAD };

static floor_loop *const error_functions[] = {
#define X(isa) floor_exceedances_##isa,
    KR_ISA_LIST(X)
#undef X
};

static _Alignas(64) double levels[LEVELS], mean[CONTEXTS], sigma[CONTEXTS];
static _Alignas(64) double poes[CONTEXTS * LEVELS], x[CONTEXTS * LEVELS];
static _Alignas(64) double weights[MEMBERS * CONTEXTS], sums[MEMBERS * LEVELS];
static float singles[CONTEXTS * LEVELS];
static uint32_t rows[CONTEXTS];
static kr_truncation truncation;
static const kr_kernels *kernels;
static size_t copy;

static void fill_poes(void)
{
    kernels->poes(&truncation, levels, LEVELS, CONTEXTS, mean, sigma, 1, false, LEVELS, poes);
}

static kr_summing summing(size_t nmembers)
{
    return (kr_summing){.poes = poes,
                        .stride = LEVELS,
                        .nlevels = LEVELS,
                        .rows = rows,
                        .n = CONTEXTS,
                        .weights = weights,
                        .weights_stride = CONTEXTS,
                        .nmembers = nmembers,
                        .sums = sums,
                        .sums_stride = LEVELS};
}

static void add_rates(void)
{
    const kr_summing one = summing(1);
    kernels->add_rates(&one);
}

static void add_probs(void)
{
    const kr_summing one = summing(1);
    kernels->add_probs(&one);
}

static void add_rates_many(void)
{
    const kr_summing all = summing(MEMBERS);
    kernels->add_rates(&all);
}

static void add_probs_many(void)
{
    const kr_summing all = summing(MEMBERS);
    kernels->add_probs(&all);
}

static void take_erfc(void)
{
    error_functions[copy](CONTEXTS * LEVELS, x, poes);
}

static void take_singles(void)
{
    kr_poes_of_rates(poes, CONTEXTS * LEVELS, singles);
}

/* For 8 levels of a context (and a member). */
static double least(void (*what)(void), double times)
{
    double best = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double start = kr_wall_seconds();
        for (int i = 0; i < REPEAT; i++)
            what();
        best = fmin(best, kr_wall_seconds() - start);
    }
    return best * 1e9 / ((double)REPEAT * GROUPS * times);
}

/* 29 levels from 0.01 to 5 and means whose distance from them makes the case. */
static void fill(double from, double to, double level)
{
    truncation = kr_truncation_of(level);
    for (size_t l = 0; l < LEVELS; l++)
        levels[l] = l < 29 ? log(0.01) + log(500) / 28 * (double)l : 1e300;
    for (size_t j = 0; j < CONTEXTS; j++) {
        mean[j] = from + (to - from) * (double)(j * 37 % CONTEXTS) / CONTEXTS;
        sigma[j] = 0.5 + 0.3 * (double)(j * 23 % CONTEXTS) / CONTEXTS;
        rows[j] = (uint32_t)j;
    }
    for (size_t i = 0; i < CONTEXTS * LEVELS; i++)
        x[i] = 0.1 + 2 * (double)i / (CONTEXTS * LEVELS);
    for (size_t i = 0; i < MEMBERS * CONTEXTS; i++)
        weights[i] = 1e-6 * (double)(1 + i % 7);
    for (size_t i = 0; i < MEMBERS * LEVELS; i++)
        sums[i] = 0;
}

static void print(const char *name, double ns, double erfc_ns)
{
    printf("%s,%s,%.2f,%.2f\n", name, kernels->isa, ns, erfc_ns / ns);
}

static void bench_copy(void)
{
    double erfc_ns = least(take_erfc, 1);
    print("error function", erfc_ns, erfc_ns);
    fill(-1.6, -1.3, 3);
    print("poes: all levels within 3 sigmas", least(fill_poes, 1), erfc_ns);
    fill(-8, 0, 3);
    print("poes: medians from 0.0003 to 1 g", least(fill_poes, 1), erfc_ns);
    fill(-30, -20, 3);
    print("poes: no level within reach", least(fill_poes, 1), erfc_ns);
    fill(-1.6, -1.3, 99);
    print("poes: not truncated", least(fill_poes, 1), erfc_ns);
    fill(-8, 0, 3);
    fill_poes();
    print("add_rates", least(add_rates, 1), erfc_ns);
    print("add_rates: of 16 members each", least(add_rates_many, MEMBERS), erfc_ns);
    fill(-8, 0, 3);
    print("add_probs", least(add_probs, 1), erfc_ns);
    print("add_probs: of 16 members each", least(add_probs_many, MEMBERS), erfc_ns);
    if (copy == (size_t)(kr_isa_level() > 2 ? kr_isa_level() - 2 : 0))
        print("rates to single probabilities", least(take_singles, 1), erfc_ns);
}

int main(void)
{
    size_t n;
    const kr_kernels *all = kr_kernels_all(&n);
    printf("kernel,isa,ns,times\n");
    for (copy = 0; copy < n; copy++) {
        int level = all[copy].isa[0] == 'v' ? all[copy].isa[1] - '0' : 0;
        kernels = &all[copy];
        if (level <= kr_isa_supported())
            bench_copy();
    }
    return 0;
}
