#include "base/str.h"
#include "cli/cli.h"
#include "kauri/version.h"

#include <stdio.h>
#include <string.h>

static const cli_command *const commands[] = {&cli_cmd_run,
                                              &cli_cmd_info,
                                              &cli_cmd_stats,
                                              &cli_cmd_export,
                                              &cli_cmd_sources,
                                              &cli_cmd_compare,
                                              &cli_cmd_gmm,
                                              &cli_cmd_scaling,
                                              &cli_cmd_verify,
                                              &cli_cmd_report,
                                              &cli_cmd_plot,
                                              &cli_cmd_completion,
                                              NULL};

const cli_command *const *cli_commands(void)
{
    return commands;
}

static void print_overview(FILE *out)
{
    fprintf(out,
            "Kauri %s: probabilistic seismic hazard for very large logic trees\n\n"
            "usage:\n",
            KAURI_VERSION);
    for (const cli_command *const *c = commands; *c; c++)
        fprintf(out, "  kauri %-10s %s\n", (*c)->name, (*c)->about);
    fprintf(out, "  kauri %-10s %s\n", "help", "tell more of a command or a topic: kauri help run");
    fprintf(out, "  kauri %-10s %s\n", "version", "print the version");
    fprintf(out, "\ntopics of kauri help:\n");
    for (const cli_topic *topic = cli_topics(); topic->name; topic++)
        fprintf(out, "  %-16s %s\n", topic->name, topic->about);
    fprintf(out, "\nexit status: 0 done, 1 the input is wrong, 2 usage, 3 does not fit the memory\n"
                 "limit, 4 interrupted, 5 internal error, 6 compared and different, 7 reading or\n"
                 "writing failed\n");
}

static const cli_command *find(const char *name)
{
    for (const cli_command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static int unknown(const char *name, bool of_help)
{
    const char *names[64];
    size_t n = 0;
    for (const cli_command *const *c = commands; *c; c++)
        names[n++] = (*c)->name;
    for (const cli_topic *topic = cli_topics(); of_help && topic->name; topic++)
        names[n++] = topic->name;
    const char *near = kr_nearest(name, names, n);
    return cli_usage(NULL, "there is no command%s '%s'%s%s%s", of_help ? " or topic" : "", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int help(int argc, char **argv)
{
    const cli_command *command = argc > 2 ? find(argv[2]) : NULL;
    const cli_topic *topic = cli_topics();
    while (argc > 2 && topic->name && strcmp(topic->name, argv[2]) != 0)
        topic++;
    if (argc > 2 && strcmp(argv[2], "--man") == 0) {
        cli_print_manual(stdout);
        return 0;
    }
    if (argc > 2 && topic->name) {
        printf("%s: %s\n\n", topic->name, topic->about);
        cli_print_wrapped(stdout, topic->text, 0, 0, 96);
        return 0;
    }
    if (argc > 2 && (strcmp(argv[2], "help") == 0 || strcmp(argv[2], "version") == 0)) {
        print_overview(stdout);
        return 0;
    }
    if (argc > 2 && !command)
        return unknown(argv[2], true);
    if (command)
        cli_print_help(command);
    else
        print_overview(stdout);
    return 0;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return kr_exit_status(KR_EUSAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return help(argc, argv);
    if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("kauri %s\n", KAURI_VERSION);
        return 0;
    }
    const cli_command *command = find(name);
    if (!command)
        return unknown(name, false);
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    cli_begin();
    return cli_end(run(argc, argv));
}
