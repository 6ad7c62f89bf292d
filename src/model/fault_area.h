/* The area of a fault, from which moment rates and greatest magnitudes are made. */
#ifndef KR_MODEL_FAULT_AREA_H
#define KR_MODEL_FAULT_AREA_H

#include "model/source.h"

/** Area (km2) as the reference takes it: of simple faults on a mesh of 1 km, of complex ones on one
 * of 2 km, whatever the job's spacing; of characteristic faults that of their surface, where the
 * areas of several parts are added in single precision (in double with KR_COMPAT_EXACT). KR_EINPUT
 * at file:line for sources that have none (in the reference kites, too) or of which no mesh can be
 * made. */
KR_MUST_CHECK kr_status kr_source_area_km2(kr_ctx *ctx, const kr_source *source, kr_compat compat,
                                           const char *file, int line, double *out);

#endif
