/* Polygons on the sphere: checks, and grids of points inside them. Touches GEOS. */
#ifndef KR_GEO_POLYGON_H
#define KR_GEO_POLYGON_H

#include "base/arena.h"
#include "geo/sphere.h"

/* Places in an arena. */
typedef struct kr_grid {
    size_t n;
    double *lon, *lat;
} kr_grid;

/** Check the ring (not closed): at least 3 distinct vertices, no crossing edges. Adjacent vertices
 * closer than 1 m count once. *problem is NULL if it is right, else a text that tells what is wrong
 * (static). KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_polygon_check(kr_ctx *ctx, const double *lon, const double *lat,
                                         size_t n, const char **problem);

/** The ring (not closed) without repeated vertices, its edges cut to at most 100 km or so along the
 * great circle, in the arena: for the plane of a projection. KR_EINPUT if kr_polygon_check finds
 * one. */
KR_MUST_CHECK kr_status kr_polygon_outline(kr_ctx *ctx, const double *lon, const double *lat,
                                           size_t nvertices, kr_arena *arena, kr_grid *out);

/** Points on a grid of that spacing strictly inside the polygon, north to south and west to east,
 * in the reference's order (docs/theory.md, 4), in the arena. No point inside: out->n = 0. */
KR_MUST_CHECK kr_status kr_polygon_discretize(kr_ctx *ctx, const double *lon, const double *lat,
                                              size_t nvertices, double spacing_km, kr_arena *arena,
                                              kr_grid *out);

/** The same for the polygon dilated by `spacing_km` (region grids; 1.5 and 3.4). */
KR_MUST_CHECK kr_status kr_polygon_dilate_discretize(kr_ctx *ctx, const double *lon,
                                                     const double *lat, size_t nvertices,
                                                     double spacing_km, kr_arena *arena,
                                                     kr_grid *out);

/** The same for the convex hull of points, dilated by `spacing_km` in the plane of the hull (region
 * grids around exposures and site models). Not the same as dilating the polygon of kr_convex_hull,
 * whose plane may differ. */
KR_MUST_CHECK kr_status kr_hull_dilate_discretize(kr_ctx *ctx, const double *lon, const double *lat,
                                                  size_t npoints, double spacing_km,
                                                  kr_arena *arena, kr_grid *out);

/** Convex hull of points (region grids around exposures and site models), not closed, in the arena.
 */
KR_MUST_CHECK kr_status kr_convex_hull(kr_ctx *ctx, const double *lon, const double *lat,
                                       size_t npoints, kr_arena *arena, kr_grid *out);

#endif
