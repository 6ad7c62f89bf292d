#include "cli/options.h"

#include <getopt.h>
#include <string.h>

int cli_add_parameter(const cli_command *command, char *text, kr_parameter *all, size_t *n)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return cli_usage(command, "-p %s: a parameter is key=value", text);
    if (*n == CLI_MAX_PARAMETERS)
        return cli_usage(command, "more than %d parameters", CLI_MAX_PARAMETERS);
    *equals = '\0';
    all[(*n)++] = (kr_parameter){text, equals + 1};
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
        return strcmp(optarg, "csv") == 0
                   ? -1
                   : cli_usage(command, "-e %s: csv is available%s", optarg,
                               strcmp(optarg, "geojson") == 0
                                   ? "; maps of a finished run: kauri export DIR hmaps_geojson"
                                   : "");
    case 'p':
        return cli_add_parameter(command, optarg, o->parameters, &o->run.nparameters);
    case 'q':
        o->quiet = true;
        return -1;
    case 'v':
        o->details = true;
        return -1;
    case CLI_THREADS:
        return cli_read_threads(command, optarg, &o->run.threads);
    case CLI_MEMORY_LIMIT:
        return cli_read_memory_limit(command, optarg, &o->run.memory_limit);
    case CLI_FIT:
        return cli_read_size(command, "--fit", optarg, &o->run.fit);
    case CLI_COMPAT:
        o->run.exact = strcmp(optarg, "exact") == 0;
        return o->run.exact || strcmp(optarg, "oq-3.21") == 0
                   ? -1
                   : cli_usage(command, "--compat %s: oq-3.21 or exact is wanted", optarg);
    case CLI_FRESH:
        o->run.fresh = true;
        return -1;
    case CLI_MEMORY_REPORT:
        o->run.memory_report = true;
        return -1;
    case CLI_DRY_RUN:
        o->dry_run = true;
        return -1;
    case CLI_AS_JSON:
        o->run.json = true;
        return -1;
    default:
        return cli_usage(command, "the command line is not understood");
    }
}

int cli_read_job_options(const cli_command *command, int argc, char **argv, bool running,
                         cli_job_options *out)
{
    *out = (cli_job_options){.quiet = !running};
    out->run.parameters = out->parameters;
    for (int id = 0;;) {
        int status = cli_next_option(command, argc, argv, &id);
        if (status < 0 && id)
            status = read_option(command, id, out);
        if (status >= 0)
            return status;
        if (!id)
            break;
    }
    if (argc - optind > 1)
        return cli_usage(command, "one job at a time: '%s' is too much", argv[optind + 1]);
    out->run.job = optind < argc ? argv[optind] : NULL;
    if (!out->run.job)
        return cli_usage(command, "no job is named");
    if (out->run.fit && out->run.json)
        return cli_usage(command, "--fit is told as text: leave --json out");
    return -1;
}
