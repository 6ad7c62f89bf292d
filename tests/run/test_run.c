/* Whole runs of small jobs: memory that runs out at every single place, interruptions, memory
 * limits, and folders compared. */
/* timeout: 240 */
#include "kauri/run.h"

#include "base/file.h"
#include "base/h5.h"
#include "base/phase.h"
#include "base/str.h"
#include "support/model.h"
#include "support/support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = kt_dir_create();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

/* ---- jobs ---- */

/* A point source with one plane and one magnitude. */
static const char SMALL_SOURCE[] =
    "<pointSource id='a' name='a' tectonicRegion='Active Shallow Crust'><pointGeometry>"
    "<gml:Point><gml:pos>0.1 0</gml:pos></gml:Point><upperSeismoDepth>1</upperSeismoDepth>"
    "<lowerSeismoDepth>20</lowerSeismoDepth></pointGeometry><magScaleRel>WC1994</magScaleRel>"
    "<ruptAspectRatio>1.5</ruptAspectRatio><incrementalMFD minMag='6' binWidth='0.1'><occurRates>"
    "0.01</occurRates></incrementalMFD><nodalPlaneDist><nodalPlane probability='1' strike='30' "
    "dip='60' rake='90'/></nodalPlaneDist><hypoDepthDist><hypoDepth probability='1' depth='6'/>"
    "</hypoDepthDist></pointSource>";

/* Write a job with these sites and levels into the folder; returns its path. */
static const char *write_job(const char *sites, const char *levels, const char *source)
{
    static const char *const one[] = {"source.xml"};
    static const char *const gmms[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    static char job[16384];
    snprintf(job, sizeof job,
             "[general]\ncalculation_mode = classical\ndescription = test\nsites = %s\n"
             "source_model_logic_tree_file = source_tree.xml\n"
             "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
             "truncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = 0.2\n"
             "reference_vs30_value = 600\nreference_depth_to_1pt0km_per_sec = 50\n"
             "reference_depth_to_2pt5km_per_sec = 1\nintensity_measure_types_and_levels = %s\n"
             "quantiles = 0.5\npoes = 0.1\nhazard_maps = true\n",
             sites, levels);
    kt_model_write(dir, job, source, kt_branch_set("m", "sourceModel", "", 1, one),
                   kt_branch_set("g", "gmpeModel",
                                 "applyToTectonicRegionType='Active Shallow Crust'", 2, gmms));
    return kt_path(dir, "job.ini");
}

static const char *write_small(void)
{
    return write_job("0 0", "{'PGA': [0.01, 0.1]}", SMALL_SOURCE);
}

/* 200 sites and 200 levels: some tiles, some MB. */
static const char *write_large(void)
{
    static char sites[8192], sources[6000];
    size_t used = 0;
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(sites + used, sizeof sites - used, "%s%.2f %.2f", i ? ", " : "",
                                 0.1 * (i % 20), 0.1 * (double)(i / 20));
    snprintf(sources, sizeof sources, "%s%s", kt_point_source("a", NULL, 0.1, 0),
             kt_point_source("b", NULL, 1.3, 0.6));
    return write_job(sites, "{'PGA': logscale(0.005, 2, 500), 'SA(0.5)': logscale(0.005, 2, 500)}",
                     sources);
}

/* Files in the folder of the results whose names end so. */
static size_t count_results(const char *suffix)
{
    size_t n = 0;
    DIR *d = opendir(kt_path(dir, "out"));
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        n += e->d_type == DT_REG && kr_str_ends(e->d_name, suffix);
    if (d)
        closedir(d);
    return n;
}

static void remove_results(void)
{
    DIR *d = opendir(kt_path(dir, "out"));
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (e->d_type == DT_REG)
            assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
    if (d) {
        closedir(d);
        assert_int_equal(rmdir(kt_path(dir, "out")), 0);
    }
}

static kr_run_options options_of(const char *job)
{
    static char path[4096], out[4096]; /* kt_path has few of them */
    snprintf(path, sizeof path, "%s", job);
    snprintf(out, sizeof out, "%s/out", dir);
    return (kr_run_options){.job = path, .dir = out, .csv = true, .threads = 1};
}

/* ---- memory that runs out ---- */

/* Whether a run has taken its time, half a second or more, and left what it goes on with. On a busy
 * machine any may. */
static bool can_go_on(void)
{
    return kr_file_exists(kt_path(dir, "out/results.journal"));
}

/* What fails before the hazard is complete leaves nothing, not even the folder; what fails while
 * tables are written leaves the complete file and no table, while the report or their digests are,
 * all of them.
 */
static kr_status run_once(kr_ctx *ctx, void *user)
{
    kr_status s = kr_run(ctx, user);
    size_t whole = count_results("results.h5");
    bool kept = can_go_on();
    if (s == KR_OK)
        assert_int_equal(count_results(".csv"), 2 + 2 + 1);
    else if (count_results(".csv") > 0 && !kept)
        assert_in_range(count_results(""), whole + 5, whole + 7);
    else if (!kept)
        assert_int_equal(count_results(""), whole);
    if (s == KR_OK && !count_results("report.html")) /* that was told, and the results count */
        s = kr_fail(ctx, KR_ENOMEM, "no report");
    if (s != KR_OK && !whole && !kept)
        assert_false(kr_dir_exists(kt_path(dir, "out")));
    if (s != KR_OK && whole) {
        FILE *out = fopen("/dev/null", "w");
        kr_ctx *other = kt_ctx();
        kt_ok(other, kr_info_results(other, kt_path(dir, "out"), false, out));
        kt_ctx_end(&other);
        fclose(out);
    }
    remove_results();
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_small());
    long n = kt_fail_each_allocation(run_once, &o);
    assert_true(n > 50);
    o.threads = 2; /* how many allocations there are depends on who takes what */
    for (long k = 1; k <= n; k += 5) {
        kr_ctx *ctx = kt_ctx();
        kr_mem_fail_at(ctx, k);
        kr_status s = run_once(ctx, &o);
        assert_true(s == KR_ENOMEM || s == KR_OK);
        kt_ctx_end(&ctx);
    }
}

