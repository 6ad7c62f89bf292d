#include "cli/display.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Plain lines come this often at most. */
static const double PLAIN_SECONDS = 5;

static struct {
    bool quiet, terminal, bar;
    double began, phase_began, last_line;
    double part; /* of the phase that was done when it began here */
    char phase[32];
} display;

static void clear_bar(void)
{
    if (display.bar)
        fputs("\r\033[K", stderr);
    display.bar = false;
}

static void show_log(void *user, kr_log_level level, const char *line)
{
    (void)user;
    if (level == KR_LOG_DEBUG || (display.quiet && level != KR_LOG_WARNING))
        return;
    clear_bar();
    if (level == KR_LOG_WARNING)
        fprintf(stderr, "kauri: warning: %s\n", line);
    else
        fprintf(stderr, "[%7.2f] %s\n", kr_wall_seconds() - display.began, line);
}

static void format_time(double seconds, char *buffer, size_t size)
{
    if (seconds < 100)
        snprintf(buffer, size, "%.0f s", seconds);
    else if (seconds < 6000)
        snprintf(buffer, size, "%.0f min", seconds / 60);
    else
        snprintf(buffer, size, "%.1f h", seconds / 3600);
}

/* Columns for the bar itself: what the terminal has beside the words, 40 at most. */
static int bar_width(void)
{
    struct winsize size;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return columns < 36 ? 0 : (columns < 76 ? columns - 36 : 40);
}

static void show_bar(const char *phase, double part, const char *left)
{
    char bar[41];
    int width = bar_width(), full = (int)(part * width);
    for (int i = 0; i < width; i++)
        bar[i] = i < full ? '#' : '.';
    bar[width] = '\0';
    fprintf(stderr, "\r\033[K%-11s [%s] %3.0f %%  %s left", phase, bar, 100 * part, left);
    fflush(stderr);
    display.bar = true;
}

static void show_progress(void *user, const char *phase, double done, double total)
{
    char left[32] = "?";
    double now = kr_wall_seconds(), part = total > 0 ? done / total : 0;
    (void)user;
    if (display.quiet)
        return;
    if (strncmp(display.phase, phase, sizeof display.phase - 1) != 0) {
        snprintf(display.phase, sizeof display.phase, "%s", phase);
        display.phase_began = display.last_line = now;
        display.part = part;
    }
    if (part > display.part)
        format_time((now - display.phase_began) * (1 - part) / (part - display.part), left,
                    sizeof left);
    if (display.terminal && done < total) {
        show_bar(phase, part, left);
    } else if (display.terminal) {
        clear_bar();
    } else if (now - display.last_line >= PLAIN_SECONDS) {
        display.last_line = now;
        fprintf(stderr, "[%7.2f] %s %.0f %%, %s left\n", now - display.began, phase, 100 * part,
                left);
    }
}

void cli_display_attach(kr_ctx *ctx, bool quiet)
{
    display.quiet = quiet;
    const char *term = getenv("TERM");
    display.terminal = isatty(STDERR_FILENO) == 1 && term && strcmp(term, "dumb") != 0;
    display.began = kr_wall_seconds();
    kr_ctx_set_log(ctx, show_log, NULL);
    kr_ctx_set_progress(ctx, show_progress, NULL);
}

void cli_display_end(void)
{
    clear_bar();
}
