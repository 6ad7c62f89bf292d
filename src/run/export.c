/* Tables of a finished run. */
#include "output/export.h"

#include "base/file.h"
#include "base/phase.h"
#include "base/str.h"
#include "kauri/run.h"
#include "output/stored.h"
#include "run/chosen_sites.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *what;
    unsigned bit;
} kinds[] = {
#define X(bit, name, what) {name, what, KR_EXPORT_##bit},
    KR_EXPORT_LIST(X)
#undef X
};

typedef struct exporting {
    kr_ctx *ctx;
    const kr_export_options *options;
    kr_arena arena;
    kr_stored *stored;
    kr_results_spec spec;
    kr_export_choice choice;
} exporting;

/* ------------------------------------------------------------------ what there is */

/* The measures of a spectrum; `imt`: of this one alone, NULL: of all. */
static size_t ordinates(const kr_job *job, const char *imt)
{
    size_t n = 0;
    for (size_t m = 0; m < job->nimts; m++)
        n += kr_imt_in_spectrum(&job->imts[m]) && (!imt || kr_str_eq(job->imts[m].name, imt));
    return n;
}

static bool is_there(const kr_stored *x, unsigned bit)
{
    switch (bit) {
    case KR_EXPORT_SPECTRA:
        return x->job->poes.n > 0 && ordinates(x->job, NULL) > 0;
    case KR_EXPORT_MAPS:
    case KR_EXPORT_GEOJSON:
    case KR_EXPORT_GEOPACKAGE:
        return x->job->poes.n > 0;
    case KR_EXPORT_BY_SOURCE:
        return x->nsources > 0;
    case KR_EXPORT_DISAGG:
    case KR_EXPORT_DISAGG_SUMMARY:
        return kr_h5_exists(x->file, "disagg-bins");
    case KR_EXPORT_DISAGG_TREE:
        return x->disagg_statistics;
    case KR_EXPORT_DISAGG_RLZS:
    case KR_EXPORT_DISAGG_PARTS:
        return kr_h5_exists(x->file, "disagg-rlzs");
    case KR_EXPORT_DISAGG_SOURCES:
        return kr_h5_exists(x->file, "disagg-sources");
    case KR_EXPORT_DISAGG_SECTIONS:
    case KR_EXPORT_SECTIONS_GEOJSON:
        return kr_h5_exists(x->file, "disagg-sections");
    case KR_EXPORT_RATES:
        return x->has_rates;
    case KR_EXPORT_VARIANCE:
    case KR_EXPORT_TORNADO:
    case KR_EXPORT_DERIVATIVES:
        return x->has_rates && !x->job->soil_intensities.n && !x->tree->sampled;
    default:
        return true;
    }
}

static kr_status list(const exporting *e, FILE *out)
{
    const kr_stored *x = e->stored;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is_there(x, kinds[i].bit))
            fprintf(out, "%-18s %s\n", kinds[i].name, kinds[i].what);
    fprintf(out, "\n%-18s", "statistics");
    for (size_t i = 0; i < x->nstats; i++)
        fprintf(out, " %s", x->stats[i]);
    fprintf(out, "\n%-18s", "measures");
    for (size_t m = 0; m < x->job->nimts; m++)
        fprintf(out, " %s", x->job->imts[m].name);
    fprintf(out, "\n%-18s %zu\n", "sites", x->sites->n);
    fprintf(out, "%-18s %.*g%s\n", "realizations", 15, x->tree->rlzs,
            x->has_rlzs                                   ? ", stored"
            : x->has_rates && !x->job->soil_intensities.n ? ", each with --rlz"
                                                          : "");
    if (fflush(out) != 0 || ferror(out))
        return kr_fail(e->ctx, KR_EIO, "standard output: writing failed");
    return KR_OK;
}

/* ------------------------------------------------------------------ what is wanted */