/* ---- interruptions ---- */

/* The figure of a refusal, in bytes. */
static size_t refused(size_t limit, int threads)
{
    kr_run_options o = options_of(kt_path(dir, "job.ini"));
    kr_ctx *ctx = kt_ctx();
    double mb = 0;
    o.threads = threads;
    o.memory_limit = limit;
    assert_int_equal(kr_run(ctx, &o), KR_ENOFIT);
    const char *figure = strstr(kr_ctx_error(ctx), "needs ");
    assert_non_null(figure);
    assert_int_equal(sscanf(figure, "needs %lf MB", &mb), 1);
    assert_false(kr_dir_exists(kt_path(dir, "out")));
    kt_ctx_end(&ctx);
    return (size_t)(mb * 1e6);
}

typedef struct watcher {
    int hazard, statistics;
} watcher;

static void watch(void *user, const char *phase, double done, double total)
{
    watcher *w = user;
    assert_true(done >= 0 && done <= total);
    w->hazard += kr_str_eq(phase, "hazard");
    w->statistics += kr_str_eq(phase, "statistics");
}

/* Interrupts at the first beginning of a phase; progress is told too seldom for that. */
typedef struct stopper {
    kr_ctx *ctx;
    const char *phase;
} stopper;

static void stop(void *user)
{
    const stopper *x = user;
    unsigned number;
    if (kr_str_eq(kr_phase_name(x->ctx, &number), x->phase))
        kr_ctx_interrupt(x->ctx);
}

static void test_interrupted(void **state)
{
    (void)state;
    static const char *const phases[] = {"", "hazard", "statistics"};
    kr_run_options o = options_of(write_large());
    for (size_t i = 0; i < 3; i++)
        for (o.threads = 1; o.threads <= 2; o.threads++) {
            kr_ctx *ctx = kt_ctx();
            stopper x = {ctx, phases[i]};
            o.memory_limit = refused(1, o.threads) * 11 / 10; /* several tiles */
            kr_phase_watch(ctx, stop, &x);
            if (!*phases[i])
                kr_ctx_interrupt(ctx);
            kt_fails(ctx, kr_run(ctx, &o), KR_EINTERRUPTED, "interrupted");
            assert_int_equal(kr_dir_exists(kt_path(dir, "out")), can_go_on());
            assert_false(kr_file_exists(kt_path(dir, "out/results.h5")));
            remove_results();
            kt_ctx_end(&ctx);
        }
}

/* When the results are complete there is nothing to be gone on with. */
static void test_interrupted_late(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_small());
    kr_ctx *ctx = kt_ctx();
    stopper x = {ctx, "summary"};
    kr_phase_watch(ctx, stop, &x);
    kt_ok(ctx, kr_run(ctx, &o));
    assert_true(kr_interrupted(ctx));
    assert_true(kr_file_exists(kt_path(dir, "out/results.h5")));
    remove_results();
    kt_ctx_end(&ctx);
}

/* A run says how far it is, in the hazard and in the statistics. */
static void test_progress(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_large());
    kr_ctx *ctx = kt_ctx();
    watcher w = {0};
    kr_ctx_set_progress(ctx, watch, &w);
    kt_ok(ctx, kr_run(ctx, &o));
    assert_true(w.hazard > 0 && w.statistics > 0);
    kt_ctx_end(&ctx);
}

/* ---- memory limits ---- */

/* The figures of the log line about memory. */
typedef struct plan {
    double mb;
    size_t tile_sites;
} plan;

