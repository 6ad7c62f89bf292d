#include "base/str.h"
#include "cli/display.h"
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>

enum {
    OPT_SOURCE_TREE = 256,
    OPT_GSIM_TREE,
    OPT_QUANTILES,
    OPT_DEFINITION,
    OPT_STATISTICS,
    OPT_COPY_RATES,
    OPT_SITES,
    OPT_REPLACE,
    OPT_THREADS,
    OPT_MEMORY_LIMIT
};

typedef struct stats_options {
    kr_stats_options stats;
    kr_parameter parameters[CLI_MAX_PARAMETERS];
    bool quiet, details;
} stats_options;

static int read_option(int option, stats_options *o)
{
    switch (option) {
    case 'o':
        o->stats.output = optarg;
        return -1;
    case 'q':
        o->quiet = true;
        return -1;
    case 'v':
        o->details = true;
        return -1;
    case 'e':
        o->stats.csv = true;
        return kr_str_eq(optarg, "csv")
                   ? -1
                   : cli_usage(&cli_cmd_stats, "-e %s: csv is available", optarg);
    case 'p':
        return cli_add_parameter(&cli_cmd_stats, optarg, o->parameters, &o->stats.nparameters);
    case OPT_SITES:
        o->stats.sites = optarg;
        return -1;
    case OPT_SOURCE_TREE:
        o->stats.source_tree = optarg;
        return -1;
    case OPT_GSIM_TREE:
        o->stats.gsim_tree = optarg;
        return -1;
    case OPT_QUANTILES:
        o->stats.quantiles = optarg;
        return -1;
    case OPT_DEFINITION:
        o->stats.definition = optarg;
        return -1;
    case OPT_STATISTICS:
        o->stats.statistics = optarg;
        return -1;
    case OPT_COPY_RATES:
        o->stats.copy_rates = true;
        return -1;
    case OPT_REPLACE:
        o->stats.replace = true;
        return -1;
    case OPT_THREADS:
        return cli_read_threads(&cli_cmd_stats, optarg, &o->stats.threads);
    case OPT_MEMORY_LIMIT:
        return cli_read_memory_limit(&cli_cmd_stats, optarg, &o->stats.memory_limit);
    default:
        return -1;
    }
}

static int run(int argc, char **argv)
{
    stats_options o = {0};
    o.stats.parameters = o.parameters;
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_stats, argc, argv, &id);
        if (status < 0 && id)
            status = read_option(id, &o);
        if (status >= 0)
            return status;
        if (!id)
            break;
    }
    o.stats.dirs = (const char *const *)argv + optind;
    o.stats.ndirs = (size_t)(argc - optind);
    if (o.stats.ndirs == 0)
        return cli_usage(&cli_cmd_stats, "the folder of a finished run is wanted");
    if (!o.stats.output)
        return cli_usage(&cli_cmd_stats, "-o NEW is wanted: the folder of the new results");
    kr_ctx *ctx = cli_context(o.quiet);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    if (o.details)
        cli_display_details();
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_stats_results(ctx, &o.stats));
}

static const cli_option options[] = {
    {'o', NULL, "NEW", CLI_DIR, "folder of the new results"},
    {OPT_SOURCE_TREE, "source-tree", "F", CLI_FILE,
     "NRML logic tree with new weights, matched by the ids of branch sets and branches; what it "
     "leaves out is left out. Source files are not looked for"},
    {OPT_GSIM_TREE, "gsim-tree", "F", CLI_FILE,
     "the same for ground-motion models, by tectonic region type and model with its arguments"},
    {OPT_STATISTICS, "statistics", "'mean std'", "mean std cov min max",
     "mean, std, cov, min, max; without it those of the run"},
    {OPT_QUANTILES, "quantiles", "'0.1 0.5'", NULL,
     "numbers from 0 to 1, separated by blanks; '' for none; without it those of the run"},
    {OPT_DEFINITION, "quantile-definition", "NAME", "reference half-weight merged",
     "reference, half-weight or merged"},
    {OPT_SITES, "sites", "0,5-9", NULL, "these sites only, counted from 0"},
    {'p', NULL, "key=value",
     "poes_disagg= iml_disagg= disagg_outputs= disagg_statistics= num_rlzs_disagg= rlz_index=",
     "of a disaggregation whose rates by cell are stored (disagg_cells_precision): other "
     "poes_disagg, iml_disagg, disagg_outputs, disagg_statistics, num_rlzs_disagg or rlz_index; "
     "may "
     "be repeated"},
    {'e', "exports", "csv", "csv", "write the CSV tables too"},
    {OPT_COPY_RATES, "copy-rates", NULL, NULL, "store the component rates in NEW as well"},
    {OPT_REPLACE, "replace", NULL, NULL, "replace results that NEW holds already"},
    {OPT_THREADS, "threads", "N", NULL, "threads to use; without it all that the machine has"},
    {OPT_MEMORY_LIMIT, "memory-limit", "SIZE", NULL,
     "memory to use at the most; without it half of the machine's"},
    {'v', "verbose", NULL, NULL,
     "tell details too: each phase as it ends, and the table of phases, which runs of more than 10 "
     "s have anyway (docs/performance.md)"},
    {'q', NULL, NULL, NULL, "print warnings and errors only"},
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_stats = {
    .name = "stats",
    .synopsis =
        "stats DIR... -o NEW [--source-tree F] [--gsim-tree F] [--quantiles '0.1 0.5'] "
        "[--quantile-definition NAME] [--statistics 'mean std'] [--sites 0,5-9] [-p key=value]... "
        "[-e csv] [--copy-rates] [--replace] [--threads N] [--memory-limit SIZE] [-v] [-q]",
    .about = "new statistics and weights from the component rates of finished runs",
    .lead = "Several runs are of one logic tree at several sites, or of several branches of one at "
            "the same sites. None is changed; nothing is computed again (docs/formats.md).",
    .options = options,
    .words = CLI_DIR,
    .run = run,
};
