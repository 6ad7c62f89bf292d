/* The program's own parts: what every subcommand uses. */
#ifndef KR_CLI_CLI_H
#define KR_CLI_CLI_H

#include "kauri/run.h"

struct option;

/* One subcommand. */
typedef struct cli_command {
    const char *name, *synopsis, *about;
    const char *help; /* options, a line each */
    int (*run)(int argc, char **argv);
} cli_command;

extern const cli_command cli_cmd_run, cli_cmd_info, cli_cmd_stats, cli_cmd_export, cli_cmd_sources,
    cli_cmd_compare, cli_cmd_gmm, cli_cmd_scaling, cli_cmd_verify, cli_cmd_report, cli_cmd_plot;

/** All subcommands, ending with NULL. */
const cli_command *const *cli_commands(void);

/** Print the help of one subcommand. */
void cli_print_help(const cli_command *command);

/** Make a context that logs and shows progress on standard error (not if quiet). NULL after saying
 * why. */
kr_ctx *cli_context(bool quiet);

/** Print what went wrong, if anything did, and give the exit status. Ends the context. */
int cli_finish(kr_ctx **ctx, kr_status status);

/** Say what is wrong with the command line; returns the exit status for usage. */
int cli_usage(const cli_command *command, const char *format, ...) KR_PRINTF(2, 3);

/** The same for an option that getopt_long does not know, as it stands on the command line, with
 * the nearest of the long ones. */
int cli_unknown_option(const cli_command *command, const struct option *known, const char *text);

/** The values of options that several commands have: a size such as 64M, 1.5G, 1000000 (bytes; K,
 * M, G are powers of 1000, KiB, MiB, GiB of 1024); a number of threads. -1, or the exit status for
 * usage if the text is none. */
int cli_read_size(const cli_command *command, const char *option, const char *text, size_t *out);
int cli_read_memory_limit(const cli_command *command, const char *text, size_t *out);
int cli_read_threads(const cli_command *command, const char *text, int *out);

/** To be called before anything else: a file-size limit ends no process, a standard stream that is
 * closed is no file's number. */
void cli_begin(void);

/** To be called last, with the exit status: says where standard output could not be written, and
 * gives the status that the program ends with. */
int cli_end(int status);

/** Let SIGINT and SIGTERM stop the calculation of this context at the next unit of work. */
void cli_stop_on_signals(kr_ctx *ctx);

#endif
