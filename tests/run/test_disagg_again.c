/* Rates by cell that a disaggregation stores, and what kauri stats makes of them, against runs that
 * compute the same with ruptures. */
/* timeout: 480 */
/* costly */
#include "run/disagg_job.h"

#include "hazard/disagg_between.h"

#define STORED    "disagg_cells_precision = float64\n"
#define ALL       "disagg_statistics = mean variance branches quantiles occurrence\n"
#define IML       "iml_disagg"
#define ALL_SITES SIZE_MAX

enum { FOLDER = 4096, PARAMETERS = 8 };

/* ---- runs ---- */

static kr_stored *open_run(kr_ctx *ctx, const char *name)
{
    kr_stored *x;
    char path[FOLDER];
    snprintf(path, sizeof path, "%s", kt_path(dir, name));
    kt_ok(ctx, kr_stored_open(ctx, path, &x));
    kt_ok(ctx, kr_stored_tree(x));
    return x;
}

static kr_run_options run_of(const char *name, const char *last, bool exact)
{
    static char path[FOLDER];
    kr_run_options o = options_of(write_job(last));
    snprintf(path, sizeof path, "%s", kt_path(dir, name));
    o.dir = path;
    o.exact = exact;
    o.csv = false;
    return o;
}

static kr_stored *run_as(kr_ctx *ctx, const char *name, const char *last, bool exact)
{
    kr_run_options o = run_of(name, last, exact);
    kt_ok(ctx, kr_run(ctx, &o));
    return open_run(ctx, name);
}

/* New results in folder `name`, of those in `from`. */
static kr_stats_options again_of(const char *name, const char *from, const kr_parameter *p,
                                 size_t n)
{
    static char path[FOLDER], dirs[FOLDER];
    static const char *list[1];
    snprintf(path, sizeof path, "%s", kt_path(dir, name));
    snprintf(dirs, sizeof dirs, "%s", kt_path(dir, from));
    list[0] = dirs;
    return (kr_stats_options){
        .dirs = list, .ndirs = 1, .output = path, .parameters = p, .nparameters = n, .threads = 1};
}

static kr_stored *again_as(kr_ctx *ctx, const char *name, const char *from, const kr_parameter *p,
                           size_t n)
{
    kr_stats_options o = again_of(name, from, p, n);
    kt_ok(ctx, kr_stats_results(ctx, &o));
    return open_run(ctx, name);
}

/* ---- tables against tables ---- */

static size_t compare_table(const two_runs *runs, const char *name)
{
    kr_stored *a = runs->a, *b = runs->b;
    size_t site = runs->site;
    size_t da[KR_H5_MAX_RANK], db[KR_H5_MAX_RANK], na, nb, each = 1;
    int ra, rb;
    void *pa, *pb;
    kt_ok(a->ctx, kr_h5_dims(a->file, name, da, &ra));
    kt_ok(b->ctx, kr_h5_dims(b->file, name, db, &rb));
    assert_int_equal(ra, rb);
    for (int d = 1; d < ra; d++) {
        assert_int_equal(da[d], db[d]);
        each *= da[d];
    }
    kt_ok(a->ctx, kr_h5_read(a->file, name, KR_H5_F64, &a->arena, &pa, &na));
    kt_ok(b->ctx, kr_h5_read(b->file, name, KR_H5_F64, &b->arena, &pb, &nb));
    const double *x = (const double *)pa + (site == ALL_SITES ? 0 : site * each), *y = pb;
    size_t n = site == ALL_SITES ? na : each;
    assert_int_equal(n, nb);
    for (size_t i = 0; i < n; i++)
        if (!(isnan(x[i]) && isnan(y[i]))) /* a summary of nothing */
            kt_close(y[i], x[i], runs->rtol, 1e-17);
    return n;
}

/* All tables of `a`, of one of its sites or (ALL_SITES) all, against those of `b`. */
static void compare(kr_stored *a, kr_stored *b, size_t site, double rtol)
{
    const two_runs runs = {a, b, site, rtol};
    compare_groups(&runs, compare_table);
    compare_table(&runs, "hmap3");
    compare_table(&runs, "disagg-tree/summary");
}

static void end_two(kr_stored *a, kr_stored *b, kr_ctx *ctx)
{
    kr_stored_close(&a);
    kr_stored_close(&b);
    kt_ctx_end(&ctx);
}

/* ---- at the run's own levels ---- */

