/* every instruction set */
#include "geo/gc2.h"
#include "support/support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 48, MOST_POINTS = 8, MOST_PLACES = 32 };

typedef struct set {
    size_t n, nplaces;
    kr_point3 points[MOST_LINES][MOST_POINTS];
    kr_gc2_line made[MOST_LINES];
    const kr_gc2_line *lines[MOST_LINES];
    uint32_t order[MOST_LINES];
    bool flipped[MOST_LINES];
    float shift[MOST_LINES];
    kr_gc2_set ordered;
    double lon[MOST_PLACES], lat[MOST_PLACES];
} set;

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

static float bits(char **at)
{
    char *end = *at;
    uint32_t u = (uint32_t)strtoul(*at, &end, 16);
    float x;

    assert_ptr_not_equal(end, *at);
    *at = end;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* The same single, but for what the last bits of doubles make of sums that should be zero. */
static void same_single(float a, float b)
{
    if (fabsf(a - b) > 1e-11F && memcmp(&a, &b, sizeof a) != 0)
        fail_msg("%.9g is not %.9g", (double)a, (double)b);
}

static void make_lines(kr_ctx *ctx, kr_arena *arena, set *x, const size_t *npoints)
{
    double scratch[8 * MOST_LINES];

    for (size_t i = 0; i < x->n; i++) {
        kt_ok(ctx, kr_gc2_line_make(ctx, (kr_line){npoints[i], x->points[i]}, arena, &x->made[i]));
        x->lines[i] = &x->made[i];
    }
    x->ordered = (kr_gc2_set){0, x->order, x->flipped, x->shift};
    assert_true(kr_gc2_set_order(x->lines, x->n, scratch, &x->ordered));
}

static float u_max(const set *x, kr_gc2_way way)
{
    void *scratch = aligned_alloc(64, (kr_gc2_u_max_scratch(x->n) + 63) / 64 * 64);
    float most;

    assert_non_null(scratch);
    most = kr_gc2_u_max(x->lines, &x->ordered, way, scratch);
    free(scratch);
    return most;
}

static void t_and_u(const set *x, kr_gc2_way way, float *t, float *u)
{
    float a[MOST_PLACES], b[MOST_PLACES], c[MOST_PLACES], w[MOST_PLACES] = {0};

    for (size_t k = 0; k < x->nplaces; k++)
        t[k] = u[k] = 0;
    for (size_t i = 0; i < x->n; i++) {
        uint32_t k = x->order[i];

        kr_gc2_line_tuw(x->lines[k], x->flipped[k] ? way : KR_GC2_FORWARD, x->lon, x->lat,
                        x->nplaces, a, b, c);
        kr_gc2_add(x->shift[i], a, b, c, x->nplaces, t, u, w);
    }
    kr_gc2_finish(w, x->nplaces, t, u);
}

static void read_set(char **at, kr_ctx *ctx, kr_arena *arena, set *x)
{
    size_t npoints[MOST_LINES];
    double about[MOST_LINES][2];

    x->n = (size_t)number(at);
    x->nplaces = (size_t)number(at);
    assert_true(x->n <= MOST_LINES && x->nplaces <= MOST_PLACES);
    for (size_t i = 0; i < x->n; i++) {
        npoints[i] = (size_t)number(at);
        assert_true(npoints[i] <= MOST_POINTS);
        for (size_t k = 0; k < npoints[i]; k++) {
            x->points[i][k].lon = number(at);
            x->points[i][k].lat = number(at);
            x->points[i][k].depth = 0;
        }
        about[i][0] = number(at);
        about[i][1] = number(at);
    }
    make_lines(ctx, arena, x, npoints);
    for (size_t i = 0; i < x->n; i++) {
        kt_close(x->made[i].length_km, about[i][0], 1e-13, 0);
        kt_close(x->made[i].azimuth, about[i][1], 0, 1e-10);
    }
}

static void compare_order(char **at, const set *x)
{
    for (size_t i = 0; i < x->n; i++)
        assert_int_equal(x->order[i], (int)number(at));
    for (size_t i = 0; i < x->n; i++)
        assert_int_equal(x->flipped[i], (int)number(at));
    for (size_t i = 0; i < x->n; i++)
        same_single(x->shift[i], bits(at));
    same_single(u_max(x, KR_GC2_NEGATED), bits(at));
}

static void compare_places(char **at, set *x)
{
    static const kr_gc2_way ways[] = {KR_GC2_FORWARD, KR_GC2_REVERSED};
    float t[MOST_PLACES], u[MOST_PLACES], w[MOST_PLACES];

    for (size_t k = 0; k < x->nplaces; k++) {
        x->lon[k] = number(at);
        x->lat[k] = number(at);
    }
    for (int i = 0; i < 2; i++) {
        kr_gc2_line_tuw(x->lines[x->n - 1], ways[i], x->lon, x->lat, x->nplaces, t, u, w);
        for (size_t k = 0; k < x->nplaces; k++) {
            same_single(t[k], bits(at));
            same_single(u[k], bits(at));
            same_single(w[k], bits(at));
        }
    }
    for (int i = 0; i < 2; i++) {
        t_and_u(x, i == 0 ? KR_GC2_REVERSED : KR_GC2_NEGATED, t, u);
        for (size_t k = 0; k < x->nplaces; k++)
            same_single(t[k], bits(at));
        for (size_t k = 0; k < x->nplaces; k++)
            same_single(u[k], bits(at));
    }
}

/* Sets of lines as the reference takes them: many segments, flipped ones, lines with the same keys
 * in the order, across the date line; places on lines, at their ends and on their extensions. */
static void test_reference(void **state)
{
    (void)state;
    size_t n = 0, flipped = 0;
    char *text = (char *)kt_read_file(figures("gc2.txt"), &n), *at = text;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    static set x;
    int nsets;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    nsets = (int)number(&at);
    assert_true(nsets >= 60);
    for (int i = 0; i < nsets; i++) {
        read_set(&at, ctx, &arena, &x);
        compare_order(&at, &x);
        compare_places(&at, &x);
        for (size_t k = 0; k < x.n; k++)
            flipped += x.flipped[k] && x.made[k].nsegments > 1;
        kr_arena_reset(&arena);
    }
    assert_true(flipped >= 30);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    free(text);
}

/* One straight line along the equator: T is the distance to its right, U that along it. */
static void test_straight(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    static set x;
    static const size_t two[] = {2}, five[] = {5};
    float t[MOST_PLACES], u[MOST_PLACES];

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    for (int many = 0; many < 2; many++) {
        size_t n = many ? 5 : 2;

        x.n = 1;
        x.nplaces = 0;
        for (size_t k = 0; k < n; k++)
            x.points[0][k] = (kr_point3){10 + 0.4 * (double)k / (double)(n - 1), 0, 3};
        make_lines(ctx, &arena, &x, many ? five : two);
        for (int k = 0; k < 20; k++) {
            x.lon[x.nplaces] = 9.5 + 0.07 * k;
            x.lat[x.nplaces++] = 0.2 - 0.021 * k;
        }
        t_and_u(&x, KR_GC2_REVERSED, t, u);
        for (size_t k = 0; k < x.nplaces; k++) {
            double km = KR_EARTH_RADIUS_KM * 3.14159265358979323846 / 180;

            kt_close((double)t[k], -x.lat[k] * km, 1e-4, 1e-4);
            kt_close((double)u[k], (x.lon[k] - 10) * km, 1e-4, 2e-4);
        }
        kt_close((double)u_max(&x, KR_GC2_REVERSED), x.made[0].length_km, 1e-4, 0);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void bend(uint64_t *seed, double lon0, double lat0, kr_point3 *p, size_t n)
{
    double lon = lon0, lat = lat0;

    for (size_t k = 0; k < n; k++) {
        p[k] = (kr_point3){lon, lat, 0};
        lon += 0.1 + 0.05 * kt_random_unit(seed);
        lat += 0.12 * kt_random_unit(seed) - 0.06;
    }
}

/* Lines of n points each, all taken from the end if `from_end`, shifted by `dlon`. */
static void bent_set(kr_ctx *ctx, kr_arena *arena, uint64_t seed, bool from_end, double dlon,
                     set *x)
{
    static const size_t npoints[] = {4, 4, 4};

    x->n = 3;
    x->nplaces = 16;
    for (size_t i = 0; i < 3; i++) {
        kr_point3 p[4];

        bend(&seed, -1 + 0.7 * (double)i, 38, p, 4);
        for (size_t k = 0; k < 4; k++) {
            x->points[i][k] = p[from_end ? 3 - k : k];
            x->points[i][k].lon = kr_wrap_lon(x->points[i][k].lon + dlon);
        }
    }
    for (size_t k = 0; k < x->nplaces; k++) {
        x->lon[k] = kr_wrap_lon(dlon - 1 + 3 * kt_random_unit(&seed));
        x->lat[k] = 37.5 + kt_random_unit(&seed);
    }
    make_lines(ctx, arena, x, npoints);
}

/* Lines all reversed: T changes sign, U runs from the other end. Shifted: nothing changes. Flipped
 * and reversed as points: the same thing. */
static void test_invariances(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    static set x, y;
    float t[2][MOST_PLACES], u[2][MOST_PLACES], w[2][MOST_PLACES];

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    for (uint64_t seed = 1; seed < 20; seed++) {
        bent_set(ctx, &arena, seed, false, 0, &x);
        bent_set(ctx, &arena, seed, true, 0, &y);
        for (size_t i = 0; i < 3; i++) {
            kr_gc2_line_tuw(x.lines[i], KR_GC2_REVERSED, x.lon, x.lat, 16, t[0], u[0], w[0]);
            kr_gc2_line_tuw(y.lines[i], KR_GC2_FORWARD, x.lon, x.lat, 16, t[1], u[1], w[1]);
            assert_memory_equal(t[0], t[1], 16 * sizeof(float));
            assert_memory_equal(u[0], u[1], 16 * sizeof(float));
            assert_memory_equal(w[0], w[1], 16 * sizeof(float));
            kr_gc2_line_tuw(x.lines[i], KR_GC2_FORWARD, x.lon, x.lat, 16, t[1], u[1], w[1]);
            for (size_t k = 0; k < 16; k++) {
                double whole = 0;

                for (size_t j = 0; j < 3; j++)
                    whole += x.lines[i]->length[j];
                kt_close((double)t[0][k], (double)-t[1][k], 2e-7, 1e-10);
                kt_close((double)u[0][k], whole - (double)u[1][k], 1e-6, 2e-5);
                kt_close((double)w[0][k], (double)w[1][k], 2e-7, 0);
            }
        }
        t_and_u(&x, KR_GC2_REVERSED, t[0], u[0]);
        t_and_u(&y, KR_GC2_REVERSED, t[1], u[1]);
        for (size_t k = 0; k < 16; k++)
            kt_close((double)t[0][k], (double)-t[1][k], 1e-5, 1e-5);
        bent_set(ctx, &arena, seed, false, 179.7, &y);
        t_and_u(&y, KR_GC2_REVERSED, t[1], u[1]);
        for (size_t k = 0; k < 16; k++) {
            kt_close((double)t[0][k], (double)t[1][k], 1e-5, 1e-5);
            kt_close((double)u[0][k], (double)u[1][k], 1e-5, 1e-5);
        }
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Many segments and places, in any batch: the same bits. */
static void test_batches(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_gc2_line line;
    static kr_point3 p[300];
    static double lon[500], lat[500];
    static float t[500], u[500], w[500], one[3];
    uint64_t seed = 5;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    for (size_t n = 2; n <= 300; n += 149) {
        for (size_t k = 0; k < n; k++)
            p[k] = (kr_point3){0.02 * (double)k, 0.05 * sin((double)k), 0};
        kt_ok(ctx, kr_gc2_line_make(ctx, (kr_line){n, p}, &arena, &line));
        for (size_t k = 0; k < 500; k++) {
            lon[k] = 6 * kt_random_unit(&seed);
            lat[k] = 2 * kt_random_unit(&seed) - 1;
        }
        kr_gc2_line_tuw(&line, KR_GC2_FORWARD, lon, lat, 500, t, u, w);
        for (size_t k = 0; k < 500; k++) {
            kr_gc2_line_tuw(&line, KR_GC2_FORWARD, lon + k, lat + k, 1, one, one + 1, one + 2);
            assert_true(isfinite(t[k]) && isfinite(u[k]) && w[k] > 0);
            assert_memory_equal(&one[0], &t[k], sizeof(float));
            assert_memory_equal(&one[1], &u[k], sizeof(float));
            assert_memory_equal(&one[2], &w[k], sizeof(float));
        }
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_errors(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_gc2_line line;
    const kr_point3 same[] = {{10, 4, 0}, {10, 5, 0}, {10, 5, 0}};
    const kr_point3 wide[] = {{100, 4, 0}, {-100, 5, 0}, {5, 5, 0}};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    kt_fails(ctx, kr_gc2_line_make(ctx, (kr_line){1, same}, &arena, &line), KR_EINPUT, "1 points");
    kt_fails(ctx, kr_gc2_line_make(ctx, (kr_line){3, same}, &arena, &line), KR_EINPUT,
             "at one place");
    kt_fails(ctx, kr_gc2_line_make(ctx, (kr_line){3, wide}, &arena, &line), KR_EINPUT,
             "longitudes");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),   cmocka_unit_test(test_straight),
        cmocka_unit_test(test_invariances), cmocka_unit_test(test_batches),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
