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
