/* GeoPackage: memory that runs out and files that cannot be written leave nothing. What the
 * packages hold is looked at by tests/cli/gis.sh and sources.sh. */
#include "output/geopackage.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const kr_point3 RING[] = {{178, 0, 0}, {-179, 0, 0}, {-179, 2, 0}, {178, 2, 0}};

/* A package with two layers: one with points, the second with a ring across the date line and, in
 * the second feature, one column more. */
static kr_status write_package(kr_ctx *ctx, const char *dir)
{
    kr_status s = KR_OK;
    kr_geopackage *g = NULL;
    const kr_line point = {1, RING}, ring = {4, RING};
    const kr_property properties[] = {{"name", "a \"name\" of \xff bytes", 0},
                                      {"a \"column\"", NULL, 0.1},
                                      {"nothing", NULL, NAN}};
    KR_TRY(kr_geopackage_begin(ctx, dir, "a.gpkg", "2026-01-02T03:04:05", &g));
    KR_TRY(kr_geopackage_layer(g, "points", "of nothing"));
    KR_TRY(kr_geopackage_layer(g, "rings", ""));
    KR_TRY(kr_geopackage_layer(g, "empty", ""));
    KR_TRY(kr_geopackage_add(g, 0, &(kr_feature){KR_FEATURE_POINTS, 1, &point, 2, properties}));
    KR_TRY(kr_geopackage_add(g, 1, &(kr_feature){KR_FEATURE_POLYGONS, 1, &ring, 2, properties}));
    KR_TRY(kr_geopackage_add(g, 1, &(kr_feature){KR_FEATURE_POLYGONS, 1, &ring, 3, properties}));
    KR_TRY(kr_geopackage_end(g));
out:
    return kr_geopackage_finish(&g, s, false);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    const char *dir = user;
    kr_status s = write_package(ctx, dir);
    assert_int_equal(access(kt_path(dir, "a.gpkg"), F_OK) == 0, s == KR_OK);
    assert_int_not_equal(access(kt_path(dir, "a.gpkg.part"), F_OK), 0);
    unlink(kt_path(dir, "a.gpkg"));
    return s;
}

static void test_no_memory(void **state)
{
    (void)state;
    char *dir = kt_dir_create();
    assert_true(kt_fail_each_allocation(scenario, dir) > 3);
    kt_dir_remove(&dir);
}

static void test_head(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    size_t n;
    kt_ok(ctx, write_package(ctx, dir));
    unsigned char *bytes = kt_read_file(kt_path(dir, "a.gpkg"), &n);
    assert_memory_equal(bytes, "SQLite format 3", 16);
    assert_memory_equal(bytes + 68, "GPKG", 4);         /* application_id */
    const unsigned char version[] = {0, 0, 0x28, 0x3c}; /* 10300 */
    assert_memory_equal(bytes + 60, version, 4);
    assert_null(memmem(bytes, n, "empty", 5)); /* a layer without a feature is not there */
    assert_non_null(memmem(bytes, n, "a \"name\" of ? bytes", 19));
    free(bytes);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* A package without a feature is no file, and takes that of before away. */
static void test_empty(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_geopackage *g;
    kt_ok(ctx, write_package(ctx, dir));
    kt_ok(ctx, kr_geopackage_begin(ctx, dir, "a.gpkg", NULL, &g));
    kt_ok(ctx, kr_geopackage_layer(g, "points", ""));
    kt_ok(ctx, kr_geopackage_end(g));
    kt_ok(ctx, kr_geopackage_finish(&g, KR_OK, false));
    assert_int_not_equal(access(kt_path(dir, "a.gpkg"), F_OK), 0);
    assert_int_not_equal(access(kt_path(dir, "a.gpkg.part"), F_OK), 0);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static void test_in_the_way(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    assert_int_equal(mkdir(kt_path(dir, "a.gpkg.part"), 0777), 0);
    kt_fails(ctx, write_package(ctx, dir), KR_EIO, "a.gpkg");
    assert_int_equal(access(kt_path(dir, "a.gpkg.part"), F_OK), 0); /* not ours */
    assert_int_equal(rmdir(kt_path(dir, "a.gpkg.part")), 0);
    assert_int_equal(mkdir(kt_path(dir, "a.gpkg"), 0777), 0);
    kt_fails(ctx, write_package(ctx, dir), KR_EIO, "a.gpkg: cannot be put in place");
    assert_int_not_equal(access(kt_path(dir, "a.gpkg.part"), F_OK), 0);
    kt_fails(ctx, write_package(ctx, "/nowhere"), KR_EIO, "/nowhere/a.gpkg");
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_in_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
