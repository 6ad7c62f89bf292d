/* Sources on one fault: simple, complex, kite and characteristic. */
#ifndef KR_MODEL_SOURCE_FAULT_H
#define KR_MODEL_SOURCE_FAULT_H

#include "model/source_read.h"

/** Simple, complex, kite and characteristic faults. */
static inline bool kr_source_is_fault(kr_source_kind kind)
{
    return kind >= KR_SOURCE_SIMPLE_FAULT && kind <= KR_SOURCE_KITE_FAULT;
}

/** Read what follows the id and the name: geometry, distribution, scaling relationship, aspect,
 * rake, places of hypocentres. The digest is left to the caller. */
KR_MUST_CHECK kr_status kr_source_fault(kr_source_reader *r, const kr_node *node, kr_source *out);

#endif
