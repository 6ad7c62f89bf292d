/* A tornado: how far each branch moves the mean, set by set, the widest at the top. */
#include "base/mem.h"
#include "draw/chart.h"
#include "draw/figure.h"
#include "draw/palette.h"
#include "stats/uncertainty.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_SETS = 20, WIDTH = 520, ROW = 26, MOST_LEFT = 150, RIGHT = 62, ENDS = 78, BELOW = 62 };

/* A branch set's row. */
typedef struct row {
    uint32_t choice;
    size_t first_state; /* in the arrays of kr_uncertainty */
    double low, high;   /* shifts of the mean in percent */
    double share;       /* of the variance */
} row;

typedef struct tornado {
    kr_figure *f;
    size_t site, measure, column, point, n, nsets; /* rows drawn, sets with a choice */
    double poe, left;                              /* left: what the names take */
    kr_uncertainty *u;
    row *rows;
} tornado;

static const kr_structure *structure_of(const tornado *t)
{
    return &t->f->stored->tree->structure;
}

/* In percent of the mean rate. */
static double shift(const tornado *t, size_t state)
{
    double mean = t->u->mean[t->point];
    return 100 * (t->u->conditional[t->point * t->u->nstates + state] - mean) / mean;
}

static double weight_of(const tornado *t, const kr_choice *choice, size_t state)
{
    return choice->weights[t->column * choice->nstates + state];
}

/* ------------------------------------------------------------------ numbers */

static kr_status check(const tornado *t)
{
    const kr_stored *x = t->f->stored;
    if (x->tree->sampled)
        return kr_fail(t->f->ctx, KR_EINPUT,
                       "%s: the tree was sampled, and samples are no choice of branches: run the "
                       "job with number_of_logic_tree_samples = 0",
                       x->path);
    if (x->job->soil_intensities.n)
        return kr_fail(t->f->ctx, KR_EINPUT,
                       "%s: the component rates are those on rock, the curves on soil: there is no "
                       "tornado of these",
                       x->path);
    return kr_stored_need_rates(x, "a tornado");
}

static kr_status compute(tornado *t)
{
    kr_status s = KR_OK;
    const kr_stored *x = t->f->stored;
    const kr_job *job = x->job;
    const kr_uncertainty_spec spec = {.structure = structure_of(t),
                                      .nlevels = job->nlevels,
                                      .poes = &t->poe,
                                      .npoes = 1,
                                      .use_rates = job->use_rates};
    double *rates = NULL;
    t->point = job->nlevels;
    t->column = structure_of(t)->ncolumns > 1 ? 1 + t->measure : 0;
    KR_NEW(rates, t->f->ctx, KR_ACCOUNT_OUTPUT, x->tree->nrates * job->nlevels);
    KR_TRY(kr_h5_read_amounts(x->file, "component_rates", KR_H5_F64,
                              (const size_t[]){0, t->site, t->measure, 0},
                              (const size_t[]){x->tree->nrates, 1, 1, job->nlevels}, rates));
    KR_TRY(kr_uncertainty_create(t->f->ctx, &spec, &t->u));
    kr_uncertainty_compute(t->u, job->levels + t->measure * job->nlevels, rates, job->nlevels,
                           t->column);
    if (!(t->u->level[t->point] > 0))
        s = kr_fail(t->f->ctx, KR_EINPUT,
                    "%s: the mean curve of this site does not reach the probability %g: give "
                    "another with --poe",
                    x->path, t->poe);
out:
    kr_free(rates);
    return s;
}

static int wider(const void *a, const void *b)
{
    const row *x = a, *y = b;
    double dx = x->high - x->low, dy = y->high - y->low;
    return dx != dy ? (dx < dy) - (dx > dy) : (x->choice > y->choice) - (x->choice < y->choice);
}

static kr_status find_rows(tornado *t)
{
    kr_status s = KR_OK;
    const kr_structure *structure = structure_of(t);
    size_t state = 0;
    KR_ANEW(t->rows, t->f->arena, structure->nchoices + 1);
    for (uint32_t c = 0; c < structure->nchoices; c++) {
        const kr_choice *choice = &structure->choices[c];
        row r = {.choice = c, .first_state = state, .low = INFINITY, .high = -INFINITY};
        r.share = t->u->share[t->point * (structure->nchoices + 1) + c];
        for (size_t k = 0; k < choice->nstates; k++, state++) {
            if (!(weight_of(t, choice, k) > 0))
                continue;
            r.low = fmin(r.low, shift(t, state));
            r.high = fmax(r.high, shift(t, state));
        }
        if (choice->nstates > 1)
            t->rows[t->nsets++] = r;
    }
    if (t->nsets == 0) {
        s = kr_fail(t->f->ctx, KR_EINPUT,
                    "%s: the logic tree has one realization: there is nothing uncertain to show",
                    t->f->stored->path);
        goto out;
    }
    qsort(t->rows, t->nsets, sizeof *t->rows, wider);
    t->n = t->nsets < MOST_SETS ? t->nsets : MOST_SETS;
out:
    return s;
}

