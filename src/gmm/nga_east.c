/* The seed models of NGA-East with the deviations of
 *
 * Al Atik, L. (2015). NGA-East: ground-motion standard deviation models for central and eastern
 * North America. PEER report 2015/07.
 *
 * Goulet, C. A. et al. (2015). NGA-East: median ground-motion models for the central and eastern
 * North America region. PEER report 2015/04.
 *
 * Departures: sites as in nga_east.h. A quantile of a deviation is that of a scaled chi-square
 * distribution (equations 5.1 to 5.5), period by period of the published tables, before
 * interpolation. ...TotalSigma has quantiles of the total deviation (equations 5.15 to 5.19) and
 * takes magnitudes with two decimals; the quantile of the site term is not used for it, as in the
 * reference. */
#include "gmm/nga_east.h"
#include "gmm/nga_east_sigma.h"
#include "nga_east_s2ss.tab.h"

#include <stdio.h>

static const kr_gmm_table s2ss_table = KR_GMM_TABLE(nga_east_s2ss, NGA_EAST_S2SS);

/* The deviations of one measure. */
typedef struct deviations {
    double tau[NGA_EAST_STEPS]; /* ...TotalSigma: the total */
    double phi_low, phi_high, site;
} deviations;

typedef struct state {
    nga_east_median median;
    size_t tau_model, phi_model;
    bool ergodic;
    double site_epsilon;
    deviations *deviations; /* one for each measure */
} state;

static kr_status read_epsilon(kr_ctx *ctx, const kr_gmm *gmm, double *out)
{
    const kr_gmm_arg *arg = kr_gmm_arg_of(gmm, "site_epsilon");
    *out = 0.0;
    if (!arg->given || arg->value->kind == KR_VALUE_NONE)
        return KR_OK;
    if (!kr_value_is_number(arg->value))
        return kr_gmm_fail(ctx, gmm, "argument 'site_epsilon' of %s: a number is needed",
                           gmm->cls->name);
    *out = arg->value->number;
    return KR_OK;
}

static kr_status read_models(kr_ctx *ctx, const kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    static const char *const names[] = {"global", "cena", "cena_constant"};
    const char *site = kr_gmm_arg_of(gmm, "phi_s2ss_model")->text;

    KR_TRY(kr_gmm_choice(ctx, gmm, "tau_model", names, 3, &st->tau_model));
    KR_TRY(kr_gmm_choice(ctx, gmm, "phi_model", names, 3, &st->phi_model));
    KR_TRY(read_epsilon(ctx, gmm, &st->site_epsilon));
    st->ergodic = site && site[0] != '\0' && strcmp(site, "None") != 0;
    if (st->ergodic && strcmp(site, "cena") != 0)
        s = kr_gmm_fail(ctx, gmm, "argument 'phi_s2ss_model' of %s: '%s' is not cena",
                        gmm->cls->name, site);
out:
    return s;
}

static kr_status site_at_quantile(const kr_gmm *gmm, double quantile, kr_gmm_table *table)
{
    kr_status s = KR_OK;
    double *data;

    KR_TRY(nga_east_new_table(gmm, &s2ss_table, 1, table, &data));
    for (size_t r = 0; r < s2ss_table.nrow; r++) {
        nga_east_s2ss_row c = nga_east_s2ss_load(s2ss_table.data + r * s2ss_table.ncol);
        data[r] = nga_east_at_quantile(c.mean, c.var, quantile);
    }
out:
    return s;
}

/* Deviations between and within events. */
static kr_status set_parts(kr_ctx *ctx, const kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    double tau_q, phi_q, site_q, *phi, *site = NULL;
    kr_gmm_table phi_table, site_table;

    KR_TRY(nga_east_read_quantile(ctx, gmm, "tau_quantile", &tau_q));
    KR_TRY(nga_east_read_quantile(ctx, gmm, "phi_ss_quantile", &phi_q));
    KR_TRY(nga_east_read_quantile(ctx, gmm, "phi_s2ss_quantile", &site_q));
    KR_TRY(nga_east_phi_at_quantile(gmm, st->phi_model, phi_q, &phi_table));
    KR_TRY(kr_gmm_rows(ctx, gmm, &phi_table, &phi));
    if (st->ergodic) {
        KR_TRY(site_at_quantile(gmm, site_q, &site_table));
        KR_TRY(kr_gmm_rows(ctx, gmm, &site_table, &site));
    }
    KR_ANEW(st->deviations, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const nga_east_tau *tau = nga_east_tau_of(st->tau_model, gmm->imts[m].name);
        deviations *d = &st->deviations[m];
        for (size_t k = 0; k < NGA_EAST_STEPS; k++)
            d->tau[k] = nga_east_at_quantile(tau->mean[k], tau->sd[k], tau_q);
        d->phi_low = phi[2 * m];
        d->phi_high = phi[2 * m + 1];
        d->site = site ? site[m] : 0.0;
    }
out:
    return s;
}

