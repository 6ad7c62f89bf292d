/* Hassani, B. and Atkinson, G. M. (2020). Equivalent point-source ground-motion model for
 * subduction and crustal earthquakes in Japan, no DOI.
 *
 * Departures, all as in OpenQuake 3.21: magnitudes count with two decimals; the depth to 2.5 km/s,
 * which the field has in km, is taken as metres, so that it is shallow everywhere; the peak of the
 * site's spectrum (f0) counts for SA only, and not where f0 is 0 or less. backarc, forearc_ne and
 * forearc_sw are the shares of the way in these regions, the same for all sites. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "hassani_atkinson_2020.tab.h"
#include "num/vmath.h"

#include <stddef.h>

static const kr_gmm_table table = KR_GMM_TABLE(hassani_atkinson_2020, HASSANI_ATKINSON_2020);

typedef hassani_atkinson_2020_row coeffs;

/* The kinds of earthquakes: constants of the regions. */
typedef struct variant {
    enum { INTERFACE, SLAB, CRUST } zone;
    double constant, r_t;                       /* km */
    double stress, stress_km, depth_0, depth_1; /* stress parameter by depth, common logarithm */
} variant;

enum { POWERS = 4, STRESSES = 3 };

/* One measure of one instance; common logarithms. */
typedef struct terms {
    double constant, clf1, by_km;
    double b3, b4;
    double e0, e1, e2, e3, mh;
    double g1[5], g2[5];            /* by powers of magnitude */
    double kappa[POWERS][STRESSES]; /* by powers of log10 M, and of the stress parameter's */
    double f4, f5, cv1, cv2, cz0, cz1, cz2, f0;
    double sigma, tau, phi;
} terms;

typedef struct state {
    terms pga;
    terms *terms; /* by measure */
} state;

/* What all measures share; common logarithms. */
typedef struct shared {
    double mag[KR_GMM_BATCH], lg_mag[KR_GMM_BATCH];
    double mag_lf[KR_GMM_BATCH]; /* 5.5 to 7, less 5.5 */
    double stress[KR_GMM_BATCH];
    double lg_r[KR_GMM_BATCH],
        lg_ratio[KR_GMM_BATCH];   /* equivalent distance, and by that at 1 km */
    double lg_rock[KR_GMM_BATCH]; /* vs30, 100 to 1000 m/s, by 760 m/s */
    double pga[KR_GMM_BATCH];     /* on rock, cm/s2 */
} shared;

/* The kappa factor: a sum over powers of kappa, log10 M and the stress parameter, where those of
 * kappa are the same for the instance. */
static void fill_kappa(const coeffs *c, double kappa, terms *t)
{
    const double lg = log10(kappa), lg_2 = lg * lg;
    const double w[POWERS] = {3.0 + lg, -9.0 + lg_2, 27.0 + lg_2 * lg, -81.0 + lg_2 * lg_2};
    const double *d = &c->d000; /* d[i][j][k] */

    for (size_t j = 0; j < POWERS; j++)
        for (size_t k = 0; k < STRESSES; k++) {
            t->kappa[j][k] = 0.0;
            for (size_t i = 0; i < POWERS; i++)
                t->kappa[j][k] += w[i] * d[(i * POWERS + j) * STRESSES + k];
        }
}

_Static_assert(offsetof(coeffs, d332) - offsetof(coeffs, d000) ==
                   (POWERS * POWERS * STRESSES - 1) * sizeof(double),
               "the coefficients of kappa stand in order");

static terms zone_terms(const coeffs *c, const variant *v)
{
    terms t = {.constant = v->constant + c->chf + c->amp_cr};
    t.constant += v->zone == INTERFACE ? c->clf0_if : v->zone == SLAB ? c->clf0_is : c->clf0_cr;
    t.clf1 = v->zone == INTERFACE ? c->clf1_if : v->zone == SLAB ? c->clf1_is : c->clf1_cr;
    t.sigma = v->zone == INTERFACE ? c->s_if : v->zone == SLAB ? c->s_is : c->s_cr;
    double pss = v->zone == INTERFACE ? c->pss_if : v->zone == SLAB ? c->pss_is : c->pss_cr;
    t.phi = sqrt(c->ps2s * c->ps2s + pss * pss);
    return t;
}

/* Anelastic attenuation by the shares of the way. */
static double attenuation(const coeffs *c, const variant *v, const double share[3])
{
    const double *all[] = {&c->barc_if, &c->barc_is, &c->barc_cr};
    const double *one = all[v->zone]; /* back-arc, fore-arc north-east, south-west */
    double sum = share[0] + share[1] + share[2];
    return (one[0] * share[0] + one[1] * share[1] + one[2] * share[2]) / sum;
}

