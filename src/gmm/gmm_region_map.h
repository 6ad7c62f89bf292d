/* Maps of regions that models read their adjustments from: polygons, each with a value and its
 * standard error for each measure. The files are among the data of the program (gmm_data.h):
 *
 *   number of regions, number of measures, number of vertices of all regions
 *   the names of the measures
 *   for each region: the number of its vertices, closed; value and standard error for each measure;
 *   longitude and latitude of each vertex
 */
#ifndef KR_GMM_GMM_REGION_MAP_H
#define KR_GMM_GMM_REGION_MAP_H

#include "gmm/gmm.h"

#include <stdint.h>

typedef struct kr_region_map kr_region_map;

/** Read a map of the program into the instance's arena. */
KR_MUST_CHECK kr_status kr_region_map_read(kr_ctx *ctx, const kr_gmm *gmm, const char *name,
                                           const kr_region_map **out);

/** Number of regions. */
size_t kr_region_map_count(const kr_region_map *map);

/** value + epsilon * standard error of each region for the measure at out[1], out[2], ...; 0 at
 * out[0]. False if the map has nothing for it. */
bool kr_region_map_values(const kr_region_map *map, const kr_imt *imt, double epsilon, double *out);

/** The region that each place is inside of, from 1 on; the last one where they overlap; 0 for
 * none. */
void kr_region_map_find(const kr_region_map *map, size_t n, const double *lon, const double *lat,
                        int64_t *out);

#endif
