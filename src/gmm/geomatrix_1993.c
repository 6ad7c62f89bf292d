/* Geomatrix Consultants (1993). Seismic margin earthquake for the Trojan site. Final unpublished
 * report for Portland General Electric, Trojan Nuclear Plant, Rainier, Oregon (no DOI).
 *
 * Departures: coefficients and form of the U.S. hazard maps of 2008 (Petersen et al. 2008, USGS
 * Open-File Report 2008-1128), for earthquakes within the slab and vs30 = 760 m/s. */
#include "geomatrix_1993.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(geomatrix_1993, GEOMATRIX_1993);

/* What all measures share. */
typedef struct shared {
    double source[KR_GMM_BATCH];
    double cubed[KR_GMM_BATCH]; /* (10 - M)^3 */
    double ln_r[KR_GMM_BATCH];
    double mag[KR_GMM_BATCH]; /* at most 8, for sigma */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double constant = 0.2418 + 0.3846; /* rock, and within the slab */
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double under = 10.0 - mag[i];
        sh->source[i] = constant + 0.00607 * ztor[i] + 1.414 * mag[i];
        sh->cubed[i] = under * under * under;
        sh->ln_r[i] = log(rrup[i] + 1.7818 * exp(0.554 * mag[i]));
        sh->mag[i] = mag[i] < 8.0 ? mag[i] : 8.0;
    }
}

static void eval_one(const geomatrix_1993_row *row, size_t n, const shared *sh,
                     double *restrict mean, double *restrict sigma)
{
    const geomatrix_1993_row c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        mean[i] = sh->source[i] + c.gc1 + c.gc2 * sh->cubed[i] + c.gc3 * sh->ln_r[i];
        sigma[i] = c.gc4 + c.gc5 * sh->mag[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        geomatrix_1993_row c = geomatrix_1993_load(gmm->rows + m * GEOMATRIX_1993_NCOL);
        eval_one(&c, n, &sh, out->mean + m * out->stride, out->sigma + m * out->stride);
    }
}

KR_GMM(geomatrix_1993_sslab_nshmp2008) = {
    .name = "Geomatrix1993SSlabNSHMP2008",
    .title = "Geomatrix Consultants (1993), report on the Trojan site (no DOI)",
    .trt = "Subduction IntraSlab",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(ZTOR) | KR_BIT(RRUP),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.5,
    .dist_hi = 1000.0,
    .eval = eval,
};
