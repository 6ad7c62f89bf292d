#include "gmm/gmm_volcanic_zones.h"

#include "base/file.h"
#include "geo/polygon.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 100 }; /* of a path */

static const double least_km = 12.0, most_km = 80.0;

/* A polygon in the plane of its own orthographic projection, in radii of the sphere. */
typedef struct zone {
    kr_vec3 east, north, up;
    size_t n;
    double *x, *y;
} zone;

struct kr_volcanic_zones {
    size_t n;
    zone *zone;
};

static double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static kr_status zone_of(kr_ctx *ctx, const kr_grid *ring, kr_arena *arena, zone *out)
{
    kr_status s = KR_OK;
    kr_grid outline;
    kr_bbox box;

    KR_TRY(kr_polygon_outline(ctx, ring->lon, ring->lat, ring->n, arena, &outline));
    if (!kr_bbox_of(outline.lon, outline.lat, outline.n, &box)) {
        s = kr_fail(ctx, KR_EINPUT, "the polygon is wider than 180 degrees of longitude");
        goto out;
    }
    const kr_ortho o = kr_ortho_of(&box);
    const double sin_l = sin(o.lambda0), cos_l = cos(o.lambda0);
    out->east = (kr_vec3){-sin_l, cos_l, 0.0};
    out->north = (kr_vec3){-o.sin_phi0 * cos_l, -o.sin_phi0 * sin_l, o.cos_phi0};
    out->up = (kr_vec3){o.cos_phi0 * cos_l, o.cos_phi0 * sin_l, o.sin_phi0};
    out->n = outline.n;
    KR_ANEW(out->x, arena, outline.n);
    KR_ANEW(out->y, arena, outline.n);
    for (size_t i = 0; i < outline.n; i++) {
        const kr_vec3 p = kr_unit_vector(outline.lon[i], outline.lat[i]);
        out->x[i] = dot(p, out->east);
        out->y[i] = dot(p, out->north);
    }
out:
    return s;
}

static bool read_position(const json_t *position, double *lon, double *lat)
{
    const json_t *x = json_array_get(position, 0), *y = json_array_get(position, 1);
    *lon = json_number_value(x);
    *lat = json_number_value(y);
    return json_is_number(x) && json_is_number(y) && fabs(*lon) <= 360.0 && fabs(*lat) <= 90.0;
}

/* The outer ring of a feature, opened where its last position repeats the first. */
static kr_status read_ring(kr_ctx *ctx, const json_t *feature, kr_arena *arena, kr_grid *out)
{
    kr_status s = KR_OK;
    const json_t *geometry = json_object_get(feature, "geometry");
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *ring = json_array_get(json_object_get(geometry, "coordinates"), 0);
    size_t n = json_array_size(ring);

    if (!type || strcmp(type, "Polygon") != 0)
        return kr_fail(ctx, KR_EINPUT, "its geometry is not a Polygon");
    *out = (kr_grid){.n = n};
    KR_ANEW(out->lon, arena, n + 1);
    KR_ANEW(out->lat, arena, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_position(json_array_get(ring, i), &out->lon[i], &out->lat[i])) {
            s = kr_fail(ctx, KR_EINPUT, "position %zu is not a longitude and a latitude", i + 1);
            goto out;
        }
    if (n > 1 && out->lon[0] == out->lon[n - 1] && out->lat[0] == out->lat[n - 1])
        out->n--;
out:
    return s;
}

static kr_status read_features(kr_ctx *ctx, const kr_gmm *gmm, const char *path, const json_t *root,
                               kr_volcanic_zones *zones)
{
    kr_status s = KR_OK;
    const json_t *features = json_object_get(root, "features");

    zones->n = json_array_size(features);
    if (zones->n == 0)
        return kr_gmm_fail(ctx, gmm,
                           "%s has no features; volcanic zones are a GeoJSON "
                           "FeatureCollection of Polygons",
                           path);
    KR_ANEW(zones->zone, gmm->arena, zones->n);
    for (size_t i = 0; i < zones->n; i++) {
        kr_grid ring = {0};
        s = read_ring(ctx, json_array_get(features, i), gmm->arena, &ring);
        if (s == KR_OK)
            s = zone_of(ctx, &ring, gmm->arena, &zones->zone[i]);
        if (s != KR_OK) {
            char what[4096];
            snprintf(what, sizeof what, "%s: feature %zu", path, i + 1);
            s = kr_fail_place(ctx, s, gmm->file, gmm->line, what);
            goto out;
        }
    }
out:
    return s;
}

kr_status kr_volcanic_zones_read(kr_ctx *ctx, const kr_gmm *gmm, const char *path,
                                 const kr_volcanic_zones **out)
{
    kr_status s = KR_OK;
    kr_volcanic_zones *zones;
    json_t *root = NULL;
    json_error_t error;
    char *text;
    size_t len;

    KR_TRY(kr_file_read(ctx, path, 0, gmm->arena, &text, &len));
    KR_ANEW(zones, gmm->arena, 1);
    root = json_loadb(text, len, 0, &error);
    if (!root) {
        s = kr_gmm_fail(ctx, gmm, "%s:%d: %s; volcanic zones are GeoJSON", path, error.line,
                        error.text);
        goto out;
    }
    KR_TRY(read_features(ctx, gmm, path, root, zones));
    *out = zones;
out:
    json_decref(root);
    return s;
}

/* Even and odd crossings of the ring on the way to the east. */
static bool is_inside(const zone *z, kr_vec3 p)
{
    const double x = dot(p, z->east), y = dot(p, z->north);
    bool inside = false;

    if (dot(p, z->up) < 0.0)
        return false;
    for (size_t i = 0, j = z->n - 1; i < z->n; j = i++) {
        if ((z->y[i] > y) == (z->y[j] > y))
            continue;
        double share = (y - z->y[i]) / (z->y[j] - z->y[i]);
        inside ^= x < z->x[i] + share * (z->x[j] - z->x[i]);
    }
    return inside;
}

double kr_volcanic_path_km(const kr_volcanic_zones *zones, double lon1, double lat1, double lon2,
                           double lat2)
{
    const kr_vec3 a = kr_unit_vector(lon1, lat1), b = kr_unit_vector(lon2, lat2);
    const double km = kr_geodetic_km(lon1, lat1, lon2, lat2), arc = km / KR_EARTH_RADIUS_KM;
    size_t in = 0;

    if (!(km > 0.0))
        return 0.0;
    for (size_t i = 0; i < POINTS; i++) {
        const double t = (double)i / (POINTS - 1);
        const double u = sin((1.0 - t) * arc) / sin(arc), v = sin(t * arc) / sin(arc);
        const kr_vec3 p = {u * a.x + v * b.x, u * a.y + v * b.y, u * a.z + v * b.z};
        for (size_t k = 0; k < zones->n; k++)
            in += is_inside(&zones->zone[k], p);
    }
    const double sum = (double)in * (km / (POINTS - 1));
    if (!(sum > 0.0))
        return 0.0;
    return fmin(fmax(sum, least_km), most_km);
}
