#include "base/str.h"
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

static const struct option long_options[] = {
    {"rtol", required_argument, NULL, 'r'},
    {"atol", required_argument, NULL, 'a'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int run(int argc, char **argv)
{
    double rtol = 1e-3, atol = 1e-11;
    opterr = 0;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    for (int option; (option = getopt_long(argc, argv, ":", long_options, NULL)) != -1;) {
        if (option == 'h') {
            cli_print_help(&cli_cmd_compare);
            return 0;
        }
        if (option == '?')
            return cli_unknown_option(&cli_cmd_compare, long_options, argv[optind - 1]);
        if (option == ':')
            return cli_usage(&cli_cmd_compare, "%s needs a value", argv[optind - 1]);
        double *target = option == 'r' ? &rtol : &atol;
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
    return cli_finish(&ctx,
                      kr_compare(ctx, argv[optind], argv[optind + 1], rtol, atol, stdout, &result));
}

const cli_command cli_cmd_compare = {
    .name = "compare",
    .synopsis = "compare A B [--rtol X] [--atol X]",
    .about = "compare two result folders, table by table",
    .help = "The folders must hold CSV tables: run with -e csv.\n\n"
            "  --rtol X  relative tolerance, 1e-3 without it\n"
            "  --atol X  absolute tolerance, 1e-11 without it\n",
    .run = run,
};
