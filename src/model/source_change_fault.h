/* Changes of the faults themselves by the branches of a logic tree; internal to source_change*.c.
 */
#ifndef KR_MODEL_SOURCE_CHANGE_FAULT_H
#define KR_MODEL_SOURCE_CHANGE_FAULT_H

#include "model/source_change.h"

/** Change a source (a copy, whose parts are shared with the original and are replaced, not
 * written). *supported is false, and nothing done, where the reference does not know the change for
 * that kind of source. The digest is left to the caller. */
KR_MUST_CHECK kr_status kr_source_change_fault(kr_ctx *ctx, kr_arena *arena, kr_source *source,
                                               const kr_change *change, bool *supported);

#endif
