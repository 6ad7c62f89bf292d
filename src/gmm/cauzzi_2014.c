/* Cauzzi, C., Faccioli, E., Vanini, M. and Bianchini, A. (2015). Updated predictive equations for
 * broadband (0.01-10 s) horizontal response spectra and peak ground motions, based on a global
 * dataset of digital acceleration records. Bull. Earthq. Eng. 13(6), 1587-1612.
 * doi:10.1007/s10518-014-9685-y
 *
 * Departures: the style of faulting follows the rake (normal above -150 to -30 degrees, reverse
 * above 30 to 150), not the axes of stress. PGA is the spectral ordinate at 0.01 s. ...NoSOF has no
 * style of faulting and other deviations; ...FixedVs30 the reference of 800 m/s at all periods;
 * ...Eurocode8 the factors of site classes A to D, told by vs30; ...Eurocode8scaled the same with
 * a greater c1. ...RhypoGermany takes ruptures with a width of 1 m or less for points and estimates
 * their rupture distance from the hypocentral one. */
#include "cauzzi_2014.tab.h"
#include "cauzzi_2014_scaled.tab.h"
#include "gmm/gmm.h"
#include "gmm/median_factor.h"
#include "num/vmath.h"

_Static_assert((int)CAUZZI_2014_NCOL == (int)CAUZZI_2014_SCALED_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(cauzzi_2014, CAUZZI_2014);
static const kr_gmm_table scaled_table = KR_GMM_TABLE(cauzzi_2014_scaled, CAUZZI_2014_SCALED);

typedef cauzzi_2014_row coeffs;

typedef enum site_term { SITE_VA, SITE_800, SITE_CLASS } site_term;

typedef struct variant {
    site_term site;
    bool no_style;
    bool from_rhypo;
} variant;

typedef struct state {
    double ln_factor; /* adjustment_factor */
} state;

/* What all measures share; style and class are 1 or 0. */
typedef struct shared {
    double rrup[KR_GMM_BATCH];
    double ln_vs30[KR_GMM_BATCH];
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH];
    double b[KR_GMM_BATCH], c[KR_GMM_BATCH], d[KR_GMM_BATCH];
} shared;

/* The coefficients of one measure for a variant, in natural logarithms. */
typedef struct terms {
    double c1, m1, m2, r1, r2, r3;
    double normal, reverse;
    double vs30, b, c, d;
} terms;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    return median_factor_ln(ctx, gmm, &st->ln_factor);
}

/* From base 10 and displacement to natural logarithms and g; PGV is in cm/s. */
static double ln_unit(const kr_imt *imt)
{
    const double g = 980.665; /* cm/s2 */
    double period = imt->kind == KR_IMT_PGA ? 0.01 : imt->period;
    return imt->kind == KR_IMT_PGV ? 0.0 : 2.0 * log(2.0 * M_PI / period) - log(g);
}

static terms terms_of(const coeffs *c, const variant *v, const kr_imt *imt, double ln_factor)
{
    terms t = {.c1 = c->c1 * M_LN10 + ln_unit(imt) + ln_factor,
               .m1 = c->m1 * M_LN10,
               .m2 = c->m2 * M_LN10,
               .r1 = c->r1,
               .r2 = c->r2,
               .r3 = c->r3};
    if (!v->no_style) {
        t.c1 += c->fSS * M_LN10;
        t.normal = (c->fN - c->fSS) * M_LN10;
        t.reverse = (c->fR - c->fSS) * M_LN10;
    }
    if (v->site == SITE_VA) {
        t.vs30 = c->bV;
        t.c1 -= c->bV * log(c->VA);
    } else if (v->site == SITE_800) {
        t.vs30 = c->bV800;
        t.c1 -= c->bV800 * log(800.0);
    } else {
        t.b = c->sB * M_LN10;
        t.c = c->sC * M_LN10;
        t.d = c->sD * M_LN10;
    }
    return t;
}

static void fill_style(shared *sh, size_t n, const double *restrict rake)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double nm = rake[i] > -150.0 ? 1.0 : 0.0;
        double rv = rake[i] > 30.0 ? 1.0 : 0.0;
        sh->normal[i] = rake[i] <= -30.0 ? nm : 0.0;
        sh->reverse[i] = rake[i] <= 150.0 ? rv : 0.0;
    }
}

static void fill_site(shared *sh, size_t n, const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double b = vs30[i] >= 360.0 ? 1.0 : 0.0;
        double c = vs30[i] >= 180.0 ? 1.0 : 0.0;
        sh->ln_vs30[i] = log(vs30[i]);
        sh->b[i] = vs30[i] < 800.0 ? b : 0.0;
        sh->c[i] = vs30[i] < 360.0 ? c : 0.0;
        sh->d[i] = vs30[i] < 180.0 ? 1.0 : 0.0;
    }
}

