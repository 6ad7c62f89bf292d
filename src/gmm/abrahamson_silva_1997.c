/* Abrahamson, N. A. and Silva, W. J. (1997). Empirical response spectral attenuation relations for
 * shallow crustal earthquakes. Seism. Res. Lett. 68(1), 94-127. doi:10.1785/gssrl.68.1.94
 *
 * Departures: rock from vs30 = 600 m/s on, deep soil below. Reverse faulting is a rake of 45 to 135
 * degrees; as in OpenQuake 3.21 its sites are all on the hanging wall, and no others are, and
 * strike slip with a dip does not count as between them. Equation 6 has the factor M - 5.8 that the
 * paper omits. */
#include "abrahamson_silva_1997.tab.h"
#include "abrahamson_silva_1997_vertical.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

_Static_assert((int)ABRAHAMSON_SILVA_1997_NCOL == (int)ABRAHAMSON_SILVA_1997_VERTICAL_NCOL,
               "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_silva_1997, ABRAHAMSON_SILVA_1997);
static const kr_gmm_table vertical_table =
    KR_GMM_TABLE(abrahamson_silva_1997_vertical, ABRAHAMSON_SILVA_1997_VERTICAL);

typedef abrahamson_silva_1997_row coeffs;

/* What all measures share. */
typedef struct shared {
    double reverse[KR_GMM_BATCH]; /* 1 or 0 */
    double wall[KR_GMM_BATCH]; /* factor of a9: equations 8 and 9 where the faulting is reverse */
    double soil[KR_GMM_BATCH]; /* 1 or 0 */
    double pga[KR_GMM_BATCH];  /* on rock, g */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    (void)ctx;
    kr_gmm_row(gmm->cls->table, &kr_gmm_pga, gmm->state);
    return KR_OK;
}

/* x limited to 0 .. 1. */
KR_GMM_INLINE double unit(double x)
{
    double at_least = x > 0.0 ? x : 0.0;
    return at_least < 1.0 ? at_least : 1.0;
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rrup[i], reverse = rake[i] >= 45.0 ? 1.0 : 0.0;
        reverse = rake[i] <= 135.0 ? reverse : 0.0;
        double near = unit((r - 4.0) / 4.0), far = 1.0 - (r - 18.0) / 7.0;
        double by_dist = r <= 18.0 ? near : far;
        by_dist = r <= 24.0 ? by_dist : 0.0;
        sh->reverse[i] = reverse;
        sh->wall[i] = reverse * unit(mag[i] - 5.5) * by_dist;
        sh->soil[i] = vs30[i] < 600.0 ? 1.0 : 0.0;
    }
}

/* Equations 3 to 6: rock. */
static void eval_rock(const double *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict out)
{
    const coeffs c = abrahamson_silva_1997_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double cubic = c.n == 3.0 ? 1.0 : 0.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - c.c1, d = 8.5 - mag[i];
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + c.c4 * c.c4);
        double style = c.a5 + (c.a6 - c.a5) * unit((mag[i] - 5.8) / (c.c1 - 5.8));
        double curved = c.a12 * (d * d) * (cubic > 0.0 ? d : 1.0);
        out[i] = c.a1 + (m <= 0.0 ? c.a2 : c.a4) * m + curved + (c.a3 + c.a13 * m) * ln_r +
                 style * sh->reverse[i] + c.a9 * sh->wall[i];
    }
}

static void fill_pga(const kr_gmm *gmm, size_t n, const kr_gmm_batch *batch, shared *sh)
{
    eval_rock(gmm->state, n, batch, sh, sh->pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->pga[i] = exp(sh->pga[i]);
}

/* Equation 10, and the standard deviation of equation 13. */
static void finish(const double *row, size_t n, const double *restrict mag, const shared *sh,
                   const kr_gmm_out *out)
{
    const coeffs c = abrahamson_silva_1997_load(row);
    double *restrict mean = out->mean, *restrict sigma = out->sigma;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        mean[i] += sh->soil[i] * (c.a10 + c.a11 * log(sh->pga[i] + c.c5));
        sigma[i] = c.b5 - 2.0 * c.b6 * unit(0.5 * (mag[i] - 5.0));
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    fill_pga(gmm, n, batch, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * ABRAHAMSON_SILVA_1997_NCOL;
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride, NULL, NULL,
                          out->stride};
        eval_rock(row, n, batch, &sh, one.mean);
        finish(row, n, batch->col[KR_COL_MAG], &sh, &one);
    }
}

#define ABRAHAMSON_SILVA_1997                                                                      \
    .title = "Abrahamson and Silva (1997), Seism. Res. Lett. 68(1)",                               \
    .doi = "10.1785/gssrl.68.1.94", .trt = "Active Shallow Crust",                                 \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),                             \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),                                                  \
    .state_size = ABRAHAMSON_SILVA_1997_NCOL * sizeof(double), .mag_lo = 4.5, .mag_hi = 8.5,       \
    .dist_hi = 300.0, .init = init, .eval = eval

KR_GMM(abrahamson_silva_1997) = {
    ABRAHAMSON_SILVA_1997,
    .name = "AbrahamsonSilva1997",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .table = &table,
};

KR_GMM(abrahamson_silva_1997_vertical) = {
    ABRAHAMSON_SILVA_1997,
    .name = "AbrahamsonSilva1997Vertical",
    .component = KR_COMPONENT_VERTICAL,
    .table = &vertical_table,
};
