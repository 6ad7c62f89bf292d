/* The warnings of a run in results.h5, so that they are seen with the results and not in a log
 * alone. */
#ifndef KR_OUTPUT_WARNED_H
#define KR_OUTPUT_WARNED_H

#include "base/h5.h"

typedef struct kr_warned {
    size_t n, left; /* that are there; more that were not kept */
    const char *const *texts;
} kr_warned;

/** The group warnings/. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_warned_write(kr_h5 *file, const kr_warned *warned);

/** What the group holds, in the arena; NULL where a file of an earlier version has none. `path` is
 * for messages. KR_EINPUT (damaged), KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_warned_read(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena,
                                       const kr_warned **out);

#endif
