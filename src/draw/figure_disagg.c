/* Disaggregation by magnitude and distance: bars that stand on a plane, seen from the corner of
 * small magnitudes and short distances, coloured by epsilon. */
#include "draw/chart.h"
#include "draw/disagg_shares.h"
#include "draw/palette.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 540, HEIGHT = 468, CORNER_X = 214, CORNER_Y = 418, RISE = 150, KEY_X = 492 };

/* What a step along the whole distance axis, and the whole magnitude axis, is on the page. */
static const kr_spot ACROSS = {262, -92}, INWARD = {-156, -112};

/* Of a bin what the bar's foot leaves free on each side; bars below this part of the highest are
 * left out; what is left out is told from this share on. */
static const double FREE = 0.14, LEAST_BAR = 0.001, LEAST_TOLD = 0.1;

/* Axes are cut where what lies beyond holds less than this share. */
static const double LEAST_EDGE = 0.01;

typedef struct bars {
    kr_disagg_shares of;
    size_t nmag, ndist, neps; /* neps 0: no colours */
    const double *mag, *dist, *eps;
    double *shares;                   /* nmag x ndist x (neps or 1) */
    double *heights;                  /* nmag x ndist */
    size_t from_mag, to_mag, to_dist; /* bins that are drawn */
    double highest, left_out;
    kr_ruler x, y, z; /* distance, magnitude, percent; places are 0 to 1 */
    kr_canvas *c;
} bars;

/* ------------------------------------------------------------------ numbers */

static kr_status read_shares(bars *b)
{
    const unsigned axes = KR_DIM_BIT(KR_DIM_MAG) | KR_DIM_BIT(KR_DIM_DIST);
    const kr_stored_disagg *d = b->of.d;
    bool eps = kr_stored_disagg_kind(d, axes | KR_DIM_BIT(KR_DIM_EPS));
    b->nmag = d->n[KR_DIM_MAG];
    b->ndist = d->n[KR_DIM_DIST];
    b->neps = eps ? d->n[KR_DIM_EPS] : 0;
    b->mag = kr_stored_disagg_edges(d, KR_DIM_MAG, b->of.site);
    b->dist = kr_stored_disagg_edges(d, KR_DIM_DIST, b->of.site);
    b->eps = kr_stored_disagg_edges(d, KR_DIM_EPS, b->of.site);
    return kr_disagg_shares_read(&b->of, axes | (eps ? KR_DIM_BIT(KR_DIM_EPS) : 0),
                                 "Mag_Dist_Eps (or TRT_Mag_Dist_Eps, Mag_Dist, TRT_Mag_Dist)",
                                 &b->shares);
}

static double share_of_mag(const bars *b, size_t m)
{
    double sum = 0;
    for (size_t d = 0; d < b->ndist; d++)
        sum += b->heights[m * b->ndist + d];
    return sum;
}

static double share_of_dist(const bars *b, size_t d)
{
    double sum = 0;
    for (size_t m = 0; m < b->nmag; m++)
        sum += b->heights[m * b->ndist + d];
    return sum;
}

/* Bins at the ends of the axes that hold next to nothing together. */
static void cut_axes(bars *b)
{
    double left = share_of_dist(b, b->ndist - 1);
    b->to_dist = b->ndist;
    while (b->to_dist > 1 && left < LEAST_EDGE)
        left += share_of_dist(b, --b->to_dist - 1);
    left = share_of_mag(b, b->nmag - 1);
    b->to_mag = b->nmag;
    while (b->to_mag > 1 && left < LEAST_EDGE)
        left += share_of_mag(b, --b->to_mag - 1);
    left = share_of_mag(b, 0);
    while (b->from_mag + 1 < b->to_mag && left < LEAST_EDGE)
        left += share_of_mag(b, ++b->from_mag);
}

static bool is_drawn(const bars *b, size_t m, size_t d)
{
    return m >= b->from_mag && m < b->to_mag && d < b->to_dist &&
           b->heights[m * b->ndist + d] >= LEAST_BAR * b->highest;
}

