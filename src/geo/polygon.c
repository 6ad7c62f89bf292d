/* One of the few files that touch GEOS. */
#include "geo/polygon.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const double max_edge_km = 100.0;
static const double same_point_km = 1e-3;
static const double max_grid_points = 2e7;
static const double hull_pad_km = 0.005;

/* A GEOS handle with its last message. */
typedef struct geos {
    GEOSContextHandle_t h;
    char message[160];
} geos;

/* A growing list of points in an arena. */
typedef struct points {
    double *lon, *lat;
    size_t n, cap;
} points;

/* Points borrowed from somebody. */
typedef struct view {
    const double *lon, *lat;
    size_t n;
} view;

/* What a grid is cut out of: a polygon in the plane of a projection, and its box. */
typedef struct planar_area {
    GEOSGeometry *shape;
    kr_ortho ortho;
    kr_bbox box;
} planar_area;

static void geos_note(const char *message, void *user)
{
    geos *g = user;

    snprintf(g->message, sizeof g->message, "%s", message);
}

static bool geos_open(geos *g)
{
    g->message[0] = '\0';
    g->h = GEOS_init_r();
    if (g->h)
        GEOSContext_setErrorMessageHandler_r(g->h, geos_note, g);
    return g->h != NULL;
}

static void geos_close(geos *g)
{
    if (g->h)
        GEOS_finish_r(g->h);
    g->h = NULL;
}

/* GEOS tells of lack of memory by the name of the exception alone. */
static bool geos_lacks_memory(const geos *g)
{
    return !g->h || strstr(g->message, "bad_alloc") != NULL;
}

static kr_status geos_fail(kr_ctx *ctx, const geos *g, const char *what)
{
    if (geos_lacks_memory(g))
        return kr_fail(ctx, KR_ENOMEM, "out of memory: %s of a polygon", what);
    return kr_fail(ctx, KR_EINPUT, "%s of the polygon failed: %s", what,
                   g->message[0] ? g->message : "no reason given");
}

static kr_status points_add(points *p, kr_arena *arena, double lon, double lat)
{
    kr_status s = KR_OK;

    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        points wider = {NULL, NULL, p->n, cap};
        KR_ANEW(wider.lon, arena, cap);
        KR_ANEW(wider.lat, arena, cap);
        if (p->n) {
            memcpy(wider.lon, p->lon, p->n * sizeof *p->lon);
            memcpy(wider.lat, p->lat, p->n * sizeof *p->lat);
        }
        *p = wider;
    }
    p->lon[p->n] = lon;
    p->lat[p->n] = lat;
    p->n++;
out:
    return s;
}

/* Points without the room that they grew in. */
static kr_status points_copy(const points *p, kr_arena *arena, points *out)
{
    kr_status s = KR_OK;

    *out = (points){NULL, NULL, p->n, p->n};
    if (!p->n)
        goto out;
    KR_ANEW(out->lon, arena, p->n);
    KR_ANEW(out->lat, arena, p->n);
    memcpy(out->lon, p->lon, p->n * sizeof *p->lon);
    memcpy(out->lat, p->lat, p->n * sizeof *p->lat);
out:
    return s;
}

static view view_of(const points *p)
{
    return (view){p->lon, p->lat, p->n};
}

static bool all_finite(view p)
{
    for (size_t i = 0; i < p.n; i++) {
        if (!isfinite(p.lon[i]) || !isfinite(p.lat[i]))
            return false;
    }
    return true;
}

/* ---- rings in the plane ---- */

/* A sequence of `n` projected points starting at index `first`, closed if asked. */
static GEOSCoordSequence *ring_sequence(geos *g, const kr_ortho *o, view p, size_t first,
                                        bool closed)
{
    GEOSCoordSequence *seq = NULL;
    size_t total = p.n + (closed ? 1 : 0);

    if (total > UINT32_MAX)
        return NULL;
    seq = GEOSCoordSeq_create_r(g->h, (unsigned)total, 2);
    for (size_t i = 0; seq && i < total; i++) {
        size_t k = (first + i) % p.n;
        double x, y;
        kr_ortho_project(o, p.lon[k], p.lat[k], &x, &y);
        if (!GEOSCoordSeq_setX_r(g->h, seq, (unsigned)i, x) ||
            !GEOSCoordSeq_setY_r(g->h, seq, (unsigned)i, y)) {
            GEOSCoordSeq_destroy_r(g->h, seq);
            return NULL;
        }
    }
    return seq;
}

