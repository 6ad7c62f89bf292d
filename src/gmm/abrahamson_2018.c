/* Abrahamson, N., Kuehn, N., Gulerce, Z., Gregor, N., Bozorgnia, Y., Parker, G., Stewart, J.,
 * Chiou, B., Idriss, I. M., Campbell, K. and Youngs, R. (2018). Update of the BC Hydro subduction
 * ground-motion model using the NGA-Subduction dataset. PEER report 2018/02.
 *
 * With the adjustments for Cascadia, as in OpenQuake 3.21; High and Low are the branches of the
 * epistemic uncertainty. Departures: vs30 is limited to 1000 m/s for the median only. */
#include "abrahamson_2018.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_2018, ABRAHAMSON_2018);

static const double n_site = 1.18, c_site = 1.88, c4 = 10.0, a3 = 0.1, a9 = 0.4, a10 = 1.73;
static const double slab_break = 7.2, var_amp = 0.3 * 0.3, rock_vs30 = 1000.0;

typedef struct variant {
    bool slab;
    double sign; /* of the epistemic uncertainty */
} variant;

typedef struct state {
    double pga[ABRAHAMSON_2018_NCOL];
} state;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH];
    double far[KR_GMM_BATCH];      /* (10 - M)^2 */
    double depth[KR_GMM_BATCH];    /* of the rupture's top, at most 100 km, less 60 km */
    double ln_vs30[KR_GMM_BATCH];  /* of the site */
    double ln_stiff[KR_GMM_BATCH]; /* the same, at most that of 1000 m/s */
    double pga[KR_GMM_BATCH];      /* on rock */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    (void)ctx;
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    return KR_OK;
}

static void fill(bool slab, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict ztor = slab ? batch->col[KR_COL_ZTOR] : NULL;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double stiff = vs30[i] < rock_vs30 ? vs30[i] : rock_vs30;
        sh->ln_r[i] = log(rrup[i] + c4 * exp(a9 * (mag[i] - 6.0)));
        sh->far[i] = (10.0 - mag[i]) * (10.0 - mag[i]);
        sh->ln_vs30[i] = log(vs30[i]);
        sh->ln_stiff[i] = log(stiff);
    }
    for (size_t i = 0; i < n; i++)
        sh->depth[i] = ztor ? (ztor[i] < 100.0 ? ztor[i] : 100.0) - 60.0 : 0.0;
}

/* The median without the site. */
static void eval_source(const abrahamson_2018_row *row, const variant *v, size_t n,
                        const kr_gmm_batch *batch, const shared *sh, double *restrict mean)
{
    const abrahamson_2018_row c = *row;
    const bool slab = v->slab;
    const double break_mag = slab ? slab_break : c.C1inter;
    const double base =
        c.a1 + (slab ? c.a4 * (slab_break - c.C1inter) + a10 + c.adj_slab : c.adj_int);
    const double a2 = c.a2 + (slab ? c.a14 : 0.0), a11 = slab ? c.a11 : 0.0;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double below = mag[i] < break_mag ? mag[i] - break_mag : 0.0;
        double path = (a2 + a3 * (mag[i] - 7.8)) * sh->ln_r[i] + c.a6 * rrup[i];
        mean[i] = base + c.a4 * below + c.a13 * sh->far[i] + path + a11 * sh->depth[i];
    }
}

static void fill_rock(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const abrahamson_2018_row c = abrahamson_2018_load(st->pga);
    const double rock = (c.a12 + c.b * n_site) * log(rock_vs30 / c.vlin);

    eval_source(&c, gmm->cls->variant, n, batch, sh, sh->pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->pga[i] = exp(sh->pga[i] + rock);
}

/* The site term; `slope` gets its derivative by the rock PGA. */
static void eval_site(const abrahamson_2018_row *row, double offset, size_t n,
                      const double *restrict vs30, const shared *sh, double *restrict mean,
                      double *restrict slope)
{
    const abrahamson_2018_row c = *row;
    const double ln_vlin = log(c.vlin);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = sh->ln_stiff[i] - ln_vlin, pga = sh->pga[i];
        double soft = vs30[i] < c.vlin ? 1.0 : 0.0;
        double yielding = pga + c_site * exp(soft * n_site * x);
        double nonlinear = soft * c.b * (log(yielding) - log(pga + c_site));
        mean[i] += (c.a12 + (1.0 - soft) * c.b * n_site) * x + nonlinear + offset;
        double own = pga + c_site * exp(soft * n_site * (sh->ln_vs30[i] - ln_vlin));
        slope[i] = soft * c.b * pga * (1.0 / own - 1.0 / (pga + c_site));
    }
}

