#include "base/str.h"
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

enum { MOST_KINDS = 32, OPT_RLZ = 256, OPT_SITES, OPT_IMT, OPT_STAT, OPT_LIST, OPT_HELP };

static const struct option long_options[] = {
    {"rlz", required_argument, NULL, OPT_RLZ},
    {"sites", required_argument, NULL, OPT_SITES},
    {"imt", required_argument, NULL, OPT_IMT},
    {"stat", required_argument, NULL, OPT_STAT},
    {"list", no_argument, NULL, OPT_LIST},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int read_option(int option, char **argv, kr_export_options *o)
{
    switch (option) {
    case 'o':
        o->output = optarg;
        return -1;
    case OPT_RLZ:
        o->rlz = optarg;
        return -1;
    case OPT_SITES:
        o->sites = optarg;
        return -1;
    case OPT_IMT:
        o->imt = optarg;
        return -1;
    case OPT_STAT:
        o->stat = optarg;
        return -1;
    case OPT_LIST:
        o->list = true;
        return -1;
    case OPT_HELP:
        cli_print_help(&cli_cmd_export);
        return 0;
    case ':':
        return cli_usage(&cli_cmd_export, "%s needs a value", argv[optind - 1]);
    default:
        return cli_unknown_option(&cli_cmd_export, long_options, argv[optind - 1]);
    }
}

static int run(int argc, char **argv)
{
    const char *what[MOST_KINDS];
    kr_export_options o = {.what = what};
    opterr = 0;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    for (int option; (option = getopt_long(argc, argv, ":o:", long_options, NULL)) != -1;) {
        int status = read_option(option, argv, &o);
        if (status >= 0)
            return status;
    }
    if (optind < argc)
        o.dir = argv[optind++];
    for (; optind < argc; optind++) {
        if (o.nwhat == MOST_KINDS)
            return cli_usage(&cli_cmd_export, "more than %d kinds of tables", MOST_KINDS);
        what[o.nwhat++] = argv[optind];
    }
    if (!o.dir)
        return cli_usage(&cli_cmd_export, "the folder of a finished run is wanted");
    if (!o.list && o.nwhat == 0)
        return cli_usage(&cli_cmd_export,
                         "a kind of table is wanted; --list tells which there are");
    if (o.list && o.nwhat > 0)
        return cli_usage(&cli_cmd_export, "--list takes the folder alone: '%s' is too much",
                         what[0]);
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_export_results(ctx, &o, stdout));
}

const cli_command cli_cmd_export = {
    .name = "export",
    .synopsis = "export DIR WHAT... [--rlz K|PATH] [--sites 0,5-9] [--imt NAME] [--stat NAME] "
                "[-o DIR2|-] | DIR --list",
    .about = "write tables of a finished run, any single realization included",
    .help = "WHAT is hcurves, hmaps, uhs, hmaps_geojson, hmaps_gpkg (GeoPackage), realizations, "
            "mean_rates_by_src, components,\n"
            "component_rates, or where the uncertainty comes from: variance_shares, tornado,\n"
            "weight_derivatives. The run in DIR stays as it is.\n\n"
            "  --rlz K          one realization instead of the statistics, computed from the\n"
            "                   component rates: by number, by branches and models\n"
            "                   ('b1~b21/gA0~gB1'), by its short name in realizations.csv\n"
            "  --sites 0,5-9    the rows of these sites only, counted from 0\n"
            "  --imt NAME       one measure\n"
            "  --stat NAME      one statistic: mean, std, quantile-0.1, ...\n"
            "  -o DIR2          folder of the tables, without it the current one; - is standard\n"
            "                   output. A table that is there already is not replaced\n"
            "  --list           tell what there is\n",
    .run = run,
};
