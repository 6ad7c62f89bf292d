/* Where the uncertainty comes from: first-order shares of variance, what each branch does to the
 * mean, and derivatives with respect to weights. In closed form, for any number of realizations. */
#ifndef KR_STATS_SHARES_H
#define KR_STATS_SHARES_H

#include "stats/quantile.h"

typedef struct kr_shares_scratch kr_shares_scratch;

size_t kr_shares_scratch_bytes(const kr_structure *structure);
KR_MUST_CHECK kr_status kr_shares_scratch_create(kr_ctx *ctx, const kr_structure *structure,
                                                 kr_shares_scratch **out);
void kr_shares_scratch_destroy(kr_shares_scratch **scratch);

/* At one site and level; arrays of the caller. States of all choices are numbered one after
 * another: first_state[choice] + state (kr_shares_first_state). Weights are normalised: they are
 * divided by their sum. */
typedef struct kr_shares {
    double weight;         /* sum of all weights, without the structure's scale */
    double mean, variance; /* of rates */
    double mean_poe;       /* of probabilities */
    double *choice;        /* nchoices: Var(E[rate | choice]) / Var(rate). Of a choice that some
                              realizations do not make: the variance over those that do, times the part
                              of all that they are */
    double interactions;   /* 1 - sum of the shares */
    double *conditional; /* all states: E[rate | state]; also of states whose weight is 0. The mean
                            where nothing that has weight goes with the state */
    double *conditional_poe;   /* all states: E[probability | state], likewise; or NULL */
    double *derivative;        /* all states: d (rate_mean * weight of kr_moments) / d weight of the
                                  state, the other weights as they are, without the structure's
                                  scale; or NULL */
    double *derivative_poe;    /* of poe_mean * weight, likewise; or NULL */
    double *derivative_weight; /* of weight, likewise; or NULL */
} kr_shares;

/** The number of the first state of a choice; that of all states for the choice nchoices. */
size_t kr_shares_first_state(const kr_structure *structure, size_t choice);

/** Where the deviation is below 1e-14 of the mean (nothing but rounding) there is no uncertainty:
 * shares and interactions are 0. */
void kr_shares_compute(const kr_structure *structure, kr_shares_scratch *scratch,
                       const double *rates, size_t column, kr_shares *out);

/** From derivatives of anything with respect to the weights of all states, the others as they are,
 * to those along which the weight of the state grows and the others of its choice shrink in
 * proportion, so that their sum stays; 0 where the state has all the weight. In place. */
void kr_shares_keep_sums(const kr_structure *structure, size_t column, double *derivative);

/** d quantile / d weight of every state, along the direction of kr_shares_keep_sums: `out` is nq x
 * all states; and the quantiles, `value`, nq. Between two neighbours the quantile is a function of
 * the cumulative weight at the first and of the weights of one or both; it moves with the sums of
 * weights that contain the state. On a plateau it does not move. Where two realizations of one
 * value and one weight change places the derivative has two sides: it is one of them. KR_EINPUT as
 * kr_shares_quantile_check; KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_shares_quantile_derivative(kr_ctx *ctx, const kr_structure *structure,
                                                      const kr_quantile_spec *spec,
                                                      const double *rates, size_t column,
                                                      double *value, double *out);

/** KR_EINPUT with the number if the tree has no two halves (or a mixture of such) that can be
 * listed with KR_LISTS_MAX combinations in all: derivatives of its quantiles are not computed. */
KR_MUST_CHECK kr_status kr_shares_quantile_check(kr_ctx *ctx, const kr_structure *structure);

#endif
