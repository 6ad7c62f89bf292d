/* What surface.c, planar_surface.c and windows.c share. */
#ifndef KR_GEO_SURFACE_INT_H
#define KR_GEO_SURFACE_INT_H

#include "base/mem.h"
#include "geo/surface.h"
#include "geo/surface_kernels.h"

/* One rupture of kr_planars. */
struct kr_plane {
#define X(name) double name;
    KR_PLANAR_LIST(X)
#undef X
};

/* Farther than this from all nodes the nearest node gives rjb, closer the outline. */
#define KR_RJB_NEAR_KM 40.0

/* Sites that are closer, gathered, and their distances. */
typedef struct kr_near {
    size_t n;
    uint32_t *site;
    double *x, *y, *z, *km;
} kr_near;

/* Arrays for all sites (capacity) and others. */
typedef struct kr_surface_room {
    kr_ctx *ctx;
    const kr_surface_kernels *k;
    size_t capacity;
    double *block; /* owns the arrays of doubles */
    double *least2, *index, *one;
    kr_near near;
    kr_arena arena;               /* of outlines */
    struct kr_outlines *outlines; /* NULL: none are kept */
    kr_planars *planars;
    kr_shapes *shapes;
} kr_surface_room;

KR_MUST_CHECK kr_status kr_surface_room_fit(kr_surface_room *room, size_t capacity);
void kr_surface_room_init(kr_surface_room *room, kr_ctx *ctx);
void kr_surface_room_clear(kr_surface_room *room);

static inline size_t kr_padded(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* The sites at their depth, and brought to the unit sphere; with the padding. */
static inline kr_soa3 kr_sites_xyz(const kr_site_soa *s)
{
    return (kr_soa3){kr_padded(s->n), s->x, s->y, s->z};
}

static inline kr_soa3 kr_sites_unit(const kr_site_soa *s)
{
    return (kr_soa3){kr_padded(s->n), s->ux, s->uy, s->uz};
}

/** Fill the frame at a place: unit vectors up, east and north. */
kr_sphere_frame kr_frame_at(double lon, double lat);

/** Poles of the great circles through a place with an azimuth: to the right of it. */
kr_vec3 kr_pole_of(double lon, double lat, double azimuth);

kr_arc_segment kr_segment_of(kr_point3 a, kr_point3 b);

/** Replace the distances of the sites that are closer than 40 km by those to the outline of a
 * mesh (kite: the ring of it). The outline is only made if there are such sites. */
KR_MUST_CHECK kr_status kr_near_rjb(kr_surface_room *room, kr_surface_kind kind,
                                    const kr_mesh *mesh, const kr_site_soa *sites, double *rjb);

/** rjb of a mesh. */
KR_MUST_CHECK kr_status kr_mesh_rjb(kr_surface_room *room, kr_surface_kind kind,
                                    const kr_mesh *mesh, const kr_site_soa *sites, double *out);

/** Squares of the distances to the nearest nodes, and their numbers row * cols + col (NULL: not
 * wanted). */
void kr_nearest_nodes(const kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites,
                      double *least2, double *index);

/** rx of a mesh; false where its top row has no segment. */
bool kr_mesh_rx(kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites, double *out);

/** azimuth, ry0 of a mesh: what needs the parameters. */
void kr_mesh_ry0(const kr_surface_room *room, const kr_mesh *mesh, double strike,
                 const kr_site_soa *sites, double *out);
void kr_middle_azimuth(const kr_surface_room *room, const kr_surface_params *params,
                       const kr_site_soa *sites, double *out);

#define KR_CLOSEST_BITS (KR_DIST_BIT(CLON) | KR_DIST_BIT(CLAT) | KR_DIST_BIT(AZIMUTHCP))

/** clon, clat and azimuthcp from room->index. */
void kr_closest_places(const kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites,
                       unsigned wanted, const kr_dist_out *out);

/** All distances of a planar surface. */
KR_MUST_CHECK kr_status kr_plane_distances(kr_surface_room *room, const kr_surface *surface,
                                           const kr_site_soa *sites, unsigned wanted,
                                           const kr_dist_out *out);

#endif
