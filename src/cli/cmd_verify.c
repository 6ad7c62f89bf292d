#include "base/str.h"
#include "cli/cli.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    if (argc == 2 && (kr_str_eq(argv[1], "--help") || kr_str_eq(argv[1], "-h"))) {
        cli_print_help(&cli_cmd_verify);
        return 0;
    }
    if (argc != 2 || argv[1][0] == '-')
        return cli_usage(&cli_cmd_verify, "the folder of a finished run is wanted");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_verify(ctx, argv[1], stdout));
}

const cli_command cli_cmd_verify = {
    .name = "verify",
    .synopsis = "verify DIR",
    .about = "see whether a finished run is as it was written",
    .help = "Holds its files against the digests in DIR/SHA256SUMS, the inputs that are still\n"
            "there against those in results.h5, and looks at the structure of results.h5 and at\n"
            "all curves. Exit status 0 if all is well, 6 if something is changed, missing or\n"
            "unsound, 1 if DIR is not the folder of a finished run.\n",
    .run = run,
};
