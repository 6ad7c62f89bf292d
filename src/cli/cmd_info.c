#include "base/file.h"
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>

static int run(int argc, char **argv)
{
    cli_job_options o;
    int status = cli_read_job_options(&cli_cmd_info, argc, argv, false, &o);
    if (status >= 0)
        return status;
    errno = 0;
    bool is_dir = kr_dir_exists(o.run.job);
    int reason = is_dir ? 0 : errno;
    if (o.run.memory_report && !is_dir)
        return cli_usage(&cli_cmd_info, "--memory-report is for the folder of a run");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    if (reason == EIO || reason == ENOMEM) { /* nobody knows which of both it is */
        errno = reason;
        return cli_finish(&ctx, kr_file_fail(ctx, o.run.job, "examined"));
    }
    if (!is_dir)
        return cli_finish(&ctx, kr_info_job(ctx, &o.run, stdout));
    kr_status s = kr_info_results(ctx, o.run.job, o.run.json, stdout);
    if (s == KR_OK && o.run.memory_report)
        s = kr_memory_draw(ctx, o.run.job);
    return cli_finish(&ctx, s);
}

static const cli_option options[] = {
    CLI_OPTION_PARAMETER,
    {'e', "exports", "csv", "csv", "tell what a run with CSV tables will take"},
    {'o', NULL, "DIR", CLI_DIR, "folder of the results, whose disk is looked at"},
    CLI_OPTION_THREADS,
    CLI_OPTION_MEMORY_LIMIT,
    {CLI_FIT, "fit", "SIZE", NULL,
     "tell the most sites, levels or branches of the job that fit in so much memory, each for "
     "itself (docs/memory.md)"},
    CLI_OPTION_COMPAT,
    {CLI_MEMORY_REPORT, "memory-report", NULL, NULL,
     "of the folder of a run that was killed: draw its timeline of memory"},
    CLI_JSON(CLI_AS_JSON, "what is told"),
    {'q', NULL, NULL, NULL, "accepted, as for kauri run"},
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_info = {
    .name = "info",
    .synopsis = "info JOB.ini|DIR [-p key=value]... [-e csv] [-o DIR] [--threads N] "
                "[--memory-limit SIZE] [--fit SIZE] [--compat NAME] [--memory-report] [--json] "
                "[-q]",
    .about = "tell what a job holds and will take, or what a finished run does, without computing",
    .lead = "Of a job: sites, levels, sources and ruptures by type and tectonic region, branch "
            "sets, realizations and components, and what a run will take with the options that "
            "are given: memory part by part, work, time and disk. Of a job that does not fit the "
            "memory limit or the disk all is told too, and the exit status is then 3, as that of "
            "kauri run. Of a folder of results: what the run holds, where its time went, and with "
            "a memory report how a run ended that has no results; of that of a run that was "
            "interrupted, or is under way, what is kept of it.",
    .options = options,
    .words = CLI_FILE,
    .run = run,
};
