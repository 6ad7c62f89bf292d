#include "geo/surface.h"

#include "geo/fault_mesh.h"
#include "geo/outline_store.h"
#include "geo/plane_fit.h"
#include "geo/surface_int.h"

#include <math.h>
#include <string.h>

/* ---- parameters ---- */

/* The node nearest to the means of longitudes and latitudes, in degrees. */
static kr_point3 middle_of_set(const kr_mesh *mesh)
{
    double lon = 0.0, lat = 0.0, least = INFINITY, n = (double)mesh->cols;
    size_t nearest = 0;

    for (size_t k = 0; k < mesh->cols; k++) {
        lon += mesh->lon[k];
        lat += mesh->lat[k];
    }
    for (size_t k = 0; k < mesh->cols; k++) {
        double x = mesh->lon[k] - lon / n, y = mesh->lat[k] - lat / n;
        if (x * x + y * y < least) {
            least = x * x + y * y;
            nearest = k;
        }
    }
    return kr_mesh_node(mesh, 0, nearest);
}

static void params_of_set(const kr_mesh *mesh, kr_surface_params *out)
{
    kr_plane_fit(mesh->lon, mesh->lat, mesh->depth, mesh->cols, &out->strike, &out->dip);
    out->width = NAN;
    out->area = NAN;
}

static void params_of_fault(const kr_mesh *mesh, size_t rows, size_t cols, kr_surface_params *out)
{
    kr_mesh_dip_strike(mesh, rows, &out->dip, &out->strike);
    out->width = kr_mesh_width_km(mesh, cols);
    out->area = NAN;
}

static void params_of_kite(const kr_mesh *mesh, kr_surface_params *out)
{
    kr_kite_params kite;

    kr_kite_params_of(mesh, &kite);
    out->strike = kite.strike;
    out->dip = kite.dip;
    out->width = kite.width;
    out->area = kite.area;
}

void kr_window_params_of(kr_surface_kind kind, const kr_mesh *mesh, bool middle,
                         kr_surface_params *out)
{
    if (kind == KR_SURFACE_GRIDDED)
        params_of_set(mesh, out);
    else if (kind == KR_SURFACE_KITE)
        params_of_kite(mesh, out);
    else if (kind == KR_SURFACE_SIMPLE) /* uniform along dip and strike */
        params_of_fault(mesh, 1, 1, out);
    else
        params_of_fault(mesh, mesh->rows, mesh->cols, out);
    out->ztor = kr_mesh_ztor(mesh); /* gridded: all nodes are in the first row */
    out->zbot = kr_mesh_zbot(mesh);
    out->box = (kr_bbox){NAN, NAN, NAN, NAN};
    out->middle = (kr_point3){NAN, NAN, NAN};
    if (middle)
        out->middle = kind == KR_SURFACE_GRIDDED ? middle_of_set(mesh) : kr_mesh_middle(mesh);
    else if (kind != KR_SURFACE_GRIDDED)
        out->middle.depth = kr_mesh_middle_depth(mesh);
}

void kr_surface_params_of(kr_surface_kind kind, const kr_mesh *mesh, kr_surface_params *out)
{
    kr_window_params_of(kind, mesh, true, out);
    if (kind == KR_SURFACE_SIMPLE || kind == KR_SURFACE_COMPLEX)
        out->area = kr_mesh_area_km2(mesh);
    if (!kr_mesh_box(mesh, &out->box))
        out->box = (kr_bbox){NAN, NAN, NAN, NAN};
}

kr_status kr_surface_make(kr_ctx *ctx, kr_surface_kind kind, const kr_mesh *mesh, kr_arena *arena,
                          kr_surface *out)
{
    kr_status s = KR_OK;
    kr_bbox box;

    memset(out, 0, sizeof *out);
    if (!kr_mesh_box(mesh, &box)) {
        s = kr_fail(ctx, KR_EINPUT,
                    "the surface is wider than 180 degrees of longitude; it must be narrower");
        goto out;
    }
    out->kind = kind;
    out->mesh = *mesh;
    kr_surface_params_of(kind, mesh, &out->params);
    if (kind == KR_SURFACE_KITE) {
        kr_line tor;
        KR_TRY(kr_kite_tor(ctx, mesh, arena, &tor));
        KR_TRY(kr_gc2_line_make(ctx, tor, arena, &out->tor));
    }
out:
    return s;
}

