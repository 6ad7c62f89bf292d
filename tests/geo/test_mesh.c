#include "geo/figures.h"
#include "geo/mesh.h"
#include "support/support.h"

#include <math.h>

static void check_angle(double got, double expected, double tolerance)
{
    kt_close(kr_lon_extent(got, expected), 0, 0, tolerance);
}

/* What the reference says of a mesh; see the figures' head. */
static void check_mesh(figures *f, const kr_mesh *mesh)
{
    double dip, strike;
    kr_bbox box;
    size_t k = (mesh->rows - 2) * mesh->stride + mesh->cols - 2;

    kr_mesh_dip_strike(mesh, SIZE_MAX, &dip, &strike);
    kt_close(dip, figure(f), 0, 1e-9);
    check_angle(strike, figure(f), 1e-9);
    kr_mesh_dip_strike(mesh, 1, &dip, &strike);
    kt_close(dip, figure(f), 0, 1e-9);
    check_angle(strike, figure(f), 1e-9);
    kt_close(kr_mesh_width_km(mesh, SIZE_MAX), figure(f), 0, 1e-9);
    kt_close(kr_mesh_width_km(mesh, 1), figure(f), 0, 1e-9);
    kt_close(kr_mesh_area_km2(mesh), figure(f), 1e-11, 1e-9);
    same_point3(kr_mesh_middle(mesh), figure_point(f), 2e-8);
    kt_close(kr_mesh_ztor(mesh), figure(f), 0, 1e-10);
    kt_close(kr_mesh_zbot(mesh), figure(f), 0, 1e-10);
    assert_true(kr_mesh_box(mesh, &box));
    kt_close(box.west, figure(f), 0, 1e-10);
    kt_close(box.south, figure(f), 0, 1e-10);
    kt_close(box.east, figure(f), 0, 1e-10);
    kt_close(box.north, figure(f), 0, 1e-10);
    kt_close(mesh->cells.length[k], figure(f), 0, 1e-9);
    kt_close(mesh->cells.width[k], figure(f), 0, 1e-9);
    kt_close(mesh->cells.tl_area[k] + mesh->cells.br_area[k], figure(f), 1e-11, 1e-9);
}

static void test_reference(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    figures f = figures_open(&arena, "meshes.txt");
    size_t cases = figure_count(&f);

    assert_true(cases >= 50);
    for (size_t i = 0; i < cases; i++) {
        size_t rows = figure_count(&f), cols = figure_count(&f), row, col;
        kr_mesh mesh, window;
        kt_ok(ctx, kr_mesh_make(ctx, figure_points(&f, rows * cols, &arena), rows, cols, true,
                                &arena, &mesh));
        check_mesh(&f, &mesh);
        row = figure_count(&f);
        col = figure_count(&f);
        rows = figure_count(&f);
        cols = figure_count(&f);
        window = kr_mesh_window(&mesh, row, col, rows, cols);
        check_mesh(&f, &window);
    }
    figures_end(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
