/* How results came about. */
#ifndef KR_RUN_PROVENANCE_H
#define KR_RUN_PROVENANCE_H

#include "base/h5.h"

#include <stdio.h>

/** Tell what a results.h5 says of it: digests, number format, checks, definitions and all options
 * in force; nothing that an earlier version did not write. KR_EINPUT, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_provenance_tell(kr_h5 *file, kr_arena *arena, FILE *out);

#endif
