/* The fan: the mean of a site's hazard between pairs of quantiles. */
#include "draw/figure_curve.h"
#include "draw/palette.h"

#include "base/str.h"

#include <math.h>

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
static kr_status draw_fan(const kr_curves *c, kr_chart *chart, const quantile *quantiles, size_t n)
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
static kr_status read_mean(kr_curves *c, size_t site, size_t measure)
{
    kr_status s = KR_OK;
    size_t mean = kr_figure_mean(c->f);
    c->of[0] = (kr_curve){.site = site, .measure = measure, .stat = mean, .text = "mean"};
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
    kr_curves c = {.f = f}, all = {.f = f};
    quantile quantiles[MOST_QUANTILES];
    size_t n = 0, site, measure;
    kr_chart chart = {.plot = kr_curves_area()};
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
    all.of[all.n++] =
        (kr_curve){.levels = c.of[0].levels, .poes = quantiles[n - 1].poes, .text = ""};
    all.of[all.n++] =
        (kr_curve){.levels = c.of[0].levels, .poes = quantiles[n / 2].poes, .text = ""};
    if (c.n)
        all.of[all.n++] = c.of[0];
    KR_TRY(kr_curves_ranges(&all, &chart));
    KR_TRY(kr_curves_label(f, &c.of[0], false, &chart));
    KR_TRY(kr_figure_begin(f,
                           kr_arena_printf(f->arena, "Hazard and its uncertainty, %s",
                                           f->stored->job->imts[measure].name),
                           kr_curves_subtitle(&c), KR_CURVES_WIDTH, KR_CURVES_HEIGHT,
                           &chart.canvas));
    KR_TRY(draw_fan(&c, &chart, quantiles, n));
out:
    return kr_canvas_end(&chart.canvas, s);
}
