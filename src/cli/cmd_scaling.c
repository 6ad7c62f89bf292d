#include "base/str.h"
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_VARY = 256,
    OPT_ONE_AT_A_TIME,
    OPT_AB,
    OPT_THREADS,
    OPT_MEMORY_LIMIT,
    OPT_COMPAT,
    OPT_HELP
};

static const struct option long_options[] = {
    {"vary", required_argument, NULL, OPT_VARY},
    {"one-at-a-time", no_argument, NULL, OPT_ONE_AT_A_TIME},
    {"ab", required_argument, NULL, OPT_AB},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"memory-limit", required_argument, NULL, OPT_MEMORY_LIMIT},
    {"compat", required_argument, NULL, OPT_COMPAT},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* Keys, parameters, and values of all keys together. */
enum { MAX_KEYS = 32, MAX_PARAMETERS = 256, MAX_VALUES = 4096 };

typedef struct scaling_options {
    kr_scaling_options scaling;
    kr_vary vary[MAX_KEYS];
    const char *values[MAX_VALUES];
    size_t nvalues;
    kr_parameter parameters[MAX_PARAMETERS];
    bool quiet;
} scaling_options;

/* Cut a text at its commas, in place: not at those in brackets; a backslash makes the next
 * character an ordinary one. */
static bool cut_values(scaling_options *o, char *text)
{
    int depth = 0;
    char *to = text;
    if (o->nvalues == MAX_VALUES)
        return false;
    o->values[o->nvalues++] = text;
    for (const char *p = text; *p; p++) {
        if (*p == ',' && depth <= 0) {
            *to++ = '\0';
            if (o->nvalues == MAX_VALUES)
                return false;
            o->values[o->nvalues++] = to;
            continue;
        }
        if (*p == '\\' && p[1])
            p++;
        else if (strchr("([{", *p))
            depth++;
        else if (strchr(")]}", *p))
            depth--;
        *to++ = *p;
    }
    *to = '\0';
    return true;
}

static int add_vary(scaling_options *o, char *text)
{
    kr_scaling_options *s = &o->scaling;
    char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return cli_usage(&cli_cmd_scaling, "--vary %s: key=value,value,... is wanted", text);
    if (s->nvary == MAX_KEYS)
        return cli_usage(&cli_cmd_scaling, "more than %d keys are varied", MAX_KEYS);
    *equals = '\0';
    size_t first = o->nvalues;
    if (!cut_values(o, equals + 1))
        return cli_usage(&cli_cmd_scaling, "--vary %s: more than %d values", text, MAX_VALUES);
    o->vary[s->nvary++] = (kr_vary){text, o->values + first, o->nvalues - first};
    return -1;
}

static int add_parameter(scaling_options *o, char *text)
{
    kr_run_options *run = &o->scaling.run;
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return cli_usage(&cli_cmd_scaling, "-p %s: a parameter is key=value", text);
    if (run->nparameters == MAX_PARAMETERS)
        return cli_usage(&cli_cmd_scaling, "more than %d parameters", MAX_PARAMETERS);
    *equals = '\0';
    o->parameters[run->nparameters++] = (kr_parameter){text, equals + 1};
    return -1;
}

static int read_pairs(const char *text, int *out)
{
    long long n;
    if (!kr_parse_int(text, &n) || n < 1 || n > 1000)
        return cli_usage(&cli_cmd_scaling, "--ab %s: a number from 1 to 1000 is wanted", text);
    *out = (int)n;
    return -1;
}

