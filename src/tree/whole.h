/* The whole of a logic tree that was sampled, beside the samples: what the sampling error is told
 * against. */
#ifndef KR_TREE_WHOLE_H
#define KR_TREE_WHOLE_H

#include "tree/tree.h"

typedef struct kr_whole {
    kr_tree *tree;         /* not sampled; or NULL */
    const uint32_t *rates; /* for each of its component rates that of the sampled tree */
    const char *why_not;   /* where there is none, why */
} kr_whole;

/** Read the job's trees without sampling, where every component rate of the whole tree is one of
 * the sampled tree: every branch was taken, every component met every model of its region, and no
 * two components were always met together. `model` is that of the sampled tree and outlives the
 * whole. Otherwise, or where there is no memory for it, `why_not` says so. Ended with
 * kr_whole_end. KR_EINTERRUPTED. */
KR_MUST_CHECK kr_status kr_whole_read(kr_ctx *ctx, const kr_job *job, kr_model *model,
                                      const kr_tree *sampled, kr_whole *out);
void kr_whole_end(kr_whole *whole);

#endif
