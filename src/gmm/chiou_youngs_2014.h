/* The equations of Chiou and Youngs (2014) and the places where others adjust them.
 *
 * Chiou, B. S.-J. and Youngs, R. R. (2014). Update of the Chiou and Youngs NGA model for the
 * average horizontal component of peak ground motion and response spectra. Earthquake Spectra
 * 30(3), 1117-1153. doi:10.1193/072813EQS219M
 *
 * ChiouYoungs2014 and Stafford2022 evaluate them measure by measure; what all measures share is
 * computed once for a batch. */
#ifndef KR_GMM_CHIOU_YOUNGS_2014_H
#define KR_GMM_CHIOU_YOUNGS_2014_H

#include "chiou_youngs_2014.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef chiou_youngs_2014_row cy14_row;

/* The coefficients that are the same for all measures; c11 is 0. */
#define CY14_C2       1.06
#define CY14_C4       (-2.1)
#define CY14_C4A      (-0.5)
#define CY14_CRB      50.0
#define CY14_C8A      0.2695
#define CY14_REF_VS30 1130.0

/* What all measures share. */
typedef struct cy14_shared {
    double reverse[KR_GMM_BATCH], normal[KR_GMM_BATCH]; /* 0 or 1 */
    double sech[KR_GMM_BATCH];                          /* 1 / cosh(2 max(M - 4.5, 0)) */
    double ztor[KR_GMM_BATCH];      /* less the usual one for magnitude and style, km */
    double cos2_dip[KR_GMM_BATCH];  /* cos^2 dip */
    double wall[KR_GMM_BATCH];      /* hanging wall: all but the factor with rx */
    double rx[KR_GMM_BATCH];        /* at least 0; beyond 1000 km its tanh is 1 */
    double near[KR_GMM_BATCH];      /* the part of the mean that has no coefficient of a measure */
    double band[KR_GMM_BATCH];      /* 1 for M between 6 and 6.9 */
    double directive[KR_GMM_BATCH]; /* directivity without the part with coefficients */
    double ln_vs30[KR_GMM_BATCH];   /* min(ln(vs30 / 1130), 0) */
    double deep[KR_GMM_BATCH];      /* the last factor of equation 12 */
    double mag[KR_GMM_BATCH];       /* 0 at M 5 to 1 at M 6.5 */
    double known[KR_GMM_BATCH];     /* 1 if vs30 is measured */
} cy14_shared;

/* What is added to the coefficients of a measure; all 0 and 1 for the model as published. */
typedef struct cy14_adjust {
    double c7, c7b;  /* added */
    double cm;       /* added, at constant motion of small earthquakes */
    double gamma[4]; /* polynomial in M - 6, added to the anelastic attenuation */
    double normal;   /* factor of the term of normal faulting */
    double far;      /* factor of the anelastic attenuation */
    double far_band; /* and of that of M between 6 and 6.9 */
    double wall;     /* factor of the hanging wall */
} cy14_adjust;

static const cy14_adjust cy14_unadjusted = {
    .normal = 1.0, .far = 1.0, .far_band = 1.0, .wall = 1.0};

KR_GMM_INLINE double cy14_positive(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* x limited to 0 .. 1. */
KR_GMM_INLINE double cy14_unit(double x)
{
    double at_least = cy14_positive(x);
    return at_least < 1.0 ? at_least : 1.0;
}

/* 1 / cosh(x) for 0 <= x < 700. */
KR_GMM_INLINE double cy14_sech(double x)
{
    double e = exp(-x);
    return 2.0 * e / (1.0 + e * e);
}

static inline void cy14_fill_rupture(cy14_shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i];
        double rv = rake[i] >= 30.0 ? 1.0 : 0.0, nm = rake[i] >= -120.0 ? 1.0 : 0.0;
        rv = rake[i] <= 150.0 ? rv : 0.0;
        nm = rake[i] <= -60.0 ? nm : 0.0;
        /* equations 4 and 5 */
        double reverse = cy14_positive(2.704 - 1.226 * cy14_positive(m - 5.849));
        double other = cy14_positive(2.673 - 1.136 * cy14_positive(m - 4.970));
        double usual = rv > 0.0 ? reverse : other;
        double band = m > 6.0 ? 1.0 : 0.0;
        sh->reverse[i] = rv;
        sh->normal[i] = nm;
        sh->sech[i] = cy14_sech(2.0 * cy14_positive(m - 4.5));
        sh->ztor[i] = ztor[i] - usual * usual;
        sh->near[i] = CY14_C2 * (m - 6.0) +
                      (CY14_C4A - CY14_C4) * 0.5 * log(rrup[i] * rrup[i] + CY14_CRB * CY14_CRB);
        sh->band[i] = m < 6.9 ? band : 0.0;
        sh->mag[i] = cy14_unit((m - 5.0) / 1.5);
    }
}

