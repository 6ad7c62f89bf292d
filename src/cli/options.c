#include "cli/options.h"

#include <getopt.h>
#include <string.h>

enum {
    OPT_THREADS = 256,
    OPT_MEMORY_LIMIT,
    OPT_MEMORY_REPORT,
    OPT_FIT,
    OPT_COMPAT,
    OPT_FRESH,
    OPT_DRY_RUN,
    OPT_HELP
};

static const struct option long_options[] = {
    {"threads", required_argument, NULL, OPT_THREADS},
    {"memory-limit", required_argument, NULL, OPT_MEMORY_LIMIT},
    {"memory-report", no_argument, NULL, OPT_MEMORY_REPORT},
    {"fit", required_argument, NULL, OPT_FIT},
    {"compat", required_argument, NULL, OPT_COMPAT},
    {"fresh", no_argument, NULL, OPT_FRESH},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

static int add_parameter(const cli_command *command, cli_job_options *o, char *text)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return cli_usage(command, "-p %s: a parameter is key=value", text);
    if (o->run.nparameters == CLI_MAX_PARAMETERS)
        return cli_usage(command, "more than %d parameters", CLI_MAX_PARAMETERS);
    *equals = '\0';
    o->parameters[o->run.nparameters++] = (kr_parameter){text, equals + 1};
    return -1;
}

static int read_option(const cli_command *command, int option, cli_job_options *o)
{
    switch (option) {
    case 'o':
        o->run.dir = optarg;
        return -1;
    case 'e':
        o->run.csv = true;
        return strcmp(optarg, "csv") == 0 ? -1
                                          : cli_usage(command, "-e %s: csv is available", optarg);
    case 'p':
        return add_parameter(command, o, optarg);
    case 'q':
        o->quiet = true;
        return -1;
    case OPT_THREADS:
        return cli_read_threads(command, optarg, &o->run.threads);
    case OPT_MEMORY_LIMIT:
        return cli_read_memory_limit(command, optarg, &o->run.memory_limit);
    case OPT_FIT:
        return cli_read_size(command, "--fit", optarg, &o->run.fit);
    case OPT_COMPAT:
        o->run.exact = strcmp(optarg, "exact") == 0;
        return o->run.exact || strcmp(optarg, "oq-3.21") == 0
                   ? -1
                   : cli_usage(command, "--compat %s: oq-3.21 or exact is wanted", optarg);
    case OPT_FRESH:
        o->run.fresh = true;
        return -1;
    case OPT_MEMORY_REPORT:
        o->run.memory_report = true;
        return -1;
    case OPT_DRY_RUN:
        o->dry_run = true;
        return -1;
    case OPT_HELP:
        cli_print_help(command);
        return 0;
    default:
        return cli_usage(command, "the command line is not understood");
    }
}

int cli_read_job_options(const cli_command *command, int argc, char **argv, bool running,
                         cli_job_options *out)
{
    *out = (cli_job_options){.quiet = !running};
    out->run.parameters = out->parameters;
    opterr = 0;
    for (bool plain = false; optind < argc;) { /* plain: after "--", where nothing is an option */
        int option = -1;
        if (!plain && strcmp(argv[optind], "--") == 0) {
            plain = true;
            optind++;
            continue;
        }
        if (!plain)
            /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
            option = getopt_long(argc, argv, "+:o:e:p:q", long_options, NULL);
        if (option == -1) { /* the job, among the options */
            if (out->run.job)
                return cli_usage(command, "one job at a time: '%s' is too much", argv[optind]);
            out->run.job = argv[optind++];
            continue;
        }
        if (option == ':')
            return cli_usage(command, "%s needs a value", argv[optind - 1]);
        if (option == '?' && optopt > 0 && optopt < 256)
            return cli_usage(command, "unknown option -%c", optopt);
        if (option == '?')
            return cli_unknown_option(command, long_options, argv[optind - 1]);
        int status = read_option(command, option, out);
        if (status >= 0)
            return status;
    }
    if (!out->run.job)
        return cli_usage(command, "no job is named");
    return -1;
}
