/* Atkinson, G. M. (2015). Ground-motion prediction equation for small-to-moderate events at short
 * hypocentral distances, with application to induced-seismicity hazards. Bull. Seism. Soc. Am.
 * 105(2A), 981-992. doi:10.1785/0120140142
 *
 * ...AltDistSat has the effective depth of page 986, which saturates more. The published total
 * deviation is rounded apart from its parts. Departures: none. */
#include "atkinson_2015.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(atkinson_2015, ATKINSON_2015);

/* The common logarithm of the effective depth: constant and slope in magnitude. */
typedef struct depth {
    double constant, slope;
} depth;

/* What all measures share. */
typedef struct shared {
    double r[KR_GMM_BATCH], lg_r[KR_GMM_BATCH];
} shared;

/* Equation 3. */
static void fill_shared(shared *sh, const depth *h, size_t n, const double *restrict mag,
                        const double *restrict rhypo)
{
    const double constant = ln_10 * h->constant, slope = ln_10 * h->slope;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double deep = exp(constant + slope * mag[i]);
        deep = deep > 1.0 ? deep : 1.0;
        double r2 = rhypo[i] * rhypo[i] + deep * deep;
        sh->r[i] = sqrt(r2);
        sh->lg_r[i] = 0.5 * log(r2) / ln_10;
    }
}

/* Equations 1 and 2. */
static void eval_mean(const atkinson_2015_row *row, double offset, size_t n,
                      const double *restrict mag, const shared *sh, double *restrict mean)
{
    const atkinson_2015_row c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double lg =
            c.c0 + c.c1 * mag[i] + c.c2 * (mag[i] * mag[i]) + c.c3 * sh->lg_r[i] + c.c4 * sh->r[i];
        mean[i] = ln_10 * lg + offset;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double *mag = batch->col[KR_COL_MAG];
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, gmm->cls->variant, n, mag, batch->col[KR_COL_RHYPO]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        atkinson_2015_row c = atkinson_2015_load(gmm->rows + m * ATKINSON_2015_NCOL);
        double offset = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_cm_s2_to_g;
        eval_mean(&c, offset, n, mag, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, ln_10 * c.sigma);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, ln_10 * c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, ln_10 * c.phi);
    }
}

static const depth usual = {-1.72, 0.43}, alternative = {-0.28, 0.19};

#define ATKINSON_2015                                                                              \
    .title = "Atkinson (2015), Bull. Seism. Soc. Am. 105(2A)", .doi = "10.1785/0120140142",        \
    .trt = "Induced", .component = KR_COMPONENT_ROTD50, .needs = KR_BIT(MAG) | KR_BIT(RHYPO),      \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .own_total = true, .table = &table, .mag_lo = 3.0, .mag_hi = 6.5, .dist_hi = 100.0,            \
    .eval = eval

KR_GMM(atkinson_2015) = {
    ATKINSON_2015,
    .name = "Atkinson2015",
    .variant = &usual,
};

KR_GMM(atkinson_2015_alternative) = {
    ATKINSON_2015,
    .name = "Atkinson2015AltDistSat",
    .variant = &alternative,
};
