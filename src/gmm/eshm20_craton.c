/* Weatherill, G. and Cotton, F. (2020). A ground motion logic tree for seismic hazard analysis in
 * the stable cratonic region of Europe: regionalisation, model selection and development of a
 * scaled backbone approach. Bull. Earthq. Eng. 18(14), 6119-6148. doi:10.1007/s10518-020-00940-x
 *
 * A backbone fitted to the medians of NGA-East on hard rock (3000 m/s), with the sites of
 * nga_east.h and the deviations of nga_east_sigma.h. Departures: none. The deviation between sites
 * is that of the panel for the US model of 2018 (usgs_ceus_2019_panel.csv). */
#include "eshm20_craton.tab.h"
#include "gmm/gmm.h"
#include "gmm/nga_east.h"
#include "gmm/nga_east_sigma.h"
#include "num/vmath.h"
#include "usgs_ceus_2019_panel.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(eshm20_craton, ESHM20_CRATON);
static const kr_gmm_table s2s_table = KR_GMM_TABLE(usgs_ceus_2019_panel, USGS_CEUS_2019_PANEL);

typedef eshm20_craton_row coeffs;

static const double ref_mag = 4.5, hinge_mag = 6.2, h = 5.0;
static const double ref_r = 5.0990195135927845; /* sqrt(1 + 5^2) */
static const double ln_ref_r = 1.6290482690107408;

typedef struct state {
    double pga[ESHM20_CRATON_NCOL];
    double epsilon, site_epsilon;
    bool ergodic;
    double *site, *s2s, *phi;   /* rows of the measures; phi: columns a and b */
    double tau[NGA_EAST_STEPS]; /* the same for PGA and SA */
} state;

/* The distance terms that all measures share. */
typedef struct path {
    double r[KR_GMM_BATCH], ln_r[KR_GMM_BATCH]; /* less, and over, that of 1 km */
} path;

static kr_status set_deviations(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    static const char *const names[] = {"global", "cena", "cena_constant"};
    size_t tau_model, phi_model;
    double tau_q, phi_q;
    kr_gmm_table phi_table;

    KR_TRY(kr_gmm_choice(ctx, gmm, "tau_model", names, 3, &tau_model));
    KR_TRY(kr_gmm_choice(ctx, gmm, "phi_model", names, 3, &phi_model));
    KR_TRY(nga_east_read_quantile(ctx, gmm, "tau_quantile", &tau_q));
    KR_TRY(nga_east_read_quantile(ctx, gmm, "phi_ss_quantile", &phi_q));
    KR_TRY(nga_east_phi_at_quantile(gmm, phi_model, phi_q, &phi_table));
    KR_TRY(kr_gmm_rows(ctx, gmm, &phi_table, &st->phi));
    const nga_east_tau *tau = nga_east_tau_of(tau_model, "SA");
    for (size_t k = 0; k < NGA_EAST_STEPS; k++)
        st->tau[k] = nga_east_at_quantile(tau->mean[k], tau->sd[k], tau_q);
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    st->epsilon = kr_gmm_arg_of(gmm, "epsilon")->number;
    st->site_epsilon = kr_gmm_arg_of(gmm, "site_epsilon")->number;
    st->ergodic = kr_gmm_arg_of(gmm, "ergodic")->number != 0.0;
    KR_TRY(kr_gmm_rows(ctx, gmm, &nga_east_site_table_, &st->site));
    KR_TRY(kr_gmm_rows(ctx, gmm, &s2s_table, &st->s2s));
    KR_TRY(set_deviations(ctx, gmm, st));
out:
    return s;
}

static void fill_path(path *p, size_t n, const double *restrict rrup)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = rrup[i] * rrup[i] + h * h;
        p->r[i] = sqrt(square) - ref_r;
        p->ln_r[i] = 0.5 * log(square) - ln_ref_r;
    }
}

