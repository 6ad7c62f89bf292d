/* Topology-preserving simplification of rings, as GEOS 3.11 does it, and how simple a ring is. */
#ifndef KR_GEO_SIMPLIFY_H
#define KR_GEO_SIMPLIFY_H

#include "base/arena.h"

/** The points of a closed line (first == last; at least two) that are left when it is simplified by
 * `tolerance`: their numbers, in order, to out[0 .. *nout), which has room for n. *sure is false,
 * and out of no use, where a shortcut may touch another part of the line: whether it does is for
 * GEOS to say. Scratch goes to the arena. */
KR_MUST_CHECK kr_status kr_simplify_ring(const double *x, const double *y, size_t n,
                                         double tolerance, kr_arena *arena, size_t *out,
                                         size_t *nout, bool *sure);

/** True if a closed line does not come closer to itself than `least` but at its corners, none of
 * which is sharper than 45 degrees; false where that is not certain, or of a line of many points
 * (which take long to compare). */
bool kr_ring_is_wide(const double *x, const double *y, size_t n, double least);

#endif
