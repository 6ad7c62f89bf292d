/* What a job or a finished run holds, as text. */
#include "run/info.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/json.h"
#include "base/str.h"
#include "output/report.h"
#include "output/stored.h"
#include "run/disagg.h"
#include "run/journal.h"
#include "run/memory.h"
#include "run/phases.h"
#include "run/provenance.h"
#include "run/sampling.h"
#include "run/summary.h"
#include "run/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void kr_text_row(FILE *out, const char *label, const char *format, ...)
{
    va_list args;
    fprintf(out, "%-22s ", label);
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    fputc('\n', out);
}

static void levels(const kr_job *job, FILE *out)
{
    kr_text_row(out, "levels", "%zu of %zu measure%s", job->nimts * job->nlevels, job->nimts,
                KR_PLURAL(job->nimts));
    for (size_t m = 0; m < job->nimts; m++)
        kr_text_row(out, "", "%-12s %zu level%s from %g to %g", job->imts[m].name, job->nlevels,
                    KR_PLURAL(job->nlevels), job->levels[m * job->nlevels],
                    job->levels[(m + 1) * job->nlevels - 1]);
}

/* Site amplification. */
static void soil(const kr_calc *calc, FILE *out)
{
    const kr_job *job = calc->job;
    if (!calc->soil)
        return;
    const kr_amplification *table = kr_soil_table(calc->soil);
    kr_text_row(out, "site amplification", "by %s, %zu codes and %zu functions of %s",
                job->amplification_kernel ? "kernel" : "convolution", table->ncodes,
                table->nfunctions, table->path);
    if (job->soil_intensities.n)
        kr_text_row(out, "", "%zu levels on soil from %g to %g", job->soil_intensities.n,
                    job->soil_intensities.x[0],
                    job->soil_intensities.x[job->soil_intensities.n - 1]);
}

/* " of 0.5 km", or from the narrowest to the widest, of the bins of an axis at all sites. */
static void bin_widths(const kr_disagg_edges *edges, kr_disagg_dim d, FILE *out)
{
    static const char *const units[KR_DIMS] = {
        [KR_DIM_DIST] = " km", [KR_DIM_LON] = " degrees", [KR_DIM_LAT] = " degrees"};
    double least = INFINITY, most = 0;
    size_t nsites = d == KR_DIM_LON || d == KR_DIM_LAT ? edges->nsites : 1;
    for (size_t site = 0; site < nsites; site++) {
        const kr_disagg_bins bins = kr_disagg_edges_at(edges, site);
        const double *of[KR_DIMS] = {[KR_DIM_MAG] = bins.mag.edges,
                                     [KR_DIM_DIST] = bins.dist.edges,
                                     [KR_DIM_LON] = bins.lon.edges,
                                     [KR_DIM_LAT] = bins.lat.edges,
                                     [KR_DIM_EPS] = bins.eps.edges};
        for (size_t i = 0; of[d] && i < edges->n[d]; i++) {
            double width = of[d][i + 1] - of[d][i];
            width = width < 0 ? width + 360 : width; /* over the date line */
            least = fmin(least, width);
            most = fmax(most, width);
        }
    }
    if (most > 0)
        fprintf(out, " of %.3g", least);
    if (most > 1.001 * least)
        fprintf(out, " to %.3g", most);
    if (most > 0)
        fputs(units[d] ? units[d] : "", out);
}

