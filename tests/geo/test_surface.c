/* every instruction set */
#include "geo/surface_figures.h"

#include <string.h>

/* What a test of surfaces has. */
typedef struct bench {
    kr_ctx *ctx;
    kr_arena arena;
    kr_site_soa sites;
    kr_surface_work work;
} bench;

static void bench_init(bench *b)
{
    b->ctx = kt_ctx();
    kr_arena_init(&b->arena, b->ctx, KR_ACCOUNT_OTHER);
    kt_ok(b->ctx, kr_site_soa_init(&b->sites, b->ctx, KR_ACCOUNT_SITES, SITES_MAX));
    kt_ok(b->ctx, kr_surface_work_init(b->ctx, &b->work));
}

static void bench_end(bench *b)
{
    kr_surface_work_clear(&b->work);
    kr_site_soa_clear(&b->sites);
    kr_arena_clear(&b->arena);
    kt_ctx_end(&b->ctx);
}

static void make(bench *b, kr_surface_kind kind, const kr_point3 *nodes, const kr_mesh *mesh,
                 kr_surface *out)
{
    const char *problem = NULL;

    if (kind == KR_SURFACE_PLANAR)
        kt_ok(b->ctx, kr_surface_make_planar(b->ctx, nodes, &b->arena, out, &problem));
    else
        kt_ok(b->ctx, kr_surface_make(b->ctx, kind, mesh, &b->arena, out));
    assert_null(problem);
    assert_int_equal(out->kind, kind);
    assert_int_equal(out->tor.nsegments > 0, kind == KR_SURFACE_KITE || kind == KR_SURFACE_PLANAR);
}

/* Pass over the windows of a surface. */
static void skip_windows(figures *f)
{
    static distance_room unused;
    size_t n = figure_count(f);

    for (size_t k = 0; k < n; k++) {
        for (int i = 0; i < 4; i++)
            (void)figure(f);
        (void)figure_params(f);
        figure_distances(f, 18, &unused);
    }
}

static void test_reference(void **state)
{
    (void)state;
    static distance_room got, expected;
    kr_dist_out out = room_out(&got);
    bench b;
    bench_init(&b);
    figures f = figures_open(&b.arena, "surfaces.txt");
    size_t n = figure_count(&f);

    for (size_t k = 0; k < n; k++) {
        kr_point3 *nodes;
        kr_mesh mesh;
        kr_surface surface;
        bool ok;
        kr_surface_kind kind = figure_mesh(&f, b.ctx, &b.arena, &nodes, &mesh);
        make(&b, kind, nodes, &mesh, &surface);
        figure_sites(&f, &b.sites);
        kr_surface_params params = figure_params(&f);
        same_params(&surface.params, &params);
        figure_distances(&f, b.sites.n, &expected);
        kt_ok(b.ctx, kr_surface_distances(&surface, &b.sites, given_bits, &b.work, &out, &ok));
        assert_int_equal(ok, kind != KR_SURFACE_GRIDDED);
        same_distances(&got, &expected, b.sites.n, &params);
        skip_windows(&f);
    }
    figures_end(&f);
    bench_end(&b);
}

/* Run something on every surface of the figures. */
typedef void (*visitor)(bench *b, kr_surface *surface, kr_point3 *nodes,
                        const kr_surface_params *params);

static void visit(visitor each)
{
    static distance_room unused;
    bench b;
    bench_init(&b);
    figures f = figures_open(&b.arena, "surfaces.txt");
    size_t n = figure_count(&f);

    for (size_t k = 0; k < n; k++) {
        kr_point3 *nodes;
        kr_mesh mesh;
        kr_surface surface;
        kr_surface_kind kind = figure_mesh(&f, b.ctx, &b.arena, &nodes, &mesh);
        make(&b, kind, nodes, &mesh, &surface);
        figure_sites(&f, &b.sites);
        kr_surface_params params = figure_params(&f);
        figure_distances(&f, b.sites.n, &unused);
        each(&b, &surface, nodes, &params);
        skip_windows(&f);
    }
    bench_end(&b);
}

static void distances(bench *b, const kr_surface *surface, distance_room *room)
{
    kr_dist_out out = room_out(room);
    bool ok;

    kt_ok(b->ctx, kr_surface_distances(surface, &b->sites, given_bits, &b->work, &out, &ok));
}

