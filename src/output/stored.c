#include "output/stored.h"

#include "base/file.h"
#include "base/str.h"
#include "output/stored_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

kr_status kr_stored_check_format(kr_ctx *ctx, const char *path, kr_h5 *file)
{
    kr_status s = KR_OK;
    double version = 0;
    bool found = false;
    kr_arena arena;
    char *format = NULL;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_h5_attr_text(file, "/", "format", &arena, &format));
    if (format && kr_str_eq(format, "kauri results"))
        KR_TRY(kr_h5_attr_double(file, "/", "format_version", &version, &found));
    if (!found || isnan(version)) {
        s = kr_fail(ctx, KR_EINPUT, "%s: not a results file of Kauri", path);
        goto out;
    }
    if (version < KR_RESULTS_FORMAT)
        s = kr_fail(ctx, KR_EINPUT,
                    "%s: format %g, computed by an earlier version; run the job again", path,
                    version);
    if (version > KR_RESULTS_FORMAT)
        s = kr_fail(ctx, KR_EINPUT,
                    "%s: format %g, computed by a later version; this one reads format %d", path,
                    version, KR_RESULTS_FORMAT);
out:
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ the job */

static kr_status text_of(const kr_reader *r, const char *attr, const char **out)
{
    kr_status s = KR_OK;
    char *text;
    KR_TRY(kr_h5_attr_text(r->file, "/", attr, r->arena, &text));
    *out = text ? text : "";
out:
    return s;
}

static kr_status number_of(const kr_reader *r, const char *attr, double *out)
{
    kr_status s = KR_OK;
    bool found;
    KR_TRY(kr_h5_attr_double(r->file, "/", attr, out, &found));
    if (!found)
        s = kr_reader_damaged(r, attr);
out:
    return s;
}

static kr_status flag_of(const kr_reader *r, const char *attr, bool *out)
{
    double x = 0;
    kr_status s = number_of(r, attr, &x);
    *out = x != 0;
    return s;
}

static kr_status load_levels(const kr_reader *r, kr_job *job)
{
    kr_status s = KR_OK;
    const char **names;
    size_t dims[KR_H5_MAX_RANK], n;
    int rank;
    KR_TRY(kr_reader_count(r, "imtls/imt", &n));
    KR_TRY(kr_reader_texts(r, "imtls/imt", n, &names));
    KR_TRY(kr_h5_dims(r->file, "imtls/levels", dims, &rank));
    if (n == 0 || rank != 2 || dims[0] != n)
        return kr_reader_damaged(r, "imtls/levels");
    job->nimts = n;
    job->nlevels = dims[1];
    KR_ANEW(job->imts, r->arena, n);
    for (size_t m = 0; m < n; m++)
        if (!kr_imt_parse(names[m], &job->imts[m]))
            return kr_reader_damaged(r, "imtls/imt");
    KR_TRY(kr_reader_numbers(r, "imtls/levels", KR_H5_F64, n * dims[1], &job->levels));
    KR_TRY(kr_reader_count(r, "imtls/soil_intensities", &job->soil_intensities.n));
    KR_TRY(kr_reader_numbers(r, "imtls/soil_intensities", KR_H5_F64, job->soil_intensities.n,
                             &job->soil_intensities.x));
    KR_TRY(kr_reader_count(r, "poes", &job->poes.n));
    KR_TRY(kr_reader_numbers(r, "poes", KR_H5_F64, job->poes.n, &job->poes.x));
out:
    return s;
}

/* Which statistics there are, as the parameters that ask for them. */
static kr_status load_stats(const kr_reader *r, kr_stored *x)
{
    kr_status s = KR_OK;
    kr_job *job = x->job;
    const char **names;
    KR_TRY(kr_reader_count(r, "stats", &x->nstats));
    KR_TRY(kr_reader_texts(r, "stats", x->nstats, &names));
    x->stats = names;
    KR_ANEW(job->quantiles.x, r->arena, x->nstats + 1);
    for (size_t i = 0; i < x->nstats; i++) {
        job->mean = job->mean || kr_str_eq(names[i], "mean");
        job->std = job->std || kr_str_eq(names[i], "std");
        job->max = job->max || kr_str_eq(names[i], "max");
        job->min = job->min || kr_str_eq(names[i], "min");
        job->cov = job->cov || kr_str_eq(names[i], "cov");
        if (kr_str_starts(names[i], "quantile-") &&
            !kr_parse_double(names[i] + 9, &job->quantiles.x[job->quantiles.n++]))
            return kr_reader_damaged(r, "stats");
    }
out:
    return s;
}

static kr_status load_definition(const kr_reader *r, kr_job *job)
{
    kr_status s = KR_OK;
    const char *name;
    KR_TRY(text_of(r, "quantile_definition", &name));
    job->quantile_definition = kr_str_eq(name, "half-weight") ? KR_DEFINITION_HALF_WEIGHT
                               : kr_str_eq(name, "merged")    ? KR_DEFINITION_MERGED
                                                              : KR_DEFINITION_REFERENCE;
out:
    return s;
}

