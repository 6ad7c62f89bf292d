/* One tree from the trees of several runs: with the branches of all of them, or with other weights,
 * or without some of the branches. Nothing is computed again: every component rate of the new tree
 * is one that a run has. */
#ifndef KR_TREE_MERGE_H
#define KR_TREE_MERGE_H

#include "tree/tree.h"
#include "tree/weights.h"

/* A run's tree. Not sampled. */
typedef struct kr_merge_part {
    const kr_tree *tree;
    const char *name; /* its folder, for messages */
} kr_merge_part;

/* Where a component rate is found: that of the tree of a part. */
typedef struct kr_merge_rate {
    uint32_t part, rate;
} kr_merge_rate;

typedef struct kr_merge {
    const kr_merge_part *parts;
    size_t nparts;
    const kr_source_weights *weights; /* new weights; branches that it has not are left out; or NULL
                                         for those of the runs */
    const char *gsim_tree;            /* path of a ground-motion tree for the same, or NULL */
    const kr_job *job;                /* measures and profile, for its weights */
} kr_merge;

/** Branch sets of one id become one set with the branches of all, branches of one id one branch;
 * ground-motion models of one tectonic region type and text likewise. Every path must be one of
 * exactly one part, or the parts that have it must have all its paths in common: then they differ
 * in ground-motion models. *rates: one entry for each component rate of *out, owned by the caller
 * (kr_free). The texts of *out belong to the parts' trees, which must outlive it. KR_EINPUT where
 * they do not go together, or where a file names what the runs do not have. */
KR_MUST_CHECK kr_status kr_tree_merge(kr_ctx *ctx, const kr_merge *merge, kr_tree **out,
                                      kr_merge_rate **rates);

/** Are two trees the same but for what their sources are: models, branches, weights, components? */
bool kr_tree_equal(const kr_tree *a, const kr_tree *b);

#endif
