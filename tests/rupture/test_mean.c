/* The last digit of means over planes and depths (kr_mean_source_weigh). */
#include "rupture/mean.h"
#include "rupture/scene.h"

enum { ALTERNATIVES = 200 };

static double weighed(double x, double rate)
{
    return x * rate / rate;
}

/* A rate that moves x so: -1 down, 0 not, 1 up. */
static double rate_that_moves(double x, int way)
{
    uint64_t seed = 3;
    for (int i = 0; i < 10000; i++) {
        double rate = kt_random_unit(&seed), y = weighed(x, rate);
        if ((y > x) - (y < x) == way)
            return rate;
    }
    fail_msg("no rate moves %g by %d", x, way);
    return 0;
}

/* A point whose mean rake is 45, dip 70, depth 10.5. */
static void set_means(scene *sc)
{
    sc->planes[0] = (kr_nodal_plane){0.5, 30, 60, 90};
    sc->planes[1] = (kr_nodal_plane){0.5, 240, 80, 0};
    sc->depths[0].depth_km = 8;
    sc->depths[1].depth_km = 13;
}

static const kr_jump three[] = {{KR_COL_RAKE, 45.0}, {KR_COL_DIP, 70.0}, {KR_COL_HYPO_DEPTH, 10.5}};

/* The rake, dip and depth after weighing with the jumps from `first` on, n of them. */
static void weigh(const scene *sc, double rate, const kr_jumps *jumps, double out[3])
{
    kr_mean_source mean;
    kr_mean_source_make(&sc->source, &mean);
    kr_mean_source_weigh(&mean, rate, jumps);
    kt_same(mean.plane.strike, 135);
    out[0] = mean.plane.rake;
    out[1] = mean.plane.dip;
    out[2] = mean.depth.depth_km;
}

static void test_jumps(void **state)
{
    (void)state;
    static const double at[3] = {45.0, 70.0, 10.5};
    kr_ctx *ctx = kt_ctx();
    scene sc;
    scene_begin(&sc, ctx, 10, 45, 1);
    set_means(&sc);
    assert_true(kr_msr_find("PeerMSR", &sc.source.msr));
    for (size_t k = 0; k < 3; k++)
        for (int way = -1; way <= 1; way += 2) {
            double rate = rate_that_moves(at[k], way), got[3];
            weigh(&sc, rate, &(kr_jumps){1, &three[k]}, got);
            for (size_t i = 0; i < 3; i++)
                kt_same(got[i], i == k ? weighed(at[i], rate) : at[i]);
            weigh(&sc, rate, NULL, got);
            kt_same(got[k], at[k]);
        }
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

/* WC1994: strike slip up to 45 degrees, thrust above. */
static void test_area(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_jumps none = {0, NULL};
    double got[3], up = rate_that_moves(45, 1);
    scene sc;
    scene_begin(&sc, ctx, 10, 45, 1);
    set_means(&sc);
    weigh(&sc, rate_that_moves(45, -1), &none, got);
    kt_same(got[0], 45);
    weigh(&sc, up, &none, got);
    kt_same(got[0], nextafter(45, 90));
    weigh(&sc, up, NULL, got);
    kt_same(got[0], 45);
    scene_end(&sc);
    kt_ctx_end(&ctx);
}

static size_t count_classes(const char *msr, const kr_jumps *jumps)
{
    static double rates[ALTERNATIVES * 6 * SCENE_MAGS];
    uint64_t seed = 8;
    kr_ctx *ctx = kt_ctx();
    kr_split *split = NULL;
    scene sc;
    scene_begin(&sc, ctx, 10, 45, 1);
    set_means(&sc);
    assert_true(kr_msr_find(msr, &sc.source.msr));
    kt_ok(ctx, kr_split_create(ctx, &sc.job, &sc.source, NULL, false, &split));
    for (size_t i = 0; i < ALTERNATIVES * kr_split_count_rates(split); i++)
        rates[i] = kt_random_unit(&seed);
    kt_ok(ctx, kr_split_alternatives(split, ALTERNATIVES, rates, jumps));
    size_t most = 0;
    for (size_t i = 0; i < split->nbins; i++)
        most = split->bins[i].nclasses > most ? split->bins[i].nclasses : most;
    kr_split_destroy(&split);
    scene_end(&sc);
    kt_ctx_end(&ctx);
    return most;
}

/* Mean ruptures of alternatives: one where no digit counts, else one for each side. */
static void test_classes(void **state)
{
    (void)state;
    kr_jumps none = {0, NULL}, rake = {1, three}, depth = {1, &three[2]};
    assert_int_equal(count_classes("PeerMSR", &none), 1);
    assert_int_equal(count_classes("WC1994", NULL), 1);
    assert_int_equal(count_classes("WC1994", &none), 2);
    assert_int_equal(count_classes("PeerMSR", &rake), 3);
    assert_int_equal(count_classes("PeerMSR", &depth), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_area),
        cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
