/* SHA256SUMS: digests of what a run wrote, beside it, as sha256sum writes and checks them. */
#ifndef KR_OUTPUT_DIGESTS_H
#define KR_OUTPUT_DIGESTS_H

#include "base/arena.h"

#define KR_DIGESTS_NAME "SHA256SUMS"

/** Write the digests of results.h5 and of all tables in the folder, by name. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_digests_write(kr_ctx *ctx, const char *dir);

/** Write the digest of one file of the folder anew, where there are digests. KR_EINPUT (of the line
 * of the digests that is wrong), KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_digests_renew(kr_ctx *ctx, const char *dir, const char *name);

/* A line of it. */
typedef struct kr_digest {
    const char *name; /* in the folder: no other place is ever named */
    char sha256[65];
} kr_digest;

/** Read them, in the arena. KR_EINPUT with file and line. */
KR_MUST_CHECK kr_status kr_digests_read(kr_ctx *ctx, const char *dir, kr_arena *arena,
                                        kr_digest **out, size_t *n);

#endif