/* ---- distances that need no mesh ---- */

void kr_hypo_distances(kr_point3 hypo, const kr_site_soa *sites, double *rhypo, double *repi)
{
    const kr_surface_kernels *k = kr_surface_kernels_here();
    kr_soa3 unit = kr_sites_unit(sites);
    double *into = repi ? repi : rhypo;

    if (!into)
        return;
    k->geodetic(&unit, kr_unit_vector(hypo.lon, hypo.lat), into);
    for (size_t j = 0; rhypo && j < unit.n; j++) {
        double v = hypo.depth - sites->depth[j];
        rhypo[j] = sqrt(into[j] * into[j] + v * v);
    }
}

void kr_middle_azimuth(const kr_surface_room *room, const kr_surface_params *params,
                       const kr_site_soa *sites, double *out)
{
    kr_sphere_frame at = kr_frame_at(params->middle.lon, params->middle.lat);
    kr_soa3 unit = kr_sites_unit(sites);

    room->k->azimuth(&unit, &at, params->strike, out);
}

/* ---- nodes ---- */

void kr_nearest_nodes(const kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites,
                      double *least2, double *index)
{
    kr_soa3 at = kr_sites_xyz(sites);

    for (size_t j = 0; j < at.n; j++)
        least2[j] = INFINITY;
    for (size_t j = 0; index && j < at.n; j++)
        index[j] = 0.0;
    for (size_t i = 0; i < mesh->rows; i++) {
        size_t k = i * mesh->stride;
        kr_soa3 nodes = {mesh->cols, mesh->x + k, mesh->y + k, mesh->z + k};
        room->k->nearest(&at, &nodes, (double)(i * mesh->cols), least2, index);
    }
}

void kr_closest_places(const kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites,
                       unsigned wanted, const kr_dist_out *out)
{
    for (size_t j = 0; j < sites->n; j++) {
        size_t number = (size_t)room->index[j];
        kr_point3 p = kr_mesh_node(mesh, number / mesh->cols, number % mesh->cols);
        if (wanted & KR_DIST_BIT(CLON))
            out->of[KR_DIST_CLON][j] = p.lon;
        if (wanted & KR_DIST_BIT(CLAT))
            out->of[KR_DIST_CLAT][j] = p.lat;
        if (wanted & KR_DIST_BIT(AZIMUTHCP))
            out->of[KR_DIST_AZIMUTHCP][j] = kr_azimuth(sites->lon[j], sites->lat[j], p.lon, p.lat);
    }
}

/* ---- rjb ---- */

static kr_status near_outline(kr_surface_room *room, kr_surface_kind kind, const kr_mesh *mesh,
                              kr_outline *out)
{
    kr_point3 *ring = NULL;
    size_t n = 0;

    kr_arena_reset(&room->arena);
    if (kind == KR_SURFACE_KITE)
        return kr_outline_of_kite(room->ctx, mesh, &room->arena, out, &ring, &n);
    return kr_outlines_get(room->outlines, room->ctx, mesh, &room->arena, out);
}

static void gather_near(kr_near *near, const kr_site_soa *sites, const double *rjb)
{
    near->n = 0;
    for (size_t j = 0; j < sites->n; j++) {
        if (!(rjb[j] < KR_RJB_NEAR_KM))
            continue;
        near->site[near->n] = (uint32_t)j;
        near->x[near->n] = sites->ux[j];
        near->y[near->n] = sites->uy[j];
        near->z[near->n] = sites->uz[j];
        near->n++;
    }
    for (size_t j = near->n; near->n && j < kr_padded(near->n); j++) {
        near->x[j] = near->x[near->n - 1];
        near->y[j] = near->y[near->n - 1];
        near->z[j] = near->z[near->n - 1];
    }
}

kr_status kr_near_rjb(kr_surface_room *room, kr_surface_kind kind, const kr_mesh *mesh,
                      const kr_site_soa *sites, double *rjb)
{
    kr_status s = KR_OK;
    kr_near *near = &room->near;
    kr_outline outline;

    gather_near(near, sites, rjb);
    if (!near->n)
        return KR_OK;
    KR_TRY(near_outline(room, kind, mesh, &outline));
    kr_soa3 at = {kr_padded(near->n), near->x, near->y, near->z};
    room->k->outline(&at, &outline, near->km);
    for (size_t j = 0; j < near->n; j++)
        rjb[near->site[j]] = near->km[j];
out:
    return s;
}

