/* Hazard curves: of several sites, measures and statistics, as far as they can be told apart. */
#include "draw/chart.h"
#include "draw/figure.h"
#include "draw/palette.h"

#include "base/str.h"

#include <math.h>

enum { MOST_CURVES = 8, WIDTH = 468, HEIGHT = 360 };

/* Smaller probabilities are below the plot. */
static const double LEAST = 1e-9;

typedef struct curve {
    size_t site, measure, stat;
    const char *text;
    const double *levels;
    double *poes;
    kr_pen pen;
} curve;

typedef struct curves {
    kr_figure *f;
    size_t n, nlevels;
    curve of[MOST_CURVES];
    size_t nsites, nmeasures, nstats; /* of the curves */
} curves;

/* Measures with the unit of the first one, so many as fit with what else is chosen. */
static size_t usual_measures(const kr_figure *f, size_t most, size_t *out)
{
    const kr_job *job = f->stored->job;
    size_t n = 0;
    for (size_t m = 0; m < job->nimts && n < most; m++)
        if (kr_str_eq(kr_imt_unit(&job->imts[m]), kr_imt_unit(&job->imts[0])))
            out[n++] = m;
    return n;
}

static kr_status check_units(const kr_figure *f, const size_t *measures, size_t n)
{
    const kr_imt *imts = f->stored->job->imts;
    for (size_t i = 1; i < n; i++)
        if (!kr_str_eq(kr_imt_unit(&imts[measures[i]]), kr_imt_unit(&imts[measures[0]])))
            return kr_fail(f->ctx, KR_EUSAGE,
                           "--imt: %s and %s have no axis in common: draw them "
                           "apart",
                           imts[measures[0]].name, imts[measures[i]].name);
    return KR_OK;
}

static kr_status choose(curves *c)
{
    kr_status s = KR_OK;
    const kr_figure *f = c->f;
    size_t own_measures[MOST_CURVES], own_stat, own_site = 0;
    if (f->nstats == 0)
        KR_TRY(kr_figure_stat(f, &own_stat));
    c->nsites = f->nsites ? f->nsites : 1;
    c->nstats = f->nstats ? f->nstats : 1;
    c->nmeasures =
        f->nimts ? f->nimts : usual_measures(f, c->nsites * c->nstats == 1 ? 6 : 1, own_measures);
    const size_t *sites = f->nsites ? f->sites : &own_site;
    const size_t *stats = f->nstats ? f->stats : &own_stat;
    const size_t *measures = f->nimts ? f->imts : own_measures;
    KR_TRY(check_units(f, measures, c->nmeasures));
    if (c->nsites * c->nmeasures * c->nstats > MOST_CURVES)
        return kr_fail(f->ctx, KR_EUSAGE,
                       "%zu curves in one figure: at most %d can be told apart; choose fewer with "
                       "--site, --imt, --stat",
                       c->nsites * c->nmeasures * c->nstats, MOST_CURVES);
    for (size_t i = 0; i < c->nsites; i++)
        for (size_t m = 0; m < c->nmeasures; m++)
            for (size_t k = 0; k < c->nstats; k++)
                c->of[c->n++] = (curve){.site = sites[i], .measure = measures[m], .stat = stats[k]};
out:
    return s;
}

/* What tells a curve from the others. */
static const char *text_of(const curves *c, const curve *of)
{
    const kr_figure *f = c->f;
    const char *stat = kr_figure_stat_text(f, of->stat), *place = kr_figure_place(f, of->site);
    const char *measure = f->stored->job->imts[of->measure].name, *text = stat;
    if (c->nmeasures > 1)
        text = c->nstats > 1 ? kr_arena_printf(f->arena, "%s, %s", measure, stat) : measure;
    if (c->nsites > 1 && place)
        text = c->nmeasures > 1 || c->nstats > 1 ? kr_arena_printf(f->arena, "%s, %s", text, place)
                                                 : place;
    return text;
}

