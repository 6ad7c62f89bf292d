/* Manea, E. F., Cioflan, C. O. and Danciu, L. (2021). Ground-motion models for Vrancea
 * intermediate-depth earthquakes. Earthquake Spectra 38(1), 407-431.
 * doi:10.1177/87552930211032985
 *
 * Departures: backarc is 0 before the arc, 1 behind it and 2 along it. vs30 below 180 m/s has no
 * term of its class, as in OpenQuake 3.21. */
#include "gmm/gmm.h"
#include "manea_2021.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(manea_2021, MANEA_2021);

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH], ln_f0[KR_GMM_BATCH];                     /* f0 over 15 Hz */
    double rock[KR_GMM_BATCH], stiff[KR_GMM_BATCH], soft[KR_GMM_BATCH]; /* 1 or 0 */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict f0 = batch->col[KR_COL_F0];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double above_180 = vs30[i] >= 180.0 ? 1.0 : 0.0, above_360 = vs30[i] >= 360.0 ? 1.0 : 0.0;
        double f = f0[i] > 1e-9 ? f0[i] : 1e-9;
        sh->rock[i] = vs30[i] >= 800.0 ? 1.0 : 0.0;
        sh->stiff[i] = above_360 - sh->rock[i];
        sh->soft[i] = above_180 - above_360;
        sh->ln_r[i] = log(rhypo[i] > 1e-9 ? rhypo[i] : 1e-9);
        sh->ln_f0[i] = log(f / 15.0);
    }
}

static void eval_mean(const manea_2021_row *row, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict mean)
{
    const manea_2021_row c = *row;
    const double ln_unit = log(980.665);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict arc = batch->col[KR_COL_BACKARC];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double dm = mag[i] - 5.7, by_km = arc[i] == 0.0 ? c.phi7 : 0.0;
        by_km = arc[i] == 1.0 ? c.phi6 : by_km;
        by_km = arc[i] == 2.0 ? c.phi5 : by_km;
        double site = c.phi9 * sh->rock[i] + c.phi10 * sh->stiff[i] + c.phi11 * sh->soft[i] +
                      c.phi8 * sh->ln_f0[i];
        mean[i] = c.phi0 + dm * (c.phi1 + c.phi2 * dm) + c.phi3 * sh->ln_r[i] + by_km * rhypo[i] +
                  c.phi4 * depth[i] + site - ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        manea_2021_row c = manea_2021_load(gmm->rows + m * MANEA_2021_NCOL);
        eval_mean(&c, n, batch, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

KR_GMM(manea_2021) = {
    .name = "ManeaEtAl2021",
    .title = "Manea, Cioflan and Danciu (2021), Earthquake Spectra 38(1)",
    .doi = "10.1177/87552930211032985",
    .trt = "Subduction IntraSlab",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30) | KR_BIT(F0) |
             KR_BIT(BACKARC),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .table = &table,
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 500.0,
    .eval = eval,
};
