/* Abrahamson, N. and Gulerce, Z. (2020). Regionalized ground-motion models for subduction
 * earthquakes based on the NGA-SUB database. PEER report 2020/25. doi:10.55461/SSXE9861, with its
 * erratum. Summary: Earthquake Spectra 38(4), 2638-2681. doi:10.1177/87552930221114374
 *
 * The classes of New Zealand's assessment of 2022 add the term of the back-arc, which acts on
 * intraslab earthquakes:
 *
 * Bradley, B. A. et al. (2024). The ground-motion characterization model for the 2022 New Zealand
 * National Seismic Hazard Model. Bull. Seism. Soc. Am. 114(1), 329-349. doi:10.1785/0120230170
 *
 * Departures, all as in OpenQuake 3.21: without ergodicity and where phi_s2s of the first group
 * holds, PGA's is that of the measure. A negative depth to 2.5 km/s is unknown and has no term. */
#include "abrahamson_gulerce_2020.tab.h"
#include "gmm/gmm.h"
#include "gmm/nz_backarc.h"
#include "gmm/soil_variability.h"
#include "num/vmath.h"

typedef abrahamson_gulerce_2020_row coefficients;

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_gulerce_2020, ABRAHAMSON_GULERCE_2020);

static const double a3 = 0.1, a4 = 0.73, a9 = 0.4, a45 = 0.34, c4 = 10.0;
static const double n_site = 1.18, c_site = 1.88, rock_vs30 = 1000.0, tau_linear = 0.47;

enum { REGION_COUNT = 8 };
typedef enum region { GLO, USA_AK, CAS, CAM, JPN, NZL, SAM, TWN } region;
static const char *const region_name[REGION_COUNT] = {"GLO", "USA-AK", "CAS", "CAM",
                                                      "JPN", "NZL",    "SAM", "TWN"};

typedef struct variant {
    bool slab, nz;
} variant;

/* The coefficients of one measure for the region and the kind of earthquake. */
typedef struct terms {
    double constant, break_mag, slope, a13; /* magnitude */
    double by_ln_r, by_km, shallow, deep;   /* path; ztor below and above 50 km */
    double a12, b, vlin, ln_vlin, basin;    /* site */
    double by_vlin_n;                       /* vlin^-n */
    double e1, e2, e3;                      /* standard deviation of the median */
    double d0, d2, phi2, phi2_alpha, s2s;   /* phi: equations 5.2 to 5.6, phi_s2s^2 */
    double rho_w, rho_b;
    nz_backarc_terms arc;
} terms;

typedef struct state {
    region region;
    bool ergodic;
    terms pga;
    terms *terms; /* one for each measure */
} state;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH];     /* with the term of magnitude */
    double far[KR_GMM_BATCH];      /* (10 - M)^2 */
    double depth[KR_GMM_BATCH];    /* ztor, at most 200 km, less 50 km */
    double ln_vs30[KR_GMM_BATCH];  /* of the site, at most 1000 m/s */
    double vs30_n[KR_GMM_BATCH];   /* vs30^n */
    double basin[KR_GMM_BATCH];    /* ln of the depth to 2.5 km/s against the usual one */
    double pga[KR_GMM_BATCH];      /* on rock */
    double by_stiff[KR_GMM_BATCH]; /* 1 / (PGA on rock + c) */
    double phi_pga[KR_GMM_BATCH];  /* soil_phi_rock of PGA */
    double phi1[KR_GMM_BATCH];     /* 0 at 150 km to 1 at 450 km */
    double phi2[KR_GMM_BATCH];     /* equation 5.4 */
    double alpha[KR_GMM_BATCH];    /* equation 5.6 */
    nz_backarc arc;
} shared;

/* Equation 5.3: f2 = at[0] - at[1] * alpha, for corner periods t. */
static void phi_shape(double period, const double t[4], double at[2])
{
    at[0] = period < t[3] ? 1.0 : 0.0;
    at[1] = 0.0;
    if (period <= t[0])
        at[1] = 1.0;
    else if (period <= t[1])
        at[1] = log(period / t[1]) / log(t[0] / t[1]);
    else if (period > t[2] && period < t[3])
        at[0] = log(period / t[3]) / log(t[2] / t[3]);
}

static void set_regional_mean(terms *t, region where, const coefficients *c)
{
    const double a12[] = {0.0, c->a17, c->a18, c->a19, c->a20, c->a21, c->a22, c->a23};
    const double a6[] = {0.0, c->a24, c->a25, c->a26, c->a27, c->a28, c->a29, c->a30};
    const double a1[] = {c->a1, c->a31, c->a32, c->a33, c->a34, c->a35, c->a36, c->a37};
    t->constant = a1[where];
    t->by_km = c->a6 + a6[where];
    t->a12 = c->a12 + a12[where];
    t->by_ln_r = c->a2 + (where == TWN ? c->a16 : 0.0);
    t->basin = where == CAS ? c->a39 : where == JPN ? c->a41 : 0.0;
}