static kr_status read_all(curves *c)
{
    kr_status s = KR_OK;
    const kr_figure *f = c->f;
    c->nlevels = kr_job_curve_levels(f->stored->job);
    for (size_t i = 0; i < c->n; i++) {
        curve *of = &c->of[i];
        size_t group = i / c->nstats, stat = i % c->nstats;
        bool alone = c->n == c->nstats;
        of->levels = kr_job_curve_level(f->stored->job, of->measure);
        of->text = text_of(c, of);
        of->pen = kr_palette_pen(alone ? stat : group, alone ? 0 : stat, 1.6);
        KR_TRY(of->text ? KR_OK : KR_ENOMEM);
        KR_ANEW(of->poes, f->arena, c->nlevels);
        KR_TRY(kr_figure_curve(f, of->site, of->stat, of->measure, of->poes));
    }
out:
    return s;
}

/* Around all levels and all probabilities above 0. */
static kr_status find_ranges(const curves *c, kr_chart *chart)
{
    double least = INFINITY, most = 0;
    chart->x = (kr_ruler){.log = true, .lo = INFINITY, .hi = 0};
    for (size_t i = 0; i < c->n; i++)
        for (size_t l = 0; l < c->nlevels; l++) {
            double x = c->of[i].levels[l], y = c->of[i].poes[l];
            if (x > 0) {
                chart->x.lo = fmin(chart->x.lo, x);
                chart->x.hi = fmax(chart->x.hi, x);
            }
            if (y > 0) {
                least = fmin(least, fmax(y, LEAST));
                most = fmax(most, y);
            }
        }
    if (!(most > 0) || !(chart->x.hi > chart->x.lo))
        return kr_fail(c->f->ctx, KR_EINPUT, "%s: %s: no probability is above 0 there",
                       c->f->stored->path, c->of[0].text);
    chart->y = (kr_ruler){.log = true, .lo = least, .hi = most};
    kr_ruler_round(&chart->y, 0);
    return KR_OK;
}

static kr_status draw(const curves *c, kr_chart *chart)
{
    kr_status s = KR_OK;
    kr_legend_entry entries[MOST_CURVES];
    kr_chart_axes(chart);
    kr_canvas_clip(chart->canvas, chart->plot);
    for (size_t i = 0; i < c->n; i++) {
        kr_chart_line(chart, c->of[i].text, c->of[i].levels, c->of[i].poes, c->nlevels,
                      c->of[i].pen);
        entries[i] = (kr_legend_entry){.text = c->of[i].text, .pen = c->of[i].pen};
    }
    kr_canvas_unclip(chart->canvas);
    KR_TRY(kr_chart_legend(chart, entries, c->n, false, false, c->f->arena));
out:
    return s;
}

static const char *subtitle(const curves *c)
{
    const kr_figure *f = c->f;
    const char *description = f->stored->job->description;
    const char *place = kr_figure_place(f, c->of[0].site);
    return c->nsites == 1 ? kr_arena_printf(f->arena, "%s; %s", place, description) : description;
}

static const char *title(const curves *c)
{
    const kr_figure *f = c->f;
    const char *imt = c->nmeasures == 1 ? f->stored->job->imts[c->of[0].measure].name : "";
    const char *stat = c->nstats == 1 ? kr_figure_stat_text(f, c->of[0].stat) : "";
    return kr_arena_printf(f->arena, "Hazard curves%s%s%s%s", imt[0] ? ", " : "", imt,
                           stat && stat[0] ? ", " : "", stat ? stat : "");
}

/* Axes of probability over level, for a measure or several of one unit. */
static kr_status label_axes(const kr_figure *f, size_t measure, bool several, kr_chart *chart)
{
    const char *unit = kr_imt_unit(&f->stored->job->imts[measure]);
    char years[24];
    kr_number_text(f->stored->job->investigation_time, years);
    chart->x_label = several ? kr_arena_printf(f->arena, "Intensity measure level%s%s%s",
                                               unit[0] ? " (" : "", unit, unit[0] ? ")" : "")
                             : kr_figure_unit(f, measure);
    chart->y_label = kr_arena_printf(f->arena, "Probability of exceedance in %s year%s", years,
                                     kr_str_eq(years, "1") ? "" : "s");
    return chart->x_label && chart->y_label ? KR_OK : KR_ENOMEM;
}

