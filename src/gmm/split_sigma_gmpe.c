/* The total standard deviation of a model split into one between and one within events, one of
 * which is given. Where the given one is greater than the total the other is 0 (the reference
 * stops). */
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef struct state {
    const kr_gmm *inner;
    bool between; /* that between events is given */
    double given;
} state;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    const kr_gmm_arg *between = kr_gmm_arg_of(gmm, "between_absolute");
    const kr_gmm_arg *within = kr_gmm_arg_of(gmm, "within_absolute");

    if (between->given == within->given)
        return kr_gmm_fail(ctx, gmm, "%s needs either between_absolute or within_absolute",
                           gmm->cls->name);
    st->between = between->given;
    st->given = st->between ? between->number : within->number;
    if (!(st->given >= 0.0))
        return kr_gmm_fail(ctx, gmm, "a standard deviation of %s is negative", gmm->cls->name);
    KR_TRY(kr_gmm_inner_named(ctx, gmm, gmm->imts, gmm->nimts, &st->inner));
    gmm->component = st->inner->component;
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    kr_gmm_out inner = *out;
    size_t n = kr_gmm_padded(batch->n);
    double variance = st->given * st->given;

    inner.tau = inner.phi = NULL;
    kr_gmm_eval(st->inner, batch, &inner);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *restrict sigma = out->sigma + m * out->stride;
        double *restrict other = kr_gmm_at(st->between ? out->phi : out->tau, out, m);
        kr_gmm_fill(kr_gmm_at(st->between ? out->tau : out->phi, out, m), n, st->given);
        for (size_t i = 0; other && i < n; i++) {
            double rest = sigma[i] * sigma[i] - variance;
            other[i] = sqrt(rest > 0.0 ? rest : 0.0);
        }
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name", .kind = KR_PARAM_TEXT, .required = true, .about = "the model"},
    {.name = "within_absolute",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviation within events"},
    {.name = "between_absolute",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviation between events"},
    {.name = NULL},
};

KR_GMM(split_sigma_gmpe) = {
    .name = "SplitSigmaGMPE",
    .title = "A model with its standard deviation split in two, no DOI",
    .trt = "of the model",
    .component = KR_COMPONENT_UNKNOWN,
    .needs = KR_BIT(MAG),
    .measures = ~0u,
    .has_tau_phi = true,
    .params = params,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
};
