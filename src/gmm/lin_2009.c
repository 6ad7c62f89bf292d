/* Lin, P.-S. (2009). Ground-motion attenuation relationship and path-effect study using Taiwan data
 * set. Ph.D. dissertation, National Central University, Taiwan (no DOI).
 *
 * Departures: none. ...AdjustedSigma has the deviations of Cheng, C.-T., Hsieh, P.-S., Lin, P.-S.,
 * Yen, Y.-T. and Chan, C.-H. (2013). Probability seismic hazard mapping of Taiwan. */
#include "gmm/gmm.h"
#include "lin_2009.tab.h"
#include "lin_2009_adjusted.tab.h"
#include "num/vmath.h"

_Static_assert((int)LIN_2009_NCOL == (int)LIN_2009_ADJUSTED_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(lin_2009, LIN_2009);
static const kr_gmm_table adjusted_table = KR_GMM_TABLE(lin_2009_adjusted, LIN_2009_ADJUSTED);

static const double ref_mag = 6.3, ref_vs30 = 1130.0;

/* What all measures share. */
typedef struct shared {
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH]; /* 1 or 0 */
    double ln_vs30[KR_GMM_BATCH];                       /* ln(vs30 / 1130) */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double normal = rake[i] >= -120.0 ? 1.0 : 0.0, reverse = rake[i] >= 30.0 ? 1.0 : 0.0;
        sh->normal[i] = rake[i] <= -60.0 ? normal : 0.0;
        sh->reverse[i] = rake[i] <= 150.0 ? reverse : 0.0;
        sh->ln_vs30[i] = log(vs30[i] / ref_vs30);
    }
}

/* Equation 4.1. */
static void eval_mean(const lin_2009_row *row, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict mean)
{
    const lin_2009_row c = *row;
    const double near_2 = exp(2.0 * c.H), above = -c.H * c.C5;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - ref_mag, d = 8.5 - mag[i];
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + near_2);
        mean[i] = c.C1 + c.C3 * (d * d) + (m > 0.0 ? above : c.C2) * m + (c.C4 + c.C5 * m) * ln_r +
                  c.C6 * sh->normal[i] + c.C7 * sh->reverse[i] + c.C8 * sh->ln_vs30[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        lin_2009_row c = lin_2009_load(gmm->rows + m * LIN_2009_NCOL);
        eval_mean(&c, n, batch, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

#define LIN_2009                                                                                   \
    .title = "Lin (2009), dissertation, National Central University, Taiwan (no DOI)",             \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),                             \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0,  \
    .eval = eval

KR_GMM(lin_2009) = {
    LIN_2009,
    .name = "Lin2009",
    .table = &table,
};

KR_GMM(lin_2009_adjusted) = {
    LIN_2009,
    .name = "Lin2009AdjustedSigma",
    .table = &adjusted_table,
};
