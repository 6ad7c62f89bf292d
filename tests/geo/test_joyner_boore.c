/* every instruction set */
#include "geo/joyner_boore.h"

#include "geo/surface_kernels.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

typedef struct bench {
    kr_ctx *ctx;
    kr_arena arena;
} bench;

static void bench_init(bench *b)
{
    b->ctx = kt_ctx();
    kr_arena_init(&b->arena, b->ctx, KR_ACCOUNT_OTHER);
}

static void bench_end(bench *b)
{
    kr_arena_clear(&b->arena);
    kt_ctx_end(&b->ctx);
}

/* A place so many km east and north of another one. */
static kr_point3 at_km(kr_point3 from, double east, double north)
{
    double d = hypot(east, north);
    kr_lonlat p = kr_point_at(from.lon, from.lat, atan2(east, north) * (180 / M_PI), d);

    return d > 0 ? (kr_point3){p.lon, p.lat, 0} : from;
}

static kr_mesh mesh_of(bench *b, const kr_point3 *nodes, size_t rows, size_t cols)
{
    kr_mesh mesh;

    kt_ok(b->ctx, kr_mesh_make(b->ctx, nodes, rows, cols, false, &b->arena, &mesh));
    return mesh;
}

static double uniform(uint64_t *seed, double low, double high)
{
    return low + (high - low) * kt_random_unit(seed);
}

/* Distances to polygons of the plane, by hand; the kernel gives the same. */
static void test_distance(void **state)
{
    (void)state;
    /* a square of 4 km with a hole of 2 km, and a triangle apart */
    static const double x[] = {0, 4, 4, 0, 0, 1, 1, 3, 3, 1, 10, 12, 11, 10};
    static const double y[] = {0, 0, 4, 4, 0, 1, 3, 3, 1, 1, 0, 0, 2, 0};
    static const size_t first[] = {0, 5, 10, 14};
    static const double given[][3] = {{0.5, 0.5, 0}, {2, 2, 1},        {2, 1.25, 0.25}, {-3, -4, 5},
                                      {6, 2, 2},     {11, 0.5, 0},     {8, -1, 0},      {11, 3, 1},
                                      {4, 4, 0},     {7, 0, 3},        {3.5, 3, 0},     {-1, 1, 1},
                                      {2, 6.5, 2.5}, {10.5, -0.5, .5}, {1.5, 2, 0.5},   {5, 0, 1}};
    enum { N = 16 };
    _Alignas(64) double ux[N], uy[N], uz[N], km[N];
    kr_bbox box = {7.0, 45.0, 7.0, 45.0};
    kr_outline o = {.ortho = kr_ortho_of(&box), .nrings = 3, .first = first, .x = x, .y = y};
    kr_soa3 sites = {N, ux, uy, uz};

    for (int k = 0; k < N; k++) {
        kr_lonlat p = kr_ortho_unproject(&o.ortho, given[k][0], given[k][1]);
        kr_vec3 u = kr_unit_vector(p.lon, p.lat);
        double expected = k == 6 ? sqrt(5) : given[k][2];
        ux[k] = u.x;
        uy[k] = u.y;
        uz[k] = u.z;
        kt_close(kr_outline_distance_km(&o, p.lon, p.lat), expected, 0, 1e-9);
    }
    kr_surface_kernels_here()->outline(&sites, &o, km);
    for (int k = 0; k < N; k++)
        kt_close(km[k], k == 6 ? sqrt(5) : given[k][2], 0, 1e-9);
}

enum { ROWS = 5, COLS = 9 };

/* A fault with a bend, dipping less and less. */
static void bent_nodes(kr_point3 origin, kr_point3 *nodes)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++) {
            double x = 2.0 * (double)j,
                   y = 3 * sin(x / 5) - 1.5 * (double)i - 0.1 * (double)(i * i);
            nodes[i * COLS + j] = at_km(origin, x, y);
            nodes[i * COLS + j].depth = 1.2 * (double)i;
        }
    }
}