/* The hanging wall, equation 11. */
static inline void cy14_fill_wall(cy14_shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict rx = batch->col[KR_COL_RX];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double cos_dip = cos(dip[i] * (M_PI / 180.0));
        double over = sqrt(rjb[i] * rjb[i] + ztor[i] * ztor[i]) / (rrup[i] + 1.0);
        double wall = cos_dip * (1.0 - over);
        sh->cos2_dip[i] = cos_dip * cos_dip;
        sh->wall[i] = rx[i] >= 0.0 ? wall : 0.0;
        sh->rx[i] = rx[i] < 1000.0 ? cy14_positive(rx[i]) : 1000.0;
    }
}

/* The site, with the usual depths of California (equation 1) or Japan (equation 2). A depth of 0 or
 * less is the usual one. */
static inline void cy14_fill_site(cy14_shared *sh, size_t n, bool japan, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const double v = japan ? 412.39 : 570.94, power = japan ? -5.23 / 2.0 : -7.15 / 4.0;
    const double v_2 = v * v, v_top = 1360.0 * 1360.0;
    const double over = japan ? v_top + v_2 : v_top * v_top + v_2 * v_2;
    const double phi6 = japan ? 800.0 : 300.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = vs30[i] * vs30[i];
        double sum = japan ? square + v_2 : square * square + v_2 * v_2;
        double usual = exp(power * log(sum / over));
        double depth = z1pt0[i] > 0.0 ? z1pt0[i] - usual : 0.0;
        double ln_vs30 = log(vs30[i] / CY14_REF_VS30);
        sh->deep[i] = 1.0 - exp(-depth / phi6);
        sh->ln_vs30[i] = ln_vs30 < 0.0 ? ln_vs30 : 0.0;
        sh->known[i] = measured[i] > 0.0 ? 1.0 : 0.0;
    }
}

/* Equation 11: ln of the motion on rock with vs30 = 1130 m/s. */
static inline void cy14_eval_reference(const cy14_row *row, const cy14_adjust *adjust, size_t n,
                                       const kr_gmm_batch *batch, const cy14_shared *sh,
                                       double *restrict out)
{
    const cy14_row c = *row;
    const cy14_adjust a = *adjust;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double bend = (CY14_C2 - c.c3) / c.cn, by_c9b = 1.0 / c.c9b;
    const double c1 = c.c1 - (CY14_C2 - c.c3) * a.cm, cm = c.cm + a.cm, c9 = c.c9 * a.wall;
    const double c1b = c.c1b * a.normal, c1d = c.c1d * a.normal;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s = sh->sech[i], x = mag[i] - 6.0;
        double source = (c.c1a + c.c1c * s) * sh->reverse[i] + (c1b + c1d * s) * sh->normal[i] +
                        (c.c7 + a.c7 + (c.c7b + a.c7b) * s) * sh->ztor[i] +
                        c.c11b * s * sh->cos2_dip[i];
        double scaling = bend * log(1.0 + exp(c.cn * (cm - mag[i])));
        double y = c.c6 * cy14_positive(mag[i] - c.chm), e = exp(y);
        /* ln(rrup + c5 cosh(y)) without a division, sech and tanh with one in common */
        double distance = CY14_C4 * (log(rrup[i] * e + 0.5 * c.c5 * (e * e + 1.0)) - y);
        double g = exp(-cy14_positive(mag[i] - c.cg3)), t = exp(-2.0 * sh->rx[i] * by_c9b);
        double g_over = 1.0 + g * g, t_over = 1.0 + t, over = 1.0 / (g_over * t_over);
        double gamma = c.cg1 + c.cg2 * (2.0 * g * t_over * over) + a.gamma[0] +
                       x * (a.gamma[1] + x * (a.gamma[2] + x * a.gamma[3]));
        double path = gamma * rrup[i] * (a.far + (a.far_band - a.far) * sh->band[i]);
        double wall = c9 * sh->wall[i] * (c.c9a + (1.0 - c.c9a) * ((1.0 - t) * g_over * over));
        out[i] = c1 + source + sh->near[i] + scaling + distance + path + wall;
    }
}

/* The coefficients of the site of one measure. */
typedef struct cy14_site {
    double phi1, phi5;
} cy14_site;

/* Equation 12: `mean` holds the motion on the reference rock at first; `slope` becomes the
 * derivative of the site term with respect to it, equation 13's NL. */
static inline void cy14_add_site(const cy14_row *row, cy14_site site, size_t n,
                                 const kr_gmm_batch *batch, const cy14_shared *sh,
                                 double *restrict mean, double *restrict slope)
{
    const cy14_row c = *row;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double rock = exp(c.phi3 * (CY14_REF_VS30 - 360.0)), ln_phi4 = log(c.phi4);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = vs30[i] < CY14_REF_VS30 ? vs30[i] : CY14_REF_VS30;
        double b = c.phi2 * (exp(c.phi3 * (soft - 360.0)) - rock);
        double y = exp(mean[i]), sum = y + c.phi4;
        slope[i] = b * y / sum;
        mean[i] += site.phi1 * sh->ln_vs30[i] + b * (log(sum) - ln_phi4) + site.phi5 * sh->deep[i];
    }
}

#endif
