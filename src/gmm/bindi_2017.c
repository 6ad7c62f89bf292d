/* Bindi, D., Cotton, F., Kotha, S. R., Bosse, C., Stromeyer, D. and Gruenthal, G. (2017).
 * Application-driven ground motion prediction equation for seismic hazard assessments in
 * non-cratonic moderate-seismicity areas. J. Seismol. 21(5), 1201-1218.
 * doi:10.1007/s10950-017-9661-5
 *
 * Departures: none. */
#include "bindi_2017_rhypo.tab.h"
#include "bindi_2017_rjb.tab.h"
#include "gmm/hinged_form.h"
#include "gmm/median_factor.h"

static const kr_gmm_table rjb_table = KR_GMM_TABLE(bindi_2017_rjb, BINDI_2017_RJB);
static const kr_gmm_table rhypo_table = KR_GMM_TABLE(bindi_2017_rhypo, BINDI_2017_RHYPO);

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    return median_factor_ln(ctx, gmm, gmm->state);
}

/* Equations 2 to 5. The magnitudes below the hinge are taken from mag_ref on. */
static hinged coeffs_of(double e1, double b1, double b2, double b3)
{
    const double hinge = 6.5, mag_ref = 4.5, d = hinge - mag_ref;
    return (hinged){.constant = e1 + b1 * d + b2 * d * d - log(9.80665),
                    .mag_hinge = hinge,
                    .below1 = b1 + 2.0 * b2 * d,
                    .below2 = b2,
                    .above1 = b3,
                    .mag_ref = mag_ref};
}

static hinged coeffs_rjb(const double *row)
{
    bindi_2017_rjb_row c = bindi_2017_rjb_load(row);
    hinged h = coeffs_of(c.e1, c.b1, c.b2, c.b3);
    h.slope = c.c1;
    h.slope_by_mag = c.c2;
    h.by_km = c.c3;
    h.depth = c.h;
    h.by_ln_site = c.sA;
    h.tau = c.tau;
    h.phi = c.phi;
    return h;
}

static hinged coeffs_rhypo(const double *row)
{
    bindi_2017_rhypo_row c = bindi_2017_rhypo_load(row);
    hinged h = coeffs_of(c.e1, c.b1, c.b2, c.b3);
    h.slope = c.c1;
    h.slope_by_mag = c.c2;
    h.by_km = c.c3;
    h.by_ln_site = c.sA;
    h.tau = c.tau;
    h.phi = c.phi;
    return h;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double *ln_factor = gmm->state;
    size_t n = kr_gmm_padded(batch->n), ncol = gmm->cls->table->ncol;
    bool rjb = gmm->cls->table == &rjb_table;
    hinged_shared sh;

    hinged_begin(&sh, n, batch, rjb ? KR_COL_RJB : KR_COL_RHYPO);
    hinged_vs30(&sh, n, INFINITY, 800.0, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * ncol;
        hinged c = rjb ? coeffs_rjb(row) : coeffs_rhypo(row);
        c.constant += *ln_factor;
        c.sigma = sqrt(c.tau * c.tau + c.phi * c.phi);
        hinged_eval(&c, m, n, &sh, out);
    }
}

#define BINDI_2017                                                                                 \
    .title = "Bindi, Cotton, Kotha, Bosse, Stromeyer and Gruenthal (2017), J. Seismol. 21(5)",     \
    .doi = "10.1007/s10950-017-9661-5", .trt = "Stable Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .params = median_factor_params, .state_size = sizeof(double),             \
    .mag_lo = 3.0, .mag_hi = 8.0, .dist_hi = 300.0, .init = init, .eval = eval

KR_GMM(bindi_2017_rjb) = {
    BINDI_2017,
    .name = "BindiEtAl2017Rjb",
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30),
    .table = &rjb_table,
};

KR_GMM(bindi_2017_rhypo) = {
    BINDI_2017,
    .name = "BindiEtAl2017Rhypo",
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO) | KR_BIT(VS30),
    .table = &rhypo_table,
};
