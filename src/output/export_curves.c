/* Tables of curves, maps and spectra. */
#include "base/ctx.h"
#include "base/str.h"
#include "output/export_int.h"

#include <stdio.h>
#include <string.h>

/* "hazard_curve-mean", "quantile_map-0.5". */
static const char *table_name(kr_exporter *e, const char *what, const kr_export_kind *k,
                              const char *suffix)
{
    if (!suffix)
        return NULL;
    if (kr_str_starts(k->name, "quantile-"))
        return kr_arena_printf(&e->arena, "quantile_%s-%s%s.csv", what, k->name + 9, suffix);
    return kr_arena_printf(&e->arena, "hazard_%s-%s%s.csv", what, k->name, suffix);
}

void kr_export_site_header(const kr_exporter *e, kr_table *t, bool depth)
{
    if (e->spec->sites->custom_site_id)
        kr_table_text(t, "custom_site_id");
    kr_table_text(t, "lon");
    kr_table_text(t, "lat");
    if (depth)
        kr_table_text(t, "depth");
}

void kr_export_site_fields(const kr_exporter *e, kr_table *t, size_t i, bool depth)
{
    const kr_sites *sites = e->spec->sites;
    if (sites->custom_site_id)
        kr_table_text(t, sites->custom_site_id[i]);
    kr_table_degrees(t, sites->lon[i]);
    kr_table_degrees(t, sites->lat[i]);
    if (depth)
        kr_table_degrees(t, sites->depth[i]);
}

size_t kr_export_site_columns(const kr_exporter *e, bool depth)
{
    return (size_t)(e->spec->sites->custom_site_id != NULL) + 2 + (size_t)depth;
}

/* The curves of one measure: sites x levels. */
static kr_status read_curves(kr_exporter *e, const kr_export_kind *k, size_t m, float **out)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t n = e->spec->sites->n, levels = kr_job_curve_levels(job);
    KR_ANEW(*out, &e->arena, n * levels);
    if (!k->rlz) {
        KR_TRY(kr_h5_read_amounts(e->file, "hcurves-stats", KR_H5_F32,
                                  (const size_t[]){0, k->index, m, 0},
                                  (const size_t[]){n, 1, 1, levels}, *out));
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        memcpy(*out + i * levels,
               e->block.curves +
                   ((i * e->block.n + k->index - e->block.first) * job->nimts + m) * levels,
               levels * sizeof **out);
out:
    return s;
}

/* The map values: sites x measures x probabilities. */
kr_status kr_export_read_maps(kr_exporter *e, const kr_export_kind *k, float **out)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t n = e->spec->sites->n, size = job->nimts * job->poes.n;
    KR_ANEW(*out, &e->arena, n * size);
    if (!k->rlz) {
        KR_TRY(kr_h5_read_amounts(e->file, "hmaps-stats", KR_H5_F32,
                                  (const size_t[]){0, k->index, 0, 0},
                                  (const size_t[]){n, 1, job->nimts, job->poes.n}, *out));
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        memcpy(*out + i * size, e->block.maps + (i * e->block.n + k->index - e->block.first) * size,
               size * sizeof **out);
out:
    return s;
}

static kr_status curve_table(kr_exporter *e, const kr_export_kind *k, size_t m)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t levels = kr_job_curve_levels(job);
    char repr[32];
    float *curves;
    kr_table t = {0};
    KR_TRY(read_curves(e, k, m, &curves));
    const char *suffix = kr_arena_printf(&e->arena, "-%s", job->imts[m].name);
    const char *more =
        kr_arena_printf(&e->arena, ", kind='%s', investigation_time=%s, imt='%s'", k->label,
                        kr_repr_double(job->investigation_time, repr), job->imts[m].name);
    KR_TRY(kr_export_begin(e, table_name(e, "curve", k, suffix), &t));
    kr_table_comment(&t, kr_export_site_columns(e, true) + levels, kr_export_comment(e, more));
    kr_export_site_header(e, &t, true);
    for (size_t l = 0; l < levels; l++)
        kr_table_format(&t, "poe-%.7f", kr_job_curve_level(job, m)[l]);
    kr_table_end_row(&t);
    for (size_t row = 0; row < e->nsites; row++) {
        size_t i = e->sites[row];
        kr_export_site_fields(e, &t, i, true);
        for (size_t l = 0; l < levels; l++)
            kr_table_number(&t, (double)curves[i * levels + l]);
        kr_table_end_row(&t);
    }
