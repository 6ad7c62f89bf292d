/* Wrong values of single parameters, each with its line; what concerns whole jobs is in
 * tests/broken. */
#include "model/job.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

static char *dir;
static kr_ctx *ctx;

static const char least[] =
    "[general]\ncalculation_mode = classical\ninvestigation_time = 50\ntruncation_level = 3\n"
    "source_model_logic_tree_file = ssm.xml\ngsim = SadighEtAl1997\nsites = 0 0\n"
    "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\nmaximum_distance = 200\n";

static const struct {
    const char *line, *message; /* line 10 of the job */
} wrong[] = {
    {"description =", "job.ini:10: description is empty; some text was expected"},
    {"description = ", "job.ini:10: description is empty"},
    {"mean = yes", "job.ini:10: mean is 'yes'; true or false was expected"},
    {"individual_rlzs = 2", "job.ini:10: individual_rlzs is '2'; true or false was expected"},
    {"component_rates_precision = double",
     "component_rates_precision is 'double'; float64, float32 or none was expected"},
    {"number_of_logic_tree_samples = ten",
     "number_of_logic_tree_samples is 'ten'; a whole number of 0 or more was expected"},
    {"number_of_logic_tree_samples =", "number_of_logic_tree_samples is empty; a whole number"},
    {"max_sites_disagg = -1", "max_sites_disagg is '-1'; a whole number of 0 or more"},
    {"minimum_distance = -1", "minimum_distance is '-1'; a number of 0 or more was expected"},
    {"minimum_distance = inf", "minimum_distance is 'inf'; a number of 0 or more was expected"},
    {"minimum_distance = nan", "minimum_distance is 'nan'; a number of 0 or more was expected"},
    {"rupture_mesh_spacing = 0", "rupture_mesh_spacing is '0'; a number above 0 was expected"},
    {"complex_fault_mesh_spacing = 0", "complex_fault_mesh_spacing is '0'; a number above 0"},
    {"width_of_mfd_bin = wide", "width_of_mfd_bin is 'wide'; a number above 0 was expected"},
    {"poes = 1.1", "job.ini:10: poes holds 1.1; numbers between 0 and 1 were expected"},
    {"poes = 10", "poes holds 10; numbers between 0 and 1 were expected, as 0.1 for 10 %"},
    {"quantiles = 5 50", "quantiles holds 5; numbers between 0 and 1 were expected, as 0.1 for"},
    {"poes = 0.1\n  truncation_level2 = 3",
     "poes holds 'truncation_level2'; numbers were expected (an indented line goes on with"},
    {"pointsource_distance = 200 km",
     "job.ini:10: pointsource_distance: nothing more was expected at 'km'"},
    {"poes = -0.1", "poes holds -0.1; numbers between 0 and 1 were expected"},
    {"quantiles = a", "quantiles holds 'a'; numbers were expected"},
    {"return_periods = 0", "return_periods is '0'; years above 0 were expected"},
    {"return_periods = 475.5", "return_periods is '475.5'; whole numbers of 0 or more"},
    {"return_periods =", "return_periods is empty; whole numbers of 0 or more were expected"},
    {"source_id = x.y", "source_id holds 'x.y'; names of letters, digits"},
    {"smlt_branch = b 1", "smlt_branch is 'b 1'; letters, digits"},
    {"sampling_method = Early_weights", "sampling_method is 'Early_weights'; early_weights"},
    {"oversampling = allow", "oversampling is 'allow'; tolerate or forbid was expected"},
    {"reference_vs30_type = guessed", "reference_vs30_type is 'guessed'; measured or inferred"},
    {"random_seed = -1", "random_seed is '-1'; a whole number from 0 to 4294967295 was expected"},
    {"level_count = 1", "level_count is '1'; 2 or more, of a job with 2 levels or more"},
    {"collapse_level = x", "collapse_level is 'x'; -1, 0, 1 or 2 was expected"},
    {"collapse_level = 3", "collapse_level is '3'; -1, 0, 1 or 2 was expected"},
    {"pointsource_distance = {}", "pointsource_distance is '{}'; a number or numbers by tectonic"},
    {"pointsource_distance = {'A': -1}",
     "job.ini:10: pointsource_distance of 'A' is -1; a number of 0 or more was expected"},
    {"minimum_magnitude = five", "a value was expected at 'five'"},
    {"tile_spec = [0, 2]", "tile_spec is '[0, 2]'; [number, count] with a number from 1"},
    {"tile_spec = 1:2", "nothing more was expected at ':2'"},
    {"region =", "region is empty; a polygon 'lon lat, lon lat, ...' was expected"},
    {"exports = csv, rst", "exports is 'csv, rst'; xml, geojson, txt, csv, npz or hdf5"},
    {"concurrent_tasks = 30001", "concurrent_tasks is '30001'; at most 30000 was expected"},
    {"asset_correlation = 2", "asset_correlation is '2'; one of 0, 1 was expected"},
    {"soil_intensities = 0.1", "soil_intensities is '0.1'; at least two levels were expected"},
    {"soil_intensities = 0.1 0.2", "soil_intensities is for amplification_csv with"},
    {"shakemap_id = x", "shakemap_id is not available yet"},
    {"hazard_calculation_id = 3", "hazard_calculation_id is '3'; calculations cannot begin"},
    {"site_model_file = a.csv", "job.ini:10: site_model_file: no such file"},
    {"site_model_file = ssm.xml\nsites_csv = ssm.xml",
     "job.ini:11: sites_csv is given, but sites or a site model are named already"},
    {"exposure_file = e.hdf5", "exposure_file: 'e.hdf5' cannot be read yet"},
    {"gsim_logic_tree_file = e.zip",
     "gsim_logic_tree_file: 'e.zip' is an archive; name a file in it, as in e.zip/NAME"},
    {"site_modl_file = a.csv",
     "unknown input file 'site_modl_file'; did you mean 'site_model_file'?"},
    {"gmfs_csv = ssm.xml", "gmfs_csv is not available yet and would change the results"},
    {"hazard_maps = true", "job.ini:10: hazard_maps needs poes"},
    {"uniform_hazard_spectra = true", "job.ini:10: uniform_hazard_spectra needs poes"},
    {"disagg_by_src = 1\nps_grid_spacing = 5", "job.ini:10: disagg_by_src cannot be used with"},
    {"individual_curves = 1\nindividual_rlzs = 1",
     "job.ini:10: 'individual_curves' is the old name of 'individual_rlzs', which line 11 gives "
     "too"},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        kr_job *job = NULL;
        char text[2048], path[256];
        (void)snprintf(text, sizeof text, "%s%s\n", least, wrong[i].line);
        (void)snprintf(path, sizeof path, "%s", kt_path(dir, "job.ini"));
        kt_write_text(path, text);
        if (strstr(wrong[i].line, "e.hdf5")) {
            /* the message names the path as seen from the folder of the job */
            kr_status s = kr_job_read(ctx, path, NULL, 0, KR_COMPAT_OQ_3_21, &job);
            assert_int_equal(s, KR_EINPUT);
            assert_non_null(strstr(kr_ctx_error(ctx), "cannot be read yet"));
            kr_ctx_clear_error(ctx);
            continue;
        }
        kt_fails(ctx, kr_job_read(ctx, path, NULL, 0, KR_COMPAT_OQ_3_21, &job), KR_EINPUT,
                 wrong[i].message);
        assert_null(job);
    }
}

static void test_overrides(void **state)
{
    const kr_override bad = {"mean", "maybe"}, other = {"calculation_mode", "scenario"};
    kr_job *job = NULL;
    char path[256];
    (void)state;

    (void)snprintf(path, sizeof path, "%s", kt_path(dir, "job.ini"));
    kt_write_text(path, least);
    kt_fails(ctx, kr_job_read(ctx, path, &bad, 1, KR_COMPAT_OQ_3_21, &job), KR_EINPUT,
             "-p mean: mean is 'maybe'; true or false was expected");
    kt_fails(ctx, kr_job_read(ctx, path, &other, 1, KR_COMPAT_OQ_3_21, &job), KR_EINPUT,
             "-p calculation_mode: calculation_mode = scenario is not available yet; classical, "
             "preclassical or disaggregation");
    kt_fails(ctx, kr_job_read(ctx, kt_path(dir, "nowhere.ini"), NULL, 0, KR_COMPAT_OQ_3_21, &job),
             KR_EINPUT, "nowhere.ini");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_overrides),
    };
    dir = kt_dir_create();
    kt_write_text(kt_path(dir, "ssm.xml"), "");
    kt_write_text(kt_path(dir, "e.hdf5"), "");
    ctx = kt_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
    return failed;
}
