/* Abrahamson, N. and Silva, W. (2008). Summary of the Abrahamson & Silva NGA ground-motion
 * relations. Earthquake Spectra 24(1), 67-97. doi:10.1193/1.2924360 (with its errata of 2009)
 *
 * Departures: no aftershocks and no constant-displacement model (equation 22): equation 1 holds for
 * all periods. */
#include "abrahamson_silva_2008.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef abrahamson_silva_2008_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_silva_2008, ABRAHAMSON_SILVA_2008);

/* Table 4: the coefficients that are the same for all measures. */
static const double c1 = 6.75, c4 = 4.5, a3 = 0.265, a4 = -0.231, a5 = -0.398;
static const double n_site = 1.18, c_site = 1.88, c2 = 50.0, sigma_amp = 0.3;

/* What all measures share. */
typedef struct shared {
    double reverse[KR_GMM_BATCH], normal[KR_GMM_BATCH];
    double ln_r[KR_GMM_BATCH];    /* equation 3 */
    double mag[KR_GMM_BATCH];     /* M - c1 */
    double base[KR_GMM_BATCH];    /* terms of the base model without a coefficient of the measure */
    double wall[KR_GMM_BATCH];    /* hanging wall, times a14 */
    double top[KR_GMM_BATCH];     /* depth to the top, times a16 */
    double far[KR_GMM_BATCH];     /* distance beyond 100 km, times a18 */
    double mag_std[KR_GMM_BATCH]; /* 0 to 1 for M 5 to 7 */
    double ln_vs30[KR_GMM_BATCH]; /* ln(vs30) */
    double ln_depth[KR_GMM_BATCH];   /* ln((z1 + c2) / (median z1 + c2)) */
    double ln_deep[KR_GMM_BATCH];    /* ln(z1 / 200) where z1 is 200 m or more */
    double vs30_n[KR_GMM_BATCH];     /* vs30^n */
    double pga1100[KR_GMM_BATCH];    /* g, on rock with vs30 = 1100 m/s */
    double ln_pga1100[KR_GMM_BATCH]; /* ln(pga1100 + c) */
    double by_pga1100[KR_GMM_BATCH]; /* 1 / (pga1100 + c) */
    double sigma_pga[KR_GMM_BATCH];  /* equation 23 for PGA */
    double tau_pga[KR_GMM_BATCH];    /* equation 28 for PGA */
} shared;

/* What does not vary in a batch for one measure. */
typedef struct site_consts {
    double ln_v1;     /* equation 6 */
    double ln_v1_cap; /* ln(min(v1, 1000)) */
    double e2_slope;  /* equation 19, without the site */
    double a22;       /* equation 20 */
} site_consts;

static site_consts site_consts_of(const kr_imt *imt)
{
    double t = imt->period, v1 = 1500.0, e2 = 0.0, a22 = 0.0;
    if (imt->kind == KR_IMT_PGV) {
        v1 = 862.0;
        e2 = log(1.0 / 0.35);
    } else if (imt->kind == KR_IMT_SA) {
        if (t >= 2.0)
            v1 = 700.0;
        else if (t > 1.0)
            v1 = exp(6.76 - 0.297 * log(t));
        else if (t > 0.5)
            v1 = exp(8.0 - 0.795 * log(t / 0.21));
        if (t >= 0.35)
            e2 = log(fmin(t, 2.0) / 0.35);
        a22 = t < 2.0 ? 0.0 : 0.0625 * (t - 2.0);
    }
    return (site_consts){log(v1), log(fmin(v1, 1000.0)), -0.25 * e2, a22};
}

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - c1;
        double rv = rake[i] > 30.0 ? 1.0 : 0.0;
        double nm = rake[i] > -120.0 ? 1.0 : 0.0;
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + c4 * c4);
        sh->reverse[i] = rake[i] < 150.0 ? rv : 0.0;
        sh->normal[i] = rake[i] < -60.0 ? nm : 0.0;
        sh->mag[i] = m;
        sh->ln_r[i] = ln_r;
        sh->base[i] = a3 * m * ln_r + (mag[i] <= c1 ? a4 : a5) * m;
        sh->top[i] = ztor[i] >= 10.0 ? 1.0 : ztor[i] / 10.0;
        double taper = 0.5 * (6.5 - mag[i]) + 0.5; /* equation 15 */
        taper = mag[i] < 5.5 ? 1.0 : taper;
        taper = mag[i] >= 6.5 ? 0.5 : taper;
        sh->far[i] = rrup[i] >= 100.0 ? (rrup[i] - 100.0) * taper : 0.0;
        double share = 0.5 * (mag[i] - 5.0);
        share = share > 0.0 ? share : 0.0;
        sh->mag_std[i] = share < 1.0 ? share : 1.0;
    }
}

