/* Weighted averages of ground-motion models: AvgGMPE of their means and variances, AvgPoeGMPE of
 * their exceedance probabilities.
 *
 * AvgPoeGMPE is parts to those who compute probabilities; evaluated itself it gives the mean and
 * the standard deviation of the mixture. Departures from the reference: that gives 0 and 1e-10
 * then. */
#include "base/str.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct state {
    size_t n, own; /* models; doubles of scratch before theirs */
    const kr_gmm **inner;
    double *share; /* weights; AvgGMPE: of their sum */
} state;

static kr_status read_model(kr_ctx *ctx, kr_gmm *gmm, size_t i, bool averages, double *weight,
                            const kr_gmm **out)
{
    kr_status s = KR_OK;
    static const char *const without[] = {"weight", NULL};
    const char *key = gmm->given->keys[i];
    kr_gmm_inner_spec spec = {
        .without = without, .imts = gmm->imts, .nimts = gmm->nimts, .averages = averages};
    const kr_value *value;

    KR_TRY(kr_gmm_inner_table(ctx, gmm, key, &gmm->given->items[i], &spec));
    value = kr_value_get(spec.args, "weight");
    if (!value || !kr_value_is_number(value))
        return kr_gmm_fail(ctx, gmm, "%s: '%s' has no weight; write %s.%s.weight = number",
                           gmm->cls->name, key, key, spec.name);
    if (!(value->number >= 0.0) || isinf(value->number))
        return kr_gmm_fail(ctx, gmm, "%s: the weight of '%s' is not a number from 0 on",
                           gmm->cls->name, key);
    *weight = value->number;
    KR_TRY(kr_gmm_inner(ctx, gmm, &spec, out));
out:
    return s;
}

static kr_status read_models(kr_ctx *ctx, kr_gmm *gmm, bool averages)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    size_t n = gmm->given ? gmm->given->n : 0;

    KR_ANEW(st->inner, gmm->arena, n + 1);
    KR_ANEW(st->share, gmm->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (kr_str_eq(gmm->given->keys[i], kr_gmm_mixture))
            continue;
        KR_TRY(read_model(ctx, gmm, i, averages, &st->share[st->n], &st->inner[st->n]));
        st->n++;
    }
    if (st->n == 0)
        return kr_gmm_fail(ctx, gmm, "%s without models; name at least one", gmm->cls->name);
    gmm->has_tau_phi = true;
    for (size_t k = 0; k < st->n; k++)
        gmm->has_tau_phi = gmm->has_tau_phi && st->inner[k]->has_tau_phi;
    st->own = kr_gmm_own_scratch(gmm, 4 * gmm->nimts * KR_GMM_BATCH);
out:
    return s;
}

static kr_status init_avg(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double sum = 0.0;

    KR_TRY(read_models(ctx, gmm, false));
    for (size_t k = 0; k < st->n; k++)
        sum += st->share[k];
    if (!(sum > 0.0))
        return kr_gmm_fail(ctx, gmm, "the weights of %s are all 0", gmm->cls->name);
    for (size_t k = 0; k < st->n; k++)
        st->share[k] /= sum;
out:
    return s;
}

static kr_status init_avg_poe(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    size_t n = 0;
    kr_gmm_part *parts;

    KR_TRY(read_models(ctx, gmm, true));
    gmm->to_geometric_mean = false; /* the models see to it */
    for (size_t k = 0; k < st->n; k++)
        n += kr_gmm_count_parts(st->inner[k]);
    KR_ANEW(parts, gmm->arena, n);
    for (size_t k = 0; k < st->n; k++)
        for (size_t p = 0; p < kr_gmm_count_parts(st->inner[k]); p++)
            parts[gmm->nparts++] = kr_gmm_part_at(st->inner[k], p, st->share[k]);
    gmm->parts = parts;
out:
    return s;
}