/* What is disaggregated: at which levels, by which bins, into which tables. */
static void disaggregation(const kr_calc *calc, FILE *out)
{
    const kr_job_disagg *asked = &calc->job->disagg;
    const kr_results_disagg *stored = kr_calc_disagg_stored(calc);
    if (!stored)
        return;
    fprintf(out, "%-22s ", "disaggregation");
    fprintf(out, asked->levels_given ? "at the levels of iml_disagg" : "at probabilities");
    for (size_t i = 0; i < calc->job->poes.n && !asked->levels_given; i++)
        fprintf(out, " %g", calc->job->poes.x[i]);
    fprintf(out, "\n%-22s bins:", "");
    for (kr_disagg_dim d = KR_DIM_TRT; d < KR_DIMS; d++) {
        fprintf(out, "%s %zu %s", d ? "," : "", stored->edges->n[d], kr_disagg_dim_name(d));
        bin_widths(stored->edges, d, out);
    }
    fprintf(out, "\n%-22s tables:", "");
    for (size_t i = 0; i < asked->nkinds; i++)
        fprintf(out, " %s", asked->kinds[i]->name);
    if (stored->nimts < calc->job->nimts)
        fprintf(out, "\n%-22s in passes: ruptures are made again for %zu of %zu measures at a time",
                "", stored->nimts, calc->job->nimts);
    fputc('\n', out);
}

static void add_component(const kr_calc *calc, size_t c, kr_info_tally *sum)
{
    const kr_component *component = &calc->tree->components[c];
    kr_component_size size = kr_hazard_component_size(calc->hazard, c);
    sum->points += size.points;
    sum->ruptures += (double)size.ruptures;
    sum->contexts += size.contexts;
    sum->sources += component->nsources;
    for (size_t i = 0; i < component->nsources; i++) {
        kr_source_kind kind = component->sources[i].source->kind;
        sum->sources_of[kind]++;
        sum->ruptures_of[kind] += (double)kr_hazard_source_ruptures(calc->hazard, c, i);
    }
}

kr_info_tally kr_info_count(const kr_calc *calc, size_t trt)
{
    kr_info_tally sum = {0};
    for (size_t c = 0; c < calc->tree->ncomponents; c++)
        if (calc->tree->components[c].trt == trt)
            add_component(calc, c, &sum);
    return sum;
}

double kr_info_contexts_part(const kr_calc *calc, double contexts)
{
    double estimated = 0;
    for (size_t c = 0; c < calc->tree->ncomponents; c++)
        estimated += kr_hazard_component_size(calc->hazard, c).contexts;
    return estimated > 0 ? contexts / estimated : 0;
}

static void sources(const kr_calc *calc, double contexts, FILE *out)
{
    const kr_tree *tree = calc->tree;
    double part = kr_info_contexts_part(calc, contexts);
    for (size_t t = 0; t < tree->ntrts; t++) {
        kr_info_tally sum = kr_info_count(calc, t);
        kr_text_row(
            out, "sources", "%s: %zu source%s, %zu point%s, %.0f rupture%s, about %.3g contexts",
            tree->trts[t], sum.sources, KR_PLURAL(sum.sources), sum.points, KR_PLURAL(sum.points),
            sum.ruptures, KR_PLURAL(sum.ruptures), part * sum.contexts);
        for (int kind = 0; kind < KR_SOURCE_KINDS; kind++)
            if (sum.sources_of[kind])
                kr_text_row(out, "", "%zu %s, %.0f ruptures", sum.sources_of[kind],
                            kr_source_tag((kr_source_kind)kind), sum.ruptures_of[kind]);
    }
}

/* The branch sets of the source-model tree, in the order of the file. */
static void branch_sets(const kr_tree *tree, FILE *out)
{
    const char *label = "source-model tree";
    for (size_t i = 0; i < tree->nsets; i++) {
        const kr_tree_set *set = &tree->sets[i];
        if (kr_str_eq(set->type, "dummy") || set->nbranches == 0)
            continue;
        kr_text_row(out, label, "%s: %zu branch%s of %s%s%s", set->id, set->nbranches,
                    set->nbranches == 1 ? "" : "es", set->type,
                    set->moves_with == KR_NO_SET ? "" : ", moving with ",
                    set->moves_with == KR_NO_SET ? "" : tree->sets[set->moves_with].id);
        label = "";
    }
    for (size_t t = 0; t < tree->ntrts; t++)
        kr_text_row(out, t ? "" : "ground-motion tree", "%s: %zu branch%s", tree->trts[t],
                    tree->first_gsim[t + 1] - tree->first_gsim[t],
                    tree->first_gsim[t + 1] - tree->first_gsim[t] == 1 ? "" : "es");
}

