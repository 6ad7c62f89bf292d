/* Rings around kite surfaces, and distances to outlines. */
#include "geo/joyner_boore.h"

#include <math.h>
#include <string.h>

/* Half of the width of a vertical kite surface, seen from above. */
static const double half_width_km = 0.1;
/* A kite surface whose profiles are all steeper is vertical. */
static const double vertical_dip = 89.9;
static const double degree = 3.14159265358979323846 / 180.0;

static bool is_node(const kr_mesh *mesh, size_t row, size_t col)
{
    return isfinite(mesh->lon[row * mesh->stride + col]);
}

/* The first and the last node of a column (row), false if it has none. */
static bool column_span(const kr_mesh *mesh, size_t col, size_t *first, size_t *last)
{
    bool any = false;

    for (size_t i = 0; i < mesh->rows; i++) {
        if (!is_node(mesh, i, col))
            continue;
        if (!any)
            *first = i;
        *last = i;
        any = true;
    }
    return any;
}

static bool row_span(const kr_mesh *mesh, size_t row, size_t *first, size_t *last)
{
    bool any = false;

    for (size_t j = 0; j < mesh->cols; j++) {
        if (!is_node(mesh, row, j))
            continue;
        if (!any)
            *first = j;
        *last = j;
        any = true;
    }
    return any;
}

/* The chord (km) between two nodes brought to the surface. */
static double surface_chord(const kr_mesh *mesh, size_t a, size_t b)
{
    double x = mesh->ux[a] - mesh->ux[b], y = mesh->uy[a] - mesh->uy[b];
    double z = mesh->uz[a] - mesh->uz[b];

    return KR_EARTH_RADIUS_KM * sqrt(x * x + y * y + z * z);
}

/* Whether a profile is vertical. The reference takes as the horizontal step of a node the least
 * distance to any node but the last of the profile; that is 0 for all but the last one. */
static bool profile_is_vertical(const kr_mesh *mesh, size_t col)
{
    size_t first = 0, last = 0, before = 0;
    double step = INFINITY;

    if (!column_span(mesh, col, &first, &last) || first == last)
        return true;
    for (size_t i = first; i < last; i++) {
        if (!is_node(mesh, i, col))
            continue;
        before = i;
        step = fmin(step, surface_chord(mesh, i * mesh->stride + col, last * mesh->stride + col));
    }
    if (!(step > 1e-20))
        return true;
    double down = mesh->depth[last * mesh->stride + col] - mesh->depth[before * mesh->stride + col];
    return atan(down / step) / degree > vertical_dip;
}

static bool is_vertical(const kr_mesh *mesh)
{
    for (size_t j = 0; j < mesh->cols; j++) {
        if (!profile_is_vertical(mesh, j))
            return false;
    }
    return true;
}

static kr_point3 beside(kr_point3 p, double azimuth)
{
    kr_lonlat q = kr_point_at(p.lon, p.lat, azimuth, half_width_km);

    return (kr_point3){q.lon, q.lat, 0.0};
}

/* The top of a vertical surface as a narrow rectangle. */
static size_t vertical_ring(const kr_mesh *mesh, kr_point3 *ring)
{
    size_t left = 0, right = 0, last = 0;

    if (!column_span(mesh, 0, &left, &last) || !column_span(mesh, mesh->cols - 1, &right, &last))
        return 0;
    kr_point3 a = kr_mesh_node(mesh, left, 0), b = kr_mesh_node(mesh, right, mesh->cols - 1);
    double strike = kr_azimuth(a.lon, a.lat, b.lon, b.lat);
    ring[0] = beside(a, strike - 90.0);
    ring[1] = beside(a, strike + 90.0);
    ring[2] = beside(b, strike + 90.0);
    ring[3] = beside(b, strike - 90.0);
    return 4;
}

/* Down the last column (downwards) or up the first one, between its ends: the outermost node of
 * each row. */
static size_t side(const kr_mesh *mesh, bool downwards, kr_point3 *ring)
{
    size_t top = 0, bottom = 0, n = 0;
    size_t col = downwards ? mesh->cols - 1 : 0;

    if (!column_span(mesh, col, &top, &bottom))
        return 0;
    for (size_t k = top + 1; k < bottom; k++) {
        size_t row = downwards ? k : top + bottom - k, first = 0, last = 0;
        if (row_span(mesh, row, &first, &last))
            ring[n++] = kr_mesh_node(mesh, row, downwards ? last : first);
    }
    return n;
}