/* Why a kind of table is not there. */
static const char *reason(const kr_stored *x, unsigned bit)
{
    switch (bit) {
    case KR_EXPORT_SPECTRA:
        return x->job->poes.n ? "no measure is PGA or SA" : "the job had no poes";
    case KR_EXPORT_MAPS:
    case KR_EXPORT_GEOJSON:
    case KR_EXPORT_GEOPACKAGE:
        return "the job had no poes";
    case KR_EXPORT_BY_SOURCE:
        return "the job had no disagg_by_src";
    case KR_EXPORT_DISAGG_TREE:
        return "the job had no disagg_statistics";
    case KR_EXPORT_DISAGG_SOURCES:
        return "the job had no disagg_statistics = sources";
    case KR_EXPORT_DISAGG_SECTIONS:
    case KR_EXPORT_SECTIONS_GEOJSON:
        return "the job had no disagg_statistics = sections";
    case KR_EXPORT_DISAGG:
    case KR_EXPORT_DISAGG_SUMMARY:
        return "the job was no disaggregation";
    case KR_EXPORT_DISAGG_RLZS:
    case KR_EXPORT_DISAGG_PARTS:
        return "no disaggregation of single realizations was stored";
    default:
        return !x->has_rates      ? "component rates were not stored (kauri stats: --copy-rates)"
               : x->tree->sampled ? "samples are no choice of branches"
                                  : "the component rates are those on rock, the curves on soil";
    }
}

/* OpenQuake writes "hcurves/mean" and "hcurves/rlz-17". */
static const char *meant(exporting *e, const char *text)
{
    const char *names[KR_EXPORT_KINDS], *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    const char *kind = kr_arena_strndup(&e->arena, text, length);
    for (size_t k = 0; k < KR_EXPORT_KINDS; k++)
        names[k] = kinds[k].name;
    const char *near = kind ? kr_nearest(kind, names, KR_EXPORT_KINDS) : NULL;
    if (!near || !slash)
        return near;
    return strncmp(slash, "/rlz-", 5) == 0
               ? kr_arena_printf(&e->arena, "%s --rlz %s", near, slash + 5)
               : kr_arena_printf(&e->arena, "%s --stat %s", near, slash + 1);
}

static kr_status fail_unknown_kind(exporting *e, const char *text)
{
    const char *near = meant(e, text);
    if (near)
        return kr_fail(e->ctx, KR_EUSAGE,
                       "no kind of table is called '%s'; did you mean '%s'? --list tells which "
                       "there are",
                       text, near);
    char *all = kr_arena_strdup(&e->arena, kinds[0].name);
    for (size_t k = 1; k < KR_EXPORT_KINDS && all; k++)
        all = kr_arena_printf(&e->arena, "%s, %s", all, kinds[k].name);
    return all ? kr_fail(e->ctx, KR_EUSAGE, "no kind of table is called '%s': %s", text, all)
               : KR_ENOMEM;
}

static kr_status choose_kinds(exporting *e)
{
    const kr_export_options *o = e->options;
    for (size_t i = 0; i < o->nwhat; i++) {
        size_t k = 0, n = sizeof kinds / sizeof kinds[0];
        while (k < n && !kr_str_eq(o->what[i], kinds[k].name))
            k++;
        if (k == n)
            return fail_unknown_kind(e, o->what[i]);
        if (!is_there(e->stored, kinds[k].bit))
            return kr_fail(e->ctx, KR_EINPUT, "%s: holds no %s: %s", e->stored->path, o->what[i],
                           reason(e->stored, kinds[k].bit));
        e->choice.what |= kinds[k].bit;
    }
    return KR_OK;
}

static kr_status choose_measure(exporting *e)
{
    const kr_job *job = e->stored->job;
    const char *imt = e->options->imt, *stat = e->options->stat;
    kr_imt parsed;
    size_t m = 0, i = 0;
    if (imt) {
        const char *name = kr_imt_parse(imt, &parsed) ? parsed.name : imt;
        while (m < job->nimts && !kr_str_eq(job->imts[m].name, name))
            m++;
        if (m == job->nimts)
            return kr_fail(e->ctx, KR_EINPUT, "%s: the measure '%s' was not computed",
                           e->stored->path, imt);
        e->choice.imt = job->imts[m].name;
    }
    size_t n = ordinates(job, e->choice.imt);
    if (e->choice.what & KR_EXPORT_SPECTRA && n == 0)
        return kr_fail(e->ctx, KR_EUSAGE, "--imt %s: uhs has PGA and SA only", imt);
    if (e->choice.what & KR_EXPORT_SPECTRA && n == 1)
        kr_info(e->ctx, "uhs: spectra have one point, for there is one measure of PGA and SA");
    if (stat) {
        while (i < e->stored->nstats && !kr_str_eq(e->stored->stats[i], stat))
            i++;
        if (i == e->stored->nstats)
            return kr_fail(e->ctx, KR_EINPUT,
                           "%s: the statistic '%s' was not computed; kauri stats computes others",
                           e->stored->path, stat);
        e->choice.stat = stat;
    }
    return KR_OK;
}

