/* Quantiles of streamed realizations with the sizes of what is held; for kr_stream_* and tests. */
#ifndef KR_STATS_STREAM_H
#define KR_STATS_STREAM_H

#include "stats/quantile.h"
#include "stats/visit.h"

/* Results do not depend on them, but for the order in which weights are summed up. */
typedef struct kr_stream_limits {
    kr_visit_limits visit;
    double kept; /* up to so many realizations are held, with their weights */
    size_t bins; /* of the histogram of all */
    size_t slot; /* numbers that a window has: two for an element, ten for a bin; 20 at least */
} kr_stream_limits;

/** As kr_stream_quantiles uses them. */
kr_stream_limits kr_stream_limits_of(const kr_structure *structure);

size_t kr_stream_scratch_within(const kr_structure *structure, size_t nq,
                                const kr_stream_limits *limits);
void kr_stream_quantiles_within(const kr_point *point, const kr_quantile_spec *spec,
                                const kr_stream_limits *limits, double *scratch, double *value);

#endif