/* One model into the scratch. */
static kr_gmm_out eval_model(const kr_gmm *gmm, size_t k, const kr_gmm_batch *batch, bool parts)
{
    const state *st = gmm->state;
    size_t size = gmm->nimts * KR_GMM_BATCH;
    double *room = batch->scratch;
    kr_gmm_batch inner = *batch;
    kr_gmm_out out = {room, room + size, NULL, NULL, KR_GMM_BATCH};
    if (parts) {
        out.tau = room + 2 * size;
        out.phi = room + 3 * size;
    }
    inner.scratch = room + st->own;
    kr_gmm_eval(st->inner[k], &inner, &out);
    return out;
}

/* sum += weight x^2 */
static void add_squares(size_t n, double weight, const double *x, double *sum)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sum[i] += weight * x[i] * x[i];
}

static void add(size_t n, double weight, const double *x, double *sum)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sum[i] += weight * x[i];
}

static void clear(const kr_gmm *gmm, size_t n, const kr_gmm_out *out)
{
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_gmm_fill(kr_gmm_at(out->mean, out, m), n, 0.0);
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, 0.0);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, 0.0);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, 0.0);
    }
}

/* Means, and the mean squares of standard deviations. */
static void add_models(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    bool parts = gmm->has_tau_phi && (out->tau || out->phi);

    clear(gmm, n, out);
    for (size_t k = 0; k < st->n; k++) {
        kr_gmm_out one = eval_model(gmm, k, batch, parts);
        double w = st->share[k];
        for (size_t m = 0; m < gmm->nimts; m++) {
            add(n, w, one.mean + m * one.stride, out->mean + m * out->stride);
            add_squares(n, w, one.sigma + m * one.stride, out->sigma + m * out->stride);
            if (parts && out->tau)
                add_squares(n, w, one.tau + m * one.stride, out->tau + m * out->stride);
            if (parts && out->phi)
                add_squares(n, w, one.phi + m * one.stride, out->phi + m * out->stride);
        }
    }
}

static void take_roots(const kr_gmm *gmm, size_t n, const kr_gmm_out *out)
{
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *sigma = kr_gmm_at(out->sigma, out, m), *tau = kr_gmm_at(out->tau, out, m);
        double *phi = kr_gmm_at(out->phi, out, m);
        for (size_t i = 0; i < n; i++)
            sigma[i] = sqrt(sigma[i]);
        for (size_t i = 0; tau && i < n; i++)
            tau[i] = sqrt(tau[i]);
        for (size_t i = 0; phi && i < n; i++)
            phi[i] = sqrt(phi[i]);
    }
}

static void eval_avg(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    add_models(gmm, batch, out);
    take_roots(gmm, kr_gmm_padded(batch->n), out);
}

/* The variance of a mixture has the scatter of the means, too. */
static void eval_avg_poe(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);

    add_models(gmm, batch, out);
    for (size_t k = 0; st->n > 1 && k < st->n; k++) {
        kr_gmm_out one = eval_model(gmm, k, batch, false);
        for (size_t m = 0; m < gmm->nimts; m++) {
            const double *mean = out->mean + m * out->stride;
            double *apart = one.mean + m * one.stride;
            for (size_t i = 0; i < n; i++)
                apart[i] -= mean[i];
            add_squares(n, st->share[k], apart, out->sigma + m * out->stride);
        }
    }
    take_roots(gmm, n, out);
}

#define AVERAGE                                                                                    \
    .trt = "of the models", .needs = KR_BIT(MAG), .measures = ~0u, .own_total = true,              \
    .takes_all = true, .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0

KR_GMM(avg_gmpe) = {
    AVERAGE,
    .name = "AvgGMPE",
    .title = "The weighted average of models, of means and variances, no DOI",
    .component = KR_COMPONENT_HORIZONTAL,
    .init = init_avg,
    .eval = eval_avg,
};

KR_GMM(avg_poe_gmpe) = {
    AVERAGE,
    .name = "AvgPoeGMPE",
    .title = "The weighted average of models, of exceedance probabilities, no DOI",
    .component = KR_COMPONENT_UNKNOWN,
    .init = init_avg_poe,
    .eval = eval_avg_poe,
};
