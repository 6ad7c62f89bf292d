/* One realization of a tree, named by its number, by its path and models, or by its short name. */
#ifndef KR_TREE_PICK_H
#define KR_TREE_PICK_H

#include "tree/tree.h"

typedef struct kr_pick {
    size_t rlz;         /* its number; KR_UNNUMBERED where there is none */
    size_t nbranches;   /* of the path */
    uint32_t *branches; /* of the path; in a sampled tree the path's number alone */
    size_t *gsims;      /* one for each tectonic region type */
    const char *name;   /* "rlz-017"; without a number "rlz-" and eight digits made of the text */
    const char *label;  /* "rlz-017"; without a number "rlz-" and the text */
} kr_pick;

/** Find the realization that `text` names, in the arena:
 *   "17"                its number
 *   "b1~b21/gA0~gB1"    the ids of its branches, and of its models in the order of the tectonic
 *                       region types; "." where a branch set does not apply
 *   "AAB~CD"            its short name, as realizations.csv has it
 * KR_EINPUT if there is none. */
KR_MUST_CHECK kr_status kr_tree_pick(kr_ctx *ctx, const kr_tree *tree, const char *text,
                                     kr_arena *arena, kr_pick *out);

/** The numbers of the component rates that it is the sum of; returns how many, at most
 * 255 * ncomponents; `out` NULL: only that. */
size_t kr_pick_rates(const kr_tree *tree, const kr_pick *pick, uint32_t *out);

#endif
