#include "geo/fault_mesh.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PROFILES = 64 };

static const char *figures(const char *name)
{
    static char path[4096];
    const char *root = getenv("KAURI_SOURCE_DIR");

    snprintf(path, sizeof path, "%s/tests/geo/figures/%s", root ? root : ".", name);
    return path;
}

static double number(char **at)
{
    char *end = *at;
    double x = strtod(*at, &end);

    assert_ptr_not_equal(end, *at);
    *at = end;
    return x;
}

static kr_point3 point(char **at)
{
    kr_point3 p;

    p.lon = number(at);
    p.lat = number(at);
    p.depth = number(at);
    return p;
}

static void same_point(kr_point3 a, kr_point3 b, double tolerance)
{
    if (isnan(b.lon)) {
        assert_true(isnan(a.lon) && isnan(a.lat) && isnan(a.depth));
        return;
    }
    kt_close(kr_lon_extent(a.lon, b.lon), 0, 0, tolerance);
    kt_close(a.lat, b.lat, 0, tolerance);
    kt_close(a.depth, b.depth, 0, tolerance);
}

typedef struct figure {
    char name[32];
    kr_line profiles[MOST_PROFILES];
    size_t n;
    double profile_km, edge_km;
} figure;

static void read_profiles(char **at, kr_arena *arena, figure *f)
{
    size_t len;

    *at += strspn(*at, " \n");
    len = strcspn(*at, " ");
    assert_true(len < sizeof f->name);
    memcpy(f->name, *at, len);
    f->name[len] = '\0';
    *at += len;
    f->n = (size_t)number(at);
    assert_true(f->n <= MOST_PROFILES);
    f->profile_km = number(at);
    f->edge_km = number(at);
    for (size_t i = 0; i < f->n; i++) {
        size_t n = (size_t)number(at);
        kr_point3 *p = kr_arena_alloc(arena, n, sizeof *p);

        assert_non_null(p);
        for (size_t k = 0; k < n; k++)
            p[k] = point(at);
        f->profiles[i] = (kr_line){n, p};
    }
}

/* The points of the top from either end if `any_way`. */
static void compare_tor(char **at, kr_ctx *ctx, kr_arena *arena, const kr_mesh *mesh, bool any_way)
{
    kr_point3 p[200];
    size_t n = (size_t)number(at);
    kr_line tor;
    bool turned;

    assert_true(n <= sizeof p / sizeof *p);
    kt_ok(ctx, kr_kite_tor(ctx, mesh, arena, &tor));
    assert_int_equal(tor.n, n);
    for (size_t i = 0; i < n; i++) {
        p[i].lon = number(at);
        p[i].lat = number(at);
        p[i].depth = 0;
    }
    turned = any_way && fabs(tor.p[0].lat - p[0].lat) > 1e-7;
    for (size_t i = 0; i < n; i++)
        same_point(tor.p[turned ? n - 1 - i : i], p[i], 1e-9);
}

/* True if the mesh has the columns in reverse order, which only `any_way` allows. */
static bool compare_nodes(char **at, const kr_mesh *mesh, bool any_way)
{
    bool turned = false;

    for (size_t i = 0; i < mesh->rows; i++) {
        for (size_t j = 0; j < mesh->cols; j++) {
            kr_point3 p = point(at), q = kr_mesh_node(mesh, i, j);

            if (any_way && !turned && i == 0 && fabs(q.lat - p.lat) > 1e-7)
                turned = true;
            same_point(turned ? kr_mesh_node(mesh, i, mesh->cols - 1 - j) : q, p, 1e-9);
        }
    }
    return turned;
}

static void compare_params(char **at, const kr_mesh *mesh, bool turned)
{
    kr_kite_params q;
    kr_point3 centre;
    double strike = number(at), zbot;

    kr_kite_params_of(mesh, &q);
    if (!turned)
        kt_close(q.strike, strike, 1e-9, 0);
    kt_close(q.dip, number(at), 1e-9, 0);
    kt_close(q.width, number(at), 1e-9, 0);
    kt_close(q.area, number(at), 1e-9, 0);
    kt_close(q.ztor, number(at), 1e-9, 1e-12);
    zbot = number(at);
    if (isnan(zbot))
        assert_true(isnan(q.zbot));
    else
        kt_close(q.zbot, zbot, 1e-9, 0);
    centre = point(at);
    if (!turned)
        same_point(kr_kite_centre(mesh), centre, 1e-9);
}

static void compare_single(char **at, kr_ctx *ctx, kr_arena *arena, const kr_mesh *mesh,
                           bool any_way)
{
    kr_mesh single;
    size_t last;

    kt_ok(ctx, kr_kite_mesh_single(ctx, mesh, arena, &single));
    assert_int_equal(single.rows, (size_t)number(at));
    assert_int_equal(single.cols, (size_t)number(at));
    last = single.cols - 1;
    for (size_t k = 0; k <= last; k += last) {
        kr_point3 p = kr_mesh_node(&single, 0, k);
        double lon = number(at), lat = number(at);

        kt_same(p.lon, (double)(float)p.lon);
        if (any_way && fabs(p.lat - lat) > 1e-7)
            p = kr_mesh_node(&single, 0, last - k);
        assert_true(isnan(p.lon) == isnan(lon));
        if (!isnan(lon)) {
            kt_close(p.lon, lon, 0, 1e-11);
            kt_close(p.lat, lat, 0, 1e-11);
        }
    }
    compare_tor(at, ctx, arena, &single, any_way);
}

/* Kites as the reference makes them: 2 to 10 profiles, of different lengths (nodes are missing),
 * vertical ones, along the axes, across the date line, given from either end; sections of faults of
 * New Zealand. */
static void test_reference(void **state)
{
    (void)state;
    size_t size = 0, missing = 0;
    char *text = (char *)kt_read_file(figures("kite.txt"), &size), *at = text;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    int n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    n = (int)number(&at);
    assert_true(n >= 80);
    for (int i = 0; i < n; i++) {
        static figure f;
        kr_mesh mesh;
        const char *problem = NULL;
        size_t rows, cols;

        read_profiles(&at, &arena, &f);
        rows = (size_t)number(&at);
        cols = (size_t)number(&at);
        kt_ok(ctx,
              kr_kite_mesh(ctx, f.profiles, f.n, f.profile_km, f.edge_km, &arena, &mesh, &problem));
        if (rows == 0) {
            assert_non_null(problem);
        } else {
            if (problem)
                fail_msg("%s: %s", f.name, problem);
            if (mesh.rows != rows || mesh.cols != cols)
                fail_msg("%s: %zu x %zu, not %zu x %zu", f.name, mesh.rows, mesh.cols, rows, cols);
            /* Which end of a vertical kite comes first is left to rounding errors. */
            bool any_way = strncmp(f.name, "vertical", 8) == 0;
            bool turned = compare_nodes(&at, &mesh, any_way);
            compare_params(&at, &mesh, turned);
            compare_tor(&at, ctx, &arena, &mesh, any_way);
            compare_single(&at, ctx, &arena, &mesh, any_way);
            for (size_t k = 0; k < rows * cols; k++)
                missing += isnan(mesh.lon[k]) != 0;
        }
        kr_arena_reset(&arena);
    }
    assert_true(missing > 200);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
