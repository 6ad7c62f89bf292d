/* Halves of a tree with all their combinations listed, for derivatives of quantiles: which weights
 * a sum over combinations depends on, and how. (Lists for quantiles forget where their values come
 * from: list.h.) */
#ifndef KR_STATS_HALF_H
#define KR_STATS_HALF_H

#include "tree/structure.h"

/* A tree at one site and level. */
typedef struct kr_listed_tree {
    kr_ctx *ctx;
    const kr_structure *structure;
    const double *rates;
    size_t column;
    double *block; /* kr_blocks_max_scratch */
} kr_listed_tree;

/* Combinations of independent parts, those of the last part fastest. Those of a mix are the ones of
 * its children one after another. */
typedef struct kr_half {
    size_t nparts;
    const uint32_t *parts;
    size_t n;                      /* combinations; 1 without parts */
    double *weight;                /* of each */
    uint32_t *rank;                /* number of its value among the different ones */
    size_t nvalues;                /* different values */
    double *x;                     /* increasing */
    double *before;                /* nvalues + 1: weight of all smaller ones */
    uint32_t *lightest, *heaviest; /* the combination of each value with the least and the greatest
                                      weight; of equal ones the first */
} kr_half;

/** Combinations of parts. */
double kr_half_states(const kr_structure *structure, const uint32_t *parts, size_t nparts);

/** Owned by the caller: kr_half_clear. `parts` must stay. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_half_list(const kr_listed_tree *tree, const uint32_t *parts,
                                     size_t nparts, kr_half *out);
void kr_half_clear(kr_half *half);

/** For F = sum over the combinations of a half of f times the weight: add dF / dw of all states (in
 * the numbering of kr_shares_first_state, from `first` of each choice) to `out`. `f` is used up.
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_half_derive(const kr_listed_tree *tree, const kr_half *half, double *f,
                                       const size_t *first, double *out);

#endif
