/* Bindi, D., Pacor, F., Luzi, L., Puglia, R., Massa, M., Ameri, G. and Paolucci, R. (2011). Ground
 * motion prediction equations derived from the Italian strong motion database. Bull. Earthq. Eng.
 * 9(6), 1899-1920. doi:10.1007/s10518-011-9313-z
 *
 * ...Ita19Low and ...Ita19Upp are the other models of the backbone ITA19: a distance from the
 * median that is quadratic in magnitude. ...scaled is for the larger of two components. Departures:
 * a vs30 of 0 is the class E of Eurocode 8. */
#include "bindi_2011.tab.h"
#include "bindi_2011_delta.tab.h"
#include "bindi_2011_scaled.tab.h"
#include "gmm/hinged_form.h"

_Static_assert((int)BINDI_2011_NCOL == (int)BINDI_2011_SCALED_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(bindi_2011, BINDI_2011);
static const kr_gmm_table scaled_table = KR_GMM_TABLE(bindi_2011_scaled, BINDI_2011_SCALED);
static const kr_gmm_table delta_table = KR_GMM_TABLE(bindi_2011_delta, BINDI_2011_DELTA);

/* `variant` is the sign of the distance from the median. */
static const double lower = -1.0, central = 0.0, upper = 1.0;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    const double *sign = gmm->cls->variant;
    double **deltas = gmm->state;
    return *sign != 0.0 ? kr_gmm_rows(ctx, gmm, &delta_table, deltas) : KR_OK;
}

static hinged coeffs_of(const double *row, const kr_imt *imt)
{
    bindi_2011_row c = bindi_2011_load(row);
    hinged h = {.constant = c.e1,
                .mag_hinge = 6.75,
                .below1 = c.b1,
                .below2 = c.b2,
                .slope = c.c1,
                .slope_by_mag = c.c2,
                .mag_ref = 5.0,
                .by_km = -c.c3,
                .depth = c.h,
                .normal = c.f1,
                .reverse = c.f2,
                .slip = c.f3,
                .of_class = {c.sA, c.sB, c.sC, c.sD, c.sE},
                .tau = c.SigmaB,
                .phi = c.SigmaW,
                .sigma = c.SigmaTot};
    return hinged_log10(h, hinged_earth(imt));
}

static void fill_class_e(hinged_shared *sh, size_t n, const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->class_of[i] = fabs(vs30[i]) < 1e-10 ? 4 : sh->class_of[i];
}

static void add_delta(const double *row, double sign, size_t n, const double *restrict mag,
                      double *restrict mean)
{
    const bindi_2011_delta_row c = bindi_2011_delta_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += sign * (c.c + mag[i] * (c.b + mag[i] * c.a));
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double *sign = gmm->cls->variant;
    double *const *deltas = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    hinged_shared sh;

    hinged_begin(&sh, n, batch, KR_COL_RJB);
    hinged_styles(&sh, n, batch->col[KR_COL_RAKE]);
    hinged_ec8(&sh, n, batch->col[KR_COL_VS30]);
    fill_class_e(&sh, n, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(gmm->rows + m * BINDI_2011_NCOL, &gmm->imts[m]);
        hinged_eval(&c, m, n, &sh, out);
        if (*sign != 0.0)
            add_delta(*deltas + m * BINDI_2011_DELTA_NCOL, *sign, n, sh.mag,
                      out->mean + m * out->stride);
    }
}

#define BINDI_2011                                                                                 \
    .title = "Bindi, Pacor, Luzi, Puglia, Massa and others (2011), Bull. Earthq. Eng. 9(6)",       \
    .doi = "10.1007/s10518-011-9313-z", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),                              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .state_size = sizeof(double *), .mag_lo = 4.0, .mag_hi = 7.5, .dist_hi = 200.0, .init = init,  \
    .eval = eval

KR_GMM(bindi_2011) = {
    BINDI_2011,
    .name = "BindiEtAl2011",
    .table = &table,
    .variant = &central,
};

KR_GMM(bindi_2011_lower) = {
    BINDI_2011,
    .name = "BindiEtAl2011Ita19Low",
    .table = &table,
    .variant = &lower,
};

KR_GMM(bindi_2011_upper) = {
    BINDI_2011,
    .name = "BindiEtAl2011Ita19Upp",
    .table = &table,
    .variant = &upper,
};

KR_GMM(bindi_2011_scaled) = {
    BINDI_2011,
    .name = "BindiEtAl2011scaled",
    .table = &scaled_table,
    .variant = &central,
};
