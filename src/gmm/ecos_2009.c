/* Faeh, D. et al. (2011). ECOS-09, earthquake catalogue of Switzerland, release 2011, appendix D:
 * calibration of historical earthquakes for the earthquake catalogue of Switzerland. Swiss
 * Seismological Service, ETH Zurich (no DOI).
 *
 * Equations 8 and 9, solved for the intensity, with a depth of 10 km and no weighting: from all
 * levels of intensity, and from the three highest. OpenQuake asks for the depth of the hypocentre,
 * which the equations do not use. Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct coefficients {
    double a, b, alpha, beta, sigma;
} coefficients;

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const coefficients c = *(const coefficients *)gmm->cls->variant;
    const double depth = 10.0;
    const double c0 = c.alpha * (c.a * log(30.0 / depth) + c.b * (30.0 - depth)) + c.beta;
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rhypo = batch->col[KR_COL_RHYPO];

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = kr_gmm_at(out->mean, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] =
                (mag[i] - c0) / c.alpha + c.a * log(rhypo[i] / depth) + c.b * (rhypo[i] - depth);
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, c.sigma);
    }
}

#define ECOS_2009                                                                                  \
    .title = "Faeh et al. (2011), ECOS-09, appendix D, Swiss Seismological Service, no DOI",       \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_HORIZONTAL,                           \
    .measures = KR_IMT_BIT(MMI), .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO),        \
    .mag_lo = 3.0, .mag_hi = 7.0, .dist_hi = 200.0, .eval = eval

KR_GMM(ecos_2009_all) = {
    ECOS_2009,
    .name = "ECOS2009",
    .variant = &(const coefficients){-0.67755, -0.00174, 0.7725, 1.0363, 0.4073},
};

KR_GMM(ecos_2009_highest) = {
    ECOS_2009,
    .name = "ECOS2009Highest",
    .variant = &(const coefficients){-0.4834, -0.00179, 0.732, 1.132, 0.36474},
};
