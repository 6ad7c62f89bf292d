/* The form of Abrahamson, Gregor and Addo (2016), Earthquake Spectra 32(1), 23-44,
 * doi:10.1193/051712EQS188MR, which others fitted to data of their own. */
#ifndef KR_GMM_BCHYDRO_H
#define KR_GMM_BCHYDRO_H

#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

/* Table 2. */
static const double bchydro_n = 1.18, bchydro_c = 1.88, bchydro_theta9 = 0.4, bchydro_c4 = 10.0;

static const double bchydro_rock_vs30 = 1000.0;

/* The coefficients of one measure for one kind of earthquake. */
typedef struct bchydro_terms {
    double constant, break_mag, below, above, theta13; /* magnitude: its slopes */
    double theta2, theta3, c1, by_km, depth;
    double arc_constant, arc_slope;
    double theta12, b, vlin;
    double sigma, tau, phi;
} bchydro_terms;

/* What all measures share. */
typedef struct bchydro_shared {
    bool slab;
    double ln_r[KR_GMM_BATCH];    /* with the term of magnitude */
    double far[KR_GMM_BATCH];     /* (10 - M)^2 */
    double depth[KR_GMM_BATCH];   /* hypocentre, at most 120 km, less 60 km */
    double is_back[KR_GMM_BATCH]; /* 1 in the back-arc, otherwise 0; or between them */
    double ln_back[KR_GMM_BATCH]; /* that times ln(distance / 40 km) */
    double ln_vs30[KR_GMM_BATCH]; /* of the site, at most 1000 m/s */
    double pga[KR_GMM_BATCH];     /* on rock */
} bchydro_shared;

static inline void bchydro_path(bchydro_shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double nearest = sh->slab ? 85.0 : 100.0; /* km, of the term of the back-arc */
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict r = batch->col[sh->slab ? KR_COL_RHYPO : KR_COL_RRUP];
    const double *restrict depth = sh->slab ? batch->col[KR_COL_HYPO_DEPTH] : NULL;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = vs30[i] < bchydro_rock_vs30 ? vs30[i] : bchydro_rock_vs30;
        sh->ln_r[i] = log(r[i] + bchydro_c4 * exp(bchydro_theta9 * (mag[i] - 6.0)));
        sh->far[i] = (10.0 - mag[i]) * (10.0 - mag[i]);
        sh->ln_back[i] = sh->is_back[i] * log((r[i] > nearest ? r[i] : nearest) / 40.0);
        sh->ln_vs30[i] = log(soft);
    }
    for (size_t i = 0; i < n; i++)
        sh->depth[i] = depth ? (depth[i] < 120.0 ? depth[i] : 120.0) - 60.0 : 0.0;
}

/* Equations 1 to 4: ln of the motion without the site. */
static inline void bchydro_source(const bchydro_terms *one, size_t n, const kr_gmm_batch *batch,
                                  const bchydro_shared *sh, double *restrict mean)
{
    const bchydro_terms t = *one;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict r = batch->col[sh->slab ? KR_COL_RHYPO : KR_COL_RRUP];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = mag[i] - t.break_mag;
        double scaling = (over > 0.0 ? t.above : t.below) * over + t.theta13 * sh->far[i];
        double path = (t.theta2 + t.theta3 * (mag[i] - t.c1)) * sh->ln_r[i] + t.by_km * r[i];
        double arc = t.arc_constant * sh->is_back[i] + t.arc_slope * sh->ln_back[i];
        mean[i] = t.constant + scaling + path + t.depth * sh->depth[i] + arc;
    }
}

/* Equations 5 and 6: PGA on rock with vs30 = 1000 m/s. */
static inline void bchydro_rock(const bchydro_terms *pga, size_t n, const kr_gmm_batch *batch,
                                bchydro_shared *sh)
{
    const double rock = (pga->theta12 + pga->b * bchydro_n) * log(bchydro_rock_vs30 / pga->vlin);

    bchydro_source(pga, n, batch, sh, sh->pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->pga[i] = exp(sh->pga[i] + rock);
}

static inline void bchydro_site(const bchydro_terms *one, size_t n, const kr_gmm_batch *batch,
                                const bchydro_shared *sh, double *restrict mean)
{
    const bchydro_terms t = *one;
    const double ln_vlin = log(t.vlin);
    const double *restrict vs30 = batch->col[KR_COL_VS30];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_ratio = sh->ln_vs30[i] - ln_vlin;
        double soft = vs30[i] < t.vlin ? 1.0 : 0.0;
        double yielding = sh->pga[i] + bchydro_c * exp(soft * bchydro_n * ln_ratio);
        double stiff = t.theta12 + t.b * bchydro_n * (1.0 - soft);
        mean[i] += stiff * ln_ratio + soft * t.b * (log(yielding) - log(sh->pga[i] + bchydro_c));
    }
}

/** All measures; sh->is_back is filled before. */
static inline void bchydro_eval(const bchydro_terms *pga, const bchydro_terms *terms, size_t nimts,
                                bool slab, const kr_gmm_batch *batch, bchydro_shared *sh,
                                const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);

    sh->slab = slab;
    bchydro_path(sh, n, batch);
    bchydro_rock(pga, n, batch, sh);
    for (size_t m = 0; m < nimts; m++) {
        double *mean = out->mean + m * out->stride;
        bchydro_source(&terms[m], n, batch, sh, mean);
        bchydro_site(&terms[m], n, batch, sh, mean);
        constant_sigma(out, m, n, terms[m].tau, terms[m].phi);
        constant_total(out, m, n, terms[m].sigma);
    }
}

#endif
