/* The floor of a job: the time that this machine needs for the job's bare error functions,
 * exponentials and multiply-adds, on arrays in the innermost cache, with no branch, no geometry, no
 * tree and no file.
 *
 *   bench_floor [--calls N] DIR | --means N --exceedances N --products N [--calls N]
 *
 * DIR: the results of a run, which hold the counts and the seconds of the run itself; the ratios of
 * the run and of its hazard phase to the floor are printed. N calls: exponentials and logarithms
 * that the ground-motion models of the job take for one mean and standard deviation (calls.c counts
 * them); 4 without it. README.md says what is counted. */
#include "base/clock.h"
#include "base/h5.h"
#include "base/str.h"
#include "floor.h"
#include "hazard/kernel.h"
#include "num/isa.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 300, REPEAT = 20, N = 1024 };
enum { ROWS = 8, LEVELS = 32, CURVE = 13 * LEVELS };

typedef struct job {
    double means, exceedances, products, calls; /* counts; calls: for each mean */
    double run, hazard;                         /* seconds of processor time; NAN: not known */
} job;

/* Nanoseconds of one element. */
typedef struct cost {
    double exceedance, kernel, product, call;
} cost;

static const struct {
    const char *isa;
    floor_loop *exceedances, *exponentials, *logarithms;
} loops[] = {
#define X(isa) {#isa, floor_exceedances_##isa, floor_exponentials_##isa, floor_logarithms_##isa},
    KR_ISA_LIST(X)
#undef X
};

static _Alignas(64) double in[N], out[N], poes[ROWS * CURVE], sums[CURVE];
static _Alignas(64) double levels[LEVELS], mean[N / LEVELS], sigma[N / LEVELS];
static kr_truncation truncation;

/* Error functions are of arguments within the truncation, -3 to 3 sigmas, everywhere. */
static void fill(void)
{
    truncation = kr_truncation_of(3);
    for (size_t i = 0; i < N; i++)
        in[i] = 0.1 + 2 * (double)i / N;
    for (size_t l = 0; l < LEVELS; l++)
        levels[l] = -2.9 + 5.8 * (double)l / LEVELS;
    for (size_t j = 0; j < N / LEVELS; j++) {
        mean[j] = 1e-3 * (double)j;
        sigma[j] = 1;
    }
    for (size_t i = 0; i < ROWS * CURVE; i++)
        poes[i] = 1 / (1 + (double)i);
}

/* The least seconds of a call of `what`, over short rounds. */
static double least(void (*what)(void))
{
    double best = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double start = kr_wall_seconds();
        for (int i = 0; i < REPEAT; i++)
            what();
        best = fmin(best, (kr_wall_seconds() - start) / REPEAT);
    }
    return best;
}

static size_t copy(void)
{
    size_t i = 0;
    while (!kr_str_eq(loops[i].isa, kr_isa_name()))
        i++;
    return i;
}

static void exceedances(void)
{
    loops[copy()].exceedances(N, in, out);
}

static void exponentials(void)
{
    loops[copy()].exponentials(N, in, out);
}

static void logarithms(void)
{
    loops[copy()].logarithms(N, in, out);
}

static void kernel(void)
{
    kr_kernels_here()->poes(&truncation, levels, LEVELS, N / LEVELS, mean, sigma, 1, false, LEVELS,
                            out);
}

