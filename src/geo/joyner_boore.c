/* Outlines of meshes. */
#include "geo/joyner_boore.h"

#include "geo/alpha_shape.h"
#include "geo/simplify.h"
#include "geo/unite.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

/* What the outline of a mesh is widened by, and what may be cut off its corners. */
static const double tolerance_km = 0.005;

/* A GEOS handle with its last message. */
typedef struct geos {
    kr_ctx *ctx;
    GEOSContextHandle_t h;
    char message[160];
} geos;

/* Places in the plane of a projection. */
typedef struct places {
    size_t n;
    double *x, *y;
} places;

static void geos_note(const char *message, void *user)
{
    geos *g = user;

    snprintf(g->message, sizeof g->message, "%s", message);
}

static kr_status geos_open(kr_ctx *ctx, geos *g)
{
    g->ctx = ctx;
    g->message[0] = '\0';
    g->h = GEOS_init_r();
    if (!g->h)
        return kr_fail(ctx, KR_ENOMEM, "out of memory");
    GEOSContext_setErrorMessageHandler_r(g->h, geos_note, g);
    return KR_OK;
}

static void geos_close(geos *g)
{
    if (g->h)
        GEOS_finish_r(g->h);
    g->h = NULL;
}

static kr_status geos_fail(const geos *g, const char *what)
{
    return kr_fail(g->ctx, KR_EINPUT, "%s of a surface seen from above failed: %s", what,
                   g->message[0] ? g->message : "no reason given");
}

static void drop(geos *g, GEOSGeometry **shape)
{
    if (*shape)
        GEOSGeom_destroy_r(g->h, *shape);
    *shape = NULL;
}

/* Put `next` in the place of *shape, which may fail. */
static kr_status replace(geos *g, GEOSGeometry **shape, GEOSGeometry *next, const char *what)
{
    drop(g, shape);
    *shape = next;
    return next ? KR_OK : geos_fail(g, what);
}

/* ---- from places to shapes and back ---- */

static kr_status projection_of(kr_ctx *ctx, const double *lon, const double *lat, size_t n,
                               kr_ortho *out)
{
    kr_bbox box;

    if (!kr_bbox_of(lon, lat, n, &box))
        return kr_fail(ctx, KR_EINPUT, "a surface is wider than 180 degrees of longitude");
    *out = kr_ortho_of(&box);
    return KR_OK;
}

/* The nodes of a mesh, row by row, in the plane around their box. */
static kr_status project_nodes(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *work, kr_ortho *ortho,
                               places *out)
{
    kr_status s = KR_OK;
    size_t n = mesh->rows * mesh->cols;
    double *lon = NULL, *lat = NULL;

    KR_ANEW(lon, work, n);
    KR_ANEW(lat, work, n);
    KR_ANEW(out->x, work, n);
    KR_ANEW(out->y, work, n);
    out->n = n;
    for (size_t i = 0; i < mesh->rows; i++) {
        memcpy(lon + i * mesh->cols, mesh->lon + i * mesh->stride, mesh->cols * sizeof *lon);
        memcpy(lat + i * mesh->cols, mesh->lat + i * mesh->stride, mesh->cols * sizeof *lat);
    }
    KR_TRY(projection_of(ctx, lon, lat, n, ortho));
    for (size_t k = 0; k < n; k++)
        kr_ortho_project(ortho, lon[k], lat[k], &out->x[k], &out->y[k]);
out:
    return s;
}

/* A sequence of the places numbered by `index`, or all in order (NULL). */
static GEOSCoordSequence *sequence(geos *g, const places *p, const size_t *index, size_t n)
{
    GEOSCoordSequence *seq = NULL;

    if (n <= UINT32_MAX)
        seq = GEOSCoordSeq_create_r(g->h, (unsigned)n, 2);
    for (size_t i = 0; seq && i < n; i++) {
        size_t k = index ? index[i] : i;
        (void)GEOSCoordSeq_setX_r(g->h, seq, (unsigned)i, p->x[k]);
        (void)GEOSCoordSeq_setY_r(g->h, seq, (unsigned)i, p->y[k]);
    }
    return seq;
}

static kr_status line_of(geos *g, const places *p, const size_t *index, size_t n,
                         GEOSGeometry **out)
{
    GEOSCoordSequence *seq = sequence(g, p, index, n);

    *out = seq ? GEOSGeom_createLineString_r(g->h, seq) : NULL;
    return *out ? KR_OK : geos_fail(g, "a line");
}