static terms terms_of(const kr_gmm *gmm, const double *row)
{
    const coeffs c = hassani_atkinson_2020_load(row);
    const variant *v = gmm->cls->variant;
    const double share[3] = {kr_gmm_arg_of(gmm, "backarc")->number,
                             kr_gmm_arg_of(gmm, "forearc_ne")->number,
                             kr_gmm_arg_of(gmm, "forearc_sw")->number};
    terms t = zone_terms(&c, v);

    t.by_km = attenuation(&c, v, share);
    t.b3 = c.b3;
    t.b4 = c.b4;
    t.e0 = c.e0;
    t.e1 = c.e1;
    t.e2 = c.e2;
    t.e3 = c.e3;
    t.mh = c.mh;
    for (size_t k = 0; k < 5; k++) {
        t.g1[k] = (&c.g10)[k];
        t.g2[k] = (&c.g20)[k];
    }
    fill_kappa(&c, kr_gmm_arg_of(gmm, "kappa")->number, &t);
    t.f4 = c.f4;
    t.f5 = c.f5;
    t.cv1 = c.cv1;
    t.cv2 = c.cv2;
    t.cz0 = c.cz0;
    t.cz1 = c.cz1;
    t.cz2 = c.cz2;
    t.f0 = c.f;
    t.tau = c.tau;
    return t;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double pga[HASSANI_ATKINSON_2020_NCOL] = {0};
    double sum = kr_gmm_arg_of(gmm, "backarc")->number + kr_gmm_arg_of(gmm, "forearc_ne")->number +
                 kr_gmm_arg_of(gmm, "forearc_sw")->number;

    if (sum == 0.0)
        return kr_gmm_fail(ctx, gmm,
                           "arguments 'backarc', 'forearc_ne' and 'forearc_sw' of %s: one of them "
                           "has to be greater than 0",
                           gmm->cls->name);
    if (!(kr_gmm_arg_of(gmm, "kappa")->number > 0.0))
        return kr_gmm_fail(ctx, gmm, "argument 'kappa' of %s: a number greater than 0 is needed",
                           gmm->cls->name);
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    st->pga = terms_of(gmm, pga);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->terms[m] = terms_of(gmm, gmm->rows + m * HASSANI_ATKINSON_2020_NCOL);
out:
    return s;
}

KR_GMM_INLINE double limited(double x, double lo, double hi)
{
    double at_least = x > lo ? x : lo;
    return at_least < hi ? at_least : hi;
}

static void fill_shared(shared *sh, const variant *v, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double stress = v->stress, by_km = v->stress_km, d0 = v->depth_0, d1 = v->depth_1;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = __builtin_rint(mag[i] * 100.0) / 100.0;
        double h_2 = exp(2.0 * ln_10 * (-0.405 + 0.235 * m));
        double lg_r = 0.5 * log(rrup[i] * rrup[i] + h_2) / ln_10;
        sh->mag[i] = m;
        sh->lg_mag[i] = log(m) / ln_10;
        sh->mag_lf[i] = limited(m, 5.5, 7.0) - 5.5;
        sh->stress[i] = stress + by_km * (limited(depth[i], d0, d1) - d0);
        sh->lg_r[i] = lg_r;
        sh->lg_ratio[i] = lg_r - 0.5 * log(1.0 + h_2) / ln_10;
        sh->lg_rock[i] = log(limited(vs30[i], 100.0, 1000.0) / 760.0) / ln_10;
    }
}

/* Rock with vs30 = 760 m/s, in common logarithms. */
static void eval_rock(const terms *one, double r_t, size_t n, const double *restrict rrup,
                      const shared *sh, double *restrict lg)
{
    const terms t = *one;
    const double lg_t = log10(r_t), far = -0.5, near = -1.3;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i], x = sh->lg_mag[i], q = sh->stress[i], d = m - t.mh;
        double below = d * (t.e1 + t.e2 * d), above = t.e3 * d;
        double s1 = t.g1[0] + m * (t.g1[1] + m * (t.g1[2] + m * (t.g1[3] + m * t.g1[4])));
        double s2 = t.g2[0] + m * (t.g2[1] + m * (t.g2[2] + m * (t.g2[3] + m * t.g2[4])));
        double k0 = t.kappa[0][0] + q * (t.kappa[0][1] + q * t.kappa[0][2]);
        double k1 = t.kappa[1][0] + q * (t.kappa[1][1] + q * t.kappa[1][2]);
        double k2 = t.kappa[2][0] + q * (t.kappa[2][1] + q * t.kappa[2][2]);
        double k3 = t.kappa[3][0] + q * (t.kappa[3][1] + q * t.kappa[3][2]);
        double up_to = sh->lg_r[i] < lg_t ? sh->lg_r[i] : lg_t;
        double spreading = near * up_to + far * (sh->lg_r[i] - up_to);
        double source = t.constant + t.e0 + (d <= 0.0 ? below : above) + t.clf1 * sh->mag_lf[i] +
                        s1 * (q - 2.0) + s2 * (q * q - 4.0);
        double path = spreading + (t.b3 + t.b4 * m) * sh->lg_ratio[i] + t.by_km * rrup[i];
        lg[i] = source + path + k0 + x * (k1 + x * (k2 + x * k3));
    }
}

