/* A hazard map: the sites, coloured by the level that they reach, on the coastline. Degrees of
 * longitude are drawn as wide as they are in the middle of the map. */
#include "base/mem.h"
#include "base/str.h"
#include "draw/chart.h"
#include "draw/figure.h"
#include "draw/palette.h"
#include "output/coast.h"

#include <math.h>
#include <stdio.h>

enum { MOST_WIDTH = 400, MOST_HEIGHT = 400, LEFT = 46, BAR = 92, BELOW = 44, SAMPLE = 200 };

typedef struct map {
    kr_figure *f;
    size_t measure, stat, n; /* n sites */
    double poe, *levels;
    kr_box box;
    kr_ruler lon, lat, colour;
    kr_rect plot;
    kr_spot cell; /* size of a site's rectangle; 0: it is a disc */
} map;

/* ------------------------------------------------------------------ where */

static kr_status find_box(map *m)
{
    kr_status s = KR_OK;
    const kr_sites *sites = m->f->stored->sites;
    kr_box b;
    KR_TRY(kr_box_of(sites->lon, sites->lat, sites->n, m->f->arena, &b));
    double cosine = fmax(0.05, cos((b.south + b.north) / 2 * M_PI / 180));
    double span = fmax((b.east - b.west) * cosine, b.north - b.south);
    double margin = fmax(0.06 * span, span < 1 ? 0.75 : 0.25);
    b.south = fmax(-90, b.south - margin);
    b.north = fmin(90, b.north + margin);
    /* Neither long nor wide: at least 2 to 3. */
    double tall = b.north - b.south, wide = (b.east - b.west) * cosine + 2 * margin;
    wide = fmax(wide, tall / 1.5);
    double more = fmin(360, wide / cosine) - (b.east - b.west);
    b.west -= more / 2;
    b.east += more / 2;
    if (tall < wide / 1.5) {
        double add = (wide / 1.5 - tall) / 2;
        b.south = fmax(-90, b.south - add);
        b.north = fmin(90, b.north + add);
    }
    m->box = b;
    double unit = fmin(MOST_WIDTH / wide, MOST_HEIGHT / (b.north - b.south));
    m->plot = (kr_rect){LEFT, KR_FIGURE_TOP, unit * (b.east - b.west) * cosine,
                        unit * (b.north - b.south)};
    m->lon = (kr_ruler){.lo = b.west, .hi = b.east, .from = LEFT, .to = LEFT + m->plot.width};
    m->lat = (kr_ruler){
        .lo = b.south, .hi = b.north, .from = KR_FIGURE_TOP + m->plot.height, .to = KR_FIGURE_TOP};
out:
    return s;
}

static kr_spot spot_of(const map *m, double lon, double lat)
{
    return (kr_spot){kr_ruler_at(&m->lon, lon), kr_ruler_at(&m->lat, lat)};
}

static kr_spot spot_of_site(const map *m, size_t i)
{
    const kr_sites *sites = m->f->stored->sites;
    double lon = kr_box_lon(m->box, sites->lon[i]);
    if (lon > m->box.east)
        lon -= 360;
    return spot_of(m, lon, sites->lat[i]);
}

/* How far the next sites are to the east or west, and to the north or south. */
static void find_next(const map *m, size_t i, double *dx, double *dy)
{
    kr_spot a = spot_of_site(m, i);
    *dx = *dy = INFINITY;
    for (size_t k = 0; k < m->n; k++) {
        kr_spot b = spot_of_site(m, k);
        double x = fabs(a.x - b.x), y = fabs(a.y - b.y);
        if (k != i && y < 0.5 * x)
            *dx = fmin(*dx, x);
        if (k != i && x < 0.5 * y)
            *dy = fmin(*dy, y);
    }
}

/* Cells that touch where sites stand in a grid; discs where there are few. */
static void find_cell(map *m)
{
    double sum[2] = {0, 0}, next[2], count[2] = {0, 0};
    size_t step = m->n / SAMPLE + 1;
    if (m->n < 30)
        return;
    for (size_t i = 0; i < m->n; i += step) {
        find_next(m, i, &next[0], &next[1]);
        for (int k = 0; k < 2; k++)
            if (isfinite(next[k])) {
                sum[k] += next[k];
                count[k]++;
            }
    }
    double x = count[0] > 0 ? sum[0] / count[0] : 0, y = count[1] > 0 ? sum[1] / count[1] : 0;
    x = fmin(fmax(x, 0.5 * y), x > 0 && y > 0 ? 2 * y : 26); /* no long strips */
    y = fmin(fmax(y, 0.5 * x), 2 * x);
    m->cell = (kr_spot){1.03 * fmin(26, fmax(1.5, x)), 1.03 * fmin(26, fmax(1.5, y))};
}

/* ------------------------------------------------------------------ colours */

