/* Somerville, P., Collins, N., Abrahamson, N., Graves, R. and Saikia, C. (2001). Ground motion
 * attenuation relations for the central and eastern United States. Final report to the U.S.
 * Geological Survey, award 99HQGR0098 (no DOI).
 *
 * Departures: coefficients for vs30 = 760 m/s, further periods and the limits of the median as in
 * the U.S. maps of 2008 (magnitude_mblg.h). */
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"
#include "somerville_2001.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(somerville_2001, SOMERVILLE_2001);

/* What all measures share. */
typedef struct shared {
    double near[KR_GMM_BATCH];    /* factor of a3: ln R, at most that of 50 km */
    double far[KR_GMM_BATCH];     /* factor of a6: what is left of ln R */
    double by_mag[KR_GMM_BATCH];  /* factor of a4 */
    double over[KR_GMM_BATCH];    /* M - 6.4 */
    double squared[KR_GMM_BATCH]; /* (8.5 - M)^2 */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double depth_2 = 36.0, ln_r1 = 3.9191716577785582; /* ln of the R of rjb = 50 km */
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = 0.5 * log(rjb[i] * rjb[i] + depth_2);
        double over = mag[i] - 6.4, under = 8.5 - mag[i];
        sh->near[i] = rjb[i] < 50.0 ? ln_r : ln_r1;
        sh->far[i] = rjb[i] < 50.0 ? 0.0 : ln_r - ln_r1;
        sh->by_mag[i] = over * ln_r;
        sh->over[i] = over;
        sh->squared[i] = under * under;
    }
}

/* Table 8 of the report. */
static void eval_mean(const somerville_2001_row *row, size_t n, const double *restrict rjb,
                      const shared *sh, double *restrict mean)
{
    const somerville_2001_row c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = c.a1 + c.a2 * sh->over[i] + c.a7 * sh->squared[i] + c.a3 * sh->near[i] +
                  c.a4 * sh->by_mag[i] + c.a5 * rjb[i] + c.a6 * sh->far[i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        somerville_2001_row c = somerville_2001_load(gmm->rows + m * SOMERVILLE_2001_NCOL);
        double *mean = out->mean + m * out->stride;
        eval_mean(&c, n, batch->col[KR_COL_RJB], &sh, mean);
        mblg_limit(&gmm->imts[m], n, mean);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

KR_GMM(somerville_2001_nshmp2008) = {
    .name = "SomervilleEtAl2001NSHMP2008",
    .title = "Somerville et al. (2001), report to the U.S. Geological Survey (no DOI)",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.5,
    .dist_hi = 1000.0,
    .eval = eval,
};
