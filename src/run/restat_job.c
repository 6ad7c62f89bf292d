/* What `kauri stats` was asked for, as a job. */
#include "run/restat.h"

#include "base/file.h"
#include "base/str.h"

#include <string.h>

static const char *const STATISTICS[] = {"mean", "std", "cov", "min", "max"};

static bool *flag_of(kr_job *job, size_t i)
{
    bool *const flags[] = {&job->mean, &job->std, &job->cov, &job->min, &job->max};
    return flags[i];
}

static kr_status read_statistics(kr_restat *r, kr_job *job)
{
    kr_status s = KR_OK;
    char **words;
    size_t n, count = sizeof STATISTICS / sizeof STATISTICS[0];
    if (!r->options->statistics)
        return KR_OK;
    for (size_t i = 0; i < count; i++)
        *flag_of(job, i) = false;
    KR_TRY(kr_split_words(&r->arena, r->options->statistics, true, &words, &n));
    for (size_t k = 0; k < n; k++) {
        size_t i = 0;
        while (i < count && !kr_str_eq(words[k], STATISTICS[i]))
            i++;
        if (i == count)
            return kr_fail(r->ctx, KR_EUSAGE,
                           "--statistics '%s': mean, std, cov, min or max was expected; quantiles "
                           "are asked for with --quantiles",
                           words[k]);
        *flag_of(job, i) = true;
    }
out:
    return s;
}

static kr_status read_quantiles(kr_restat *r, kr_job *job)
{
    kr_status s = KR_OK;
    const char *text = r->options->quantiles, *bad = NULL;
    if (!text)
        return KR_OK;
    s = kr_parse_doubles(&r->arena, text, strlen(text), true, &job->quantiles.x, &job->quantiles.n,
                         &bad);
    for (size_t i = 0; s == KR_OK && i < job->quantiles.n; i++)
        if (!(job->quantiles.x[i] >= 0 && job->quantiles.x[i] <= 1))
            s = KR_EINPUT;
    if (s == KR_EINPUT)
        s = kr_fail(r->ctx, KR_EUSAGE, "--quantiles '%s': numbers from 0 to 1 were expected", text);
    return s;
}

static kr_status read_definition(kr_restat *r, kr_job *job)
{
    static const char *const names[] = {"reference", "half-weight", "merged"};
    const char *text = r->options->definition;
    for (int i = 0; text && i < 3; i++)
        if (kr_str_eq(text, names[i])) {
            job->quantile_definition = (kr_definition)(KR_DEFINITION_REFERENCE + i);
            return KR_OK;
        }
    if (!text)
        return KR_OK;
    return kr_fail(r->ctx, KR_EUSAGE,
                   "--quantile-definition '%s': reference, half-weight or merged was expected",
                   text);
}

/* What the new results were made with, after the parameters of the first run. */
static kr_status add_given(kr_restat *r, kr_job *job)
{
    kr_status s = KR_OK;
    const kr_stats_options *o = r->options;
    const char **keys, **values, *dirs = "";
    size_t n = job->ngiven, nparameters = r->options->nparameters;
    for (size_t i = 0; i < r->nruns; i++) {
        dirs = kr_arena_printf(&r->arena, "%s%s%s", dirs, i ? " " : "", r->runs[i]->dir);
        if (!dirs)
            return KR_ENOMEM;
    }
    const char *const more[][2] = {
        {"statistics_of", dirs},         {"new_source_tree", o->source_tree},
        {"new_gsim_tree", o->gsim_tree}, {"new_statistics", o->statistics},
        {"new_quantiles", o->quantiles}, {"new_quantile_definition", o->definition},
        {"new_sites", o->sites}};
    KR_ANEW(keys, &r->arena, n + sizeof more / sizeof more[0] + nparameters);
    KR_ANEW(values, &r->arena, n + sizeof more / sizeof more[0] + nparameters);
    memcpy(keys, job->given_keys, n * sizeof *keys);
    memcpy(values, job->given_values, n * sizeof *values);
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (more[i][1]) {
            keys[n] = more[i][0];
            values[n++] = more[i][1];
        }
    for (size_t i = 0; i < nparameters; i++) {
        keys[n] = kr_arena_printf(&r->arena, "new_%s", o->parameters[i].key);
        values[n] = o->parameters[i].value;
        if (!keys[n++])
            return KR_ENOMEM;
    }
    job->given_keys = keys;
    job->given_values = values;
    job->ngiven = n;
out:
    return s;
}