/* Logarithmic where the levels differ by more than ten times. */
static kr_status find_colours(map *m)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->levels[i] > 0) {
            least = fmin(least, m->levels[i]);
            most = fmax(most, m->levels[i]);
        }
    if (!(most > 0))
        return kr_fail(m->f->ctx, KR_EINPUT,
                       "%s: no site reaches the probability %g: give another with --poe",
                       m->f->stored->path, m->poe);
    m->colour = (kr_ruler){.log = most > 10 * least, .lo = least, .hi = most};
    if (!(most > least)) {
        m->colour.lo = 0.95 * least;
        m->colour.hi = 1.05 * most;
    } else if (!m->colour.log) {
        kr_ruler_round(&m->colour, 6);
    }
    return KR_OK;
}

static kr_colour colour_of(const map *m, double level)
{
    kr_ruler unit = m->colour;
    unit.from = 0;
    unit.to = 1;
    return level > 0 ? kr_palette_viridis(1 - kr_ruler_at(&unit, level)) : KR_RGB(0xc4c4c4);
}

static void draw_bar(const map *m, kr_canvas *c)
{
    enum { STEPS = 96 };
    const kr_style label = {.size = 8, .colour = KR_INK};
    kr_style name = {.size = 9, .colour = KR_INK, .anchor = 0.5, .upwards = true};
    double height = fmin(m->plot.height, 220), x = m->plot.x + m->plot.width + 16;
    kr_rect bar = {x, m->plot.y + (m->plot.height - height) / 2, 12, height};
    kr_ruler along = m->colour;
    kr_tick ticks[KR_TICKS_MAX];
    double widest = 0;
    along.from = bar.y + height;
    along.to = bar.y;
    kr_canvas_open(c, "axis", "colour");
    for (size_t i = 0; i < STEPS; i++) {
        double y = bar.y + height * (double)i / STEPS;
        double level = kr_ruler_value(&along, y + height / STEPS / 2);
        kr_canvas_rect(c, (kr_rect){x, y, bar.width, height / STEPS + (i + 1 < STEPS ? 0.4 : 0)},
                       colour_of(m, level));
    }
    kr_canvas_frame(c, bar, (kr_pen){KR_INK, 0.6, {0}});
    size_t n = kr_ruler_ticks(&along, 16, ticks);
    for (size_t i = 0; i < n; i++) {
        double y = kr_ruler_at(&along, ticks[i].x), out = x + bar.width;
        kr_canvas_segment(c, (kr_spot){out, y}, (kr_spot){out + (ticks[i].label[0] ? 3.5 : 2), y},
                          (kr_pen){KR_INK, 0.6, {0}});
        kr_canvas_text(c, (kr_spot){out + 6, y + 2.9}, &label, ticks[i].label);
        widest = fmax(widest, kr_canvas_width(c, &label, ticks[i].label));
    }
    const char *unit = kr_figure_unit(m->f, m->measure);
    kr_canvas_text(c, (kr_spot){x + bar.width + 6 + widest + 14, bar.y + height / 2}, &name,
                   unit ? unit : "");
    kr_canvas_close(c);
}

/* ------------------------------------------------------------------ land */

static kr_status rings_of(const map *m, const kr_line *lines, size_t n, kr_ring *out)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < n; i++) {
        kr_spot *p;
        KR_ANEW(p, m->f->arena, lines[i].n);
        for (size_t k = 0; k < lines[i].n; k++)
            p[k] = spot_of(m, lines[i].p[k].lon, lines[i].p[k].lat);
        out[i] = (kr_ring){lines[i].n, p};
    }
out:
    return s;
}

static kr_status draw_sites(const map *m, kr_canvas *c)
{
    const kr_pen around = {KR_RGB(0xffffff), 0.7, {0}};
    kr_canvas_open(c, "sites", NULL);
    for (size_t i = 0; i < m->n; i++) {
        kr_spot p = spot_of_site(m, i);
        kr_colour colour = colour_of(m, m->levels[i]);
        if (m->cell.x > 0)
            kr_canvas_rect(
                c, (kr_rect){p.x - m->cell.x / 2, p.y - m->cell.y / 2, m->cell.x, m->cell.y},
                colour);
        else
            kr_canvas_disc(c, p, 5, colour, &around);
        if (kr_interrupted(m->f->ctx))
            return kr_fail(m->f->ctx, KR_EINTERRUPTED, "interrupted");
    }
    kr_canvas_close(c);
    return KR_OK;
}

static kr_status draw_all(const map *m, kr_canvas *c)
{
    kr_status s = KR_OK;
    kr_arena *arena = m->f->arena;
    kr_coast coast;
    kr_ring *land, *lines;
    KR_TRY(kr_coast_within(m->box, arena, &coast));
    KR_ANEW(land, arena, coast.nland + 1);
    KR_ANEW(lines, arena, coast.nlines + 1);
    KR_TRY(rings_of(m, coast.land, coast.nland, land));
    KR_TRY(rings_of(m, coast.lines, coast.nlines, lines));
    kr_canvas_rect(c, m->plot, KR_RGB(0xeaf0f4));
    kr_canvas_clip(c, m->plot);
    kr_canvas_open(c, "land", NULL);
    kr_canvas_fill(c, land, coast.nland, KR_RGB(0xfaf8f3));
    kr_canvas_close(c);
    if (m->cell.x > 0) /* cells lie below the coast, discs on it */
        KR_TRY(draw_sites(m, c));
    kr_canvas_open(c, "coast", NULL);
    for (size_t i = 0; i < coast.nlines; i++)
        kr_canvas_line(c, lines[i].p, lines[i].n, (kr_pen){KR_RGB(0x333333), 0.6, {0}});
    kr_canvas_close(c);
    if (m->cell.x == 0)
        KR_TRY(draw_sites(m, c));
    kr_canvas_unclip(c);
out:
    return s;
}

