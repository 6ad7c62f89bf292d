/* Arguments that give one number for each measure: {"PGA": 0.1, "SA(0.2)": 0.15}. */
#ifndef KR_GMM_GMM_BY_MEASURE_H
#define KR_GMM_GMM_BY_MEASURE_H

#include "gmm/gmm.h"

/** The argument's numbers for the measures of the instance, in its arena; interpolated in log
 * period between spectral measures, as coefficients are. NULL where the argument is not given,
 * None or empty. KR_EINPUT if it is none such, or has nothing for a measure. */
KR_MUST_CHECK kr_status kr_gmm_by_measure(kr_ctx *ctx, const kr_gmm *gmm, const char *arg,
                                          double **out);

/** The same of a dict; `arg` names it in messages. */
KR_MUST_CHECK kr_status kr_gmm_by_measure_in(kr_ctx *ctx, const kr_gmm *gmm, const char *arg,
                                             const kr_value *dict, double **out);

#endif
