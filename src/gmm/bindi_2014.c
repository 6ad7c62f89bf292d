/* Bindi, D., Massa, M., Luzi, L., Ameri, G., Pacor, F., Puglia, R. and Augliera, P. (2014).
 * Pan-European ground-motion prediction equations for the average horizontal component of PGA, PGV,
 * and 5 %-damped PSA at spectral periods up to 3.0 s using the RESORCE dataset. Bull. Earthq. Eng.
 * 12(1), 391-430. doi:10.1007/s10518-013-9525-5
 *
 * The coefficients are those of the electronic supplement, which the erratum leaves. ...scaled is
 * for the larger of two components. Departures: none. */
#include "bindi_2014_rhyp.tab.h"
#include "bindi_2014_rhyp_ec8.tab.h"
#include "bindi_2014_rhyp_ec8_scaled.tab.h"
#include "bindi_2014_rjb.tab.h"
#include "bindi_2014_rjb_ec8.tab.h"
#include "gmm/hinged_form.h"
#include "gmm/median_factor.h"

_Static_assert((int)BINDI_2014_RJB_NCOL == (int)BINDI_2014_RHYP_NCOL, "the same columns");
_Static_assert((int)BINDI_2014_RJB_EC8_NCOL == (int)BINDI_2014_RHYP_EC8_NCOL, "the same columns");
_Static_assert((int)BINDI_2014_RJB_EC8_NCOL == (int)BINDI_2014_RHYP_EC8_SCALED_NCOL,
               "the same columns");

static const kr_gmm_table rjb_table = KR_GMM_TABLE(bindi_2014_rjb, BINDI_2014_RJB);
static const kr_gmm_table rhyp_table = KR_GMM_TABLE(bindi_2014_rhyp, BINDI_2014_RHYP);
static const kr_gmm_table rjb_ec8_table = KR_GMM_TABLE(bindi_2014_rjb_ec8, BINDI_2014_RJB_EC8);
static const kr_gmm_table rhyp_ec8_table = KR_GMM_TABLE(bindi_2014_rhyp_ec8, BINDI_2014_RHYP_EC8);
static const kr_gmm_table scaled_table =
    KR_GMM_TABLE(bindi_2014_rhyp_ec8_scaled, BINDI_2014_RHYP_EC8_SCALED);

typedef struct variant {
    kr_column distance;
    bool ec8;     /* site classes in place of vs30 */
    bool unknown; /* the style of faulting */
} variant;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    return median_factor_ln(ctx, gmm, gmm->state);
}

/* Equations 1 to 5. */
static hinged coeffs_vs30(const double *row)
{
    bindi_2014_rjb_row c = bindi_2014_rjb_load(row);
    return (hinged){.constant = c.e1,
                    .mag_hinge = 6.75,
                    .below1 = c.b1,
                    .below2 = c.b2,
                    .above1 = c.b3,
                    .slope = c.c1,
                    .slope_by_mag = c.c2,
                    .mag_ref = 5.5,
                    .by_km = -c.c3,
                    .depth = c.h,
                    .by_ln_site = c.gamma,
                    .normal = c.sofN,
                    .reverse = c.sofR,
                    .slip = c.sofS,
                    .tau = c.tau,
                    .phi = c.phi,
                    .sigma = c.sigma};
}

static hinged coeffs_ec8(const double *row)
{
    bindi_2014_rjb_ec8_row c = bindi_2014_rjb_ec8_load(row);
    return (hinged){.constant = c.e1,
                    .mag_hinge = 6.75,
                    .below1 = c.b1,
                    .below2 = c.b2,
                    .above1 = c.b3,
                    .slope = c.c1,
                    .slope_by_mag = c.c2,
                    .mag_ref = 5.5,
                    .by_km = -c.c3,
                    .depth = c.h,
                    .normal = c.sofN,
                    .reverse = c.sofR,
                    .slip = c.sofS,
                    .of_class = {0.0, c.eB, c.eC, c.eD},
                    .tau = c.tau,
                    .phi = c.phi,
                    .sigma = c.sigma};
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    const double *ln_factor = gmm->state, *vs30 = batch->col[KR_COL_VS30];
    size_t n = kr_gmm_padded(batch->n), ncol = gmm->cls->table->ncol;
    hinged_shared sh;

    hinged_begin(&sh, n, batch, v->distance);
    if (!v->unknown)
        hinged_styles(&sh, n, batch->col[KR_COL_RAKE]);
    if (v->ec8)
        hinged_ec8(&sh, n, vs30);
    else
        hinged_vs30(&sh, n, INFINITY, 800.0, vs30);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * ncol;
        hinged c =
            hinged_log10(v->ec8 ? coeffs_ec8(row) : coeffs_vs30(row), hinged_earth(&gmm->imts[m]));
        c.constant += *ln_factor;
        hinged_eval(&c, m, n, &sh, out);
    }
}

