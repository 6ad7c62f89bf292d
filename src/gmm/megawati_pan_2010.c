/* Megawati, K. and Pan, T.-C. (2010). Ground-motion attenuation relationship for the Sumatran
 * megathrust earthquakes. Earthq. Eng. Struct. Dyn. 39(8), 827-845. doi:10.1002/eqe.967
 *
 * Departures: none. Made for very hard rock and distances of 200 km and more. */
#include "gmm/gmm.h"
#include "megawati_pan_2010.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(megawati_pan_2010, MEGAWATI_PAN_2010);

static const double ln_unit = -6.888230912967695; /* ln(0.01 / 9.80665): cm/s2 to g */

/* Equation 1. */
static void eval_mean(const megawati_pan_2010_row *row, double unit, size_t n,
                      const kr_gmm_batch *batch, const double *restrict ln_r, double *restrict mean)
{
    const megawati_pan_2010_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 6.0;
        mean[i] = c.a0 + m * (c.a1 + c.a2 * m) + c.a3 * ln_r[i] +
                  (c.a4 + c.a5 * mag[i]) * rhypo[i] + unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    double ln_r[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        ln_r[i] = log(rhypo[i]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        megawati_pan_2010_row c = megawati_pan_2010_load(gmm->rows + m * MEGAWATI_PAN_2010_NCOL);
        double unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_unit;
        eval_mean(&c, unit, n, batch, ln_r, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

KR_GMM(megawati_pan_2010) = {
    .name = "MegawatiPan2010",
    .title = "Megawati and Pan (2010), Earthq. Eng. Struct. Dyn. 39(8)",
    .doi = "10.1002/eqe.967",
    .trt = "Subduction Interface",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 4.0,
    .mag_hi = 9.5,
    .dist_hi = 1500.0,
    .eval = eval,
};
