/* What holds for all tables of a disaggregation of a site. */
#include "base/str.h"
#include "output/export_disagg_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

kr_status kr_disagg_writer_damaged(const kr_disagg_writer *w, const char *name)
{
    return kr_fail(w->e->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                   w->e->choice->file, name);
}

kr_status kr_disagg_writer_edges(kr_disagg_writer *w, kr_disagg_dim dim, double **out, size_t *n)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK], start[2] = {w->site, 0}, count[2];
    int rank;
    char name[32];
    snprintf(name, sizeof name, "disagg-bins/%s", kr_disagg_dim_name(dim));
    KR_TRY(kr_h5_dims(w->e->file, name, dims, &rank));
    bool by_site = dim == KR_DIM_LON || dim == KR_DIM_LAT;
    if (rank != 1 + (int)by_site || (by_site && w->site >= dims[0]) || dims[rank - 1] < 2)
        return kr_disagg_writer_damaged(w, name);
    *n = count[rank - 1] = dims[rank - 1];
    if (by_site)
        count[0] = 1;
    else
        start[0] = 0;
    KR_ANEW(*out, &w->arena, *n);
    KR_TRY(kr_h5_read_slab(w->e->file, name, KR_H5_F64, start, count, *out));
out:
    return s;
}

/* "[1.0, 2.5]" */
static const char *list_numbers(kr_disagg_writer *w, const double *x, size_t n)
{
    char repr[32], *all = kr_arena_alloc(&w->arena, n * 28 + 3, 1);
    size_t at = 1;
    if (!all)
        return NULL;
    all[0] = '[';
    for (size_t i = 0; i < n; i++)
        at += (size_t)sprintf(all + at, "%s%s", i ? ", " : "", kr_repr_double(x[i], repr));
    strcpy(all + at, "]");
    return all;
}

static const char *list_trts(kr_disagg_writer *w, char *const *trts, size_t n)
{
    const char *all = "[";
    for (size_t i = 0; i < n && all; i++)
        all = kr_arena_printf(&w->arena, "%s%s'%s'", all, i ? ", " : "", trts[i]);
    return all ? kr_arena_printf(&w->arena, "%s]", all) : NULL;
}

/* Weights of the realizations at hand, in single precision as they are stored, and their numbers.
 */
static kr_status list_rlzs(kr_disagg_writer *w, const char **out)
{
    kr_status s = KR_OK;
    float total = 0;
    double *weights;
    char *ids;
    size_t at = 0;
    *out = "";
    if (w->nrlzs == 0 || !w->rlzs_named)
        return KR_OK;
    KR_ANEW(weights, &w->arena, w->nrlzs);
    KR_ANEW(ids, &w->arena, w->nrlzs * 12 + 1);
    for (size_t i = 0; i < w->nrlzs; i++)
        total += (float)kr_tree_weight(w->e->spec->tree, w->rlzs[i], 0);
    for (size_t i = 0; i < w->nrlzs; i++) {
        weights[i] = (double)((float)kr_tree_weight(w->e->spec->tree, w->rlzs[i], 0) / total);
        at += (size_t)sprintf(ids + at, "%s%u", i ? ", " : "", w->rlzs[i]);
    }
    const char *list = list_numbers(w, weights, w->nrlzs);
    *out = list ? kr_arena_printf(&w->arena, ", weights=%s, rlz_ids=[%s]", list, ids) : NULL;
    s = *out ? KR_OK : KR_ENOMEM;
out:
    return s;
}

static kr_status make_comment(kr_disagg_writer *w)
{
    static const char *const names[KR_DIMS] = {
        "", "mag_bin_edges", "dist_bin_edges", "lon_bin_edges", "lat_bin_edges", "eps_bin_edges"};
    kr_status s = KR_OK;
    const kr_sites *sites = w->e->spec->sites;
    char a[32], b[32], **trts;
    size_t n;
    const char *all = kr_arena_printf(&w->arena, ", investigation_time=%s",
                                      kr_repr_double(w->e->spec->job->investigation_time, a));
    for (kr_disagg_dim d = KR_DIM_MAG; d < KR_DIMS && all; d++) {
        double *edges;
        KR_TRY(kr_disagg_writer_edges(w, d, &edges, &n));
        const char *list = list_numbers(w, edges, n);
        all = list ? kr_arena_printf(&w->arena, "%s, %s=%s", all, names[d], list) : NULL;
    }
    KR_TRY(kr_h5_read_strings(w->e->file, "disagg-bins/TRT", &w->arena, &trts, &n));
    w->trts = (const char *const *)trts;
    w->ntrts = n;
    const char *regions = list_trts(w, trts, n);
    const char *rlzs;
    KR_TRY(list_rlzs(w, &rlzs));
    if (all && regions)
        all = kr_arena_printf(&w->arena, "%s, tectonic_region_types=%s, lon=%s, lat=%s%s", all,
                              regions, kr_repr_double(sites->lon[w->site], a),
                              kr_repr_double(sites->lat[w->site], b), rlzs);
    w->comment = all;
    s = all && regions ? KR_OK : KR_ENOMEM;
out:
    return s;
}

