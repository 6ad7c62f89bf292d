#include "base/str.h"
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

enum {
    OPT_SOURCE_TREE = 256,
    OPT_GSIM_TREE,
    OPT_QUANTILES,
    OPT_DEFINITION,
    OPT_STATISTICS,
    OPT_COPY_RATES,
    OPT_THREADS,
    OPT_MEMORY_LIMIT,
    OPT_HELP
};

static const struct option long_options[] = {
    {"source-tree", required_argument, NULL, OPT_SOURCE_TREE},
    {"gsim-tree", required_argument, NULL, OPT_GSIM_TREE},
    {"quantiles", required_argument, NULL, OPT_QUANTILES},
    {"quantile-definition", required_argument, NULL, OPT_DEFINITION},
    {"statistics", required_argument, NULL, OPT_STATISTICS},
    {"copy-rates", no_argument, NULL, OPT_COPY_RATES},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"memory-limit", required_argument, NULL, OPT_MEMORY_LIMIT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

typedef struct stats_options {
    kr_stats_options stats;
    bool quiet;
} stats_options;

static int read_option(int option, char **argv, stats_options *o)
{
    switch (option) {
    case 'o':
        o->stats.output = optarg;
        return -1;
    case 'q':
        o->quiet = true;
        return -1;
    case 'e':
        o->stats.csv = true;
        return kr_str_eq(optarg, "csv")
                   ? -1
                   : cli_usage(&cli_cmd_stats, "-e %s: csv is available", optarg);
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
    case OPT_THREADS:
        return cli_read_threads(&cli_cmd_stats, optarg, &o->stats.threads);
    case OPT_MEMORY_LIMIT:
        return cli_read_memory_limit(&cli_cmd_stats, optarg, &o->stats.memory_limit);
    case OPT_HELP:
        cli_print_help(&cli_cmd_stats);
        return 0;
    case ':':
        return cli_usage(&cli_cmd_stats, "%s needs a value", argv[optind - 1]);
    default:
        return cli_unknown_option(&cli_cmd_stats, long_options, argv[optind - 1]);
    }
}

static int run(int argc, char **argv)
{
    stats_options o = {0};
    opterr = 0;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    for (int option; (option = getopt_long(argc, argv, ":o:e:q", long_options, NULL)) != -1;) {
        int status = read_option(option, argv, &o);
        if (status >= 0)
            return status;
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
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_stats_results(ctx, &o.stats));
}

const cli_command cli_cmd_stats = {
    .name = "stats",
    .synopsis = "stats DIR... -o NEW [--source-tree F] [--gsim-tree F] [--quantiles '0.1 0.5'] "
                "[--quantile-definition NAME] [--statistics 'mean std'] [-e csv] [--copy-rates]",
    .about = "new statistics and weights from the component rates of finished runs",
    .help =
        "Several runs are of one logic tree at several sites, or of several branches of one at\n"
        "the same sites. None is changed; nothing is computed again.\n\n"
        "  -o NEW                     folder of the new results\n"
        "  --source-tree F            NRML logic tree with new weights, matched by ids; what it\n"
        "                             leaves out is left out. Source files are not looked for\n"
        "  --gsim-tree F              the same for ground-motion models, by tectonic region\n"
        "                             type and model with its arguments\n"
        "  --statistics 'mean std'    mean, std, cov, min, max; without it those of the run\n"
        "  --quantiles '0.1 0.5'      '' for none; without it those of the run\n"
        "  --quantile-definition NAME reference, half-weight or merged\n"
        "  -e csv                     write the CSV tables too\n"
        "  --copy-rates               store the component rates in NEW as well\n"
        "  --threads N                threads to use; without it all that the machine has\n"
        "  --memory-limit SIZE        memory to use at the most; without it half of the\n"
        "                             machine's\n"
        "  -q                         print warnings and errors only\n",
    .run = run,
};
