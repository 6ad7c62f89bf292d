/* Unions of stripes, beside those of GEOS. */
#include "geo/unite.h"

#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

enum { MOST_COLS = 12, MOST_ROWS = 12, MOST = 1200 };
static const double tolerance = 0.005;

typedef struct sheet {
    size_t rows, cols;
    double x[MOST_ROWS][MOST_COLS], y[MOST_ROWS][MOST_COLS];
} sheet;

static double uniform(uint64_t *seed, double low, double high)
{
    return low + (high - low) * kt_random_unit(seed);
}

/* The nodes of a fault seen from above: straight or bent, flat or steep, some of it narrower below,
 * some of it rough. */
static void random_sheet(uint64_t *seed, sheet *out)
{
    double step = uniform(seed, 0.5, 3), strike = uniform(seed, 0, 6.3);
    double bend = kt_random(seed) % 3 ? uniform(seed, -0.2, 0.2) : 0;
    double rough = kt_random(seed) % 4 ? pow(10, uniform(seed, -9, -2)) : 0;
    double width = kt_random(seed) % 8 ? uniform(seed, 0.1, 2) : uniform(seed, 0, 0.02);
    double fan = kt_random(seed) % 2 ? uniform(seed, -0.02, 0.02) : 0;
    double px = uniform(seed, -30, 30), py = uniform(seed, -30, 30);
    double down_x = width * cos(strike), down_y = -width * sin(strike);

    out->rows = 2 + kt_random(seed) % (MOST_ROWS - 1);
    out->cols = 2 + kt_random(seed) % (MOST_COLS - 1);
    for (size_t j = 0; j < out->cols; j++) {
        for (size_t i = 0; i < out->rows; i++) {
            double wider = 1 + fan * (double)i;
            out->x[i][j] = px * wider + (double)i * down_x + uniform(seed, -rough, rough);
            out->y[i][j] = py * wider + (double)i * down_y + uniform(seed, -rough, rough);
        }
        px += step * sin(strike);
        py += step * cos(strike);
        strike += bend * uniform(seed, 0, 1);
    }
}

static GEOSGeometry *ring_shape(GEOSContextHandle_t h, const double *x, const double *y, size_t n)
{
    GEOSCoordSequence *seq = GEOSCoordSeq_create_r(h, (unsigned)n, 2);

    assert_non_null(seq);
    for (size_t i = 0; i < n; i++) {
        GEOSCoordSeq_setX_r(h, seq, (unsigned)i, x[i]);
        GEOSCoordSeq_setY_r(h, seq, (unsigned)i, y[i]);
    }
    return GEOSGeom_createPolygon_r(h, GEOSGeom_createLinearRing_r(h, seq), NULL, 0);
}

/* The outer ring of a polygon; false if it is none. */
static bool read_ring(GEOSContextHandle_t h, const GEOSGeometry *shape, kr_ring *out)
{
    unsigned n = 0;

    if (GEOSGeomTypeId_r(h, shape) != GEOS_POLYGON)
        return false;
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(h, GEOSGetExteriorRing_r(h, shape));
    assert_int_equal(GEOSCoordSeq_getSize_r(h, seq, &n), 1);
    if (n > MOST)
        return false;
    out->n = n;
    for (unsigned i = 0; i < n; i++) {
        GEOSCoordSeq_getX_r(h, seq, i, &out->x[i]);
        GEOSCoordSeq_getY_r(h, seq, i, &out->y[i]);
    }
    return true;
}

/* The widened stripe between rows i and i + 1. */
static bool stripe(GEOSContextHandle_t h, const sheet *m, size_t i, kr_ring *out)
{
    double x[2 * MOST_COLS + 1], y[2 * MOST_COLS + 1];

    for (size_t j = 0; j < m->cols; j++) {
        x[j] = m->x[i][m->cols - 1 - j];
        y[j] = m->y[i][m->cols - 1 - j];
        x[m->cols + j] = m->x[i + 1][j];
        y[m->cols + j] = m->y[i + 1][j];
    }
    x[2 * m->cols] = x[0];
    y[2 * m->cols] = y[0];
    GEOSGeometry *cells = ring_shape(h, x, y, 2 * m->cols + 1);
    GEOSGeometry *wide = GEOSBuffer_r(h, cells, tolerance, 2);
    bool ok = wide && read_ring(h, wide, out);
    GEOSGeom_destroy_r(h, cells);
    GEOSGeom_destroy_r(h, wide);
    return ok;
}

static GEOSGeometry *united(GEOSContextHandle_t h, const kr_ring *rings, size_t n)
{
    GEOSGeometry *part[MOST_ROWS];

    for (size_t i = 0; i < n; i++)
        part[i] = ring_shape(h, rings[i].x, rings[i].y, rings[i].n);
    GEOSGeometry *all = GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, part, (unsigned)n);
    GEOSGeometry *one = GEOSUnaryUnion_r(h, all);
    GEOSGeom_destroy_r(h, all);
    return one;
}

/* From 3.12 on GEOS does it in other ways. */
static bool is_other_geos(void)
{
    int major = 0, minor = 0;

    assert_int_equal(sscanf(GEOSversion(), "%d.%d", &major, &minor), 2);
    return major > 3 || minor > 11;
}

