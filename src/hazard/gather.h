/* The contexts of a batch in another order, in room of one thread: where the columns may be
 * changed.
 */
#ifndef KR_HAZARD_GATHER_H
#define KR_HAZARD_GATHER_H

#include "hazard/hazard_int.h"

typedef struct kr_gathered {
    kr_contexts batch; /* without ruptures */
    double *columns;   /* those of the batch */
    uint32_t *order;   /* KR_CONTEXTS_CAPACITY: to be written before kr_gather */
} kr_gathered;

/** Room for batches of all families, and of these columns beside. */
KR_MUST_CHECK kr_status kr_gathered_init(const kr_hazard *hazard, kr_columns extra,
                                         kr_gathered *out);
void kr_gathered_clear(kr_gathered *gathered);
size_t kr_gathered_bytes(const kr_hazard *hazard, kr_columns extra);

/** Context order[i] of a batch becomes context i. */
const kr_contexts *kr_gather(kr_gathered *gathered, const kr_contexts *batch);

#endif
