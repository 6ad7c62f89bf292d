/* Job files that are right: every default, every old name, and all jobs of the reference cases. */
#include "base/str.h"
#include "model/job.h"
#include "support/support.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;
static kr_ctx *ctx;
static char logged[8192]; /* all lines of the log */

#define LEAST                                                                                      \
    "[general]\ncalculation_mode = classical\ninvestigation_time = 50\ntruncation_level = 3\n"     \
    "source_model_logic_tree_file = ssm.xml\ngsim = SadighEtAl1997\nsites = 0 0\n"
#define LEVELS   "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\n"
#define DISTANCE "maximum_distance = 200\n"

static void keep_log(void *user, kr_log_level level, const char *line)
{
    size_t n = strlen(logged);
    (void)user;
    (void)level;
    (void)snprintf(logged + n, sizeof logged - n, "%s\n", line);
}

static kr_job *read_job(const char *text, const kr_override *overrides, size_t n)
{
    kr_job *job = NULL;

    logged[0] = '\0';
    kt_write_text(kt_path(dir, "job.ini"), text);
    kt_ok(ctx, kr_job_read(ctx, kt_path(dir, "job.ini"), overrides, n, KR_COMPAT_OQ_3_21, &job));
    return job;
}

static void test_defaults(void **state)
{
    kr_job *job = read_job(LEAST LEVELS DISTANCE, NULL, 0);
    (void)state;

    assert_string_equal(job->description, "no description");
    assert_int_equal(job->mode, KR_MODE_CLASSICAL);
    assert_int_equal(job->compat, KR_COMPAT_OQ_3_21);
    kt_same(job->investigation_time, 50);
    kt_same(job->truncation_level, 3);
    assert_int_equal(job->nmaximum_distance, 1);
    kt_same(kr_by_trt_get(&job->minimum_magnitude, "Any", NAN), 0);
    kt_same(kr_by_trt_get(&job->pointsource_distance, "Any", NAN), 100);
    kt_same(job->minimum_distance_km, 0);
    kt_same(job->ps_grid_spacing_km, 0);
    assert_int_equal(job->collapse_level, -1);
    assert_true(job->split_sources);
    assert_false(job->shift_hypo || job->horiz_comp_to_geom_mean || job->infer_occur_rates);
    kt_same(job->rupture_mesh_spacing_km, 5);
    kt_same(job->complex_fault_mesh_spacing_km, 5);
    assert_true(isnan(job->width_of_mfd_bin) && isnan(job->area_source_discretization_km));
    kt_same(job->floating_x_step, 0);
    kt_same(job->floating_y_step, 0);
    assert_null(job->gsim_logic_tree_file);
    assert_string_equal(job->gsim, "SadighEtAl1997");
    assert_int_equal(job->gsim_line, 6);
    assert_int_equal(job->samples, 0);
    assert_int_equal(job->random_seed, 42);
    assert_int_equal(job->sampling_method, KR_EARLY_WEIGHTS);
    assert_false(job->oversampling_forbidden);
    assert_string_equal(job->smlt_branch, "");
    assert_int_equal(job->source_id.n + job->source_nodes.n + job->discard_trts.n, 0);
    assert_int_equal(job->collapse_gsim_logic_tree.n + job->reqv_ignore_sources.n + job->nreqv, 0);
    assert_true(job->mean);
    assert_true(job->sharing && job->factoring && job->collapsing);
    assert_false(job->use_rates || job->std || job->max || job->hazard_maps);
    assert_false(job->uniform_hazard_spectra || job->disagg_by_src);
    assert_int_equal(job->individual_rlzs, -1);
    assert_int_equal(job->component_rates_precision, KR_PRECISION_F64);
    assert_int_equal(job->quantiles.n + job->poes.n, 0);
    assert_int_equal(job->max_sites_disagg, 10);
    assert_true(isnan(job->reference_vs30_value) && isnan(job->override_vs30));
    assert_true(isnan(job->reference_depth_to_1pt0km_per_sec));
    assert_true(isnan(job->reference_depth_to_2pt5km_per_sec));
    assert_false(job->reference_vs30_measured || job->reference_backarc);
    assert_false(job->prefer_global_site_params || job->discard_assets);
    assert_true(isnan(job->region_grid_spacing_km));
    assert_int_equal(job->tile_count, 0);
    kt_same(job->asset_hazard_distance_km, 15);
    assert_null(job->export_dir);
    assert_int_equal(job->nfiles, 1);
    assert_int_equal(job->ngiven, 8);
    assert_string_equal(job->given_keys[0], "calculation_mode");
    kr_job_destroy(&job);
    kr_job_destroy(&job);
}

