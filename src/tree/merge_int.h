/* A merge of trees under way. Internal to src/tree. */
#ifndef KR_TREE_MERGE_INT_H
#define KR_TREE_MERGE_INT_H

#include "base/map.h"
#include "tree/merge.h"

/* A set of the new tree, before the sets are put in order. */
typedef struct kr_merged_set {
    const char *id, *type;
    bool stands_in;
    uint32_t moves_with;         /* or KR_NO_SET */
    uint32_t first_branch;       /* of a stand-in its only branch */
    const kr_set_weights *given; /* new weights, or NULL */
    uint32_t place;              /* its number in the new tree, or KR_NO_SET: no path has it */
    uint32_t waits;              /* for so many sets that come before it */
} kr_merged_set;

typedef struct kr_merged_branch {
    const kr_tree_branch *from;
    uint32_t set, next;
    bool linked, kept; /* next is known; no file leaves it out */
    double weight;
    int64_t position; /* in the order of enumeration */
    uint32_t place;   /* its number in the new tree */
} kr_merged_branch;

typedef struct kr_merger {
    kr_ctx *ctx;
    const kr_merge *of;
    kr_tree *tree; /* the new one */
    kr_arena scratch;
    size_t nsets, sets_cap, nbranches, branches_cap;
    kr_merged_set *sets;        /* owned */
    kr_merged_branch *branches; /* owned */
    kr_map set_ids, branch_ids;
    kr_index taken;          /* (correlated set, branch of the other) -> branch */
    uint32_t **set_of;       /* of every set of a part, the merged one */
    uint32_t **branch_of;    /* of every branch of a part */
    size_t **gsim_of;        /* of every model of a part, the one of the new tree; or SIZE_MAX */
    kr_diagram **diagram_of; /* of every node of a part, the one of the new tree */
    kr_tree *given_gsims;    /* models of the file with new weights; only those fields are set */
} kr_merger;

/** tree->sets and tree->branches; place of every branch. */
KR_MUST_CHECK kr_status kr_merge_sets(kr_merger *m);

/** Diagrams of the parts over the new branches; tree->diagrams. */
KR_MUST_CHECK kr_status kr_merge_diagrams(kr_merger *m);
kr_diagram kr_merge_diagram(const kr_merger *m, size_t part, kr_diagram a);

/** tree->trts, tree->gsims: of the tectonic region types that some component still has. */
KR_MUST_CHECK kr_status kr_merge_gsims(kr_merger *m);

/** tree->components, the tree completed, and where its rates are found. */
KR_MUST_CHECK kr_status kr_merge_components(kr_merger *m, kr_merge_rate **rates);

#endif
