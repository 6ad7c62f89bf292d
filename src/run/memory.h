/* The report of memory: who held what at the peak, and memory over time. */
#ifndef KR_RUN_MEMORY_H
#define KR_RUN_MEMORY_H

#include "base/arena.h"
#include "base/phase.h"

#include <stdio.h>

/* What a report tells, taken at the end of a run. */
typedef struct kr_memory {
    kr_peak peak;
    kr_holder *holders; /* largest first */
    size_t nholders;
    kr_account_use all, accounts[KR_ACCOUNT_COUNT];
    int64_t held[KR_ACCOUNT_COUNT]; /* at the moment of the peak */
    kr_phase_use phases[KR_PHASES_MAX];
    size_t nphases;
    double wall; /* seconds */
    size_t resident_peak;
    size_t limit; /* 0: none */
    kr_status status;
    const char *error; /* of a run that failed; or "" */
    size_t needed;     /* what a run that was refused before it began would take; or 0 */
    double cost;       /* processor seconds of the report */
} kr_memory;

/** Take stock; holders are in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_memory_take(kr_ctx *ctx, kr_arena *arena, kr_memory *out);

/** Resident memory that is in no account at the moment of the peak: the program, its libraries and
 * what they take, stacks. Below 0 where accounted memory was not all touched. */
int64_t kr_memory_outside(const kr_memory *m);

void kr_memory_text(const kr_memory *m, FILE *out);
void kr_memory_json(const kr_memory *m, FILE *out);

/** Flame graph: phase, account, function, line from the top down, or the other way round. */
KR_MUST_CHECK kr_status kr_memory_flame(const kr_memory *m, kr_arena *arena, bool bottom_up,
                                        FILE *out);

/* The report of a run under way. */
typedef struct kr_memory_report kr_memory_report;

/** Make the folder and begin its timeline. limit: of the run's memory, for the report. KR_EIO.
 * Owned by the caller: kr_memory_report_end. */
KR_MUST_CHECK kr_status kr_memory_report_begin(kr_ctx *ctx, const char *dir, size_t limit,
                                               kr_memory_report **out);

/** The run is refused: it would take so many bytes. NULL is accepted. */
void kr_memory_report_refuse(kr_memory_report *report, size_t bytes);

/** Write the report of a run that ended with `status`, when its memory has been given back. Returns
 * `status`, or where that is KR_OK what went wrong here. NULL is accepted. */
kr_status kr_memory_report_end(kr_memory_report **report, kr_status status);

/** Remove the report of an earlier run from a folder. */
void kr_memory_remove(const char *dir);

/** Is there a timeline in the folder? */
bool kr_memory_in(kr_ctx *ctx, const char *dir);

/** What the report in the folder tells, as rows of text: peaks, and how the run ended if it did not
 * end well. Nothing where there is none. */
void kr_memory_info(kr_ctx *ctx, const char *dir, FILE *out);

/** Is it the name of a table of the report, which no result is? */
bool kr_memory_is_table(const char *name);

#endif
