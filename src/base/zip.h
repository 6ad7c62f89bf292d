/* Members of zip archives as files: "models.zip/ssmLT.xml". */
#ifndef KR_BASE_ZIP_H
#define KR_BASE_ZIP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/** Bytes that a member may have unpacked, and members that an archive may have. */
#define KR_ZIP_BYTES ((int64_t)2 << 30)
enum { KR_ZIP_MEMBERS = 100000 };

/** The length of the archive's part of a path, up to ".zip"; 0 if no part of it is the name of a
 * file that ends so. */
size_t kr_zip_part(const char *path);

/** Whether there is such a member, by its bytes unpacked; -1: no, or it cannot be told. */
int64_t kr_zip_size(const char *path);

/** The member of this path, unpacked into a file that has no name, for reading from its beginning;
 * close *fd. What it is called in the archive is compared, and never a path to anywhere. KR_EINPUT
 * (no such member, damaged, encrypted, too large), KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_zip_open(kr_ctx *ctx, const char *path, int *fd, int64_t *size);

/** Paths of the members of an archive whose names end so, in the arena. KR_EINPUT, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_zip_list(kr_ctx *ctx, const char *archive, const char *ending,
                                    kr_arena *arena, const char ***out, size_t *n);

#endif