static kr_status find_heights(bars *b)
{
    kr_status s = KR_OK;
    size_t each = b->neps ? b->neps : 1, n = b->nmag * b->ndist;
    KR_ANEW(b->heights, b->of.f->arena, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t e = 0; e < each; e++)
            b->heights[i] += b->shares[i * each + e];
        b->highest = fmax(b->highest, b->heights[i]);
    }
    cut_axes(b);
    for (size_t i = 0; i < n; i++)
        if (!is_drawn(b, i / b->ndist, i % b->ndist))
            b->left_out += b->heights[i];
    b->x = (kr_ruler){.lo = b->dist[0], .hi = b->dist[b->to_dist], .from = 0, .to = 1};
    b->y = (kr_ruler){.lo = b->mag[b->from_mag], .hi = b->mag[b->to_mag], .from = 0, .to = 1};
    b->z = (kr_ruler){.lo = 0, .hi = b->highest, .from = 0, .to = 1};
    kr_ruler_round(&b->z, 5);
out:
    return s;
}

/* ------------------------------------------------------------------ the scene */

/* A place: along both axes and upwards, each from 0 to 1. */
static kr_spot spot(double across, double inward, double up)
{
    return (kr_spot){CORNER_X + ACROSS.x * across + INWARD.x * inward,
                     CORNER_Y + ACROSS.y * across + INWARD.y * inward - RISE * up};
}

/* Rulers with places in points, for ticks. */
static size_t ticks_of(kr_ruler r, double length, double room, kr_tick *out)
{
    r.to = length;
    return kr_ruler_ticks(&r, room, out);
}

static void two_lines(const bars *b, kr_spot p, kr_spot q, kr_spot r, kr_colour colour)
{
    const kr_spot line[3] = {p, q, r};
    kr_canvas_line(b->c, line, 3, (kr_pen){colour, 0.5, {0}});
}

/* Floor and walls behind, with lines where the ticks are. */
static void draw_room(const bars *b)
{
    const kr_spot floor[] = {spot(0, 0, 0), spot(1, 0, 0), spot(1, 1, 0), spot(0, 1, 0)};
    const kr_spot walls[] = {spot(0, 1, 0), spot(1, 1, 0), spot(1, 0, 0),
                             spot(1, 0, 1), spot(1, 1, 1), spot(0, 1, 1)};
    kr_tick ticks[KR_TICKS_MAX];
    kr_canvas_fill(b->c, &(kr_ring){4, floor}, 1, KR_RGB(0xf4f4f4));
    kr_canvas_fill(b->c, &(kr_ring){6, walls}, 1, KR_RGB(0xfafafa));
    size_t n = ticks_of(b->x, 262, 34, ticks);
    for (size_t i = 0; i < n; i++) {
        double u = kr_ruler_at(&b->x, ticks[i].x);
        two_lines(b, spot(u, 0, 0), spot(u, 1, 0), spot(u, 1, 1), KR_INK_FAINT);
    }
    n = ticks_of(b->y, 156, 30, ticks);
    for (size_t i = 0; i < n; i++) {
        double v = kr_ruler_at(&b->y, ticks[i].x);
        two_lines(b, spot(0, v, 0), spot(1, v, 0), spot(1, v, 1), KR_INK_FAINT);
    }
    n = ticks_of(b->z, RISE, 24, ticks);
    for (size_t i = 0; i < n; i++) {
        double up = kr_ruler_at(&b->z, ticks[i].x);
        two_lines(b, spot(0, 1, up), spot(1, 1, up), spot(1, 0, up), KR_INK_FAINT);
    }
    two_lines(b, spot(0, 0, 0), spot(0, 1, 0), spot(0, 1, 1), KR_INK);
    two_lines(b, spot(0, 0, 0), spot(1, 0, 0), spot(1, 0, 1), KR_INK);
    two_lines(b, spot(0, 1, 0), spot(1, 1, 0), spot(1, 0, 0), KR_INK_PALE);
    kr_canvas_segment(b->c, spot(1, 1, 0), spot(1, 1, 1), (kr_pen){KR_INK_PALE, 0.5, {0}});
}

