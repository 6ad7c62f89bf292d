/* The simple rupture of scenarios: distances against the plane itself, and what contradicts. */
#include "run/gmm_plane.h"

#include "support/support.h"

#include <math.h>
#include <string.h>

static double x[KR_COL_COUNT];
static kr_columns known;

static void give(kr_column c, double value)
{
    x[c] = value;
    known |= (kr_columns)1 << c;
}

static void begin(double mag)
{
    memset(x, 0, sizeof x);
    known = 0;
    give(KR_COL_MAG, mag);
}

/* The nearest of many points of the plane, in space and on the map. */
static void search(double *rrup, double *rjb)
{
    enum { STEPS = 20000 };
    double dip = x[KR_COL_DIP] * 0.017453292519943295;
    *rrup = *rjb = INFINITY;
    for (int i = 0; i <= STEPS; i++) {
        double down = x[KR_COL_WIDTH] * i / STEPS;
        double across = x[KR_COL_RX] - down * cos(dip);
        *rrup = fmin(*rrup, hypot(across, x[KR_COL_ZTOR] + down * sin(dip)));
        *rjb = fmin(*rjb, fabs(across));
    }
}

static void vertical(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    begin(7.0);
    give(KR_COL_ZTOR, 3.0);
    give(KR_COL_WIDTH, 10.0);
    give(KR_COL_RRUP, 5.0);
    kt_ok(ctx, kr_plane_fill(ctx, x, 5.0, &known));
    kt_close(x[KR_COL_RJB], 4.0, 1e-14, 0.0);
    kt_close(x[KR_COL_RX], 4.0, 1e-14, 0.0);
    kt_close(x[KR_COL_REPI], 4.0, 1e-14, 0.0);
    kt_close(x[KR_COL_HYPO_DEPTH], 9.0, 1e-14, 0.0);
    kt_close(x[KR_COL_RHYPO], sqrt(97.0), 1e-14, 0.0);
    kt_close(x[KR_COL_ZBOT], 13.0, 1e-14, 0.0);
    kt_same(x[KR_COL_DIP], 90.0);
    kt_ctx_end(&ctx);
}

/* Width 20 at 30 degrees from the surface: across 10 sqrt(3), down 10. */
static void dipping(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    begin(7.0);
    give(KR_COL_ZTOR, 0.0);
    give(KR_COL_WIDTH, 20.0);
    give(KR_COL_DIP, 30.0);
    give(KR_COL_RX, 8.0);
    kt_ok(ctx, kr_plane_fill(ctx, x, 8.0, &known));
    kt_close(x[KR_COL_RRUP], 4.0, 1e-14, 0.0);
    kt_same(x[KR_COL_RJB], 0.0);
    kt_close(x[KR_COL_REPI], 6.0 * sqrt(3.0) - 8.0, 1e-13, 0.0);
    kt_same(x[KR_COL_AZIMUTH], 270.0);
    kt_ctx_end(&ctx);
}

/* Each distance in turn, over the upper edge, the inside and beyond the lower edge. */
static void all_distances(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    static const kr_column of[] = {KR_COL_RX, KR_COL_RRUP, KR_COL_RJB, KR_COL_REPI, KR_COL_RHYPO};
    static const double dips[] = {15.0, 40.0, 60.0, 89.0, 90.0};
    static const double ztors[] = {0.0, 4.0};
    for (size_t d = 0; d < 5; d++)
        for (size_t z = 0; z < 2; z++)
            for (size_t k = 0; k < 5; k++)
                for (double r = 13.0; r < 200.0; r *= 1.3) {
                    double rrup, rjb;
                    begin(6.5);
                    give(KR_COL_DIP, dips[d]);
                    give(KR_COL_ZTOR, ztors[z]);
                    give(KR_COL_WIDTH, 14.0);
                    give(of[k], r);
                    kt_ok(ctx, kr_plane_fill(ctx, x, r, &known));
                    search(&rrup, &rjb);
                    kt_same(x[of[k]], r);
                    kt_close(x[KR_COL_RRUP], rrup, 1e-6, 0.0);
                    kt_close(x[KR_COL_RJB], rjb, 1e-6, 1e-3);
                    kt_close(hypot(x[KR_COL_REPI], x[KR_COL_HYPO_DEPTH]), x[KR_COL_RHYPO], 1e-12,
                             0.0);
                }
    kt_ctx_end(&ctx);
}

