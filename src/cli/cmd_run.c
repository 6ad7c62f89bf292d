#include "cli/display.h"
#include "cli/options.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    cli_job_options o;
    int status = cli_read_job_options(&cli_cmd_run, argc, argv, true, &o);
    if (status >= 0)
        return status;
    if (o.dry_run && o.run.memory_report)
        return cli_usage(&cli_cmd_run, "--memory-report tells of a run, and --dry-run makes none");
    if (!o.dry_run && o.run.fit)
        return cli_usage(&cli_cmd_run, "--fit is for kauri info and for --dry-run");
    kr_ctx *ctx = cli_context(o.quiet);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    if (o.details)
        cli_display_details();
    cli_stop_on_signals(ctx);
    o.run.info = stdout;
    if (o.dry_run)
        return cli_finish(&ctx, kr_info_job(ctx, &o.run, stdout));
    kr_status s = kr_run(ctx, &o.run);
    cli_display_end();
    if (o.run.memory_report && kr_memory_table(ctx, stderr) != KR_OK && s == KR_OK)
        s = KR_ENOMEM;
    return cli_finish(&ctx, s);
}

static const cli_option options[] = {
    {'o', NULL, "DIR", CLI_DIR,
     "folder of the results; without it JOB-results, in the job's export_dir if it has one, else "
     "beside the job. An export_dir outside of the job's folder, also through a link, counts only "
     "when it is given with -p"},
    {'e', "exports", "csv", "csv",
     "write the CSV tables too, with the names, columns and headers of OpenQuake"},
    CLI_OPTION_PARAMETER,
    CLI_OPTION_THREADS,
    CLI_OPTION_MEMORY_LIMIT,
    {CLI_MEMORY_REPORT, "memory-report", NULL, NULL,
     "write who held what memory at the peak, by phase, account and line of source: a table on "
     "standard error, however the run ends, and memory.json, flame graphs and a timeline in DIR "
     "(docs/memory.md)"},
    {CLI_FRESH, "fresh", NULL, NULL,
     "begin again where an interrupted run could be gone on with. It is not needed after one that "
     "came to its end, whose results are replaced"},
    CLI_OPTION_COMPAT,
    {CLI_DRY_RUN, "dry-run", NULL, NULL, "tell what the job holds and stop, as kauri info does"},
    {CLI_FIT, "fit", "SIZE", NULL, "with --dry-run: as of kauri info"},
    CLI_JSON(CLI_AS_JSON, "a summary of the results, or with --dry-run what is told,"),
    {'v', "verbose", NULL, NULL,
     "tell details too: each phase as it ends, and the table of phases, which runs of more than 10 "
     "s have anyway (docs/performance.md)"},
    {'q', NULL, NULL, NULL, "print warnings and errors only"},
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_run = {
    .name = "run",
    .synopsis =
        "run JOB.ini [-o DIR] [-e csv] [-p key=value]... [--threads N] [--memory-limit SIZE] "
        "[--memory-report] [--fresh] [--compat NAME] [--dry-run [--fit SIZE]] [--json] [-v] [-q]",
    .about = "compute the hazard of a job",
    .lead = "On a terminal a bar shows how far the run is and the time left. The log ends with the "
            "motions at 475 and 2475 years at the sites with the highest, and where the results "
            "are. "
            "A run that was interrupted, by whatever, goes on when the same command is given "
            "again, to the same bits as one that was not (docs/reliability.md).",
    .options = options,
    .words = CLI_FILE,
    .run = run,
};
