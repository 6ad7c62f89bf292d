/* Whether the parts of a results file fit each other: numbers that can be what they are called, and
 * datasets of the shape that the others tell, so that no index can lead out of one. */
#include "output/stored.h"
#include "output/stored_int.h"

#include <math.h>

/* A dataset, if it is there, has these extents. */
static kr_status check_shape(const kr_reader *r, const char *name, int rank, const size_t *dims)
{
    kr_status s = KR_OK;
    size_t found[KR_H5_MAX_RANK];
    int nfound;
    if (!kr_h5_exists(r->file, name))
        return KR_OK;
    KR_TRY(kr_h5_dims(r->file, name, found, &nfound));
    for (int i = 0; i < rank; i++)
        if (nfound != rank || found[i] != dims[i])
            return kr_reader_damaged(r, name);
out:
    return s;
}

static kr_status need_shape(const kr_reader *r, const char *name, int rank, const size_t *dims)
{
    return kr_h5_exists(r->file, name) ? check_shape(r, name, rank, dims)
                                       : kr_reader_damaged(r, name);
}

/* ------------------------------------------------------------------ numbers */

static bool are_within(const double *x, size_t n, double from, double to)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] >= from && x[i] <= to))
            return false;
    return true;
}

static kr_status check_job(const kr_reader *r, const kr_job *job)
{
    if (!(job->investigation_time >= KR_YEARS_MIN && job->investigation_time <= KR_YEARS_MAX))
        return kr_reader_damaged(r, "investigation_time");
    if (!(job->quantile_bracket >= 0))
        return kr_reader_damaged(r, "quantile_bracket");
    if (job->nlevels == 0)
        return kr_reader_damaged(r, "imtls/levels");
    for (size_t m = 0; m < job->nimts; m++)
        for (size_t l = 0; l < job->nlevels; l++) {
            double x = job->levels[m * job->nlevels + l];
            if (!isfinite(x) || (l > 0 && !(x > job->levels[m * job->nlevels + l - 1])))
                return kr_reader_damaged(r, "imtls/levels");
        }
    for (size_t l = 0; l < job->soil_intensities.n; l++)
        if (!isfinite(job->soil_intensities.x[l]) ||
            (l > 0 && !(job->soil_intensities.x[l] > job->soil_intensities.x[l - 1])))
            return kr_reader_damaged(r, "imtls/soil_intensities");
    if (!are_within(job->poes.x, job->poes.n, 0, 1))
        return kr_reader_damaged(r, "poes");
    if (!are_within(job->quantiles.x, job->quantiles.n, 0, 1))
        return kr_reader_damaged(r, "stats");
    return KR_OK;
}

static kr_status check_sites(const kr_reader *r, const kr_sites *sites)
{
    if (sites->n == 0 || !are_within(sites->lon, sites->n, -180, 180))
        return kr_reader_damaged(r, "sitecol/lon");
    if (!are_within(sites->lat, sites->n, -90, 90))
        return kr_reader_damaged(r, "sitecol/lat");
    if (!are_within(sites->depth, sites->n, -KR_STORED_DEPTH_KM, KR_STORED_DEPTH_KM))
        return kr_reader_damaged(r, "sitecol/depth");
    if (!sites->param[KR_COL_VS30])
        return kr_reader_damaged(r, "sitecol/vs30");
    return KR_OK;
}

/* ------------------------------------------------------------------ shapes */

static kr_status check_sampling(const kr_reader *r, const kr_stored *x)
{
    kr_status s = KR_OK;
    size_t n;
    KR_TRY(kr_reader_count(r, "sampling_error/stats", &n));
    const size_t dims[] = {x->sites->n, n, x->job->nimts, x->job->nlevels, 2};
    if (n > 0)
        KR_TRY(need_shape(r, "sampling_error/ranges", 5, dims));
    KR_TRY(check_shape(r, "sampling_error/whole", 4, dims));
    if (n > 0 && (x->nstats == 0 || x->job->soil_intensities.n))
        s = kr_reader_damaged(r, "sampling_error/stats");
out:
    return s;
}

kr_status kr_stored_check(const kr_reader *r, const kr_stored *x)
{
    kr_status s = KR_OK;
    const kr_job *job = x->job;
    size_t n = x->sites->n, curve = kr_job_curve_levels(job);
    KR_TRY(check_job(r, job));
    KR_TRY(check_sites(r, x->sites));
    if (x->nstats) {
        KR_TRY(
            need_shape(r, "hcurves-stats", 4, (const size_t[]){n, x->nstats, job->nimts, curve}));
        if (job->poes.n)
            KR_TRY(need_shape(r, "hmaps-stats", 4,
                              (const size_t[]){n, x->nstats, job->nimts, job->poes.n}));
    }
    if (x->nsources)
        KR_TRY(need_shape(r, "mean_rates_by_src/array", 4,
                          (const size_t[]){n, job->nimts, job->nlevels, x->nsources}));
    KR_TRY(check_sampling(r, x));
out:
    return s;
}

kr_status kr_stored_check_tree(const kr_reader *r, const kr_stored *x)
{
    kr_status s = KR_OK;
    const kr_job *job = x->job;
    const kr_tree *tree = x->tree;
    size_t n = x->sites->n, curve = kr_job_curve_levels(job);
    KR_TRY(check_shape(r, "component_rates", 4,
                       (const size_t[]){tree->nrates, n, job->nimts, job->nlevels}));
    if (tree->nweights != 1 && tree->nweights != 1 + job->nimts)
        return kr_reader_damaged(r, "tree/gsims/weights");
    if (x->nsources && x->nsources != tree->nbase_ids)
        return kr_reader_damaged(r, "mean_rates_by_src/src_id");
    if (!x->has_rlzs)
        return KR_OK;
    if (tree->nrlzs == KR_UNNUMBERED)
        return kr_reader_damaged(r, "hcurves-rlzs");
    KR_TRY(need_shape(r, "hcurves-rlzs", 4, (const size_t[]){n, tree->nrlzs, job->nimts, curve}));
    if (job->poes.n)
        KR_TRY(need_shape(r, "hmaps-rlzs", 4,
                          (const size_t[]){n, tree->nrlzs, job->nimts, job->poes.n}));
out:
    return s;
}
