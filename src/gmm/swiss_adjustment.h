/* The adjustments of the Swiss hazard model to models from elsewhere: to Swiss rock, to small
 * magnitudes, and to a single-station variability within events.
 *
 * Edwards, B. and Fah, D. (2013). A stochastic ground-motion model for Switzerland. Bull. Seism.
 * Soc. Am. 103(1), 78-98. doi:10.1785/0120110331 Rodriguez-Marek, A. et al. (2013). A model for
 * single-station standard deviation using data from various tectonic regions. Bull. Seism. Soc. Am.
 * 103(6), 3149-3163. doi:10.1785/0120130030 */
#ifndef KR_GMM_SWISS_ADJUSTMENT_H
#define KR_GMM_SWISS_ADJUSTMENT_H

#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct swiss_adjustment {
    double ln_factor;                    /* to Swiss rock */
    double a1, a2, b1, b2, rm;           /* small magnitudes */
    double phi_near, phi_far, phi_large; /* single-station phi: small magnitudes, large ones */
    double mag_small, mag_large;         /* ... which are these */
    double dist_near, dist_far;          /* km */
    double phi_mean;                     /* phi without dependence */
} swiss_adjustment;

/* Divide by the factor for magnitudes from 3 to 5.5, and go to Swiss rock. Above 1 s a1 is negative
 * and a2 is 1; at periods interpolated between 0.6 and 1 s a negative base has a broken exponent,
 * and the power of its size with its sign is taken. */
static inline void swiss_adjust_mean(const swiss_adjustment *adjust, size_t n,
                                     const double *restrict mag, const double *restrict dist,
                                     double *restrict mean)
{
    const swiss_adjustment c = *adjust;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = dist[i] < c.rm ? dist[i] : c.rm;
        r = r > 10.0 ? r : 10.0;
        double missing = (5.5 - mag[i]) / c.a1, size = fabs(missing);
        double power = exp(c.a2 * log(size > 1e-300 ? size : 1e-300));
        double small = (missing < 0.0 ? -power : power) * (c.b1 + c.b2 * log(r / 20.0));
        double is_small = mag[i] >= 3.0 ? 1.0 : 0.0;
        is_small = mag[i] < 5.5 ? is_small : 0.0;
        mean[i] += c.ln_factor - is_small * small;
    }
}

/* Half the mean single-station phi and half that of magnitude and distance. */
static inline void swiss_adjust_phi(const swiss_adjustment *adjust, size_t n,
                                    const double *restrict mag, const double *restrict dist,
                                    double *restrict phi)
{
    const swiss_adjustment c = *adjust;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double share = (dist[i] - c.dist_near) / (c.dist_far - c.dist_near);
        share = share > 0.0 ? share : 0.0;
        share = share < 1.0 ? share : 1.0;
        double by_dist = c.phi_near + (c.phi_far - c.phi_near) * share;
        double large = (mag[i] - c.mag_small) / (c.mag_large - c.mag_small);
        large = large > 0.0 ? large : 0.0;
        large = large < 1.0 ? large : 1.0;
        phi[i] = 0.5 * (by_dist + (c.phi_large - by_dist) * large) + 0.5 * c.phi_mean;
    }
}

/* With that phi and a tau that is the same for all contexts. */
static inline void swiss_adjust_sigma(const swiss_adjustment *adjust, double tau, size_t n,
                                      const double *restrict mag, const double *restrict dist,
                                      const kr_gmm_out *out)
{
    double *restrict sigma = out->sigma;
    double scratch[KR_GMM_BATCH];
    double *restrict phi = out->phi ? out->phi : scratch;

    swiss_adjust_phi(adjust, n, mag, dist, phi);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(phi[i] * phi[i] + tau * tau);
    kr_gmm_fill(out->tau, n, tau);
}

#endif
