/* Abrahamson, N., Gregor, N. and Addo, K. (2016). BC Hydro ground motion prediction equations for
 * subduction earthquakes. Earthquake Spectra 32(1), 23-44. doi:10.1193/051712EQS188MR
 *
 * sigma_mu_epsilon: Abrahamson, N. et al. (2018). Update of the BC Hydro subduction ground-motion
 * model using the NGA-subduction dataset. PEER report 2018/02.
 *
 * The shifts of the break in magnitude (central, high, low) are classes of their own, as in
 * OpenQuake 3.21. There the argument faba_taper_model does nothing in the classes Abrahamson...,
 * whose change to the back-arc is a step. ..._scaled have the theta1 of the largest component.
 *
 * BCHydroESHM20... are those of the European hazard model: Weatherill, G. and Cotton, F. (2020),
 * EFEHR technical report on ESHM20. Their anelastic attenuation is that of the Mediterranean, and
 * they go over to the back-arc with the distance to the volcanic front. */
#include "gmm/abrahamson_2015.h"
#include "abrahamson_2015.tab.h"
#include "abrahamson_2015_dc1.tab.h"
#include "abrahamson_2015_eshm20.tab.h"
#include "abrahamson_2015_scaled.tab.h"
#include "abrahamson_2015_sigma_mu.tab.h"
#include "gmm/bchydro.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

#include <string.h>

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_2015, ABRAHAMSON_2015);
static const kr_gmm_table scaled_table =
    KR_GMM_TABLE(abrahamson_2015_scaled, ABRAHAMSON_2015_SCALED);
static const kr_gmm_table dc1_table = KR_GMM_TABLE(abrahamson_2015_dc1, ABRAHAMSON_2015_DC1);
static const kr_gmm_table mu_table =
    KR_GMM_TABLE(abrahamson_2015_sigma_mu, ABRAHAMSON_2015_SIGMA_MU);
static const kr_gmm_table eshm20_table =
    KR_GMM_TABLE(abrahamson_2015_eshm20, ABRAHAMSON_2015_ESHM20);

_Static_assert((int)ABRAHAMSON_2015_NCOL == (int)ABRAHAMSON_2015_SCALED_NCOL, "the same columns");

typedef struct variant {
    bool slab;
    size_t column; /* interface: of the table of shifts */
    double dc1;    /* slab: the shift */
    bool eshm20;   /* the form of the European hazard model */
} variant;

/* How the term of the back-arc grows with the distance x from the volcanic front into it. */
typedef enum taper_kind { STEP, LINEAR, S_FUNCTION, SIGMOID, GAUSSIAN } taper_kind;

typedef struct taper {
    taper_kind kind;
    double a, b;        /* km: LINEAR, S_FUNCTION: where it begins and ends */
    double width;       /* km: SIGMOID, GAUSSIAN */
    double from, range; /* GAUSSIAN: its values at the ends */
} taper;

typedef struct state {
    taper taper;
    bchydro_terms pga;
    bchydro_terms *terms; /* one for each measure */
    double *sigma_mu;     /* of each measure: standard deviation of the median */
} state;

/* A number greater than 0. */
static kr_status read_positive(kr_ctx *ctx, const kr_gmm *gmm, const char *name, double *out)
{
    const kr_gmm_arg *arg = kr_gmm_arg_of(gmm, name);
    *out = arg->given ? arg->number : 1.0;
    if (!(*out > 0.0))
        return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: a number greater than 0 is needed", name,
                           gmm->cls->name);
    return KR_OK;
}

/* Where a taper begins and ends: the arguments a and b. */
static kr_status read_ends(kr_ctx *ctx, const kr_gmm *gmm, double none, taper *t)
{
    const kr_gmm_arg *a = kr_gmm_arg_of(gmm, "a"), *b = kr_gmm_arg_of(gmm, "b");
    t->a = a->given ? a->number : -none;
    t->b = b->given ? b->number : none;
    if (!(t->a <= t->b))
        return kr_gmm_fail(ctx, gmm, "arguments 'a' and 'b' of %s: a may not be greater than b",
                           gmm->cls->name);
    return KR_OK;
}

static double normal(double x)
{
    return 0.5 * (1.0 + erf(x / sqrt(2.0)));
}

