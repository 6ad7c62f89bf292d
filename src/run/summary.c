#include "run/summary.h"

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "output/stored.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

enum { TOP = 5, PERIODS = 2, MOST_TOLD = 12, BLOCK = 64, LINE = 256 };

static const double years[PERIODS] = {475, 2475};

typedef struct summary {
    kr_ctx *ctx;
    FILE *out;
    const kr_stored *run;
    size_t stat, nlevels; /* of the curves */
    double poes[PERIODS]; /* in the investigation time */
    size_t n, site[TOP];  /* the sites with the highest, in this order */
    float first[TOP];     /* of the first measure at the first period */
    float *motions[TOP];  /* measures x periods */
    float *curves;        /* of a block of sites */
    double *scratch;
} summary;

static size_t curve_size(const summary *x)
{
    return x->run->job->nimts * x->nlevels;
}

static const double *levels_of(const summary *x, size_t m)
{
    const kr_job *job = x->run->job;
    return job->soil_intensities.n ? job->soil_intensities.x : job->levels + m * job->nlevels;
}

static kr_status read_curves(const summary *x, size_t first, size_t n)
{
    return kr_h5_read_slab(x->run->file, "hcurves-stats", KR_H5_F32,
                           (const size_t[]){first, x->stat, 0, 0},
                           (const size_t[]){n, 1, x->run->job->nimts, x->nlevels}, x->curves);
}

/* Keep it if it is among the highest; of equal ones the first. */
static void consider(summary *x, size_t site, float motion)
{
    size_t at = x->n;
    while (at > 0 && motion > x->first[at - 1])
        at--;
    if (at == TOP)
        return;
    for (size_t i = x->n < TOP ? x->n : TOP - 1; i > at; i--) {
        x->site[i] = x->site[i - 1];
        x->first[i] = x->first[i - 1];
    }
    x->site[at] = site;
    x->first[at] = motion;
    x->n += x->n < TOP;
}

static kr_status find_highest(summary *x)
{
    kr_status s = KR_OK;
    size_t sites = x->run->sites->n;
    for (size_t first = 0; first < sites; first += BLOCK) {
        size_t n = sites - first < BLOCK ? sites - first : BLOCK;
        KR_TRY(read_curves(x, first, n));
        for (size_t i = 0; i < n; i++) {
            float motion;
            kr_hazard_map(x->curves + i * curve_size(x), levels_of(x, 0), x->nlevels, x->poes, 1,
                          x->scratch, &motion);
            consider(x, first + i, motion);
        }
        KR_TRY(kr_interrupted(x->ctx) ? kr_fail(x->ctx, KR_EINTERRUPTED, "interrupted") : KR_OK);
    }
out:
    return s;
}

static kr_status take_motions(summary *x)
{
    kr_status s = KR_OK;
    for (size_t k = 0; k < x->n; k++) {
        KR_NEW(x->motions[k], x->ctx, KR_ACCOUNT_OTHER, x->run->job->nimts * PERIODS);
        KR_TRY(read_curves(x, x->site[k], 1));
        for (size_t m = 0; m < x->run->job->nimts; m++)
            kr_hazard_map(x->curves + m * x->nlevels, levels_of(x, m), x->nlevels, x->poes, PERIODS,
                          x->scratch, x->motions[k] + m * PERIODS);
    }
out:
    return s;
}

/* ------------------------------------------------------------------ telling */

/* The greatest level stands for all that is beyond it. */
static bool is_beyond(const summary *x, size_t m, float motion)
{
    return motion >= (float)levels_of(x, m)[x->nlevels - 1];
}

static void tell_row(const summary *x, size_t m, int period)
{
    char line[LINE], number[32];
    size_t used = (size_t)snprintf(line, sizeof line, "%-14.14s %4.0f years",
                                   period ? "" : x->run->job->imts[m].name, years[period]);
    for (size_t k = 0; k < x->n && used < sizeof line - 20; k++) {
        float motion = x->motions[k][m * PERIODS + (size_t)period];
        snprintf(number, sizeof number, "%s%.4g", is_beyond(x, m, motion) ? ">" : "",
                 (double)motion);
        used += (size_t)snprintf(line + used, sizeof line - used, " %17s", number);
    }
    fprintf(x->out, "%s\n", line);
}