/* Chords to places on the unit sphere, km. */
static void surface_chords(const kr_surface_room *room, const kr_soa3 *places, size_t rows,
                           size_t stride, const kr_site_soa *sites, double *out)
{
    kr_soa3 unit = kr_sites_unit(sites);

    for (size_t j = 0; j < unit.n; j++)
        out[j] = INFINITY;
    for (size_t i = 0; i < rows; i++) {
        size_t k = i * stride;
        kr_soa3 row = {places->n, places->x + k, places->y + k, places->z + k};
        room->k->nearest(&unit, &row, 0.0, out, NULL);
    }
    room->k->root(unit.n, KR_EARTH_RADIUS_KM, out, out);
}

static kr_status ring_chords(kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites,
                             double *out)
{
    kr_status s = KR_OK;
    kr_outline outline;
    kr_point3 *ring = NULL;
    double *x = NULL;
    size_t n = 0;

    kr_arena_reset(&room->arena);
    KR_TRY(kr_outline_of_kite(room->ctx, mesh, &room->arena, &outline, &ring, &n));
    KR_ANEW(x, &room->arena, 3 * n);
    for (size_t i = 0; i < n; i++) {
        kr_vec3 p = kr_unit_vector(ring[i].lon, ring[i].lat);
        x[i] = p.x;
        x[n + i] = p.y;
        x[2 * n + i] = p.z;
    }
    kr_soa3 places = {n, x, x + n, x + 2 * n};
    surface_chords(room, &places, 1, n, sites, out);
out:
    return s;
}

kr_status kr_mesh_rjb(kr_surface_room *room, kr_surface_kind kind, const kr_mesh *mesh,
                      const kr_site_soa *sites, double *out)
{
    kr_status s = KR_OK;
    kr_soa3 nodes = {mesh->cols, mesh->ux, mesh->uy, mesh->uz};

    if (kind == KR_SURFACE_KITE)
        KR_TRY(ring_chords(room, mesh, sites, out));
    else
        surface_chords(room, &nodes, mesh->rows, mesh->stride, sites, out);
    KR_TRY(kr_near_rjb(room, kind, mesh, sites, out));
out:
    return s;
}

/* ---- rx and ry0 ---- */

/* The first and the last node of the top row that are there; false if there are none. */
static bool top_ends(const kr_mesh *mesh, size_t *first, size_t *last)
{
    bool any = false;

    for (size_t j = 0; j < mesh->cols; j++) {
        if (isnan(mesh->lon[j]))
            continue;
        if (!any)
            *first = j;
        *last = j;
        any = true;
    }
    return any;
}

void kr_mesh_ry0(const kr_surface_room *room, const kr_mesh *mesh, double strike,
                 const kr_site_soa *sites, double *out)
{
    size_t first = 0, last = 0;
    kr_soa3 unit = kr_sites_unit(sites);

    (void)top_ends(mesh, &first, &last);
    room->k->between(&unit, kr_pole_of(mesh->lon[first], mesh->lat[first], strike + 90.0),
                     kr_pole_of(mesh->lon[last], mesh->lat[last], strike + 90.0), out);
}

/* The segment whose last node is the last but one that is there: the reference takes the distance
 * to the segment that begins at it as to a half circle. */
static size_t last_segment(const kr_mesh *mesh)
{
    size_t found = 0, before = 0;

    for (size_t j = 0; j < mesh->cols; j++) {
        if (isnan(mesh->lon[j]))
            continue;
        before = found;
        found = j;
    }
    return before;
}

/* Distance (as a chord) to segment number j of the top row. The first one is extended beyond its
 * beginning, the last one beyond its end. (Where nodes are missing at the beginning, the first
 * segment that is there is extended beyond its end, as in the reference.) */