/* ------------------------------------------------------------------ drawing */

/* "[BooreAtkinson2008]\nkey = value" in one line without brackets. */
static const char *short_text(const tornado *t, const char *text)
{
    char *copy = kr_arena_strdup(t->f->arena, text), *to = copy;
    for (const char *p = copy; copy && *p; p++)
        if (*p != '[' && *p != ']')
            *to++ = *p == '\n' ? ' ' : *p;
    if (copy)
        *to = '\0';
    return copy;
}

/* The names of the outermost branches stand at their ends. */
static kr_status name_end(const tornado *t, const kr_chart *chart, const row *r, bool high,
                          double y)
{
    kr_status s = KR_OK;
    const kr_choice *choice = &structure_of(t)->choices[r->choice];
    double end = high ? r->high : r->low, x = kr_ruler_at(&chart->x, end);
    kr_style style = {.size = 6.5, .colour = KR_INK_PALE, .anchor = high ? 0 : 1};
    double room = high ? chart->plot.x + chart->plot.width - x - 6 : x - chart->plot.x - 6;
    size_t k = 0;
    while (k < choice->nstates &&
           !(shift(t, r->first_state + k) == end && weight_of(t, choice, k) > 0))
        k++;
    if (k == choice->nstates || room < 14 || r->high - r->low < 1e-9)
        return KR_OK;
    const char *text = short_text(t, choice->states[k]);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    text = kr_canvas_fit(chart->canvas, &style, text, room, t->f->arena);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    kr_canvas_text(chart->canvas, (kr_spot){x + (high ? 5 : -5), y + 2.3}, &style, text);
out:
    return s;
}

static kr_status draw_row(const tornado *t, const kr_chart *chart, size_t k)
{
    kr_status s = KR_OK;
    const row *r = &t->rows[k];
    const kr_choice *choice = &structure_of(t)->choices[r->choice];
    kr_canvas *c = chart->canvas;
    double y = chart->plot.y + ROW * ((double)k + 0.5), zero = kr_ruler_at(&chart->x, 0);
    double low = kr_ruler_at(&chart->x, r->low), high = kr_ruler_at(&chart->x, r->high);
    kr_style name = {.size = 8, .colour = KR_INK, .anchor = 1};
    char share[24];
    const char *text = kr_canvas_fit(c, &name, choice->name, MOST_LEFT - 20, t->f->arena);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    kr_canvas_open(c, "bar", choice->name);
    kr_canvas_rect(c, (kr_rect){low, y - 7, zero - low, 14}, kr_palette_colour(5));
    kr_canvas_rect(c, (kr_rect){zero, y - 7, high - zero, 14}, kr_palette_colour(4));
    for (size_t i = 0; i < choice->nstates; i++) {
        double weight = weight_of(t, choice, i);
        kr_spot at = {kr_ruler_at(&chart->x, shift(t, r->first_state + i)), y};
        if (weight > 0) /* its area goes with the weight */
            kr_canvas_disc(c, at, 0.9 + 3.4 * sqrt(fmin(1, weight)), KR_RGB(0x333333),
                           &(kr_pen){KR_RGB(0xffffff), 0.5, {0}});
    }
    kr_canvas_text(c, (kr_spot){t->left - 8, y + 2.9}, &name, text);
    snprintf(share, sizeof share, "%.1f %%", 100 * r->share);
    name.anchor = 1;
    kr_canvas_text(c, (kr_spot){WIDTH - KR_FIGURE_SIDE, y + 2.9}, &name, share);
    KR_TRY(name_end(t, chart, r, false, y));
    KR_TRY(name_end(t, chart, r, true, y));
    kr_canvas_close(c);
out:
    return s;
}