static void tell(const summary *x)
{
    const kr_job *job = x->run->job;
    char line[LINE];
    size_t told = job->nimts < MOST_TOLD ? job->nimts : MOST_TOLD;
    fprintf(x->out,
            "motions of the %s curve at %zu of %zu site%s, the highest of %s at %.0f years\n",
            x->run->stats[x->stat], x->n, x->run->sites->n, KR_PLURAL(x->run->sites->n),
            job->imts[0].name, years[0]);
    size_t used = (size_t)snprintf(line, sizeof line, "%-25s", "longitude latitude");
    for (size_t k = 0; k < x->n; k++)
        used += (size_t)snprintf(line + used, sizeof line - used, " %9.3f %7.3f",
                                 x->run->sites->lon[x->site[k]], x->run->sites->lat[x->site[k]]);
    fprintf(x->out, "%s\n", line);
    for (size_t m = 0; m < told; m++)
        for (int period = 0; period < PERIODS; period++)
            tell_row(x, m, period);
    if (told < job->nimts)
        fprintf(x->out, "and %zu measure%s more\n", job->nimts - told,
                KR_PLURAL(job->nimts - told));
}

/* ------------------------------------------------------------------ disaggregation */

/* Epsilon is told where it has several bins. */
static void tell_bins(const summary *x, size_t site, size_t m, double level, bool eps,
                      const double *row)
{
    char epsilon[2][32] = {"", ""};
    for (int i = 0; i < 2 && eps; i++)
        snprintf(epsilon[i], sizeof epsilon[i], ", epsilon %.2f", row[2 + 3 * i]);
    fprintf(x->out,
            "%9.3f %7.3f %-9.9s %9.4g  magnitude %.2f, %.1f km%s; largest bin, %.1f %%: magnitude "
            "%.2f, "
            "%.1f km%s\n",
            x->run->sites->lon[site], x->run->sites->lat[site], x->run->job->imts[m].name, level,
            row[0], row[1], epsilon[0], 100 * row[6], row[3], row[4], epsilon[1]);
}

/* The k-th of the sites: those with the highest motions first, as in their table. */
static size_t site_in_order(const summary *x, size_t k)
{
    if (k < x->n)
        return x->site[k];
    size_t site = 0;
    for (size_t left = k - x->n;; site++) {
        bool told = false;
        for (size_t i = 0; i < x->n; i++)
            told = told || x->site[i] == site;
        if (!told && left-- == 0)
            return site;
    }
}

