#include "geo/sphere.h"

#include <math.h>
#include <stdbool.h>

static const double pi = 3.14159265358979323846;

static double to_rad(double degrees)
{
    return degrees * (pi / 180.0);
}

static double to_deg(double radians)
{
    return radians * (180.0 / pi);
}

/* The remainder with the sign of the divisor, as Python's %. */
static double positive_mod(double x, double divisor)
{
    double r = fmod(x, divisor);

    if (r != 0.0)
        return r < 0.0 ? r + divisor : r;
    return 0.0;
}

double kr_round(double x, int digits)
{
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
    bool known = digits >= 0 && digits < (int)(sizeof power / sizeof power[0]);
    double scale = known ? power[digits] : pow(10.0, digits);

    return rint(x * scale) / scale;
}

double kr_round_half_up(double x, int digits)
{
    double scale = pow(10.0, digits);

    return floor(x * scale + copysign(0.5, x)) / scale;
}

kr_vec3 kr_to_cartesian(double lon, double lat, double depth_km)
{
    double phi = to_rad(lon), theta = to_rad(lat);
    double r = KR_EARTH_RADIUS_KM - depth_km;
    double r_cos = r * cos(theta);

    return (kr_vec3){r_cos * cos(phi), r_cos * sin(phi), r * sin(theta)};
}

kr_vec3 kr_unit_vector(double lon, double lat)
{
    double phi = to_rad(lon), theta = to_rad(lat);

    return (kr_vec3){cos(theta) * cos(phi), cos(theta) * sin(phi), sin(theta)};
}

kr_lonlat kr_from_cartesian(kr_vec3 p, double *depth_km)
{
    double r = sqrt(p.x * p.x + p.y * p.y + p.z * p.z);
    double sine = kr_lesser(kr_greater(p.z / r, -1.0), 1.0);

    if (depth_km)
        *depth_km = KR_EARTH_RADIUS_KM - r;
    return (kr_lonlat){to_deg(atan2(p.y, p.x)), to_deg(asin(sine))};
}

double kr_geodetic_km(double lon1, double lat1, double lon2, double lat2)
{
    double p1 = to_rad(lat1), p2 = to_rad(lat2);
    double s = sin((p1 - p2) / 2.0);
    double t = sin((to_rad(lon1) - to_rad(lon2)) / 2.0);
    double h = s * s + cos(p1) * cos(p2) * (t * t);

    return 2.0 * KR_EARTH_RADIUS_KM * asin(kr_lesser(sqrt(h), 1.0));
}

double kr_distance_km(double lon1, double lat1, double z1, double lon2, double lat2, double z2)
{
    double h = kr_geodetic_km(lon1, lat1, lon2, lat2);
    double v = z1 - z2;

    return sqrt(h * h + v * v);
}

/* Course from 1 to 2, counter-clockwise from north, in radians. */
static double course(double lon1, double lat1, double lon2, double lat2)
{
    double p1 = to_rad(lat1), p2 = to_rad(lat2);
    double dl = to_rad(lon1) - to_rad(lon2);

    return atan2(sin(dl) * cos(p2), cos(p1) * sin(p2) - sin(p1) * cos(p2) * cos(dl));
}

double kr_azimuth(double lon1, double lat1, double lon2, double lat2)
{
    return positive_mod(360.0 - to_deg(course(lon1, lat1, lon2, lat2)), 360.0);
}

kr_course kr_course_from(double lat, double azimuth, double a)
{
    double phi = to_rad(lat), t = to_rad(360.0 - azimuth);
    double sin_lat = sin(phi) * cos(a) + cos(phi) * sin(a) * cos(t);

    return (kr_course){
        .west = atan2(sin(t) * sin(a) * cos(phi), cos(a) - sin(phi) * sin_lat),
        .lat = to_deg(asin(kr_lesser(kr_greater(sin_lat, -1.0), 1.0))),
    };
}

double kr_course_lon(const kr_course *from, double lon)
{
    return to_deg(positive_mod(to_rad(lon) - from->west + pi, 2.0 * pi) - pi);
}

kr_lonlat kr_point_at_arc(double lon, double lat, double azimuth, double a)
{
    kr_course from = kr_course_from(lat, azimuth, a);

    return (kr_lonlat){kr_course_lon(&from, lon), from.lat};
}

kr_lonlat kr_point_at(double lon, double lat, double azimuth, double distance_km)
{
    return kr_point_at_arc(lon, lat, azimuth, distance_km / KR_EARTH_RADIUS_KM);
}

double kr_distance_to_arc_km(double lon, double lat, double azimuth, double plon, double plat)
{
    double angle = -course(lon, lat, plon, plat) - to_rad(azimuth);
    double g = kr_geodetic_km(lon, lat, plon, plat) / KR_EARTH_RADIUS_KM;

    return (pi / 2.0 - acos(sin(angle) * sin(g))) * KR_EARTH_RADIUS_KM;
}

