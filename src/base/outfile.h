/* Files that appear under their names when they are complete. */
#ifndef KR_BASE_OUTFILE_H
#define KR_BASE_OUTFILE_H

#include "base/ctx.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct kr_outfile {
    kr_ctx *ctx;
    char *path, *temporary; /* NULL: what is there is no regular file, and is written to */
    FILE *file;             /* write to it; NULL: not open */
    bool stays;             /* under its temporary name */
    int fd, reason;         /* errno of the first failure, or 0 */
} kr_outfile;

/** Begin to write a file. What goes to out->file stands in `path`.part until the end; of what stood
 * there before nothing is kept, and links are not followed. KR_EIO, KR_ENOMEM; kr_outfile_end is to
 * be called in any case. The structure must stay where it is. */
KR_MUST_CHECK kr_status kr_outfile_begin(kr_ctx *ctx, const char *path, kr_outfile *out);

/** The same of a path that the user has typed: a device or a pipe is written to as it is. */
KR_MUST_CHECK kr_status kr_outfile_begin_any(kr_ctx *ctx, const char *path, kr_outfile *out);

/** The same of a file that stays `path`.part when it is complete: who calls gives it its name. */
KR_MUST_CHECK kr_status kr_outfile_begin_part(kr_ctx *ctx, const char *path, kr_outfile *out);

/** Whether all that was written is on its way to the disk, or KR_EIO. Of several files that belong
 * together none should be ended before all have passed this. */
KR_MUST_CHECK kr_status kr_outfile_flush(kr_outfile *out);

/** End the file: with KR_OK it is on the disk and then takes its place (KR_EIO if that fails),
 * otherwise what was written is removed and `status` comes back. */
KR_MUST_CHECK kr_status kr_outfile_end(kr_outfile *out, kr_status status);

/** End the file and remove what was written. */
void kr_outfile_discard(kr_outfile *out);

#endif
