/* Singular vectors of 3 x 3 matrices, signs included. */
#ifndef KR_GEO_SVD3_H
#define KR_GEO_SVD3_H

#include "geo/sphere.h"

/** The left singular vector that belongs to the least singular value, with the sign that LAPACK's
 * dgesdd gives it: the reference's strikes of clouds of points depend on that sign. The arithmetic
 * goes step by step as there (Householder reflections to bidiagonal form, then implicit QR as of
 * Demmel and Kahan 1990), since for vertical clouds the sign is that of a rounding error. */
kr_vec3 kr_svd3_last(double m[3][3]);

#endif