double kr_angular_distance(double km, double lat)
{
    /* the reference's own constant, short of pi/180 */
    return km * KR_KM_TO_DEGREES / cos(fabs(lat) * 0.01745329252);
}

double kr_lon_extent(double lon1, double lon2)
{
    return positive_mod(lon2 - lon1 + 180.0, 360.0) - 180.0;
}

double kr_wrap_lon(double lon)
{
    return positive_mod(lon + 180.0, 360.0) - 180.0;
}

double kr_lon_360(double lon)
{
    return positive_mod(lon, 360.0);
}

int kr_cross_date_line(double lon_min, double lon_max)
{
    return lon_min * lon_max < 0.0 && fabs(lon_min - lon_max) > 180.0;
}

kr_lonlat kr_middle_point(double lon1, double lat1, double lon2, double lat2)
{
    if (lon1 == lon2 && lat1 == lat2)
        return (kr_lonlat){lon1, lat1};
    return kr_point_at(lon1, lat1, kr_azimuth(lon1, lat1, lon2, lat2),
                       kr_geodetic_km(lon1, lat1, lon2, lat2) / 2.0);
}

/* Longitudes in a table. */
typedef struct lon_table {
    const double *lon;
    size_t rows, cols, stride;
} lon_table;

static double lon_at(const lon_table *t, size_t k)
{
    return t->lon[k / t->cols * t->stride + k % t->cols];
}

/* West is the lowest positive longitude, east the highest negative one; false if a point lies
 * outside that span. */
static int box_across_date_line(const lon_table *t, kr_bbox *box)
{
    size_t n = t->rows * t->cols;

    box->west = INFINITY;
    box->east = -INFINITY;
    for (size_t k = 0; k < n; k++) {
        double lon = lon_at(t, k);
        if (lon > 0.0)
            box->west = kr_lesser(lon, box->west);
        if (lon < 0.0)
            box->east = kr_greater(lon, box->east);
    }
    for (size_t k = 0; k < n; k++) {
        double lon = lon_at(t, k);
        if (kr_lon_extent(box->west, lon) < 0.0 || kr_lon_extent(lon, box->east) < 0.0)
            return 0;
    }
    return 1;
}

int kr_bbox_of_table(const double *lon, const double *lat, size_t rows, size_t cols, size_t stride,
                     kr_bbox *out)
{
    kr_bbox box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    lon_table table = {lon, rows, cols, stride};

    for (size_t i = 0; i < rows; i++) {
        for (size_t k = i * stride; k < i * stride + cols; k++) {
            if (!isfinite(lon[k]))
                continue;
            box.west = kr_lesser(lon[k], box.west);
            box.east = kr_greater(lon[k], box.east);
            box.south = kr_lesser(lat[k], box.south);
            box.north = kr_greater(lat[k], box.north);
        }
    }
    if (!isfinite(box.west) || !isfinite(box.south) || !isfinite(box.north))
        return 0;
    if (kr_lon_extent(box.west, box.east) < 0.0 && !box_across_date_line(&table, &box))
        return 0;
    *out = box;
    return 1;
}

int kr_bbox_of(const double *lon, const double *lat, size_t n, kr_bbox *out)
{
    return kr_bbox_of_table(lon, lat, 1, n, n, out);
}

kr_ortho kr_ortho_of(const kr_bbox *box)
{
    kr_lonlat centre = kr_middle_point(box->west, box->north, box->east, box->south);
    double phi0 = to_rad(centre.lat);

    return (kr_ortho){to_rad(centre.lon), sin(phi0), cos(phi0)};
}

void kr_ortho_project(const kr_ortho *o, double lon, double lat, double *x, double *y)
{
    double dl = to_rad(lon) - o->lambda0, phi = to_rad(lat);

    *x = cos(phi) * sin(dl) * KR_EARTH_RADIUS_KM;
    *y = (o->cos_phi0 * sin(phi) - o->sin_phi0 * cos(phi) * cos(dl)) * KR_EARTH_RADIUS_KM;
}

kr_lonlat kr_ortho_unproject(const kr_ortho *o, double x, double y)
{
    double u = x / KR_EARTH_RADIUS_KM, v = y / KR_EARTH_RADIUS_KM;
    double c = sqrt(1.0 - (u * u + v * v));
    double lat = to_deg(asin(c * o->sin_phi0 + v * o->cos_phi0));
    double lon = to_deg(o->lambda0 + atan2(u, o->cos_phi0 * c - v * o->sin_phi0));

    if (lon >= 180.0)
        lon -= 360.0;
    if (lon <= -180.0)
        lon += 360.0;
    return (kr_lonlat){lon, lat};
}
