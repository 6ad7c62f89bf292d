#include "base/outfile.h"
#include "base/str.h"
#include "cli/cli.h"
#include "run/gmm_tool.h"

#include <getopt.h>
#include <stdio.h>

enum { MOST_ARGS = 64, MOST_MODELS = 16 };

enum { OPT_LIST = 256, OPT_TABLE, OPT_CHECK, OPT_SCENARIO, OPT_ARG, OPT_IMT, OPT_JSON };

typedef struct gmm_options {
    bool list, tell, verbose, json;
    const char *table, *check, *scenario, *imts, *output, *export;
    const char *args[MOST_ARGS], *names[MOST_MODELS];
    size_t nargs, nnames;
} gmm_options;

static int read_option(int option, gmm_options *o)
{
    switch (option) {
    case 'e':
        o->export = optarg;
        return -1;
    case 'o':
        o->output = optarg;
        return -1;
    case 'v':
        o->verbose = true;
        return -1;
    case OPT_LIST:
        o->list = true;
        return -1;
    case OPT_TABLE:
        o->table = optarg;
        return -1;
    case OPT_CHECK:
        o->check = optarg;
        return -1;
    case OPT_IMT:
        o->imts = optarg;
        return -1;
    case OPT_SCENARIO:
        o->scenario = optarg;
        return -1;
    case OPT_ARG:
        if (o->nargs == MOST_ARGS)
            return cli_usage(&cli_cmd_gmm, "more than %d arguments", MOST_ARGS);
        o->args[o->nargs++] = optarg;
        return -1;
    case OPT_JSON:
        o->json = true;
        return -1;
    default:
        return -1;
    }
}

static int read_options(int argc, char **argv, gmm_options *o)
{
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_gmm, argc, argv, &id);
        if (status < 0 && id)
            status = read_option(id, o);
        if (status >= 0)
            return status;
        if (!id)
            break;
    }
    for (; optind < argc; optind++) {
        if (o->nnames == MOST_MODELS)
            return cli_usage(&cli_cmd_gmm, "more than %d models", MOST_MODELS);
        o->names[o->nnames++] = argv[optind];
    }
    int ways = o->list + !!o->table + !!o->check + !!o->scenario;
    o->tell = ways == 0 && o->nnames && !o->export && !o->json;
    if (ways != 1 && !o->tell)
        return cli_usage(&cli_cmd_gmm, "one of --list, --table, --scenario, --check is wanted");
    if (o->list && o->nnames > 1)
        return cli_usage(&cli_cmd_gmm, "one text at a time: '%s' is too much", o->names[1]);
    if (o->json && (!o->list || o->export))
        return cli_usage(&cli_cmd_gmm, "--json goes with --list, without -e");
    if (o->check && o->nnames > 0)
        return cli_usage(&cli_cmd_gmm, "--check takes no model: '%s'", o->names[0]);
    if (o->table && o->nnames != 1)
        return cli_usage(&cli_cmd_gmm, "--table takes one model");
    if (o->scenario && o->nnames == 0)
        return cli_usage(&cli_cmd_gmm, "--scenario takes one model or several");
    return -1;
}

static kr_status write_to(kr_ctx *ctx, const gmm_options *o, FILE *out)
{
    const kr_gmm_named model = {o->names[0], o->args, o->nargs};
    kr_gmm_form form = KR_FORM_TEXT;

    if (o->export && kr_str_eq(o->export, "csv"))
        form = KR_FORM_CSV;
    else if (o->export && kr_str_eq(o->export, "md"))
        form = KR_FORM_MARKDOWN;
    else if (o->json)
        form = KR_FORM_JSON;
    if (o->list)
        return kr_gmm_list(ctx, o->names[0], form, out);
    for (size_t i = 0; o->tell && i < o->nnames; i++) {
        kr_status s = kr_gmm_tell(ctx, o->names[i], out);
        if (s != KR_OK || i + 1 == o->nnames)
            return s;
    }
    if (o->check)
        return kr_gmm_verify(ctx, o->check, o->verbose, out);
    return kr_gmm_evaluate(ctx, &model, o->table, o->imts, out);
}

