/* every instruction set */
#include "geo/slow_planar.h"
#include "support/support.h"

#include <string.h>

enum { SITES = 37 };
static const unsigned every = (1u << KR_DIST_COUNT) - 1;

/* Room for the distances of a block or of all sites. */
typedef struct room {
    _Alignas(64) double of[KR_DIST_COUNT][KR_PLANAR_BLOCK];
} room;

static kr_dist_out out_of(room *r)
{
    kr_dist_out out;

    for (int d = 0; d < KR_DIST_COUNT; d++)
        out.of[d] = r->of[d];
    return out;
}

static double uniform(uint64_t *seed, double low, double high)
{
    return low + (high - low) * kt_random_unit(seed);
}

static kr_shape_spec random_spec(uint64_t *seed, bool shift_hypo)
{
    kr_shape_spec s = {.strike = floor(uniform(seed, 0, 360)),
                       .dip = uniform(seed, 0, 1) < 0.2 ? 90 : uniform(seed, 20, 89),
                       .upper_km = uniform(seed, 0, 5),
                       .shift_hypo = shift_hypo};

    s.lower_km = s.upper_km + uniform(seed, 5, 30);
    s.zhypo_km = uniform(seed, s.upper_km, s.lower_km);
    kr_planar_dims(pow(10, uniform(seed, -1, 4)), uniform(seed, 0.7, 3), s.dip, s.upper_km,
                   s.lower_km, &s.length_km, &s.width_km);
    return s;
}

static void test_dims(void **state)
{
    (void)state;
    double length, width;

    kr_planar_dims(200, 2, 30, 0, 20, &length, &width);
    kt_close(length, 20, 1e-15, 0);
    kt_close(width, 10, 1e-15, 0);
    kr_planar_dims(2000, 0.5, 30, 0, 20, &length, &width);
    kt_close(width, 40, 1e-14, 0); /* limited by the depths */
    kt_close(length, 50, 1e-14, 0);
}

/* Sites around a point, some far, some below and some above the surface. */
static void random_sites(uint64_t *seed, double lon, double lat, kr_site_soa *soa)
{
    double x[SITES], y[SITES], z[SITES];

    for (size_t j = 0; j < SITES; j++) {
        double km = pow(10, uniform(seed, -1, 3));
        kr_lonlat q = kr_point_at(lon, lat, uniform(seed, 0, 360), km);
        x[j] = q.lon;
        y[j] = q.lat;
        z[j] = j % 3 ? 0 : uniform(seed, -4, 2);
    }
    kr_site_soa_fill(soa, x, y, z, SITES);
}

/* Near the poles the formulas by longitude lose digits. */
static void compare_pair(const room *got, size_t k, const slow_planar *r, const slow_site *t)
{
    double few = fabs(r->hypo_lat) > 88 ? 1e-5 : 1e-8;
    double turn = fabs(got->of[KR_DIST_AZIMUTH][k] - slow_azimuth(r, t));
    kr_lonlat nearest = slow_nearest(r, t);
    double clon = got->of[KR_DIST_CLON][k], clat = got->of[KR_DIST_CLAT][k];

    kt_close(got->of[KR_DIST_RRUP][k], slow_rrup(r, t), 1e-10, few);
    kt_close(got->of[KR_DIST_RJB][k], slow_rjb(r, t), 1e-9, few);
    kt_close(got->of[KR_DIST_RX][k], slow_rx(r, t), 1e-9, few);
    kt_close(got->of[KR_DIST_RY0][k], slow_ry0(r, t), 1e-9, few);
    kt_close(got->of[KR_DIST_REPI][k], slow_repi(r, t), 1e-10, few);
    kt_close(got->of[KR_DIST_RHYPO][k], slow_rhypo(r, t), 1e-10, few);
    kt_close(fmin(turn, 360 - turn) * slow_repi(r, t), 0, 0, fmax(few, 1e-6));
    kt_close(kr_geodetic_km(clon, clat, nearest.lon, nearest.lat), 0, 0, fmax(few, 1e-6));
    assert_true(-180 <= clon && clon <= 180);
}