static void set_regional_phi(terms *t, region where, double period, const coefficients *c)
{
    static const double t2[] = {0.03, 0.075, 0.20, 1.0}, t3[] = {0.03, 0.075, 0.10, 0.3};
    const bool third = where == JPN || where == SAM, second = third || where == CAM;
    double shape[2], s2s = third ? c->phi_s2s_g3 : second ? c->phi_s2s_g2 : c->phi_s2s_g1;

    t->d0 = c->d1;
    t->d2 = c->d2;
    t->s2s = s2s * s2s;
    if (second) {
        phi_shape(period, t2, shape);
        t->phi2 = shape[0];
        t->phi2_alpha = shape[1];
    }
    if (third) {
        phi_shape(period, t3, shape);
        t->d0 += 0.242 * (shape[0] - 0.42 * shape[1]);
    }
}

static terms terms_of(const kr_gmm *gmm, const double *row, const kr_imt *imt)
{
    static const double c1_slab[REGION_COUNT] = {7.5, 7.9, 7.1, 7.4, 7.6, 8.0, 7.5, 7.7};
    const variant *v = gmm->cls->variant;
    const region where = ((const state *)gmm->state)->region;
    const coefficients c = abrahamson_gulerce_2020_load(row);
    terms t = {
        .break_mag = v->slab ? c1_slab[where] : c.c1i,
        .slope = v->slab ? a4 + a45 : a4,
        .a13 = c.a13,
        .shallow = v->slab ? c.a8 : 0.0,
        .deep = v->slab ? c.a11 : 0.0,
        .b = c.b,
        .vlin = c.vlin,
        .ln_vlin = log(c.vlin),
        .by_vlin_n = exp(-n_site * log(c.vlin)),
        .e1 = c.e1,
        .e2 = c.e2,
        .e3 = c.e3,
        .rho_w = c.rho_w,
        .rho_b = c.rho_b,
        .arc = nz_backarc_terms_of(imt),
    };
    set_regional_mean(&t, where, &c);
    set_regional_phi(&t, where, imt->kind == KR_IMT_SA ? imt->period : 0.0, &c);
    if (v->slab) {
        t.constant += c.a10 + (a4 + a45) * (c1_slab[where] - 7.5);
        t.by_ln_r += c.a14;
    }
    if (kr_gmm_arg_of(gmm, "apply_usa_adjustment")->number != 0.0)
        t.constant += where == USA_AK ? c.adj_ak : where == CAS ? c.adj_cas : 0.0;
    return t;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double pga[ABRAHAMSON_GULERCE_2020_NCOL] = {0};
    size_t where;

    KR_TRY(kr_gmm_choice(ctx, gmm, "region", region_name, REGION_COUNT, &where));
    st->region = (region)where;
    st->ergodic = kr_gmm_arg_of(gmm, "ergodic")->number != 0.0;
    if (st->region == CAS || st->region == JPN)
        gmm->needs |= KR_BIT(Z2PT5);
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    st->pga = terms_of(gmm, pga, &kr_gmm_pga);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->terms[m] = terms_of(gmm, gmm->rows + m * ABRAHAMSON_GULERCE_2020_NCOL, &gmm->imts[m]);
out:
    return s;
}

/* x limited to lo .. hi. */
KR_GMM_INLINE double limit(double x, double lo, double hi)
{
    double at_least = x > lo ? x : lo;
    return at_least < hi ? at_least : hi;
}

static void fill_path(shared *sh, size_t n, bool slab, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rrup[i], x = (r - 225.0) / 225.0;
        double ln_v = log(vs30[i] < rock_vs30 ? vs30[i] : rock_vs30);
        sh->ln_r[i] = log(r + c4 * exp(a9 * (mag[i] - 6.0)));
        sh->far[i] = (10.0 - mag[i]) * (10.0 - mag[i]);
        sh->ln_vs30[i] = ln_v;
        sh->vs30_n[i] = exp(n_site * ln_v);
        sh->basin[i] = 0.0;
        sh->phi1[i] = limit((r - 150.0) / 300.0, 0.0, 1.0);
        x = limit(x, 0.0, 1.0);
        sh->phi2[i] = 0.109 + x * (0.062 + 0.470 * x);
        sh->alpha[i] = limit(1.0 - 0.0036 * (r - 250.0), 0.28, 1.0);
    }
    const double *restrict ztor = slab ? batch->col[KR_COL_ZTOR] : NULL;
    for (size_t i = 0; i < n; i++)
        sh->depth[i] = ztor ? (ztor[i] < 200.0 ? ztor[i] : 200.0) - 50.0 : 0.0;
}

