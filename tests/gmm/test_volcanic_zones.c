/* Files of volcanic zones: what is told of those that are none. Values are in models.csv. */
#include "gmm/walk.h"

static void zones_fail(const char *text, const char *error)
{
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const kr_gmm *gmm;
    kr_imt pga = gw_imt("PGA");
    char *dir = kt_dir_create(), toml[1024];

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_write_text(kt_path(dir, "zones.geojson"), text);
    snprintf(toml, sizeof toml, "volc_arc_file = '%.1000s'", kt_path(dir, "zones.geojson"));
    kt_fails(ctx, gw_create(ctx, kr_gmm_find("ZhaoEtAl2016SSlabPErg"), toml, &pga, 1, &arena, &gmm),
             KR_EINPUT, error);
    kr_arena_clear(&arena);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static void zone_fails(const char *geometry, const char *error)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{\"type\": \"FeatureCollection\", \"features\": [{\"geometry\": %s}]}", geometry);
    zones_fail(text, error);
}

static void test_failures(void **state)
{
    (void)state;
    zones_fail("{\n]", "zones.geojson:2: ");
    zones_fail("{\"features\": []}", "has no features");
    zone_fails("{\"type\": \"Point\", \"coordinates\": [1, 2]}",
               "feature 1: its geometry is not a Polygon");
    zone_fails("{\"type\": \"Polygon\", \"coordinates\": [[[1, 2], [3, \"x\"], [2, 4]]]}",
               "feature 1: position 2 is not a longitude and a latitude");
    zone_fails("{\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [1, 1], [1, 0], [0, 1]]]}",
               "the edges of the polygon cross each other");
    zone_fails("{\"type\": \"Polygon\", \"coordinates\": []}", "feature 1: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
