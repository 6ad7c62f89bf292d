/* Chiou, B. S.-J. and Youngs, R. R. (2008). An NGA model for the average horizontal component of
 * peak ground motion and response spectra. Earthquake Spectra 24(1), 173-215. doi:10.1193/1.2894832
 *
 * Departures: main shocks only (no aftershock terms); the depth z1.0 is always that of the site.
 * ...SWISS01, 04 and 06 are adjusted to Swiss rock and small magnitudes (swiss_adjustment.h); there
 * the site is always that of vs30 = 620 m/s. */
#include "chiou_youngs_2008.tab.h"
#include "chiou_youngs_2008_swiss.tab.h"
#include "gmm/gmm.h"
#include "gmm/hyperbolic.h"
#include "gmm/swiss_adjustment.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(chiou_youngs_2008, CHIOU_YOUNGS_2008);
static const kr_gmm_table swiss_table =
    KR_GMM_TABLE(chiou_youngs_2008_swiss, CHIOU_YOUNGS_2008_SWISS);

/* Table 1: the coefficients that are the same for all measures. */
static const double c2 = 1.06, c3 = 3.45, c4 = -2.1, c4a = -0.5;
static const double crb = 50.0, chm = 3.0, cgamma3 = 4.0;

static const double ref_vs30 = 1130.0, swiss_vs30 = 620.0;

/* What all measures share. */
typedef struct shared {
    double reverse[KR_GMM_BATCH], normal[KR_GMM_BATCH];
    double depth[KR_GMM_BATCH];   /* ztor - 4 */
    double near[KR_GMM_BATCH];    /* the part of the mean that has no coefficient of a measure */
    double mag_hm[KR_GMM_BATCH];  /* max(M - chm, 0) */
    double gamma[KR_GMM_BATCH];   /* rrup / cosh(max(M - cgamma3, 0)) */
    double wall[KR_GMM_BATCH];    /* hanging wall: all but the factor with rx */
    double rx_dip[KR_GMM_BATCH];  /* rx cos^2 dip, at least 0 */
    double ln_vs30[KR_GMM_BATCH]; /* min(ln(vs30 / 1130), 0) */
    double shallow[KR_GMM_BATCH]; /* 1 / cosh(0.15 max(z1 - 15, 0)) */
    double mag_tau[KR_GMM_BATCH]; /* (M limited to 5 .. 7) - 5 */
    double known[KR_GMM_BATCH];   /* 1 if vs30 is measured */
} shared;

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i];
        double rv = rake[i] >= 30.0 ? 1.0 : 0.0;
        double nm = rake[i] >= -120.0 ? 1.0 : 0.0;
        sh->reverse[i] = rake[i] <= 150.0 ? rv : 0.0;
        sh->normal[i] = rake[i] <= -60.0 ? nm : 0.0;
        sh->depth[i] = ztor[i] - 4.0;
        sh->near[i] = c2 * (m - 6.0) + (c4a - c4) * 0.5 * log(rrup[i] * rrup[i] + crb * crb);
        sh->mag_hm[i] = positive(m - chm);
        sh->gamma[i] = rrup[i] * sech(positive(m - cgamma3));
        double m_tau = m > 5.0 ? m : 5.0;
        sh->mag_tau[i] = (m_tau < 7.0 ? m_tau : 7.0) - 5.0;
    }
}

static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict rx = batch->col[KR_COL_RX];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double cos_dip = cos(dip[i] * (M_PI / 180.0));
        double wall = 1.0 - sqrt(rjb[i] * rjb[i] + ztor[i] * ztor[i]) / (rrup[i] + 0.001);
        double ln_vs30 = log(vs30[i] / ref_vs30);
        sh->wall[i] = rx[i] >= 0.0 ? wall : 0.0;
        sh->rx_dip[i] = positive(rx[i]) * (cos_dip * cos_dip);
        sh->ln_vs30[i] = ln_vs30 < 0.0 ? ln_vs30 : 0.0;
        sh->shallow[i] = sech(0.15 * positive(z1pt0[i] - 15.0));
        sh->known[i] = measured[i] > 0.0 ? 1.0 : 0.0;
    }
}

/* Equation 13a: on rock with vs30 = 1130 m/s. */
static void eval_reference(const chiou_youngs_2008_row *row, size_t n, const kr_gmm_batch *batch,
                           const shared *sh, double *restrict out)
{
    const chiou_youngs_2008_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double bend = (c2 - c3) / c.cn, by_c9a = 1.0 / c.c9a;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double style = c.c1a * sh->reverse[i] + c.c1b * sh->normal[i] + c.c7 * sh->depth[i];
        double scaling = bend * log(1.0 + exp(c.cn * (c.cm - mag[i])));
        double e = exp(c.c6 * sh->mag_hm[i]);
        double distance = c4 * log(rrup[i] + c.c5 * 0.5 * (e + 1.0 / e));
        double path = c.cg1 * rrup[i] + c.cg2 * sh->gamma[i];
        double wall = c.c9 * sh->wall[i] * tanh_of(sh->rx_dip[i] * by_c9a);
        out[i] = c.c1 + style + sh->near[i] + scaling + distance + path + wall;
    }
}

/* Equation 13b: the site, and equations 19 to 21: the variability. `mean` holds the reference value
 * at first; tau and phi may be NULL. */
