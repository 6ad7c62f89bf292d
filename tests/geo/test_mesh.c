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

/* ---- analytic cases ---- */

/* Nodes on a plane that dips at `dip` to the right of `strike`, `step` km apart. */
static void plane_nodes(kr_point3 *out, size_t rows, size_t cols, double strike, double dip,
                        double step)
{
    const double degree = 3.14159265358979323846 / 180;

    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            double down = step * (double)i;
            kr_lonlat p = kr_point_at(20, 40, strike, step * (double)j);
            p = kr_point_at(p.lon, p.lat, strike + 90, down * cos(dip * degree));
            out[i * cols + j] = (kr_point3){p.lon, p.lat, 2 + down * sin(dip * degree)};
        }
    }
}

/* Small planes have the dip, strike and size they were given, up to the Earth's curvature. */
static void test_plane(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 24; k++) {
        kr_point3 nodes[12];
        double strike = 15.0 * k + 1, dip = 3.5 * k + 5, got_dip, got_strike;
        kr_mesh mesh;
        plane_nodes(nodes, 3, 4, strike, dip, 0.1);
        kt_ok(ctx, kr_mesh_make(ctx, nodes, 3, 4, true, &arena, &mesh));
        kr_mesh_dip_strike(&mesh, 2, &got_dip, &got_strike);
        kt_close(got_dip, dip, 0, 0.01);
        kt_close(kr_lon_extent(got_strike, strike), 0, 0, 0.01);
        kt_close(kr_mesh_width_km(&mesh, 3), 0.2, 1e-3, 0);
        kt_close(kr_mesh_area_km2(&mesh), 0.06, 1e-3, 0);
        kt_close(kr_mesh_ztor(&mesh), 2, 1e-15, 0);
        kt_close(kr_mesh_zbot(&mesh), nodes[11].depth, 1e-15, 0);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* The same surface with its columns from right to left overhangs: it is seen from the other side.
 */
static void test_overhang(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_point3 nodes[12], turned[12];
    double dip[3], strike[3];
    kr_mesh mesh;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    plane_nodes(nodes, 3, 4, 75, 50, 1);
    for (size_t k = 0; k < 12; k++)
        turned[k] = nodes[k / 4 * 4 + 3 - k % 4];
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 3, 4, true, &arena, &mesh));
    kr_mesh_dip_strike(&mesh, 2, &dip[0], &strike[0]);
    kt_ok(ctx, kr_mesh_make(ctx, turned, 3, 4, true, &arena, &mesh));
    kr_mesh_dip_strike(&mesh, 2, &dip[1], &strike[1]);
    kt_close(dip[1], dip[0], 0, 0.02);
    kt_close(strike[1], strike[0], 0, 0.02);
    /* a vertical surface may look to either side */
    for (size_t k = 0; k < 12; k++) {
        size_t row = k / 4, col = k % 4;
        turned[k] = (kr_point3){20, 40 + 0.01 * (double)col, (double)row};
    }
    kt_ok(ctx, kr_mesh_make(ctx, turned, 3, 4, true, &arena, &mesh));
    kr_mesh_dip_strike(&mesh, 2, &dip[2], &strike[2]);
    kt_close(dip[2], 90, 0, 1e-8);
    kt_close(fmod(strike[2] + 90, 180), 90, 0, 0.01);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- windows ---- */

static void random_nodes(uint64_t *seed, kr_point3 *out, size_t rows, size_t cols)
{
    double lon = 360 * kt_random_unit(seed) - 180, lat = 120 * kt_random_unit(seed) - 60;

    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++)
            out[i * cols + j] =
                (kr_point3){kr_wrap_lon(lon + 0.02 * (double)j + 0.005 * kt_random_unit(seed)),
                            lat - 0.01 * (double)i + 0.005 * kt_random_unit(seed),
                            (double)i + 0.3 * kt_random_unit(seed)};
    }
}

