/* GeoJSON as text, and the cutting of lines and rings at the date line. */
#include "output/date_line.h"
#include "output/geojson.h"
#include "support/support.h"

#include "base/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Twice the area of a ring in degrees. */
static double area_of(kr_line ring)
{
    double sum = 0;
    for (size_t i = 0; i < ring.n; i++) {
        kr_point3 a = ring.p[i], b = ring.p[(i + 1) % ring.n];
        sum += a.lon * b.lat - b.lon * a.lat;
    }
    return fabs(sum);
}

static void check_inside(const kr_line *pieces, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < pieces[i].n; k++)
            assert_true(fabs(pieces[i].p[k].lon) <= 180);
}

static void test_stays_whole(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line *pieces;
    size_t n;
    static const kr_point3 p[] = {{10, 0, 0}, {12, 1, 0}, {11, 3, 0}, {180, 4, 0}};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_cut_at_date_line((kr_line){3, p}, true, &arena, &pieces, &n));
    assert_int_equal(n, 1);
    assert_memory_equal(pieces[0].p, p, 3 * sizeof p[0]);
    kt_ok(ctx, kr_cut_at_date_line((kr_line){4, p}, false, &arena, &pieces, &n));
    assert_int_equal(n, 1);
    assert_int_equal(pieces[0].n, 4);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_ring_is_cut(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line *pieces;
    size_t n;
    static const kr_point3 p[] = {{178, 0, 0}, {-179, 0, 0}, {-179, 2, 0}, {178, 2, 0}};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    for (size_t turn = 0; turn < 4; turn++) { /* wherever the ring begins */
        kr_point3 q[4];
        for (size_t i = 0; i < 4; i++)
            q[i] = p[(i + turn) % 4];
        kt_ok(ctx, kr_cut_at_date_line((kr_line){4, q}, true, &arena, &pieces, &n));
        assert_int_equal(n, 2);
        check_inside(pieces, n);
        kt_close(area_of(pieces[0]) + area_of(pieces[1]), 12, 1e-12, 0);
        double west = fmin(area_of(pieces[0]), area_of(pieces[1]));
        kt_close(west, 4, 1e-12, 0); /* 1 degree east of the date line */
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A line that crosses twice: three pieces, which meet on the date line. */
static void test_line_is_cut(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line *pieces;
    size_t n, points = 0;
    static const kr_point3 p[] = {
        {178, 0, 1}, {-178, 4, 3}, {-178, 5, 3}, {179, 8, 0}, {170, 8, 0}};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_cut_at_date_line((kr_line){5, p}, false, &arena, &pieces, &n));
    assert_int_equal(n, 3);
    check_inside(pieces, n);
    for (size_t i = 0; i < n; i++)
        points += pieces[i].n;
    assert_int_equal(points, 5 + 4);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < pieces[i].n; k++)
            if (pieces[i].p[k].lon == 180 && fabs(pieces[i].p[k].lat - 2) < 1e-12) {
                found = true;
                kt_close(pieces[i].p[k].depth, 2, 1e-12, 0);
            }
    assert_true(found);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_text(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_geojson file;
    size_t n;
    static const kr_point3 ring[] = {{1, 1, 0}, {1, 2, 0}, {2.000004, 2, 0}}; /* clockwise */
    const kr_line part = {3, ring};
    const kr_line two[] = {{1, ring}, {2, ring + 1}};
    const kr_property told[] = {
        {"name", "a \"b\"", 0}, {"rate", NULL, 1.25e-7}, {"none", NULL, NAN}};
    kt_ok(ctx, kr_geojson_begin(ctx, dir, "x.geojson", NULL, &file));
    kt_ok(ctx, kr_geojson_add(&file, &(kr_feature){KR_FEATURE_POLYGONS, 1, &part, 3, told}));
    kt_ok(ctx, kr_geojson_add(&file, &(kr_feature){KR_FEATURE_POINTS, 2, two, 0, NULL}));
    assert_false(kr_file_exists(kt_path(dir, "x.geojson"))); /* appears when it is complete */
    kt_ok(ctx, kr_geojson_end(&file));
    kt_ok(ctx, kr_geojson_finish(&file, KR_OK));
    char *text = (char *)kt_read_file(kt_path(dir, "x.geojson"), &n);
    text = realloc(text, n + 1);
    assert_non_null(text);
    text[n] = '\0';
    assert_string_equal(
        text, "{\"type\": \"FeatureCollection\", \"features\": [\n"
              "{\"type\": \"Feature\", \"geometry\": {\"type\": \"Polygon\", \"coordinates\": "
              "[[[2.0, 2.0], [1.0, 2.0], [1.0, 1.0], [2.0, 2.0]]]}, \"properties\": {\"name\": "
              "\"a \\\"b\\\"\", \"rate\": 1.25e-7, \"none\": null}},\n"
              "{\"type\": \"Feature\", \"geometry\": {\"type\": \"MultiPoint\", \"coordinates\": "
              "[[1.0, 1.0], [1.0, 2.0], [2.0, 2.0]]}, \"properties\": {}}\n]}\n");
    free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* A vertex on the date line: no piece gets a point twice, or is a point only. */
static void test_vertex_on_date_line(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_line *pieces;
    size_t n;
    static const kr_point3 across[] = {{170, 0, 0}, {180, 1, 0}, {-170, 2, 0}};
    static const kr_point3 touching[] = {{-170, 0, 0}, {180, 1, 0}, {-170, 2, 0}, {175, 2, 0}};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_cut_at_date_line((kr_line){3, across}, false, &arena, &pieces, &n));
    assert_int_equal(n, 2);
    assert_int_equal(pieces[0].n, 2);
    assert_int_equal(pieces[1].n, 2);
    kt_ok(ctx, kr_cut_at_date_line((kr_line){4, touching}, false, &arena, &pieces, &n));
    assert_int_equal(n, 2);
    check_inside(pieces, n);
    assert_int_equal(pieces[0].n + pieces[1].n, 2 + 4);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Numbers that JSON does not have, and names that are not UTF-8. */
static void test_odd_properties(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_geojson file;
    size_t n;
    static const kr_point3 place[] = {{1, 1, 0}};
    const kr_line part = {1, place};
    const kr_property told[] = {{"file", "z\xfcrich \xc3\xa9\xc3.xml", 0},
                                {"rate", NULL, INFINITY}};
    kt_ok(ctx, kr_geojson_begin(ctx, dir, "x.geojson", NULL, &file));
    kt_ok(ctx, kr_geojson_add(&file, &(kr_feature){KR_FEATURE_POINTS, 1, &part, 2, told}));
    kt_ok(ctx, kr_geojson_end(&file));
    kt_ok(ctx, kr_geojson_finish(&file, KR_OK));
    char *text = (char *)kt_read_file(kt_path(dir, "x.geojson"), &n);
    text = realloc(text, n + 1);
    assert_non_null(text);
    text[n] = '\0';
    assert_non_null(strstr(text, "{\"file\": \"z?rich \xc3\xa9?.xml\", \"rate\": null}"));
    free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* Without features, or after a failure, nothing is left. */
static void test_nothing_left(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_geojson file;
    kt_write_file(kt_path(dir, "x.geojson"), "{}", 2); /* of an earlier call */
    kt_ok(ctx, kr_geojson_begin(ctx, dir, "x.geojson", NULL, &file));
    kt_ok(ctx, kr_geojson_end(&file));
    kt_ok(ctx, kr_geojson_finish(&file, KR_OK));
    assert_false(kr_file_exists(kt_path(dir, "x.geojson")));
    assert_false(kr_file_exists(kt_path(dir, "x.geojson.part")));
    kt_ok(ctx, kr_geojson_begin(ctx, dir, "x.geojson", NULL, &file));
    assert_int_equal(kr_geojson_finish(&file, KR_EINPUT), KR_EINPUT);
    assert_false(kr_file_exists(kt_path(dir, "x.geojson.part")));
    kt_fails(ctx, kr_geojson_begin(ctx, kt_path(dir, "none"), "x.geojson", NULL, &file), KR_EIO,
             "cannot be written");
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays_whole),    cmocka_unit_test(test_ring_is_cut),
        cmocka_unit_test(test_line_is_cut),    cmocka_unit_test(test_text),
        cmocka_unit_test(test_nothing_left),   cmocka_unit_test(test_vertex_on_date_line),
        cmocka_unit_test(test_odd_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