/* Equations 8 to 12: the hanging wall, without a14. */
static void fill_wall(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict width = batch->col[KR_COL_WIDTH];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict rx = batch->col[KR_COL_RX];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t1 = rjb[i] < 30.0 ? 1.0 - rjb[i] / 30.0 : 0.0;
        double across = width[i] * cos(dip[i] * (M_PI / 180.0));
        double within = 0.5 + rx[i] / (2.0 * (across > 1e-9 ? across : 1e-9));
        double t2 = rx[i] <= across ? within : 1.0;
        double shallow = rx[i] / (ztor[i] > 1e-9 ? ztor[i] : 1e-9);
        double t3 = rx[i] < ztor[i] ? shallow : 1.0;
        double t4 = mag[i] <= 6.0 ? 0.0 : mag[i] - 6.0;
        t4 = mag[i] >= 7.0 ? 1.0 : t4;
        double t5 = dip[i] >= 30.0 ? 1.0 - (dip[i] - 30.0) / 60.0 : 1.0;
        double wall = rx[i] > 0.0 ? t1 * t2 * t3 * t4 * t5 : 0.0;
        sh->wall[i] = dip[i] < 90.0 || dip[i] > 90.0 ? wall : 0.0;
    }
}

static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const double ln_180 = 5.19295685089021, ln_500 = 6.214608098422191;
    const double ln_200 = 5.298317366548036;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_v = log(vs30[i]);
        double middle = 6.745 - 1.35 * (ln_v - ln_180); /* equation 17 */
        double stiff = 5.394 - 4.48 * (ln_v - ln_500);
        double ln_median = vs30[i] >= 180.0 ? middle : 6.745;
        ln_median = vs30[i] > 500.0 ? stiff : ln_median;
        sh->ln_vs30[i] = ln_v;
        sh->vs30_n[i] = exp(n_site * ln_v);
        sh->ln_depth[i] = log((z1pt0[i] + c2) / (exp(ln_median) + c2));
        double ln_deep = log(z1pt0[i] > 1e-9 ? z1pt0[i] : 1e-9) - ln_200;
        sh->ln_deep[i] = z1pt0[i] >= 200.0 ? ln_deep : 0.0;
    }
}

/* Equation 1 without the site. */
KR_GMM_INLINE double source_path(const coeffs *c, const shared *sh, size_t i)
{
    double d = 8.5 - c1 - sh->mag[i];
    return c->a1 + c->a8 * (d * d) + c->a2 * sh->ln_r[i] + sh->base[i] + c->a12 * sh->reverse[i] +
           c->a13 * sh->normal[i] + c->a14 * sh->wall[i] + c->a16 * sh->top[i] +
           c->a18 * sh->far[i];
}

/* Equations 23 and 27: the variance within events on rock, without that of the amplification. */
KR_GMM_INLINE double intra_variance(const coeffs *c, double mag_std, double measured)
{
    double estimated = c->s1est + (c->s2est - c->s1est) * mag_std;
    double known = c->s1mea + (c->s2mea - c->s1mea) * mag_std;
    double s0 = measured > 0.0 ? known : estimated;
    return s0 * s0 - sigma_amp * sigma_amp;
}

static void fill_pga1100(shared *sh, size_t n, const kr_gmm_batch *batch, const coeffs *row)
{
    const coeffs c = *row;
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];
    const double site = (c.a10 + c.b * n_site) * log(1100.0 / c.VLIN);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double pga = exp(source_path(&c, sh, i) + site);
        sh->pga1100[i] = pga;
        sh->ln_pga1100[i] = log(pga + c_site);
        sh->by_pga1100[i] = 1.0 / (pga + c_site);
        sh->sigma_pga[i] = sqrt(intra_variance(&c, sh->mag_std[i], measured[i]));
        sh->tau_pga[i] = c.s3 + (c.s4 - c.s3) * sh->mag_std[i];
    }
}

