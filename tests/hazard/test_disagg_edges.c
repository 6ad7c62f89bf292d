/* Bins of disaggregation: edges that OpenQuake 3.21 wrote for the same numbers, the date line, and
 * what is refused. */
#include "hazard/disagg_edges.h"
#include "support/model.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>

static kr_ctx *ctx;
static kr_arena arena;

static int setup(void **state)
{
    (void)state;
    ctx = kt_ctx();
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return 0;
}

static void same_edges(const double *got, size_t n, const double *want, size_t nwant)
{
    assert_int_equal(n + 1, nwant);
    for (size_t i = 0; i < nwant; i++)
        kt_same(got[i], want[i]);
}

static void check_mags(double least, double greatest, double width, double first, double last,
                       size_t nbins)
{
    double *x;
    size_t n;
    kt_ok(ctx, kr_disagg_mag_edges(least, greatest, width, &arena, &x, &n));
    assert_int_equal(n, nbins);
    kt_close(x[0], first, 1e-14, 0);
    kt_close(x[n], last, 1e-14, 0);
    assert_true(least >= x[0] - 1e-9 && greatest <= x[n]);
}

static void test_magnitudes(void **state)
{
    double *x;
    size_t n;
    (void)state;
    check_mags(5.0, 7.0, 1.0, 5, 8, 3); /* a greatest one on an edge: one bin more */
    check_mags(5.1, 6.9, 1.0, 5, 7, 2);
    check_mags(7.45, 7.45, 0.1, 7.4, 7.5, 1);
    check_mags(6.0, 6.0, 0.5, 6, 6.5, 1);
    check_mags(6.5, 7.0, 0.25, 6.5, 7.25, 3);
    check_mags(4.2, 7.05, 0.5, 4, 7.5, 7);
    assert_int_equal(kr_disagg_mag_edges(5, 7, 1e-9, &arena, &x, &n), KR_EINPUT);
}

static void test_distances(void **state)
{
    static const double want[] = {0, 25, 50, 75, 100}, one[] = {0, 110};
    double *x;
    size_t n;
    (void)state;
    kt_ok(ctx, kr_disagg_dist_edges(100, 25, &arena, &x, &n));
    same_edges(x, n, want, 5);
    kt_ok(ctx, kr_disagg_dist_edges(110, NAN, &arena, &x, &n));
    same_edges(x, n, one, 2);
    kt_ok(ctx, kr_disagg_dist_edges(101, 25, &arena, &x, &n)); /* beyond it */
    assert_int_equal(n, 5);
}

/* The edges that OpenQuake wrote into the heads of its tables. */
static void test_places(void **state)
{
    static const double lon1[] = {8.924297504394675, 11.275702495605325},
                        lat1[] = {39.20068, 40.999320000000004};
    static const double lon2[] = {-1.298738625980141,  -0.8990189313178876, -0.49929923665563414,
                                  -0.0995795419933807, 0.30014015266887273, 0.6998598473311262,
                                  1.0995795419933796,  1.4992992366556332,  1.8990189313178865,
                                  2.29873862598014};
    static const double lat2[] = {-2.39864,
                                  -1.9989422222222224,
                                  -1.5992444444444445,
                                  -1.199546666666667,
                                  -0.7998488888888892,
                                  -0.40015111111111146,
                                  -0.0004533333333337497,
                                  0.39924444444444374,
                                  0.7989422222222217,
                                  1.1986399999999997};
    static const double lon3[] = {175.61128112572962, 176.55755408381975, 177.50382704190986,
                                  178.4501,           179.39637295809013, 180.34264591618023,
                                  181.28891887427037};
    double *x;
    size_t n;
    (void)state;
    kt_ok(ctx, kr_disagg_degree_edges(10.1, 40.1, 100, 1.5, 180, &arena, &x, &n));
    same_edges(x, n, lon1, 2);
    kt_ok(ctx, kr_disagg_degree_edges(40.1, 0, 100, 1.5, 90, &arena, &x, &n));
    same_edges(x, n, lat1, 2);
    kt_ok(ctx, kr_disagg_degree_edges(0.5, -0.6, 200, 0.2, 180, &arena, &x, &n));
    same_edges(x, n, lon2, 10);
    kt_ok(ctx, kr_disagg_degree_edges(-0.6, 0, 200, 0.2, 90, &arena, &x, &n));
    same_edges(x, n, lat2, 10);
    /* across the date line edges run on */
    kt_ok(ctx, kr_disagg_degree_edges(178.4501, -18.1248, 300, 0.5, 180, &arena, &x, &n));
    kr_disagg_wrap(x, n + 1);
    same_edges(x, n, lon3, 7);
    assert_int_equal(kr_disagg_degree_edges(0, 0, 300, 1e-9, 180, &arena, &x, &n), KR_EINPUT);
    assert_int_equal(kr_disagg_degree_edges(0, 0, 0, 1, 180, &arena, &x, &n), KR_EINPUT);
}

static void test_wrap(void **state)
{
    double far[] = {-100, 0, 100}, near[] = {-10, 0, 10}, west[] = {-181, -179};
    (void)state;
    kr_disagg_wrap(far, 3);
    kt_same(far[0], 260);
    kt_same(far[1], 0);
    kt_same(far[2], 100);
    kr_disagg_wrap(near, 3);
    kt_same(near[0], -10);
    kr_disagg_wrap(west, 2);
    kt_same(west[0], -181);
}

