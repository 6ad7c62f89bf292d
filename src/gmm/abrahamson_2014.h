/* Of Abrahamson, Silva and Kamai (2014), Earthquake Spectra 30(3), doi:10.1193/070913EQS198M, for
 * the models that share it. */
#ifndef KR_GMM_ABRAHAMSON_2014_H
#define KR_GMM_ABRAHAMSON_2014_H

#include "gmm/gmm.h"

#include <math.h>

/* Equation 9: ln of the vs30 above which the site term is constant. */
static inline double abrahamson_2014_ln_v1(const kr_imt *imt)
{
    double t = imt->kind == KR_IMT_SA ? imt->period : 0.0;
    if (t <= 0.5)
        return log(1500.0);
    return t < 3.0 ? -0.35 * log(t / 0.5) + log(1500.0) : log(800.0);
}

#endif
