/* Drouet, S. and Cotton, F. (2015). Regional stochastic GMPEs in low-seismicity areas: scaling and
 * aleatory variability analysis. Application to the French Alps. Bull. Seism. Soc. Am. 105(4),
 * 1883-1902. doi:10.1785/0120140240
 *
 * For four distances, rock of 800 m/s and hard rock (HR) of 2000 m/s, and a stress parameter of
 * large earthquakes of 100 or 50 bar. Departures: none. */
#include "drouet_alpes_2015_repi.tab.h"
#include "drouet_alpes_2015_repi_50.tab.h"
#include "drouet_alpes_2015_repi_hr.tab.h"
#include "drouet_alpes_2015_rhyp.tab.h"
#include "drouet_alpes_2015_rhyp_50.tab.h"
#include "drouet_alpes_2015_rhyp_hr.tab.h"
#include "drouet_alpes_2015_rjb.tab.h"
#include "drouet_alpes_2015_rjb_50.tab.h"
#include "drouet_alpes_2015_rjb_hr.tab.h"
#include "drouet_alpes_2015_rjb_hr_50.tab.h"
#include "drouet_alpes_2015_rrup.tab.h"
#include "drouet_alpes_2015_rrup_50.tab.h"
#include "drouet_alpes_2015_rrup_hr.tab.h"
#include "drouet_alpes_2015_rrup_hr_50.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table repi = KR_GMM_TABLE(drouet_alpes_2015_repi, DROUET_ALPES_2015_REPI);
static const kr_gmm_table repi_hr =
    KR_GMM_TABLE(drouet_alpes_2015_repi_hr, DROUET_ALPES_2015_REPI_HR);
static const kr_gmm_table repi_50 =
    KR_GMM_TABLE(drouet_alpes_2015_repi_50, DROUET_ALPES_2015_REPI_50);
static const kr_gmm_table rhyp = KR_GMM_TABLE(drouet_alpes_2015_rhyp, DROUET_ALPES_2015_RHYP);
static const kr_gmm_table rhyp_hr =
    KR_GMM_TABLE(drouet_alpes_2015_rhyp_hr, DROUET_ALPES_2015_RHYP_HR);
static const kr_gmm_table rhyp_50 =
    KR_GMM_TABLE(drouet_alpes_2015_rhyp_50, DROUET_ALPES_2015_RHYP_50);
static const kr_gmm_table rjb = KR_GMM_TABLE(drouet_alpes_2015_rjb, DROUET_ALPES_2015_RJB);
static const kr_gmm_table rjb_hr = KR_GMM_TABLE(drouet_alpes_2015_rjb_hr, DROUET_ALPES_2015_RJB_HR);
static const kr_gmm_table rjb_hr_50 =
    KR_GMM_TABLE(drouet_alpes_2015_rjb_hr_50, DROUET_ALPES_2015_RJB_HR_50);
static const kr_gmm_table rjb_50 = KR_GMM_TABLE(drouet_alpes_2015_rjb_50, DROUET_ALPES_2015_RJB_50);
static const kr_gmm_table rrup = KR_GMM_TABLE(drouet_alpes_2015_rrup, DROUET_ALPES_2015_RRUP);
static const kr_gmm_table rrup_hr =
    KR_GMM_TABLE(drouet_alpes_2015_rrup_hr, DROUET_ALPES_2015_RRUP_HR);
static const kr_gmm_table rrup_hr_50 =
    KR_GMM_TABLE(drouet_alpes_2015_rrup_hr_50, DROUET_ALPES_2015_RRUP_HR_50);
static const kr_gmm_table rrup_50 =
    KR_GMM_TABLE(drouet_alpes_2015_rrup_50, DROUET_ALPES_2015_RRUP_50);

typedef drouet_alpes_2015_rjb_row coeffs;

static const kr_column of_rjb = KR_COL_RJB, of_rrup = KR_COL_RRUP, of_repi = KR_COL_REPI,
                       of_rhypo = KR_COL_RHYPO;

