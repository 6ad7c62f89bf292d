/* What statistics are taken of: probabilities or rates, in the reference's rounding or without. */
#ifndef KR_STATS_SCALE_H
#define KR_STATS_SCALE_H

#include <math.h>

typedef enum kr_scale {
    KR_SCALE_POE,         /* -expm1(-rate) */
    KR_SCALE_POE_ROUNDED, /* 1 - exp(-rate): the reference's, multiples of an ulp of 1, so that
                             near values tie */
    KR_SCALE_RATE,        /* the rate itself */
    KR_SCALE_RATE_CLIPPED /* use_rates of the reference: from the rounded probability back to a
                             rate, 0 below 1e-12, at most 100 (reference-behaviour 6.6) */
} kr_scale;

static inline double kr_rate_of_poe(double poe)
{
    double pne = 1 - poe;
    double rate = -log(pne == 0 ? 1e-45 : pne);
    return rate < 1e-12 ? 0 : fmin(rate, 100);
}

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
        return kr_rate_of_poe(1 - exp(-rate));
    }
    return rate;
}

#endif
