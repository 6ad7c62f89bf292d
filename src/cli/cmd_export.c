#include "base/str.h"
#include "cli/cli.h"
#include "output/export.h"

#include <getopt.h>
#include <stdio.h>

enum { MOST_KINDS = 32, OPT_RLZ = 256, OPT_SITES, OPT_IMT, OPT_STAT, OPT_LIST, OPT_REPLACE };

static void read_option(int option, kr_export_options *o)
{
    switch (option) {
    case 'o':
        o->output = optarg;
        break;
    case OPT_RLZ:
        o->rlz = optarg;
        break;
    case OPT_SITES:
        o->sites = optarg;
        break;
    case OPT_IMT:
        o->imt = optarg;
        break;
    case OPT_STAT:
        o->stat = optarg;
        break;
    case OPT_REPLACE:
        o->replace = true;
        break;
    case OPT_LIST:
        o->list = true;
        break;
    default:
        break;
    }
}

static int run(int argc, char **argv)
{
    const char *what[MOST_KINDS];
    kr_export_options o = {.what = what};
    bool quiet = false;
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_export, argc, argv, &id);
        if (status >= 0)
            return status;
        if (!id)
            break;
        if (id == 'e' && !kr_str_eq(optarg, "csv"))
            return cli_usage(&cli_cmd_export,
                             "-e %s: tables are csv; maps: hmaps_geojson, hmaps_gpkg", optarg);
        quiet = quiet || id == 'q';
        read_option(id, &o);
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
    kr_ctx *ctx = cli_context(quiet);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_export_results(ctx, &o, stdout));
}

static const cli_option options[] = {
    {OPT_RLZ, "rlz", "K|PATH", NULL,
     "one realization instead of the statistics, computed from the component rates: by number, by "
     "branches and models ('b1~b21/gA0~gB1'), by its short name in realizations.csv"},
    {OPT_SITES, "sites", "0,5-9", NULL, "the rows of these sites only, counted from 0"},
    {OPT_IMT, "imt", "NAME", NULL, "one measure"},
    {OPT_STAT, "stat", "NAME", "mean std cov min max",
     "one statistic: mean, std, quantile-0.1, ..."},
    {'o', NULL, "DIR2", CLI_DIR,
     "folder of the tables, without it the current one; - is standard output. A table that is "
     "there already is not replaced, but with"},
    {OPT_REPLACE, "replace", NULL, NULL, "replace tables that are there already"},
    {'e', "exports", "csv", "csv", "accepted: tables are CSV"},
    {'q', NULL, NULL, NULL, "print warnings and errors only"},
    {OPT_LIST, "list", NULL, NULL, "tell what there is"},
    {0, NULL, NULL, NULL, NULL},
};

#define WORD(bit, name, what) " " name

const cli_command cli_cmd_export = {
    .name = "export",
    .synopsis = "export DIR WHAT... [--rlz K|PATH] [--sites 0,5-9] [--imt NAME] [--stat NAME] "
                "[-e csv] [-o DIR2|-] [--replace] [-q] | DIR --list",
    .about = "write tables of a finished run, any single realization included",
    .lead = "WHAT is hcurves, hmaps, uhs, hmaps_geojson, hmaps_gpkg (GeoPackage), realizations, "
            "mean_rates_by_src, components, "
            "component_rates, or where the uncertainty comes from: variance_shares, tornado, "
            "weight_derivatives; of a disaggregation disagg, disagg_rlzs, disagg_traditional, "
            "disagg_tree, disagg_sources, disagg_sections, sections_geojson, disagg_summary. The "
            "run in DIR stays as it is.",
    .options = options,
    .words = CLI_DIR KR_EXPORT_LIST(WORD),
    .run = run,
};
