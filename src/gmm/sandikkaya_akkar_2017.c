/* Sandikkaya, M. A. and Akkar, S. (2017). Cumulative absolute velocity, Arias intensity and
 * significant duration predictive models from a pan-European strong-motion dataset. Bull. Earthq.
 * Eng. 15, 1881-1898. doi:10.1007/s10518-016-0066-6
 *
 * Cumulative absolute velocity (g s) and Arias intensity (m/s). Departures: none. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "sandikkaya_akkar_2017_repi.tab.h"
#include "sandikkaya_akkar_2017_rhypo.tab.h"
#include "sandikkaya_akkar_2017_rjb.tab.h"

static const kr_gmm_table rjb_table =
    KR_GMM_TABLE(sandikkaya_akkar_2017_rjb, SANDIKKAYA_AKKAR_2017_RJB);
static const kr_gmm_table repi_table =
    KR_GMM_TABLE(sandikkaya_akkar_2017_repi, SANDIKKAYA_AKKAR_2017_REPI);
static const kr_gmm_table rhypo_table =
    KR_GMM_TABLE(sandikkaya_akkar_2017_rhypo, SANDIKKAYA_AKKAR_2017_RHYPO);

typedef sandikkaya_akkar_2017_rjb_row coeffs;

static const kr_column of_rjb = KR_COL_RJB, of_repi = KR_COL_REPI, of_rhypo = KR_COL_RHYPO;

static void eval_mean(const coeffs *row, double offset, const double *restrict dist, size_t n,
                      const kr_gmm_batch *batch, double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = mag[i] - 6.75, below = 8.5 - mag[i];
        double ln_r = 0.5 * log(dist[i] * dist[i] + c.a6 * c.a6);
        double normal = fabs(rake[i] + 90.0) < 45.0 ? c.a7 : 0.0;
        double reverse = fabs(rake[i] - 90.0) < 45.0 ? c.a8 : 0.0;
        double site = c.a9 * log((vs30[i] < 1000.0 ? vs30[i] : 1000.0) / 750.0);
        mean[i] = c.a1 + c.a2 * over + c.a3 * below * below + (c.a4 + c.a5 * over) * ln_r + normal +
                  reverse + site + offset;
    }
}

/* `variant` is the column of the distance. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const kr_column *distance = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = sandikkaya_akkar_2017_rjb_load(gmm->rows + m * SANDIKKAYA_AKKAR_2017_RJB_NCOL);
        /* cm/s to g s */
        double offset = gmm->imts[m].kind == KR_IMT_CAV ? -log(981.0) : 0.0;
        eval_mean(&c, offset, batch->col[*distance], n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.tau * c.tau + c.phi * c.phi));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

#define SANDIKKAYA_AKKAR_2017                                                                      \
    .title = "Sandikkaya and Akkar (2017), Bull. Earthq. Eng. 15",                                 \
    .doi = "10.1007/s10518-016-0066-6", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(CAV) | KR_IMT_BIT(IA),    \
    .has_tau_phi = true, .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 200.0, .eval = eval
#define SANDIKKAYA_AKKAR_2017_NEEDS (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(VS30))

KR_GMM(sandikkaya_akkar_2017_rjb) = {
    SANDIKKAYA_AKKAR_2017,
    .name = "SandikkayaAkkar2017Rjb",
    .needs = SANDIKKAYA_AKKAR_2017_NEEDS | KR_BIT(RJB),
    .table = &rjb_table,
    .variant = &of_rjb,
};

KR_GMM(sandikkaya_akkar_2017_repi) = {
    SANDIKKAYA_AKKAR_2017,
    .name = "SandikkayaAkkar2017Repi",
    .needs = SANDIKKAYA_AKKAR_2017_NEEDS | KR_BIT(REPI),
    .table = &repi_table,
    .variant = &of_repi,
};

KR_GMM(sandikkaya_akkar_2017_rhypo) = {
    SANDIKKAYA_AKKAR_2017,
    .name = "SandikkayaAkkar2017Rhyp",
    .needs = SANDIKKAYA_AKKAR_2017_NEEDS | KR_BIT(RHYPO),
    .table = &rhypo_table,
    .variant = &of_rhypo,
};