static void footwall(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    begin(6.5);
    give(KR_COL_DIP, 45.0);
    give(KR_COL_ZTOR, 3.0);
    give(KR_COL_RX, -4.0);
    kt_ok(ctx, kr_plane_fill(ctx, x, -4.0, &known));
    kt_close(x[KR_COL_RRUP], 5.0, 1e-14, 0.0);
    kt_same(x[KR_COL_RJB], 4.0);
    kt_ctx_end(&ctx);
}

static void usual_values(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    begin(7.0);
    give(KR_COL_RJB, 10.0);
    kt_ok(ctx, kr_plane_fill(ctx, x, 10.0, &known));
    kt_close(x[KR_COL_WIDTH], pow(10.0, 1.13), 1e-14, 0.0);
    kt_close(x[KR_COL_HYPO_DEPTH], 10.39, 1e-14, 0.0);
    kt_close(x[KR_COL_ZTOR], 10.39 - 0.6 * pow(10.0, 1.13), 1e-13, 0.0);
    kt_same(x[KR_COL_VS30], 760.0);
    kt_close(x[KR_COL_Z2PT5], 0.6068, 1e-3, 0.0);

    /* the top comes up to the nearest site wanted */
    begin(7.0);
    give(KR_COL_RRUP, 20.0);
    kt_ok(ctx, kr_plane_fill(ctx, x, 1.0, &known));
    kt_same(x[KR_COL_ZTOR], 1.0);

    begin(6.0);
    give(KR_COL_RAKE, 90.0);
    give(KR_COL_ZTOR, 2.0);
    give(KR_COL_ZBOT, 10.0);
    give(KR_COL_RJB, 0.0);
    kt_ok(ctx, kr_plane_fill(ctx, x, 0.0, &known));
    kt_same(x[KR_COL_DIP], 40.0);
    kt_close(x[KR_COL_WIDTH] * sin(40.0 * 0.017453292519943295), 8.0, 1e-14, 0.0);
    kt_ctx_end(&ctx);
}

static void contradictions(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    begin(6.0);
    give(KR_COL_ZTOR, 5.0);
    give(KR_COL_RRUP, 4.0);
    kt_fails(ctx, kr_plane_fill(ctx, x, 4.0, &known), KR_EUSAGE, "rrup=4 is nearer");
    begin(6.0);
    give(KR_COL_HYPO_DEPTH, 8.0);
    give(KR_COL_RHYPO, 4.0);
    kt_fails(ctx, kr_plane_fill(ctx, x, 4.0, &known), KR_EUSAGE, "rhypo=4 is nearer");
    begin(6.0);
    give(KR_COL_ZTOR, 5.0);
    give(KR_COL_ZBOT, 4.0);
    give(KR_COL_RJB, 4.0);
    kt_fails(ctx, kr_plane_fill(ctx, x, 4.0, &known), KR_EUSAGE, "no plane has ztor=5");
    begin(6.0);
    give(KR_COL_ZTOR, 5.0);
    give(KR_COL_HYPO_DEPTH, 4.0);
    give(KR_COL_RJB, 4.0);
    kt_fails(ctx, kr_plane_fill(ctx, x, 4.0, &known), KR_EUSAGE, "hypo_depth=4 is not on");
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vertical),      cmocka_unit_test(dipping),
        cmocka_unit_test(all_distances), cmocka_unit_test(footwall),
        cmocka_unit_test(usual_values),  cmocka_unit_test(contradictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
