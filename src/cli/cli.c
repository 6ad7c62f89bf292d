#include "cli/cli.h"

#include "base/phase.h"
#include "base/str.h"
#include "cli/display.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_usage(const cli_command *command, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t n = strlen(text);
    const char *then = n && text[n - 1] == '?' ? "" : ";";
    fprintf(stderr, "kauri: %serror:%s %s%s", cli_colour(CLI_RED), cli_colour(CLI_PLAIN), text,
            then);
    if (command)
        fprintf(stderr, " usage: kauri %s\n", command->synopsis);
    else
        fputs(" `kauri help` lists the commands\n", stderr);
    return kr_exit_status(KR_EUSAGE);
}

int cli_unknown_option(const cli_command *command, const struct option *known, const char *text)
{
    const char *names[32], *near = NULL;
    char name[64];
    size_t n = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
    for (; known[n].name && n < sizeof names / sizeof *names; n++)
        names[n] = known[n].name;
    if (strncmp(name, "--", 2) == 0)
        near = kr_nearest(name + 2, names, n);
    return cli_usage(command, "unknown option %s%s%s%s", name, near ? "; did you mean --" : "",
                     near ? near : "", near ? "?" : "");
}

kr_ctx *cli_context(bool quiet)
{
    kr_ctx *ctx = NULL;
    if (kr_ctx_create(&ctx) != KR_OK) {
        fputs("kauri: error: out of memory\n", stderr);
        return NULL;
    }
    cli_display_attach(ctx, quiet);
    kr_phases_start(ctx, "starting");
    return ctx;
}

int cli_finish(kr_ctx **ctx, kr_status status)
{
    cli_display_end();
    if (status != KR_OK) {
        const char *text = kr_ctx_error(*ctx);
        fprintf(stderr, "kauri: %serror:%s %s\n", cli_colour(CLI_RED), cli_colour(CLI_PLAIN),
                text[0] ? text : kr_status_text(status));
    }
    kr_ctx_destroy(ctx);
    return kr_exit_status(status);
}

static bool ends_ignoring_case(const char *text, const char *suffix)
{
    size_t n = strlen(text), k = strlen(suffix);
    return n >= k && kr_str_ieq(text + n - k, suffix);
}

static bool read_size(const char *text, size_t *out)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {"TiB", 1099511627776},
                 {"KB", 1e3},   {"MB", 1e6},      {"GB", 1e9},         {"TB", 1e12},
                 {"K", 1e3},    {"M", 1e6},       {"G", 1e9},          {"T", 1e12},
                 {"B", 1}};
    size_t length = 0;
    double x, factor = 1;
    char number[64];
    while (text[length])
        length++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (ends_ignoring_case(text, units[i].suffix)) {
            factor = units[i].factor;
            for (const char *c = units[i].suffix; *c; c++)
                length--;
            break;
        }
    if (length >= sizeof number)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    if (!kr_parse_double(number, &x) || !(x > 0) || x * factor >= 9e18)
        return false;
    *out = (size_t)(x * factor);
    return true;
}

int cli_read_size(const cli_command *command, const char *option, const char *text, size_t *out)
{
    if (!read_size(text, out))
        return cli_usage(command, "%s %s: a size such as 64M or 1.5G is wanted", option, text);
    return -1;
}

int cli_read_memory_limit(const cli_command *command, const char *text, size_t *out)
{
    return cli_read_size(command, "--memory-limit", text, out);
}

int cli_read_threads(const cli_command *command, const char *text, int *out)
{
    long long n;
    if (!kr_parse_int(text, &n) || n < 1 || n > 4096)
        return cli_usage(command, "--threads %s: a number from 1 to 4096 is wanted", text);
    *out = (int)n;
    return -1;
}

static kr_ctx *stop_this;

static void on_signal(int number)
{
    static const char text[] =
        "\nkauri: stopping after the work at hand; once more stops at once\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)number;
    (void)written;
    kr_ctx_interrupt(stop_this);
}

void cli_stop_on_signals(kr_ctx *ctx)
{
    /* Calls go on after it: what is being written is no failure. */
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    stop_this = ctx;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Set when the program has said what there is to say. */
static bool ended;

/* Some libraries call exit() where they find no memory. Nothing may be touched any more, but it is
 * said, with the right status. */
static void on_exit_of_library(void)
{
    static const char text[] = "kauri: error: out of memory: a library has given up\n";
    if (ended)
        return;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(kr_exit_status(KR_ENOMEM));
}

void cli_begin(void)
{
    (void)atexit(on_exit_of_library);
    cli_display_begin();
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is then an error of writing */
    /* Where a standard stream is closed the next file that is opened would take its place, and
     * messages would get into it. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int cli_end(int status)
{
    char text[128];
    ended = true;
    errno = 0;
    if ((fflush(stdout) == 0 && ferror(stdout) == 0) || status != 0)
        return status;
    fprintf(stderr, "kauri: error: standard output: writing failed: %s\n",
            strerror_r(errno ? errno : EIO, text, sizeof text));
    return kr_exit_status(KR_EIO);
}
