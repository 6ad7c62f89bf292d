/* Which sites come near a source: boxes around locations (the reference's prefilter). */
#ifndef KR_RUPTURE_NEAR_H
#define KR_RUPTURE_NEAR_H

#include "geo/site_soa.h"
#include "geo/sphere.h"
#include "model/job.h"

#include <stdbool.h>

/* The range of longitudes of all sites of the job, on which the treatment of the date line
 * depends. */
typedef struct kr_lon_range {
    double least, greatest;
} kr_lon_range;

typedef struct kr_box {
    bool all;    /* wider than half the globe: every site is inside */
    bool turned; /* compare longitudes in [0, 360) */
    double west, south, east, north;
} kr_box;

/* Some locations. */
typedef struct kr_places {
    const double *lon, *lat;
    size_t n;
} kr_places;

kr_lon_range kr_lon_range_of(const kr_site_soa *sites);

/** The bounds of places (n > 0); longitudes in [0, 360) if they lie on both sides of the date line.
 */
kr_bbox kr_bounds_of(kr_places places);

/** The bounds of the corners of the convex hull that the places (n > 0) have in their orthographic
 * projection. *ok is false if they are more than 180 degrees of longitude apart. */
KR_MUST_CHECK kr_status kr_hull_bounds(kr_ctx *ctx, kr_places places, kr_bbox *out, bool *ok);

/** Bounds widened by `km`. */
kr_box kr_box_around(const kr_bbox *bounds, double km, kr_lon_range sites);

/** The same around the extent of surfaces (west > east at the date line): no box is too wide. */
kr_box kr_box_around_extent(const kr_bbox *extent, double km, kr_lon_range sites);

static inline bool kr_box_holds(const kr_box *box, double lon, double lon_360, double lat)
{
    double x = box->turned ? lon_360 : lon;

    return box->all || (box->west < x && x < box->east && box->south < lat && lat < box->north);
}

/** True if a site is inside. */
bool kr_box_holds_any(const kr_box *box, const kr_site_soa *sites);

/** The maximum distances of a tectonic region type; KR_EINPUT if the job has none for it. */
KR_MUST_CHECK kr_status kr_limits_find(kr_ctx *ctx, const kr_job *job, const char *trt,
                                       const kr_magdist **out);

/** True if a place is strictly inside the polygon of the Canterbury earthquakes. */
static inline bool kr_in_canterbury(double lon, double lat)
{
    return lon > 171.6 && lon < 173.2 && lat > -43.9 && lat < -43.3;
}

/** The greatest distance at which the reference looks for sites: the last of its table. */
double kr_last_distance(const kr_magdist *entry);

#endif
