/* Where time and memory go: the phases of a calculation, and the spread of its units of work.
 *
 * A calculation is always in one phase; phases follow each other without gap, so that their wall
 * times add up to that of the whole. A name that comes again goes on where it was. Called by the
 * thread that leads the calculation. */
#ifndef KR_BASE_PHASE_H
#define KR_BASE_PHASE_H

#include "base/ctx.h"

#include <stddef.h>
#include <stdint.h>

/* Phases with different names; later ones count as the last. */
enum { KR_PHASES_MAX = 32 };

typedef struct kr_phase_use {
    const char *name;
    double wall, cpu;                  /* seconds so far; cpu of all threads */
    size_t times;                      /* how often it was entered */
    int64_t accounted, accounted_peak; /* bytes held when it was last left; at most while in it */
    size_t resident;                   /* bytes of the process when it was last left */
    int64_t grown;                     /* by so many bytes it grew while in it, of all times */
} kr_phase_use;

/** End the phase under way, if any, and begin `name`, a text that outlives the context (NULL: none
 * begins). Returns the name of the phase that was ended, for those who go back to it; or NULL. */
const char *kr_phase_begin(kr_ctx *ctx, const char *name);

/** End the phase under way. */
void kr_phase_end(kr_ctx *ctx);

/** Forget all phases, unless one is under way: who begins a calculation calls it. */
void kr_phases_forget(kr_ctx *ctx);

/** In a process that has just started: forget all phases and begin `name` as the first, at the
 * start of the process. What passed before this call is taken to be the processor time so far. */
void kr_phases_start(kr_ctx *ctx, const char *name);

/** Wall seconds from the first beginning until a phase began or ended last. */
double kr_phases_wall(const kr_ctx *ctx);

/** The phases in the order of their first beginning, without the time since the one under way
 * began; returns how many. */
size_t kr_phases(const kr_ctx *ctx, kr_phase_use out[KR_PHASES_MAX]);

/** The number of the phase under way among them; KR_PHASES_MAX before the first. Any thread, at the
 * cost of a load. */
unsigned kr_phase_now(const kr_ctx *ctx);

/** The name of the phase under way, "" for none, and its number. Any thread. */
const char *kr_phase_name(const kr_ctx *ctx, unsigned *number);

/** Call `watch` whenever a phase has begun, from the thread that leads (NULL: no longer). */
void kr_phase_watch(kr_ctx *ctx, void (*watch)(void *user), void *user);

/* Times of units of work: mean, deviation, extremes and the slowest by name. */
typedef struct kr_spread {
    size_t n;
    double mean, squares; /* squares: sum of squared deviations from the mean */
    double least, most;   /* seconds */
    char slowest[96];
} kr_spread;

/** Add a unit. True if it is the slowest so far: the caller writes its name to `slowest`. */
bool kr_spread_add(kr_spread *spread, double seconds);

/** The standard deviation; 0 for fewer than two units. */
double kr_spread_deviation(const kr_spread *spread);

#endif
