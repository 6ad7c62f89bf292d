/* Sampling error: how far statistics over samples of a logic tree may be from those over all of it.
 *
 * Given as a range of one standard error, within which the whole tree's value is in two of three
 * samplings. n samples of unequal weights count as n_eff = (sum w)^2 / sum(w^2) of equal ones
 * (Kish). Of a mean, with the variance v over the samples: +- sqrt(v / (n_eff - 1)). Of a quantile
 * q the values at q -+ sqrt(q (1 - q) / n_eff) of the samples in order (the number of samples below
 * it is binomial, whatever the distribution of the values). Latin hypercube sampling spreads the
 * samples better than chance: its errors are smaller than these. Deviations and extremes are given
 * no range. */
#ifndef KR_STATS_SAMPLING_H
#define KR_STATS_SAMPLING_H

#include "stats/stats.h"

/** The number of samples of equal weights that those of a column are worth. */
double kr_samples_effective(const kr_structure *structure, size_t column);

/* Made once, shared by threads. */
typedef struct kr_sampling_error kr_sampling_error;

/** For the mean and the quantiles among the statistics of `sampled`. `whole`, if not NULL, is the
 * structure of the whole tree, whose component rate k is that of number whole_rates[k] among the
 * samples'. All must outlive it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_sampling_error_create(kr_ctx *ctx, const kr_statistics_spec *sampled,
                                                 const kr_structure *whole,
                                                 const uint32_t *whole_rates,
                                                 kr_sampling_error **out);
void kr_sampling_error_destroy(kr_sampling_error **error);

/** The statistics that have a range; which[i] of those of the spec. */
size_t kr_sampling_error_stats(const kr_sampling_error *error, const size_t **which);

/** The number of samples of equal weights that they are worth; whether the whole tree is compared.
 */
double kr_sampling_error_effective(const kr_sampling_error *error);
bool kr_sampling_error_has_whole(const kr_sampling_error *error);

typedef struct kr_sampling_scratch kr_sampling_scratch;
size_t kr_sampling_scratch_bytes(const kr_sampling_error *error);
KR_MUST_CHECK kr_status kr_sampling_scratch_create(kr_ctx *ctx, const kr_sampling_error *error,
                                                   kr_sampling_scratch **out);
void kr_sampling_scratch_destroy(kr_sampling_scratch **scratch);

/** One site, as probabilities: ranges[(i * measures x levels + level) * 2] the lower end of
 * statistic which[i] and then the upper one; whole[i * measures x levels + level] its value over
 * the whole tree (not touched without one). */
void kr_sampling_error_site(const kr_sampling_error *error, kr_sampling_scratch *scratch,
                            const kr_site_rates *rates, float *ranges, float *whole);

#endif
