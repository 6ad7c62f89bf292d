/* Uniform hazard spectra: the level that each period reaches with one probability. PGA stands at a
 * period of its own, left of the shortest. */
#include "draw/chart.h"
#include "draw/figure.h"
#include "draw/palette.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_SPECTRA = 8, WIDTH = 468, HEIGHT = 360 };

typedef struct ordinate {
    size_t measure;
    double period; /* s; of PGA where it is drawn */
} ordinate;

typedef struct spectra {
    kr_figure *f;
    size_t site, n, nordinates; /* ordinates by increasing period */
    ordinate *ordinates;
    double *periods;
    bool pga; /* is the first ordinate */
    struct {
        double poe, *levels;
        size_t stat, colour, dash;
        const char *text;
    } of[MOST_SPECTRA];
} spectra;

static int compare(const void *a, const void *b)
{
    double x = ((const ordinate *)a)->period, y = ((const ordinate *)b)->period;
    return (x > y) - (x < y);
}

/* PGA and spectral accelerations of 5 % damping. */
static kr_status find_ordinates(spectra *u)
{
    kr_status s = KR_OK;
    const kr_job *job = u->f->stored->job;
    KR_ANEW(u->ordinates, u->f->arena, job->nimts);
    KR_ANEW(u->periods, u->f->arena, job->nimts);
    for (size_t m = 0; m < job->nimts; m++) {
        const kr_imt *imt = &job->imts[m];
        if (imt->kind == KR_IMT_PGA || (imt->kind == KR_IMT_SA && imt->damping == 5)) {
            u->ordinates[u->nordinates++] = (ordinate){m, imt->period};
            u->pga = u->pga || imt->kind == KR_IMT_PGA;
        }
    }
    qsort(u->ordinates, u->nordinates, sizeof *u->ordinates, compare);
    if (u->nordinates < (size_t)(2 + u->pga)) {
        s = kr_fail(u->f->ctx, KR_EINPUT,
                    "%s: a spectrum needs SA at two periods or more: add measures such as SA(0.2), "
                    "SA(1.0) to the job",
                    u->f->stored->path);
        goto out;
    }
    if (u->pga)
        u->ordinates[0].period = u->ordinates[1].period / 2;
    for (size_t i = 0; i < u->nordinates; i++)
        u->periods[i] = u->ordinates[i].period;
out:
    return s;
}

static const char *text_of(const kr_figure *f, double poe, size_t stat, bool several_stats)
{
    const char *text = kr_figure_period(f, poe), *name = kr_figure_stat_text(f, stat);
    return several_stats && text && name ? kr_arena_printf(f->arena, "%s, %s", text, name) : text;
}

static kr_status read_spectra(spectra *u)
{
    kr_status s = KR_OK;
    kr_figure *f = u->f;
    const double *poes;
    size_t npoes, own, nstats = f->nstats ? f->nstats : 1;
    const size_t *stats = f->nstats ? f->stats : &own;
    KR_TRY(kr_figure_poes(f, &poes, &npoes));
    if (f->nstats == 0)
        KR_TRY(kr_figure_stat(f, &own));
    if (npoes * nstats > MOST_SPECTRA) {
        s = kr_fail(f->ctx, KR_EUSAGE,
                    "%zu spectra in one figure: at most %d can be told apart; choose fewer with "
                    "--poe, --stat",
                    npoes * nstats, MOST_SPECTRA);
        goto out;
    }
    for (size_t p = 0; p < npoes; p++)
        for (size_t k = 0; k < nstats; k++) {
            size_t n = u->n++;
            u->of[n].poe = poes[p];
            u->of[n].stat = stats[k];
            u->of[n].colour = npoes > 1 ? p : k;
            u->of[n].dash = npoes > 1 ? k : 0;
            u->of[n].text = text_of(f, poes[p], stats[k], nstats > 1);
            KR_TRY(u->of[n].text ? KR_OK : KR_ENOMEM);
            KR_ANEW(u->of[n].levels, f->arena, u->nordinates);
            for (size_t i = 0; i < u->nordinates; i++)
                KR_TRY(kr_figure_levels(f, u->site, 1, stats[k], u->ordinates[i].measure, poes[p],
                                        &u->of[n].levels[i]));
        }
out:
    return s;
}

