/* Simplified rings and broad ones, beside those of GEOS. */
#include "geo/simplify.h"

#include "support/support.h"

#include <math.h>
#include <stdio.h>

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

enum { MOST = 160 };
static const double tolerance = 0.005;

typedef struct line {
    size_t n;
    double x[MOST], y[MOST];
} line;

static double uniform(uint64_t *seed, double low, double high)
{
    return low + (high - low) * kt_random_unit(seed);
}

/* The line around the cells between two rows of a fault: straight, bent or rough, steep or not. */
static void random_stripe(uint64_t *seed, line *out)
{
    size_t cols = 2 + kt_random(seed) % 40;
    double step = uniform(seed, 0.5, 3), strike = uniform(seed, 0, 6.3);
    double bend = kt_random(seed) % 3 ? uniform(seed, -0.2, 0.2) : 0;
    double rough = kt_random(seed) % 2 ? pow(10, uniform(seed, -6, -1)) : 0;
    double width = kt_random(seed) % 8 ? uniform(seed, 0.01, 2) : 0;
    double x[MOST / 2], y[MOST / 2], px = uniform(seed, -30, 30), py = uniform(seed, -30, 30);
    double across_x = width * cos(strike), across_y = -width * sin(strike);

    for (size_t j = 0; j < cols; j++) {
        x[j] = px + uniform(seed, -rough, rough);
        y[j] = py + uniform(seed, -rough, rough);
        px += step * sin(strike);
        py += step * cos(strike);
        strike += bend * uniform(seed, 0, 1);
    }
    for (size_t j = 0; j < cols; j++) {
        out->x[j] = x[cols - 1 - j];
        out->y[j] = y[cols - 1 - j];
        out->x[cols + j] = x[j] + across_x + uniform(seed, -rough, rough);
        out->y[cols + j] = y[j] + across_y + uniform(seed, -rough, rough);
    }
    out->x[2 * cols] = out->x[0];
    out->y[2 * cols] = out->y[0];
    out->n = 2 * cols + 1;
}

static GEOSCoordSequence *sequence_of(GEOSContextHandle_t h, const line *l)
{
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(h, (unsigned)l->n, 2);

    assert_non_null(seq);
    for (size_t i = 0; i < l->n; i++) {
        GEOSCoordSeq_setX_r(h, seq, (unsigned)i, l->x[i]);
        GEOSCoordSeq_setY_r(h, seq, (unsigned)i, l->y[i]);
    }
    return seq;
}

static void read_line(GEOSContextHandle_t h, const GEOSGeometry *shape, line *out)
{
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(h, shape);
    unsigned n = 0;

    assert_int_equal(GEOSCoordSeq_getSize_r(h, seq, &n), 1);
    out->n = n < MOST ? n : MOST;
    for (size_t i = 0; i < out->n; i++) {
        GEOSCoordSeq_getX_r(h, seq, (unsigned)i, &out->x[i]);
        GEOSCoordSeq_getY_r(h, seq, (unsigned)i, &out->y[i]);
    }
    out->n = n;
}

static void same_line(const line *a, const line *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n && i < MOST; i++) {
        assert_true(a->x[i] == b->x[i]);
        assert_true(a->y[i] == b->y[i]);
    }
}

static bool simplified(kr_ctx *ctx, const line *in, line *out)
{
    size_t index[MOST], n = 0;
    bool sure = false;
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_simplify_ring(in->x, in->y, in->n, tolerance, &arena, index, &n, &sure));
    out->n = sure ? n : 0;
    for (size_t i = 0; i < out->n; i++) {
        out->x[i] = in->x[index[i]];
        out->y[i] = in->y[index[i]];
    }
    kr_arena_clear(&arena);
    return sure;
}

/* From 3.12 on GEOS simplifies in other ways. */
static bool is_other_geos(GEOSContextHandle_t h)
{
    int major = 0, minor = 0;

    (void)h;
    assert_int_equal(sscanf(GEOSversion(), "%d.%d", &major, &minor), 2);
    return major > 3 || minor > 11;
}

/* Whoever is sure gives what GEOS gives; most are. */
static void test_simplify(void **state)
{
    (void)state;
    enum { TIMES = 4000 };
    kr_ctx *ctx = kt_ctx();
    GEOSContextHandle_t h = GEOS_init_r();
    uint64_t seed = 17;
    size_t sure = 0, shorter = 0;

    for (int t = 0; t < TIMES && !is_other_geos(h); t++) {
        line in, got, expected;
        random_stripe(&seed, &in);
        if (!simplified(ctx, &in, &got))
            continue;
        GEOSGeometry *shape = GEOSGeom_createLineString_r(h, sequence_of(h, &in));
        GEOSGeometry *simple = GEOSTopologyPreserveSimplify_r(h, shape, tolerance);
        read_line(h, simple, &expected);
        same_line(&got, &expected);
        sure++;
        shorter += got.n < in.n;
        GEOSGeom_destroy_r(h, simple);
        GEOSGeom_destroy_r(h, shape);
    }
    assert_true(is_other_geos(h) || sure > TIMES * 3 / 4);
    assert_true(is_other_geos(h) || shorter > TIMES / 2);
    GEOS_finish_r(h);
    kt_ctx_end(&ctx);
}

