#include "model/job_int.h"

#include "base/file.h"
#include "base/str.h"
#include "base/zip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ keys and overrides */

/* What identifies a parameter: the present name, without the ending of a file's key. */
static bool job_same_key(const char *a, const char *b)
{
    a = kr_job_key_present(a);
    b = kr_job_key_present(b);
    if (!kr_job_is_path_key(a) || !kr_job_is_path_key(b))
        return kr_str_eq(a, b);
    size_t na = (size_t)(strrchr(a, '_') - a), nb = (size_t)(strrchr(b, '_') - b);
    return na == nb && strncmp(a, b, na) == 0;
}

static kr_status job_override(kr_job_reader *r, const kr_override *override)
{
    kr_status s = KR_OK;
    char *key = NULL, *value = NULL;

    KR_ASTR(key, r->arena, override->key);
    KR_ASTR(value, r->arena, override->value);
    key = kr_trim(key);
    for (char *p = key; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    if (!*key)
        return kr_fail(r->ctx, KR_EUSAGE, "-p: a key is missing; key=value was expected");
    char *place = kr_arena_printf(r->arena, "-p %s", key);
    if (!place)
        return KR_ENOMEM;
    kr_ini_entry entry = {"", key, kr_trim(value), place, 0, 0};
    for (size_t i = 0; i < r->n; i++)
        if (job_same_key(r->entries[i].key, key)) {
            r->entries[i] = entry;
            return KR_OK;
        }
    r->entries[r->n++] = entry;
out:
    return s;
}

/* Old names become present ones; a parameter under both names is an error. */
static kr_status job_rename(kr_job_reader *r)
{
    for (size_t i = 0; i < r->n; i++) {
        kr_ini_entry *entry = &r->entries[i];
        const char *present = kr_job_key_present(entry->key);
        if (present == entry->key)
            continue;
        const kr_ini_entry *other = kr_job_entry(r, present);
        if (other)
            return kr_fail_at(
                r->ctx, entry->file, entry->line,
                "'%s' is the old name of '%s', which line %d gives too; keep the latter",
                entry->key, present, other->line);
        if (kr_str_eq(entry->key, "region_constraint"))
            kr_warn_at(r->ctx, entry->file, entry->line,
                       "region_constraint is obsolete; write region instead");
        entry->key = present;
    }
    return KR_OK;
}

static kr_status job_merge(kr_job_reader *r, const kr_override *overrides, size_t noverrides)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;
    kr_ini ini = {0};

    KR_TRY(kr_ini_read(r->ctx, job->path, r->arena, &ini));
    KR_ANEW(r->entries, r->arena, ini.n + noverrides);
    if (ini.n)
        memcpy(r->entries, ini.entries, ini.n * sizeof *r->entries);
    r->n = ini.n;
    for (size_t i = 0; i < noverrides; i++)
        KR_TRY(job_override(r, &overrides[i]));
    KR_ANEW(job->given_keys, r->arena, r->n);
    KR_ANEW(job->given_values, r->arena, r->n);
    for (size_t i = 0; i < r->n; i++) {
        job->given_keys[i] = r->entries[i].key;
        job->given_values[i] = r->entries[i].value;
    }
    job->ngiven = r->n;
    KR_TRY(job_rename(r));
out:
    return s;
}

/* ------------------------------------------------------------------ one parameter */

/* In a job it may be of another version or program, as in the reference; on the command line it is
 * a slip. */
static kr_status job_unknown(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    const char *nearest = NULL;
    bool from_job = entry->line > 0;

    KR_TRY(kr_job_key_nearest(r->arena, entry->key, &nearest));
    const char *hint = nearest ? kr_arena_printf(r->arena, "; did you mean '%s'?", nearest) : "";
    KR_TRY(hint ? KR_OK : KR_ENOMEM);
    if (from_job)
        kr_warn_at(r->ctx, entry->file, entry->line, "unknown parameter '%s' is ignored%s",
                   entry->key, hint);
    else
        s = kr_fail_at(r->ctx, entry->file, 0, "there is no such parameter%s",
                       nearest ? hint : "; docs/parameters.md lists them");
out:
    return s;
}