/* A measure of a table, to be looked up in another. */
static kr_imt imt_of(const kr_gmm_table *table, size_t row)
{
    bool spectral = table->period[row] > 0.0;
    kr_imt imt = spectral ? (kr_imt){.kind = KR_IMT_SA, .period = table->period[row]} : kr_gmm_pga;
    imt.damping = 5.0;
    snprintf(imt.name, sizeof imt.name, "%s", table->imt[row]);
    return imt;
}

/* The total deviation at the steps, for one measure; quantiles of its parts and of itself. */
static void total_at_steps(const state *st, const nga_east_tau *tau, const double phi_mean[2],
                           const double phi_sd[2], const nga_east_s2ss_row *site,
                           const double quantiles[2], double out[NGA_EAST_STEPS])
{
    static const double share[NGA_EAST_STEPS] = {0.0, 0.0, 1.0 / 3.0,
                                                 1.0}; /* from magnitude 5 to 6.5 */

    for (size_t k = 0; k < NGA_EAST_STEPS; k++) {
        double t = nga_east_at_quantile(tau->mean[k], tau->sd[k], quantiles[0]);
        double mean = phi_mean[0] + share[k] * (phi_mean[1] - phi_mean[0]);
        double sd = phi_sd[0] + share[k] * (phi_sd[1] - phi_sd[0]);
        double mean2 = t * t + mean * mean, sd2 = tau->sd[k] * tau->sd[k] + sd * sd;
        if (st->ergodic) {
            mean2 += site->mean * site->mean;
            sd2 += site->var * site->var;
        }
        out[k] = nga_east_at_quantile(sqrt(mean2), sqrt(sd2), quantiles[1]);
    }
}

/* Total deviations for the measures of the site term's table, or without it for those of phi_ss,
 * then for those of the instance. */
static kr_status set_totals(kr_ctx *ctx, const kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    const kr_gmm_table *from = st->ergodic ? &s2ss_table : &nga_east_phi_tables[st->phi_model];
    kr_gmm_table phi_table, totals;
    double *data, *rows, quantiles[2], phi_q, mean[2];

    KR_TRY(nga_east_read_quantile(ctx, gmm, "tau_quantile", &quantiles[0]));
    KR_TRY(nga_east_read_quantile(ctx, gmm, "phi_ss_quantile", &phi_q));
    KR_TRY(nga_east_read_quantile(ctx, gmm, "sigma_quantile", &quantiles[1]));
    if (st->tau_model == NGA_EAST_CENA_CONSTANT)
        return kr_gmm_fail(ctx, gmm,
                           "argument 'tau_model' of %s: the total deviation is not "
                           "defined for cena_constant; global or cena is needed",
                           gmm->cls->name);
    KR_TRY(nga_east_phi_at_quantile(gmm, st->phi_model, phi_q, &phi_table));
    KR_TRY(nga_east_new_table(gmm, from, NGA_EAST_STEPS, &totals, &data));
    for (size_t r = 0; r < from->nrow; r++) {
        kr_imt imt = imt_of(from, r);
        double raw[NGA_EAST_PHI_GLOBAL_NCOL];
        nga_east_s2ss_row site = {0};
        if (st->ergodic)
            site = nga_east_s2ss_load(from->data + r * from->ncol);
        if (!kr_gmm_row(&phi_table, &imt, mean) ||
            !kr_gmm_row(&nga_east_phi_tables[st->phi_model], &imt, raw))
            return KR_EINTERNAL;
        nga_east_phi_global_row c = nga_east_phi_global_load(raw);
        total_at_steps(st, nga_east_tau_of(st->tau_model, imt.name), mean,
                       (double[2]){c.var_a, c.var_b}, &site, quantiles, data + r * NGA_EAST_STEPS);
    }
    KR_TRY(kr_gmm_rows(ctx, gmm, &totals, &rows));
    KR_ANEW(st->deviations, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++)
        memcpy(st->deviations[m].tau, rows + m * NGA_EAST_STEPS, NGA_EAST_STEPS * sizeof *rows);
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    KR_TRY(read_models(ctx, gmm, st));
    KR_TRY(gmm->cls->has_tau_phi ? set_parts(ctx, gmm, st) : set_totals(ctx, gmm, st));
    KR_TRY(nga_east_load(ctx, gmm, "nga_east.hdf5", &st->median));
out:
    return s;
}

