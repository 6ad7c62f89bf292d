#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

static const struct option long_options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static int run(int argc, char **argv)
{
    opterr = 0;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    int option = getopt_long(argc, argv, "h", long_options, NULL);
    if (option == 'h') {
        cli_print_help(&cli_cmd_verify);
        return 0;
    }
    if (option == '?')
        return cli_unknown_option(&cli_cmd_verify, long_options, argv[optind - 1]);
    if (argc - optind != 1)
        return cli_usage(&cli_cmd_verify, "the folder of a finished run is wanted");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_verify(ctx, argv[optind], stdout));
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
