/* A planar rupture of a point source and its distances to a site, one at a time, straight from the
 * formulas of the reference (docs/theory.md, 2 to 7): what the contexts of whole tiles are
 * compared with. Nothing of src/geo is used. */
#ifndef KR_TESTS_PLAIN_RUPTURE_H
#define KR_TESTS_PLAIN_RUPTURE_H

#include "model/source.h"

#include <math.h>
#include <stdbool.h>

#define PLAIN_PI 3.14159265358979323846
static const double plain_radius = 6371.0;

typedef struct plain_vector {
    double x, y, z;
} plain_vector;

typedef struct plain_place {
    double lon, lat, depth;
} plain_place;

typedef struct plain_rupture {
    double mag, rate; /* annual */
    double strike, dip, rake, length, width;
    plain_place tl, tr, bl, br, hypo;
    plain_vector origin, normal, along, down;
} plain_rupture;

static inline double plain_rad(double degrees)
{
    return degrees * PLAIN_PI / 180;
}

static inline plain_vector plain_xyz(plain_place p)
{
    double r = plain_radius - p.depth, lon = plain_rad(p.lon), lat = plain_rad(p.lat);
    return (plain_vector){r * cos(lat) * cos(lon), r * cos(lat) * sin(lon), r * sin(lat)};
}

