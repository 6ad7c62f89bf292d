/* Campbell, K. W. and Bozorgnia, Y. (2008). NGA ground motion model for the geometric mean
 * horizontal component of PGA, PGV, PGD and 5% damped linear elastic response spectra for periods
 * ranging from 0.01 to 10 s. Earthquake Spectra 24(1), 139-171. doi:10.1193/1.2857546 Campbell, K.
 * W. and Bozorgnia, Y. (2010). A ground motion prediction equation for the horizontal component of
 * cumulative absolute velocity (CAV) based on the PEER-NGA strong motion database. Earthquake
 * Spectra 26(3), 635-650. doi:10.1193/1.3457158
 *
 * Departures: none. ...Arbitrary has the variability of an arbitrary component. */
#include "campbell_bozorgnia_2008.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef campbell_bozorgnia_2008_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(campbell_bozorgnia_2008, CAMPBELL_BOZORGNIA_2008);

static const double c_site = 1.88, n_site = 1.18;

/* What all measures share. */
typedef struct shared {
    double mag_mid[KR_GMM_BATCH];    /* M - 5.5 above 5.5, times c2 */
    double mag_high[KR_GMM_BATCH];   /* M - 6.5 above 6.5, times c3 */
    double reverse[KR_GMM_BATCH];    /* equation 5, times c7 */
    double normal[KR_GMM_BATCH];     /* times c8 */
    double wall[KR_GMM_BATCH];       /* equations 7 to 10, times c9 */
    double ln_vs30[KR_GMM_BATCH];    /* ln(vs30) */
    double basin_low[KR_GMM_BATCH];  /* times c11 */
    double basin_high[KR_GMM_BATCH]; /* times c12 k3 */
    double vs30_n[KR_GMM_BATCH];     /* vs30^n */
    double pga1100[KR_GMM_BATCH];    /* g, on rock with vs30 = 1100 m/s */
    double ln_pga1100[KR_GMM_BATCH]; /* ln(pga1100 + c) */
    double by_pga1100[KR_GMM_BATCH]; /* 1 / (pga1100 + c) */
    double ln_pga[KR_GMM_BATCH];     /* at the site; filled where it limits a measure */
    double scratch[KR_GMM_BATCH];
} shared;

typedef struct state {
    double pga[CAMPBELL_BOZORGNIA_2008_NCOL];
    bool limited; /* a measure is limited by PGA */
} state;

static bool is_limited(const kr_imt *imt)
{
    return imt->period > 0.0 && imt->period < 0.25;
}

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double mid = mag[i] - 5.5, high = mag[i] - 6.5;
        double shallow = ztor[i] < 1.0 ? ztor[i] : 1.0;
        double rv = rake[i] > 30.0 ? shallow : 0.0;
        double nm = rake[i] > -150.0 ? 1.0 : 0.0;
        sh->mag_mid[i] = mid > 0.0 ? mid : 0.0;
        sh->mag_high[i] = high > 0.0 ? high : 0.0;
        sh->reverse[i] = rake[i] < 150.0 ? rv : 0.0;
        sh->normal[i] = rake[i] < -30.0 ? nm : 0.0;
    }
}

/* Equations 7 to 10. */
static void fill_wall(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double least = sqrt(rjb[i] * rjb[i] + 1.0);
        double r_max = rrup[i] > least ? rrup[i] : least;
        double r = ztor[i] < 1.0 ? r_max : rrup[i];
        double dist = (r - rjb[i]) / (r > 1e-9 ? r : 1e-9);
        dist = rjb[i] > 0.0 ? dist : 1.0;
        double by_mag = 2.0 * (mag[i] - 6.0);
        by_mag = by_mag > 0.0 ? by_mag : 0.0;
        by_mag = by_mag < 1.0 ? by_mag : 1.0;
        double depth = ztor[i] >= 20.0 ? 0.0 : (20.0 - ztor[i]) / 20.0;
        double by_dip = dip[i] > 70.0 ? (90.0 - dip[i]) / 20.0 : 1.0;
        sh->wall[i] = dist * by_mag * depth * by_dip;
    }
}

/* Equation 12. */
static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z2pt5 = batch->col[KR_COL_Z2PT5];
    const double exp_075 = 0.4723665527410147; /* exp(-0.75) */

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double deep = z2pt5[i] - 3.0;
        double high = exp_075 * (1.0 - exp(-0.25 * (deep > 0.0 ? deep : 0.0)));
        double ln_v = log(vs30[i]);
        sh->ln_vs30[i] = ln_v;
        sh->vs30_n[i] = exp(n_site * ln_v);
        sh->basin_low[i] = z2pt5[i] < 1.0 ? z2pt5[i] - 1.0 : 0.0;
        sh->basin_high[i] = high;
    }
}

/* Equations 2 to 10 and 12: all but the shallow site. */
static void eval_rock(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict out)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + c.c6 * c.c6);
        out[i] = c.c0 + c.c1 * mag[i] + c.c2 * sh->mag_mid[i] + c.c3 * sh->mag_high[i] +
                 (c.c4 + c.c5 * mag[i]) * ln_r + c.c7 * sh->reverse[i] + c.c8 * sh->normal[i] +
                 c.c9 * sh->wall[i] + c.c11 * sh->basin_low[i] + c.c12 * c.k3 * sh->basin_high[i];
    }
}

