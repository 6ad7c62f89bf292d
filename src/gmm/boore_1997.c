/* Boore, D. M., Joyner, W. B. and Fumal, T. E. (1997). Equations for estimating horizontal response
 * spectra and peak acceleration from western North American earthquakes: a summary of recent work.
 * Seism. Res. Lett. 68(1), 128-153. doi:10.1785/gssrl.68.1.128
 *
 * The deviations are those of the erratum, Boore, D. M. (2005). Seism. Res. Lett. 76(3), 368-369.
 * doi:10.1785/gssrl.76.3.368
 *
 * Departures: normal faulting has the constant of an unspecified style. ...Unspecified do not look
 * at the rake at all. ...ArbitraryHorizontal has the total deviation as published, rounded apart
 * from its parts. */
#include "boore_1997.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(boore_1997, BOORE_1997);

typedef struct variant {
    bool unspecified; /* style of faulting */
    bool arbitrary;   /* horizontal component, not the geometric mean */
} variant;

/* Faulting style as weights of its constants. */
typedef struct styles {
    double strike_slip[KR_GMM_BATCH], reverse[KR_GMM_BATCH], all[KR_GMM_BATCH];
} styles;

static void fill_styles(styles *style, bool unspecified, size_t n, const double *restrict rake)
{
    if (unspecified) {
        kr_gmm_fill(style->strike_slip, n, 0.0);
        kr_gmm_fill(style->reverse, n, 0.0);
        kr_gmm_fill(style->all, n, 1.0);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double a = fabs(rake[i]), slip = a <= 30.0 ? 1.0 : 0.0;
        double reverse = rake[i] > 30.0 ? 1.0 : 0.0;
        slip = 180.0 - a <= 30.0 ? 1.0 : slip;
        reverse = rake[i] < 150.0 ? reverse : 0.0;
        style->strike_slip[i] = slip;
        style->reverse[i] = reverse;
        style->all[i] = 1.0 - slip - reverse;
    }
}

/* Equations 1 and 2. */
static void eval_mean(const boore_1997_row *row, size_t n, const kr_gmm_batch *batch,
                      const styles *style, double *restrict mean)
{
    const boore_1997_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = mag[i] - 6.0, ln_r = 0.5 * log(rjb[i] * rjb[i] + c.h * c.h);
        mean[i] = c.B1ss * style->strike_slip[i] + c.B1rv * style->reverse[i] +
                  c.B1all * style->all[i] + d * (c.B2 + c.B3 * d) + c.B5 * ln_r +
                  c.Bv * log(vs30[i] / c.Va);
    }
}

/* Equations 4 and 5. */
static void fill_sigma(const boore_1997_row *c, bool arbitrary, size_t n, const kr_gmm_out *out)
{
    double phi = arbitrary ? c->sigma_r : c->sigma1;
    double total = sqrt(c->sigma_e * c->sigma_e + phi * phi);
    kr_gmm_fill(out->sigma, n, arbitrary ? c->sigma_tot : total);
    kr_gmm_fill(out->tau, n, c->sigma_e);
    kr_gmm_fill(out->phi, n, phi);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    styles style;

    fill_styles(&style, v->unspecified, n, batch->col[KR_COL_RAKE]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        boore_1997_row c = boore_1997_load(gmm->rows + m * BOORE_1997_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(&c, n, batch, &style, one.mean);
        fill_sigma(&c, v->arbitrary, n, &one);
    }
}

static const variant mean_styled = {false, false}, mean_any = {true, false};
static const variant arbitrary_styled = {false, true}, arbitrary_any = {true, true};

#define BOORE_1997                                                                                 \
    .title = "Boore, Joyner and Fumal (1997), Seism. Res. Lett. 68(1)",                            \
    .doi = "10.1785/gssrl.68.1.128", .trt = "Active Shallow Crust",                                \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true, .table = &table,            \
    .mag_lo = 5.0, .mag_hi = 8.0, .dist_hi = 200.0, .eval = eval
#define STYLED (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30))
#define ANY    (KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30))

KR_GMM(boore_1997_geometric_mean) = {
    BOORE_1997,
    .name = "BooreEtAl1997GeometricMean",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = STYLED,
    .variant = &mean_styled,
};

KR_GMM(boore_1997_geometric_mean_unspecified) = {
    BOORE_1997,
    .name = "BooreEtAl1997GeometricMeanUnspecified",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = ANY,
    .variant = &mean_any,
};

KR_GMM(boore_1997_arbitrary) = {
    BOORE_1997,
    .name = "BooreEtAl1997ArbitraryHorizontal",
    .component = KR_COMPONENT_HORIZONTAL,
    .needs = STYLED,
    .variant = &arbitrary_styled,
};

KR_GMM(boore_1997_arbitrary_unspecified) = {
    BOORE_1997,
    .name = "BooreEtAl1997ArbitraryHorizontalUnspecified",
    .component = KR_COMPONENT_HORIZONTAL,
    .needs = ANY,
    .variant = &arbitrary_any,
};
