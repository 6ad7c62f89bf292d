/* Faccioli, E. and Cauzzi, C. (2006). Macroseismic intensities for seismic scenarios estimated from
 * instrumentally based correlations. First European Conference on Earthquake Engineering and
 * Seismology, Geneva, paper 569 (no DOI).
 *
 * Intensity by the distance to the epicentre, table 4. Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double c1 = 1.0157, c2 = 1.2566, c3 = -0.6547, h = 2.0, sigma = 0.5344;
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict repi = batch->col[KR_COL_REPI];

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = kr_gmm_at(out->mean, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] = c1 + c2 * mag[i] + 0.5 * c3 * log(repi[i] * repi[i] + h * h);
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, sigma);
    }
}

KR_GMM(faccioli_cauzzi_2006) = {
    .name = "FaccioliCauzzi2006",
    .title = "Faccioli and Cauzzi (2006), First European Conference on Earthquake Engineering and "
             "Seismology 569, no DOI",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_HORIZONTAL,
    .measures = KR_IMT_BIT(MMI),
    .needs = KR_BIT(MAG) | KR_BIT(REPI),
    .mag_lo = 4.5,
    .mag_hi = 7.0,
    .dist_hi = 200.0,
    .eval = eval,
};
