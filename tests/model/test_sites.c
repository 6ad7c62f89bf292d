#include "model/sites.h"
#include "model/sites_int.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char *dir;
static kr_ctx *ctx;
static char logged[8192];
static kr_compat compat = KR_COMPAT_OQ_3_21;

#define JOB                                                                                        \
    "[general]\ncalculation_mode = classical\ninvestigation_time = 50\ntruncation_level = 3\n"     \
    "source_model_logic_tree_file = ssm.xml\ngsim = SadighEtAl1997\n"                              \
    "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\nmaximum_distance = 200\n"
#define VS30 KR_BIT(VS30)

static void keep_log(void *user, kr_log_level level, const char *line)
{
    size_t n = strlen(logged);
    (void)user;
    (void)level;
    (void)snprintf(logged + n, sizeof logged - n, "%s\n", line);
}

static kr_status try_sites(const char *text, kr_columns required, kr_sites **out)
{
    kr_job *job = NULL;
    char path[256];

    logged[0] = '\0';
    (void)snprintf(path, sizeof path, "%s", kt_path(dir, "job.ini"));
    kt_write_text(path, text);
    kt_ok(ctx, kr_job_read(ctx, path, NULL, 0, compat, &job));
    kr_status s = kr_sites_read(ctx, job, required, out);
    kr_job_destroy(&job);
    return s;
}

static kr_sites *read_sites(const char *text, kr_columns required)
{
    kr_sites *sites = NULL;

    kt_ok(ctx, try_sites(text, required, &sites));
    return sites;
}

static void put(const char *name, const char *text)
{
    kt_write_text(kt_path(dir, name), text);
}

static void check_place(const kr_sites *sites, size_t i, double lon, double lat, double depth)
{
    kt_same(sites->lon[i], lon);
    kt_same(sites->lat[i], lat);
    kt_same(sites->depth[i], depth);
}

static void test_text(void **state)
{
    kr_sites *sites = read_sites(JOB "sites = 1 2, 0.1234567 1 -0.5,\n  180 0, 0.1234567 0\n"
                                     "reference_vs30_value = 600\nreference_vs30_type = measured\n",
                                 VS30);
    (void)state;

    assert_int_equal(sites->n, 4);
    check_place(sites, 0, 0.12346, 0, 0);
    check_place(sites, 1, 0.12346, 1, -0.5);
    check_place(sites, 2, 1, 2, 0);
    check_place(sites, 3, -180, 0, 0);
    kt_same(sites->param[KR_COL_VS30][3], 600);
    kt_same(sites->param[KR_COL_VS30MEASURED][3], 1);
    assert_null(sites->param[KR_COL_Z1PT0]);
    assert_null(sites->custom_site_id);
    assert_ptr_equal(sites->param[KR_COL_LON], sites->lon);
    kr_sites_destroy(&sites);
    kr_sites_destroy(&sites);
}

static void test_required(void **state)
{
    kr_sites *sites = read_sites(JOB "sites = 0 0\nreference_depth_to_1pt0km_per_sec = 50\n"
                                     "reference_backarc = 1\n",
                                 KR_BIT(Z1PT0) | KR_BIT(BACKARC));
    (void)state;

    kt_same(sites->param[KR_COL_Z1PT0][0], 50);
    kt_same(sites->param[KR_COL_BACKARC][0], 1);
    assert_true(isnan(sites->param[KR_COL_VS30][0])); /* always there, though nobody asked */
    kr_sites_destroy(&sites);
    kt_fails(ctx, try_sites(JOB "sites = 0 0\n", VS30, &sites), KR_EINPUT,
             "job.ini: reference_vs30_value is missing; the ground-motion models need vs30");
    kt_fails(ctx, try_sites(JOB "sites = 0 0\n", KR_BIT(SITECLASS), &sites), KR_EINPUT,
             "the ground-motion models need siteclass; write a site_model_file with that column");
}