/* The options of the first run, but for those of statistics, which are new. */
static kr_status add_in_force(kr_restat *r, const kr_job *job)
{
    static const char *const renewed[] = {"mean",
                                          "std",
                                          "max",
                                          "min",
                                          "cov",
                                          "quantiles",
                                          "quantile_definition",
                                          "individual_rlzs",
                                          "disagg_by_src",
                                          "component_rates_precision",
                                          "poes",
                                          "poes_disagg",
                                          "disagg_outputs",
                                          "disagg_statistics",
                                          "disagg_cells_precision",
                                          "num_rlzs_disagg",
                                          "rlz_index"};
    kr_status s = KR_OK;
    const kr_job_options *old = &r->runs[0]->provenance.options;
    kr_job_options now, *all = &r->calc.in_force;
    KR_TRY(kr_job_list_options(job, &r->arena, &now));
    *all = *old;
    KR_ANEW(all->values, &r->arena, all->n + 1);
    for (size_t i = 0; i < all->n; i++) {
        all->values[i] = old->values[i];
        for (size_t k = 0; k < sizeof renewed / sizeof renewed[0]; k++)
            for (size_t m = 0; m < now.n && kr_str_eq(old->keys[i], renewed[k]); m++)
                if (kr_str_eq(now.keys[m], renewed[k]))
                    all->values[i] = now.values[m];
    }
out:
    return s;
}

static bool known_input(const kr_calc *calc, const kr_input_file *file)
{
    for (size_t i = 0; i < calc->ninputs; i++)
        if (kr_str_eq(calc->inputs[i].path, file->path) &&
            kr_str_eq(calc->inputs[i].sha256, file->sha256))
            return true;
    return false;
}

/* The inputs of all runs, and the trees with new weights. */
static kr_status add_inputs(kr_restat *r)
{
    kr_status s = KR_OK;
    kr_calc *calc = &r->calc;
    const char *const trees[][2] = {{"new_source_tree", r->options->source_tree},
                                    {"new_gsim_tree", r->options->gsim_tree}};
    size_t most = 2;
    for (size_t i = 0; i < r->nruns; i++)
        most += r->runs[i]->ninputs;
    KR_ANEW(calc->inputs, &r->arena, most);
    for (size_t i = 0; i < r->nruns; i++)
        for (size_t k = 0; k < r->runs[i]->ninputs; k++)
            if (!known_input(calc, &r->runs[i]->inputs[k]))
                calc->inputs[calc->ninputs++] = r->runs[i]->inputs[k];
    for (size_t i = 0; i < 2; i++) {
        kr_input_file *file = &calc->inputs[calc->ninputs];
        if (!trees[i][1])
            continue;
        *file = (kr_input_file){
            .key = trees[i][0], .path = trees[i][1], .size = (long long)kr_file_size(trees[i][1])};
        KR_TRY(kr_file_digest(r->ctx, file->path, file->sha256));
        calc->ninputs++;
    }
out:
    return s;
}

/* Component rates are stored as the runs have them: in single precision only where all do. */
static kr_status choose_precision(kr_restat *r, kr_job *job)
{
    kr_status s = KR_OK;
    bool single, all = true;
    job->component_rates_precision = KR_PRECISION_NONE;
    if (!r->options->copy_rates)
        return KR_OK;
    for (size_t i = 0; i < r->nruns; i++) {
        KR_TRY(kr_h5_is_single(r->runs[i]->file, "component_rates", &single));
        all = all && single;
    }
    job->component_rates_precision = all ? KR_PRECISION_F32 : KR_PRECISION_F64;
out:
    return s;
}

kr_status kr_restat_job(kr_restat *r)
{
    kr_status s = KR_OK;
    kr_job *job;
    KR_NEW(job, r->ctx, KR_ACCOUNT_JOB, 1);
    *job = *r->runs[0]->job; /* borrowed; the runs stay open */
    kr_arena_init(&job->arena, r->ctx, KR_ACCOUNT_JOB);
    r->calc.job = job;
    job->individual_rlzs = 0;
    for (size_t i = 0; i < r->nruns; i++)
        job->disagg_by_src = job->disagg_by_src && r->runs[i]->nsources > 0;
    KR_TRY(read_statistics(r, job));
    KR_TRY(read_quantiles(r, job));
    KR_TRY(read_definition(r, job));
    KR_TRY(kr_restat_disagg_job(r, job));
    KR_TRY(choose_precision(r, job));
    KR_TRY(add_in_force(r, job));
    KR_TRY(add_given(r, job));
    KR_TRY(add_inputs(r));
    KR_TRY(kr_stats_of_job(job, &r->arena, &r->calc.stats, &r->calc.nstats));
    if (r->calc.nstats == 0)
        s = kr_fail(
            r->ctx, KR_EUSAGE,
            "no statistic is asked for: --statistics 'mean std cov min max' or --quantiles");
out:
    return s;
}
