/* Pankow, K. L. and Pechmann, J. C. (2004). The SEA99 ground-motion predictive relations for
 * extensional tectonic regimes: revisions and a new peak ground velocity relation. Bull. Seism.
 * Soc. Am. 94(1), 341-348. doi:10.1785/0120030057
 *
 * Departures: rock from vs30 = 910 m/s on (exclusive), soil otherwise. Coefficients and deviations
 * as in the erratum of 2006; the deviation is that of the geometric mean. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "pankow_pechmann_2004.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(pankow_pechmann_2004, PANKOW_PECHMANN_2004);

/* Equations 5 and 6, with the logarithm of what makes g of the measure's unit. */
static void eval_mean(const pankow_pechmann_2004_row *row, double ln_unit, size_t n,
                      const kr_gmm_batch *batch, double *restrict mean)
{
    const pankow_pechmann_2004_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 6.0, lg_r = 0.5 * log(rjb[i] * rjb[i] + c.h * c.h) * M_LOG10E;
        double soil = vs30[i] > 910.0 ? 0.0 : c.b6;
        mean[i] = (c.b1 + m * (c.b2 + c.b3 * m) + c.b5 * lg_r + soil) * M_LN10 + ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        pankow_pechmann_2004_row c =
            pankow_pechmann_2004_load(gmm->rows + m * PANKOW_PECHMANN_2004_NCOL);
        /* Spectra are pseudo-velocities. */
        double ln_unit = gmm->imts[m].kind == KR_IMT_SA
                             ? log(2.0 * M_PI / (gmm->imts[m].period * 980.665))
                             : 0.0;
        eval_mean(&c, ln_unit, n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.SlZ * M_LN10);
    }
}

KR_GMM(pankow_pechmann_2004) = {
    .name = "PankowPechmann2004",
    .title = "Pankow and Pechmann (2004), Bull. Seism. Soc. Am. 94(1)",
    .doi = "10.1785/0120030057",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 7.7,
    .dist_hi = 100.0,
    .eval = eval,
};