static void test_csv(void **state)
{
    (void)state;
    put("sites.csv", "2,0\n1 0.000001 0.5\n\n1,-1\n");
    kr_sites *sites = read_sites(JOB "sites_csv = sites.csv\nreference_vs30_value = 700\n", VS30);
    assert_int_equal(sites->n, 3);
    check_place(sites, 0, 1, -1, 0);
    check_place(sites, 1, 1, 0, 0.5);
    check_place(sites, 2, 2, 0, 0);
    kt_same(sites->param[KR_COL_VS30][2], 700);
    kr_sites_destroy(&sites);

    put("more.csv", "custom_site_id,lon,lat,vs30,siteclass,depth,precip\n"
                    "B_longer_than_8,2,0,500,BC,1,0\nA,1,0,600,A,0,0\n");
    sites = read_sites(JOB "site_model_file = more.csv\nreference_vs30_type = measured\n",
                       VS30 | KR_BIT(SITECLASS));
    check_place(sites, 0, 2, 0, 1); /* the order of the file */
    kt_same(sites->param[KR_COL_VS30][1], 600);
    kt_same(sites->param[KR_COL_VS30MEASURED][1], 0); /* nobody asks for it */
    kt_same(sites->param[KR_COL_SITECLASS][0], kr_column_code("B"));
    assert_string_equal(sites->custom_site_id[0], "B_longer");
    assert_non_null(strstr(logged, "more.csv:2: custom_site_id 'B_longer_than_8' is cut to "
                                   "'B_longer', as in the reference"));
    kr_sites_destroy(&sites);

    sites = read_sites(JOB "site_model_file = more.csv\nreference_vs30_type = measured\n"
                           "override_vs30 = 800\nreference_depth_to_1pt0km_per_sec = 5\n",
                       VS30 | KR_BIT(VS30MEASURED) | KR_BIT(Z1PT0));
    kt_same(sites->param[KR_COL_VS30MEASURED][1], 1); /* filled in from the job */
    kt_same(sites->param[KR_COL_VS30][1], 800);
    kt_close(sites->param[KR_COL_Z1PT0][0], 31.07, 1e-2, 0);
    kr_sites_destroy(&sites);

    /* sites_csv: the job's values count even where the file has some. */
    sites = read_sites(JOB "sites_csv = more.csv\nreference_vs30_value = 700\n", VS30);
    kt_same(sites->param[KR_COL_VS30][0], 700);
    kr_sites_destroy(&sites);
}

/* Names longer than 8 bytes: cut with a word, and never two into one. */
static void test_ids(void **state)
{
    kr_sites *sites = NULL;
    (void)state;
    put("ids.csv", "custom_site_id,lon,lat\nmilano_north,1,0\nsouth,2,0\nmilano_norden,3,0\n");
    kt_fails(ctx, try_sites(JOB "site_model_file = ids.csv\n", 0, &sites), KR_EINPUT,
             "ids.csv:4: custom_site_id 'milano_norden' and 'milano_north'");
    compat = KR_COMPAT_EXACT;
    sites = read_sites(JOB "site_model_file = ids.csv\n", 0);
    compat = KR_COMPAT_OQ_3_21;
    assert_string_equal(sites->custom_site_id[0], "milano_north");
    assert_string_equal(sites->custom_site_id[2], "milano_norden");
    assert_null(strstr(logged, "custom_site_id"));
    kr_sites_destroy(&sites);

    put("utf.csv", "custom_site_id,lon,lat\nZ\u00fcrich-\u00d6st,1,0\nsame,2,0\nsame,3,0\n");
    sites = read_sites(JOB "site_model_file = utf.csv\n", 0);
    assert_string_equal(sites->custom_site_id[0], "Z\u00fcrich-"); /* no half letter */
    assert_non_null(strstr(logged, "utf.csv:4: custom_site_id 'same' is that of "));
    kr_sites_destroy(&sites);

    put("one.csv", "custom_site_id,lon,lat\nlong_name_a,1,0\n");
    put("two.csv", "custom_site_id,lon,lat\nlong_name_b,2,0\n");
    kt_fails(ctx, try_sites(JOB "site_model_file = one.csv two.csv\n", 0, &sites), KR_EINPUT,
             "two.csv:2: custom_site_id 'long_name_b' and 'long_name_a'");
}