/* ------------------------------------------------------------------ of a job */

#define JOB                                                                                        \
    "[general]\ncalculation_mode = disaggregation\ninvestigation_time = 50\ntruncation_level = "   \
    "3\n"                                                                                          \
    "source_model_logic_tree_file = source_tree.xml\ngsim_logic_tree_file = gmm_tree.xml\n"        \
    "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\npoes_disagg = 0.1\n"                \
    "sites = 0 0, 0 10\nreference_vs30_value = 760\nwidth_of_mfd_bin = 0.5\n"

static void make(kt_model *m, const char *job)
{
    static const char *const model[] = {"source.xml"}, *const gmm[] = {"BooreAtkinson2008"};
    char sources[8192];
    (void)snprintf(sources, sizeof sources, "%s%s",
                   kt_point_source("1", "Stable Continental Crust", 0, 0),
                   kt_point_source("2", "Active Shallow Crust", 0.1, 0));
    char sets[4096];
    (void)snprintf(sets, sizeof sets, "%s%s",
                   kt_branch_set("a", "gmpeModel",
                                 "applyToTectonicRegionType=\"Active Shallow Crust\"", 1, gmm),
                   kt_branch_set("s", "gmpeModel",
                                 "applyToTectonicRegionType=\"Stable Continental Crust\"", 1, gmm));
    kt_model_make(m, job, sources, kt_branch_set("m", "sourceModel", "", 1, model), sets);
}

static void test_job(void **state)
{
    kt_model m;
    kr_disagg_edges *e;
    double lon[] = {0, 0}, lat[] = {0, 10};
    const kr_sites sites = {.n = 2, .lon = lon, .lat = lat};
    (void)state;
    make(&m, JOB "maximum_distance = {'default': 100, 'Active Shallow Crust': 150}\n"
                 "mag_bin_width = 0.5\ndistance_bin_width = 40\ncoordinate_bin_width = 1\n"
                 "num_epsilon_bins = 6\n");
    kt_ok(m.ctx, kr_disagg_edges_create(m.ctx, m.job, m.tree, &sites, &e));
    assert_int_equal(e->ntrts, 2);
    assert_string_equal(e->trts[0], "Active Shallow Crust");
    assert_string_equal(e->trts[1], "Stable Continental Crust");
    for (size_t c = 0; c < m.tree->ncomponents; c++)
        assert_string_equal(e->trts[e->trt_of[c]], m.tree->components[c].source_trt);
    assert_int_equal(e->n[KR_DIM_DIST], 4); /* 160 km reach 150 */
    assert_int_equal(e->n[KR_DIM_EPS], 6);
    kt_same(e->eps[0], -3);
    kt_same(e->eps[3], 0);
    kt_same(e->eps[6], 3);
    const kr_disagg_bins first = kr_disagg_edges_at(e, 0), second = kr_disagg_edges_at(e, 1);
    assert_int_equal(first.lon.n, second.lon.n);
    assert_true(second.lon.edges[0] < first.lon.edges[0]); /* wider far from the equator */
    kt_close(second.lat.edges[0] - first.lat.edges[0], 10, 1e-12, 0);
    kr_disagg_edges_destroy(&e);
    kt_model_end(&m);
}

static void test_given(void **state)
{
    kt_model m;
    kr_disagg_edges *e;
    double lon[] = {0}, lat[] = {0};
    const kr_sites sites = {.n = 1, .lon = lon, .lat = lat};
    (void)state;
    make(&m, JOB "maximum_distance = 100\n"
                 "disagg_bin_edges = {'mag': [5, 5.5, 7], 'lon': [-1, 0, 1], 'lat': [-1, 1]}\n");
    kt_ok(m.ctx, kr_disagg_edges_create(m.ctx, m.job, m.tree, &sites, &e));
    assert_int_equal(e->n[KR_DIM_MAG], 2);
    assert_int_equal(e->n[KR_DIM_DIST], 1); /* without a width one bin */
    assert_int_equal(e->n[KR_DIM_LON], 2);
    assert_int_equal(e->n[KR_DIM_LAT], 1);
    assert_int_equal(e->n[KR_DIM_EPS], 1);
    kt_same(e->mag[1], 5.5);
    kr_disagg_edges_destroy(&e);
    kt_model_end(&m);
}

static kr_status scenario(kr_ctx *c, void *user)
{
    const kt_model *m = user;
    double lon[] = {0}, lat[] = {0};
    const kr_sites sites = {.n = 1, .lon = lon, .lat = lat};
    kr_disagg_edges *e = NULL;
    kr_status s = kr_disagg_edges_create(c, m->job, m->tree, &sites, &e);
    kr_disagg_edges_destroy(&e);
    return s;
}

static void test_memory(void **state)
{
    kt_model m;
    (void)state;
    make(&m, JOB "maximum_distance = 100\nmag_bin_width = 0.5\ndistance_bin_width = 40\n"
                 "coordinate_bin_width = 1\nnum_epsilon_bins = 6\n");
    assert_true(kt_fail_each_allocation(scenario, &m) > 1);
    kt_model_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_magnitudes), cmocka_unit_test(test_distances),
        cmocka_unit_test(test_places),     cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_job),        cmocka_unit_test(test_given),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
