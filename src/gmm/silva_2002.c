/* Silva, W., Gregor, N. and Darragh, R. (2002). Development of regional hard rock attenuation
 * relations for central and eastern North America. Pacific Engineering and Analysis, El Cerrito (no
 * DOI).
 *
 * Departures: none in ...SingleCornerSaturation and ...DoubleCornerSaturation. ...NSHMP2008 have
 * the coefficients for vs30 = 760 m/s, the magnitude conversions and the limits of the U.S. maps of
 * 2008 (magnitude_mblg.h). */
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"
#include "silva_2002.tab.h"
#include "silva_2002_double.tab.h"
#include "silva_2002_single.tab.h"

_Static_assert((int)SILVA_2002_NCOL == (int)SILVA_2002_SINGLE_NCOL, "the same columns");
_Static_assert((int)SILVA_2002_NCOL == (int)SILVA_2002_DOUBLE_NCOL, "the same columns");

static const kr_gmm_table maps_table = KR_GMM_TABLE(silva_2002, SILVA_2002);
static const kr_gmm_table single_table = KR_GMM_TABLE(silva_2002_single, SILVA_2002_SINGLE);
static const kr_gmm_table double_table = KR_GMM_TABLE(silva_2002_double, SILVA_2002_DOUBLE);

typedef struct variant {
    mblg_kind kind;
    bool limited; /* medians of the maps */
} variant;

static void eval_mean(const silva_2002_row *row, size_t n, const double *restrict mag,
                      const double *restrict rjb, double *restrict mean)
{
    const silva_2002_row c = *row;
    const double near = exp(c.c4);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = mag[i] - 6.0;
        mean[i] =
            c.c1 + c.c2 * mag[i] + c.c10 * (d * d) + (c.c6 + c.c7 * mag[i]) * log(rjb[i] + near);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double mag[KR_GMM_BATCH];

    mblg_convert(v->kind, n, batch->col[KR_COL_MAG], mag);
    for (size_t m = 0; m < gmm->nimts; m++) {
        silva_2002_row c = silva_2002_load(gmm->rows + m * SILVA_2002_NCOL);
        double *mean = out->mean + m * out->stride;
        eval_mean(&c, n, mag, batch->col[KR_COL_RJB], mean);
        if (v->limited)
            mblg_limit(&gmm->imts[m], n, mean);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

static const variant hard_rock = {MBLG_NONE, false};
static const variant maps_ab87 = {MBLG_ATKINSON_BOORE_87, true};
static const variant maps_j96 = {MBLG_JOHNSTON_96, true};
static const variant maps_mw = {MBLG_NONE, true};

#define SILVA_2002                                                                                 \
    .title = "Silva, Gregor and Darragh (2002), Pacific Engineering and Analysis (no DOI)",        \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RJB), .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),              \
    .mag_lo = 4.5, .mag_hi = 8.5, .dist_hi = 1000.0, .eval = eval

KR_GMM(silva_2002_mblg_ab1987_nshmp2008) = {
    SILVA_2002,
    .name = "SilvaEtAl2002MblgAB1987NSHMP2008",
    .table = &maps_table,
    .variant = &maps_ab87,
};

KR_GMM(silva_2002_mblg_j1996_nshmp2008) = {
    SILVA_2002,
    .name = "SilvaEtAl2002MblgJ1996NSHMP2008",
    .table = &maps_table,
    .variant = &maps_j96,
};

KR_GMM(silva_2002_mw_nshmp2008) = {
    SILVA_2002,
    .name = "SilvaEtAl2002MwNSHMP2008",
    .table = &maps_table,
    .variant = &maps_mw,
};

KR_GMM(silva_2002_single) = {
    SILVA_2002,
    .name = "SilvaEtAl2002SingleCornerSaturation",
    .table = &single_table,
    .variant = &hard_rock,
};

KR_GMM(silva_2002_double) = {
    SILVA_2002,
    .name = "SilvaEtAl2002DoubleCornerSaturation",
    .table = &double_table,
    .variant = &hard_rock,
};