static kr_status load_job(const kr_reader *r, kr_stored *x)
{
    kr_status s = KR_OK;
    kr_job *job;
    const char *compat;
    double rlzs;
    const char **keys, **values;
    KR_NEW(job, r->ctx, KR_ACCOUNT_JOB, 1);
    kr_arena_init(&job->arena, r->ctx, KR_ACCOUNT_JOB);
    x->job = job;
    job->path = r->path;
    job->dir = "";
    job->sharing = job->factoring = job->collapsing = true; /* new statistics are factored */
    KR_TRY(text_of(r, "description", &job->description));
    KR_TRY(text_of(r, "compat", &compat));
    job->compat = kr_str_eq(compat, "exact") ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21;
    KR_TRY(number_of(r, "investigation_time", &job->investigation_time));
    KR_TRY(number_of(r, "individual_rlzs", &rlzs));
    if (!(rlzs >= -1 && rlzs <= 1))
        return kr_reader_damaged(r, "individual_rlzs");
    job->individual_rlzs = (int)rlzs;
    KR_TRY(flag_of(r, "use_rates", &job->use_rates));
    KR_TRY(number_of(r, "quantile_bracket", &job->quantile_bracket));
    KR_TRY(load_definition(r, job));
    KR_TRY(flag_of(r, "hazard_maps", &job->hazard_maps));
    KR_TRY(flag_of(r, "uniform_hazard_spectra", &job->uniform_hazard_spectra));
    KR_TRY(load_levels(r, job));
    KR_TRY(load_stats(r, x));
    KR_TRY(kr_reader_count(r, "job/key", &job->ngiven));
    KR_TRY(kr_reader_texts(r, "job/key", job->ngiven, &keys));
    KR_TRY(kr_reader_texts(r, "job/value", job->ngiven, &values));
    job->given_keys = keys;
    job->given_values = values;
out:
    return s;
}

/* ------------------------------------------------------------------ sites, inputs */

static kr_status load_sites(const kr_reader *r, kr_stored *x)
{
    kr_status s = KR_OK;
    kr_sites *sites;
    const char **ids;
    size_t n;
    KR_NEW(sites, r->ctx, KR_ACCOUNT_SITES, 1);
    kr_arena_init(&sites->arena, r->ctx, KR_ACCOUNT_SITES);
    x->sites = sites;
    KR_TRY(kr_reader_count(r, "sitecol/lon", &n));
    KR_TRY(kr_reader_numbers(r, "sitecol/lon", KR_H5_F64, n, &sites->lon));
    KR_TRY(kr_reader_numbers(r, "sitecol/lat", KR_H5_F64, n, &sites->lat));
    KR_TRY(kr_reader_numbers(r, "sitecol/depth", KR_H5_F64, n, &sites->depth));
    sites->n = n;
    for (int c = 0; c < KR_COL_COUNT; c++) {
        char name[64];
        snprintf(name, sizeof name, "sitecol/%s", kr_column_name((kr_column)c));
        if (c == KR_COL_LON || c == KR_COL_LAT || c == KR_COL_DEPTH)
            sites->param[c] = c == KR_COL_LON   ? sites->lon
                              : c == KR_COL_LAT ? sites->lat
                                                : sites->depth;
        else if (kr_h5_exists(r->file, name))
            KR_TRY(kr_reader_numbers(r, name, KR_H5_F64, n, &sites->param[c]));
    }
    if (kr_h5_exists(r->file, "sitecol/custom_site_id")) {
        KR_TRY(kr_reader_texts(r, "sitecol/custom_site_id", n, &ids));
        sites->custom_site_id = ids;
    }
out:
    return s;
}

static kr_status load_inputs(const kr_reader *r, kr_stored *x)
{
    kr_status s = KR_OK;
    size_t n;
    const char **keys, **paths, **digests;
    int64_t *sizes;
    KR_TRY(kr_reader_count(r, "inputs/key", &n));
    KR_TRY(kr_reader_texts(r, "inputs/key", n, &keys));
    KR_TRY(kr_reader_texts(r, "inputs/path", n, &paths));
    KR_TRY(kr_reader_texts(r, "inputs/sha256", n, &digests));
    KR_TRY(kr_reader_numbers(r, "inputs/size", KR_H5_I64, n, &sizes));
    KR_ANEW(x->inputs, r->arena, n + 1);
    x->ninputs = n;
    for (size_t i = 0; i < n; i++) {
        x->inputs[i] = (kr_input_file){.key = keys[i], .path = paths[i], .size = sizes[i]};
        snprintf(x->inputs[i].sha256, sizeof x->inputs[i].sha256, "%s", digests[i]);
    }
out:
    return s;
}

