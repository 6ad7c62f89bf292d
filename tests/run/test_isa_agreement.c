/* costly */
/* Whole runs under every instruction set of this processor: component rates within 1e-13 of each
 * other, and curves, which are stored in single precision, the same or neighbours. With
 * KAURI_OTHER_PROGRAM, a build for another processor that this machine runs, its results are
 * compared too. */
#include "base/h5.h"
#include "num/isa.h"
#include "support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sources of all kinds, trees, soil, sums that are not Poisson. */
static const char *const jobs[] = {
    "demos/area",
    "tests/e2e/cases/all_models",
    "tests/e2e/cases/amplify_convolution",
    "tests/e2e/cases/amplify_kernel",
    "tests/e2e/cases/area_dateline",
    "tests/e2e/cases/cluster_mutex",
    "tests/e2e/cases/kitchen",
    "tests/e2e/cases/mfd_multipoint",
    "tests/e2e/cases/negbin_mix",
    "tests/e2e/cases/psgrid_many",
    "tests/e2e/cases/quantiles",
    "tests/e2e/cases/reqv",
    "tests/e2e/cases/subduction",
    "tests/e2e/faults/char_kites",
    "tests/e2e/faults/complex_many",
    "tests/e2e/faults/given_many",
    "tests/e2e/faults/kite_five",
    "tests/e2e/faults/mixed_area",
    "tests/e2e/faults/multi_branches",
    "tests/e2e/faults/multi_many",
    "tests/e2e/faults/multi_probs",
    "tests/e2e/faults/mutex_rups",
    "tests/e2e/faults/simple_many",
    "tests/e2e/faults/un_extend",
};

/* A program and the instruction set that it is asked for; "base" where it has no other. */
typedef struct runner {
    const char *program, *isa;
} runner;

static runner runners[5];
static size_t nrunners;
static const char *root;
static double worst_rate; /* of all jobs */
static size_t nrates, ndifferent, ncurves, nneighbours;

static void find_runners(void)
{
    const char *program = getenv("KAURI_PROGRAM"), *other = getenv("KAURI_OTHER_PROGRAM");
    static const char *const isas[] = {"v2", "v3", "v4"};

    root = getenv("KAURI_SOURCE_DIR");
    if (!program || !root)
        return;
    for (int level = 2; level <= kr_isa_supported(); level++)
        runners[nrunners++] = (runner){program, isas[level - 2]};
    if (nrunners == 0)
        runners[nrunners++] = (runner){program, "base"};
    if (other)
        runners[nrunners++] = (runner){other, "v2"};
}

/* ---- runs ---- */

static void run_job(const char *job, const runner *r, const char *out)
{
    char path[4096], log[4096];
    snprintf(path, sizeof path, "%s/%s/job.ini", root, job);
    snprintf(log, sizeof log, "%s.log", out);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int file = open(log, O_WRONLY | O_CREAT, 0666);
        bool area = strcmp(job, "demos/area") == 0;
        if (file >= 0) {
            dup2(file, STDOUT_FILENO);
            dup2(file, STDERR_FILENO);
        }
        setenv("KAURI_ISA", r->isa, 1);
        execl(r->program, r->program, "run", path, "-o", out, "-q", "--threads", "1",
              area ? "-p" : (char *)NULL, "region_grid_spacing=60", "-p",
              "area_source_discretization=60", (char *)NULL);
        _exit(99);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        size_t n;
        unsigned char *text = kt_read_file(log, &n);
        fail_msg("%s with %s: status %#x: %.*s", job, r->isa, (unsigned)status, (int)n, text);
    }
}

/* ---- results ---- */

typedef struct results {
    kr_arena arena;
    char isa[8];
    double *rates;
    float *curves;
    size_t nrates, ncurves;
} results;

static void read_results(kr_ctx *ctx, const char *out, results *r)
{
    char path[4096];
    kr_h5 *file = NULL;
    char *isa;
    void *data;
    snprintf(path, sizeof path, "%s/results.h5", out);
    kr_arena_init(&r->arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_h5_open(ctx, path, &file));
    kt_ok(ctx, kr_h5_attr_text(file, "/", "isa", &r->arena, &isa));
    snprintf(r->isa, sizeof r->isa, "%s", isa);
    kt_ok(ctx, kr_h5_read(file, "component_rates", KR_H5_F64, &r->arena, &data, &r->nrates));
    r->rates = data;
    kt_ok(ctx, kr_h5_read(file, "hcurves-stats", KR_H5_F32, &r->arena, &data, &r->ncurves));
    r->curves = data;
    kt_ok(ctx, kr_h5_close(&file));
}

static bool neighbours(float a, float b)
{
    return a == b || nextafterf(a, b) == b;
}

static void compare(const char *job, const results *a, const results *b)
{
    assert_true(a->nrates > 0 && a->ncurves > 0);
    assert_int_equal(a->nrates, b->nrates);
    assert_int_equal(a->ncurves, b->ncurves);
    for (size_t i = 0; i < a->nrates; i++) {
        double d = fabs(a->rates[i] - b->rates[i]);
        if (!(d <= 1e-13))
            fail_msg("%s, rate %zu: %.17g with %s, %.17g with %s", job, i, a->rates[i], a->isa,
                     b->rates[i], b->isa);
        worst_rate = d > worst_rate ? d : worst_rate;
        ndifferent += d > 0;
    }
    for (size_t i = 0; i < a->ncurves; i++) {
        if (!neighbours(a->curves[i], b->curves[i]))
            fail_msg("%s, curve %zu: %.9g with %s, %.9g with %s", job, i, (double)a->curves[i],
                     a->isa, (double)b->curves[i], b->isa);
        nneighbours += a->curves[i] != b->curves[i];
    }
    nrates += a->nrates;
    ncurves += a->ncurves;
}

static void test_agreement(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof jobs / sizeof *jobs; k++) {
        kr_ctx *ctx = kt_ctx();
        char *dir = kt_dir_create();
        results all[sizeof runners / sizeof *runners];
        for (size_t i = 0; i < nrunners; i++) {
            char out[512];
            snprintf(out, sizeof out, "%s/%zu", dir, i);
            run_job(jobs[k], &runners[i], out);
            read_results(ctx, out, &all[i]);
            assert_string_equal(all[i].isa, runners[i].isa);
            for (size_t j = 0; j < i; j++)
                compare(jobs[k], &all[j], &all[i]);
        }
        for (size_t i = 0; i < nrunners; i++)
            kr_arena_clear(&all[i].arena);
        kt_dir_remove(&dir);
        kt_ctx_end(&ctx);
    }
    for (size_t i = 0; i < nrunners; i++)
        print_message("%s%s", i ? ", " : "", runners[i].isa);
    print_message(": rates differ by %.3g at the most, %zu of %zu; %zu of %zu curve values are "
                  "neighbours, the others the same\n",
                  worst_rate, ndifferent, nrates, nneighbours, ncurves);
    assert_true(ndifferent > 0); /* they did compute in different ways */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agreement),
    };

    find_runners();
    if (nrunners < 2) {
        puts("skipped: one instruction set alone, or KAURI_PROGRAM is not set");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