static void tell_disk(kr_calc *calc, FILE *out)
{
    double free = kr_calc_disk_free(calc);
    double bytes = kr_results_predicted_bytes(&calc->spec) + kr_report_predicted_bytes(&calc->spec);
    if (free >= 0 && free < bytes)
        kr_text_row(out, "disk", "%.1f MB left for %s: a run would be refused", free / 1e6,
                    calc->spec.dir);
}

static kr_status tell_job(kr_calc *calc, const kr_plan_memory *plan, const kr_plan_time *time,
                          FILE *out)
{
    kr_status s = KR_OK;
    const kr_tree *tree = calc->tree;
    kr_text_row(out, "job", "%s", calc->job->path);
    kr_text_row(out, "description", "%s", calc->job->description);
    kr_text_row(out, "investigation time", "%g years", calc->job->investigation_time);
    kr_text_row(out, "sites", "%zu", calc->sites->n);
    levels(calc->job, out);
    soil(calc, out);
    disaggregation(calc, out);
    sources(calc, time->hazard.work.contexts, out);
    if (calc->model->nsections)
        kr_text_row(out, "fault sections", "%zu", calc->model->nsections);
    branch_sets(tree, out);
    kr_text_row(out, "realizations", "%.15g%s", tree->rlzs, tree->sampled ? " (sampled)" : "");
    kr_calc_structure(calc, out);
    kr_text_row(out, "components", "%zu, with %zu component rates", tree->ncomponents,
                tree->nrates);
    kr_plan_tell_memory(plan, out);
    kr_plan_tell_time(time, calc->threads, out);
    kr_text_row(out, "results.h5", "at most %.1f MB, of which %.1f MB are component rates (%s)",
                kr_results_predicted_bytes(&calc->spec) / 1e6,
                kr_results_rates_bytes(&calc->spec) / 1e6,
                kr_precision_name(calc->job->component_rates_precision));
    if (calc->spec.disagg && calc->spec.disagg->cells)
        kr_text_row(out, "", "%.1f MB are rates by cell at %zu levels (%s), packed less",
                    kr_results_cells_stored(&calc->spec) / 1e6, calc->spec.disagg->cells->nlevels,
                    kr_precision_name(calc->spec.disagg->cells->precision));
    tell_disk(calc, out);
    if (calc->options->fit)
        KR_TRY(kr_calc_tell_fit(calc, calc->options->fit, out));
out:
    return s;
}

kr_status kr_calc_info(kr_calc *calc, FILE *out)
{
    kr_status s = KR_OK;
    kr_plan_time time;
    calc->store_rlzs = kr_calc_stores_rlzs(calc);
    KR_TRY(kr_calc_sampling_begin(calc));
    KR_TRY(kr_calc_disagg_begin(calc));
    KR_TRY(kr_calc_list_inputs(calc)); /* as a run does before its plan */
    KR_TRY(kr_calc_look(calc));
    kr_plan_memory plan = kr_calc_plan_memory(calc, kr_calc_limit(calc));
    kr_calc_disagg_obey(calc, plan.disagg_imts);
    KR_TRY(kr_hazard_estimate(calc->hazard));
    KR_TRY(kr_calc_plan_time(calc, 0.2, 0.5, &time));
    kr_plan_know_outlines(calc, &plan, time.hazard.outlines);
    if (calc->options->json)
        kr_calc_info_json(calc, &plan, &time, out);
    else
        KR_TRY(tell_job(calc, &plan, &time, out));
    if (fflush(out) != 0 || ferror(out))
        s = kr_fail(calc->ctx, KR_EIO, "standard output: writing failed");
    KR_TRY(s); /* all is told: a script wants to know what a run would do */
    if (time.hazard.work.contexts == 0)
        kr_warn(calc->ctx,
                "%s: no source is within the maximum distance of any site, as far as a sample of "
                "them tells: do sites and sources lie where they should?",
                calc->job->path);
    KR_TRY(kr_plan_check(calc, &plan));
    KR_TRY(kr_calc_check_disk(calc));
out:
    return s;
}

