/* Log and progress on standard error: a bar with the time left on a terminal, plain lines
 * otherwise. */
#ifndef KR_CLI_DISPLAY_H
#define KR_CLI_DISPLAY_H

#include "kauri/context.h"

#include <stdbool.h>

/** Send log and progress of the context to standard error; quiet: warnings only. */
void cli_display_attach(kr_ctx *ctx, bool quiet);

/** Clear an unfinished bar. */
void cli_display_end(void);

#endif