/* What -e says of a scenario: csv, svg or both. */
static int read_exports(const gmm_options *o, kr_scenario_output *out)
{
    const char *text = o->export ? o->export : "csv";
    out->prefix = o->output;
    for (size_t n; *text; text += n + (text[n] == ',')) {
        n = strcspn(text, ",");
        if (n == 3 && strncmp(text, "csv", n) == 0)
            out->csv = true;
        else if (n == 3 && strncmp(text, "svg", n) == 0)
            out->svg = true;
        else
            return cli_usage(&cli_cmd_gmm, "-e %s: csv and svg go with --scenario", o->export);
    }
    if (out->svg && !out->prefix)
        return cli_usage(&cli_cmd_gmm, "-e svg wants -o PREFIX: the drawing is PREFIX.svg");
    return -1;
}

static int run_scenario(const gmm_options *o)
{
    kr_gmm_named models[MOST_MODELS];
    kr_scenario_output to = {0};
    int status = read_exports(o, &to);
    if (status >= 0)
        return status;
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    for (size_t i = 0; i < o->nnames; i++)
        models[i] = (kr_gmm_named){o->names[i], o->args, o->nargs};
    return cli_finish(&ctx, kr_gmm_scenario(ctx, models, o->nnames, o->scenario, o->imts, &to));
}

static int run(int argc, char **argv)
{
    gmm_options o = {0};
    int status = read_options(argc, argv, &o);
    if (status >= 0)
        return status;
    if (o.scenario)
        return run_scenario(&o);
    if (o.export && !(o.list && (kr_str_eq(o.export, "csv") || kr_str_eq(o.export, "md"))))
        return cli_usage(&cli_cmd_gmm, "-e %s: csv and md go with --list", o.export);
    kr_ctx *ctx = cli_context(true);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    if (!o.output)
        return cli_finish(&ctx, write_to(ctx, &o, stdout));
    kr_outfile out;
    kr_status s = kr_outfile_begin_any(ctx, o.output, &out);
    if (s == KR_OK)
        s = write_to(ctx, &o, out.file);
    bool differs = s == KR_EDIFFER; /* what does is told in the file */
    s = kr_outfile_end(&out, differs ? KR_OK : s);
    return cli_finish(&ctx, s == KR_OK && differs ? KR_EDIFFER : s);
}

static const cli_option options[] = {
    {OPT_LIST, "list", NULL, NULL,
     "the models; with a TEXT those that have it in name, reference or region, with details"},
    {'e', NULL, "FORMS", "csv md svg csv,svg",
     "with --list csv or md: the list as CSV or Markdown; with --scenario csv (the default), svg "
     "or "
     "csv,svg: a table, a drawing; with -o PREFIX as PREFIX.csv, PREFIX.svg"},
    CLI_JSON(OPT_JSON, "with --list the list"),
    {OPT_TABLE, "table", "F.csv", CLI_FILE,
     "evaluate a model for the rows of a table with columns mag, rrup, vs30, ... (also rup_mag, "
     "dist_rrup, site_vs30): medians (g, cm/s) and deviations (ln)"},
    {OPT_SCENARIO, "scenario", "TEXT", NULL,
     "evaluate models over a range, or at one distance: 'mag=7 rrup=1:300', 'mag=5:8 rjb=20 "
     "rake=90', 'mag=7 rrup=20 "
     "period=0.01:10' (lo:hi or lo:hi:points); what is not given is that of a simple rupture: "
     "kauri "
     "help scenarios"},
    {OPT_IMT, "imt", "A,B", NULL,
     "measures, such as PGA,SA(0.2); without it those the table has columns for, for scenarios "
     "PGA,SA(1.0)"},
    {OPT_ARG, "arg", "key=value", NULL, "an argument of the model; may be repeated"},
    {'o', NULL, "FILE", CLI_FILE, "write there, not to standard output"},
    {OPT_CHECK, "check", "F.json", CLI_FILE,
     "compare all models with verification tables; exit status 6 if any fails. The file is a list "
     "of "
     "models, arguments, tables and tolerances in percent; the tables are in the folder "
     "verification beside it, files of arguments in tables"},
    {'v', "verbose", NULL, NULL,
     "with --check: values beyond their last digit, models that are missing"},
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_gmm = {
    .name = "gmm",
    .synopsis =
        "gmm --list [TEXT] [-e csv|md] [--json] | MODEL... | MODEL --table F.csv [--imt ...] "
        "[--arg key=value]... [-o FILE] | MODEL... --scenario 'mag=7 rrup=1:300' "
        "[-e csv,svg] [-o PREFIX] | --check F.json [-v]",
    .about = "list, evaluate and check ground-motion models",
    .lead = "MODEL is a name, or a TOML table as a logic tree has it: '[Name]' and lines key = "
            "value. A name alone tells what the model needs and takes.",
    .options = options,
    .run = run,
};