/* Site: vs30, linear and not, and the depth of the basin. */
static void add_site(const terms *one, size_t n, const kr_gmm_batch *batch, const shared *sh,
                     double *restrict lg)
{
    const terms t = *one;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z = batch->col[KR_COL_Z2PT5];
    const double soft = (t.cv2 - t.cv1) * log10(250.0 / 760.0), rock = exp(t.f5 * 400.0);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i] < 760.0 ? vs30[i] : 760.0;
        double f2 = t.f4 * (exp(t.f5 * (v - 360.0)) - rock);
        double linear = vs30[i] <= 250.0 ? t.cv1 * sh->lg_rock[i] + soft : t.cv2 * sh->lg_rock[i];
        double deep = limited(z[i], 150.0, 800.0), deeper = limited(z[i], 800.0, 4200.0);
        double basin = t.cz0 + (t.cz1 * log(deep / 150.0) + t.cz2 * log(deeper / 800.0)) / ln_10;
        lg[i] += linear + (z[i] >= 0.0 ? basin : 0.0) + f2 * log((sh->pga[i] + 98.1) / 98.1);
    }
}

/* The peak of the site's spectrum. */
static void add_peak(const terms *t, size_t n, const double *restrict f0, double *restrict lg)
{
    const double lg_f = t->f0, c0 = -0.011, c1 = 0.421, c2 = -0.604, c3 = 0.086;
    const double x0 = log10(0.5), x1 = 0.0, x2 = log10(2.5);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = log(f0[i] > 1e-9 ? f0[i] : 1e-9) / ln_10 - lg_f;
        double peak = c0 + c1 * (limited(x, x0, x1) - x0) + c2 * (limited(x, x1, x2) - x1) +
                      c3 * ((x > x2 ? x : x2) - x2);
        lg[i] += f0[i] > 0.0 ? peak : 0.0;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    const double *rrup = batch->col[KR_COL_RRUP];
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, v, n, batch);
    eval_rock(&st->pga, v->r_t, n, rrup, &sh, sh.pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh.pga[i] = exp(ln_10 * sh.pga[i]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms *t = &st->terms[m];
        double *restrict mean = out->mean + m * out->stride;
        const double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : -log(981.0);
        eval_rock(t, v->r_t, n, rrup, &sh, mean);
        add_site(t, n, batch, &sh, mean);
        if (gmm->imts[m].kind == KR_IMT_SA)
            add_peak(t, n, batch->col[KR_COL_F0], mean);
        for (size_t i = 0; i < n; i++)
            mean[i] = ln_10 * mean[i] + ln_unit;
        constant_sigma(out, m, n, t->tau, t->phi);
        constant_total(out, m, n, t->sigma);
    }
}

static const kr_gmm_param params[] = {
    {.name = "kappa", .kind = KR_PARAM_NUMBER, .number = 0.04, .about = "of the sites, s"},
    {.name = "backarc", .kind = KR_PARAM_NUMBER, .about = "share of the way in the back-arc"},
    {.name = "forearc_ne",
     .kind = KR_PARAM_NUMBER,
     .number = 1.0,
     .about = "share of the way in the fore-arc of the north-east"},
    {.name = "forearc_sw",
     .kind = KR_PARAM_NUMBER,
     .about = "share of the way in the fore-arc of the south-west"},
    {.name = NULL},
};

static const variant interface = {INTERFACE, 0.85, 150.0, 1.606, 0.0097, 25.0, 55.0};
static const variant slab = {SLAB, 0.9, 250.0, 1.9241, 0.0133, 40.0, 90.0};
static const variant crust = {CRUST, 0.45, 50.0, 2.5011, 0.0, 0.0, 30.0};

#define HASSANI_ATKINSON(of)                                                                       \
    .title = "Hassani and Atkinson (2020), point-source model for Japan, no DOI",                  \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(Z2PT5) |      \
             KR_BIT(F0),                                                                           \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .own_total = true, .params = params, .table = &table, .state_size = sizeof(state),             \
    .variant = &(of), .mag_lo = 4.0, .mag_hi = 9.1, .dist_hi = 600.0, .init = init, .eval = eval

KR_GMM(hassani_atkinson_2020_asc) = {
    HASSANI_ATKINSON(crust),
    .name = "HassaniAtkinson2020Asc",
    .trt = "Active Shallow Crust",
};

KR_GMM(hassani_atkinson_2020_sinter) = {
    HASSANI_ATKINSON(interface),
    .name = "HassaniAtkinson2020SInter",
    .trt = "Subduction Interface",
};

KR_GMM(hassani_atkinson_2020_sslab) = {
    HASSANI_ATKINSON(slab),
    .name = "HassaniAtkinson2020SSlab",
    .trt = "Subduction IntraSlab",
};