/* The chord from a site to a node, at their depths or brought to the surface. */
static double chord(const kr_site_soa *sites, size_t j, const kr_mesh *mesh, size_t k, bool flat)
{
    if (flat)
        return KR_EARTH_RADIUS_KM *
               sqrt(pow(sites->ux[j] - mesh->ux[k], 2) + pow(sites->uy[j] - mesh->uy[k], 2) +
                    pow(sites->uz[j] - mesh->uz[k], 2));
    return sqrt(pow(sites->x[j] - mesh->x[k], 2) + pow(sites->y[j] - mesh->y[k], 2) +
                pow(sites->z[j] - mesh->z[k], 2));
}

/* rrup is the nearest node; rjb is never more than the nearest node seen from above (plus the
 * difference of plane and sphere), and is it beyond 40 km. */
static void brute_force(bench *b, kr_surface *surface, kr_point3 *nodes,
                        const kr_surface_params *params)
{
    static distance_room got;
    const kr_mesh *mesh = &surface->mesh;

    (void)nodes;
    (void)params;
    if (surface->kind == KR_SURFACE_PLANAR)
        return;
    distances(b, surface, &got);
    for (size_t j = 0; j < b->sites.n; j++) {
        double deep = INFINITY, flat = INFINITY, rjb = got.of[KR_DIST_RJB][j];
        for (size_t k = 0; k < mesh->rows * mesh->cols; k++) {
            deep = fmin(deep, chord(&b->sites, j, mesh, k, false));
            flat = fmin(flat, chord(&b->sites, j, mesh, k, true));
        }
        kt_close(got.of[KR_DIST_RRUP][j], deep, 1e-14, 0);
        assert_true(rjb <= flat + 1e-3);
        if (flat >= 40.2 && surface->kind != KR_SURFACE_KITE)
            kt_close(rjb, flat, 1e-14, 0);
    }
}

static void test_brute_force(void **state)
{
    (void)state;
    visit(brute_force);
}

/* Elsewhere on the same parallel, across the date line, all is the same. */
static void shifted(bench *b, kr_surface *surface, kr_point3 *nodes,
                    const kr_surface_params *params)
{
    static distance_room here, there;
    const double shift = 180 - params->middle.lon;
    kr_surface moved;
    kr_mesh mesh;
    size_t n = surface->mesh.rows * surface->mesh.cols;
    double lon[SITES_MAX], lat[SITES_MAX], depth[SITES_MAX];

    distances(b, surface, &here);
    for (size_t k = 0; k < n; k++)
        nodes[k].lon = kr_wrap_lon(nodes[k].lon + shift);
    for (size_t j = 0; j < b->sites.n; j++) {
        lon[j] = kr_wrap_lon(b->sites.lon[j] + shift);
        lat[j] = b->sites.lat[j];
        depth[j] = b->sites.depth[j];
    }
    kt_ok(b->ctx, kr_mesh_make(b->ctx, nodes, surface->mesh.rows, surface->mesh.cols, true,
                               &b->arena, &mesh));
    make(b, surface->kind, nodes, &mesh, &moved);
    kr_site_soa_fill(&b->sites, lon, lat, depth, b->sites.n);
    distances(b, &moved, &there);
    close_or_nan(moved.params.dip, params->dip, 0, 1e-7, "dip");
    for (size_t j = 0; j < b->sites.n; j++) {
        double rough = outline_km(params) + 1e-7;
        close_or_nan(there.of[KR_DIST_RRUP][j], here.of[KR_DIST_RRUP][j], 0, 1e-8, "rrup");
        close_or_nan(there.of[KR_DIST_RJB][j], here.of[KR_DIST_RJB][j], 0, rough, "rjb");
        close_or_nan(there.of[KR_DIST_RX][j], here.of[KR_DIST_RX][j], 1e-9, 1e-7, "rx");
        close_or_nan(there.of[KR_DIST_RY0][j], here.of[KR_DIST_RY0][j], 1e-8, 1e-7, "ry0");
        close_or_nan(there.of[KR_DIST_CLAT][j], here.of[KR_DIST_CLAT][j], 0, 1e-9, "clat");
    }
}

static void test_shift(void **state)
{
    (void)state;
    visit(shifted);
}

