#include "draw/chart.h"

#include "draw/palette.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 8, NAME = 9 }; /* sizes of letters */

static const double TICK = 4, SMALL_TICK = 2.2;

static kr_style label_style(double anchor)
{
    return (kr_style){.size = LABEL, .colour = KR_INK, .anchor = anchor};
}

kr_spot kr_chart_at(const kr_chart *c, double x, double y)
{
    return (kr_spot){kr_ruler_at(&c->x, x), kr_ruler_at(&c->y, y)};
}

/* ------------------------------------------------------------------ axes */

/* Whether the extra tick's label would be in the way. */
static bool gives_way(const kr_chart *c, const kr_tick *tick)
{
    return c->extra && tick != c->extra &&
           fabs(kr_ruler_at(&c->x, tick->x) - kr_ruler_at(&c->x, c->extra->x)) < 22;
}

static void x_tick(const kr_chart *c, const kr_tick *tick)
{
    double x = kr_ruler_at(&c->x, tick->x), y = c->plot.y + c->plot.height;
    bool large = tick->label[0] != '\0';
    kr_pen grid = {large ? KR_INK_FAINT : KR_RGB(0xf0f0f0), 0.5, {0}};
    kr_canvas_segment(c->canvas, (kr_spot){x, c->plot.y}, (kr_spot){x, y}, grid);
    kr_canvas_segment(c->canvas, (kr_spot){x, y}, (kr_spot){x, y + (large ? TICK : SMALL_TICK)},
                      (kr_pen){KR_INK, 0.6, {0}});
    kr_style style = label_style(0.5);
    if (large && !gives_way(c, tick))
        kr_canvas_text(c->canvas, (kr_spot){x, y + TICK + LABEL + 1}, &style, tick->label);
}

static void y_tick(const kr_chart *c, const kr_tick *tick)
{
    double y = kr_ruler_at(&c->y, tick->x), x = c->plot.x;
    bool large = tick->label[0] != '\0';
    kr_pen grid = {large ? KR_INK_FAINT : KR_RGB(0xf0f0f0), 0.5, {0}};
    kr_canvas_segment(c->canvas, (kr_spot){x, y}, (kr_spot){x + c->plot.width, y}, grid);
    kr_canvas_segment(c->canvas, (kr_spot){x - (large ? TICK : SMALL_TICK), y}, (kr_spot){x, y},
                      (kr_pen){KR_INK, 0.6, {0}});
    kr_style style = label_style(1);
    if (large)
        kr_canvas_text(c->canvas, (kr_spot){x - TICK - 2, y + 0.36 * LABEL}, &style, tick->label);
}

static double widest(kr_canvas *canvas, const kr_tick *ticks, size_t n)
{
    kr_style style = label_style(0);
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, kr_canvas_width(canvas, &style, ticks[i].label));
    return most;
}

void kr_chart_axes(kr_chart *c)
{
    kr_tick ticks[KR_TICKS_MAX];
    kr_rect p = c->plot;
    kr_style name = {.size = NAME, .colour = KR_INK, .anchor = 0.5};
    c->x.from = p.x;
    c->x.to = p.x + p.width;
    c->y.from = p.y + p.height;
    c->y.to = p.y;
    kr_canvas_open(c->canvas, "axis", "x");
    size_t n = kr_ruler_ticks(&c->x, 34, ticks);
    for (size_t i = 0; i < n; i++)
        if (ticks[i].x >= c->x_first * (1 - 1e-9) || c->x_first == 0)
            x_tick(c, &ticks[i]);
    if (c->extra)
        x_tick(c, c->extra);
    kr_canvas_text(c->canvas,
                   (kr_spot){p.x + p.width / 2, p.y + p.height + TICK + LABEL + NAME + 7}, &name,
                   c->x_label);
    kr_canvas_close(c->canvas);
    kr_canvas_open(c->canvas, "axis", "y");
    n = kr_ruler_ticks(&c->y, 22, ticks);
    for (size_t i = 0; i < n; i++)
        y_tick(c, &ticks[i]);
    name.upwards = true;
    kr_canvas_text(c->canvas,
                   (kr_spot){p.x - TICK - widest(c->canvas, ticks, n) - 9, p.y + p.height / 2},
                   &name, c->y_label);
    kr_canvas_close(c->canvas);
    kr_canvas_frame(c->canvas, p, (kr_pen){KR_INK, 0.8, {0}});
}

/* ------------------------------------------------------------------ lines */

static bool has_place(const kr_ruler *s, double x)
{
    return isfinite(x) && (!s->log || x > 0);
}