out:
    return kr_export_end(e, &t, s);
}

/* The columns of a map (measure outer, probability inner) or of spectra (probability outer,
 * measures with a spectral period inner). order[c] = measure * npoes + probability. */
size_t kr_export_map_columns(kr_exporter *e, bool spectra, size_t *order, const char **names)
{
    const kr_job *job = e->spec->job;
    size_t imts = job->nimts, poes = job->poes.n, n = 0;
    char repr[32];
    for (size_t i = 0; i < imts * poes; i++) {
        size_t m = spectra ? i % imts : i / poes, p = spectra ? i / imts : i % poes;
        if ((spectra && !kr_imt_in_spectrum(&job->imts[m])) || !kr_export_wants(e, m))
            continue;
        order[n] = m * poes + p;
        names[n++] = spectra
                         ? kr_arena_printf(&e->arena, "%.6f~%s", job->poes.x[p], job->imts[m].name)
                         : kr_arena_printf(&e->arena, "%s-%s", job->imts[m].name,
                                           kr_repr_double(job->poes.x[p], repr));
    }
    return n;
}

static kr_status map_table(kr_exporter *e, const kr_export_kind *k, bool spectra)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t size = job->nimts * job->poes.n;
    char repr[32];
    float *maps;
    size_t *order;
    const char **names;
    kr_table t = {0};
    KR_ANEW(order, &e->arena, size);
    KR_ANEW(names, &e->arena, size);
    KR_TRY(kr_export_read_maps(e, k, &maps));
    size_t ncols = kr_export_map_columns(e, spectra, order, names);
    const char *more = kr_arena_printf(&e->arena, ", kind='%s', investigation_time=%s", k->label,
                                       kr_repr_double(job->investigation_time, repr));
    KR_TRY(kr_export_begin(e, table_name(e, spectra ? "uhs" : "map", k, ""), &t));
    kr_table_comment(&t, kr_export_site_columns(e, e->depths) + ncols, kr_export_comment(e, more));
    kr_export_site_header(e, &t, e->depths);
    for (size_t c = 0; c < ncols; c++)
        kr_table_text(&t, names[c]);
    kr_table_end_row(&t);
    for (size_t row = 0; row < e->nsites; row++) {
        size_t i = e->sites[row];
        kr_export_site_fields(e, &t, i, e->depths);
        for (size_t c = 0; c < ncols; c++)
            kr_table_number(&t, (double)maps[i * size + order[c]]);
        kr_table_end_row(&t);
    }
out:
    return kr_export_end(e, &t, s);
}

kr_status kr_export_curves(kr_exporter *e, const kr_export_kind *k)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    unsigned what = e->choice->what;
    for (size_t m = 0; m < job->nimts && (what & KR_EXPORT_CURVES); m++)
        if (kr_export_wants(e, m))
            KR_TRY(curve_table(e, k, m));
    if (job->poes.n && (what & KR_EXPORT_MAPS))
        KR_TRY(map_table(e, k, false));
    if (job->poes.n && (what & KR_EXPORT_SPECTRA))
        KR_TRY(map_table(e, k, true));
    if (job->poes.n && (what & (KR_EXPORT_GEOJSON | KR_EXPORT_GEOPACKAGE)))
        KR_TRY(kr_export_features(e, k));
    double kinds = (double)e->spec->nstats;
    if (e->choice->stored_rlzs)
        kinds += (double)e->spec->tree->nrlzs;
    if (!e->choice->rlz) /* the rest is to put them in place: kr_tables_place */
        kr_progress(e->ctx, "tables", KR_TABLES_WRITTEN * (double)++e->kinds, kinds);
out:
    return s;
}