kr_status kr_info_job(kr_ctx *ctx, const kr_run_options *options, FILE *out)
{
    kr_status s = KR_OK;
    kr_calc calc;
    KR_TRY(kr_calc_read(&calc, ctx, options));
    KR_TRY(kr_calc_prepare(&calc));
    KR_TRY(kr_calc_info(&calc, out));
out:
    kr_phase_end(ctx);
    kr_calc_clear(&calc);
    return s;
}

static kr_status texts(kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    static const char *const names[] = {
        "description",    "engine_version",     "date", "compat", "isa",
        "statistics_way", "quantile_definition"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text;
        KR_TRY(kr_h5_attr_text(file, "/", names[i], arena, &text));
        if (text)
            kr_text_row(out, names[i], "%s", text);
    }
out:
    return s;
}

static kr_status inputs(kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    char **paths, **digests;
    size_t n, m;
    if (!kr_h5_exists(file, "inputs/path"))
        return KR_OK;
    KR_TRY(kr_h5_read_strings(file, "inputs/path", arena, &paths, &n));
    KR_TRY(kr_h5_read_strings(file, "inputs/sha256", arena, &digests, &m));
    for (size_t i = 0; i < n && i < m; i++)
        kr_text_row(out, i ? "" : "inputs", "%.16s  %s", digests[i], paths[i]);
out:
    return s;
}

enum { PARAMETER_SHOWN = 200 }; /* letters of a parameter */

static kr_status parameters(kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    char **keys, **values;
    size_t n, m;
    if (!kr_h5_exists(file, "job/key"))
        return KR_OK;
    KR_TRY(kr_h5_read_strings(file, "job/key", arena, &keys, &n));
    KR_TRY(kr_h5_read_strings(file, "job/value", arena, &values, &m));
    for (size_t i = 0; i < n && i < m; i++) {
        size_t line = strcspn(values[i], "\n"), shown = line;
        if (line > PARAMETER_SHOWN) /* no half numbers */
            for (shown = PARAMETER_SHOWN; shown > 1 && !kr_is_space(values[i][shown]); shown--)
                ;
        if (line > PARAMETER_SHOWN && shown <= 1)
            shown = PARAMETER_SHOWN;
        kr_text_row(out, i ? "" : "parameters", "%s = %.*s%s", keys[i], (int)shown, values[i],
                    values[i][shown] ? " ..." : "");
    }
out:
    return s;
}

static kr_status warnings(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    const kr_warned *warned;
    KR_TRY(kr_warned_read(ctx, path, file, arena, &warned));
    for (size_t i = 0; warned && i < warned->n; i++)
        kr_text_row(out, i ? "" : "warnings", "%s", warned->texts[i]);
    if (warned && warned->left)
        kr_text_row(out, "", "%zu more are in the log of the run", warned->left);
out:
    return s;
}

static kr_status datasets(kr_h5 *file, FILE *out)
{
    kr_status s = KR_OK;
    static const char *const names[] = {"component_rates",
                                        "hcurves-stats",
                                        "hcurves-rlzs",
                                        "hmaps-stats",
                                        "hmaps-rlzs",
                                        "quantile_brackets",
                                        "hmap3",
                                        "disagg-cells/rate",
                                        "mean_rates_by_src/array",
                                        "sampling_error/ranges",
                                        "sampling_error/whole"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t dims[KR_H5_MAX_RANK];
        int rank;
        if (!kr_h5_exists(file, names[i]))
            continue;
        KR_TRY(kr_h5_dims(file, names[i], dims, &rank));
        char shape[128] = "";
        for (int d = 0; d < rank; d++) {
            size_t used = strlen(shape);
            snprintf(shape + used, sizeof shape - used, d ? " x %zu" : "%zu", dims[d]);
        }
        bool single;
        KR_TRY(kr_h5_is_single(file, names[i], &single));
        kr_text_row(out, names[i], "%s, %s precision", shape, single ? "single" : "double");
    }
out:
    return s;
}

