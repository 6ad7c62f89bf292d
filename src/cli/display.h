/* Log and progress on standard error: a bar with the time left on a terminal, plain lines
 * otherwise. */
#ifndef KR_CLI_DISPLAY_H
#define KR_CLI_DISPLAY_H

#include "kauri/context.h"

#include <stdbool.h>

typedef enum cli_colours { CLI_PLAIN, CLI_RED, CLI_YELLOW, CLI_CYAN } cli_colours;

/** Look at standard error: whether it is a terminal, and may have colour (NO_COLOR). */
void cli_display_begin(void);

/** What changes the colour of what follows on standard error; "" where there is none. */
const char *cli_colour(cli_colours colour);

/** Send log and progress of the context to standard error; quiet: warnings only. */
void cli_display_attach(kr_ctx *ctx, bool quiet);

/** Tell details too: what a log can do without. */
void cli_display_details(void);

/** Clear an unfinished bar. */
void cli_display_end(void);

#endif
