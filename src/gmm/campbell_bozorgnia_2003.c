/* Campbell, K. W. and Bozorgnia, Y. (2003). Updated near-source ground-motion (attenuation)
 * relations for the horizontal and vertical components of peak ground acceleration and acceleration
 * response spectra. Bull. Seism. Soc. Am. 93(1), 314-331. doi:10.1785/0120020029
 *
 * The form of the U.S. maps for Alaska of 2007. Departures: the site is firm rock, near the source
 * half very firm soil and soft rock, half firm rock; the hanging wall (equation 8 as the erratum
 * has it) reaches to all distances rather than 5 km, so that beyond them it lowers the median, and
 * has no factor of style. */
#include "campbell_bozorgnia_2003.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(campbell_bozorgnia_2003, CAMPBELL_BOZORGNIA_2003);

typedef campbell_bozorgnia_2003_row coeffs;

/* What all measures share. */
typedef struct shared {
    double below[KR_GMM_BATCH];                         /* (8.5 - M)^2 */
    double reverse[KR_GMM_BATCH], thrust[KR_GMM_BATCH]; /* 1 or 0 */
    double wall[KR_GMM_BATCH];                          /* equations 7 to 10 without c15 */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = 8.5 - mag[i], over = mag[i] - 5.5;
        double from = rake[i] >= 22.5 ? 1.0 : 0.0;
        double up = rake[i] <= 157.5 ? from : 0.0;
        double near = dip[i] <= 70.0 ? (5.0 - rjb[i]) / 5.0 : 0.0;
        double by_mag = over < 1.0 ? over : 1.0;
        double by_rrup = rrup[i] < 8.0 ? rrup[i] / 8.0 : 1.0;
        sh->below[i] = d * d;
        sh->reverse[i] = dip[i] > 45.0 ? up : 0.0;
        sh->thrust[i] = dip[i] <= 45.0 ? up : 0.0;
        sh->wall[i] = near * by_mag * by_rrup;
    }
}

/* Equations 1 to 7, and the standard deviation of equation 11. */
static void eval_one(const double *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                     double *restrict mean, double *restrict sigma)
{
    const coeffs c = campbell_bozorgnia_2003_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double site = c.c5 + 0.5 * c.c6 + 0.5 * c.c7;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], near = site * exp(c.c8 * m + c.c9 * sh->below[i]);
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + near * near);
        mean[i] = c.c1 + c.c14 + c.c2 * m + c.c3 * sh->below[i] + c.c4 * ln_r +
                  c.c10 * sh->reverse[i] + c.c11 * sh->thrust[i] + c.c15 * sh->wall[i];
        sigma[i] = c.c16 - (m < 7.4 ? 0.07 * m : 0.518);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++)
        eval_one(gmm->rows + m * CAMPBELL_BOZORGNIA_2003_NCOL, n, batch, &sh,
                 out->mean + m * out->stride, out->sigma + m * out->stride);
}

KR_GMM(campbell_bozorgnia_2003_nshmp2007) = {
    .name = "CampbellBozorgnia2003NSHMP2007",
    .title = "Campbell and Bozorgnia (2003), Bull. Seism. Soc. Am. 93(1)",
    .doi = "10.1785/0120020029",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(RRUP) | KR_BIT(RJB),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 4.7,
    .mag_hi = 7.7,
    .dist_hi = 60.0,
    .eval = eval,
};
