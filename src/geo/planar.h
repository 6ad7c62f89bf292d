/* Planar ruptures around a point and their distances to sites.
 *
 * A *shape* is a rupture without its place: how far and in which direction its centre and corners
 * lie from the hypocentre. It holds all the trigonometry, and is the same for every point of a
 * source. *Placing* shapes at a point is vector algebra only; so are the distances, up to one
 * arcsine each. Shapes and ruptures come in blocks of arrays of fixed size. Work is done on whole
 * groups of 8: entries past the end of a block must be filled (kr_shapes_pad). */
#ifndef KR_GEO_PLANAR_H
#define KR_GEO_PLANAR_H

#include "geo/site_soa.h"
#include "geo/sphere.h"

#include <stdbool.h>

enum { KR_PLANAR_BLOCK = 64 };

/* The distances. A set of them is the sum of their bits. */
typedef enum kr_distance {
    KR_DIST_RRUP,
    KR_DIST_RJB,
    KR_DIST_RX,
    KR_DIST_RY0,
    KR_DIST_RHYPO,
    KR_DIST_REPI,
    KR_DIST_AZIMUTH,
    KR_DIST_CLON, /* the nearest point of the rupture, degrees */
    KR_DIST_CLAT,
    KR_DIST_AZIMUTHCP, /* from here on not for the ruptures of points */
    KR_DIST_RCDPP,
    KR_DIST_COUNT
} kr_distance;
#define KR_DIST_BIT(name) (1u << KR_DIST_##name)

/* X(name). Displacements are on the unit sphere: the cosine of the arc, and its sine times the
 * direction (north, east) at the place it starts from. shift: from the hypocentre to the centre;
 * diag: from the centre to the corners tl, tr, bl, br (top left and so on). Angles are in degrees,
 * depths in km; no point of the rupture is farther than reach (km) from the point on the surface.
 */
/* clang-format off */
#define KR_SHAPE_LIST(X)                                                                           \
    X(shift_cos) X(shift_north) X(shift_east)                                                      \
    X(diag_cos)                                                                                    \
    X(tl_north) X(tl_east) X(tr_north) X(tr_east)                                                  \
    X(bl_north) X(bl_east) X(br_north) X(br_east)                                                  \
    X(strike_cos) X(strike_sin)                                                                    \
    X(strike) X(dip) X(rake)                                                                       \
    X(ztor) X(zbot) X(zhypo)                                                                       \
    X(reach)
/* clang-format on */

typedef struct kr_shapes {
#define X(name) _Alignas(64) double name[KR_PLANAR_BLOCK];
    KR_SHAPE_LIST(X)
#undef X
} kr_shapes;

/* The ruptures of a block in their place; cartesian coordinates in km, directions are unit vectors.
 * top: top left corner; n, u, v: normal, along strike, down dip; a1..a4: poles of the great circles
 * through bottom left and top left along strike, and top left and top right across it; tl..br:
 * corners brought to the surface; hypo; east and north where the azimuth is measured. */
/* clang-format off */
#define KR_PLANAR_LIST(X)                                                                          \
    X(top_x) X(top_y) X(top_z)                                                                     \
    X(n_x) X(n_y) X(n_z) X(u_x) X(u_y) X(u_z) X(v_x) X(v_y) X(v_z)                                 \
    X(length) X(width)                                                                             \
    X(a1_x) X(a1_y) X(a1_z) X(a2_x) X(a2_y) X(a2_z)                                                \
    X(a3_x) X(a3_y) X(a3_z) X(a4_x) X(a4_y) X(a4_z)                                                \
    X(tl_x) X(tl_y) X(tl_z) X(tr_x) X(tr_y) X(tr_z)                                                \
    X(bl_x) X(bl_y) X(bl_z) X(br_x) X(br_y) X(br_z)                                                \
    X(hypo_x) X(hypo_y) X(hypo_z)                                                                  \
    X(east_x) X(east_y) X(east_z) X(north_x) X(north_y) X(north_z)
/* clang-format on */

typedef struct kr_planars {
#define X(name) _Alignas(64) double name[KR_PLANAR_BLOCK];
    KR_PLANAR_LIST(X)
#undef X
} kr_planars;

/* The point where shapes are placed: unit vector, and unit vectors to the east and north. */
typedef struct kr_origin {
    kr_vec3 up, east, north;
    bool shift_hypo;        /* the hypocentre moves with the centre of the rupture */
    bool azimuth_of_middle; /* azimuths are measured at the middle of the rupture */
} kr_origin;

/* What a shape is made from. */
typedef struct kr_shape_spec {
    double length_km, width_km;          /* kr_planar_dims */
    double strike, dip, rake;            /* degrees */
    double upper_km, lower_km, zhypo_km; /* seismogenic depths, depth of the hypocentre */
    bool shift_hypo;
} kr_shape_spec;

/** Length and width (km) of a rupture of that area (km2), kept inside the seismogenic depths. */
void kr_planar_dims(double area_km2, double aspect, double dip, double upper_km, double lower_km,
                    double *length_km, double *width_km);

/** Make shape number i of a block. */
void kr_shape_make(const kr_shape_spec *spec, kr_shapes *shapes, size_t i);

/** Repeat the last of n shapes (n > 0) up to the next multiple of 8. */
void kr_shapes_pad(kr_shapes *shapes, size_t n);

/** Copy shape number i to number j of another block. */
void kr_shape_copy(const kr_shapes *from, size_t i, kr_shapes *to, size_t j);

kr_origin kr_origin_at(double lon, double lat);

/** Place n shapes at a point. `wanted`: the distances to come. */
void kr_planars_place(const kr_shapes *shapes, size_t n, const kr_origin *origin, unsigned wanted,
                      kr_planars *out);

/* Where distances go: one array for each that is wanted, aligned to 64 bytes, with room for a
 * multiple of 8. rrup is always computed. */
typedef struct kr_dist_out {
    double *of[KR_DIST_COUNT];
} kr_dist_out;

/** Distances of the n ruptures of a block to site number j. */
void kr_planars_to_site(const kr_planars *ruptures, const kr_shapes *shapes, size_t n,
                        const kr_site_soa *sites, size_t j, unsigned wanted,
                        const kr_dist_out *out);

/** Distances of rupture number i to all sites. */
void kr_planar_to_sites(const kr_planars *ruptures, const kr_shapes *shapes, size_t i,
                        const kr_site_soa *sites, unsigned wanted, const kr_dist_out *out);

/** Chord distances (km) of a point, given in cartesian coordinates (km), to all sites; `out` is
 * aligned and has room for their number up to a multiple of 8. */
void kr_chords(const kr_site_soa *sites, kr_vec3 p, double *out);

#endif