static void test_values(void **state)
{
    kr_job *job = read_job(
        LEAST DISTANCE
        "description = all of it\nrandom_seed = 7\nnumber_of_logic_tree_samples = 10\n"
        "sampling_method = late_latin\noversampling = forbid\nsmlt_branch = b1\n"
        "discard_trts = Volcanic, Stable Shallow Crust\nsource_id = a b,c\n"
        "poes = 0.1 0.02\nquantiles = 0.15, 0.85\nindividual_rlzs = True\nstd = 1\nmean = false\n"
        "component_rates_precision = float32\n"
        "reference_vs30_type = measured\nreference_vs30_value = 760\nreference_backarc = true\n"
        "rupture_mesh_spacing = 2\nps_grid_spacing = 20\ntile_spec = [2, 3]\nexport_dir = /tmp\n"
        "pointsource_distance = {'default': 10, 'Volcanic': 5}\nreturn_periods = 475\n"
        "asset_hazard_distance = {'a': 5, 'b': 20}\nconcurrent_tasks = 4\nses_seed = 3\n"
        "intensity_measure_types_and_levels = {'SA(1)': [0.1, 0.2], 'PGV': [1, 2],\n"
        "  'SA(0.10)': logscale(0.1, 1, 2), 'PGA': [0, 1]}\n",
        NULL, 0);
    (void)state;

    assert_string_equal(job->description, "all of it");
    assert_int_equal(job->random_seed, 7);
    assert_int_equal(job->samples, 10);
    assert_int_equal(job->sampling_method, KR_LATE_LATIN);
    assert_true(job->oversampling_forbidden);
    assert_int_equal(job->discard_trts.n, 2);
    assert_string_equal(job->discard_trts.name[1], "Stable Shallow Crust");
    assert_int_equal(job->source_id.n, 3);
    assert_int_equal(job->poes.n, 2); /* return_periods counts only without poes */
    assert_non_null(strstr(logged, "return_periods have no effect: poes are given"));
    kt_same(job->quantiles.x[1], 0.85);
    assert_int_equal(job->individual_rlzs, 1);
    assert_int_equal(job->component_rates_precision, KR_PRECISION_F32);
    assert_true(job->std && !job->mean);
    assert_true(job->reference_vs30_measured && job->reference_backarc);
    kt_same(job->complex_fault_mesh_spacing_km, 2);
    assert_int_equal(job->tile_no, 2);
    assert_int_equal(job->max_sites_disagg, 10);
    kt_same(kr_by_trt_get(&job->pointsource_distance, "Volcanic", 0), 5);
    kt_same(kr_by_trt_get(&job->pointsource_distance, "Other", 0), 10);
    kt_same(job->asset_hazard_distance_km, 20);
    assert_string_equal(job->imts[0].name, "PGV"); /* by period, stable */
    assert_string_equal(job->imts[1].name, "PGA");
    assert_string_equal(job->imts[2].name, "SA(0.1)");
    assert_string_equal(job->imts[3].name, "SA(1.0)");
    kt_same(job->levels[2], 1e-10); /* PGA began with 0 */
    kt_same(job->levels[4], 0.1);
    assert_non_null(strstr(logged, "only schedules work elsewhere: concurrent_tasks\n"));
    assert_non_null(strstr(logged, "does not change classical hazard: ses_seed\n"));
    kr_job_destroy(&job);
}

static void test_old_names(void **state)
{
    kr_job *job =
        read_job(LEAST LEVELS DISTANCE "individual_curves = false\nquantile_hazard_curves = 0.5\n"
                                       "mean_hazard_curves = false\nmax_hazard_curves = true\n",
                 NULL, 0);
    (void)state;

    assert_int_equal(job->individual_rlzs, 0);
    assert_int_equal(job->quantiles.n, 1);
    assert_true(!job->mean && job->max);
    kr_job_destroy(&job);

    job = read_job(LEAST LEVELS DISTANCE "region_constraint = 0 0, 0 1, 1 1\n", NULL, 0);
    assert_string_equal(job->region, "0 0, 0 1, 1 1");
    assert_non_null(strstr(logged, "job.ini:10: region_constraint is obsolete"));
    kr_job_destroy(&job);
}