static void fill_pga1100(shared *sh, size_t n, const kr_gmm_batch *batch, const coeffs *row)
{
    const coeffs c = *row;
    const double site = (c.c10 + c.k2 * n_site) * log(1100.0 / c.k1);
    eval_rock(row, n, batch, sh, sh->ln_pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double pga = exp(sh->ln_pga[i] + site);
        sh->pga1100[i] = pga;
        sh->ln_pga1100[i] = log(pga + c_site);
        sh->by_pga1100[i] = 1.0 / (pga + c_site);
    }
}

/* Equation 11 for the mean; alpha gets equation 17, the slope of the site term. */
static void add_site(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                     double *restrict mean, double *restrict alpha)
{
    const coeffs c = *row;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double ln_k1 = log(c.k1), stiff = c.c10 + c.k2 * n_site;
    const double ln_1100 = 7.003065458786462, soil = c_site * exp(-n_site * ln_k1);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = sh->ln_vs30[i] - ln_k1, pga = sh->pga1100[i];
        double soft_pga = pga + soil * sh->vs30_n[i];
        double soft = c.c10 * x + c.k2 * (log(soft_pga) - sh->ln_pga1100[i]);
        double capped = sh->ln_vs30[i] < ln_1100 ? x : ln_1100 - ln_k1;
        double slope = c.k2 * pga * (1.0 / soft_pga - sh->by_pga1100[i]);
        double is_soft = vs30[i] < c.k1 ? 1.0 : 0.0; /* a factor: the logarithm is never skipped */
        mean[i] += is_soft * soft + (1.0 - is_soft) * (stiff * capped);
        alpha[i] = is_soft * slope;
    }
}

/* Equations 13 to 18; `sigma` holds alpha at first. */
static void eval_sigma(const coeffs *row, double pga_sigma, double arbitrary, size_t n,
                       const kr_gmm_out *out)
{
    const coeffs c = *row;
    const double amp2 = c.s_lnAF * c.s_lnAF;
    const double y2 = c.s_lny * c.s_lny - amp2, pga2 = pga_sigma * pga_sigma - amp2;
    const double y = sqrt(y2), pga = sqrt(pga2), inter2 = c.t_lny * c.t_lny;
    double intra[KR_GMM_BATCH];
    double *restrict sigma = out->sigma;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double alpha = sigma[i];
        double intra2 = y2 + amp2 + alpha * alpha * pga2 + 2.0 * alpha * c.rho * y * pga;
        intra[i] = intra2;
        sigma[i] = sqrt(intra2 + inter2 + arbitrary);
    }
    kr_gmm_fill(out->tau, n, c.t_lny);
    kr_gmm_sqrt(out->phi, n, intra);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    (void)ctx;
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->limited |= is_limited(&gmm->imts[m]);
    return KR_OK;
}

static void limit_by_pga(const shared *sh, size_t n, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = mean[i] < sh->ln_pga[i] ? sh->ln_pga[i] : mean[i];
}

static void eval_as(bool arbitrary, const kr_gmm *gmm, const kr_gmm_batch *batch,
                    const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const coeffs pga = campbell_bozorgnia_2008_load(st->pga);
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_rupture(&sh, n, batch);
    fill_wall(&sh, n, batch);
    fill_site(&sh, n, batch);
    fill_pga1100(&sh, n, batch, &pga);
    if (st->limited)
        add_site(&pga, n, batch, &sh, sh.ln_pga, sh.scratch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = campbell_bozorgnia_2008_load(gmm->rows + m * CAMPBELL_BOZORGNIA_2008_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_rock(&c, n, batch, &sh, one.mean);
        add_site(&c, n, batch, &sh, one.mean, one.sigma);
        if (is_limited(&gmm->imts[m]))
            limit_by_pga(&sh, n, one.mean);
        eval_sigma(&c, pga.s_lny, arbitrary ? c.c_lny * c.c_lny : 0.0, n, &one);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    eval_as(false, gmm, batch, out);
}

static void eval_arbitrary(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    eval_as(true, gmm, batch, out);
}

#define CAMPBELL_BOZORGNIA_2008                                                                    \
    .title = "Campbell and Bozorgnia (2008), Earthquake Spectra 24(1)",                            \
    .doi = "10.1193/1.2857546", .trt = "Active Shallow Crust",                                     \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(RRUP) |              \
             KR_BIT(RJB) | KR_BIT(VS30) | KR_BIT(Z2PT5),                                           \
    .measures =                                                                                    \
        KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(PGD) | KR_IMT_BIT(CAV) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .table = &table, .state_size = sizeof(state), .mag_lo = 4.0,              \
    .mag_hi = 8.5, .dist_hi = 200.0, .init = init

KR_GMM(campbell_bozorgnia_2008) = {
    CAMPBELL_BOZORGNIA_2008,
    .name = "CampbellBozorgnia2008",
    .component = KR_COMPONENT_GMROTI50,
    .eval = eval,
};

KR_GMM(campbell_bozorgnia_2008_arbitrary) = {
    CAMPBELL_BOZORGNIA_2008,
    .name = "CampbellBozorgnia2008Arbitrary",
    .component = KR_COMPONENT_HORIZONTAL,
    .own_total = true,
    .eval = eval_arbitrary,
};
