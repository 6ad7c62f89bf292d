/* Allen, T. I., Wald, D. J. and Worden, C. B. (2012). Intensity attenuation for active crustal
 * regions. J. Seismol. 16(3), 409-433. doi:10.1007/s10950-012-9278-7
 *
 * Modified Mercalli intensity without site terms, for the distances to the rupture and to the
 * hypocentre. Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct coefficients {
    double c0, c1, c2, c3, c4, m1, m2, s1, s2, s3;
} coefficients;

static const coefficients rrup = {
    .c0 = 3.95, .c1 = 0.913, .c2 = -1.107, .c3 = 0.813, .s1 = 0.72, .s2 = 0.23, .s3 = 44.7};
static const coefficients rhypo = {.c0 = 2.085,
                                   .c1 = 1.428,
                                   .c2 = -1.402,
                                   .c4 = 0.078,
                                   .m1 = -0.209,
                                   .m2 = 2.042,
                                   .s1 = 0.82,
                                   .s2 = 0.37,
                                   .s3 = 22.9};

/* Equations 2 to 4 (rupture) and 5 to 7 (hypocentre, with a change of slope at 50 km). */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const coefficients c = *(const coefficients *)gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    bool to_rupture = gmm->cls->variant == &rrup;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict km = batch->col[to_rupture ? KR_COL_RRUP : KR_COL_RHYPO];
    double m1 = to_rupture ? 1.0 : c.m1, m2 = to_rupture ? c.c3 : c.m2;

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = kr_gmm_at(out->mean, out, m);
        double *restrict sigma = kr_gmm_at(out->sigma, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double size = m1 + m2 * exp(mag[i] - 5.0), far = km[i] > 50.0 ? km[i] : 50.0;
            mean[i] = c.c0 + c.c1 * mag[i] + 0.5 * c.c2 * log(km[i] * km[i] + size * size) +
                      c.c4 * log(far / 50.0);
            sigma[i] = c.s1 + c.s2 / (1.0 + km[i] / c.s3 * (km[i] / c.s3));
        }
    }
}

#define ALLEN_2012_IPE                                                                             \
    .title = "Allen, Wald and Worden (2012), J. Seismol. 16(3)",                                   \
    .doi = "10.1007/s10950-012-9278-7", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(MMI), .mag_lo = 5.0,      \
    .mag_hi = 8.0, .dist_hi = 300.0, .eval = eval

KR_GMM(allen_2012_ipe_rrup) = {
    ALLEN_2012_IPE,
    .name = "AllenEtAl2012",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .variant = &rrup,
};

KR_GMM(allen_2012_ipe_rhypo) = {
    ALLEN_2012_IPE,
    .name = "AllenEtAl2012Rhypo",
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO),
    .variant = &rhypo,
};
