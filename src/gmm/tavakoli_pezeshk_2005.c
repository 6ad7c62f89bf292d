/* Tavakoli, B. and Pezeshk, S. (2005). Empirical-stochastic ground-motion prediction for eastern
 * North America. Bull. Seism. Soc. Am. 95(6), 2283-2296. doi:10.1785/0120050030
 *
 * Departures: coefficients as the authors published them on their pages. Moment magnitudes above
 * 8.5, for which the equations have no value, count as 8.5. ...NSHMP2008 have the coefficients for
 * vs30 = 760 m/s, the magnitude conversions and the limits of the U.S. maps of 2008
 * (magnitude_mblg.h). */
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"
#include "tavakoli_pezeshk_2005.tab.h"
#include "tavakoli_pezeshk_2005_nshmp.tab.h"

_Static_assert((int)TAVAKOLI_PEZESHK_2005_NCOL == (int)TAVAKOLI_PEZESHK_2005_NSHMP_NCOL,
               "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(tavakoli_pezeshk_2005, TAVAKOLI_PEZESHK_2005);
static const kr_gmm_table maps_table =
    KR_GMM_TABLE(tavakoli_pezeshk_2005_nshmp, TAVAKOLI_PEZESHK_2005_NSHMP);

typedef struct variant {
    mblg_kind kind;
    bool limited; /* medians of the maps */
} variant;

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH];
    double under[KR_GMM_BATCH]; /* (8.5 - M)^2.5 */
    /* Equation 20: ln(R + 4.5), and ln(R / 70) and ln(R / 130), both at least 0. */
    double near[KR_GMM_BATCH], far[KR_GMM_BATCH], beyond[KR_GMM_BATCH];
} shared;

static void fill_shared(shared *sh, mblg_kind kind, size_t n, const kr_gmm_batch *batch)
{
    const double ln_r1 = 4.248495242049359, ln_r2 = 4.867534450455582; /* ln 70, ln 130 */
    const double *restrict rrup = batch->col[KR_COL_RRUP];

    mblg_convert(kind, n, batch->col[KR_COL_MAG], sh->mag);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i] < 8.5 ? sh->mag[i] : 8.5;
        double under = 8.5 - m, ln_r = log(rrup[i] > 70.0 ? rrup[i] : 70.0);
        double beyond = ln_r - ln_r2;
        sh->mag[i] = m;
        sh->under[i] = under * under * sqrt(under);
        sh->near[i] = log(rrup[i] + 4.5);
        sh->far[i] = ln_r - ln_r1;
        sh->beyond[i] = beyond > 0.0 ? beyond : 0.0;
    }
}

/* Equations 18 to 21 and 23. */
static void eval_one(const double *row, size_t n, const double *restrict rrup, const shared *sh,
                     double *restrict mean, double *restrict sigma)
{
    const tavakoli_pezeshk_2005_row c = tavakoli_pezeshk_2005_load(row);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i];
        double near = c.c5 * exp(c.c6 * m + c.c7 * sh->under[i]);
        double square = rrup[i] * rrup[i] + near * near;
        double source = c.c1 + c.c2 * m + c.c3 * sh->under[i];
        double spreading = c.c9 * sh->near[i] + c.c10 * sh->far[i] + c.c11 * sh->beyond[i];
        mean[i] = source + spreading + (c.c4 + c.c13 * m) * (0.5 * log(square)) +
                  (c.c8 + c.c12 * m) * sqrt(square);
        double with_mag = c.c14 + c.c15 * m;
        sigma[i] = m < 7.2 ? with_mag : c.c16;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, v->kind, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * TAVAKOLI_PEZESHK_2005_NCOL;
        double *mean = out->mean + m * out->stride;
        eval_one(row, n, batch->col[KR_COL_RRUP], &sh, mean, out->sigma + m * out->stride);
        if (v->limited)
            mblg_limit(&gmm->imts[m], n, mean);
    }
}

static const variant original = {MBLG_NONE, false};
static const variant maps_ab87 = {MBLG_ATKINSON_BOORE_87, true};
static const variant maps_j96 = {MBLG_JOHNSTON_96, true};
static const variant maps_mw = {MBLG_NONE, true};

#define TAVAKOLI_PEZESHK_2005                                                                      \
    .title = "Tavakoli and Pezeshk (2005), Bull. Seism. Soc. Am. 95(6)",                           \
    .doi = "10.1785/0120050030", .trt = "Stable Shallow Crust",                                    \
    .component = KR_COMPONENT_HORIZONTAL, .needs = KR_BIT(MAG) | KR_BIT(RRUP),                     \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 4.5, .mag_hi = 8.2, .dist_hi = 1000.0, \
    .eval = eval

KR_GMM(tavakoli_pezeshk_2005) = {
    TAVAKOLI_PEZESHK_2005,
    .name = "TavakoliPezeshk2005",
    .table = &table,
    .variant = &original,
};

KR_GMM(tavakoli_pezeshk_2005_mblg_ab1987_nshmp2008) = {
    TAVAKOLI_PEZESHK_2005,
    .name = "TavakoliPezeshk2005MblgAB1987NSHMP2008",
    .table = &maps_table,
    .variant = &maps_ab87,
};

KR_GMM(tavakoli_pezeshk_2005_mblg_j1996_nshmp2008) = {
    TAVAKOLI_PEZESHK_2005,
    .name = "TavakoliPezeshk2005MblgJ1996NSHMP2008",
    .table = &maps_table,
    .variant = &maps_j96,
};

KR_GMM(tavakoli_pezeshk_2005_mw_nshmp2008) = {
    TAVAKOLI_PEZESHK_2005,
    .name = "TavakoliPezeshk2005MwNSHMP2008",
    .table = &maps_table,
    .variant = &maps_mw,
};