/* Places given twice: what is not computed is told. */
static void test_places_twice(void **state)
{
    kr_sites *sites;
    (void)state;
    put("three.csv", "1,0\n2,0\n3,0\n");
    sites = read_sites(JOB "sites = 9 9\nsites_csv = three.csv\n", 0);
    assert_int_equal(sites->n, 1);
    assert_non_null(strstr(logged, "job.ini:10: the places of sites_csv are not computed, but "
                                   "those of sites; keep one of the two"));
    assert_non_null(strstr(logged, "three.csv (3.00000 0.00000) is "));
    kr_sites_destroy(&sites);
    sites = read_sites(JOB "sites_csv = three.csv\nregion = 0 0, 0 1, 1 1\n"
                           "region_grid_spacing = 50\n",
                       0);
    assert_non_null(strstr(logged, "job.ini:9: the places of sites_csv are not computed, but the "
                                   "grid in region; keep one of the two"));
    kr_sites_destroy(&sites);
    sites = read_sites(JOB "sites_csv = three.csv\nregion = 0 0, 0 1, 1 1\n", 0);
    assert_int_equal(sites->n, 3);
    assert_non_null(strstr(logged, "job.ini:10: region has no effect without region_grid_spacing"));
    kr_sites_destroy(&sites);
    sites = read_sites(JOB "sites = 9 9\nregion_grid_spacing = 50\n", 0);
    assert_non_null(strstr(logged, "job.ini:10: region_grid_spacing makes no grid"));
    kr_sites_destroy(&sites);
    sites = read_sites(JOB "sites_csv = three.csv\n", 0);
    assert_string_equal(logged, "");
    kr_sites_destroy(&sites);
}

static void test_several_files(void **state)
{
    (void)state;
    put("a.csv", "lon,lat,vs30\n1,0,100\n2,0,200\n");
    put("b.csv", "lat,lon,vs30\n0,0,300\n");
    kr_sites *sites = read_sites(JOB "site_model_file = a.csv b.csv\n", VS30);
    assert_int_equal(sites->n, 3);
    check_place(sites, 2, 0, 0, 0);
    kt_same(sites->param[KR_COL_VS30][2], 300);
    kr_sites_destroy(&sites);
}

static void test_xml(void **state)
{
    (void)state;
    put("m.xml",
        "<nrml xmlns=\"http://openquake.org/xmlns/nrml/0.4\"><siteModel>\n"
        "<site lon=\"1.000004\" lat=\"0\" vs30=\"400\" vs30Type=\"measured\" z1pt0=\"30\"/>\n"
        "<site lon=\"2\" lat=\"0\" vs30=\"500\" vs30Type=\"inferred\" z1pt0=\"40\"/>\n"
        "</siteModel></nrml>\n");
    kr_sites *sites = read_sites(JOB "site_model_file = m.xml\n", VS30 | KR_BIT(BACKARC));
    check_place(sites, 0, 1, 0, 0);
    kt_same(sites->param[KR_COL_VS30MEASURED][0], 1);
    kt_same(sites->param[KR_COL_VS30MEASURED][1], 0);
    kt_same(sites->param[KR_COL_Z1PT0][1], 40);
    kt_same(sites->param[KR_COL_BACKARC][1], 0);
    kr_sites_destroy(&sites);
    kt_fails(ctx, try_sites(JOB "site_model_file = m.xml\n", KR_BIT(Z2PT5), &sites), KR_EINPUT,
             "m.xml:2: <site> has no attribute 'z2pt5', which the ground-motion models need");
}

/* Parameters come from the nearest point, with a warning beyond 5 km. */
static void test_association(void **state)
{
    (void)state;
    put("a.csv", "lon,lat,vs30,z1pt0\n1,0,100,1\n2,0,200,2\n-179.99,0,300,3\n");
    kr_sites *sites =
        read_sites(JOB "site_model_file = a.csv\nsites = 1.01 0, 1.6 0, 179.99 0\n", VS30);
    kt_same(sites->param[KR_COL_VS30][0], 100);
    kt_same(sites->param[KR_COL_VS30][1], 200);
    kt_same(sites->param[KR_COL_VS30][2], 300);
    assert_non_null(strstr(logged, "(2.00000 0.00000) is 44.5 km from site 1 (1.60000 0.00000)"));
    assert_null(strstr(logged, "from site 0"));
    kr_sites_destroy(&sites);

    put("z.csv", "lon,lat,vs30,z1pt0\n1,0,100,0\n2,0,200,0\n");
    kt_fails(ctx, try_sites(JOB "site_model_file = z.csv\n", VS30 | KR_BIT(Z1PT0), &sites),
             KR_EINPUT, "z.csv: z1pt0 is 0 at all sites");
}

