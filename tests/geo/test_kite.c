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

/* Profiles of simple faults, vertical ones, too, and the kites of them. */
static void test_simple(void **state)
{
    (void)state;
    size_t size = 0;
    char *text = (char *)kt_read_file(figures("kite_simple.txt"), &size), *at = text;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    int n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    n = (int)number(&at);
    for (int i = 0; i < n; i++) {
        kr_point3 trace[8];
        kr_simple_fault fault = {.trace = {(size_t)number(&at), trace}};
        kr_line *profiles;
        kr_kite_params q;
        kr_mesh mesh;
        const char *problem;
        size_t count;
        double spacing;

        for (size_t k = 0; k < fault.trace.n; k++) {
            trace[k].lon = number(&at);
            trace[k].lat = number(&at);
            trace[k].depth = 0;
        }
        fault.dip = number(&at);
        fault.upper_km = number(&at);
        fault.lower_km = number(&at);
        spacing = number(&at);
        kt_ok(ctx, kr_kite_profiles_of_simple(ctx, &fault, spacing, &arena, &profiles, &count,
                                              &problem));
        assert_null(problem);
        assert_int_equal(count, (size_t)number(&at));
        assert_int_equal(profiles[0].n, (size_t)number(&at));
        for (size_t j = 0; j < count; j++) {
            for (size_t k = 0; k < profiles[j].n; k++)
                same_point(profiles[j].p[k], point(&at), 1e-9);
        }
        kt_ok(ctx, kr_kite_mesh(ctx, profiles, count, spacing, spacing, &arena, &mesh, &problem));
        assert_null(problem);
        assert_int_equal(mesh.rows, (size_t)number(&at));
        assert_int_equal(mesh.cols, (size_t)number(&at));
        kr_kite_params_of(&mesh, &q);
        kt_close(q.dip, number(&at), 1e-9, 0);
        kt_close(q.width, number(&at), 1e-9, 0);
        kt_close(q.area, number(&at), 1e-9, 0);
        kt_close(q.strike, number(&at), 1e-9, 0);
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    free(text);
}

enum { PLAIN = 4 };

/* Profiles along a line of that strike, each going down dip to its right; from the other end if
 * `turned`. */
static void plain_profiles(double lon, double lat, double strike, double dip, bool turned,
                           kr_point3 p[PLAIN][3], kr_line profiles[PLAIN])
{
    double rad = dip * 3.14159265358979323846 / 180;

    for (size_t i = 0; i < PLAIN; i++) {
        size_t place = turned ? PLAIN - 1 - i : i;
        kr_lonlat top = kr_point_at(lon, lat, strike, 7.0 * (double)i);

        for (size_t k = 0; k < 3; k++) {
            double down = 4.0 * (double)k;
            kr_lonlat q = kr_point_at(top.lon, top.lat, strike + 90, down * cos(rad));

            p[place][k] = (kr_point3){q.lon, q.lat, 1 + down * sin(rad)};
        }
        profiles[place] = (kr_line){3, p[place]};
    }
}

/* A plane: its strike, dip, width, area and top come out, from whichever end the profiles are
 * given, and at all longitudes. */
static void test_plane(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    uint64_t seed = 9;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    for (int i = 0; i < 60; i++) {
        double strike = 360 * kt_random_unit(&seed), dip = 20 + 60 * kt_random_unit(&seed);
        double lat = 100 * kt_random_unit(&seed) - 50;
        kr_point3 p[PLAIN][3];
        kr_line profiles[PLAIN], tor;
        kr_mesh first = {0};

        for (int turn = 0; turn < 3; turn++) {
            double dlon = turn == 2 ? 179.9 - 12 : 0;
            kr_kite_params q;
            kr_mesh mesh;
            const char *problem;

            plain_profiles(12 + dlon, lat, strike, dip, turn == 1, p, profiles);
            kt_ok(ctx, kr_kite_mesh(ctx, profiles, PLAIN, 1.9, 2, &arena, &mesh, &problem));
            assert_null(problem);
            assert_true(mesh.rows == 5 && mesh.cols == 11);
            kr_kite_params_of(&mesh, &q);
            kt_close(kr_lon_extent(strike, q.strike), 0, 0, 0.3);
            kt_close(q.dip, dip, 0, 0.2);
            kt_close(q.width, 7.6, 5e-3, 0);
            kt_close(q.area, 20 * 7.6, 1e-2, 0);
            kt_close(q.ztor, 1, 0, 1e-9);
            kt_close(q.zbot, 1 + 7.6 * sin(dip * 3.14159265358979323846 / 180), 0, 1e-2);
            assert_false(kr_kite_is_left_handed(&mesh));
            kt_ok(ctx, kr_kite_tor(ctx, &mesh, &arena, &tor));
            assert_true(tor.n == 2 && tor.p[0].depth == 0);
            kt_close(tor.p[0].lat, mesh.lat[0], 0, 0);
            if (turn == 0)
                first = mesh;
            for (size_t k = 0; k < 55 && turn == 2; k++) {
                kr_point3 there = {kr_wrap_lon(first.lon[k] + dlon), first.lat[k], first.depth[k]};

                same_point((kr_point3){mesh.lon[k], mesh.lat[k], mesh.depth[k]}, there, 1e-9);
            }
        }
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A part of a mesh has the parameters of a mesh of its nodes; in reverse order of the columns it is
 * left-handed. */
static void test_parts(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_point3 p[PLAIN][3], nodes[2][12];
    kr_line profiles[PLAIN];
    kr_mesh mesh, window, copy, turned;
    kr_kite_params a, b;
    const char *problem;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    plain_profiles(-5, 38, 160, 50, false, p, profiles);
    kt_ok(ctx, kr_kite_mesh(ctx, profiles, PLAIN, 2, 2.1, &arena, &mesh, &problem));
    assert_null(problem);
    window = kr_mesh_window(&mesh, 1, 2, 3, 4);
    for (size_t k = 0; k < 12; k++) {
        nodes[0][k] = kr_mesh_node(&window, k / 4, k % 4);
        nodes[1][k] = kr_mesh_node(&window, k / 4, 3 - k % 4);
    }
    kt_ok(ctx, kr_mesh_make(ctx, nodes[0], 3, 4, false, &arena, &copy));
    kt_ok(ctx, kr_mesh_make(ctx, nodes[1], 3, 4, false, &arena, &turned));
    kr_kite_params_of(&window, &a);
    kr_kite_params_of(&copy, &b);
    assert_memory_equal(&a, &b, sizeof a);
    kt_close(a.area, 3 * 2.1 * 4, 1e-2, 0);
    same_point(kr_kite_centre(&window), kr_mesh_node(&mesh, 3, 4), 0);
    assert_false(kr_kite_is_left_handed(&window));
    assert_true(kr_kite_is_left_handed(&turned));
    kt_ok(ctx, kr_kite_mesh_single(ctx, &turned, &arena, &copy));
    for (size_t k = 0; k < 12; k++)
        kt_same(copy.lon[k], (double)(float)nodes[0][k].lon);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_errors(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_point3 p[PLAIN][3], column[2] = {{10, 4, 0}, {10, 4, 5}};
    kr_line profiles[PLAIN], line;
    kr_mesh mesh;
    const char *problem;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    plain_profiles(-5, 38, 160, 50, false, p, profiles);
    assert_null(kr_kite_problem(profiles, PLAIN));
    assert_non_null(strstr(kr_kite_problem(profiles, 1), "less than two profiles"));
    profiles[2].n = 1;
    assert_non_null(strstr(kr_kite_problem(profiles, PLAIN), "less than two points"));
    profiles[2].n = 3;
    p[1][1].lon = 190;
    assert_non_null(strstr(kr_kite_problem(profiles, PLAIN), "leaves the Earth"));
    p[1][1].lon = NAN;
    assert_non_null(strstr(kr_kite_problem(profiles, PLAIN), "leaves the Earth"));
    plain_profiles(-5, 38, 160, 50, false, p, profiles);
    kt_ok(ctx, kr_kite_mesh(ctx, profiles, PLAIN, 40, 2, &arena, &mesh, &problem));
    assert_non_null(strstr(problem, "cannot be resampled"));
    assert_true(mesh.rows == 0);
    kt_ok(ctx, kr_mesh_make(ctx, column, 2, 1, false, &arena, &mesh));
    kt_fails(ctx, kr_kite_tor(ctx, &mesh, &arena, &line), KR_EINPUT, "less than two nodes");
    kt_fails(ctx, kr_kite_mesh_single(ctx, &mesh, &arena, &mesh), KR_EINPUT, "rows or columns");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status make_all(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_point3 p[PLAIN][3], ends[] = {{10, 45, 0}, {10.2, 45.1, 0}};
    kr_line profiles[PLAIN], tor, *of_simple;
    kr_simple_fault fault = {{2, ends}, 60, 0, 8};
    kr_mesh mesh, single;
    const char *problem;
    size_t n;

    (void)user;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    plain_profiles(-5, 38, 160, 50, false, p, profiles);
    KR_TRY(kr_kite_mesh(ctx, profiles, PLAIN, 2, 2.1, &arena, &mesh, &problem));
    KR_TRY(kr_kite_mesh_single(ctx, &mesh, &arena, &single));
    KR_TRY(kr_kite_tor(ctx, &single, &arena, &tor));
    KR_TRY(kr_kite_profiles_of_simple(ctx, &fault, 2, &arena, &of_simple, &n, &problem));
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(make_all, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_simple),
        cmocka_unit_test(test_plane),     cmocka_unit_test(test_parts),
        cmocka_unit_test(test_errors),    cmocka_unit_test(test_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
