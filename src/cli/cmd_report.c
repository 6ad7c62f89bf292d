#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

static const cli_option options[] = {
    {'o', NULL, "FILE.html", CLI_FILE, "write there, and leave DIR as it is"},
    {'q', NULL, NULL, NULL, "print warnings and errors only"},
    {0, NULL, NULL, NULL, NULL},
};

static int run(int argc, char **argv)
{
    const char *output = NULL;
    bool quiet = false;
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_report, argc, argv, &id);
        if (status >= 0)
            return status;
        if (!id)
            break;
        if (id == 'o')
            output = optarg;
        quiet = quiet || id == 'q';
    }
    if (argc - optind != 1)
        return cli_usage(&cli_cmd_report, "the folder of a finished run is wanted");
    kr_ctx *ctx = cli_context(quiet);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_report_results(ctx, argv[optind], output));
}

const cli_command cli_cmd_report = {
    .name = "report",
    .synopsis = "report DIR [-o FILE.html] [-q]",
    .about = "what a finished run found, as one HTML file for any browser",
    .lead = "Every run writes it as DIR/report.html; this writes it again, without computing "
            "anything. The file holds curves, spectra, maps, the logic tree, what the uncertainty "
            "comes from, time and memory, inputs, and the component rates of the sites that it "
            "shows: the weights of branches can be moved in it, and mean and quantiles of all "
            "realizations follow. It needs no network (docs/report.md).",
    .options = options,
    .words = CLI_DIR,
    .run = run,
};