/* The median on hard rock; `epsilon` deviations of its uncertainty are added. */
static void eval_rock(const coeffs *row, double epsilon, size_t n, const double *restrict mag,
                      const path *p, double *restrict mean)
{
    const coeffs c = *row;
    const double e1 = c.e1 + epsilon * c.sigma_mu;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - hinge_mag;
        double below = m * (c.b1 + c.b2 * m), above = c.b3 * m;
        double by_ln = c.c1 + c.c2 * (mag[i] - ref_mag);
        mean[i] = e1 + (m <= 0.0 ? below : above) + by_ln * p->ln_r[i] + 0.01 * c.c3 * p->r[i];
    }
}

static void add_epsilon(double epsilon, const double *restrict by, size_t n, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += epsilon * by[i];
}

static void eval_sigma(const state *st, size_t m, size_t n, const kr_gmm_batch *batch,
                       const kr_gmm_out *one)
{
    const usgs_ceus_2019_panel_row c =
        usgs_ceus_2019_panel_load(st->s2s + m * USGS_CEUS_2019_PANEL_NCOL);
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double factor = st->ergodic ? 1.0 : 0.0;
    double *restrict sigma = one->sigma;
    double tau[KR_GMM_BATCH], phi[KR_GMM_BATCH];

    nga_east_steps(st->tau, n, batch->col[KR_COL_MAG], tau);
    nga_east_slope(st->phi[2 * m], st->phi[2 * m + 1], n, batch->col[KR_COL_MAG], phi);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double share = nga_east_share(vs30[i], 1200.0, 1500.0);
        double site = factor * (c.s2s1 - (c.s2s1 - c.s2s2) * share);
        phi[i] = sqrt(phi[i] * phi[i] + site * site);
        sigma[i] = sqrt(tau[i] * tau[i] + phi[i] * phi[i]);
    }
    if (one->tau)
        memcpy(one->tau, tau, n * sizeof *tau);
    if (one->phi)
        memcpy(one->phi, phi, n * sizeof *phi);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const double *mag = batch->col[KR_COL_MAG], *vs30 = batch->col[KR_COL_VS30];
    const coeffs pga = eshm20_craton_load(st->pga);
    size_t n = kr_gmm_padded(batch->n);
    double uncertain[KR_GMM_BATCH];
    nga_east_shared sh;
    path p;

    fill_path(&p, n, batch->col[KR_COL_RRUP]);
    eval_rock(&pga, 0.0, n, mag, &p, sh.rock);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh.rock[i] = exp(sh.rock[i]);
    nga_east_fill_site(&sh, n, vs30);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = eshm20_craton_load(gmm->rows + m * ESHM20_CRATON_NCOL);
        nga_east_site_row site = nga_east_site_load(st->site + m * NGA_EAST_SITE_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_rock(&c, st->epsilon, n, mag, &p, one.mean);
        nga_east_amplify(&site, nga_east_v_ref(&gmm->imts[m]), n, &sh, vs30, one.mean);
        if (st->site_epsilon != 0.0) {
            nga_east_site_sigma(&site, n, &sh, vs30, uncertain);
            add_epsilon(st->site_epsilon, uncertain, n, one.mean);
        }
        eval_sigma(st, m, n, batch, &one);
    }
}

static const kr_gmm_param params[] = {
    {.name = "epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations of the median's uncertainty to add"},
    {.name = "tau_model",
     .kind = KR_PARAM_TEXT,
     .text = "global",
     .about = "deviation between events: global, cena or cena_constant"},
    {.name = "phi_model",
     .kind = KR_PARAM_TEXT,
     .text = "global",
     .about = "deviation within events at a station: global, cena or cena_constant"},
    {.name = "ergodic",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "whether the deviation between sites counts"},
    {.name = "tau_quantile", .kind = KR_PARAM_ANY, .about = "quantile of tau; mean if none"},
    {.name = "phi_ss_quantile", .kind = KR_PARAM_ANY, .about = "quantile of phi; mean if none"},
    {.name = "site_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations of the amplification's uncertainty to add"},
    {.name = NULL},
};

KR_GMM(eshm20_craton) = {
    .name = "ESHM20Craton",
    .title = "Weatherill and Cotton (2020), Bull. Earthq. Eng. 18(14)",
    .doi = "10.1007/s10518-020-00940-x",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .params = params,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.2,
    .dist_hi = 1000.0,
    .init = init,
    .eval = eval,
};
