/* Parts of results.h5 that have a file of their own. */
#ifndef KR_OUTPUT_RESULTS_INT_H
#define KR_OUTPUT_RESULTS_INT_H

#include "base/h5.h"
#include "tree/tree.h"

/** The logic trees, the realizations' weights and the components. */
KR_MUST_CHECK kr_status kr_results_write_tree(kr_h5 *file, const kr_tree *tree, kr_arena *arena);

#endif
