/* Allen, T. I. (2022). A far-field ground-motion model for the North Australian craton from
 * plate-margin earthquakes. Bull. Seism. Soc. Am. 112(2), 1041-1059. doi:10.1785/0120210191
 *
 * Departures: none. The site term has a pole at vs30 = 150 m/s. The published total deviation is
 * not that of its parts (equation 10 adds a part for PGA). */
#include "allen_2022.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(allen_2022, ALLEN_2022);

static const double by_ln10 = 0.43429448190325176; /* 1 / ln 10 */
static const double hinge = 600.0;                 /* km */

/* What all measures share. */
typedef struct shared {
    double near[KR_GMM_BATCH], far[KR_GMM_BATCH]; /* log10 of the distance below and above 600 km */
    double depth[KR_GMM_BATCH];                   /* log10 */
    double site[KR_GMM_BATCH];                    /* factor of s1, equation 6 */
} shared;

static void fill(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict hypo = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double log_hinge = by_ln10 * log(hinge), log_pole = by_ln10 * log(150.0);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double log_r = by_ln10 * log(rhypo[i]);
        double over = by_ln10 * log(vs30[i]) - log_pole, least = over < 0.0 ? -1e-12 : 1e-12;
        sh->near[i] = (log_r < log_hinge ? log_r : log_hinge) - log_hinge;
        sh->far[i] = (log_r > log_hinge ? log_r : log_hinge) - log_hinge;
        sh->depth[i] = by_ln10 * log(hypo[i] > 1e-9 ? hypo[i] : 1e-9);
        sh->site[i] = 1.0 / (fabs(over) > 1e-12 ? over : least);
    }
}

/* Equations 2 to 6. */
static void eval_mean(const allen_2022_row *row, size_t n, const double *restrict mag,
                      const shared *sh, double *restrict mean)
{
    const allen_2022_row c = *row;
    const double near = c.c3 + c.n0, at_hinge = c.c3 * by_ln10 * log(hinge);
    const double constant = c.c0 + c.d0 + c.s0 + at_hinge;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 6.0, d = sh->depth[i];
        mean[i] = constant + m * (c.c2 + c.c1 * m) + near * sh->near[i] + c.c4 * sh->far[i] +
                  d * (c.d3 + d * (c.d2 + d * c.d1)) + c.s1 * sh->site[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        allen_2022_row c = allen_2022_load(gmm->rows + m * ALLEN_2022_NCOL);
        eval_mean(&c, n, batch->col[KR_COL_MAG], &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

KR_GMM(allen_2022) = {
    .name = "Allen2022",
    .title = "Allen (2022), Bull. Seism. Soc. Am. 112(2)",
    .doi = "10.1785/0120210191",
    .trt = "Subduction IntraSlab",
    .component = KR_COMPONENT_MEDIAN_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .own_total = true,
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 1500.0,
    .eval = eval,
};
