#include "output/export.h"

#include "base/file.h"
#include "base/str.h"
#include "kauri/version.h"
#include "output/export_int.h"
#include "output/results_int.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------ one table */

kr_status kr_export_may_write(const kr_exporter *e, const char *path)
{
    if (e->choice->replace || !kr_file_exists(path))
        return KR_OK;
    return kr_fail(e->ctx, KR_EIO,
                   "%s: is there already; --replace replaces it, -o gives another folder", path);
}

kr_status kr_export_written(kr_exporter *e, const char *path)
{
    kr_status s = KR_OK;
    KR_GROW(e->written, e->written_cap, e->ntables + 1, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_ASTR(e->written[e->ntables], &e->paths, path);
out:
    return s;
}

kr_status kr_export_begin(kr_exporter *e, const char *name, kr_table *out)
{
    kr_status s = KR_OK;
    if (e->choice->stream)
        return kr_table_begin_stream(e->ctx, e->choice->stream, name, out);
    KR_TRY(kr_table_begin(e->ctx, e->choice->dir, name, out));
    s = kr_export_may_write(e, out->path);
    if (s != KR_OK)
        s = kr_table_finish(out, s);
out:
    return s;
}

/* End a table, and remember it. */
kr_status kr_export_end(kr_exporter *e, kr_table *table, kr_status status)
{
    kr_status s = KR_OK;
    KR_TRY(status);
    if (table->path)
        KR_TRY(kr_export_written(e, table->path));
out:
    s = kr_table_finish(table, s);
    e->ntables += s == KR_OK;
    kr_arena_reset(&e->arena);
    return s;
}

const char *kr_export_comment(kr_exporter *e, const char *more)
{
    if (!more)
        return NULL;
    return kr_arena_printf(&e->arena, "generated_by='Kauri %s', start_date='%s', checksum=%u%s%s",
                           KAURI_VERSION, e->spec->start_date, kr_results_checksum(e->spec), more,
                           e->provenance);
}

bool kr_export_wants(const kr_exporter *e, size_t measure)
{
    return !e->choice->imt || kr_str_eq(e->choice->imt, e->spec->job->imts[measure].name);
}

/* ------------------------------------------------------------------ all tables */

static kr_status stored_rlzs(kr_exporter *e)
{
    kr_status s = KR_OK;
    size_t n = e->spec->tree->nrlzs, at_once = kr_export_block_size(e);
    for (size_t first = 0; first < n; first += at_once) {
        size_t count = n - first < at_once ? n - first : at_once;
        KR_TRY(kr_export_read_block(e, first, count));
        for (size_t r = first; r < first + count; r++) {
            kr_export_kind k = {.rlz = true, .index = r};
            snprintf(k.name, sizeof k.name, "rlz-%03zu", r);
            k.label = k.name;
            KR_TRY(kr_export_curves(e, &k));
            if (kr_interrupted(e->ctx)) {
                s = kr_fail(e->ctx, KR_EINTERRUPTED, "interrupted");
                goto out;
            }
        }
    }
out:
    return s;
}

/* One realization: from the component rates, or where these are not stored, as it is stored. */
static kr_status one_rlz(kr_exporter *e, const kr_pick *pick)
{
    kr_status s = KR_OK;
    kr_export_kind k = {.rlz = true, .label = pick->label};
    bool rates = kr_h5_exists(e->file, "component_rates") && !e->spec->job->soil_intensities.n;
    snprintf(k.name, sizeof k.name, "%s", pick->name);
    if (rates) {
        KR_TRY(kr_export_compute_block(e, pick));
    } else if (kr_h5_exists(e->file, "hcurves-rlzs") && pick->rlz != KR_UNNUMBERED) {
        KR_TRY(kr_export_read_block(e, pick->rlz, 1));
        k.index = pick->rlz;
    } else {
        s = kr_fail(e->ctx, KR_EINPUT,
                    "%s: neither realizations nor component rates that they could be computed from "
                    "are stored%s",
                    e->choice->file,
                    e->spec->job->soil_intensities.n ? " (the latter are those on rock)" : "");
        goto out;
    }
    KR_TRY(kr_export_curves(e, &k));
out:
    return s;
}

static kr_status all_curves(kr_exporter *e)
{
    kr_status s = KR_OK;
    if (e->choice->rlz)
        return one_rlz(e, e->choice->rlz);
    if (e->choice->stored_rlzs)
        KR_TRY(stored_rlzs(e));
    for (size_t i = 0; i < e->spec->nstats; i++) {
        kr_export_kind k = {.index = i};
        snprintf(k.name, sizeof k.name, "%s", e->spec->stats[i].name);
        k.label = k.name;
        if (!e->choice->stat || kr_str_eq(e->choice->stat, k.name))
            KR_TRY(kr_export_curves(e, &k));
    }
out:
    return s;
}

static kr_status all_tables(kr_exporter *e)
{
    kr_status s = KR_OK;
    unsigned what = e->choice->what;
    if (what & KR_EXPORT_GEOPACKAGE)
        KR_TRY(kr_export_begin_package(e));
    if (what & (KR_EXPORT_CURVES | KR_EXPORT_MAPS | KR_EXPORT_SPECTRA | KR_EXPORT_GEOJSON |
                KR_EXPORT_GEOPACKAGE))
        KR_TRY(all_curves(e));
    for (size_t m = 0; m < e->spec->job->nimts && (what & KR_EXPORT_CURVES); m++)
        if (kr_export_wants(e, m) && !e->choice->rlz && !e->choice->stat)
            KR_TRY(kr_export_sampling(e, m));
    if (what & KR_EXPORT_REALIZATIONS)
        KR_TRY(kr_export_realizations(e));
    for (size_t i = 0; i < e->nsites && (what & KR_EXPORT_BY_SOURCE); i++)
        KR_TRY(kr_export_by_source(e, e->sites[i]));
    for (size_t i = 0; i < e->nsites && (what & KR_EXPORT_DISAGG_ANY); i++)
        KR_TRY(kr_export_disagg(e, e->sites[i]));
    for (size_t i = 0; i < e->nsites; i++)
        KR_TRY(kr_export_shares(e, e->sites[i]));
    if (what & KR_EXPORT_DISAGG_SUMMARY)
        KR_TRY(kr_export_disagg_summary(e));
    if (what & KR_EXPORT_COMPONENTS)
        KR_TRY(kr_export_components(e));
    for (size_t m = 0; m < e->spec->job->nimts; m++)
        if (kr_export_wants(e, m))
            KR_TRY(kr_export_uncertainty(e, m));
    for (size_t m = 0; m < e->spec->job->nimts && (what & KR_EXPORT_RATES); m++)
        if (kr_export_wants(e, m))
            KR_TRY(kr_export_rates(e, m));
out:
    return s;
}

/* The rows: all sites, or those that are wanted. */
static kr_status choose_sites(kr_exporter *e)
{
    kr_status s = KR_OK;
    size_t n = e->spec->sites->n, *all;
    for (size_t i = 0; i < n; i++)
        e->depths = e->depths || e->spec->sites->depth[i] != 0;
    e->sites = e->choice->sites;
    e->nsites = e->choice->nsites;
    if (e->nsites)
        return KR_OK;
    KR_ANEW(all, &e->paths, n + 1);
    for (size_t i = 0; i < n; i++)
        all[i] = i;
    e->sites = all;
    e->nsites = n;
out:
    return s;
}

kr_status kr_export(kr_ctx *ctx, const kr_results_spec *spec, const kr_export_choice *choice,
                    size_t *ntables)
{
    kr_status s = KR_OK;
    kr_exporter e = {.ctx = ctx, .spec = spec, .choice = choice};
    kr_arena_init(&e.arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_arena_init(&e.paths, ctx, KR_ACCOUNT_OUTPUT);
    e.provenance = kr_provenance_comment(spec, &e.paths);
    KR_TRY(e.provenance ? KR_OK : KR_ENOMEM);
    KR_TRY(choose_sites(&e));
    KR_TRY(kr_h5_open(ctx, choice->file, &e.file));
    s = kr_export_end_package(&e, all_tables(&e));
    if (!choice->stream && s == KR_OK)
        s = kr_tables_place(ctx, choice->dir, e.written, e.ntables);
    else if (!choice->stream)
        kr_tables_discard(e.written, e.ntables);
    *ntables = e.ntables;
out:
    kr_h5_discard(&e.file);
    kr_export_clear_block(&e);
    kr_free(e.written);
    kr_arena_clear(&e.paths);
    kr_arena_clear(&e.arena);
    return s;
}

/* ------------------------------------------------------------------ the tables of a run */

/* Realizations are exported where they were asked for, or where there are no statistics. */
kr_status kr_results_export_csv(kr_ctx *ctx, const kr_results_spec *spec, size_t *ntables)
{
    kr_status s = KR_OK;
    const kr_job *job = spec->job;
    bool want_rlzs = (spec->tree->nrlzs > 1 && job->individual_rlzs == 1) || spec->nstats == 0;
    kr_export_choice choice = {.what = KR_EXPORT_CURVES | KR_EXPORT_REALIZATIONS,
                               .dir = spec->dir,
                               .replace = true,
                               .stored_rlzs = want_rlzs && spec->store_rlzs};
    kr_arena arena;
    if (job->hazard_maps)
        choice.what |= KR_EXPORT_MAPS;
    if (job->uniform_hazard_spectra)
        choice.what |= KR_EXPORT_SPECTRA;
    if (job->disagg_by_src)
        choice.what |= KR_EXPORT_BY_SOURCE;
    if (spec->disagg)
        choice.what |= KR_EXPORT_DISAGG | KR_EXPORT_DISAGG_TREE | KR_EXPORT_DISAGG_SUMMARY;
    if (spec->disagg && spec->disagg->shares && spec->disagg->shares->sources)
        choice.what |= KR_EXPORT_DISAGG_SOURCES;
    if (spec->disagg && spec->disagg->shares && spec->disagg->shares->sections)
        choice.what |= KR_EXPORT_DISAGG_SECTIONS;
    if (job->uncertainty && job->component_rates_precision != KR_PRECISION_NONE)
        choice.what |= KR_EXPORT_VARIANCE | KR_EXPORT_TORNADO;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    choice.file = kr_path_join(&arena, spec->dir, "results.h5");
    KR_TRY(choice.file ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_export(ctx, spec, &choice, ntables));
out:
    kr_arena_clear(&arena);
    return s;
}
