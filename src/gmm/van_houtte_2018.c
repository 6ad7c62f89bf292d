/* Van Houtte, C., Bannister, S., Holden, C., Bourguignon, S. and McVerry, G. (2018). An empirical
 * model for Fourier amplitude spectra and significant duration in New Zealand. Bull. Seism. Soc.
 * Am. 108(2). doi:10.1785/0120170076
 *
 * The significant duration only. Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "van_houtte_2018.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(van_houtte_2018, VAN_HOUTTE_2018);

static void eval_mean(const van_houtte_2018_row *row, size_t n, const kr_gmm_batch *batch,
                      double *restrict mean)
{
    const van_houtte_2018_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double bend = 100.0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = mag[i] - 6.0, h = exp(c.b4 + c.b5 * x), h2 = h * h;
        double near = rrup[i] < bend ? rrup[i] : bend, far = rrup[i] > bend ? rrup[i] : bend;
        double path = 0.5 * c.b3 * log(near * near + h2) +
                      0.5 * c.b6 * log((far * far + h2) / (bend * bend + h2));
        mean[i] = c.b0 + c.b1 * x + c.b2 * x * x + path + c.b7 * log(vs30[i] / 1000.0);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        van_houtte_2018_row c = van_houtte_2018_load(gmm->rows + m * VAN_HOUTTE_2018_NCOL);
        eval_mean(&c, n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.tau * c.tau + c.phi * c.phi));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

KR_GMM(van_houtte_2018_rsd) = {
    .name = "VanHoutteEtAl2018RSD",
    .title = "Van Houtte et al. (2018), Bull. Seism. Soc. Am. 108(2)",
    .doi = "10.1785/0120170076",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(RSD575),
    .has_tau_phi = true,
    .table = &table,
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 400.0,
    .eval = eval,
};
