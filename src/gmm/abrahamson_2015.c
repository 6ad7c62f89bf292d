/* Abrahamson, N., Gregor, N. and Addo, K. (2016). BC Hydro ground motion prediction equations for
 * subduction earthquakes. Earthquake Spectra 32(1), 23-44. doi:10.1193/051712EQS188MR
 *
 * sigma_mu_epsilon: Abrahamson, N. et al. (2018). Update of the BC Hydro subduction ground-motion
 * model using the NGA-subduction dataset. PEER report 2018/02.
 *
 * The shifts of the break in magnitude (central, high, low) are classes of their own, as in
 * OpenQuake 3.21. There the argument faba_taper_model does nothing in these classes, whose change
 * to the back-arc is a step. */
#include "abrahamson_2015.tab.h"
#include "abrahamson_2015_dc1.tab.h"
#include "abrahamson_2015_sigma_mu.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_2015, ABRAHAMSON_2015);
static const kr_gmm_table dc1_table = KR_GMM_TABLE(abrahamson_2015_dc1, ABRAHAMSON_2015_DC1);
static const kr_gmm_table mu_table =
    KR_GMM_TABLE(abrahamson_2015_sigma_mu, ABRAHAMSON_2015_SIGMA_MU);

/* Table 2. */
static const double n_site = 1.18, c_site = 1.88, theta3 = 0.1, theta4 = 0.9, theta9 = 0.4;
static const double c4 = 10.0, c1 = 7.8;

static const double rock_vs30 = 1000.0;

typedef struct variant {
    bool slab;
    size_t column;  /* interface: of the table of shifts */
    double dc1;     /* slab: the shift */
    double nearest; /* km: the least distance of the term of the back-arc */
} variant;

/* The coefficients of one measure for one kind of earthquake. */
typedef struct terms {
    double constant, break_mag, theta13; /* magnitude */
    double theta2, by_km, depth;
    double arc_constant, arc_slope;
    double theta12, b, vlin, ln_vlin;
    double sigma, tau, phi;
} terms;

typedef struct state {
    terms pga;
    terms *terms;     /* one for each measure */
    double *sigma_mu; /* of each measure: standard deviation of the median */
} state;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH];    /* with the term of magnitude */
    double far[KR_GMM_BATCH];     /* (10 - M)^2 */
    double depth[KR_GMM_BATCH];   /* hypocentre, at most 120 km, less 60 km */
    double is_back[KR_GMM_BATCH]; /* 1 in the back-arc, otherwise 0 */
    double ln_back[KR_GMM_BATCH]; /* ln(distance / 40 km) there, otherwise 0 */
    double ln_vs30[KR_GMM_BATCH]; /* of the site, at most 1000 m/s */
    double pga[KR_GMM_BATCH];     /* on rock */
} shared;

static terms terms_of(const variant *v, const double *row, const double *shifts,
                      double theta6_adjustment, bool ergodic)
{
    abrahamson_2015_row c = abrahamson_2015_load(row);
    const double dc1 = v->slab ? v->dc1 : shifts[v->column];
    return (terms){
        .constant = c.theta1 + theta4 * dc1 + (v->slab ? c.theta10 : 0.0),
        .break_mag = c1 + dc1,
        .theta13 = c.theta13,
        .theta2 = c.theta2 + (v->slab ? c.theta14 : 0.0),
        .by_km = c.theta6 + theta6_adjustment,
        .depth = v->slab ? c.theta11 : 0.0,
        .arc_constant = v->slab ? c.theta7 : c.theta15,
        .arc_slope = v->slab ? c.theta8 : c.theta16,
        .theta12 = c.theta12,
        .b = c.b,
        .vlin = c.vlin,
        .ln_vlin = log(c.vlin),
        .sigma = ergodic ? c.sigma : c.sigma_ss,
        .tau = c.tau,
        .phi = ergodic ? c.phi : sqrt(c.sigma_ss * c.sigma_ss - c.tau * c.tau),
    };
}

static void warn_taper(kr_ctx *ctx, const kr_gmm *gmm)
{
    if (kr_gmm_arg_of(gmm, "faba_taper_model")->given)
        kr_warn_at(ctx, gmm->file, gmm->line,
                   "argument 'faba_taper_model' of %s does nothing, as in the reference",
                   gmm->cls->name);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    double adjustment = kr_gmm_arg_of(gmm, "theta6_adjustment")->number;
    bool ergodic = kr_gmm_arg_of(gmm, "ergodic")->number != 0.0;
    double pga[ABRAHAMSON_2015_NCOL] = {0}, pga_shifts[ABRAHAMSON_2015_DC1_NCOL] = {0};
    double *shifts, *mu;

    warn_taper(ctx, gmm);
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    KR_ANEW(st->sigma_mu, gmm->arena, gmm->nimts);
    KR_TRY(kr_gmm_rows(ctx, gmm, &dc1_table, &shifts));
    KR_TRY(kr_gmm_rows(ctx, gmm, &mu_table, &mu));
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    kr_gmm_row(&dc1_table, &kr_gmm_pga, pga_shifts);
    st->pga = terms_of(v, pga, pga_shifts, adjustment, ergodic);
    for (size_t m = 0; m < gmm->nimts; m++) {
        st->terms[m] = terms_of(v, gmm->rows + m * ABRAHAMSON_2015_NCOL,
                                shifts + m * ABRAHAMSON_2015_DC1_NCOL, adjustment, ergodic);
        st->sigma_mu[m] = mu[m * ABRAHAMSON_2015_SIGMA_MU_NCOL + v->slab] / 1.65;
    }
out:
    return s;
}