static void test_own(void **state)
{
    static const char *const levels[] = {CURVE
                                         "poes_disagg = 0.05 0.01\nquantiles = 0.16 0.84\n" ALL,
                                         LEVELS "disagg_statistics = mean occurrence\n"};
    (void)state;
    for (size_t i = 0; i < 4; i++) { /* both ways to give levels, both profiles */
        char last[1024];
        kr_ctx *ctx = kt_ctx();
        snprintf(last, sizeof last, "%s%s", levels[i % 2], STORED);
        kr_stored *a = run_as(ctx, i % 2 ? "la" : "pa", last, i / 2);
        kr_stored *b = again_as(ctx, i % 2 ? "lb" : "pb", i % 2 ? "la" : "pa", NULL, 0);
        compare(a, b, ALL_SITES, 1e-12);
        assert_false(kr_h5_exists(b->file, "disagg-cells"));
        end_two(a, b, ctx);
        kt_dir_remove(&dir);
        dir = kt_dir_create();
    }
}

/* In single precision. */
static void test_single(void **state)
{
    kr_ctx *ctx = kt_ctx();
    (void)state;
    kr_stored *a =
        run_as(ctx, "a", CURVE "poes_disagg = 0.05\ndisagg_cells_precision = float32\n", true);
    kr_stored *b = again_as(ctx, "b", "a", NULL, 0);
    bool single;
    kt_ok(ctx, kr_h5_is_single(a->file, "disagg-cells/rate", &single));
    assert_true(single);
    compare(a, b, ALL_SITES, 3e-7);
    end_two(a, b, ctx);
}

/* ---- other levels ---- */

/* A level of the curves, of a run that had others. */
static void test_stored_level(void **state)
{
    const kr_parameter level[] = {{IML, "{'PGA': 0.2}"},
                                  {"disagg_statistics", "mean variance branches"},
                                  {"disagg_outputs", "TRT_Mag_Dist_Eps Mag"},
                                  {"rlz_index", "2 0"}};
    kr_ctx *ctx = kt_ctx();
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        kr_stored *a = run_as(ctx, exact ? "ea" : "a",
                              "intensity_measure_types_and_levels = {'PGA': [0.05, 0.2, 0.7]}\n"
                              "poes_disagg = 0.03\ndisagg_outputs = TRT_Mag_Dist_Eps\n" STORED,
                              exact);
        kr_stored_close(&a);
        kr_stored *b = again_as(ctx, exact ? "eb" : "b", exact ? "ea" : "a", level, 4);
        kr_stored *c = run_as(ctx, exact ? "ec" : "c",
                              "iml_disagg = {'PGA': 0.2}\ndisagg_outputs = TRT_Mag_Dist_Eps Mag\n"
                              "disagg_statistics = mean variance branches\nrlz_index = 2 0\n",
                              exact);
        compare(c, b, ALL_SITES, 1e-12);
        kr_stored_close(&b);
        kr_stored_close(&c);
    }
    kt_ctx_end(&ctx);
}

/* A probability that the mean curve has at one of its levels. */
static void test_stored_poe(void **state)
{
    char text[64], last[512];
    kr_ctx *ctx = kt_ctx();
    size_t dims[KR_H5_MAX_RANK];
    (void)state;
    kr_stored *a =
        run_as(ctx, "a", CURVE "poes_disagg = 0.03\ndisagg_statistics = mean\n" STORED, true);
    const double *curves = read_all(a, "hcurves-stats", 4, dims);
    snprintf(text, sizeof text, "%.17g", curves[dims[2] * dims[3] + 6]); /* of the second site */
    snprintf(last, sizeof last, CURVE "poes_disagg = %s\ndisagg_statistics = mean\n", text);
    kr_stored_close(&a);
    const kr_parameter poes = {"poes_disagg", text};
    kr_stored *b = again_as(ctx, "b", "a", &poes, 1), *c = run_as(ctx, "c", last, true);
    size_t d[KR_H5_MAX_RANK];
    const double *x = read_all(c, "disagg-rlzs/Mag_Dist_Eps", 7, d);
    const double *y = read_all(b, "disagg-rlzs/Mag_Dist_Eps", 7, d);
    size_t each = d[1] * d[2] * d[3] * d[4] * d[5] * d[6], some = 0;
    for (size_t i = each; i < 2 * each; i++) {
        kt_close(y[i], x[i], 1e-10, 1e-17);
        some += x[i] > 0;
    }
    assert_true(some > 10);
    end_two(b, c, ctx);
}

