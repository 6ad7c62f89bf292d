/* Sources as the map of a report draws them, in results.h5: so that a report that is made later
 * shows what that of the run does. */
#ifndef KR_OUTPUT_DRAWN_H
#define KR_OUTPUT_DRAWN_H

#include "base/h5.h"
#include "geo/line.h"

/* Seen from above: lines, rings closed by their first point; points. Longitudes go on without jumps
 * along a line. */
typedef struct kr_drawn_sources {
    size_t nlines;
    const kr_line *lines;
    size_t npoints;
    const kr_point3 *points;
    size_t left; /* shapes that were left out, so that the report stays small */
} kr_drawn_sources;

/** A coordinate as it is stored and drawn: thousandths of a degree. */
long kr_drawn_number(double degrees);

/** The group drawn_sources/. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_drawn_write(kr_h5 *file, const kr_drawn_sources *drawn,
                                       kr_arena *scratch);

/** What the group holds, in the arena; NULL where a file of an earlier version has none. `path` is
 * for messages. KR_EINPUT (damaged), KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_drawn_read(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena,
                                      const kr_drawn_sources **out);

/** Bytes that it takes in the file at most, and in memory while it is written. NULL: 0. */
size_t kr_drawn_bytes(const kr_drawn_sources *drawn);

#endif
