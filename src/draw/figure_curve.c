/* Hazard curves: of several sites, measures and statistics, as far as they can be told apart. */
#include "draw/figure_curve.h"
#include "draw/palette.h"

#include "base/str.h"

#include <math.h>

/* Smaller probabilities are below the plot. */
static const double LEAST = 1e-9;

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
                           "--imt: %s and %s have no axis in common: draw them apart",
                           imts[measures[0]].name, imts[measures[i]].name);
    return KR_OK;
}

/* What a statistic is: of the probability, or of how far it varies. */
static const char *quantity_of(const kr_figure *f, size_t stat)
{
    const char *name = f->stored->stats[stat];
    return kr_str_eq(name, "cov")   ? "Coefficient of variation of the probability"
           : kr_str_eq(name, "std") ? "Standard deviation of the probability"
                                    : "Probability of exceedance";
}

static kr_status check_quantities(const kr_figure *f, const size_t *stats, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!kr_str_eq(quantity_of(f, stats[i]), quantity_of(f, stats[0])))
            return kr_fail(f->ctx, KR_EUSAGE,
                           "--stat: %s and %s have no axis in common: draw them apart",
                           f->stored->stats[stats[0]], f->stored->stats[stats[i]]);
    return KR_OK;
}

static kr_status choose(kr_curves *c)
{
    kr_status s = KR_OK;
    const kr_figure *f = c->f;
    size_t own_measures[KR_CURVES_MOST], own_stat, own_site = 0;
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
    KR_TRY(check_quantities(f, stats, c->nstats));
    if (c->nsites * c->nmeasures * c->nstats > KR_CURVES_MOST)
        return kr_fail(f->ctx, KR_EUSAGE,
                       "%zu curves in one figure: at most %d can be told apart; choose fewer with "
                       "--site, --imt, --stat",
                       c->nsites * c->nmeasures * c->nstats, KR_CURVES_MOST);
    for (size_t i = 0; i < c->nsites; i++)
        for (size_t m = 0; m < c->nmeasures; m++)
            for (size_t k = 0; k < c->nstats; k++)
                c->of[c->n++] =
                    (kr_curve){.site = sites[i], .measure = measures[m], .stat = stats[k]};
out:
    return s;
}

/* What tells a curve from the others. */
static const char *text_of(const kr_curves *c, const kr_curve *of)
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

static kr_status read_all(kr_curves *c)
{
    kr_status s = KR_OK;
    const kr_figure *f = c->f;
    c->nlevels = kr_job_curve_levels(f->stored->job);
    for (size_t i = 0; i < c->n; i++) {
        kr_curve *of = &c->of[i];
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
kr_status kr_curves_ranges(const kr_curves *c, kr_chart *chart)
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
    if (!(chart->x.hi > chart->x.lo))
        return kr_fail(c->f->ctx, KR_EINPUT,
                       "%s: a curve needs two levels above 0: give the job more of them",
                       c->f->stored->path);
    if (!(most > 0))
        return kr_fail(c->f->ctx, KR_EINPUT, "%s: %s: no probability is above 0 there",
                       c->f->stored->path, c->of[0].text);
    chart->y = (kr_ruler){.log = true, .lo = least, .hi = most};
    kr_ruler_round(&chart->y, 0);
    return KR_OK;
}

static kr_status draw(const kr_curves *c, kr_chart *chart)
{
    kr_status s = KR_OK;
    kr_legend_entry entries[KR_CURVES_MOST];
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

const char *kr_curves_subtitle(const kr_curves *c)
{
    const kr_figure *f = c->f;
    const char *description = f->stored->job->description;
    const char *place = kr_figure_place(f, c->of[0].site);
    if (c->nsites > 1 || !place)
        return place ? description : NULL;
    return kr_arena_printf(f->arena, "%s; %s", place, description);
}

static const char *title(const kr_curves *c)
{
    const kr_figure *f = c->f;
    const char *imt = c->nmeasures == 1 ? f->stored->job->imts[c->of[0].measure].name : "";
    const char *stat = c->nstats == 1 ? kr_figure_stat_text(f, c->of[0].stat) : "";
    return kr_arena_printf(f->arena, "Hazard curves%s%s%s%s", imt[0] ? ", " : "", imt,
                           stat && stat[0] ? ", " : "", stat ? stat : "");
}

/* Axes of probability over level, for a measure or several of one unit. */
kr_status kr_curves_label(const kr_figure *f, const kr_curve *of, bool several, kr_chart *chart)
{
    const char *unit = kr_imt_unit(&f->stored->job->imts[of->measure]);
    char years[24];
    kr_number_text(f->stored->job->investigation_time, years);
    chart->x_label = several ? kr_arena_printf(f->arena, "Intensity measure level%s%s%s",
                                               unit[0] ? " (" : "", unit, unit[0] ? ")" : "")
                             : kr_figure_unit(f, of->measure);
    chart->y_label = kr_arena_printf(f->arena, "%s in %s year%s",
                                     of->stat == SIZE_MAX ? "Probability of exceedance"
                                                          : quantity_of(f, of->stat),
                                     years, kr_str_eq(years, "1") ? "" : "s");
    return chart->x_label && chart->y_label ? KR_OK : KR_ENOMEM;
}

kr_rect kr_curves_area(void)
{
    return (kr_rect){62, KR_FIGURE_TOP, KR_CURVES_WIDTH - 62 - 18,
                     KR_CURVES_HEIGHT - KR_FIGURE_TOP - 62};
}

kr_status kr_draw_curves(kr_figure *f)
{
    kr_status s = KR_OK;
    kr_curves c = {.f = f};
    kr_chart chart = {.plot = kr_curves_area()};
    KR_TRY(choose(&c));
    KR_TRY(read_all(&c));
    KR_TRY(kr_curves_ranges(&c, &chart));
    KR_TRY(kr_curves_label(f, &c.of[0], c.nmeasures > 1, &chart));
    KR_TRY(kr_figure_begin(f, title(&c), kr_curves_subtitle(&c), KR_CURVES_WIDTH, KR_CURVES_HEIGHT,
                           &chart.canvas));
    KR_TRY(draw(&c, &chart));
out:
    return kr_canvas_end(&chart.canvas, s);
}