enum { AT_ONCE = 256 };

void kr_chart_line(const kr_chart *c, const char *name, const double *x, const double *y, size_t n,
                   kr_pen pen)
{
    kr_spot p[AT_ONCE];
    size_t held = 0;
    kr_canvas_open(c->canvas, "curve", name);
    for (size_t i = 0; i < n; i++) {
        bool drawn = has_place(&c->x, x[i]) && has_place(&c->y, y[i]);
        if (drawn)
            p[held++] = kr_chart_at(c, x[i], y[i]);
        if (!drawn || held == AT_ONCE || i + 1 == n) {
            kr_canvas_line(c->canvas, p, held, pen);
            p[0] = p[held ? held - 1 : 0];
            held = drawn && held == AT_ONCE ? 1 : 0;
        }
    }
    kr_canvas_close(c->canvas);
}

void kr_chart_x_axis(const kr_chart *chart, bool signs)
{
    kr_canvas *c = chart->canvas;
    kr_tick ticks[KR_TICKS_MAX];
    kr_style style = {.size = 8, .colour = KR_INK, .anchor = 0.5};
    double top = chart->plot.y, bottom = top + chart->plot.height;
    size_t n = kr_ruler_ticks(&chart->x, 40, ticks);
    kr_canvas_open(c, "axis", "x");
    for (size_t i = 0; i < n; i++) {
        double x = kr_ruler_at(&chart->x, ticks[i].x);
        bool zero = fabs(ticks[i].x) < 1e-9 * (chart->x.hi - chart->x.lo);
        char text[32];
        snprintf(text, sizeof text, "%s%s", signs && ticks[i].x > 0 && !zero ? "+" : "",
                 ticks[i].label);
        kr_canvas_segment(c, (kr_spot){x, top}, (kr_spot){x, bottom},
                          (kr_pen){zero ? KR_INK_PALE : KR_INK_FAINT, zero ? 0.9 : 0.5, {0}});
        kr_canvas_segment(c, (kr_spot){x, bottom}, (kr_spot){x, bottom + 4},
                          (kr_pen){KR_INK, 0.6, {0}});
        kr_canvas_text(c, (kr_spot){x, bottom + 13}, &style, text);
    }
    style.size = 9;
    kr_canvas_text(c, (kr_spot){chart->plot.x + chart->plot.width / 2, bottom + 28}, &style,
                   chart->x_label);
    kr_canvas_close(c);
    kr_canvas_frame(c, chart->plot, (kr_pen){KR_INK, 0.8, {0}});
}

/* ------------------------------------------------------------------ legend */

kr_status kr_chart_legend(const kr_chart *c, const kr_legend_entry *entries, size_t n, bool right,
                          bool top, kr_arena *arena)
{
    kr_status s = KR_OK;
    kr_style style = label_style(0);
    const double row = 12, key = 20, pad = 5, margin = 7;
    double width = 0, most = c->plot.width - key - 3 * pad - 2 * margin;
    if (n == 0)
        return KR_OK;
    for (size_t i = 0; i < n; i++)
        width = fmax(width, kr_canvas_width(c->canvas, &style, entries[i].text));
    width = fmin(width, most) + key + 3 * pad;
    kr_rect box = {right ? c->plot.x + c->plot.width - margin - width : c->plot.x + margin, 0,
                   width, row * (double)n + pad};
    box.y = top ? c->plot.y + margin : c->plot.y + c->plot.height - margin - box.height;
    kr_canvas_open(c->canvas, "legend", NULL);
    kr_canvas_rect(c->canvas, box, (kr_colour){1, 1, 1, 0.88});
    kr_canvas_frame(c->canvas, box, (kr_pen){KR_RGB(0xc8c8c8), 0.5, {0}});
    for (size_t i = 0; i < n; i++) {
        const kr_legend_entry *e = &entries[i];
        double x = box.x + pad, y = box.y + pad / 2 + row * ((double)i + 0.5);
        const char *text = kr_canvas_fit(c->canvas, &style, e->text, most, arena);
        KR_TRY(text ? KR_OK : KR_ENOMEM);
        if (e->area)
            kr_canvas_rect(c->canvas, (kr_rect){x, y - 4, key, 8}, e->pen.colour);
        else
            kr_canvas_segment(c->canvas, (kr_spot){x, y}, (kr_spot){x + key, y}, e->pen);
        kr_canvas_text(c->canvas, (kr_spot){x + key + pad, y + 0.36 * LABEL}, &style, text);
    }
    kr_canvas_close(c->canvas);
out:
    return s;
}
