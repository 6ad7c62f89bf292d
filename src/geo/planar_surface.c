/* Planar surfaces of four corners. Their distances are those of the planar ruptures of points. */
#include "geo/surface_int.h"

#include <math.h>
#include <string.h>

static const double degree = 3.14159265358979323846 / 180.0;
/* How much the lengths of top and bottom may differ, km for each km2. */
static const double uneven = 0.002;

enum { TL, TR, BL, BR };

static kr_vec3 minus(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static kr_vec3 cross(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

/* No direction, NaN, without length: the checks of the edges refuse such corners. */
static kr_vec3 unit(kr_vec3 a)
{
    double length = sqrt(dot(a, a));

    if (!(length > 0.0))
        return (kr_vec3){NAN, NAN, NAN};
    return (kr_vec3){a.x / length, a.y / length, a.z / length};
}

#define PUT(plane, field, value)                                                                   \
    do {                                                                                           \
        kr_vec3 v_ = (value);                                                                      \
        (plane)->field##_x = v_.x;                                                                 \
        (plane)->field##_y = v_.y;                                                                 \
        (plane)->field##_z = v_.z;                                                                 \
    } while (0)

/* The corners brought to the surface, km. */
static kr_vec3 above(kr_point3 p)
{
    return kr_to_cartesian(p.lon, p.lat, 0.0);
}

/* Coordinates of the plane, and how much longer the top is than the bottom. The width and length
 * are means of opposite edges. */
static void fill_plane(const kr_point3 corner[4], struct kr_plane *plane, double *bottom,
                       double *longer)
{
    kr_vec3 at[4], tr, bl, br;

    for (int i = 0; i < 4; i++)
        at[i] = kr_to_cartesian(corner[i].lon, corner[i].lat, corner[i].depth);
    tr = minus(at[TR], at[TL]);
    bl = minus(at[BL], at[TL]);
    br = minus(at[BR], at[TL]);
    kr_vec3 n = unit(cross(tr, bl)), u = unit(tr), v = cross(n, u);
    PUT(plane, top, at[TL]);
    PUT(plane, n, n);
    PUT(plane, u, u);
    PUT(plane, v, v);
    *bottom = dot(br, u) - dot(bl, u);
    *longer = dot(tr, u) - *bottom;
    plane->length = (dot(tr, u) + *bottom) / 2.0;
    plane->width = (dot(bl, v) + (dot(br, v) - dot(tr, v))) / 2.0;
}

static void fill_surroundings(const kr_point3 corner[4], const kr_surface_params *p,
                              struct kr_plane *plane)
{
    double strike = p->strike;
    kr_sphere_frame middle = kr_frame_at(p->middle.lon, p->middle.lat);

    PUT(plane, a1, kr_pole_of(corner[BL].lon, corner[BL].lat, strike));
    PUT(plane, a2, kr_pole_of(corner[TL].lon, corner[TL].lat, strike));
    PUT(plane, a3, kr_pole_of(corner[TL].lon, corner[TL].lat, strike + 90.0));
    PUT(plane, a4, kr_pole_of(corner[TR].lon, corner[TR].lat, strike + 90.0));
    PUT(plane, tl, above(corner[TL]));
    PUT(plane, tr, above(corner[TR]));
    PUT(plane, bl, above(corner[BL]));
    PUT(plane, br, above(corner[BR]));
    PUT(plane, hypo, middle.up);
    PUT(plane, east, middle.east);
    PUT(plane, north, middle.north);
}

/* What makes four corners unfit. */
static const char *problem_of(const kr_point3 corner[4], double dip)
{
    if (corner[TL].depth != corner[TR].depth || corner[BL].depth != corner[BR].depth)
        return "the ends of the top (or of the bottom) edge differ in depth; both edges must be "
               "horizontal";
    if (!(dip > 0.0) || !(dip < 90.000001))
        return "the bottom is not deeper than the top; the dip must be in (0, 90]";
    return NULL;
}

static const char *uneven_problem(const struct kr_plane *plane, double bottom, double longer)
{
    if (bottom < 0.0)
        return "the corners are in the wrong order; the bottom must run in the direction of the "
               "top";
    if (!(fabs(longer) <= plane->width * plane->length * uneven))
        return "the top and the bottom edge differ in length; the corners must be those of a "
               "rectangle";
    return NULL;
}

static void fill_params(const kr_point3 corner[4], const struct kr_plane *plane, double dip,
                        kr_surface_params *out)
{
    kr_lonlat middle =
        kr_middle_point(corner[TL].lon, corner[TL].lat, corner[BR].lon, corner[BR].lat);

    out->strike = kr_azimuth(corner[TL].lon, corner[TL].lat, corner[TR].lon, corner[TR].lat);
    out->dip = dip;
    out->width = plane->width;
    out->area = plane->width * plane->length;
    out->ztor = corner[TL].depth;
    out->zbot = fmax(corner[TL].depth, corner[BR].depth);
    out->middle = (kr_point3){middle.lon, middle.lat, (corner[TL].depth + corner[BR].depth) / 2.0};
}

kr_status kr_surface_make_planar(kr_ctx *ctx, const kr_point3 corner[4], kr_arena *arena,
                                 kr_surface *out, const char **problem)
{
    kr_status s = KR_OK;
    struct kr_plane *plane = NULL;
    kr_point3 tl = corner[TL], bl = corner[BL];
    double slope = kr_distance_km(tl.lon, tl.lat, tl.depth, bl.lon, bl.lat, bl.depth);
    double dip = slope > 0.0 ? asin((bl.depth - tl.depth) / slope) / degree : 0.0, bottom, longer;

    memset(out, 0, sizeof *out);
    *problem = problem_of(corner, dip);
    if (*problem)
        return KR_OK;
    KR_ANEW(plane, arena, 1);
    fill_plane(corner, plane, &bottom, &longer);
    *problem = uneven_problem(plane, bottom, longer);
    if (*problem)
        return KR_OK;
    KR_TRY(kr_mesh_make(ctx, corner, 2, 2, false, arena, &out->mesh));
    if (!kr_mesh_box(&out->mesh, &out->params.box)) {
        *problem = "the surface is wider than 180 degrees of longitude; it must be narrower";
        return KR_OK;
    }
    fill_params(corner, plane, dip, &out->params);
    fill_surroundings(corner, &out->params, plane);
    out->kind = KR_SURFACE_PLANAR;
    out->plane = plane;
    KR_TRY(kr_gc2_line_make(ctx, (kr_line){2, corner}, arena, &out->tor));
out:
    return s;
}

/* ---- distances ---- */

static double clipped(double x, double high)
{
    return fmin(fmax(x, 0.0), high);
}

static kr_lonlat closest_place(const struct kr_plane *p, const kr_site_soa *sites, size_t j)
{
    kr_vec3 d = {sites->x[j] - p->top_x, sites->y[j] - p->top_y, sites->z[j] - p->top_z};
    double along = clipped(d.x * p->u_x + d.y * p->u_y + d.z * p->u_z, p->length);
    double down = clipped(d.x * p->v_x + d.y * p->v_y + d.z * p->v_z, p->width);
    kr_vec3 at = {p->top_x + p->u_x * along + p->v_x * down,
                  p->top_y + p->u_y * along + p->v_y * down,
                  p->top_z + p->u_z * along + p->v_z * down};

    return kr_from_cartesian(at, NULL);
}

static void closest_places(const struct kr_plane *plane, const kr_site_soa *sites, unsigned wanted,
                           const kr_dist_out *out)
{
    for (size_t j = 0; j < sites->n; j++) {
        kr_lonlat at = closest_place(plane, sites, j);
        if (wanted & KR_DIST_BIT(CLON))
            out->of[KR_DIST_CLON][j] = at.lon;
        if (wanted & KR_DIST_BIT(CLAT))
            out->of[KR_DIST_CLAT][j] = at.lat;
        if (wanted & KR_DIST_BIT(AZIMUTHCP))
            out->of[KR_DIST_AZIMUTHCP][j] =
                kr_azimuth(sites->lon[j], sites->lat[j], at.lon, at.lat);
    }
}

kr_status kr_plane_distances(kr_surface_room *room, const kr_surface *surface,
                             const kr_site_soa *sites, unsigned wanted, const kr_dist_out *out)
{
    kr_status s = KR_OK;
    const struct kr_plane *plane = surface->plane;
    kr_dist_out into = *out;

    if (!room->planars)
        KR_NEW(room->planars, room->ctx, KR_ACCOUNT_RUPTURES, 1);
    if (!room->shapes)
        KR_NEW(room->shapes, room->ctx, KR_ACCOUNT_RUPTURES, 1);
#define X(name) room->planars->name[0] = plane->name;
    KR_PLANAR_LIST(X)
#undef X
    room->shapes->strike[0] = surface->params.strike;
    if (!(wanted & KR_DIST_BIT(RRUP)))
        into.of[KR_DIST_RRUP] = room->one;
    kr_planar_to_sites(room->planars, room->shapes, 0, sites,
                       wanted & ~(KR_DIST_BIT(RHYPO) | KR_DIST_BIT(REPI) | KR_CLOSEST_BITS), &into);
    if (wanted & KR_CLOSEST_BITS)
        closest_places(plane, sites, wanted, out);
out:
    return s;
}