static GEOSGeometry *ring_polygon(geos *g, const kr_ortho *o, view p)
{
    GEOSCoordSequence *seq = ring_sequence(g, o, p, 0, true);
    GEOSGeometry *ring = seq ? GEOSGeom_createLinearRing_r(g->h, seq) : NULL;
    GEOSGeometry *polygon = ring ? GEOSGeom_createPolygon_r(g->h, ring, NULL, 0) : NULL;

    if (ring && !polygon)
        GEOSGeom_destroy_r(g->h, ring);
    return polygon;
}

/* 1 if the open line from vertex `first` around is simple, 0 if not, 2 on failure. */
static int line_is_simple(geos *g, const kr_ortho *o, view p, size_t first)
{
    GEOSCoordSequence *seq = ring_sequence(g, o, p, first, false);
    GEOSGeometry *line = seq ? GEOSGeom_createLineString_r(g->h, seq) : NULL;
    int simple = line ? GEOSisSimple_r(g->h, line) : 2;

    if (line)
        GEOSGeom_destroy_r(g->h, line);
    return simple;
}

static bool same_point(double lon1, double lat1, double lon2, double lat2)
{
    return kr_geodetic_km(lon1, lat1, lon2, lat2) <= same_point_km;
}

/* The vertices without neighbours that repeat the one before. */
static kr_status clean_ring(kr_arena *arena, view given, points *out)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < given.n; i++) {
        double lon = given.lon[i], lat = given.lat[i];
        if (i && same_point(lon, lat, out->lon[out->n - 1], out->lat[out->n - 1]))
            continue;
        KR_TRY(points_add(out, arena, lon, lat));
    }
out:
    return s;
}

/* Cut the edges longer than 100 km, so that they follow the great circle in the plane. */
static kr_status upsample(kr_arena *arena, const points *ring, points *out)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < ring->n; i++) {
        size_t j = (i + 1) % ring->n;
        double lon = ring->lon[i], lat = ring->lat[i];
        double d = kr_geodetic_km(lon, lat, ring->lon[j], ring->lat[j]);
        double azimuth = kr_azimuth(lon, lat, ring->lon[j], ring->lat[j]);
        int parts = (int)(d / max_edge_km);
        KR_TRY(points_add(out, arena, lon, lat));
        for (int k = 1; k < parts; k++) {
            kr_lonlat p = kr_point_at(lon, lat, azimuth, (double)k * (d / parts));
            KR_TRY(points_add(out, arena, p.lon, p.lat));
        }
    }
out:
    return s;
}

/* ---- checks ---- */

static const char *ring_problem(geos *g, view ring)
{
    kr_bbox box;

    if (!kr_bbox_of(ring.lon, ring.lat, ring.n, &box))
        return "the polygon is wider than 180 degrees of longitude";
    kr_ortho ortho = kr_ortho_of(&box);
    if (line_is_simple(g, &ortho, ring, 0) != 1 || line_is_simple(g, &ortho, ring, ring.n - 1) != 1)
        return "the edges of the polygon cross each other";
    return NULL;
}

kr_status kr_polygon_check(kr_ctx *ctx, const double *lon, const double *lat, size_t n,
                           const char **problem)
{
    kr_status s = KR_OK;
    geos g = {NULL, ""};
    kr_arena arena;
    points ring = {NULL, NULL, 0, 0};
    view given = {lon, lat, n};

    *problem = all_finite(given) ? NULL : "a coordinate of the polygon is not a number";
    if (*problem)
        return KR_OK;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(clean_ring(&arena, given, &ring));
    bool lacks = !geos_open(&g);
    if (!lacks && ring.n < 3)
        *problem = "a polygon needs at least 3 distinct vertices";
    else if (!lacks && ring.n > 3)
        *problem = ring_problem(&g, view_of(&ring));
    if (lacks || (*problem && geos_lacks_memory(&g)))
        s = geos_fail(ctx, &g, "a check");
out:
    geos_close(&g);
    kr_arena_clear(&arena);
    return s;
}

