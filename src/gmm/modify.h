/* What ModifiableGMPE can do with the motion of a model: its functions, each with its arguments.
 *
 * Departures from the reference: set_total_std_as_tau_plus_delta takes tau of each context, where
 * the reference takes that of the third one for all. */
#ifndef KR_GMM_MODIFY_H
#define KR_GMM_MODIFY_H

#include "base/str.h"
#include "gmm/cy14_site.h"
#include "gmm/gmm.h"
#include "gmm/gmm_by_measure.h"
#include "gmm/nga_east_sigma.h"
#include "gmm/nrcan15_site.h"
#include "num/vmath.h"
#include "usgs_ceus_2019_panel.tab.h"

#include <stdio.h>
#include <string.h>

struct modify_method;

/* A function with its arguments. */
typedef struct modification {
    const struct modify_method *method;
    const kr_value *args; /* a dict; in init only */
    double *value;        /* one for each measure */
    void *own;            /* of one function */
} modification;

typedef struct modify_method {
    const char *name;
    const char *args[3]; /* ends with NULL */
    bool parts;          /* needs tau and phi of the model */
    bool makes_parts;    /* gives tau and phi */
    kr_columns needs;
    double rock; /* vs30 with which the model is evaluated, m/s; 0: that of the site */
    kr_status (*init)(kr_ctx *ctx, kr_gmm *gmm, modification *mod);
    /* tau and phi are not NULL if one of the functions needs them */
    void (*apply)(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                  const kr_gmm_out *out);
} modify_method;

/* ---- arguments ---- */

/* Fail: "set_x of ModifiableGMPE: what". */
static kr_status modify_fail(kr_ctx *ctx, const kr_gmm *gmm, const modification *mod,
                             const char *what)
{
    return kr_gmm_fail(ctx, gmm, "%s of %s: %s", mod->method->name, gmm->cls->name, what);
}

static kr_status modify_number(kr_ctx *ctx, const kr_gmm *gmm, const modification *mod, double *out)
{
    const char *key = mod->method->args[0];
    const kr_value *value = kr_value_get(mod->args, key);
    if (!value || !kr_value_is_number(value))
        return kr_gmm_fail(ctx, gmm, "%s of %s needs '%s', a number", mod->method->name,
                           gmm->cls->name, key);
    *out = value->number;
    return KR_OK;
}

/* One number for all measures. */
static kr_status modify_scalar(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = KR_OK;
    double value = 0.0;
    KR_TRY(modify_number(ctx, gmm, mod, &value));
    KR_ANEW(mod->value, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++)
        mod->value[m] = value;
out:
    return s;
}

/* A number for each measure. */
static kr_status modify_vector(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = KR_OK;
    const char *key = mod->method->args[0];
    char name[64];

    snprintf(name, sizeof name, "%s.%s", mod->method->name, key);
    KR_TRY(kr_gmm_by_measure_in(ctx, gmm, name, kr_value_get(mod->args, key), &mod->value));
    if (!mod->value)
        return kr_gmm_fail(ctx, gmm,
                           "%s of %s needs '%s', a table with lines like \"SA(0.5)\" = 0.9",
                           mod->method->name, gmm->cls->name, key);
out:
    return s;
}

/* ---- factors ---- */

/* Factors must be positive; of medians the logarithms are kept. */
static kr_status modify_positive(kr_ctx *ctx, const kr_gmm *gmm, const modification *mod,
                                 bool logarithm)
{
    for (size_t m = 0; m < gmm->nimts; m++) {
        if (!(mod->value[m] > 0.0))
            return kr_gmm_fail(ctx, gmm, "%s of %s: '%s' must be greater than 0", mod->method->name,
                               gmm->cls->name, mod->method->args[0]);
        if (logarithm)
            mod->value[m] = log(mod->value[m]);
    }
    return KR_OK;
}

static kr_status init_median_scalar(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = modify_scalar(ctx, gmm, mod);
    return s == KR_OK ? modify_positive(ctx, gmm, mod, true) : s;
}

static kr_status init_median_vector(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = modify_vector(ctx, gmm, mod);
    return s == KR_OK ? modify_positive(ctx, gmm, mod, true) : s;
}

static void apply_median(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                         const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = out->mean + m * out->stride, add = mod->value[m];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] += add;
    }
}

static kr_status init_sigma_scalar(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = modify_scalar(ctx, gmm, mod);
    return s == KR_OK ? modify_positive(ctx, gmm, mod, false) : s;
}

