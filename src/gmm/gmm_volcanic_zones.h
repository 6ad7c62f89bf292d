/* Polygons of volcanic zones, and how far a path runs through them (Zhao et al. 2016c). */
#ifndef KR_GMM_VOLCANIC_ZONES_H
#define KR_GMM_VOLCANIC_ZONES_H

#include "gmm/gmm.h"

typedef struct kr_volcanic_zones kr_volcanic_zones;

/** Read the polygons of a GeoJSON FeatureCollection into the instance's arena; holes are passed
 * over. KR_EINPUT naming the file if it is not that. */
KR_MUST_CHECK kr_status kr_volcanic_zones_read(kr_ctx *ctx, const kr_gmm *gmm, const char *path,
                                               const kr_volcanic_zones **out);

/** Kilometres in the zones on the way from 1 to 2: 0, or 12 to 80 (the paper's limits). Counted on
 * 100 points of the great circle, as the reference does. */
double kr_volcanic_path_km(const kr_volcanic_zones *zones, double lon1, double lat1, double lon2,
                           double lat2);

#endif