static void eval_site(const chiou_youngs_2008_row *row, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, const kr_gmm_out *out)
{
    const chiou_youngs_2008_row c = *row;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    double *restrict mean = out->mean, *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];
    const double rock = exp(c.phi3 * (ref_vs30 - 360.0)), ln_phi4 = log(c.phi4);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = vs30[i] < ref_vs30 ? vs30[i] : ref_vs30;
        double b = c.phi2 * (exp(c.phi3 * (soft - 360.0)) - rock);
        double y = exp(mean[i]);
        double deep = 1.0 - sech(c.phi6 * positive(z1pt0[i] - c.phi7));
        mean[i] += c.phi1 * sh->ln_vs30[i] + b * (log(y + c.phi4) - ln_phi4) + c.phi5 * deep +
                   c.phi8 * sh->shallow[i];
        double site = 1.0 + b * y / (y + c.phi4);
        double tau_rock = c.tau1 + 0.5 * (c.tau2 - c.tau1) * sh->mag_tau[i];
        double sig = c.sig1 + 0.5 * (c.sig2 - c.sig1) * sh->mag_tau[i];
        double vs30_part = c.sig3 + (0.7 - c.sig3) * sh->known[i];
        double intra2 = sig * sig * (vs30_part + site * site);
        double tau = site * tau_rock;
        intra[i] = intra2;
        inter[i] = tau * tau;
        sigma[i] = sqrt(tau * tau + intra2);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_rupture(&sh, n, batch);
    fill_site(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        chiou_youngs_2008_row c = chiou_youngs_2008_load(gmm->rows + m * CHIOU_YOUNGS_2008_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_reference(&c, n, batch, &sh, one.mean);
        eval_site(&c, n, batch, &sh, &one);
    }
}

static kr_status init_swiss(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &swiss_table, rows);
}

/* `variant` is the column of the factor. */
static swiss_adjustment adjustment_of(const double *row, const size_t *factor)
{
    chiou_youngs_2008_swiss_row a = chiou_youngs_2008_swiss_load(row);
    return (swiss_adjustment){
        .ln_factor = log(row[*factor]),
        .a1 = a.a1,
        .a2 = a.a2,
        .b1 = a.b1,
        .b2 = a.b2,
        .rm = a.Rm,
        .phi_near = a.phi_11,
        .phi_far = a.phi_21,
        .phi_large = a.C2,
        .mag_small = a.Mc1,
        .mag_large = a.Mc2,
        .dist_near = a.Rc11,
        .dist_far = a.Rc21,
        .phi_mean = a.mean_phi_ss,
    };
}

static void adjust_sigma(const swiss_adjustment *adjust, size_t n, const kr_gmm_batch *batch,
                         const double *restrict tau, const kr_gmm_out *out)
{
    double phi[KR_GMM_BATCH];
    double *restrict sigma = out->sigma;

    swiss_adjust_phi(adjust, n, batch->col[KR_COL_MAG], batch->col[KR_COL_RJB], phi);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(phi[i] * phi[i] + tau[i] * tau[i]);
    for (size_t i = 0; out->phi && i < n; i++)
        out->phi[i] = phi[i];
    for (size_t i = 0; out->tau && i < n; i++)
        out->tau[i] = tau[i];
}

static void eval_swiss(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double *const *rows = gmm->state;
    double vs30[KR_GMM_BATCH], tau[KR_GMM_BATCH];
    kr_gmm_batch rock = *batch;
    shared sh;

    kr_gmm_fill(vs30, n, swiss_vs30);
    rock.col[KR_COL_VS30] = vs30;
    fill_rupture(&sh, n, &rock);
    fill_site(&sh, n, &rock);
    for (size_t m = 0; m < gmm->nimts; m++) {
        chiou_youngs_2008_row c = chiou_youngs_2008_load(gmm->rows + m * CHIOU_YOUNGS_2008_NCOL);
        swiss_adjustment adjust =
            adjustment_of(*rows + m * CHIOU_YOUNGS_2008_SWISS_NCOL, gmm->cls->variant);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride, tau,
                          kr_gmm_at(out->phi, out, m), out->stride};
        eval_reference(&c, n, &rock, &sh, one.mean);
        eval_site(&c, n, &rock, &sh, &one);
        one.tau = kr_gmm_at(out->tau, out, m);
        swiss_adjust_mean(&adjust, n, batch->col[KR_COL_MAG], batch->col[KR_COL_RJB], one.mean);
        adjust_sigma(&adjust, n, batch, tau, &one);
    }
}

#define CHIOU_YOUNGS_2008                                                                          \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_GMROTI50,                             \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(RRUP) |              \
             KR_BIT(RJB) | KR_BIT(RX) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) | KR_BIT(Z1PT0),       \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .mag_lo = 4.0, .mag_hi = 8.5, .dist_hi = 200.0

#define ADJUSTED                                                                                   \
    CHIOU_YOUNGS_2008, .title = "Chiou and Youngs (2008) as adjusted by Edwards and Fah (2013)",   \
                       .doi = "10.1785/0120110331", .state_size = sizeof(double *),                \
                       .init = init_swiss, .eval = eval_swiss

KR_GMM(chiou_youngs_2008) = {
    CHIOU_YOUNGS_2008,
    .name = "ChiouYoungs2008",
    .title = "Chiou and Youngs (2008), Earthquake Spectra 24(1)",
    .doi = "10.1193/1.2894832",
    .eval = eval,
};

static const size_t swiss01 = 0, swiss04 = 1, swiss06 = 2;

KR_GMM(chiou_youngs_2008_swiss01) = {
    ADJUSTED,
    .name = "ChiouYoungs2008SWISS01",
    .variant = &swiss01,
};

KR_GMM(chiou_youngs_2008_swiss04) = {
    ADJUSTED,
    .name = "ChiouYoungs2008SWISS04",
    .variant = &swiss04,
};

KR_GMM(chiou_youngs_2008_swiss06) = {
    ADJUSTED,
    .name = "ChiouYoungs2008SWISS06",
    .variant = &swiss06,
};
