/* The floor of a job: the time that this machine needs for the job's bare error functions,
 * exponentials and multiply-adds, on arrays in the innermost cache, with no branch, no geometry, no
 * tree and no file.
 *
 *   bench_floor [--calls N] DIR [UNSHARED] | --means N --exceedances N --products N [--calls N]
 *
 * DIR: the results of a run, which hold the counts and the seconds of the run itself; the ratios of
 * the run and of its hazard phase to the floor are printed. UNSHARED: those of a run of the same
 * job with sharing = false, for the floor of the job as it is written, where each branch has its
 * ruptures computed for itself. N calls: exponentials and logarithms that the ground-motion models
 * of the job take for one mean and standard deviation (calls.c counts them); 4 without it.
 * README.md says what is counted. */
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
    const kr_summing one = {.poes = poes,
                            .stride = CURVE,
                            .nlevels = CURVE,
                            .rows = rows,
                            .n = ROWS,
                            .weights = weights,
                            .nmembers = 1,
                            .sums = sums};
    kr_kernels_here()->add_rates(&one);
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

/* The floor of some counts, and a run in it. */
static void print_floor(const char *name, const job *counts, const job *run, double exceedance,
                        const cost *c)
{
    double parts[] = {counts->exceedances * exceedance * 1e-9, counts->products * c->product * 1e-9,
                      counts->means * counts->calls * c->call * 1e-9};
    double floor = parts[0] + parts[1] + parts[2];
    printf("%s: %.3f s = %.3f exceedances + %.3f multiply-adds + %.3f exponentials\n", name, floor,
           parts[0], parts[1], parts[2]);
    if (run->run > 0)
        printf("  whole run     %.2f floors (%.3f s)\n", run->run / floor, run->run);
    if (run->hazard > 0)
        printf("  hazard phase  %.2f floors (%.3f s)\n", run->hazard / floor, run->hazard);
}

static void print_floors(const char *what, const job *counts, const job *run, const cost *c)
{
    static const char *const kinds[] = {"erfc of the library", "kernel of the program"};
    char name[64];
    printf("%s: %.4g means, %.4g exceedances, %.4g multiply-adds into rates\n", what, counts->means,
           counts->exceedances, counts->products);
    for (int k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "floor, %s, %s", what, kinds[k]);
        print_floor(name, counts, run, k ? c->kernel : c->exceedance, c);
    }
}

static kr_status print(kr_ctx *ctx, char *const *dirs, size_t ndirs, const job *given)
{
    kr_status s = KR_OK;
    job run = *given, bare = *given;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    if (ndirs > 0)
        KR_TRY(read_job(ctx, dirs[0], &arena, &run));
    if (ndirs > 1)
        KR_TRY(read_job(ctx, dirs[1], &arena, &bare));
    cost c = measure();
    printf("isa %s, ns: exceedance %.3f with the library's erfc, %.3f with the program's kernel; "
           "multiply-add %.3f; exponential or logarithm %.3f\n",
           kr_isa_name(), c.exceedance, c.kernel, c.product, c.call);
    if (ndirs > 1)
        print_floors("job", &bare, &run, &c);
    print_floors(ndirs ? "computed" : "job", &run, &run, &c);
out:
    kr_arena_clear(&arena);
    return s;
}

/* Where a number of an option goes. */
static double *number_of(job *j, const char *option)
{
    return kr_str_eq(option, "--means")         ? &j->means
           : kr_str_eq(option, "--exceedances") ? &j->exceedances
           : kr_str_eq(option, "--products")    ? &j->products
           : kr_str_eq(option, "--calls")       ? &j->calls
                                                : NULL;
}

/* Folders are moved to the front of argv[1..]; returns how many, or -1. */
static int read_arguments(int argc, char **argv, job *j)
{
    int ndirs = 0;
    for (int i = 1; i < argc; i++) {
        double *to = number_of(j, argv[i]);
        if (!to)
            argv[1 + ndirs++] = argv[i];
        else if (++i == argc || (*to = strtod(argv[i], NULL)) == 0)
            return -1;
    }
    bool given = j->means > 0 && j->exceedances > 0 && j->products > 0;
    return ndirs > 2 || (ndirs == 0) != given ? -1 : ndirs;
}

int main(int argc, char **argv)
{
    kr_ctx *ctx = NULL;
    job given = {.calls = 4, .run = NAN, .hazard = NAN};
    int ndirs = read_arguments(argc, argv, &given);
    if (ndirs < 0) {
        fprintf(stderr, "usage: bench_floor [--calls N] DIR [UNSHARED] | --means N --exceedances N "
                        "--products N [--calls N]\n");
        return 2;
    }
    if (kr_ctx_create(&ctx) != KR_OK)
        return 1;
    kr_status s = print(ctx, argv + 1, (size_t)ndirs, &given);
    if (s != KR_OK)
        fprintf(stderr, "bench_floor: %s\n", kr_ctx_error(ctx));
    kr_ctx_destroy(&ctx);
    return s != KR_OK;
}
