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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
