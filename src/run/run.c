/* The pipeline: one line a stage. */
#include "kauri/run.h"

#include "base/file.h"
#include "base/str.h"
#include "num/isa.h"
#include "output/digests.h"
#include "run/disagg.h"
#include "run/journal.h"
#include "run/memory.h"
#include "run/sampling.h"
#include "run/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The reference stores single realizations where asked, for one realization, and for one site
 * unless told otherwise; the last up to a number that stays cheap. */
bool kr_calc_stores_rlzs(const kr_calc *calc)
{
    size_t n = calc->tree->nrlzs;
    int asked = calc->job->individual_rlzs;
    return n == 1 || asked == 1 ||
           (asked < 0 && calc->sites->n == 1 && n <= KR_RLZS_STORED_UNASKED) || calc->nstats == 0;
}

/* Above so many numbers of single realizations it is said what they take. */
static const double MANY_VALUES = 1e8;

static kr_status check_rlzs(const kr_calc *calc)
{
    const kr_job *job = calc->job;
    size_t curves = job->nimts * calc->sites->n;
    double values = calc->tree->rlzs * (double)curves * (double)kr_job_curve_levels(job);
    if (!calc->store_rlzs)
        return KR_OK;
    if (calc->tree->rlzs > KR_RLZS_STORED_MOST)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: individual_rlzs: the tree has %.10g realizations, at most %d are "
                       "stored; leave it out and take single ones with kauri export --rlz",
                       job->path, calc->tree->rlzs, (int)KR_RLZS_STORED_MOST);
    if (values > MANY_VALUES)
        kr_info(calc->ctx,
                "individual_rlzs: %.3g numbers of %.15g realizations, up to %.2f GB of results.h5",
                values, calc->tree->rlzs, 4e-9 * values);
    return KR_OK;
}

static const char *date_of_now(kr_arena *arena)
{
    char date[32] = "";
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
    return kr_arena_strdup(arena, date);
}

kr_status kr_calc_fill_spec(kr_calc *calc)
{
    if (!calc->began)
        calc->began = date_of_now(&calc->arena);
    calc->spec = (kr_results_spec){
        .dir = kr_calc_dir(calc),
        .job = calc->job,
        .sites = calc->sites,
        .tree = calc->tree,
        .stats = calc->stats,
        .nstats = calc->nstats,
        .store_rlzs = calc->store_rlzs,
        .way = calc->statistics ? kr_statistics_way(calc->statistics) : KR_STREAMED,
        .sampling = kr_calc_sampling_error(calc),
        .disagg = kr_calc_disagg_stored(calc),
        .start_date = calc->began,
        .isa = kr_isa_name(),
        .inputs = calc->inputs,
        .ninputs = calc->ninputs,
        .drawn = calc->source_map.ctx ? &calc->source_map.sources : NULL};
    return calc->spec.dir && calc->spec.start_date ? kr_calc_fill_provenance(calc) : KR_ENOMEM;
}

kr_status kr_calc_open_results(kr_calc *calc)
{
    kr_status s = KR_OK;
    if (!calc->spec.dir) /* the plan has made it, and counts with what it takes */
        KR_TRY(kr_calc_fill_spec(calc));
    if (!calc->results) /* a report of memory has it already */
        KR_TRY(kr_results_create(calc->ctx, calc->spec.dir, &calc->results));
    if (calc->options->job)
        KR_TRY(kr_journal_open(calc));
out:
    return s;
}

/* As the reference: with several sites a job that no source reaches is an error, with one a
 * warning. */
static kr_status check_contexts(const kr_calc *calc)
{
    if (calc->work.contexts > 0)
        return KR_OK;
    const char *text = "no source is within the maximum distance of any site";
    if (calc->sites->n > 1)
        return kr_fail(calc->ctx, KR_EINPUT, "%s: %s", calc->job->path, text);
    kr_warn(calc->ctx, "%s: %s; all curves are zero", calc->job->path, text);
    return KR_OK;
}

