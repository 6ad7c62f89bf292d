/* The coastline: the land's area is that of the Earth's, whatever box cuts it; lines stay in the
 * box; boxes cross the date line. */
/* costly */
#include "output/coast.h"
#include "support/support.h"

#include <math.h>

/* The area of land in a box in millions of km2: rings count with the sign of their inside, so that
 * lakes take away. Signed area by the trapezium rule in sin(latitude). */
static double signed_area(kr_line ring)
{
    double sum = 0;
    for (size_t i = 0; i < ring.n; i++) {
        kr_point3 a = ring.p[i], b = ring.p[(i + 1) % ring.n];
        sum += (b.lon - a.lon) * (sin(a.lat * M_PI / 180) + sin(b.lat * M_PI / 180)) / 2;
    }
    return sum * M_PI / 180 * 6371.0 * 6371.0 / 1e6;
}

static double area(const kr_coast *coast)
{
    double sum = 0;
    for (size_t i = 0; i < coast->nland; i++)
        sum += signed_area(coast->land[i]);
    return fabs(sum);
}

static void check_within(kr_box box, const kr_coast *coast)
{
    const kr_line *kinds[] = {coast->land, coast->lines};
    const size_t n[] = {coast->nland, coast->nlines};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < n[k]; i++)
            for (size_t j = 0; j < kinds[k][i].n; j++) {
                kr_point3 p = kinds[k][i].p[j];
                assert_true(p.lon >= box.west - 1e-9 && p.lon <= box.east + 1e-9);
                assert_true(p.lat >= box.south - 1e-9 && p.lat <= box.north + 1e-9);
            }
}

/* 148.9 million km2 of land, 0.37 of them the Caspian Sea's. */
static void test_area(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_coast coast;
    double whole, parts = 0;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_coast_within((kr_box){-180, -90, 180, 90}, &arena, &coast));
    whole = area(&coast);
    kt_close(whole, 147.5, 0.015, 0);
    /* Cut in tiles, of which some go across the date line. */
    for (double west = -215; west < 145; west += 60)
        for (double south = -90; south < 90; south += 45) {
            kr_box box = {west, south, west + 60, south + 45};
            kt_ok(ctx, kr_coast_within(box, &arena, &coast));
            check_within(box, &coast);
            parts += area(&coast);
        }
    kt_close(parts, whole, 1e-6, 0); /* sines are not cut evenly */
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static double nearest(const kr_coast *coast, double lon, double lat)
{
    double least = INFINITY;
    for (size_t i = 0; i < coast->nlines; i++)
        for (size_t j = 0; j < coast->lines[i].n; j++) {
            kr_point3 p = coast->lines[i].p[j];
            least = fmin(least, hypot((p.lon - lon) * cos(lat * M_PI / 180), p.lat - lat));
        }
    return least;
}

/* Capes, where the coast turns, are where they are. */
static void test_capes(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_coast coast;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_coast_within((kr_box){160, -50, 190, -30}, &arena, &coast));
    assert_true(nearest(&coast, 172.68, -34.42) < 0.05); /* Cape Reinga */
    assert_true(nearest(&coast, 178.55, -37.69) < 0.05); /* East Cape */
    assert_true(nearest(&coast, 183.44, -43.95) < 0.15); /* Chatham Islands, across 180 */
    kt_ok(ctx, kr_coast_within((kr_box){5, 30, 30, 45}, &arena, &coast));
    assert_true(nearest(&coast, 22.48, 36.39) < 0.05); /* Cape Tainaron */
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* No line runs along the date line, a border of the box or the pole: those are cuts. */
static void test_cuts_are_no_coast(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_coast coast;
    const kr_box box = {100, -90, 260, 80};
    size_t points = 0;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_coast_within(box, &arena, &coast));
    for (size_t i = 0; i < coast.nlines; i++)
        for (size_t j = 0; j + 1 < coast.lines[i].n; j++, points++) {
            kr_point3 a = coast.lines[i].p[j], b = coast.lines[i].p[j + 1];
            assert_true(a.lat > -89 && fabs(a.lon - b.lon) < 30 && fabs(a.lat - b.lat) < 5);
            assert_false(a.lon == b.lon && (a.lon == 180 || a.lon == box.west));
        }
    assert_true(points > 10000);
    /* The land itself goes on behind the date line without a gap: Chukotka at 67.3 N. */
    kt_ok(ctx, kr_coast_within((kr_box){178, 67, 182, 67.6}, &arena, &coast));
    kt_close(area(&coast) * 1e6, 4 * 0.6 * 111.19 * 111.19 * cos(67.3 * M_PI / 180), 0.01, 0);
    assert_int_equal(coast.nlines, 0);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_box_of(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_box box;
    static const double lon[] = {178, -179, 179.5}, lat[] = {-17, -18, -16};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_box_of(lon, lat, 3, &arena, &box));
    kt_close(box.west, 178, 0, 1e-12);
    kt_close(box.east, 181, 0, 1e-12);
    kt_same(box.south, -18);
    kt_same(box.north, -16);
    kt_close(kr_box_lon(box, -179), 181, 0, 1e-12);
    kt_close(kr_box_lon(box, 178), 178, 0, 1e-12);
    kt_ok(ctx, kr_box_of(lon, lat, 1, &arena, &box)); /* one place: a box of no size */
    kt_same(box.west, 178);
    kt_same(box.east, 178);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status cut_fiji(kr_ctx *ctx, void *user)
{
    kr_status s;
    kr_arena arena;
    kr_coast coast;
    (void)user;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    s = kr_coast_within((kr_box){176, -20, 184, -15}, &arena, &coast);
    assert_true(s != KR_OK || coast.nlines > 5);
    kr_arena_clear(&arena);
    return s;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(cut_fiji, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_area),      cmocka_unit_test(test_capes),
        cmocka_unit_test(test_box_of),    cmocka_unit_test(test_cuts_are_no_coast),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
