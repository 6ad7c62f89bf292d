/* Geodesics on the sphere against those of PROJ, an independent implementation for any ellipsoid.
 */
#include "geo/line.h"
#include "support/support.h"

#ifdef KAURI_TESTS_PROJ

#include <geodesic.h>
#include <math.h>

static struct geod_geodesic sphere(void)
{
    struct geod_geodesic g;

    geod_init(&g, 1000.0 * KR_EARTH_RADIUS_KM, 0.0);
    return g;
}

/* Places anywhere, some of them near the poles and the date line. */
static kr_lonlat any_place(uint64_t *seed)
{
    double lon = 360 * kt_random_unit(seed) - 180, lat = 180 * kt_random_unit(seed) - 90;
    uint64_t kind = kt_random(seed) % 8;

    if (kind == 0)
        lon = copysign(180 - 0.5 * kt_random_unit(seed), lon);
    if (kind == 1)
        lat = copysign(90 - 0.5 * kt_random_unit(seed), lat);
    return (kr_lonlat){lon, lat};
}

/* From 1 m to 10000 km. */
static double any_distance_km(uint64_t *seed)
{
    return pow(10.0, 7 * kt_random_unit(seed) - 3);
}

static void check_same(double lon1, double lat1, double lon2, double lat2, double km)
{
    kr_vec3 a = kr_to_cartesian(lon1, lat1, 0), b = kr_to_cartesian(lon2, lat2, 0);

    kt_close(a.x, b.x, 0, km);
    kt_close(a.y, b.y, 0, km);
    kt_close(a.z, b.z, 0, km);
}

/* The equations of the reference lose digits, up to a half of them, next to the poles; km. */
static double loss(double lat)
{
    return 5e-11 / cos(lat * 3.14159265358979323846 / 180);
}

static void test_forth(void **state)
{
    (void)state;
    struct geod_geodesic g = sphere();
    uint64_t seed = 3;

    for (int i = 0; i < 20000; i++) {
        kr_lonlat p = any_place(&seed), q;
        double azimuth = 360 * kt_random_unit(&seed), km = any_distance_km(&seed);
        double lat, lon, back;
        geod_direct(&g, p.lat, p.lon, azimuth, 1000 * km, &lat, &lon, &back);
        q = kr_point_at(p.lon, p.lat, azimuth, km);
        check_same(q.lon, q.lat, lon, lat, fmin(2e-4, loss(lat) + loss(p.lat)));
        assert_true(q.lon >= -180 && q.lon <= 180);
    }
}

static void test_back(void **state)
{
    (void)state;
    struct geod_geodesic g = sphere();
    uint64_t seed = 4;

    for (int i = 0; i < 20000; i++) {
        kr_lonlat p = any_place(&seed), q;
        double m, azimuth, back, turn;
        q = kr_point_at(p.lon, p.lat, 360 * kt_random_unit(&seed), any_distance_km(&seed));
        geod_inverse(&g, p.lat, p.lon, q.lat, q.lon, &m, &azimuth, &back);
        kt_close(kr_geodetic_km(p.lon, p.lat, q.lon, q.lat), m / 1000, 1e-13, 1e-11);
        turn = fabs(kr_lon_extent(kr_azimuth(p.lon, p.lat, q.lon, q.lat), azimuth));
        kt_close(turn * m / 1000, 0, 0, 1e-8);
    }
}

/* Points on the way, and the point half way. */
static void test_on_the_way(void **state)
{
    (void)state;
    struct geod_geodesic g = sphere();
    uint64_t seed = 5;

    for (int i = 0; i < 2000; i++) {
        kr_lonlat p = any_place(&seed), q, half;
        kr_point3 way[5];
        double azimuth = 360 * kt_random_unit(&seed), km = 300 * kt_random_unit(&seed) + 1;
        double lat, lon, back;
        if (fabs(p.lat) > 85)
            continue;
        q = kr_point_at(p.lon, p.lat, azimuth, km);
        half = kr_middle_point(p.lon, p.lat, q.lon, q.lat);
        geod_direct(&g, p.lat, p.lon, azimuth, 500 * km, &lat, &lon, &back);
        check_same(half.lon, half.lat, lon, lat, 1e-9);
        kr_points_towards((kr_point3){p.lon, p.lat, 2}, azimuth, km, 8, 5, way);
        check_same(way[2].lon, way[2].lat, lon, lat, 1e-9);
        check_same(way[4].lon, way[4].lat, q.lon, q.lat, 1e-9);
        kt_same(way[3].depth, 8);
    }
}

/* The foot of a perpendicular is as far as the arc says, on the side it says. */
static void test_arc(void **state)
{
    (void)state;
    struct geod_geodesic g = sphere();
    uint64_t seed = 6;

    for (int i = 0; i < 5000; i++) {
        kr_lonlat p = any_place(&seed);
        double azimuth = 360 * kt_random_unit(&seed), along = 2000 * kt_random_unit(&seed) - 1000;
        double off = 2000 * kt_random_unit(&seed) - 1000;
        double lat, lon, on, end_lat, end_lon, back;
        if (fabs(p.lat) > 89)
            continue;
        geod_direct(&g, p.lat, p.lon, azimuth, 1000 * along, &lat, &lon, &on);
        geod_direct(&g, lat, lon, on + 90, 1000 * off, &end_lat, &end_lon, &back);
        kt_close(kr_distance_to_arc_km(p.lon, p.lat, azimuth, end_lon, end_lat), off, 0, 1e-8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forth),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_on_the_way),
        cmocka_unit_test(test_arc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

#include <stdio.h>

int main(void)
{
    puts("skipped: PROJ is not here (Debian: libproj-dev)");
    return 77;
}

#endif
