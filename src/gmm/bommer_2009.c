/* Bommer, J. J., Stafford, P. J. and Alarcon, J. E. (2009). Empirical equations for the prediction
 * of the significant, bracketed, and uniform duration of earthquake ground motion. Bull. Seism.
 * Soc. Am. 99(6), 3217-3233. doi:10.1785/0120080298
 *
 * Significant durations only. Departures: none. */
#include "bommer_2009.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(bommer_2009, BOMMER_2009);

static void eval_mean(const bommer_2009_row *row, size_t n, const kr_gmm_batch *batch,
                      double *restrict mean)
{
    const bommer_2009_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP], *restrict vs30 = batch->col[KR_COL_VS30];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + c.h1 * c.h1);
        mean[i] = c.c0 + c.m1 * mag[i] + (c.r1 + c.r2 * mag[i]) * ln_r + c.z1 * ztor[i] +
                  c.v1 * log(vs30[i]);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        bommer_2009_row c = bommer_2009_load(gmm->rows + m * BOMMER_2009_NCOL);
        eval_mean(&c, n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.tau * c.tau + c.phi * c.phi));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

KR_GMM(bommer_2009_rsd) = {
    .name = "BommerEtAl2009RSD",
    .title = "Bommer, Stafford and Alarcon (2009), Bull. Seism. Soc. Am. 99(6)",
    .doi = "10.1785/0120080298",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(RSD575) | KR_IMT_BIT(RSD595),
    .has_tau_phi = true,
    .table = &table,
    .mag_lo = 4.8,
    .mag_hi = 7.9,
    .dist_hi = 100.0,
    .eval = eval,
};