static void test_tile(void **state)
{
    (void)state;
    kr_sites *sites = read_sites(JOB "sites = 0 0, 1 0, 10 45, 3 0, 4 0\ntile_spec = [2, 2]\n", 0);
    assert_int_equal(sites->n, 2);
    check_place(sites, 0, 1, 0, 0);
    check_place(sites, 1, 4, 0, 0);
    kr_sites_destroy(&sites);
    sites = read_sites(JOB "sites = 10 45, 10.1 46\ntile_spec = [1, 1]\n", 0);
    assert_memory_equal(sites->custom_site_id[0], "spzpg", 5);
    kr_sites_destroy(&sites);
}

static void test_count(void **state)
{
    (void)state;
    kr_sites *sites =
        read_sites(JOB "sites = 0 0, 1 0, 2 45, 3 0, 4 0, 5 0, 6 0\nsite_count = 3\n", 0);
    assert_int_equal(sites->n, 3);
    check_place(sites, 0, 0, 0, 0);
    check_place(sites, 1, 2, 45, 0);
    check_place(sites, 2, 4, 0, 0);
    kr_sites_destroy(&sites);
    kt_fails(ctx, try_sites(JOB "sites = 0 0, 1 0\nsite_count = 3\n", 0, &sites), KR_EINPUT,
             "site_count is 3, but the job has 2 sites; give fewer");
}

static void test_exposure(void **state)
{
    (void)state;
    put("e.xml", "<nrml xmlns=\"http://openquake.org/xmlns/nrml/0.5\"><exposureModel id=\"e\">\n"
                 "<exposureFields><field oq=\"lon\" input=\"x\"/></exposureFields>\n"
                 "<assets> e.csv </assets></exposureModel></nrml>\n");
    put("e.csv", "id,x,lat\na,1,0\nb,0.5,0\nc,1,0\n");
    kr_sites *sites = read_sites(JOB "exposure_file = e.xml\nreference_vs30_value = 600\n", VS30);
    assert_int_equal(sites->n, 2);
    check_place(sites, 0, 0.5, 0, 0);
    check_place(sites, 1, 1, 0, 0);
    kr_sites_destroy(&sites);

    put("i.xml",
        "<nrml xmlns=\"http://openquake.org/xmlns/nrml/0.5\"><exposureModel id=\"e\"><assets>\n"
        "<asset id=\"a\"><location lon=\"3\" lat=\"4\"/></asset>\n"
        "<asset id=\"b\"><location lon=\"2\" lat=\"4\"/></asset></assets></exposureModel></nrml>");
    sites = read_sites(JOB "exposure_file = i.xml\n", 0);
    check_place(sites, 0, 2, 4, 0);
    kr_sites_destroy(&sites);

    /* Sites of a site model stay where assets are near. */
    put("s.csv", "lon,lat,vs30\n7,7,100\n1.05,0,200\n0.52,0,300\n");
    sites = read_sites(JOB "exposure_file = e.xml\nsite_model_file = s.csv\n", VS30);
    assert_int_equal(sites->n, 2);
    check_place(sites, 0, 1.05, 0, 0);
    kt_same(sites->param[KR_COL_VS30][1], 300);
    kr_sites_destroy(&sites);
    put("s.csv", "lon,lat,vs30\n1.05,0,200\n");
    kt_fails(ctx, try_sites(JOB "exposure_file = e.xml\nsite_model_file = s.csv\n", VS30, &sites),
             KR_EINPUT, "1 assets are farther than 15 km from every site");
    sites = read_sites(JOB "exposure_file = e.xml\nsite_model_file = s.csv\ndiscard_assets = 1\n",
                       VS30);
    assert_int_equal(sites->n, 1);
    kr_sites_destroy(&sites);
}

static void test_region(void **state)
{
    (void)state;
    kr_sites *sites = read_sites(JOB "region = 0 0, 0 1, 1 1, 1 0\nregion_grid_spacing = 50\n", 0);
    assert_true(sites->n >= 9);
    for (size_t i = 1; i < sites->n; i++) /* sorted before the coordinates are rounded */
        assert_true(sites->lon[i - 1] <= sites->lon[i]);
    kr_sites_destroy(&sites);
    put("a.csv", "lon,lat,vs30\n0,0,100\n1,0,200\n0,1,300\n");
    sites = read_sites(JOB "site_model_file = a.csv\nregion_grid_spacing = 50\n", VS30);
    assert_true(sites->n >= 5);
    kr_sites_destroy(&sites);
}

/* ------------------------------------------------------------------ the nearest of many */

