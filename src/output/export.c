/* CSV tables under the reference's names, made from results.h5. */
#include "base/file.h"
#include "base/h5.h"
#include "base/str.h"
#include "kauri/version.h"
#include "output/results.h"
#include "output/table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct exporter {
    kr_ctx *ctx;
    const kr_results_spec *spec;
    kr_arena arena;
    kr_h5 *file;
    bool depths; /* some site is not at sea level: maps and spectra show depths */
    kr_arena paths;
    char **written; /* the tables so far: all appear, or none */
    size_t ntables, written_cap;
} exporter;

/* End a table, and remember it. */
static kr_status end_table(exporter *e, kr_table *t, kr_status status)
{
    kr_status s = KR_OK;
    KR_TRY(status);
    KR_GROW(e->written, e->written_cap, e->ntables + 1, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_ASTR(e->written[e->ntables], &e->paths, t->path);
out:
    s = kr_table_finish(t, s);
    e->ntables += s == KR_OK;
    kr_arena_reset(&e->arena);
    return s;
}

/* One kind of curve: a realization or a statistic. */
typedef struct kind {
    const char *curves, *maps; /* datasets */
    size_t index;              /* along their second dimension */
    char name[64];             /* "mean", "quantile-0.1", "rlz-000" */
} kind;

/* The comment of a table; `more` begins with ", " or is empty. NULL where memory ran out, as in all
 * texts here: the table takes it for what it is. */
static const char *comment(exporter *e, const char *more)
{
    if (!more)
        return NULL;
    return kr_arena_printf(&e->arena, "generated_by='Kauri %s', start_date='%s', checksum=%u%s",
                           KAURI_VERSION, e->spec->start_date, kr_results_checksum(e->spec), more);
}

/* "hazard_curve-mean", "quantile_map-0.5". */
static const char *table_name(exporter *e, const char *what, const kind *k, const char *suffix)
{
    if (!suffix)
        return NULL;
    if (kr_str_starts(k->name, "quantile-"))
        return kr_arena_printf(&e->arena, "quantile_%s-%s%s.csv", what, k->name + 9, suffix);
    return kr_arena_printf(&e->arena, "hazard_%s-%s%s.csv", what, k->name, suffix);
}

static void site_header(const exporter *e, kr_table *t, bool depth)
{
    if (e->spec->sites->custom_site_id)
        kr_table_text(t, "custom_site_id");
    kr_table_text(t, "lon");
    kr_table_text(t, "lat");
    if (depth)
        kr_table_text(t, "depth");
}

static void site_fields(const exporter *e, kr_table *t, size_t i, bool depth)
{
    const kr_sites *sites = e->spec->sites;
    if (sites->custom_site_id)
        kr_table_text(t, sites->custom_site_id[i]);
    kr_table_degrees(t, sites->lon[i]);
    kr_table_degrees(t, sites->lat[i]);
    if (depth)
        kr_table_degrees(t, sites->depth[i]);
}

static size_t site_columns(const exporter *e, bool depth)
{
    return (size_t)(e->spec->sites->custom_site_id != NULL) + 2 + (size_t)depth;
}

static kr_status curve_table(exporter *e, const kind *k, size_t m)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t n = e->spec->sites->n, levels = kr_job_curve_levels(job);
    char repr[32];
    float *curves;
    kr_table t = {0};
    KR_ANEW(curves, &e->arena, n * levels);
    KR_TRY(kr_h5_read_slab(e->file, k->curves, KR_H5_F32, (const size_t[]){0, k->index, m, 0},
                           (const size_t[]){n, 1, 1, levels}, curves));
    const char *suffix = kr_arena_printf(&e->arena, "-%s", job->imts[m].name);
    const char *more =
        kr_arena_printf(&e->arena, ", kind='%s', investigation_time=%s, imt='%s'", k->name,
                        kr_repr_double(job->investigation_time, repr), job->imts[m].name);
    KR_TRY(kr_table_begin(e->ctx, e->spec->dir, table_name(e, "curve", k, suffix), &t));
    kr_table_comment(&t, site_columns(e, true) + levels, comment(e, more));
    site_header(e, &t, true);
    for (size_t l = 0; l < levels; l++)
        kr_table_format(&t, "poe-%.7f", kr_job_curve_level(job, m)[l]);
    kr_table_end_row(&t);
    for (size_t i = 0; i < n; i++) {
        site_fields(e, &t, i, true);
        for (size_t l = 0; l < levels; l++)
            kr_table_number(&t, (double)curves[i * levels + l]);
        kr_table_end_row(&t);
    }
out:
    return end_table(e, &t, s);
}

