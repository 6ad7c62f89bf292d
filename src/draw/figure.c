#include "draw/figure.h"

#include "base/file.h"
#include "base/str.h"
#include "draw/palette.h"
#include "draw/ruler.h"
#include "kauri/version.h"
#include "stats/stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ the page */

/* The job's own file, without its folder. */
static const char *job_file(const kr_stored *x)
{
    for (size_t i = 0; i < x->ninputs; i++)
        if (kr_str_ends(x->inputs[i].path, ".ini"))
            return kr_path_base(x->inputs[i].path);
    return x->ninputs ? kr_path_base(x->inputs[0].path) : "";
}

static const char *origin(const kr_figure *f)
{
    const kr_stored *x = f->stored;
    return kr_arena_printf(f->arena, "Kauri %s, profile %s; %s, computed %.10s; inputs %.12s",
                           KAURI_VERSION, x->job->compat == KR_COMPAT_EXACT ? "exact" : "oq-3.21",
                           job_file(x), x->start_date, x->provenance.inputs_sha256);
}

kr_status kr_figure_begin(kr_figure *f, const char *title, const char *subtitle, double width,
                          double height, kr_canvas **out)
{
    kr_status s = KR_OK;
    const kr_style large = {.size = 12, .colour = KR_INK, .bold = true};
    const kr_style medium = {.size = 8.5, .colour = KR_INK_PALE};
    const kr_style small = {.size = 6.5, .colour = KR_INK_PALE};
    const double room = width - 2 * KR_FIGURE_SIDE;
    const char *from = origin(f);
    kr_canvas *c = NULL;
    *out = NULL;
    KR_TRY(title && subtitle && from ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_canvas_begin(f->ctx, f->path, f->picture, (kr_rect){0, 0, width, height}, f->dpi,
                           &(kr_caption){title, f->stored->start_date}, &c));
    *out = c;
    const char *first = kr_canvas_fit(c, &large, title, room, f->arena);
    const char *second = kr_canvas_fit(c, &medium, subtitle, room, f->arena);
    const char *last = kr_canvas_fit(c, &small, from, room, f->arena);
    KR_TRY(first && second && last ? KR_OK : KR_ENOMEM);
    kr_canvas_text(c, (kr_spot){KR_FIGURE_SIDE, 20}, &large, first);
    kr_canvas_text(c, (kr_spot){KR_FIGURE_SIDE, 35}, &medium, second);
    kr_canvas_text(c, (kr_spot){KR_FIGURE_SIDE, height - 8}, &small, last);
out:
    return s;
}

/* ------------------------------------------------------------------ choices */

kr_status kr_figure_site(const kr_figure *f, size_t *out)
{
    if (f->nsites > 1)
        return kr_fail(f->ctx, KR_EUSAGE, "--site: this figure shows one site");
    *out = f->nsites ? f->sites[0] : 0;
    return KR_OK;
}

kr_status kr_figure_measure(const kr_figure *f, size_t *out)
{
    if (f->nimts > 1)
        return kr_fail(f->ctx, KR_EUSAGE, "--imt: this figure shows one measure");
    *out = f->nimts ? f->imts[0] : 0;
    return KR_OK;
}

size_t kr_figure_mean(const kr_figure *f)
{
    for (size_t i = 0; i < f->stored->nstats; i++)
        if (kr_str_eq(f->stored->stats[i], "mean"))
            return i;
    return SIZE_MAX;
}

kr_status kr_figure_stat(const kr_figure *f, size_t *out)
{
    size_t mean = kr_figure_mean(f);
    if (f->nstats > 1)
        return kr_fail(f->ctx, KR_EUSAGE, "--stat: this figure shows one statistic");
    if (f->stored->nstats == 0)
        return kr_fail(f->ctx, KR_EINPUT,
                       "%s: holds no statistics: run the job with mean = true, or let kauri stats "
                       "compute them",
                       f->stored->path);
    *out = f->nstats ? f->stats[0] : mean != SIZE_MAX ? mean : 0;
    return KR_OK;
}

kr_status kr_figure_poes(const kr_figure *f, const double **poes, size_t *n)
{
    const kr_job *job = f->stored->job;
    *poes = isnan(f->poe) ? job->poes.x : &f->poe;
    *n = isnan(f->poe) ? job->poes.n : 1;
    if (*n == 0)
        return kr_fail(f->ctx, KR_EINPUT,
                       "%s: the job had no poes: give a probability with --poe, such as 0.1",
                       f->stored->path);
    return KR_OK;
}

/* ------------------------------------------------------------------ numbers */

