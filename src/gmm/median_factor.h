/* The argument `adjustment_factor`: a factor of the median. */
#ifndef KR_GMM_MEDIAN_FACTOR_H
#define KR_GMM_MEDIAN_FACTOR_H

#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_param median_factor_params[] = {
    {.name = "adjustment_factor",
     .kind = KR_PARAM_NUMBER,
     .number = 1.0,
     .about = "factor of the median"},
    {.name = NULL},
};

/** Its natural logarithm. KR_EINPUT unless the factor is positive. */
static inline kr_status median_factor_ln(kr_ctx *ctx, const kr_gmm *gmm, double *out)
{
    double factor = kr_gmm_arg_of(gmm, "adjustment_factor")->number;
    if (!(factor > 0.0))
        return kr_gmm_fail(ctx, gmm,
                           "argument 'adjustment_factor' of %s: a number greater than 0 is needed",
                           gmm->cls->name);
    *out = log(factor);
    return KR_OK;
}

#endif
