/* Atkinson, G. M. and Macias, M. (2009). Predicted ground motions for great interface earthquakes
 * in the Cascadia subduction zone. Bull. Seism. Soc. Am. 99(3), 1552-1578.
 * doi:10.1785/0120080147
 *
 * ...NSHMP2014 is multiplied by the factors that Atkinson and Adams (2013,
 * doi:10.1139/cjce-2012-0544, table 1) give for B/C sites. Departures: none. */
#include "gmm/atkinson_macias_2009.h"
#include "can15_sinter.tab.h"

static const kr_gmm_table factor_table = KR_GMM_TABLE(can15_sinter, CAN15_SINTER);

static void eval_with(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out,
                      const double *factors)
{
    const double *mag = batch->col[KR_COL_MAG];
    size_t n = kr_gmm_padded(batch->n);
    atkinson_macias_2009_path path;

    atkinson_macias_2009_fill(&path, n, mag, batch->col[KR_COL_RRUP]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * ATKINSON_MACIAS_2009_NCOL;
        double offset = factors ? log(factors[m * CAN15_SINTER_NCOL]) : 0.0;
        atkinson_macias_2009_mean(row, offset, n, mag, &path, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, ln_10 * atkinson_macias_2009_load(row).sigma);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    eval_with(gmm, batch, out, NULL);
}

static kr_status init_factors(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &factor_table, rows);
}

static void eval_factors(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    double *const *rows = gmm->state;
    eval_with(gmm, batch, out, *rows);
}

#define ATKINSON_MACIAS                                                                            \
    .title = "Atkinson and Macias (2009), Bull. Seism. Soc. Am. 99(3)",                            \
    .doi = "10.1785/0120080147", .trt = "Subduction Interface",                                    \
    .component = KR_COMPONENT_RANDOM_HORIZONTAL, .needs = KR_BIT(MAG) | KR_BIT(RRUP),              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .table = &atkinson_macias_2009_coeffs,           \
    .mag_lo = 7.0, .mag_hi = 9.2, .dist_hi = 400.0

KR_GMM(atkinson_macias_2009) = {
    ATKINSON_MACIAS,
    .name = "AtkinsonMacias2009",
    .eval = eval,
};

KR_GMM(atkinson_macias_2009_nshmp2014) = {
    ATKINSON_MACIAS,
    .name = "AtkinsonMacias2009NSHMP2014",
    .state_size = sizeof(double *),
    .init = init_factors,
    .eval = eval_factors,
};
