/* What a report tells of the job, its sites and the run. */
#include "output/report_int.h"

#include "base/file.h"
#include "kauri/version.h"
#include "stats/stats.h"

#include <stdio.h>

static void put_pairs(FILE *out, const char *name, const char *const *keys,
                      const char *const *values, size_t n)
{
    fprintf(out, ",\n\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ",\n[" : "[", out);
        kr_json_text(out, keys[i], KR_REPORT_TEXT);
        fputc(',', out);
        kr_json_text(out, values[i], KR_REPORT_TEXT);
        fputc(']', out);
    }
    fputc(']', out);
}

/* Attributes of an object that are there. */
static kr_status put_attributes(kr_reporter *r, const char *name, const char *object,
                                const char *const *attributes, size_t n)
{
    kr_status s = KR_OK;
    bool first = true;
    fprintf(r->out, ",\n\"%s\":{", name);
    for (size_t i = 0; i < n; i++) {
        char *text = NULL;
        if (kr_h5_exists(r->file, object))
            KR_TRY(kr_h5_attr_text(r->file, object, attributes[i], &r->arena, &text));
        if (!text)
            continue;
        fprintf(r->out, "%s\"%s\":", first ? "" : ",\n", attributes[i]);
        kr_json_text(r->out, text, 0);
        first = false;
    }
    fputc('}', r->out);
out:
    return s;
}

static kr_status put_run(kr_reporter *r)
{
    static const char *const root[] = {"engine_version",
                                       "date",
                                       "description",
                                       "compat",
                                       "isa",
                                       "statistics_way",
                                       "quantile_definition",
                                       "number_format",
                                       "inputs_sha256",
                                       "options_sha256"};
    static const char *const definitions[] = {"probability", "rate",     "mean",     "std",
                                              "cov",         "min, max", "quantile", "map"};
    static const char *const checks[] = {"realizations"};
    kr_status s = KR_OK;
    KR_TRY(put_attributes(r, "run", "/", root, sizeof root / sizeof *root));
    KR_TRY(put_attributes(r, "definitions", "definitions", definitions,
                          sizeof definitions / sizeof *definitions));
    KR_TRY(put_attributes(r, "checks", "checks", checks, 1));
out:
    return s;
}

/* Paths as results.h5 has them: they may be looked at from anywhere. */
static kr_status put_inputs(kr_reporter *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = r->results;
    size_t n = p->ninputs < KR_REPORT_INPUTS ? p->ninputs : KR_REPORT_INPUTS;
    fprintf(r->out, ",\n\"ninputs\":%zu,\"inputs\":[", p->ninputs);
    for (size_t i = 0; i < n; i++) {
        const kr_input_file *f = &p->inputs[i];
        fputs(i ? ",\n[" : "[", r->out);
        kr_json_text(r->out, f->key, KR_REPORT_TEXT);
        fputc(',', r->out);
        const char *path = kr_path_absolute(&r->arena, f->path);
        KR_TRY(path ? KR_OK : KR_ENOMEM);
        kr_json_text(r->out, path, 0);
        fprintf(r->out, ",%lld,", f->size);
        kr_json_text(r->out, f->sha256, 0);
        fputc(']', r->out);
    }
    fputc(']', r->out);
out:
    return s;
}

static void put_measures(const kr_reporter *r)
{
    const kr_results_spec *p = r->results;
    const kr_job *job = p->job;
    fputs(",\n\"imts\":[", r->out);
    for (size_t m = 0; m < job->nimts; m++) {
        fputs(m ? "," : "", r->out);
        kr_json_text(r->out, job->imts[m].name, 0);
    }
    fputs("],\"units\":[", r->out);
    for (size_t m = 0; m < job->nimts; m++) {
        fputs(m ? "," : "", r->out);
        kr_json_text(r->out, kr_imt_unit(&job->imts[m]), 0);
    }
    fputs("],\"levels\":[", r->out);
    for (size_t m = 0; m < job->nimts; m++) {
        fputs(m ? ",\n" : "", r->out);
        if (job->soil_intensities.n)
            kr_json_numbers(r->out, job->soil_intensities.x, job->soil_intensities.n);
        else
            kr_json_numbers(r->out, job->levels + m * job->nlevels, job->nlevels);
    }
    fputs("],\"poes\":", r->out);
    kr_json_numbers(r->out, job->poes.x, job->poes.n);
    fputs(",\"stats\":[", r->out);
    for (size_t i = 0; i < p->nstats; i++) {
        fputs(i ? "," : "", r->out);
        kr_json_text(r->out, p->stats[i].name, 0);
    }
    fputc(']', r->out);
}

kr_status kr_report_job(kr_reporter *r)
{
    kr_status s = KR_OK;
    const kr_results_spec *p = r->results;
    const kr_job *job = p->job;
    fputs("\"writtenBy\":", r->out);
    kr_json_text(r->out, "Kauri " KAURI_VERSION, 0);
    KR_TRY(put_run(r));
    fputs(",\n\"years\":", r->out);
    kr_json_number(r->out, job->investigation_time);
    bool exact = job->compat == KR_COMPAT_EXACT;
    bool fast = kr_statistics_of_job(job, p->tree, p->stats, p->nstats).fast_mean && !exact;
    fprintf(r->out, ",\"useRates\":%s,\"exact\":%s,\"fastMean\":%s",
            job->use_rates ? "true" : "false", exact ? "true" : "false", fast ? "true" : "false");
    put_measures(r);
    put_pairs(r->out, "job", job->given_keys, job->given_values, job->ngiven);
    put_pairs(r->out, "options", p->provenance.options.keys, p->provenance.options.values,
              p->provenance.options.n);
    KR_TRY(put_inputs(r));
    fputs(",\n\"warnings\":", r->out);
    const kr_warned *warned = r->spec->warnings;
    if (warned)
        kr_json_texts(r->out, warned->texts, warned->n, 0);
    else
        fputs("null", r->out);
    fprintf(r->out, ",\"warningsLeft\":%zu", warned ? warned->left : 0);
    fputs(",\n\"fixed\":", r->out);
    kr_json_text(r->out, r->fixed, 0);
    fprintf(r->out, ",\"moved\":%zu,\"movedImts\":%zu,\"rateBytes\":%zu", r->nmoved, r->nmoved_imts,
            r->rate_bytes);
out:
    return s;
}

/* ------------------------------------------------------------------ sites */

static void put_of_sites(const kr_reporter *r, const char *name, const double *x)
{
    fprintf(r->out, ",\"%s\":[", name);
    for (size_t i = 0; i < r->nlisted; i++) {
        fputs(i ? "," : "", r->out);
        kr_json_number(r->out, x[kr_report_site(r, i)]);
    }
    fputc(']', r->out);
}

static void put_ids(const kr_reporter *r, const char *const *ids)
{
    fprintf(r->out, ",\"id\":%s", ids ? "[" : "null");
    for (size_t i = 0; i < r->nlisted && ids; i++) {
        fputs(i ? "," : "", r->out);
        kr_json_text(r->out, ids[kr_report_site(r, i)], KR_REPORT_TEXT);
    }
    fputs(ids ? "]" : "", r->out);
}

kr_status kr_report_sites(kr_reporter *r)
{
    const kr_sites *sites = r->results->sites;
    fprintf(r->out, ",\n\"sites\":{\"n\":%zu", sites->n);
    put_of_sites(r, "lon", sites->lon);
    put_of_sites(r, "lat", sites->lat);
    put_ids(r, sites->custom_site_id);
    fputs(",\"shown\":[", r->out);
    for (size_t i = 0; i < r->nshown; i++)
        fprintf(r->out, "%s%zu", i ? "," : "", r->shown[i]);
    fputs("]}", r->out);
    return kr_interrupted(r->ctx) ? kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted") : KR_OK;
}

/* ------------------------------------------------------------------ where the time went */

static kr_status put_column(kr_reporter *r, const char *name)
{
    kr_status s = KR_OK;
    char path[64];
    double *x;
    void *data;
    size_t n;
    snprintf(path, sizeof path, "performance/%s", name);
    KR_TRY(kr_h5_read(r->file, path, KR_H5_F64, &r->arena, &data, &n));
    x = data;
    fprintf(r->out, ",\"%s\":", name);
    kr_json_numbers(r->out, x, n);
out:
    return s;
}

kr_status kr_report_performance(kr_reporter *r)
{
    static const char *const columns[] = {"wall", "cpu", "times", "accounted_peak", "resident"};
    static const char *const totals[] = {"wall",          "cpu",      "threads", "accounted_peak",
                                         "resident_peak", "contexts", "means",   "exceedances"};
    kr_status s = KR_OK;
    char **phases;
    size_t n;
    if (!kr_h5_exists(r->file, "performance/phase"))
        return KR_OK;
    KR_TRY(kr_h5_read_strings(r->file, "performance/phase", &r->arena, &phases, &n));
    fputs(",\n\"performance\":{\"phase\":", r->out);
    kr_json_texts(r->out, (const char *const *)phases, n, KR_REPORT_TEXT);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        KR_TRY(put_column(r, columns[i]));
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        double x = 0;
        bool found;
        KR_TRY(kr_h5_attr_double(r->file, "performance", totals[i], &x, &found));
        if (!found)
            continue;
        fprintf(r->out, ",\"all_%s\":", totals[i]);
        kr_json_number(r->out, x);
    }
    fputc('}', r->out);
out:
    return s;
}