kr_status kr_figure_curve(const kr_figure *f, size_t site, size_t stat, size_t measure, double *out)
{
    return kr_h5_read_amounts(f->stored->file, "hcurves-stats", KR_H5_F64,
                              (const size_t[]){site, stat, measure, 0},
                              (const size_t[]){1, 1, 1, kr_job_curve_levels(f->stored->job)}, out);
}

/* The number of a probability among the job's; their count if it is none of them. */
static size_t number_of_poe(const kr_job *job, double poe)
{
    size_t k = 0;
    while (k < job->poes.n && job->poes.x[k] != poe)
        k++;
    return k;
}

static kr_status levels_from_curves(const kr_figure *f, size_t site, size_t n, size_t stat,
                                    size_t measure, double poe, double *out)
{
    kr_status s = KR_OK;
    const kr_job *job = f->stored->job;
    size_t nlevels = kr_job_curve_levels(job);
    float *curves = NULL, level;
    double *scratch = NULL;
    KR_NEW(curves, f->ctx, KR_ACCOUNT_OUTPUT, n * nlevels);
    KR_NEW(scratch, f->ctx, KR_ACCOUNT_OUTPUT, 2 * nlevels);
    KR_TRY(kr_h5_read_amounts(f->stored->file, "hcurves-stats", KR_H5_F32,
                              (const size_t[]){site, stat, measure, 0},
                              (const size_t[]){n, 1, 1, nlevels}, curves));
    for (size_t i = 0; i < n; i++) {
        kr_hazard_map(curves + i * nlevels, kr_job_curve_level(job, measure), nlevels, &poe, 1,
                      scratch, &level);
        out[i] = (double)level;
    }
out:
    kr_free(curves);
    kr_free(scratch);
    return s;
}

kr_status kr_figure_levels(const kr_figure *f, size_t site, size_t n, size_t stat, size_t measure,
                           double poe, double *out)
{
    size_t k = number_of_poe(f->stored->job, poe);
    if (k == f->stored->job->poes.n)
        return levels_from_curves(f, site, n, stat, measure, poe, out);
    return kr_h5_read_amounts(f->stored->file, "hmaps-stats", KR_H5_F64,
                              (const size_t[]){site, stat, measure, k},
                              (const size_t[]){n, 1, 1, 1}, out);
}

bool kr_figure_is_last(const kr_figure *f, size_t measure, double level)
{
    const kr_job *job = f->stored->job;
    double last = kr_job_curve_level(job, measure)[kr_job_curve_levels(job) - 1];
    return level >= last * (1 - 1e-6); /* in single precision, through logarithms */
}

/* ------------------------------------------------------------------ texts */

/* To five decimals, without zeros at the end. */
static void degrees_text(double x, char out[24])
{
    snprintf(out, 24, "%.5f", fabs(x));
    size_t n = strlen(out);
    while (out[n - 1] == '0')
        n--;
    out[n - (out[n - 1] == '.')] = '\0';
}

const char *kr_figure_place(const kr_figure *f, size_t site)
{
    const kr_sites *sites = f->stored->sites;
    char lon[24], lat[24], number[24];
    degrees_text(sites->lon[site], lon);
    degrees_text(sites->lat[site], lat);
    snprintf(number, sizeof number, "%zu", site);
    return kr_arena_printf(f->arena, "site %s (%s°%s, %s°%s)",
                           sites->custom_site_id ? sites->custom_site_id[site] : number, lon,
                           sites->lon[site] < 0 ? "W" : "E", lat, sites->lat[site] < 0 ? "S" : "N");
}

const char *kr_figure_unit(const kr_figure *f, size_t measure)
{
    const kr_imt *imt = &f->stored->job->imts[measure];
    const char *unit = kr_imt_unit(imt);
    return unit[0] ? kr_arena_printf(f->arena, "%s (%s)", imt->name, unit)
                   : kr_arena_strdup(f->arena, imt->name);
}

const char *kr_figure_poe(const kr_figure *f, double poe)
{
    char percent[24], years[24];
    kr_number_text(100 * poe, percent);
    kr_number_text(f->stored->job->investigation_time, years);
    return kr_arena_printf(f->arena, "%s %% in %s year%s", percent, years,
                           strcmp(years, "1") == 0 ? "" : "s");
}

const char *kr_figure_period(const kr_figure *f, double poe)
{
    const char *text = kr_figure_poe(f, poe);
    double period = -f->stored->job->investigation_time / log1p(-poe);
    return text ? kr_arena_printf(f->arena, "%s (return period %.0f years)", text, period) : NULL;
}

const char *kr_figure_stat_text(const kr_figure *f, size_t stat)
{
    const char *name = f->stored->stats[stat];
    if (kr_str_starts(name, "quantile-"))
        return kr_arena_printf(f->arena, "quantile %s", name + strlen("quantile-"));
    return name;
}