/* A polygon without holes of a ring, which it takes. */
static kr_status polygon_of(geos *g, GEOSGeometry *ring, GEOSGeometry **out)
{
    *out = ring ? GEOSGeom_createPolygon_r(g->h, ring, NULL, 0) : NULL;
    if (ring && !*out)
        GEOSGeom_destroy_r(g->h, ring);
    return *out ? KR_OK : geos_fail(g, "a polygon");
}

/* Unite polygons; they are taken, whatever happens. */
static kr_status unite(geos *g, GEOSGeometry **part, size_t n, GEOSGeometry **out)
{
    GEOSGeometry *all = NULL;

    if (n <= UINT32_MAX)
        all = GEOSGeom_createCollection_r(g->h, GEOS_MULTIPOLYGON, part, (unsigned)n);
    if (!all) {
        for (size_t i = 0; i < n; i++)
            drop(g, &part[i]);
        return geos_fail(g, "a collection");
    }
    *out = GEOSUnaryUnion_r(g->h, all);
    GEOSGeom_destroy_r(g->h, all);
    return *out ? KR_OK : geos_fail(g, "the union");
}

/* Points, lines and what is in several parts: widened, as the reference does. */
static kr_status make_polygon(geos *g, GEOSGeometry **shape)
{
    if (GEOSGeomTypeId_r(g->h, *shape) == GEOS_POLYGON)
        return KR_OK;
    return replace(g, shape, GEOSBuffer_r(g->h, *shape, tolerance_km, 1), "widening");
}

/* ---- rings of a shape ---- */

static size_t ring_size(geos *g, const GEOSGeometry *ring)
{
    unsigned n = 0;
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(g->h, ring);

    return seq && GEOSCoordSeq_getSize_r(g->h, seq, &n) ? n : 0;
}

/* Ring number i of a polygon: the outer one, then the holes. */
static const GEOSGeometry *ring_at(geos *g, const GEOSGeometry *polygon, int i)
{
    return i == 0 ? GEOSGetExteriorRing_r(g->h, polygon)
                  : GEOSGetInteriorRingN_r(g->h, polygon, i - 1);
}

typedef struct ring_list {
    size_t nrings, npoints;
    size_t *first;
    double *x, *y;
} ring_list;

static void read_ring(geos *g, const GEOSGeometry *ring, ring_list *out)
{
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(g->h, ring);
    size_t n = ring_size(g, ring);

    if (n < 2)
        return;
    for (size_t i = 0; out->x && i < n; i++) {
        (void)GEOSCoordSeq_getX_r(g->h, seq, (unsigned)i, &out->x[out->npoints + i]);
        (void)GEOSCoordSeq_getY_r(g->h, seq, (unsigned)i, &out->y[out->npoints + i]);
    }
    if (out->first)
        out->first[out->nrings] = out->npoints;
    out->nrings++;
    out->npoints += n;
}

/* Read all rings of all parts; where `out` has no arrays, only count. */
static void read_rings(geos *g, const GEOSGeometry *shape, ring_list *out)
{
    int parts = GEOSGetNumGeometries_r(g->h, shape);

    out->nrings = 0;
    out->npoints = 0;
    for (int k = 0; k < parts; k++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(g->h, shape, k);
        if (!part || GEOSGeomTypeId_r(g->h, part) != GEOS_POLYGON || GEOSisEmpty_r(g->h, part))
            continue;
        for (int i = 0; i <= GEOSGetNumInteriorRings_r(g->h, part); i++)
            read_ring(g, ring_at(g, part, i), out);
    }
}

static kr_status outline_of_shape(geos *g, const GEOSGeometry *shape, kr_arena *arena,
                                  kr_outline *out)
{
    kr_status s = KR_OK;
    ring_list rings = {0, 0, NULL, NULL, NULL};

    read_rings(g, shape, &rings);
    if (!rings.nrings) {
        s = geos_fail(g, "the outline");
        goto out;
    }
    KR_ANEW(rings.first, arena, rings.nrings + 1);
    KR_ANEW(rings.x, arena, rings.npoints);
    KR_ANEW(rings.y, arena, rings.npoints);
    read_rings(g, shape, &rings);
    rings.first[rings.nrings] = rings.npoints;
    out->nrings = rings.nrings;
    out->first = rings.first;
    out->x = rings.x;
    out->y = rings.y;
out:
    return s;
}

