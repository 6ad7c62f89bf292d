/* Weights of component rates in the mean over realizations. */
#ifndef KR_STATS_WEIGHTS_H
#define KR_STATS_WEIGHTS_H

#include "tree/tree.h"

/** weights[column * nrates + rate]: sum of the weights of the realizations that add the rate (as
 * often as they do). Owned by the caller: kr_free. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_rate_weights(kr_ctx *ctx, const kr_tree *tree, double **weights);

#endif