/* Where levels were given, what the mean curve has there. The reference shows that of the first
 * measure for all of them. */
static kr_status find_poes(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    const kr_job *job = w->e->spec->job;
    size_t stat = 0, n = job->nlevels;
    float *curve;
    KR_ANEW(curve, &w->arena, n);
    for (size_t i = 0; i < job->nimts * w->npoes && job->poes.n; i++)
        w->poes[i] = job->poes.x[i % w->npoes];
    while (stat + 1 < w->e->spec->nstats && !kr_str_eq(w->e->spec->stats[stat].name, "mean"))
        stat++;
    for (size_t m = 0; m < job->nimts && !job->poes.n; m++) {
        size_t of = job->compat == KR_COMPAT_EXACT ? m : 0;
        KR_TRY(kr_h5_read_slab(w->e->file, "hcurves-stats", KR_H5_F32,
                               (const size_t[]){w->site, stat, of, 0}, (const size_t[]){1, 1, 1, n},
                               curve));
        w->poes[m] = kr_map_poe(curve, job->levels + of * n, n, w->levels[of * w->npoes]);
    }
out:
    return s;
}

static void sort_rows(kr_disagg_writer *w)
{
    const double *x = w->poes; /* of the first measure; all have them in the same order */
    kr_export_sort_measures(w->e->spec->job, w->measures);
    for (size_t p = 0; p < w->npoes; p++) {
        size_t i = p;
        for (; i > 0 && x[w->order[i - 1]] > x[p]; i--)
            w->order[i] = w->order[i - 1];
        w->order[i] = p;
    }
}

kr_status kr_disagg_writer_site(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    kr_h5 *file = w->e->file;
    size_t nimts = w->e->spec->job->nimts, dims[KR_H5_MAX_RANK], n = w->e->spec->sites->n;
    int rank;
    uint32_t *rlzs;
    double *levels;
    KR_TRY(kr_h5_dims(file, "hmap3", dims, &rank));
    w->npoes = rank == 3 ? dims[2] : 0;
    if (rank != 3 || dims[0] != n || dims[1] != nimts || w->npoes == 0 ||
        (w->e->spec->job->poes.n ? w->e->spec->job->poes.n : 1) != w->npoes)
        return kr_disagg_writer_damaged(w, "hmap3");
    KR_ANEW(levels, &w->arena, nimts * w->npoes);
    if (w->set == 0)
        KR_TRY(kr_h5_read_amounts(file, "hmap3", KR_H5_F64, (const size_t[]){w->site, 0, 0},
                                  (const size_t[]){1, nimts, w->npoes}, levels));
    else
        KR_TRY(kr_h5_read_amounts(file, "disagg-tree/level", KR_H5_F64,
                                  (const size_t[]){w->site, w->set, 0, 0},
                                  (const size_t[]){1, 1, nimts, w->npoes}, levels));
    w->levels = levels;
    if (kr_h5_exists(file, "best_rlzs")) {
        KR_TRY(kr_h5_dims(file, "best_rlzs", dims, &rank));
        if (rank != 2 || dims[0] != n)
            return kr_disagg_writer_damaged(w, "best_rlzs");
        w->nrlzs = dims[1];
        KR_ANEW(rlzs, &w->arena, w->nrlzs);
        KR_TRY(kr_h5_read_slab(file, "best_rlzs", KR_H5_U32, (const size_t[]){w->site, 0},
                               (const size_t[]){1, w->nrlzs}, rlzs));
        for (size_t z = 0; z < w->nrlzs; z++)
            if (rlzs[z] >= w->e->spec->tree->nrlzs)
                return kr_disagg_writer_damaged(w, "best_rlzs");
        w->rlzs = rlzs;
    }
    KR_ANEW(w->poes, &w->arena, nimts * w->npoes);
    KR_ANEW(w->measures, &w->arena, nimts);
    KR_ANEW(w->order, &w->arena, w->npoes);
    for (size_t m = 0; m < nimts; m++)
        w->measures[m] = m;
    KR_TRY(find_poes(w));
    sort_rows(w);
    KR_TRY(make_comment(w));
out:
    return s;
}

kr_status kr_export_disagg_levels(kr_exporter *e, size_t site, kr_arena *arena,
                                  kr_export_levels *out)
{
    kr_status s = KR_OK;
    size_t nimts = e->spec->job->nimts;
    double *levels, *poes;
    size_t *measures, *order;
    kr_disagg_writer w = {.e = e, .site = site};
    kr_arena_init(&w.arena, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_disagg_writer_site(&w));
    KR_ANEW(levels, arena, nimts * w.npoes);
    KR_ANEW(poes, arena, nimts * w.npoes);
    KR_ANEW(measures, arena, nimts);
    KR_ANEW(order, arena, w.npoes);
    memcpy(levels, w.levels, nimts * w.npoes * sizeof *levels);
    memcpy(poes, w.poes, nimts * w.npoes * sizeof *poes);
    memcpy(measures, w.measures, nimts * sizeof *measures);
    memcpy(order, w.order, w.npoes * sizeof *order);
    *out = (kr_export_levels){w.npoes, levels, poes, measures, order};
out:
    kr_arena_clear(&w.arena);
    return s;
}