/* Arguments that belong to another taper than the one chosen are mistakes. */
static kr_status check_taper_args(kr_ctx *ctx, const kr_gmm *gmm, size_t kind)
{
    static const char *const names[] = {"a", "b", "c", "sigma", "width"};
    static const char *const takes[] = {
        [STEP] = "", [LINEAR] = "w", [S_FUNCTION] = "ab", [SIGMOID] = "c", [GAUSSIAN] = "abs"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (kr_gmm_arg_of(gmm, names[i])->given && !strchr(takes[kind], names[i][0]))
            return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: not one of faba_taper_model = '%s'",
                               names[i], gmm->cls->name,
                               kr_gmm_arg_of(gmm, "faba_taper_model")->text);
    return KR_OK;
}

static kr_status read_taper(kr_ctx *ctx, const kr_gmm *gmm, taper *t)
{
    static const char *const kinds[] = {"Step", "Linear", "SFunc", "Sigmoid", "Gaussian"};
    kr_status s = KR_OK;
    size_t kind = STEP;

    KR_TRY(kr_gmm_choice(ctx, gmm, "faba_taper_model", kinds, 5, &kind));
    KR_TRY(check_taper_args(ctx, gmm, kind));
    t->kind = (taper_kind)kind;
    if (t->kind == LINEAR) {
        KR_TRY(read_positive(ctx, gmm, "width", &t->width));
        t->a = -0.5 * t->width;
        t->b = 0.5 * t->width;
    } else if (t->kind == S_FUNCTION) {
        KR_TRY(read_ends(ctx, gmm, 0.0, t));
    } else if (t->kind == SIGMOID) {
        KR_TRY(read_positive(ctx, gmm, "c", &t->width));
    } else if (t->kind == GAUSSIAN) {
        KR_TRY(read_ends(ctx, gmm, INFINITY, t));
        KR_TRY(read_positive(ctx, gmm, "sigma", &t->width));
        t->from = normal(t->a / t->width);
        t->range = normal(t->b / t->width) - t->from;
        if (!(t->range > 0.0))
            s = kr_gmm_fail(ctx, gmm, "arguments 'a' and 'b' of %s: a has to be less than b",
                            gmm->cls->name);
    }
out:
    return s;
}

static kr_status init_arc(kr_ctx *ctx, const kr_gmm *gmm, state *st)
{
    const variant *v = gmm->cls->variant;
    if (v->eshm20)
        return read_taper(ctx, gmm, &st->taper);
    if (kr_gmm_arg_of(gmm, "faba_taper_model")->given)
        kr_warn_at(ctx, gmm->file, gmm->line,
                   "argument 'faba_taper_model' of %s does nothing, as in the reference",
                   gmm->cls->name);
    return KR_OK;
}

/* The terms of a measure that all tables have. */
static bchydro_terms terms_for(const kr_gmm *gmm, const kr_imt *imt)
{
    const variant *v = gmm->cls->variant;
    double row[ABRAHAMSON_2015_NCOL] = {0}, shifts[ABRAHAMSON_2015_DC1_NCOL] = {0};
    double eshm20[ABRAHAMSON_2015_ESHM20_NCOL] = {0};
    double adjustment = kr_gmm_arg_of(gmm, "theta6_adjustment")->number;
    bool ergodic = kr_gmm_arg_of(gmm, "ergodic")->number != 0.0;

    kr_gmm_row(gmm->cls->table, imt, row);
    kr_gmm_row(&dc1_table, imt, shifts);
    kr_gmm_row(&eshm20_table, imt, eshm20);
    double theta6 = v->eshm20 ? eshm20[v->slab] : abrahamson_2015_load(row).theta6;
    double dc1 = v->slab ? v->dc1 : shifts[v->column];
    return abrahamson_2015_terms(v->slab, row, dc1, theta6 + adjustment, ergodic);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    double *shifts, *mu;

    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    KR_ANEW(st->sigma_mu, gmm->arena, gmm->nimts);
    KR_TRY(kr_gmm_rows(ctx, gmm, &dc1_table, &shifts)); /* also: that it has them */
    KR_TRY(kr_gmm_rows(ctx, gmm, &mu_table, &mu));
    KR_TRY(init_arc(ctx, gmm, st));
    st->pga = terms_for(gmm, &kr_gmm_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        st->terms[m] = terms_for(gmm, &gmm->imts[m]);
        st->sigma_mu[m] = mu[m * ABRAHAMSON_2015_SIGMA_MU_NCOL + v->slab] / 1.65;
    }
out:
    return s;
}

/* How much of the back-arc's term counts: xvf is the distance to the volcanic front, less than 0
 * behind it. */
