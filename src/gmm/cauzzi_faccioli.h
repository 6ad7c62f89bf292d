/* What Cauzzi and Faccioli (2008) and Faccioli et al. (2010) share: site classes of Eurocode 8,
 * style of faulting, and units. */
#ifndef KR_GMM_CAUZZI_FACCIOLI_H
#define KR_GMM_CAUZZI_FACCIOLI_H

#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct cauzzi_faccioli_classes {
    double b[KR_GMM_BATCH], c[KR_GMM_BATCH], d[KR_GMM_BATCH];               /* 1 or 0 */
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH], slip[KR_GMM_BATCH]; /* 1 or 0 */
} cauzzi_faccioli_classes;

static inline void cauzzi_faccioli_site(cauzzi_faccioli_classes *is, size_t n,
                                        const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rock = vs30[i] >= 800.0 ? 1.0 : 0.0, stiff = vs30[i] >= 360.0 ? 1.0 : 0.0;
        double medium = vs30[i] >= 180.0 ? 1.0 : 0.0;
        is->b[i] = stiff - rock;
        is->c[i] = medium - stiff;
        is->d[i] = 1.0 - medium;
    }
}

static inline void cauzzi_faccioli_style(cauzzi_faccioli_classes *is, size_t n,
                                         const double *restrict rake)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double nm = rake[i] > -120.0 ? 1.0 : 0.0, rv = rake[i] > 30.0 ? 1.0 : 0.0;
        nm = rake[i] <= -60.0 ? nm : 0.0;
        rv = rake[i] <= 150.0 ? rv : 0.0;
        is->normal[i] = nm;
        is->reverse[i] = rv;
        is->slip[i] = 1.0 - nm - rv;
    }
}

/** ln of what takes m/s2 (PGA) and cm of spectral displacement (SA) to g. */
static inline double cauzzi_faccioli_ln_unit(const kr_imt *imt)
{
    const double pi = 3.14159265358979323846;
    if (imt->kind == KR_IMT_PGA)
        return log(1.0 / 9.80665);
    if (imt->kind == KR_IMT_SA)
        return 2.0 * log(2.0 * pi / imt->period) + ln_cm_s2_to_g;
    return 0.0;
}

#endif
