/* The union of polygons that overlap like the stripes of a mesh, as GEOS 3.11 forms it. */
#ifndef KR_GEO_UNITE_H
#define KR_GEO_UNITE_H

#include "base/arena.h"

#include <stdbool.h>

/* A closed line: n points, the last one equal to the first. */
typedef struct kr_ring {
    size_t n;
    double *x, *y;
} kr_ring;

/** The ring around the union of n >= 1 polygons without holes, given by their rings (clockwise,
 * without repeated points, not crossing themselves): its points are those of GEOS, bit by bit and
 * in the same order. *sure is false, and *out of no use, where the polygons do not follow one after
 * the other so that each crosses the next one in just two points, or where something depends on
 * last digits: then GEOS has to do it. *out goes to the arena, or is the only ring given. */
KR_MUST_CHECK kr_status kr_unite_stripes(const kr_ring *rings, size_t n, kr_arena *arena,
                                         kr_ring *out, bool *sure);

#endif
