/* Every parameter that a job may give, in one table. */
#include "model/job_int.h"

#include "base/str.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(kr_job, member)
#define HONOURED(name, kind)                                                                       \
    {                                                                                              \
#name, KR_KEY_##kind, KR_KEY_HONOURED, AT(name), NULL, NULL                                \
    }
#define STORED(name, kind, at)                                                                     \
    {                                                                                              \
#name, KR_KEY_##kind, KR_KEY_HONOURED, AT(at), NULL, NULL                                  \
    }
#define SPECIAL(name, function)                                                                    \
    {                                                                                              \
#name, KR_KEY_SPECIAL, KR_KEY_HONOURED, KR_KEY_NOWHERE, NULL, function                     \
    }
#define DISAGG(name, kind, at)                                                                     \
    {                                                                                              \
#name, KR_KEY_##kind, KR_KEY_DISAGG, AT(disagg.at), NULL, NULL                             \
    }
#define DISAGG_SPECIAL(name, function)                                                             \
    {                                                                                              \
#name, KR_KEY_SPECIAL, KR_KEY_DISAGG, KR_KEY_NOWHERE, NULL, function                       \
    }
#define SCHEDULE(name, kind)                                                                       \
    {                                                                                              \
#name, KR_KEY_##kind, KR_KEY_SCHEDULE, KR_KEY_NOWHERE, NULL, NULL                          \
    }
#define UNUSED(name, kind)                                                                         \
    {                                                                                              \
#name, KR_KEY_##kind, KR_KEY_UNUSED, KR_KEY_NOWHERE, NULL, NULL                            \
    }
#define CHOICE(name, choices)                                                                      \
    {                                                                                              \
#name, KR_KEY_CHOICE, KR_KEY_UNUSED, KR_KEY_NOWHERE, choices, NULL                         \
    }
#define REFUSED(name)                                                                              \
    {                                                                                              \
#name, KR_KEY_TEXT, KR_KEY_REFUSED, KR_KEY_NOWHERE, NULL, NULL                             \
    }