static void fill_path(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const variant *v = gmm->cls->variant;
    const double nearest = v->nearest;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict backarc = batch->col[KR_COL_BACKARC];
    const double *restrict r = batch->col[v->slab ? KR_COL_RHYPO : KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double is_back = backarc[i] != 0.0 ? 1.0 : 0.0;
        double soft = vs30[i] < rock_vs30 ? vs30[i] : rock_vs30;
        sh->ln_r[i] = log(r[i] + c4 * exp(theta9 * (mag[i] - 6.0)));
        sh->far[i] = (10.0 - mag[i]) * (10.0 - mag[i]);
        sh->is_back[i] = is_back;
        sh->ln_back[i] = is_back * log((r[i] > nearest ? r[i] : nearest) / 40.0);
        sh->ln_vs30[i] = log(soft);
    }
    const double *restrict depth = v->slab ? batch->col[KR_COL_HYPO_DEPTH] : NULL;
    for (size_t i = 0; i < n; i++)
        sh->depth[i] = depth ? (depth[i] < 120.0 ? depth[i] : 120.0) - 60.0 : 0.0;
}

/* Equations 1 to 4: ln of the motion without the site. */
static void eval_source(const kr_gmm *gmm, const terms *one, size_t n, const kr_gmm_batch *batch,
                        const shared *sh, double *restrict mean)
{
    const terms t = *one;
    const variant *v = gmm->cls->variant;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict r = batch->col[v->slab ? KR_COL_RHYPO : KR_COL_RRUP];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double below = mag[i] - t.break_mag; /* above it the slope is 0 */
        double scaling = theta4 * (below < 0.0 ? below : 0.0) + t.theta13 * sh->far[i];
        double path = (t.theta2 + theta3 * (mag[i] - c1)) * sh->ln_r[i] + t.by_km * r[i];
        double arc = t.arc_constant * sh->is_back[i] + t.arc_slope * sh->ln_back[i];
        mean[i] = t.constant + scaling + path + t.depth * sh->depth[i] + arc;
    }
}

/* Equations 5 and 6: PGA on rock with vs30 = 1000 m/s. */
static void fill_rock(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const terms t = st->pga;
    const double rock = (t.theta12 + t.b * n_site) * log(rock_vs30 / t.vlin);

    eval_source(gmm, &t, n, batch, sh, sh->pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->pga[i] = exp(sh->pga[i] + rock);
}

static void eval_site(const terms *one, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict mean)
{
    const terms t = *one;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_ratio = sh->ln_vs30[i] - t.ln_vlin;
        double soft = vs30[i] < t.vlin ? 1.0 : 0.0;
        double yielding = sh->pga[i] + c_site * exp(soft * n_site * ln_ratio);
        double stiff = t.theta12 + t.b * n_site * (1.0 - soft);
        mean[i] += stiff * ln_ratio + soft * t.b * (log(yielding) - log(sh->pga[i] + c_site));
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_path(gmm, &sh, n, batch);
    fill_rock(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms *t = &st->terms[m];
        double *mean = out->mean + m * out->stride;
        eval_source(gmm, t, n, batch, &sh, mean);
        eval_site(t, n, batch, &sh, mean);
        kr_gmm_fill(out->sigma + m * out->stride, n, t->sigma);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, t->tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, t->phi);
    }
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

static const variant inter_low = {.column = 0, .nearest = 100.0};
static const variant inter_central = {.column = 1, .nearest = 100.0};
static const variant inter_high = {.column = 2, .nearest = 100.0};
static const variant slab_low = {.slab = true, .dc1 = -0.5, .nearest = 85.0};
static const variant slab_central = {.slab = true, .dc1 = -0.3, .nearest = 85.0};
static const variant slab_high = {.slab = true, .dc1 = -0.1, .nearest = 85.0};

#define ABRAHAMSON_2015                                                                            \
    .title = "Abrahamson, Gregor and Addo (2016), Earthquake Spectra 32(1)",                       \
    .doi = "10.1193/051712EQS188MR", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                 \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true, .params = params,           \
    .table = &table, .state_size = sizeof(state), .mag_lo = 5.0, .mag_hi = 9.5, .dist_hi = 300.0,  \
    .init = init, .eval = eval, .shift_by = "sigma_mu_epsilon", .shift = shift

#define ABRAHAMSON_2015_INTER                                                                      \
    ABRAHAMSON_2015, .trt = "Subduction Interface",                                                \
                     .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC)

#define ABRAHAMSON_2015_SLAB                                                                       \
    ABRAHAMSON_2015,                                                                               \
        .trt = "Subduction IntraSlab",                                                             \
        .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30) | KR_BIT(BACKARC)

KR_GMM(abrahamson_2015_sinter) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInter",
    .variant = &inter_central,
};

KR_GMM(abrahamson_2015_sinter_high) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInterHigh",
    .variant = &inter_high,
};

KR_GMM(abrahamson_2015_sinter_low) = {
    ABRAHAMSON_2015_INTER,
    .name = "AbrahamsonEtAl2015SInterLow",
    .variant = &inter_low,
};

KR_GMM(abrahamson_2015_sslab) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlab",
    .variant = &slab_central,
};

KR_GMM(abrahamson_2015_sslab_high) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlabHigh",
    .variant = &slab_high,
};

KR_GMM(abrahamson_2015_sslab_low) = {
    ABRAHAMSON_2015_SLAB,
    .name = "AbrahamsonEtAl2015SSlabLow",
    .variant = &slab_low,
};
