/* Realizations in memory, a bounded number at a time. */
#include "base/mem.h"
#include "output/export_int.h"

#include "num/poe.h"

#include <math.h>
#include <string.h>

static size_t curve_size(const kr_exporter *e)
{
    return e->spec->job->nimts * kr_job_curve_levels(e->spec->job);
}

size_t kr_export_block_size(const kr_exporter *e)
{
    return kr_results_block_rlzs(e->spec, kr_mem_limit(e->ctx));
}

void kr_export_clear_block(kr_exporter *e)
{
    kr_free(e->block.curves);
    kr_free(e->block.maps);
    e->block = (kr_export_block){0};
}

static kr_status room(kr_exporter *e, size_t first, size_t n)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    kr_export_clear_block(e);
    e->block.first = first;
    e->block.n = n;
    KR_NEW(e->block.curves, e->ctx, KR_ACCOUNT_OUTPUT, n * e->spec->sites->n * curve_size(e));
    if (job->poes.n)
        KR_NEW(e->block.maps, e->ctx, KR_ACCOUNT_OUTPUT,
               n * e->spec->sites->n * job->nimts * job->poes.n);
out:
    return s;
}

kr_status kr_export_read_block(kr_exporter *e, size_t first, size_t n)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    const size_t start[4] = {0, first, 0, 0};
    size_t sites = e->spec->sites->n;
    KR_TRY(room(e, first, n));
    KR_TRY(kr_h5_read_amounts(e->file, "hcurves-rlzs", KR_H5_F32, start,
                              (const size_t[]){sites, n, job->nimts, kr_job_curve_levels(job)},
                              e->block.curves));
    if (job->poes.n)
        KR_TRY(kr_h5_read_amounts(e->file, "hmaps-rlzs", KR_H5_F32, start,
                                  (const size_t[]){sites, n, job->nimts, job->poes.n},
                                  e->block.maps));
out:
    return s;
}

/* Curves and maps of a site from its rates. */
static void put_site(kr_exporter *e, size_t site, const double *rates, double *scratch)
{
    const kr_job *job = e->spec->job;
    size_t levels = job->nlevels, poes = job->poes.n;
    float *curves = e->block.curves + site * job->nimts * levels;
    kr_poes_of_rates(rates, job->nimts * levels, curves);
    for (size_t m = 0; m < job->nimts && poes; m++)
        kr_hazard_map(curves + m * levels, kr_job_curve_level(job, m), levels, job->poes.x, poes,
                      scratch, e->block.maps + (site * job->nimts + m) * poes);
}

/* The sum of some component rates at consecutive sites. */
static kr_status sum_rates(kr_exporter *e, const uint32_t *rates, size_t n, const size_t sites[2],
                           double *one, double *sum)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t size = sites[1] * job->nimts * job->nlevels;
    memset(sum, 0, size * sizeof *sum);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || rates[i] != rates[i - 1]) /* one may count twice */
            KR_TRY(kr_h5_read_amounts(
                e->file, "component_rates", KR_H5_F64, (const size_t[]){rates[i], sites[0], 0, 0},
                (const size_t[]){1, sites[1], job->nimts, job->nlevels}, one));
        for (size_t k = 0; k < size; k++)
            sum[k] += one[k];
    }
out:
    return s;
}

kr_status kr_export_compute_block(kr_exporter *e, const kr_pick *pick)
{
    kr_status s = KR_OK;
    const kr_job *job = e->spec->job;
    size_t n = kr_pick_rates(e->spec->tree, pick, NULL), all = e->spec->sites->n;
    size_t size = job->nimts * job->nlevels, at_once;
    uint32_t *rates = NULL;
    double *one = NULL, *sum = NULL, *scratch = NULL;
    at_once = kr_results_chunk_sites(size * sizeof *one);
    KR_TRY(room(e, 0, 1));
    KR_NEW(rates, e->ctx, KR_ACCOUNT_OUTPUT, n);
    kr_pick_rates(e->spec->tree, pick, rates);
    KR_NEW(one, e->ctx, KR_ACCOUNT_OUTPUT, at_once * size);
    KR_NEW(sum, e->ctx, KR_ACCOUNT_OUTPUT, at_once * size);
    KR_NEW(scratch, e->ctx, KR_ACCOUNT_OUTPUT, 2 * job->nlevels);
    for (size_t i = 0; i < all; i += at_once) {
        const size_t sites[2] = {i, all - i < at_once ? all - i : at_once};
        KR_TRY(sum_rates(e, rates, n, sites, one, sum));
        for (size_t k = 0; k < sites[1]; k++)
            put_site(e, i + k, sum + k * size, scratch);
    }
out:
    kr_free(rates);
    kr_free(one);
    kr_free(sum);
    kr_free(scratch);
    return s;
}
