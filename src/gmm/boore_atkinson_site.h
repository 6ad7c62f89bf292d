/* The site amplification that Boore and Atkinson (2008) and Atkinson and Boore (2006) share.
 *
 * Boore, D. M. and Atkinson, G. M. (2008). Earthquake Spectra 24(1), 99-138.
 * doi:10.1193/1.2830434, equations 7, 8a to 8c and 13a to 13d.
 *
 * The slope of the non-linear part is linear in the two coefficients b1 and b2 of a period, with
 * weights that depend on the site alone; the factor for rock PGA is the same for all periods. Both
 * are computed once for a batch. */
#ifndef KR_GMM_BOORE_ATKINSON_SITE_H
#define KR_GMM_BOORE_ATKINSON_SITE_H

#include "boore_atkinson_site.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct boore_atkinson_site {
    double linear[KR_GMM_BATCH]; /* times blin: ln(vs30 / vref) */
    double one[KR_GMM_BATCH];    /* times b1 and pga */
    double two[KR_GMM_BATCH];    /* times b2 and pga */
    double pga[KR_GMM_BATCH];    /* equations 8a to 8c without the slope */
} boore_atkinson_site;

/* Equations 8a to 8c without the slope: pga is that of rock, in g; ln_pga its logarithm. */
KR_GMM_INLINE double boore_atkinson_site_pga(double pga, double ln_pga)
{
    const double a1 = 0.03, a2 = 0.09;
    const double ln_a1 = -3.506557897319982, ln_tenth = -2.3025850929940455;
    const double ln_low = -0.5108256237659907; /* ln(0.06 / 0.1) */
    const double dx = 1.0986122886681098;      /* ln(a2 / a1) */
    const double dy = 0.4054651081081644;      /* ln(a2 / 0.06) */
    const double c = (3.0 * dy - dx) / (dx * dx);
    const double d = -(2.0 * dy - dx) / (dx * dx * dx);
    double x = ln_pga - ln_a1;
    double between = ln_low + x * x * (c + d * x);
    double above = ln_pga - ln_tenth;
    double low = pga <= a1 ? ln_low : between;
    return pga <= a2 ? low : above;
}

/* Fill `pga` for ln(PGA on rock / g). */
static inline void boore_atkinson_site_fill_pga(boore_atkinson_site *site, size_t n,
                                                const double *ln_pga)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        site->pga[i] = boore_atkinson_site_pga(exp(ln_pga[i]), ln_pga[i]);
}

/* Fill what depends on the site only, vs30 in m/s. */
static inline void boore_atkinson_site_fill(boore_atkinson_site *site, size_t n, const double *vs30)
{
    const double v1 = 180.0, v2 = 300.0, vref = 760.0;
    const double ln_v1_v2 = -0.5108256237659907;   /* ln(180 / 300) */
    const double ln_v2_vref = -0.9295359586241757; /* ln(300 / 760) */

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i];
        double linear = log(v / vref);
        double soft = (linear - ln_v2_vref) / ln_v1_v2; /* ln(v / v2) / ln(v1 / v2) */
        double stiff = linear / ln_v2_vref;
        double one = v <= v1 ? 1.0 : soft;
        one = v <= v2 ? one : 0.0;
        double two = v < vref ? stiff : 0.0;
        double soft_two = v <= v1 ? 0.0 : 1.0 - soft;
        two = v <= v2 ? soft_two : two;
        site->linear[i] = linear;
        site->one[i] = one;
        site->two[i] = two;
    }
}

/* Add the site amplification of one measure; `row` holds its coefficients. */
static inline void boore_atkinson_site_add(const double *row, size_t n,
                                           const boore_atkinson_site *site, double *restrict mean)
{
    const boore_atkinson_site_row c = boore_atkinson_site_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] +=
            c.blin * site->linear[i] + (c.b1 * site->one[i] + c.b2 * site->two[i]) * site->pga[i];
}

#endif
