/* What a tree keeps for its functions: the trees as read, the numbering. Internal to src/tree. */
#ifndef KR_TREE_INSIDE_H
#define KR_TREE_INSIDE_H

#include "tree/gsim_tree.h"
#include "tree/source_tree.h"
#include "tree/walk.h"

typedef struct kr_tree_inside {
    kr_smlt smlt; /* while the tree is read from files */
    kr_glt glt;
    uint32_t *made; /* of each branch of smlt, its number in the tree; and the other way round */
    uint32_t *read;
    kr_walk_numbers numbers; /* of the paths, unless sampled */
    size_t combinations;     /* of ground-motion models; not sampled */
    double total[2];    /* sum of the default weights, in full and with those of paths in single
                           precision */
    bool one_branch_id; /* one_branch of the tree, or all branches but stand-ins have one id */
    bool one_gsim_id;   /* all models have one id */
} kr_tree_inside;

/** tree->sets and tree->branches from the tree as read. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_sets_make(kr_ctx *ctx, kr_tree *tree, kr_tree_inside *in);

/** The paths and samples of a sampled tree. KR_ENOMEM, KR_EINPUT. */
KR_MUST_CHECK kr_status kr_samples_make(kr_ctx *ctx, const kr_job *job, kr_tree *tree,
                                        const kr_tree_inside *in);

/** The ground-motion models of every component and the numbers of its rates. */
KR_MUST_CHECK kr_status kr_rates_number(kr_ctx *ctx, kr_tree *tree);

/** Combinations of ground-motion models, totals of weights, names. */
KR_MUST_CHECK kr_status kr_realizations_number(kr_ctx *ctx, kr_tree *tree, kr_tree_inside *in);

/** Weight of a path; `single`: rounded as the reference stores it, before it exports realizations.
 */
double kr_path_weight(const kr_tree *tree, size_t p, bool single);

/** tree->structure. */
KR_MUST_CHECK kr_status kr_tree_divide(kr_ctx *ctx, kr_tree *tree, double scale);

#endif