/* With the columns in reverse order strike and rx turn around, all else stays. */
static void reversed(bench *b, kr_surface *surface, kr_point3 *nodes,
                     const kr_surface_params *params)
{
    static distance_room forth, back;
    size_t rows = surface->mesh.rows, cols = surface->mesh.cols;
    kr_point3 *other = kr_arena_alloc(&b->arena, rows * cols, sizeof *other);
    kr_surface turned;
    kr_mesh mesh;

    if (surface->kind == KR_SURFACE_PLANAR || surface->kind == KR_SURFACE_GRIDDED)
        return;
    assert_non_null(other);
    for (size_t k = 0; k < rows * cols; k++)
        other[k] = nodes[k / cols * cols + (cols - 1 - k % cols)];
    kt_ok(b->ctx, kr_mesh_make(b->ctx, other, rows, cols, true, &b->arena, &mesh));
    make(b, surface->kind, other, &mesh, &turned);
    distances(b, surface, &forth);
    distances(b, &turned, &back);
    close_or_nan(turned.params.width, params->width, 0.01, 0, "width");
    for (size_t j = 0; j < b->sites.n; j++) {
        double rough = surface->kind == KR_SURFACE_KITE ? 1e-3 : 0.011;
        kt_same(back.of[KR_DIST_RRUP][j], forth.of[KR_DIST_RRUP][j]);
        kt_same(back.of[KR_DIST_CLON][j], forth.of[KR_DIST_CLON][j]);
        close_or_nan(back.of[KR_DIST_RJB][j], forth.of[KR_DIST_RJB][j], 0, rough, "rjb");
        close_or_nan(-back.of[KR_DIST_RX][j], forth.of[KR_DIST_RX][j], 1e-6, 1e-6, "rx");
    }
}

static void test_reversed(void **state)
{
    (void)state;
    visit(reversed);
}

/* A vertical plane on the equator that strikes north: distances by hand. */
static void test_vertical_plane(void **state)
{
    (void)state;
    static distance_room got;
    const double degree = KR_EARTH_RADIUS_KM * M_PI / 180;
    static const kr_point3 corner[4] = {{0, -0.2, 5}, {0, 0.2, 5}, {0, -0.2, 15}, {0, 0.2, 15}};
    static const double lon[] = {0.1, -0.3, 0.5, 0.0, -1.0}, lat[] = {0, 0.1, -0.15, 0.3, -0.2};
    bench b;
    bench_init(&b);
    kr_surface surface;

    make(&b, KR_SURFACE_PLANAR, corner, NULL, &surface);
    kt_close(surface.params.strike, 0, 0, 1e-12);
    kt_close(surface.params.dip, 90, 0, 1e-5);
    kt_close(surface.params.width, 10, 1e-5, 0);
    kr_site_soa_fill(&b.sites, lon, lat, NULL, 5);
    distances(&b, &surface, &got);
    for (size_t j = 0; j < 5; j++) {
        double along = fmax(0, fabs(lat[j]) - 0.2) * degree;
        double off = asin(sin(lon[j] * M_PI / 180) * cos(lat[j] * M_PI / 180));
        kt_close(got.of[KR_DIST_RX][j], off * KR_EARTH_RADIUS_KM, 1e-9, 1e-9);
        kt_close(got.of[KR_DIST_RY0][j], along, 1e-4, 0.005); /* great circles */
        kt_close(got.of[KR_DIST_RJB][j], hypot(lon[j] * degree, along), 1e-4, 0.001);
        kt_close(got.of[KR_DIST_RRUP][j], hypot(got.of[KR_DIST_RJB][j], 5), 1e-2, 0);
    }
    kt_close(got.of[KR_DIST_AZIMUTH][0], 90, 0, 1e-9);
    kt_close(got.of[KR_DIST_AZIMUTHCP][0], 270, 0, 0.2);
    kt_close(got.of[KR_DIST_CLON][1], 0, 0, 1e-9);
    kt_close(got.of[KR_DIST_CLAT][3], 0.2 - 0.4 * 5 / KR_EARTH_RADIUS_KM, 0,
             1e-5); /* mean length */
    bench_end(&b);
}

static void test_plane_problems(void **state)
{
    (void)state;
    static const kr_point3 bad[][4] = {
        {{0, 0, 5}, {0, 1, 6}, {1, 0, 15}, {1, 1, 15}},       /* top not horizontal */
        {{0, 0, 5}, {0, 1, 5}, {1, 0, 15}, {1, 1, 15.1}},     /* bottom not horizontal */
        {{0, 0, 5}, {0, 1, 5}, {1, 0, 4}, {1, 1, 4}},         /* upside down */
        {{0, 0, 5}, {0, 1, 5}, {0.1, 1, 15}, {0.1, 0, 15}},   /* corners crossed */
        {{0, 0, 5}, {0, 1, 5}, {0.1, 0, 15}, {0.1, 1.5, 15}}, /* no rectangle */
    };
    bench b;
    bench_init(&b);
    kr_surface surface;

    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        const char *problem = NULL;
        kt_ok(b.ctx, kr_surface_make_planar(b.ctx, bad[k], &b.arena, &surface, &problem));
        assert_non_null(problem);
    }
    bench_end(&b);
}

