/* Disaggregation in results.h5, under the reference's names: disagg-bins, best_rlzs, hmap3, poe4,
 * disagg-rlzs, disagg-stats; and that of the whole tree in disagg-tree. */
#include "output/results.h"
#include "output/results_int.h"

#include <math.h>
#include <stdio.h>

enum { CHUNK_NUMBERS = KR_DISAGG_CHUNK / 8 };

/* Of a probability over all bins, as in the reference. */
static const double POE_FLOOR = 1e-12;

/* The extents of a table of all sites: sites, its axes, measures, probabilities, targets. */
static int extents(const kr_results_spec *p, const kr_disagg_kind *kind, size_t targets,
                   size_t dims[KR_H5_MAX_RANK])
{
    int rank = 0;
    dims[rank++] = p->sites->n;
    for (size_t i = 0; i < kind->ndims; i++)
        dims[rank++] = p->disagg->edges->n[kind->dims[i]];
    dims[rank++] = p->job->nimts;
    dims[rank++] = p->disagg->npoes;
    dims[rank++] = targets;
    return rank;
}

/* A chunk is of one site and of what is put together; its leading axes are cut until it is small.
 */
static kr_status make_table(kr_h5 *file, const kr_results_spec *p, const char *group,
                            const kr_disagg_kind *kind, size_t targets)
{
    char name[96];
    size_t dims[KR_H5_MAX_RANK], chunk[KR_H5_MAX_RANK], numbers = 1;
    int rank = extents(p, kind, targets, dims);
    for (int d = 0; d < rank; d++) {
        chunk[d] = d == 0 ? 1 : d == rank - 3 ? p->disagg->nimts : dims[d];
        if (d == rank - 1 && targets > KR_DISAGG_RLZS)
            chunk[d] = KR_DISAGG_RLZS;
        numbers *= chunk[d];
    }
    for (int d = 1; d < rank; d++)
        while (numbers > CHUNK_NUMBERS && chunk[d] > 1) {
            numbers /= chunk[d];
            chunk[d] = (chunk[d] + 1) / 2;
            numbers *= chunk[d];
        }
    snprintf(name, sizeof name, "%s/%s", group, kind->name);
    return kr_h5_make(file, name, KR_H5_F64, rank, dims, chunk);
}

static kr_status write_bins(kr_h5 *file, const kr_disagg_edges *e)
{
    kr_status s = KR_OK;
    const size_t mag = e->n[KR_DIM_MAG] + 1, dist = e->n[KR_DIM_DIST] + 1;
    const size_t eps = e->n[KR_DIM_EPS] + 1;
    const size_t lon[2] = {e->nsites, e->n[KR_DIM_LON] + 1};
    const size_t lat[2] = {e->nsites, e->n[KR_DIM_LAT] + 1};
    KR_TRY(kr_h5_write(file, "disagg-bins/Mag", KR_H5_F64, 1, &mag, e->mag));
    KR_TRY(kr_h5_write(file, "disagg-bins/Dist", KR_H5_F64, 1, &dist, e->dist));
    KR_TRY(kr_h5_write(file, "disagg-bins/Lon", KR_H5_F64, 2, lon, e->lon));
    KR_TRY(kr_h5_write(file, "disagg-bins/Lat", KR_H5_F64, 2, lat, e->lat));
    KR_TRY(kr_h5_write(file, "disagg-bins/Eps", KR_H5_F64, 1, &eps, e->eps));
    KR_TRY(kr_h5_write_strings(file, "disagg-bins/TRT", e->trts, e->ntrts, false));
out:
    return s;
}

/* Names of branches: those of columns of their tables. */
static kr_status write_branches(kr_h5 *file, const kr_structure *structure, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = 0;
    const char **sets, **branches;
    for (size_t c = 0; c < structure->nchoices; c++)
        n += structure->choices[c].nstates;
    KR_ANEW(sets, arena, n + 1);
    KR_ANEW(branches, arena, n + 1);
    n = 0;
    for (size_t c = 0; c < structure->nchoices; c++)
        for (size_t k = 0; k < structure->choices[c].nstates; k++, n++) {
            sets[n] = structure->choices[c].name;
            branches[n] = structure->choices[c].states[k];
        }
    KR_TRY(kr_h5_write_strings(file, "disagg-tree/branch_set", sets, n, false));
    KR_TRY(kr_h5_write_strings(file, "disagg-tree/branch", branches, n, false));
out:
    return s;
}

static kr_status make_tree(kr_h5 *file, const kr_results_spec *p, kr_arena *arena)
{
    static const char *const columns[] = {KR_DISAGG_SUMMARY_NAMES};
    kr_status s = KR_OK;
    const kr_results_disagg *d = p->disagg;
    const size_t n = p->sites->n, imts = p->job->nimts;
    KR_TRY(kr_h5_make(file, "disagg-tree/level", KR_H5_F64, 4,
                      (const size_t[]){n, d->nsets, imts, d->npoes}, NULL));
    KR_TRY(kr_h5_make(file, "disagg-tree/summary", KR_H5_F64, 4,
                      (const size_t[]){n, imts, d->npoes, KR_DISAGG_SUMMARY}, NULL));
    KR_TRY(
        kr_h5_set_attr_strings(file, "disagg-tree/summary", "columns", columns, KR_DISAGG_SUMMARY));
    for (size_t i = 0; i < d->nstatistics; i++) {
        char group[64];
        snprintf(group, sizeof group, "disagg-tree/%s", d->statistics[i].name);
        for (size_t k = 0; k < p->job->disagg.nkinds; k++)
            KR_TRY(make_table(file, p, group, p->job->disagg.kinds[k], d->statistics[i].columns));
        if (kr_str_eq(d->statistics[i].name, "branches"))
            KR_TRY(write_branches(file, &p->tree->structure, arena));
    }
out:
    return s;
}

