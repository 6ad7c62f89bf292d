/* Dowrick, D. J. and Rhoades, D. A. (2005). Revised models for attenuation of Modified Mercalli
 * intensity in New Zealand earthquakes. Bull. NZ Soc. Earthquake Eng. 38(4), 185-214.
 * doi:10.5459/bnzsee.38.4.185-214
 *
 * Model 1 for crust, interface and volcanic zone, model 3 for the deep region, with the terms of
 * site classes. OpenQuake takes the class of all sites that it computes together from the first of
 * them; here every site has its own. */
#include "gmm/gmm.h"
#include "num/vmath.h"

/* Table 5 or 7, with the choices that hold for a whole class made. */
typedef struct coefficients {
    double a1, a2, a3, a4, d, tau, phi;
    double a2r, a3s; /* by the rake: reverse, strike-slip */
} coefficients;

static const coefficients crust = {4.74, 1.23, -3.613, 0.007, 10.28, 0.21, 0.38, 0.042, 0.1};
static const coefficients interface = {4.74 - 0.42, 1.23 + 0.042, -3.613, 0.007, 10.28,
                                       0.21,        0.38,         0.0,    0.0};
static const coefficients slab = {3.76, 1.48, -3.5, 0.0031, 0.0, 0.27, 0.42, 0.0, 0.0};
static const coefficients volcanic = {4.74, 1.23 + 0.292, -3.613 - 1.76, 0.007, 10.28,
                                      0.21, 0.38,         0.0,           0.0};

/* The term of the site class up to intensity 7; it falls to a quarter of the opposite at 9.5. */
KR_GMM_INLINE double site_term(double vs30, double intensity)
{
    double term = vs30 < 180.0 ? 1.0 : 0.5;
    term = vs30 > 360.0 ? 0.0 : term;
    term = vs30 > 760.0 ? -0.5 : term;
    term = vs30 > 1500.0 ? -1.0 : term;
    double above = intensity - 7.0;
    above = above > 0.0 ? above : 0.0;
    above = above < 2.5 ? above : 2.5;
    return term - 0.5 * term * above;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const coefficients c = *(const coefficients *)gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP], *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = kr_gmm_at(out->mean, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double steep = fabs(rake[i]);
            double reverse = rake[i] > 45.0 ? (rake[i] < 135.0 ? c.a2r : 0.0) : 0.0;
            double strike_slip = steep <= 45.0 ? c.a3s : (steep >= 135.0 ? c.a3s : 0.0);
            double r = rrup[i] * rrup[i] * rrup[i] + c.d * c.d * c.d;
            double x = c.a1 + (c.a2 + reverse) * mag[i] +
                       (c.a3 + strike_slip) * log10(r) * (1.0 / 3.0) + c.a4 * depth[i];
            mean[i] = x + site_term(vs30[i], x);
        }
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, sqrt(c.tau * c.tau + c.phi * c.phi));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

#define DOWRICK_RHOADES_2005                                                                       \
    .title = "Dowrick and Rhoades (2005), Bull. NZ Soc. Earthquake Eng. 38(4)",                    \
    .doi = "10.5459/bnzsee.38.4.185-214", .component = KR_COMPONENT_HORIZONTAL,                    \
    .measures = KR_IMT_BIT(MMI),                                                                   \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30),        \
    .has_tau_phi = true, .mag_lo = 4.6, .mag_hi = 8.2, .dist_hi = 500.0, .eval = eval

KR_GMM(dowrick_rhoades_2005_asc) = {
    DOWRICK_RHOADES_2005,
    .name = "DowrickRhoades2005Asc",
    .trt = "Active Shallow Crust",
    .variant = &crust,
};

KR_GMM(dowrick_rhoades_2005_sinter) = {
    DOWRICK_RHOADES_2005,
    .name = "DowrickRhoades2005SInter",
    .trt = "Subduction Interface",
    .variant = &interface,
};

KR_GMM(dowrick_rhoades_2005_sslab) = {
    DOWRICK_RHOADES_2005,
    .name = "DowrickRhoades2005SSlab",
    .trt = "Subduction IntraSlab",
    .variant = &slab,
};

KR_GMM(dowrick_rhoades_2005_volc) = {
    DOWRICK_RHOADES_2005,
    .name = "DowrickRhoades2005Volc",
    .trt = "Volcanic",
    .variant = &volcanic,
};
