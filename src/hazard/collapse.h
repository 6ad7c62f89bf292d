/* collapse_level of the reference: contexts are rounded before the ground-motion models see them.
 */
#ifndef KR_HAZARD_COLLAPSE_H
#define KR_HAZARD_COLLAPSE_H

#include "model/column.h"

#include <stddef.h>

/** Round the columns of n contexts in place, as the reference does at level 0, 1 or 2. `columns`:
 * those that the models need; col[RRUP] must be there at levels 1 and 2. */
void kr_collapse(int level, kr_columns columns, double *const col[KR_COL_COUNT], size_t n);

/** The double nearest to x among the half-precision numbers (11 bits, ties to even). */
double kr_round_half_precision(double x);

#endif