static kr_status load_options(const kr_reader *r, kr_stored *x)
{
    kr_status s = KR_OK;
    kr_job_options o = {0, NULL, NULL};
    KR_TRY(kr_reader_count(r, "options/key", &o.n));
    KR_TRY(kr_reader_texts(r, "options/key", o.n, &o.keys));
    KR_TRY(kr_reader_texts(r, "options/value", o.n, &o.values));
    KR_TRY(kr_provenance_make(&o, x->inputs, x->ninputs, r->arena, &x->provenance));
out:
    return s;
}

/* ------------------------------------------------------------------ the run */

/* Anything besides its levels and its summary? */
static kr_status look_at_disagg(kr_stored *x)
{
    kr_status s = KR_OK;
    char **names;
    size_t n = 0;
    if (kr_h5_exists(x->file, "disagg-tree"))
        KR_TRY(kr_h5_list(x->file, "disagg-tree", &x->arena, &names, &n));
    x->disagg_statistics = n > 2;
out:
    return s;
}

static kr_status load_all(kr_stored *x)
{
    kr_status s = KR_OK;
    const kr_reader r = {x->ctx, x->path, x->file, &x->arena};
    const char **sources;
    KR_TRY(kr_stored_check_format(x->ctx, x->path, x->file));
    KR_TRY(text_of(&r, "date", &x->start_date));
    KR_TRY(text_of(&r, "isa", &x->isa));
    KR_TRY(load_job(&r, x));
    KR_TRY(load_sites(&r, x));
    KR_TRY(load_inputs(&r, x));
    KR_TRY(load_options(&r, x));
    x->has_rates = kr_h5_exists(x->file, "component_rates");
    x->has_rlzs = kr_h5_exists(x->file, "hcurves-rlzs");
    KR_TRY(look_at_disagg(x));
    KR_TRY(kr_reader_count(&r, "mean_rates_by_src/src_id", &x->nsources));
    KR_TRY(kr_reader_texts(&r, "mean_rates_by_src/src_id", x->nsources, &sources));
    x->sources = sources;
    x->job->disagg_by_src = x->nsources > 0;
    x->job->uncertainty = kr_h5_exists(x->file, "uncertainty/branch_set");
    KR_TRY(kr_stored_check(&r, x));
out:
    return s;
}

kr_status kr_stored_open(kr_ctx *ctx, const char *dir, kr_stored **out)
{
    kr_status s = KR_OK;
    kr_stored *x = NULL;
    *out = NULL;
    KR_NEW(x, ctx, KR_ACCOUNT_OTHER, 1);
    x->ctx = ctx;
    kr_arena_init(&x->arena, ctx, KR_ACCOUNT_OTHER);
    KR_ASTR(x->dir, &x->arena, dir);
    x->path = kr_path_join(&x->arena, dir, "results.h5");
    if (!x->path) {
        s = KR_ENOMEM;
        goto out;
    }
    if (!kr_file_exists(x->path)) {
        s = kr_folder_fail(ctx, dir);
        goto out;
    }
    KR_TRY(kr_h5_open(ctx, x->path, &x->file));
    KR_TRY(load_all(x));
    *out = x;
    x = NULL;
out:
    kr_stored_close(&x);
    return s;
}

kr_status kr_stored_tree(kr_stored *x)
{
    kr_status s = KR_OK;
    const kr_reader r = {x->ctx, x->path, x->file, &x->arena};
    if (x->tree)
        return KR_OK;
    KR_TRY(kr_tree_load(x->ctx, x->path, x->file, &x->tree));
    KR_TRY(kr_stored_check_tree(&r, x));
out:
    return s;
}

kr_status kr_stored_spec(const kr_stored *x, kr_arena *arena, kr_results_spec *out)
{
    kr_status s = KR_OK;
    kr_stat *stats;
    KR_ANEW(stats, arena, x->nstats + 1);
    for (size_t i = 0; i < x->nstats; i++)
        snprintf(stats[i].name, sizeof stats[i].name, "%s", x->stats[i]);
    *out = (kr_results_spec){.dir = x->dir,
                             .job = x->job,
                             .sites = x->sites,
                             .tree = x->tree,
                             .stats = stats,
                             .nstats = x->nstats,
                             .store_rlzs = x->has_rlzs,
                             .start_date = x->start_date,
                             .isa = x->isa,
                             .inputs = x->inputs,
                             .ninputs = x->ninputs,
                             .provenance = x->provenance};
out:
    return s;
}

kr_status kr_stored_need_rates(const kr_stored *x, const char *what)
{
    if (x->has_rates)
        return KR_OK;
    return kr_fail(
        x->ctx, KR_EINPUT,
        "%s: the component rates are not stored, and %s is made from them: make it again "
        "with component_rates_precision = float64, or kauri stats with --copy-rates",
        x->path, what);
}

void kr_stored_close(kr_stored **stored)
{
    kr_stored *x = *stored;
    if (!x)
        return;
    kr_tree_destroy(&x->tree);
    kr_sites_destroy(&x->sites);
    kr_job_destroy(&x->job);
    kr_h5_discard(&x->file);
    kr_arena_clear(&x->arena);
    kr_free(x);
    *stored = NULL;
}