static void widened(GEOSContextHandle_t h, GEOSGeometry *shape, line *out)
{
    GEOSGeometry *wide = GEOSBuffer_r(h, shape, tolerance, 2);

    assert_non_null(wide);
    assert_int_equal(GEOSGeomTypeId_r(h, wide), GEOS_POLYGON);
    read_line(h, GEOSGetExteriorRing_r(h, wide), out);
    GEOSGeom_destroy_r(h, wide);
    GEOSGeom_destroy_r(h, shape);
}

/* Outside, a broad polygon becomes the same as its ring, point by point. */
static void test_wide(void **state)
{
    (void)state;
    enum { TIMES = 3000 };
    kr_ctx *ctx = kt_ctx();
    GEOSContextHandle_t h = GEOS_init_r();
    uint64_t seed = 23;
    size_t wide = 0;

    for (int t = 0; t < TIMES && !is_other_geos(h); t++) {
        line all, in, of_line, of_polygon;
        random_stripe(&seed, &all);
        if (!simplified(ctx, &all, &in) || !kr_ring_is_wide(in.x, in.y, in.n, 4 * tolerance))
            continue;
        GEOSGeometry *ring = GEOSGeom_createLinearRing_r(h, sequence_of(h, &in));
        widened(h, GEOSGeom_createLineString_r(h, sequence_of(h, &in)), &of_line);
        widened(h, GEOSGeom_createPolygon_r(h, ring, NULL, 0), &of_polygon);
        same_line(&of_polygon, &of_line);
        wide++;
    }
    assert_true(is_other_geos(h) || wide > TIMES / 2);
    GEOS_finish_r(h);
    kt_ctx_end(&ctx);
}

static bool ring_is_wide(const double (*p)[2], size_t n)
{
    line l = {.n = n};

    for (size_t i = 0; i < n; i++) {
        l.x[i] = p[i][0];
        l.y[i] = p[i][1];
    }
    return kr_ring_is_wide(l.x, l.y, l.n, 1);
}

#define WIDE(...)                                                                                  \
    ring_is_wide((const double[][2]){__VA_ARGS__},                                                 \
                 sizeof((const double[][2]){__VA_ARGS__}) / sizeof(double[2]))

static void test_wide_by_hand(void **state)
{
    (void)state;
    assert_true(WIDE({0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}));
    assert_true(WIDE({0, 0}, {0, 1.01}, {9, 1.01}, {9, 0}, {0, 0}));
    assert_false(WIDE({0, 0}, {0, 0.99}, {9, 0.99}, {9, 0}, {0, 0}));               /* thin */
    assert_false(WIDE({0, 0}, {9, 0}, {9, 3}, {0, 0}));                             /* sharp */
    assert_false(WIDE({0, 0}, {4, 4}, {4, 0}, {0, 4}, {0, 0}));                     /* crossed */
    assert_false(WIDE({0, 0}, {4, 0}, {4, 4}, {2, 0.5}, {0, 4}, {0, 0}));           /* a neck */
    assert_false(WIDE({0, 0}, {4, 0}, {4, 0.5}, {8, 0.5}, {8, 9}, {0, 9}, {0, 0})); /* a step */
    assert_true(WIDE({0, 0}, {4, 0}, {4, 1.5}, {8, 1.5}, {8, 9}, {0, 9}, {0, 0}));
    assert_false(WIDE({0, 0}, {4, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0})); /* twice */
    assert_false(WIDE({2, 2}, {4, 0}, {4, 4}, {0, 4}, {0, 0}, {NAN, 0}, {2, 2}));
}

/* A square is not reduced below four points; the last point of a shortcut is kept, the middle one
 * is not; a shortcut across another part of the line is not for sure. */
static void test_by_hand(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    line out, tiny = {5, {0, 1e-4, 1e-4, 0, 0}, {0, 0, 1e-4, 1e-4, 0}};
    line square = {9, {0, 2, 4, 4, 4, 2, 0, 0, 0}, {0, 1e-3, 0, 2, 4, 4.001, 4, 2, 0}};
    /* a notch of 4 m whose shortcut would cut off a spike from below */
    line spike = {9, {0, 2, 4, 4, 2.01, 2, 1.99, 0, 0}, {0, 0.004, 0, -2, -2, 0.003, -2, -2, 0}};

    assert_true(simplified(ctx, &square, &out));
    assert_int_equal(out.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(out.x[i] == square.x[2 * i] && out.y[i] == square.y[2 * i]);
    assert_true(simplified(ctx, &tiny, &out));
    assert_true(out.n >= 4);
    assert_false(simplified(ctx, &spike, &out));
    tiny.x[2] = NAN;
    (void)simplified(ctx, &tiny, &out);
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    const line *l = user;
    size_t index[MOST], n;
    bool sure;
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kr_status s = kr_simplify_ring(l->x, l->y, l->n, tolerance, &arena, index, &n, &sure);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    uint64_t seed = 3;
    line l;

    random_stripe(&seed, &l);
    assert_true(kt_fail_each_allocation(scenario, &l) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simplify),     cmocka_unit_test(test_wide),
        cmocka_unit_test(test_wide_by_hand), cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
