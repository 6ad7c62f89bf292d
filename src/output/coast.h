/* The land of the Earth, to draw maps on: Natural Earth's outline at 1:10 million (see
 * src/output/data/README.md), cut to a box. */
#ifndef KR_OUTPUT_COAST_H
#define KR_OUTPUT_COAST_H

#include "geo/line.h"

/* Degrees. west < east <= west + 360: a box across the date line has longitudes below -180 or above
 * 180. */
typedef struct kr_box {
    double west, south, east, north;
} kr_box;

/* What of the land is in a box; longitudes are those of the box, depths 0. */
typedef struct kr_coast {
    size_t nland, nlines;
    const kr_line *land;  /* rings, not closed, to be filled by the even-odd rule; their edges along
                             the border of the box, or along the date line, are no coast */
    const kr_line *lines; /* the coast itself */
} kr_coast;

/** The land inside a box, in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_coast_within(kr_box box, kr_arena *arena, kr_coast *out);

/** The smallest box around n >= 1 places, the shorter way around the Earth: where the widest gap
 * between their longitudes is, the box is not. west is within [-180, 180). KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_box_of(const double *lon, const double *lat, size_t n, kr_arena *scratch,
                                  kr_box *out);

/** The longitude as the box counts it: in [west, west + 360). */
double kr_box_lon(kr_box box, double lon);

#endif
