/* Kotha, S. R., Bindi, D. and Cotton, F. (2016). Partially non-ergodic region specific GMPE for
 * Europe and Middle-East. Bull. Earthq. Eng. 14, 1245-1263. doi:10.1007/s10518-016-9875-x
 *
 * The general form, and those of Italy, Turkey and other regions. Departures: the total deviation
 * is that of the table. */
#include "gmm/hinged_form.h"
#include "kotha_2016.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(kotha_2016, KOTHA_2016);

typedef enum region { GENERAL, ITALY, TURKEY, OTHER } region;

static const region regions[] = {GENERAL, ITALY, TURKEY, OTHER};

/* Equations 1 to 4, in m/s2 and m/s. */
static hinged coeffs_of(const double *row, region where, const kr_imt *imt)
{
    kotha_2016_row c = kotha_2016_load(row);
    const double dc3[] = {0.0, c.Dc3IT, c.Dc3TR, c.Dc3OTH};
    const double dg1[] = {0.0, c.Dg1IT, c.Dg1TR, c.Dg1OTH};
    const double dg2[] = {0.0, c.Dg2IT, c.Dg2TR, c.Dg2OTH};
    double unit = imt->kind == KR_IMT_PGV ? log(100.0) : -log(9.80665);
    return (hinged){.constant = c.e1 + c.g1 + dg1[where] + unit,
                    .mag_hinge = 6.75,
                    .below1 = c.b1,
                    .below2 = c.b2,
                    .above1 = c.b3,
                    .slope = c.c1,
                    .slope_by_mag = c.c2,
                    .mag_ref = 5.5,
                    .by_km = c.c3 + dc3[where],
                    .depth = c.h,
                    .by_ln_site = c.g2 + dg2[where],
                    .tau = c.tau,
                    .phi = sqrt(c.phi0 * c.phi0 + c.phiS2S * c.phiS2S),
                    .sigma = c.sigma};
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const region *where = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    hinged_shared sh;

    hinged_begin(&sh, n, batch, KR_COL_RJB);
    hinged_vs30(&sh, n, INFINITY, 1.0, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(gmm->rows + m * KOTHA_2016_NCOL, *where, &gmm->imts[m]);
        hinged_eval(&c, m, n, &sh, out);
    }
}

#define KOTHA_2016(where)                                                                          \
    .title = "Kotha, Bindi and Cotton (2016), Bull. Earthq. Eng. 14",                              \
    .doi = "10.1007/s10518-016-9875-x", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30),                                             \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .variant = &regions[where], .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0,   \
    .eval = eval

KR_GMM(kotha_2016) = {
    KOTHA_2016(GENERAL),
    .name = "KothaEtAl2016",
};

KR_GMM(kotha_2016_italy) = {
    KOTHA_2016(ITALY),
    .name = "KothaEtAl2016Italy",
};

KR_GMM(kotha_2016_turkey) = {
    KOTHA_2016(TURKEY),
    .name = "KothaEtAl2016Turkey",
};

KR_GMM(kotha_2016_other) = {
    KOTHA_2016(OTHER),
    .name = "KothaEtAl2016Other",
};
