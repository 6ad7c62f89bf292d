/* How large the ruptures of floating faults are, in nodes. */
#ifndef KR_RUPTURE_FLOAT_SIZE_H
#define KR_RUPTURE_FLOAT_SIZE_H

#include "model/source.h"

#include <stdint.h>

typedef struct kr_float_size {
    uint32_t rows, cols; /* nodes down dip and along strike */
} kr_float_size;

/** Of a simple fault with a mesh of rows x cols nodes (docs/theory.md, 5); 0: no limit. */
kr_float_size kr_simple_float_size(const kr_source *source, size_t rows, size_t cols, double mag);

/** Of a kite fault (docs/theory.md, 5); `profile_km` is the distance of nodes down dip.
 * *problem: static text if the nodes are too far apart for the area. */
kr_float_size kr_kite_float_size(const kr_source *source, double profile_km, double mag,
                                 const char **problem);

/** The node of the hypocentre on a window of that size. */
kr_float_size kr_hypo_node(const kr_hypo_place *place, double spacing_km, kr_float_size window);

#endif
