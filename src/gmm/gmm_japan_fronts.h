/* Two lines of Japan that motion from deep earthquakes depends on. */
#ifndef KR_GMM_JAPAN_FRONTS_H
#define KR_GMM_JAPAN_FRONTS_H

#include <stddef.h>

typedef enum kr_japan_front { KR_JAPAN_TRENCH, KR_JAPAN_VOLCANIC_FRONT } kr_japan_front;

/** Signed distances (km) of n places, at most KR_GMM_BATCH and a multiple of 8, from a line:
 * greater than 0 to the right of its direction. Beyond its ends it goes on as great circles. */
void kr_japan_front_km(kr_japan_front front, size_t n, const double *lon, const double *lat,
                       double *out);

#endif
