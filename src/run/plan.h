/* What a calculation takes, known before it starts.
 *
 *   kr_plan_memory   accounted memory part by part, and when which parts are held together; the
 *                    tile of sites that a memory limit leaves; resident memory
 *   kr_plan_time     seconds part by part, and the work
 *
 * `run` obeys it, `info` tells it. Bytes throughout; accounted memory is what the process asks for
 * itself (base/mem.h), resident memory what the system counts, programs and libraries included. */
#ifndef KR_RUN_PLAN_H
#define KR_RUN_PLAN_H

#include "hazard/sample.h"
#include "run/calibrate.h"

/* The parts of accounted memory, and what they are called. */
#define KR_PLAN_LIST(X)                                                                            \
    X(held, "model, tree, sources and sites")                                                      \
    X(met, "which sites the faults are near")                                                      \
    X(listed, "tree and lists on their way into results.h5")                                       \
    X(results, "results.h5 while it is open")                                                      \
    X(packing, "chunks on their way into results.h5")                                              \
    X(outlines, "outlines of faults")                                                              \
    X(rates, "component rates of a tile")                                                          \
    X(hazard, "distances and units of work of a tile")                                             \
    X(curves, "statistics of a tile")                                                              \
    X(scratch, "scratch of the statistics")                                                        \
    X(rlzs, "single realizations")                                                                 \
    X(maps, "hazard maps")                                                                         \
    X(uncertainty, "where the uncertainty comes from")                                             \
    X(checks, "realizations that statistics are held against")                                     \
    X(sampling, "sampling error")                                                                  \
    X(disagg, "disaggregation of a site")                                                          \
    X(by_source, "rates by source")                                                                \
    X(tables, "CSV tables")                                                                        \
    X(report, "disaggregation in the report")

typedef struct kr_plan_memory {
    size_t limit;               /* of accounted memory */
    int threads, stats_threads; /* of the hazard; of the statistics, where memory allows fewer */
    size_t tile_sites;          /* sites computed at a time */
    size_t disagg_imts;         /* measures disaggregated at a time; 0: none are */
#define X(name, text) size_t name;
    KR_PLAN_LIST(X)
#undef X
    /* What is held at the same time, at most. */
    size_t reading;                        /* so far */
    size_t beginning;                      /* of results.h5 */
    size_t hazard_phase, statistics_phase; /* of a tile */
    size_t disagg_phase;
    size_t writing_tables;
    size_t peak;     /* the largest of these */
    size_t resident; /* of the process at that moment, about */
} kr_plan_memory;

/** The memory of a calculation that has been read, with its greatest tile within `limit` bytes.
 * Where not even the least one fits, the plan of that: peak > limit. */
kr_plan_memory kr_calc_plan_memory(const kr_calc *calc, size_t limit);

/** The same for tiles of `nsites`, also where the job has fewer, with as many threads for the
 * statistics. */
kr_plan_memory kr_calc_plan_tile(const kr_calc *calc, size_t limit, size_t nsites,
                                 int stats_threads);

/* Seconds. Those of parts are of one processor, but for what has passed already. */
typedef struct kr_plan_time {
    double reading, reading_cpu; /* so far: wall, processor */
    double digests;
    kr_hazard_cost hazard;
    kr_stats_cost stats;
    double cpu, wall; /* of the whole */
} kr_plan_time;

/** The time of a calculation that has been read, from pieces of its work that are tried for about a
 * hundredth of it, but for `least` to `most` seconds, and half as long again. */
KR_MUST_CHECK kr_status kr_calc_plan_time(kr_calc *calc, double least, double most,
                                          kr_plan_time *out);

/** How many times as fast as one so many threads are together. */
double kr_plan_speed(int threads);

/** The outlines of faults take so many bytes, or what the plan has for them if that is less. */
void kr_plan_know_outlines(const kr_calc *calc, kr_plan_memory *plan, size_t bytes);

/** KR_ENOFIT, with the figure that would be enough, where the plan is above its limit. */
KR_MUST_CHECK kr_status kr_plan_check(const kr_calc *calc, const kr_plan_memory *plan);

/** "64.0 MB", of less than 100 kB "64 bytes": a size was given without its unit. Returns `text`. */
const char *kr_plan_size(size_t bytes, char text[32]);

/** After the plan: foretell the parts of a run that will take some seconds, where there is memory
 * to try them, and have the context tell the time left. */
KR_MUST_CHECK kr_status kr_calc_foretell(kr_calc *calc, const kr_plan_memory *plan);

/** "64.12 s", from ten minutes on "12 min", "3 h 05 min". Returns `text`. */
const char *kr_plan_seconds(double seconds, char text[32]);

/** Rows of text: the peak, and what takes how much of it. */
void kr_plan_tell_memory(const kr_plan_memory *plan, FILE *out);

/** Rows of text: work, seconds, and what takes how many of them. */
void kr_plan_tell_time(const kr_plan_time *plan, int threads, FILE *out);

/** Rows of text: the most sites, levels or branches of this job that fit in so many bytes.
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_calc_tell_fit(kr_calc *calc, size_t bytes, FILE *out);

#endif