static void fill_taper(const taper *how, size_t n, const double *restrict xvf,
                       double *restrict is_back)
{
    const taper t = *how;
    const double middle = 0.5 * (t.a + t.b), length = t.b > t.a ? t.b - t.a : 1.0;
    const double scale = t.width > 0.0 ? t.width : 1.0, root2 = sqrt(2.0);

    for (size_t i = 0; i < n; i++)
        is_back[i] = xvf[i] < 0.0 ? 1.0 : 0.0;
    if (t.kind == LINEAR) {
        for (size_t i = 0; i < n; i++)
            is_back[i] = fmin(fmax((-xvf[i] - t.a) / length, 0.0), 1.0);
    } else if (t.kind == S_FUNCTION) {
        for (size_t i = 0; i < n; i++) {
            double x = -xvf[i], up = (x - t.a) / length, down = (x - t.b) / length;
            double between = x < middle ? 2.0 * up * up : 1.0 - 2.0 * down * down;
            is_back[i] = x <= t.a ? 0.0 : x >= t.b ? 1.0 : between;
        }
    } else if (t.kind == SIGMOID) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            is_back[i] = 1.0 / (1.0 + exp(xvf[i] / scale));
    } else if (t.kind == GAUSSIAN) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double share = 0.5 * (1.0 + erf(-xvf[i] / scale / root2));
            double y = (share - t.from) / t.range;
            y = y > 0.0 ? y : 0.0;
            is_back[i] = y < 1.0 ? y : 1.0;
        }
    }
}

static void fill_arc(const kr_gmm *gmm, size_t n, const kr_gmm_batch *batch,
                     double *restrict is_back)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    const double *restrict backarc = batch->col[KR_COL_BACKARC];

    if (v->eshm20)
        fill_taper(&st->taper, n, batch->col[KR_COL_XVF], is_back);
    else
        for (size_t i = 0; i < n; i++)
            is_back[i] = backarc[i] != 0.0 ? 1.0 : 0.0;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    bchydro_shared sh;

    fill_arc(gmm, kr_gmm_padded(batch->n), batch, sh.is_back);
    bchydro_eval(&st->pga, st->terms, gmm->nimts, v->slab, batch, &sh, out);
}

static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    const state *st = gmm->state;
    for (size_t m = 0; m < gmm->nimts; m++)
        kr_gmm_fill(out + m * stride, batch->n, st->sigma_mu[m]);
}

#define PARAMS                                                                                     \
    {.name = "ergodic",                                                                            \
     .kind = KR_PARAM_BOOL,                                                                        \
     .number = 1.0,                                                                                \
     .about = "false: single-station variability"},                                                \
        {.name = "theta6_adjustment",                                                              \
         .kind = KR_PARAM_NUMBER,                                                                  \
         .about = "added to the anelastic attenuation, 1/km"},                                     \
    {                                                                                              \
        .name = "sigma_mu_epsilon", .kind = KR_PARAM_NUMBER,                                       \
        .about = "standard deviations of the median added to it"                                   \
    }
static const kr_gmm_param params[] = {
    PARAMS,
    {.name = "faba_taper_model",
     .kind = KR_PARAM_TEXT,
     .text = "Step",
     .about = "does nothing: the change to the back-arc is a step"},
    {.name = NULL},
};
static const kr_gmm_param eshm20_params[] = {
    PARAMS,
    {.name = "faba_taper_model",
     .kind = KR_PARAM_TEXT,
     .text = "Step",
     .about = "how the term of the back-arc begins: Step, Linear, SFunc, Sigmoid or Gaussian"},
    {.name = "a", .kind = KR_PARAM_NUMBER, .about = "SFunc, Gaussian: where it begins, km"},
    {.name = "b", .kind = KR_PARAM_NUMBER, .about = "SFunc, Gaussian: where it ends, km"},
    {.name = "c", .kind = KR_PARAM_NUMBER, .number = 1.0, .about = "Sigmoid: its width, km"},
    {.name = "sigma", .kind = KR_PARAM_NUMBER, .number = 1.0, .about = "Gaussian: its width, km"},
    {.name = "width", .kind = KR_PARAM_NUMBER, .number = 1.0, .about = "Linear: its width, km"},
    {.name = NULL},
};

static const variant inter_low = {.column = 0};
static const variant inter_low_eshm20 = {.column = 0, .eshm20 = true};
static const variant inter_central = {.column = 1};
static const variant inter_central_eshm20 = {.column = 1, .eshm20 = true};
static const variant inter_high = {.column = 2};
static const variant inter_high_eshm20 = {.column = 2, .eshm20 = true};
static const variant slab_low = {.slab = true, .dc1 = -0.5};
static const variant slab_low_eshm20 = {.slab = true, .dc1 = -0.5, .eshm20 = true};
static const variant slab_central = {.slab = true, .dc1 = -0.3};
static const variant slab_central_eshm20 = {.slab = true, .dc1 = -0.3, .eshm20 = true};
static const variant slab_high = {.slab = true, .dc1 = -0.1};
static const variant slab_high_eshm20 = {.slab = true, .dc1 = -0.1, .eshm20 = true};

