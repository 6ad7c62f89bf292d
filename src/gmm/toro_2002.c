/* Toro, G. R. (2002). Modification of the Toro et al. (1997) attenuation equations for large
 * magnitudes and short distances. Risk Engineering Inc. technical report (no DOI). Toro, G. R.,
 * Abrahamson, N. A. and Schneider, J. F. (1997). Model of strong ground motions from earthquakes in
 * central and eastern North America: best estimates and uncertainties. Seism. Res. Lett. 68(1),
 * 41-57. doi:10.1785/gssrl.68.1.41
 *
 * Departures: 3 and 4 s are not in the papers; there the logarithm of the median, with the
 * coefficients of 2 s, is divided by 0.612 and 0.559, as OpenQuake 3.21 does it (the factors were
 * meant for the median). ...SHARE adds the style of faulting and rock of SHARE
 * (share_adjustment.h). */
#include "gmm/gmm.h"
#include "gmm/share_adjustment.h"
#include "num/vmath.h"
#include "toro_2002.tab.h"
#include "toro_2002_share.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(toro_2002, TORO_2002);
static const kr_gmm_table share_table = KR_GMM_TABLE(toro_2002_share, TORO_2002_SHARE);

/* The value at x of the line from (x0, y0) to (x1, y1), constant outside. */
KR_GMM_INLINE double ramp(double x, double x0, double x1, double y0, double y1)
{
    double line = (y1 - y0) / (x1 - x0) * (x - x0) + y0;
    double low = x <= x0 ? y0 : line;
    return x >= x1 ? y1 : low;
}

/* The modified equation 3 of Toro et al. (1997), with the saturation of Toro (2002). */
static void eval_mean(const toro_2002_row *row, size_t n, const kr_gmm_batch *batch,
                      const double *restrict near, double *restrict mean)
{
    const toro_2002_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double ln_100 = 4.605170185988092;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 6.0, h = c.c7 * near[i];
        double r = sqrt(rjb[i] * rjb[i] + h * h);
        double ln_r = log(r), far = ln_r - ln_100;
        mean[i] = c.c1 + m * (c.c2 + c.c3 * m) - c.c4 * ln_r -
                  (c.c5 - c.c4) * (far > 0.0 ? far : 0.0) - c.c6 * r;
    }
}

/* Aleatory by magnitude and distance, and epistemic of the median. */
static void eval_sigma(const toro_2002_row *row, double period, size_t n, const kr_gmm_batch *batch,
                       double *restrict sigma)
{
    const toro_2002_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double e0 = period < 1.0 ? 0.36 : 0.34, e1 = period < 1.0 ? 0.07 : 0.06;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double below = ramp(mag[i], 5.0, 5.5, c.m50, c.m55);
        double above = ramp(mag[i], 5.5, 8.0, c.m55, c.m80);
        double by_mag = mag[i] < 5.5 ? below : above;
        double by_dist = ramp(rjb[i], 5.0, 20.0, c.r5, c.r20);
        double epistemic = e0 + e1 * (mag[i] - 6.0);
        sigma[i] = sqrt(by_mag * by_mag + by_dist * by_dist + epistemic * epistemic);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const double *mag = batch->col[KR_COL_MAG];
    double near[KR_GMM_BATCH]; /* Toro (2002): the growth of c7 with magnitude */

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        near[i] = exp(-1.25 + 0.227 * mag[i]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        toro_2002_row c = toro_2002_load(gmm->rows + m * TORO_2002_NCOL);
        double *mean = out->mean + m * out->stride, period = gmm->imts[m].period;
        double divisor = period == 3.0 ? 0.612 : 1.0;
        divisor = period == 4.0 ? 0.559 : divisor;
        eval_mean(&c, n, batch, near, mean);
        for (size_t i = 0; divisor < 1.0 && i < n; i++)
            mean[i] /= divisor;
        eval_sigma(&c, period, n, batch, out->sigma + m * out->stride);
    }
}

static kr_status init_share(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &share_table, rows);
}

static void eval_share(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double *const *rows = gmm->state;

    eval(gmm, batch, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        toro_2002_share_row c = toro_2002_share_load(*rows + m * TORO_2002_SHARE_NCOL);
        share_adjust(c.Frss, c.AFrock, n, batch->col[KR_COL_RAKE], out->mean + m * out->stride);
    }
}

KR_GMM(toro_2002) = {
    .name = "ToroEtAl2002",
    .title = "Toro (2002), Risk Engineering; Toro et al. (1997), Seism. Res. Lett. 68(1)",
    .doi = "10.1785/gssrl.68.1.41",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 1000.0,
    .eval = eval,
};

KR_GMM(toro_2002_share) = {
    .name = "ToroEtAl2002SHARE",
    .title = "Toro (2002) as adjusted by Drouet et al. (2012), J. Seismol. 16(3)",
    .doi = "10.1007/s10950-012-9281-z",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .state_size = sizeof(double *),
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 1000.0,
    .init = init_share,
    .eval = eval_share,
};

KR_GMM(example_a_2021) = {
    .name = "ExampleA2021",
    .title = "Toro (2002), Risk Engineering; Toro et al. (1997), Seism. Res. Lett. 68(1)",
    .doi = "10.1785/gssrl.68.1.41",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 1000.0,
    .eval = eval,
};
