/* Hyperbolic functions for vector loops, where those of libmvec are slower: the models of Chiou and
 * Youngs (2008) and what was made of them. */
#ifndef KR_GMM_HYPERBOLIC_H
#define KR_GMM_HYPERBOLIC_H

#include "gmm/gmm.h"
#include "num/vmath.h"

KR_GMM_INLINE double positive(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* tanh(x) for x >= 0, with an absolute error of one unit in the last place of 1. */
KR_GMM_INLINE double tanh_of(double x)
{
    double e = exp(x < 350.0 ? -2.0 * x : -700.0);
    return (1.0 - e) / (1.0 + e);
}

/* 1 / cosh(x) for x >= 0. */
KR_GMM_INLINE double sech(double x)
{
    double e = exp(x < 700.0 ? -x : -700.0);
    return 2.0 * e / (1.0 + e * e);
}

#endif