static void eval_sigma(const abrahamson_2018_row *row, const abrahamson_2018_row *pga, size_t n,
                       const double *restrict slope, const kr_gmm_out *out)
{
    const abrahamson_2018_row c = *row, p = *pga;
    const double rock = sqrt((c.phi0 * c.phi0 - var_amp) * (p.phi0 * p.phi0 - var_amp));
    const double rock_2 = c.phi0 * c.phi0 - var_amp;
    double *restrict sigma = out->sigma;
    double tau_2[KR_GMM_BATCH], phi_2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = slope[i];
        tau_2[i] = c.tau0 * c.tau0 * (1.0 + d * d) + 2.0 * d * c.tau0 * p.tau0 * c.rho_b;
        phi_2[i] = c.phi0 * c.phi0 + d * d * rock_2 + 2.0 * d * rock * c.rho_w;
        sigma[i] = sqrt(tau_2[i] + phi_2[i]);
    }
    kr_gmm_sqrt(out->tau, n, tau_2);
    kr_gmm_sqrt(out->phi, n, phi_2);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const abrahamson_2018_row pga = abrahamson_2018_load(st->pga);
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill(v->slab, &sh, n, batch);
    fill_rock(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        abrahamson_2018_row c = abrahamson_2018_load(gmm->rows + m * ABRAHAMSON_2018_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        double offset = v->sign * (v->slab ? c.SSLAB_HIGH : c.SINTER_HIGH);
        eval_source(&c, v, n, batch, &sh, one.mean);
        eval_site(&c, offset, n, batch->col[KR_COL_VS30], &sh, one.mean, slope);
        eval_sigma(&c, &pga, n, slope, &one);
    }
}

static const variant inter = {false, 0.0}, inter_high = {false, 1.0}, inter_low = {false, -1.0};
static const variant slab = {true, 0.0}, slab_high = {true, 1.0}, slab_low = {true, -1.0};

#define ABRAHAMSON_2018                                                                            \
    .title = "Abrahamson et al. (2018), PEER report 2018/02, no DOI",                              \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .table = &table, .state_size = sizeof(state), .mag_lo = 5.0,              \
    .mag_hi = 9.5, .dist_hi = 600.0, .init = init, .eval = eval
#define INTER                                                                                      \
    ABRAHAMSON_2018, .trt = "Subduction Interface",                                                \
                     .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30)
#define SLAB                                                                                       \
    ABRAHAMSON_2018, .trt = "Subduction IntraSlab",                                                \
                     .needs = KR_BIT(MAG) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(VS30)

KR_GMM(abrahamson_2018_sinter) = {
    INTER,
    .name = "AbrahamsonEtAl2018SInter",
    .variant = &inter,
};

KR_GMM(abrahamson_2018_sinter_high) = {
    INTER,
    .name = "AbrahamsonEtAl2018SInterHigh",
    .variant = &inter_high,
};

KR_GMM(abrahamson_2018_sinter_low) = {
    INTER,
    .name = "AbrahamsonEtAl2018SInterLow",
    .variant = &inter_low,
};

KR_GMM(abrahamson_2018_sslab) = {
    SLAB,
    .name = "AbrahamsonEtAl2018SSlab",
    .variant = &slab,
};

KR_GMM(abrahamson_2018_sslab_high) = {
    SLAB,
    .name = "AbrahamsonEtAl2018SSlabHigh",
    .variant = &slab_high,
};

KR_GMM(abrahamson_2018_sslab_low) = {
    SLAB,
    .name = "AbrahamsonEtAl2018SSlabLow",
    .variant = &slab_low,
};
