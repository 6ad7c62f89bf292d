/* The inside of `kauri info`: figures that are told as text and as JSON. */
#ifndef KR_RUN_INFO_H
#define KR_RUN_INFO_H

#include "run/plan.h"

/* Sources, points, ruptures and estimated contexts of one tectonic region, and by type of source.
 */
typedef struct kr_info_tally {
    size_t sources, points;
    double ruptures, contexts;
    size_t sources_of[KR_SOURCE_KINDS];
    double ruptures_of[KR_SOURCE_KINDS];
} kr_info_tally;

/** Those of the region number `trt` of the tree. */
kr_info_tally kr_info_count(const kr_calc *calc, size_t trt);

/** Contexts are first estimated from the sizes of sources, then drawn and counted
 * (hazard/sample.h); the latter is better: `contexts` in all, of which the regions have so many for
 * each estimated one. */
double kr_info_contexts_part(const kr_calc *calc, double contexts);

/** All as one object: docs/formats.md. */
void kr_calc_info_json(kr_calc *calc, const kr_plan_memory *plan, const kr_plan_time *time,
                       FILE *out);

#endif
