/* Ghofrani, H. and Atkinson, G. M. (2014). Ground motion prediction equations for interface
 * earthquakes of M7 to M9 based on empirical data from Japan. Bull. Earthq. Eng. 12(2), 549-571.
 * doi:10.1007/s10518-013-9536-2
 *
 * ...Cascadia has the factors of table 2 for Cascadia, ...Upper and ...Lower the paper's epistemic
 * uncertainty of the median. Departures: none. */
#include "ghofrani_atkinson_2014.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(ghofrani_atkinson_2014, GHOFRANI_ATKINSON_2014);

typedef struct variant {
    bool cascadia;
    double epistemic; /* sign of the uncertainty */
} variant;

/* What all measures share, common logarithms. */
typedef struct shared {
    double spreading[KR_GMM_BATCH];
    double forearc[KR_GMM_BATCH], backarc[KR_GMM_BATCH]; /* rrup, or 0 on the other side */
    double vs30[KR_GMM_BATCH];
    double epistemic[KR_GMM_BATCH];
} shared;

static void fill_shared(shared *sh, double epistemic, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict backarc = batch->col[KR_COL_BACKARC];
    const double log10_e = 1.0 / ln_10;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rrup[i], uncertain = 0.15 + 0.0007 * r;
        double behind = backarc[i] != 0.0 ? r : 0.0;
        sh->spreading[i] = -0.5 * log10_e * log(r * r + 3600.0);
        sh->backarc[i] = behind;
        sh->forearc[i] = r - behind;
        sh->vs30[i] = log10_e * log(vs30[i] / 760.0);
        sh->epistemic[i] = epistemic * (uncertain < 0.35 ? uncertain : 0.35);
    }
}

static void eval_mean(const ghofrani_atkinson_2014_row *row, double offset, size_t n,
                      const double *restrict mag, const shared *sh, double *restrict mean)
{
    const ghofrani_atkinson_2014_row c = *row;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double path = sh->spreading[i] + c.c1 * sh->forearc[i] + c.c2 * sh->backarc[i];
        double log10_y = c.a + c.b * mag[i] + path + c.c3 * sh->vs30[i] + sh->epistemic[i];
        mean[i] = ln_10 * log10_y + offset;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, v->epistemic, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        ghofrani_atkinson_2014_row c =
            ghofrani_atkinson_2014_load(gmm->rows + m * GHOFRANI_ATKINSON_2014_NCOL);
        double offset = v->cascadia ? ln_10 * c.af : 0.0;
        if (gmm->imts[m].kind != KR_IMT_PGV)
            offset += ln_cm_s2_to_g;
        eval_mean(&c, offset, n, batch->col[KR_COL_MAG], &sh, out->mean + m * out->stride);
        constant_sigma(out, m, n, ln_10 * c.tau, ln_10 * c.sigma);
    }
}

static const variant japan = {false, 0.0}, japan_upper = {false, 1.0}, japan_lower = {false, -1.0};
static const variant cascadia = {true, 0.0}, cascadia_upper = {true, 1.0},
                     cascadia_lower = {true, -1.0};

#define GHOFRANI_ATKINSON(of)                                                                      \
    .title = "Ghofrani and Atkinson (2014), Bull. Earthq. Eng. 12(2)",                             \
    .doi = "10.1007/s10518-013-9536-2", .trt = "Subduction Interface",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC),                          \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .variant = &(of), .mag_lo = 7.0, .mag_hi = 9.0, .dist_hi = 500.0,             \
    .eval = eval

KR_GMM(ghofrani_atkinson_2014) = {
    GHOFRANI_ATKINSON(japan),
    .name = "GhofraniAtkinson2014",
};

KR_GMM(ghofrani_atkinson_2014_upper) = {
    GHOFRANI_ATKINSON(japan_upper),
    .name = "GhofraniAtkinson2014Upper",
};

KR_GMM(ghofrani_atkinson_2014_lower) = {
    GHOFRANI_ATKINSON(japan_lower),
    .name = "GhofraniAtkinson2014Lower",
};

KR_GMM(ghofrani_atkinson_2014_cascadia) = {
    GHOFRANI_ATKINSON(cascadia),
    .name = "GhofraniAtkinson2014Cascadia",
};

KR_GMM(ghofrani_atkinson_2014_cascadia_upper) = {
    GHOFRANI_ATKINSON(cascadia_upper),
    .name = "GhofraniAtkinson2014CascadiaUpper",
};

KR_GMM(ghofrani_atkinson_2014_cascadia_lower) = {
    GHOFRANI_ATKINSON(cascadia_lower),
    .name = "GhofraniAtkinson2014CascadiaLower",
};