static kr_status init_sigma_vector(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = modify_vector(ctx, gmm, mod);
    return s == KR_OK ? modify_positive(ctx, gmm, mod, false) : s;
}

static void apply_sigma(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                        const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict sigma = out->sigma + m * out->stride, factor = mod->value[m];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            sigma[i] *= factor;
    }
}

static void apply_fixed_sigma(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                              const kr_gmm_out *out)
{
    for (size_t m = 0; m < gmm->nimts; m++)
        kr_gmm_fill(out->sigma + m * out->stride, kr_gmm_padded(batch->n), mod->value[m]);
}

/* ---- parts of the standard deviation ---- */

/* The square of delta with its sign. */
static kr_status init_delta(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = modify_scalar(ctx, gmm, mod);
    for (size_t m = 0; s == KR_OK && m < gmm->nimts; m++)
        mod->value[m] *= fabs(mod->value[m]);
    return s;
}

/* sigma^2 = of^2 + delta^2, NaN where delta takes away more than there is: the hazard room says so.
 */
static void add_delta(double delta, size_t n, const double *of, double *sigma)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(of[i] * of[i] + delta);
}

static void apply_delta_to_total(const modification *mod, const kr_gmm *gmm,
                                 const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    for (size_t m = 0; m < gmm->nimts; m++)
        add_delta(mod->value[m], kr_gmm_padded(batch->n), out->sigma + m * out->stride,
                  out->sigma + m * out->stride);
}

static void apply_delta_to_tau(const modification *mod, const kr_gmm *gmm,
                               const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    for (size_t m = 0; m < gmm->nimts; m++)
        add_delta(mod->value[m], kr_gmm_padded(batch->n), out->tau + m * out->stride,
                  out->sigma + m * out->stride);
}

static kr_status init_ratio(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = modify_scalar(ctx, gmm, mod);
    if (s == KR_OK && gmm->nimts > 0 && !(mod->value[0] >= 0.0))
        return modify_fail(ctx, gmm, mod, "with_betw_ratio must not be negative");
    return s;
}

static void apply_ratio(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                        const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double ratio = mod->value[0], share = 1.0 / sqrt(1.0 + ratio * ratio);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *sigma = out->sigma + m * out->stride;
        double *tau = kr_gmm_at(out->tau, out, m), *phi = kr_gmm_at(out->phi, out, m);
        for (size_t i = 0; tau && i < n; i++)
            tau[i] = share * sigma[i];
        for (size_t i = 0; phi && i < n; i++)
            phi[i] = ratio * share * sigma[i];
    }
}

static void apply_epsilon(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                          const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double epsilon = mod->value[0];
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = out->mean + m * out->stride;
        double *restrict sigma = out->sigma + m * out->stride;
        double *restrict tau = out->tau + m * out->stride;
        const double *restrict phi = out->phi + m * out->stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            mean[i] += epsilon * tau[i];
            tau[i] = 0.0;
            sigma[i] = phi[i];
        }
    }
}

/* ---- Swiss sites ---- */

static void apply_swiss(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                        const kr_gmm_out *out)
{
    (void)mod;
    size_t n = kr_gmm_padded(batch->n);
    const double *restrict factor = batch->col[KR_COL_AMPLFACTOR];
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = out->mean + m * out->stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] += factor[i];
    }
}

static kr_status init_swiss_sa(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    for (size_t m = 0; m < gmm->nimts; m++)
        if (gmm->imts[m].period != 0.3 && gmm->imts[m].period != 0.6)
            return kr_gmm_fail(ctx, gmm, "%s of %s is for SA(0.3) and SA(0.6), not for %s",
                               mod->method->name, gmm->cls->name, gmm->imts[m].name);
    return KR_OK;
}

static void apply_swiss_sa(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                           const kr_gmm_out *out)
{
    (void)mod;
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        bool is_short = gmm->imts[m].period == 0.3;
        const double *restrict factor = batch->col[is_short ? KR_COL_CH_AMPL03 : KR_COL_CH_AMPL06];
        const double *restrict s2s = batch->col[is_short ? KR_COL_CH_PHIS2S03 : KR_COL_CH_PHIS2S06];
        const double *restrict ss = batch->col[is_short ? KR_COL_CH_PHISS03 : KR_COL_CH_PHISS06];
        double *restrict mean = out->mean + m * out->stride;
        double *restrict sigma = out->sigma + m * out->stride;
        double *restrict phi = out->phi + m * out->stride;
        const double *restrict tau = out->tau + m * out->stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double variance = s2s[i] * s2s[i] + ss[i] * ss[i];
            mean[i] += factor[i];
            phi[i] = sqrt(variance);
            sigma[i] = sqrt(tau[i] * tau[i] + variance);
        }
    }
}

