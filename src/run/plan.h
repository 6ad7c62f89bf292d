/* What a calculation takes, known before it starts.
 *
 *   kr_plan_memory   accounted memory part by part, and when which parts are held together; the
 *                    tile of sites that a memory limit leaves; resident memory
 *
 * `run` obeys it, `info` tells it. Bytes throughout; accounted memory is what the process asks for
 * itself (base/mem.h), resident memory what the system counts, programs and libraries included. */
#ifndef KR_RUN_PLAN_H
#define KR_RUN_PLAN_H

#include "run/calc.h"

/* The parts of accounted memory, and what they are called. */
#define KR_PLAN_LIST(X)                                                                            \
    X(held, "model, tree, sources and sites")                                                      \
    X(met, "which sites the faults are near")                                                      \
    X(listed, "tree and lists on their way into results.h5")                                       \
    X(results, "results.h5 while it is open")                                                      \
    X(outlines, "outlines of faults")                                                              \
    X(rates, "component rates of a tile")                                                          \
    X(hazard, "distances and units of work of a tile")                                             \
    X(curves, "statistics of a tile")                                                              \
    X(scratch, "scratch of the statistics")                                                        \
    X(rlzs, "single realizations")                                                                 \
    X(maps, "hazard maps")                                                                         \
    X(uncertainty, "where the uncertainty comes from")                                             \
    X(sampling, "sampling error")                                                                  \
    X(by_source, "rates by source")                                                                \
    X(tables, "CSV tables")

typedef struct kr_plan_memory {
    size_t limit;               /* of accounted memory */
    int threads, stats_threads; /* of the hazard; of the statistics, where memory allows fewer */
    size_t tile_sites;          /* sites computed at a time */
#define X(name, text) size_t name;
    KR_PLAN_LIST(X)
#undef X
    /* What is held at the same time, at most. */
    size_t reading;                        /* so far */
    size_t beginning;                      /* of results.h5 */
    size_t hazard_phase, statistics_phase; /* of a tile */
    size_t writing_tables;
    size_t peak;     /* the largest of these */
    size_t resident; /* of the process at that moment, about */
} kr_plan_memory;

/** The memory of a calculation that has been read, with its greatest tile within `limit` bytes.
 * Where not even the least one fits, the plan of that: peak > limit. */
kr_plan_memory kr_calc_plan_memory(const kr_calc *calc, size_t limit);

/** The same for tiles of `nsites`, with as many threads for the statistics. */
kr_plan_memory kr_calc_plan_tile(const kr_calc *calc, size_t limit, size_t nsites,
                                 int stats_threads);

/** Rows of text: the peak, and what takes how much of it. */
void kr_plan_tell_memory(const kr_plan_memory *plan, FILE *out);

#endif
