/* Disaggregation by tectonic region type: a bar for each, the largest first. */
#include "base/str.h"
#include "draw/chart.h"
#include "draw/disagg_shares.h"
#include "draw/palette.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 480, ROW = 26, MOST_LEFT = 170, RIGHT = 62, BELOW = 62 };

typedef struct row {
    size_t trt;
    double share;
} row;

static int larger(const void *a, const void *b)
{
    const row *x = a, *y = b;
    return x->share != y->share ? (x->share < y->share) - (x->share > y->share)
                                : (x->trt > y->trt) - (x->trt < y->trt);
}

static kr_status draw_row(const kr_disagg_shares *of, const kr_chart *chart, const row *r, size_t k)
{
    kr_status s = KR_OK;
    const char *name = of->d->trts[r->trt];
    kr_style style = {.size = 8, .colour = KR_INK, .anchor = 1};
    double y = chart->plot.y + ROW * ((double)k + 0.5);
    char share[24];
    const char *text = kr_canvas_fit(chart->canvas, &style, name,
                                     chart->plot.x - 8 - KR_FIGURE_SIDE, of->f->arena);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    kr_canvas_open(chart->canvas, "bar", name);
    kr_canvas_rect(
        chart->canvas,
        (kr_rect){chart->plot.x, y - 7, kr_ruler_at(&chart->x, r->share) - chart->plot.x, 14},
        kr_palette_colour(0));
    kr_canvas_text(chart->canvas, (kr_spot){chart->plot.x - 8, y + 2.9}, &style, text);
    snprintf(share, sizeof share, "%.1f %%", r->share);
    kr_canvas_text(chart->canvas, (kr_spot){WIDTH - KR_FIGURE_SIDE, y + 2.9}, &style, share);
    kr_canvas_close(chart->canvas);
out:
    return s;
}

static double room_for_names(const kr_disagg_shares *of, kr_canvas *c, size_t n)
{
    const kr_style style = {.size = 8};
    double most = 0;
    for (size_t k = 0; k < n; k++)
        most = fmax(most, kr_canvas_width(c, &style, of->d->trts[k]));
    return fmin(most + 8 + KR_FIGURE_SIDE, MOST_LEFT);
}

kr_status kr_draw_disagg_trt(kr_figure *f)
{
    kr_status s = KR_OK;
    kr_disagg_shares of;
    kr_chart chart = {.x_label = "Share of the rate of exceedance (%)"};
    row *rows;
    double *shares;
    KR_TRY(kr_disagg_shares_choose(f, &of));
    size_t n = of.d->n[KR_DIM_TRT];
    KR_TRY(kr_disagg_shares_read(&of, KR_DIM_BIT(KR_DIM_TRT), "TRT (or any with TRT in its name)",
                                 &shares));
    KR_ANEW(rows, f->arena, n);
    for (size_t k = 0; k < n; k++)
        rows[k] = (row){k, shares[k]};
    qsort(rows, n, sizeof *rows, larger);
    const char *title = kr_arena_printf(f->arena, "Disaggregation of %s by tectonic region type",
                                        f->stored->job->imts[of.measure].name);
    KR_TRY(title ? KR_OK : KR_ENOMEM);
    chart.plot = (kr_rect){0, KR_FIGURE_TOP, 0, ROW * (double)n};
    KR_TRY(kr_figure_begin(f, title, kr_disagg_shares_where(&of), WIDTH,
                           chart.plot.y + chart.plot.height + BELOW, &chart.canvas));
    chart.plot.x = room_for_names(&of, chart.canvas, n);
    chart.plot.width = WIDTH - chart.plot.x - RIGHT;
    chart.x =
        (kr_ruler){.lo = 0, .hi = 100, .from = chart.plot.x, .to = chart.plot.x + chart.plot.width};
    kr_chart_x_axis(&chart, false);
    for (size_t k = 0; k < n; k++)
        KR_TRY(draw_row(&of, &chart, &rows[k], k));
out:
    return kr_canvas_end(&chart.canvas, s);
}
