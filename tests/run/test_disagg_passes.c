/* A disaggregation in passes, where memory is short: the bits of one pass, in every table. */
/* timeout: 480 */
/* costly */
#include "run/disagg_job.h"

#define MEASURES                                                                                   \
    "intensity_measure_types_and_levels = {'PGA': logscale(0.01, 2, 12), 'SA(0.2)': "              \
    "logscale(0.01, 2, 12), 'SA(1.0)': logscale(0.01, 2, 12)}\n"
#define ALL                                                                                        \
    "quantiles = 0.16 0.84\n"                                                                      \
    "disagg_statistics = mean variance branches quantiles occurrence sources\n"                    \
    "disagg_outputs = Mag TRT Lon_Lat Mag_Dist_Eps TRT_Mag_Dist\n"

enum { SITES = 2, IMTS = 3, POES = 30 };

/* Rates by bin, not tables, take the memory. */
static const kr_parameter *many_bins(void)
{
    static char poes[1024];
    static const kr_parameter all[] = {{"num_epsilon_bins", "40"}, {"poes_disagg", poes}};
    for (size_t i = 0, used = 0; i < POES; i++)
        used +=
            (size_t)snprintf(poes + used, sizeof poes - used, "%.4f ", 0.3 - 0.0095 * (double)i);
    return all;
}

static kr_run_options options_within(const char *name, size_t limit, bool exact)
{
    static char job[4096], out[4096];
    snprintf(job, sizeof job, "%s", kt_path(dir, "job.ini"));
    snprintf(out, sizeof out, "%s", kt_path(dir, name));
    return (kr_run_options){.job = job,
                            .dir = out,
                            .parameters = many_bins(),
                            .nparameters = 2,
                            .threads = 2,
                            .exact = exact,
                            .memory_limit = limit};
}

/* ---- runs ---- */

/* Tables begin once in each pass. */
static size_t begun;

static void count(void *user)
{
    unsigned number;
    begun += kr_str_eq(kr_phase_name(user, &number), "disaggregation tables");
}

/* In a folder of its own; the number of passes. */
static kr_stored *run_within(kr_ctx *ctx, const char *name, size_t limit, bool exact,
                             size_t *passes)
{
    kr_stored *x;
    kr_run_options o = options_within(name, limit, exact);
    begun = 0;
    kr_ctx *own = kt_ctx(); /* what is open counts */
    kr_phase_watch(own, count, own);
    follow_sites(own, SITES); /* it goes on and on, from pass to pass */
    kt_ok(own, kr_run(own, &o));
    kt_ctx_end(&own);
    assert_true(all_reached());
    assert_int_equal(begun % SITES, 0);
    *passes = begun / SITES;
    kt_ok(ctx, kr_stored_open(ctx, o.dir, &x));
    kt_ok(ctx, kr_stored_tree(x));
    return x;
}

/* What is needed for one measure at a time; less is refused. */
static size_t least_limit(bool exact)
{
    kr_ctx *ctx = kt_ctx();
    size_t limit = 1000;
    for (int i = 0; i < 2; i++) { /* from far below, and a little below */
        kr_run_options o = options_within("refused", limit, exact);
        assert_int_equal(kr_run(ctx, &o), KR_ENOFIT);
        double needed = strtod(strstr(kr_ctx_error(ctx), "needs ") + 6, NULL) * 1e6;
        kr_ctx_clear_error(ctx);
        limit = (size_t)(i ? needed : needed * 0.95);
    }
    assert_false(kr_dir_exists(kt_path(dir, "refused")));
    kt_ctx_end(&ctx);
    return limit;
}

/* ---- bits ---- */

static size_t same_bits(const two_runs *runs, const char *name)
{
    void *x, *y;
    size_t n, m;
    kt_ok(runs->a->ctx, kr_h5_read(runs->a->file, name, KR_H5_F64, &runs->a->arena, &x, &n));
    kt_ok(runs->b->ctx, kr_h5_read(runs->b->file, name, KR_H5_F64, &runs->b->arena, &y, &m));
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n * sizeof(double));
    return n;
}

static void compare(kr_stored *a, kr_stored *b)
{
    static const char *const single[] = {"hmap3", "poe4", "disagg-tree/level",
                                         "disagg-tree/summary", "disagg-sources/rate"};
    const two_runs runs = {.a = a, .b = b};
    compare_groups(&runs, same_bits);
    compare_group(&runs, "disagg-cells", same_bits);
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        assert_int_equal(kr_h5_exists(a->file, single[i]), kr_h5_exists(b->file, single[i]));
        if (kr_h5_exists(a->file, single[i]))
            same_bits(&runs, single[i]);
    }
}

/* ---- tests ---- */

/* Models have weights of their own for one of the measures. */
static void weigh_measures(void)
{
    static const char end[] = "</uncertaintyWeight>";
    char text[8192], *to = text;
    size_t n;
    unsigned char *old = kt_read_file(kt_path(dir, "gmm_tree.xml"), &n);
    const char *from = (const char *)old;
    for (int i = 0; i < 4; i++) {
        const char *at = strstr(from, end);
        assert_non_null(at);
        at += strlen(end);
        to += sprintf(to, "%.*s<uncertaintyWeight imt='SA(0.2)'>%s%s", (int)(at - from), from,
                      i % 2 ? "0.8" : "0.2", end);
        from = at;
    }
    sprintf(to, "%s", from);
    kt_write_text(kt_path(dir, "gmm_tree.xml"), text);
    free(old);
}

/* All statistics, single realizations, all tables, in one, two and three passes. */
static void check(const char *last, bool exact, bool weighed)
{
    size_t one, passes = 0, twice = 0;
    kr_ctx *ctx = kt_ctx();
    write_job(last);
    if (weighed)
        weigh_measures();
    kr_stored *whole = run_within(ctx, "whole", 0, exact, &one);
    assert_int_equal(one, 1);
    size_t least = least_limit(exact);
    for (size_t limit = least, i = 0; i < 20 && passes != 1; i++, limit += least / 3) {
        char name[16];
        snprintf(name, sizeof name, "%zu", i);
        kr_stored *x = run_within(ctx, name, limit, exact, &passes);
        if (i == 0)
            assert_int_equal(passes, IMTS);
        twice += passes == 2;
        compare(whole, x);
        kr_stored_close(&x);
    }
    assert_int_equal(passes, 1);
    assert_true(twice > 0);
    kr_stored_close(&whole);
    kt_ctx_end(&ctx);
}

static void test_exact(void **state)
{
    (void)state;
    check(MEASURES ALL, true, false);
}

static void test_reference(void **state)
{
    (void)state;
    check(MEASURES ALL, false, true);
}

/* Rates by cell beside the tables: they need passes of their own then. */
static void test_cells(void **state)
{
    (void)state;
    check(MEASURES "quantiles = 0.16 0.84\ndisagg_statistics = quantiles\n"
                   "disagg_outputs = Mag_Dist_Eps\ndisagg_cells_precision = float64\n",
          true, false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(test_exact), TEST(test_reference), TEST(test_cells)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
