/* What statistics are taken of: probabilities or rates, in the reference's rounding or without. */
#ifndef KR_STATS_SCALE_H
#define KR_STATS_SCALE_H

#include "num/poe.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef enum kr_scale {
    KR_SCALE_POE,         /* -expm1(-rate) */
    KR_SCALE_POE_ROUNDED, /* 1 - exp(-rate): the reference's, multiples of an ulp of 1, so that
                             near values tie */
    KR_SCALE_RATE,        /* the rate itself */
    KR_SCALE_RATE_CLIPPED /* use_rates of the reference: from the rounded probability back to a
                             rate, 0 below 1e-12, at most 100 (docs/theory.md, 13) */
} kr_scale;

/** The value of a rate; never decreases with it. */
static inline double kr_scale_value(kr_scale scale, double rate)
{
    switch (scale) {
    case KR_SCALE_POE:
        return -expm1(-rate);
    case KR_SCALE_POE_ROUNDED:
        return 1 - exp(-rate);
    case KR_SCALE_RATE:
        return rate;
    case KR_SCALE_RATE_CLIPPED:
        return kr_cut_rate_of_poe(1 - exp(-rate));
    }
    return rate;
}

/** A component rate as the reference keeps it: in single precision; and 0 where it is lost, since
 * it is made of a product of probabilities of no exceedance, in which the last digits of 1 are lost
 * rupture by rupture. */
static inline double kr_rate_kept(double rate)
{
    return rate < 2 * DBL_EPSILON ? 0 : (double)(float)rate;
}

/* Rates, 0 or above, are in the order of their bits. */
static inline uint64_t kr_bits_of(double rate)
{
    uint64_t bits;
    rate += 0.0; /* no -0 */
    memcpy(&bits, &rate, sizeof bits);
    return bits;
}
static inline double kr_of_bits(uint64_t bits)
{
    double rate;
    memcpy(&rate, &bits, sizeof rate);
    return rate;
}

/** The smallest rate, at most `rate`, whose value is at least `value`, which that of `rate` is; and
 * the greatest one, at least `rate`, whose value is at most `value`. */
double kr_scale_first_rate(kr_scale scale, double rate, double value);
double kr_scale_last_rate(kr_scale scale, double rate, double value);

#endif
