/* Arrays that several sources have in common, such as the ruptures of fault systems of which only
 * the rates differ, are kept once. */
#ifndef KR_MODEL_SOURCE_SHARE_H
#define KR_MODEL_SOURCE_SHARE_H

#include "model/source.h"

/** The array of that content, or NULL if there was none yet. */
const void *kr_shared_find(const kr_model *model, kr_hash128 digest);

/** Remember an array, which must live as long as the model. */
KR_MUST_CHECK kr_status kr_shared_add(kr_model *model, kr_ctx *ctx, kr_hash128 digest,
                                      const void *array);

/** Forget all arrays: sources read later have their own. */
void kr_shared_clear(kr_model *model);

#endif
