/* From short-period surface-wave magnitude mbLg to moment magnitude, as the U.S. National Seismic
 * Hazard Maps of 2008 do it, and the limits of the median there.
 *
 * Petersen, M. D. et al. (2008). Documentation for the 2008 update of the United States National
 * Seismic Hazard Maps. USGS Open-File Report 2008-1128. */
#ifndef KR_GMM_MAGNITUDE_MBLG_H
#define KR_GMM_MAGNITUDE_MBLG_H

#include "gmm/gmm.h"

typedef enum mblg_kind { MBLG_NONE, MBLG_ATKINSON_BOORE_87, MBLG_JOHNSTON_96 } mblg_kind;

/* Coefficients of a second-degree polynomial in mbLg. */
static inline void mblg_polynomial(mblg_kind kind, double c[3])
{
    static const double all[][3] = {
        [MBLG_NONE] = {0.0, 1.0, 0.0},
        [MBLG_ATKINSON_BOORE_87] = {2.715, -0.277, 0.127},
        [MBLG_JOHNSTON_96] = {1.14, 0.24, 0.0933},
    };
    for (int i = 0; i < 3; i++)
        c[i] = all[kind][i];
}

static inline void mblg_convert(mblg_kind kind, size_t n, const double *mag, double *mw)
{
    double c[3];
    mblg_polynomial(kind, c);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mw[i] = c[0] + c[1] * mag[i] + c[2] * (mag[i] * mag[i]);
}

/* The largest median of the maps: 1.5 g for PGA, 3 g between 0.02 and 0.55 s. */
static inline void mblg_limit(const kr_imt *imt, size_t n, double *mean)
{
    double limit = 0.0;
    if (imt->period == 0.0)
        limit = 0.405;
    else if (imt->period > 0.02 && imt->period < 0.55)
        limit = 1.099;
    else
        return;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = mean[i] > limit ? limit : mean[i];
}

#endif
