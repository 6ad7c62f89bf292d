/* Where the time of a run went: the record that results.h5 holds and that the log ends with. */
#ifndef KR_OUTPUT_PERFORMANCE_H
#define KR_OUTPUT_PERFORMANCE_H

#include "base/h5.h"
#include "hazard/hazard.h"

typedef struct kr_performance {
    kr_phase_use phases[KR_PHASES_MAX];
    size_t nphases;
    double wall, cpu; /* seconds since the process began, until the last of the phases ended */
    int threads;
    int64_t accounted_peak;
    size_t resident_peak;
    kr_hazard_work work;
    kr_spread sites;   /* seconds of the statistics of single sites */
    const char *flame; /* SVG of the memory at its peak, of so many bytes; or NULL. Not read back */
    size_t flame_bytes;
} kr_performance;

/** Write the record: the dataset performance_data, which has the reference's fields, and the group
 * performance with all of it. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_performance_write(kr_h5 *file, const kr_performance *p, const char *isa);

/* A flame graph of more bytes is not kept: a page with it would be too large. */
enum { KR_FLAME_BYTES_MAX = 1 << 22 };

/** Read it back from the file at `path`, texts into the arena; nphases = 0 if there is none.
 * KR_EINPUT. */
KR_MUST_CHECK kr_status kr_performance_read(kr_ctx *ctx, const char *path, kr_h5 *file,
                                            kr_arena *arena, kr_performance *out);

#endif
