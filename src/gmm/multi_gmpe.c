/* A model for each measure: MultiGMPE. */
#include "base/str.h"
#include "gmm/gmm.h"

typedef struct state {
    const kr_gmm **inner; /* one for each measure */
} state;

/* The place of the measure in the arguments, or their number. */
static size_t find_measure(const kr_gmm *gmm, const kr_imt *imt)
{
    size_t n = gmm->given ? gmm->given->n : 0;
    kr_imt key;
    for (size_t i = 0; i < n; i++)
        if (kr_imt_parse(gmm->given->keys[i], &key) && kr_str_eq(key.name, imt->name))
            return i;
    return n;
}

static kr_status check_keys(kr_ctx *ctx, const kr_gmm *gmm)
{
    kr_imt key;
    for (size_t i = 0; gmm->given && i < gmm->given->n; i++)
        if (!kr_imt_parse(gmm->given->keys[i], &key) &&
            !kr_str_eq(gmm->given->keys[i], kr_gmm_mixture))
            return kr_gmm_fail(ctx, gmm, "%s: '%s' is no intensity measure", gmm->cls->name,
                               gmm->given->keys[i]);
    return KR_OK;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    KR_TRY(check_keys(ctx, gmm));
    KR_ANEW(st->inner, gmm->arena, gmm->nimts);
    gmm->has_tau_phi = true;
    for (size_t m = 0; m < gmm->nimts; m++) {
        size_t i = find_measure(gmm, &gmm->imts[m]);
        kr_gmm_inner_spec spec = {.imts = &gmm->imts[m], .nimts = 1};
        if (!gmm->given || i == gmm->given->n)
            return kr_gmm_fail(ctx, gmm, "%s names no model for %s; write '%s' = {Model = {}}",
                               gmm->cls->name, gmm->imts[m].name, gmm->imts[m].name);
        KR_TRY(kr_gmm_inner_table(ctx, gmm, gmm->given->keys[i], &gmm->given->items[i], &spec));
        KR_TRY(kr_gmm_inner(ctx, gmm, &spec, &st->inner[m]));
        gmm->has_tau_phi = gmm->has_tau_phi && st->inner[m]->has_tau_phi;
    }
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_gmm_out one = {kr_gmm_at(out->mean, out, m), kr_gmm_at(out->sigma, out, m),
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        kr_gmm_eval(st->inner[m], batch, &one);
    }
}

KR_GMM(multi_gmpe) = {
    .name = "MultiGMPE",
    .title = "A model for each measure, no DOI",
    .trt = "of the models",
    .component = KR_COMPONENT_HORIZONTAL,
    .needs = KR_BIT(MAG),
    .measures = ~0u,
    .own_total = true,
    .takes_all = true,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
};
