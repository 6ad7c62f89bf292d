/* Chao, S.-H., Chiou, B., Hsu, C.-C. and Lin, P.-S. (2020). A horizontal ground-motion model for
 * crustal and subduction earthquakes in Taiwan. Earthquake Spectra 36(2), 463-506.
 * doi:10.1177/8755293019891711
 *
 * Departures: only the interface's saturation grows with magnitude, as in OpenQuake 3.21. A depth
 * to 1 km/s of 0 m has no effect, as a negative one. */
#include "chao_2020.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(chao_2020, CHAO_2020);

static const double mag_ref = 6.5, vs30_ref = 760.0;

typedef enum place { INTERFACE, SLAB, CRUST } place;

typedef struct variant {
    place source;
    double mc;        /* magnitude of the break */
    double saturates; /* slope of ln h above it */
    double depth;     /* km, of the reference */
} variant;

typedef struct state {
    double aftershock, manila; /* 1 or 0 */
    bool geology;
} state;

/* The coefficients of one measure for one kind of earthquake. */
typedef struct terms {
    double strike_slip, reverse, normal;
    double c8, c11, c13, c14, c17, c19, c21, c29, c10;
    double c23, c24, c25, measured, inferred, c;
    double tau1, tau2, phi1, phi2, site;
} terms;

/* What all measures share. */
typedef struct shared {
    double is_reverse[KR_GMM_BATCH], is_normal[KR_GMM_BATCH]; /* 1 or 0 */
    double ln_r[KR_GMM_BATCH];                                /* against its value at 0 km */
    double mag[KR_GMM_BATCH];                                 /* of the path, less 6.5 */
    double ln_vs30[KR_GMM_BATCH];                             /* against 760 m/s */
    double ln_z1pt0[KR_GMM_BATCH];                            /* against the usual one */
    double share[KR_GMM_BATCH];                               /* of magnitudes from 4.5 to 6.5 */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    (void)ctx;
    st->aftershock = kr_gmm_arg_of(gmm, "aftershocks")->number;
    st->manila = kr_gmm_arg_of(gmm, "manila")->number;
    st->geology = kr_gmm_arg_of(gmm, "geology")->number != 0.0;
    return KR_OK;
}

static terms terms_of(const kr_gmm *gmm, size_t m)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const bool crust = v->source == CRUST, slab = v->source == SLAB;
    const kr_imt_kind kind = gmm->imts[m].kind;
    chao_2020_row c = chao_2020_load(gmm->rows + m * CHAO_2020_NCOL);
    double event = st->aftershock * c.c6 + st->manila * c.c7;
    double zone = slab ? c.c4_is : c.c4_if;
    return (terms){
        .strike_slip = event + (crust ? c.c2 : zone),
        .reverse = crust ? c.c1 - c.c2 : 0.0,
        .normal = crust ? c.c3 - c.c2 : 0.0,
        .c8 = crust ? c.c8_cr : c.c8_sb,
        .c10 = crust ? c.c10 : 0.0,
        .c11 = crust ? c.c11_cr : c.c11_sb,
        .c13 = crust ? 0.0 : c.c13,
        .c14 = crust  ? c.c14_cr
               : slab ? c.c14_is
                      : c.c14_if,
        .c17 = crust ? c.c17_cr : c.c17_sb,
        .c19 = crust ? c.c19_cr : c.c19_sb,
        .c21 = crust ? c.c21_cr : c.c21_sb,
        .c29 = crust  ? 0.0
               : slab ? c.c29_is
                      : c.c29_if,
        .c23 = c.c23,
        .c24 = c.c24,
        .c25 = c.c25,
        .measured = c.c26,
        .inferred = st->geology ? c.c27 : c.c28,
        .c = kind == KR_IMT_PGV || kind == KR_IMT_PGD ? 2400.0 : 2.4,
        .tau1 = crust ? c.tau1_cr : c.tau1_sb,
        .tau2 = crust ? c.tau2_cr : c.tau2_sb,
        .phi1 = crust ? c.phiss1_cr : c.phiss1_sb,
        .phi2 = crust ? c.phiss2_cr : c.phiss2_sb,
        .site = c.phis2s,
    };
}

KR_GMM_INLINE double positive(double x)
{
    return x > 0.0 ? x : 0.0;
}

static void fill_rupture(shared *sh, const variant *v, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rake = v->source == CRUST ? batch->col[KR_COL_RAKE] : mag;
    const double mc = v->mc, slope = v->saturates, most = v->source == CRUST ? 99.0 : v->mc;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double h = 10.0 * exp(slope * positive(mag[i] - mc));
        double reverse = rake[i] >= 30.0 ? 1.0 : 0.0, normal = rake[i] >= -150.0 ? 1.0 : 0.0;
        double share = 0.5 * positive(mag[i] - 4.5);
        sh->is_reverse[i] = rake[i] <= 150.0 ? reverse : 0.0;
        sh->is_normal[i] = rake[i] <= -30.0 ? normal : 0.0;
        sh->ln_r[i] = 0.5 * log((rrup[i] * rrup[i] + h * h) / (h * h));
        sh->mag[i] = (mag[i] < most ? mag[i] : most) - mag_ref;
        sh->share[i] = share < 1.0 ? share : 1.0;
    }
}