static kr_status draw(const spectra *u, kr_chart *chart)
{
    kr_status s = KR_OK;
    kr_legend_entry entries[MOST_SPECTRA];
    kr_chart_axes(chart);
    kr_canvas_clip(chart->canvas, chart->plot);
    for (size_t n = 0; n < u->n; n++) {
        kr_pen pen = kr_palette_pen(u->of[n].colour, u->of[n].dash, 1.6);
        /* Between PGA and the first period there is no spectrum: no more than a hint. */
        kr_pen hint = {pen.colour, 0.7, {1, 2, 1, 2}};
        size_t first = u->pga ? 1 : 0;
        kr_chart_line(chart, u->of[n].text, u->periods + first, u->of[n].levels + first,
                      u->nordinates - first, pen);
        if (u->pga) {
            kr_canvas_segment(chart->canvas, kr_chart_at(chart, u->periods[0], u->of[n].levels[0]),
                              kr_chart_at(chart, u->periods[1], u->of[n].levels[1]), hint);
        }
        for (size_t i = 0; i < u->nordinates; i++)
            kr_canvas_disc(chart->canvas, kr_chart_at(chart, u->periods[i], u->of[n].levels[i]),
                           2.2, pen.colour, NULL);
        entries[n] = (kr_legend_entry){.text = u->of[n].text, .pen = pen};
    }
    kr_canvas_unclip(chart->canvas);
    KR_TRY(kr_chart_legend(chart, entries, u->n, true, true, u->f->arena));
out:
    return s;
}

/* Room above for the legend, so that it covers no line. */
static kr_status find_ranges(const spectra *u, kr_chart *chart)
{
    double most = 0;
    for (size_t n = 0; n < u->n; n++)
        for (size_t i = 0; i < u->nordinates; i++)
            most = fmax(most, u->of[n].levels[i]);
    if (!(most > 0))
        return kr_fail(u->f->ctx, KR_EINPUT,
                       "%s: no curve of this site reaches the probability: give another with --poe",
                       u->f->stored->path);
    double share = (14.0 + 12.0 * (double)u->n) / chart->plot.height;
    chart->y = (kr_ruler){.lo = 0, .hi = most * 1.03 / (1 - share)};
    chart->x = (kr_ruler){.log = true,
                          .lo = u->periods[0] / (u->pga ? 1.25 : 1),
                          .hi = 1.06 * u->periods[u->nordinates - 1]};
    return KR_OK;
}

/* Where curves go beyond the levels that is said. */
static const char *subtitle(const spectra *u, const char *place)
{
    const kr_figure *f = u->f;
    bool last = false;
    for (size_t n = 0; n < u->n; n++)
        for (size_t i = 0; i < u->nordinates; i++)
            last = last || kr_figure_is_last(f, u->ordinates[i].measure, u->of[n].levels[i]);
    return kr_arena_printf(f->arena, "%s%s; %s", place,
                           last ? ", in part at the greatest level or beyond" : "",
                           f->stored->job->description);
}

kr_status kr_draw_spectra(kr_figure *f)
{
    kr_status s = KR_OK;
    spectra u = {.f = f};
    kr_chart chart = {.plot = {52, KR_FIGURE_TOP, WIDTH - 52 - 18, HEIGHT - KR_FIGURE_TOP - 62},
                      .x_label = "Period (s)",
                      .y_label = "Spectral acceleration (g)"};
    kr_tick pga = {0};
    const char *place, *stat = "";
    KR_TRY(kr_figure_site(f, &u.site));
    KR_TRY(find_ordinates(&u));
    KR_TRY(read_spectra(&u));
    KR_TRY(find_ranges(&u, &chart));
    if (u.pga) {
        pga.x = u.periods[0];
        snprintf(pga.label, sizeof pga.label, "PGA");
        chart.extra = &pga;
        chart.x_first = u.periods[1];
    }
    place = kr_figure_place(f, u.site);
    if (f->nstats <= 1)
        stat = kr_arena_printf(f->arena, ", %s", kr_figure_stat_text(f, u.of[0].stat));
    KR_TRY(place && stat ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_figure_begin(f, kr_arena_printf(f->arena, "Uniform hazard spectra%s", stat),
                           subtitle(&u, place), WIDTH, HEIGHT, &chart.canvas));
    KR_TRY(draw(&u, &chart));
out:
    return kr_canvas_end(&chart.canvas, s);
}
