/* Parameters with rules of their own. */
#include "model/job_int.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------ the calculation */

kr_status kr_job_set_mode(kr_job_reader *r, const kr_ini_entry *entry)
{
    static const char *const others[] = {"aftershock",
                                         "classical_risk",
                                         "classical_damage",
                                         "classical_bcr",
                                         "custom",
                                         "event_based",
                                         "scenario",
                                         "post_risk",
                                         "ebrisk",
                                         "scenario_risk",
                                         "event_based_risk",
                                         "multi_risk",
                                         "event_based_damage",
                                         "scenario_damage",
                                         "reinsurance",
                                         "conditional_spectrum"};

    if (kr_str_eq(entry->value, "classical")) {
        r->job->mode = KR_MODE_CLASSICAL;
        return KR_OK;
    }
    if (kr_str_eq(entry->value, "preclassical")) {
        r->job->mode = KR_MODE_PRECLASSICAL;
        return KR_OK;
    }
    if (kr_str_eq(entry->value, "disaggregation")) {
        r->job->mode = KR_MODE_DISAGGREGATION;
        return KR_OK;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (kr_str_eq(entry->value, others[i]))
            return kr_fail_at(
                r->ctx, entry->file, entry->line,
                "calculation_mode = %s is not available yet; classical, preclassical or "
                "disaggregation was expected",
                others[i]);
    return kr_job_bad(r, entry, "classical, preclassical or disaggregation was expected");
}

kr_status kr_job_set_truncation(kr_job_reader *r, const kr_ini_entry *entry)
{
    double x = NAN;

    if (!kr_parse_double(entry->value, &x) || !(x >= 0 && isfinite(x)))
        return kr_job_bad(r, entry, "a number of 0 or more was expected");
    r->job->truncation_level = x > 0 ? x : 1e-9;
    return KR_OK;
}

kr_status kr_job_set_definition(kr_job_reader *r, const kr_ini_entry *entry)
{
    static const char *const names[] = {"reference", "half-weight", "merged"};

    for (int i = 0; i < 3; i++)
        if (kr_str_eq(entry->value, names[i])) {
            r->job->quantile_definition = (kr_definition)(KR_DEFINITION_REFERENCE + i);
            return KR_OK;
        }
    return kr_job_bad(r, entry, "reference, half-weight or merged was expected");
}

const char *kr_precision_name(kr_precision precision)
{
    static const char *const names[] = {"float64", "float32", "none"};

    return names[precision];
}

static kr_status set_precision(kr_job_reader *r, const kr_ini_entry *entry, kr_precision *out)
{
    for (int i = KR_PRECISION_F64; i <= KR_PRECISION_NONE; i++)
        if (kr_str_eq(entry->value, kr_precision_name((kr_precision)i))) {
            *out = (kr_precision)i;
            return KR_OK;
        }
    return kr_job_bad(r, entry, "float64, float32 or none was expected");
}

kr_status kr_job_set_precision(kr_job_reader *r, const kr_ini_entry *entry)
{
    return set_precision(r, entry, &r->job->component_rates_precision);
}

kr_status kr_job_set_cells_precision(kr_job_reader *r, const kr_ini_entry *entry)
{
    return set_precision(r, entry, &r->job->disagg.cells_precision);
}

kr_status kr_job_set_postproc(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (*entry->value && !kr_str_eq(entry->value, "dummy.main"))
        kr_warn_at(r->ctx, entry->file, entry->line,
                   "postproc_func = %s is not run; the hazard does not depend on it", entry->value);
    return KR_OK;
}

kr_status kr_job_set_parent(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (!*entry->value)
        return KR_OK;
    return kr_job_bad(r, entry,
                      "calculations cannot begin from the results of another one yet; remove it");
}

kr_status kr_job_set_exports(kr_job_reader *r, const kr_ini_entry *entry)
{
    static const char *const known[] = {"xml", "geojson", "txt", "csv", "npz", "hdf5"};
    kr_status s = KR_OK;
    char **words = NULL;
    size_t n = 0;

    KR_TRY(kr_split_words(r->arena, entry->value, true, &words, &n));
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            found |= kr_str_ieq(words[i], known[k]);
        if (!found)
            return kr_job_bad(r, entry, "xml, geojson, txt, csv, npz or hdf5 was expected");
    }
out:
    return s;
}

/* ------------------------------------------------------------------ measures and periods */

kr_status kr_job_keep_levels(kr_job_reader *r, const kr_ini_entry *entry)
{
    r->levels = entry;
    return KR_OK;
}

kr_status kr_job_keep_iml(kr_job_reader *r, const kr_ini_entry *entry)
{
    r->iml_disagg = entry;
    return KR_OK;
}

kr_status kr_job_set_imts(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (kr_job_entry(r, "intensity_measure_types_and_levels")) {
        kr_warn_at(
            r->ctx, entry->file, entry->line,
            "intensity_measure_types is ignored, since intensity_measure_types_and_levels is "
            "given");
        return KR_OK;
    }
    return kr_fail_at(r->ctx, entry->file, entry->line,
                      "intensity_measure_types gives no levels; write "
                      "intensity_measure_types_and_levels = {\"PGA\": logscale(0.005, 2.13, 45)}");
}

