/* Pictures: their first bytes and sizes, what SVG says, texts of any bytes, failures. */
#include "draw/canvas.h"
#include "draw/chart.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const kr_rect PAGE = {0, 0, 144, 72};
static const kr_caption CAPTION = {"A <title> & \"more\"", "2026-01-02T03:04:05"};

static void draw_something(kr_canvas *c)
{
    const kr_style style = {.size = 9, .colour = KR_RGB(0x112233), .anchor = 1};
    const kr_spot ring[] = {{10, 10}, {30, 10}, {20, 30}};
    kr_canvas_clip(c, (kr_rect){5, 5, 100, 60});
    kr_canvas_fill(c, &(kr_ring){3, ring}, 1, (kr_colour){1, 0, 0, 0.5});
    kr_canvas_unclip(c);
    kr_canvas_disc(c, (kr_spot){70, 35}, 4, KR_RGB(0x00ff00), NULL);
    kr_canvas_open(c, "curve", "a < b");
    kr_canvas_segment(c, (kr_spot){0, 0}, (kr_spot){144, 72},
                      (kr_pen){KR_RGB(0x0000ff), 1, {2, 1, 2, 1}});
    kr_canvas_close(c);
    kr_canvas_text(c, (kr_spot){100, 50}, &style, "x < y & \x01 \xff\xc3 \xe2\x82\xac");
}

static unsigned char *make(kr_picture kind, const char *path, size_t *n)
{
    kr_ctx *ctx = kt_ctx();
    kr_canvas *c;
    kt_ok(ctx, kr_canvas_begin(ctx, path, kind, PAGE, 100, &CAPTION, &c));
    draw_something(c);
    assert_int_not_equal(access(path, F_OK), 0); /* not before it is complete */
    kt_ok(ctx, kr_canvas_end(&c, KR_OK));
    assert_null(c);
    kt_ctx_end(&ctx);
    return kt_read_file(path, n);
}

