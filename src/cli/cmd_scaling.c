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
    OPT_JSON
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

static int read_option(int option, scaling_options *o)
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
    case OPT_JSON:
        s->json = true;
        return -1;
    default:
        return -1;
    }
}

static int run(int argc, char **argv)
{
    static scaling_options o; /* one command line; large */
    o.scaling.vary = o.vary;
    o.scaling.run.parameters = o.parameters;
    /* An emulator, say, has to be named; else it is the same program, even if its file is replaced.
     * There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    const char *program = getenv("KAURI_PROGRAM");
    o.scaling.program = program && *program ? program : "/proc/self/exe";
    for (int id = 0;;) {
        int status = cli_next_option(&cli_cmd_scaling, argc, argv, &id);
        if (status < 0 && id)
            status = read_option(id, &o);
        if (status >= 0)
            return status;
        if (!id)
            break;
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

static const cli_option options[] = {
    {OPT_VARY, "vary", "key=a,b,c",
     "threads= memory_limit= compat= isa= job= program= branches= sites= levels= " CLI_PARAMETER,
     "values of a key; all combinations of several keys, the last changing fastest. Keys are the "
     "job's parameters, among them the switches sharing, collapsing and factoring; and threads, "
     "memory_limit, compat, isa (v2, v3, v4), job (job files), program (builds of Kauri), "
     "branches, "
     "sites and levels (numbers, for branch_count, site_count, level_count). A comma in brackets "
     "or "
     "after a backslash does not part values. A key that is none of these is refused"},
    {OPT_ONE_AT_A_TIME, "one-at-a-time", NULL, NULL,
     "not all combinations: the first values, then one key changed"},
    {OPT_AB, "ab", "N", NULL,
     "compare two settings: N runs of each in turn, medians, and the ratio of their times with its "
     "spread and a sign test"},
    {'o', NULL, "DIR", CLI_DIR,
     "keep the results, DIR/run-1 and so on, with the table as DIR/scaling.md and, all phases and "
     "runs, DIR/scaling.csv"},
    {'p', NULL, "key=value", CLI_PARAMETER,
     "set a parameter of the job in all runs; may be repeated"},
    {OPT_THREADS, "threads", "N", NULL, "as for kauri run"},
    {OPT_MEMORY_LIMIT, "memory-limit", "SIZE", NULL, "as for kauri run"},
    {OPT_COMPAT, "compat", "NAME", "oq-3.21 exact", "as for kauri run"},
    CLI_JSON(OPT_JSON, "the figures of all runs, in place of the table,"),
    {'q', NULL, NULL, NULL, "print warnings and errors only"},
    {0, NULL, NULL, NULL, NULL},
};

const cli_command cli_cmd_scaling = {
    .name = "scaling",
    .synopsis = "scaling JOB.ini --vary key=value,value... [--vary ...] [-o DIR] [--ab N] "
                "[--one-at-a-time] [-p key=value]... [--threads N] [--memory-limit SIZE] "
                "[--compat NAME] [--json] [-q]",
    .about = "run a job under several settings and tell what each costs and changes",
    .lead = "Each setting runs in a process of its own. The table, in Markdown, goes to standard "
            "output: realizations, processor and wall time of the main phases, memory, size of the "
            "results, and whether these equal those of the first setting or how far the hazard and "
            "the motion at 475 and 2475 years are from them. A setting that fails is a line with "
            "its reason. With three values of a number or more the exponent of growth is printed. "
            "Warnings of the runs are printed once (docs/performance.md).",
    .options = options,
    .words = CLI_FILE,
    .run = run,
};
