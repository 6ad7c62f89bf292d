/* The ground of a map: a part of the Earth on a page, with land and coast. Degrees of longitude are
 * drawn as wide as they are in the middle of the map. */
#ifndef KR_DRAW_GROUND_H
#define KR_DRAW_GROUND_H

#include "draw/canvas.h"
#include "draw/ruler.h"
#include "output/coast.h"

typedef struct kr_ground {
    kr_box box;
    kr_ruler lon, lat;
    kr_rect plot;
} kr_ground;

/** Around n >= 1 places, neither long nor wide, its upper left corner at a place of the page; no
 * larger than KR_GROUND_MOST points. KR_ENOMEM. */
enum { KR_GROUND_MOST = 400, KR_GROUND_LEFT = 46, KR_GROUND_BELOW = 44 };
KR_MUST_CHECK kr_status kr_ground_fit(const double *lon, const double *lat, size_t n, kr_spot at,
                                      kr_arena *arena, kr_ground *out);

/** A place on the page. */
kr_spot kr_ground_at(const kr_ground *ground, double lon, double lat);

/** Sea and land; until kr_ground_end nothing is drawn outside of the map. Then the coast, on or
 * under what is shown. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_ground_begin(const kr_ground *ground, kr_canvas *canvas,
                                        kr_arena *arena);
KR_MUST_CHECK kr_status kr_ground_coast(const kr_ground *ground, kr_canvas *canvas,
                                        kr_arena *arena);

/** Degrees and frame. */
void kr_ground_end(const kr_ground *ground, kr_canvas *canvas);

#endif
