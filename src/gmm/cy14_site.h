/* The site term of Chiou and Youngs (2014), equation 12 without the part of the basin, for models
 * of rock with vs30 = 1130 m/s. Earthquake Spectra 30(3), 1117-1153. doi:10.1193/072813EQS219M */
#ifndef KR_GMM_CY14_SITE_H
#define KR_GMM_CY14_SITE_H

#include "chiou_youngs_2014.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

#define CY14_SITE_ROCK_VS30 1130.0

static const kr_gmm_table cy14_site_table = KR_GMM_TABLE(chiou_youngs_2014, CHIOU_YOUNGS_2014);

/* `mean` is that of rock at first. */
static inline void cy14_site_add(const double *row, size_t n, const double *restrict vs30,
                                 double *restrict mean)
{
    const chiou_youngs_2014_row c = chiou_youngs_2014_load(row);
    const double rock = exp(c.phi3 * (CY14_SITE_ROCK_VS30 - 360.0)), ln_phi4 = log(c.phi4);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = vs30[i] < CY14_SITE_ROCK_VS30 ? vs30[i] : CY14_SITE_ROCK_VS30;
        double b = c.phi2 * (exp(c.phi3 * (soft - 360.0)) - rock);
        double linear = c.phi1 * log(soft / CY14_SITE_ROCK_VS30);
        mean[i] += linear + b * (log(exp(mean[i]) + c.phi4) - ln_phi4);
    }
}

#endif
