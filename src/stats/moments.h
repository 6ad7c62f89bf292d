/* Mean, variance, smallest and largest value over all realizations, from blocks.
 *
 * Probabilities are kept at both ends: u = -expm1(-r), the probability of exceedance, and x =
 * exp(-r), that of none, have the means m and q and one variance v, Var(u) = Var(x). Independent
 * parts added: m = m1 + q1 m2, q = q1 q2, v = v1 (v2 + q2^2) + v2 q1^2, from products of x. A mix
 * has the mean of the means and the variance sum w (v + d^2), with d the deviation of m or of q,
 * whichever is the smaller. There is no 1 - x, so the digits stay at rates of 1e-12 as at 1000. */
#ifndef KR_STATS_MOMENTS_H
#define KR_STATS_MOMENTS_H

#include "tree/structure.h"

/* Of the values of a part; weights normalised to 1 within it. */
typedef struct kr_moments {
    double poe_mean, poe_variance;   /* of probabilities */
    double pne_mean;                 /* 1 - poe_mean, with digits of its own */
    double rate_mean, rate_variance; /* of rates */
    double rate_min, rate_max;       /* over all combinations, also those of weight 0 */
    double weight;                   /* sum of the weights, as given (1 where branches sum to 1),
                                        without the structure's scale */
} kr_moments;

typedef struct kr_moments_scratch kr_moments_scratch;

size_t kr_moments_scratch_bytes(const kr_structure *structure);
KR_MUST_CHECK kr_status kr_moments_scratch_create(kr_ctx *ctx, const kr_structure *structure,
                                                  kr_moments_scratch **out);
void kr_moments_scratch_destroy(kr_moments_scratch **scratch);

/** Moments of the whole tree at one site and level, from the component rates there; every part's
 * moments stay in the scratch until the next call. A weight of 0 in all states gives zeros, but for
 * the smallest and the largest rate. Rates are finite. */
kr_moments kr_moments_compute(const kr_structure *structure, kr_moments_scratch *scratch,
                              const double *rates, size_t column);

/** Those of a part, after kr_moments_compute. */
const kr_moments *kr_moments_part(const kr_moments_scratch *scratch, size_t part);

#endif
