/* Parameters of site amplification. */
#include "model/job_int.h"

#include "base/str.h"

#include <limits.h>
#include <math.h>

kr_status kr_job_set_amplification(kr_job_reader *r, const kr_ini_entry *entry)
{
    r->job->amplification_kernel = kr_str_eq(entry->value, "kernel");
    if (!r->job->amplification_kernel && !kr_str_eq(entry->value, "convolution"))
        return kr_job_bad(r, entry, "convolution or kernel was expected");
    return KR_OK;
}

kr_status kr_job_set_tolerance(kr_job_reader *r, const kr_ini_entry *entry)
{
    long long value = 0;

    if (!kr_parse_int(entry->value, &value) || value < INT_MIN || value > INT_MAX)
        return kr_job_bad(r, entry, "a whole number of m/s was expected");
    r->job->vs30_tolerance = (int)value;
    return KR_OK;
}

kr_status kr_job_set_soil(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_numbers *soil = &r->job->soil_intensities;

    KR_TRY(kr_job_floats(r, entry, 0, HUGE_VAL, soil));
    if (soil->n < 2)
        return kr_job_bad(r, entry, "at least two levels were expected");
    for (size_t i = 0; i < soil->n; i++)
        if (!(soil->x[i] > (i ? soil->x[i - 1] : 0)) || isinf(soil->x[i]))
            return kr_job_bad(r, entry, "increasing levels above 0 were expected");
out:
    return s;
}

/* The functions of a table hold for levels of rock, so every measure must have the same. */
static kr_status check_measures(kr_job_reader *r, const kr_ini_entry *levels)
{
    const kr_job *job = r->job;

    for (size_t m = 0; m < job->nimts; m++) {
        if (job->imts[m].kind != KR_IMT_PGA && job->imts[m].kind != KR_IMT_SA)
            return kr_fail_at(r->ctx, levels->file, levels->line,
                              "%s cannot be amplified; PGA and SA were expected with "
                              "amplification_csv",
                              job->imts[m].name);
        for (size_t l = 0; l < job->nlevels; l++)
            if (job->levels[m * job->nlevels + l] != job->levels[l])
                return kr_fail_at(r->ctx, levels->file, levels->line,
                                  "%s and %s have different levels; with amplification_csv all "
                                  "measures must have the same",
                                  job->imts[0].name, job->imts[m].name);
    }
    return KR_OK;
}

kr_status kr_job_check_amplification(kr_job_reader *r)
{
    const kr_job *job = r->job;
    const kr_ini_entry *soil = kr_job_entry(r, "soil_intensities");
    const kr_ini_entry *table = kr_job_entry(r, "amplification_csv");

    if (!table)
        table = kr_job_entry(r, "amplification_file");
    if (soil && (!job->amplification_file || job->amplification_kernel))
        return kr_fail_at(r->ctx, soil->file, soil->line,
                          "soil_intensities is for amplification_csv with amplification_method = "
                          "convolution; remove it");
    if (!job->amplification_file)
        return KR_OK;
    if (!soil && !job->amplification_kernel)
        return kr_fail_at(r->ctx, table ? table->file : job->path, table ? table->line : 0,
                          "soil_intensities is missing; write the levels on soil, as in "
                          "soil_intensities = 0.1 0.2 0.4");
    return check_measures(r, r->iml_disagg ? r->iml_disagg : r->levels);
}
