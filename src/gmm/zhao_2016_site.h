/* Nonlinear amplification by site class of Zhao et al. (2016): equations 7 to 10 of the paper for
 * shallow crust, which those for interface and slab share. All that does not vary between contexts
 * is made once for each measure and class. */
#ifndef KR_GMM_ZHAO_2016_SITE_H
#define KR_GMM_ZHAO_2016_SITE_H

#include "gmm/gmm.h"
#include "num/vmath.h"

#include <stdint.h>

/* Classes I to IV by vs30; those of interface events deeper than 25 km are apart, but for I. */
enum { ZHAO_CLASSES = 4, ZHAO_DEEP = 3, ZHAO_PLACES = ZHAO_CLASSES + ZHAO_DEEP };

/* One class at one measure: what its coefficients say. */
typedef struct zhao_class {
    double ln_hard;   /* rock above hard rock, ln */
    double ln_factor; /* class above rock, ln */
    double amax, src; /* largest amplification, ln, and where it ends */
    double strength;  /* f_SR */
    double impedance; /* IMF */
} zhao_class;

/* One measure, by place: mean = hard + linear - slope * ln(1 + (exp(hard) * scale)^2 / beta). */
typedef struct zhao_site {
    double ln_hard;
    double linear[ZHAO_PLACES], slope[ZHAO_PLACES], square[ZHAO_PLACES];
    double phi[ZHAO_PLACES];
} zhao_site;

static const double zhao_beta = 0.6;

/* The strength at which amplification equals that of the soft end (SNC). Where the class amplifies
 * by less than 1.25 the straight lines of equation 9 cross elsewhere; where they do not cross this
 * is no number. */
static inline double zhao_crossing(const zhao_class *c, double linear, double ln_src)
{
    const double ln_b = log(zhao_beta), ln_10b = log(10.0 * zhao_beta), ln_ten = log(10.0);
    double below = linear - c->amax;

    if (exp(linear) < 1.25) {
        double a = c->amax / (ln_b - ln_src), b = -a * ln_src;
        return exp((a * ln_b * ln_10b - ln_ten * (b + below)) / (a * (2.0 * ln_10b - ln_b)));
    }
    return sqrt(exp((linear * ln_src - below * ln_b) / c->amax) - zhao_beta);
}

static inline void zhao_site_of(const zhao_class *c, size_t place, zhao_site *site)
{
    double linear = c->ln_hard + c->ln_factor;
    double end = c->src * c->impedance, ln_src = log(end * end + zhao_beta);
    double scale = c->impedance * (zhao_crossing(c, linear, ln_src) / end) * c->strength;
    double slope = c->amax / (ln_src - log(zhao_beta));
    bool bends = fabs(scale) > 0.0; /* false for NaN: the class is linear */

    site->ln_hard = c->ln_hard;
    site->linear[place] = linear;
    site->slope[place] = bends ? slope : 0.0;
    site->square[place] = bends ? scale * scale / zhao_beta : 0.0;
}

/** The place of each context; deep: NULL or 1 where the event is deep. */
static inline void zhao_places(size_t n, const double *restrict vs30, const double *restrict deep,
                               int32_t *restrict place)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        int32_t soft = (vs30[i] <= 600.0) + (vs30[i] <= 300.0) + (vs30[i] <= 200.0);
        place[i] = soft;
    }
    for (size_t i = 0; deep && i < n; i++)
        place[i] += deep[i] != 0.0 && place[i] > 0 ? ZHAO_DEEP : 0;
}

/** From rock to the site, in place. */
static inline void zhao_amplify(const zhao_site *site, size_t n, const int32_t *restrict place,
                                double *restrict mean)
{
    const double *restrict linear = site->linear, *restrict slope = site->slope;
    const double *restrict square = site->square;
    const double ln_hard = site->ln_hard;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double hard = mean[i] - ln_hard;
        double bend = log(1.0 + exp(2.0 * hard) * square[place[i]]);
        mean[i] = hard + linear[place[i]] - slope[place[i]] * bend;
    }
}

#endif