static unsigned big_endian(const unsigned char *p)
{
    return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

static void test_kinds(void **state)
{
    (void)state;
    char *dir = kt_dir_create();
    size_t n, again;
    unsigned char *bytes = make(KR_PICTURE_PNG, kt_path(dir, "a.png"), &n), *same;
    assert_memory_equal(bytes, "\x89PNG\r\n\x1a\n", 8);
    assert_int_equal(big_endian(bytes + 16), 200); /* 2 by 1 inches */
    assert_int_equal(big_endian(bytes + 20), 100);
    free(bytes);
    bytes = make(KR_PICTURE_PDF, kt_path(dir, "a.pdf"), &n);
    assert_memory_equal(bytes, "%PDF-1.", 7);
    same = make(KR_PICTURE_PDF, kt_path(dir, "b.pdf"), &again);
    assert_int_equal(n, again); /* whenever it is drawn */
    assert_memory_equal(bytes, same, n);
    free(bytes);
    free(same);
    kt_dir_remove(&dir);
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in %s", part, text);
}

static void test_svg(void **state)
{
    (void)state;
    char *dir = kt_dir_create(), *text;
    size_t n;
    unsigned char *bytes = make(KR_PICTURE_SVG, kt_path(dir, "a.svg"), &n);
    text = calloc(n + 1, 1);
    assert_non_null(text);
    memcpy(text, bytes, n);
    holds(text, "width=\"144\" height=\"72\" viewBox=\"0 0 144 72\"");
    holds(text, "<title>A &lt;title&gt; &amp; &quot;more&quot;</title>");
    holds(text, "<g class=\"curve\" data-name=\"a &lt; b\">");
    holds(text,
          "d=\"M0 0L144 72\" stroke=\"#0000ff\" stroke-width=\"1\" stroke-dasharray=\"2 1 2 1\"");
    holds(text,
          "d=\"M10 10L30 10 20 30Z\" fill-rule=\"evenodd\" fill=\"#ff0000\" fill-opacity=\"0.5\"");
    holds(text, "<rect x=\"5\" y=\"5\" width=\"100\" height=\"60\"/></clipPath>");
    holds(text, "text-anchor=\"end\"");
    holds(text, ">x &lt; y &amp;   ?? \xe2\x82\xac</text>\n</svg>\n");
    free(text);
    free(bytes);
    kt_dir_remove(&dir);
}

static void test_texts(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    char *dir = kt_dir_create();
    kr_canvas *c;
    const kr_style style = {.size = 10};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_canvas_begin(ctx, kt_path(dir, "a.svg"), KR_PICTURE_SVG, PAGE, 72, &CAPTION, &c));
    double whole = kr_canvas_width(c, &style, "Höhe über dem Meer");
    assert_true(whole > 50 && whole < 150);
    assert_string_equal(kr_canvas_fit(c, &style, "Höhe über dem Meer", whole + 0.1, &arena),
                        "Höhe über dem Meer");
    for (double most = 0; most < whole; most += 1.5) {
        const char *cut = kr_canvas_fit(c, &style, "Höhe über dem Meer", most, &arena);
        assert_true(kr_canvas_width(c, &style, cut) <= most || strcmp(cut, "…") == 0);
        assert_null(strchr(cut, '?')); /* no letter is cut in two */
    }
    kr_arena_clear(&arena);
    assert_int_equal(kr_canvas_end(&c, KR_EINTERRUPTED), KR_EINTERRUPTED);
    assert_int_not_equal(access(kt_path(dir, "a.svg"), F_OK), 0); /* not wanted, not there */
    assert_int_not_equal(access(kt_path(dir, "a.svg.part"), F_OK), 0);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static void test_full_disk(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_canvas *c;
    for (int kind = KR_PICTURE_SVG; kind <= KR_PICTURE_PDF; kind++) {
        kt_ok(ctx, kr_canvas_begin(ctx, "/dev/full", (kr_picture)kind, PAGE, 100, &CAPTION, &c));
        draw_something(c);
        kt_fails(ctx, kr_canvas_end(&c, KR_OK), KR_EIO, "/dev/full: writing failed: No space");
    }
    kt_fails(ctx, kr_canvas_begin(ctx, "/nowhere/a.png", KR_PICTURE_PNG, PAGE, 100, &CAPTION, &c),
             KR_EIO, "/nowhere/a.png");
    assert_null(c);
    kt_ctx_end(&ctx);
}

/* A line is broken where a number has no place, and whole however long it is. */
static void test_lines(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create(), *text;
    double x[1000], y[1000];
    size_t n, points = 0, paths = 0;
    kr_chart chart = {.x = {true, 1, 1000, 0, 144}, .y = {true, 0.001, 1, 72, 0}};
    for (int i = 0; i < 1000; i++) {
        x[i] = 1 + i;
        y[i] = i == 600 ? 0 : i == 700 ? NAN : 0.5;
    }
    kt_ok(ctx, kr_canvas_begin(ctx, kt_path(dir, "a.svg"), KR_PICTURE_SVG, PAGE, 72, &CAPTION,
                               &chart.canvas));
    kr_chart_line(&chart, "line", x, y, 1000, (kr_pen){KR_RGB(0), 1, {0}});
    kt_ok(ctx, kr_canvas_end(&chart.canvas, KR_OK));
    unsigned char *bytes = kt_read_file(kt_path(dir, "a.svg"), &n);
    text = calloc(n + 1, 1);
    assert_non_null(text);
    memcpy(text, bytes, n);
    for (char *p = strstr(text, "<path d=\"M"); p; p = strstr(p + 1, "<path d=\"M"), paths++)
        for (char *q = p + 9; *q != '"'; q++)
            points += strncmp(q, " 7.225", 6) == 0; /* the place of 0.5 */
    assert_int_equal(points, 998 + 3);              /* joints of pieces count twice */
    assert_int_equal(paths, 3 + 3);
    free(text);
    free(bytes);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds), cmocka_unit_test(test_svg),
        cmocka_unit_test(test_texts), cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
