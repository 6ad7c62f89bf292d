/* Toro, G. R., Abrahamson, N. A. and Schneider, J. F. (1997). Model of strong ground motions from
 * earthquakes in central and eastern North America: best estimates and uncertainties. Seism. Res.
 * Lett. 68(1), 41-57. doi:10.1785/gssrl.68.1.41
 *
 * Departures, all those of the U.S. maps of 2008: coefficients for vs30 = 760 m/s, saturation near
 * the rupture as in Toro (2002), the limits of the median (magnitude_mblg.h), the further
 * attenuation beyond 100 km by rjb itself. In ...Mblg... the saturation is that of the mean of two
 * conversions to moment magnitude. */
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"
#include "toro_1997_mblg.tab.h"
#include "toro_1997_mw.tab.h"

_Static_assert((int)TORO_1997_MBLG_NCOL == (int)TORO_1997_MW_NCOL, "the same columns");

static const kr_gmm_table mblg_table = KR_GMM_TABLE(toro_1997_mblg, TORO_1997_MBLG);
static const kr_gmm_table mw_table = KR_GMM_TABLE(toro_1997_mw, TORO_1997_MW);

/* What all measures share. */
typedef struct shared {
    double near[KR_GMM_BATCH]; /* growth of c7 with magnitude */
    double far[KR_GMM_BATCH];  /* ln(rjb / 100), at least 0 */
} shared;

static void fill_shared(shared *sh, const mblg_kind kinds[2], size_t n, const kr_gmm_batch *batch)
{
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double ln_100 = 4.605170185988092;
    double one[KR_GMM_BATCH], other[KR_GMM_BATCH];

    mblg_convert(kinds[0], n, batch->col[KR_COL_MAG], one);
    mblg_convert(kinds[1], n, batch->col[KR_COL_MAG], other);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->near[i] = exp(-1.25 + 0.227 * (0.5 * (one[i] + other[i])));
        sh->far[i] = log(rjb[i] > 100.0 ? rjb[i] : 100.0) - ln_100;
    }
}

static void eval_mean(const toro_1997_mw_row *row, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict mean)
{
    const toro_1997_mw_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 6.0, h = c.c7 * sh->near[i];
        double square = rjb[i] * rjb[i] + h * h;
        mean[i] = c.c1 + m * (c.c2 + c.c3 * m) - c.c4 * (0.5 * log(square)) - c.c6 * sqrt(square) -
                  (c.c5 - c.c4) * sh->far[i];
    }
}

/* `variant` is the two conversions of magnitude. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, gmm->cls->variant, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        toro_1997_mw_row c = toro_1997_mw_load(gmm->rows + m * TORO_1997_MW_NCOL);
        double *mean = out->mean + m * out->stride;
        eval_mean(&c, n, batch, &sh, mean);
        mblg_limit(&gmm->imts[m], n, mean);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

static const mblg_kind both[2] = {MBLG_JOHNSTON_96, MBLG_ATKINSON_BOORE_87};
static const mblg_kind none[2] = {MBLG_NONE, MBLG_NONE};

#define TORO_1997                                                                                  \
    .title = "Toro, Abrahamson and Schneider (1997), Seism. Res. Lett. 68(1)",                     \
    .doi = "10.1785/gssrl.68.1.41", .trt = "Stable Shallow Crust",                                 \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .needs = KR_BIT(MAG) | KR_BIT(RJB),              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 4.5, .mag_hi = 8.2, .dist_hi = 1000.0, \
    .eval = eval

KR_GMM(toro_1997_mblg_nshmp2008) = {
    TORO_1997,
    .name = "ToroEtAl1997MblgNSHMP2008",
    .table = &mblg_table,
    .variant = both,
};

KR_GMM(toro_1997_mw_nshmp2008) = {
    TORO_1997,
    .name = "ToroEtAl1997MwNSHMP2008",
    .table = &mw_table,
    .variant = none,
};
