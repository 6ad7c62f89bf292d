/* Random choices with the reference's streams. Internal to src/tree. */
#ifndef KR_TREE_SAMPLE_H
#define KR_TREE_SAMPLE_H

#include "model/job.h"

/** rows x cols uniform numbers of [0, 1), row by row from the stream of `seed`; the latin methods
 * then put every column in strata, in the reference's way. *out belongs to the caller (kr_free). */
KR_MUST_CHECK kr_status kr_sample_matrix(kr_ctx *ctx, uint32_t seed, size_t rows, size_t cols,
                                         kr_sampling method, double **out);

/** The choice that x makes among n branches: by their weights (early methods) or as if they were
 * equal (late). */
size_t kr_sample_pick(const double *weights, size_t n, double x, kr_sampling method);

static inline bool kr_sampling_late(kr_sampling method)
{
    return method == KR_LATE_WEIGHTS || method == KR_LATE_LATIN;
}

static inline bool kr_sampling_latin(kr_sampling method)
{
    return method == KR_EARLY_LATIN || method == KR_LATE_LATIN;
}

#endif
