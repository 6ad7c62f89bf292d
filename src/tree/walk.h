/* The paths of a tree that is not sampled: which there are, their numbers. Internal to src/tree. */
#ifndef KR_TREE_WALK_H
#define KR_TREE_WALK_H

#include "tree/tree.h"

/** The diagram of all paths from the tree's sets and branches. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_walk_make(kr_ctx *ctx, kr_tree *tree, kr_diagram *out);

/* Numbers of the paths below every edge of the walk. */
typedef struct kr_walk_numbers {
    uint64_t *before; /* of each edge of the diagrams: paths through the edges before it in its
                         node; owned */
} kr_walk_numbers;

/** Count the paths: tree->paths, tree->npaths. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_walk_count(kr_ctx *ctx, kr_tree *tree, kr_walk_numbers *out);
void kr_walk_numbers_clear(kr_walk_numbers *numbers);

/** The branches of path p; returns how many. */
size_t kr_walk_unrank(const kr_tree *tree, const kr_walk_numbers *numbers, uint64_t p,
                      uint32_t *out);

/** The product of the weights of path p, multiplied from its end as the reference does; branches of
 * sets that move with others do not count. */
double kr_walk_weight(const kr_tree *tree, const kr_walk_numbers *numbers, uint64_t p);

/** The number of the path with these branches; KR_UNNUMBERED if there is none. */
size_t kr_walk_rank(const kr_tree *tree, const kr_walk_numbers *numbers, const uint32_t *branches,
                    size_t n);

#endif