kr_status kr_results_make_disagg(kr_h5 *file, const kr_results_spec *p, kr_arena *arena)
{
    kr_status s = KR_OK;
    const kr_results_disagg *d = p->disagg;
    const size_t n = p->sites->n, dims[4] = {n, p->job->nimts, d->npoes, d->nrlzs};
    KR_TRY(write_bins(file, d->edges));
    KR_TRY(kr_h5_make(file, "hmap3", KR_H5_F64, 3, dims, NULL));
    if (d->nrlzs) {
        KR_TRY(kr_h5_make(file, "best_rlzs", KR_H5_U32, 2, (const size_t[]){n, d->nrlzs}, NULL));
        KR_TRY(kr_h5_make(file, "poe4", KR_H5_F64, 4, dims, NULL));
    }
    for (size_t i = 0; i < p->job->disagg.nkinds; i++) {
        if (d->nrlzs)
            KR_TRY(make_table(file, p, "disagg-rlzs", p->job->disagg.kinds[i], d->nrlzs));
        if (d->mean)
            KR_TRY(make_table(file, p, "disagg-stats", p->job->disagg.kinds[i], 1));
    }
    KR_TRY(make_tree(file, p, arena));
    KR_TRY(kr_results_make_shares(file, p));
    KR_TRY(kr_results_make_cells(file, p, arena));
out:
    return s;
}

double kr_results_disagg_bytes(const kr_results_spec *p)
{
    const kr_results_disagg *d = p->disagg;
    double targets = (double)(d->nrlzs + d->mean), cells = 2, bytes = 8192;
    double levels = (double)(p->sites->n * p->job->nimts * d->npoes);
    for (size_t i = 0; i < d->nstatistics; i++)
        targets += (double)d->statistics[i].columns;
    for (size_t i = 0; i < p->job->disagg.nkinds; i++) {
        double n = 1;
        for (size_t k = 0; k < p->job->disagg.kinds[i]->ndims; k++)
            n *= (double)d->edges->n[p->job->disagg.kinds[i]->dims[k]];
        cells += n;
        bytes += 4096 * (double)(2 + d->nstatistics);
    }
    for (size_t k = KR_DIM_MAG; k < KR_DIMS; k++)
        bytes += 8 * (double)(d->edges->n[k] + 1) * (double)p->sites->n;
    for (size_t i = 0; i < d->nstatistics; i++)
        bytes += 80 * (double)d->statistics[i].columns;
    bytes += kr_results_shares_bytes(p) + kr_results_cells_stored(p);
    return bytes + 8 * levels * (cells * targets + (double)(d->nsets + KR_DISAGG_SUMMARY));
}

kr_status kr_results_put_disagg_site(kr_results *r, size_t site, const double *levels,
                                     const uint32_t *rlzs, const double *summary)
{
    kr_status s = KR_OK;
    const kr_results_disagg *d = r->spec.disagg;
    const size_t start[4] = {site, 0, 0, 0}, imts = r->spec.job->nimts;
    KR_TRY(kr_h5_write_slab(r->file, "hmap3", KR_H5_F64, start, (const size_t[]){1, imts, d->npoes},
                            levels));
    KR_TRY(kr_h5_write_slab(r->file, "disagg-tree/level", KR_H5_F64, start,
                            (const size_t[]){1, d->nsets, imts, d->npoes}, levels));
    KR_TRY(kr_h5_write_slab(r->file, "disagg-tree/summary", KR_H5_F64, start,
                            (const size_t[]){1, imts, d->npoes, KR_DISAGG_SUMMARY}, summary));
    if (d->nrlzs)
        KR_TRY(kr_h5_write_slab(r->file, "best_rlzs", KR_H5_U32, start,
                                (const size_t[]){1, d->nrlzs}, rlzs));
out:
    return s;
}

/* The probability over all bins. */
static kr_status put_total(kr_results *r, size_t site, size_t measure, size_t first,
                           const kr_disagg_sums *sums)
{
    kr_status s = KR_OK;
    double *poes = NULL;
    size_t npoes = r->spec.disagg->npoes;
    KR_NEW(poes, r->ctx, KR_ACCOUNT_OUTPUT, sums->nlevels * sums->ntargets);
    for (size_t i = 0; i < sums->nlevels * sums->ntargets; i++)
        poes[i] = fmax(sums->total[i], POE_FLOOR);
    KR_TRY(kr_h5_write_slab(r->file, "poe4", KR_H5_F64, (const size_t[]){site, measure, 0, first},
                            (const size_t[]){1, sums->nlevels / npoes, npoes, sums->ntargets},
                            poes));
out:
    kr_free(poes);
    return s;
}

kr_status kr_results_put_disagg(kr_results *r, size_t site, size_t measure, const char *group,
                                size_t first, const kr_disagg_sums *sums)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < sums->nkinds; i++) {
        size_t start[KR_H5_MAX_RANK] = {site}, count[KR_H5_MAX_RANK];
        char name[96];
        int rank = extents(&r->spec, sums->kinds[i], sums->ntargets, count);
        start[rank - 3] = measure;
        start[rank - 1] = first;
        count[0] = 1;
        count[rank - 3] = sums->nlevels / r->spec.disagg->npoes;
        snprintf(name, sizeof name, "%s/%s", group, sums->kinds[i]->name);
        KR_TRY(kr_h5_write_slab(r->file, name, KR_H5_F64, start, count, sums->rates[i]));
    }
    if (kr_str_eq(group, "disagg-rlzs"))
        KR_TRY(put_total(r, site, measure, first, sums));
out:
    return s;
}
