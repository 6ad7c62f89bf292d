/* Idini, B., Rojas, F., Ruiz, S. and Pasten, C. (2017). Ground motion prediction equations for the
 * Chilean subduction zone. Bull. Earthq. Eng. 15(5), 1853-1880. doi:10.1007/s10518-016-0050-1
 *
 * Departures: soil types above 6 count as rock (1), as in OpenQuake 3.21. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "idini_2017.tab.h"
#include "num/vmath.h"

#include <stdint.h>

static const kr_gmm_table table = KR_GMM_TABLE(idini_2017, IDINI_2017);

static const double mag_ref = 5.0, v_ref = 1530.0, c4 = 0.1, c6 = 5.0, c7 = 0.35, depth_ref = 50.0;

enum { SOILS = 7 };

/* What all measures share, common logarithms. */
typedef struct shared {
    double r[KR_GMM_BATCH];    /* km */
    double lg_r[KR_GMM_BATCH]; /* equation 6: with the size of the source */
    double depth[KR_GMM_BATCH];
    double lg_vs30[KR_GMM_BATCH];
    int32_t soil[KR_GMM_BATCH]; /* 0: rock */
} shared;

static void fill_interface(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = mag[i] < 7.7 ? rhypo[i] : rrup[i];
        sh->r[i] = r;
        sh->lg_r[i] = log(r + c6 * exp(ln_10 * c7 * (mag[i] - mag_ref))) / ln_10;
        sh->depth[i] = 0.0;
    }
}

static void fill_slab(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->r[i] = rhypo[i];
        sh->lg_r[i] = log(rhypo[i] > 1e-9 ? rhypo[i] : 1e-9) / ln_10;
        sh->depth[i] = depth[i] - depth_ref;
    }
}

static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict soil = batch->col[KR_COL_SOILTYPE];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double type = soil[i] >= 2.0 ? soil[i] : 0.0;
        sh->lg_vs30[i] = log(vs30[i] / v_ref) / ln_10;
        sh->soil[i] = (int32_t)(type <= 6.0 ? type : 0.0);
    }
}

static void eval_mean(const idini_2017_row *row, bool slab, size_t n, const double *restrict mag,
                      const shared *sh, double *restrict mean)
{
    const idini_2017_row c = *row;
    const double soils[SOILS] = {0.0, 0.0, c.s2, c.s3, c.s4, c.s5, c.s6};
    const double *restrict soil = soils;
    const double constant = c.c1 + (slab ? c.dc1 : 0.0), linear = c.c2 + (slab ? c.dc2 : 0.0);
    const double square = slab ? 0.0 : c.c9, spreading = c.c3 + (slab ? c.dc3 : 0.0);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], source = constant + m * (linear + square * m) + c.c8 * sh->depth[i];
        double path = (spreading + c4 * (m - mag_ref)) * sh->lg_r[i] + c.c5 * sh->r[i];
        mean[i] = ln_10 * (source + path + soil[sh->soil[i]] * sh->lg_vs30[i]);
    }
}

/* `variant`: true for slab. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const bool *slab = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    if (*slab)
        fill_slab(&sh, n, batch);
    else
        fill_interface(&sh, n, batch);
    fill_site(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        idini_2017_row c = idini_2017_load(gmm->rows + m * IDINI_2017_NCOL);
        eval_mean(&c, *slab, n, batch->col[KR_COL_MAG], &sh, out->mean + m * out->stride);
        constant_sigma(out, m, n, ln_10 * c.sigma_e, ln_10 * c.sigma_r);
    }
}

static const bool interface = false, slab = true;

#define NEEDS (KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(RHYPO) | KR_BIT(VS30) | KR_BIT(SOILTYPE))

#define IDINI_2017                                                                                 \
    .title = "Idini, Rojas, Ruiz and Pasten (2017), Bull. Earthq. Eng. 15(5)",                     \
    .doi = "10.1007/s10518-016-0050-1", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true, .table = &table,            \
    .mag_lo = 5.5, .mag_hi = 9.0, .dist_hi = 400.0, .eval = eval

KR_GMM(idini_2017_sinter) = {
    IDINI_2017,     .name = "IdiniEtAl2017SInter", .trt = "Subduction Interface",
    .needs = NEEDS, .variant = &interface,
};

KR_GMM(idini_2017_sslab) = {
    IDINI_2017,
    .name = "IdiniEtAl2017SSlab",
    .trt = "Subduction IntraSlab",
    .needs = NEEDS | KR_BIT(HYPO_DEPTH),
    .variant = &slab,
};