static kr_status choose_sites(exporting *e)
{
    kr_status s = KR_OK;
    size_t *sites;
    if (!e->options->sites)
        return KR_OK;
    KR_TRY(kr_chosen_sites(e->ctx, &e->arena, e->options->sites, e->stored->sites->n, &sites,
                           &e->choice.nsites));
    e->choice.sites = sites;
out:
    return s;
}

static kr_status choose_rlz(exporting *e)
{
    kr_status s = KR_OK;
    kr_pick *pick;
    if (!e->options->rlz)
        return KR_OK;
    if (e->options->stat)
        return kr_fail(e->ctx, KR_EUSAGE, "--rlz and --stat: a realization has no statistic");
    if (e->choice.what & ~(unsigned)(KR_EXPORT_CURVES | KR_EXPORT_MAPS | KR_EXPORT_SPECTRA |
                                     KR_EXPORT_GEOJSON | KR_EXPORT_GEOPACKAGE))
        return kr_fail(e->ctx, KR_EUSAGE,
                       "--rlz: only hcurves, hmaps, hmaps_geojson, hmaps_gpkg and uhs are of one "
                       "realization");
    KR_ANEW(pick, &e->arena, 1);
    KR_TRY(kr_tree_pick(e->ctx, e->stored->tree, e->options->rlz, &e->arena, pick));
    e->choice.rlz = pick;
out:
    return s;
}

/* The folder of a finished run is not to be changed. */
static kr_status choose_folder(exporting *e)
{
    kr_status s = KR_OK;
    char a[PATH_MAX], b[PATH_MAX];
    const char *dir = e->options->output ? e->options->output : ".";
    if (kr_str_eq(dir, "-"))
        return e->choice.what & KR_EXPORT_GEOPACKAGE
                   ? kr_fail(e->ctx, KR_EUSAGE,
                             "-o -: hmaps_gpkg is a file of its own; give a folder with -o")
                   : KR_OK;
    KR_TRY(kr_make_dirs(e->ctx, dir));
    if (realpath(dir, a) && realpath(e->stored->dir, b) && kr_str_eq(a, b))
        return kr_fail(e->ctx, KR_EUSAGE,
                       "%s: a finished run is not changed; give another folder with -o", dir);
    e->choice.dir = dir;
out:
    return s;
}

/* ------------------------------------------------------------------ the whole */

static kr_status export_chosen(exporting *e, FILE *out)
{
    kr_status s = KR_OK;
    size_t ntables = 0;
    e->choice.file = e->stored->path;
    KR_TRY(choose_kinds(e));
    KR_TRY(choose_measure(e));
    KR_TRY(choose_sites(e));
    KR_TRY(choose_rlz(e));
    KR_TRY(choose_folder(e));
    e->choice.stream = e->choice.dir ? NULL : out;
    e->choice.replace = e->options->replace;
    e->choice.stored_rlzs = e->stored->has_rlzs && !e->options->stat;
    KR_TRY(kr_export(e->ctx, &e->spec, &e->choice, &ntables));
    if (ntables == 0)
        s = kr_fail(e->ctx, KR_EINPUT, "%s: nothing of that is stored", e->stored->path);
    if (s == KR_OK && e->choice.dir)
        kr_info(e->ctx, "%zu table%s in %s", ntables, KR_PLURAL(ntables),
                e->options->output ? e->options->output : "the current folder");
out:
    return s;
}

kr_status kr_export_results(kr_ctx *ctx, const kr_export_options *options, FILE *out)
{
    kr_status s = KR_OK;
    exporting e = {.ctx = ctx, .options = options};
    kr_arena_init(&e.arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_phase_begin(ctx, "reading results");
    KR_TRY(kr_stored_open(ctx, options->dir, &e.stored));
    KR_TRY(kr_stored_tree(e.stored));
    KR_TRY(kr_stored_spec(e.stored, &e.arena, &e.spec));
    kr_phase_begin(ctx, "tables");
    KR_TRY(options->list ? list(&e, out) : export_chosen(&e, out));
out:
    kr_stored_close(&e.stored);
    kr_arena_clear(&e.arena);
    kr_phase_end(ctx);
    return s;
}