static inline plain_vector plain_minus(plain_vector a, plain_vector b)
{
    return (plain_vector){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline double plain_dot(plain_vector a, plain_vector b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline plain_vector plain_cross(plain_vector a, plain_vector b)
{
    return (plain_vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static inline plain_vector plain_unit(plain_vector a)
{
    double length = sqrt(plain_dot(a, a));
    return (plain_vector){a.x / length, a.y / length, a.z / length};
}

static inline double plain_chord(plain_place a, plain_place b)
{
    plain_vector d = plain_minus(plain_xyz(a), plain_xyz(b));
    return sqrt(plain_dot(d, d));
}

static inline double plain_haversine(plain_place a, plain_place b)
{
    double u = sin(plain_rad(b.lat - a.lat) / 2), v = sin(plain_rad(b.lon - a.lon) / 2);
    return 2 * plain_radius *
           asin(sqrt(u * u + cos(plain_rad(a.lat)) * cos(plain_rad(b.lat)) * v * v));
}

static inline double plain_azimuth(plain_place a, plain_place b)
{
    double p = plain_rad(a.lat), q = plain_rad(b.lat), l = plain_rad(a.lon - b.lon);
    double back = atan2(sin(l) * cos(q), cos(p) * sin(q) - sin(p) * cos(q) * cos(l));
    return fmod(360 - back * 180 / PLAIN_PI, 360);
}

/* The place at a distance in a direction; the depth is given. */
static inline plain_place plain_point_at(plain_place from, double azimuth, double km, double depth)
{
    double a = km / plain_radius, t = plain_rad(360 - azimuth), p = plain_rad(from.lat);
    double sine = sin(p) * cos(a) + cos(p) * sin(a) * cos(t);
    double dlon = atan2(sin(t) * sin(a) * cos(p), cos(a) - sin(p) * sine);
    double lon = fmod(plain_rad(from.lon) - dlon + PLAIN_PI, 2 * PLAIN_PI);
    lon = (lon < 0 ? lon + 2 * PLAIN_PI : lon) - PLAIN_PI;
    return (plain_place){lon * 180 / PLAIN_PI, asin(sine) * 180 / PLAIN_PI, depth};
}

/* Signed distance to the great circle through `from`: positive on its right. */
static inline double plain_arc(plain_place from, double azimuth, plain_place p)
{
    double g = plain_haversine(from, p), t = plain_rad(plain_azimuth(from, p) - azimuth);
    return (PLAIN_PI / 2 - acos(sin(t) * sin(g / plain_radius))) * plain_radius;
}

static inline void plain_dims(const kr_source *s, double mag, const kr_nodal_plane *plane,
                              double *length, double *width)
{
    double area = kr_msr_area_km2(&s->msr, mag, plane->rake);
    double widest = (s->lower_depth_km - s->upper_depth_km) / sin(plain_rad(plane->dip));
    *length = sqrt(area * s->aspect);
    *width = area / *length;
    if (*width > widest) {
        *width = widest;
        *length = area / *width;
    }
}

static inline void plain_frame(plain_rupture *r)
{
    plain_vector tl = plain_xyz(r->tl), tr = plain_xyz(r->tr);
    plain_vector bl = plain_xyz(r->bl), br = plain_xyz(r->br);
    r->origin = tl;
    r->normal = plain_unit(plain_cross(plain_minus(tl, tr), plain_minus(tl, bl)));
    r->along = plain_unit(plain_minus(tr, tl));
    r->down = plain_cross(r->normal, r->along);
    r->length =
        (plain_dot(plain_minus(tr, tl), r->along) + plain_dot(plain_minus(br, bl), r->along)) / 2;
    r->width =
        (plain_dot(plain_minus(bl, tl), r->down) + plain_dot(plain_minus(br, tr), r->down)) / 2;
}

/* The rupture of a source at a place (of depth 0). */
static inline plain_rupture plain_make(const kr_source *s, plain_place at, double mag, double rate,
                                       const kr_nodal_plane *plane, double hypo_km, bool shift_hypo)
{
    plain_rupture r = {
        .mag = mag, .rate = rate, .strike = plane->strike, .dip = plane->dip, .rake = plane->rake};
    double length, width, dip = plain_rad(plane->dip);
    plain_dims(s, mag, plane, &length, &width);
    double hl = length / 2, hw = width * cos(dip) / 2, hh = width * sin(dip) / 2;
    double shift = s->upper_depth_km - hypo_km + hh;
    if (shift < 0)
        shift = fmin(s->lower_depth_km - hypo_km - hh, 0);
    plain_place centre = at;
    if (shift != 0)
        centre =
            plain_point_at(at, plane->strike + (shift > 0 ? 90 : 270), fabs(shift / tan(dip)), 0);
    centre.depth = hypo_km + shift;
    double theta = atan(hw / hl) * 180 / PLAIN_PI, h = sqrt(hl * hl + hw * hw);
    double top = centre.depth - hh, bottom = centre.depth + hh;
    r.tl = plain_point_at(centre, plane->strike + 180 + theta, h, top);
    r.tr = plain_point_at(centre, plane->strike - theta, h, top);
    r.bl = plain_point_at(centre, plane->strike + 180 - theta, h, bottom);
    r.br = plain_point_at(centre, plane->strike + theta, h, bottom);
    r.hypo = shift_hypo ? centre : (plain_place){at.lon, at.lat, hypo_km};
    plain_frame(&r);
    return r;
}

static inline double plain_rrup(const plain_rupture *r, plain_place site)
{
    plain_vector v = plain_minus(plain_xyz(site), r->origin);
    double d = plain_dot(v, r->normal), x = plain_dot(v, r->along), y = plain_dot(v, r->down);
    double dx = x < 0 ? x : (x > r->length ? x - r->length : 0);
    double dy = y < 0 ? y : (y > r->width ? y - r->width : 0);
    return sqrt(d * d + dx * dx + dy * dy);
}

static inline int plain_sign(double x)
{
    return (x > 0) - (x < 0);
}

static inline double plain_rjb(const plain_rupture *r, plain_place site)
{
    double across = fmod(r->strike + 90, 360);
    double a1 = plain_arc(r->bl, r->strike, site), a2 = plain_arc(r->tl, r->strike, site);
    double a3 = plain_arc(r->tl, across, site), a4 = plain_arc(r->tr, across, site);
    bool beside = plain_sign(a1) == plain_sign(a2), beyond = plain_sign(a3) == plain_sign(a4);
    if (beside && beyond) {
        const plain_place corners[] = {r->tl, r->tr, r->bl, r->br};
        double least = INFINITY;
        for (int i = 0; i < 4; i++)
            least =
                fmin(least, plain_chord((plain_place){corners[i].lon, corners[i].lat, 0}, site));
        return least;
    }
    if (beside)
        return fmin(fabs(a1), fabs(a2));
    return beyond ? fmin(fabs(a3), fabs(a4)) : 0;
}

static inline double plain_rx(const plain_rupture *r, plain_place site)
{
    return plain_arc(r->tl, r->strike, site);
}

static inline double plain_ry0(const plain_rupture *r, plain_place site)
{
    double across = fmod(r->strike + 90, 360);
    double a = plain_arc(r->tl, across, site), b = plain_arc(r->tr, across, site);
    return plain_sign(a) == plain_sign(b) ? fmin(fabs(a), fabs(b)) : 0;
}

static inline double plain_repi(const plain_rupture *r, plain_place site)
{
    return plain_haversine(r->hypo, site);
}

static inline double plain_rhypo(const plain_rupture *r, plain_place site)
{
    return hypot(plain_repi(r, site), r->hypo.depth - site.depth);
}

#endif
