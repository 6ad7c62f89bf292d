/* Geometry of faults from the elements of NRML. */
#ifndef KR_MODEL_GEOMETRY_READ_H
#define KR_MODEL_GEOMETRY_READ_H

#include "model/source_read.h"

/** Read an element simpleFaultGeometry, complexFaultGeometry, planarSurface, griddedSurface or
 * kiteSurface. Longitudes and latitudes are rounded to 5 decimals, points within 1 m of the one
 * before are dropped. The spacing is the job's: as in the reference, an attribute `spacing` counts
 * only in logic trees. Everything is checked that needs no mesh;
 * KR_EINPUT at the element's line. Points are placed in r->arena. */
KR_MUST_CHECK kr_status kr_geometry_read(kr_source_reader *r, const kr_node *node,
                                         kr_geometry *out);

/** All children of an element, of which each is a geometry with the tag of the first. */
KR_MUST_CHECK kr_status kr_geometries_read(kr_source_reader *r, const kr_node *node,
                                           kr_geometry **out, size_t *n);

#endif
