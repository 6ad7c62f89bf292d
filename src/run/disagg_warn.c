/* What a disaggregation does other than the user may think, as the reference does. */
#include "run/disagg_int.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* Parts of a rate that are less than this may be the interpolation of the curve. */
static const double LEAST_TOLD = 0.005;

/* Of the curve in single precision: what is asked for is as much. */
static const double SAME = 1e-6;

/* What the curve has at a level that is given. */
static double poe_of_given(const kr_calc *calc, size_t site, size_t measure, const float *curve)
{
    const kr_job *job = calc->job;
    const struct kr_calc_disagg *d = calc->disagg;
    size_t n = job->nlevels;
    return kr_map_poe(curve + measure * n, job->levels + measure * n, n,
                      d->levels[site * d->stored.nsets * d->nlevels + measure]);
}

void kr_disagg_note_levels(const kr_calc *calc, size_t site, const float *curve)
{
    const kr_job *job = calc->job;
    struct kr_calc_disagg *d = calc->disagg;
    size_t npoes = d->stored.npoes;
    for (size_t l = 0; l < d->nlevels; l++) {
        double least = (double)curve[(l / npoes + 1) * job->nlevels - 1];
        if (job->disagg.levels_given) {
            d->own[site * d->nlevels + l] = poe_of_given(calc, site, l, curve);
            continue;
        }
        double asked = job->poes.x[l % npoes];
        d->own[site * d->nlevels + l] = fmax(asked, least);
        if (asked < least * (1 - SAME) && d->nlast++ == 0)
            d->last = (kr_disagg_spot){site, l};
    }
}

static void note_none(struct kr_calc_disagg *d, size_t site, size_t level)
{
    if (d->nnone++ == 0)
        d->none = (kr_disagg_spot){site, level};
}

void kr_disagg_note_bins(kr_disagg_stage *g)
{
    struct kr_calc_disagg *d = g->d;
    const double *levels = d->levels + g->site * d->stored.nsets * d->nlevels;
    d->beyond |= g->disagg->beyond;
    for (size_t i = 0; i < g->nlevels; i++) {
        size_t l = g->first + i;
        double rate = -log1p(-d->own[g->site * d->nlevels + l]);
        double part = rate > 0 && isfinite(rate) ? 1 - g->modal->total[i] / rate : 0;
        if (!(rate > 0) && g->calc->job->disagg.levels_given)
            note_none(d, g->site, l);
        if (levels[l] > 0 && part > d->left_out) {
            d->left_out = part;
            d->left_at = (kr_disagg_spot){g->site, l};
        }
    }
}

/* "site 0, PGA = 0.3" */
static void spot_text(const kr_calc *calc, kr_disagg_spot at, char out[160])
{
    const struct kr_calc_disagg *d = calc->disagg;
    snprintf(out, 160, "site %zu, %.60s = %.4g", at.site,
             calc->job->imts[at.level / d->stored.npoes].name,
             d->levels[at.site * d->stored.nsets * d->nlevels + at.level]);
}

/* "; at 2 more as well": of levels of sites. */
static const char *more_text(size_t n, char out[64])
{
    out[0] = '\0';
    if (n > 0)
        snprintf(out, 64, ", and so at %zu more", n);
    return out;
}

/* The reference leaves such sites out without a word. */
static void warn_not_reached(kr_calc *calc)
{
    struct kr_calc_disagg *d = calc->disagg;
    char more[64];
    for (size_t site = 0; site < calc->sites->n && !calc->job->disagg.levels_given; site++)
        for (size_t l = 0; l < d->nlevels; l++)
            if (!(d->levels[site * d->stored.nsets * d->nlevels + l] > 0))
                note_none(d, site, l);
    if (d->nnone)
        kr_warn(calc->ctx,
                "poes_disagg: the mean curve is nowhere as high as %g at site %zu, %.60s%s: there "
                "is nothing to disaggregate there",
                calc->job->poes.x[d->none.level % d->stored.npoes], d->none.site,
                calc->job->imts[d->none.level / d->stored.npoes].name,
                more_text(d->nnone - 1, more));
}

