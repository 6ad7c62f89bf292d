/* Joyner-Boore distance to meshes, as the reference computes it (docs/theory.md, 6):
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

/** The outline of a rectangular mesh (simple and complex faults): the union of the stripes between
 * its rows, all widened by 5 m; or of an unstructured one: the alpha shape with the largest alpha
 * that touches every node (what the reference takes from the Python package alpha_shapes). The
 * rings go to the arena. KR_EINPUT on nodes that span more than 180 degrees of longitude. */
KR_MUST_CHECK kr_status kr_outline_of_mesh(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                                           kr_outline *out);

/** The ring of nodes around a kite surface. Its *n places go to *ring_places, in the arena: beyond
 * 40 km the nearest of these counts. A vertical surface has a narrow rectangle around the straight
 * line between its top corners instead. */
KR_MUST_CHECK kr_status kr_outline_of_kite(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                                           kr_outline *out, kr_point3 **ring_places, size_t *n);

/** Distance of a place to the outline, 0 inside. */
double kr_outline_distance_km(const kr_outline *outline, double lon, double lat);

#endif