/* Between two levels: the sum over all bins is the interpolated curve, finer tables add up to
 * coarser ones, and it is near to what ruptures give. */
static void test_between(void **state)
{
    static const double x = 0.23;
    const kr_parameter level[] = {{IML, "{'PGA': 0.23}"}, {"disagg_statistics", "mean variance"}};
    kr_ctx *ctx = kt_ctx();
    size_t dims[KR_H5_MAX_RANK];
    uint32_t branches[16], list[16];
    (void)state;
    kr_stored *a = run_as(ctx, "a", CURVE "poes_disagg = 0.03\n" STORED, true);
    const double *rates = read_all(a, "component_rates", 4, dims), *levels = a->job->levels;
    size_t nlevels = dims[3], l = 0;
    while (levels[l + 1] < x)
        l++;
    double part = log(x / levels[l]) / log(levels[l + 1] / levels[l]);
    assert_true(part > 0.2 && part < 0.8);
    kr_stored *b = again_as(ctx, "b", "a", level, 2);
    for (size_t kind = 0; kind < KR_DISAGG_KINDS; kind++)
        for (size_t site = 0; site < 2; site++)
            for (uint32_t r = 0; r < 4; r++) {
                char name[64];
                size_t d[KR_H5_MAX_RANK], cells = 1, n = kr_tree_rates(a->tree, r, branches, list),
                                          at = 0;
                double ends[2] = {0, 0}, sum = 0;
                snprintf(name, sizeof name, "disagg-rlzs/%s", kr_disagg_kinds[kind].name);
                const double *got = read_all(b, name, 4 + (int)kr_disagg_kinds[kind].ndims, d);
                void *best;
                size_t nbest;
                kt_ok(ctx, kr_h5_read(b->file, "best_rlzs", KR_H5_U32, &b->arena, &best, &nbest));
                while (((uint32_t *)best)[site * 4 + at] != r)
                    at++;
                for (size_t i = 0; i < kr_disagg_kinds[kind].ndims; i++)
                    cells *= d[1 + i];
                for (size_t i = 0; i < cells; i++)
                    sum += rate_of(got[(site * cells + i) * 4 + at]);
                for (size_t k = 0; k < n; k++)
                    for (size_t e = 0; e < 2; e++)
                        ends[e] += rates[(list[k] * 2 + site) * nlevels + l + e];
                double chord =
                    exp((1 - part) * log(-expm1(-ends[0])) + part * log(-expm1(-ends[1])));
                kt_close(-expm1(-sum), chord, 1e-10, 0);
            }
    kr_stored *c =
        run_as(ctx, "c", "iml_disagg = {'PGA': 0.23}\ndisagg_statistics = mean variance\n", true);
    double worst = 0, sum = 0;
    const double *p = read_all(c, "disagg-tree/mean/Mag_Dist", 6, dims);
    const double *q = read_all(b, "disagg-tree/mean/Mag_Dist", 6, dims);
    for (size_t i = 0; i < dims[1] * dims[2]; i++) {
        worst = fmax(worst, fabs(p[i] - q[i]));
        sum += p[i];
    }
    assert_true(sum > 0 && worst < 0.02 * sum && worst > 0);
    kr_stored_close(&c);
    end_two(a, b, ctx);
}

/* ---- other weights ---- */

/* gmm.xml beside the job: that of the job with other weights of both types' models. */
static const char *write_weights(const char *name, const double weights[4])
{
    static char path[FOLDER];
    char text[16384] = "", *to = text;
    size_t n, k = 0;
    unsigned char *tree = kt_read_file(kt_path(dir, "gmm_tree.xml"), &n);
    const char *from = (const char *)tree, *mark = "<uncertaintyWeight>", *next;
    while ((next = strstr(from, mark)) != NULL) {
        next += strlen(mark);
        to += snprintf(to, (size_t)(text + sizeof text - to), "%.*s%g", (int)(next - from), from,
                       weights[k++]);
        from = strchr(next, '<');
    }
    snprintf(to, (size_t)(text + sizeof text - to), "%s", from);
    assert_int_equal(k, 4);
    free(tree);
    snprintf(path, sizeof path, "%s", kt_path(dir, name));
    kt_write_text(path, text);
    return path;
}

