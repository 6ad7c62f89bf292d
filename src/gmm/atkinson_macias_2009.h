/* Atkinson, G. M. and Macias, M. (2009). Predicted ground motions for great interface earthquakes
 * in the Cascadia subduction zone. Bull. Seism. Soc. Am. 99(3), 1552-1578.
 * doi:10.1785/0120080147: the median, for sites of vs30 = 760 m/s. */
#ifndef KR_GMM_ATKINSON_MACIAS_2009_H
#define KR_GMM_ATKINSON_MACIAS_2009_H

#include "atkinson_macias_2009.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table atkinson_macias_2009_coeffs =
    KR_GMM_TABLE(atkinson_macias_2009, ATKINSON_MACIAS_2009);

/* The distance of equations 4 and 6 and its common logarithm. */
typedef struct atkinson_macias_2009_path {
    double r[KR_GMM_BATCH], lg_r[KR_GMM_BATCH];
} atkinson_macias_2009_path;

static inline void atkinson_macias_2009_fill(atkinson_macias_2009_path *path, size_t n,
                                             const double *restrict mag,
                                             const double *restrict rrup)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double h = mag[i] * mag[i] - 3.1 * mag[i] - 14.55;
        double r2 = rrup[i] * rrup[i] + h * h;
        path->r[i] = sqrt(r2);
        path->lg_r[i] = 0.5 * log(r2) / ln_10;
    }
}

/* Equations 3 to 5, ln g; `offset` is added. */
static inline void atkinson_macias_2009_mean(const double *row, double offset, size_t n,
                                             const double *restrict mag,
                                             const atkinson_macias_2009_path *path,
                                             double *restrict mean)
{
    const atkinson_macias_2009_row c = atkinson_macias_2009_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double dm = mag[i] - 8.0;
        double lg = c.c0 + c.c3 * dm + c.c4 * (dm * dm) + c.c1 * path->lg_r[i] + c.c2 * path->r[i];
        mean[i] = ln_10 * lg + ln_cm_s2_to_g + offset;
    }
}

#endif