/* What no branch set alone explains: how much the effect of one hangs on the others. */
static void draw_interactions(const tornado *t, const kr_chart *chart)
{
    const kr_style style = {.size = 7, .colour = KR_INK_PALE, .anchor = 1};
    size_t n = structure_of(t)->nchoices;
    double share = t->u->share[t->point * (n + 1) + n];
    char text[32];
    if (!(share >= 0.0005))
        return;
    snprintf(text, sizeof text, "jointly %.1f %%", 100 * share);
    kr_canvas_text(chart->canvas,
                   (kr_spot){WIDTH - KR_FIGURE_SIDE, chart->plot.y + chart->plot.height + 13},
                   &style, text);
}

/* Ticks of the axis and the line of no change; the rows need none. */
static kr_status draw(const tornado *t, kr_chart *chart)
{
    kr_status s = KR_OK;
    kr_style head = {.size = 7, .colour = KR_INK_PALE, .anchor = 1};
    double low = 0, high = 0;
    for (size_t k = 0; k < t->n; k++) {
        low = fmin(low, t->rows[k].low);
        high = fmax(high, t->rows[k].high);
    }
    /* Room for the names of branches at both ends. */
    double span = high - low > 0 ? high - low : 1;
    double more = span * ENDS / (chart->plot.width - 2 * ENDS);
    chart->x = (kr_ruler){.lo = low - more,
                          .hi = high + more,
                          .from = chart->plot.x,
                          .to = chart->plot.x + chart->plot.width};
    kr_chart_x_axis(chart, true);
    kr_canvas_text(chart->canvas, (kr_spot){WIDTH - KR_FIGURE_SIDE, chart->plot.y - 4}, &head,
                   "of variance");
    draw_interactions(t, chart);
    for (size_t k = 0; k < t->n; k++)
        KR_TRY(draw_row(t, chart, k));
out:
    return s;
}

static double room_for_names(const tornado *t, kr_canvas *c)
{
    const kr_style style = {.size = 8};
    double most = 0;
    for (size_t k = 0; k < t->n; k++)
        most = fmax(most,
                    kr_canvas_width(c, &style, structure_of(t)->choices[t->rows[k].choice].name));
    return fmin(most + 8 + KR_FIGURE_SIDE, MOST_LEFT);
}

static kr_status titles(const tornado *t, const char **title, const char **subtitle)
{
    kr_figure *f = t->f;
    const kr_imt *imt = &f->stored->job->imts[t->measure];
    const char *place = kr_figure_place(f, t->site), *poe = kr_figure_period(f, t->poe);
    char level[24], more[96] = "";
    kr_number_text(t->u->level[t->point], level);
    if (t->n < t->nsets)
        snprintf(more, sizeof more, "; the widest %zu of %zu branch sets", t->n, t->nsets);
    if (!place || !poe)
        return KR_ENOMEM;
    *title = kr_arena_printf(f->arena, "What each branch does to the mean, %s = %s %s", imt->name,
                             level, kr_imt_unit(imt));
    bool last = kr_figure_is_last(f, t->measure, t->u->level[t->point]);
    *subtitle = kr_arena_printf(f->arena, "%s, %s%s%s; %s", place, poe,
                                last ? " at the greatest level or beyond" : "", more,
                                f->stored->job->description);
    return *title && *subtitle ? KR_OK : KR_ENOMEM;
}

kr_status kr_draw_tornado(kr_figure *f)
{
    kr_status s = KR_OK;
    tornado t = {.f = f};
    kr_chart chart = {.x_label =
                          "Change of the mean annual rate of exceedance (%), given the branch"};
    const double *poes;
    const char *title, *subtitle;
    size_t npoes;
    KR_TRY(kr_stored_tree(f->stored));
    KR_TRY(check(&t));
    KR_TRY(kr_figure_site(f, &t.site));
    KR_TRY(kr_figure_measure(f, &t.measure));
    KR_TRY(kr_figure_poes(f, &poes, &npoes));
    t.poe = poes[0];
    KR_TRY(compute(&t));
    KR_TRY(find_rows(&t));
    KR_TRY(titles(&t, &title, &subtitle));
    chart.plot = (kr_rect){0, KR_FIGURE_TOP + 4, 0, ROW * (double)t.n};
    KR_TRY(kr_figure_begin(f, title, subtitle, WIDTH, chart.plot.y + chart.plot.height + BELOW,
                           &chart.canvas));
    t.left = room_for_names(&t, chart.canvas);
    chart.plot.x = t.left;
    chart.plot.width = WIDTH - t.left - RIGHT;
    KR_TRY(draw(&t, &chart));
out:
    kr_uncertainty_destroy(&t.u);
    return kr_canvas_end(&chart.canvas, s);
}
