/* The weights of a source-model tree's file, and nothing else of it: what `kauri stats` gives to
 * runs that are finished. No source file is looked at. */
#ifndef KR_TREE_WEIGHTS_H
#define KR_TREE_WEIGHTS_H

#include "base/arena.h"
#include "base/map.h"

#include <stdint.h>

typedef struct kr_branch_weight {
    const char *id;
    double weight;
    int line;
} kr_branch_weight;

typedef struct kr_set_weights {
    const char *id;
    const char *moves_with; /* correlatedWith; NULL without */
    int line;
    size_t n;
    kr_branch_weight *branches;
} kr_set_weights;

typedef struct kr_source_weights {
    const char *path;
    size_t n;
    kr_set_weights *sets;
    kr_map set_map, branch_map; /* ids; of branches to set << 32 | position */
} kr_source_weights;

/** Read branch sets, branches and weights of a NRML file into the arena; `path` must outlive them.
 * The weights of each set sum to 1 within 1e-7. In any case to be cleared. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_source_weights_read(kr_ctx *ctx, const char *path, kr_arena *arena,
                                               kr_source_weights *out);

void kr_source_weights_clear(kr_source_weights *weights);

/** The set with that id, its branch with that id, or NULL. */
const kr_set_weights *kr_set_weights_find(const kr_source_weights *weights, const char *id);
const kr_branch_weight *kr_branch_weight_find(const kr_source_weights *weights,
                                              const kr_set_weights *set, const char *id);

#endif
