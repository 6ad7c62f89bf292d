/* What the models of NGA-East share: tabulated medians on hard rock, the amplification of sites in
 * central and eastern North America and its uncertainty, deviations in steps of magnitude.
 *
 * Stewart, J. P., Parker, G. A., Atkinson, G. M., Boore, D. M., Hashash, Y. M. A. and Silva, W. J.
 * (2020). Ergodic site amplification model for central and eastern North America. Earthquake
 * Spectra 36(1), 42-68. doi:10.1177/8755293019878185
 *
 * Hashash, Y. M. A., Ilhan, O., Harmon, J. A., Parker, G. A., Stewart, J. P., Rathje, E. M.,
 * Campbell, K. W. and Silva, W. J. (2020). Nonlinear site amplification model for ergodic seismic
 * hazard analysis in central and eastern North America. Earthquake Spectra 36(1), 69-86.
 * doi:10.1177/8755293019878193 */
#ifndef KR_GMM_NGA_EAST_H
#define KR_GMM_NGA_EAST_H

#include "gmm/gmm.h"
#include "gmm/tabulated.h"
#include "nga_east_site.tab.h"
#include "num/vmath.h"

#include <string.h>

static const kr_gmm_table nga_east_site_table_ = KR_GMM_TABLE(nga_east_site, NGA_EAST_SITE);

static const double nga_east_v_hard = 2000.0; /* m/s, from here to the reference of the tables */
static const double nga_east_ln_hard = 0.4054651081081644; /* ln(3000 / 2000) */

typedef struct nga_east_median {
    kr_gmm_h5_table table; /* the measures of the instance, then that of rock */
    bool logarithmic;      /* interpolation in distance */
} nga_east_median;

/* What all measures share. */
typedef struct nga_east_shared {
    tabulated at;
    double ln_rock[KR_GMM_BATCH]; /* PGA on hard rock, or SA(0.01) where the table has no PGA */
    double rock[KR_GMM_BATCH];
    double ln_v[KR_GMM_BATCH];      /* ln(vs30 / 760) */
    double impedance[KR_GMM_BATCH]; /* weight of the impedance profiles, equations 5 to 7 */
    double hard[KR_GMM_BATCH];      /* 0 up to 2000 m/s, 1 from 3000 m/s */
    double rigid[KR_GMM_BATCH];     /* of the non-linear term's uncertainty: 1 to 300 m/s, 0 from
                                       1000 m/s */
} nga_east_shared;

/* Load the table that the argument gmpe_table names. */
static inline kr_status nga_east_load(kr_ctx *ctx, kr_gmm *gmm, const char *data,
                                      nga_east_median *median)
{
    kr_status s = KR_OK;
    const char *name = kr_gmm_arg_of(gmm, "gmpe_table")->text;
    kr_imt *imts,
        spectral = {.name = "SA(0.01)", .kind = KR_IMT_SA, .period = 0.01, .damping = 5.0};
    bool has_pga;

    KR_TRY(kr_gmm_h5_table_has(ctx, gmm, data, name, "PGA", &has_pga));
    KR_ANEW(imts, gmm->arena, gmm->nimts + 1);
    memcpy(imts, gmm->imts, gmm->nimts * sizeof *imts);
    imts[gmm->nimts] = has_pga ? kr_gmm_pga : spectral;
    kr_gmm_h5_source wanted = {.imts = imts, .nimts = gmm->nimts + 1};
    KR_TRY(kr_gmm_h5_table_builtin(ctx, gmm, data, name, &wanted, &median->table));
    gmm->needs |= (kr_columns)1 << median->table.metric;
    gmm->mag_min = median->table.mag[0];
out:
    return s;
}

static inline void nga_east_fill_site(nga_east_shared *sh, size_t n, const double *restrict vs30)
{
    const double high = 600.0, low = 400.0, w_high = 0.767, w_low = 0.1;
    const double ln_ratio = 0.4054651081081644; /* ln(600 / 400) */
    const double ln_soft = 1.2039728043259361;  /* ln(1000 / 300) */
    const double soft = 300.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i];
        double w = (w_high - w_low) * (log(v / low) / ln_ratio) + w_low;
        double hard = log(v / nga_east_v_hard) / nga_east_ln_hard;
        double rigid = 1.0 - log(v / soft) / ln_soft;
        w = v >= high ? w_high : w;
        hard = hard > 0.0 ? hard : 0.0;
        rigid = rigid > 0.0 ? rigid : 0.0;
        sh->impedance[i] = v < low ? w_low : w;
        sh->ln_v[i] = log(v / 760.0);
        sh->hard[i] = hard < 1.0 ? hard : 1.0;
        sh->rigid[i] = rigid < 1.0 ? rigid : 1.0;
    }
}