kr_status kr_calc_export_tables(kr_calc *calc)
{
    kr_status s = KR_OK;
    size_t ntables = 0;
    if (!calc->options->csv)
        return KR_OK;
    kr_calc_phase(calc, "tables");
    kr_calc_turn(calc, "tables");
    kr_calc_foretell_digests(calc, false);
    KR_TRY(kr_results_export_csv(calc->ctx, &calc->spec, &ntables));
out:
    return s;
}

/* Which results.h5 a note is of: another command may have put its own there since. */
typedef struct stamp {
    int64_t bytes, seconds, nanoseconds; /* of the last change */
} stamp;

static kr_status take_stamp(kr_calc *calc, stamp *out)
{
    struct stat st;
    const char *path = kr_path_join(&calc->arena, calc->spec.dir, "results.h5");
    *out = (stamp){-1, 0, 0};
    if (path && stat(path, &st) == 0)
        *out = (stamp){(int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
    return path ? KR_OK : KR_ENOMEM;
}

/* Hazard and statistics into results.h5; unless an interrupted run came further than that. */
static kr_status make_results(kr_calc *calc)
{
    kr_status s = KR_OK;
    const kr_note done = {.kind = KR_NOTE_RESULTS};
    stamp was, is;
    KR_TRY(take_stamp(calc, &is));
    if (kr_journal_take(calc->journal, done, &was, sizeof was) &&
        memcmp(&was, &is, sizeof was) == 0) {
        kr_warnings_stored(calc->warnings); /* reading has given them again */
        return KR_OK;
    }
    KR_TRY(kr_results_begin(calc->results, &calc->spec));
    KR_TRY(kr_calc_tiles(calc));
    KR_TRY(check_contexts(calc));
    KR_TRY(kr_calc_disaggregate(calc));
    KR_TRY(kr_calc_close_results(calc));
    kr_calc_sampling_report(calc);
    KR_TRY(take_stamp(calc, &is));
    KR_TRY(kr_journal_keep_end(calc->journal, done, &is, sizeof is));
out:
    return s;
}

double kr_calc_disk_free(kr_calc *calc)
{
    const char *dir = calc->spec.dir;
    while (dir && !kr_dir_exists(dir) && !kr_str_eq(dir, ".") && !kr_str_eq(dir, "/"))
        dir = kr_path_dir(&calc->arena, dir);
    return dir ? kr_disk_free(dir) : -1;
}

kr_status kr_calc_check_disk(kr_calc *calc)
{
    return kr_results_check_space(calc->ctx, &calc->spec, kr_calc_disk_free(calc));
}

static kr_status compute(kr_calc *calc)
{
    kr_status s = KR_OK;
    calc->store_rlzs = kr_calc_stores_rlzs(calc);
    KR_TRY(check_rlzs(calc));
    KR_TRY(kr_calc_sampling_begin(calc));
    KR_TRY(kr_calc_disagg_begin(calc));
    KR_TRY(kr_calc_plan(calc)); /* before anything is written, or removed by --fresh */
    KR_TRY(kr_calc_check_disk(calc));
    KR_TRY(kr_calc_open_results(calc));
    kr_journal_check_space(calc);
    kr_calc_phase(calc, "creating results");
    s = make_results(calc);
    if (s != KR_OK && kr_journal_end_early(calc))
        kr_info(calc->ctx, "what is done is kept in %s: the same command goes on", calc->spec.dir);
    KR_TRY(s);
    if (!calc->memory) /* a report that lies there is of an earlier run */
        kr_memory_remove(calc->spec.dir);
    KR_TRY(kr_calc_export_tables(calc));
    KR_TRY(kr_calc_write_report(calc));
    kr_calc_foretell_digests(calc, true);
    KR_TRY(kr_digests_write(calc->ctx, calc->spec.dir));
    kr_journal_remove(calc);
out:
    return s;
}

/* The environment asks for an instruction set, and another one computes. */
static void warn_of_isa(kr_ctx *ctx)
{
    /* Nothing here changes the environment. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    const char *wanted = getenv("KAURI_ISA"), *used = kr_isa_name();
    if (!wanted || !*wanted || kr_str_eq(wanted, used))
        return;
    if (kr_isa_has(wanted))
        kr_warn(ctx, "KAURI_ISA=%s: the interrupted run began with %s, which it keeps", wanted,
                used);
    else
        kr_warn(ctx,
                "KAURI_ISA=%s is not there, %s computes; x86-64 has v2, v3 and v4, as far as "
                "the processor knows them",
                wanted, used);
}

/* What the log ends with. */
typedef struct closing {
    const char *dir, *report; /* of the results; NULL: there are none, or no report */
    double bytes;             /* of results.h5 */
    char *lines;              /* of the summary; the caller frees them */
    size_t size;
} closing;

static kr_status keep_for_closing(const kr_calc *calc, kr_arena *arena, closing *out)
{
    kr_status s = KR_OK;
    KR_ASTR(out->dir, arena, calc->spec.dir);
    if (calc->report)
        KR_ASTR(out->report, arena, calc->report);
    out->bytes = (double)kr_results_bytes(calc->results);
out:
    return s;
}

/* When the memory of the calculation is given back. */
static kr_status summarize(kr_calc *calc, closing *out)
{
    kr_status s = KR_OK;
    kr_calc_phase(calc, "summary");
    bool json = calc->options->json && calc->options->info;
    FILE *text = open_memstream(&out->lines, &out->size);
    KR_TRY(text ? KR_OK : KR_ENOMEM);
    s = kr_summary(calc->ctx, out->dir, false, text);
    if (s == KR_EINTERRUPTED && !json) { /* the results are complete: lines of log are missing */
        kr_ctx_clear_error(calc->ctx);
        s = KR_OK;
    }
    KR_TRY(s);
    if (json)
        KR_TRY(kr_summary(calc->ctx, out->dir, true, calc->options->info));
out:
    if (text && fclose(text) != 0 && s == KR_OK)
        s = KR_ENOMEM;
    return s;
}

/* What one looks for first comes last: the motions, and where the results are. */
static void tell_closing(const kr_calc *calc, const closing *x)
{
    for (const char *line = x->lines, *end; line && (end = strchr(line, '\n')); line = end + 1)
        kr_info(calc->ctx, "%.*s", (int)(end - line), line);
    if (x->dir)
        kr_info(calc->ctx, "results in %s (results.h5: %.2f MB)%s%s", x->dir, x->bytes / 1e6,
                x->report ? "; in a browser: " : "", x->report ? x->report : "");
}

kr_status kr_run(kr_ctx *ctx, const kr_run_options *options)
{
    kr_status s = KR_OK;
    kr_calc calc;
    kr_warnings warnings;
    kr_warnings_begin(&warnings, ctx);
    kr_arena arena;
    closing end = {.dir = NULL};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kr_calc_guard_reading(ctx, options);
    KR_TRY(kr_calc_read(&calc, ctx, options));
    calc.warnings = &warnings;
    if (calc.job->mode != KR_MODE_PRECLASSICAL)
        kr_calc_foretell_later(ctx);
    KR_TRY(kr_calc_digest_begin(&calc));
    KR_TRY(kr_calc_prepare(&calc));
    warn_of_isa(ctx);
    KR_TRY(kr_calc_digest(&calc));
    kr_calc_phase(&calc, "planning");
    kr_calc_report(&calc);
    if (calc.job->mode != KR_MODE_PRECLASSICAL) {
        KR_TRY(compute(&calc));
        KR_TRY(keep_for_closing(&calc, &arena, &end));
    } else if (options->info) {
        KR_TRY(kr_calc_info(&calc, options->info));
    }
out:
    kr_calc_phase(&calc, "clearing");
    kr_calc_clear(&calc);
    kr_warnings_end(&warnings, ctx);
    if (s == KR_OK && end.dir)
        s = summarize(&calc, &end);
    if (calc.memory) {
        kr_calc_phase(&calc, "memory report");
        s = kr_memory_report_end(&calc.memory, s);
    }
    kr_calc_phase(&calc, NULL);
    if (s == KR_OK) {
        kr_calc_performance_log(&calc);
        tell_closing(&calc, &end);
    }
    free(end.lines); /* of the C library */
    kr_arena_clear(&arena);
    return s;
}