static void draw_tick(const bars *b, kr_spot at, kr_spot out, const kr_style *style,
                      const char *label)
{
    kr_canvas_segment(b->c, at, (kr_spot){at.x + out.x, at.y + out.y}, (kr_pen){KR_INK, 0.6, {0}});
    kr_canvas_text(b->c, (kr_spot){at.x + 2 * out.x, at.y + 2 * out.y + 2.9}, style, label);
}

static void draw_axes(const bars *b)
{
    kr_tick ticks[KR_TICKS_MAX];
    kr_style style = {.size = 8, .colour = KR_INK, .anchor = 0};
    kr_canvas_open(b->c, "axis", "x");
    size_t n = ticks_of(b->x, 262, 34, ticks);
    for (size_t i = 0; i < n; i++)
        draw_tick(b, spot(kr_ruler_at(&b->x, ticks[i].x), 0, 0), (kr_spot){2, 4}, &style,
                  ticks[i].label);
    kr_canvas_close(b->c);
    style.anchor = 1;
    kr_canvas_open(b->c, "axis", "y");
    n = ticks_of(b->y, 156, 30, ticks);
    for (size_t i = 0; i < n; i++)
        draw_tick(b, spot(0, kr_ruler_at(&b->y, ticks[i].x), 0), (kr_spot){-2.5, 4}, &style,
                  ticks[i].label);
    kr_canvas_close(b->c);
    kr_canvas_open(b->c, "axis", "z");
    n = ticks_of(b->z, RISE, 24, ticks);
    for (size_t i = 0; i < n; i++)
        draw_tick(b, spot(0, 1, kr_ruler_at(&b->z, ticks[i].x)), (kr_spot){-3, 0}, &style,
                  ticks[i].label);
    kr_canvas_close(b->c);
    style = (kr_style){.size = 9, .colour = KR_INK, .anchor = 0.5};
    kr_canvas_text(b->c, (kr_spot){spot(0.5, 0, 0).x + 42, spot(0.5, 0, 0).y + 30}, &style,
                   "Rupture distance (km)");
    kr_canvas_text(b->c, (kr_spot){spot(0, 0.5, 0).x - 44, spot(0, 0.5, 0).y + 30}, &style,
                   "Magnitude");
    style.upwards = true;
    kr_canvas_text(b->c, (kr_spot){spot(0, 1, 0.5).x - 34, spot(0, 1, 0.5).y}, &style,
                   "Share of the rate of exceedance (%)");
}

/* ------------------------------------------------------------------ bars */

static kr_colour colour_of(const bars *b, size_t e)
{
    if (b->neps == 0)
        return kr_palette_colour(5);
    return kr_palette_viridis(b->neps > 1 ? (double)e / (double)(b->neps - 1) : 0.5);
}

/* Towards black (below 1) or white (above). */
static kr_colour shade(kr_colour c, double factor)
{
    double white = fmax(0, factor - 1), rest = fmin(1, factor) - white;
    return (kr_colour){rest * c.r + white, rest * c.g + white, rest * c.b + white, 1};
}

/* A bar's foot. */
typedef struct foot {
    double u0, u1, v0, v1;
} foot;

static foot foot_of(const bars *b, size_t m, size_t d)
{
    double u0 = kr_ruler_at(&b->x, b->dist[d]), u1 = kr_ruler_at(&b->x, b->dist[d + 1]);
    double v0 = kr_ruler_at(&b->y, b->mag[m]), v1 = kr_ruler_at(&b->y, b->mag[m + 1]);
    return (foot){u0 + FREE * (u1 - u0), u1 - FREE * (u1 - u0), v0 + FREE * (v1 - v0),
                  v1 - FREE * (v1 - v0)};
}