/* Equations 3.9 to 3.11, with the usual depth of equations 2.1 and 2.2. */
static void fill_basin(shared *sh, size_t n, region where, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z2pt5 = batch->col[KR_COL_Z2PT5];
    const bool japan = where == JPN;
    const double top = japan ? 7.3 : 8.52, slope = japan ? -2.066 : -0.88;
    const double v = japan ? 170.0 : 200.0, bottom = japan ? 4.1 : 7.6, least = japan ? -2.0 : 0.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double usual = exp(limit(top + slope * log(vs30[i] / v), bottom, top));
        double known = z2pt5[i] >= 0.0 ? 1.0 : 0.0, depth = known * 1000.0 * z2pt5[i];
        double ln_ratio = log((depth + 50.0) / (usual + 50.0));
        sh->basin[i] = known * (ln_ratio > least ? ln_ratio : least);
    }
}

/* Equation 3.1 without the site. */
static void eval_source(const terms *one, size_t n, const kr_gmm_batch *batch, const shared *sh,
                        double *restrict mean)
{
    const terms t = *one;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double below = mag[i] - t.break_mag; /* above it the slope is 0 */
        double scaling = t.slope * (below < 0.0 ? below : 0.0) + t.a13 * sh->far[i];
        double path = (t.by_ln_r + a3 * (mag[i] - 7.0)) * sh->ln_r[i] + t.by_km * rrup[i];
        double depth = (sh->depth[i] > 0.0 ? t.deep : t.shallow) * sh->depth[i];
        double arc = t.arc.constant * sh->arc.is[i] + t.arc.slope * sh->arc.ln[i];
        mean[i] = t.constant + scaling + path + depth + arc;
    }
}

/* PGA on rock with vs30 = 1000 m/s, on which soil is stiff. */
static void fill_rock(const terms *pga, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double rock = (pga->a12 + pga->b * n_site) * log(rock_vs30 / pga->vlin);

    eval_source(pga, n, batch, sh, sh->pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->pga[i] = exp(sh->pga[i] + rock);
        sh->by_stiff[i] = 1.0 / (sh->pga[i] + c_site);
    }
}

/* Equations 3.7 and 6.1; `slope` becomes d ln(amplification) / d ln(PGA on rock), equation 5.9. */
static void eval_site(const terms *one, size_t n, const shared *sh, double *restrict mean,
                      double *restrict slope)
{
    const terms t = *one;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_ratio = sh->ln_vs30[i] - t.ln_vlin, soft = ln_ratio < 0.0 ? 1.0 : 0.0;
        double ratio_n = soft > 0.0 ? sh->vs30_n[i] * t.by_vlin_n : 1.0;
        double yielding = sh->pga[i] + c_site * ratio_n;
        double linear = t.a12 + t.b * n_site * (1.0 - soft);
        double site = linear * ln_ratio + soft * t.b * log(yielding * sh->by_stiff[i]);
        mean[i] += site + t.basin * sh->basin[i];
        slope[i] = soft * t.b * sh->pga[i] * (1.0 / yielding - sh->by_stiff[i]);
    }
}

/* The same where soil of this measure does not yield. */
static void eval_linear_site(const terms *one, size_t n, const shared *sh, double *restrict mean)
{
    const terms t = *one;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        mean[i] += t.a12 * (sh->ln_vs30[i] - t.ln_vlin) + t.basin * sh->basin[i];
    }
}

/* Equations 5.1 to 5.6: the variance within events of rock, without s2s, the variance between
 * sites. */
KR_GMM_INLINE double linear_phi2(const terms *t, const shared *sh, double s2s, size_t i)
{
    double near = sh->phi2[i] * (t->phi2 - t->phi2_alpha * sh->alpha[i]);
    return t->d0 + t->d2 * sh->phi1[i] + near - s2s;
}

static void fill_phi_pga(const state *st, const terms *one, size_t n, shared *sh)
{
    const terms pga = st->pga;
    const bool first = st->region != CAM && st->region != JPN && st->region != SAM;
    const double s2s = st->ergodic ? 0.0 : first ? one->s2s : pga.s2s;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->phi_pga[i] = soil_phi_rock(linear_phi2(&pga, sh, s2s, i));
}