/* ---- site terms ---- */

static kr_status init_nrcan15(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    kr_status s = KR_OK;
    const kr_value *kind = kr_value_get(mod->args, "kind");
    nrcan15_site *site;
    bool linear = kind && kind->kind == KR_VALUE_TEXT && kr_str_eq(kind->text, "linear");
    bool base = kind && kind->kind == KR_VALUE_TEXT && kr_str_eq(kind->text, "base");
    if (!linear && !base)
        return modify_fail(ctx, gmm, mod, "'kind' must be \"base\" or \"linear\"");
    KR_ANEW(site, gmm->arena, 1);
    KR_TRY(nrcan15_site_init(ctx, gmm, linear, site));
    mod->own = site;
out:
    return s;
}

static void apply_nrcan15(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                          const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    nrcan15_shared sh;
    nrcan15_site_fill(mod->own, n, batch->col[KR_COL_VS30], &sh);
    for (size_t m = 0; m < gmm->nimts; m++)
        nrcan15_site_add(mod->own, m, n, &sh, out->mean + m * out->stride);
}

static kr_status init_cy14(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    return kr_gmm_rows(ctx, gmm, &cy14_site_table, &mod->value);
}

static void apply_cy14(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                       const kr_gmm_out *out)
{
    for (size_t m = 0; m < gmm->nimts; m++)
        cy14_site_add(mod->value + m * CHIOU_YOUNGS_2014_NCOL, kr_gmm_padded(batch->n),
                      batch->col[KR_COL_VS30], out->mean + m * out->stride);
}

/* ---- Al Atik (2015) ---- */

/* Equations 5.6, 5.7 and 5.14, and between sites the deviations of Stewart et al. (2019). */
typedef struct modify_al_atik {
    size_t tau;
    double *phi, *site; /* rows of the measures */
    bool ergodic;
} modify_al_atik;

static const kr_gmm_table modify_site = KR_GMM_TABLE(usgs_ceus_2019_panel, USGS_CEUS_2019_PANEL);

static kr_status init_al_atik(kr_ctx *ctx, kr_gmm *gmm, modification *mod)
{
    static const char *const names[] = {[NGA_EAST_GLOBAL] = "global",
                                        [NGA_EAST_CENA] = "cena",
                                        [NGA_EAST_CENA_CONSTANT] = "cena_constant"};
    kr_status s = KR_OK;
    const kr_value *name = kr_value_get(mod->args, "tau_model");
    const kr_value *ergodic = kr_value_get(mod->args, "ergodic");
    size_t n = sizeof names / sizeof names[0];
    modify_al_atik *own;

    KR_ANEW(own, gmm->arena, 1);
    while (name && own->tau < n &&
           !(name->kind == KR_VALUE_TEXT && kr_str_eq(name->text, names[own->tau])))
        own->tau++;
    if (own->tau == n)
        return modify_fail(ctx, gmm, mod, "'tau_model' is none of global, cena, cena_constant");
    if (ergodic && ergodic->kind != KR_VALUE_BOOL)
        return modify_fail(ctx, gmm, mod, "'ergodic' must be true or false");
    own->ergodic = !ergodic || ergodic->number != 0.0;
    KR_TRY(kr_gmm_rows(ctx, gmm, &nga_east_phi_tables[NGA_EAST_GLOBAL], &own->phi));
    KR_TRY(kr_gmm_rows(ctx, gmm, &modify_site, &own->site));
    mod->own = own;
out:
    return s;
}

/* From 0 at lo to 1 at lo + width. */
KR_GMM_INLINE double modify_share(double x, double lo, double width)
{
    double share = (x - lo) / width;
    share = share > 0.0 ? share : 0.0;
    return share < 1.0 ? share : 1.0;
}

