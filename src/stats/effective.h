/* What a component rate is worth in statistics that are sums over component rates: of the mean of
 * the realizations that make a choice, and of the variance. (That of the mean of all: weights.h.)
 */
#ifndef KR_STATS_EFFECTIVE_H
#define KR_STATS_EFFECTIVE_H

#include "tree/structure.h"

/** P(a realization adds the rate | state of a choice), as often as it does: out[state * nrates +
 * rate], states of all choices one after another (kr_shares_first_state). KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_weights_given_states(kr_ctx *ctx, const kr_structure *structure,
                                                size_t column, double *out);

/** Cov(the rate is added, total) / Var(total), for total rates of realizations that are made of
 * `rates`: times `rates` they sum up to 1; 0 where nothing varies. In the time of two kr_moments,
 * for any number of rates. `out` has room for nrates numbers. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_weights_in_variance(kr_ctx *ctx, const kr_structure *structure,
                                               const double *rates, size_t column, double *out);

/** Bytes that either of them takes at most, without `out`. */
size_t kr_effective_bytes(const kr_structure *structure);

#endif