static kr_rect plot_area(void)
{
    return (kr_rect){62, KR_FIGURE_TOP, WIDTH - 62 - 18, HEIGHT - KR_FIGURE_TOP - 62};
}

kr_status kr_draw_curves(kr_figure *f)
{
    kr_status s = KR_OK;
    curves c = {.f = f};
    kr_chart chart = {.plot = plot_area()};
    KR_TRY(choose(&c));
    KR_TRY(read_all(&c));
    KR_TRY(find_ranges(&c, &chart));
    KR_TRY(label_axes(f, c.of[0].measure, c.nmeasures > 1, &chart));
    KR_TRY(kr_figure_begin(f, title(&c), subtitle(&c), WIDTH, HEIGHT, &chart.canvas));
    KR_TRY(draw(&c, &chart));
out:
    return kr_canvas_end(&chart.canvas, s);
}

/* ------------------------------------------------------------------ the fan */

enum { MOST_QUANTILES = 64 };

typedef struct quantile {
    double q;
    size_t stat;
    double *poes;
} quantile;

/* The quantiles among the statistics, increasing. */
static kr_status find_quantiles(const kr_figure *f, quantile *out, size_t *count)
{
    size_t n = 0;
    double q;
    for (size_t i = 0; i < f->stored->nstats && n < MOST_QUANTILES; i++) {
        const char *name = f->stored->stats[i];
        if (!kr_str_starts(name, "quantile-") || !kr_parse_double(name + 9, &q))
            continue;
        size_t at = n++;
        for (; at > 0 && out[at - 1].q > q; at--)
            out[at] = out[at - 1];
        out[at] = (quantile){.q = q, .stat = i};
    }
    *count = n;
    if (n >= 2)
        return KR_OK;
    return kr_fail(f->ctx, KR_EINPUT,
                   "%s: holds %s: a fan needs two or more; run the job with quantiles = 0.16 0.5 "
                   "0.84, or let kauri stats compute them",
                   f->stored->path, n ? "one quantile" : "no quantiles");
}

/* The area between two curves, as far as both are above 0. */
static kr_status band(const kr_chart *chart, const double *levels, const quantile *low,
                      const quantile *high, size_t nlevels, kr_colour colour, kr_arena *arena)
{
    kr_status s = KR_OK;
    kr_spot *p;
    size_t n = 0;
    KR_ANEW(p, arena, 2 * nlevels);
    for (size_t l = 0; l < nlevels; l++)
        if (levels[l] > 0 && high->poes[l] > 0)
            p[n++] = kr_chart_at(chart, levels[l], high->poes[l]);
    for (size_t l = nlevels; l > 0; l--)
        if (levels[l - 1] > 0 && high->poes[l - 1] > 0)
            p[n++] = kr_chart_at(chart, levels[l - 1], fmax(low->poes[l - 1], 1e-6 * chart->y.lo));
    if (n >= 3)
        kr_canvas_fill(chart->canvas, &(kr_ring){n, p}, 1, colour);
out:
    return s;
}

static kr_colour band_colour(size_t k, size_t n)
{
    double t = n < 2 ? 0.45 : 0.18 + 0.37 * (double)k / (double)(n - 1); /* of blue over white */
    kr_colour blue = kr_palette_colour(0);
    return (kr_colour){1 - t * (1 - blue.r), 1 - t * (1 - blue.g), 1 - t * (1 - blue.b), 1};
}