static void test_weights(void **state)
{
    static const double weights[] = {0.8, 0.2, 0.3, 0.7};
    const kr_parameter level[] = {{IML, "{'PGA': 0.2}"}, {"rlz_index", "3 1 0"}};
    const char *last = "iml_disagg = {'PGA': 0.2}\nrlz_index = 3 1 0\n"
                       "disagg_statistics = mean variance branches\n";
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        kr_ctx *ctx = kt_ctx();
        kr_stored *a =
            run_as(ctx, "a",
                   "intensity_measure_types_and_levels = {'PGA': [0.05, 0.2, 0.7]}\n"
                   "poes_disagg = 0.03\ndisagg_statistics = mean variance branches\n" STORED,
                   exact);
        kr_stored_close(&a);
        const char *tree = write_weights("gmm.xml", weights);
        kr_run_options o = run_of("c", last, exact);
        const kr_parameter gmm = {"gsim_logic_tree_file", "gmm.xml"};
        o.parameters = &gmm;
        o.nparameters = 1;
        kt_ok(ctx, kr_run(ctx, &o));
        kr_stats_options s = again_of("b", "a", level, 2);
        s.gsim_tree = tree;
        kt_ok(ctx, kr_stats_results(ctx, &s));
        kr_stored *b = open_run(ctx, "b"), *c = open_run(ctx, "c");
        compare(c, b, ALL_SITES, 1e-10);
        end_two(b, c, ctx);
        kt_dir_remove(&dir);
        dir = kt_dir_create();
    }
}

/* ---- some of the sites ---- */

static void test_sites(void **state)
{
    kr_ctx *ctx = kt_ctx();
    (void)state;
    kr_stored *a = run_as(
        ctx, "a", CURVE "poes_disagg = 0.05 0.01\nquantiles = 0.16 0.84\n" ALL STORED, false);
    kr_stats_options s = again_of("b", "a", NULL, 0);
    s.sites = "1";
    kt_ok(ctx, kr_stats_results(ctx, &s));
    kr_stored *b = open_run(ctx, "b");
    assert_int_equal(b->sites->n, 1);
    kt_same(b->sites->lon[0], a->sites->lon[1]);
    compare(a, b, 1, 1e-12);
    compare_table(&(two_runs){a, b, 1, 0}, "hcurves-stats");
    compare_table(&(two_runs){a, b, 1, 0}, "disagg-bins/Lon");
    static const char *const bad[] = {"2", "1,0-1", "0.5", "x", ""};
    for (size_t i = 0; i < 5; i++) {
        s = again_of("d", "a", NULL, 0);
        s.sites = bad[i];
        kt_fails(ctx, kr_stats_results(ctx, &s), KR_EUSAGE, "--sites");
    }
    end_two(a, b, ctx);
}

/* ---- memory and disk ---- */

/* The rates by cell of a run, all of them. */
static double *cell_rates(kr_stored *x, size_t *n)
{
    void *p;
    kt_ok(x->ctx, kr_h5_read(x->file, "disagg-cells/rate", KR_H5_F64, &x->arena, &p, n));
    return p;
}

/* What is stored does not depend on how many levels are computed together. */
static void test_limits(void **state)
{
    static const char last[] =
        "intensity_measure_types_and_levels = {'PGA': logscale(0.01, 2, 80)}\n"
        "poes_disagg = 0.05\ndisagg_outputs = Mag TRT_Mag_Dist_Eps\n" STORED;
    kr_ctx *ctx = kt_ctx();
    size_t n, m;
    (void)state;
    kr_run_options o = run_of("a", last, true);
    o.memory_limit = 1000;
    assert_int_equal(kr_run(ctx, &o), KR_ENOFIT);
    double needed = strtod(strstr(kr_ctx_error(ctx), "needs ") + 6, NULL) * 1e6;
    kr_ctx_clear_error(ctx);
    assert_true(needed > 1e6);
    o.memory_limit = (size_t)needed;
    kt_ok(ctx, kr_run(ctx, &o));
    kr_stored *a = open_run(ctx, "a"), *b = run_as(ctx, "b", last, true);
    const double *x = cell_rates(a, &n), *y = cell_rates(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n * sizeof *x);
    kr_stats_options s = again_of("c", "a", NULL, 0);
    s.memory_limit = 1000;
    assert_int_equal(kr_stats_results(ctx, &s), KR_ENOFIT);
    needed = strtod(strstr(kr_ctx_error(ctx), "needs ") + 6, NULL) * 1e6;
    kr_ctx_clear_error(ctx);
    s.memory_limit = (size_t)needed;
    kt_ok(ctx, kr_stats_results(ctx, &s));
    end_two(a, b, ctx);
}