/* All pairs of a block of n ruptures at a place, both ways, against the formulas. */
static void compare_block(uint64_t *seed, double lon, double lat, size_t n, kr_site_soa *sites)
{
    static kr_shapes shapes;
    static kr_planars block;
    static room one, many;
    static slow_planar slow[KR_PLANAR_BLOCK];
    kr_dist_out one_out = out_of(&one), many_out = out_of(&many);
    kr_origin origin = kr_origin_at(lon, lat);

    origin.shift_hypo = kt_random_unit(seed) < 0.5;
    for (size_t i = 0; i < n; i++) {
        kr_shape_spec spec = random_spec(seed, origin.shift_hypo);
        kr_shape_make(&spec, &shapes, i);
        slow[i] = slow_make(&spec, lon, lat);
    }
    kr_shapes_pad(&shapes, n);
    kr_planars_place(&shapes, n, &origin, every, &block);
    random_sites(seed, lon, lat, sites);
    for (size_t i = 0; i < n; i++) {
        kt_close(block.width[i], slow[i].width, 1e-9, 1e-10);
        kt_close(block.length[i], slow[i].length, 1e-9, 1e-10);
        kt_close(shapes.ztor[i], slow[i].tl.z, 1e-14, 1e-14);
        kt_close(shapes.zbot[i], slow[i].br.z, 1e-14, 1e-14);
        kr_planar_to_sites(&block, &shapes, i, sites, every, &many_out);
        for (size_t j = 0; j < SITES; j++) {
            slow_site t = {sites->lon[j],
                           sites->lat[j],
                           sites->depth[j],
                           {sites->x[j], sites->y[j], sites->z[j]}};
            compare_pair(&many, j, &slow[i], &t);
            kr_planars_to_site(&block, &shapes, n, sites, j, every, &one_out);
            for (int d = 0; d < KR_DIST_COUNT; d++)
                kt_same(one.of[d][i], many.of[d][j]);
        }
    }
}

static void test_against_formulas(void **state)
{
    (void)state;
    static const double place[][2] = {{10, 45}, {179.99, -17}, {-179.9, 60}, {0, 0},
                                      {30, 84}, {-70, -88.5},  {12, 89.9}};
    kr_ctx *ctx = kt_ctx();
    kr_site_soa sites;
    uint64_t seed = 7;

    kt_ok(ctx, kr_site_soa_init(&sites, ctx, KR_ACCOUNT_SITES, SITES));
    for (size_t p = 0; p < sizeof place / sizeof place[0]; p++) {
        for (size_t n = 1; n < 40; n += 6)
            compare_block(&seed, place[p][0], place[p][1], n, &sites);
    }
    kr_site_soa_clear(&sites);
    kt_ctx_end(&ctx);
}