static inline void nga_east_fill(nga_east_shared *sh, const kr_gmm *gmm,
                                 const nga_east_median *median, const kr_gmm_batch *batch)
{
    size_t n = kr_gmm_padded(batch->n);
    const kr_gmm_h5_table *t = &median->table;

    tabulated_find(t, median->logarithmic, n, batch->col[KR_COL_MAG], batch->col[t->metric],
                   &sh->at);
    tabulated_median(&t->mean[gmm->nimts], n, &sh->at, sh->ln_rock);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->rock[i] = exp(sh->ln_rock[i]);
    nga_east_fill_site(sh, n, batch->col[KR_COL_VS30]);
}

/* The period up to which the non-linear term refers to 760 m/s is 0.4 s; PGV goes as 0.5 s. */
static inline double nga_east_v_ref(const kr_imt *imt)
{
    double period = imt->kind == KR_IMT_SA ? imt->period : imt->kind == KR_IMT_PGA ? 0.01 : 0.5;
    return period <= 0.4 ? 760.0 : 3000.0;
}

/* Add the linear and the non-linear amplification to means on hard rock. */
static inline void nga_east_amplify(const nga_east_site_row *row, double v_ref, size_t n,
                                    const nga_east_shared *sh, const double *restrict vs30,
                                    double *restrict mean)
{
    const nga_east_site_row c = *row;
    const double ln_v1 = log(c.v1 / 760.0), ln_v2 = log(c.v2 / 760.0);
    const double at_ref = exp(c.f5 * (v_ref - 360.0));

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double w = sh->impedance[i], ln_v = sh->ln_v[i];
        double f760 = w * c.f760i + (1.0 - w) * c.f760g;
        ln_v = ln_v > ln_v1 ? ln_v : ln_v1;
        ln_v = ln_v < ln_v2 ? ln_v : ln_v2;
        double fv = c.c * ln_v;
        double linear = fv - (fv + f760) * sh->hard[i] + f760;
        double v = vs30[i] < v_ref ? vs30[i] : v_ref;
        double f2 = c.f4 * (exp(c.f5 * (v - 360.0)) - at_ref);
        double nonlinear = f2 * log((sh->rock[i] + c.f3) / c.f3);
        mean[i] += linear + (vs30[i] < c.Vc ? nonlinear : 0.0);
    }
}

/* The epistemic standard deviation of the amplification. */
static inline void nga_east_site_sigma(const nga_east_site_row *row, size_t n,
                                       const nga_east_shared *sh, const double *restrict vs30,
                                       double *restrict sigma)
{
    const nga_east_site_row c = *row;
    const double v_low = 200.0, dsig = c.sigma_L - c.sigma_vc;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i], w = sh->impedance[i];
        double f760 = w * c.f760is + (1.0 - w) * c.f760gs;
        double soft = (v - v_low) / (c.vf - v_low);
        double stiff = (v - c.v2) / (nga_east_v_hard - c.v2);
        double fv = v < c.vf ? c.sigma_L - 2.0 * dsig * soft + dsig * (soft * soft) : c.sigma_vc;
        fv = v > c.v2 ? c.sigma_vc + (c.sigma_U - c.sigma_vc) * (stiff * stiff) : fv;
        fv = v >= nga_east_v_hard ? c.sigma_U * (1.0 - sh->hard[i]) : fv;
        double nl = c.sigma_c * sh->rigid[i] * log((sh->rock[i] + c.f3) / c.f3);
        sigma[i] = sqrt(f760 * f760 + fv * fv + nl * nl);
    }
}

/* Magnitudes rounded to two decimals, as the reference takes those of its tables. */
static inline void nga_east_round(size_t n, const double *restrict mag, double *restrict out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = rint(mag[i] * 100.0) / 100.0;
}

/* The share of x between two values, 0 below and 1 above. */
KR_GMM_INLINE double nga_east_share(double x, double from, double to)
{
    double share = (x - from) / (to - from);
    share = share > 0.0 ? share : 0.0;
    return share < 1.0 ? share : 1.0;
}

/* Values at magnitudes 4.5, 5, 5.5 and 6.5, linear between them. */
static inline void nga_east_steps(const double value[4], size_t n, const double *restrict mag,
                                  double *restrict out)
{
    const double a = value[0], b = value[1] - a, c = value[2] - value[1], d = value[3] - value[2];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = a + b * nga_east_share(mag[i], 4.5, 5.0) + c * nga_east_share(mag[i], 5.0, 5.5) +
                 d * nga_east_share(mag[i], 5.5, 6.5);
}

/* Values at magnitudes 5 and 6.5, linear between them. */
static inline void nga_east_slope(double from, double to, size_t n, const double *restrict mag,
                                  double *restrict out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = from + (to - from) * nga_east_share(mag[i], 5.0, 6.5);
}

#endif
