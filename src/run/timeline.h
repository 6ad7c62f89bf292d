/* Memory over time: a table that grows while the run does, line by line, so that it is there
 * whatever ends the run. */
#ifndef KR_RUN_TIMELINE_H
#define KR_RUN_TIMELINE_H

#include "base/arena.h"

#include <stdio.h>

/* Lines come 0.1 s apart at first; after each 256 the distance doubles, so that a day gives some
 * 3,000. A line takes less than 0.1 ms, 0.1 % of that. A phase that begins has a line at once if it
 * is new or if it is time for a line; the first 64 others have one too, so that in a short run each
 * stretch of the drawing is that of its phase. */
#define KR_TIMELINE_SECONDS 0.1
enum { KR_TIMELINE_LINES = 256, KR_TIMELINE_RETURNS = 64 };

/** Seconds until the next line after so many. */
double kr_timeline_period(size_t lines);

typedef struct kr_timeline kr_timeline;

/** Begin the table at `path` (replaced) and the thread that writes it. KR_EIO also where another
 * process is writing it. One at a time for a context. Owned by the caller: kr_timeline_end. */
KR_MUST_CHECK kr_status kr_timeline_begin(kr_ctx *ctx, const char *path, kr_timeline **out);

/** Write a last line and end it; NULL is accepted. seconds (or NULL): the processor time of its
 * thread. KR_EIO if a line could not be written. */
kr_status kr_timeline_end(kr_timeline **timeline, double *seconds);

/* A line of the table; bytes. */
typedef struct kr_timeline_point {
    double seconds;
    const char *phase;
    double resident, accounted, peak; /* peak: accounted, so far */
} kr_timeline_point;

/** Read a table into the arena; what follows the last complete line is left out. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_timeline_read(kr_ctx *ctx, const char *path, kr_arena *arena,
                                         kr_timeline_point **points, size_t *n);

/** Draw it. limit: bytes of the memory limit, 0: none. */
void kr_timeline_draw(const kr_timeline_point *points, size_t n, double limit, FILE *out);

#endif