/* Bands between the outermost quantiles, then the next ones; lines on top. */
static kr_status draw_fan(const curves *c, kr_chart *chart, const quantile *quantiles, size_t n)
{
    kr_status s = KR_OK;
    kr_arena *arena = c->f->arena;
    const double *levels = c->of[0].levels;
    kr_legend_entry entries[MOST_QUANTILES];
    size_t nentries = 0, nbands = n / 2;
    kr_chart_axes(chart);
    kr_canvas_clip(chart->canvas, chart->plot);
    for (size_t k = 0; k < nbands; k++) {
        const quantile *low = &quantiles[k], *high = &quantiles[n - 1 - k];
        kr_colour colour = band_colour(k, nbands);
        const char *text = kr_arena_printf(arena, "quantiles %g to %g", low->q, high->q);
        KR_TRY(text ? KR_OK : KR_ENOMEM);
        kr_canvas_open(chart->canvas, "band", text);
        KR_TRY(band(chart, levels, low, high, c->nlevels, colour, arena));
        kr_canvas_close(chart->canvas);
        entries[nentries++] =
            (kr_legend_entry){.text = text, .pen = {colour, 1, {0}}, .area = true};
    }
    if (n % 2) {
        const quantile *middle = &quantiles[n / 2];
        kr_pen pen = {KR_RGB(0x002a4d), 1.3, {4, 2, 4, 2}};
        const char *text = kr_arena_printf(arena, "quantile %g", middle->q);
        KR_TRY(text ? KR_OK : KR_ENOMEM);
        kr_chart_line(chart, text, levels, middle->poes, c->nlevels, pen);
        entries[nentries++] = (kr_legend_entry){.text = text, .pen = pen};
    }
    if (c->n) {
        kr_pen pen = kr_palette_pen(1, 0, 1.8);
        kr_chart_line(chart, "mean", levels, c->of[0].poes, c->nlevels, pen);
        entries[nentries++] = (kr_legend_entry){.text = "mean", .pen = pen};
    }
    kr_canvas_unclip(chart->canvas);
    KR_TRY(kr_chart_legend(chart, entries, nentries, false, false, arena));
out:
    return s;
}

/* The mean, if there is one, as the only curve; the levels in any case. */
static kr_status read_mean(curves *c, size_t site, size_t measure)
{
    kr_status s = KR_OK;
    size_t mean = kr_figure_mean(c->f);
    c->of[0] = (curve){.site = site, .measure = measure, .stat = mean, .text = "mean"};
    c->nsites = c->nmeasures = c->nstats = 1;
    c->nlevels = kr_job_curve_levels(c->f->stored->job);
    c->of[0].levels = kr_job_curve_level(c->f->stored->job, measure);
    if (mean == SIZE_MAX)
        return KR_OK;
    KR_ANEW(c->of[0].poes, c->f->arena, c->nlevels);
    KR_TRY(kr_figure_curve(c->f, site, mean, measure, c->of[0].poes));
    c->n = 1;
out:
    return s;
}

kr_status kr_draw_fan(kr_figure *f)
{
    kr_status s = KR_OK;
    curves c = {.f = f}, all = {.f = f};
    quantile quantiles[MOST_QUANTILES];
    size_t n = 0, site, measure;
    kr_chart chart = {.plot = plot_area()};
    KR_TRY(kr_figure_site(f, &site));
    KR_TRY(kr_figure_measure(f, &measure));
    KR_TRY(find_quantiles(f, quantiles, &n));
    KR_TRY(read_mean(&c, site, measure));
    all.nlevels = c.nlevels;
    for (size_t k = 0; k < n; k++) {
        KR_ANEW(quantiles[k].poes, f->arena, c.nlevels);
        KR_TRY(kr_figure_curve(f, site, quantiles[k].stat, measure, quantiles[k].poes));
    }
    /* The axes go around the outermost, the middle one and the mean. */
    all.of[all.n++] = (curve){.levels = c.of[0].levels, .poes = quantiles[n - 1].poes, .text = ""};
    all.of[all.n++] = (curve){.levels = c.of[0].levels, .poes = quantiles[n / 2].poes, .text = ""};
    if (c.n)
        all.of[all.n++] = c.of[0];
    KR_TRY(find_ranges(&all, &chart));
    KR_TRY(label_axes(f, measure, false, &chart));
    KR_TRY(kr_figure_begin(f,
                           kr_arena_printf(f->arena, "Hazard and its uncertainty, %s",
                                           f->stored->job->imts[measure].name),
                           subtitle(&c), WIDTH, HEIGHT, &chart.canvas));
    KR_TRY(draw_fan(&c, &chart, quantiles, n));
out:
    return kr_canvas_end(&chart.canvas, s);
}