static const kr_job_key keys[] = {
    /* the calculation */
    SPECIAL(calculation_mode, kr_job_set_mode),
    HONOURED(description, FILLED),
    HONOURED(investigation_time, POSITIVE),
    SPECIAL(truncation_level, kr_job_set_truncation),
    SPECIAL(intensity_measure_types_and_levels, kr_job_keep_levels),
    SPECIAL(intensity_measure_types, kr_job_set_imts),
    SPECIAL(iml_disagg, kr_job_keep_iml),
    HONOURED(level_count, COUNT),
    HONOURED(export_dir, TEXT),
    SPECIAL(postproc_func, kr_job_set_postproc),
    UNUSED(postproc_args, LITERAL),
    SPECIAL(hazard_calculation_id, kr_job_set_parent),

    /* sources and ruptures */
    SPECIAL(maximum_distance, kr_job_set_maximum_distance),
    SPECIAL(minimum_magnitude, kr_job_set_minimum_magnitude),
    STORED(minimum_distance, FLOAT, minimum_distance_km),
    HONOURED(pointsource_distance, BY_TRT),
    STORED(ps_grid_spacing, FLOAT, ps_grid_spacing_km),
    SPECIAL(collapse_level, kr_job_set_collapse),
    HONOURED(split_sources, BOOL),
    HONOURED(shift_hypo, BOOL),
    HONOURED(horiz_comp_to_geom_mean, BOOL),
    HONOURED(lenient_gsim_arguments, BOOL),
    HONOURED(infer_occur_rates, BOOL),
    STORED(rupture_mesh_spacing, POSITIVE, rupture_mesh_spacing_km),
    STORED(complex_fault_mesh_spacing, FLOAT_OR_NONE, complex_fault_mesh_spacing_km),
    HONOURED(width_of_mfd_bin, POSITIVE),
    STORED(area_source_discretization, FLOAT_OR_NONE, area_source_discretization_km),
    HONOURED(floating_x_step, FLOAT),
    HONOURED(floating_y_step, FLOAT),
    HONOURED(sharing, BOOL),
    HONOURED(collapsing, BOOL),
    HONOURED(source_id, NAMES),
    HONOURED(source_nodes, NAMES),
    SPECIAL(discard_trts, kr_job_set_discard),
    HONOURED(reqv_ignore_sources, NAMES),

    /* logic trees */
    SPECIAL(gsim, kr_job_set_gsim),
    STORED(number_of_logic_tree_samples, COUNT, samples),
    SPECIAL(random_seed, kr_job_set_seed),
    SPECIAL(sampling_method, kr_job_set_sampling),
    SPECIAL(oversampling, kr_job_set_oversampling),
    SPECIAL(smlt_branch, kr_job_set_branch),
    HONOURED(collapse_gsim_logic_tree, NAMES),
    HONOURED(branch_count, COUNT),
    SCHEDULE(max_potential_paths, COUNT),

    /* statistics */
    HONOURED(use_rates, BOOL),
    HONOURED(mean, BOOL),
    HONOURED(std, BOOL),
    HONOURED(max, BOOL),
    HONOURED(min, BOOL),
    HONOURED(cov, BOOL),
    HONOURED(uncertainty, BOOL),
    HONOURED(factoring, BOOL),
    SPECIAL(quantile_definition, kr_job_set_definition),
    HONOURED(quantile_bracket, POSITIVE),
    HONOURED(quantiles, PROBABILITIES),
    HONOURED(individual_rlzs, TRISTATE),
    SPECIAL(component_rates_precision, kr_job_set_precision),
    HONOURED(poes, PROBABILITIES),
    SPECIAL(return_periods, kr_job_set_periods),
    HONOURED(hazard_maps, BOOL),
    HONOURED(uniform_hazard_spectra, BOOL),
    HONOURED(disagg_by_src, BOOL),
    HONOURED(max_sites_disagg, COUNT),

    /* sites */
    SPECIAL(sites, kr_job_set_sites),
    SPECIAL(region, kr_job_set_region),
    STORED(region_grid_spacing, POSITIVE, region_grid_spacing_km),
    HONOURED(reference_vs30_value, POSITIVE),
    HONOURED(reference_depth_to_1pt0km_per_sec, FLOAT),
    HONOURED(reference_depth_to_2pt5km_per_sec, FLOAT),
    SPECIAL(reference_vs30_type, kr_job_set_vs30_type),
    HONOURED(reference_backarc, BOOL),
    HONOURED(prefer_global_site_params, BOOL),
    HONOURED(override_vs30, FLOAT),
    SPECIAL(tile_spec, kr_job_set_tile),
    SPECIAL(asset_hazard_distance, kr_job_set_asset_distance),
    HONOURED(discard_assets, BOOL),
    HONOURED(site_count, COUNT),

    /* scheduling */
    SCHEDULE(concurrent_tasks, COUNT),
    SCHEDULE(time_per_task, FLOAT),
    SCHEDULE(outs_per_task, COUNT),
    {"exports", KR_KEY_SPECIAL, KR_KEY_SCHEDULE, KR_KEY_NOWHERE, NULL, kr_job_set_exports},
    SCHEDULE(export_multi_curves, BOOL),
    SCHEDULE(cachedir, TEXT),
    SCHEDULE(cache_distances, BOOL),
    SCHEDULE(max_data_transfer, FLOAT),
    SCHEDULE(job_id, COUNT),
    SCHEDULE(base_path, TEXT),

    /* disaggregation */
    DISAGG_SPECIAL(disagg_outputs, kr_job_set_outputs),
    DISAGG_SPECIAL(disagg_bin_edges, kr_job_set_edges),
    DISAGG(coordinate_bin_width, FLOAT, coordinate_bin_width_deg),
    DISAGG(distance_bin_width, FLOAT, distance_bin_width_km),
    DISAGG(mag_bin_width, FLOAT, mag_bin_width),
    DISAGG(num_epsilon_bins, COUNT, epsilon_bins),
    DISAGG(num_rlzs_disagg, COUNT, rlzs),
    DISAGG(rlz_index, COUNTS, rlz_index),
    DISAGG(epsilon_star, BOOL, epsilon_star),
    DISAGG(poes_disagg, PROBABILITIES, poes),
    DISAGG_SPECIAL(disagg_statistics, kr_job_set_disagg_statistics),
    DISAGG_SPECIAL(disagg_cells_precision, kr_job_set_cells_precision),
    UNUSED(imt_ref, TEXT),
    CHOICE(asce_version, "ASCE7-16|ASCE7-22"),
    UNUSED(mosaic_model, TEXT),

    /* ground-motion fields, scenarios, aftershocks */
    UNUSED(compare_with_classical, BOOL),
    UNUSED(cholesky_limit, COUNT),
    UNUSED(correlation_cutoff, FLOAT),
    UNUSED(cross_correlation, FILLED),
    UNUSED(extreme_gmv, LITERAL),
    UNUSED(gmf_max_gb, FLOAT),
    CHOICE(ground_motion_correlation_model, "|JB2009|HM2018"),
    UNUSED(ground_motion_correlation_params, LITERAL),
    UNUSED(ground_motion_fields, BOOL),
    UNUSED(hazard_curves_from_gmfs, BOOL),
    UNUSED(master_seed, COUNT),
    UNUSED(maximum_distance_stations, FLOAT),
    UNUSED(max_gmvs_chunk, COUNT),
    UNUSED(max_potential_gmfs, TEXT),
    UNUSED(minimum_intensity, LITERAL),
    UNUSED(number_of_ground_motion_fields, COUNT),
    UNUSED(rupture_dict, LITERAL),
    UNUSED(secondary_perils, NAMES),
    UNUSED(sec_peril_params, LITERAL),
    UNUSED(secondary_simulations, LITERAL),
    UNUSED(ses_per_logic_tree_path, COUNT),
    UNUSED(ses_seed, COUNT),
    REFUSED(shakemap_id),
    REFUSED(shakemap_uri),
    CHOICE(site_effects, "no|shakemap|sitemodel"),
    CHOICE(spatial_correlation, "yes|no|full"),
    UNUSED(tectonic_region_type, TEXT),

    /* site amplification */
    SPECIAL(amplification_method, kr_job_set_amplification),
    SPECIAL(soil_intensities, kr_job_set_soil),
    SPECIAL(vs30_tolerance, kr_job_set_tolerance),

    /* risk */
    UNUSED(aggregate_by, TEXT),
    UNUSED(aggregate_loss_curves_types, TEXT),
    UNUSED(ash_wet_amplification_factor, FLOAT),
    CHOICE(asset_correlation, "0|1"),
    UNUSED(asset_life_expectancy, FLOAT),
    UNUSED(assets_per_site_limit, FLOAT),
    UNUSED(avg_losses, BOOL),
    UNUSED(collect_rlzs, BOOL),
    UNUSED(conditional_loss_poes, PROBABILITIES),
    UNUSED(continuous_fragility_discretization, COUNT),
    UNUSED(countries, NAMES),
    UNUSED(discrete_damage_distribution, BOOL),
    UNUSED(ebrisk_maxsize, FLOAT),
    UNUSED(ignore_covs, BOOL),
    UNUSED(ignore_encoding_errors, BOOL),
    UNUSED(ignore_master_seed, BOOL),
    UNUSED(ignore_missing_costs, NAMES),
    UNUSED(infrastructure_connectivity_analysis, BOOL),
    UNUSED(interest_rate, FLOAT),
    UNUSED(limit_states, NAMES),
    UNUSED(lrem_steps_per_interval, COUNT),
    UNUSED(max_aggregations, FLOAT),
    UNUSED(minimum_asset_loss, LITERAL),
    UNUSED(modal_damage_state, BOOL),
    UNUSED(reaggregate_by, NAMES),
    UNUSED(risk_imtls, LITERAL),
    UNUSED(risk_investigation_time, FLOAT),
    UNUSED(specific_assets, NAMES),
    UNUSED(steps_per_interval, COUNT),
    UNUSED(time_event, TEXT),
    UNUSED(total_losses, TEXT),
};

