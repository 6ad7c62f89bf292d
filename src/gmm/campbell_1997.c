/* Campbell, K. W. (1997). Empirical near-source attenuation relationships for horizontal and
 * vertical components of peak ground acceleration, peak ground velocity, and pseudo-absolute
 * acceleration response spectra. Seism. Res. Lett. 68(1), 154-179. doi:10.1785/gssrl.68.1.154
 *
 * Departures: PGA only. The distance to the seismogenic part of the rupture is taken as rrup, 0 as
 * 0.001 km. Soft rock is a vs30 of 760 to 1500 m/s, hard rock from there on; normal faulting counts
 * as half reverse. */
#include "gmm/gmm.h"
#include "num/vmath.h"

/* 1 for a rake of 45 to 135 degrees, 0.5 for its opposite. */
static void fill_style(size_t n, const double *restrict rake, double *restrict style)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double reverse = rake[i] >= 45.0 ? 1.0 : 0.0, normal = rake[i] <= -45.0 ? 0.5 : 0.0;
        reverse = rake[i] <= 135.0 ? reverse : 0.0;
        normal = rake[i] >= -135.0 ? normal : 0.0;
        style[i] = reverse + normal;
    }
}

/* Equation 3. */
static void eval_mean(size_t n, const kr_gmm_batch *batch, const double *restrict style,
                      double *restrict mean)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], r = rrup[i] > 0.001 ? rrup[i] : 0.001;
        double ln_r = log(r), near = 0.149 * exp(0.647 * m);
        double soft = 0.440 - 0.171 * ln_r, hard = 0.405 - 0.222 * ln_r;
        double rock = vs30[i] >= 760.0 ? soft : 0.0;
        rock = vs30[i] >= 1500.0 ? hard : rock;
        mean[i] = -3.512 + 0.904 * m - 1.328 * (0.5 * log(r * r + near * near)) +
                  (1.125 - 0.112 * ln_r - 0.0957 * m) * style[i] + rock;
    }
}

/* The deviation by the median, from 0.068 to 0.21 g. */
static void eval_sigma(size_t n, const double *restrict mean, double *restrict sigma)
{
    const double ln_low = -2.6882475738060303, ln_high = -1.5606477482646683;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double between = 0.173 - 0.140 * mean[i];
        double weak = mean[i] < ln_low ? 0.55 : between;
        sigma[i] = mean[i] > ln_high ? 0.39 : weak;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double style[KR_GMM_BATCH];

    fill_style(n, batch->col[KR_COL_RAKE], style);
    for (size_t m = 0; m < gmm->nimts; m++) {
        eval_mean(n, batch, style, out->mean + m * out->stride);
        eval_sigma(n, out->mean + m * out->stride, out->sigma + m * out->stride);
    }
}

KR_GMM(campbell_1997) = {
    .name = "Campbell1997",
    .title = "Campbell (1997), Seism. Res. Lett. 68(1)",
    .doi = "10.1785/gssrl.68.1.154",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA),
    .mag_lo = 4.7,
    .mag_hi = 8.1,
    .dist_hi = 200.0,
    .eval = eval,
};
