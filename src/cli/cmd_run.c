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

const cli_command cli_cmd_run = {
    .name = "run",
    .synopsis =
        "run JOB.ini [-o DIR] [-e csv] [-p key=value]... [--threads N] [--memory-limit SIZE] "
        "[--memory-report] [--fresh] [--compat NAME] [--dry-run [--fit SIZE]] [-q]",
    .about = "compute the hazard of a job",
    .help =
        "  -o DIR               folder of the results; without it JOB-results in the job's "
        "export_dir,\n"
        "                       or beside the job\n"
        "  -e csv               write the CSV tables too\n"
        "  -p key=value         set a parameter of the job; may be repeated\n"
        "  --threads N          threads to use; without it all that the machine has\n"
        "  --memory-limit SIZE  memory to use at the most, such as 64M or 1.5G; without it "
        "half of what\n"
        "                       the machine and its control groups allow\n"
        "  --fresh              begin again where an interrupted run could be gone on with\n"
        "  --memory-report      write who held what memory at the peak, by line of source: a table "
        "on the\n"
        "                       terminal, memory.json, flame graphs and a timeline in DIR\n"
        "  --compat NAME        oq-3.21 (as OpenQuake computes, with its quirks) or exact\n"
        "  --dry-run            tell what the job holds and stop, as kauri info does\n"
        "  -q                   print warnings and errors only\n",
    .run = run,
};
