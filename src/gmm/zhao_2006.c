/* Zhao, J. X., Zhang, J., Asano, A., Ohno, Y., Oouchi, T., Takahashi, T., Ogawa, H., Irikura, K.,
 * Thio, H. K., Somerville, P. G., Fukushima, Y. and Fukushima, Y. (2006). Attenuation relations of
 * strong ground motion in Japan using site classification based on predominant period. Bull. Seism.
 * Soc. Am. 96(3), 898-913. doi:10.1785/0120050122
 *
 * Departures: site classes follow vs30. A slab's distance of 0 is taken as 0.1 km.
 * ...NSHMP2008 and 2014 are those of the US hazard models: a fixed depth and another deviation
 * between events; magnitudes up to 7.8. ...Cascadia has the site factors of Atkinson, G. M. (2012),
 * White paper on proposed ground-motion prediction equations for 2015 national seismic hazard maps.
 * ...AscSGS takes distances below 5 km as 5 km. ...SWISS03, 05 and 08 are adjusted to Swiss rock
 * and small magnitudes (swiss_adjustment.h); there the site is always that of vs30 = 700 m/s. */
#include "gmm/gmm.h"
#include "gmm/swiss_adjustment.h"
#include "num/vmath.h"
#include "zhao_2006.tab.h"
#include "zhao_2006_swiss.tab.h"

static const kr_gmm_table table = KR_GMM_TABLE(zhao_2006, ZHAO_2006);
static const kr_gmm_table swiss_table = KR_GMM_TABLE(zhao_2006_swiss, ZHAO_2006_SWISS);

static const double ln_unit = -6.888230912967695; /* ln(0.01 / 9.80665): cm/s2 to g */

typedef enum zone { CRUST, INTERFACE, SLAB } zone;

typedef struct variant {
    zone zone;
    bool cascadia;    /* site factors of Cascadia */
    bool us_tau;      /* deviation between events of the US model of 2008 */
    double depth;     /* km, in place of the hypocentre's; 0: that */
    double mag_max;   /* larger magnitudes count as this */
    double rrup_min;  /* km, smaller distances count as this ... */
    double rrup_zero; /* ... or, where they are 0, as this */
    double vs30;      /* m/s, in place of the site's; 0: that */
    size_t factor;    /* SWISS...: which factor and which phi of the table */
    bool swiss_k05;
} variant;

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH], rrup[KR_GMM_BATCH];
    double ln_rrup[KR_GMM_BATCH];
    double depth[KR_GMM_BATCH];   /* km below 15 km, at most 110 */
    double reverse[KR_GMM_BATCH]; /* 1 or 0 */
    /* Site classes, table 2: each 1 or 0. */
    double hard[KR_GMM_BATCH], rock[KR_GMM_BATCH], stiff[KR_GMM_BATCH], medium[KR_GMM_BATCH],
        soft[KR_GMM_BATCH];
} shared;

/* The coefficients of one zone: magnitude (equation 5), slab, and what does not vary in a batch. */
typedef struct zone_coeffs {
    double p, q, mag_ref, constant, ssl, fr, tau;
} zone_coeffs;

static zone_coeffs coeffs_of(const zhao_2006_row *c, const variant *v)
{
    zone_coeffs z = {0};
    switch (v->zone) {
    case CRUST:
        z = (zone_coeffs){0.0, c->QC, 6.3, c->WC, 0.0, c->FR, c->tauC};
        break;
    case INTERFACE:
        z = (zone_coeffs){0.0, c->QI, 6.3, c->WI + c->SI, 0.0, 0.0, v->us_tau ? c->tauN : c->tauI};
        break;
    case SLAB:
        z = (zone_coeffs){c->PS, c->QS, 6.5, c->WS + c->SS, c->SSL, 0.0, c->tauS};
        break;
    }
    z.constant += ln_unit + (v->cascadia ? log(c->MF) : 0.0);
    return z;
}

static void fill_source(shared *sh, const variant *v, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict hypo = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double fixed = v->depth, mag_max = v->mag_max;
    const double least = v->rrup_min, zero = v->rrup_zero;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double depth = fixed > 0.0 ? fixed : hypo[i];
        double r = rrup[i] > least ? rrup[i] : least;
        depth = (depth < 125.0 ? depth : 125.0) - 15.0;
        r = r > 0.0 ? r : zero;
        sh->mag[i] = mag[i] < mag_max ? mag[i] : mag_max;
        sh->depth[i] = depth > 0.0 ? depth : 0.0;
        sh->rrup[i] = r;
        sh->ln_rrup[i] = log(r > 1e-9 ? r : 1e-9);
    }
}

