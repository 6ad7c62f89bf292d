/* The sampling error of a calculation whose logic tree is sampled. */
#ifndef KR_RUN_SAMPLING_H
#define KR_RUN_SAMPLING_H

#include "run/calc.h"

/** Prepare it where the tree is sampled and a mean or quantiles are asked for: read the whole tree,
 * where its component rates are those of the samples. Ended by kr_calc_sampling_end in any case. */
KR_MUST_CHECK kr_status kr_calc_sampling_begin(kr_calc *calc);
void kr_calc_sampling_end(kr_calc *calc);

/** NULL where there is none. */
const kr_sampling_error *kr_calc_sampling_error(const kr_calc *calc);

/** Bytes for a tile of so many sites and its statistics in so many threads. */
size_t kr_calc_sampling_bytes(const kr_calc *calc, size_t nsites, int threads);

/** Ranges and the whole tree's statistics of a tile, as the results take them; NULL where there are
 * none. Both belong to the caller (kr_free), also after a failure. */
KR_MUST_CHECK kr_status kr_calc_sampling_tile(kr_calc *calc, size_t first, size_t nsites,
                                              const double *rates, float **ranges, float **whole);

/** A line of log for each measure. */
void kr_calc_sampling_report(const kr_calc *calc);

#endif
