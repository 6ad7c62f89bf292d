/* Planar ruptures and their distances written straight from the formulas (haversine, azimuth,
 * arcs), one at a time: what the kernels are compared with. */
#ifndef KR_TESTS_SLOW_PLANAR_H
#define KR_TESTS_SLOW_PLANAR_H

#include "geo/planar.h"

#include <math.h>

#define SLOW_PI 3.14159265358979323846

typedef struct slow_corner {
    double lon, lat, z;
    kr_vec3 p;
} slow_corner;

typedef struct slow_planar {
    slow_corner tl, tr, bl, br;
    kr_vec3 n, u, v;
    double length, width, strike;
    double hypo_lon, hypo_lat, hypo_z;
} slow_planar;

typedef struct slow_site {
    double lon, lat, z;
    kr_vec3 p;
} slow_site;

static inline kr_vec3 slow_sub(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline double slow_dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline kr_vec3 slow_cross(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static inline kr_vec3 slow_unit(kr_vec3 a)
{
    double l = sqrt(slow_dot(a, a));

    return (kr_vec3){a.x / l, a.y / l, a.z / l};
}

static inline double slow_chord(kr_vec3 a, kr_vec3 b)
{
    kr_vec3 d = slow_sub(a, b);

    return sqrt(slow_dot(d, d));
}

static inline slow_corner slow_corner_at(kr_lonlat c, double azimuth, double km, double z)
{
    kr_lonlat q = kr_point_at(c.lon, c.lat, azimuth, km);

    return (slow_corner){q.lon, q.lat, z, kr_to_cartesian(q.lon, q.lat, z)};
}

static inline slow_planar slow_make(const kr_shape_spec *s, double lon, double lat)
{
    slow_planar r;
    double dip = s->dip * SLOW_PI / 180.0;
    double hl = s->length_km / 2.0, hw = s->width_km * cos(dip) / 2.0;
    double hh = s->width_km * sin(dip) / 2.0, zc = s->zhypo_km;
    double shift = s->upper_km - s->zhypo_km + hh;
    kr_lonlat c = {lon, lat};

    if (shift < 0.0)
        shift = fmin(0.0, s->lower_km - s->zhypo_km - hh);
    if (shift != 0.0) {
        c = kr_point_at(lon, lat, s->strike + (shift > 0.0 ? 90.0 : 270.0), fabs(shift / tan(dip)));
        zc += shift;
    }
    double theta = atan(hw / hl) * 180.0 / SLOW_PI, d = sqrt(hl * hl + hw * hw);
    r.tl = slow_corner_at(c, s->strike + 180.0 + theta, d, zc - hh);
    r.tr = slow_corner_at(c, s->strike - theta, d, zc - hh);
    r.bl = slow_corner_at(c, s->strike + 180.0 - theta, d, zc + hh);
    r.br = slow_corner_at(c, s->strike + theta, d, zc + hh);
    r.n = slow_unit(slow_cross(slow_sub(r.tl.p, r.tr.p), slow_sub(r.tl.p, r.bl.p)));
    r.u = slow_unit(slow_sub(r.tr.p, r.tl.p));
    r.v = slow_cross(r.n, r.u);
    r.length =
        (slow_dot(slow_sub(r.tr.p, r.tl.p), r.u) + slow_dot(slow_sub(r.br.p, r.bl.p), r.u)) / 2;
    r.width =
        (slow_dot(slow_sub(r.bl.p, r.tl.p), r.v) + slow_dot(slow_sub(r.br.p, r.tr.p), r.v)) / 2;
    r.strike = s->strike;
    r.hypo_lon = s->shift_hypo ? c.lon : lon;
    r.hypo_lat = s->shift_hypo ? c.lat : lat;
    r.hypo_z = s->shift_hypo ? zc : s->zhypo_km;
    return r;
}

static inline double slow_rrup(const slow_planar *r, const slow_site *t)
{
    kr_vec3 d = slow_sub(t->p, r->tl.p);
    double off = slow_dot(d, r->n), x = slow_dot(d, r->u), y = slow_dot(d, r->v);
    double dx = x < 0 ? x : x > r->length ? x - r->length : 0;
    double dy = y < 0 ? y : y > r->width ? y - r->width : 0;

    return sqrt(off * off + dx * dx + dy * dy);
}

/* The point of the rectangle that is nearest to the site. */
static inline kr_lonlat slow_nearest(const slow_planar *r, const slow_site *t)
{
    kr_vec3 d = slow_sub(t->p, r->tl.p);
    double x = fmin(fmax(slow_dot(d, r->u), 0), r->length);
    double y = fmin(fmax(slow_dot(d, r->v), 0), r->width);

    return kr_from_cartesian((kr_vec3){r->tl.p.x + x * r->u.x + y * r->v.x,
                                       r->tl.p.y + x * r->u.y + y * r->v.y,
                                       r->tl.p.z + x * r->u.z + y * r->v.z},
                             NULL);
}

static inline double slow_arc(const slow_corner *c, double azimuth, const slow_site *t)
{
    return kr_distance_to_arc_km(c->lon, c->lat, azimuth, t->lon, t->lat);
}

static inline double slow_corner_km(const slow_corner *c, const slow_site *t)
{
    return slow_chord(kr_to_cartesian(c->lon, c->lat, 0), t->p);
}

static inline double slow_rjb(const slow_planar *r, const slow_site *t)
{
    double across = fmod(r->strike + 90.0, 360.0);
    double a1 = slow_arc(&r->bl, r->strike, t), a2 = slow_arc(&r->tl, r->strike, t);
    double a3 = slow_arc(&r->tl, across, t), a4 = slow_arc(&r->tr, across, t);
    int along_same = (a1 > 0) == (a2 > 0), across_same = (a3 > 0) == (a4 > 0);

    if (along_same && across_same)
        return fmin(fmin(slow_corner_km(&r->tl, t), slow_corner_km(&r->tr, t)),
                    fmin(slow_corner_km(&r->bl, t), slow_corner_km(&r->br, t)));
    if (along_same)
        return fmin(fabs(a1), fabs(a2));
    return across_same ? fmin(fabs(a3), fabs(a4)) : 0.0;
}

static inline double slow_rx(const slow_planar *r, const slow_site *t)
{
    return slow_arc(&r->tl, r->strike, t);
}

static inline double slow_ry0(const slow_planar *r, const slow_site *t)
{
    double across = fmod(r->strike + 90.0, 360.0);
    double a3 = slow_arc(&r->tl, across, t), a4 = slow_arc(&r->tr, across, t);

    return (a3 > 0) == (a4 > 0) ? fmin(fabs(a3), fabs(a4)) : 0.0;
}

static inline double slow_repi(const slow_planar *r, const slow_site *t)
{
    return kr_geodetic_km(r->hypo_lon, r->hypo_lat, t->lon, t->lat);
}

static inline double slow_rhypo(const slow_planar *r, const slow_site *t)
{
    return kr_distance_km(r->hypo_lon, r->hypo_lat, r->hypo_z, t->lon, t->lat, t->z);
}

static inline double slow_azimuth(const slow_planar *r, const slow_site *t)
{
    double a = kr_azimuth(r->hypo_lon, r->hypo_lat, t->lon, t->lat) - r->strike;

    return a < 0 ? a + 360.0 : a;
}

#endif
