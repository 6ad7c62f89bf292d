/* Reading: job, trees and sources, ground-motion models, sites, split sources. */
#include "base/mem.h"
#include "base/str.h"
#include "run/check.h"
#include "run/disagg.h"
#include "run/journal.h"
#include "run/memory.h"
#include "run/sampling.h"

#include <omp.h>
#include <stdint.h>
#include <string.h>

kr_status kr_options_job(kr_ctx *ctx, const kr_run_options *o, kr_job **out)
{
    kr_status s = KR_OK;
    kr_override *overrides = NULL;
    KR_NEW(overrides, ctx, KR_ACCOUNT_OTHER, o->nparameters);
    for (size_t i = 0; i < o->nparameters; i++)
        overrides[i] = (kr_override){o->parameters[i].key, o->parameters[i].value};
    KR_TRY(kr_job_read(ctx, o->job, overrides, o->nparameters,
                       o->exact ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21, out));
out:
    kr_free(overrides);
    return s;
}

/* The folder is taken first: a report that another run writes there stays. */
static kr_status begin_report(kr_calc *calc)
{
    kr_status s = KR_OK;
    const char *dir = kr_calc_dir(calc);
    KR_TRY(dir ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_results_create(calc->ctx, dir, &calc->results));
    KR_TRY(kr_memory_report_begin(calc->ctx, dir, kr_calc_limit(calc), &calc->memory));
out:
    return s;
}

kr_status kr_calc_read(kr_calc *calc, kr_ctx *ctx, const kr_run_options *options)
{
    kr_status s = KR_OK;
    *calc = (kr_calc){.ctx = ctx, .options = options};
    calc->now.peak_before = (size_t)kr_ctx_memory(ctx).peak;
    kr_phases_forget(ctx);
    kr_calc_phase(calc, "reading job");
    kr_arena_init(&calc->arena, ctx, KR_ACCOUNT_OTHER);
    calc->threads = options->threads > 0 ? options->threads : omp_get_max_threads();
    KR_TRY(kr_options_job(ctx, options, &calc->job));
    KR_TRY(kr_calc_check_folder(calc));
    kr_info(ctx, "%s: %s", options->job, calc->job->description);
    KR_TRY(kr_journal_choose_isa(calc));
    if (options->memory_report)
        KR_TRY(begin_report(calc));
    KR_TRY(kr_model_create(ctx, &calc->model));
    calc->model->threads = calc->threads;
    kr_calc_phase(calc, "logic tree");
    KR_TRY(kr_tree_read(ctx, calc->job, calc->model, &calc->tree));
    kr_calc_phase(calc, "ground-motion models");
    KR_TRY(kr_hazard_create(ctx, calc->job, calc->model, calc->tree, &calc->hazard));
    kr_calc_phase(calc, "reading sites");
    kr_columns columns = kr_hazard_site_columns(calc->hazard);
    if (calc->job->amplification_file)
        columns |= KR_BIT(AMPCODE);
    KR_TRY(kr_sites_read(ctx, calc->job, columns, &calc->sites));
    if (calc->job->amplification_file)
        KR_TRY(kr_soil_create(ctx, calc->job, calc->sites, &calc->soil));
    if (calc->soil)
        KR_TRY(kr_hazard_check_rock(calc->hazard, calc->soil));
    if (calc->job->amplification_kernel && calc->soil)
        kr_hazard_amplify(calc->hazard, calc->soil);
    kr_calc_phase(calc, "planning statistics");
    KR_TRY(kr_stats_of_job(calc->job, &calc->arena, &calc->stats, &calc->nstats));
    if (calc->nstats == 0 && calc->tree->rlzs > 1 && calc->job->individual_rlzs != 1) {
        s = kr_fail(ctx, KR_EINPUT,
                    "%s: no statistics and no single realizations are asked for; write mean = true "
                    "or individual_rlzs = true",
                    calc->job->path);
        goto out;
    }
    const kr_statistics_spec spec =
        kr_statistics_of_job(calc->job, calc->tree, calc->stats, calc->nstats);
    if (calc->job->soil_intensities.n)
        KR_TRY(kr_amplifier_create(ctx, calc->tree, calc->job, calc->soil, &calc->amplifier));
    else
        KR_TRY(kr_statistics_create(ctx, &spec, &calc->statistics));
    KR_TRY(kr_calc_check_uncertainty(calc));
    kr_calc_warn_spread(calc);
out:
    return s;
}

kr_status kr_calc_prepare(kr_calc *calc)
{
    kr_calc_phase(calc, "preparing sources");
    return kr_hazard_prepare(calc->hazard, calc->sites, calc->threads);
}

void kr_calc_clear(kr_calc *calc)
{
    kr_calc_digest_end(calc);
    kr_ctx_set_left(calc->ctx, NULL, NULL);
    kr_journal_close(&calc->journal);
    kr_results_destroy(&calc->results);
    kr_free(calc->rate_weights);
    kr_source_map_clear(&calc->source_map);
    kr_calc_sampling_end(calc);
    kr_calc_disagg_end(calc);
    kr_calc_checks_end(calc);
    kr_statistics_destroy(&calc->statistics);
    kr_amplifier_destroy(&calc->amplifier);
    kr_hazard_destroy(&calc->hazard);
    kr_soil_destroy(&calc->soil);
    kr_sites_destroy(&calc->sites);
    kr_tree_destroy(&calc->tree);
    kr_model_destroy(&calc->model);
    kr_job_destroy(&calc->job);
    kr_arena_clear(&calc->arena);
    kr_mem_set_limit(calc->ctx, SIZE_MAX); /* the limit was this run's */
}