/* The least distance to a fine grid of points of all cells. */
static double brute_force(const kr_mesh *mesh, const kr_ortho *o, double lon, double lat)
{
    enum { FINE = 40 };
    double px, py, least = INFINITY;

    kr_ortho_project(o, lon, lat, &px, &py);
    for (size_t i = 0; i + 1 < mesh->rows; i++) {
        for (size_t j = 0; j + 1 < mesh->cols; j++) {
            double x[4], y[4];
            for (size_t c = 0; c < 4; c++) {
                kr_point3 p = kr_mesh_node(mesh, i + c / 2, j + c % 2);
                kr_ortho_project(o, p.lon, p.lat, &x[c], &y[c]);
            }
            for (int k = 0; k < (FINE + 1) * (FINE + 1); k++) {
                double u = k % (FINE + 1) / (double)FINE, v = k / (FINE + 1) / (double)FINE;
                double a = (1 - v) * ((1 - u) * x[0] + u * x[1]) + v * ((1 - u) * x[2] + u * x[3]);
                double c = (1 - v) * ((1 - u) * y[0] + u * y[1]) + v * ((1 - u) * y[2] + u * y[3]);
                least = fmin(least, hypot(a - px, c - py));
            }
        }
    }
    return least;
}

/* The outline is about 5 m outside the cells. */
static void test_mesh(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    kr_point3 nodes[ROWS * COLS], origin = {10, 45, 0};
    kr_outline o;
    uint64_t seed = 3;

    bent_nodes(origin, nodes);
    kr_mesh mesh = mesh_of(&b, nodes, ROWS, COLS);
    kt_ok(b.ctx, kr_outline_of_mesh(b.ctx, &mesh, &b.arena, &o));
    assert_int_equal(o.nrings, 1);
    for (int k = 0; k < 60; k++) {
        kr_point3 p = at_km(origin, uniform(&seed, -15, 30), uniform(&seed, -20, 15));
        double got = kr_outline_distance_km(&o, p.lon, p.lat);
        double exact = brute_force(&mesh, &o.ortho, p.lon, p.lat);
        assert_true(got >= 0 && got <= exact);
        if (exact > 3)
            assert_true(exact - got < 0.0085);
        if (exact < 0.003)
            kt_same(got, 0);
    }
    for (size_t k = 0; k < ROWS * COLS; k++)
        kt_same(kr_outline_distance_km(&o, nodes[k].lon, nodes[k].lat), 0);
    bench_end(&b);
}

/* Elsewhere on the same parallel, across the date line: the same distances. */
static void test_shift(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    kr_point3 nodes[ROWS * COLS], moved[ROWS * COLS];
    kr_outline o, m;
    uint64_t seed = 5;

    bent_nodes((kr_point3){10, 62, 0}, nodes);
    for (size_t k = 0; k < ROWS * COLS; k++)
        moved[k] = (kr_point3){kr_wrap_lon(nodes[k].lon + 169.85), nodes[k].lat, nodes[k].depth};
    kr_mesh here = mesh_of(&b, nodes, ROWS, COLS), there = mesh_of(&b, moved, ROWS, COLS);
    kt_ok(b.ctx, kr_outline_of_mesh(b.ctx, &here, &b.arena, &o));
    kt_ok(b.ctx, kr_outline_of_mesh(b.ctx, &there, &b.arena, &m));
    for (int k = 0; k < 40; k++) {
        kr_point3 p = at_km(nodes[0], uniform(&seed, -25, 40), uniform(&seed, -25, 15));
        kt_close(kr_outline_distance_km(&m, kr_wrap_lon(p.lon + 169.85), p.lat),
                 kr_outline_distance_km(&o, p.lon, p.lat), 1e-9, 1e-8);
    }
    bench_end(&b);
}

