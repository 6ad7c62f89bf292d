/* Standard deviations of one measure that do not vary between contexts. */
#ifndef KR_GMM_CONSTANT_SIGMA_H
#define KR_GMM_CONSTANT_SIGMA_H

#include "gmm/gmm.h"

#include <math.h>

static const double ln_10 = 2.302585092994045684;       /* from common to natural logarithms */
static const double ln_cm_s2_to_g = -6.888230912967695; /* ln(0.01 / 9.80665) */

/** Measure m's deviations, from those between and within events. */
static inline void constant_sigma(const kr_gmm_out *out, size_t m, size_t n, double tau, double phi)
{
    kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(tau * tau + phi * phi));
    kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, tau);
    kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, phi);
}

/** Measure m's total deviation of a model that gives no other. */
static inline void constant_total(const kr_gmm_out *out, size_t m, size_t n, double sigma)
{
    kr_gmm_fill(out->sigma + m * out->stride, n, sigma);
}

#endif
