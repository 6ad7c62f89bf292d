/* A hazard map: the sites, coloured by the level that they reach, on the coastline. */
#include "base/mem.h"
#include "base/str.h"
#include "draw/figure.h"
#include "draw/ground.h"
#include "draw/palette.h"
#include "draw/scale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BAR = 92, SAMPLE = 200, FEW = 12, RADIUS = 5 };

typedef struct map {
    kr_figure *f;
    size_t measure, stat, n; /* n sites */
    double poe, *levels;
    kr_ground ground;
    kr_ruler colour;
    kr_spot cell; /* size of a site's rectangle; 0: it is a disc */
} map;

/* ------------------------------------------------------------------ where */

static kr_spot spot_of_site(const map *m, size_t i)
{
    const kr_sites *sites = m->f->stored->sites;
    return kr_ground_at(&m->ground, sites->lon[i], sites->lat[i]);
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

/* Of a standard deviation or a coefficient of variation nothing is exceeded. Else NULL. */
static const char *spread_of(const map *m)
{
    const char *stat = m->f->stored->stats[m->stat];
    return kr_str_eq(stat, "std")   ? "standard deviation"
           : kr_str_eq(stat, "cov") ? "coefficient of variation"
                                    : NULL;
}

/* Logarithmic where the levels differ by more than ten times. */
static kr_status find_colours(map *m)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < m->n; i++)
        if (m->levels[i] > 0) {
            least = fmin(least, m->levels[i]);
            most = fmax(most, m->levels[i]);
        }
    const char *spread = spread_of(m);
    if (!(most > 0) && spread)
        return kr_fail(m->f->ctx, KR_EINPUT,
                       "%s: the %s of the probability is nowhere as high as %g, and its map is no "
                       "map of motions: draw a quantile, or give less with --poe",
                       m->f->stored->path, spread, m->poe);
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

/* ------------------------------------------------------------------ drawing */

static kr_status draw_sites(const map *m, kr_canvas *c)
{
    const kr_pen around = {KR_RGB(0xffffff), 0.7, {0}};
    kr_canvas_open(c, "sites", NULL);
    for (size_t i = 0; i < m->n; i++) {
        kr_spot p = spot_of_site(m, i);
        kr_colour colour = kr_scale_colour(&m->colour, m->levels[i]);
        if (m->cell.x > 0)
            kr_canvas_rect(
                c, (kr_rect){p.x - m->cell.x / 2, p.y - m->cell.y / 2, m->cell.x, m->cell.y},
                colour);
        else
            kr_canvas_disc(c, p, RADIUS, colour, &around);
        if (kr_interrupted(m->f->ctx))
            return kr_fail(m->f->ctx, KR_EINTERRUPTED, "interrupted");
    }
    kr_canvas_close(c);
    return KR_OK;
}

/* The level that a site reaches to three digits; "<" the least of the measure, ">" the greatest. */
static void level_text(const map *m, size_t i, char out[32])
{
    const kr_job *job = m->f->stored->job;
    double x = m->levels[i], least = kr_job_curve_level(job, m->measure)[0];
    bool last = kr_figure_is_last(m->f, m->measure, x);
    char digits[24];
    snprintf(digits, sizeof digits, "%.3g", x > 0 ? x : least);
    kr_number_text(strtod(digits, NULL), digits);
    snprintf(out, 32, "%s%s", last ? ">" : x > 0 ? "" : "<", digits);
}

/* Whether a text from x on would lie on the disc of another site, or leave the map. */
static bool is_free(const map *m, size_t i, double x, double width)
{
    double y = spot_of_site(m, i).y;
    if (x < m->ground.plot.x + 2 || x + width > m->ground.plot.x + m->ground.plot.width - 2)
        return false;
    for (size_t k = 0; k < m->n; k++) {
        kr_spot p = spot_of_site(m, k);
        if (k != i && fabs(p.y - y) < 2 * RADIUS && p.x > x - RADIUS && p.x < x + width + RADIUS)
            return false;
    }
    return true;
}

/* Of few sites the levels as numbers: right of the disc, left, or else below. */
static void draw_levels(const map *m, kr_canvas *c)
{
    const kr_style style = {.size = 8, .colour = KR_INK, .bold = true};
    kr_canvas_open(c, "levels", NULL);
    for (size_t i = 0; i < m->n; i++) {
        char text[32];
        level_text(m, i, text);
        double width = kr_canvas_width(c, &style, text);
        kr_spot p = spot_of_site(m, i), at = {p.x + RADIUS + 3, p.y + 2.9};
        if (!is_free(m, i, at.x, width))
            at.x = p.x - RADIUS - 3 - width;
        if (!is_free(m, i, at.x, width))
            at = (kr_spot){p.x - width / 2, p.y + RADIUS + 9};
        kr_canvas_text(c, at, &style, text);
    }
    kr_canvas_close(c);
}

static kr_status draw_all(const map *m, kr_canvas *c)
{
    kr_status s = KR_OK;
    KR_TRY(kr_ground_begin(&m->ground, c, m->f->arena));
    if (m->cell.x > 0) /* cells lie below the coast, discs on it */
        KR_TRY(draw_sites(m, c));
    KR_TRY(kr_ground_coast(&m->ground, c, m->f->arena));
    if (m->cell.x == 0)
        KR_TRY(draw_sites(m, c));
    if (m->n <= FEW && !spread_of(m))
        draw_levels(m, c);
    kr_ground_end(&m->ground, c);
out:
    return s;
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

/* NULL: KR_ENOMEM. */
static const char *title_of(const map *m)
{
    const kr_figure *f = m->f;
    const char *imt = f->stored->job->imts[m->measure].name, *spread = spread_of(m);
    char number[24];
    if (spread) {
        kr_number_text(m->poe, number);
        return kr_arena_printf(f->arena, "%s where the %s of the probability is %s", imt, spread,
                               number);
    }
    const char *poe = kr_figure_period(f, m->poe), *name = kr_figure_stat_text(f, m->stat);
    return poe && name ? kr_arena_printf(f->arena, "%s, %s, %s", imt, poe, name) : NULL;
}

kr_status kr_draw_map(kr_figure *f)
{
    kr_status s = KR_OK;
    map m = {.f = f};
    kr_canvas *c = NULL;
    const char *title;
    KR_TRY(choose(&m));
    KR_TRY(kr_ground_fit(f->stored->sites->lon, f->stored->sites->lat, m.n,
                         (kr_spot){KR_GROUND_LEFT, KR_FIGURE_TOP}, f->arena, &m.ground));
    KR_TRY(find_colours(&m));
    find_cell(&m);
    title = title_of(&m);
    const char *unit = kr_figure_unit(f, m.measure);
    KR_TRY(title && unit ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_figure_begin(f, title, sites_text(&m),
                           fmax(380, KR_GROUND_LEFT + m.ground.plot.width + BAR),
                           KR_FIGURE_TOP + m.ground.plot.height + KR_GROUND_BELOW, &c));
    KR_TRY(draw_all(&m, c));
    kr_scale_draw(&m.colour, m.ground.plot, unit, c);
out:
    return kr_canvas_end(&c, s);
}
