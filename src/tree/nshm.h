/* The logic trees of New Zealand's seismic hazard model, as the package nzshm-model writes them in
 * JSON: read as the nodes of the NRML tree that says the same. Internal to src/tree. */
#ifndef KR_TREE_NSHM_H
#define KR_TREE_NSHM_H

#include "base/map.h"
#include "input/value.h"
#include "input/xml.h"

typedef struct kr_nshm {
    kr_ctx *ctx;
    const char *path;
    kr_arena *arena; /* of nodes and values */
    kr_map told;     /* keys of which was told already that they are not known */
    kr_value top;
    const kr_value *sets; /* branch_sets, not empty */
} kr_nshm;

/** Read the file; `branch_sets` must be there. `known`: the keys of the whole, up to NULL. To be
 * cleared in any case. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_nshm_open(kr_ctx *ctx, const char *path, kr_arena *arena,
                                     const char *const *known, kr_nshm *out);
void kr_nshm_clear(kr_nshm *m);

/** The member of an object, of that kind (KR_VALUE_FLOAT: any number), NULL where it is missing or
 * null and `needed` is false. `what` is the object's name in messages, "a branch". KR_EINPUT. */
KR_MUST_CHECK kr_status kr_nshm_get(kr_nshm *m, const kr_value *object, const char *what,
                                    const char *key, kr_value_kind kind, bool needed,
                                    const kr_value **out);

/** Is it an object? Keys that are not among `known` are told once each. KR_EINPUT, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_nshm_keys(kr_nshm *m, const kr_value *object, const char *what,
                                     const char *const *known);

/** A node with these attributes, which are copied but for their texts; NULL on ENOMEM. */
kr_node *kr_nshm_node(kr_nshm *m, const char *tag, int line, size_t nattrs, const kr_attr *attrs);

/** A <logicTreeBranch> with that uncertaintyModel (at `line`) and weight; NULL on ENOMEM. */
kr_node *kr_nshm_branch(kr_nshm *m, const char *id, char *text, int line, const kr_value *weight);

#endif
