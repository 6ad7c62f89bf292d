#include "geo/fault_mesh.h"
#include "geo/figures.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

static const double tolerance_km = 2e-8;

static void check_nodes(figures *f, const kr_mesh *mesh)
{
    for (size_t i = 0; i < mesh->rows; i++) {
        for (size_t j = 0; j < mesh->cols; j++)
            same_point3(kr_mesh_node(mesh, i, j), figure_point(f), tolerance_km);
    }
}

/* dip, strike, width, area. The strike of a vertical fault may be the opposite one: in the
 * reference rounding decides. */
static void check_surface(figures *f, const kr_mesh *mesh, size_t rows, size_t cols)
{
    double dip, strike, turn;

    kr_mesh_dip_strike(mesh, rows, &dip, &strike);
    kt_close(dip, figure(f), 0, 2e-8);
    turn = fabs(kr_lon_extent(strike, figure(f)));
    if (fabs(dip - 90.0) < 1e-7)
        turn = fmin(turn, 180.0 - turn);
    kt_close(turn, 0, 0, 1e-6);
    kt_close(kr_mesh_width_km(mesh, cols), figure(f), 0, 1e-9);
    kt_close(kr_mesh_area_km2(mesh), figure(f), 1e-11, 1e-9);
}

static void test_simple_reference(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    figures f = figures_open(&arena, "simple_faults.txt");
    size_t cases = figure_count(&f);

    assert_true(cases >= 50);
    for (size_t k = 0; k < cases; k++) {
        size_t n = figure_count(&f), rows, cols;
        kr_simple_fault fault = {.dip = figure(&f)};
        double spacing;
        kr_line outline;
        kr_mesh mesh;
        const char *problem;
        fault.upper_km = figure(&f);
        fault.lower_km = figure(&f);
        spacing = figure(&f);
        fault.trace = (kr_line){n, figure_points(&f, n, &arena)};
        assert_null(kr_simple_fault_problem(&fault, spacing));
        kt_ok(ctx, kr_simple_fault_outline(ctx, &fault, &arena, &outline));
        assert_int_equal(outline.n, 2 * n);
        for (size_t i = 0; i < outline.n; i++) {
            kr_point3 p = {.lon = figure(&f), .depth = outline.p[i].depth};
            p.lat = figure(&f);
            same_point3(outline.p[i], p, tolerance_km);
        }
        rows = figure_count(&f);
        cols = figure_count(&f);
        kt_ok(ctx, kr_simple_fault_mesh(ctx, &fault, spacing, &arena, &mesh, &problem));
        assert_int_equal(mesh.rows, rows);
        assert_int_equal(mesh.cols, cols);
        assert_true((problem == NULL) == (rows > 0));
        if (rows) {
            check_nodes(&f, &mesh);
            check_surface(&f, &mesh, 1, 1);
        }
    }
    figures_end(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void check_floats(figures *f, kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena)
{
    size_t tries = figure_count(f);

    for (size_t t = 0; t < tries; t++) {
        double area = figure(f), length = figure(f);
        size_t n = figure_count(f), found;
        kr_float *floats;
        kt_ok(ctx, kr_complex_fault_floats(ctx, mesh, area, length, arena, &floats, &found));
        assert_int_equal(found, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(floats[i].row0, figure_count(f));
            assert_int_equal(floats[i].col0, figure_count(f));
            assert_int_equal(floats[i].row1, figure_count(f));
            assert_int_equal(floats[i].col1, figure_count(f));
        }
    }
}

static void check_complex(figures *f, kr_ctx *ctx, kr_arena *arena)
{
    size_t n = figure_count(f), verdict, rows, cols;
    double spacing = figure(f);
    kr_line *edges = kr_arena_alloc(arena, n, sizeof *edges);
    const char *problem;
    kr_mesh mesh;

    assert_non_null(edges);
    for (size_t i = 0; i < n; i++) {
        edges[i].n = figure_count(f);
        edges[i].p = figure_points(f, edges[i].n, arena);
    }
    verdict = figure_count(f);
    problem = kr_complex_fault_problem(edges, n, spacing);
    assert_true((problem == NULL) == (verdict == 0));
    if (problem) {
        assert_non_null(strstr(problem, verdict == 1 ? "right order" : "right of its edges"));
        return;
    }
    rows = figure_count(f);
    cols = figure_count(f);
    kt_ok(ctx, kr_complex_fault_mesh(ctx, edges, n, spacing, arena, &mesh, &problem));
    assert_int_equal(mesh.rows, rows);
    assert_int_equal(mesh.cols, cols);
    assert_true((problem == NULL) == (rows > 0));
    if (rows) {
        check_nodes(f, &mesh);
        check_surface(f, &mesh, SIZE_MAX, SIZE_MAX);
        check_floats(f, ctx, &mesh, arena);
    }
}

static void test_complex_reference(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    figures f = figures_open(&arena, "complex_faults.txt");
    size_t cases = figure_count(&f);

    assert_true(cases >= 50);
    for (size_t k = 0; k < cases; k++)
        check_complex(&f, ctx, &arena);
    figures_end(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- analytic cases ---- */

static const double degree_km = KR_EARTH_RADIUS_KM * 3.14159265358979323846 / 180;

/* Along the equator, dipping to the south. */
static void test_simple_analytic(void **state)
{
    (void)state;
    const kr_point3 trace[] = {{-0.05, 0, 1}, {0.05, 0, 1}};
    const kr_simple_fault fault = {{2, trace}, 45, 3, 11};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_mesh mesh;
    kr_line outline;
    const char *problem;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    assert_null(kr_simple_fault_problem(&fault, 1));
    kt_ok(ctx, kr_simple_fault_mesh(ctx, &fault, 1, &arena, &mesh, &problem));
    assert_null(problem);
    assert_int_equal(mesh.rows, 12); /* 11.3 km */
    assert_int_equal(mesh.cols, 12); /* 11.1 km */
    for (size_t i = 0; i < mesh.rows; i++) {
        double down = (double)i * sqrt(0.5);
        for (size_t j = 0; j < mesh.cols; j++) {
            double along = -0.05 + (double)j / degree_km;
            same_point3(kr_mesh_node(&mesh, i, j),
                        (kr_point3){along, -(2 + down) / degree_km, 3 + down}, 3e-6);
        }
    }
    kt_ok(ctx, kr_simple_fault_outline(ctx, &fault, &arena, &outline));
    assert_int_equal(outline.n, 4);
    same_point3(outline.p[0], (kr_point3){-0.05, -3 / degree_km, 1}, 1e-9);
    same_point3(outline.p[3], (kr_point3){0.05, -11 / degree_km, 1}, 1e-9);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A plane of two edges is the simple fault of the same plane, but for the last digits. */
static void test_complex_analytic(void **state)
{
    (void)state;
    const double far = 0.1, deep = -8 / degree_km;
    const kr_point3 top[] = {{0, 0, 2}, {far, 0, 2}};
    const kr_point3 bottom[] = {{0, deep, 10}, {far, deep, 10}};
    const kr_line edges[] = {{2, top}, {2, bottom}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_mesh mesh;
    const char *problem;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    assert_null(kr_complex_fault_problem(edges, 2, 1));
    kt_ok(ctx, kr_complex_fault_mesh(ctx, edges, 2, 1, &arena, &mesh, &problem));
    assert_null(problem);
    assert_int_equal(mesh.rows, 12);
    assert_int_equal(mesh.cols, 12);
    for (size_t i = 0; i < mesh.rows; i++) {
        double down = (double)i / 11;
        for (size_t j = 0; j < mesh.cols; j++)
            same_point3(kr_mesh_node(&mesh, i, j),
                        (kr_point3){far * (double)j / 11, deep * down, 2 + 8 * down}, 1e-5);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- properties ---- */

/* A bent trace and three edges under it; angles grow with the seed. */
typedef struct random_fault {
    kr_point3 trace[4], edge[3][4];
    kr_line edges[3];
    kr_simple_fault simple;
} random_fault;

static void make_random(random_fault *r, uint64_t *seed)
{
    double strike = 360 * kt_random_unit(seed), azimuth = strike;

    r->trace[0] = (kr_point3){360 * kt_random_unit(seed) - 180, 120 * kt_random_unit(seed) - 60, 0};
    for (size_t i = 1; i < 4; i++) {
        kr_lonlat p = kr_point_at(r->trace[i - 1].lon, r->trace[i - 1].lat, azimuth,
                                  5 + 10 * kt_random_unit(seed));
        r->trace[i] = (kr_point3){p.lon, p.lat, 0};
        azimuth += 50 * kt_random_unit(seed) - 25;
    }
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 4; i++) {
            kr_lonlat p = kr_point_at(r->trace[i].lon, r->trace[i].lat, strike + 90,
                                      (double)k * (4 + 2 * kt_random_unit(seed)));
            r->edge[k][i] = (kr_point3){p.lon, p.lat, 1 + 5 * (double)k};
        }
        r->edges[k] = (kr_line){4, r->edge[k]};
    }
    r->simple = (kr_simple_fault){{4, r->trace}, 10 + 75 * kt_random_unit(seed), 0.5, 12};
}

static void turn_fault(random_fault *r, double turn)
{
    for (size_t i = 0; i < 4; i++) {
        r->trace[i].lon = kr_wrap_lon(r->trace[i].lon + turn);
        for (size_t k = 0; k < 3; k++)
            r->edge[k][i].lon = kr_wrap_lon(r->edge[k][i].lon + turn);
    }
}

static void check_turned(const kr_mesh *a, const kr_mesh *b, double turn)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->cols, b->cols);
    for (size_t i = 0; i < a->rows; i++) {
        for (size_t j = 0; j < a->cols; j++) {
            kr_point3 p = kr_mesh_node(a, i, j);
            p.lon = kr_wrap_lon(p.lon + turn);
            same_point3(kr_mesh_node(b, i, j), p, 1e-6);
        }
    }
}

/* Turned around the axis, faults keep their meshes and the places of ruptures. Nodes of simple
 * faults lie at the spacing, exactly; ruptures lie inside the mesh and have about the area asked
 * for, unless they fill the fault down dip. */
static void test_properties(void **state)
{
    (void)state;
    uint64_t seed = 21;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 100; k++) {
        random_fault r;
        double turn = 360 * kt_random_unit(&seed), spacing = 0.8 + 2 * kt_random_unit(&seed);
        double area;
        kr_mesh simple[2], complex[2];
        kr_float *floats[2];
        size_t n[2];
        const char *problem;
        make_random(&r, &seed);
        for (int t = 0; t < 2; t++) {
            assert_null(kr_simple_fault_problem(&r.simple, spacing));
            assert_null(kr_complex_fault_problem(r.edges, 3, spacing));
            kt_ok(ctx, kr_simple_fault_mesh(ctx, &r.simple, spacing, &arena, &simple[t], &problem));
            assert_null(problem);
            kt_ok(ctx,
                  kr_complex_fault_mesh(ctx, r.edges, 3, spacing, &arena, &complex[t], &problem));
            assert_null(problem);
            area = kr_mesh_area_km2(&complex[0]) * 0.15;
            kt_ok(ctx, kr_complex_fault_floats(ctx, &complex[t], area, sqrt(area), &arena,
                                               &floats[t], &n[t]));
            turn_fault(&r, turn);
        }
        check_turned(&simple[0], &simple[1], turn);
        check_turned(&complex[0], &complex[1], turn);
        for (size_t i = 1; i < simple[0].rows; i++) {
            kr_point3 p = kr_mesh_node(&simple[0], i - 1, 0), q = kr_mesh_node(&simple[0], i, 0);
            kt_close(kr_distance_km(p.lon, p.lat, p.depth, q.lon, q.lat, q.depth), spacing, 1e-6,
                     0);
        }
        assert_int_equal(n[0], n[1]);
        assert_true(n[0] > 0);
        for (size_t i = 0; i < n[0]; i++) {
            kr_float f = floats[0][i];
            assert_memory_equal(&f, &floats[1][i], sizeof f);
            assert_true(f.row0 + 1 < f.row1 && f.row1 <= complex[0].rows);
            assert_true(f.col0 + 1 < f.col1 && f.col1 <= complex[0].cols);
            kr_mesh w =
                kr_mesh_window(&complex[0], f.row0, f.col0, f.row1 - f.row0, f.col1 - f.col0);
            assert_true(kr_mesh_area_km2(&w) < 2 * area);
        }
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- what is wrong ---- */

static void simple_is_wrong(kr_simple_fault fault, double spacing, const char *text)
{
    const char *problem = kr_simple_fault_problem(&fault, spacing);

    assert_non_null(problem);
    if (!strstr(problem, text))
        fail_msg("'%s' does not say '%s'", problem, text);
}

static void test_simple_problems(void **state)
{
    (void)state;
    const kr_point3 trace[] = {{0, 0, 1}, {0.2, 0, 1}}, sloping[] = {{0, 0, 1}, {0.2, 0, 1.5}};
    const kr_point3 bow[] = {{0, 0, 0}, {1, 1, 0}, {1, 0, 0}, {0, 1, 0}};
    const kr_simple_fault good = {{2, trace}, 60, 1, 10};
    kr_simple_fault f = good;

    assert_null(kr_simple_fault_problem(&good, 2));
    simple_is_wrong(good, 0, "spacing");
    simple_is_wrong(good, NAN, "spacing");
    simple_is_wrong(good, INFINITY, "spacing");
    f.trace.n = 1;
    simple_is_wrong(f, 2, "two points");
    f.trace = (kr_line){2, sloping};
    simple_is_wrong(f, 2, "horizontal");
    f.trace = (kr_line){4, bow};
    simple_is_wrong(f, 2, "crosses itself");
    f = good;
    f.dip = 0;
    simple_is_wrong(f, 2, "dip");
    f.dip = 90.5;
    simple_is_wrong(f, 2, "dip");
    f.dip = NAN;
    simple_is_wrong(f, 2, "dip");
    f = good;
    f.lower_km = 1;
    simple_is_wrong(f, 2, "lower seismogenic depth");
    f.lower_km = 7000;
    simple_is_wrong(f, 2, "radius");
    f = good;
    f.upper_km = 0.5;
    simple_is_wrong(f, 2, "above the fault trace");
}

static void complex_is_wrong(const kr_line *edges, size_t n, double spacing, const char *text)
{
    const char *problem = kr_complex_fault_problem(edges, n, spacing);

    assert_non_null(problem);
    if (!strstr(problem, text))
        fail_msg("'%s' does not say '%s'", problem, text);
}

static void test_complex_problems(void **state)
{
    (void)state;
    const kr_point3 top[] = {{0, 0, 2}, {0.2, 0, 2}}, bottom[] = {{0, -0.1, 10}, {0.2, -0.1, 10}};
    const kr_point3 back[] = {{0.2, -0.1, 10}, {0, -0.1, 10}};
    const kr_point3 north[] = {{0, 0.1, 10}, {0.2, 0.1, 10}};
    const kr_line good[] = {{2, top}, {2, bottom}}, crossed[] = {{2, top}, {2, back}};
    const kr_line left[] = {{2, top}, {2, north}}, one[] = {{1, top}, {2, bottom}};

    assert_null(kr_complex_fault_problem(good, 2, 2));
    complex_is_wrong(good, 1, 2, "two edges");
    complex_is_wrong(one, 2, 2, "two points");
    complex_is_wrong(good, 2, 0, "spacing");
    complex_is_wrong(good, 2, NAN, "spacing");
    complex_is_wrong(crossed, 2, 2, "right order");
    complex_is_wrong(left, 2, 2, "right of its edges");
}

/* What the checks let through but no mesh can be made of. */
static void test_no_mesh(void **state)
{
    (void)state;
    const kr_point3 trace[] = {{0, 0, 0}, {0.2, 0, 0}};
    const kr_simple_fault fault = {{2, trace}, 60, 0, 10};
    const kr_point3 bottom[] = {{0.2, 0, 0}, {0.1, -0.1, 9}, {0, -0.1, 10}};
    const kr_point3 wedge[] = {{0, -0.1, 10}, {0.2, 0, 0}};
    const kr_line edges[] = {{2, trace}, {2, wedge}}, few[] = {{2, trace}, {3, bottom}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_mesh mesh;
    const char *problem = NULL;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_simple_fault_mesh(ctx, &fault, 100, &arena, &mesh, &problem));
    assert_true(problem && mesh.rows == 0); /* no trace left */
    kt_ok(ctx, kr_simple_fault_mesh(ctx, &fault, 24, &arena, &mesh, &problem));
    assert_true(problem && mesh.rows == 0); /* less than half a step down dip */
    kt_ok(ctx, kr_simple_fault_mesh(ctx, &fault, 10, &arena, &mesh, &problem));
    assert_true(!problem && mesh.rows == 2 && mesh.cols == 3);
    kt_ok(ctx, kr_complex_fault_mesh(ctx, edges, 2, 2, &arena, &mesh, &problem));
    assert_true(problem && mesh.rows == 0);
    assert_non_null(strstr(problem, "meet in a point"));
    kt_ok(ctx, kr_complex_fault_mesh(ctx, few, 2, 300, &arena, &mesh, &problem));
    assert_true(problem && mesh.rows == 0);
    kt_fails(ctx, kr_complex_fault_mesh(ctx, few, 2, 1e-9, &arena, &mesh, &problem), KR_EINPUT,
             "points");
    kt_fails(ctx, kr_simple_fault_mesh(ctx, &fault, 1e-7, &arena, &mesh, &problem), KR_EINPUT,
             "points");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status make_all(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    random_fault *r = user;
    kr_arena arena;
    kr_mesh mesh;
    kr_line outline;
    kr_float *floats;
    size_t n;
    const char *problem;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_simple_fault_mesh(ctx, &r->simple, 0.3, &arena, &mesh, &problem));
    KR_TRY(kr_simple_fault_outline(ctx, &r->simple, &arena, &outline));
    KR_TRY(kr_complex_fault_mesh(ctx, r->edges, 3, 0.5, &arena, &mesh, &problem));
    KR_TRY(kr_complex_fault_floats(ctx, &mesh, 20, 5, &arena, &floats, &n));
    KR_TRY(kr_complex_fault_floats(ctx, &mesh, 1e6, 1e3, &arena, &floats, &n));
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    random_fault r;
    uint64_t seed = 22;

    make_random(&r, &seed);
    assert_true(kt_fail_each_allocation(make_all, &r) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple_reference), cmocka_unit_test(test_complex_reference),
        cmocka_unit_test(test_simple_analytic),  cmocka_unit_test(test_complex_analytic),
        cmocka_unit_test(test_properties),       cmocka_unit_test(test_simple_problems),
        cmocka_unit_test(test_complex_problems), cmocka_unit_test(test_no_mesh),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
