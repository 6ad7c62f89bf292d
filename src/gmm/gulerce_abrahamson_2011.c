/* Gulerce, Z. and Abrahamson, N. A. (2011). Site-specific design spectra for vertical ground
 * motion. Earthquake Spectra 27(4), 1023-1047. doi:10.1193/1.3651317
 *
 * The ratio of vertical to horizontal motion; PGA on rock with vs30 = 1100 m/s is that of the model
 * `gmpe_name`. Departures: none. */
#include "gmm/gmm.h"
#include "gulerce_abrahamson_2011.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(gulerce_abrahamson_2011, GULERCE_ABRAHAMSON_2011);

typedef gulerce_abrahamson_2011_row coeffs;

/* Table 2. */
static const double c1 = 6.75, c4 = 10.0, a3 = 0.0147, a4 = 0.0334, a5 = -0.034;
static const double n_site = 1.18, c_site = 1.88, rock_vs30 = 1100.0;

typedef struct state {
    const kr_gmm *horizontal; /* PGA */
} state;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH];
    double reverse[KR_GMM_BATCH], normal[KR_GMM_BATCH]; /* 1 or 0 */
    double ln_vs30[KR_GMM_BATCH];
    double pga[KR_GMM_BATCH];   /* on rock, g */
    double share[KR_GMM_BATCH]; /* of sigma's large magnitudes: 0 at 5 to 1 at 7 */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    KR_TRY(kr_gmm_inner_named(ctx, gmm, &kr_gmm_pga, 1, &st->horizontal));
    if (st->horizontal->component == KR_COMPONENT_VERTICAL)
        return kr_gmm_fail(ctx, gmm, "%s needs a model of horizontal motion, which %s is not",
                           gmm->cls->name, st->horizontal->cls->name);
out:
    return s;
}

/* Equation 5: above it vs30 has no effect. */
static double v1_of(const kr_imt *imt)
{
    double t = imt->period;
    if (imt->kind == KR_IMT_PGV)
        return 862.0;
    if (imt->kind != KR_IMT_SA || t <= 0.5)
        return 1500.0;
    if (t <= 1.0)
        return exp(8.0 - 0.795 * log(t / 0.21));
    return t < 2.0 ? exp(6.76 - 0.297 * log(t)) : 700.0;
}

static void fill_rock(const kr_gmm *horizontal, const kr_gmm_batch *batch, size_t n, double *pga)
{
    kr_gmm_batch rock = *batch;
    double vs30[KR_GMM_BATCH], sigma[KR_GMM_BATCH];
    kr_gmm_out out = {.mean = pga, .sigma = sigma, .stride = KR_GMM_BATCH};

    kr_gmm_fill(vs30, n, rock_vs30);
    rock.col[KR_COL_VS30] = vs30;
    kr_gmm_eval(horizontal, &rock, &out);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        pga[i] = exp(pga[i]);
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double reverse = rake[i] > 30.0 ? 1.0 : 0.0, normal = rake[i] > -120.0 ? 1.0 : 0.0;
        double share = 0.5 * (mag[i] - 5.0);
        share = share > 0.0 ? share : 0.0;
        sh->reverse[i] = rake[i] < 150.0 ? reverse : 0.0;
        sh->normal[i] = rake[i] < -60.0 ? normal : 0.0;
        sh->share[i] = share < 1.0 ? share : 1.0;
        sh->ln_r[i] = 0.5 * log(rrup[i] * rrup[i] + c4 * c4);
        sh->ln_vs30[i] = log(vs30[i]);
    }
}

/* Equations 1 to 6. */
static void eval_mean(const coeffs *row, double v1, size_t n, const double *restrict mag,
                      const shared *sh, double *restrict mean)
{
    const coeffs c = *row;
    const double ln_vlin = log(c.VLIN), ln_v1 = log(v1);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - c1, d = 8.5 - mag[i];
        double base =
            c.a1 + c.a8 * (d * d) + (c.a2 + a3 * m) * sh->ln_r[i] + (m <= 0.0 ? a4 : a5) * m;
        double ln_ratio = (sh->ln_vs30[i] < ln_v1 ? sh->ln_vs30[i] : ln_v1) - ln_vlin;
        double soft = ln_ratio < 0.0 ? 1.0 : 0.0;
        double yielding = sh->pga[i] + c_site * exp(soft * n_site * ln_ratio);
        double site = (c.a10 - c.b * n_site * (1.0 - soft)) * ln_ratio +
                      soft * c.b * log((sh->pga[i] + c_site) / yielding);
        mean[i] = base + c.a6 * sh->reverse[i] + c.a7 * sh->normal[i] + site;
    }
}

/* Equations 7 to 9. */
static void eval_sigma(const coeffs *row, size_t n, const shared *sh, const kr_gmm_out *out)
{
    const coeffs c = *row;
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double phi = c.s1 + (c.s2 - c.s1) * sh->share[i];
        double tau = c.s3 + (c.s4 - c.s3) * sh->share[i];
        inter[i] = tau;
        intra[i] = phi;
        sigma[i] = sqrt(phi * phi + tau * tau);
    }
    for (size_t i = 0; out->tau && i < n; i++)
        out->tau[i] = inter[i];
    for (size_t i = 0; out->phi && i < n; i++)
        out->phi[i] = intra[i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_rock(st->horizontal, batch, n, sh.pga);
    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = gulerce_abrahamson_2011_load(gmm->rows + m * GULERCE_ABRAHAMSON_2011_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(&c, v1_of(&gmm->imts[m]), n, batch->col[KR_COL_MAG], &sh, one.mean);
        eval_sigma(&c, n, &sh, &one);
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "the model of horizontal motion"},
    {.name = NULL},
};

KR_GMM(gulerce_abrahamson_2011) = {
    .name = "GulerceAbrahamson2011",
    .title = "Gulerce and Abrahamson (2011), Earthquake Spectra 27(4)",
    .doi = "10.1193/1.3651317",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_VERTICAL_TO_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .params = params,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 5.0,
    .mag_hi = 8.5,
    .dist_hi = 200.0,
    .init = init,
    .eval = eval,
};