/* The two sides that are seen, between two heights; the side of the smaller magnitude first. */
static void draw_sides(const bars *b, const foot *f, double low, double high, kr_colour colour)
{
    const kr_spot right[] = {spot(f->u0, f->v0, low), spot(f->u1, f->v0, low),
                             spot(f->u1, f->v0, high), spot(f->u0, f->v0, high)};
    const kr_spot left[] = {spot(f->u0, f->v0, low), spot(f->u0, f->v1, low),
                            spot(f->u0, f->v1, high), spot(f->u0, f->v0, high)};
    kr_canvas_fill(b->c, &(kr_ring){4, right}, 1, colour);
    kr_canvas_fill(b->c, &(kr_ring){4, left}, 1, shade(colour, 0.75));
}

static void draw_top(const bars *b, const foot *f, double high, kr_colour colour)
{
    const kr_pen pen = {(kr_colour){0.1, 0.1, 0.1, 0.6}, 0.35, {0}};
    const kr_spot top[] = {spot(f->u0, f->v0, high), spot(f->u1, f->v0, high),
                           spot(f->u1, f->v1, high), spot(f->u0, f->v1, high),
                           spot(f->u0, f->v0, high)};
    const kr_spot outline[] = {top[3], spot(f->u0, f->v1, 0), spot(f->u0, f->v0, 0),
                               spot(f->u1, f->v0, 0), top[1]};
    kr_canvas_fill(b->c, &(kr_ring){4, top}, 1, shade(colour, 1.15));
    kr_canvas_line(b->c, top, 5, pen);
    kr_canvas_line(b->c, outline, 5, pen);
    kr_canvas_segment(b->c, outline[2], top[0], pen);
}

/* "6.5 to 7" */
static void range_text(const double *edges, size_t i, char out[56])
{
    char low[24], high[24];
    kr_number_text(edges[i], low);
    kr_number_text(edges[i + 1], high);
    snprintf(out, 56, "%s to %s", low, high);
}

static void draw_bar(const bars *b, size_t m, size_t d)
{
    size_t each = b->neps ? b->neps : 1;
    const double *shares = b->shares + (m * b->ndist + d) * each;
    foot f = foot_of(b, m, d);
    char mag[56], dist[56], name[160];
    kr_colour colour = KR_INK;
    double sum = 0;
    range_text(b->mag, m, mag);
    range_text(b->dist, d, dist);
    snprintf(name, sizeof name, "M %s, %s km", mag, dist);
    kr_canvas_open(b->c, "bar", name);
    for (size_t e = 0; e < each; e++) {
        if (!(shares[e] > 0))
            continue;
        colour = colour_of(b, e);
        double low = kr_ruler_at(&b->z, sum);
        sum += shares[e];
        draw_sides(b, &f, low, kr_ruler_at(&b->z, sum), colour);
    }
    draw_top(b, &f, kr_ruler_at(&b->z, sum), colour);
    kr_canvas_close(b->c);
}

/* The far ones first. */
static void draw_bars(const bars *b)
{
    for (size_t m = b->to_mag; m-- > b->from_mag;)
        for (size_t d = b->to_dist; d-- > 0;)
            if (is_drawn(b, m, d))
                draw_bar(b, m, d);
}

/* Epsilon's colours one on another, with the edges of its bins. */
static void draw_key(const bars *b)
{
    const double height = fmin(18, 200 / (double)b->neps), top = 118;
    const kr_style label = {.size = 8, .colour = KR_INK};
    kr_style name = {.size = 9, .colour = KR_INK, .anchor = 0.5};
    double last = INFINITY, bottom = top + height * (double)b->neps;
    kr_canvas_open(b->c, "key", "epsilon");
    kr_canvas_text(b->c, (kr_spot){KEY_X + 7, top - 12}, &name, "Epsilon");
    for (size_t e = 0; e < b->neps; e++)
        kr_canvas_rect(b->c, (kr_rect){KEY_X, bottom - height * (double)(e + 1), 14, height},
                       colour_of(b, e));
    kr_canvas_frame(b->c, (kr_rect){KEY_X, top, 14, bottom - top}, (kr_pen){KR_INK, 0.6, {0}});
    for (size_t e = 0; e <= b->neps; e++) {
        double y = bottom - height * (double)e;
        char text[24];
        if (last - y < 9.5)
            continue;
        last = y;
        kr_number_text(b->eps[e], text);
        kr_canvas_text(b->c, (kr_spot){KEY_X + 18, y + 2.9}, &label, text);
    }
    kr_canvas_close(b->c);
}

