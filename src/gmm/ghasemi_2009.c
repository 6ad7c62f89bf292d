/* Ghasemi, H., Zare, M., Fukushima, Y. and Koketsu, K. (2009). An empirical spectral ground-motion
 * model for Iran. J. Seismol. 13(4), 499-515. doi:10.1007/s10950-008-9143-x
 *
 * Departures: PGA, which the paper does not give, is SA at 0.05 s; rock is vs30 from 760 m/s on. */
#include "ghasemi_2009.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(ghasemi_2009, GHASEMI_2009);

static const double a5 = 0.42;

/* Equation 1. */
static void eval_mean(const double *row, size_t n, const kr_gmm_batch *batch,
                      const double *restrict growth, double *restrict mean)
{
    const ghasemi_2009_row c = ghasemi_2009_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = vs30[i] < 760.0 ? c.a7 : c.a6;
        double ln_r = log(rrup[i] + c.a4 * growth[i]);
        mean[i] = ln_10 * (c.a1 + c.a2 * mag[i] + site) + c.a3 * ln_r + ln_cm_s2_to_g;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    size_t n = kr_gmm_padded(batch->n);
    double growth[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        growth[i] = exp(ln_10 * a5 * mag[i]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * GHASEMI_2009_NCOL;
        eval_mean(row, n, batch, growth, out->mean + m * out->stride);
        constant_total(out, m, n, ln_10 * ghasemi_2009_load(row).sigma);
    }
}

KR_GMM(ghasemi_2009) = {
    .name = "GhasemiEtAl2009",
    .title = "Ghasemi, Zare, Fukushima and Koketsu (2009), J. Seismol. 13(4)",
    .doi = "10.1007/s10950-008-9143-x",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_GMROTI50,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 7.4,
    .dist_hi = 100.0,
    .eval = eval,
};