/* ---- interruptions, allocations ---- */

static void stop(void *user)
{
    unsigned number;
    if (kr_str_eq(kr_phase_name(user, &number), "storing cells"))
        kr_ctx_interrupt(user);
}

static void test_interrupted(void **state)
{
    static const char last[] = CURVE "poes_disagg = 0.05\ndisagg_outputs = Mag_Dist\n" STORED;
    kr_ctx *ctx = kt_ctx();
    size_t n, m;
    (void)state;
    kr_stored *a = run_as(ctx, "a", last, true);
    kr_run_options o = run_of("b", last, true);
    kr_ctx *other = kt_ctx();
    kr_phase_watch(other, stop, other);
    kt_fails(other, kr_run(other, &o), KR_EINTERRUPTED, "interrupted");
    kt_ctx_end(&other);
    o.fresh = false;
    kt_ok(ctx, kr_run(ctx, &o));
    kr_stored *b = open_run(ctx, "b");
    const double *x = cell_rates(a, &n), *y = cell_rates(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n * sizeof *x);
    compare(a, b, ALL_SITES, 0);
    end_two(a, b, ctx);
}

static kr_status store(kr_ctx *ctx, void *user)
{
    kr_status s = kr_run(ctx, user);
    if (s == KR_OK && !kr_file_exists(kt_path(dir, "out/report.html")))
        s = kr_fail(ctx, KR_ENOMEM, "no report");
    remove_results();
    return s;
}

static kr_status make_again(kr_ctx *ctx, void *user)
{
    kr_status s = kr_stats_results(ctx, user);
    if (s == KR_OK && !kr_file_exists(kt_path(dir, "out/report.html")))
        s = kr_fail(ctx, KR_ENOMEM, "no report");
    remove_results();
    return s;
}

static void test_allocations(void **state)
{
    static const char last[] = "intensity_measure_types_and_levels = {'PGA': [0.05, 0.2]}\n"
                               "poes_disagg = 0.2\ndisagg_outputs = Mag\n" STORED;
    const kr_parameter level[] = {{IML, "{'PGA': 0.1}"}};
    kr_ctx *ctx = kt_ctx();
    (void)state;
    kr_stored *a = run_as(ctx, "a", last, true);
    kr_stored_close(&a);
    kt_ctx_end(&ctx);
    kr_stats_options s = again_of("out", "a", level, 1);
    assert_true(kt_fail_each_allocation(make_again, &s) > 100);
    kr_run_options o = run_of("out", last, true);
    assert_true(kt_fail_each_allocation(store, &o) > 100);
}

/* ---- by hand ---- */

static void test_line(void **state)
{
    const double below[3] = {0.1, 0.2, 0.1}, above[3] = {0, 0.05, 0.05}, none[3] = {0};
    double out[3];
    (void)state;
    kr_disagg_between(below, above, 0.25, 3, out);
    double sum = pow(0.4, 0.75) * pow(0.1, 0.25);
    kt_close(out[0], sum * 0.75 * 0.25, 1e-14, 0);
    kt_close(out[1], sum * 0.5, 1e-14, 0);
    kt_close(out[2], sum * (0.75 * 0.25 + 0.25 * 0.5), 1e-14, 0);
    kr_disagg_between(below, none, 0.25, 3, out);
    kt_close(out[1], 0.15, 1e-14, 0);
    kr_disagg_between(none, none, 0.25, 3, out);
    assert_true(out[0] == 0 && out[2] == 0);
    kt_close(-expm1(-kr_disagg_on_chord(-log1p(-0.4), -log1p(-0.1), 0.5)), 0.2, 1e-14, 0);
    kt_close(kr_disagg_on_chord(0.5, 0, 0.5), 0.25, 1e-14, 0);
    assert_true(kr_disagg_on_chord(80, 90, 0.5) > 80 && kr_disagg_on_chord(80, 90, 0.5) < 90);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_own),         TEST(test_single),  TEST(test_stored_level),
        TEST(test_stored_poe),  TEST(test_between), TEST(test_weights),
        TEST(test_sites),       TEST(test_limits),  TEST(test_interrupted),
        TEST(test_allocations), TEST(test_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
