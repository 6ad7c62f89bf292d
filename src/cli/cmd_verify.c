#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

enum { OPT_JSON = 256 };

static const cli_option options[] = {
    CLI_JSON(OPT_JSON, "what is found"),
    {0, NULL, NULL, NULL, NULL},
};

static int run(int argc, char **argv)
{
    bool json = false;
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_verify, argc, argv, &id);
        if (status >= 0)
            return status;
        if (!id)
            break;
        json = true;
    }
    if (argc - optind != 1)
        return cli_usage(&cli_cmd_verify, "the folder of a finished run is wanted");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_verify(ctx, argv[optind], json, stdout));
}

const cli_command cli_cmd_verify = {
    .name = "verify",
    .synopsis = "verify DIR [--json]",
    .about = "see whether a finished run is as it was written",
    .lead = "Holds its files against the digests in DIR/SHA256SUMS, the inputs that are still "
            "there against those in results.h5, and looks at the structure of results.h5 and at "
            "all curves and rates: finite, within 0 and 1, not rising with the level. A line for "
            "each. Exit status 0 if all is well, 6 if something is changed, missing or unsound, 1 "
            "if DIR is not the folder of a finished run.",
    .options = options,
    .words = CLI_DIR,
    .run = run,
};
