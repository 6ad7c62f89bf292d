/* What a tree keeps for its functions: the trees as read, the paths, the samples. Internal to
 * src/tree. */
#ifndef KR_TREE_INSIDE_H
#define KR_TREE_INSIDE_H

#include "tree/gsim_tree.h"
#include "tree/source_path.h"
#include "tree/tree.h"

typedef struct kr_tree_inside {
    kr_smlt smlt;
    kr_glt glt;
    kr_paths paths;
    bool sampled, early;
    size_t *first_sample;   /* of each path, npaths + 1; sampled */
    uint32_t *sample_gsims; /* nrlzs x ntrts; sampled */
    size_t combinations;    /* of ground-motion models; not sampled */
    double total[2];        /* sum of the default weights, in full and with those of paths in single
                               precision */
} kr_tree_inside;

/** Number the realizations: combinations or samples, their weights' sum. */
KR_MUST_CHECK kr_status kr_realizations_make(kr_ctx *ctx, const kr_job *job, kr_tree *tree,
                                             kr_tree_inside *in);

/** The ground-motion models of every component and the numbers of its rates. */
KR_MUST_CHECK kr_status kr_rates_number(kr_ctx *ctx, kr_tree *tree, const kr_tree_inside *in);

#endif
