/* Montalva, G. A., Bastias, N. and Rodriguez-Marek, A. (2017). Ground-motion prediction equation
 * for the Chilean subduction zone. Bull. Seism. Soc. Am. 107(2), 901-911. doi:10.1785/0120160221
 *
 * The form is that of Abrahamson et al. (2016). ...2016 has the coefficients as they were before
 * publication. Departures: sigma_mu_epsilon, as for Abrahamson et al.; the argument
 * faba_taper_model does nothing, as in OpenQuake 3.21. */
#include "abrahamson_2015_dc1.tab.h"
#include "abrahamson_2015_sigma_mu.tab.h"
#include "gmm/bchydro.h"
#include "gmm/gmm.h"
#include "montalva_2016.tab.h"
#include "montalva_2017.tab.h"
#include "montalva_2017_dc1.tab.h"

_Static_assert((int)MONTALVA_2016_NCOL == (int)MONTALVA_2017_NCOL, "the same columns");

static const kr_gmm_table table_2016 = KR_GMM_TABLE(montalva_2016, MONTALVA_2016);
static const kr_gmm_table table_2017 = KR_GMM_TABLE(montalva_2017, MONTALVA_2017);
static const kr_gmm_table dc1_2016 = KR_GMM_TABLE(abrahamson_2015_dc1, ABRAHAMSON_2015_DC1);
static const kr_gmm_table dc1_2017 = KR_GMM_TABLE(montalva_2017_dc1, MONTALVA_2017_DC1);
static const kr_gmm_table mu_table =
    KR_GMM_TABLE(abrahamson_2015_sigma_mu, ABRAHAMSON_2015_SIGMA_MU);

enum { MAX_SHIFTS = 4 };

typedef struct variant {
    bool published, slab;
} variant;

typedef struct state {
    bchydro_terms pga;
    bchydro_terms *terms; /* one for each measure */
    double *sigma_mu;     /* of each measure: standard deviation of the median */
} state;

static const double slab_shift = -0.3;

static bchydro_terms terms_for(const kr_gmm *gmm, const kr_imt *imt)
{
    const variant *v = gmm->cls->variant;
    const double c1 = v->published ? 7.2 : 7.8;
    double row[MONTALVA_2017_NCOL] = {0}, shifts[MAX_SHIFTS] = {0};

    kr_gmm_row(gmm->cls->table, imt, row);
    kr_gmm_row(v->published ? &dc1_2017 : &dc1_2016, imt, shifts);
    const montalva_2017_row c = montalva_2017_load(row);
    const double interface_shift = shifts[v->published ? 0 : 1]; /* 2016: the central one */
    const double shift = v->slab ? slab_shift : interface_shift;
    return (bchydro_terms){
        .constant = c.theta1 + c.theta4 * shift + (v->slab ? c.theta10 : 0.0),
        .break_mag = c1 + shift,
        .below = c.theta4,
        .above = c.theta5,
        .theta13 = v->published ? 0.0 : c.theta13,
        .theta2 = c.theta2 + (v->slab ? c.theta14 : 0.0),
        .theta3 = c.theta3,
        .c1 = c1,
        .by_km = c.theta6 + kr_gmm_arg_of(gmm, "theta6_adjustment")->number,
        .depth = v->slab ? c.theta11 : 0.0,
        .arc_constant = v->slab ? c.theta7 : c.theta15,
        .arc_slope = v->slab ? c.theta8 : c.theta16,
        .theta12 = c.theta12,
        .b = c.b,
        .vlin = c.vlin,
        .sigma = c.sigma,
        .tau = c.tau,
        .phi = c.phi,
    };
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    double *shifts, *mu;

    if (kr_gmm_arg_of(gmm, "ergodic")->number == 0.0)
        return kr_gmm_fail(ctx, gmm,
                           "argument 'ergodic' of %s: only true, for the model has no "
                           "single-station deviation",
                           gmm->cls->name);
    if (kr_gmm_arg_of(gmm, "faba_taper_model")->given)
        kr_warn_at(ctx, gmm->file, gmm->line,
                   "argument 'faba_taper_model' of %s does nothing, as in the reference",
                   gmm->cls->name);
    KR_TRY(kr_gmm_rows(ctx, gmm, v->published ? &dc1_2017 : &dc1_2016, &shifts));
    KR_TRY(kr_gmm_rows(ctx, gmm, &mu_table, &mu));
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    KR_ANEW(st->sigma_mu, gmm->arena, gmm->nimts);
    st->pga = terms_for(gmm, &kr_gmm_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        st->terms[m] = terms_for(gmm, &gmm->imts[m]);
        st->sigma_mu[m] = mu[m * ABRAHAMSON_2015_SIGMA_MU_NCOL + v->slab] / 1.65;
    }
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    const double *restrict backarc = batch->col[KR_COL_BACKARC];
    size_t n = kr_gmm_padded(batch->n);
    bchydro_shared sh;

    for (size_t i = 0; i < n; i++)
        sh.is_back[i] = backarc[i] != 0.0 ? 1.0 : 0.0;
    bchydro_eval(&st->pga, st->terms, gmm->nimts, v->slab, batch, &sh, out);
}

static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    const state *st = gmm->state;
    for (size_t m = 0; m < gmm->nimts; m++)
        kr_gmm_fill(out + m * stride, batch->n, st->sigma_mu[m]);
}

static const kr_gmm_param params[] = {
    {.name = "ergodic",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "true: the model has no single-station variability"},
    {.name = "theta6_adjustment",
     .kind = KR_PARAM_NUMBER,
     .about = "added to the anelastic attenuation, 1/km"},
    {.name = "sigma_mu_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations of the median added to it"},
    {.name = "faba_taper_model",
     .kind = KR_PARAM_TEXT,
     .text = "Step",
     .about = "does nothing: the change to the back-arc is a step"},
    {.name = NULL},
};

static const variant inter_2016 = {false, false}, slab_2016 = {false, true};
static const variant inter_2017 = {true, false}, slab_2017 = {true, true};

#define MONTALVA(of)                                                                               \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .params = params, .state_size = sizeof(state), .variant = &(of),          \
    .mag_lo = 5.0, .mag_hi = 9.0, .dist_hi = 500.0, .init = init, .eval = eval,                    \
    .shift_by = "sigma_mu_epsilon", .shift = shift

#define OF_2016                                                                                    \
    .title = "Montalva, Bastias and Rodriguez-Marek (2016), before publication, no DOI",           \
    .table = &table_2016
#define OF_2017                                                                                    \
    .title = "Montalva, Bastias and Rodriguez-Marek (2017), Bull. Seism. Soc. Am. 107(2)",         \
    .doi = "10.1785/0120160221", .table = &table_2017

#define INTER                                                                                      \
    .trt = "Subduction Interface",                                                                 \
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC)
#define SLAB                                                                                       \
    .trt = "Subduction IntraSlab",                                                                 \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30) | KR_BIT(BACKARC)

KR_GMM(montalva_2016_sinter) = {MONTALVA(inter_2016), OF_2016, INTER,
                                .name = "MontalvaEtAl2016SInter"};

KR_GMM(montalva_2016_sslab) = {MONTALVA(slab_2016), OF_2016, SLAB, .name = "MontalvaEtAl2016SSlab"};

KR_GMM(montalva_2017_sinter) = {MONTALVA(inter_2017), OF_2017, INTER,
                                .name = "MontalvaEtAl2017SInter"};

KR_GMM(montalva_2017_sslab) = {MONTALVA(slab_2017), OF_2017, SLAB, .name = "MontalvaEtAl2017SSlab"};