static void read_plan(void *user, kr_log_level level, const char *line)
{
    plan *p = user;
    (void)level;
    sscanf(line, "memory: %lf MB accounted at the peak, of at most %*s MB; tiles of %zu", &p->mb,
           &p->tile_sites);
}

/* All component rates of the last run, whatever tiles it took. */
static double *stored_rates(kr_ctx *ctx, kr_arena *arena, size_t *n)
{
    kr_h5 *file;
    void *data;
    kt_ok(ctx, kr_h5_open(ctx, kt_path(dir, "out/results.h5"), &file));
    kt_ok(ctx, kr_h5_read(file, "component_rates", KR_H5_F64, arena, &data, n));
    kr_h5_discard(&file);
    return data;
}

static void run_within(size_t limit, int threads, plan *p)
{
    kr_run_options o = options_of(kt_path(dir, "job.ini"));
    kr_ctx *ctx = kt_ctx();
    o.threads = threads;
    o.memory_limit = limit;
    *p = (plan){0};
    kr_ctx_set_log(ctx, read_plan, p);
    kt_ok(ctx, kr_run(ctx, &o));
    double peak = (double)kr_ctx_memory(ctx).peak / 1e6;
    assert_true(peak * 1e6 <= (double)limit);
    const double digit = 0.05; /* half a unit of the last one */
    /* threads that found no work to do took no memory */
    if (!(p->mb >= 0.9 * peak && (threads > 1 || p->mb - digit <= 1.2 * peak)))
        fail_msg("%d threads: %.1f MB planned for tiles of %zu, peak %.2f MB", threads, p->mb,
                 p->tile_sites, peak);
    kt_ctx_end(&ctx);
}

static void test_memory_limit(void **state)
{
    (void)state;
    write_large();
    for (int threads = 1; threads <= 3; threads += 2) {
        static const double factors[] = {1.05, 1.2, 1.5, 2, 4};
        size_t need = refused(1, threads), sizes = 0, last = 0, n, m;
        assert_in_range(refused(need * 9 / 10, threads), need * 9 / 10, need * 11 / 10);
        double *first = NULL;
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
        for (size_t i = 0; i < 5; i++) {
            plan p;
            run_within((size_t)((double)need * factors[i]), threads, &p);
            assert_true(p.tile_sites >= last);
            sizes += p.tile_sites > last;
            last = p.tile_sites;
            double *rates = stored_rates(ctx, &arena, &n);
            first = first ? first : rates;
            m = i ? m : n;
            assert_int_equal(n, m);
            assert_memory_equal(rates, first, n * sizeof *rates);
            remove_results();
        }
        assert_int_equal(last, 200);
        assert_true(sizes > 1); /* the limits made a difference */
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
}

/* A limit is that of one run. */
static void test_limit_ends_with_run(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_large());
    kr_ctx *ctx = kt_ctx();
    o.memory_limit = refused(1, 1) * 11 / 10;
    kt_ok(ctx, kr_run(ctx, &o));
    assert_true(kr_mem_limit(ctx) == SIZE_MAX);
    kt_ctx_end(&ctx);
}

/* ---- where results go, what is told of them ---- */

static void test_folder_and_info(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_small());
    kr_ctx *ctx = kt_ctx();
    char *text = NULL;
    size_t size;
    o.dir = NULL;
    kt_ok(ctx, kr_run(ctx, &o));
    assert_true(kr_file_exists(kt_path(dir, "job-results/results.h5")));
    assert_true(kr_file_exists(kt_path(dir, "job-results/hazard_curve-mean-PGA.csv")));
    FILE *out = open_memstream(&text, &size);
    kt_ok(ctx, kr_info_results(ctx, kt_path(dir, "job-results"), false, out));
    kt_ok(ctx, kr_info_job(ctx, &o, out));
    kt_fails(ctx, kr_info_results(ctx, dir, false, out), KR_EINPUT, "no results.h5 there");
    fclose(out);
    assert_non_null(strstr(text, "hcurves-stats          1 x 2 x 1 x 2, single precision\n"));
    assert_non_null(strstr(text, "realizations           2\n"));
    free(text);
    kt_write_text(kt_path(dir, "job-results/results.h5"), "nothing");
    kt_fails(ctx, kr_info_results(ctx, kt_path(dir, "job-results"), false, stdout), KR_EINPUT,
             "not an HDF5 file");
    kt_ctx_end(&ctx);
}

/* ---- folders compared ---- */

static void write_tables(const char *a, const char *b)
{
    mkdir(kt_path(dir, "a"), 0777);
    mkdir(kt_path(dir, "b"), 0777);
    unlink(kt_path(dir, "a/t.csv"));
    unlink(kt_path(dir, "b/t.csv"));
    if (a)
        kt_write_text(kt_path(dir, "a/t.csv"), a);
    if (b)
        kt_write_text(kt_path(dir, "b/t.csv"), b);
}

