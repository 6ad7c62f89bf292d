/* Pezeshk, S., Zandieh, A. and Tavakoli, B. (2011). Hybrid empirical ground-motion prediction
 * equations for eastern North America using NGA models and updated seismological parameters. Bull.
 * Seism. Soc. Am. 101(4), 1859-1870. doi:10.1785/0120100144
 *
 * Departures: none in the base model, which is for hard rock (vs30 of 2000 m/s and more).
 *
 * ...NEHRPBC is brought to the boundary of NEHRP classes B and C by the factors of Atkinson, G. M.
 * and Adams, J. (2013). Ground motion prediction equations for application to the 2015 Canadian
 * national seismic hazard maps. Can. J. Civ. Eng. 40(10), 988-998. doi:10.1139/cjce-2012-0544. As
 * in OpenQuake 3.21 the factor of PGA, which depends on distance there, is that of 20 km. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "pezeshk_2011.tab.h"
#include "pezeshk_2011_bc.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(pezeshk_2011, PEZESHK_2011);
static const kr_gmm_table bc_table = KR_GMM_TABLE(pezeshk_2011_bc, PEZESHK_2011_BC);

/* Equations 4 and 5: three stretches of attenuation, up to 70 km, to 140 km and beyond. */
static void eval_mean(const double *row, size_t n, const kr_gmm_batch *batch, double *restrict mean)
{
    const pezeshk_2011_row c = pezeshk_2011_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double lg_r1 = 1.845098040014257, lg_r2 = 2.146128035678238; /* of 70 and 140 km */

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], square = rrup[i] * rrup[i] + c.c11 * c.c11;
        double lg_r = 0.5 * log(square) * M_LOG10E;
        double near = lg_r < lg_r1 ? lg_r : lg_r1;
        double between = lg_r < lg_r2 ? lg_r : lg_r2;
        double beyond = lg_r - lg_r2;
        between = between > lg_r1 ? between - lg_r1 : 0.0;
        beyond = beyond > 0.0 ? beyond : 0.0;
        double path = (c.c4 + c.c5 * m) * near + (c.c6 + c.c7 * m) * between +
                      (c.c8 + c.c9 * m) * beyond + c.c10 * sqrt(square);
        mean[i] = (c.c1 + m * (c.c2 + c.c3 * m) + path) * M_LN10;
    }
}

/* Equations 6 and 7. */
static void eval_sigma(const double *row, size_t n, const double *restrict mag,
                       double *restrict sigma)
{
    const pezeshk_2011_row c = pezeshk_2011_load(row);
    const double regression = c.SigmaReg * c.SigmaReg;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double small = c.c12 * mag[i] + c.c13, large = c.c14 - 0.00695 * mag[i];
        double aleatory = mag[i] <= 7.0 ? small : large;
        sigma[i] = sqrt(aleatory * aleatory + regression) * M_LN10;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * PEZESHK_2011_NCOL;
        eval_mean(row, n, batch, out->mean + m * out->stride);
        eval_sigma(row, n, batch->col[KR_COL_MAG], out->sigma + m * out->stride);
    }
}

static kr_status init_bc(kr_ctx *ctx, kr_gmm *gmm)
{
    double **factors = gmm->state;
    return kr_gmm_rows(ctx, gmm, &bc_table, factors);
}

static void eval_bc(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    double *const *factors = gmm->state;
    eval(gmm, batch, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride, ln_factor = (*factors)[m] * M_LN10;
        for (size_t i = 0; i < kr_gmm_padded(batch->n); i++)
            mean[i] += ln_factor;
    }
}

#define PEZESHK_2011                                                                               \
    .title = "Pezeshk, Zandieh and Tavakoli (2011), Bull. Seism. Soc. Am. 101(4)",                 \
    .doi = "10.1785/0120100144", .trt = "Stable Shallow Crust",                                    \
    .component = KR_COMPONENT_GMROTI50, .needs = KR_BIT(MAG) | KR_BIT(RRUP),                       \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .table = &table, .mag_lo = 5.0, .mag_hi = 8.2,   \
    .dist_hi = 1000.0

KR_GMM(pezeshk_2011) = {
    PEZESHK_2011,
    .name = "PezeshkEtAl2011",
    .eval = eval,
};

KR_GMM(pezeshk_2011_nehrp_bc) = {
    PEZESHK_2011,
    .name = "PezeshkEtAl2011NEHRPBC",
    .state_size = sizeof(double *),
    .init = init_bc,
    .eval = eval_bc,
};
