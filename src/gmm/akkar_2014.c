/* Akkar, S., Sandikkaya, M. A. and Bommer, J. J. (2014). Empirical ground-motion models for point-
 * and extended-source crustal earthquake scenarios in Europe and the Middle East. Bull. Earthq.
 * Eng. 12(1), 359-387. doi:10.1007/s10518-013-9461-4
 *
 * One set of coefficients for each of three distances. Departures: none; a rake of exactly 45 or
 * 135 degrees of either sign is strike slip. */
#include "akkar_2014_repi.tab.h"
#include "akkar_2014_rhyp.tab.h"
#include "akkar_2014_rjb.tab.h"
#include "gmm/gmm.h"
#include "gmm/median_factor.h"
#include "num/vmath.h"

_Static_assert((int)AKKAR_2014_RJB_NCOL == (int)AKKAR_2014_REPI_NCOL, "the same columns");
_Static_assert((int)AKKAR_2014_RJB_NCOL == (int)AKKAR_2014_RHYP_NCOL, "the same columns");

static const kr_gmm_table rjb_table = KR_GMM_TABLE(akkar_2014_rjb, AKKAR_2014_RJB);
static const kr_gmm_table repi_table = KR_GMM_TABLE(akkar_2014_repi, AKKAR_2014_REPI);
static const kr_gmm_table rhyp_table = KR_GMM_TABLE(akkar_2014_rhyp, AKKAR_2014_RHYP);

typedef akkar_2014_rjb_row coeffs;

/* Constants of all periods and distances, tables 3 and 4. */
static const double c1 = 6.75, a2 = 0.0029, a5 = 0.2529, a6 = 7.5, a7 = -0.5096;
static const double v_ref = 750.0, v_con = 1000.0, site_c = 2.5, site_n = 3.2;

typedef struct state {
    double pga[AKKAR_2014_RJB_NCOL]; /* row of PGA */
    double ln_factor;                /* adjustment_factor */
} state;

/* What all measures share. */
typedef struct shared {
    double hinge[KR_GMM_BATCH]; /* linear magnitude scaling and a5's part of attenuation */
    double below[KR_GMM_BATCH]; /* (8.5 - M)^2 */
    double ln_r[KR_GMM_BATCH];
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH];   /* 1 or 0 */
    double linear[KR_GMM_BATCH], nonlinear[KR_GMM_BATCH]; /* factors of b1 and b2 */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    kr_gmm_row(gmm->cls->table, &kr_gmm_pga, st->pga);
    return median_factor_ln(ctx, gmm, &st->ln_factor);
}

static void fill_source(shared *sh, size_t n, const kr_gmm_batch *batch,
                        const double *restrict dist)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = mag[i] - c1, d = 8.5 - mag[i];
        double ln_r = 0.5 * log(dist[i] * dist[i] + a6 * a6);
        double nm = rake[i] > -135.0 ? 1.0 : 0.0;
        double rv = rake[i] > 45.0 ? 1.0 : 0.0;
        sh->hinge[i] = (mag[i] <= c1 ? a2 : a7) * over + a5 * over * ln_r;
        sh->below[i] = d * d;
        sh->ln_r[i] = ln_r;
        sh->normal[i] = rake[i] < -45.0 ? nm : 0.0;
        sh->reverse[i] = rake[i] < 135.0 ? rv : 0.0;
    }
}

/* Equation 2: the median on rock. */
KR_GMM_INLINE double rock(const coeffs *c, const shared *sh, size_t i)
{
    return c->a1 + sh->hinge[i] + c->a3 * sh->below[i] + c->a4 * sh->ln_r[i] +
           c->a8 * sh->normal[i] + c->a9 * sh->reverse[i];
}

/* Equation 3, whose constants other than b1 and b2 have no period. */
static void fill_site(shared *sh, size_t n, const double *restrict vs30, const double *pga_row)
{
    const coeffs pga_coeffs = akkar_2014_rjb_load(pga_row);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i] < v_con ? vs30[i] : v_con;
        double linear = log(v / v_ref);
        double pga = exp(rock(&pga_coeffs, sh, i));
        double soft = exp(site_n * linear);
        double nonlinear = log((pga + site_c * soft) / ((pga + site_c) * soft));
        sh->linear[i] = linear;
        sh->nonlinear[i] = vs30[i] < v_ref ? nonlinear : 0.0;
    }
}

static void eval_mean(const double *row, double offset, size_t n, const shared *sh,
                      double *restrict mean)
{
    const coeffs c = akkar_2014_rjb_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = rock(&c, sh, i) + c.b1 * sh->linear[i] + c.b2 * sh->nonlinear[i] + offset;
}

/* `variant` is the column of the distance. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const size_t *distance = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_source(&sh, n, batch, batch->col[*distance]);
    fill_site(&sh, n, batch->col[KR_COL_VS30], st->pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * AKKAR_2014_RJB_NCOL;
        coeffs c = akkar_2014_rjb_load(row);
        eval_mean(row, st->ln_factor, n, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.sigma * c.sigma + c.tau * c.tau));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.sigma);
    }
}

static const size_t of_rjb = KR_COL_RJB, of_repi = KR_COL_REPI, of_rhypo = KR_COL_RHYPO;

#define AKKAR_2014                                                                                 \
    .title = "Akkar, Sandikkaya and Bommer (2014), Bull. Earthq. Eng. 12(1)",                      \
    .doi = "10.1007/s10518-013-9461-4", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .params = median_factor_params, .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.0,     \
    .dist_hi = 200.0, .init = init, .eval = eval
#define AKKAR_2014_NEEDS (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(VS30))

KR_GMM(akkar_2014_rjb) = {
    AKKAR_2014,          .name = "AkkarEtAlRjb2014", .needs = AKKAR_2014_NEEDS | KR_BIT(RJB),
    .table = &rjb_table, .variant = &of_rjb,
};

KR_GMM(akkar_2014_repi) = {
    AKKAR_2014,           .name = "AkkarEtAlRepi2014", .needs = AKKAR_2014_NEEDS | KR_BIT(REPI),
    .table = &repi_table, .variant = &of_repi,
};

KR_GMM(akkar_2014_rhyp) = {
    AKKAR_2014,           .name = "AkkarEtAlRhyp2014", .needs = AKKAR_2014_NEEDS | KR_BIT(RHYPO),
    .table = &rhyp_table, .variant = &of_rhypo,
};
