/* The models of NGA-East as the US hazard model of 2018 takes them.
 *
 * Goulet, C. A., Bozorgnia, Y., Kuehn, N., Al Atik, L., Youngs, R. R., Graves, R. W. and Atkinson,
 * G. M. (2017). NGA-East ground-motion models for the U.S. Geological Survey national seismic
 * hazard maps. PEER report 2017/03.
 *
 * Petersen, M. D., Shumway, A. M., Powers, P. M., Mueller, C. S., Moschetti, M. P., Frankel, A. D.
 * et al. (2020). The 2018 update of the US National Seismic Hazard Model: overview of model and
 * implications. Earthquake Spectra 36(1), 5-41. doi:10.1177/8755293019878199
 *
 * Departures: the table's values are interpolated in logarithms of value and distance. With
 * epistemic_site the median is the weighted mean of three values of the site's amplification. The
 * collapsed deviations are weighted totals of two models and have no parts. Magnitudes of the
 * deviations have two decimals. */
#include "gmm/nga_east.h"
#include "usgs_ceus_2019_epri.tab.h"
#include "usgs_ceus_2019_panel.tab.h"

static const kr_gmm_table epri_table = KR_GMM_TABLE(usgs_ceus_2019_epri, USGS_CEUS_2019_EPRI);
static const kr_gmm_table panel_table = KR_GMM_TABLE(usgs_ceus_2019_panel, USGS_CEUS_2019_PANEL);

enum { COLLAPSED, EPRI, PANEL };

typedef struct state {
    nga_east_median median;
    double *epri, *panel; /* rows */
    size_t deviations;
    bool epistemic;
} state;

/* A pair of deviations, and what they make together. */
typedef struct parts {
    double tau[KR_GMM_BATCH], phi[KR_GMM_BATCH], sigma[KR_GMM_BATCH];
} parts;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    static const char *const models[] = {"COLLAPSED", "EPRI", "PANEL"};
    state *st = gmm->state;

    st->median.logarithmic = true;
    st->epistemic = kr_gmm_arg_of(gmm, "epistemic_site")->number != 0.0;
    KR_TRY(kr_gmm_choice(ctx, gmm, "sigma_model", models, 3, &st->deviations));
    gmm->has_tau_phi = st->deviations != COLLAPSED;
    KR_TRY(nga_east_load(ctx, gmm, "nga_east_usgs.hdf5", &st->median));
    KR_TRY(kr_gmm_rows(ctx, gmm, &epri_table, &st->epri));
    KR_TRY(kr_gmm_rows(ctx, gmm, &panel_table, &st->panel));
out:
    return s;
}

/* The mean of the medians for the amplification and one deviation to either side. */
static void spread(size_t n, const double *restrict deviation, double *restrict mean)
{
    const double tail = 0.185, middle = 0.63;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = deviation[i];
        mean[i] += log(middle + tail * (exp(-d) + exp(d)));
    }
}

static void combine(parts *p, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        p->sigma[i] = sqrt(p->tau[i] * p->tau[i] + p->phi[i] * p->phi[i]);
}

static void fill_epri(const double *row, size_t n, const double *restrict mag, parts *p)
{
    const usgs_ceus_2019_epri_row c = usgs_ceus_2019_epri_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double low = nga_east_share(mag[i], 5.0, 6.0), high = nga_east_share(mag[i], 6.0, 7.0);
        p->tau[i] = c.tau_M5 + (c.tau_M6 - c.tau_M5) * low + (c.tau_M7 - c.tau_M6) * high;
        p->phi[i] = c.phi_M5 + (c.phi_M6 - c.phi_M5) * low + (c.phi_M7 - c.phi_M6) * high;
    }
    combine(p, n);
}

static void fill_panel(const double *row, size_t n, const double *restrict mag,
                       const double *restrict vs30, parts *p)
{
    const usgs_ceus_2019_panel_row c = usgs_ceus_2019_panel_load(row);
    const double tau[4] = {c.t1, c.t2, c.t3, c.t4};

    nga_east_steps(tau, n, mag, p->tau);
    nga_east_slope(c.ss_a, c.ss_b, n, mag, p->phi);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = c.s2s1 - (c.s2s1 - c.s2s2) * nga_east_share(vs30[i], 1200.0, 1500.0);
        p->phi[i] = sqrt(p->phi[i] * p->phi[i] + site * site);
    }
    combine(p, n);
}

static void set_sigma(const state *st, size_t m, size_t n, const double *vs30, const double *mag,
                      const kr_gmm_out *out)
{
    const double weight = 0.8; /* of EPRI */
    parts epri, panel;
    const parts *one = st->deviations == PANEL ? &panel : &epri;
    double *sigma = out->sigma + m * out->stride;
    double *tau = kr_gmm_at(out->tau, out, m), *phi = kr_gmm_at(out->phi, out, m);

    if (st->deviations != PANEL)
        fill_epri(st->epri + m * USGS_CEUS_2019_EPRI_NCOL, n, mag, &epri);
    if (st->deviations != EPRI)
        fill_panel(st->panel + m * USGS_CEUS_2019_PANEL_NCOL, n, mag, vs30, &panel);
    if (st->deviations == COLLAPSED) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            epri.sigma[i] = weight * epri.sigma[i] + (1.0 - weight) * panel.sigma[i];
    }
    memcpy(sigma, one->sigma, n * sizeof *sigma);
    if (tau)
        memcpy(tau, one->tau, n * sizeof *tau);
    if (phi)
        memcpy(phi, one->phi, n * sizeof *phi);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const double *vs30 = batch->col[KR_COL_VS30];
    size_t n = kr_gmm_padded(batch->n);
    nga_east_shared sh;
    double mag[KR_GMM_BATCH], deviation[KR_GMM_BATCH];

    nga_east_fill(&sh, gmm, &st->median, batch);
    nga_east_round(n, batch->col[KR_COL_MAG], mag);
    for (size_t m = 0; m < gmm->nimts; m++) {
        nga_east_site_row c = nga_east_site_load(gmm->rows + m * NGA_EAST_SITE_NCOL);
        double *mean = out->mean + m * out->stride;
        tabulated_median(&st->median.table.mean[m], n, &sh.at, mean);
        nga_east_amplify(&c, nga_east_v_ref(&gmm->imts[m]), n, &sh, vs30, mean);
        if (st->epistemic) {
            nga_east_site_sigma(&c, n, &sh, vs30, deviation);
            spread(n, deviation, mean);
        }
        set_sigma(st, m, n, vs30, mag, out);
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_table",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "nga_east_<model>.hdf5, a table that is part of the program"},
    {.name = "sigma_model",
     .kind = KR_PARAM_TEXT,
     .text = "COLLAPSED",
     .about = "standard deviations: COLLAPSED, EPRI or PANEL"},
    {.name = "epistemic_site",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "the median takes in the uncertainty of the site's amplification"},
    {.name = NULL},
};

KR_GMM(usgs_ceus_2019) = {
    .name = "NGAEastUSGSGMPE",
    .title = "Goulet et al. (2017), PEER report 2017/03; Petersen et al. (2020), Earthquake "
             "Spectra 36(1)",
    .doi = "10.1177/8755293019878199",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .params = params,
    .table = &nga_east_site_table_,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.2,
    .dist_hi = 1500.0,
    .init = init,
    .eval = eval,
};
