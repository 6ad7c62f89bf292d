/* Youd, T. L., Hansen, C. M. and Bartlett, S. F. (2002). Revised multilinear regression equations
 * for prediction of lateral spread displacement. J. Geotech. Geoenviron. Eng. 128(12), 1007-1017.
 * doi:10.1061/(ASCE)1090-0241(2002)128:12(1007)
 *
 * Displacement in m on sloping ground, or toward a free face where the slope is 0. As in the
 * reference, deep earthquakes (from 50 km on) are at least 5 km away. Neither slope nor free face:
 * no displacement to speak of. */
#include "gmm/gmm.h"
#include "num/vmath.h"

#define LEAST 1e-300

static void eval_mean(size_t n, const kr_gmm_batch *batch, double *restrict mean)
{
    const double ln_10 = 2.302585092994046;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict repi = batch->col[KR_COL_REPI];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict slope = batch->col[KR_COL_SLOPE];
    const double *restrict face = batch->col[KR_COL_FREEFACE_RATIO];
    const double *restrict t_15 = batch->col[KR_COL_T_15], *restrict f_15 = batch->col[KR_COL_F_15];
    const double *restrict d50_15 = batch->col[KR_COL_D50_15];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        bool sloping = slope[i] != 0.0;
        double deep = depth[i] >= 50.0 ? 5.0 : 0.0;
        double r = repi[i] < deep ? deep : repi[i];
        double ln_r = log(exp(ln_10 * (0.89 * mag[i] - 5.64)) + r);
        double ground = sloping ? slope[i] : face[i];
        double fines = 100.0 - f_15[i], thick = t_15[i];
        double ln_ground = log(ground > LEAST ? ground : LEAST);
        double ln_thick = log(thick > LEAST ? thick : LEAST);
        double ln_fines = log(fines > LEAST ? fines : LEAST);
        double constant = sloping ? -16.213 : -16.713, share = sloping ? 0.338 : 0.592;
        mean[i] = ln_10 * (constant + 1.532 * mag[i] - 0.012 * r) - 1.406 * ln_r +
                  share * ln_ground + 0.54 * ln_thick + 3.413 * ln_fines -
                  0.795 * log(d50_15[i] + 0.1);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        eval_mean(n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, 0.197 * 2.302585092994046);
    }
}

KR_GMM(youd_2002) = {
    .name = "YoudEtAl2002",
    .title = "Youd, Hansen and Bartlett (2002), J. Geotech. Geoenviron. Eng. 128(12)",
    .doi = "10.1061/(ASCE)1090-0241(2002)128:12(1007)",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(REPI) | KR_BIT(SLOPE) |
             KR_BIT(FREEFACE_RATIO) | KR_BIT(T_15) | KR_BIT(F_15) | KR_BIT(D50_15),
    .measures = KR_IMT_BIT(LSD),
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 200.0,
    .eval = eval,
};
