/* Jaimes, M. A. and Garcia-Soto, A. D. (2020). Updated ground motion prediction model for Mexican
 * intermediate-depth intraslab earthquakes including V/H ratios. Earthquake Spectra 36(3),
 * 1298-1330. doi:10.1177/8755293019899947
 *
 * Departures: the distance is that to the rupture above M 6.5 and that to the hypocentre up to it.
 * The ratio is that of the median in natural logarithms. vs30 is asked for, as in OpenQuake 3.21,
 * though nothing depends on it. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "jaimes_2020.tab.h"
#include "jaimes_2020_ratio.tab.h"
#include "jaimes_2020_vertical.tab.h"
#include "num/vmath.h"

_Static_assert((int)JAIMES_2020_NCOL == (int)JAIMES_2020_VERTICAL_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(jaimes_2020, JAIMES_2020);
static const kr_gmm_table vertical_table = KR_GMM_TABLE(jaimes_2020_vertical, JAIMES_2020_VERTICAL);
static const kr_gmm_table ratio_table = KR_GMM_TABLE(jaimes_2020_ratio, JAIMES_2020_RATIO);

/* What all measures share. */
typedef struct shared {
    double r[KR_GMM_BATCH], ln_r[KR_GMM_BATCH]; /* equation 2, km */
    double depth[KR_GMM_BATCH];                 /* at most 75 km, less 50 km */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = mag[i] > 6.5 ? rrup[i] : rhypo[i];
        double delta = 0.0075 * exp(ln_10 * 0.507 * mag[i]), square = r * r + delta * delta;
        sh->r[i] = sqrt(square);
        sh->ln_r[i] = 0.5 * log(square);
        sh->depth[i] = (depth[i] < 75.0 ? depth[i] : 75.0) - 50.0;
    }
}

/* Equation 1. */
static void eval_mean(const jaimes_2020_row *row, double ln_unit, size_t n,
                      const double *restrict mag, const shared *sh, double *restrict mean)
{
    const jaimes_2020_row c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = c.c1 + c.c2 * mag[i] + c.c3 * sh->ln_r[i] + c.c4 * sh->r[i] +
                  c.c5 * sh->depth[i] + ln_unit;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const jaimes_2020_row c = jaimes_2020_load(gmm->rows + m * JAIMES_2020_NCOL);
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_cm_s2_to_g;
        eval_mean(&c, ln_unit, n, batch->col[KR_COL_MAG], &sh, out->mean + m * out->stride);
        constant_sigma(out, m, n, c.s_b, c.s_w);
        constant_total(out, m, n, c.s_t);
    }
}

/* Equations 5b and 5c: the deviation of a difference. */
static double difference(double v, double h, double rho)
{
    return sqrt(v * v + h * h - 2.0 * rho * v * h);
}

/* Equation 4. */
static void eval_ratio(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const jaimes_2020_ratio_row c =
            jaimes_2020_ratio_load(gmm->rows + m * JAIMES_2020_RATIO_NCOL);
        double *restrict mean = out->mean + m * out->stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] = c.c1 + c.c2 * mag[i] + c.c3 * sh.r[i];
        constant_sigma(out, m, n, difference(c.sv_b, c.sh_b, c.rho_b),
                       difference(c.sv_w, c.sh_w, c.rho_w));
    }
}

#define JAIMES_2020                                                                                \
    .title = "Jaimes and Garcia-Soto (2020), Earthquake Spectra 36(3)",                            \
    .doi = "10.1177/8755293019899947", .trt = "Subduction IntraSlab",                              \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(RHYPO) | KR_BIT(VS30),       \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 5.0, .mag_hi = 8.2, .dist_hi = 400.0

KR_GMM(jaimes_2020_sslab) = {
    JAIMES_2020,
    .name = "JaimesEtAl2020SSlab",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .own_total = true,
    .table = &table,
    .eval = eval,
};

KR_GMM(jaimes_2020_sslab_vert) = {
    JAIMES_2020,       .name = "JaimesEtAl2020SSlabVert", .component = KR_COMPONENT_VERTICAL,
    .own_total = true, .table = &vertical_table,          .eval = eval,
};

KR_GMM(jaimes_2020_sslab_ratio) = {
    JAIMES_2020,
    .name = "JaimesEtAl2020SSlabVHratio",
    .component = KR_COMPONENT_VERTICAL_TO_HORIZONTAL,
    .table = &ratio_table,
    .eval = eval_ratio,
};
