/* Surfaces of faults and sections seen from above, as maps draw them. */
#ifndef KR_RUN_SHAPES_H
#define KR_RUN_SHAPES_H

#include "model/geometry.h"
#include "output/geojson.h"

/* Surfaces in parts, seen from above. */
typedef struct kr_shapes {
    kr_feature_kind kind; /* of the outlines */
    size_t noutlines, ntraces;
    kr_line *outlines, *traces; /* vertical parts have no outline, gridded ones no trace */
} kr_shapes;

/** The outlines and traces (upper edges) of n surfaces of one kind, in the arena or where the
 * geometries have them. Degrees. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_shapes_of(kr_ctx *ctx, kr_arena *arena, const kr_geometry *g, size_t n,
                                     kr_shapes *out);

#endif
