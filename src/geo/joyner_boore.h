/* Joyner-Boore distance to meshes, as the reference computes it (reference-behaviour 3.8 and 3.10):
 * beyond 40 km the nearest node, closer the outline of the surface in a plane. The only place
 * besides polygon.c and line.c that touches GEOS. */
#ifndef KR_GEO_JOYNER_BOORE_H
#define KR_GEO_JOYNER_BOORE_H

#include "geo/mesh.h"

/* The outline of a surface seen from above, in its own projection: closed rings; a place is inside
 * if it is inside an odd number of them. */
typedef struct kr_outline {
    kr_ortho ortho;
    size_t nrings;
    const size_t *first; /* nrings + 1, into x and y */
    const double *x, *y; /* km */
} kr_outline;

/** The outline of a rectangular mesh (simple and complex faults), or of an unstructured one. */
KR_MUST_CHECK kr_status kr_outline_of_mesh(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                                           kr_outline *out);

/** The ring of nodes around a kite surface; the nodes on the ring go to *ring (their numbers in the
 * mesh, *n of them, in the arena): beyond 40 km the nearest of these counts. A vertical surface has
 * a ring of four places instead, which are returned in ring_places. */
KR_MUST_CHECK kr_status kr_outline_of_kite(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                                           kr_outline *out, kr_point3 **ring_places, size_t *n);

/** Distance of a place to the outline, 0 inside. */
double kr_outline_distance_km(const kr_outline *outline, double lon, double lat);

#endif
