/* Rupture surfaces and their distances to sites. A surface is immutable and shared by threads; the
 * work space of distances is each thread's own. */
#ifndef KR_GEO_SURFACE_H
#define KR_GEO_SURFACE_H

#include "geo/gc2.h"
#include "geo/mesh.h"
#include "geo/planar.h"
#include "geo/site_soa.h"

typedef enum kr_surface_kind {
    KR_SURFACE_SIMPLE,
    KR_SURFACE_COMPLEX,
    KR_SURFACE_KITE,
    KR_SURFACE_GRIDDED,
    KR_SURFACE_PLANAR
} kr_surface_kind;

/* What ground-motion models ask about a surface. */
typedef struct kr_surface_params {
    double strike, dip, width, area, ztor, zbot; /* degrees, km, km2; NaN where the reference has
                                                    none (gridded: width, area) */
    kr_point3 middle;
    kr_bbox box;
} kr_surface_params;

struct kr_plane; /* of planar surfaces, inside surface.c */

typedef struct kr_surface {
    kr_surface_kind kind;
    kr_mesh mesh; /* planar: the corners, 2 x 2 */
    kr_surface_params params;
    const struct kr_plane *plane;
    kr_gc2_line tor; /* top of rupture; kite and planar surfaces only, else nsegments = 0 */
} kr_surface;

/** The parameters of a mesh taken as that kind of surface (a window of a floating rupture, too). */
void kr_surface_params_of(kr_surface_kind kind, const kr_mesh *mesh, kr_surface_params *out);

/** Those of them that contexts take: no box and, of simple and complex faults, no area (NaN); the
 * middle only with `middle`, else its depth. */
void kr_window_params_of(kr_surface_kind kind, const kr_mesh *mesh, bool middle,
                         kr_surface_params *out);

/** A surface of a mesh: all kinds but planar. The mesh's arrays must live as long. */
KR_MUST_CHECK kr_status kr_surface_make(kr_ctx *ctx, kr_surface_kind kind, const kr_mesh *mesh,
                                        kr_arena *arena, kr_surface *out);

/** A planar surface of its corners: top left, top right, bottom left, bottom right. *problem:
 * static text if they are no rectangle as the reference accepts it. */
KR_MUST_CHECK kr_status kr_surface_make_planar(kr_ctx *ctx, const kr_point3 corner[4],
                                               kr_arena *arena, kr_surface *out,
                                               const char **problem);

/* Work space of distances: grows as needed, reused. */
typedef struct kr_surface_work {
    kr_ctx *ctx;
    void *inside;
} kr_surface_work;
KR_MUST_CHECK kr_status kr_surface_work_init(kr_ctx *ctx, kr_surface_work *work);
void kr_surface_work_clear(kr_surface_work *work);

/** Outlines that rjb needs come from this store, as far as GEOS makes them (geo/outline_store.h);
 * the meshes must outlive it. NULL, as at the start: they are built each time. */
struct kr_outlines;
void kr_surface_work_keep(kr_surface_work *work, struct kr_outlines *outlines);

/** Distances of one surface to all sites: any of RRUP, RJB, RX, RY0, AZIMUTH, AZIMUTHCP, CLON,
 * CLAT (those of the hypocentre are kr_hypo_distances). Those that the reference does not have for
 * the kind (rx, ry0 of gridded surfaces) give false in *ok and NaN. Arrays of out: aligned, with
 * room for the number of sites up to a multiple of 8. */
KR_MUST_CHECK kr_status kr_surface_distances(const kr_surface *surface, const kr_site_soa *sites,
                                             unsigned wanted, kr_surface_work *work,
                                             const kr_dist_out *out, bool *ok);

/** rhypo and repi (NULL: not wanted) of a hypocentre. */
void kr_hypo_distances(kr_point3 hypo, const kr_site_soa *sites, double *rhypo, double *repi);

/* ---- windows of a mesh (floating ruptures) ----
 * What is common to all windows of a mesh at a set of sites is computed once: the distances of
 * nodes, and of the segments of each row. */
typedef struct kr_window_work kr_window_work;
KR_MUST_CHECK kr_status kr_window_work_create(kr_ctx *ctx, kr_window_work **out);
void kr_window_work_destroy(kr_window_work **work);

/** As kr_surface_work_keep. */
void kr_window_work_keep(kr_window_work *work, struct kr_outlines *outlines);

/** Say which mesh and sites; cheap if their numbers are those of before. Both must stay as they are
 * until the next call. */
KR_MUST_CHECK kr_status kr_windows_set(kr_window_work *work, kr_surface_kind kind,
                                       const kr_mesh *mesh, const kr_site_soa *sites);

/** Bytes that the work space comes to hold for the windows of a mesh at `nsites` sites. */
size_t kr_windows_bytes(const kr_mesh *mesh, unsigned wanted, size_t nsites);

/** rrup of all windows of rows x cols nodes, by sliding minima: window (i, j) and site s at
 * [(i * (mesh cols - cols + 1) + j) * capacity + s], capacity that of the sites. Valid until the
 * next call of this function or kr_windows_set. */
KR_MUST_CHECK kr_status kr_windows_rrup(kr_window_work *work, size_t rows, size_t cols,
                                        const double **out);

/** The distances of one window (parameters given) for all sites of the set: as
 * kr_surface_distances, rrup included. `params` may be NULL where neither ry0 nor azimuth is
 * wanted. If many windows of a size are to come, ask kr_windows_rrup for that size before: what
 * they have in common is then computed once. Windows of kite surfaces whose columns run against
 * the right-hand rule (kr_kite_is_left_handed) must come from a mesh with the columns reversed. */
KR_MUST_CHECK kr_status kr_window_distances(kr_window_work *work, size_t row, size_t col,
                                            size_t rows, size_t cols,
                                            const kr_surface_params *params, unsigned wanted,
                                            const kr_dist_out *out);

#endif
