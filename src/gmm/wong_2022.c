/* Wong, I., Darragh, R., Smith, S., Wu, Q., Silva, W. and Kishida, T. (2022). Ground motion models
 * for shallow crustal and deep earthquakes in Hawaii and analyses of the 2018 M 6.9 Kalapana
 * sequence. Earthquake Spectra 38(1), 579-614. doi:10.1177/87552930211044521
 *
 * Departures, all as in OpenQuake 3.21: the coefficients of 185, 365 and 760 m/s hold for exactly
 * these values of vs30, those of the others for all between, and those of 428 m/s for none. PGA at
 * 530 m/s has a coefficient (C7) that cannot be right. PGV, whose deviation is not published, is
 * not given. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "wong_2022_deep.tab.h"
#include "wong_2022_shallow.tab.h"

_Static_assert((int)WONG_2022_SHALLOW_NCOL == (int)WONG_2022_DEEP_NCOL, "the same columns");

static const kr_gmm_table shallow_table = KR_GMM_TABLE(wong_2022_shallow, WONG_2022_SHALLOW);
static const kr_gmm_table deep_table = KR_GMM_TABLE(wong_2022_deep, WONG_2022_DEEP);

/* The coefficients of one vs30. */
enum { C1, C2, C4, C6, C7, C10, SIGMA, NCOEFF };

_Static_assert((int)WONG_2022_SHALLOW_NCOL == 8 * (int)NCOEFF, "eight classes of vs30");

/* C4 becomes exp(C4), in km. */
static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    (void)ctx;
    for (size_t i = C4; i < gmm->nimts * WONG_2022_SHALLOW_NCOL; i += NCOEFF)
        gmm->rows[i] = exp(gmm->rows[i]);
    return KR_OK;
}

/* Where the coefficients of the sites begin in a row. */
static void fill_from(size_t n, const double *restrict vs30, size_t *restrict from)
{
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i];
        size_t k = v < 185.0 ? 0 : v == 185.0 ? 1 : v < 365.0 ? 2 : v == 365.0 ? 3 : 4;
        if (v >= 760.0)
            k = v == 760.0 ? 5 : v < 1500.0 ? 6 : 7;
        from[i] = k * NCOEFF;
    }
}

/* Equation 1. */
static void eval_one(const double *restrict row, size_t n, const kr_gmm_batch *batch,
                     const size_t *restrict from, const kr_gmm_out *out)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    double *restrict mean = out->mean, *restrict sigma = out->sigma;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double *restrict c = row + from[i];
        double m = mag[i], d = m - 6.0;
        mean[i] = c[C1] + c[C2] * m + c[C10] * (d * d) + (c[C6] + c[C7] * m) * log(rjb[i] + c[C4]);
        sigma[i] = c[SIGMA];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n), from[KR_GMM_BATCH];

    fill_from(n, batch->col[KR_COL_VS30], from);
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride, NULL, NULL,
                          out->stride};
        eval_one(gmm->rows + m * WONG_2022_SHALLOW_NCOL, n, batch, from, &one);
    }
}

#define WONG_2022                                                                                  \
    .title = "Wong et al. (2022), Earthquake Spectra 38(1)", .doi = "10.1177/87552930211044521",   \
    .trt = "Volcanic", .component = KR_COMPONENT_HORIZONTAL,                                       \
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30),                                             \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0,  \
    .init = init, .eval = eval

KR_GMM(wong_2022_shallow) = {
    WONG_2022,
    .name = "WongEtAl2022Shallow",
    .table = &shallow_table,
};

KR_GMM(wong_2022_deep) = {
    WONG_2022,
    .name = "WongEtAl2022Deep",
    .table = &deep_table,
};