/* All rows above each other: a line 5 m wide on both sides. */
static void test_vertical(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    kr_point3 nodes[3 * 5], origin = {-120, 0, 0};
    kr_outline o;

    for (size_t k = 0; k < 15; k++) {
        nodes[k] = at_km(origin, 3.0 * (double)(k % 5), 0);
        nodes[k].depth = (double)(k / 5);
    }
    kr_mesh mesh = mesh_of(&b, nodes, 3, 5);
    kt_ok(b.ctx, kr_outline_of_mesh(b.ctx, &mesh, &b.arena, &o));
    for (double off = -10; off < 11; off += 2.5) {
        kr_point3 p = at_km(origin, 5, off);
        kt_close(kr_outline_distance_km(&o, p.lon, p.lat), fmax(0, fabs(off) - 0.005), 0, 0.004);
    }
    bench_end(&b);
}

static void same_place(kr_point3 a, kr_point3 b)
{
    kt_same(a.lon, b.lon);
    kt_same(a.lat, b.lat);
}

static void test_kite_ring(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    kr_point3 nodes[9], origin = {12, 44, 0}, *ring;
    kr_outline o;
    size_t n;
    static const size_t expected[] = {3, 1, 2, 5, 8, 7, 6};

    for (size_t k = 0; k < 9; k++) {
        nodes[k] = at_km(origin, 2.0 * (double)(k % 3), -2.0 * (double)(k / 3));
        nodes[k].depth = (double)(k / 3);
    }
    nodes[0] = (kr_point3){NAN, NAN, NAN};
    kr_mesh mesh = mesh_of(&b, nodes, 3, 3);
    kt_ok(b.ctx, kr_outline_of_kite(b.ctx, &mesh, &b.arena, &o, &ring, &n));
    assert_int_equal(n, 7);
    for (size_t k = 0; k < 7; k++)
        same_place(ring[k], nodes[expected[k]]);
    kr_point3 inside = at_km(origin, 2, -2), corner = at_km(origin, 0, 0);
    kt_same(kr_outline_distance_km(&o, inside.lon, inside.lat), 0);
    kt_close(kr_outline_distance_km(&o, corner.lon, corner.lat), sqrt(2), 0, 1e-5);
    bench_end(&b);
}

static void test_kite_vertical(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    kr_point3 nodes[6], origin = {12, -44, 0}, *ring;
    kr_outline o;
    size_t n;

    for (size_t k = 0; k < 6; k++) {
        nodes[k] = at_km(origin, 0, 5.0 * (double)(k % 3));
        nodes[k].depth = 4.0 * (double)(k / 3);
    }
    kr_mesh mesh = mesh_of(&b, nodes, 2, 3);
    kt_ok(b.ctx, kr_outline_of_kite(b.ctx, &mesh, &b.arena, &o, &ring, &n));
    assert_int_equal(n, 4);
    for (size_t k = 0; k < 4; k++) {
        kr_point3 end = nodes[k < 2 ? 0 : 2];
        kt_close(kr_geodetic_km(ring[k].lon, ring[k].lat, end.lon, end.lat), 0.1, 1e-7, 0);
    }
    kr_point3 p = at_km(at_km(origin, 0, 4), 3, 0);
    kt_close(kr_outline_distance_km(&o, p.lon, p.lat), 2.9, 0, 1e-5);
    bench_end(&b);
}

/* The outline of a set of places given in km. */
static kr_outline set_outline(bench *b, const double (*km)[2], size_t n)
{
    kr_point3 nodes[200], origin = {140, 36, 0};
    kr_outline o;

    assert_true(n <= 200);
    for (size_t k = 0; k < n; k++) {
        nodes[k] = at_km(origin, km[k][0], km[k][1]);
        nodes[k].depth = 10;
    }
    kr_mesh mesh = mesh_of(b, nodes, 1, n);
    kt_ok(b->ctx, kr_outline_of_mesh(b->ctx, &mesh, &b->arena, &o));
    for (size_t k = 0; k < n; k++)
        kt_close(kr_outline_distance_km(&o, nodes[k].lon, nodes[k].lat), 0, 0, 1e-9);
    return o;
}