static bool in_spectrum(const kr_imt *imt)
{
    return kr_str_starts(imt->name, "PGA") || kr_str_starts(imt->name, "SA");
}

/* The columns of a map (measure outer, probability inner) or of spectra (probability outer,
 * measures with a spectral period inner). order[c] = measure * npoes + probability. */
static size_t map_columns(exporter *e, bool spectra, size_t *order, const char **names)
{
    const kr_job *job = e->spec->job;
    size_t imts = job->nimts, poes = job->poes.n, n = 0;
    char repr[32];
    for (size_t i = 0; i < imts * poes; i++) {
        size_t m = spectra ? i % imts : i / poes, p = spectra ? i / imts : i % poes;
        if (spectra && !in_spectrum(&job->imts[m]))
            continue;
        order[n] = m * poes + p;
        names[n++] = spectra
                         ? kr_arena_printf(&e->arena, "%.6f~%s", job->poes.x[p], job->imts[m].name)
                         : kr_arena_printf(&e->arena, "%s-%s", job->imts[m].name,
                                           kr_repr_double(job->poes.x[p], repr));
    }
    return n;
}

static kr_status map_table(exporter *e, const kind *k, bool spectra)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t n = e->spec->sites->n, size = job->nimts * job->poes.n;
    char repr[32];
    float *maps;
    size_t *order;
    const char **names;
    kr_table t = {0};
    KR_ANEW(maps, &e->arena, n * size);
    KR_ANEW(order, &e->arena, size);
    KR_ANEW(names, &e->arena, size);
    KR_TRY(kr_h5_read_slab(e->file, k->maps, KR_H5_F32, (const size_t[]){0, k->index, 0, 0},
                           (const size_t[]){n, 1, job->nimts, job->poes.n}, maps));
    size_t ncols = map_columns(e, spectra, order, names);
    const char *more = kr_arena_printf(&e->arena, ", kind='%s', investigation_time=%s", k->name,
                                       kr_repr_double(job->investigation_time, repr));
    KR_TRY(kr_table_begin(e->ctx, e->spec->dir, table_name(e, spectra ? "uhs" : "map", k, ""), &t));
    kr_table_comment(&t, site_columns(e, e->depths) + ncols, comment(e, more));
    site_header(e, &t, e->depths);
    for (size_t c = 0; c < ncols; c++)
        kr_table_text(&t, names[c]);
    kr_table_end_row(&t);
    for (size_t i = 0; i < n; i++) {
        site_fields(e, &t, i, e->depths);
        for (size_t c = 0; c < ncols; c++)
            kr_table_number(&t, (double)maps[i * size + order[c]]);
        kr_table_end_row(&t);
    }
out:
    return end_table(e, &t, s);
}

static kr_status kind_tables(exporter *e, const kind *k)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    for (size_t m = 0; m < job->nimts; m++)
        KR_TRY(curve_table(e, k, m));
    if (job->poes.n && job->hazard_maps)
        KR_TRY(map_table(e, k, false));
    if (job->poes.n && job->uniform_hazard_spectra)
        KR_TRY(map_table(e, k, true));
out:
    return s;
}

/* Realizations are exported where they were asked for, or where there are no statistics. */
static kr_status all_kinds(exporter *e)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = e->spec;
    size_t rlzs = p->tree->nrlzs;
    bool want_rlzs = (rlzs > 1 && p->job->individual_rlzs == 1) || p->nstats == 0;
    for (size_t r = 0; r < rlzs && want_rlzs && p->store_rlzs; r++) {
        kind k = {.curves = "hcurves-rlzs", .maps = "hmaps-rlzs", .index = r};
        snprintf(k.name, sizeof k.name, "rlz-%03zu", r);
        KR_TRY(kind_tables(e, &k));
    }
    for (size_t i = 0; i < p->nstats; i++) {
        kind k = {.curves = "hcurves-stats", .maps = "hmaps-stats", .index = i};
        snprintf(k.name, sizeof k.name, "%s", p->stats[i].name);
        KR_TRY(kind_tables(e, &k));
    }
out:
    return s;
}

