/* Sources as drawn and warnings, in results.h5 and back: the numbers that a report writes are the
 * same; a file without them has none; a damaged one is refused. */
#include "output/drawn.h"
#include "output/warned.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 3, POINTS = 2000 };

static kr_point3 ring[] = {
    {179.5, -17.25, 0}, {181.0004, -17.25, 0}, {180.2, -16, 3}, {179.5, -17.25, 0}};
static kr_point3 trace[] = {{-358.1234, 40, 0}, {-358.1236, 40.0015, 0}};

static kr_status write_file(kr_ctx *ctx, const char *path, const kr_drawn_sources *drawn,
                            const kr_warned *warned)
{
    kr_status s = KR_OK;
    kr_h5 *file = NULL;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_h5_create(ctx, path, &file));
    if (drawn)
        KR_TRY(kr_drawn_write(file, drawn, &arena));
    if (warned)
        KR_TRY(kr_warned_write(file, warned));
    KR_TRY(kr_h5_close(&file));
out:
    kr_h5_discard(&file);
    kr_arena_clear(&arena);
    return s;
}

static kr_status read_file(kr_ctx *ctx, const char *path, kr_arena *arena,
                           const kr_drawn_sources **drawn, const kr_warned **warned)
{
    kr_status s = KR_OK;
    kr_h5 *file = NULL;
    KR_TRY(kr_h5_open(ctx, path, &file));
    KR_TRY(kr_drawn_read(ctx, path, file, arena, drawn));
    KR_TRY(kr_warned_read(ctx, path, file, arena, warned));
out:
    kr_h5_discard(&file);
    return s;
}

static void same_numbers(const kr_point3 *a, const kr_point3 *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(lround(a[i].lon * 1000), kr_drawn_number(b[i].lon));
        assert_int_equal(lround(a[i].lat * 1000), kr_drawn_number(b[i].lat));
    }
}

static void test_there_and_back(void **state)
{
    (void)state;
    char *dir = kt_dir_create();
    kr_ctx *ctx = kt_ctx();
    static kr_point3 points[POINTS];
    const kr_line lines[LINES] = {{4, ring}, {0, NULL}, {2, trace}};
    const char *texts[] = {"job.ini:3: odd", "", "a 'quoted' <one>, ä"};
    const kr_warned warned = {3, 17, texts}, *w;
    uint64_t random = 5;
    for (size_t i = 0; i < POINTS; i++)
        points[i] =
            (kr_point3){360 * kt_random_unit(&random) - 180, 180 * kt_random_unit(&random) - 90, 0};
    const kr_drawn_sources all = {LINES, lines, POINTS, points, 12}, none = {.left = 0}, *d;
    const char *path = kt_path(dir, "x.h5");
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, write_file(ctx, path, &all, &warned));
    kt_ok(ctx, read_file(ctx, path, &arena, &d, &w));
    assert_true(d->nlines == LINES && d->npoints == POINTS && d->left == 12);
    for (size_t i = 0; i < LINES; i++) {
        assert_int_equal(d->lines[i].n, lines[i].n);
        same_numbers(lines[i].p, d->lines[i].p, lines[i].n);
    }
    same_numbers(points, d->points, POINTS);
    assert_true(w->n == 3 && w->left == 17);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(w->texts[i], texts[i]);
    assert_int_equal(kr_drawn_bytes(&all), 8 * (6 + POINTS + 1) + 8 * (LINES + 1));

    kt_ok(ctx, write_file(ctx, path, &none, &(kr_warned){.n = 0}));
    kt_ok(ctx, read_file(ctx, path, &arena, &d, &w));
    assert_true(d && d->nlines == 0 && d->npoints == 0 && w && w->n == 0 && w->left == 0);
    kt_ok(ctx, write_file(ctx, path, NULL, NULL)); /* of an earlier version */
    kt_ok(ctx, read_file(ctx, path, &arena, &d, &w));
    assert_true(!d && !w && kr_drawn_bytes(NULL) == 0);
    kr_arena_clear(&arena);
    kr_ctx *end = ctx;
    kt_ctx_end(&end);
    kt_dir_remove(&dir);
}

/* A group with datasets that do not fit each other. */
static void refuse(const int32_t place[2], const int64_t first[2], double left, const char *text)
{
    char *dir = kt_dir_create();
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "x.h5");
    const kr_drawn_sources *d;
    const kr_warned *w;
    kr_h5 *file;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_h5_create(ctx, path, &file));
    kt_ok(ctx, kr_h5_set_attr_double(file, "drawn_sources", "left", left));
    kt_ok(ctx,
          kr_h5_write(file, "drawn_sources/lines", KR_H5_I32, 2, (const size_t[]){1, 2}, place));
    if (first)
        kt_ok(ctx, kr_h5_write(file, "drawn_sources/line_first", KR_H5_I64, 1, (const size_t[]){2},
                               first));
    kt_ok(ctx, kr_h5_close(&file));
    kt_fails(ctx, read_file(ctx, path, &arena, &d, &w), KR_EINPUT, text);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
}

static void test_damaged(void **state)
{
    (void)state;
    const int32_t place[] = {1, 2}, north[] = {0, 90001}, far[] = {INT32_MIN, 0};
    const int64_t one[] = {0, 1}, two[] = {0, 2}, back[] = {0, -1};
    refuse(place, one, -1, "'drawn_sources' does not fit");
    refuse(place, one, NAN, "'drawn_sources' does not fit");
    refuse(place, NULL, 0, "'drawn_sources/line_first' does not fit");
    refuse(place, two, 0, "'drawn_sources/line_first' does not fit");
    refuse(place, back, 0, "'drawn_sources/line_first' does not fit");
    refuse(north, one, 0, "'drawn_sources/lines' does not fit");
    refuse(far, one, 0, "'drawn_sources/lines' does not fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