/* ---- areas ---- */

static void area_clear(geos *g, planar_area *area)
{
    if (area->shape)
        GEOSGeom_destroy_r(g->h, area->shape);
    area->shape = NULL;
}

static kr_status too_wide(kr_ctx *ctx)
{
    return kr_fail(ctx, KR_EINPUT, "the polygon is wider than 180 degrees of longitude");
}

/* Project the upsampled ring on the plane centred on its box. */
static kr_status area_of_ring(kr_ctx *ctx, geos *g, kr_arena *arena, view given, planar_area *out)
{
    kr_status s = KR_OK;
    points clean = {NULL, NULL, 0, 0}, ring = {NULL, NULL, 0, 0};

    KR_TRY(clean_ring(arena, given, &clean));
    if (clean.n < 3) {
        s = kr_fail(ctx, KR_EINPUT, "a polygon needs at least 3 distinct vertices");
        goto out;
    }
    KR_TRY(upsample(arena, &clean, &ring));
    if (!kr_bbox_of(ring.lon, ring.lat, ring.n, &out->box)) {
        s = too_wide(ctx);
        goto out;
    }
    out->ortho = kr_ortho_of(&out->box);
    out->shape = ring_polygon(g, &out->ortho, view_of(&ring));
    if (!out->shape)
        s = geos_fail(ctx, g, "projection");
out:
    return s;
}

/* The outer ring of a polygon of the plane, back on the sphere, not closed. */
static kr_status exterior_of(kr_ctx *ctx, geos *g, kr_arena *arena, const planar_area *area,
                             points *out)
{
    kr_status s = KR_OK;
    unsigned n = 0;
    const GEOSGeometry *ring = NULL;
    const GEOSCoordSequence *seq = NULL;

    if (GEOSGeomTypeId_r(g->h, area->shape) == GEOS_POLYGON)
        ring = GEOSGetExteriorRing_r(g->h, area->shape);
    seq = ring ? GEOSGeom_getCoordSeq_r(g->h, ring) : NULL;
    if (!seq || !GEOSCoordSeq_getSize_r(g->h, seq, &n) || n < 4) {
        s = geos_fail(ctx, g, "reading the outline");
        goto out;
    }
    for (unsigned i = 0; i + 1 < n; i++) {
        double x = NAN, y = NAN;
        (void)GEOSCoordSeq_getX_r(g->h, seq, i, &x);
        (void)GEOSCoordSeq_getY_r(g->h, seq, i, &y);
        kr_lonlat p = kr_ortho_unproject(&area->ortho, x, y);
        if (!isfinite(p.lon) || !isfinite(p.lat)) {
            s = kr_fail(ctx, KR_EINPUT, "the polygon reaches beyond a hemisphere");
            goto out;
        }
        KR_TRY(points_add(out, arena, p.lon, p.lat));
    }
out:
    return s;
}

/* Replace the shape by its buffer of that width, and the box by that of the new outline. */
static kr_status area_dilate(kr_ctx *ctx, geos *g, kr_arena *arena, double km, planar_area *area)
{
    kr_status s = KR_OK;
    points outline = {NULL, NULL, 0, 0};
    GEOSGeometry *wide = GEOSBuffer_r(g->h, area->shape, km, 16);

    if (!wide) {
        s = geos_fail(ctx, g, "dilation");
        goto out;
    }
    GEOSGeom_destroy_r(g->h, area->shape);
    area->shape = wide;
    KR_TRY(exterior_of(ctx, g, arena, area, &outline));
    if (!kr_bbox_of(outline.lon, outline.lat, outline.n, &area->box))
        s = too_wide(ctx);
out:
    return s;
}

/* Convex hull in the plane centred on the box of the points; a point or a line becomes a thin
 * polygon. */
