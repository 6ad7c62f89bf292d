/* Where the uncertainty of the curves of one site and measure comes from, at all levels and at
 * probabilities of exceedance. */
#ifndef KR_STATS_UNCERTAINTY_H
#define KR_STATS_UNCERTAINTY_H

#include "stats/shares.h"

/* Of which curves. */
typedef struct kr_uncertainty_spec {
    const kr_structure *structure;
    size_t nlevels;
    const double *poes; /* of the mean curve, in the investigation time */
    size_t npoes;
    bool use_rates; /* the mean curve is that of rates, brought back to probabilities */
} kr_uncertainty_spec;

/* Points are the levels, then the poes. At a poe the level is that of the mean curve
 * (kr_hazard_map: log-log), and every component rate is taken between its values at the levels next
 * to it, in logarithms too, as in hazard maps with 1e-30 for 0. What is found there follows from
 * these rates; the mean of their probabilities is near the poe, not equal to it. Where the mean
 * curve does not reach a poe the level is 0 and so is everything else. States of all choices one
 * after another, as for kr_shares. */
typedef struct kr_uncertainty {
    kr_uncertainty_spec spec;
    size_t npoints, nchoices, nstates;
    size_t nnumbers;
    double *numbers;          /* all of the following, one after another */
    double *level, *mean_poe; /* points; the mean of probabilities */
    double *mean, *std;       /* points; of rates in the investigation time */
    double *share; /* points x (choices + 1): of the variance of rates; the last one is that of the
                      interactions */
    double *conditional;     /* points x states: E[rate | state] */
    double *conditional_poe; /* points x states: E[probability | state] */
    double *derivative; /* points x states: d mean curve (a probability) / d weight of the state,
                           the others of its choice shrinking in proportion */

    /* inside */
    kr_shares_scratch *scratch;
    double *rates, *map, *weight;
    float *curve;
} kr_uncertainty;

/** What a kr_uncertainty takes. */
size_t kr_uncertainty_bytes(const kr_uncertainty_spec *spec);

/** The arrays, for any number of sites and measures one after another. The structure and the poes
 * must outlive it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_uncertainty_create(kr_ctx *ctx, const kr_uncertainty_spec *spec,
                                              kr_uncertainty **out);
void kr_uncertainty_destroy(kr_uncertainty **uncertainty);

/** Fill the arrays for one site and measure: `levels` increase; the rate of component rate k at
 * level l is rates[k * stride + l]; `column` is that of the weights. */
void kr_uncertainty_compute(kr_uncertainty *uncertainty, const double *levels, const double *rates,
                            size_t stride, size_t column);

/** The component rates at a point (as many as the structure has), as they were taken for it. */
void kr_uncertainty_rates(const kr_uncertainty *uncertainty, size_t point, const double *levels,
                          const double *rates, size_t stride, double *out);

#endif
