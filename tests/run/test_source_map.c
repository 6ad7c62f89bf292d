/* Sources on the map of a report: those near the sites, each once, a bounded number of points. */
#include "run/source_map.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

enum { MANY = 30000 };

/* A model of these sources, in one file. */
typedef struct world {
    kr_model model;
    kr_source_file file;
    kr_group group;
    kr_source sources[5];
    const kr_source *list[5];
    double lon[MANY], lat[MANY];
} world;

static const double corner_lon[] = {179.5, -179.5, -179.5, 179.5},
                    corner_lat[] = {-17.5, -17.5, -16.5, -16.5};
static const double around_lon[] = {178, -178, -178, 178}, around_lat[] = {-18, -18, -16, -16};
static const double far_lon[] = {10, 11, 11}, far_lat[] = {50, 50, 51};

static world *make_world(size_t npoints)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    for (size_t i = 0; i < npoints; i++) {
        w->lon[i] = 179 + (double)(i % 200) / 200;
        w->lat[i] = -17 + 0.5 * (double)i / MANY;
    }
    w->sources[0] = (kr_source){.kind = KR_SOURCE_MULTIPOINT,
                                .id = "points",
                                .npoints = npoints,
                                .lon = w->lon,
                                .lat = w->lat};
    w->sources[1] = (kr_source){
        .kind = KR_SOURCE_AREA, .id = "a", .npoints = 4, .lon = corner_lon, .lat = corner_lat};
    w->sources[2] = w->sources[1]; /* an alternative with the same polygon */
    w->sources[3] = (kr_source){
        .kind = KR_SOURCE_AREA, .id = "far", .npoints = 3, .lon = far_lon, .lat = far_lat};
    w->sources[4] = (kr_source){
        .kind = KR_SOURCE_AREA, .id = "o", .npoints = 4, .lon = around_lon, .lat = around_lat};
    for (size_t i = 0; i < 5; i++)
        w->list[i] = &w->sources[i];
    w->group = (kr_group){.nsources = 5, .sources = w->list};
    w->file = (kr_source_file){.path = "f", .ngroups = 1, .groups = &w->group};
    w->model.nfiles = 1;
    w->model.files = &w->file;
    return w;
}

static kr_status make(kr_ctx *ctx, const world *w, kr_source_map *out)
{
    static double lon[] = {179.2, -179.4}, lat[] = {-17, -16.8};
    const kr_job job = {.investigation_time = 1};
    const kr_sites sites = {.n = 2, .lon = lon, .lat = lat};
    return kr_source_map_make(ctx, &job, &w->model, &sites, out);
}

/* The polygon across the date line is one ring without a jump, and so is the one around the whole
 * map, both on its side of the Earth; the same one again and the one far away are not there. */
static void test_near_ones_once(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_source_map o;
    world *w = make_world(300);
    kt_ok(ctx, make(ctx, w, &o));
    assert_int_equal(o.sources.nlines, 2);
    const kr_line *ring = &o.sources.lines[0], *around = &o.sources.lines[1];
    assert_int_equal(ring->n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(fabs(kr_lon_extent(corner_lon[i % 4], ring->p[i].lon)) < 1e-9);
        assert_true(ring->p[i].lat == corner_lat[i % 4]);
        assert_true(fabs(ring->p[i].lon - 180) < 0.6);
    }
    assert_int_equal(around->n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(fabs(fabs(around->p[i].lon - 180) - 2) < 1e-9);
    assert_int_equal(o.sources.npoints, 300);
    assert_int_equal(o.sources.left, 0);
    kr_source_map_clear(&o);
    kr_source_map_clear(&o);
    free(w);
    kt_ctx_end(&ctx);
}

/* Every nth of too many, and it is said how many are left out. */
static void test_many(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_source_map o;
    world *w = make_world(MANY);
    kt_ok(ctx, make(ctx, w, &o));
    assert_int_equal(o.sources.npoints, MANY / 4);
    assert_int_equal(o.sources.left, MANY - MANY / 4);
    for (size_t i = 0; i < o.sources.npoints; i++) {
        assert_true(o.sources.points[i].lon == w->lon[4 * i]);
        assert_true(o.sources.points[i].lat == w->lat[4 * i]);
    }
    kr_source_map_clear(&o);
    free(w);
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    kr_source_map o;
    kr_status s = make(ctx, user, &o);
    kr_source_map_clear(&o);
    return s;
}

static void test_no_memory(void **state)
{
    (void)state;
    world *w = make_world(100);
    assert_true(kt_fail_each_allocation(scenario, w) > 3);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_ones_once),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