static void check_same_mesh(const kr_mesh *a, const kr_mesh *b)
{
    double dip[2], strike[2];
    kr_point3 p = kr_mesh_middle(a), q = kr_mesh_middle(b);
    kr_bbox box[2];

    for (size_t rows = 0; rows < 4; rows++) {
        kr_mesh_dip_strike(a, rows, &dip[0], &strike[0]);
        kr_mesh_dip_strike(b, rows, &dip[1], &strike[1]);
        kt_same(dip[0], dip[1]);
        kt_same(strike[0], strike[1]);
        kt_same(kr_mesh_width_km(a, rows), kr_mesh_width_km(b, rows));
    }
    kt_same(kr_mesh_area_km2(a), kr_mesh_area_km2(b));
    kt_same(kr_mesh_ztor(a), kr_mesh_ztor(b));
    kt_same(kr_mesh_zbot(a), kr_mesh_zbot(b));
    kt_same(p.lon, q.lon);
    kt_same(p.lat, q.lat);
    kt_same(p.depth, q.depth);
    assert_true(kr_mesh_box(a, &box[0]) && kr_mesh_box(b, &box[1]));
    assert_memory_equal(&box[0], &box[1], sizeof box[0]);
}

/* A part of a mesh is the mesh of the part's nodes, to the last bit. */
static void test_windows(void **state)
{
    (void)state;
    enum { ROWS = 7, COLS = 9 };
    uint64_t seed = 12;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 200; k++) {
        kr_point3 nodes[ROWS * COLS], part[ROWS * COLS];
        size_t row = kt_random(&seed) % ROWS, col = kt_random(&seed) % COLS;
        size_t rows = 1 + kt_random(&seed) % (ROWS - row),
               cols = 1 + kt_random(&seed) % (COLS - col);
        kr_mesh whole, window, anew;
        random_nodes(&seed, nodes, ROWS, COLS);
        for (size_t i = 0; i < rows * cols; i++)
            part[i] = nodes[(row + i / cols) * COLS + col + i % cols];
        kt_ok(ctx, kr_mesh_make(ctx, nodes, ROWS, COLS, true, &arena, &whole));
        kt_ok(ctx, kr_mesh_make(ctx, part, rows, cols, true, &arena, &anew));
        window = kr_mesh_window(&whole, row, col, rows, cols);
        check_same_mesh(&window, &anew);
        if (rows > 2 && cols > 2) { /* a window of a window */
            window = kr_mesh_window(&window, 1, 1, rows - 1, cols - 1);
            anew = kr_mesh_window(&anew, 1, 1, rows - 1, cols - 1);
            check_same_mesh(&window, &anew);
        }
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Turned around the axis, a surface keeps its figures. */
static void test_turned(void **state)
{
    (void)state;
    uint64_t seed = 13;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 100; k++) {
        kr_point3 nodes[20], turned[20], p, q;
        double turn = 360 * kt_random_unit(&seed), dip[2], strike[2];
        kr_mesh a, b;
        random_nodes(&seed, nodes, 4, 5);
        for (size_t i = 0; i < 20; i++)
            turned[i] = (kr_point3){kr_wrap_lon(nodes[i].lon + turn), nodes[i].lat, nodes[i].depth};
        kt_ok(ctx, kr_mesh_make(ctx, nodes, 4, 5, true, &arena, &a));
        kt_ok(ctx, kr_mesh_make(ctx, turned, 4, 5, true, &arena, &b));
        kr_mesh_dip_strike(&a, 3, &dip[0], &strike[0]);
        kr_mesh_dip_strike(&b, 3, &dip[1], &strike[1]);
        kt_close(dip[1], dip[0], 0, 1e-8);
        kt_close(strike[1], strike[0], 0, 1e-8);
        kt_close(kr_mesh_width_km(&b, 4), kr_mesh_width_km(&a, 4), 1e-10, 0);
        kt_close(kr_mesh_area_km2(&b), kr_mesh_area_km2(&a), 1e-10, 0);
        p = kr_mesh_middle(&a);
        p.lon = kr_wrap_lon(p.lon + turn);
        q = kr_mesh_middle(&b);
        same_point3(q, p, 1e-9);
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Mirrored at a meridian or at the equator, a surface dips to the other side of its rows. */
static void test_mirrored(void **state)
{
    (void)state;
    uint64_t seed = 15;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 100; k++) {
        kr_point3 nodes[20], mirrored[20];
        double dip[2], strike[2];
        kr_mesh a, b;
        random_nodes(&seed, nodes, 4, 5);
        for (size_t i = 0; i < 20; i++)
            mirrored[i] = k % 2 ? (kr_point3){-nodes[i].lon, nodes[i].lat, nodes[i].depth}
                                : (kr_point3){nodes[i].lon, -nodes[i].lat, nodes[i].depth};
        kt_ok(ctx, kr_mesh_make(ctx, nodes, 4, 5, true, &arena, &a));
        kt_ok(ctx, kr_mesh_make(ctx, mirrored, 4, 5, true, &arena, &b));
        kr_mesh_dip_strike(&a, 3, &dip[0], &strike[0]);
        kr_mesh_dip_strike(&b, 3, &dip[1], &strike[1]);
        kt_close(dip[1], dip[0], 0, 1e-8);
        check_angle(strike[1], k % 2 ? 180 - strike[0] : -strike[0], 1e-8);
        kt_close(kr_mesh_width_km(&b, 4), kr_mesh_width_km(&a, 4), 1e-10, 0);
        kt_close(kr_mesh_area_km2(&b), kr_mesh_area_km2(&a), 1e-10, 0);
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- missing nodes, single rows, failures ---- */

static void test_holes(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_point3 nodes[12];
    kr_mesh mesh;
    kr_bbox box;
    double dip, strike;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    plane_nodes(nodes, 3, 4, 90, 60, 1);
    nodes[0].lon = NAN; /* one coordinate is enough */
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 3, 4, false, &arena, &mesh));
    assert_true(isnan(mesh.lat[0]) && isnan(mesh.depth[0]) && isnan(mesh.x[0]) &&
                isnan(mesh.uz[0]));
    assert_true(isfinite(mesh.x[1]));
    kt_close(kr_mesh_ztor(&mesh), 2, 1e-15, 0);
    assert_true(isnan(kr_mesh_zbot(&mesh)));
    assert_true(kr_mesh_box(&mesh, &box));
    assert_true(box.west > 20 - 1e-9 && box.north > 39.99);
    assert_null(mesh.cells.tl_area);
    kr_mesh_dip_strike(&mesh, 2, &dip, &strike);
    assert_true(isnan(dip) && isnan(strike));
    assert_true(isnan(kr_mesh_area_km2(&mesh)) && isnan(kr_mesh_width_km(&mesh, 1)));
    nodes[6] = nodes[0];
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 3, 4, false, &arena, &mesh));
    assert_true(isnan(kr_mesh_middle(&mesh).lon));
    for (size_t k = 0; k < 12; k++)
        nodes[k].lat = NAN;
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 3, 4, false, &arena, &mesh));
    assert_false(kr_mesh_box(&mesh, &box));
    assert_true(isnan(kr_mesh_ztor(&mesh)));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_few_nodes(void **state)
{
    (void)state;
    const kr_point3 nodes[] = {{179.9, 1, 5}, {-179.9, 1, 7}, {-179.8, 1, 6}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_mesh mesh;
    kr_bbox box;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 1, 3, true, &arena, &mesh));
    assert_null(mesh.cells.tl_area);
    same_point3(kr_mesh_middle(&mesh), nodes[1], 0);
    assert_true(kr_mesh_box(&mesh, &box));
    assert_true(box.west == 179.9 && box.east == -179.8);
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 1, 2, true, &arena, &mesh));
    assert_true(fabs(fabs(kr_mesh_middle(&mesh).lon) - 180) < 1e-9);
    kt_same(kr_mesh_middle(&mesh).depth, 6);
    kt_fails(ctx, kr_mesh_make(ctx, nodes, (size_t)1 << 20, (size_t)1 << 20, true, &arena, &mesh),
             KR_EINPUT, "nodes");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A cell without area has no say: the figures are those of the others. */