static int read_option(int option, char **argv, scaling_options *o)
{
    kr_scaling_options *s = &o->scaling;
    switch (option) {
    case 'o':
        s->run.dir = optarg;
        return -1;
    case 'p':
        return add_parameter(o, optarg);
    case 'q':
        o->quiet = true;
        return -1;
    case OPT_VARY:
        return add_vary(o, optarg);
    case OPT_ONE_AT_A_TIME:
        s->one_at_a_time = true;
        return -1;
    case OPT_AB:
        return read_pairs(optarg, &s->pairs);
    case OPT_THREADS:
        return cli_read_threads(&cli_cmd_scaling, optarg, &s->run.threads);
    case OPT_MEMORY_LIMIT:
        return cli_read_memory_limit(&cli_cmd_scaling, optarg, &s->run.memory_limit);
    case OPT_COMPAT:
        s->run.exact = kr_str_eq(optarg, "exact");
        return s->run.exact || kr_str_eq(optarg, "oq-3.21")
                   ? -1
                   : cli_usage(&cli_cmd_scaling, "--compat %s: oq-3.21 or exact is wanted", optarg);
    case OPT_HELP:
        cli_print_help(&cli_cmd_scaling);
        return 0;
    case ':':
        return cli_usage(&cli_cmd_scaling, "%s needs a value", argv[optind - 1]);
    default:
        return cli_unknown_option(&cli_cmd_scaling, long_options, argv[optind - 1]);
    }
}

static int run(int argc, char **argv)
{
    static scaling_options o; /* one command line; large */
    opterr = 0;
    o.scaling.vary = o.vary;
    o.scaling.run.parameters = o.parameters;
    /* An emulator, say, has to be named; else it is the same program, even if its file is replaced.
     * There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    const char *program = getenv("KAURI_PROGRAM");
    o.scaling.program = program && *program ? program : "/proc/self/exe";
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    for (int option; (option = getopt_long(argc, argv, ":o:p:q", long_options, NULL)) != -1;) {
        int status = read_option(option, argv, &o);
        if (status >= 0)
            return status;
    }
    bool varies = false;
    for (size_t i = 0; i < o.scaling.nvary; i++)
        varies = varies || kr_str_eq(o.vary[i].key, "job");
    if (argc - optind > 1)
        return cli_usage(&cli_cmd_scaling,
                         "one job at a time: '%s' is too much; other jobs are "
                         "--vary job=a.ini,b.ini",
                         argv[optind + 1]);
    if (optind < argc)
        o.scaling.run.job = argv[optind];
    else if (!varies)
        return cli_usage(&cli_cmd_scaling, "no job is named");
    if (o.scaling.nvary == 0)
        return cli_usage(&cli_cmd_scaling, "--vary key=value,value is wanted");
    kr_ctx *ctx = cli_context(o.quiet);
    if (!ctx)
        return kr_exit_status(KR_ENOMEM);
    cli_stop_on_signals(ctx);
    return cli_finish(&ctx, kr_scaling(ctx, &o.scaling, stdout));
}

const cli_command cli_cmd_scaling = {
    .name = "scaling",
    .synopsis = "scaling JOB.ini --vary key=value,value... [--vary ...] [-o DIR] [--ab N] "
                "[--one-at-a-time] [-p key=value]... [--threads N] [--memory-limit SIZE] "
                "[--compat NAME] [-q]",
    .about = "run a job under several settings and tell what each costs and changes",
    .help =
        "Each setting runs in a process of its own. The table, in Markdown, goes to standard\n"
        "output: realizations, processor and wall time of the main phases, memory, size of the\n"
        "results, and whether these equal those of the first setting or how far they are from\n"
        "them. A setting that fails is a line with its reason.\n\n"
        "  --vary key=a,b,c     values of a key; all combinations of several, the last changing\n"
        "                       fastest. Keys are the job's parameters, among them the switches\n"
        "                       sharing, collapsing and factoring; and threads, memory_limit,\n"
        "                       compat, isa (v2, v3, v4), job (job files), program (builds of\n"
        "                       Kauri), branches, sites and levels (numbers, for branch_count,\n"
        "                       site_count, level_count).\n"
        "                       A comma in brackets or after a backslash does not part values\n"
        "  --one-at-a-time      not all combinations: the first values, then one key changed\n"
        "  --ab N               compare two settings: N runs of each in turn, medians, and the\n"
        "                       ratio of their times with its spread\n"
        "  -o DIR               keep the results, DIR/run-1 and so on, with the table as\n"
        "                       DIR/scaling.md and, all phases and runs, DIR/scaling.csv\n"
        "  -p key=value         set a parameter of the job in all runs; may be repeated\n"
        "  --threads N, --memory-limit SIZE, --compat NAME   as for kauri run\n"
        "  -q                   print warnings and errors only\n",
    .run = run,
};