/* ---- simplification ---- */

/* The only ring of a closed line or a polygon without holes, else NULL. */
static const GEOSGeometry *only_ring(geos *g, const GEOSGeometry *shape)
{
    const GEOSGeometry *ring = shape;

    if (GEOSGeomTypeId_r(g->h, shape) == GEOS_POLYGON)
        ring =
            GEOSGetNumInteriorRings_r(g->h, shape) == 0 ? GEOSGetExteriorRing_r(g->h, shape) : NULL;
    else if (GEOSGeomTypeId_r(g->h, shape) != GEOS_LINESTRING || GEOSisClosed_r(g->h, shape) != 1)
        return NULL;
    return ring && ring_size(g, ring) >= 4 ? ring : NULL;
}

/* Simplify a shape with one ring; *done is false where GEOS has to. */
static kr_status simplify_ring(geos *g, const GEOSGeometry *ring, bool is_line, kr_arena *work,
                               GEOSGeometry **out, bool *done)
{
    kr_status s = KR_OK;
    size_t n = ring_size(g, ring), kept = 0, *index = NULL;
    places p = {n, NULL, NULL};
    ring_list list = {0, 0, NULL, NULL, NULL};
    GEOSCoordSequence *seq = NULL;

    KR_ANEW(index, work, n);
    KR_ANEW(p.x, work, n);
    KR_ANEW(p.y, work, n);
    list.x = p.x;
    list.y = p.y;
    read_ring(g, ring, &list);
    KR_TRY(kr_simplify_ring(p.x, p.y, n, tolerance_km, work, index, &kept, done));
    if (!*done)
        goto out;
    if (is_line) {
        KR_TRY(line_of(g, &p, index, kept, out));
        goto out;
    }
    seq = sequence(g, &p, index, kept);
    KR_TRY(polygon_of(g, seq ? GEOSGeom_createLinearRing_r(g->h, seq) : NULL, out));
out:
    return s;
}

static kr_status simplify(geos *g, kr_arena *work, GEOSGeometry **shape)
{
    kr_status s = KR_OK;
    const GEOSGeometry *ring = only_ring(g, *shape);
    GEOSGeometry *made = NULL;
    bool done = false;

    if (ring)
        KR_TRY(simplify_ring(g, ring, ring == *shape, work, &made, &done));
    if (!done)
        made = GEOSTopologyPreserveSimplify_r(g->h, *shape, tolerance_km);
    KR_TRY(replace(g, shape, made, "simplification"));
out:
    return s;
}

/* ---- rectangular meshes ---- */

/* Where the line is the ring of a broad polygon, that is widened instead: outside it becomes the
 * same, and the inside is not needed. */
static kr_status fill_broad(geos *g, kr_arena *work, GEOSGeometry **line)
{
    kr_status s = KR_OK;
    size_t n = ring_size(g, *line);
    GEOSCoordSequence *seq = NULL;
    GEOSGeometry *made = NULL;
    ring_list list = {0, 0, NULL, NULL, NULL};

    KR_ANEW(list.x, work, n);
    KR_ANEW(list.y, work, n);
    read_ring(g, *line, &list);
    if (!kr_ring_is_wide(list.x, list.y, n, 4.0 * tolerance_km))
        goto out;
    seq = GEOSCoordSeq_clone_r(g->h, GEOSGeom_getCoordSeq_r(g->h, *line));
    KR_TRY(polygon_of(g, seq ? GEOSGeom_createLinearRing_r(g->h, seq) : NULL, &made));
    KR_TRY(replace(g, line, made, "a polygon"));
out:
    return s;
}

/* The ring of the polygon around the cells between two rows: their closed line, simplified and
 * widened. */