static void test_derived(void **state)
{
    kr_job *job = read_job(
        LEAST LEVELS DISTANCE "ps_grid_spacing = 20\nreturn_periods = [475, 2475]\n", NULL, 0);
    (void)state;

    kt_same(kr_by_trt_get(&job->pointsource_distance, "Any", 0), 40);
    kt_close(job->poes.x[0], 1 - exp(-50.0 / 475), 1e-14, 0);
    kt_close(job->poes.x[1], 1 - exp(-50.0 / 2475), 1e-14, 0);
    kr_job_destroy(&job);

    job = read_job(LEAST LEVELS DISTANCE "ps_grid_spacing = 20\ncollapse_level = 1\n"
                                         "pointsource_distance = 7\ncollapsing = false\n",
                   NULL, 0);
    assert_true(kr_by_trt_get(&job->pointsource_distance, "Any", 0) > 21000); /* all distances */
    kt_same(job->ps_grid_spacing_km, 0);
    assert_int_equal(job->collapse_level, -1);
    kr_job_destroy(&job);

    job = read_job(LEAST DISTANCE
                   "intensity_measure_types_and_levels = {'PGA': [0.01, 0.02, 1], 'PGV': "
                   "[1, 2, 81]}\nlevel_count = 5\n",
                   NULL, 0);
    static const double levels[2][5] = {{0.01, 0.0316227766, 0.1, 0.316227766, 1},
                                        {1, 3, 9, 27, 81}};
    assert_int_equal(job->nlevels, 5);
    for (size_t i = 0; i < 10; i++)
        kt_close(job->levels[i], levels[i / 5][i % 5], 1e-9, 0);
    kt_same(job->levels[9], 81);
    kr_job_destroy(&job);

    kr_override zero = {"truncation_level", "0"};
    job = read_job(LEAST LEVELS DISTANCE, &zero, 1);
    kt_same(job->truncation_level, 1e-9);
    kr_job_destroy(&job);
}

static void test_distance(void **state)
{
    kr_job *job = read_job(
        LEAST LEVELS "maximum_distance = [(4, 50), (8, 200.)]\nminimum_magnitude = 5\n", NULL, 0);
    const kr_magdist *d = kr_job_magdist(job, "Any");
    (void)state;

    assert_int_equal(d->n, 2);
    kt_same(d->mag[0], 5);
    kt_same(d->dist_km[0], 87.5);
    kt_same(kr_magdist_at(d, 4.9), 0);
    kt_same(kr_magdist_at(d, 5), 87.5);
    kt_close(kr_magdist_at(d, 6.5), 143.75, 1e-15, 0);
    kt_same(kr_magdist_at(d, 8), 200);
    kt_same(kr_magdist_at(d, 8.1), 0);
    kr_job_destroy(&job);

    job =
        read_job(LEAST LEVELS "maximum_distance = 200\n"
                              "minimum_magnitude = {'Active Shallow Crust': 5.2, 'default': 4.}\n",
                 NULL, 0);
    assert_int_equal(job->nmaximum_distance, 2);
    kt_same(kr_job_magdist(job, "Active Shallow Crust")->mag[0], 5.2);
    kt_same(kr_job_magdist(job, "Other")->mag[0], 4);
    kt_same(kr_job_magdist(job, "Other")->dist_km[0], 200);
    assert_string_equal(job->maximum_distance[1].trt, "default");
    kr_job_destroy(&job);

    /* The farthest entry stands in for a missing default, the smallest magnitude likewise. */
    job = read_job(LEAST LEVELS "maximum_distance = {'A': 100, 'B': [(5, 10), (6, 300)]}\n"
                                "minimum_magnitude = {'A': 5.5, 'B': 5}\n",
                   NULL, 0);
    kt_same(kr_magdist_at(kr_job_magdist(job, "C"), 6), 300);
    kt_same(kr_by_trt_get(&job->minimum_magnitude, "C", 0), 5);
    kt_same(kr_magdist_at(kr_job_magdist(job, "A"), 5.4), 0);
    kr_job_destroy(&job);
}

