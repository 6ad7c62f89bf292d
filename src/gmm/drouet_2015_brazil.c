/* Drouet, S., for Brazil (not published), by the method of: Drouet, S. and Cotton, F. (2015).
 * Regional stochastic GMPEs in low-seismicity areas: scaling and aleatory variability analysis -
 * application to the French Alps. Bull. Seism. Soc. Am. 105(4), 1883-1902. doi:10.1785/0120140240
 *
 * Departures: none. ...withDepth puts the hypocentre's depth where the other has a coefficient. */
#include "drouet_2015_brazil.tab.h"
#include "drouet_2015_brazil_depth.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

_Static_assert((int)DROUET_2015_BRAZIL_NCOL == (int)DROUET_2015_BRAZIL_DEPTH_NCOL,
               "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(drouet_2015_brazil, DROUET_2015_BRAZIL);
static const kr_gmm_table depth_table =
    KR_GMM_TABLE(drouet_2015_brazil_depth, DROUET_2015_BRAZIL_DEPTH);

static const double ln_g = 2.2830607269796044; /* ln(9.80665): m/s2 to g */
static const double ln_cm = 4.605170185988092; /* ln(100): m/s to cm/s */

/* Equation 8; `depth` is NULL or that of the hypocentre. */
static void eval_mean(const drouet_2015_brazil_row *row, double unit, size_t n,
                      const kr_gmm_batch *batch, const double *restrict depth,
                      double *restrict mean)
{
    const drouet_2015_brazil_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 8.0, square = rjb[i] * rjb[i] + depth[i] * depth[i];
        double ln_r = 0.5 * log(square > 1e-300 ? square : 1e-300);
        mean[i] =
            c.c1 + m * (c.c2 + c.c3 * m) + (c.c4 + c.c5 * mag[i]) * ln_r + c.c7 * rjb[i] + unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const bool deep = gmm->cls->table == &depth_table;
    double fixed[KR_GMM_BATCH];

    for (size_t m = 0; m < gmm->nimts; m++) {
        drouet_2015_brazil_row c = drouet_2015_brazil_load(gmm->rows + m * DROUET_2015_BRAZIL_NCOL);
        kr_gmm_fill(fixed, n, c.c6);
        eval_mean(&c, gmm->imts[m].kind == KR_IMT_PGV ? ln_cm : -ln_g, n, batch,
                  deep ? batch->col[KR_COL_HYPO_DEPTH] : fixed, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.sigma * c.sigma + c.tau * c.tau));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.sigma);
    }
}

#define DROUET_2015                                                                                \
    .title = "Drouet for Brazil, by Drouet and Cotton (2015), Bull. Seism. Soc. Am. 105(4)",       \
    .doi = "10.1785/0120140240", .trt = "Stable Shallow Crust",                                    \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 3.0, .mag_hi = 8.0, .dist_hi = 300.0, .eval = eval

KR_GMM(drouet_2015_brazil) = {
    DROUET_2015,
    .name = "DrouetBrazil2015",
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .table = &table,
};

KR_GMM(drouet_2015_brazil_depth) = {
    DROUET_2015,
    .name = "DrouetBrazil2015withDepth",
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(HYPO_DEPTH),
    .table = &depth_table,
};
