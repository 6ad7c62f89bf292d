/* What several parameters must fulfil together. */
#include "model/job_int.h"

#include "base/str.h"

#include <math.h>

/* Record a failure at a key, or at the file if the job does not give it. */
#define FAIL_AT_KEY(r, name, ...)                                                                  \
    kr_fail_at((r)->ctx, check_file((r), (name)), check_line((r), (name)), __VA_ARGS__)

const kr_ini_entry *kr_job_entry(const kr_job_reader *r, const char *key)
{
    for (size_t i = 0; i < r->n; i++)
        if (kr_str_eq(r->entries[i].key, key))
            return &r->entries[i];
    return NULL;
}

static const char *check_file(const kr_job_reader *r, const char *key)
{
    const kr_ini_entry *entry = kr_job_entry(r, key);

    return entry ? entry->file : r->job->path;
}

static int check_line(const kr_job_reader *r, const char *key)
{
    const kr_ini_entry *entry = kr_job_entry(r, key);

    return entry ? entry->line : 0;
}

/* ------------------------------------------------------------------ what must be there */

static kr_status check_required(kr_job_reader *r)
{
    const kr_job *job = r->job;
    const char *missing = NULL;

    if (isnan(job->investigation_time))
        missing = "investigation_time is missing; write the years, as in investigation_time = 50";
    else if (isnan(job->truncation_level))
        missing = "truncation_level is missing; write the standard deviations, as in "
                  "truncation_level = 3";
    else if (!job->nmaximum_distance)
        missing = "maximum_distance is missing; write the km, as in maximum_distance = 300";
    else if (!job->source_model_logic_tree_file)
        missing = "source_model_logic_tree_file is missing; write the name of the file";
    else if (!job->gsim_logic_tree_file && !job->gsim)
        missing = "gsim_logic_tree_file is missing; write the name of the file, or the model as in "
                  "gsim = BooreAtkinson2008";
    if (missing)
        return kr_fail_at(r->ctx, job->path, 0, "%s", missing);
    if (!(job->investigation_time >= KR_YEARS_MIN && job->investigation_time <= KR_YEARS_MAX))
        return FAIL_AT_KEY(r, "investigation_time",
                           "investigation_time is %g; from %g to %g years were expected",
                           job->investigation_time, KR_YEARS_MIN, KR_YEARS_MAX);
    if (job->gsim_logic_tree_file && job->gsim)
        return FAIL_AT_KEY(r, "gsim",
                           "gsim and gsim_logic_tree_file are both given; keep one of the "
                           "two");
    return KR_OK;
}

/* ------------------------------------------------------------------ where the sites come from */

static void warn_of_places(const kr_job_reader *r, const char *key, const char *text)
{
    kr_warn_at(r->ctx, check_file(r, key), check_line(r, key), "%s", text);
}

/* Of places that are given twice the reference takes one, in silence. */
static void check_places(const kr_job_reader *r)
{
    const kr_job *job = r->job;
    bool grid = !isnan(job->region_grid_spacing_km);
    const char *csv = kr_job_entry(r, "sites_csv") ? "sites_csv" : "sites_file";
    const kr_ini_entry *table = kr_job_entry(r, csv);

    if (table && *table->value && job->sites)
        warn_of_places(r, csv,
                       "the places of sites_csv are not computed, but those of sites; keep one of "
                       "the two");
    else if (table && *table->value && job->region && grid)
        warn_of_places(r, csv,
                       "the places of sites_csv are not computed, but the grid in region; keep "
                       "one of the two");
    if (job->region && (job->sites || !grid))
        warn_of_places(r, "region",
                       job->sites ? "region has no effect: sites are given; keep one of the two"
                                  : "region has no effect without region_grid_spacing");
    else if (job->sites && grid)
        warn_of_places(r, "region_grid_spacing",
                       "region_grid_spacing makes no grid: sites are given; keep one of the two");
}

static kr_status check_sites(kr_job_reader *r)
{
    const kr_job *job = r->job;
    bool grid = !isnan(job->region_grid_spacing_km);
    bool files = job->site_model_files.n || job->exposure_files.n;

    if (job->mode == KR_MODE_PRECLASSICAL)
        return KR_OK;
    if (files || (job->sites && !(job->region && grid)))
        check_places(r);
    if (files)
        return KR_OK;
    if (job->sites && job->region && grid)
        return FAIL_AT_KEY(r, "region", "sites and region are both given; keep one of the two");
    if (job->sites)
        return KR_OK;
    if (job->region && !grid)
        return FAIL_AT_KEY(r, "region",
                           "region_grid_spacing is missing; write the km between the sites of the "
                           "region");
    if (grid && !job->region)
        return FAIL_AT_KEY(r, "region_grid_spacing",
                           "region_grid_spacing needs a region, a site model or an exposure");
    if (!job->region)
        return kr_fail_at(
            r->ctx, job->path, 0,
            "sites are missing; write sites, sites_csv, site_model_file, exposure_file, "
            "or region with region_grid_spacing");
    return KR_OK;
}

/* ------------------------------------------------------------------ results */

static kr_status check_spectra(const kr_job_reader *r)
{
    const kr_job *job = r->job;
    size_t n = 0;
    if (!job->poes.n)
        return FAIL_AT_KEY(r, "uniform_hazard_spectra",
                           "uniform_hazard_spectra needs poes; write them as in poes = 0.1 0.02");
    for (size_t m = 0; m < job->nimts; m++)
        n += kr_imt_in_spectrum(&job->imts[m]);
    if (job->nimts && n == 0)
        return FAIL_AT_KEY(
            r, "uniform_hazard_spectra",
            "uniform_hazard_spectra needs PGA or SA among the measures; leave it out");
    if (n == 1)
        kr_info(r->ctx,
                "%s: uniform_hazard_spectra: spectra have one point, for there is one "
                "measure of PGA and SA",
                job->path);
    return KR_OK;
}

static kr_status check_results(kr_job_reader *r)
{
    const kr_job *job = r->job;

    if (r->return_periods.n && kr_job_entry(r, "poes") && job->poes.n)
        kr_warn_at(r->ctx, check_file(r, "return_periods"), check_line(r, "return_periods"),
                   "return_periods have no effect: poes are given; keep one of the two");
    if (job->hazard_maps && !job->poes.n)
        return FAIL_AT_KEY(r, "hazard_maps",
                           "hazard_maps needs poes; write them as in poes = 0.1 0.02");
    if (job->uniform_hazard_spectra) {
        kr_status s = check_spectra(r);
        if (s != KR_OK)
            return s;
    }
    if (job->disagg_by_src && job->ps_grid_spacing_km > 0)
        return FAIL_AT_KEY(
            r, "disagg_by_src",
            "disagg_by_src cannot be used with ps_grid_spacing; remove one of the two");
    return KR_OK;
}

static kr_status check_schedule(kr_job_reader *r)
{
    const kr_ini_entry *entry = kr_job_entry(r, "concurrent_tasks");
    long long tasks = 0;

    if (entry && kr_parse_int(entry->value, &tasks) && tasks > 30000)
        return kr_job_bad(r, entry, "at most 30000 was expected");
    return KR_OK;
}

kr_status kr_job_check(kr_job_reader *r)
{
    kr_status s = KR_OK;

    KR_TRY(check_required(r));
    KR_TRY(check_schedule(r));
    KR_TRY(check_sites(r));
    KR_TRY(check_results(r));
    KR_TRY(kr_job_check_amplification(r));
    if (r->job->mode == KR_MODE_DISAGGREGATION)
        KR_TRY(kr_job_check_disagg(r));
out:
    return s;
}