static double set_distance(const kr_outline *o, double east, double north)
{
    kr_point3 p = at_km((kr_point3){140, 36, 0}, east, north);

    return kr_outline_distance_km(o, p.lon, p.lat);
}

/* Sets of nodes: a U keeps its notch, few nodes give their hull, a line or a point is widened. */
static void test_sets(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    double u[200][2];
    size_t n = 0;
    uint64_t seed = 11;

    for (int i = 0; i <= 12; i++) {
        for (int j = 0; j <= 12; j++) {
            if (i > 3 && i < 9 && j > 3)
                continue;
            u[n][0] = i + uniform(&seed, -0.2, 0.2);
            u[n++][1] = j + uniform(&seed, -0.2, 0.2);
        }
    }
    kr_outline o = set_outline(&b, (const double(*)[2])u, n);
    assert_true(set_distance(&o, 6, 9) > 2);
    assert_true(set_distance(&o, 1.5, 9) < 1e-9);
    kt_close(set_distance(&o, -5, 6), 5, 0, 0.6);
    o = set_outline(&b, (const double[][2]){{0, 0}, {4, 0}, {0, 4}}, 3);
    kt_close(set_distance(&o, 4, 4), sqrt(8), 0, 1e-4);
    o = set_outline(&b, (const double[][2]){{0, 0}, {4, 0}, {0, 4}, {4, 4}}, 4);
    kt_close(set_distance(&o, 7, 8), 5, 0, 1e-4);
    o = set_outline(&b, (const double[][2]){{0, 0}, {0, 3}, {0, 1}, {0, 9}, {0, 5}}, 5);
    kt_close(set_distance(&o, 2, 4), 1.995, 0, 1e-4);
    o = set_outline(&b, (const double[][2]){{3, 4}}, 1);
    kt_close(set_distance(&o, 0, 0), 4.995, 0, 0.002);
    bench_end(&b);
}

static void test_too_wide(void **state)
{
    (void)state;
    bench b;
    bench_init(&b);
    kr_point3 nodes[4] = {{-100, 0, 0}, {0, 0, 0}, {100, 1, 0}, {170, 1, 0}}, *ring;
    kr_mesh mesh = mesh_of(&b, nodes, 2, 2);
    kr_outline o;
    size_t n;

    kt_fails(b.ctx, kr_outline_of_mesh(b.ctx, &mesh, &b.arena, &o), KR_EINPUT, "180 degrees");
    kt_fails(b.ctx, kr_outline_of_kite(b.ctx, &mesh, &b.arena, &o, &ring, &n), KR_EINPUT,
             "180 degrees");
    bench_end(&b);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    const kr_point3 *nodes = user;
    kr_status s = KR_OK;
    kr_arena arena;
    kr_mesh mesh, set;
    kr_outline o;
    kr_point3 *ring;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_mesh_make(ctx, nodes, ROWS, COLS, false, &arena, &mesh));
    KR_TRY(kr_mesh_make(ctx, nodes, 1, ROWS * COLS, false, &arena, &set));
    KR_TRY(kr_outline_of_mesh(ctx, &mesh, &arena, &o));
    KR_TRY(kr_outline_of_mesh(ctx, &set, &arena, &o));
    KR_TRY(kr_outline_of_kite(ctx, &mesh, &arena, &o, &ring, &n));
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    kr_point3 nodes[ROWS * COLS];

    bent_nodes((kr_point3){10, 45, 0}, nodes);
    assert_true(kt_fail_each_allocation(scenario, nodes) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),  cmocka_unit_test(test_mesh),
        cmocka_unit_test(test_shift),     cmocka_unit_test(test_vertical),
        cmocka_unit_test(test_kite_ring), cmocka_unit_test(test_kite_vertical),
        cmocka_unit_test(test_sets),      cmocka_unit_test(test_too_wide),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