kr_status kr_job_set_periods(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;

    KR_TRY(kr_job_counts(r, entry, &r->return_periods));
    for (size_t i = 0; i < r->return_periods.n; i++)
        if (r->return_periods.x[i] == 0)
            return kr_job_bad(r, entry, "years above 0 were expected");
out:
    return s;
}

/* ------------------------------------------------------------------ sources and trees */

kr_status kr_job_set_collapse(kr_job_reader *r, const kr_ini_entry *entry)
{
    long long level = 0;

    if (!kr_parse_int(entry->value, &level) || level < -1 || level > 2)
        return kr_job_bad(r, entry, "-1, 0, 1 or 2 was expected");
    r->job->collapse_level = (int)level;
    return KR_OK;
}

kr_status kr_job_set_discard(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_names *out = &r->job->discard_trts;
    char *text = NULL;
    size_t most = 1;

    for (const char *p = entry->value; *p; p++)
        most += *p == ',';
    KR_ASTR(text, r->arena, entry->value);
    KR_ANEW(out->name, r->arena, most);
    for (char *next = text; next; text = next) {
        next = strchr(text, ',');
        if (next)
            *next++ = '\0';
        text = kr_trim(text);
        if (*text)
            out->name[out->n++] = text;
    }
out:
    return s;
}

kr_status kr_job_set_gsim(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (*entry->value && !kr_str_eq(entry->value, "[FromFile]")) {
        r->job->gsim = entry->value;
        r->job->gsim_line = entry->value_line;
    }
    return KR_OK;
}

kr_status kr_job_set_seed(kr_job_reader *r, const kr_ini_entry *entry)
{
    long long seed = 0;

    if (!kr_parse_int(entry->value, &seed) || seed < 0 || seed > UINT32_MAX)
        return kr_job_bad(r, entry, "a whole number from 0 to 4294967295 was expected");
    r->job->random_seed = (uint32_t)seed;
    return KR_OK;
}

kr_status kr_job_set_sampling(kr_job_reader *r, const kr_ini_entry *entry)
{
    static const char *const names[] = {"early_weights", "late_weights", "early_latin",
                                        "late_latin"};
    static const kr_sampling methods[] = {KR_EARLY_WEIGHTS, KR_LATE_WEIGHTS, KR_EARLY_LATIN,
                                          KR_LATE_LATIN};

    for (size_t i = 0; i < 4; i++)
        if (kr_str_eq(entry->value, names[i])) {
            r->job->sampling_method = methods[i];
            return KR_OK;
        }
    return kr_job_bad(r, entry,
                      "early_weights, late_weights, early_latin or late_latin was expected");
}

kr_status kr_job_set_oversampling(kr_job_reader *r, const kr_ini_entry *entry)
{
    r->job->oversampling_forbidden = kr_str_eq(entry->value, "forbid");
    if (!r->job->oversampling_forbidden && !kr_str_eq(entry->value, "tolerate"))
        return kr_job_bad(r, entry, "tolerate or forbid was expected");
    return KR_OK;
}

kr_status kr_job_set_branch(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (*entry->value && !kr_job_is_name(entry->value))
        return kr_job_bad(r, entry, "letters, digits, '_', '-' and ':' were expected");
    r->job->smlt_branch = entry->value;
    return KR_OK;
}

/* ------------------------------------------------------------------ sites */

kr_status kr_job_set_vs30_type(kr_job_reader *r, const kr_ini_entry *entry)
{
    r->job->reference_vs30_measured = kr_str_eq(entry->value, "measured");
    if (!r->job->reference_vs30_measured && !kr_str_eq(entry->value, "inferred"))
        return kr_job_bad(r, entry, "measured or inferred was expected");
    return KR_OK;
}

kr_status kr_job_set_sites(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (*entry->value) {
        r->job->sites = entry->value;
        r->job->sites_line = entry->value_line;
    }
    return KR_OK;
}

kr_status kr_job_set_region(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (!*entry->value)
        return kr_job_bad(r, entry, "a polygon 'lon lat, lon lat, ...' was expected");
    r->job->region = entry->value;
    r->job->region_line = entry->value_line;
    return KR_OK;
}

kr_status kr_job_set_tile(kr_job_reader *r, const kr_ini_entry *entry)
{
    static const char expected[] =
        "[number, count] with a number from 1 to the count was expected, as in [1, 4]";
    kr_status s = KR_OK;
    kr_value value = {0};

    KR_TRY(kr_job_literal(r, entry, &value));
    if (value.kind != KR_VALUE_LIST || value.n != 2 || value.items[0].kind != KR_VALUE_INT ||
        value.items[1].kind != KR_VALUE_INT)
        return kr_job_bad(r, entry, expected);
    double no = value.items[0].number, count = value.items[1].number;
    if (!(no >= 1 && no <= count && count < 1e9))
        return kr_job_bad(r, entry, expected);
    r->job->tile_no = (size_t)no;
    r->job->tile_count = (size_t)count;
out:
    return s;
}

/* By loss type; only the greatest matters for the sites. */
kr_status kr_job_set_asset_distance(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_by_trt by = {0};

    KR_TRY(kr_job_by_trt(r, entry, &by));
    r->job->asset_hazard_distance_km = 0;
    for (size_t i = 0; i < by.n; i++)
        r->job->asset_hazard_distance_km = fmax(r->job->asset_hazard_distance_km, by.value[i]);
out:
    return s;
}