/* ------------------------------------------------------------------ texts */

/* Shares of one axis: the sum over the others. The arena; NULL: out of memory. */
static double *sum_along(const bars *b, int axis, size_t n)
{
    size_t each = b->neps ? b->neps : 1;
    double *out = kr_arena_alloc(b->of.f->arena, n, sizeof *out);
    for (size_t i = 0; out && i < b->nmag * b->ndist * each; i++) {
        const size_t at[3] = {i / (b->ndist * each), i / each % b->ndist, i % each};
        out[at[axis]] += b->shares[i];
    }
    return out;
}

/* Means over all bins by their middles; the highest bar, and its largest part. */
static const char *summary(const bars *b)
{
    kr_arena *arena = b->of.f->arena;
    double *mag = sum_along(b, 0, b->nmag), *dist = sum_along(b, 1, b->ndist);
    double *eps = sum_along(b, 2, b->neps ? b->neps : 1);
    size_t k = kr_disagg_shares_largest(b->heights, b->nmag * b->ndist);
    char m[56], d[56], e[56], mean[64] = "", mode[96] = "", left[64] = "";
    if (!mag || !dist || !eps)
        return NULL;
    range_text(b->mag, k / b->ndist, m);
    range_text(b->dist, k % b->ndist, d);
    if (b->neps) {
        size_t most = kr_disagg_shares_largest(b->shares + k * b->neps, b->neps);
        range_text(b->eps, most, e);
        snprintf(mean, sizeof mean, ", ε %.2f", kr_disagg_shares_mean(b->eps, b->neps, eps));
        snprintf(mode, sizeof mode, ", most of it ε %s (%.1f %%)", e,
                 b->shares[k * b->neps + most]);
    }
    if (b->left_out >= LEAST_TOLD)
        snprintf(left, sizeof left, "; %.1f %% in bars too low to be drawn", b->left_out);
    return kr_arena_printf(
        arena, "Mean: M %.2f, %.1f km%s. Highest bar (%.1f %%): M %s, %s km%s%s.",
        kr_disagg_shares_mean(b->mag, b->nmag, mag), kr_disagg_shares_mean(b->dist, b->ndist, dist),
        mean, b->heights[k], m, d, mode, left);
}

kr_status kr_draw_disagg(kr_figure *f)
{
    kr_status s = KR_OK;
    bars b = {.c = NULL};
    const kr_style style = {.size = 8.5, .colour = KR_INK_PALE};
    KR_TRY(kr_disagg_shares_choose(f, &b.of));
    KR_TRY(read_shares(&b));
    KR_TRY(find_heights(&b));
    const char *title =
        kr_arena_printf(f->arena, "Disaggregation of %s by magnitude, distance%s",
                        f->stored->job->imts[b.of.measure].name, b.neps ? ", epsilon" : "");
    const char *where = kr_disagg_shares_where(&b.of), *text = summary(&b);
    KR_TRY(title && where && text ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_figure_begin(f, title, where, WIDTH, HEIGHT, &b.c));
    text = kr_canvas_fit(b.c, &style, text, WIDTH - 2 * KR_FIGURE_SIDE, f->arena);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    kr_canvas_text(b.c, (kr_spot){KR_FIGURE_SIDE, 48}, &style, text);
    draw_room(&b);
    draw_bars(&b);
    draw_axes(&b);
    if (b.neps)
        draw_key(&b);
out:
    return kr_canvas_end(&b.c, s);
}
