#include "cli/display.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Plain lines come this often at most. */
static const double PLAIN_SECONDS = 5;

static struct {
    bool quiet, details, terminal, bar, colour;
    double began, phase_began, last_line;
    double part; /* of the phase that was done when it began here */
    char phase[32];
} display;

const char *cli_colour(cli_colours colour)
{
    static const char *const codes[] = {"\033[0m", "\033[1;31m", "\033[33m", "\033[36m"};
    return display.colour ? codes[colour] : "";
}

static void clear_bar(void)
{
    if (display.bar)
        fputs("\r\033[K", stderr);
    display.bar = false;
}

static void show_log(void *user, kr_log_level level, const char *line)
{
    (void)user;
    if ((level == KR_LOG_DEBUG && !display.details) || (display.quiet && level != KR_LOG_WARNING))
        return;
    clear_bar();
    if (level == KR_LOG_WARNING)
        fprintf(stderr, "kauri: %swarning:%s %s\n", cli_colour(CLI_YELLOW), cli_colour(CLI_PLAIN),
                line);
    else
        fprintf(stderr, "[%7.2f] %s\n", kr_wall_seconds() - display.began, line);
}

static void format_time(double seconds, char *buffer, size_t size)
{
    if (seconds < 100)
        snprintf(buffer, size, "%.0f s", seconds);
    else if (seconds < 595) { /* whole minutes would be up to a third off */
        double tens = 10 * floor(seconds / 10 + 0.5);
        snprintf(buffer, size, "%.0f min %02.0f s", floor(tens / 60), fmod(tens, 60));
    } else if (seconds < 5970) /* no hour is rounded to 60 min of another */
        snprintf(buffer, size, "%.0f min", seconds / 60);
    else
        snprintf(buffer, size, "%.0f h %02.0f min", floor((seconds + 30) / 3600),
                 floor(fmod(seconds + 30, 3600) / 60));
}

/* Columns for the bar itself: what the terminal has beside the words, 40 at most. A line that is
 * longer than the terminal could not be taken back. */
static int bar_width(const char *phase, const char *left)
{
    struct winsize size;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    int words = 16 + (int)fmax(11, (double)strlen(phase)) + (int)fmax(9, (double)strlen(left));
    return columns < words ? 0 : (columns < words + 40 ? columns - words : 40);
}

static void show_bar(const char *phase, double part, const char *left)
{
    char bar[41];
    int width = bar_width(phase, left), full = (int)(part * width);
    for (int i = 0; i < width; i++)
        bar[i] = i < full ? '#' : '.';
    bar[width] = '\0';
    fprintf(stderr, "\r\033[K%-11s [%s%s%s] %3.0f %%  %s left", phase, cli_colour(CLI_CYAN), bar,
            cli_colour(CLI_PLAIN), 100 * part, left);
    fflush(stderr);
    display.bar = true;
}

static void show_progress(void *user, const char *phase, double done, double total)
{
    char left[32] = "?";
    double now = kr_wall_seconds(), part = total > 0 ? done / total : 0;
    if (display.quiet)
        return;
    if (strncmp(display.phase, phase, sizeof display.phase - 1) != 0) {
        snprintf(display.phase, sizeof display.phase, "%s", phase);
        display.phase_began = now;
        display.part = part;
    }
    double whole = kr_ctx_seconds_left(user);
    if (isfinite(whole))
        format_time(whole, left, sizeof left);
    else if (isnan(whole) && part > display.part)
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

void cli_display_begin(void)
{
    /* Nothing here changes the environment. NOLINTBEGIN(concurrency-mt-unsafe) */
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    /* NOLINTEND(concurrency-mt-unsafe) */
    display.terminal = isatty(STDERR_FILENO) == 1 && term && strcmp(term, "dumb") != 0;
    display.colour = display.terminal && !(no && *no);
}

void cli_display_attach(kr_ctx *ctx, bool quiet)
{
    display.quiet = quiet;
    display.began = display.last_line = kr_wall_seconds();
    cli_display_begin();
    kr_ctx_set_log(ctx, show_log, NULL);
    kr_ctx_set_progress(ctx, show_progress, ctx);
}

void cli_display_details(void)
{
    display.details = true;
}

void cli_display_end(void)
{
    clear_bar();
}
