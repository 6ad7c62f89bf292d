/* A finished run in one table: the sites with the highest motions. */
#ifndef KR_RUN_SUMMARY_H
#define KR_RUN_SUMMARY_H

#include "base/ctx.h"

#include <stdio.h>

/** Tell on `out`, as lines or as one JSON object, the motions that the mean curve (or the first of
 * the statistics) of a finished run has at 475 and 2475 years, at the sites where that of the first
 * measure at 475 years is greatest. No lines where no statistics are stored. KR_EINPUT, KR_EIO. */
KR_MUST_CHECK kr_status kr_summary(kr_ctx *ctx, const char *dir, bool json, FILE *out);

#endif
