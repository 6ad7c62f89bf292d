/* Petersen, M. D. et al. (2014). Documentation for the 2014 update of the United States national
 * seismic hazard maps. USGS Open-File Report 2014-1091. doi:10.3133/ofr20141091
 *
 * A model of shallow crust with the epistemic uncertainty of its median, table 17: `sgn` is -1, 0
 * or 1 times the term. As in OpenQuake 3.21, 0 does not mean the median alone but the average of
 * the exceedance probabilities of all three, with weights 0.185, 0.63 and 0.185; and from 30 km on
 * the term between magnitudes 6 and 7 is that of 10 to 30 km. */
#include "gmm/gmm.h"

#include <string.h>

typedef struct state {
    const kr_gmm *inner;
} state;

/* The arguments of the same model with another sign. */
static kr_status other_args(kr_arena *arena, const char *name, double sgn, kr_value *out)
{
    kr_status s = KR_OK;
    kr_value text = {.kind = KR_VALUE_TEXT, .text = name};
    kr_value number = {.kind = KR_VALUE_FLOAT, .number = sgn};

    memset(out, 0, sizeof *out);
    out->kind = KR_VALUE_DICT;
    KR_TRY(kr_value_add(arena, out, "gmpe_name", &text));
    KR_TRY(kr_value_add(arena, out, "sgn", &number));
out:
    return s;
}

/* The three motions that sgn = 0 stands for. */
static kr_status make_parts(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const double weight = 0.185;
    kr_value args[2];
    kr_gmm_part *parts;

    KR_ANEW(parts, gmm->arena, 3);
    for (size_t i = 0; i < 3; i++)
        parts[i] = (kr_gmm_part){gmm, i == 1 ? 0.63 : weight, 1.0};
    for (size_t i = 0; i < 2; i++) {
        KR_TRY(other_args(gmm->arena, kr_gmm_arg_of(gmm, "gmpe_name")->text, i == 0 ? -1.0 : 1.0,
                          &args[i]));
        kr_gmm_inner_spec spec = {.name = gmm->cls->name,
                                  .args = &args[i],
                                  .imts = gmm->imts,
                                  .nimts = gmm->nimts,
                                  .averages = true};
        KR_TRY(kr_gmm_inner(ctx, gmm, &spec, &parts[2 * i].gmm));
    }
    gmm->parts = parts;
    gmm->nparts = 3;
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double sgn = kr_gmm_arg_of(gmm, "sgn")->number;

    if (sgn != -1.0 && sgn != 0.0 && sgn != 1.0)
        return kr_gmm_fail(ctx, gmm, "argument 'sgn' of %s: %g is none of -1, 0, 1", gmm->cls->name,
                           sgn);
    KR_TRY(kr_gmm_inner_named(ctx, gmm, gmm->imts, gmm->nimts, &st->inner));
    gmm->component = st->inner->component;
    gmm->has_tau_phi = st->inner->has_tau_phi;
    if (sgn == 0.0)
        KR_TRY(make_parts(ctx, gmm));
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    kr_gmm_eval(st->inner, batch, out);
}

/* Table 17. */
static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    double term[KR_GMM_BATCH];

    for (size_t i = 0; i < batch->n; i++) {
        double far = mag[i] >= 7.0 ? 0.33 : mag[i] >= 6.0 ? 0.23 : 0.22;
        double middle = mag[i] >= 7.0 ? 0.36 : far;
        double near = mag[i] >= 7.0 ? 0.40 : mag[i] >= 6.0 ? 0.25 : 0.37;
        term[i] = rrup[i] < 10.0 ? near : rrup[i] < 30.0 ? middle : far;
    }
    for (size_t m = 0; m < gmm->nimts; m++)
        for (size_t i = 0; i < batch->n; i++)
            out[m * stride + i] = term[i];
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name", .kind = KR_PARAM_TEXT, .required = true, .about = "the model"},
    {.name = "sgn",
     .kind = KR_PARAM_NUMBER,
     .required = true,
     .about = "-1, 1: times the epistemic term; 0: the average of both and none"},
    {.name = NULL},
};

KR_GMM(nshmp_2014) = {
    .name = "NSHMP2014",
    .title = "Petersen et al. (2014), USGS Open-File Report 2014-1091",
    .doi = "10.3133/ofr20141091",
    .trt = "of the model",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .measures = ~0u,
    .has_tau_phi = true,
    .params = params,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
    .shift_by = "sgn",
    .shift = shift,
};
