/* Kanno, T., Narita, A., Morikawa, N., Fujiwara, H. and Fukushima, Y. (2006). A new attenuation
 * relation for strong ground motion in Japan based on recorded data. Bull. Seism. Soc. Am. 96(3),
 * 879-897. doi:10.1785/0120050138
 *
 * Departures: a distance of 0 from a deep event, which has no finite motion, is taken as 1 m. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "kanno_2006.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(kanno_2006, KANNO_2006);

typedef struct coeffs {
    double a, b, c, d, p, q, epsilon;
} coeffs;

static coeffs coeffs_of(const double *row, bool deep)
{
    const kanno_2006_row c = kanno_2006_load(row);
    if (deep)
        return (coeffs){c.a2, c.b2, c.c2, 0.0, c.p, c.q, c.epsilon2};
    return (coeffs){c.a1, c.b1, c.c1, c.d1, c.p, c.q, c.epsilon1};
}

/* Equations 5, 6, 8 and 9. */
static void eval_mean(const coeffs *row, double ln_unit, size_t n, const kr_gmm_batch *batch,
                      double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rrup[i] + c.d * exp(0.5 * ln_10 * mag[i]);
        double linear = c.c + c.q + c.a * mag[i] + c.b * rrup[i];
        mean[i] = ln_10 * linear - log(r > 1e-3 ? r : 1e-3) + c.p * log(vs30[i]) + ln_unit;
    }
}

/* `variant`: true for deep events. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const bool *deep = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = coeffs_of(gmm->rows + m * KANNO_2006_NCOL, *deep);
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_cm_s2_to_g;
        eval_mean(&c, ln_unit, n, batch, out->mean + m * out->stride);
        constant_total(out, m, n, ln_10 * c.epsilon);
    }
}

static const bool shallow = false, deep = true;

#define KANNO_2006                                                                                 \
    .title = "Kanno et al. (2006), Bull. Seism. Soc. Am. 96(3)", .doi = "10.1785/0120050138",      \
    .component = KR_COMPONENT_PEAK_SRSS, .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),       \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .table = &table,               \
    .mag_lo = 5.0, .mag_hi = 8.2, .dist_hi = 450.0, .eval = eval

KR_GMM(kanno_2006_shallow) = {
    KANNO_2006,
    .name = "Kanno2006Shallow",
    .trt = "Subduction Interface",
    .variant = &shallow,
};

KR_GMM(kanno_2006_deep) = {
    KANNO_2006,
    .name = "Kanno2006Deep",
    .trt = "Subduction IntraSlab",
    .variant = &deep,
};