static kr_status area_of_hull(kr_ctx *ctx, geos *g, view p, planar_area *out)
{
    GEOSGeometry *line = NULL, *hull = NULL;
    GEOSCoordSequence *seq = NULL;

    if (p.n == 0)
        return kr_fail(ctx, KR_EINPUT, "a convex hull needs at least one point");
    if (!kr_bbox_of(p.lon, p.lat, p.n, &out->box))
        return too_wide(ctx);
    out->ortho = kr_ortho_of(&out->box);
    seq = ring_sequence(g, &out->ortho, p, 0, true);
    line = seq ? GEOSGeom_createLineString_r(g->h, seq) : NULL;
    hull = line ? GEOSConvexHull_r(g->h, line) : NULL;
    if (line)
        GEOSGeom_destroy_r(g->h, line);
    if (hull && GEOSGeomTypeId_r(g->h, hull) != GEOS_POLYGON) {
        GEOSGeometry *thin = GEOSBuffer_r(g->h, hull, hull_pad_km, 1);
        GEOSGeom_destroy_r(g->h, hull);
        hull = thin;
    }
    out->shape = hull;
    return hull ? KR_OK : geos_fail(ctx, g, "convex hull");
}

/* ---- grids ---- */

/* 1 inside, 0 outside or on the boundary, 2 on failure. */
static int inside(geos *g, const GEOSPreparedGeometry *shape, double x, double y)
{
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(g->h, x, y);
    int answer = point ? GEOSPreparedContains_r(g->h, shape, point) : 2;

    if (point)
        GEOSGeom_destroy_r(g->h, point);
    return answer;
}

static kr_status too_many(kr_ctx *ctx, double km)
{
    return kr_fail(ctx, KR_EINPUT,
                   "the polygon cannot be covered by a grid of %g km: it touches a pole or needs "
                   "more than %g points",
                   km, max_grid_points);
}

/* About how many points the box of an area takes. */
static double points_in_box(const kr_bbox *box, double km)
{
    double rows = kr_geodetic_km(0.0, box->south, 0.0, box->north) / km;
    double nearest = box->south > 0.0 ? box->south : box->north < 0.0 ? box->north : 0.0;
    double degrees = kr_lon_360(box->east - box->west);

    return rows * degrees * kr_geodetic_km(0.0, nearest, 1.0, nearest) / km;
}

/* A grid being made. */
typedef struct grid_scan {
    double km, steps; /* steps: points looked at */
    kr_arena *arena;
    points *found;
} grid_scan;

/* One row of the grid, west to east. */
static kr_status grid_row(kr_ctx *ctx, geos *g, const GEOSPreparedGeometry *shape,
                          const planar_area *area, double lat, grid_scan *scan)
{
    kr_status s = KR_OK;
    double lon = area->box.west;
    const kr_course step = kr_course_from(lat, 90.0, scan->km / KR_EARTH_RADIUS_KM);

    while (kr_lon_extent(lon, area->box.east) > 0.0) {
        double x, y;
        kr_ortho_project(&area->ortho, lon, lat, &x, &y);
        int found = inside(g, shape, x, y);
        if (found == 2)
            return geos_fail(ctx, g, "search of points");
        if (found == 1)
            KR_TRY(points_add(scan->found, scan->arena, lon, lat));
        double next = kr_course_lon(&step, lon);
        if (!(kr_lon_extent(lon, next) > 0.0) || ++scan->steps > max_grid_points)
            return too_many(ctx, scan->km);
        lon = next;
    }
out:
    return s;
}