#define COMMON                                                                                     \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .state_size = sizeof(state), .mag_lo = 5.0, .mag_hi = 9.5,                \
    .dist_hi = 300.0, .init = init, .eval = eval, .shift_by = "sigma_mu_epsilon", .shift = shift

#define ABRAHAMSON_2015                                                                            \
    COMMON, .title = "Abrahamson, Gregor and Addo (2016), Earthquake Spectra 32(1)",               \
            .doi = "10.1193/051712EQS188MR", .params = params
#define ESHM20                                                                                     \
    COMMON, .title = "Weatherill and Cotton (2020), subduction models of ESHM20, no DOI",          \
            .params = eshm20_params
#define INTER_NEEDS (KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30))
#define SLAB_NEEDS  (KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30))

#define ABRAHAMSON_2015_INTER                                                                      \
    ABRAHAMSON_2015, .trt = "Subduction Interface", .needs = INTER_NEEDS | KR_BIT(BACKARC)

#define ABRAHAMSON_2015_SLAB                                                                       \
    ABRAHAMSON_2015, .trt = "Subduction IntraSlab", .needs = SLAB_NEEDS | KR_BIT(BACKARC)

KR_GMM(abrahamson_2015_sinter) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInter",
    .table = &table,
    .variant = &inter_central,
};

KR_GMM(abrahamson_2015_sinter_high) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInterHigh",
    .table = &table,
    .variant = &inter_high,
};

KR_GMM(abrahamson_2015_sinter_low) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInterLow",
    .table = &table,
    .variant = &inter_low,
};

KR_GMM(abrahamson_2015_sslab) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlab",
    .table = &table,
    .variant = &slab_central,
};

KR_GMM(abrahamson_2015_sslab_high) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlabHigh",
    .table = &table,
    .variant = &slab_high,
};

KR_GMM(abrahamson_2015_sslab_low) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlabLow",
    .table = &table,
    .variant = &slab_low,
};

KR_GMM(abrahamson_2015_sinter_scaled) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInter_scaled",
    .table = &scaled_table,
    .variant = &inter_central,
};

KR_GMM(abrahamson_2015_sslab_scaled) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlab_scaled",
    .table = &scaled_table,
    .variant = &slab_central,
};

KR_GMM(bchydro_eshm20_sinter) = {
    ESHM20,
    .name = "BCHydroESHM20SInter",
    .table = &table,
    .trt = "Subduction Interface",
    .needs = INTER_NEEDS | KR_BIT(XVF),
    .variant = &inter_central_eshm20,
};

KR_GMM(bchydro_eshm20_sinter_high) = {
    ESHM20,
    .name = "BCHydroESHM20SInterHigh",
    .table = &table,
    .trt = "Subduction Interface",
    .needs = INTER_NEEDS | KR_BIT(XVF),
    .variant = &inter_high_eshm20,
};

KR_GMM(bchydro_eshm20_sinter_low) = {
    ESHM20,
    .name = "BCHydroESHM20SInterLow",
    .table = &table,
    .trt = "Subduction Interface",
    .needs = INTER_NEEDS | KR_BIT(XVF),
    .variant = &inter_low_eshm20,
};

KR_GMM(bchydro_eshm20_sslab) = {
    ESHM20,
    .name = "BCHydroESHM20SSlab",
    .table = &table,
    .trt = "Subduction IntraSlab",
    .needs = SLAB_NEEDS | KR_BIT(XVF),
    .variant = &slab_central_eshm20,
};

KR_GMM(bchydro_eshm20_sslab_high) = {
    ESHM20,
    .name = "BCHydroESHM20SSlabHigh",
    .table = &table,
    .trt = "Subduction IntraSlab",
    .needs = SLAB_NEEDS | KR_BIT(XVF),
    .variant = &slab_high_eshm20,
};

KR_GMM(bchydro_eshm20_sslab_low) = {
    ESHM20,
    .name = "BCHydroESHM20SSlabLow",
    .table = &table,
    .trt = "Subduction IntraSlab",
    .needs = SLAB_NEEDS | KR_BIT(XVF),
    .variant = &slab_low_eshm20,
};
