#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

static const struct option long_options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static int run(int argc, char **argv)
{
    const char *output = NULL;
    opterr = 0;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    for (int option; (option = getopt_long(argc, argv, ":o:", long_options, NULL)) != -1;) {
        if (option == 'o') {
            output = optarg;
        } else if (option == 'h') {
            cli_print_help(&cli_cmd_report);
            return 0;
        } else if (option == ':') {
            return cli_usage(&cli_cmd_report, "%s needs a value", argv[optind - 1]);
        } else {
            return cli_unknown_option(&cli_cmd_report, long_options, argv[optind - 1]);
        }
    }
    if (argc - optind != 1)
        return cli_usage(&cli_cmd_report, "the folder of a finished run is wanted");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_report_results(ctx, argv[optind], output));
}

const cli_command cli_cmd_report = {
    .name = "report",
    .synopsis = "report DIR [-o FILE.html]",
    .about = "what a finished run found, as one HTML file for any browser",
    .help = "Every run writes it as DIR/report.html; this writes it again, without computing\n"
            "anything. The file holds curves, spectra, maps, the logic tree and the component\n"
            "rates of the sites that it shows: the weights of branches can be moved in it, and\n"
            "mean and quantiles of all realizations follow. It needs no network.\n\n"
            "  -o FILE.html     write there, and leave DIR as it is\n",
    .run = run,
};
