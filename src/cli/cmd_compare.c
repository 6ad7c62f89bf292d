#include "base/str.h"
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

enum { OPT_RTOL = 256, OPT_ATOL, OPT_JSON };

static const cli_option options[] = {
    {OPT_RTOL, "rtol", "X", NULL, "relative tolerance, 1e-3 without it"},
    {OPT_ATOL, "atol", "X", NULL, "absolute tolerance besides, 1e-11 without it"},
    CLI_JSON(OPT_JSON, "what is found"),
    {0, NULL, NULL, NULL, NULL},
};

static int run(int argc, char **argv)
{
    double rtol = 1e-3, atol = 1e-11;
    bool json = false;
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_compare, argc, argv, &id);
        if (status >= 0)
            return status;
        if (!id)
            break;
        if (id == OPT_JSON) {
            json = true;
            continue;
        }
        double *target = id == OPT_RTOL ? &rtol : &atol;
        if (!kr_parse_double(optarg, target) || !(*target >= 0))
            return cli_usage(&cli_cmd_compare, "'%s' is not a tolerance: a number from 0 is wanted",
                             optarg);
    }
    if (argc - optind != 2)
        return cli_usage(&cli_cmd_compare, "two folders are wanted");
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    kr_comparison result;
    return cli_finish(
        &ctx, kr_compare(ctx, argv[optind], argv[optind + 1], rtol, atol, json, stdout, &result));
}

const cli_command cli_cmd_compare = {
    .name = "compare",
    .synopsis = "compare A B [--rtol X] [--atol X] [--json]",
    .about = "compare two result folders, table by table",
    .lead = "The folders must hold CSV tables: run with -e csv, or kauri export. Exit status 6 "
            "where they differ.",
    .options = options,
    .words = CLI_DIR,
    .run = run,
};
