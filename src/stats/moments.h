/* Mean, variance, smallest and largest value over all realizations, from blocks.
 *
 * With u = -expm1(-r) of a block, mean m and variance v: a sum of independent blocks has mean
 * -expm1(sum log1p(-m)) and variance prod((1 - m)^2) expm1(sum log1p(v / (1 - m)^2)); a mix has the
 * mean of the means and the variance sum w (v + (m - mean)^2). No 1 - x anywhere: the digits stay
 * at rates of 1e-12. */
#ifndef KR_STATS_MOMENTS_H
#define KR_STATS_MOMENTS_H

#include "tree/structure.h"

/* Of the values of a part; weights normalised to 1 within it. */
typedef struct kr_moments {
    double poe_mean, poe_variance;   /* of probabilities */
    double rate_mean, rate_variance; /* of rates */
    double rate_min, rate_max;       /* over all combinations, also those of weight 0 */
    double weight;                   /* sum of the weights, as given (1 where branches sum to 1) */
} kr_moments;

typedef struct kr_moments_scratch kr_moments_scratch;

size_t kr_moments_scratch_bytes(const kr_structure *structure);
KR_MUST_CHECK kr_status kr_moments_scratch_create(kr_ctx *ctx, const kr_structure *structure,
                                                  kr_moments_scratch **out);
void kr_moments_scratch_destroy(kr_moments_scratch **scratch);

/** Moments of the whole tree at one site and level, from the component rates there; every part's
 * moments stay in the scratch until the next call. A weight of 0 in all states gives zeros. */
kr_moments kr_moments_compute(const kr_structure *structure, kr_moments_scratch *scratch,
                              const double *rates, size_t column);

/** Those of a part, after kr_moments_compute. */
const kr_moments *kr_moments_part(const kr_moments_scratch *scratch, size_t part);

#endif
