/* Lanzano, G. and Luzi, L. (2020). A ground motion model for volcanic areas in Italy. Bull. Earthq.
 * Eng. 18, 57-76. doi:10.1007/s10518-019-00735-9
 *
 * Shallow events of the flanks of volcanoes, and deeper tectonic ones. ...scaled is for the larger
 * of two components. Departures: none. */
#include "gmm/hinged_form.h"
#include "lanzano_luzi_2019.tab.h"
#include "lanzano_luzi_2019_scaled.tab.h"

_Static_assert((int)LANZANO_LUZI_2019_NCOL == (int)LANZANO_LUZI_2019_SCALED_NCOL,
               "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(lanzano_luzi_2019, LANZANO_LUZI_2019);
static const kr_gmm_table scaled_table =
    KR_GMM_TABLE(lanzano_luzi_2019_scaled, LANZANO_LUZI_2019_SCALED);

/* Equations 5 (deep) and 9 (shallow). */
static hinged coeffs_of(const double *row, bool deep, const kr_imt *imt)
{
    lanzano_luzi_2019_row c = lanzano_luzi_2019_load(row);
    hinged h = {.constant = c.a + (deep ? c.c3 : 0.0),
                .below1 = c.b,
                .above1 = c.b,
                .slope = deep ? c.c2 : c.c1,
                .by_km = deep ? c.c3 : 0.0,
                .depth = deep ? 5.0 : 2.0,
                .of_class = {0.0, c.sB, c.sC, c.sC},
                .tau = c.tau,
                .phi = c.phi,
                .sigma = c.sigma};
    return hinged_log10(h, hinged_earth(imt));
}

/* `variant` tells whether events are deep. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const bool *deep = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    hinged_shared sh;

    hinged_begin(&sh, n, batch, KR_COL_RHYPO);
    hinged_ec8(&sh, n, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(gmm->rows + m * LANZANO_LUZI_2019_NCOL, *deep, &gmm->imts[m]);
        hinged_eval(&c, m, n, &sh, out);
    }
}

static const bool is_shallow = false, is_deep = true;

#define LANZANO_LUZI_2019                                                                          \
    .title = "Lanzano and Luzi (2020), Bull. Earthq. Eng. 18",                                     \
    .doi = "10.1007/s10518-019-00735-9", .trt = "Volcanic",                                        \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO) | KR_BIT(VS30),                                           \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 3.0, .mag_hi = 5.5, .dist_hi = 200.0, .eval = eval

KR_GMM(lanzano_luzi_2019_shallow) = {
    LANZANO_LUZI_2019,
    .name = "LanzanoLuzi2019shallow",
    .table = &table,
    .variant = &is_shallow,
};

KR_GMM(lanzano_luzi_2019_deep) = {
    LANZANO_LUZI_2019,
    .name = "LanzanoLuzi2019deep",
    .table = &table,
    .variant = &is_deep,
};

KR_GMM(lanzano_luzi_2019_shallow_scaled) = {
    LANZANO_LUZI_2019,
    .name = "LanzanoLuzi2019shallow_scaled",
    .table = &scaled_table,
    .variant = &is_shallow,
};

KR_GMM(lanzano_luzi_2019_deep_scaled) = {
    LANZANO_LUZI_2019,
    .name = "LanzanoLuzi2019deep_scaled",
    .table = &scaled_table,
    .variant = &is_deep,
};
