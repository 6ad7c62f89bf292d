/* Climent, A., Taylor, W., Ciudad Real, M., Strauch, W., Villagran, M., Dahle, A. and Bungum, H.
 * (1994). Spectral strong motion attenuation in Central America. NORSAR Technical Report 2-17, no
 * DOI.
 *
 * Departures, all as in OpenQuake 3.21: pseudo-velocities are taken to accelerations, and the
 * larger component to the geometric mean (r_SA, r_std), though the component told is the larger;
 * distances below 6.06 km count as that; soil is vs30 below 760 m/s. */
#include "climent_1994.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(climent_1994, CLIMENT_1994);

static const double nearest = 6.056877878;

/* Equation 1. */
static void eval_mean(const climent_1994_row *row, double ln_unit, size_t n,
                      const kr_gmm_batch *batch, double *restrict mean)
{
    const climent_1994_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rhypo[i] > nearest ? rhypo[i] : nearest;
        double site = vs30[i] < 760.0 ? c.c5 : 0.0;
        mean[i] = c.c1 + c.c2 * mag[i] + c.c3 * log(r) + c.c4 * r + site + ln_unit;
    }
}

static double ln_unit_of(const kr_imt *imt)
{
    const double ln_g = log(9.80665), two_pi = 6.28318530717958647693;
    return imt->kind == KR_IMT_PGA ? -ln_g : log(two_pi / imt->period) - ln_g;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        climent_1994_row c = climent_1994_load(gmm->rows + m * CLIMENT_1994_NCOL);
        eval_mean(&c, ln_unit_of(&gmm->imts[m]) - log(c.r_SA), n, batch,
                  out->mean + m * out->stride);
        constant_total(out, m, n, c.SigmaB / c.r_std);
    }
}

KR_GMM(climent_1994) = {
    .name = "ClimentEtAl1994",
    .title = "Climent et al. (1994), NORSAR Technical Report 2-17, no DOI",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 500.0,
    .eval = eval,
};