/* ------------------------------------------------------------------ degrees */

static void degrees_text(double x, const char *plus, const char *minus, char out[32])
{
    double y = fabs(remainder(x, 360));
    char number[24];
    kr_number_text(round(y * 1e4) / 1e4, number);
    bool east = remainder(x, 360) > 0;
    snprintf(out, 32, "%s°%s", number, y == 0 || y == 180 ? "" : east ? plus : minus);
}

static void draw_degrees(const map *m, kr_canvas *c)
{
    kr_tick ticks[KR_TICKS_MAX];
    kr_style style = {.size = 8, .colour = KR_INK, .anchor = 0.5};
    const kr_pen pen = {KR_INK, 0.6, {0}};
    char text[32];
    double bottom = m->plot.y + m->plot.height, left = m->plot.x;
    kr_canvas_open(c, "axis", "degrees");
    size_t n = kr_ruler_ticks(&m->lon, 46, ticks);
    for (size_t i = 0; i < n; i++) {
        double x = kr_ruler_at(&m->lon, ticks[i].x);
        degrees_text(ticks[i].x, "E", "W", text);
        kr_canvas_segment(c, (kr_spot){x, bottom}, (kr_spot){x, bottom + 4}, pen);
        kr_canvas_text(c, (kr_spot){x, bottom + 13}, &style, text);
    }
    style.anchor = 1;
    n = kr_ruler_ticks(&m->lat, 34, ticks);
    for (size_t i = 0; i < n; i++) {
        double y = kr_ruler_at(&m->lat, ticks[i].x);
        degrees_text(ticks[i].x, "N", "S", text);
        kr_canvas_segment(c, (kr_spot){left - 4, y}, (kr_spot){left, y}, pen);
        kr_canvas_text(c, (kr_spot){left - 6, y + 2.9}, &style, text);
    }
    kr_canvas_close(c);
    kr_canvas_frame(c, m->plot, (kr_pen){KR_INK, 0.8, {0}});
}

/* ------------------------------------------------------------------ all */

static kr_status choose(map *m)
{
    kr_status s = KR_OK;
    const double *poes;
    size_t npoes;
    m->n = m->f->stored->sites->n;
    KR_TRY(kr_figure_measure(m->f, &m->measure));
    KR_TRY(kr_figure_stat(m->f, &m->stat));
    KR_TRY(kr_figure_poes(m->f, &poes, &npoes));
    m->poe = poes[0];
    KR_ANEW(m->levels, m->f->arena, m->n);
    KR_TRY(kr_figure_levels(m->f, 0, m->n, m->stat, m->measure, m->poe, m->levels));
out:
    return s;
}

/* How many sites there are, and how many of them are not known better than by the last level. */
static const char *sites_text(const map *m)
{
    char last[64] = "";
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += kr_figure_is_last(m->f, m->measure, m->levels[i]);
    if (n)
        snprintf(last, sizeof last, ", %zu at the greatest level or beyond", n);
    return kr_arena_printf(m->f->arena, "%zu site%s%s; %s", m->n, m->n == 1 ? "" : "s", last,
                           m->f->stored->job->description);
}

/* Of a standard deviation or a coefficient of variation nothing is exceeded. NULL: KR_ENOMEM. */
static const char *title_of(const map *m)
{
    const kr_figure *f = m->f;
    const char *stat = f->stored->stats[m->stat], *imt = f->stored->job->imts[m->measure].name;
    const char *spread = kr_str_eq(stat, "std")   ? "standard deviation"
                         : kr_str_eq(stat, "cov") ? "coefficient of variation"
                                                  : NULL;
    char number[24];
    if (spread) {
        kr_number_text(m->poe, number);
        return kr_arena_printf(f->arena, "%s where the %s of the probability is %s", imt, spread,
                               number);
    }
    const char *poe = kr_figure_poe(f, m->poe), *name = kr_figure_stat_text(f, m->stat);
    return poe && name ? kr_arena_printf(f->arena, "%s, %s, %s", imt, poe, name) : NULL;
}

kr_status kr_draw_map(kr_figure *f)
{
    kr_status s = KR_OK;
    map m = {.f = f};
    kr_canvas *c = NULL;
    const char *title;
    KR_TRY(choose(&m));
    KR_TRY(find_box(&m));
    KR_TRY(find_colours(&m));
    find_cell(&m);
    title = title_of(&m);
    KR_TRY(title ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_figure_begin(f, title, sites_text(&m), fmax(380, LEFT + m.plot.width + BAR),
                           KR_FIGURE_TOP + m.plot.height + BELOW, &c));
    KR_TRY(draw_all(&m, c));
    draw_degrees(&m, c);
    draw_bar(&m, c);
out:
    return kr_canvas_end(&c, s);
}