static void test_cell_without_area(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_point3 nodes[12], wider[15];
    double dip[2], strike[2];
    kr_mesh a, b;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    plane_nodes(nodes, 3, 4, 30, 60, 1);
    for (size_t k = 0; k < 15; k++) /* the last column twice */
        wider[k] = nodes[k / 5 * 4 + (k % 5 < 4 ? k % 5 : 3)];
    kt_ok(ctx, kr_mesh_make(ctx, nodes, 3, 4, true, &arena, &a));
    kt_ok(ctx, kr_mesh_make(ctx, wider, 3, 5, true, &arena, &b));
    kr_mesh_dip_strike(&a, 2, &dip[0], &strike[0]);
    kr_mesh_dip_strike(&b, 2, &dip[1], &strike[1]);
    kt_same(dip[0], dip[1]);
    kt_same(strike[0], strike[1]);
    kt_same(kr_mesh_area_km2(&a), kr_mesh_area_km2(&b));
    kt_same(kr_mesh_width_km(&a, 9), kr_mesh_width_km(&b, 9));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status make_one(kr_ctx *ctx, void *user)
{
    kr_arena arena;
    kr_mesh mesh;
    kr_status s;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    s = kr_mesh_make(ctx, user, 40, 60, true, &arena, &mesh);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    static kr_point3 nodes[40 * 60];
    uint64_t seed = 14;

    random_nodes(&seed, nodes, 40, 60);
    assert_true(kt_fail_each_allocation(make_one, nodes) > 5);
}

/* Places formed in single precision: figures of numpy (AVX-512), which are some decimetres from the
 * exact places. */
static void test_single_precision(void **state)
{
    (void)state;
    static const kr_point3 nodes[] = {{135.1230010986328, 33.77000045776367, 12.5},
                                      {-70.5, -20.25, 40.25}};
    static const double places[][3] = {{-3745.545166015625, 3729.498291015625, 3534.4384765625},
                                       {1982.6312255859375, -5598.7763671875, -2191.180419921875}};
    static const double surface[][3] = {{-3752.908447265625, 3736.830078125, 3541.38671875},
                                        {1995.236572265625, -5634.37255859375, -2205.11181640625}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_mesh mesh;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_RUPTURES);
    kt_ok(ctx, kr_mesh_make_single(ctx, nodes, 2, &arena, &mesh));
    for (size_t k = 0; k < 2; k++) {
        kr_vec3 exact = kr_to_cartesian(nodes[k].lon, nodes[k].lat, nodes[k].depth);
        kt_same(mesh.x[k], places[k][0]);
        kt_same(mesh.y[k], places[k][1]);
        kt_same(mesh.z[k], places[k][2]);
        kt_close(mesh.ux[k] * KR_EARTH_RADIUS_KM, surface[k][0], 1e-15, 0);
        kt_close(mesh.uy[k] * KR_EARTH_RADIUS_KM, surface[k][1], 1e-15, 0);
        kt_close(mesh.uz[k] * KR_EARTH_RADIUS_KM, surface[k][2], 1e-15, 0);
        kt_close(mesh.x[k], exact.x, 0, 1e-3);
        kt_close(mesh.z[k], exact.z, 0, 1e-3);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_plane),
        cmocka_unit_test(test_overhang),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_turned),
        cmocka_unit_test(test_mirrored),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_few_nodes),
        cmocka_unit_test(test_cell_without_area),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_single_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
