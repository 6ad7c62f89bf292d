/* Rietbrock, A., Strasser, F. and Edwards, B. (2013). A stochastic earthquake ground-motion
 * prediction model for the United Kingdom. Bull. Seism. Soc. Am. 103(1), 57-77.
 * doi:10.1785/0120110231; and its update: Rietbrock, A. and Edwards, B. (2019), SECED 2019.
 *
 * Departures: the total deviation of 2013 is that of its parts; that of 2019 is the table's. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "rietbrock_2013_by_mag.tab.h"
#include "rietbrock_2013_self_similar.tab.h"
#include "rietbrock_edwards_2019_low.tab.h"
#include "rietbrock_edwards_2019_mean.tab.h"
#include "rietbrock_edwards_2019_up.tab.h"

_Static_assert((int)RIETBROCK_2013_BY_MAG_NCOL == (int)RIETBROCK_EDWARDS_2019_UP_NCOL, "alike");

static const kr_gmm_table self_similar =
    KR_GMM_TABLE(rietbrock_2013_self_similar, RIETBROCK_2013_SELF_SIMILAR);
static const kr_gmm_table by_mag = KR_GMM_TABLE(rietbrock_2013_by_mag, RIETBROCK_2013_BY_MAG);
static const kr_gmm_table low =
    KR_GMM_TABLE(rietbrock_edwards_2019_low, RIETBROCK_EDWARDS_2019_LOW);
static const kr_gmm_table central =
    KR_GMM_TABLE(rietbrock_edwards_2019_mean, RIETBROCK_EDWARDS_2019_MEAN);
static const kr_gmm_table up = KR_GMM_TABLE(rietbrock_edwards_2019_up, RIETBROCK_EDWARDS_2019_UP);

typedef rietbrock_2013_by_mag_row coeffs;

static const double ln10 = 2.302585092994045684;
static const double r0 = 10.0, r1 = 50.0, r2 = 100.0; /* km */

/* `variant` tells whether the table has the total deviation. */
static const bool of_2013 = false, of_2019 = true;

/* Equations 10 to 12. */
static void eval_mean(const coeffs *row, double ln_unit, size_t n, const kr_gmm_batch *batch,
                      double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], square = rjb[i] * rjb[i] + c.c11 * c.c11;
        double r = sqrt(square > 1e-12 ? square : 1e-12);
        double near = log((r < r0 ? r0 : r) / r), middle = log(r < r1 ? r : r1);
        double far = log((r > r2 ? r : r2) / r2);
        near = r > r0 ? 0.0 : near;
        double path =
            (c.c4 + c.c5 * m) * near + (c.c6 + c.c7 * m) * middle + (c.c8 + c.c9 * m) * far;
        mean[i] = ln10 * (c.c1 + m * (c.c2 + c.c3 * m) + c.c10 * r) + path - ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const bool *has_total = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = rietbrock_2013_by_mag_load(gmm->rows + m * RIETBROCK_2013_BY_MAG_NCOL);
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : log(980.665);
        double total = *has_total ? c.total : sqrt(c.tau * c.tau + c.phi * c.phi);
        eval_mean(&c, ln_unit, n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, ln10 * total);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, ln10 * c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, ln10 * c.phi);
    }
}

#define COMMON                                                                                     \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RJB),                                                            \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 3.0, .mag_hi = 7.0, .dist_hi = 300.0, .eval = eval
#define RIETBROCK_2013                                                                             \
    COMMON, .title = "Rietbrock, Strasser and Edwards (2013), Bull. Seism. Soc. Am. 103(1)",       \
            .doi = "10.1785/0120110231", .variant = &of_2013
#define RIETBROCK_EDWARDS_2019                                                                     \
    COMMON, .title = "Rietbrock and Edwards (2019), SECED 2019 conference, no DOI",                \
            .variant = &of_2019

KR_GMM(rietbrock_2013_self_similar) = {
    RIETBROCK_2013,
    .name = "RietbrockEtAl2013SelfSimilar",
    .table = &self_similar,
};

KR_GMM(rietbrock_2013_by_mag) = {
    RIETBROCK_2013,
    .name = "RietbrockEtAl2013MagDependent",
    .table = &by_mag,
};

KR_GMM(rietbrock_edwards_2019_mean) = {
    RIETBROCK_EDWARDS_2019,
    .name = "RietbrockEdwards2019Mean",
    .table = &central,
};

KR_GMM(rietbrock_edwards_2019_low) = {
    RIETBROCK_EDWARDS_2019,
    .name = "RietbrockEdwards2019Low",
    .table = &low,
};

KR_GMM(rietbrock_edwards_2019_up) = {
    RIETBROCK_EDWARDS_2019,
    .name = "RietbrockEdwards2019Up",
    .table = &up,
};