/* What makes the mean hazard, as far as lines go. */
static kr_status tell_disagg(const summary *x)
{
    kr_status s = KR_OK;
    const kr_stored *run = x->run;
    size_t dims[KR_H5_MAX_RANK], edges[KR_H5_MAX_RANK], n, nlevels, told = 0;
    int rank;
    void *levels, *rows;
    kr_arena arena;
    kr_arena_init(&arena, x->ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_h5_dims(run->file, "disagg-bins/Eps", edges, &rank));
    KR_TRY(kr_h5_read(run->file, "hmap3", KR_H5_F64, &arena, &levels, &n));
    KR_TRY(kr_h5_dims(run->file, "disagg-tree/summary", dims, &rank));
    if (rank != 4 || dims[3] != KR_DISAGG_SUMMARY || dims[0] * dims[1] * dims[2] != n ||
        dims[0] != run->sites->n || dims[1] != run->job->nimts)
        goto out; /* kauri export says that it is damaged */
    KR_TRY(kr_h5_read(run->file, "disagg-tree/summary", KR_H5_F64, &arena, &rows, &n));
    nlevels = dims[1] * dims[2];
    for (size_t k = 0; k < dims[0] * nlevels && told < MOST_TOLD; k++) {
        size_t i = site_in_order(x, k / nlevels) * nlevels + k % nlevels;
        const double *row = (double *)rows + i * KR_DISAGG_SUMMARY;
        if (!(row[6] > 0))
            continue;
        if (told++ == 0)
            fputs("disaggregation of the exact mean over the whole tree: means, and the middle "
                  "of the bin with the largest share\n",
                  x->out);
        tell_bins(x, i / nlevels, i % nlevels / dims[2], ((double *)levels)[i],
                  edges[0] > 2 && !isnan(row[2]), row);
    }
out:
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ JSON */

static void put_site(const summary *x, size_t k, kr_json *j)
{
    const kr_sites *sites = x->run->sites;
    size_t site = x->site[k];
    kr_put_begin(j, NULL, '{');
    kr_put_count(j, "site", site);
    kr_put_number(j, "lon", sites->lon[site]);
    kr_put_number(j, "lat", sites->lat[site]);
    if (sites->custom_site_id)
        kr_put_text(j, "custom_site_id", sites->custom_site_id[site]);
    kr_put_begin(j, "motions", '[');
    for (size_t m = 0; m < x->run->job->nimts; m++)
        for (int period = 0; period < PERIODS; period++) {
            float motion = x->motions[k][m * PERIODS + (size_t)period];
            kr_put_begin(j, NULL, '{');
            kr_put_text(j, "measure", x->run->job->imts[m].name);
            kr_put_number(j, "years", years[period]);
            kr_put_number(j, "motion", (double)motion);
            kr_put_flag(j, "beyond_levels", is_beyond(x, m, motion));
            kr_put_end(j, '}');
        }
    kr_put_end(j, ']');
    kr_put_end(j, '}');
}

static void put(const summary *x)
{
    const kr_stored *run = x->run;
    kr_json j = {.out = x->out};
    kr_put_begin(&j, NULL, '{');
    kr_put_text(&j, "format", "kauri results 1");
    kr_put_text(&j, "folder", run->dir);
    kr_put_text(&j, "state", "complete");
    kr_put_text(&j, "description", run->job->description);
    kr_put_text(&j, "date", run->start_date);
    kr_put_number(&j, "investigation_time", run->job->investigation_time);
    kr_put_count(&j, "sites", run->sites->n);
    kr_put_begin(&j, "measures", '[');
    for (size_t m = 0; m < run->job->nimts; m++)
        kr_put_text(&j, NULL, run->job->imts[m].name);
    kr_put_end(&j, ']');
    kr_put_begin(&j, "statistics", '[');
    for (size_t i = 0; i < run->nstats; i++)
        kr_put_text(&j, NULL, run->stats[i]);
    kr_put_end(&j, ']');
    kr_put_text(&j, "statistic", run->nstats ? run->stats[x->stat] : NULL);
    kr_put_begin(&j, "highest", '[');
    for (size_t k = 0; k < x->n; k++)
        put_site(x, k, &j);
    kr_put_end(&j, ']');
    kr_put_end(&j, '}');
}

/* ------------------------------------------------------------------ all */

static kr_status make(summary *x)
{
    kr_status s = KR_OK;
    const kr_stored *run = x->run;
    if (run->nstats == 0)
        return KR_OK;
    x->nlevels = kr_job_curve_levels(run->job);
    while (x->stat < run->nstats && !kr_str_eq(run->stats[x->stat], "mean"))
        x->stat++;
    x->stat %= run->nstats;
    for (int i = 0; i < PERIODS; i++)
        x->poes[i] = -expm1(-run->job->investigation_time / years[i]);
    KR_NEW(x->curves, x->ctx, KR_ACCOUNT_OTHER, BLOCK * curve_size(x));
    KR_NEW(x->scratch, x->ctx, KR_ACCOUNT_OTHER, 2 * x->nlevels);
    KR_TRY(find_highest(x));
    KR_TRY(take_motions(x));
out:
    return s;
}

kr_status kr_summary(kr_ctx *ctx, const char *dir, bool json, FILE *out)
{
    kr_status s = KR_OK;
    kr_stored *run = NULL;
    summary x = {.ctx = ctx, .out = out};
    KR_TRY(kr_stored_open(ctx, dir, &run));
    x.run = run;
    KR_TRY(make(&x));
    if (json)
        put(&x);
    else if (x.n)
        tell(&x);
    if (!json && kr_h5_exists(run->file, "disagg-tree/summary"))
        KR_TRY(tell_disagg(&x));
    if (s == KR_OK && (fflush(out) != 0 || ferror(out)))
        s = kr_fail(ctx, KR_EIO, "standard output: writing failed");
out:
    for (size_t k = 0; k < x.n; k++)
        kr_free(x.motions[k]);
    kr_free(x.curves);
    kr_free(x.scratch);
    kr_stored_close(&run);
    return s;
}
