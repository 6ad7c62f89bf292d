/* Baumont, D., Manchuel, K., Traversa, P., Durouchoux, C., Nayman, E. and Ameri, G. (2018).
 * Intensity predictive attenuation models calibrated in Mw for metropolitan France. Bull.
 * Earthquake Eng. 16(6), 2285-2310. doi:10.1007/s10518-018-0344-6
 *
 * Model 2.2.1.0 for high attenuation, mean intensities from 30 km with seven classes.
 * Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double c1 = 2.4, c2 = 1.301, beta = -2.544, gamma = -5.14e-3, within = 0.227,
                 between = 0.373;
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rhypo = batch->col[KR_COL_RHYPO];

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = kr_gmm_at(out->mean, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] = c1 + c2 * mag[i] + beta * log10(rhypo[i]) + gamma * rhypo[i];
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, sqrt(between * between + within * within));
    }
}

KR_GMM(baumont_2018) = {
    .name = "BaumontEtAl2018High2210IAVGDC30n7",
    .title = "Baumont, Manchuel, Traversa, Durouchoux, Nayman and Ameri (2018), Bull. Earthquake "
             "Eng. 16(6)",
    .doi = "10.1007/s10518-018-0344-6",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_HORIZONTAL,
    .measures = KR_IMT_BIT(MMI),
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO),
    .mag_lo = 3.0,
    .mag_hi = 7.0,
    .dist_hi = 400.0,
    .eval = eval,
};
