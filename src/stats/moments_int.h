/* What moments and shares have in common. */
#ifndef KR_STATS_MOMENTS_INT_H
#define KR_STATS_MOMENTS_INT_H

#include "stats/moments.h"

struct kr_moments_scratch {
    kr_moments *parts;
    double *values, *weights, *block; /* of one block at a time */
};

#endif