static const kr_job_input inputs[] = {
    {"source_model_logic_tree", KR_KEY_HONOURED},
    {"gsim_logic_tree", KR_KEY_HONOURED},
    {"source_map", KR_KEY_HONOURED},
    {"sites", KR_KEY_HONOURED},
    {"site_model", KR_KEY_HONOURED},
    {"exposure", KR_KEY_HONOURED},
    {"reqv", KR_KEY_HONOURED},
    {"amplification", KR_KEY_HONOURED},
    {"delta_rates", KR_KEY_REFUSED},
    {"gmfs", KR_KEY_REFUSED},
    {"hazard_curves", KR_KEY_REFUSED},
    {"ins_loss", KR_KEY_REFUSED},
    {"multi_peril", KR_KEY_REFUSED},
    {"rupture_model", KR_KEY_REFUSED},
    {"shakemap", KR_KEY_REFUSED},
    {"station_data", KR_KEY_REFUSED},
    {"source_model", KR_KEY_UNUSED},
    {"geometry", KR_KEY_UNUSED},
    {"insurance", KR_KEY_UNUSED},
    {"reinsurance", KR_KEY_UNUSED},
    {"taxonomy_mapping", KR_KEY_UNUSED},
    {"fragility", KR_KEY_UNUSED},
    {"consequence", KR_KEY_UNUSED},
    {"nonstructural_vulnerability", KR_KEY_UNUSED},
    {"nonstructural_fragility", KR_KEY_UNUSED},
    {"nonstructural_consequence", KR_KEY_UNUSED},
    {"structural_vulnerability", KR_KEY_UNUSED},
    {"structural_fragility", KR_KEY_UNUSED},
    {"structural_consequence", KR_KEY_UNUSED},
    {"contents_vulnerability", KR_KEY_UNUSED},
    {"contents_fragility", KR_KEY_UNUSED},
    {"contents_consequence", KR_KEY_UNUSED},
    {"business_interruption_vulnerability", KR_KEY_UNUSED},
    {"business_interruption_fragility", KR_KEY_UNUSED},
    {"business_interruption_consequence", KR_KEY_UNUSED},
    {"structural_vulnerability_retrofitted", KR_KEY_UNUSED},
    {"occupants_vulnerability", KR_KEY_UNUSED},
    {"residents_vulnerability", KR_KEY_UNUSED},
    {"area_vulnerability", KR_KEY_UNUSED},
    {"number_vulnerability", KR_KEY_UNUSED},
    {"post_loss_amplification", KR_KEY_UNUSED},
};

