#include "geo/surface_figures.h"

#include <string.h>

typedef struct bench {
    kr_ctx *ctx;
    kr_arena arena;
    kr_site_soa sites;
    kr_surface_work work;
    kr_window_work *windows;
} bench;

static void bench_init(bench *b)
{
    b->ctx = kt_ctx();
    kr_arena_init(&b->arena, b->ctx, KR_ACCOUNT_OTHER);
    kt_ok(b->ctx, kr_site_soa_init(&b->sites, b->ctx, KR_ACCOUNT_SITES, SITES_MAX));
    kt_ok(b->ctx, kr_surface_work_init(b->ctx, &b->work));
    kt_ok(b->ctx, kr_window_work_create(b->ctx, &b->windows));
}

static void bench_end(bench *b)
{
    kr_window_work_destroy(&b->windows);
    kr_surface_work_clear(&b->work);
    kr_site_soa_clear(&b->sites);
    kr_arena_clear(&b->arena);
    kt_ctx_end(&b->ctx);
}

/* Where a window is. */
typedef struct place {
    size_t row, col, rows, cols;
} place;

/* The distances of a window are those of the surface made of its nodes, to the last bit. */
static void same_as_surface(bench *b, kr_surface_kind kind, const kr_mesh *mesh, place at,
                            const distance_room *got)
{
    static distance_room alone;
    kr_dist_out out = room_out(&alone);
    kr_mesh window = kr_mesh_window(mesh, at.row, at.col, at.rows, at.cols);
    kr_surface surface;
    bool ok;

    kt_ok(b->ctx, kr_surface_make(b->ctx, kind, &window, &b->arena, &surface));
    kt_ok(b->ctx, kr_surface_distances(&surface, &b->sites, given_bits, &b->work, &out, &ok));
    assert_true(ok);
    for (size_t j = 0; j < b->sites.n; j++) {
        for (int d = 0; d < GIVEN; d++)
            kt_same(got->of[given[d]][j], alone.of[given[d]][j]);
    }
}

static void get(bench *b, kr_surface_kind kind, const kr_mesh *mesh, place at, bool many,
                kr_surface_params *params, distance_room *got)
{
    kr_dist_out out = room_out(got);
    kr_mesh window = kr_mesh_window(mesh, at.row, at.col, at.rows, at.cols);
    const double *rrup = NULL;

    kr_surface_params_of(kind, &window, params);
    kt_ok(b->ctx, kr_windows_set(b->windows, kind, mesh, &b->sites));
    if (many) {
        size_t across = mesh->cols - at.cols + 1;
        kt_ok(b->ctx, kr_windows_rrup(b->windows, at.rows, at.cols, &rrup));
        rrup += (at.row * across + at.col) * b->sites.capacity;
    }
    kt_ok(b->ctx, kr_window_distances(b->windows, at.row, at.col, at.rows, at.cols, params,
                                      given_bits, &out));
    for (size_t j = 0; many && j < b->sites.n; j++)
        kt_same(got->of[KR_DIST_RRUP][j], rrup[j]);
}

static void check_window(bench *b, figures *f, kr_surface_kind kind, const kr_mesh *mesh)
{
    static distance_room got, expected;
    place at = {.row = figure_count(f)};
    kr_surface_params params;

    at.col = figure_count(f);
    at.rows = figure_count(f);
    at.cols = figure_count(f);
    kr_surface_params given_params = figure_params(f);
    figure_distances(f, 18, &expected);
    for (int many = 0; many < 2; many++) {
        get(b, kind, mesh, at, many, &params, &got);
        same_params(&params, &given_params);
        same_distances(&got, &expected, 18, &given_params);
        same_as_surface(b, kind, mesh, at, &got);
    }
}

static void test_reference(void **state)
{
    (void)state;
    static distance_room unused;
    bench b;
    bench_init(&b);
    figures f = figures_open(&b.arena, "surfaces.txt");
    size_t n = figure_count(&f), checked = 0;

    for (size_t k = 0; k < n; k++) {
        kr_point3 *nodes;
        kr_mesh mesh;
        kr_surface_kind kind = figure_mesh(&f, b.ctx, &b.arena, &nodes, &mesh);
        figure_sites(&f, &b.sites);
        (void)figure_params(&f);
        figure_distances(&f, b.sites.n, &unused);
        size_t windows = figure_count(&f);
        for (size_t i = 0; i < windows; i++)
            check_window(&b, &f, kind, &mesh);
        checked += windows;
    }
    assert_true(checked > 25);
    figures_end(&f);
    bench_end(&b);
}

