/* Afshari, K. and Stewart, J. P. (2016). Physically parameterized prediction equations for
 * significant duration in active crustal regions. Earthquake Spectra 32(4), 2057-2081.
 * doi:10.1193/063015EQS106M
 *
 * Quirk of the reference, kept: the usual depth to vs = 1 km/s is in km where z1pt0 is in m. */
#include "afshari_stewart_2016.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(afshari_stewart_2016, AFSHARI_STEWART_2016);

typedef afshari_stewart_2016_row coeffs;

typedef enum region { CALIFORNIA, JAPAN } region;

static const region california = CALIFORNIA, japan = JAPAN;

/* What all measures share. */
typedef struct shared {
    double reverse[KR_GMM_BATCH], normal[KR_GMM_BATCH]; /* 1 or 0 */
    double third_ln_moment[KR_GMM_BATCH];               /* ln(M0) / 3, dyne cm, equation 5 */
    double ln_v[KR_GMM_BATCH];                          /* ln(min(vs30, 600)) */
    double deep[KR_GMM_BATCH];                          /* equations 10 to 12, at most 200 */
} shared;

static void fill_source(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rake = batch->col[KR_COL_RAKE];
    const double ln_10 = 2.302585092994046;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rv = rake[i] >= 45.0 ? 1.0 : 0.0, nm = rake[i] <= -45.0 ? 1.0 : 0.0;
        sh->reverse[i] = rake[i] <= 135.0 ? rv : 0.0;
        sh->normal[i] = rake[i] >= -135.0 ? nm : 0.0;
        sh->third_ln_moment[i] = ln_10 / 3.0 * (1.5 * mag[i] + 16.05);
    }
}

static void fill_site(shared *sh, size_t n, region where, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const bool jpn = where == JAPAN;
    const double v = jpn ? 412.39 : 570.94, power = jpn ? -5.23 / 2.0 : -7.15 / 4.0;
    const double v2 = v * v, top2 = 1360.0 * 1360.0;
    const double over = jpn ? top2 + v2 : top2 * top2 + v2 * v2;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = vs30[i] * vs30[i];
        double sum = jpn ? square + v2 : square * square + v2 * v2;
        double deep = z1pt0[i] - 0.001 * exp(power * log(sum / over));
        sh->deep[i] = deep < 200.0 ? deep : 200.0;
        sh->ln_v[i] = log(vs30[i] < 600.0 ? vs30[i] : 600.0);
    }
}

/* Equations 3 to 11. */
static void eval_mean(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rrup = batch->col[KR_COL_RRUP];
    const double per_stress = 1.0 / (4.9e6 * 3.2), ln_vref = log(c.vref);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rv = sh->reverse[i], nm = sh->normal[i];
        double b0 = rv > 0.0 ? c.b0R : nm > 0.0 ? c.b0N : c.b0SS;
        double b1 = rv > 0.0 ? c.b1R : nm > 0.0 ? c.b1N : c.b1SS;
        double high = mag[i] > c.m2 ? mag[i] - c.m2 : 0.0;
        double low = mag[i] > c.m2 ? c.m2 : mag[i];
        double ln_stress = b1 + c.b2 * (low - 6.0) + c.b3 * high;
        double corner = per_stress * exp(sh->third_ln_moment[i] - ln_stress / 3.0);
        double source = mag[i] <= c.m1 ? b0 : corner;
        double near = rrup[i] < 10.0 ? rrup[i] : 10.0;
        double middle = rrup[i] < 50.0 ? rrup[i] : 50.0;
        double path = c.c1 * near + c.c2 * (middle - near) + c.c3 * (rrup[i] - middle);
        mean[i] = log(source + path) + c.c4 * (sh->ln_v[i] - ln_vref) + c.c5 * sh->deep[i];
    }
}

/* Equations 14 and 15. */
static void eval_sigma(const coeffs *row, size_t n, const double *restrict mag,
                       double *restrict sigma, double *tau, double *phi)
{
    const coeffs c = *row;
    double event[KR_GMM_BATCH], within[KR_GMM_BATCH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t = (mag[i] - 6.5) / 0.5, p = (mag[i] - 5.5) / 0.25;
        t = t > 0.0 ? t : 0.0;
        p = p > 0.0 ? p : 0.0;
        event[i] = c.tau1 + (c.tau2 - c.tau1) * (t < 1.0 ? t : 1.0);
        within[i] = c.phi1 + (c.phi2 - c.phi1) * (p < 1.0 ? p : 1.0);
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
    shared sh;

    fill_source(&sh, n, batch);
    fill_site(&sh, n, *(const region *)gmm->cls->variant, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = afshari_stewart_2016_load(gmm->rows + m * AFSHARI_STEWART_2016_NCOL);
        eval_mean(&c, n, batch, &sh, out->mean + m * out->stride);
        eval_sigma(&c, n, batch->col[KR_COL_MAG], out->sigma + m * out->stride,
                   kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m));
    }
}

#define AFSHARI_STEWART                                                                            \
    .title = "Afshari and Stewart (2016), Earthquake Spectra 32(4)",                               \
    .doi = "10.1193/063015EQS106M", .trt = "Active Shallow Crust",                                 \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(Z1PT0),             \
    .measures = KR_IMT_BIT(RSD575) | KR_IMT_BIT(RSD595) | KR_IMT_BIT(RSD2080),                     \
    .has_tau_phi = true, .table = &table, .mag_lo = 3.0, .mag_hi = 7.9, .dist_hi = 300.0,          \
    .eval = eval

KR_GMM(afshari_stewart_2016) = {
    AFSHARI_STEWART,
    .name = "AfshariStewart2016",
    .variant = &california,
};

KR_GMM(afshari_stewart_2016_japan) = {
    AFSHARI_STEWART,
    .name = "AfshariStewart2016Japan",
    .variant = &japan,
};
