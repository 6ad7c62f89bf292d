/* Single realizations, computed when asked for: never more than one is held. */
#ifndef KR_STATS_REALIZE_H
#define KR_STATS_REALIZE_H

#include "stats/stats.h"

typedef struct kr_realizer kr_realizer;

/** For one thread. `total`: levels of all measures; `rounded`: component rates as the reference
 * keeps them, in single precision. The tree must outlive it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_realizer_create(kr_ctx *ctx, const kr_tree *tree, size_t total,
                                           bool rounded, kr_realizer **out);
void kr_realizer_destroy(kr_realizer **realizer);
size_t kr_realizer_bytes(const kr_tree *tree, size_t total);

/** Begin with a site: its component rates must stay until the next one. */
void kr_realizer_site(kr_realizer *realizer, const kr_site_rates *rates);

/** The total rates of realization r < nrlzs at all levels; valid until the next call. Realizations
 * of one path that follow each other share the sums of its components. */
const double *kr_realizer_rates(kr_realizer *realizer, size_t r);

#endif
