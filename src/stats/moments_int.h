/* What moments and shares have in common. */
#ifndef KR_STATS_MOMENTS_INT_H
#define KR_STATS_MOMENTS_INT_H

#include "stats/moments.h"

/* Values are worked on in vectors of so many: so much room is behind the last. */
enum { KR_MOMENTS_PAD = 8 };

struct kr_moments_scratch {
    kr_moments *parts;
    double *values, *weights, *block; /* of one block at a time */
};

/** Moments of n > 0 states with values x, which are lost, and weights w. *m is all 0. */
typedef void kr_moments_kernel(double *x, const double *w, size_t n, kr_moments *m);

#endif
