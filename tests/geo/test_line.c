#include "geo/figures.h"
#include "geo/line.h"
#include "support/support.h"

#include <math.h>

/* Figures have ten decimals of a degree. */
static const double tolerance_km = 2e-8;

static void check_points(figures *f, kr_line got)
{
    size_t n = figure_count(f);

    assert_int_equal(got.n, n);
    for (size_t i = 0; i < n; i++)
        same_point3(got.p[i], figure_point(f), tolerance_km);
}

/* Random lines: any place, across the date line, around the poles; horizontal, inclined and
 * vertical; with sharp bends; shorter and longer than a step. */
static void test_reference(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    figures f = figures_open(&arena, "lines.txt");
    size_t cases = figure_count(&f);

    assert_true(cases >= 100);
    for (size_t i = 0; i < cases; i++) {
        size_t n = figure_count(&f), m;
        double spacing = figure(&f);
        kr_line line = {n, figure_points(&f, n, &arena)}, out;
        bool ok;
        kt_close(kr_line_length_km(line), figure(&f), 0, 1e-9);
        kt_close(kr_lon_extent(kr_line_azimuth(line), figure(&f)), 0, 0, 1e-9);
        assert_int_equal(kr_line_crosses_itself(line), figure_count(&f));
        for (int keep = 0; keep < 2; keep++) {
            kt_ok(ctx, kr_line_resample(ctx, line, spacing, keep, &arena, &out, &ok));
            assert_int_equal(ok, out.n > 0);
            check_points(&f, out);
        }
        m = figure_count(&f);
        kt_ok(ctx, kr_line_resample_to(ctx, line, m, &arena, &out));
        check_points(&f, out);
    }
    figures_end(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- analytic cases ---- */

/* Along the equator: the projection shortens the whole line by 2 mm. */
static void test_equator(void **state)
{
    (void)state;
    const double degree_km = KR_EARTH_RADIUS_KM * 3.14159265358979323846 / 180;
    const kr_point3 p[] = {{10, 0, 0}, {10.05, 0, 0}, {10.1, 0, 0}};
    const kr_line line = {3, p};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line out;
    bool ok;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_close(kr_line_length_km(line), 0.1 * degree_km, 1e-12, 0);
    kt_close(kr_line_azimuth(line), 90, 1e-14, 0);
    /* 11.12 km: 6 steps of 2 km reach past the end, which is nearer than the fifth */
    kt_ok(ctx, kr_line_resample(ctx, line, 2, false, &arena, &out, &ok));
    assert_true(ok);
    assert_int_equal(out.n, 7);
    for (size_t i = 0; i < out.n; i++)
        same_point3(out.p[i], (kr_point3){10 + 2 * (double)i / degree_km, 0, 0}, 2e-6);
    kt_ok(ctx, kr_line_resample(ctx, line, 2, true, &arena, &out, &ok));
    assert_int_equal(out.n, 7);
    same_point3(out.p[6], p[2], 0);
    /* 2.3 km: five whole steps are nearest, 4.84 of them */
    kt_ok(ctx, kr_line_resample(ctx, line, 2.3, false, &arena, &out, &ok));
    assert_int_equal(out.n, 6);
    /* 2.6 km: four, 4.28 of them */
    kt_ok(ctx, kr_line_resample(ctx, line, 2.6, false, &arena, &out, &ok));
    assert_int_equal(out.n, 5);
    /* lengths are rounded to 0.1 mm */
    kt_ok(ctx, kr_line_resample_to(ctx, line, 5, &arena, &out));
    assert_int_equal(out.n, 5);
    for (size_t i = 0; i < 5; i++)
        same_point3(out.p[i], (kr_point3){10 + 0.025 * (double)i, 0, 0}, 1e-7);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Straight down. */
static void test_vertical(void **state)
{
    (void)state;
    const kr_point3 p[] = {{-70, -20, 1}, {-70, -20, 5}, {-70, -20, 11}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line out;
    bool ok;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_close(kr_line_length_km((kr_line){3, p}), 10, 1e-14, 0);
    kt_ok(ctx, kr_line_resample(ctx, (kr_line){3, p}, 3, false, &arena, &out, &ok));
    assert_int_equal(out.n, 4);
    for (size_t i = 0; i < out.n; i++)
        same_point3(out.p[i], (kr_point3){-70, -20, 1 + 3 * (double)i}, 1e-9);
    kt_ok(ctx, kr_points_between(ctx, p[0], p[2], 4, &arena, &out));
    assert_int_equal(out.n, 4); /* 2.5 steps, rounded up */
    same_point3(out.p[3], (kr_point3){-70, -20, 13}, 1e-9);
    kt_ok(ctx, kr_points_between(ctx, p[0], p[1], 9, &arena, &out));
    assert_int_equal(out.n, 1);
    same_point3(out.p[0], p[0], 0);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- properties ---- */

/* A random line of gentle bends. */
static size_t random_line(uint64_t *seed, kr_point3 *p)
{
    size_t n = 2 + kt_random(seed) % 6;
    double azimuth = 360 * kt_random_unit(seed);

    p[0] = (kr_point3){360 * kt_random_unit(seed) - 180, 120 * kt_random_unit(seed) - 60, 3};
    for (size_t i = 1; i < n; i++) {
        kr_lonlat q =
            kr_point_at(p[i - 1].lon, p[i - 1].lat, azimuth, 4 + 12 * kt_random_unit(seed));
        p[i] = (kr_point3){q.lon, q.lat, p[i - 1].depth + kt_random_unit(seed)};
        azimuth += 80 * kt_random_unit(seed) - 40;
    }
    return n;
}

/* All steps are of one length (the projection is true within millimetres here), and the end is kept
 * or within half a step but for the rounding of corners. */
static void test_steps(void **state)
{
    (void)state;
    uint64_t seed = 8;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 500; k++) {
        kr_point3 p[8];
        kr_line line = {random_line(&seed, p), p}, out;
        double step = 0.5 + 5 * kt_random_unit(&seed);
        bool ok;
        kt_ok(ctx, kr_line_resample(ctx, line, step, false, &arena, &out, &ok));
        assert_true(ok);
        same_point3(out.p[0], p[0], 0);
        for (size_t i = 1; i < out.n; i++)
            kt_close(kr_line_length_km((kr_line){2, &out.p[i - 1]}), step, 1e-3, 0);
        kr_point3 a = out.p[out.n - 1], b = p[line.n - 1];
        assert_true(kr_distance_km(a.lon, a.lat, a.depth, b.lon, b.lat, b.depth) < step);
        kt_ok(ctx, kr_line_resample(ctx, line, step, true, &arena, &out, &ok));
        same_point3(out.p[out.n - 1], b, 0);
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* The image of a point: turned by some longitude, or mirrored at the equator or at a meridian. */
static kr_point3 image(kr_point3 p, int kind, double turn)
{
    if (kind == 0)
        p.lon = kr_wrap_lon(p.lon + turn);
    else if (kind == 1)
        p.lat = -p.lat;
    else
        p.lon = -p.lon;
    return p;
}

/* The line of the image is the image of the line: of the mirrored one up to the distortion of the
 * projection, whose centre is half way from the north-west to the south-east. */
static void test_images(void **state)
{
    (void)state;
    uint64_t seed = 9;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);

    for (int k = 0; k < 300; k++) {
        kr_point3 p[8], q[8];
        size_t n = random_line(&seed, p);
        double step = 0.5 + 5 * kt_random_unit(&seed), turn = 360 * kt_random_unit(&seed);
        kr_line a, b;
        bool ok;
        for (size_t i = 0; i < n; i++)
            q[i] = image(p[i], k % 3, turn);
        for (int keep = 0; keep < 2; keep++) {
            kt_ok(ctx, kr_line_resample(ctx, (kr_line){n, p}, step, keep, &arena, &a, &ok));
            kt_ok(ctx, kr_line_resample(ctx, (kr_line){n, q}, step, keep, &arena, &b, &ok));
            assert_int_equal(a.n, b.n);
            for (size_t i = 0; i < a.n; i++)
                same_point3(b.p[i], image(a.p[i], k % 3, turn), k % 3 ? 2e-5 : 1e-8);
        }
        kt_ok(ctx, kr_line_resample_to(ctx, (kr_line){n, p}, 6, &arena, &a));
        kt_ok(ctx, kr_line_resample_to(ctx, (kr_line){n, q}, 6, &arena, &b));
        for (size_t i = 0; i < a.n; i++)
            same_point3(b.p[i], image(a.p[i], k % 3, turn), 2e-7);
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- cleaning, crossing, failing ---- */

static void test_clean(void **state)
{
    (void)state;
    kr_point3 p[] = {{0, 0, 0},    {0, 0, 0.001},   {0, 1e-6, 0},
                     {0, 1e-4, 0}, {0, 1e-4, 0.01}, {0, 0, 0}};

    assert_int_equal(kr_line_clean(p, 6), 4);
    kt_same(p[1].lat, 1e-4);
    kt_same(p[2].depth, 0.01);
    assert_int_equal(kr_line_clean(p, 0), 0);
    assert_int_equal(kr_line_clean(p, 1), 1);
}

static void test_crossing(void **state)
{
    (void)state;
    const kr_point3 bow[] = {{0, 0, 0}, {1, 1, 0}, {1, 0, 0}, {0, 1, 0}};
    const kr_point3 closed[] = {{179.5, 0, 0}, {-179.5, 0, 0}, {-179.5, 1, 0}, {179.5, 0, 0}};
    const kr_point3 open[] = {{179.5, 0, 0}, {-179.5, 0, 0}, {-179.5, 1, 0}, {179.5, 0.5, 0}};
    const double x[] = {0, 1, 1, 0}, y[] = {0, 1, 0, 1}, z[] = {0, 0, 1, 1};

    assert_true(kr_line_crosses_itself((kr_line){4, bow}));
    assert_false(kr_line_crosses_itself((kr_line){3, bow}));
    assert_false(kr_line_crosses_itself((kr_line){4, closed}));
    assert_false(kr_line_crosses_itself((kr_line){4, open}));
    assert_false(kr_ring_is_valid(x, y, 4));
    assert_true(kr_ring_is_valid(x, z, 4));
}

static void test_failures(void **state)
{
    (void)state;
    const kr_point3 p[] = {{0, 0, 0}, {0.1, 0, 0}, {120, 0, 0}, {-120, 0, 0}};
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line out;
    bool ok;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_line_resample(ctx, (kr_line){2, p}, 30, false, &arena, &out, &ok));
    assert_false(ok || out.n); /* less than half a step long */
    kt_ok(ctx, kr_line_resample(ctx, (kr_line){2, p}, 30, true, &arena, &out, &ok));
    assert_true(ok && out.n == 2);
    kt_ok(ctx, kr_line_resample(ctx, (kr_line){1, p}, 1, true, &arena, &out, &ok));
    assert_false(ok || out.n);
    kt_ok(ctx, kr_line_resample(ctx, (kr_line){2, p}, 0, true, &arena, &out, &ok));
    assert_false(ok || out.n);
    kt_ok(ctx, kr_line_resample(ctx, (kr_line){4, p}, 10, true, &arena, &out, &ok));
    assert_false(ok || out.n); /* all around */
    assert_true(kr_line_crosses_itself((kr_line){4, p}));
    kt_fails(ctx, kr_line_resample(ctx, (kr_line){2, p}, 1e-7, true, &arena, &out, &ok), KR_EINPUT,
             "more than 1000000 points");
    kt_fails(ctx, kr_points_between(ctx, p[0], p[1], 1e-7, &arena, &out), KR_EINPUT,
             "more than 1000000 points");
    kt_fails(ctx, kr_line_resample_to(ctx, (kr_line){2, p}, 1000001, &arena, &out), KR_EINPUT,
             "more than 1000000 points");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference), cmocka_unit_test(test_equator),
        cmocka_unit_test(test_vertical),  cmocka_unit_test(test_steps),
        cmocka_unit_test(test_images),    cmocka_unit_test(test_clean),
        cmocka_unit_test(test_crossing),  cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