static void products(void)
{
    static const uint32_t rows[ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const double weights[ROWS] = {1, .9, .8, .7, .6, .5, .4, .3};
    kr_kernels_here()->add_rates(poes, CURVE, CURVE, rows, weights, ROWS, sums);
}

static cost measure(void)
{
    fill();
    return (cost){.exceedance = least(exceedances) * 1e9 / N,
                  .kernel = least(kernel) * 1e9 / N,
                  .product = least(products) * 1e9 / (ROWS * CURVE),
                  .call = (least(exponentials) + least(logarithms)) * 1e9 / (2 * N)};
}

/* ------------------------------------------------------------------ the job */

static kr_status attribute(kr_ctx *ctx, kr_h5 *file, const char *name, double *x)
{
    bool found;
    kr_status s = kr_h5_attr_double(file, "performance", name, x, &found);
    return s == KR_OK && !found
               ? kr_fail(ctx, KR_EINPUT, "results.h5 holds no performance/%s: run the job again",
                         name)
               : s;
}

/* Levels are padded to whole vectors in the program's counts; bare ones are counted here. */
static kr_status bare_share(kr_h5 *file, double *share)
{
    size_t dims[KR_H5_MAX_RANK];
    int rank;
    kr_status s = kr_h5_dims(file, "imtls/levels", dims, &rank);
    if (s == KR_OK)
        *share = (double)dims[1] /
                 (double)((dims[1] + KR_KERNEL_PAD - 1) / KR_KERNEL_PAD * KR_KERNEL_PAD);
    return s;
}

/* From the sources and the sites, both ready, to the rates of components. */
static bool is_hazard(const char *phase)
{
    return kr_str_eq(phase, "hazard") || kr_str_eq(phase, "meeting sites") ||
           kr_str_eq(phase, "distances of sections");
}

static kr_status read_job(kr_ctx *ctx, const char *dir, kr_arena *arena, job *j)
{
    kr_status s = KR_OK;
    kr_h5 *file = NULL;
    char path[4096], **names;
    double *cpu, share = 1;
    size_t n, nphases;

    snprintf(path, sizeof path, "%s/results.h5", dir);
    KR_TRY(kr_h5_open(ctx, path, &file));
    KR_TRY(attribute(ctx, file, "means", &j->means));
    KR_TRY(attribute(ctx, file, "exceedances", &j->exceedances));
    KR_TRY(attribute(ctx, file, "products", &j->products));
    KR_TRY(attribute(ctx, file, "cpu", &j->run));
    KR_TRY(bare_share(file, &share));
    if (!(j->means > 0 && j->exceedances > 0 && j->products > 0))
        KR_TRY(kr_fail(ctx, KR_EINPUT, "%s: the run computed no hazard", path));
    j->exceedances *= share;
    j->products *= share;
    KR_TRY(kr_h5_read_strings(file, "performance/phase", arena, &names, &nphases));
    KR_TRY(kr_h5_read(file, "performance/cpu", KR_H5_F64, arena, (void **)&cpu, &n));
    j->hazard = 0;
    for (size_t i = 0; i < n && i < nphases; i++)
        j->hazard += is_hazard(names[i]) ? cpu[i] : 0;
out:
    kr_h5_discard(&file);
    return s;
}

static void print_floor(const char *name, const job *j, double exceedance, const cost *c)
{
    double parts[] = {j->exceedances * exceedance * 1e-9, j->products * c->product * 1e-9,
                      j->means * j->calls * c->call * 1e-9};
    double floor = parts[0] + parts[1] + parts[2];
    printf("floor with %s  %.3f s = %.3f exceedances + %.3f multiply-adds + %.3f exponentials\n",
           name, floor, parts[0], parts[1], parts[2]);
    if (j->run > 0)
        printf("  whole run     %.2f floors (%.3f s)\n", j->run / floor, j->run);
    if (j->hazard > 0)
        printf("  hazard phase  %.2f floors (%.3f s)\n", j->hazard / floor, j->hazard);
}

static void print(const job *j)
{
    cost c = measure();
    printf("isa %s, ns: exceedance %.3f with the library's erfc, %.3f with the program's kernel; "
           "multiply-add %.3f; exponential or logarithm %.3f\n",
           kr_isa_name(), c.exceedance, c.kernel, c.product, c.call);
    printf("job: %.4g means, %.4g exceedances, %.4g multiply-adds into rates\n", j->means,
           j->exceedances, j->products);
    print_floor("the library's erfc", j, c.exceedance, &c);
    print_floor("the program's kernel", j, c.kernel, &c);
}

static bool read_arguments(int argc, char **argv, job *j, const char **dir)
{
    struct {
        const char *name;
        double *to;
    } numbers[] = {{"--means", &j->means},
                   {"--exceedances", &j->exceedances},
                   {"--products", &j->products},
                   {"--calls", &j->calls}};
    for (int i = 1; i < argc; i++) {
        double *to = NULL;
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
            if (kr_str_eq(argv[i], numbers[k].name))
                to = numbers[k].to;
        if (!to)
            *dir = argv[i];
        else if (++i == argc || !(*to = strtod(argv[i], NULL)))
            return false;
    }
    return *dir || (j->means > 0 && j->exceedances > 0 && j->products > 0);
}

int main(int argc, char **argv)
{
    kr_ctx *ctx = NULL;
    kr_arena arena;
    job j = {.calls = 4, .run = NAN, .hazard = NAN};
    const char *dir = NULL;
    if (!read_arguments(argc, argv, &j, &dir)) {
        fprintf(stderr, "usage: bench_floor [--calls N] DIR | --means N --exceedances N "
                        "--products N [--calls N]\n");
        return 2;
    }
    if (kr_ctx_create(&ctx) != KR_OK)
        return 1;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_status s = dir ? read_job(ctx, dir, &arena, &j) : KR_OK;
    if (s == KR_OK)
        print(&j);
    else
        fprintf(stderr, "bench_floor: %s\n", kr_ctx_error(ctx));
    kr_arena_clear(&arena);
    kr_ctx_destroy(&ctx);
    return s != KR_OK;
}