/* Every window of every size, in an order that leaves no table as it was. */
static void test_all_windows(void **state)
{
    (void)state;
    static distance_room got;
    bench b;
    bench_init(&b);
    figures f = figures_open(&b.arena, "surfaces.txt");
    kr_point3 *nodes;
    kr_mesh whole, mesh;
    kr_surface_params params;

    (void)figure_count(&f);
    kr_surface_kind kind = figure_mesh(&f, b.ctx, &b.arena, &nodes, &whole);
    figure_sites(&f, &b.sites);
    mesh = kr_mesh_window(&whole, 1, 2, 5, 9);
    for (size_t rows = 2; rows <= mesh.rows; rows++) {
        for (size_t cols = 2; cols <= mesh.cols; cols++) {
            for (size_t col = 0; col + cols <= mesh.cols; col++) {
                for (size_t row = 0; row + rows <= mesh.rows; row++) {
                    place at = {row, col, rows, cols};
                    get(&b, kind, &mesh, at, true, &params, &got);
                    same_as_surface(&b, kind, &mesh, at, &got);
                }
            }
        }
    }
    bench_end(&b);
}

/* Other sites at the same address, and another mesh, are noticed. */
static void test_set(void **state)
{
    (void)state;
    static distance_room got;
    bench b;
    bench_init(&b);
    figures f = figures_open(&b.arena, "surfaces.txt");
    kr_point3 *nodes;
    kr_mesh mesh, part;
    kr_surface_params params;
    place at = {1, 1, 3, 5};
    double lon[SITES_MAX], lat[SITES_MAX];

    (void)figure_count(&f);
    kr_surface_kind kind = figure_mesh(&f, b.ctx, &b.arena, &nodes, &mesh);
    figure_sites(&f, &b.sites);
    get(&b, kind, &mesh, at, true, &params, &got);
    for (size_t j = 0; j < b.sites.n; j++) {
        lon[j] = b.sites.lon[j] + 0.25;
        lat[j] = b.sites.lat[j];
    }
    kr_site_soa_fill(&b.sites, lon, lat, NULL, b.sites.n);
    get(&b, kind, &mesh, at, true, &params, &got);
    same_as_surface(&b, kind, &mesh, at, &got);
    part = kr_mesh_window(&mesh, 2, 4, 5, 7);
    get(&b, kind, &part, at, true, &params, &got);
    same_as_surface(&b, kind, &part, at, &got);
    kr_site_soa_fill(&b.sites, lon, lat, NULL, 0);
    get(&b, kind, &part, at, true, &params, &got);
    bench_end(&b);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    static distance_room room;
    const kr_mesh *mesh = user;
    kr_status s = KR_OK;
    kr_dist_out out = room_out(&room);
    kr_window_work *work = NULL;
    kr_surface_params params;
    kr_site_soa sites = {0};
    const double *rrup;
    double lon[] = {10.1, 10.2, 12}, lat[] = {45.1, 45.05, 46};

    KR_TRY(kr_window_work_create(ctx, &work));
    KR_TRY(kr_site_soa_init(&sites, ctx, KR_ACCOUNT_SITES, 3));
    kr_site_soa_fill(&sites, lon, lat, NULL, 3);
    KR_TRY(kr_windows_set(work, KR_SURFACE_SIMPLE, mesh, &sites));
    KR_TRY(kr_windows_rrup(work, 3, 5, &rrup));
    kr_mesh window = kr_mesh_window(mesh, 1, 1, 3, 5);
    kr_surface_params_of(KR_SURFACE_SIMPLE, &window, &params);
    KR_TRY(kr_window_distances(work, 1, 1, 3, 5, &params, given_bits, &out));
out:
    kr_site_soa_clear(&sites);
    kr_window_work_destroy(&work);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    figures f = figures_open(&b.arena, "surfaces.txt");
    kr_point3 *nodes;
    kr_mesh mesh;

    (void)figure_count(&f);
    (void)figure_mesh(&f, b.ctx, &b.arena, &nodes, &mesh);
    assert_true(kt_fail_each_allocation(scenario, &mesh) > 10);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_all_windows),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
