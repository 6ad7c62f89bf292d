/* A ground-motion model whose motion is changed by functions, one after the other in the order in
 * which they are written; the functions are in modify.h. */
#include "gmm/gmm.h"
#include "gmm/modify.h"

#include <string.h>

enum { NMETHODS = sizeof modify_methods / sizeof modify_methods[0] - 1 };

typedef struct state {
    const kr_gmm *inner;
    size_t nmods, own; /* own: doubles of scratch before those of the inner model */
    modification *mods;
    bool parts;  /* some function needs tau and phi */
    double rock; /* vs30 of the inner model; 0: that of the site */
} state;

static const modify_method *find_method(const char *name)
{
    for (const modify_method *m = modify_methods; m->name; m++)
        if (kr_str_eq(m->name, name))
            return m;
    return NULL;
}

static kr_status check_args(kr_ctx *ctx, const kr_gmm *gmm, const modification *mod)
{
    const char *const *known = mod->method->args;
    if (mod->args->kind != KR_VALUE_DICT)
        return kr_gmm_fail(ctx, gmm, "%s of %s: write %s.%s = ... or %s = {}", mod->method->name,
                           gmm->cls->name, mod->method->name, known[0] ? known[0] : "argument",
                           mod->method->name);
    for (size_t i = 0; i < mod->args->n; i++) {
        bool found = false;
        for (size_t k = 0; known[k]; k++)
            found = found || kr_str_eq(known[k], mod->args->keys[i]);
        if (!found)
            return kr_gmm_fail(ctx, gmm, "%s of %s has no argument '%s'; it takes %s%s%s",
                               mod->method->name, gmm->cls->name, mod->args->keys[i],
                               known[0] ? known[0] : "none", known[0] && known[1] ? ", " : "",
                               known[0] && known[1] ? known[1] : "");
    }
    return KR_OK;
}

static kr_status add_method(kr_ctx *ctx, kr_gmm *gmm, const char *name, const kr_value *args)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    modification *mod = &st->mods[st->nmods++];

    mod->method = find_method(name);
    mod->args = args;
    KR_TRY(check_args(ctx, gmm, mod));
    if (mod->method->parts && !st->inner->has_tau_phi)
        return kr_gmm_fail(ctx, gmm,
                           "%s of %s needs the standard deviation between events, which %s does "
                           "not give",
                           name, gmm->cls->name, st->inner->cls->name);
    if (mod->method->init)
        KR_TRY(mod->method->init(ctx, gmm, mod));
    gmm->needs |= mod->method->needs;
    gmm->has_tau_phi = gmm->has_tau_phi || mod->method->makes_parts;
    st->parts = st->parts || mod->method->parts;
    if (mod->method->rock > 0.0 && st->rock != NRCAN15_ROCK_VS30)
        st->rock = mod->method->rock;
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    kr_gmm_inner_spec spec = {.imts = gmm->imts, .nimts = gmm->nimts};

    KR_TRY(kr_gmm_inner_table(ctx, gmm, "gmpe", kr_gmm_arg_of(gmm, "gmpe")->value, &spec));
    KR_TRY(kr_gmm_inner(ctx, gmm, &spec, &st->inner));
    gmm->component = st->inner->component;
    gmm->has_tau_phi = st->inner->has_tau_phi;
    KR_ANEW(st->mods, gmm->arena, gmm->given->n);
    for (size_t i = 0; i < gmm->given->n; i++)
        if (find_method(gmm->given->keys[i]))
            KR_TRY(add_method(ctx, gmm, gmm->given->keys[i], &gmm->given->items[i]));
    st->own = kr_gmm_own_scratch(gmm, st->parts ? 4 * gmm->nimts * KR_GMM_BATCH : 0);
out:
    return s;
}

static void eval_inner(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    kr_gmm_batch inner = *batch;
    double rock[KR_GMM_BATCH];

    inner.scratch = st->own > 0 ? batch->scratch + st->own : batch->scratch; /* may be NULL */
    if (st->rock > 0.0) {
        kr_gmm_fill(rock, kr_gmm_padded(batch->n), st->rock);
        inner.col[KR_COL_VS30] = rock;
    }
    kr_gmm_eval(st->inner, &inner, out);
}

static void copy_out(const kr_gmm *gmm, size_t n, size_t stride, const double *from, double *to,
                     size_t to_stride)
{
    for (size_t m = 0; to && m < gmm->nimts; m++)
        memcpy(to + m * to_stride, from + m * stride, n * sizeof *to);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n), size = gmm->nimts * KR_GMM_BATCH;
    double *room = batch->scratch;
    bool own = st->parts && !(out->tau && out->phi);
    kr_gmm_out to = *out;

    if (own)
        to = (kr_gmm_out){room, room + size, room + 2 * size, room + 3 * size, KR_GMM_BATCH};
    eval_inner(gmm, batch, &to);
    for (size_t k = 0; k < st->nmods; k++)
        st->mods[k].method->apply(&st->mods[k], gmm, batch, &to);
    if (!own)
        return;
    copy_out(gmm, n, to.stride, to.mean, out->mean, out->stride);
    copy_out(gmm, n, to.stride, to.sigma, out->sigma, out->stride);
    copy_out(gmm, n, to.stride, to.tau, out->tau, out->stride);
    copy_out(gmm, n, to.stride, to.phi, out->phi, out->stride);
}

#define METHOD(name_, about_)                                                                      \
    {                                                                                              \
        .name = name_, .kind = KR_PARAM_ANY, .about = about_                                       \
    }

static const kr_gmm_param params[] = {
    {.name = "gmpe",
     .kind = KR_PARAM_ANY,
     .required = true,
     .about = "the model, gmpe.Name = {arguments}"},
    METHOD("set_scale_median_scalar", "scaling_factor: of the median of all measures"),
    METHOD("set_scale_median_vector", "scaling_factor: of the median, a table by measure"),
    METHOD("set_scale_total_sigma_scalar", "scaling_factor: of the total standard deviation"),
    METHOD("set_scale_total_sigma_vector", "scaling_factor: the same, a table by measure"),
    METHOD("set_fixed_total_sigma", "total_sigma: the total standard deviation by measure"),
    METHOD("add_delta_std_to_total_std",
           "delta: added to the total, as variances; may be negative"),
    METHOD("set_total_std_as_tau_plus_delta", "delta: added to that between events for the total"),
    METHOD("add_between_within_stds",
           "with_betw_ratio: parts the total, within over between events"),
    METHOD("set_between_epsilon",
           "epsilon_tau: of the event, in standard deviations between events"),
    METHOD("apply_swiss_amplification", "adds the site's amplfactor to the mean"),
    METHOD("apply_swiss_amplification_sa", "the site's ch_ampl, ch_phis2s and ch_phiss"),
    METHOD("nrcan15_site_term", "kind: \"base\" or \"linear\", Canada's site term of 2015"),
    METHOD("cy14_site_term", "the site term of Chiou and Youngs (2014)"),
    METHOD("sigma_model_alatik2015", "tau_model, ergodic: deviations of Al Atik (2015)"),
    {.name = NULL},
};
_Static_assert(sizeof params / sizeof params[0] == NMETHODS + 2, "every function is an argument");

KR_GMM(modifiable_gmpe) = {
    .name = "ModifiableGMPE",
    .title = "A model with changes to its median and standard deviations, no DOI",
    .trt = "of the model",
    .component = KR_COMPONENT_UNKNOWN,
    .needs = KR_BIT(MAG),
    .measures = ~0u,
    .own_total = true,
    .params = params,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
};
