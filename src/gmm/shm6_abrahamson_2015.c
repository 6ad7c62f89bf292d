/* Abrahamson et al. (2016) in Canada's sixth seismic hazard model (shm6.h): periods from 0.05 to
 * 10 s; PGV from spectral acceleration at one period; slabs have one depth and the interface's
 * shifts of the break in magnitude.
 *
 * Departures, as in OpenQuake 3.21: faba_taper_model does nothing. */
#include "abrahamson_2015_dc1.tab.h"
#include "abrahamson_2015_sigma_mu.tab.h"
#include "gmm/abrahamson_2015.h"
#include "gmm/shm6.h"

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_2015, ABRAHAMSON_2015);
static const kr_gmm_table dc1_table = KR_GMM_TABLE(abrahamson_2015_dc1, ABRAHAMSON_2015_DC1);
static const kr_gmm_table mu_table =
    KR_GMM_TABLE(abrahamson_2015_sigma_mu, ABRAHAMSON_2015_SIGMA_MU);

enum { CENTRAL = 1 }; /* column of the shifts */

typedef struct variant {
    bool slab;
    double depth; /* km, of slabs */
    shm6_velocity velocity;
} variant;

typedef struct state {
    bchydro_terms pga;
    bchydro_terms *terms; /* one for each measure */
    double *sigma_mu;     /* of each measure: standard deviation of the median */
} state;

static bchydro_terms terms_for(const kr_gmm *gmm, const kr_imt *imt)
{
    const variant *v = gmm->cls->variant;
    double row[ABRAHAMSON_2015_NCOL] = {0}, shifts[ABRAHAMSON_2015_DC1_NCOL] = {0};
    double adjustment = kr_gmm_arg_of(gmm, "theta6_adjustment")->number;
    bool ergodic = kr_gmm_arg_of(gmm, "ergodic")->number != 0.0;

    kr_gmm_row(&table, imt, row);
    kr_gmm_row(&dc1_table, imt, shifts);
    double theta6 = abrahamson_2015_load(row).theta6 + adjustment;
    return abrahamson_2015_terms(v->slab, row, shifts[CENTRAL], theta6, ergodic);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    double mu[ABRAHAMSON_2015_SIGMA_MU_NCOL];

    KR_TRY(shm6_check_periods(ctx, gmm));
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    KR_ANEW(st->sigma_mu, gmm->arena, gmm->nimts);
    st->pga = terms_for(gmm, &kr_gmm_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_imt imt = shm6_stand_in(&v->velocity, &gmm->imts[m]);
        kr_gmm_row(&mu_table, &imt, mu);
        st->terms[m] = terms_for(gmm, &imt);
        st->sigma_mu[m] = mu[v->slab] / 1.65;
        if (gmm->imts[m].kind == KR_IMT_PGV && v->slab)
            st->sigma_mu[m] *= v->velocity.slope;
    }
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const double *backarc = batch->col[KR_COL_BACKARC];
    size_t n = kr_gmm_padded(batch->n);
    double depth[KR_GMM_BATCH];
    kr_gmm_batch own = *batch;
    bchydro_shared sh;

    for (size_t i = 0; i < n; i++)
        sh.is_back[i] = backarc[i] != 0.0 ? 1.0 : 0.0;
    kr_gmm_fill(depth, n, v->depth);
    own.col[KR_COL_HYPO_DEPTH] = depth;
    bchydro_eval(&st->pga, st->terms, gmm->nimts, v->slab, &own, &sh, out);
    for (size_t m = 0; m < gmm->nimts; m++)
        if (gmm->imts[m].kind == KR_IMT_PGV)
            shm6_to_velocity(&v->velocity, n, out->mean + m * out->stride);
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
     .about = "false: single-station variability"},
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

static const variant interface = {.velocity = SHM6_INTERFACE_VELOCITY};
static const variant slab_55 = {.slab = true, .depth = 55.0, .velocity = SHM6_SLAB_VELOCITY};
static const variant slab_30 = {.slab = true, .depth = 30.0, .velocity = SHM6_SLAB_VELOCITY};

#define SHM6_ABRAHAMSON                                                                            \
    SHM6, .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .has_tau_phi = true, .params = params,     \
          .state_size = sizeof(state), .mag_lo = 5.0, .mag_hi = 9.5, .dist_hi = 300.0,             \
          .init = init, .eval = eval, .shift_by = "sigma_mu_epsilon", .shift = shift
#define SLAB                                                                                       \
    SHM6_ABRAHAMSON,                                                                               \
        .trt = "Subduction IntraSlab",                                                             \
        .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30) | KR_BIT(BACKARC)

KR_GMM(shm6_abrahamson_2015_sinter) = {
    SHM6_ABRAHAMSON,
    .name = "CanadaSHM6_Interface_AbrahamsonEtAl2015SInter",
    .trt = "Subduction Interface",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC),
    .variant = &interface,
};

KR_GMM(shm6_abrahamson_2015_sslab_55) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_AbrahamsonEtAl2015SSlab55",
    .variant = &slab_55,
};

KR_GMM(shm6_abrahamson_2015_sslab_30) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_AbrahamsonEtAl2015SSlab30",
    .variant = &slab_30,
};