static kr_status stripe(geos *g, const places *p, size_t cols, size_t row, size_t *index,
                        kr_arena *work, kr_ring *out)
{
    kr_status s = KR_OK;
    GEOSGeometry *line = NULL;
    const GEOSGeometry *ring = NULL;
    size_t upper = (row - 1) * cols, lower = row * cols;
    ring_list list = {0, 0, NULL, NULL, NULL};

    for (size_t j = 0; j < cols; j++) {
        index[j] = upper + (cols - 1 - j);
        index[cols + j] = lower + j;
    }
    index[2 * cols] = index[0];
    KR_TRY(line_of(g, p, index, 2 * cols + 1, &line));
    KR_TRY(simplify(g, work, &line));
    KR_TRY(fill_broad(g, work, &line));
    KR_TRY(replace(g, &line, GEOSBuffer_r(g->h, line, tolerance_km, 2), "widening"));
    if (GEOSGeomTypeId_r(g->h, line) == GEOS_POLYGON)
        ring = GEOSGetExteriorRing_r(g->h, line);
    out->n = ring ? ring_size(g, ring) : 0;
    if (out->n < 4) {
        s = geos_fail(g, "a polygon");
        goto out;
    }
    KR_ANEW(out->x, work, out->n);
    KR_ANEW(out->y, work, out->n);
    list.x = out->x;
    list.y = out->y;
    read_ring(g, ring, &list);
out:
    drop(g, &line);
    return s;
}

static kr_status polygon_of_ring(geos *g, const kr_ring *ring, GEOSGeometry **out)
{
    places p = {ring->n, ring->x, ring->y};
    GEOSCoordSequence *seq = sequence(g, &p, NULL, ring->n);

    return polygon_of(g, seq ? GEOSGeom_createLinearRing_r(g->h, seq) : NULL, out);
}

/* The union of the polygons of rings; GEOS is asked only where that is not a plain matter. */
static kr_status unite_rings(geos *g, const kr_ring *rings, size_t n, kr_arena *work,
                             GEOSGeometry **out)
{
    kr_status s = KR_OK;
    GEOSGeometry **part = NULL;
    kr_ring around;
    size_t made = 0;
    bool sure = false;

    KR_TRY(kr_unite_stripes(rings, n, work, &around, &sure));
    if (sure) {
        KR_TRY(polygon_of_ring(g, &around, out));
        goto out;
    }
    KR_ANEW(part, work, n);
    for (; made < n; made++)
        KR_TRY(polygon_of_ring(g, &rings[made], &part[made]));
    made = 0;
    KR_TRY(unite(g, part, n, out));
out:
    for (size_t i = 0; i < made; i++)
        drop(g, &part[i]);
    return s;
}

static kr_status shape_of_rows(geos *g, const places *p, size_t rows, size_t cols, kr_arena *work,
                               GEOSGeometry **out)
{
    kr_status s = KR_OK;
    kr_ring *rings = NULL;
    size_t *index = NULL;

    KR_ANEW(rings, work, rows - 1);
    KR_ANEW(index, work, 2 * cols + 1);
    for (size_t i = 1; i < rows; i++)
        KR_TRY(stripe(g, p, cols, i, index, work, &rings[i - 1]));
    KR_TRY(unite_rings(g, rings, rows - 1, work, out));
    KR_TRY(simplify(g, work, out));
out:
    return s;
}

static kr_status shape_of_hull(geos *g, const places *p, GEOSGeometry **out)
{
    kr_status s = KR_OK;
    GEOSCoordSequence *seq = p->n == 1 ? sequence(g, p, NULL, 1) : NULL;

    if (seq)
        *out = GEOSGeom_createPoint_r(g->h, seq);
    else
        KR_TRY(line_of(g, p, NULL, p->n, out));
    KR_TRY(replace(g, out, GEOSConvexHull_r(g->h, *out), "the hull"));
out:
    return s;
}

/* ---- unstructured meshes: alpha shapes ---- */

/* Read one triangle of the triangulation; false if it is none. */
static bool read_triangle(geos *g, const GEOSGeometry *shape, const kr_alpha_place *list, size_t n,
                          kr_alpha_triangle *out)
{
    const GEOSGeometry *ring = shape ? GEOSGetExteriorRing_r(g->h, shape) : NULL;
    const GEOSCoordSequence *seq = ring ? GEOSGeom_getCoordSeq_r(g->h, ring) : NULL;
    kr_alpha_place corner[3];

    for (unsigned k = 0; k < 3; k++) {
        if (!seq || !GEOSCoordSeq_getX_r(g->h, seq, k, &corner[k].x) ||
            !GEOSCoordSeq_getY_r(g->h, seq, k, &corner[k].y))
            return false;
    }
    return kr_alpha_triangle_of(corner, list, n, out);
}