static kr_status area_grid(kr_ctx *ctx, geos *g, const planar_area *area, double km,
                           kr_arena *arena, points *out)
{
    kr_status s = KR_OK;
    double lat = area->box.north;
    grid_scan scan = {.km = km, .arena = arena, .found = out};
    const GEOSPreparedGeometry *shape = GEOSPrepare_r(g->h, area->shape);

    if (!shape)
        return geos_fail(ctx, g, "preparation");
    if (points_in_box(&area->box, km) > max_grid_points) {
        s = too_many(ctx, km);
        goto out;
    }
    while (lat > area->box.south) {
        if (kr_interrupted(ctx)) {
            s = kr_fail(ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        KR_TRY(grid_row(ctx, g, shape, area, lat, &scan));
        double next = kr_point_at(area->box.west, lat, 180.0, km).lat;
        if (!(next < lat))
            break;
        lat = next;
    }
out:
    GEOSPreparedGeom_destroy_r(g->h, shape);
    return s;
}

static kr_status check_request(kr_ctx *ctx, view given, double spacing_km)
{
    if (!(spacing_km > 0.0) || !isfinite(spacing_km))
        return kr_fail(ctx, KR_EINPUT, "the spacing of the grid must be above 0 km, got %g",
                       spacing_km);
    if (!all_finite(given))
        return kr_fail(ctx, KR_EINPUT, "a coordinate of the polygon is not a number");
    return KR_OK;
}

typedef enum outline { RING, WIDE_RING, HULL, WIDE_HULL } outline;

/* What all requests have in common: the grid inside the outline, or for HULL its vertices. */
static kr_status answer(kr_ctx *ctx, outline kind, view given, double km, kr_arena *arena,
                        points *out)
{
    kr_status s = KR_OK;
    geos g = {NULL, ""};
    planar_area area = {NULL, {0, 0, 0}, {0, 0, 0, 0}};
    points found = {NULL, NULL, 0, 0};
    kr_arena work;

    kr_arena_init(&work, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(check_request(ctx, given, km));
    if (!geos_open(&g)) {
        s = kr_fail(ctx, KR_ENOMEM, "out of memory");
        goto out;
    }
    if (kind == RING || kind == WIDE_RING)
        KR_TRY(area_of_ring(ctx, &g, &work, given, &area));
    else
        KR_TRY(area_of_hull(ctx, &g, given, &area));
    if (kind == WIDE_RING || kind == WIDE_HULL)
        KR_TRY(area_dilate(ctx, &g, &work, km, &area));
    if (kind == HULL)
        KR_TRY(exterior_of(ctx, &g, &work, &area, &found));
    else
        KR_TRY(area_grid(ctx, &g, &area, km, &work, &found));
    KR_TRY(points_copy(&found, arena, out));
out:
    if (g.h)
        area_clear(&g, &area);
    geos_close(&g);
    kr_arena_clear(&work);
    return s;
}

static kr_grid grid_of(const points *p)
{
    return (kr_grid){p->n, p->lon, p->lat};
}

kr_status kr_polygon_outline(kr_ctx *ctx, const double *lon, const double *lat, size_t nvertices,
                             kr_arena *arena, kr_grid *out)
{
    kr_status s = KR_OK;
    points clean = {NULL, NULL, 0, 0}, ring = {NULL, NULL, 0, 0};
    const char *problem;

    KR_TRY(kr_polygon_check(ctx, lon, lat, nvertices, &problem));
    if (problem)
        return kr_fail(ctx, KR_EINPUT, "%s", problem);
    KR_TRY(clean_ring(arena, (view){lon, lat, nvertices}, &clean));
    KR_TRY(upsample(arena, &clean, &ring));
    *out = grid_of(&ring);
out:
    return s;
}

kr_status kr_polygon_discretize(kr_ctx *ctx, const double *lon, const double *lat, size_t nvertices,
                                double spacing_km, kr_arena *arena, kr_grid *out)
{
    points grid = {NULL, NULL, 0, 0};
    kr_status s = answer(ctx, RING, (view){lon, lat, nvertices}, spacing_km, arena, &grid);

    *out = grid_of(&grid);
    return s;
}

kr_status kr_polygon_dilate_discretize(kr_ctx *ctx, const double *lon, const double *lat,
                                       size_t nvertices, double spacing_km, kr_arena *arena,
                                       kr_grid *out)
{
    points grid = {NULL, NULL, 0, 0};
    kr_status s = answer(ctx, WIDE_RING, (view){lon, lat, nvertices}, spacing_km, arena, &grid);

    *out = grid_of(&grid);
    return s;
}

kr_status kr_hull_dilate_discretize(kr_ctx *ctx, const double *lon, const double *lat,
                                    size_t npoints, double spacing_km, kr_arena *arena,
                                    kr_grid *out)
{
    points grid = {NULL, NULL, 0, 0};
    kr_status s = answer(ctx, WIDE_HULL, (view){lon, lat, npoints}, spacing_km, arena, &grid);

    *out = grid_of(&grid);
    return s;
}

kr_status kr_convex_hull(kr_ctx *ctx, const double *lon, const double *lat, size_t npoints,
                         kr_arena *arena, kr_grid *out)
{
    points hull = {NULL, NULL, 0, 0};
    kr_status s = answer(ctx, HULL, (view){lon, lat, npoints}, 1.0, arena, &hull);

    *out = grid_of(&hull);
    return s;
}