static void test_nearest(void **state)
{
    enum { N = 2000, QUERIES = 500 };
    kr_arena arena;
    double *lon = NULL, *lat = NULL;
    kr_nearest_tree tree, one;
    uint64_t random = 1;
    (void)state;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_SITES);
    lon = kr_arena_alloc(&arena, N, sizeof *lon);
    lat = kr_arena_alloc(&arena, N, sizeof *lat);
    assert_true(lon && lat);
    for (size_t i = 0; i < N; i++) { /* many share a longitude or a latitude */
        lon[i] = floor(kt_random_unit(&random) * 36) * 10 - 180;
        lat[i] = i % 2 ? floor(kt_random_unit(&random) * 18) * 10 - 90
                       : kt_random_unit(&random) * 180 - 90;
    }
    kt_ok(ctx, kr_nearest_build(&arena, lon, lat, NULL, N, &tree));
    for (int q = 0; q < QUERIES; q++) {
        double x = kt_random_unit(&random) * 360 - 180, y = kt_random_unit(&random) * 180 - 90;
        double chord = 0, best = HUGE_VAL;
        size_t found = kr_nearest_find(&tree, x, y, &chord);
        for (size_t i = 0; i < N; i++) {
            double at = 0;
            kr_arena each;
            kr_arena_init(&each, ctx, KR_ACCOUNT_SITES);
            kt_ok(ctx, kr_nearest_build(&each, &lon[i], &lat[i], NULL, 1, &one));
            (void)kr_nearest_find(&one, x, y, &at);
            best = fmin(best, at);
            kr_arena_clear(&each);
            if (q > 20) /* the rest is for the sanitizers */
                break;
        }
        if (q <= 20)
            kt_same(chord, best);
        assert_true(found < N);
    }
    kr_arena_clear(&arena);
}

/* 100,000 sites find their nearest of 100,000 points in a second or so. */
static void test_nearest_many(void **state)
{
    enum { N = 100000 };
    kr_arena arena;
    kr_nearest_tree tree;
    uint64_t random = 2;
    double sum = 0;
    (void)state;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_SITES);
    double *lon = kr_arena_alloc(&arena, N, sizeof *lon),
           *lat = kr_arena_alloc(&arena, N, sizeof *lat);
    assert_true(lon && lat);
    for (size_t i = 0; i < N; i++) {
        lon[i] = 165 + 0.05 * (double)(i % 300);
        lat[i] = -47 + 0.05 * (double)(i / 300);
    }
    kt_ok(ctx, kr_nearest_build(&arena, lon, lat, NULL, N, &tree));
    for (size_t i = 0; i < N; i++) {
        double chord = 0;
        size_t found =
            kr_nearest_find(&tree, lon[i] + 0.01 * kt_random_unit(&random), lat[i], &chord);
        assert_int_equal(found, i);
        sum += chord;
    }
    assert_true(sum > 0);
    kr_arena_clear(&arena);
}

static kr_status scenario(kr_ctx *c, void *user)
{
    kr_job *job = NULL;
    kr_sites *sites = NULL;
    kr_status s = kr_job_read(c, user, NULL, 0, KR_COMPAT_OQ_3_21, &job);

    if (s == KR_OK)
        s = kr_sites_read(c, job, VS30, &sites);
    kr_sites_destroy(&sites);
    kr_job_destroy(&job);
    return s;
}

static void test_memory(void **state)
{
    char path[256];
    (void)state;

    put("a.csv", "lon,lat,vs30,custom_site_id\n1,0,100,a_long_name\n2,0,200,b\n");
    (void)snprintf(path, sizeof path, "%s", kt_path(dir, "memory.ini"));
    kt_write_text(path, JOB "site_model_file = a.csv\nsites = 1 0\n");
    assert_true(kt_fail_each_allocation(scenario, path) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),     cmocka_unit_test(test_required),
        cmocka_unit_test(test_csv),      cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_xml),      cmocka_unit_test(test_association),
        cmocka_unit_test(test_tile),     cmocka_unit_test(test_count),
        cmocka_unit_test(test_ids),      cmocka_unit_test(test_places_twice),
        cmocka_unit_test(test_exposure), cmocka_unit_test(test_region),
        cmocka_unit_test(test_nearest),  cmocka_unit_test(test_nearest_many),
        cmocka_unit_test(test_memory),
    };
    dir = kt_dir_create();
    put("ssm.xml", "");
    ctx = kt_ctx();
    kr_ctx_set_log(ctx, keep_log, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
    return failed;
}
