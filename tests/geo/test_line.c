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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
