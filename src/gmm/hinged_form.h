/* The functional form that many European models share: two branches of magnitude, one geometric and
 * one anelastic term of distance, and terms of style and site. A family says which of its
 * coefficients is which; in natural logarithms, or in those to base 10 (hinged_log10). */
#ifndef KR_GMM_HINGED_FORM_H
#define KR_GMM_HINGED_FORM_H

#include "gmm/gmm.h"
#include "num/vmath.h"

#include <stdint.h>

enum { HINGED_CLASSES = 10 };

/* One measure. With dm = M - mag_hinge and R = sqrt(distance^2 + depth^2). */
typedef struct hinged {
    double constant;
    double mag_hinge;
    double below1, below2;               /* of dm and its square, up to the hinge */
    double above1, above2;               /* above it */
    double slope, slope_by_mag, mag_ref; /* of ln(R): slope + slope_by_mag (M - mag_ref) */
    double by_km;                        /* of R - 1 km */
    double depth;                        /* km */
    double by_ln_site;                   /* of hinged_shared.ln_site */
    double normal, reverse, slip;        /* styles of faulting */
    double of_class[HINGED_CLASSES];     /* of hinged_shared.class_of */
    double tau, phi, sigma;
} hinged;

/* What all measures share. The pointers come last: behind them the arrays would lie off the borders
 * of vectors, and loops would begin with elements that go through other code. */
typedef struct hinged_shared {
    double ln_site[KR_GMM_BATCH]; /* ln of vs30 over its reference, or 0 */
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH], slip[KR_GMM_BATCH]; /* 1 or 0 */
    int64_t class_of[KR_GMM_BATCH];                                         /* 0: the reference */
    const double *mag, *dist;
} hinged_shared;

/** Coefficients of a base-10 logarithm as those of a natural one; of cm/s2 where that has to become
 * g (Earth's acceleration in m/s2), else as they are. */
static inline hinged hinged_log10(hinged c, double earth)
{
    const double ln10 = 2.302585092994045684;
    c.constant = c.constant * ln10 - (earth > 0.0 ? log(100.0 * earth) : 0.0);
    c.below1 *= ln10;
    c.below2 *= ln10;
    c.above1 *= ln10;
    c.above2 *= ln10;
    c.by_km *= ln10;
    c.normal *= ln10;
    c.reverse *= ln10;
    c.slip *= ln10;
    for (int k = 0; k < HINGED_CLASSES; k++)
        c.of_class[k] *= ln10;
    c.tau *= ln10;
    c.phi *= ln10;
    c.sigma *= ln10;
    return c;
}

/** Magnitudes and distances, and no term of style or site. */
static inline void hinged_begin(hinged_shared *sh, size_t n, const kr_gmm_batch *batch,
                                kr_column distance)
{
    sh->mag = batch->col[KR_COL_MAG];
    sh->dist = batch->col[distance];
    for (size_t i = 0; i < n; i++) {
        sh->ln_site[i] = sh->normal[i] = sh->reverse[i] = sh->slip[i] = 0.0;
        sh->class_of[i] = 0;
    }
}

/** Styles within 30 degrees of the horizontal are strike slip. */
static inline void hinged_styles(hinged_shared *sh, size_t n, const double *restrict rake)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double a = fabs(rake[i]);
        double up = rake[i] > 30.0 ? 1.0 : 0.0, down = rake[i] < -30.0 ? 1.0 : 0.0;
        double slip = a <= 30.0 ? 1.0 : 0.0;
        sh->reverse[i] = rake[i] < 150.0 ? up : 0.0;
        sh->normal[i] = rake[i] > -150.0 ? down : 0.0;
        sh->slip[i] = 180.0 - a <= 30.0 ? 1.0 : slip;
    }
}

/** ln of vs30, at most `most`, over `reference`. */
static inline void hinged_vs30(hinged_shared *sh, size_t n, double most, double reference,
                               const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->ln_site[i] = log((vs30[i] < most ? vs30[i] : most) / reference);
}

/** Classes of Eurocode 8 by vs30: 0 is A, 1 B, 2 C, 3 D. */
static inline void hinged_ec8(hinged_shared *sh, size_t n, const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        int64_t class_of = vs30[i] < 800.0 ? 1 : 0;
        class_of = vs30[i] < 360.0 ? 2 : class_of;
        sh->class_of[i] = vs30[i] < 180.0 ? 3 : class_of;
    }
}

static inline void hinged_mean(const hinged *coeffs, size_t n, const hinged_shared *sh,
                               double *restrict mean)
{
    const hinged c = *coeffs;
    const double *restrict mag = sh->mag, *restrict dist = sh->dist;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double dm = mag[i] - c.mag_hinge;
        double below = dm * (c.below1 + c.below2 * dm), above = dm * (c.above1 + c.above2 * dm);
        double square = dist[i] * dist[i] + c.depth * c.depth;
        square = square > 1e-12 ? square : 1e-12;
        double slope = c.slope + c.slope_by_mag * (mag[i] - c.mag_ref);
        double path = slope * (0.5 * log(square)) + c.by_km * (sqrt(square) - 1.0);
        double style = c.normal * sh->normal[i] + c.reverse * sh->reverse[i] + c.slip * sh->slip[i];
        double site = c.by_ln_site * sh->ln_site[i] + c.of_class[sh->class_of[i]];
        mean[i] = c.constant + (dm <= 0.0 ? below : above) + path + style + site;
    }
}

/** Measure m's means and constant deviations. */
static inline void hinged_eval(const hinged *c, size_t m, size_t n, const hinged_shared *sh,
                               const kr_gmm_out *out)
{
    hinged_mean(c, n, sh, out->mean + m * out->stride);
    kr_gmm_fill(out->sigma + m * out->stride, n, c->sigma);
    kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c->tau);
    kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c->phi);
}

/** Earth's acceleration where the measure is an acceleration, else 0: for hinged_log10. */
static inline double hinged_earth(const kr_imt *imt)
{
    return imt->kind == KR_IMT_PGV ? 0.0 : 9.80665;
}

#endif