typedef struct room {
    double x[MOST_ROWS][MOST], y[MOST_ROWS][MOST], union_x[MOST], union_y[MOST];
    kr_ring ring[MOST_ROWS];
} room;

static bool random_rings(GEOSContextHandle_t h, uint64_t *seed, room *r, size_t *n)
{
    sheet m;

    random_sheet(seed, &m);
    *n = m.rows - 1;
    for (size_t i = 0; i < *n; i++) {
        r->ring[i] = (kr_ring){0, r->x[i], r->y[i]};
        if (!stripe(h, &m, i, &r->ring[i]))
            return false;
    }
    return true;
}

/* Whoever is sure gives what GEOS gives, bit by bit. (Sides that are straight up to their last
 * digits are not for sure; on a sphere they never are.) */
static void test_stripes(void **state)
{
    (void)state;
    enum { TIMES = 3000 };
    kr_ctx *ctx = kt_ctx();
    GEOSContextHandle_t h = GEOS_init_r();
    uint64_t seed = 29;
    static room r;
    size_t certain = 0, tried = 0;

    for (int t = 0; t < TIMES && !is_other_geos(); t++) {
        kr_ring got = {0, NULL, NULL}, expected = {0, r.union_x, r.union_y};
        kr_arena arena;
        size_t n;
        bool sure = false;
        if (!random_rings(h, &seed, &r, &n))
            continue;
        tried++;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
        kt_ok(ctx, kr_unite_stripes(r.ring, n, &arena, &got, &sure));
        if (sure) {
            GEOSGeometry *shape = united(h, r.ring, n);
            assert_true(read_ring(h, shape, &expected));
            assert_int_equal(GEOSGetNumInteriorRings_r(h, shape), 0);
            assert_int_equal(got.n, expected.n);
            assert_memory_equal(got.x, expected.x, got.n * sizeof *got.x);
            assert_memory_equal(got.y, expected.y, got.n * sizeof *got.y);
            GEOSGeom_destroy_r(h, shape);
            certain++;
        }
        kr_arena_clear(&arena);
    }
    assert_true(is_other_geos() || (tried > TIMES * 2 / 3 && certain > tried / 4));
    GEOS_finish_r(h);
    kt_ctx_end(&ctx);
}

static bool is_sure(kr_ring *rings, size_t n, kr_ring *out, double *x, double *y)
{
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    bool sure = false;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_unite_stripes(rings, n, &arena, out, &sure));
    if (sure) {
        memcpy(x, out->x, out->n * sizeof *x);
        memcpy(y, out->y, out->n * sizeof *y);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return sure;
}

/* Two squares; what is not plain is not for sure: apart, one inside the other, with a common side,
 * with a corner on a side, turned the other way round. */
static void test_by_hand(void **state)
{
    (void)state;
    double ax[] = {0, 0, 4, 4, 0}, ay[] = {0, 4, 4, 0, 0};
    double bx[] = {1, 1, 6, 6, 1}, by[] = {2, 7, 7, 2, 2};
    double away[] = {11, 11, 16, 16, 11}, inside[] = {1, 1, 2, 2, 1}, low[] = {2, 3, 3, 2, 2};
    double beside[] = {4, 4, 9, 9, 4}, over[] = {4, 7, 7, 4, 4}, back[] = {7, 2, 2, 7, 7};
    double x[16], y[16];
    kr_ring a = {5, ax, ay}, out = {0, NULL, NULL};
    const double to_x[] = {0, 1, 1, 6, 6, 4, 4, 0, 0}, to_y[] = {4, 4, 7, 7, 2, 2, 0, 0, 4};

    assert_true(is_sure((kr_ring[]){a}, 1, &out, x, y));
    assert_int_equal(out.n, 5);
    assert_true(is_sure((kr_ring[]){a, {5, bx, by}}, 2, &out, x, y));
    assert_int_equal(out.n, 9);
    assert_memory_equal(x, to_x, sizeof to_x);
    assert_memory_equal(y, to_y, sizeof to_y);
    assert_false(is_sure((kr_ring[]){a, {5, away, by}}, 2, &out, x, y));
    assert_false(is_sure((kr_ring[]){a, {5, inside, low}}, 2, &out, x, y));
    assert_false(is_sure((kr_ring[]){a, {5, beside, by}}, 2, &out, x, y));
    assert_false(is_sure((kr_ring[]){a, {5, bx, over}}, 2, &out, x, y));
    assert_false(is_sure((kr_ring[]){a, {5, bx, back}}, 2, &out, x, y));
    bx[2] = NAN;
    assert_false(is_sure((kr_ring[]){a, {5, bx, by}}, 2, &out, x, y));
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    room *r = user;
    kr_ring out;
    bool sure;
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kr_status s = kr_unite_stripes(r->ring, 3, &arena, &out, &sure);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    GEOSContextHandle_t h = GEOS_init_r();
    static room r;
    uint64_t seed = 5;
    size_t n = 0;

    while (!random_rings(h, &seed, &r, &n) || n < 3)
        continue;
    assert_true(kt_fail_each_allocation(scenario, &r) > 0);
    GEOS_finish_r(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stripes),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