static const variant rjb = {KR_COL_RJB, false, false}, rhyp = {KR_COL_RHYPO, false, false};
static const variant rjb_ec8 = {KR_COL_RJB, true, false}, rhyp_ec8 = {KR_COL_RHYPO, true, false};
static const variant rjb_ec8_no_sof = {KR_COL_RJB, true, true};
static const variant rhyp_ec8_no_sof = {KR_COL_RHYPO, true, true};

#define BINDI_2014                                                                                 \
    .title = "Bindi, Massa, Luzi, Ameri, Pacor and others (2014), Bull. Earthq. Eng. 12(1)",       \
    .doi = "10.1007/s10518-013-9525-5", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .params = median_factor_params, .state_size = sizeof(double), .mag_lo = 4.0, .mag_hi = 7.6,    \
    .dist_hi = 300.0, .init = init, .eval = eval
#define BINDI_2014_NEEDS (KR_BIT(MAG) | KR_BIT(VS30))

KR_GMM(bindi_2014_rjb) = {
    BINDI_2014,
    .name = "BindiEtAl2014Rjb",
    .needs = BINDI_2014_NEEDS | KR_BIT(RAKE) | KR_BIT(RJB),
    .table = &rjb_table,
    .variant = &rjb,
};

KR_GMM(bindi_2014_rhyp) = {
    BINDI_2014,
    .name = "BindiEtAl2014Rhyp",
    .needs = BINDI_2014_NEEDS | KR_BIT(RAKE) | KR_BIT(RHYPO),
    .table = &rhyp_table,
    .variant = &rhyp,
};

KR_GMM(bindi_2014_rjb_ec8) = {
    BINDI_2014,
    .name = "BindiEtAl2014RjbEC8",
    .needs = BINDI_2014_NEEDS | KR_BIT(RAKE) | KR_BIT(RJB),
    .table = &rjb_ec8_table,
    .variant = &rjb_ec8,
};

KR_GMM(bindi_2014_rjb_ec8_no_sof) = {
    BINDI_2014,
    .name = "BindiEtAl2014RjbEC8NoSOF",
    .needs = BINDI_2014_NEEDS | KR_BIT(RJB),
    .table = &rjb_ec8_table,
    .variant = &rjb_ec8_no_sof,
};

KR_GMM(bindi_2014_rhyp_ec8) = {
    BINDI_2014,
    .name = "BindiEtAl2014RhypEC8",
    .needs = BINDI_2014_NEEDS | KR_BIT(RAKE) | KR_BIT(RHYPO),
    .table = &rhyp_ec8_table,
    .variant = &rhyp_ec8,
};

KR_GMM(bindi_2014_rhyp_ec8_no_sof) = {
    BINDI_2014,
    .name = "BindiEtAl2014RhypEC8NoSOF",
    .needs = BINDI_2014_NEEDS | KR_BIT(RHYPO),
    .table = &rhyp_ec8_table,
    .variant = &rhyp_ec8_no_sof,
};

KR_GMM(bindi_2014_rhyp_ec8_scaled) = {
    BINDI_2014,
    .name = "BindiEtAl2014RhypEC8scaled",
    .needs = BINDI_2014_NEEDS | KR_BIT(RAKE) | KR_BIT(RHYPO),
    .table = &scaled_table,
    .variant = &rhyp_ec8,
};