/* Equations 8 and 30. */
static void eval_mean(const coeffs *row, double ln_unit, const double *restrict mag,
                      const double *restrict dist, size_t n, double *restrict mean)
{
    const coeffs c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double below = mag[i] - 8.0, square = dist[i] * dist[i] + c.c6 * c.c6;
        double ln_r = 0.5 * log(square > 1e-12 ? square : 1e-12);
        double path = (c.c4 + c.c5 * mag[i]) * ln_r + c.c7 * dist[i];
        mean[i] = c.c1 + below * (c.c2 + c.c3 * below) + path + ln_unit;
    }
}

/* `variant` is the column of the distance. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const kr_column *distance = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = drouet_alpes_2015_rjb_load(gmm->rows + m * DROUET_ALPES_2015_RJB_NCOL);
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? log(100.0) : -log(9.80665);
        eval_mean(&c, ln_unit, batch->col[KR_COL_MAG], batch->col[*distance], n,
                  out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.sigma * c.sigma + c.tau * c.tau));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.sigma);
    }
}

#define DROUET_ALPES_2015                                                                          \
    .title = "Drouet and Cotton (2015), Bull. Seism. Soc. Am. 105(4)",                             \
    .doi = "10.1785/0120140240", .trt = "Active Shallow Crust",                                    \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 3.0, .mag_hi = 8.0, .dist_hi = 300.0, .eval = eval

KR_GMM(drouet_alpes_2015_repi) = {
    DROUET_ALPES_2015, .name = "DrouetAlpes2015Repi", .needs = KR_BIT(MAG) | KR_BIT(REPI),
    .table = &repi,    .variant = &of_repi,
};

KR_GMM(drouet_alpes_2015_repi_hr) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015RepiHR",
    .needs = KR_BIT(MAG) | KR_BIT(REPI),
    .table = &repi_hr,
    .variant = &of_repi,
};

KR_GMM(drouet_alpes_2015_repi_50) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015Repi_50bars",
    .needs = KR_BIT(MAG) | KR_BIT(REPI),
    .table = &repi_50,
    .variant = &of_repi,
};

KR_GMM(drouet_alpes_2015_rhyp) = {
    DROUET_ALPES_2015, .name = "DrouetAlpes2015Rhyp", .needs = KR_BIT(MAG) | KR_BIT(RHYPO),
    .table = &rhyp,    .variant = &of_rhypo,
};

KR_GMM(drouet_alpes_2015_rhyp_hr) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015RhypHR",
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO),
    .table = &rhyp_hr,
    .variant = &of_rhypo,
};

KR_GMM(drouet_alpes_2015_rhyp_50) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015Rhyp_50bars",
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO),
    .table = &rhyp_50,
    .variant = &of_rhypo,
};

KR_GMM(drouet_alpes_2015_rjb) = {
    DROUET_ALPES_2015, .name = "DrouetAlpes2015Rjb", .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .table = &rjb,     .variant = &of_rjb,
};

KR_GMM(drouet_alpes_2015_rjb_hr) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015RjbHR",
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .table = &rjb_hr,
    .variant = &of_rjb,
};

KR_GMM(drouet_alpes_2015_rjb_hr_50) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015RjbHR_50bars",
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .table = &rjb_hr_50,
    .variant = &of_rjb,
};

KR_GMM(drouet_alpes_2015_rjb_50) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015Rjb_50bars",
    .needs = KR_BIT(MAG) | KR_BIT(RJB),
    .table = &rjb_50,
    .variant = &of_rjb,
};

KR_GMM(drouet_alpes_2015_rrup) = {
    DROUET_ALPES_2015, .name = "DrouetAlpes2015Rrup", .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &rrup,    .variant = &of_rrup,
};

KR_GMM(drouet_alpes_2015_rrup_hr) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015RrupHR",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &rrup_hr,
    .variant = &of_rrup,
};

KR_GMM(drouet_alpes_2015_rrup_hr_50) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015RrupHR_50bars",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &rrup_hr_50,
    .variant = &of_rrup,
};

KR_GMM(drouet_alpes_2015_rrup_50) = {
    DROUET_ALPES_2015,
    .name = "DrouetAlpes2015Rrup_50bars",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &rrup_50,
    .variant = &of_rrup,
};