/* A vertical fault on the equator, strike north: distances by hand. */
static void test_vertical(void **state)
{
    (void)state;
    static kr_shapes shapes;
    static kr_planars block;
    static room r;
    kr_dist_out out = out_of(&r);
    kr_shape_spec spec = {
        .length_km = 20, .width_km = 10, .dip = 90, .upper_km = 0, .lower_km = 10, .zhypo_km = 5};
    kr_ctx *ctx = kt_ctx();
    kr_site_soa sites;
    kr_origin origin = kr_origin_at(0, 0);
    double deg = 180 / (3.14159265358979323846 * KR_EARTH_RADIUS_KM);
    double lon[] = {30 * deg, -30 * deg, 0.001 * deg}, lat[] = {0, 0, 25 * deg};

    kt_ok(ctx, kr_site_soa_init(&sites, ctx, KR_ACCOUNT_SITES, 3));
    kr_site_soa_fill(&sites, lon, lat, NULL, 3);
    kr_shape_make(&spec, &shapes, 0);
    kr_shapes_pad(&shapes, 1);
    kr_planars_place(&shapes, 1, &origin, every, &block);
    kr_planar_to_sites(&block, &shapes, 0, &sites, every, &out);
    kt_close(r.of[KR_DIST_RRUP][0], 30, 1e-4, 0);
    kt_close(r.of[KR_DIST_RJB][0], 30, 1e-5, 0);
    kt_close(r.of[KR_DIST_RX][0], 30, 1e-5, 0);
    kt_close(r.of[KR_DIST_RX][1], -30, 1e-5, 0);
    kt_close(r.of[KR_DIST_RY0][0], 0, 0, 1e-12);
    kt_close(r.of[KR_DIST_RY0][2], 15, 1e-5, 0);
    kt_close(r.of[KR_DIST_RJB][2], 15, 1e-5, 0);
    kt_close(r.of[KR_DIST_REPI][2], 25, 1e-6, 0);
    kt_close(r.of[KR_DIST_RHYPO][2], sqrt(625 + 25), 1e-6, 0);
    kt_close(r.of[KR_DIST_AZIMUTH][0], 90, 1e-9, 0);
    kt_close(r.of[KR_DIST_AZIMUTH][1], 270, 1e-9, 0);
    kt_close(r.of[KR_DIST_CLON][0], 0, 0, 1e-12);
    kt_close(r.of[KR_DIST_CLAT][0], 0, 0, 1e-12);
    kt_close(r.of[KR_DIST_CLAT][2], 10 * deg, 2e-3, 0); /* the bottom is shorter than the top */
    kr_site_soa_clear(&sites);
    kt_ctx_end(&ctx);
}

/* The same pair gives the same bits wherever it stands in a batch. */
static void test_position(void **state)
{
    (void)state;
    static kr_shapes shapes, moved;
    static kr_planars block, elsewhere;
    static room a, b;
    kr_dist_out a_out = out_of(&a), b_out = out_of(&b);
    kr_ctx *ctx = kt_ctx();
    kr_site_soa sites, some;
    kr_origin origin = kr_origin_at(179.5, 60);
    uint64_t seed = 3;
    uint32_t index[SITES];

    kt_ok(ctx, kr_site_soa_init(&sites, ctx, KR_ACCOUNT_SITES, SITES));
    kt_ok(ctx, kr_site_soa_init(&some, ctx, KR_ACCOUNT_SITES, SITES));
    random_sites(&seed, 179.5, 60, &sites);
    for (size_t i = 0; i < 21; i++) {
        kr_shape_spec spec = random_spec(&seed, false);
        kr_shape_make(&spec, &shapes, i);
        kr_shape_copy(&shapes, i, &moved, 20 - i);
    }
    kr_shapes_pad(&shapes, 21);
    kr_shapes_pad(&moved, 21);
    kr_planars_place(&shapes, 21, &origin, every, &block);
    kr_planars_place(&moved, 21, &origin, every, &elsewhere);
    for (size_t start = 0; start < SITES; start += 5) {
        for (size_t j = 0; j < SITES - start; j++)
            index[j] = (uint32_t)(SITES - 1 - j);
        kr_site_soa_gather(&some, &sites, index, SITES - start);
        for (size_t i = 0; i < 21; i++) {
            kr_planar_to_sites(&block, &shapes, i, &sites, every, &a_out);
            kr_planar_to_sites(&elsewhere, &moved, 20 - i, &some, every, &b_out);
            for (size_t j = 0; j < SITES - start; j++)
                for (int d = 0; d < KR_DIST_COUNT; d++)
                    kt_same(b.of[d][j], a.of[d][index[j]]);
        }
    }
    kr_site_soa_clear(&sites);
    kr_site_soa_clear(&some);
    kt_ctx_end(&ctx);
}

static kr_status soa_scenario(kr_ctx *ctx, void *user)
{
    kr_site_soa soa;
    kr_status s = kr_site_soa_init(&soa, ctx, KR_ACCOUNT_SITES, 3);

    (void)user;
    if (s == KR_OK)
        assert_int_equal(soa.capacity, 8);
    kr_site_soa_clear(&soa);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_int_equal(kt_fail_each_allocation(soa_scenario, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dims),        cmocka_unit_test(test_against_formulas),
        cmocka_unit_test(test_vertical),    cmocka_unit_test(test_position),
        cmocka_unit_test(test_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
