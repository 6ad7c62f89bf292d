/* Shahjouei, A. and Pezeshk, S. (2016). Alternative hybrid empirical ground-motion model for
 * central and eastern North America using hybrid simulations and NGA-West2 models. Bull. Seism.
 * Soc. Am. 106(2), 734-754. doi:10.1785/0120140367
 *
 * Hard rock (vs30 = 3000 m/s). The deviation is the aleatory one with that of the regression
 * (equations 4 and 5), without the parametric part, as in the reference. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "shahjouei_pezeshk_2016.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(shahjouei_pezeshk_2016, SHAHJOUEI_PEZESHK_2016);

/* Equation 3. */
static void eval_mean(const shahjouei_pezeshk_2016_row *row, size_t n, const double *restrict mag,
                      const double *restrict rjb, double *restrict mean)
{
    const shahjouei_pezeshk_2016_row c = *row;
    const double lg_60 = 1.7781512503836436, lg_2 = 0.3010299956639812;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], r2 = rjb[i] * rjb[i] + c.c11 * c.c11;
        double lg_r = 0.5 * log(r2) / ln_10;
        double near = lg_r < lg_60 ? lg_r : lg_60;
        double middle = lg_r - lg_60 < lg_2 ? lg_r - lg_60 : lg_2;
        double far = lg_r - lg_60 - lg_2;
        middle = middle > 0.0 ? middle : 0.0;
        far = far > 0.0 ? far : 0.0;
        double lg = c.c1 + c.c2 * m + c.c3 * (m * m) + (c.c4 + c.c5 * m) * near +
                    (c.c6 + c.c7 * m) * middle + (c.c8 + c.c9 * m) * far + c.c10 * sqrt(r2);
        mean[i] = ln_10 * lg;
    }
}

static void eval_sigma(const shahjouei_pezeshk_2016_row *row, double psi, size_t n,
                       const double *restrict mag, double *restrict sigma)
{
    const shahjouei_pezeshk_2016_row c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s = mag[i] <= 6.5 ? c.c12 * mag[i] + c.c13 : psi * mag[i] + c.c14;
        sigma[i] = sqrt(s * s + c.SigmaReg * c.SigmaReg);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double psi_acceleration = -6.898e-3, psi_velocity = -3.054e-5;
    const double *mag = batch->col[KR_COL_MAG];
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        shahjouei_pezeshk_2016_row c =
            shahjouei_pezeshk_2016_load(gmm->rows + m * SHAHJOUEI_PEZESHK_2016_NCOL);
        double psi = gmm->imts[m].kind == KR_IMT_PGV ? psi_velocity : psi_acceleration;
        eval_mean(&c, n, mag, batch->col[KR_COL_RJB], out->mean + m * out->stride);
        eval_sigma(&c, psi, n, mag, out->sigma + m * out->stride);
    }
}

KR_GMM(shahjouei_pezeshk_2016) = {
    .name = "ShahjoueiPezeshk2016",
    .title = "Shahjouei and Pezeshk (2016), Bull. Seism. Soc. Am. 106(2)",
    .doi = "10.1785/0120140367",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 1000.0,
    .eval = eval,
};
