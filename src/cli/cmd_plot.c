#include "base/str.h"
#include "cli/cli.h"

#include <getopt.h>
#include <math.h>

enum { MOST_VALUES = 16, OPT_SITE = 256, OPT_IMT, OPT_POE, OPT_STAT, OPT_DPI };

/* Values of options that may be repeated. */
typedef struct plot_arguments {
    kr_plot_options o;
    const char *sites[MOST_VALUES], *imts[MOST_VALUES], *stats[MOST_VALUES];
} plot_arguments;

static int add(const char *option, const char **values, size_t *n)
{
    if (*n == MOST_VALUES)
        return cli_usage(&cli_cmd_plot, "%s: more than %d of them", option, MOST_VALUES);
    values[(*n)++] = optarg;
    return -1;
}

static int read_poe(double *out)
{
    if (!kr_parse_double(optarg, out) || !(*out > 0 && *out < 1))
        return cli_usage(&cli_cmd_plot, "--poe %s: a probability between 0 and 1 is wanted",
                         optarg);
    return -1;
}

static int read_dpi(double *out)
{
    if (!kr_parse_double(optarg, out) || !(*out >= 36 && *out <= 1200))
        return cli_usage(&cli_cmd_plot, "--dpi %s: a number from 36 to 1200 is wanted", optarg);
    return -1;
}

static int read_option(int option, plot_arguments *a)
{
    switch (option) {
    case 'o':
        a->o.output = optarg;
        return -1;
    case OPT_SITE:
        return add("--site", a->sites, &a->o.nsites);
    case OPT_IMT:
        return add("--imt", a->imts, &a->o.nimts);
    case OPT_STAT:
        return add("--stat", a->stats, &a->o.nstats);
    case OPT_POE:
        return read_poe(&a->o.poe);
    case OPT_DPI:
        return read_dpi(&a->o.dpi);
    default:
        return -1;
    }
}

static int run(int argc, char **argv)
{
    plot_arguments a = {.o = {.poe = NAN}};
    bool quiet = false;
    a.o.sites = a.sites;
    a.o.imts = a.imts;
    a.o.stats = a.stats;
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_plot, argc, argv, &id);
        if (status < 0 && id)
            status = read_option(id, &a);
        quiet = quiet || id == 'q';
        if (status >= 0)
            return status;
        if (!id)
            break;
    }
    if (argc - optind < 2)
        return cli_usage(&cli_cmd_plot, "the folder of a finished run and the kind of the figure "
                                        "are wanted");
    if (argc - optind > 2)
        return cli_usage(&cli_cmd_plot, "one figure at a time: '%s' is too much", argv[optind + 2]);
    if (!a.o.output)
        return cli_usage(&cli_cmd_plot, "-o FILE is wanted: where the figure goes");
    a.o.dir = argv[optind];
    a.o.what = argv[optind + 1];
    kr_ctx *ctx = cli_context(quiet);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_plot_results(ctx, &a.o));
}

static const cli_option options[] = {
    {'o', NULL, "FILE", CLI_FILE, "the figure: SVG, PNG or PDF by its ending"},
    {OPT_SITE, "site", "SITE", NULL,
     "a site by its number from 0, by 'longitude,latitude' (the nearest one) or by its id ('id:12' "
     "where ids are numbers); without it the first; may be repeated for curve, as may --imt and "
     "--stat"},
    {OPT_IMT, "imt", "NAME", NULL,
     "a measure, such as 'SA(0.2)'; without it the first (curve: all)"},
    {OPT_STAT, "stat", "NAME", "mean std cov min max",
     "mean, std, quantile-0.1, ...; without it the mean; of a disaggregation also tree_mean and "
     "realizations, rlz-3"},
    {OPT_POE, "poe", "P", NULL,
     "a probability in the investigation time; without it those of the job (map, tornado: "
     "its first; disagg: the first that is reached)"},
    {OPT_DPI, "dpi", "N", NULL, "dots per inch of PNG; without it 200"},
    {'q', NULL, NULL, NULL, "print warnings and errors only"},
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_plot = {
    .name = "plot",
    .synopsis = "plot DIR curve|fan|uhs|map|tornado|tree|disagg|disagg-map|disagg-trt "
                "-o FILE.svg|.png|.pdf [--site SITE]... "
                "[--imt NAME]... [--stat NAME]... [--poe P] [--dpi N] [-q]",
    .about = "draw a figure of a finished run",
    .lead = "  curve    hazard curves of up to eight sites, measures and statistics\n"
            "  fan      the mean between its quantiles\n"
            "  uhs      uniform hazard spectra\n"
            "  map      all sites on the coastline\n"
            "  tornado  what each branch of the logic tree does to the mean\n"
            "  tree     the logic tree with its weights\n"
            "  disagg   of a disaggregation: bars by magnitude and distance, coloured by epsilon\n"
            "  disagg-map  the same by longitude and latitude, on the coastline\n"
            "  disagg-trt  the same by tectonic region type",
    .options = options,
    .words = CLI_DIR " curve fan uhs map tornado tree disagg disagg-map disagg-trt",
    .run = run,
};