/* Equations 5.7 to 5.10. */
static void eval_sigma(const state *st, const terms *one, size_t n, const shared *sh,
                       const double *restrict slope, const kr_gmm_out *out)
{
    const terms t = *one;
    const double s2s = st->ergodic ? 0.0 : t.s2s;
    double *restrict sigma = out->sigma;
    double inter2[KR_GMM_BATCH], intra2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double phi2 = linear_phi2(&t, sh, s2s, i), rock = soil_phi_rock(phi2);
        inter2[i] =
            soil_variance(tau_linear * tau_linear, tau_linear, tau_linear, slope[i], t.rho_b);
        intra2[i] = soil_variance(phi2, rock, sh->phi_pga[i], slope[i], t.rho_w);
        sigma[i] = sqrt(inter2[i] + intra2[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter2);
    kr_gmm_sqrt(out->phi, n, intra2);
}

/* The same where soil does not yield. */
static void eval_linear_sigma(const state *st, const terms *one, size_t n, const shared *sh,
                              const kr_gmm_out *out)
{
    const terms t = *one;
    const double s2s = st->ergodic ? 0.0 : t.s2s;
    double *restrict sigma = out->sigma;
    double intra2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        intra2[i] = linear_phi2(&t, sh, s2s, i);
        sigma[i] = sqrt(tau_linear * tau_linear + intra2[i]);
    }
    kr_gmm_fill(out->tau, n, tau_linear);
    kr_gmm_sqrt(out->phi, n, intra2);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill_path(&sh, n, v->slab, batch);
    if (st->region == CAS || st->region == JPN)
        fill_basin(&sh, n, st->region, batch);
    if (v->slab && v->nz)
        nz_backarc_fill(&sh.arc, n, batch);
    else
        nz_backarc_none(&sh.arc, n);
    fill_rock(&st->pga, &sh, n, batch);
    fill_phi_pga(st, &st->pga, n, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms *t = &st->terms[m];
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_source(t, n, batch, &sh, one.mean);
        if (t->b == 0.0) {
            eval_linear_site(t, n, &sh, one.mean);
            eval_linear_sigma(st, t, n, &sh, &one);
            continue;
        }
        if (!st->ergodic)
            fill_phi_pga(st, t, n, &sh);
        eval_site(t, n, &sh, one.mean, slope);
        eval_sigma(st, t, n, &sh, slope, &one);
    }
}

static const kr_gmm_param params[] = {
    {.name = "region",
     .kind = KR_PARAM_TEXT,
     .text = "GLO",
     .about = "GLO, USA-AK, CAS, CAM, JPN, NZL, SAM or TWN"},
    {.name = "ergodic",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "false: without the variability from site to site"},
    {.name = "apply_usa_adjustment",
     .kind = KR_PARAM_BOOL,
     .about = "the authors' adjustment of the median of USA-AK and CAS"},
    {.name = "sigma_mu_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations of the median added to it"},
    {.name = NULL},
};

/* The standard deviation of the median, by distance. */
static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms t = ((const state *)gmm->state)->terms[m];
        double *restrict to = out + m * stride;
        for (size_t i = 0; i < batch->n; i++) {
            double r = limit(rrup[i], 50.0, 500.0) / 100.0;
            to[i] = t.e1 + r * (t.e2 + t.e3 * r);
        }
    }
}

static const variant inter = {false, false}, slab = {true, false};
static const variant nz_inter = {false, true}, nz_slab = {true, true};

#define NEEDS_INTER   KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30)
#define NEEDS_SLAB    NEEDS_INTER | KR_BIT(ZTOR)
#define NEEDS_NZ_SLAB NEEDS_SLAB | KR_BIT(BACKARC)

#define COMMON                                                                                     \
    .title = "Abrahamson and Gulerce (2020), PEER report 2020/25", .doi = "10.55461/SSXE9861",     \
    .component = KR_COMPONENT_ROTD50, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),                \
    .has_tau_phi = true, .params = params, .table = &table, .state_size = sizeof(state),           \
    .mag_lo = 5.0, .mag_hi = 9.5, .dist_hi = 800.0, .init = init, .eval = eval,                    \
    .shift_by = "sigma_mu_epsilon", .shift = shift

#define INTER    COMMON, .trt = "Subduction Interface", .needs = NEEDS_INTER, .variant = &inter
#define SLAB     COMMON, .trt = "Subduction IntraSlab", .needs = NEEDS_SLAB, .variant = &slab
#define NZ_INTER COMMON, .trt = "Subduction Interface", .needs = NEEDS_INTER, .variant = &nz_inter
#define NZ_SLAB  COMMON, .trt = "Subduction IntraSlab", .needs = NEEDS_NZ_SLAB, .variant = &nz_slab

KR_GMM(abrahamson_gulerce_2020_sinter) = {INTER, .name = "AbrahamsonGulerce2020SInter"};
KR_GMM(abrahamson_gulerce_2020_sslab) = {SLAB, .name = "AbrahamsonGulerce2020SSlab"};
KR_GMM(nznshm2022_abrahamson_gulerce_2020_sinter) = {
    NZ_INTER,
    .name = "NZNSHM2022_AbrahamsonGulerce2020SInter",
};
KR_GMM(nznshm2022_abrahamson_gulerce_2020_sslab) = {
    NZ_SLAB,
    .name = "NZNSHM2022_AbrahamsonGulerce2020SSlab",
};