static void set_sigma(const deviations *d, size_t n, const double *mag, const kr_gmm_out *one)
{
    const double site = d->site;
    double tau[KR_GMM_BATCH], phi[KR_GMM_BATCH];

    nga_east_steps(d->tau, n, mag, tau);
    nga_east_slope(d->phi_low, d->phi_high, n, mag, phi);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        phi[i] = sqrt(phi[i] * phi[i] + site * site);
        one->sigma[i] = sqrt(tau[i] * tau[i] + phi[i] * phi[i]);
    }
    if (one->tau)
        memcpy(one->tau, tau, n * sizeof *tau);
    if (one->phi)
        memcpy(one->phi, phi, n * sizeof *phi);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const double *vs30 = batch->col[KR_COL_VS30], *mag = batch->col[KR_COL_MAG];
    size_t n = kr_gmm_padded(batch->n);
    const double epsilon = st->site_epsilon;
    nga_east_shared sh;
    double rounded[KR_GMM_BATCH], deviation[KR_GMM_BATCH];

    nga_east_fill(&sh, gmm, &st->median, batch);
    nga_east_round(n, mag, rounded);
    for (size_t m = 0; m < gmm->nimts; m++) {
        nga_east_site_row c = nga_east_site_load(gmm->rows + m * NGA_EAST_SITE_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        tabulated_median(&st->median.table.mean[m], n, &sh.at, one.mean);
        nga_east_amplify(&c, nga_east_v_ref(&gmm->imts[m]), n, &sh, vs30, one.mean);
        if (epsilon != 0.0) {
            nga_east_site_sigma(&c, n, &sh, vs30, deviation);
#pragma omp simd
            for (size_t i = 0; i < n; i++)
                one.mean[i] += epsilon * deviation[i];
        }
        if (gmm->cls->has_tau_phi)
            set_sigma(&st->deviations[m], n, mag, &one);
        else
            nga_east_steps(st->deviations[m].tau, n, rounded, one.sigma);
    }
}

#define NGA_EAST_PARAMS                                                                            \
    {.name = "gmpe_table",                                                                         \
     .kind = KR_PARAM_TEXT,                                                                        \
     .required = true,                                                                             \
     .about = "NGAEast_<model>.hdf5, a table that is part of the program"},                        \
        {.name = "tau_model",                                                                      \
         .kind = KR_PARAM_TEXT,                                                                    \
         .text = "global",                                                                         \
         .about = "between-event deviation: global, cena or cena_constant"},                       \
        {.name = "phi_model",                                                                      \
         .kind = KR_PARAM_TEXT,                                                                    \
         .text = "global",                                                                         \
         .about = "single-station within-event deviation: global, cena or cena_constant"},         \
        {.name = "phi_s2ss_model",                                                                 \
         .kind = KR_PARAM_TEXT,                                                                    \
         .text = NULL,                                                                             \
         .about = "site-to-site deviation: cena; none without it"},                                \
        {.name = "tau_quantile", .kind = KR_PARAM_ANY, .about = "quantile of tau; mean if none"},  \
        {.name = "phi_ss_quantile",                                                                \
         .kind = KR_PARAM_ANY,                                                                     \
         .about = "quantile of the single-station deviation; mean if none"},                       \
        {.name = "phi_s2ss_quantile",                                                              \
         .kind = KR_PARAM_ANY,                                                                     \
         .about = "quantile of the site-to-site deviation; mean if none"},                         \
    {                                                                                              \
        .name = "site_epsilon", .kind = KR_PARAM_ANY,                                              \
        .about = "deviations of the site's amplification to add"                                   \
    }

static const kr_gmm_param params[] = {
    NGA_EAST_PARAMS,
    {.name = NULL},
};

static const kr_gmm_param total_params[] = {
    NGA_EAST_PARAMS,
    {.name = "sigma_quantile",
     .kind = KR_PARAM_ANY,
     .about = "quantile of the total deviation; mean if none"},
    {.name = NULL},
};

#define NGA_EAST                                                                                   \
    .title = "Goulet et al. (2015) and Al Atik (2015), PEER reports 2015/04 and 2015/07, no DOI",  \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_ROTD50,                               \
    .needs = KR_BIT(MAG) | KR_BIT(VS30),                                                           \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),                                \
    .table = &nga_east_site_table_, .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.2,     \
    .dist_hi = 1500.0, .init = init, .eval = eval

KR_GMM(nga_east) = {
    NGA_EAST,
    .name = "NGAEastGMPE",
    .has_tau_phi = true,
    .params = params,
};

KR_GMM(nga_east_total) = {
    NGA_EAST,
    .name = "NGAEastGMPETotalSigma",
    .params = total_params,
};
