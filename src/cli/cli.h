/* The program's own parts: what every subcommand uses. */
#ifndef KR_CLI_CLI_H
#define KR_CLI_CLI_H

#include "kauri/run.h"

#include <stdio.h>

struct option;

/* One option: what the command line is read by, and what --help, the manual page and the shells
 * tell of it. A list of them ends with {0}; --help needs none. */
typedef struct cli_option {
    int id;            /* its letter, or a number above 255 where it has none */
    const char *name;  /* without "--"; NULL: the letter alone */
    const char *value; /* what its value is called; NULL: it takes none */
    const char *words; /* for the shells: values that there are, CLI_FILE, CLI_DIR,
                          CLI_PARAMETER; a word that ends with = goes on; NULL: any */
    const char *text;  /* what it does: one paragraph, not cut into lines */
} cli_option;

#define CLI_FILE      "<file>"
#define CLI_DIR       "<dir>"
#define CLI_PARAMETER "<parameter>=" /* of a job */

/* What the record of an option that several commands have in common is. */
#define CLI_JSON(id, what)                                                                         \
    {                                                                                              \
        (id), "json", NULL, NULL, "print " what " as JSON (docs/formats.md)"                       \
    }

/* One subcommand. */
typedef struct cli_command {
    const char *name, *synopsis, *about;
    const char *lead;          /* paragraphs before the options, or NULL; see cli/topics.c */
    const cli_option *options; /* or NULL */
    const char *help;          /* more text after them, as it is; or NULL */
    const char *words;         /* for the shells: what stands beside the options, as there */
    int (*run)(int argc, char **argv);
} cli_command;

extern const cli_command cli_cmd_run, cli_cmd_info, cli_cmd_stats, cli_cmd_export, cli_cmd_sources,
    cli_cmd_compare, cli_cmd_gmm, cli_cmd_scaling, cli_cmd_verify, cli_cmd_report, cli_cmd_plot,
    cli_cmd_completion;

/* A text that `kauri help NAME` prints, and a section of the manual page. Paragraphs are separated
 * by empty lines; lines that begin with a blank stay as they are. */
typedef struct cli_topic {
    const char *name, *about, *text;
} cli_topic;

/** All topics, ending with {NULL}. */
const cli_topic *cli_topics(void);

/** Print a paragraph or several, each cut into lines of at most `width` bytes that begin with
 * `indent` blanks; the first line is under way and has `at` bytes already. */
void cli_print_wrapped(FILE *out, const char *text, size_t indent, size_t at, size_t width);

/** "-o DIR", "--threads N", "-v, --verbose". Returns `text`. */
const char *cli_option_form(const cli_option *option, char text[64]);

/** Print the manual page, made of the records of all commands and topics. */
void cli_print_manual(FILE *out);

/** All subcommands, ending with NULL. */
const cli_command *const *cli_commands(void);

/** Print the help of one subcommand. */
void cli_print_help(const cli_command *command);

/** Make a context that logs and shows progress on standard error (not if quiet). NULL after saying
 * why. */
kr_ctx *cli_context(bool quiet);

/** The options of a command line, one after the other; after the last `*id` is 0, and what stands
 * beside them are argv[optind] to the end. The value is in `optarg`. Returns -1 to go on, else the
 * exit status: help was printed, or what is wrong was said. */
int cli_next_option(const cli_command *command, int argc, char **argv, int *id);

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
