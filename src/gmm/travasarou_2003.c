/* Travasarou, T., Bray, J. D. and Abrahamson, N. A. (2003). Empirical attenuation relationship for
 * Arias intensity. Earthq. Eng. Struct. Dyn. 32(7), 1133-1155. doi:10.1002/eqe.270
 *
 * Equations 12 to 14, Arias intensity in m/s. Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "travasarou_2003.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(travasarou_2003, TRAVASAROU_2003);

static void eval_mean(const travasarou_2003_row *row, size_t n, const kr_gmm_batch *batch,
                      double *restrict mean)
{
    const travasarou_2003_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP], *restrict vs30 = batch->col[KR_COL_VS30];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = mag[i] - 6.0;
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + c.h * c.h);
        double stiff = c.s11 + c.s12 * x, soft = c.s21 + c.s22 * x;
        double site = vs30[i] < 760.0 ? stiff : 0.0;
        double nm = rake[i] >= -112.5 ? c.f1 : 0.0, rv = rake[i] >= 22.5 ? c.f2 : 0.0;
        nm = rake[i] <= -67.5 ? nm : 0.0;
        rv = rake[i] <= 157.5 ? rv : 0.0;
        mean[i] = c.c1 + c.c2 * x + c.c3 * log(mag[i] / 6.0) + c.c4 * ln_r +
                  (vs30[i] < 360.0 ? soft : site) + nm + rv;
    }
}

/* Equations 13 and 14: within events less for stronger motion. */
static void eval_sigma(size_t n, const kr_gmm_batch *batch, const double *restrict mean,
                       double *restrict sigma, double *tau, double *phi)
{
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict vs30 = batch->col[KR_COL_VS30];
    const double ln_weak = -4.3428059215206005;   /* ln(0.013) */
    const double ln_from = -4.327538449389812;    /* ln(0.0132) */
    const double ln_strong = -2.0794415416798357; /* ln(0.125) */
    double event[KR_GMM_BATCH], within[KR_GMM_BATCH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double weak = vs30[i] < 360.0 ? 0.96 : vs30[i] < 760.0 ? 1.17 : 1.18;
        double strong = vs30[i] < 360.0 ? 0.73 : vs30[i] < 760.0 ? 0.93 : 0.94;
        double between = weak - 0.106 * (mean[i] - ln_from);
        double t = 0.611 - 0.047 * (mag[i] - 4.7);
        double p = mean[i] > ln_weak ? between : weak;
        t = mag[i] < 4.7 ? 0.611 : t;
        event[i] = mag[i] > 7.6 ? 0.475 : t;
        within[i] = mean[i] >= ln_strong ? strong : p;
        sigma[i] = sqrt(event[i] * event[i] + within[i] * within[i]);
    }
    for (size_t i = 0; tau && i < n; i++)
        tau[i] = event[i];
    for (size_t i = 0; phi && i < n; i++)
        phi[i] = within[i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        travasarou_2003_row c = travasarou_2003_load(gmm->rows + m * TRAVASAROU_2003_NCOL);
        eval_mean(&c, n, batch, out->mean + m * out->stride);
        eval_sigma(n, batch, out->mean + m * out->stride, out->sigma + m * out->stride,
                   kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m));
    }
}

KR_GMM(travasarou_2003) = {
    .name = "TravasarouEtAl2003",
    .title = "Travasarou, Bray and Abrahamson (2003), Earthq. Eng. Struct. Dyn. 32(7)",
    .doi = "10.1002/eqe.270",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(IA),
    .has_tau_phi = true,
    .table = &table,
    .mag_lo = 4.7,
    .mag_hi = 7.6,
    .dist_hi = 200.0,
    .eval = eval,
};
