/* The normal distribution, whole and truncated. */
#ifndef KR_NUM_NORMAL_H
#define KR_NUM_NORMAL_H

#include "num/vmath.h"

/** Phi(x), the probability that a standard normal variable is at most x. */
double kr_normal_cdf(double x);

/** 1 - Phi(x), without loss of digits for large x. */
double kr_normal_sf(double x);

/* The standard normal distribution cut at -level and +level. */
typedef struct kr_truncnorm {
    double phi_b; /* Phi(level) */
    double z;     /* 2 Phi(level) - 1, the probability kept */
    double tail;  /* 1 - Phi(level) */
} kr_truncnorm;

/** @param level in sigmas, > 0; 1e-9 makes a step, 99 leaves the distribution whole. */
kr_truncnorm kr_truncnorm_make(double level);

/* The probability that the truncated variable is greater than x. It is (phi_b - Phi(x)) / z,
 * clipped to [0, 1], in a form that keeps its digits where Phi(x) is near 1. */
static inline double kr_truncnorm_sf(const kr_truncnorm *t, double x)
{
    double p = (0.5 * erfc(x * 0.70710678118654752440) - t->tail) / t->z;

    p = p > 0 ? p : 0;
    return p < 1 ? p : 1;
}

#endif