static void test_overrides(void **state)
{
    const kr_override overrides[] = {{"mean_hazard_curves", "false"},
                                     {"poes", "0.1"},
                                     {"Sites", ""},
                                     {"sites_file", "sites.csv"}};
    kr_job *job = read_job(LEAST LEVELS DISTANCE "mean = true\n", overrides, 4);
    (void)state;

    assert_false(job->mean);
    assert_int_equal(job->poes.n, 1);
    assert_null(job->sites);
    assert_int_equal(job->site_model_files.n, 1);
    assert_true(job->prefer_global_site_params);
    kr_job_destroy(&job);
}

static void test_warnings(void **state)
{
    kr_job *job = read_job(LEAST LEVELS DISTANCE "minimun_magnitude = 5\nzzz = 1\n"
                                                 "postproc_func = disagg_by_rel_sources.main\n"
                                                 "intensity_measure_types = PGA\n"
                                                 "active shallow crust = table.hdf5\n",
                           NULL, 0);
    (void)state;

    assert_non_null(strstr(logged, "job.ini:10: unknown parameter 'minimun_magnitude' is ignored; "
                                   "did you mean 'minimum_magnitude'?\n"));
    assert_non_null(strstr(logged, "job.ini:11: unknown parameter 'zzz' is ignored\n"));
    assert_non_null(
        strstr(logged, "job.ini:12: postproc_func = disagg_by_rel_sources.main is not run"));
    assert_non_null(strstr(logged, "job.ini:13: intensity_measure_types is ignored"));
    assert_non_null(
        strstr(logged, "job.ini:14: 'active shallow crust = table.hdf5' is the old way"));
    assert_int_equal(job->nreqv, 1);
    assert_string_equal(job->reqv[0].trt, "active shallow crust");
    kr_job_destroy(&job);
}

/* ------------------------------------------------------------------ the reference cases */

static size_t nread;

static int read_reference(const char *path, const struct stat *st, int type, struct FTW *at)
{
    kr_job *job = NULL;
    (void)st;

    if (type != FTW_F || !kr_str_ends(path, ".ini") || !kr_str_starts(path + at->base, "job"))
        return 0;
    nread++;
    if (kr_job_read(ctx, path, NULL, 0, KR_COMPAT_OQ_3_21, &job) != KR_OK)
        fail_msg("%s", kr_ctx_error(ctx));
    kr_job_destroy(&job);
    return 0;
}

static void test_reference(void **state)
{
    const char *root = getenv("KAURI_REFERENCE");
    (void)state;

    if (!root || !*root) {
        puts("KAURI_REFERENCE is not set: the reference cases are skipped");
        skip();
    }
    assert_int_equal(nftw(root, read_reference, 16, FTW_PHYS), 0);
    printf("%zu job files\n", nread);
    assert_true(nread > 50);
}

static kr_status scenario(kr_ctx *c, void *user)
{
    kr_job *job = NULL;
    kr_status s = kr_job_read(c, user, NULL, 0, KR_COMPAT_EXACT, &job);

    kr_job_destroy(&job);
    return s;
}

static void test_memory(void **state)
{
    char path[256];
    (void)state;

    (void)snprintf(path, sizeof path, "%s", kt_path(dir, "memory.ini"));
    kt_write_text(path, LEAST LEVELS "maximum_distance = {'A': 100}\nminimum_magnitude = {'A': 5}\n"
                                     "poes = 0.1\nsource_id = a b\nunknown = 1\nses_seed = 1\n");
    assert_true(kt_fail_each_allocation(scenario, path) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),  cmocka_unit_test(test_values),
        cmocka_unit_test(test_old_names), cmocka_unit_test(test_derived),
        cmocka_unit_test(test_distance),  cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_warnings),  cmocka_unit_test(test_reference),
        cmocka_unit_test(test_memory),
    };
    dir = kt_dir_create();
    kt_write_text(kt_path(dir, "ssm.xml"), "");
    kt_write_text(kt_path(dir, "sites.csv"), "0,0\n");
    kt_write_text(kt_path(dir, "table.hdf5"), "");
    ctx = kt_ctx();
    kr_ctx_set_log(ctx, keep_log, NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
    return failed;
}