/* Groups, and what each holds. */
static kr_status groups(kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    static const char *const names[] = {"disagg-bins", "disagg-rlzs",    "disagg-stats",
                                        "disagg-tree", "disagg-sources", "disagg-sections"};
    size_t dims[KR_H5_MAX_RANK], n;
    char **members;
    int rank;
    if (kr_h5_exists(file, "best_rlzs")) {
        KR_TRY(kr_h5_dims(file, "best_rlzs", dims, &rank));
        if (rank == 2)
            kr_text_row(out, "best_rlzs", "%zu x %zu, numbers of realizations", dims[0], dims[1]);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!kr_h5_exists(file, names[i]))
            continue;
        KR_TRY(kr_h5_list(file, names[i], arena, &members, &n));
        fprintf(out, "%-22s", names[i]);
        for (size_t k = 0; k < n; k++)
            fprintf(out, " %s", members[k]);
        fputc('\n', out);
    }
out:
    return s;
}

static void put_line(void *out, const char *line)
{
    fprintf(out, "%s\n", line);
}

/* Where the time went, until the results were closed. */
static kr_status performance(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    kr_performance p;
    KR_TRY(kr_performance_read(ctx, path, file, arena, &p));
    if (p.nphases == 0)
        return KR_OK;
    fprintf(out, "\n");
    kr_performance_lines(&p, put_line, out);
out:
    return s;
}

/* The folder of a run that is not at its end. */
static kr_status put_unfinished(kr_ctx *ctx, const char *dir, FILE *out)
{
    kr_folder_state state = kr_folder_look(ctx, dir);
    kr_json j = {.out = out};
    if (state == KR_FOLDER_OTHER)
        return kr_folder_fail(ctx, dir);
    kr_put_begin(&j, NULL, '{');
    kr_put_text(&j, "format", "kauri results 1");
    kr_put_text(&j, "folder", dir);
    kr_put_text(&j, "state", state == KR_FOLDER_LIVE ? "under way" : "interrupted");
    kr_put_end(&j, '}');
    return KR_OK;
}

kr_status kr_info_results(kr_ctx *ctx, const char *dir, bool json, FILE *out)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_h5 *file = NULL;
    bool interrupted;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    const char *path = kr_path_join(&arena, dir, "results.h5");
    KR_TRY(path ? KR_OK : KR_ENOMEM);
    if (json) {
        s = kr_file_exists(path) ? kr_summary(ctx, dir, true, out) : put_unfinished(ctx, dir, out);
        goto out;
    }
    KR_TRY(kr_journal_info(ctx, dir, out, &interrupted));
    if (!kr_file_exists(path) && interrupted)
        goto out;
    if (!kr_file_exists(path) && kr_memory_in(ctx, dir)) {
        kr_text_row(out, "results", "%s: no results.h5, the run did not finish", dir);
        kr_memory_info(ctx, dir, out);
        goto out;
    }
    if (!kr_file_exists(path) && kr_folder_look(ctx, dir) == KR_FOLDER_LIVE) {
        kr_text_row(out, "under way", "%s: a run is writing into it, and has kept nothing yet",
                    dir);
        goto out;
    }
    if (!kr_file_exists(path)) {
        s = kr_folder_fail(ctx, dir);
        goto out;
    }
    KR_TRY(kr_h5_open(ctx, path, &file));
    KR_TRY(kr_stored_check_format(ctx, path, file));
    kr_text_row(out, "results", "%s, complete", path);
    KR_TRY(texts(file, &arena, out));
    KR_TRY(inputs(file, &arena, out));
    KR_TRY(parameters(file, &arena, out));
    KR_TRY(datasets(file, out));
    KR_TRY(groups(file, &arena, out));
    KR_TRY(warnings(ctx, path, file, &arena, out));
    KR_TRY(kr_provenance_tell(file, &arena, out));
    KR_TRY(performance(ctx, path, file, &arena, out));
    kr_memory_info(ctx, dir, out);
out:
    kr_h5_discard(&file);
    kr_arena_clear(&arena);
    return s;
}
