/* A finished run in one table: the sites with the highest motions. */
#ifndef KR_RUN_SUMMARY_H
#define KR_RUN_SUMMARY_H

#include "base/ctx.h"

#include <stdio.h>

/** Tell into the log, or with `json` as one object on it, the motions that the mean curve (or the
 * first of the statistics) of a finished run has at 475 and 2475 years, at the sites where that of
 * the first measure at 475 years is greatest. Nothing where no statistics are stored. KR_EINPUT,
 * KR_EIO. */
KR_MUST_CHECK kr_status kr_summary(kr_ctx *ctx, const char *dir, FILE *json);

#endif
