/* Skarlatoudis, A. A., Papazachos, C. B., Margaris, B. N., Ventouzi, C., Kalogeras, I. and EGELADOS
 * group (2013). Ground-motion prediction equations of intermediate-depth earthquakes in the
 * Hellenic arc, southern Aegean subduction area. Bull. Seism. Soc. Am. 103(3), 1952-1968.
 * doi:10.1785/0120120265
 *
 * ...scaled is for the larger of two components. Departures: none; the factor FHR falls to -0.87
 * and then steps to 1, as in OpenQuake 3.21. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "skarlatoudis_2013.tab.h"
#include "skarlatoudis_2013_scaled.tab.h"

_Static_assert((int)SKARLATOUDIS_2013_NCOL == (int)SKARLATOUDIS_2013_SCALED_NCOL, "alike");

static const kr_gmm_table table = KR_GMM_TABLE(skarlatoudis_2013, SKARLATOUDIS_2013);
static const kr_gmm_table scaled_table =
    KR_GMM_TABLE(skarlatoudis_2013_scaled, SKARLATOUDIS_2013_SCALED);

static const double ln10 = 2.302585092994045684;

/* What all measures share. */
typedef struct shared {
    double log_r[KR_GMM_BATCH];
    double fore[KR_GMM_BATCH], back[KR_GMM_BATCH]; /* 1 for deep events there, or 0 */
    double fhr[KR_GMM_BATCH];
    double stiff[KR_GMM_BATCH], soft[KR_GMM_BATCH]; /* NEHRP classes C and D: 1 or 0 */
} shared;

/* 0 up to `first` km, falling by 1 in `width` km, and 1 from `last` km on. */
KR_GMM_INLINE double ramp(double r, double first, double last, double width)
{
    double falling = r >= first ? (first - r) / width : 0.0;
    return r >= last ? 1.0 : falling;
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict backarc = batch->col[KR_COL_BACKARC];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rhypo[i], deep = depth[i] >= 100.0 ? 1.0 : 0.0;
        double behind = backarc[i] == 1.0 ? deep : 0.0;
        double upper = ramp(r, 205.0, 335.0, 150.0), lower = ramp(r, 140.0, 240.0, 100.0);
        double soft = vs30[i] < 360.0 ? 1.0 : 0.0;
        sh->log_r[i] = log(r > 1e-9 ? r : 1e-9) / ln10;
        sh->back[i] = behind;
        sh->fore[i] = deep - behind;
        sh->fhr[i] = depth[i] < 80.0 ? upper : lower;
        sh->soft[i] = soft;
        sh->stiff[i] = vs30[i] < 760.0 ? 1.0 - soft : 0.0;
    }
}

/* Equation 3. */
static void eval_mean(const skarlatoudis_2013_row *row, double ln_unit, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *restrict mean)
{
    const skarlatoudis_2013_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double source = c.c1 + c.c2 * (mag[i] - 5.5);
        double path = -1.7 * sh->log_r[i] + c.c32 * (rhypo[i] - 1.0);
        double fore = sh->fore[i] * (c.c41 + c.c42 * sh->fhr[i]);
        double back = sh->back[i] * (c.c51 + c.c52 * sh->fhr[i]);
        double site = c.c61 * sh->stiff[i] + c.c62 * sh->soft[i];
        mean[i] = ln10 * (source + path + fore + back + site) - ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        skarlatoudis_2013_row c = skarlatoudis_2013_load(gmm->rows + m * SKARLATOUDIS_2013_NCOL);
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : log(980.665);
        eval_mean(&c, ln_unit, n, batch, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, ln10 * c.epsilon);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, ln10 * c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, ln10 * c.sigma);
    }
}

#define SKARLATOUDIS_2013                                                                          \
    .title = "Skarlatoudis, Papazachos, Margaris, Ventouzi and Kalogeras (2013), BSSA 103(3)",     \
    .doi = "10.1785/0120120265", .trt = "Subduction IntraSlab", .component = KR_COMPONENT_ROTD50,  \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30) | KR_BIT(BACKARC),    \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 4.0, .mag_hi = 7.5, .dist_hi = 500.0, .eval = eval

KR_GMM(skarlatoudis_2013) = {
    SKARLATOUDIS_2013,
    .name = "SkarlatoudisEtAlSSlab2013",
    .table = &table,
};

KR_GMM(skarlatoudis_2013_scaled) = {
    SKARLATOUDIS_2013,
    .name = "SkarlatoudisEtAlSSlab2013_scaled",
    .table = &scaled_table,
};