static kr_status job_set(kr_job_reader *r, const kr_ini_entry *entry)
{
    if (kr_job_is_path_key(entry->key))
        return kr_job_set_file(r, entry);
    if (kr_str_ends(entry->value, ".hdf5"))
        return kr_job_set_reqv(r, entry);
    const kr_job_key *key = kr_job_key_find(entry->key);
    if (!key)
        return job_unknown(r, entry);
    if (key->status == KR_KEY_REFUSED)
        return kr_fail_at(r->ctx, entry->file, entry->line,
                          "%s is not available yet and would change the results; remove it",
                          entry->key);
    return kr_job_set(r, key, entry);
}

/* One line that lists the parameters of a status. */
static kr_status job_note(kr_job_reader *r, kr_key_status status, const char *text)
{
    kr_status s = KR_OK;
    const char *list = NULL;
    size_t ninputs = 0;
    const kr_job_input *inputs = kr_job_inputs(&ninputs);

    for (size_t i = 0; i < r->n; i++) {
        const char *name = r->entries[i].key;
        const kr_job_key *key = kr_job_key_find(name);
        bool listed = key && (key->status == status ||
                              (key->status == KR_KEY_DISAGG && status == KR_KEY_UNUSED &&
                               r->job->mode != KR_MODE_DISAGGREGATION));
        for (size_t k = 0; k < ninputs && kr_job_is_path_key(name); k++)
            listed |= inputs[k].status == status && kr_str_starts(name, inputs[k].name) &&
                      strrchr(name, '_') == name + strlen(inputs[k].name);
        if (!listed)
            continue;
        list = list ? kr_arena_printf(r->arena, "%s, %s", list, name) : name;
        if (!list)
            return KR_ENOMEM;
    }
    if (list)
        kr_info(r->ctx, "%s: %s: %s", r->job->path, text, list);
    return s;
}

/* ------------------------------------------------------------------ the job */

static kr_status job_by_default(kr_job_reader *r, double value, kr_by_trt *out)
{
    kr_status s = KR_OK;

    out->n = 1;
    KR_ANEW(out->trt, r->arena, 1);
    KR_ANEW(out->value, r->arena, 1);
    out->trt[0] = "default";
    out->value[0] = value;
out:
    return s;
}

/* Farther than any two places are. */
static const double EVERYWHERE_KM = 1e6;

static kr_status job_defaults(kr_job_reader *r)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;

    job->description = "no description";
    job->investigation_time = job->truncation_level = NAN;
    job->collapse_level = -1;
    job->split_sources = job->mean = true;
    job->rupture_mesh_spacing_km = 5;
    job->complex_fault_mesh_spacing_km = job->width_of_mfd_bin = NAN;
    job->area_source_discretization_km = NAN;
    job->random_seed = 42;
    job->smlt_branch = "";
    job->individual_rlzs = -1;
    job->max_sites_disagg = 10;
    job->disagg = (kr_job_disagg){.mag_bin_width = 1,
                                  .distance_bin_width_km = NAN,
                                  .coordinate_bin_width_deg = 100,
                                  .epsilon_bins = 1,
                                  .cells_precision = KR_PRECISION_NONE};
    job->quantile_bracket = 1e-3;
    job->sharing = job->factoring = job->collapsing = true;
    job->reference_vs30_value = job->reference_depth_to_1pt0km_per_sec = NAN;
    job->reference_depth_to_2pt5km_per_sec = job->override_vs30 = NAN;
    job->region_grid_spacing_km = NAN;
    job->asset_hazard_distance_km = 15;
    KR_TRY(job_by_default(r, 0, &job->minimum_magnitude));
    KR_TRY(job_by_default(r, 100, &job->pointsource_distance));
out:
    return s;
}

