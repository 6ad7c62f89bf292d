/* Garcia, D., Singh, S. K., Herraiz, M., Ordaz, M. and Pacheco, J. F. (2005). Inslab earthquakes of
 * central Mexico: peak ground-motion parameters and response spectra. Bull. Seism. Soc. Am. 95(6),
 * 2272-2282. doi:10.1785/0120050072
 *
 * Departures: the horizontal coefficients have more digits than table 2 (from the authors'
 * program); vs30 is asked for but does not count. */
#include "garcia_2005.tab.h"
#include "garcia_2005_vertical.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

_Static_assert((int)GARCIA_2005_NCOL == (int)GARCIA_2005_VERTICAL_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(garcia_2005, GARCIA_2005);
static const kr_gmm_table vertical_table = KR_GMM_TABLE(garcia_2005_vertical, GARCIA_2005_VERTICAL);

static const double ln_unit = -6.888230912967695; /* ln(0.01 / 9.80665): cm/s2 to g */

/* What all measures share. */
typedef struct shared {
    double r[KR_GMM_BATCH], ln_r[KR_GMM_BATCH];
} shared;

/* Rupture distance for large events, hypocentral distance for others. */
static void fill(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double delta = 0.0075 * exp(0.507 * M_LN10 * mag[i]);
        double r = mag[i] < 6.5 ? rhypo[i] : rrup[i], square = r * r + delta * delta;
        sh->r[i] = sqrt(square);
        sh->ln_r[i] = 0.5 * log(square);
    }
}

/* Equation 1. */
static void eval_mean(const garcia_2005_row *row, double unit, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict mean)
{
    const garcia_2005_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict hypo = batch->col[KR_COL_HYPO_DEPTH];

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = M_LN10 * (c.c1 + c.c2 * mag[i] + c.c3 * sh->r[i] + c.c5 * hypo[i]) -
                  c.c4 * sh->ln_r[i] + unit;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        garcia_2005_row c = garcia_2005_load(gmm->rows + m * GARCIA_2005_NCOL);
        double unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_unit;
        eval_mean(&c, unit, n, batch, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, M_LN10 * c.s_t);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, M_LN10 * c.s_e);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, M_LN10 * c.s_r);
    }
}

#define GARCIA_2005                                                                                \
    .title = "Garcia et al. (2005), Bull. Seism. Soc. Am. 95(6)", .doi = "10.1785/0120050072",     \
    .trt = "Subduction IntraSlab", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(RHYPO) | KR_BIT(VS30),       \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 5.0, .mag_hi = 7.5, .dist_hi = 400.0, .eval = eval

KR_GMM(garcia_2005) = {GARCIA_2005, .name = "GarciaEtAl2005SSlab", .table = &table};

KR_GMM(garcia_2005_vertical) = {
    GARCIA_2005,
    .name = "GarciaEtAl2005SSlabVert",
    .own_total = true, /* rounded apart from its parts */
    .table = &vertical_table,
};
