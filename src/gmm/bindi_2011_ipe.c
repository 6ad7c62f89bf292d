/* Bindi, D., Parolai, S., Oth, A., Abdrakhmatov, K., Muraliev, A. and Zschau, J. (2011). Intensity
 * prediction equations for Central Asia. Geophys. J. Int. 187(1), 327-337.
 * doi:10.1111/j.1365-246X.2011.05142.x
 *
 * Intensity of the scale MSK-64 by the distance to the epicentre. Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct coefficients {
    double a1, a2, a3, a4, sigma;
    double depth; /* km; 0: that of the hypocentre */
} coefficients;

/* Equations 4 and 5. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const coefficients c = *(const coefficients *)gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict repi = batch->col[KR_COL_REPI];
    const double *restrict hypo_depth = batch->col[KR_COL_HYPO_DEPTH];

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = kr_gmm_at(out->mean, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double h = c.depth > 0.0 ? c.depth : hypo_depth[i];
            double r = sqrt(repi[i] * repi[i] + h * h);
            mean[i] = c.a1 * mag[i] + c.a2 - c.a3 * log10(r / h) - c.a4 * (r - h);
        }
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, c.sigma);
    }
}

#define BINDI_2011_IPE                                                                             \
    .title = "Bindi, Parolai, Oth, Abdrakhmatov, Muraliev and Zschau (2011), Geophys. J. Int. "    \
             "187(1)",                                                                             \
    .doi = "10.1111/j.1365-246X.2011.05142.x", .trt = "Active Shallow Crust",                      \
    .component = KR_COMPONENT_HORIZONTAL, .measures = KR_IMT_BIT(MMI),                             \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(REPI), .mag_lo = 4.6, .mag_hi = 8.3,        \
    .dist_hi = 600.0, .eval = eval

KR_GMM(bindi_2011_ipe_repi) = {
    BINDI_2011_IPE,
    .name = "BindiEtAl2011Repi",
    .variant = &(const coefficients){0.898, 1.215, 1.809, 0.003447, 0.737, 0.0},
};

KR_GMM(bindi_2011_ipe_fixed) = {
    BINDI_2011_IPE,
    .name = "BindiEtAl2011RepiFixedH",
    .variant = &(const coefficients){1.049, 0.686, 2.706, 0.0001811, 0.689, 15.0},
};