static void fill_style(shared *sh, size_t n, const double *restrict rake)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double reverse = rake[i] > 45.0 ? 1.0 : 0.0;
        sh->reverse[i] = rake[i] < 135.0 ? reverse : 0.0;
    }
}

static void fill_site(shared *sh, size_t n, const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double above_200 = vs30[i] > 200.0 ? 1.0 : 0.0, above_300 = vs30[i] > 300.0 ? 1.0 : 0.0;
        double above_600 = vs30[i] > 600.0 ? 1.0 : 0.0, above_1100 = vs30[i] > 1100.0 ? 1.0 : 0.0;
        sh->hard[i] = above_1100;
        sh->rock[i] = above_600 - above_1100;
        sh->stiff[i] = above_300 - above_600;
        sh->medium[i] = above_200 - above_300;
        sh->soft[i] = 1.0 - above_200;
    }
}

/* Equation 1 with the correction of equation 5. */
static void eval_mean(const zhao_2006_row *row, const zone_coeffs *terms, size_t n,
                      const shared *sh, double *restrict mean)
{
    const zhao_2006_row c = *row;
    const zone_coeffs z = *terms;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i], dm = m - z.mag_ref, r = sh->rrup[i];
        double site = c.CH * sh->hard[i] + c.C1 * sh->rock[i] + c.C2 * sh->stiff[i] +
                      c.C3 * sh->medium[i] + c.C4 * sh->soft[i];
        double path = c.b * r - log(r + c.c * exp(c.d * m)) + z.ssl * sh->ln_rrup[i];
        double source = c.a * m + c.e * sh->depth[i] + z.fr * sh->reverse[i];
        mean[i] = source + path + site + z.p * dm + z.q * (dm * dm) + z.constant;
    }
}

static void fill_shared(const kr_gmm *gmm, const kr_gmm_batch *batch, shared *sh)
{
    size_t n = kr_gmm_padded(batch->n);
    const variant *v = gmm->cls->variant;
    double vs30[KR_GMM_BATCH];

    fill_source(sh, v, n, batch);
    if (v->zone == CRUST)
        fill_style(sh, n, batch->col[KR_COL_RAKE]);
    else
        kr_gmm_fill(sh->reverse, n, 0.0);
    kr_gmm_fill(vs30, n, v->vs30);
    fill_site(sh, n, v->vs30 > 0.0 ? vs30 : batch->col[KR_COL_VS30]);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(gmm, batch, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        zhao_2006_row c = zhao_2006_load(gmm->rows + m * ZHAO_2006_NCOL);
        zone_coeffs z = coeffs_of(&c, gmm->cls->variant);
        eval_mean(&c, &z, n, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, sqrt(c.sigma * c.sigma + z.tau * z.tau));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, z.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.sigma);
    }
}

static kr_status init_swiss(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &swiss_table, rows);
}

static swiss_adjustment adjustment_of(const double *row, const variant *v)
{
    zhao_2006_swiss_row a = zhao_2006_swiss_load(row);
    return (swiss_adjustment){
        .ln_factor = log(row[v->factor]),
        .a1 = a.a1,
        .a2 = a.a2,
        .b1 = a.b1,
        .b2 = a.b2,
        .rm = a.Rm,
        .phi_near = v->swiss_k05 ? a.phi_11_k05 : a.phi_11,
        .phi_far = v->swiss_k05 ? a.phi_21_k05 : a.phi_21,
        .phi_large = v->swiss_k05 ? a.C2_k05 : a.C2,
        .mag_small = a.Mc1,
        .mag_large = a.Mc2,
        .dist_near = a.Rc11,
        .dist_far = a.Rc21,
        .phi_mean = a.mean_phi_ss,
    };
}

