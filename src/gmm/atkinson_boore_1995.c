/* Atkinson, G. M. and Boore, D. M. (1995). Ground-motion relations for eastern North America. Bull.
 * Seism. Soc. Am. 85(1), 17-30. doi:10.1785/BSSA0850010017
 *
 * Departures: not the tables of the paper, but the equation that the Geological Survey of Canada
 * fitted to them for its hazard maps of 2010, with a lower and an upper limit of the median.
 * Magnitudes are mbLg, converted as in Atkinson, G. M. (1993). Bull. Seism. Soc. Am. 83(6) up to
 * 5.5 and as in the U.S. maps of 2008 (magnitude_mblg.h) above. Distances below 10 km count as
 * 10 km. */
#include "atkinson_boore_1995.tab.h"
#include "atkinson_boore_1995_lower.tab.h"
#include "atkinson_boore_1995_upper.tab.h"
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"

_Static_assert((int)ATKINSON_BOORE_1995_NCOL == (int)ATKINSON_BOORE_1995_LOWER_NCOL,
               "the same columns");
_Static_assert((int)ATKINSON_BOORE_1995_NCOL == (int)ATKINSON_BOORE_1995_UPPER_NCOL,
               "the same columns");

static const kr_gmm_table best = KR_GMM_TABLE(atkinson_boore_1995, ATKINSON_BOORE_1995);
static const kr_gmm_table lower =
    KR_GMM_TABLE(atkinson_boore_1995_lower, ATKINSON_BOORE_1995_LOWER);
static const kr_gmm_table upper =
    KR_GMM_TABLE(atkinson_boore_1995_upper, ATKINSON_BOORE_1995_UPPER);

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH], rhypo[KR_GMM_BATCH];
    double near[KR_GMM_BATCH]; /* ln R, at most that of 70 km */
    double far[KR_GMM_BATCH];  /* ln(R / 130), at least 0 */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double ln_r1 = 4.248495242049359, ln_r2 = 4.867534450455582; /* ln 70, ln 130 */
    const double *restrict mblg = batch->col[KR_COL_MAG];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

    mblg_convert(MBLG_ATKINSON_BOORE_87, n, mblg, sh->mag);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rhypo[i] > 10.0 ? rhypo[i] : 10.0, ln_r = log(r), far = ln_r - ln_r2;
        double small = 0.98 * mblg[i] - 0.39;
        sh->mag[i] = mblg[i] <= 5.5 ? small : sh->mag[i];
        sh->rhypo[i] = r;
        sh->near[i] = ln_r < ln_r1 ? ln_r : ln_r1;
        sh->far[i] = far > 0.0 ? far : 0.0;
    }
}

static void eval_mean(const double *row, size_t n, const shared *sh, double *restrict mean)
{
    const atkinson_boore_1995_row c = atkinson_boore_1995_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i];
        mean[i] = c.c1 + m * (c.c2 + c.c3 * m) + (c.c4 + c.c5 * m) * sh->near[i] +
                  (c.c6 + c.c7 * m) * sh->far[i] + c.c8 * sh->rhypo[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        eval_mean(gmm->rows + m * ATKINSON_BOORE_1995_NCOL, n, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, 0.69);
    }
}

#define ATKINSON_BOORE_1995                                                                        \
    .title = "Atkinson and Boore (1995), Bull. Seism. Soc. Am. 85(1)",                             \
    .doi = "10.1785/BSSA0850010017", .trt = "Stable Shallow Crust",                                \
    .component = KR_COMPONENT_RANDOM_HORIZONTAL, .needs = KR_BIT(MAG) | KR_BIT(RHYPO),             \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 4.0, .mag_hi = 7.7, .dist_hi = 1000.0, \
    .eval = eval

KR_GMM(atkinson_boore_1995_gsc_best) = {
    ATKINSON_BOORE_1995,
    .name = "AtkinsonBoore1995GSCBest",
    .table = &best,
};

KR_GMM(atkinson_boore_1995_gsc_lower) = {
    ATKINSON_BOORE_1995,
    .name = "AtkinsonBoore1995GSCLowerLimit",
    .table = &lower,
};

KR_GMM(atkinson_boore_1995_gsc_upper) = {
    ATKINSON_BOORE_1995,
    .name = "AtkinsonBoore1995GSCUpperLimit",
    .table = &upper,
};