static void test_hypo(void **state)
{
    (void)state;
    _Alignas(64) double rhypo[SITES_MAX], repi[SITES_MAX], alone[SITES_MAX];
    static const double lon[] = {179.9, -179.5, 10}, lat[] = {-17, -18, 50}, depth[] = {0, -2, 1};
    kr_point3 hypo = {-179.9, -17.2, 12};
    bench b;
    bench_init(&b);

    kr_site_soa_fill(&b.sites, lon, lat, depth, 3);
    kr_hypo_distances(hypo, &b.sites, rhypo, repi);
    kr_hypo_distances(hypo, &b.sites, alone, NULL);
    for (size_t j = 0; j < 3; j++) {
        kt_close(repi[j], kr_geodetic_km(hypo.lon, hypo.lat, lon[j], lat[j]), 1e-12, 1e-9);
        kt_close(rhypo[j], kr_distance_km(hypo.lon, hypo.lat, hypo.depth, lon[j], lat[j], depth[j]),
                 1e-12, 1e-9);
        kt_same(alone[j], rhypo[j]);
    }
    bench_end(&b);
}

/* A surface without a place in its first row has no rx; one that is too wide is refused. */
static void test_odd(void **state)
{
    (void)state;
    static distance_room got;
    bench b;
    bench_init(&b);
    kr_point3 none = {NAN, NAN, NAN};
    kr_point3 nodes[] = {none, none, {1, 1, 1}, {1.1, 1, 1}, {1, 1.1, 2}, {1.1, 1.1, 2}};
    kr_point3 wide[] = {{-100, 0, 0}, {0, 0, 0}, {100, 1, 0}, {170, 1, 0}};
    kr_dist_out out = room_out(&got);
    kr_surface surface = {.kind = KR_SURFACE_KITE};
    kr_mesh mesh;
    bool ok = true;

    kr_site_soa_fill(&b.sites, &(double){1}, &(double){2}, NULL, 1);
    kt_ok(b.ctx, kr_mesh_make(b.ctx, nodes, 3, 2, false, &b.arena, &surface.mesh));
    kt_ok(b.ctx, kr_surface_distances(&surface, &b.sites, KR_DIST_BIT(RX), &b.work, &out, &ok));
    assert_false(ok);
    assert_true(isnan(got.of[KR_DIST_RX][0]));
    kt_ok(b.ctx, kr_mesh_make(b.ctx, wide, 2, 2, true, &b.arena, &mesh));
    kt_fails(b.ctx, kr_surface_make(b.ctx, KR_SURFACE_SIMPLE, &mesh, &b.arena, &surface), KR_EINPUT,
             "180 degrees");
    bench_end(&b);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    static distance_room room;
    const kr_point3 *corner = user;
    kr_status s = KR_OK;
    kr_dist_out out = room_out(&room);
    kr_surface_work work = {0};
    kr_surface plane, kite;
    kr_site_soa sites = {0};
    kr_arena arena;
    kr_mesh mesh;
    const char *problem;
    bool ok;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_surface_work_init(ctx, &work));
    KR_TRY(kr_site_soa_init(&sites, ctx, KR_ACCOUNT_SITES, 3));
    kr_site_soa_fill(&sites, &(double){0.05}, &(double){0.05}, NULL, 1);
    KR_TRY(kr_surface_make_planar(ctx, corner, &arena, &plane, &problem));
    KR_TRY(kr_surface_distances(&plane, &sites, given_bits, &work, &out, &ok));
    KR_TRY(kr_mesh_make(ctx, corner, 2, 2, false, &arena, &mesh));
    KR_TRY(kr_surface_make(ctx, KR_SURFACE_KITE, &mesh, &arena, &kite));
    KR_TRY(kr_surface_distances(&kite, &sites, given_bits, &work, &out, &ok));
out:
    kr_site_soa_clear(&sites);
    kr_surface_work_clear(&work);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    kr_point3 corner[4] = {{0, -0.2, 5}, {0, 0.2, 5}, {0.1, -0.2, 15}, {0.1, 0.2, 15}};

    assert_true(kt_fail_each_allocation(scenario, corner) >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),      cmocka_unit_test(test_brute_force),
        cmocka_unit_test(test_shift),          cmocka_unit_test(test_reversed),
        cmocka_unit_test(test_vertical_plane), cmocka_unit_test(test_plane_problems),
        cmocka_unit_test(test_hypo),           cmocka_unit_test(test_odd),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
