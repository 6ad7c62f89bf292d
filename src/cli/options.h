/* Options that `run` and `info` share. */
#ifndef KR_CLI_OPTIONS_H
#define KR_CLI_OPTIONS_H

#include "cli/cli.h"

enum { CLI_MAX_PARAMETERS = 256 };

typedef struct cli_job_options {
    kr_run_options run;
    kr_parameter parameters[CLI_MAX_PARAMETERS];
    bool quiet, details, dry_run;
} cli_job_options;

/* The options that commands with a job may have; a command takes those of its records. */
enum {
    CLI_THREADS = 256,
    CLI_MEMORY_LIMIT,
    CLI_MEMORY_REPORT,
    CLI_FIT,
    CLI_COMPAT,
    CLI_FRESH,
    CLI_DRY_RUN,
    CLI_AS_JSON
};

#define CLI_OPTION_PARAMETER                                                                       \
    {                                                                                              \
        'p', NULL, "key=value", CLI_PARAMETER, "set a parameter of the job; may be repeated"       \
    }
#define CLI_OPTION_THREADS                                                                         \
    {                                                                                              \
        CLI_THREADS, "threads", "N", NULL,                                                         \
            "threads to use, 1 to 4096; without it all that the machine has. Results do not "      \
            "depend on it"                                                                         \
    }
#define CLI_OPTION_MEMORY_LIMIT                                                                    \
    {                                                                                              \
        CLI_MEMORY_LIMIT, "memory-limit", "SIZE", NULL,                                            \
            "memory to use at the most, such as 64M or 1.5G (K, M, G: powers of 1000; KiB, MiB, "  \
            "GiB of "                                                                              \
            "1024; a number alone is bytes); without it half of what the machine and its control " \
            "groups "                                                                              \
            "allow. What cannot fit is refused before it starts, with the figure it would need"    \
    }
#define CLI_OPTION_COMPAT                                                                          \
    {                                                                                              \
        CLI_COMPAT, "compat", "NAME", "oq-3.21 exact",                                             \
            "oq-3.21 (the default: as OpenQuake computes, with its quirks) or exact "              \
            "(docs/quirks.md)"                                                                     \
    }

/** One more of at most CLI_MAX_PARAMETERS, from "key=value", which is changed. Returns -1 to go on,
 * else the exit status. */
int cli_add_parameter(const cli_command *command, char *text, kr_parameter *all, size_t *n);

/** Read the command line of a command that takes a job; `running`: with the options of `run`.
 * Returns -1 to go on, else the exit status. The texts of argv are changed. */
int cli_read_job_options(const cli_command *command, int argc, char **argv, bool running,
                         cli_job_options *out);

#endif
