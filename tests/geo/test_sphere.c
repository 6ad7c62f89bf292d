#include "geo/sphere.h"
#include "support/support.h"

#include <math.h>

static void test_round(void **state)
{
    (void)state;
    kt_same(kr_round(0.5, 0), 0.0);
    kt_same(kr_round(1.5, 0), 2.0);
    kt_same(kr_round(2.675, 2), 2.68); /* 267.5 after scaling, to even */
    kt_same(kr_round(-1.000005, 5), -1.0);
    kt_same(kr_round(6.6549999, 3), 6.655);
    kt_same(kr_round_half_up(0.5, 0), 1.0);
    kt_same(kr_round_half_up(2.5, 0), 3.0);
    kt_same(kr_round_half_up(64.9999999999989910, 7), 65.0);
}

static void test_known_distances(void **state)
{
    (void)state;
    double quarter = KR_EARTH_RADIUS_KM * 3.14159265358979323846 / 2;

    kt_close(kr_geodetic_km(0, 0, 90, 0), quarter, 1e-15, 0);
    kt_close(kr_geodetic_km(0, 90, 17, 0), quarter, 1e-15, 0);
    kt_close(kr_geodetic_km(0, 0, 180, 0), 2 * quarter, 1e-15, 0);
    kt_close(kr_geodetic_km(179.5, 0, -179.5, 0), quarter / 90, 1e-12, 0);
    kt_close(kr_distance_km(0, 0, 0, 0, 0, 7), 7, 1e-15, 0);
    kt_close(kr_azimuth(0, 0, 1, 0), 90, 1e-15, 0);
    kt_close(kr_azimuth(0, 0, 0, -1), 180, 1e-15, 0);
    kt_close(kr_azimuth(0, 0, -1, 0), 270, 1e-15, 0);
    kt_close(kr_distance_to_arc_km(0, 0, 0, 1, 0), quarter / 90, 1e-12, 0);
    kt_close(kr_distance_to_arc_km(0, 0, 0, -1, 0), -quarter / 90, 1e-12, 0);
    kt_close(kr_angular_distance(100, 40), 1.1739788834, 1e-9, 0);
    kt_close(kr_angular_distance(100, -80), 5.1789706, 1e-5, 0);
    kt_same(kr_lon_extent(179, -179), 2);
    kt_same(kr_lon_extent(-179, 179), -2);
    kt_same(kr_wrap_lon(180), -180);
    kt_same(kr_lon_360(-5), 355);
    assert_true(kr_cross_date_line(-170, 170));
    assert_false(kr_cross_date_line(-45, 45));
    assert_false(kr_cross_date_line(-180, -179));
}

/* Forth and back: point_at against distance and azimuth, cartesian, projection. */
static void test_round_trips(void **state)
{
    (void)state;
    uint64_t seed = 1;

    for (int i = 0; i < 20000; i++) {
        double lon = 360 * kt_random_unit(&seed) - 180, lat = 178 * kt_random_unit(&seed) - 89;
        double azimuth = 360 * kt_random_unit(&seed), km = 900 * kt_random_unit(&seed) + 0.1;
        double depth = 0;
        kr_lonlat q = kr_point_at(lon, lat, azimuth, km);
        kr_lonlat back = kr_from_cartesian(kr_to_cartesian(lon, lat, 12.5), &depth);
        kr_bbox box = {lon, lat, lon, lat};
        kr_ortho ortho = kr_ortho_of(&box);
        double x, y, turn;
        assert_true(q.lon >= -180 && q.lon <= 180 && q.lat >= -90 && q.lat <= 90);
        kt_close(kr_geodetic_km(lon, lat, q.lon, q.lat), km, 1e-10, 1e-9);
        turn = fabs(kr_azimuth(lon, lat, q.lon, q.lat) - azimuth);
        kt_close(fmin(turn, 360 - turn) * km, 0, 0, 1e-5);
        kt_close(back.lon, lon, 0, 1e-12);
        kt_close(back.lat, lat, 0, 1e-10);
        kt_close(depth, 12.5, 0, 1e-11);
        kr_ortho_project(&ortho, q.lon, q.lat, &x, &y);
        back = kr_ortho_unproject(&ortho, x, y);
        kt_close(kr_geodetic_km(back.lon, back.lat, q.lon, q.lat), 0, 0, 1e-6);
    }
}

static void test_bounding_box(void **state)
{
    (void)state;
    kr_bbox b;
    const double lon[] = {10, 12, 11}, lat[] = {-1, 0, 4};
    const double wide[] = {179, -179, 178.5}, odd[] = {100, -100, 5};
    const double holes[] = {NAN, 12, 11};

    assert_true(kr_bbox_of(lon, lat, 3, &b));
    assert_true(b.west == 10 && b.east == 12 && b.south == -1 && b.north == 4);
    assert_true(kr_bbox_of(wide, lat, 3, &b));
    assert_true(b.west == 178.5 && b.east == -179);
    assert_false(kr_bbox_of(odd, lat, 3, &b));
    assert_true(kr_bbox_of(holes, lat, 3, &b));
    assert_true(b.west == 11 && b.south == 0);
    assert_false(kr_bbox_of(lon, lat, 0, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_known_distances),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_bounding_box),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
