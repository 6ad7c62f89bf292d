/* Polylines with depth: traces, edges and profiles of faults. Angles in degrees, lengths in km,
 * depths positive down. Results are placed in the caller's arena. */
#ifndef KR_GEO_LINE_H
#define KR_GEO_LINE_H

#include "base/arena.h"
#include "geo/sphere.h"

#include <stdbool.h>

typedef struct kr_point3 {
    double lon, lat, depth;
} kr_point3;

typedef struct kr_line {
    size_t n;
    const kr_point3 *p;
} kr_line;

/** Drop points closer than 1 m to the one before, in place; returns how many are left. */
size_t kr_line_clean(kr_point3 *p, size_t n);

/** Sum of the distances (kr_distance_km) between neighbours. */
double kr_line_length_km(kr_line line);

/** Azimuth of a two-point line, else the circular mean of those of the segments weighted by their
 * geodetic lengths; [0, 360). */
double kr_line_azimuth(kr_line line);

/** The n points from p in a direction, equally spaced until `horizontal_km` away and `vertical_km`
 * deeper; the first is p itself. `out` has room for n >= 1. */
void kr_points_towards(kr_point3 p, double azimuth, double horizontal_km, double vertical_km,
                       size_t n, kr_point3 *out);

/** The points from a towards b at exactly `spacing_km`; the last is the one nearest to b, before or
 * behind it. KR_EINPUT for more than a million points; so the next two. */
KR_MUST_CHECK kr_status kr_points_between(kr_ctx *ctx, kr_point3 a, kr_point3 b, double spacing_km,
                                          kr_arena *arena, kr_line *out);

/** Resample at a constant straight distance from point to point (docs/theory.md, 5). The last
 * point of the line is kept (`keep_end`), or the result ends within half a step of it. *ok is false
 * (and *out empty) where the walk along the line finds no next point, where less than two points
 * come out (a line shorter than half a step), and for lines wider than 180 degrees of longitude. */
KR_MUST_CHECK kr_status kr_line_resample(kr_ctx *ctx, kr_line line, double spacing_km,
                                         bool keep_end, kr_arena *arena, kr_line *out, bool *ok);

/** Resample to n >= 2 points (docs/theory.md, 5). The result may have fewer: neighbours
 * closer than 1 m count once. */
KR_MUST_CHECK kr_status kr_line_resample_to(kr_ctx *ctx, kr_line line, size_t n, kr_arena *arena,
                                            kr_line *out);

/** True if the line, seen from above, crosses or touches itself, other than where it ends at its
 * beginning; also for lines of more than 3 points that are wider than 180 degrees (touches GEOS).
 */
bool kr_line_crosses_itself(kr_line line);

/** True if the n >= 3 points of a plane, not closed, are the boundary of a valid polygon (touches
 * GEOS). */
bool kr_ring_is_valid(const double *x, const double *y, size_t n);

#endif
