/* What is told of a command, from its records. */
#include "cli/cli.h"

#include <getopt.h>
#include <string.h>

enum { WIDTH = 96, LEFT = 24, MOST_OPTIONS = 40 };

/* ------------------------------------------------------------------ lines */

/* A word, on a line of its own if need be. */
static size_t print_word(FILE *out, const char *word, size_t n, size_t indent, size_t at,
                         size_t width)
{
    if (at > indent && at + 1 + n > width) {
        fputc('\n', out);
        at = 0;
    }
    if (at < indent)
        at += (size_t)fprintf(out, "%*s", (int)(indent - at), "");
    else if (at > indent)
        at += (size_t)fprintf(out, " ");
    return at + fwrite(word, 1, n, out);
}

/* Lines that begin with a blank, as they are. Returns what follows. */
static const char *print_as_is(FILE *out, const char *text, size_t indent)
{
    while (*text == ' ') {
        size_t n = strcspn(text, "\n");
        fprintf(out, "%*s%.*s\n", (int)indent, "", (int)n, text);
        text += n + (text[n] == '\n');
    }
    return text;
}

void cli_print_wrapped(FILE *out, const char *text, size_t indent, size_t at, size_t width)
{
    while (*text) {
        if (at == 0 && *text == ' ') {
            text = print_as_is(out, text, indent);
        } else if (at == 0 && *text == '\n') {
            fputc(*text++, out);
        } else if (*text == '\n' && (text[1] == '\n' || text[1] == ' ')) {
            fputc(*text++, out); /* the paragraph ends */
            at = 0;
        } else if (*text == ' ' || *text == '\n') {
            text++;
        } else {
            size_t n = strcspn(text, " \n");
            at = print_word(out, text, n, indent, at, width);
            text += n;
        }
    }
    if (at)
        fputc('\n', out);
}

const char *cli_option_form(const cli_option *o, char text[64])
{
    char letter[8] = "";
    if (o->id < 256)
        snprintf(letter, sizeof letter, "-%c", o->id);
    snprintf(text, 64, "%s%s%s%s%s%s", letter, letter[0] && o->name ? ", " : "",
             o->name ? "--" : "", o->name ? o->name : "", o->value ? " " : "",
             o->value ? o->value : "");
    return text;
}

static void print_option(const cli_option *o)
{
    char form[64];
    size_t at = (size_t)printf("  %s", cli_option_form(o, form));
    if (at + 2 > LEFT) {
        putchar('\n');
        at = 0;
    }
    cli_print_wrapped(stdout, o->text, LEFT, at, WIDTH);
}

void cli_print_help(const cli_command *command)
{
    size_t at = (size_t)printf("usage: kauri");
    cli_print_wrapped(stdout, command->synopsis, 13, at, WIDTH);
    printf("\n%s.\n", command->about);
    if (command->lead) {
        putchar('\n');
        cli_print_wrapped(stdout, command->lead, 0, 0, WIDTH);
    }
    if (command->options)
        putchar('\n');
    for (const cli_option *o = command->options; o && o->id; o++)
        print_option(o);
    if (command->help)
        printf("\n%s", command->help);
}

/* ------------------------------------------------------------------ reading */

enum { HELP = 255 };

int cli_next_option(const cli_command *command, int argc, char **argv, int *id)
{
    struct option longs[MOST_OPTIONS] = {{NULL, 0, NULL, 0}};
    char letters[2 * MOST_OPTIONS + 2] = ":";
    size_t n = 0, used = 1;
    for (const cli_option *o = command->options; o && o->id && n < MOST_OPTIONS - 2; o++) {
        if (o->name)
            longs[n++] =
                (struct option){o->name, o->value ? required_argument : no_argument, NULL, o->id};
        if (o->id < 256) {
            letters[used++] = (char)o->id;
            if (o->value)
                letters[used++] = ':';
        }
    }
    longs[n] = (struct option){"help", no_argument, NULL, HELP};
    letters[used] = '\0';
    opterr = 0;
    /* There is one thread yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    int option = getopt_long(argc, argv, letters, longs, NULL);
    *id = option == -1 ? 0 : option;
    if (option == HELP || (option == '?' && optopt == 'h')) { /* -h is no command's own */
        cli_print_help(command);
        return 0;
    }
    if (option == ':')
        return cli_usage(command, "%s needs a value", argv[optind - 1]);
    if (option == '?' && optopt > 255)
        return cli_usage(command, "%.*s takes no value", (int)strcspn(argv[optind - 1], "="),
                         argv[optind - 1]);
    if (option == '?' && optopt > 0 && optopt != HELP)
        return cli_usage(command, "unknown option -%c", optopt);
    if (option == '?')
        return cli_unknown_option(command, longs, argv[optind - 1]);
    return -1;
}