static void eval_swiss(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const double *mag = batch->col[KR_COL_MAG], *rrup = batch->col[KR_COL_RRUP];
    double *const *rows = gmm->state;
    shared sh;

    fill_shared(gmm, batch, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        zhao_2006_row c = zhao_2006_load(gmm->rows + m * ZHAO_2006_NCOL);
        zone_coeffs z = coeffs_of(&c, gmm->cls->variant);
        swiss_adjustment adjust =
            adjustment_of(*rows + m * ZHAO_2006_SWISS_NCOL, gmm->cls->variant);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(&c, &z, n, &sh, one.mean);
        swiss_adjust_mean(&adjust, n, mag, rrup, one.mean);
        swiss_adjust_sigma(&adjust, z.tau, n, mag, rrup, &one);
    }
}

#define VARIANT(zone_) .zone = zone_, .mag_max = 1e9, .rrup_zero = zone_ == SLAB ? 0.1 : 0.0
#define SWISS(factor_) VARIANT(CRUST), .vs30 = 700.0, .factor = factor_

static const variant crust = {VARIANT(CRUST)}, interface = {VARIANT(INTERFACE)},
                     slab = {VARIANT(SLAB)};
static const variant crust_sgs = {VARIANT(CRUST), .rrup_min = 5.0};
static const variant interface_2008 = {VARIANT(INTERFACE), .us_tau = true, .depth = 20.0};
static const variant slab_2014 = {.zone = SLAB, .mag_max = 7.8, .rrup_zero = 0.1};
static const variant interface_cascadia = {VARIANT(INTERFACE), .cascadia = true};
static const variant slab_cascadia = {VARIANT(SLAB), .cascadia = true};
static const variant swiss03 = {SWISS(0)}, swiss05 = {SWISS(1), .swiss_k05 = true},
                     swiss08 = {SWISS(2)};

#define ZHAO_2006                                                                                  \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .table = &table, .mag_lo = 5.0, .mag_hi = 8.3, .dist_hi = 300.0

#define PAPER                                                                                      \
    ZHAO_2006, .title = "Zhao et al. (2006), Bull. Seism. Soc. Am. 96(3)",                         \
               .doi = "10.1785/0120050122", .eval = eval

#define NEEDS (KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30))

#define ASC    .trt = "Active Shallow Crust", .needs = NEEDS | KR_BIT(RAKE)
#define SINTER PAPER, .trt = "Subduction Interface", .needs = NEEDS
#define SSLAB  PAPER, .trt = "Subduction IntraSlab", .needs = NEEDS

#define ADJUSTED                                                                                   \
    ZHAO_2006, ASC, .title = "Zhao et al. (2006) as adjusted by Edwards and Fah (2013)",           \
                    .doi = "10.1785/0120110331", .state_size = sizeof(double *),                   \
                    .init = init_swiss, .eval = eval_swiss

KR_GMM(zhao_2006_asc) = {PAPER, ASC, .name = "ZhaoEtAl2006Asc", .variant = &crust};

KR_GMM(zhao_2006_asc_sgs) = {PAPER, ASC, .name = "ZhaoEtAl2006AscSGS", .variant = &crust_sgs};

KR_GMM(zhao_2006_sinter) = {SINTER, .name = "ZhaoEtAl2006SInter", .variant = &interface};

KR_GMM(zhao_2006_sinter_nshmp2008) = {
    SINTER,
    .name = "ZhaoEtAl2006SInterNSHMP2008",
    .variant = &interface_2008,
};

KR_GMM(zhao_2006_sinter_cascadia) = {
    SINTER,
    .name = "ZhaoEtAl2006SInterCascadia",
    .variant = &interface_cascadia,
};

KR_GMM(zhao_2006_sslab) = {SSLAB, .name = "ZhaoEtAl2006SSlab", .variant = &slab};

KR_GMM(zhao_2006_sslab_nshmp2014) = {
    SSLAB,
    .name = "ZhaoEtAl2006SSlabNSHMP2014",
    .variant = &slab_2014,
};

KR_GMM(zhao_2006_sslab_cascadia) = {
    SSLAB,
    .name = "ZhaoEtAl2006SSlabCascadia",
    .variant = &slab_cascadia,
};

KR_GMM(zhao_2006_swiss03) = {ADJUSTED, .name = "ZhaoEtAl2006AscSWISS03", .variant = &swiss03};

KR_GMM(zhao_2006_swiss05) = {ADJUSTED, .name = "ZhaoEtAl2006AscSWISS05", .variant = &swiss05};

KR_GMM(zhao_2006_swiss08) = {ADJUSTED, .name = "ZhaoEtAl2006AscSWISS08", .variant = &swiss08};
