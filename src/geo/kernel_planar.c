/* Placing and distances of planar ruptures, compiled once for each instruction set.
 *
 * Both directions, many ruptures to one site and one rupture to many sites, are the same inline
 * functions on scalars, vectorised over the one or the other: a pair gives the same bits either
 * way. What decides about a pair (rrup, chords) is made of + - * / and square roots only, so it is
 * also the same on every instruction set. */
#include "geo/planar_kernels.h"
#include "num/isa_name.h"
#include "num/vmath.h"

#define SIMD   _Pragma("omp simd")
#define INLINE static inline __attribute__((always_inline))

static const double radius = KR_EARTH_RADIUS_KM;
static const double degrees = 180.0 / 3.14159265358979323846;

static inline size_t padded(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* ---- placing ---- */

typedef struct frame {
    kr_vec3 up, east, north;
} frame;

INLINE kr_vec3 sub(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

INLINE double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

INLINE kr_vec3 scale(kr_vec3 a, double k)
{
    return (kr_vec3){a.x * k, a.y * k, a.z * k};
}

INLINE kr_vec3 cross(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

INLINE kr_vec3 unit(kr_vec3 a)
{
    double length = sqrt(dot(a, a));

    return (kr_vec3){a.x / length, a.y / length, a.z / length};
}

/* a * p + b * q, for directions. */
INLINE kr_vec3 mix(double a, kr_vec3 p, double b, kr_vec3 q)
{
    return (kr_vec3){a * p.x + b * q.x, a * p.y + b * q.y, a * p.z + b * q.z};
}

/* East and north at a point of the unit sphere. */
INLINE frame frame_at(kr_vec3 up)
{
    double flat = sqrt(up.x * up.x + up.y * up.y);
    double rho = flat > 1e-300 ? flat : 1e-300;
    double c = up.x / rho, s = up.y / rho;

    return (frame){up, {-s, c, 0.0}, {-up.z * c, -up.z * s, rho}};
}

/* The point at a displacement (cosine of the arc; its sine times north and east). */
INLINE kr_vec3 step(frame f, double arc_cos, double north, double east)
{
    return (kr_vec3){f.up.x * arc_cos + f.north.x * north + f.east.x * east,
                     f.up.y * arc_cos + f.north.y * north + f.east.y * east,
                     f.up.z * arc_cos + f.north.z * north + f.east.z * east};
}

/* Poles of the great circles through a point along strike and, to the right of it, down dip. */
INLINE kr_vec3 pole_along(frame f, double strike_cos, double strike_sin)
{
    return mix(strike_cos, f.east, -strike_sin, f.north);
}

INLINE kr_vec3 pole_across(frame f, double strike_cos, double strike_sin)
{
    return mix(-strike_sin, f.east, -strike_cos, f.north);
}

#define PUT(field, value)                                                                          \
    do {                                                                                           \
        kr_vec3 v_ = (value);                                                                      \
        out->field##_x[i] = v_.x;                                                                  \
        out->field##_y[i] = v_.y;                                                                  \
        out->field##_z[i] = v_.z;                                                                  \
    } while (0)

#define GET(from, field) ((kr_vec3){from->field##_x[i], from->field##_y[i], from->field##_z[i]})

INLINE frame centre_of(const kr_shapes *s, size_t i, const frame *at)
{
    return frame_at(step(*at, s->shift_cos[i], s->shift_north[i], s->shift_east[i]));
}

/* The corners brought to the surface, on the unit sphere. */
static void place_corners(const kr_shapes *s, size_t n, const frame *at, kr_planars *out)
{
    SIMD for (size_t i = 0; i < n; i++)
    {
        frame centre = centre_of(s, i, at);
        PUT(tl, step(centre, s->diag_cos[i], s->tl_north[i], s->tl_east[i]));
        PUT(tr, step(centre, s->diag_cos[i], s->tr_north[i], s->tr_east[i]));
        PUT(bl, step(centre, s->diag_cos[i], s->bl_north[i], s->bl_east[i]));
        PUT(br, step(centre, s->diag_cos[i], s->br_north[i], s->br_east[i]));
    }
}

/* The plane through three corners, and its size along the edges. */
static void place_planes(const kr_shapes *s, size_t n, kr_planars *out)
{
    SIMD for (size_t i = 0; i < n; i++)
    {
        double r_top = radius - s->ztor[i], r_bottom = radius - s->zbot[i];
        kr_vec3 tl = scale(GET(out, tl), r_top);
        kr_vec3 to_tr = sub(scale(GET(out, tr), r_top), tl);
        kr_vec3 to_bl = sub(scale(GET(out, bl), r_bottom), tl);
        kr_vec3 to_br = sub(scale(GET(out, br), r_bottom), tl);
        kr_vec3 normal = unit(cross(to_tr, to_bl));
        kr_vec3 u = unit(to_tr), v = cross(normal, u);
        PUT(top, tl);
        PUT(n, normal);
        PUT(u, u);
        PUT(v, v);
        out->length[i] = (dot(to_tr, u) + (dot(to_br, u) - dot(to_bl, u))) / 2.0;
        out->width[i] = (dot(to_bl, v) + (dot(to_br, v) - dot(to_tr, v))) / 2.0;
    }
}

static void place_poles(const kr_shapes *s, size_t n, kr_planars *out)
{
    SIMD for (size_t i = 0; i < n; i++)
    {
        double c = s->strike_cos[i], t = s->strike_sin[i];
        frame bl = frame_at(GET(out, bl));
        frame tl = frame_at(GET(out, tl));
        frame tr = frame_at(GET(out, tr));
        PUT(a1, pole_along(bl, c, t));
        PUT(a2, pole_along(tl, c, t));
        PUT(a3, pole_across(tl, c, t));
        PUT(a4, pole_across(tr, c, t));
    }
}

/* From here on the corners are in km. */
static void scale_corners(size_t n, kr_planars *out)
{
    SIMD for (size_t i = 0; i < n; i++)
    {
        PUT(tl, scale(GET(out, tl), radius));
        PUT(tr, scale(GET(out, tr), radius));
        PUT(bl, scale(GET(out, bl), radius));
        PUT(br, scale(GET(out, br), radius));
    }
}

/* The hypocentre, and where azimuths are measured. */
static void place_hypo(const kr_shapes *s, size_t n, const kr_origin *origin, const frame *at,
                       kr_planars *out)
{
    double moved = origin->shift_hypo ? 1.0 : 0.0;
    double middle = origin->azimuth_of_middle ? 1.0 : 0.0;

    SIMD for (size_t i = 0; i < n; i++)
    {
        frame centre = centre_of(s, i, at);
        kr_vec3 hypo = mix(moved, centre.up, 1.0 - moved, at->up);
        kr_vec3 half = {out->tl_x[i] + out->br_x[i], out->tl_y[i] + out->br_y[i],
                        out->tl_z[i] + out->br_z[i]};
        frame where = frame_at(mix(middle, unit(half), 1.0 - middle, hypo));
        PUT(hypo, hypo);
        PUT(east, where.east);
        PUT(north, where.north);
    }
}

static void place(const kr_shapes *shapes, size_t n, const kr_origin *origin, unsigned wanted,
                  kr_planars *out)
{
    frame at = {origin->up, origin->east, origin->north};
    size_t end = padded(n);

    place_corners(shapes, end, &at, out);
    place_planes(shapes, end, out);
    if (wanted & (KR_DIST_BIT(RJB) | KR_DIST_BIT(RX) | KR_DIST_BIT(RY0)))
        place_poles(shapes, end, out);
    if (wanted & (KR_DIST_BIT(RHYPO) | KR_DIST_BIT(REPI) | KR_DIST_BIT(AZIMUTH)))
        place_hypo(shapes, end, origin, &at, out);
    if (wanted & KR_DIST_BIT(RJB))
        scale_corners(end, out);
}

/* ---- distances of a pair ---- */

INLINE kr_vec3 vec(double x, double y, double z)
{
    return (kr_vec3){x, y, z};
}

/* How far x lies outside [0, length], with its sign. */
INLINE double beyond(double x, double length)
{
    double above = x - length;

    return (above > 0.0 ? above : 0.0) + (x < 0.0 ? x : 0.0);
}

/* The arc (km) whose sine is s, which rounding may have brought outside [-1, 1]. */
INLINE double arc(double s)
{
    double above = s - 1.0, below = s + 1.0;

    return radius * asin(s - ((above > 0.0 ? above : 0.0) + (below < 0.0 ? below : 0.0)));
}

INLINE double least(double a, double b)
{
    return a < b ? a : b;
}

/* 1 if both are on the same side of zero, else 0; without a branch. */
INLINE double same_side(double a, double b)
{
    return 0.5 + copysign(0.5, a * b);
}

/* Add a turn to a negative angle. */
INLINE double turn(double angle)
{
    return angle + (angle < 0.0 ? 360.0 : 0.0);
}

INLINE double square_distance(kr_vec3 a, kr_vec3 b)
{
    kr_vec3 d = sub(a, b);

    return dot(d, d);
}

/* The geodetic distance (km) of two unit vectors. */
INLINE double geodetic(kr_vec3 a, kr_vec3 b)
{
    return 2.0 * arc(0.5 * sqrt(square_distance(a, b)));
}

/* The functions below take a rupture (r, s, i) and a site (t, j). */
#define PAIR           const kr_planars *r, const kr_shapes *s, size_t i, const kr_site_soa *t, size_t j
#define RUPTURE(field) vec(r->field##_x[i], r->field##_y[i], r->field##_z[i])
#define SITE           vec(t->x[j], t->y[j], t->z[j])
#define SURFACE        vec(t->ux[j], t->uy[j], t->uz[j])

INLINE double pair_rrup(PAIR)
{
    kr_vec3 d = sub(SITE, RUPTURE(top));
    double off = dot(d, RUPTURE(n));
    double along = beyond(dot(d, RUPTURE(u)), r->length[i]);
    double down = beyond(dot(d, RUPTURE(v)), r->width[i]);

    (void)s;
    return sqrt(off * off + along * along + down * down);
}

INLINE double pair_rjb(PAIR)
{
    kr_vec3 q = SURFACE, p = SITE;
    double s1 = dot(q, RUPTURE(a1)), s2 = dot(q, RUPTURE(a2));
    double s3 = dot(q, RUPTURE(a3)), s4 = dot(q, RUPTURE(a4));
    double same_along = same_side(s1, s2), same_across = same_side(s3, s4);
    double corner = least(least(square_distance(p, RUPTURE(tl)), square_distance(p, RUPTURE(tr))),
                          least(square_distance(p, RUPTURE(bl)), square_distance(p, RUPTURE(br))));
    double along = least(fabs(s1), fabs(s2)), across = least(fabs(s3), fabs(s4));
    double edge = same_along * along + (same_across - same_along * same_across) * across;
    double outside_both = same_along * same_across;

    (void)s;
    return outside_both * sqrt(corner) + (1.0 - outside_both) * arc(edge);
}

INLINE double pair_rx(PAIR)
{
    (void)s;
    return arc(dot(SURFACE, RUPTURE(a2)));
}

INLINE double pair_ry0(PAIR)
{
    double s3 = dot(SURFACE, RUPTURE(a3)), s4 = dot(SURFACE, RUPTURE(a4));

    (void)s;
    return arc(same_side(s3, s4) * least(fabs(s3), fabs(s4)));
}

INLINE double pair_rhypo(PAIR)
{
    double h = geodetic(SURFACE, RUPTURE(hypo)), v = s->zhypo[i] - t->depth[j];

    return sqrt(h * h + v * v);
}

INLINE double pair_repi(PAIR)
{
    (void)s;
    return geodetic(SURFACE, RUPTURE(hypo));
}

INLINE double pair_azimuth(PAIR)
{
    double east = dot(SURFACE, RUPTURE(east)), north = dot(SURFACE, RUPTURE(north));
    double azimuth = atan2(east, north) * degrees;

    return turn(turn(azimuth - s->strike[i]));
}

/* x brought into [0, length]. */
INLINE double within(double x, double length)
{
    return x - beyond(x, length);
}

/* The point of the rectangle that is nearest to the site. */
INLINE kr_vec3 nearest(PAIR)
{
    kr_vec3 top = RUPTURE(top), d = sub(SITE, top);
    kr_vec3 on = mix(within(dot(d, RUPTURE(u)), r->length[i]), RUPTURE(u),
                     within(dot(d, RUPTURE(v)), r->width[i]), RUPTURE(v));

    (void)s;
    return vec(top.x + on.x, top.y + on.y, top.z + on.z);
}

INLINE double pair_clon(PAIR)
{
    kr_vec3 p = nearest(r, s, i, t, j);

    return atan2(p.y, p.x) * degrees;
}

INLINE double pair_clat(PAIR)
{
    kr_vec3 p = nearest(r, s, i, t, j);

    return atan2(p.z, sqrt(p.x * p.x + p.y * p.y)) * degrees;
}

/* ---- the two directions ---- */

/* X(ID, function) */
#define DISTANCES(X)                                                                               \
    X(RJB, rjb)                                                                                    \
    X(RX, rx)                                                                                      \
    X(RY0, ry0)                                                                                    \
    X(RHYPO, rhypo)                                                                                \
    X(REPI, repi)                                                                                  \
    X(AZIMUTH, azimuth)                                                                            \
    X(CLON, clon)                                                                                  \
    X(CLAT, clat)

#define LOOPS(id, name)                                                                            \
    static void ruptures_##name(PAIR, size_t n, double *out)                                       \
    {                                                                                              \
        (void)i;                                                                                   \
        SIMD for (size_t k = 0; k < n; k++) out[k] = pair_##name(r, s, k, t, j);                   \
    }                                                                                              \
    static void sites_##name(PAIR, size_t n, double *out)                                          \
    {                                                                                              \
        (void)j;                                                                                   \
        SIMD for (size_t k = 0; k < n; k++) out[k] = pair_##name(r, s, i, t, k);                   \
    }
LOOPS(RRUP, rrup)
DISTANCES(LOOPS)

static void to_site(const kr_planars *ruptures, const kr_shapes *shapes, size_t n,
                    const kr_site_soa *sites, size_t j, unsigned wanted, const kr_dist_out *out)
{
    size_t end = padded(n);

    ruptures_rrup(ruptures, shapes, 0, sites, j, end, out->of[KR_DIST_RRUP]);
#define X(id, name)                                                                                \
    if (wanted & KR_DIST_BIT(id))                                                                  \
        ruptures_##name(ruptures, shapes, 0, sites, j, end, out->of[KR_DIST_##id]);
    DISTANCES(X)
#undef X
}

static void to_sites(const kr_planars *ruptures, const kr_shapes *shapes, size_t i,
                     const kr_site_soa *sites, unsigned wanted, const kr_dist_out *out)
{
    size_t end = padded(sites->n);

    sites_rrup(ruptures, shapes, i, sites, 0, end, out->of[KR_DIST_RRUP]);
#define X(id, name)                                                                                \
    if (wanted & KR_DIST_BIT(id))                                                                  \
        sites_##name(ruptures, shapes, i, sites, 0, end, out->of[KR_DIST_##id]);
    DISTANCES(X)
#undef X
}

static void chords(const kr_site_soa *sites, kr_vec3 p, double *out)
{
    const kr_site_soa *t = sites;
    size_t n = padded(sites->n);

    SIMD for (size_t j = 0; j < n; j++) out[j] = sqrt(square_distance(SITE, p));
}

extern const kr_planar_kernels KR_ISA_NAME(kr_planar_kernels);
const kr_planar_kernels KR_ISA_NAME(kr_planar_kernels) = {place, to_site, to_sites, chords};
