/* New statistics from the component rates of finished runs. */
#include "run/restat.h"

#include "base/file.h"
#include "base/str.h"
#include "output/digests.h"
#include "output/report.h"
#include "run/disagg.h"
#include "run/plan.h"
#include "stats/weights.h"

#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

/* Neither a run's folder nor one with results in it. */
static kr_status check_folder(kr_restat *r)
{
    const char *dir = r->options->output;
    char a[PATH_MAX], b[PATH_MAX];
    for (size_t i = 0; i < r->nruns; i++)
        if (realpath(dir, a) && realpath(r->runs[i]->dir, b) && kr_str_eq(a, b))
            return kr_fail(r->ctx, KR_EUSAGE,
                           "-o %s: a finished run is not changed; give a new folder", dir);
    char *path = kr_path_join(&r->arena, dir, "results.h5");
    if (!path)
        return KR_ENOMEM;
    if (kr_file_exists(path) && !r->options->replace)
        return kr_fail(r->ctx, KR_EUSAGE,
                       "-o %s: holds results already; give a new folder, or --replace", dir);
    return KR_OK;
}

static kr_status create_statistics(kr_restat *r)
{
    kr_calc *calc = &r->calc;
    const kr_statistics_spec spec =
        kr_statistics_of_job(calc->job, calc->tree, calc->stats, calc->nstats);
    return kr_statistics_create(r->ctx, &spec, &calc->statistics);
}

/* As many sites at a time as a quarter of the memory holds rates of, in whole chunks if possible.
 */
static kr_status plan(kr_restat *r)
{
    kr_calc *calc = &r->calc;
    size_t limit = kr_calc_limit(calc), n = calc->sites->n;
    size_t total = calc->job->nimts * calc->job->nlevels;
    size_t thread = kr_statistics_scratch_bytes(calc->statistics);
    size_t held = (size_t)kr_ctx_memory(r->ctx).current + kr_calc_uncertainty_bytes(calc);
    size_t site = (calc->tree->nrates + calc->nstats + calc->tree->nbase_ids +
                   2 * kr_statistics_quantiles(calc->statistics)) *
                      total * sizeof(double) +
                  1;
    size_t chunk = kr_results_chunk_sites(total * sizeof(double));
    calc->stats_threads = calc->threads;
    while (calc->stats_threads > 1 && held + site + (size_t)calc->stats_threads * thread > limit)
        calc->stats_threads--;
    held += (size_t)calc->stats_threads * thread;
    char size[32];
    size_t nimts, report = kr_report_disagg_bytes(&calc->spec);
    size_t disagg = kr_calc_disagg_bytes(calc, limit > held ? limit - held : 0, &nimts);
    disagg = report > disagg ? report : disagg; /* after all sites */
    if (held + site > limit || held + disagg > limit)
        return kr_fail(r->ctx, KR_ENOFIT,
                       "needs %.1f MB of memory, the limit is %s; give a higher --memory-limit or "
                       "fewer quantiles%s",
                       ceil((double)(held + (site > disagg ? site : disagg)) / 1e5) / 10,
                       kr_plan_size(limit, size), disagg > site ? ", levels or tables" : "");
    size_t fit = (limit - held) / 4 / site;
    fit = fit > chunk ? fit - fit % chunk : fit ? fit : 1;
    calc->tile_sites = fit < n ? fit : n;
    kr_calc_disagg_obey(calc, nimts);
    kr_mem_set_limit(r->ctx, limit);
    kr_info(r->ctx, "memory: blocks of %zu sites with %.1f MB of component rates, %d threads",
            calc->tile_sites,
            (double)(calc->tile_sites * calc->tree->nrates * total * sizeof(double)) / 1e6,
            calc->stats_threads);
    return KR_OK;
}

static kr_status compute(kr_restat *r)
{
    kr_status s = KR_OK;
    kr_calc *calc = &r->calc;
    size_t n = calc->sites->n, total = calc->job->nimts * calc->job->nlevels;
    double *rates = NULL;
    KR_NEW(rates, r->ctx, KR_ACCOUNT_RATES, calc->tree->nrates * calc->tile_sites * total);
    if (calc->job->disagg_by_src)
        KR_TRY(kr_rate_weights(r->ctx, calc->tree, &calc->rate_weights));
    for (size_t first = 0; first < n; first += calc->tile_sites) {
        size_t nsites = n - first < calc->tile_sites ? n - first : calc->tile_sites;
        kr_phase_begin(r->ctx, "reading rates");
        KR_TRY(kr_restat_read(r, first, nsites, rates));
        KR_TRY(kr_calc_tile_stats(calc, first, nsites, rates));
    }
out:
    kr_free(rates);
    return s;
}

