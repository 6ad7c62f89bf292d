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
    if (verdict) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple_reference),
        cmocka_unit_test(test_complex_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
