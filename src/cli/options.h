/* Options that `run` and `info` share. */
#ifndef KR_CLI_OPTIONS_H
#define KR_CLI_OPTIONS_H

#include "cli/cli.h"

enum { CLI_MAX_PARAMETERS = 256 };

typedef struct cli_job_options {
    kr_run_options run;
    kr_parameter parameters[CLI_MAX_PARAMETERS];
    bool quiet, dry_run;
} cli_job_options;

/** Read the command line of a command that takes a job; `running`: with the options of `run`.
 * Returns -1 to go on, else the exit status. The texts of argv are changed. */
int cli_read_job_options(const cli_command *command, int argc, char **argv, bool running,
                         cli_job_options *out);

#endif