static void fill_site(shared *sh, size_t n, const double *restrict vs30,
                      const double *restrict z1pt0)
{
    const double v_2 = 355.4 * 355.4, top = 1750.0 * 1750.0 + v_2;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_usual = -2.04 * log((vs30[i] * vs30[i] + v_2) / top);
        double given = z1pt0[i] > 0.0 ? 1.0 : 0.0;
        sh->ln_vs30[i] = log(vs30[i] / vs30_ref);
        sh->ln_z1pt0[i] = given * (log(z1pt0[i] > 0.0 ? z1pt0[i] : 1.0) - ln_usual);
    }
}

static void eval_mean(const terms *one, const variant *v, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict mean)
{
    const terms t = *one;
    const double mc = v->mc, depth = v->depth, ln_1180 = log(1180.0 / vs30_ref);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], dm = m - mag_ref, above = positive(m - mc), x = sh->ln_vs30[i];
        double style = t.strike_slip + t.reverse * sh->is_reverse[i] + t.normal * sh->is_normal[i];
        double source = style + t.c14 * (ztor[i] - depth) + t.c8 * dm + t.c11 * positive(5.0 - m) +
                        t.c13 * positive(6.0 - m) + t.c29 * above +
                        t.c10 * (dm * dm - above * above);
        double path = sh->ln_r[i] * (t.c17 + t.c19 * sh->mag[i]) + t.c21 * rrup[i];
        double ln_y = source + path + (measured[i] != 0.0 ? t.measured : t.inferred);
        double rock = exp(ln_y + t.c24 * ln_1180);
        double soft = x < 0.0 ? x : 0.0;
        double yielding = log((rock + t.c * exp(1.5 * soft)) / (rock + t.c)) - 1.5 * soft;
        mean[i] = ln_y + t.c23 * yielding + t.c24 * x + t.c25 * sh->ln_z1pt0[i];
    }
}

static void eval_sigma(const terms *one, size_t n, const shared *sh, const kr_gmm_out *out)
{
    const terms t = *one;
    double *restrict sigma = out->sigma;
    double tau_2[KR_GMM_BATCH], phi_2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double tau = t.tau1 + (t.tau2 - t.tau1) * sh->share[i];
        double phi = t.phi1 + (t.phi2 - t.phi1) * sh->share[i];
        tau_2[i] = tau * tau;
        phi_2[i] = phi * phi + t.site * t.site;
        sigma[i] = sqrt(tau_2[i] + phi_2[i]);
    }
    kr_gmm_sqrt(out->tau, n, tau_2);
    kr_gmm_sqrt(out->phi, n, phi_2);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_rupture(&sh, v, n, batch);
    fill_site(&sh, n, batch->col[KR_COL_VS30], batch->col[KR_COL_Z1PT0]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        terms t = terms_of(gmm, m);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(&t, v, n, batch, &sh, one.mean);
        eval_sigma(&t, n, &sh, &one);
    }
}

static const kr_gmm_param params[] = {
    {.name = "manila", .kind = KR_PARAM_BOOL, .about = "the Manila zone, not that of Ryukyu"},
    {.name = "aftershocks", .kind = KR_PARAM_BOOL, .about = "aftershocks, not mainshocks"},
    {.name = "geology",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "vs30 that is not measured is of geology, not of receiver functions"},
    {.name = NULL},
};

static const variant interface = {INTERFACE, 7.1, 0.3, 0.0}, slab = {SLAB, 7.1, 0.0, 35.0},
                     crust = {CRUST, 7.6, 0.0, 0.0};

#define CHAO_NEEDS                                                                                 \
    (KR_BIT(MAG) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) |             \
     KR_BIT(Z1PT0))
#define CHAO_2020_CLASS                                                                            \
    .title = "Chao et al. (2020), Earthquake Spectra 36(2)", .doi = "10.1177/8755293019891711",    \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(PGD) | KR_IMT_BIT(SA),              \
    .has_tau_phi = true, .params = params, .table = &table, .state_size = sizeof(state),           \
    .mag_lo = 4.0, .mag_hi = 8.5, .dist_hi = 400.0, .init = init, .eval = eval

KR_GMM(chao_2020_sinter) = {
    CHAO_2020_CLASS,     .name = "ChaoEtAl2020SInter", .trt = "Subduction Interface",
    .needs = CHAO_NEEDS, .variant = &interface,
};

KR_GMM(chao_2020_sslab) = {
    CHAO_2020_CLASS,
    .name = "ChaoEtAl2020SSlab",
    .trt = "Subduction IntraSlab",
    .needs = CHAO_NEEDS,
    .variant = &slab,
};

KR_GMM(chao_2020_asc) = {
    CHAO_2020_CLASS,
    .name = "ChaoEtAl2020Asc",
    .trt = "Active Shallow Crust",
    .needs = CHAO_NEEDS | KR_BIT(RAKE),
    .variant = &crust,
};
