/* GeoPackage 1.3 (OGC 12-128r17): layers of features in one SQLite file. The only place that
 * touches SQLite. What crosses the date line is cut there, as in GeoJSON. */
#ifndef KR_OUTPUT_GEOPACKAGE_H
#define KR_OUTPUT_GEOPACKAGE_H

#include "output/geojson.h"

typedef struct kr_geopackage kr_geopackage;

/** Begin DIR/name; until it ends it stands in DIR/name.part. `date` is when its contents changed,
 * YYYY-MM-DDTHH:MM:SS; NULL: now. KR_EIO, KR_ENOMEM. Owned by the caller: kr_geopackage_finish. */
KR_MUST_CHECK kr_status kr_geopackage_begin(kr_ctx *ctx, const char *dir, const char *name,
                                            const char *date, kr_geopackage **out);

/** Its path, as long as it is not finished. */
const char *kr_geopackage_path(const kr_geopackage *package);

/** Announce a layer; without a feature it is not there. Layers are numbered from 0 in this order.
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_geopackage_layer(kr_geopackage *package, const char *name,
                                            const char *description);

/** Write a feature to a layer: several parts make multi-geometries, single points are points. A
 * column is added for each name of a property; where a feature has it not it is null. KR_EIO,
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_geopackage_add(kr_geopackage *package, size_t layer,
                                          const kr_feature *feature);

/** After the last feature: all is written, or KR_EIO. */
KR_MUST_CHECK kr_status kr_geopackage_end(kr_geopackage *package);

/** Close it, after kr_geopackage_end: with KR_OK it takes its place (KR_EIO), or with `stays` stays
 * DIR/name.part; without a feature there is no file then, not even one of before. Otherwise it is
 * removed and `status` comes back. */
KR_MUST_CHECK kr_status kr_geopackage_finish(kr_geopackage **package, kr_status status, bool stays);

#endif