/* Delaunay triangles of the places. */
static kr_status triangulate(geos *g, const kr_alpha_place *list, size_t n, kr_arena *work,
                             kr_alpha_triangle **out, size_t *ntriangles)
{
    kr_status s = KR_OK;
    GEOSGeometry *shape = NULL;
    places p = {n, NULL, NULL};
    int found = 0;

    KR_ANEW(p.x, work, n);
    KR_ANEW(p.y, work, n);
    for (size_t i = 0; i < n; i++) {
        p.x[i] = list[i].x;
        p.y[i] = list[i].y;
    }
    KR_TRY(line_of(g, &p, NULL, n, &shape));
    KR_TRY(replace(g, &shape, GEOSDelaunayTriangulation_r(g->h, shape, 0.0, 0), "triangulation"));
    found = GEOSGetNumGeometries_r(g->h, shape);
    if (found < 1) { /* all on a line */
        *ntriangles = 0;
        goto out;
    }
    KR_ANEW(*out, work, (size_t)found);
    for (int k = 0; k < found; k++) {
        if (!read_triangle(g, GEOSGetGeometryN_r(g->h, shape, k), list, n, &(*out)[k])) {
            s = geos_fail(g, "triangulation");
            goto out;
        }
    }
    *ntriangles = (size_t)found;
out:
    drop(g, &shape);
    return s;
}

static kr_status triangle_shape(geos *g, const kr_alpha_triangle *t, const kr_alpha_place *list,
                                const kr_bbox *box, GEOSGeometry **out)
{
    double x[4], y[4];
    places p = {4, x, y};

    for (int k = 0; k < 4; k++) {
        const kr_alpha_place *at = &list[t->corner[k % 3]];
        x[k] = box->west + at->x * (box->east - box->west);
        y[k] = box->south + at->y * (box->north - box->south);
    }
    GEOSCoordSequence *seq = sequence(g, &p, NULL, 4);
    return polygon_of(g, seq ? GEOSGeom_createLinearRing_r(g->h, seq) : NULL, out);
}

/* The alpha shape of a set of places: the union of the narrowest Delaunay triangles (in coordinates
 * scaled to a unit square) that together touch every place. *out stays NULL where the places lie on
 * a line. */
static kr_status shape_of_set(geos *g, const places *p, kr_arena *work, GEOSGeometry **out)
{
    kr_status s = KR_OK;
    kr_bbox box;
    kr_alpha_place *list = NULL;
    kr_alpha_triangle *t = NULL;
    GEOSGeometry **part = NULL;
    size_t nplaces = 0, ntriangles = 0, needed = 0, n = 0;

    KR_TRY(kr_alpha_places(p->x, p->y, p->n, work, &box, &list, &nplaces));
    if (!(box.east > box.west) || !(box.north > box.south) || nplaces < 3)
        goto out;
    KR_TRY(triangulate(g, list, nplaces, work, &t, &ntriangles));
    if (!ntriangles)
        goto out;
    KR_TRY(kr_alpha_needed(t, ntriangles, nplaces, work, &needed));
    KR_ANEW(part, work, needed);
    for (; n < needed; n++)
        KR_TRY(triangle_shape(g, &t[n], list, &box, &part[n]));
    s = unite(g, part, n, out);
    n = 0;
out:
    for (size_t i = 0; i < n; i++)
        drop(g, &part[i]);
    return s;
}

kr_status kr_outline_of_mesh(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena, kr_outline *out)
{
    kr_status s = KR_OK;
    geos g = {ctx, NULL, ""};
    GEOSGeometry *shape = NULL;
    places p = {0, NULL, NULL};
    kr_arena work;

    kr_arena_init(&work, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(project_nodes(ctx, mesh, &work, &out->ortho, &p));
    KR_TRY(geos_open(ctx, &g));
    if (p.n >= 4 && mesh->rows == 1)
        KR_TRY(shape_of_set(&g, &p, &work, &shape));
    else if (p.n >= 4)
        KR_TRY(shape_of_rows(&g, &p, mesh->rows, mesh->cols, &work, &shape));
    if (!shape)
        KR_TRY(shape_of_hull(&g, &p, &shape));
    KR_TRY(make_polygon(&g, &shape));
    KR_TRY(outline_of_shape(&g, shape, arena, out));
out:
    drop(&g, &shape);
    geos_close(&g);
    kr_arena_clear(&work);
    return s;
}