/* Equations 4 and 16: the site and its depth, added to the rest; site_slope gets the partial
 * derivative of the site term with respect to ln(pga1100), equation 26. */
static void eval_mean(const coeffs *row, const site_consts *consts, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *restrict mean,
                      double *restrict site_slope)
{
    const coeffs c = *row;
    const site_consts k = *consts;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double ln_vlin = log(c.VLIN), linear = c.a10 + c.b * n_site;
    const double soil = c_site * exp(-n_site * ln_vlin);
    const double ln_1000 = 6.907755278982137;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_star = sh->ln_vs30[i] < k.ln_v1 ? sh->ln_vs30[i] : k.ln_v1; /* equation 5 */
        double x = ln_star - ln_vlin, pga = sh->pga1100[i];
        double soft_pga = pga + soil * sh->vs30_n[i];
        double soft = c.a10 * x - c.b * sh->ln_pga1100[i] + c.b * log(soft_pga);
        double is_soft =
            vs30[i] < c.VLIN ? 1.0 : 0.0; /* a factor: the logarithm is never skipped */
        double site = is_soft * soft + (1.0 - is_soft) * (linear * x);
        double slope = c.b * pga * (1.0 / soft_pga - sh->by_pga1100[i]);
        site_slope[i] = is_soft * slope;

        double least = -linear * (ln_star - k.ln_v1_cap); /* equation 18 */
        double basin = k.e2_slope * (sh->ln_vs30[i] - ln_1000) * sh->ln_depth[i];
        double depth = basin < least ? least : basin;
        depth = vs30[i] < 1000.0 ? depth : 0.0;
        mean[i] = source_path(&c, sh, i) + site + depth + k.a22 * sh->ln_deep[i];
    }
}

/* Equations 24, 25 and 28; `sigma` holds the slope of the site term at first. */
static void eval_sigma(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                       const kr_gmm_out *out)
{
    const coeffs c = *row;
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];
    double *restrict sigma = out->sigma;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double slope = sigma[i], b2 = intra_variance(&c, sh->mag_std[i], measured[i]);
        double b_pga = slope * sh->sigma_pga[i], t_pga = slope * sh->tau_pga[i];
        double t = c.s3 + (c.s4 - c.s3) * sh->mag_std[i];
        double intra2 = b2 + sigma_amp * sigma_amp + b_pga * (b_pga + 2.0 * c.rho * sqrt(b2));
        double inter2 = t * t + t_pga * (t_pga + 2.0 * c.rho * t);
        intra[i] = intra2;
        inter[i] = inter2;
        sigma[i] = sqrt(intra2 + inter2);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    (void)ctx;
    kr_gmm_row(&table, &kr_gmm_pga, gmm->state);
    return KR_OK;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const coeffs pga = abrahamson_silva_2008_load(gmm->state);
    shared sh;

    fill_rupture(&sh, n, batch);
    fill_wall(&sh, n, batch);
    fill_site(&sh, n, batch);
    fill_pga1100(&sh, n, batch, &pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = abrahamson_silva_2008_load(gmm->rows + m * ABRAHAMSON_SILVA_2008_NCOL);
        site_consts consts = site_consts_of(&gmm->imts[m]);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(&c, &consts, n, batch, &sh, one.mean, one.sigma);
        eval_sigma(&c, n, batch, &sh, &one);
    }
}

KR_GMM(abrahamson_silva_2008) = {
    .name = "AbrahamsonSilva2008",
    .title = "Abrahamson and Silva (2008), Earthquake Spectra 24(1)",
    .doi = "10.1193/1.2924360",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_GMROTI50,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(WIDTH) |
             KR_BIT(RRUP) | KR_BIT(RJB) | KR_BIT(RX) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) |
             KR_BIT(Z1PT0),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .table = &table,
    .state_size = ABRAHAMSON_SILVA_2008_NCOL * sizeof(double),
    .mag_lo = 5.0,
    .mag_hi = 8.5,
    .dist_hi = 200.0,
    .init = init,
    .eval = eval,
};