void kr_disagg_warn_levels(kr_calc *calc)
{
    const struct kr_calc_disagg *d = calc->disagg;
    warn_not_reached(calc);
    char where[160], more[64];
    if (!d->nlast)
        return;
    spot_text(calc, d->last, where);
    kr_warn(calc->ctx,
            "poes_disagg: the mean curve does not come down to %g at %s, its last level, which is "
            "exceeded with a probability of %.3g%s; the last level is disaggregated instead: give "
            "higher levels",
            calc->job->poes.x[d->last.level % d->stored.npoes], where,
            d->own[d->last.site * d->nlevels + d->last.level], more_text(d->nlast - 1, more));
}

/* How much bins leave out; "" where it is next to nothing. */
static void part_text(const kr_calc *calc, char out[256])
{
    const struct kr_calc_disagg *d = calc->disagg;
    char where[160];
    spot_text(calc, d->left_at, where);
    out[0] = '\0';
    if (d->left_out >= LEAST_TOLD)
        snprintf(out, 256, ", up to about %.0f %% of the rate of exceedance (%s)",
                 100 * d->left_out, where);
}

/* Sentences with "; " between. */
typedef struct sentences {
    char text[900];
    size_t n;
} sentences;

__attribute__((format(printf, 2, 3))) static void say(sentences *all, const char *format, ...)
{
    va_list args;
    size_t room = sizeof all->text;
    va_start(args, format);
    if (all->n && all->n + 2 < room)
        all->n += (size_t)snprintf(all->text + all->n, room - all->n, "; ");
    if (all->n < room)
        all->n += (size_t)vsnprintf(all->text + all->n, room - all->n, format, args);
    va_end(args);
}

/* Bands of epsilon within the distribution. */
static void say_eps(const kr_calc *calc, bool left_out, const char *part, sentences *all)
{
    const kr_numbers *eps = &calc->job->disagg.edges[KR_DIM_EPS];
    double first = eps->x[0], last = eps->x[eps->n - 1], level = calc->job->truncation_level;
    bool both = first > -level && last < level;
    char below[40] = "", above[40] = "";
    if (first > -level)
        snprintf(below, sizeof below, " below %g", first);
    if (last < level)
        snprintf(above, sizeof above, "%s above %g", both ? " and" : "", last);
    say(all, "epsilons%s%s are %s%s", below, above, left_out ? "left out" : "in the outermost bins",
        part);
}

static void warn_never_exceeded(const kr_calc *calc)
{
    const struct kr_calc_disagg *d = calc->disagg;
    char where[160], more[64];
    spot_text(calc, d->none, where);
    kr_warn(calc->ctx,
            "iml_disagg: the level is never exceeded at %s%s: there is nothing to disaggregate "
            "there",
            where, more_text(d->nnone - 1, more));
}

void kr_disagg_warn_bins(const kr_calc *calc)
{
    const struct kr_calc_disagg *d = calc->disagg;
    const kr_numbers *edges = calc->job->disagg.edges, *eps = &edges[KR_DIM_EPS];
    double level = calc->job->truncation_level;
    bool mag = edges[KR_DIM_MAG].n && (d->beyond & 1u << KR_DIM_MAG);
    bool dist = edges[KR_DIM_DIST].n && (d->beyond & 1u << KR_DIM_DIST);
    bool band = eps->n && (eps->x[0] > -level || eps->x[eps->n - 1] < level);
    bool left_out = calc->job->compat != KR_COMPAT_EXACT;
    char part[256] = "";
    sentences all = {.n = 0};
    if (left_out)
        part_text(calc, part);
    if (mag)
        say(&all, "ruptures of magnitudes above %g %s%s",
            edges[KR_DIM_MAG].x[edges[KR_DIM_MAG].n - 1],
            left_out ? "are left out" : "count in the last bin", band ? "" : part);
    if (band)
        say_eps(calc, left_out, part, &all);
    if (dist)
        say(&all, "ruptures beyond %g km count in the last bin",
            edges[KR_DIM_DIST].x[edges[KR_DIM_DIST].n - 1]);
    if (all.n)
        kr_warn(calc->ctx, "disagg_bin_edges: %s", all.text);
    if (d->nnone && calc->job->disagg.levels_given)
        warn_never_exceeded(calc);
}