/* Values that follow from others. */
static kr_status job_derive(kr_job_reader *r)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;

    if (job->ps_grid_spacing_km > 0 && !kr_job_entry(r, "pointsource_distance"))
        KR_TRY(job_by_default(r, 40, &job->pointsource_distance));
    if (!job->collapsing) { /* every point keeps its planes and depths at any distance */
        KR_TRY(job_by_default(r, EVERYWHERE_KM, &job->pointsource_distance));
        job->ps_grid_spacing_km = 0;
        job->collapse_level = -1;
    }
    if (isnan(job->complex_fault_mesh_spacing_km))
        job->complex_fault_mesh_spacing_km = job->rupture_mesh_spacing_km;
    if (job->override_vs30 == 0)
        job->override_vs30 = NAN;
    if (r->return_periods.n && !job->poes.n && !isnan(job->investigation_time)) {
        KR_ANEW(job->poes.x, r->arena, r->return_periods.n);
        job->poes.n = r->return_periods.n;
        for (size_t i = 0; i < job->poes.n; i++)
            job->poes.x[i] = 1 - exp(-job->investigation_time / r->return_periods.x[i]);
    }
    if (job->mode == KR_MODE_DISAGGREGATION)
        KR_TRY(kr_job_derive_disagg(r));
    if (job->nmaximum_distance)
        KR_TRY(kr_job_cut_distance(r));
out:
    return s;
}

static kr_status job_fill(kr_job_reader *r)
{
    kr_status s = KR_OK;
    const kr_ini_entry *mode = kr_job_entry(r, "calculation_mode");

    if (!mode)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "calculation_mode is missing; write calculation_mode = classical");
    KR_TRY(kr_job_set_mode(r, mode)); /* before all else: other modes have other parameters */
    for (size_t i = 0; i < r->n; i++)
        KR_TRY(job_set(r, &r->entries[i]));
    KR_TRY(kr_job_set_levels(r));
    KR_TRY(job_derive(r));
    KR_TRY(kr_job_check(r));
    KR_TRY(job_note(r, KR_KEY_SCHEDULE, "accepted, but only schedules work elsewhere"));
    KR_TRY(job_note(r, KR_KEY_UNUSED, "accepted, but does not change classical hazard"));
out:
    return s;
}

/* Of an archive it is the one job file in it. */
static kr_status job_path(kr_job_reader *r, const char *path)
{
    kr_status s = KR_OK;
    const char **found = NULL;
    size_t n = 0;
    if (kr_str_ends(path, ".zip") && kr_file_exists(path)) {
        KR_TRY(kr_zip_list(r->ctx, path, ".ini", r->arena, &found, &n));
        if (n != 1) {
            s = n == 0 ? kr_fail(r->ctx, KR_EINPUT, "%s: no job file (.ini) in this archive", path)
                       : kr_fail(r->ctx, KR_EINPUT,
                                 "%s: %zu job files in this archive; name one, as in %s", path, n,
                                 found[0]);
            goto out;
        }
        path = found[0];
    }
    KR_ASTR(r->job->path, r->arena, path);
out:
    return s;
}

kr_status kr_job_read(kr_ctx *ctx, const char *path, const kr_override *overrides,
                      size_t noverrides, kr_compat compat, kr_job **out)
{
    kr_status s = KR_OK;
    kr_job *job = NULL;
    kr_job_reader r = {.ctx = ctx};
    const char *dir = NULL;

    *out = NULL;
    KR_NEW(job, ctx, KR_ACCOUNT_JOB, 1);
    kr_arena_init(&job->arena, ctx, KR_ACCOUNT_JOB);
    r.job = job;
    r.arena = &job->arena;
    job->compat = compat;
    KR_TRY(job_defaults(&r));
    KR_TRY(job_path(&r, path));
    dir = kr_path_dir(r.arena, job->path);
    if (!dir) {
        s = KR_ENOMEM;
        goto out;
    }
    job->dir = kr_str_eq(dir, ".") ? "" : dir;
    KR_TRY(job_merge(&r, overrides, noverrides));
    KR_TRY(job_fill(&r));
    *out = job;
    job = NULL;
out:
    kr_job_destroy(&job);
    return s;
}

void kr_job_destroy(kr_job **job)
{
    if (!*job)
        return;
    kr_arena_clear(&(*job)->arena);
    kr_free(*job);
    *job = NULL;
}
