/* Every parameter in force: all that the table of parameters knows, and what they are. */
#include "model/job_options.h"

#include "base/str.h"
#include "model/job_int.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

static const char JOB[] =
    "[general]\ncalculation_mode = classical\ndescription = test\nsites = 0 0\n"
    "source_model_logic_tree_file = a.xml\ngsim_logic_tree_file = b.xml\n"
    "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = {'default': 200, 'Stable': "
    "[(5, 100), (7, 300)]}\n"
    "reference_vs30_value = 600\nreference_depth_to_1pt0km_per_sec = 50\n"
    "reference_depth_to_2pt5km_per_sec = 1\n"
    "intensity_measure_types_and_levels = {'PGA': [0.01, 0.1], 'SA(0.5)': [0.02, 0.3]}\n"
    "quantiles = 0.05 0.1 0.95\npointsource_distance = {'default': 30, 'Stable': 40}\n";

static kr_job *read_job(kr_ctx *ctx, const char *dir, const char *more, kr_compat compat)
{
    char text[4096];
    kr_job *job;
    snprintf(text, sizeof text, "%s%s", JOB, more);
    kt_write_text(kt_path(dir, "job.ini"), text);
    kt_write_text(kt_path(dir, "a.xml"), "");
    kt_write_text(kt_path(dir, "b.xml"), "");
    kt_ok(ctx, kr_job_read(ctx, kt_path(dir, "job.ini"), NULL, 0, compat, &job));
    return job;
}

static const char *value_of(const kr_job_options *o, const char *key)
{
    for (size_t i = 0; i < o->n; i++)
        if (kr_str_eq(o->keys[i], key))
            return o->values[i];
    return "(missing)";
}

static void test_all(void **state)
{
    /* said by others: the levels, the probabilities of maps; or of no bearing */
    static const char *const left_out[] = {"intensity_measure_types", "iml_disagg", "postproc_func",
                                           "hazard_calculation_id", "return_periods"};
    static const char *const want[][2] = {
        {"calculation_mode", "classical"},
        {"description", "test"},
        {"investigation_time", "50"},
        {"truncation_level", "3"},
        {"intensity_measure_types_and_levels", "PGA: 0.01 0.1; SA(0.5): 0.02 0.3"},
        {"quantiles", "0.05 0.1 0.95"},
        {"pointsource_distance", "default: 30, Stable: 40"},
        {"rupture_mesh_spacing", "5"},
        {"complex_fault_mesh_spacing", "5"},
        {"width_of_mfd_bin", "none"},
        {"random_seed", "42"},
        {"sampling_method", "early_weights"},
        {"mean", "true"},
        {"std", "false"},
        {"individual_rlzs", "none"},
        {"quantile_bracket", "0.001"},
        {"quantile_definition", "reference"},
        {"reference_vs30_type", "inferred"},
        {"component_rates_precision", "float64"},
        {"amplification_method", "none"},
        {"minimum_magnitude", "default: 0"},
        {"sites", "0 0"},
        {"poes", "none"},
    };
    char *dir = kt_dir_create();
    kr_ctx *ctx = kt_ctx();
    kr_job *job = read_job(ctx, dir, "", KR_COMPAT_OQ_3_21);
    kr_job_options o;
    size_t nkeys, honoured = 0;
    const kr_job_key *keys = kr_job_keys(&nkeys);
    (void)state;
    kt_ok(ctx, kr_job_list_options(job, &job->arena, &o));
    for (size_t i = 0; i < nkeys; i++) {
        bool out = keys[i].status != KR_KEY_HONOURED;
        for (size_t k = 0; k < sizeof left_out / sizeof left_out[0]; k++)
            out = out || kr_str_eq(keys[i].name, left_out[k]);
        honoured += !out;
        assert_true(out == kr_str_eq(value_of(&o, keys[i].name), "(missing)"));
    }
    assert_int_equal(o.n, honoured);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_string_equal(value_of(&o, want[i][0]), want[i][1]);
    assert_non_null(strstr(value_of(&o, "maximum_distance"), "(7 300)"));
    kr_job_destroy(&job);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
}

/* What is given stands there instead; a profile has its own definition of quantiles. */
static void test_given(void **state)
{
    static const char *const want[][2] = {{"rupture_mesh_spacing", "2.5"},
                                          {"quantile_definition", "merged"},
                                          {"individual_rlzs", "false"},
                                          {"random_seed", "7"},
                                          {"sampling_method", "late_latin"},
                                          {"number_of_logic_tree_samples", "10"},
                                          {"reference_vs30_type", "measured"},
                                          {"poes", "0.02 0.1"},
                                          {"use_rates", "true"},
                                          {"component_rates_precision", "float32"},
                                          {"minimum_distance", "0.1"}};
    char *dir = kt_dir_create();
    kr_ctx *ctx = kt_ctx();
    kr_job *job = read_job(ctx, dir,
                           "rupture_mesh_spacing = 2.5\nindividual_rlzs = false\nrandom_seed = 7\n"
                           "sampling_method = late_latin\nnumber_of_logic_tree_samples = 10\n"
                           "reference_vs30_type = measured\npoes = 0.02 0.1\nuse_rates = true\n"
                           "component_rates_precision = float32\nminimum_distance = 0.1\n",
                           KR_COMPAT_EXACT);
    kr_job_options o;
    (void)state;
    kt_ok(ctx, kr_job_list_options(job, &job->arena, &o));
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_string_equal(value_of(&o, want[i][0]), want[i][1]);
    kr_job_destroy(&job);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all), cmocka_unit_test(test_given)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
