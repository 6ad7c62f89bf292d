/* Arroyo, D., Garcia, D., Ordaz, M., Mora, M. A. and Singh, S. K. (2010). Strong ground-motion
 * relations for Mexican interplate earthquakes. J. Seismol. 14(4), 769-785.
 * doi:10.1007/s10950-010-9200-0
 *
 * Departures: a distance of 0, which has no finite motion, is taken as 1 m; the deviations are
 * those printed, total and parts apart. vs30 is asked for, as in OpenQuake 3.21, though nothing
 * depends on it. */
#include "arroyo_2010.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(arroyo_2010, ARROYO_2010);

/* The exponential integral E1 for x > 0: its series up to 1 (Abramowitz and Stegun 1964, no DOI,
 * 5.1.11), a continued fraction beyond (5.1.22), long enough for the last digit. */
static double exponential_integral(double x)
{
    const double euler = 0.57721566490153286061;
    double sum = 0.0, term = 1.0;

    if (x <= 1.0) {
        for (int k = 1; k <= 20; k++) {
            term *= -x / k;
            sum -= term / k;
        }
        return sum - euler - log(x);
    }
    for (int k = 20 + (int)(80.0 / x); k >= 1; k--)
        sum = k / (1.0 + k / (x + sum));
    return exp(-x) / (x + sum);
}

/* What all measures share. */
typedef struct shared {
    double near[KR_GMM_BATCH], far[KR_GMM_BATCH]; /* equation 8b: the two distances, km */
    double ln_square[KR_GMM_BATCH];               /* of r0, which grows with magnitude */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double ln_factor = log(1.4447e-5);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rrup[i] > 1e-3 ? rrup[i] : 1e-3;
        double ln_square = ln_factor + 2.3026 * mag[i];
        sh->near[i] = r;
        sh->far[i] = sqrt(r * r + exp(ln_square));
        sh->ln_square[i] = ln_square;
    }
}

/* Equation 8a. */
static void eval_mean(const arroyo_2010_row *c, size_t n, const double *restrict mag,
                      const shared *sh, double *restrict mean)
{
    for (size_t i = 0; i < n; i++) {
        double e1 = exponential_integral(c->c4 * sh->near[i]);
        double path = log(e1 - exponential_integral(c->c4 * sh->far[i])) - sh->ln_square[i];
        mean[i] = c->c1 + c->c2 * mag[i] + c->c3 * path + ln_cm_s2_to_g;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const arroyo_2010_row c = arroyo_2010_load(gmm->rows + m * ARROYO_2010_NCOL);
        eval_mean(&c, n, batch->col[KR_COL_MAG], &sh, out->mean + m * out->stride);
        constant_sigma(out, m, n, c.s_e, c.s_r);
        constant_total(out, m, n, c.s_t);
    }
}

KR_GMM(arroyo_2010) = {
    .name = "ArroyoEtAl2010SInter",
    .title = "Arroyo, Garcia, Ordaz, Mora and Singh (2010), J. Seismol. 14(4)",
    .doi = "10.1007/s10950-010-9200-0",
    .trt = "Subduction Interface",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .own_total = true,
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 400.0,
    .eval = eval,
};