/* The topmost nodes (or the lowest, in reverse order) of all columns. */
static size_t edge(const kr_mesh *mesh, bool upper, kr_point3 *ring)
{
    size_t n = 0, first = 0, last = 0;

    for (size_t k = 0; k < mesh->cols; k++) {
        size_t col = upper ? k : mesh->cols - 1 - k;
        if (column_span(mesh, col, &first, &last))
            ring[n++] = kr_mesh_node(mesh, upper ? first : last, col);
    }
    return n;
}

static size_t dipping_ring(const kr_mesh *mesh, kr_point3 *ring)
{
    size_t n = edge(mesh, true, ring);

    n += side(mesh, true, ring + n);
    n += edge(mesh, false, ring + n);
    return n + side(mesh, false, ring + n);
}

/* The ring in the plane around its box. */
static kr_status project_ring(kr_ctx *ctx, const kr_point3 *ring, size_t n, kr_arena *arena,
                              kr_outline *out)
{
    kr_status s = KR_OK;
    double *lon = NULL, *lat = NULL, *x = NULL, *y = NULL;
    size_t *first = NULL;
    kr_bbox box;

    KR_ANEW(lon, arena, n);
    KR_ANEW(lat, arena, n);
    KR_ANEW(x, arena, n + 1);
    KR_ANEW(y, arena, n + 1);
    KR_ANEW(first, arena, 2);
    for (size_t i = 0; i < n; i++) {
        lon[i] = ring[i].lon;
        lat[i] = ring[i].lat;
    }
    if (!n || !kr_bbox_of(lon, lat, n, &box)) {
        s = kr_fail(ctx, KR_EINPUT, "a surface is wider than 180 degrees of longitude, or empty");
        goto out;
    }
    out->ortho = kr_ortho_of(&box);
    for (size_t i = 0; i <= n; i++)
        kr_ortho_project(&out->ortho, lon[i % n], lat[i % n], &x[i], &y[i]);
    first[1] = n + 1;
    out->nrings = 1;
    out->first = first;
    out->x = x;
    out->y = y;
out:
    return s;
}

kr_status kr_outline_of_kite(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena, kr_outline *out,
                             kr_point3 **ring_places, size_t *n)
{
    kr_status s = KR_OK;
    kr_point3 *ring = NULL;

    KR_ANEW(ring, arena, 2 * (mesh->rows + mesh->cols) + 4);
    *n = is_vertical(mesh) ? vertical_ring(mesh, ring) : dipping_ring(mesh, ring);
    *ring_places = ring;
    KR_TRY(project_ring(ctx, ring, *n, arena, out));
out:
    return s;
}

/* ---- distances ---- */

/* The square of the distance from the origin to the segment from (x1, y1) to (x2, y2). */
static double segment_distance2(double x1, double y1, double x2, double y2)
{
    double dx = x2 - x1, dy = y2 - y1, length2 = dx * dx + dy * dy;
    double along = -(x1 * dx + y1 * dy);

    if (along <= 0.0 || !(length2 > 0.0))
        return x1 * x1 + y1 * y1;
    if (along >= length2)
        return x2 * x2 + y2 * y2;
    double off = x1 * dy - y1 * dx;
    return off * off / length2;
}

double kr_outline_distance_km(const kr_outline *outline, double lon, double lat)
{
    double px, py, least = INFINITY;
    bool inside = false;

    kr_ortho_project(&outline->ortho, lon, lat, &px, &py);
    for (size_t r = 0; r < outline->nrings; r++) {
        for (size_t i = outline->first[r]; i + 1 < outline->first[r + 1]; i++) {
            double x1 = outline->x[i] - px, y1 = outline->y[i] - py;
            double x2 = outline->x[i + 1] - px, y2 = outline->y[i + 1] - py;
            least = fmin(least, segment_distance2(x1, y1, x2, y2));
            if ((y1 > 0.0) != (y2 > 0.0) && (x1 * y2 - x2 * y1 > 0.0) == (y2 > y1))
                inside = !inside;
        }
    }
    return inside ? 0.0 : sqrt(least);
}
