/* Moments of realizations that are visited one by one: the slow way that `factoring = false` takes,
 * to show what the parts of the tree save. The same numbers as kr_moments_compute but for rounding.
 */
#ifndef KR_STATS_VISITED_H
#define KR_STATS_VISITED_H

#include "stats/moments.h"

/* Realizations that may be visited at every level of every site. */
#define KR_VISITED_MAX 1e8

/** Numbers of scratch (doubles). */
size_t kr_visited_scratch(const kr_structure *structure);

/** As kr_moments_compute, from all realizations. Time grows with their number: two passes. */
kr_moments kr_visited_moments(const kr_structure *structure, double *scratch, const double *rates,
                              size_t column);

#endif
