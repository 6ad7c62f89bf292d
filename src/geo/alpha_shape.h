/* Which triangles of a set of places make its alpha shape; joyner_boore.c has GEOS make and unite
 * them. */
#ifndef KR_GEO_ALPHA_SHAPE_H
#define KR_GEO_ALPHA_SHAPE_H

#include "base/arena.h"
#include "geo/sphere.h"

typedef struct kr_alpha_place {
    double x, y;
} kr_alpha_place;

/* A triangle between places of a sorted list, and the square of the radius around it. */
typedef struct kr_alpha_triangle {
    size_t corner[3];
    double radius2;
} kr_alpha_triangle;

/** n places as shares of their extents (*box), sorted, each once: *nout in the arena. */
KR_MUST_CHECK kr_status kr_alpha_places(const double *x, const double *y, size_t n, kr_arena *arena,
                                        kr_bbox *box, kr_alpha_place **out, size_t *nout);

/** The triangle between three places of the list; false if one of them is not in it. */
bool kr_alpha_triangle_of(const kr_alpha_place corner[3], const kr_alpha_place *list, size_t n,
                          kr_alpha_triangle *out);

/** Sort triangles by their radii. *needed: how many, from the narrowest on, are needed to have a
 * corner at every place: at least a third of all, and those as wide as the last of them. */
KR_MUST_CHECK kr_status kr_alpha_needed(kr_alpha_triangle *triangles, size_t n, size_t nplaces,
                                        kr_arena *arena, size_t *needed);

#endif
