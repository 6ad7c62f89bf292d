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
    if (o.run.fresh)
        return cli_usage(&cli_cmd_info, "--fresh is for kauri run: info changes nothing");
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
    kr_status s = kr_info_results(ctx, o.run.job, stdout);
    if (s == KR_OK && o.run.memory_report)
        s = kr_memory_draw(ctx, o.run.job);
    return cli_finish(&ctx, s);
}

const cli_command cli_cmd_info = {
    .name = "info",
    .synopsis = "info JOB.ini|DIR [-p key=value]... [-e csv] [--threads N] [--memory-limit SIZE] "
                "[--fit SIZE] [--compat NAME] [--memory-report]",
    .about = "tell what a job holds and will take, or what a finished run does, without computing",
    .help = "  -p key=value         set a parameter of the job; may be repeated\n"
            "  -e csv, --threads N, --memory-limit SIZE\n"
            "                       what the run will be given: memory and time are told for that\n"
            "  --fit SIZE           the most sites, levels or branches of the job that fit in so "
            "much memory\n"
            "  --compat NAME        oq-3.21 or exact\n"
            "  --memory-report      of a run that was killed: draw its timeline of memory\n",
    .run = run,
};