/* The distance of a point with the size of its magnitude, at least 3 km. */
static void fill_from_rhypo(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict width = batch->col[KR_COL_WIDTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double point = rhypo[i] - (0.7108 + 2.496e-6 * exp(7.982 * log(mag[i])));
        point = point < 3.0 ? 3.0 : point;
        sh->rrup[i] = width[i] > 1e-3 ? rrup[i] : point;
    }
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch, const variant *v)
{
    fill_site(sh, n, batch->col[KR_COL_VS30]);
    if (v->no_style) {
        kr_gmm_fill(sh->normal, n, 0.0);
        kr_gmm_fill(sh->reverse, n, 0.0);
    } else {
        fill_style(sh, n, batch->col[KR_COL_RAKE]);
    }
    if (v->from_rhypo)
        fill_from_rhypo(sh, n, batch);
    for (size_t i = 0; !v->from_rhypo && i < n; i++)
        sh->rrup[i] = batch->col[KR_COL_RRUP][i];
}

static void eval_mean(const terms *row, size_t n, const double *restrict mag, const shared *sh,
                      double *restrict mean)
{
    const terms t = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i];
        mean[i] = t.c1 + t.m1 * m + t.m2 * (m * m) + (t.r1 + t.r2 * m) * log(sh->rrup[i] + t.r3) +
                  t.normal * sh->normal[i] + t.reverse * sh->reverse[i] + t.vs30 * sh->ln_vs30[i] +
                  t.b * sh->b[i] + t.c * sh->c[i] + t.d * sh->d[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch, v);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = cauzzi_2014_load(gmm->rows + m * CAUZZI_2014_NCOL);
        terms t = terms_of(&c, v, &gmm->imts[m], st->ln_factor);
        eval_mean(&t, n, batch->col[KR_COL_MAG], &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, (v->no_style ? c.s : c.sM) * M_LN10);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, (v->no_style ? c.t : c.tM) * M_LN10);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.f * M_LN10);
    }
}

static const variant base = {.site = SITE_VA};
static const variant no_style = {.site = SITE_VA, .no_style = true};
static const variant fixed = {.site = SITE_800};
static const variant fixed_no_style = {.site = SITE_800, .no_style = true};
static const variant eurocode8 = {.site = SITE_CLASS};
static const variant eurocode8_no_style = {.site = SITE_CLASS, .no_style = true};
static const variant germany = {.site = SITE_VA, .from_rhypo = true};

#define CAUZZI_2014_ALL                                                                            \
    .title = "Cauzzi, Faccioli, Vanini and Bianchini (2015), Bull. Earthq. Eng. 13(6)",            \
    .doi = "10.1007/s10518-014-9685-y", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .params = median_factor_params, .state_size = sizeof(state), .mag_lo = 4.5, .mag_hi = 7.9,     \
    .dist_hi = 150.0, .init = init, .eval = eval
#define CAUZZI_2014_NO_STYLE                                                                       \
    CAUZZI_2014_ALL, .table = &table, .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30)
#define CAUZZI_2014_NEEDS (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30))

KR_GMM(cauzzi_2014) = {
    CAUZZI_2014_ALL, .name = "CauzziEtAl2014", .needs = CAUZZI_2014_NEEDS,
    .table = &table, .variant = &base,
};

KR_GMM(cauzzi_2014_no_sof) = {
    CAUZZI_2014_NO_STYLE,
    .name = "CauzziEtAl2014NoSOF",
    .variant = &no_style,
};

KR_GMM(cauzzi_2014_fixed) = {
    CAUZZI_2014_ALL,
    .name = "CauzziEtAl2014FixedVs30",
    .needs = CAUZZI_2014_NEEDS,
    .table = &table,
    .variant = &fixed,
};

KR_GMM(cauzzi_2014_fixed_no_sof) = {
    CAUZZI_2014_NO_STYLE,
    .name = "CauzziEtAl2014FixedVs30NoSOF",
    .variant = &fixed_no_style,
};

KR_GMM(cauzzi_2014_eurocode8) = {
    CAUZZI_2014_ALL,
    .name = "CauzziEtAl2014Eurocode8",
    .needs = CAUZZI_2014_NEEDS,
    .table = &table,
    .variant = &eurocode8,
};

KR_GMM(cauzzi_2014_eurocode8_no_sof) = {
    CAUZZI_2014_NO_STYLE,
    .name = "CauzziEtAl2014Eurocode8NoSOF",
    .variant = &eurocode8_no_style,
};

KR_GMM(cauzzi_2014_eurocode8_scaled) = {
    CAUZZI_2014_ALL,
    .name = "CauzziEtAl2014Eurocode8scaled",
    .needs = CAUZZI_2014_NEEDS,
    .table = &scaled_table,
    .variant = &eurocode8,
};

KR_GMM(cauzzi_2014_germany) = {
    CAUZZI_2014_ALL,
    .name = "CauzziEtAl2014RhypoGermany",
    .needs = CAUZZI_2014_NEEDS | KR_BIT(RHYPO) | KR_BIT(WIDTH),
    .table = &table,
    .variant = &germany,
};
