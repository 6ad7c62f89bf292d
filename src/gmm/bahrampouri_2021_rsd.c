/* Bahrampouri, M., Rodriguez-Marek, A. and Green, R. A. (2021). Ground motion prediction equations
 * for significant duration using the KiK-net database. Earthquake Spectra 37(2), 903-920.
 * doi:10.1177/8755293020970971
 *
 * Equations 5 to 12. As in the reference, the terms and the depth z1pt0 less its usual value are
 * rounded to 4 decimals. */
#include "bahrampouri_2021_rsd_asc.tab.h"
#include "bahrampouri_2021_rsd_sinter.tab.h"
#include "bahrampouri_2021_rsd_sslab.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

_Static_assert((int)BAHRAMPOURI_2021_RSD_ASC_NCOL == (int)BAHRAMPOURI_2021_RSD_SSLAB_NCOL &&
                   (int)BAHRAMPOURI_2021_RSD_ASC_NCOL == (int)BAHRAMPOURI_2021_RSD_SINTER_NCOL,
               "the same columns");

static const kr_gmm_table asc_table =
    KR_GMM_TABLE(bahrampouri_2021_rsd_asc, BAHRAMPOURI_2021_RSD_ASC);
static const kr_gmm_table sslab_table =
    KR_GMM_TABLE(bahrampouri_2021_rsd_sslab, BAHRAMPOURI_2021_RSD_SSLAB);
static const kr_gmm_table sinter_table =
    KR_GMM_TABLE(bahrampouri_2021_rsd_sinter, BAHRAMPOURI_2021_RSD_SINTER);

typedef bahrampouri_2021_rsd_asc_row coeffs;

KR_GMM_INLINE double rounded(double x)
{
    return __builtin_rint(x * 1e4) / 1e4;
}

/* Source and path, equations 8 to 11, into `mean`. */
static void add_motion(const coeffs *row, size_t n, const kr_gmm_batch *batch,
                       double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double ln_10 = 2.302585092994046;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rv = rake[i] >= 45.0 ? 1.0 : 0.0, nm = rake[i] <= -45.0 ? 1.0 : 0.0;
        rv = rake[i] <= 135.0 ? rv : 0.0;
        nm = rake[i] >= -135.0 ? nm : 0.0;
        double m3 = rv > 0.0 ? c.m3_RS : nm > 0.0 ? c.m3_NS : c.m3_SS;
        double source = rounded(exp(ln_10 * c.m1 * (mag[i] - c.m2)) + m3);
        double slope = c.r1 + c.r2 * (mag[i] - 4.0);
        double share = (mag[i] - c.M1) / (c.M2 - c.M1);
        share = share > 0.0 ? share : 0.0;
        share = share < 1.0 ? share : 1.0;
        double beyond = rrup[i] > c.R1 ? rrup[i] - c.R1 : 0.0;
        double near = rrup[i] > c.R1 ? c.R1 : rrup[i];
        mean[i] = log(source + rounded(slope * (near + share * beyond)));
    }
}

/* Equations 5, 6 and 12. */
static void add_site(const coeffs *row, size_t n, const kr_gmm_batch *batch, double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const double v2 = 412.39 * 412.39, top = 1360.0 * 1360.0 + v2;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double usual = exp(-5.23 / 2.0 * log((vs30[i] * vs30[i] + v2) / top) - 0.9);
        double deep = rounded(z1pt0[i] - usual);
        double v = vs30[i] < 600.0 ? vs30[i] : 600.0;
        mean[i] += rounded(c.s1 * log(v / 600.0) + c.s2 * (deep < 250.0 ? deep : 250.0) + c.s3);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = bahrampouri_2021_rsd_asc_load(gmm->rows + m * BAHRAMPOURI_2021_RSD_ASC_NCOL);
        add_motion(&c, n, batch, out->mean + m * out->stride);
        add_site(&c, n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sig);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n,
                    sqrt(c.phi_ss * c.phi_ss + c.phi_s2s * c.phi_s2s));
    }
}

#define BAHRAMPOURI                                                                                \
    .title = "Bahrampouri, Rodriguez-Marek and Green (2021), Earthquake Spectra 37(2)",            \
    .doi = "10.1177/8755293020970971", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,               \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(Z1PT0),             \
    .measures = KR_IMT_BIT(RSD575) | KR_IMT_BIT(RSD595), .has_tau_phi = true, .own_total = true,   \
    .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0, .eval = eval

KR_GMM(bahrampouri_2021_rsd_asc) = {
    BAHRAMPOURI,
    .name = "BahrampouriEtAldm2021Asc",
    .trt = "Active Shallow Crust",
    .table = &asc_table,
};

KR_GMM(bahrampouri_2021_rsd_sslab) = {
    BAHRAMPOURI,
    .name = "BahrampouriEtAldm2021SSlab",
    .trt = "Subduction IntraSlab",
    .table = &sslab_table,
};

KR_GMM(bahrampouri_2021_rsd_sinter) = {
    BAHRAMPOURI,
    .name = "BahrampouriEtAldm2021SInter",
    .trt = "Subduction Interface",
    .table = &sinter_table,
};
