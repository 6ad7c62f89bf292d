#include "rupture/near.h"

#include "geo/sphere.h"

#include <math.h>

kr_lon_range kr_lon_range_of(const kr_site_soa *sites)
{
    kr_lon_range range = {INFINITY, -INFINITY};

    for (size_t i = 0; i < sites->n; i++) {
        range.least = fmin(range.least, sites->lon[i]);
        range.greatest = fmax(range.greatest, sites->lon[i]);
    }
    return range;
}

static kr_bbox plain_bounds(kr_places p, bool turned)
{
    kr_bbox b = {INFINITY, INFINITY, -INFINITY, -INFINITY};

    for (size_t i = 0; i < p.n; i++) {
        double lon = turned ? kr_lon_360(p.lon[i]) : p.lon[i];
        b.west = fmin(b.west, lon);
        b.east = fmax(b.east, lon);
        b.south = fmin(b.south, p.lat[i]);
        b.north = fmax(b.north, p.lat[i]);
    }
    return b;
}

kr_bbox kr_bounds_of(kr_places places)
{
    kr_bbox b = plain_bounds(places, false);

    return kr_cross_date_line(b.west, b.east) ? plain_bounds(places, true) : b;
}

/* Twice the area of the triangle of places a, b, c; > 0 if they turn to the left. */
static double turn(const double *x, const double *y, size_t a, size_t b, size_t c)
{
    return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]);
}

static double squared(const double *x, const double *y, size_t a, size_t b)
{
    return (x[b] - x[a]) * (x[b] - x[a]) + (y[b] - y[a]) * (y[b] - y[a]);
}

/* The corner of the convex hull after corner p, to the left of which all places are. */
static size_t next_corner(const double *x, const double *y, size_t n, size_t p)
{
    size_t q = p;

    for (size_t i = 0; i < n; i++) {
        double t = turn(x, y, p, q, i);
        if (q == p || t < 0.0 || (t == 0.0 && squared(x, y, p, i) > squared(x, y, p, q)))
            q = i;
    }
    return q;
}

kr_status kr_hull_bounds(kr_ctx *ctx, kr_places places, kr_bbox *out, bool *ok)
{
    kr_status s = KR_OK;
    size_t n = places.n, first = 0, p, corners = 0;
    double *x = NULL, *y = NULL, *lon = NULL, *lat = NULL;
    kr_bbox box;
    kr_ortho ortho;

    KR_NEW(x, ctx, KR_ACCOUNT_RUPTURES, 4 * n);
    y = x + n;
    lon = y + n;
    lat = lon + n;
    *ok = kr_bbox_of(places.lon, places.lat, n, &box);
    if (!*ok)
        goto out;
    ortho = kr_ortho_of(&box);
    for (size_t i = 0; i < n; i++) {
        kr_ortho_project(&ortho, places.lon[i], places.lat[i], &x[i], &y[i]);
        if (x[i] < x[first] || (x[i] == x[first] && y[i] < y[first]))
            first = i;
    }
    p = first;
    do {
        lon[corners] = places.lon[p];
        lat[corners++] = places.lat[p];
        p = next_corner(x, y, n, p);
    } while (corners < n && (x[p] != x[first] || y[p] != y[first]));
    *out = kr_bounds_of((kr_places){lon, lat, corners});
out:
    kr_free(x);
    return s;
}

kr_box kr_box_around(const kr_bbox *bounds, double km, kr_lon_range sites)
{
    double dlat = fmin(km * KR_KM_TO_DEGREES, 90.0);
    double dlon = kr_angular_distance(km, fmax(fabs(bounds->south), fabs(bounds->north)));
    kr_box box = {.all = !(bounds->east - bounds->west + 2.0 * dlon <= 180.0),
                  .west = bounds->west - dlon,
                  .south = bounds->south - dlat,
                  .east = bounds->east + dlon,
                  .north = bounds->north + dlat};

    if (!box.all &&
        kr_cross_date_line(fmin(sites.least, box.west), fmax(sites.greatest, box.east))) {
        box.turned = true;
        box.west = kr_lon_360(box.west);
        box.east = kr_lon_360(box.east);
    }
    return box;
}

kr_box kr_box_around_extent(const kr_bbox *extent, double km, kr_lon_range sites)
{
    double dlat = km * KR_KM_TO_DEGREES;
    double dlon = kr_angular_distance(km, fmax(fabs(extent->south), fabs(extent->north)));
    kr_box box = {.west = extent->west - dlon,
                  .south = extent->south - dlat,
                  .east = extent->east + dlon,
                  .north = extent->north + dlat};

    if (kr_cross_date_line(fmin(sites.least, fmin(box.west, box.east)),
                           fmax(sites.greatest, fmax(box.west, box.east)))) {
        box.turned = true;
        box.west = kr_lon_360(box.west);
        box.east = kr_lon_360(box.east);
    }
    return box;
}

bool kr_box_holds_any(const kr_box *box, const kr_site_soa *sites)
{
    for (size_t i = 0; i < sites->n; i++) {
        double turned = box->turned ? kr_lon_360(sites->lon[i]) : 0.0;
        if (kr_box_holds(box, sites->lon[i], turned, sites->lat[i]))
            return true;
    }
    return false;
}

double kr_last_distance(const kr_magdist *entry)
{
    return entry->dist_km[entry->n - 1];
}

kr_status kr_limits_find(kr_ctx *ctx, const kr_job *job, const char *trt, const kr_magdist **out)
{
    *out = kr_job_magdist(job, trt);
    if (!*out || (*out)->n == 0)
        return kr_fail(ctx, KR_EINPUT, "%s: maximum_distance has no entry for '%s' and no default",
                       job->path, trt);
    return KR_OK;
}