static void fill_al_atik(const modify_al_atik *own, const kr_imt *imt, size_t m, size_t n,
                         const kr_gmm_batch *batch, double *restrict tau, double *restrict phi)
{
    const double *t = nga_east_tau_of(own->tau, imt->name)->mean;
    const double t0 = t[0], d1 = t[1] - t[0], d2 = t[2] - t[1], d3 = t[3] - t[2];
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict vs30 = batch->col[KR_COL_VS30];
    const nga_east_phi_global_row c =
        nga_east_phi_global_load(own->phi + m * NGA_EAST_PHI_GLOBAL_NCOL);
    const usgs_ceus_2019_panel_row s =
        usgs_ceus_2019_panel_load(own->site + m * USGS_CEUS_2019_PANEL_NCOL);
    const double sites = own->ergodic ? 1.0 : 0.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double low = modify_share(mag[i], 4.5, 0.5), middle = modify_share(mag[i], 5.0, 0.5);
        double event = c.mean_a + (c.mean_b - c.mean_a) * modify_share(mag[i], 5.0, 1.5);
        double site = s.s2s1 - (s.s2s1 - s.s2s2) * modify_share(vs30[i], 1200.0, 300.0);
        tau[i] = t0 + d1 * low + d2 * middle + d3 * modify_share(mag[i], 5.5, 1.0);
        phi[i] = sqrt(event * event + sites * site * site);
    }
}

static void apply_al_atik(const modification *mod, const kr_gmm *gmm, const kr_gmm_batch *batch,
                          const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double tau[KR_GMM_BATCH], phi[KR_GMM_BATCH];

    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict sigma = out->sigma + m * out->stride;
        fill_al_atik(mod->own, &gmm->imts[m], m, n, batch, tau, phi);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            sigma[i] = sqrt(tau[i] * tau[i] + phi[i] * phi[i]);
        if (out->tau)
            memcpy(out->tau + m * out->stride, tau, n * sizeof tau[0]);
        if (out->phi)
            memcpy(out->phi + m * out->stride, phi, n * sizeof phi[0]);
    }
}

/* ---- all of them ---- */

static const modify_method modify_methods[] = {
    {.name = "set_scale_median_scalar",
     .args = {"scaling_factor"},
     .init = init_median_scalar,
     .apply = apply_median},
    {.name = "set_scale_median_vector",
     .args = {"scaling_factor"},
     .init = init_median_vector,
     .apply = apply_median},
    {.name = "set_scale_total_sigma_scalar",
     .args = {"scaling_factor"},
     .init = init_sigma_scalar,
     .apply = apply_sigma},
    {.name = "set_scale_total_sigma_vector",
     .args = {"scaling_factor"},
     .init = init_sigma_vector,
     .apply = apply_sigma},
    {.name = "set_fixed_total_sigma",
     .args = {"total_sigma"},
     .init = init_sigma_vector,
     .apply = apply_fixed_sigma},
    {.name = "add_delta_std_to_total_std",
     .args = {"delta"},
     .init = init_delta,
     .apply = apply_delta_to_total},
    {.name = "set_total_std_as_tau_plus_delta",
     .args = {"delta"},
     .parts = true,
     .init = init_delta,
     .apply = apply_delta_to_tau},
    {.name = "add_between_within_stds",
     .args = {"with_betw_ratio"},
     .makes_parts = true,
     .init = init_ratio,
     .apply = apply_ratio},
    {.name = "set_between_epsilon",
     .args = {"epsilon_tau"},
     .parts = true,
     .init = modify_scalar,
     .apply = apply_epsilon},
    {.name = "apply_swiss_amplification", .needs = KR_BIT(AMPLFACTOR), .apply = apply_swiss},
    {.name = "apply_swiss_amplification_sa",
     .parts = true,
     .needs = KR_BIT(CH_AMPL03) | KR_BIT(CH_AMPL06) | KR_BIT(CH_PHIS2S03) | KR_BIT(CH_PHIS2S06) |
              KR_BIT(CH_PHISS03) | KR_BIT(CH_PHISS06),
     .init = init_swiss_sa,
     .apply = apply_swiss_sa},
    {.name = "nrcan15_site_term",
     .args = {"kind"},
     .needs = KR_BIT(VS30),
     .rock = NRCAN15_ROCK_VS30,
     .init = init_nrcan15,
     .apply = apply_nrcan15},
    {.name = "cy14_site_term",
     .needs = KR_BIT(VS30),
     .rock = CY14_SITE_ROCK_VS30,
     .init = init_cy14,
     .apply = apply_cy14},
    {.name = "sigma_model_alatik2015",
     .args = {"tau_model", "ergodic"},
     .makes_parts = true,
     .needs = KR_BIT(MAG) | KR_BIT(VS30),
     .init = init_al_atik,
     .apply = apply_al_atik},
    {.name = NULL},
};

#endif