/* A run with uncertainty = true has these tables; they are made from rates that NEW will not have.
 */
static void tell_what_rates_give(const kr_restat *r)
{
    if (r->calc.job->uncertainty && !r->options->copy_rates)
        kr_info(r->ctx, "variance_shares and tornado have no tables here: --copy-rates stores the "
                        "component rates that they are made from");
}

static kr_status restat(kr_restat *r, kr_warnings *warnings)
{
    kr_status s = KR_OK;
    kr_calc *calc = &r->calc;
    KR_TRY(kr_restat_open(r));
    KR_TRY(check_folder(r));
    KR_TRY(kr_restat_job(r));
    KR_TRY(kr_restat_sites(r));
    KR_TRY(kr_restat_seen(r, warnings));
    KR_TRY(kr_restat_tree(r));
    KR_TRY(kr_restat_disagg(r));
    calc->job->disagg_by_src = calc->job->disagg_by_src && calc->tree->nbase_ids > 0;
    kr_info(r->ctx, "%zu site%s, %.15g realization%s, %zu component rate%s of %zu run%s",
            calc->sites->n, KR_PLURAL(calc->sites->n), calc->tree->rlzs,
            KR_PLURAL(calc->tree->rlzs), calc->tree->nrates, KR_PLURAL(calc->tree->nrates),
            r->nruns, KR_PLURAL(r->nruns));
    kr_calc_phase(calc, "planning statistics");
    KR_TRY(create_statistics(r));
    KR_TRY(kr_calc_check_uncertainty(calc));
    KR_TRY(kr_calc_fill_spec(calc)); /* the plan counts with what it takes */
    KR_TRY(plan(r));
    kr_calc_warn_spread(calc);
    tell_what_rates_give(r);
    kr_calc_phase(calc, "creating results");
    KR_TRY(kr_calc_open_results(calc));
    KR_TRY(kr_results_begin(calc->results, &calc->spec));
    KR_TRY(compute(r));
    KR_TRY(kr_calc_disaggregate(calc));
    KR_TRY(kr_calc_close_results(calc));
    KR_TRY(kr_calc_export_tables(calc));
    KR_TRY(kr_calc_write_report(calc));
    kr_calc_foretell_digests(calc, true);
    KR_TRY(kr_digests_write(calc->ctx, calc->spec.dir));
out:
    return s;
}

kr_status kr_stats_results(kr_ctx *ctx, const kr_stats_options *options)
{
    kr_restat r = {.ctx = ctx, .options = options};
    r.run_options = (kr_run_options){.dir = options->output,
                                     .csv = options->csv,
                                     .threads = options->threads,
                                     .memory_limit = options->memory_limit};
    r.calc = (kr_calc){.ctx = ctx, .options = &r.run_options};
    kr_warnings warnings;
    kr_warnings_begin(&warnings, ctx);
    kr_phases_forget(ctx);
    kr_calc_phase(&r.calc, "reading runs");
    r.calc.threads = options->threads > 0 ? options->threads : omp_get_max_threads();
    kr_arena_init(&r.arena, ctx, KR_ACCOUNT_OTHER);
    kr_arena_init(&r.calc.arena, ctx, KR_ACCOUNT_OTHER);
    kr_status s = restat(&r, &warnings);
    kr_calc_phase(&r.calc, "clearing");
    kr_warnings_end(&warnings, ctx);
    kr_calc_clear(&r.calc); /* before the runs, which its tree borrows from */
    for (size_t i = 0; i < r.nruns && r.runs; i++)
        kr_stored_close(&r.runs[i]);
    kr_free(r.runs);
    kr_free(r.rates);
    kr_arena_clear(&r.arena);
    kr_calc_phase(&r.calc, NULL);
    if (s == KR_OK) {
        kr_calc_performance_log(&r.calc);
        kr_info(ctx, "results in %s", options->output);
    }
    return s;
}
