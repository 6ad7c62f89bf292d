/* The sphere of radius 6371 km on which everything happens. Angles in degrees, lengths in km,
 * depths positive down. */
#ifndef KR_GEO_SPHERE_H
#define KR_GEO_SPHERE_H

#include <stddef.h>

#define KR_EARTH_RADIUS_KM 6371.0
#define KR_KM_TO_DEGREES   0.0089932 /* the reference's rounded constant */

typedef struct kr_vec3 {
    double x, y, z;
} kr_vec3;

typedef struct kr_lonlat {
    double lon, lat;
} kr_lonlat;

/* The lesser and the greater of two numbers: `best` where `x` is not a number. (fmin and fmax are
 * calls to a library.) */
static inline double kr_lesser(double x, double best)
{
    return x < best ? x : best;
}

static inline double kr_greater(double x, double best)
{
    return x > best ? x : best;
}

/** Round to `digits` decimals as numpy.round does (half to even after scaling). */
double kr_round(double x, int digits);
/** Round half away from zero after scaling (the reference's "python2" rounding), for x >= 0. */
double kr_round_half_up(double x, int digits);

/** Cartesian coordinates (km). */
kr_vec3 kr_to_cartesian(double lon, double lat, double depth_km);
/** The point at zero depth on the sphere of radius 1. */
kr_vec3 kr_unit_vector(double lon, double lat);
/** Back to lon, lat, depth. */
kr_lonlat kr_from_cartesian(kr_vec3 p, double *depth_km);

double kr_geodetic_km(double lon1, double lat1, double lon2, double lat2);
/** sqrt(geodetic^2 + dz^2), the reference's "distance" between two points with depth (not the
 * chord). */
double kr_distance_km(double lon1, double lat1, double z1, double lon2, double lat2, double z2);
/** Azimuth from 1 to 2, [0, 360). */
double kr_azimuth(double lon1, double lat1, double lon2, double lat2);
/** The point at a distance in a direction. */
kr_lonlat kr_point_at(double lon, double lat, double azimuth, double distance_km);
/* A way along a great circle from a latitude in a direction, at whatever longitude it begins. */
typedef struct kr_course {
    double west; /* radians of longitude that it goes to the west */
    double lat;  /* where it ends */
} kr_course;
kr_course kr_course_from(double lat, double azimuth, double arc);
/** The longitude where it ends. */
double kr_course_lon(const kr_course *from, double lon);
/** kr_point_at at an arc in radians. */
kr_lonlat kr_point_at_arc(double lon, double lat, double azimuth, double arc);
/** Signed distance of (plon, plat) to the great circle through (lon, lat) with that azimuth;
 * positive to the right. */
double kr_distance_to_arc_km(double lon, double lat, double azimuth, double plon, double plat);

/** Degrees of longitude that span `km` at the latitude (reference's angular_distance). */
double kr_angular_distance(double km, double lat);
/** ((l2 - l1 + 180) mod 360) - 180. */
double kr_lon_extent(double lon1, double lon2);
/** The longitude in [-180, 180), and in [0, 360). */
double kr_wrap_lon(double lon);
double kr_lon_360(double lon);
/** True if two longitudes of different sign are more than 180 degrees apart. */
int kr_cross_date_line(double lon_min, double lon_max);
/** Half way between two points on their great circle. */
kr_lonlat kr_middle_point(double lon1, double lat1, double lon2, double lat2);

/* A bounding box; west > east when it crosses the date line. */
typedef struct kr_bbox {
    double west, south, east, north;
} kr_bbox;

/** The box of n points as the reference builds it; false if the extents are inconsistent (over 180
 * degrees). */
int kr_bbox_of(const double *lon, const double *lat, size_t n, kr_bbox *out);
/** The same of a table of rows x cols points; (i, j) is at [i * stride + j]. Places that are not
 * numbers are passed over. */
int kr_bbox_of_table(const double *lon, const double *lat, size_t rows, size_t cols, size_t stride,
                     kr_bbox *out);

/* Orthographic projection centred on the middle of a box; x east, y north, km. */
typedef struct kr_ortho {
    double lambda0, sin_phi0, cos_phi0;
} kr_ortho;

kr_ortho kr_ortho_of(const kr_bbox *box);
void kr_ortho_project(const kr_ortho *o, double lon, double lat, double *x, double *y);
kr_lonlat kr_ortho_unproject(const kr_ortho *o, double x, double y);

#endif