static kr_status realizations_table(exporter *e)
{
    kr_status s = KR_OK;
    const kr_tree *tree = e->spec->tree;
    kr_table t = {0};
    size_t rows = tree->nrlzs <= KR_RLZS_LISTED ? tree->nrlzs : 0;
    kr_arena rows_arena;
    kr_arena_init(&rows_arena, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_table_begin(e->ctx, e->spec->dir, "realizations.csv", &t));
    kr_table_comment(&t, 3, comment(e, ""));
    kr_table_text(&t, "rlz_id");
    kr_table_text(&t, "branch_path");
    kr_table_text(&t, "weight");
    kr_table_end_row(&t);
    for (size_t r = 0; r < rows; r++) {
        const char *path;
        kr_arena_reset(&rows_arena);
        KR_TRY(kr_tree_rlz_name(tree, r, &rows_arena, &path));
        kr_table_integer(&t, (long long)r);
        kr_table_text(&t, path);
        kr_table_format(&t, "%.7e", (double)(float)kr_tree_weight_exported(tree, r));
        kr_table_end_row(&t);
    }
out:
    kr_arena_clear(&rows_arena);
    return end_table(e, &t, s);
}

/* Measures in the order of their names, as the reference sorts its rows. */
static void sort_measures(const kr_job *job, size_t *order)
{
    for (size_t m = 0; m < job->nimts; m++) {
        size_t i = m;
        for (; i > 0 && strcmp(job->imts[order[i - 1]].name, job->imts[m].name) > 0; i--)
            order[i] = order[i - 1];
        order[i] = m;
    }
}

static kr_status by_source_table(exporter *e, size_t site)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = e->spec;
    const kr_job *job = p->job;
    size_t sources = p->tree->nbase_ids, imts = job->nimts, levels = job->nlevels;
    char lon[32], lat[32], vs30[32];
    float *rates;
    size_t *order;
    kr_table t = {0};
    KR_ANEW(rates, &e->arena, imts * levels * sources);
    KR_ANEW(order, &e->arena, imts);
    sort_measures(job, order);
    KR_TRY(kr_h5_read_slab(e->file, "mean_rates_by_src/array", KR_H5_F32,
                           (const size_t[]){site, 0, 0, 0},
                           (const size_t[]){1, imts, levels, sources}, rates));
    const char *more = kr_arena_printf(&e->arena, ", lon=%s, lat=%s, vs30=%s",
                                       kr_repr_double(p->sites->lon[site], lon),
                                       kr_repr_double(p->sites->lat[site], lat),
                                       kr_repr_double(p->sites->param[KR_COL_VS30][site], vs30));
    KR_TRY(kr_table_begin(e->ctx, p->dir,
                          kr_arena_printf(&e->arena, "mean_rates_by_src-%zu.csv", site), &t));
    kr_table_comment(&t, 4, comment(e, more));
    static const char *const header[] = {"source_id", "imt", "iml", "afoe"};
    for (size_t c = 0; c < 4; c++)
        kr_table_text(&t, header[c]);
    kr_table_end_row(&t);
    for (size_t i = 0; i < sources; i++)
        for (size_t j = 0; j < imts * levels; j++) {
            size_t m = order[j / levels], l = j % levels;
            double rate = (double)rates[(m * levels + l) * sources + i];
            if (!(rate > 0))
                continue;
            kr_table_text(&t, p->tree->base_ids[i]);
            kr_table_text(&t, job->imts[m].name);
            kr_table_format(&t, "%.5E", job->levels[m * levels + l]);
            kr_table_format(&t, "%.5E", rate);
            kr_table_end_row(&t);
        }
out:
    return end_table(e, &t, s);
}

kr_status kr_results_export_csv(kr_ctx *ctx, const kr_results_spec *spec, size_t *ntables)
{
    kr_status s = KR_OK;
    exporter e = {.ctx = ctx, .spec = spec};
    kr_arena_init(&e.arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_arena_init(&e.paths, ctx, KR_ACCOUNT_OUTPUT);
    for (size_t i = 0; i < spec->sites->n; i++)
        e.depths = e.depths || spec->sites->depth[i] != 0;
    char *path = kr_path_join(&e.arena, spec->dir, "results.h5");
    KR_TRY(path ? kr_h5_open(ctx, path, &e.file) : KR_ENOMEM);
    KR_TRY(all_kinds(&e));
    KR_TRY(realizations_table(&e));
    for (size_t i = 0; i < spec->sites->n && spec->job->disagg_by_src; i++)
        KR_TRY(by_source_table(&e, i));
    *ntables = e.ntables;
out:
    for (size_t i = 0; i < e.ntables && s != KR_OK; i++)
        unlink(e.written[i]);
    kr_h5_discard(&e.file);
    kr_free(e.written);
    kr_arena_clear(&e.paths);
    kr_arena_clear(&e.arena);
    return s;
}
