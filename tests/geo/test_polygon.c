#include "geo/polygon.h"
#include "support/support.h"

#include <math.h>

typedef kr_status (*grid_fn)(kr_ctx *ctx, const double *lon, const double *lat, size_t n, double km,
                             kr_arena *arena, kr_grid *out);

/* Points of a grid, and the first and the last of them. */
static void check_grid(grid_fn make, const double *lon, const double *lat, size_t n, double km,
                       const double expected[5])
{
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_grid g = {0, NULL, NULL};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, make(ctx, lon, lat, n, km, &arena, &g));
    assert_int_equal(g.n, (size_t)expected[0]);
    if (g.n) {
        kt_close(g.lon[0], expected[1], 0, 2e-5);
        kt_close(g.lat[0], expected[2], 0, 2e-5);
        kt_close(g.lon[g.n - 1], expected[3], 0, 2e-5);
        kt_close(g.lat[g.n - 1], expected[4], 0, 2e-5);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Regions of the reference's demonstrations: number of sites, north-west and south-east of them. */
static void test_regions(void **state)
{
    (void)state;
    static const double lon1[] = {-1, -1, 1, 1}, lat1[] = {-1.5, 0.7, 0.7, -1.5};
    static const double lon2[] = {-179, -179, 178, 178}, lat2[] = {-1, 1, 1, -1};

    check_grid(kr_polygon_dilate_discretize, lon1, lat1, 4, 10,
               (double[]){624, -1.00004, 0.70012, 1.06918, -1.54818});
    check_grid(kr_polygon_dilate_discretize, lon2, lat2, 4, 10,
               (double[]){840, 177.99997, 1.00032, -178.94181, -1.06812});
}

/* Areas discretized by the reference: edges over 100 km, high latitude, across the date line. */
static void test_areas(void **state)
{
    (void)state;
    static const double lon1[] = {0, 5, 5, 0}, lat1[] = {0, 0, 5, 5};
    static const double lon2[] = {30, 40, 40, 30}, lat2[] = {80, 80, 82, 82};
    static const double lon3[] = {178.62286, -179.45221, -179.64471, 178.62286};
    static const double lat3[] = {53.76441, 54.05315, 55.68933, 55.68933};

    check_grid(kr_polygon_discretize, lon1, lat1, 4, 50,
               (double[]){123, 2.2569075, 5.0045496, 4.9462714, 0.0582808});
    check_grid(kr_polygon_discretize, lon2, lat2, 4, 20,
               (double[]){92, 31.2921636, 82, 39.3410597, 80.0214925});
    check_grid(kr_polygon_discretize, lon3, lat3, 4, 20,
               (double[]){55, 178.9419472, 55.68933, 179.2332614, 53.8906868});
}

static void test_hull(void **state)
{
    (void)state;
    static const double lon[] = {0, 1, 1, 0, 0.5}, lat[] = {0, 0, 1, 1, 0.5};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_grid g = {0, NULL, NULL};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_convex_hull(ctx, lon, lat, 5, &arena, &g));
    assert_int_equal(g.n, 4);
    kt_ok(ctx, kr_hull_dilate_discretize(ctx, lon, lat, 1, 10, &arena, &g));
    assert_int_equal(g.n, 3);
    kt_ok(ctx, kr_hull_dilate_discretize(ctx, lon, lat, 2, 10, &arena, &g));
    assert_int_equal(g.n, 25);
    kt_fails(ctx, kr_convex_hull(ctx, lon, lat, 0, &arena, &g), KR_EINPUT, "one point");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static const char *problem_of(kr_ctx *ctx, const double *lon, const double *lat, size_t n)
{
    const char *problem = "not set";
    kt_ok(ctx, kr_polygon_check(ctx, lon, lat, n, &problem));
    return problem;
}

static void test_problems(void **state)
{
    (void)state;
    static const double lon[] = {0, 1, 1, 0}, lat[] = {0, 0, 1, 1};
    static const double bow_lon[] = {0, 1, 0, 1}, bow_lat[] = {0, 0, 1, 1};
    static const double same_lon[] = {0, 0, 1e-9, 1}, same_lat[] = {0, 0, 0, 1};
    static const double nan_lon[] = {0, 1, NAN}, wide_lon[] = {-170, 0, 170, 5};
    kr_ctx *ctx = kt_ctx();

    assert_null(problem_of(ctx, lon, lat, 4));
    assert_null(problem_of(ctx, lon, lat, 3));
    assert_string_equal(problem_of(ctx, bow_lon, bow_lat, 4),
                        "the edges of the polygon cross each other");
    assert_string_equal(problem_of(ctx, same_lon, same_lat, 4),
                        "a polygon needs at least 3 distinct vertices");
    assert_string_equal(problem_of(ctx, nan_lon, lat, 3),
                        "a coordinate of the polygon is not a number");
    assert_string_equal(problem_of(ctx, wide_lon, lat, 4),
                        "the polygon is wider than 180 degrees of longitude");
    kt_ctx_end(&ctx);
}

static void test_refusals(void **state)
{
    (void)state;
    static const double lon[] = {0, 1, 1, 0}, lat[] = {0, 0, 1, 1};
    static const double line_lon[] = {0, 1, 2}, line_lat[] = {0, 1, 2};
    static const double pole_lon[] = {0, 90, 180, -90}, pole_lat[] = {89, 89, 89, 89};
    static const double big_lon[] = {0, 170, 170, 0}, big_lat[] = {-80, -80, 80, 80};
    static const double inf[] = {0, INFINITY, 1};
    kr_ctx *ctx = kt_ctx();
    kr_arena a;
    kr_grid g = {9, NULL, NULL};

    kr_arena_init(&a, ctx, KR_ACCOUNT_OTHER);
    kt_fails(ctx, kr_polygon_discretize(ctx, lon, lat, 4, 0, &a, &g), KR_EINPUT, "above 0");
    kt_fails(ctx, kr_polygon_discretize(ctx, inf, lat, 3, 5, &a, &g), KR_EINPUT, "not a number");
    kt_fails(ctx, kr_polygon_discretize(ctx, lon, lat, 2, 5, &a, &g), KR_EINPUT, "3 distinct");
    kt_fails(ctx, kr_polygon_discretize(ctx, pole_lon, pole_lat, 4, 5, &a, &g), KR_EINPUT,
             "180 degrees");
    kt_fails(ctx, kr_polygon_discretize(ctx, big_lon, big_lat, 4, 0.001, &a, &g), KR_EINPUT,
             "cannot be covered");
    kt_ok(ctx, kr_polygon_discretize(ctx, line_lon, line_lat, 3, 5, &a, &g));
    assert_int_equal(g.n, 0);
    kt_ok(ctx, kr_polygon_discretize(ctx, lon, lat, 4, 5000, &a, &g));
    assert_int_equal(g.n, 0);
    kr_arena_clear(&a);
    kt_ctx_end(&ctx);
}

static kr_status grid_scenario(kr_ctx *ctx, void *user)
{
    static const double lon[] = {0, 3, 3, 0}, lat[] = {0, 0, 1, 1};
    kr_arena arena;
    kr_grid g = {0, NULL, NULL};
    kr_status s;

    (void)user;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    s = kr_polygon_dilate_discretize(ctx, lon, lat, 4, 5, &arena, &g);
    kr_arena_clear(&arena);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(grid_scenario, NULL) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regions),  cmocka_unit_test(test_areas),
        cmocka_unit_test(test_hull),     cmocka_unit_test(test_problems),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