static const struct {
    const char *old, *present;
} aliases[] = {
    {"individual_curves", "individual_rlzs"}, {"quantile_hazard_curves", "quantiles"},
    {"mean_hazard_curves", "mean"},           {"max_hazard_curves", "max"},
    {"region_constraint", "region"},
};

enum {
    NKEYS = sizeof keys / sizeof *keys,
    NINPUTS = sizeof inputs / sizeof *inputs,
    NALIASES = sizeof aliases / sizeof *aliases
};

const kr_job_key *kr_job_keys(size_t *n)
{
    *n = NKEYS;
    return keys;
}

const char *kr_job_parameter(size_t i)
{
    for (size_t k = 0; k < NKEYS; k++)
        if ((keys[k].status == KR_KEY_HONOURED || keys[k].status == KR_KEY_DISAGG) && i-- == 0)
            return keys[k].name;
    return NULL;
}

const kr_job_input *kr_job_inputs(size_t *n)
{
    *n = NINPUTS;
    return inputs;
}

const kr_job_key *kr_job_key_find(const char *name)
{
    for (size_t i = 0; i < NKEYS; i++)
        if (kr_str_eq(keys[i].name, name))
            return &keys[i];
    return NULL;
}

const char *kr_job_key_present(const char *name)
{
    for (size_t i = 0; i < NALIASES; i++)
        if (kr_str_eq(aliases[i].old, name))
            return aliases[i].present;
    return name;
}

const kr_job_input *kr_job_input_find(const char *key)
{
    const char *ending = strrchr(key, '_');
    size_t length = ending ? (size_t)(ending - key) : 0;
    for (size_t i = 0; i < NINPUTS; i++)
        if (strlen(inputs[i].name) == length && strncmp(inputs[i].name, key, length) == 0)
            return &inputs[i];
    return NULL;
}

kr_status kr_job_key_nearest(kr_arena *arena, const char *name, const char **out)
{
    kr_status s = KR_OK;
    const char **names = NULL;
    size_t n = 0;

    *out = NULL;
    KR_ANEW(names, arena, NKEYS + NALIASES + 2 * NINPUTS);
    for (size_t i = 0; i < NKEYS; i++)
        names[n++] = keys[i].name;
    for (size_t i = 0; i < NALIASES; i++)
        names[n++] = aliases[i].old;
    for (size_t i = 0; i < NINPUTS; i++) {
        const char *file = kr_arena_printf(arena, "%s_file", inputs[i].name);
        const char *csv = kr_arena_printf(arena, "%s_csv", inputs[i].name);
        if (!file || !csv)
            return KR_ENOMEM;
        names[n++] = file;
        names[n++] = csv;
    }
    *out = kr_nearest(name, names, n);
out:
    return s;
}

kr_status kr_job_key_check(kr_ctx *ctx, const char *name, kr_key_use *use, char *nearest,
                           size_t size)
{
    kr_status s = KR_OK;
    kr_arena arena;
    const char *near = NULL, *present = kr_job_key_present(name);
    const kr_job_key *key = kr_job_key_find(present);
    const kr_job_input *input = kr_job_is_path_key(present) ? kr_job_input_find(present) : NULL;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    nearest[0] = '\0';
    *use = KR_KEY_UNKNOWN;
    if (key || input) {
        kr_key_status status = key ? key->status : input->status;
        *use = status == KR_KEY_SCHEDULE || status == KR_KEY_UNUSED ? KR_KEY_WITHOUT_EFFECT
                                                                    : KR_KEY_WITH_EFFECT;
        goto out;
    }
    KR_TRY(kr_job_key_nearest(&arena, name, &near));
    if (near)
        snprintf(nearest, size, "%s", near);
out:
    kr_arena_clear(&arena);
    return s;
}