static void segment_rx(const kr_surface_room *room, const kr_mesh *mesh, size_t j, bool extended,
                       const kr_soa3 *sites, double *out)
{
    kr_point3 a = kr_mesh_node(mesh, 0, j), b = kr_mesh_node(mesh, 0, j + 1);
    kr_arc_segment forth = kr_segment_of(a, b), back = kr_segment_of(b, a);

    if (j == 0)
        room->k->semi_arc(sites, &back, -1.0, out);
    else if (extended)
        room->k->semi_arc(sites, &forth, 1.0, out);
    else
        room->k->segment(sites, &forth, out);
}

bool kr_mesh_rx(kr_surface_room *room, const kr_mesh *mesh, const kr_site_soa *sites, double *out)
{
    kr_soa3 unit = kr_sites_unit(sites);
    size_t first = 0, end = 0, last = last_segment(mesh);
    bool any = false;

    if (!top_ends(mesh, &first, &end))
        return false;
    if (mesh->cols == 2) {
        if (end == first)
            return false;
        double azimuth = kr_azimuth(mesh->lon[0], mesh->lat[0], mesh->lon[1], mesh->lat[1]);
        room->k->arc(&unit, kr_pole_of(mesh->lon[0], mesh->lat[0], azimuth), out);
        return true;
    }
    for (size_t j = 0; j + 1 < mesh->cols; j++) {
        if (isnan(mesh->lon[j]) || isnan(mesh->lon[j + 1]))
            continue;
        segment_rx(room, mesh, j, j == first || j == last, &unit, any ? room->one : out);
        if (any)
            room->k->nearer(unit.n, room->one, out);
        any = true;
    }
    if (any)
        room->k->arc_of_chord(unit.n, out);
    return any;
}

/* ---- all distances ---- */

static void absent(const kr_site_soa *sites, double *out, bool *ok)
{
    for (size_t j = 0; j < kr_padded(sites->n); j++)
        out[j] = NAN;
    *ok = false;
}

static kr_status mesh_distances(kr_surface_room *room, const kr_surface *surface,
                                const kr_site_soa *sites, unsigned wanted, const kr_dist_out *out,
                                bool *ok)
{
    kr_status s = KR_OK;
    const kr_mesh *mesh = &surface->mesh;
    bool set = surface->kind == KR_SURFACE_GRIDDED;
    bool closest = (wanted & KR_CLOSEST_BITS) != 0;

    if (closest || (wanted & KR_DIST_BIT(RRUP)))
        kr_nearest_nodes(room, mesh, sites, room->least2, closest ? room->index : NULL);
    if (wanted & KR_DIST_BIT(RRUP))
        room->k->root(kr_padded(sites->n), 1.0, room->least2, out->of[KR_DIST_RRUP]);
    if (closest)
        kr_closest_places(room, mesh, sites, wanted, out);
    if (wanted & KR_DIST_BIT(RJB))
        KR_TRY(kr_mesh_rjb(room, surface->kind, mesh, sites, out->of[KR_DIST_RJB]));
    if ((wanted & KR_DIST_BIT(RX)) && (set || !kr_mesh_rx(room, mesh, sites, out->of[KR_DIST_RX])))
        absent(sites, out->of[KR_DIST_RX], ok);
    if ((wanted & KR_DIST_BIT(RY0)) && set)
        absent(sites, out->of[KR_DIST_RY0], ok);
    else if (wanted & KR_DIST_BIT(RY0))
        kr_mesh_ry0(room, mesh, surface->params.strike, sites, out->of[KR_DIST_RY0]);
    if (wanted & KR_DIST_BIT(AZIMUTH))
        kr_middle_azimuth(room, &surface->params, sites, out->of[KR_DIST_AZIMUTH]);
out:
    return s;
}

kr_status kr_surface_distances(const kr_surface *surface, const kr_site_soa *sites, unsigned wanted,
                               kr_surface_work *work, const kr_dist_out *out, bool *ok)
{
    kr_status s = KR_OK;
    kr_surface_room *room = work->inside;

    *ok = true;
    if (!sites->n)
        return KR_OK;
    KR_TRY(kr_surface_room_fit(room, sites->n));
    if (surface->kind == KR_SURFACE_PLANAR)
        KR_TRY(kr_plane_distances(room, surface, sites, wanted, out));
    else
        KR_TRY(mesh_distances(room, surface, sites, wanted, out, ok));
out:
    return s;
}