/* Compare the folders a and b; the printed text must hold `said`. */
static kr_comparison compare(double rtol, double atol, kr_status status, const char *said)
{
    kr_ctx *ctx = kt_ctx();
    kr_comparison result;
    char *text = NULL, a[4096];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    snprintf(a, sizeof a, "%s/a", dir);
    kr_status s = kr_compare(ctx, a, kt_path(dir, "b"), rtol, atol, false, out, &result);
    fclose(out);
    if (s != status || !strstr(text, said))
        fail_msg("%s: %s\n%s", kr_status_text(s), kr_ctx_error(ctx), text);
    free(text);
    kt_ctx_end(&ctx);
    return result;
}

static void test_compare(void **state)
{
    (void)state;
    static const char one[] = "#,,\"date='1'\"\r\nlon,x,name\r\n1.5,2.0E-3,a\r\n2.5,4.0E-9,b\r\n";
    kr_comparison r;
    write_tables(one, "#,,\"date='2'\"\nlon,x,name\n1.5,2.0E-3,a\n2.5,4.0E-9,b\n");
    r = compare(0, 0, KR_OK,
                "1 tables compared, 0 differ by more than 0 of a number and 0 besides");
    assert_true(r.tables == 1 && r.differing == 0 && r.worst == 0);
    write_tables(one, "#,,x\nlon,x,name\n1.5,2.002E-3,a\n2.5,5.0E-9,b\n");
    r = compare(2e-3, 1e-8, KR_OK, "equal  t.csv");
    kt_close(r.worst, 1e-3, 1e-9, 0);
    r = compare(0.5e-3, 1e-8, KR_EDIFFER, "row 1, x: 2.0E-3 and 2.002E-3");
    assert_true(r.differing == 1);
    compare(2e-3, 0, KR_EDIFFER, "row 2, x: 4.0E-9 and 5.0E-9");
    write_tables(one, "#,,x\nname,lon,x\na,1.5,2.0E-3\nb,2.5,4.0E-9\n"); /* another order */
    compare(0, 0, KR_OK, "0 differ");
    write_tables(one, "#,,x\nlon,x,name\n1.5,2.0E-3,a\n2.5,4.0E-9,c\n");
    compare(1, 1, KR_EDIFFER, "row 2, name: b and c");
    write_tables(one, "#,,x\nlon,x,name\n1.5,nan,a\n2.5,4.0E-9,b\n");
    compare(1, 1, KR_EDIFFER, "row 1, x: 2.0E-3 and nan");
    write_tables(one, "#,,x\nlon,y,name\n1.5,2.0E-3,a\n2.5,4.0E-9,b\n");
    compare(1, 1, KR_EDIFFER, "column x is in one of them only");
    write_tables(one, "#,,x\nlon,x,name\n1.5,2.0E-3,a\n");
    compare(1, 1, KR_EDIFFER, "2 rows of 3 columns and 1 rows of 3 columns");
    write_tables(one, NULL);
    compare(1, 1, KR_EDIFFER, "only in");
    write_tables(NULL, one);
    compare(1, 1, KR_EDIFFER, "only in");
    write_tables("#,\"x\"\nx,y\nnan,inf\n", "#,\"x\"\nx,y\nnan,inf\n");
    r = compare(0, 0, KR_OK, "0 differ");
    assert_true(r.worst == 0);
}

static void test_compare_nothing(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_comparison r;
    write_tables(NULL, NULL);
    kt_fails(ctx, kr_compare(ctx, kt_path(dir, "a"), kt_path(dir, "b"), 0, 0, false, stdout, &r),
             KR_EINPUT, "no CSV tables to compare");
    kt_fails(ctx, kr_compare(ctx, kt_path(dir, "a"), kt_path(dir, "none"), 0, 0, false, stdout, &r),
             KR_EINPUT, "none");
    kt_ctx_end(&ctx);
}

static kr_status compare_once(kr_ctx *ctx, void *user)
{
    kr_comparison r;
    return kr_compare(ctx, kt_path(dir, "a"), kt_path(dir, "b"), 0, 0, false, user, &r);
}

static void test_compare_allocations(void **state)
{
    (void)state;
    write_tables("#,\"x\"\nx,y\n1,2\n", "#,\"x\"\nx,y\n1,2\n");
    FILE *out = fopen("/dev/null", "w");
    assert_true(kt_fail_each_allocation(compare_once, out) > 3);
    fclose(out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_allocations),      TEST(test_interrupted),
        TEST(test_interrupted_late), TEST(test_progress),
        TEST(test_memory_limit),     TEST(test_limit_ends_with_run),
        TEST(test_folder_and_info),  TEST(test_compare),
        TEST(test_compare_nothing),  TEST(test_compare_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
