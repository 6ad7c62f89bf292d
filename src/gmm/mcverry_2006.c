/* McVerry, G. H., Zhao, J. X., Abrahamson, N. A. and Somerville, P. G. (2006). New Zealand
 * acceleration response spectrum attenuation relations for crustal and subduction zone earthquakes.
 * Bull. NZ Soc. Earthq. Eng. 39(1), 1-58. doi:10.5459/bnzsee.39.1.1-58
 *
 * Departures: no hanging wall; the path through volcanic rock is the whole distance in ...Volc and
 * nothing elsewhere, as in the national model of 2010. Without ...SC the site class follows vs30,
 * with which the paper has nothing to do; with it the class is that of the site (E counts as rock,
 * for the paper has no model for it).
 *
 * ...ChchStressDrop raises the stress drop by half for sources in Canterbury, with the factors of
 * Atkinson, G. M. and Boore, D. M. (2006), doi:10.1785/0120050245, as logarithms: McVerry, G.,
 * Gerstenberger, M. and Rhoades, D. (2011), GNS Science Report 2011/45. ...ChchAdditionalSigma has
 * the same results as ...Chch, for OpenQuake 3.21 leaves out its additional deviation. */
#include "atkinson_boore_2006_stress.tab.h"
#include "gmm/gmm.h"
#include "mcverry_2006.tab.h"
#include "mcverry_2006_pga.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(mcverry_2006, MCVERRY_2006);
static const kr_gmm_table pga_table = KR_GMM_TABLE(mcverry_2006_pga, MCVERRY_2006_PGA);
static const kr_gmm_table stress_table =
    KR_GMM_TABLE(atkinson_boore_2006_stress, ATKINSON_BOORE_2006_STRESS);

typedef struct variant {
    bool subduction, interface, volcanic;
    bool site_class;  /* the class of the site, not vs30 */
    bool stress_drop; /* for sources in Canterbury */
    bool stress_rows; /* measures without a factor of the stress drop are refused */
} variant;

typedef struct state {
    double pga[MCVERRY_2006_NCOL];         /* PGA', from the spectra */
    double own_pga[MCVERRY_2006_PGA_NCOL]; /* PGA, from peak accelerations */
    double code_c, code_d;                 /* site classes C and D as in the column */
    double *stress;                        /* rows of stress_table */
} state;

/* What all measures share. */
typedef struct shared {
    double normal[KR_GMM_BATCH];  /* -1 or 0 */
    double reverse[KR_GMM_BATCH]; /* 0, 0.5 or 1 */
    double class_c[KR_GMM_BATCH], class_d[KR_GMM_BATCH];
    double mag_std[KR_GMM_BATCH]; /* (M limited to 5 .. 7) - 6 */
    double by_pga[KR_GMM_BATCH];  /* ln(PGA / PGA'), equation 6 */
} shared;

/* The coefficients of equations 1, 2 and 4; the same in both tables. */
typedef mcverry_2006_pga_row coeffs;

static coeffs coeffs_of(const mcverry_2006_row *c)
{
    return (coeffs){
        .c1 = c->c1,
        .c3as = c->c3as,
        .c4as = c->c4as,
        .c5 = c->c5,
        .c6as = c->c6as,
        .c8 = c->c8,
        .c11 = c->c11,
        .c12y = c->c12y,
        .c13y = c->c13y,
        .c15 = c->c15,
        .c17 = c->c17,
        .c20 = c->c20,
        .c24 = c->c24,
        .c29 = c->c29,
        .c30as = c->c30as,
        .c32 = c->c32,
        .c46 = c->c46,
        .c33as = c->c33as,
        .c43 = c->c43,
        .c18y = c->c18y,
        .c10as = c->c10as,
        .c19y = c->c19y,
    };
}

static void fill_style(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double normal = rake[i] > -147.0 ? -1.0 : 0.0;
        double oblique = rake[i] > 33.0 ? 0.5 : 0.0, reverse = rake[i] > 67.0 ? 1.0 : 0.0;
        double m = mag[i] > 5.0 ? mag[i] : 5.0;
        oblique = rake[i] < 66.0 ? oblique : 0.0;
        reverse = rake[i] < 123.0 ? reverse : 0.0;
        sh->normal[i] = rake[i] < -33.0 ? normal : 0.0;
        sh->reverse[i] = oblique + reverse;
        sh->mag_std[i] = (m < 7.0 ? m : 7.0) - 6.0;
    }
}

static void fill_class(shared *sh, const state *st, size_t n, const double *restrict site_class)
{
    const double code_c = st->code_c, code_d = st->code_d;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->class_c[i] = site_class[i] == code_c ? 1.0 : 0.0;
        sh->class_d[i] = site_class[i] == code_d ? 1.0 : 0.0;
    }
}

static void fill_vs30(shared *sh, size_t n, const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double stiff = vs30[i] >= 360.0 ? 1.0 : 0.0;
        sh->class_c[i] = vs30[i] < 760.0 ? stiff : 0.0;
        sh->class_d[i] = vs30[i] < 360.0 ? 1.0 : 0.0;
    }
}

/* Equation 1: crustal events, on rock. */
static void eval_crust(const coeffs *row, bool volcanic, size_t n, const kr_gmm_batch *batch,
                       const shared *sh, double *restrict out)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double by_distance = c.c5 + (volcanic ? c.c46 : 0.0);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - 6.0, d = 8.5 - mag[i], r = rrup[i];
        double ln_r = 0.5 * log(r * r + c.c10as * c.c10as);
        out[i] = c.c1 + c.c4as * m + c.c3as * (d * d) + by_distance * r +
                 (c.c8 + c.c6as * m) * ln_r + c.c32 * sh->normal[i] + c.c33as * sh->reverse[i];
    }
}

/* Equation 2: subduction events, on rock. */
static void eval_subduction(const coeffs *row, bool interface, size_t n, const kr_gmm_batch *batch,
                            double *restrict out)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double constant = c.c11 + (interface ? c.c24 : 0.0);
    const double slope = c.c12y + (c.c15 - c.c17) * c.c19y;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = 10.0 - mag[i];
        double ln_r = log(rrup[i] + c.c18y * exp(c.c19y * mag[i]));
        out[i] = constant + slope * (mag[i] - 6.0) + c.c13y * (d * d * d) + c.c17 * ln_r +
                 c.c20 * depth[i];
    }
}

/* Equations 1 or 2, and 4: the site class. */
static void eval_median(const coeffs *row, const variant *v, size_t n, const kr_gmm_batch *batch,
                        const shared *sh, double *restrict out)
{
    const coeffs c = *row;
    if (v->subduction)
        eval_subduction(row, v->interface, n, batch, out);
    else
        eval_crust(row, v->volcanic, n, batch, sh, out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = c.c30as * log(exp(out[i]) + 0.03) + c.c43;
        out[i] += c.c29 * sh->class_c[i] + soft * sh->class_d[i];
    }
}

/* A stress drop raised by half, in Canterbury: equation 6 of Atkinson and Boore (2006). */
static void add_stress_drop(const double *row, size_t n, const kr_gmm_batch *batch,
                            double *restrict mean)
{
    const atkinson_boore_2006_stress_row c = atkinson_boore_2006_stress_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict in_cshm = batch->col[KR_COL_IN_CSHM];
    const double scale = log(1.5) / log(2.0) * M_LN10, by_width = 1.0 / (c.Mh - c.M1);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double share = mag[i] > c.M1 ? (mag[i] - c.M1) * by_width : 0.0;
        double raised = scale * (0.05 + c.delta * (share < 1.0 ? share : 1.0));
        mean[i] += in_cshm[i] != 0.0 ? raised : 0.0;
    }
}

/* Equations 8 and 9. */
static void eval_sigma(const mcverry_2006_row *row, size_t n, const shared *sh,
                       const kr_gmm_out *out)
{
    const mcverry_2006_row c = *row;
    double scratch[KR_GMM_BATCH];
    double *restrict phi = out->phi ? out->phi : scratch, *restrict sigma = out->sigma;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double intra = c.sigmaM6 + c.sigSlope * sh->mag_std[i];
        phi[i] = intra;
        sigma[i] = sqrt(intra * intra + c.tau * c.tau);
    }
    kr_gmm_fill(out->tau, n, c.tau);
}

static void fill_shared(const kr_gmm *gmm, const kr_gmm_batch *batch, shared *sh)
{
    size_t n = kr_gmm_padded(batch->n);
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    const mcverry_2006_row from_spectra = mcverry_2006_load(st->pga);
    const coeffs pga = coeffs_of(&from_spectra), own_pga = mcverry_2006_pga_load(st->own_pga);
    double ln_pga[KR_GMM_BATCH];

    fill_style(sh, n, batch);
    if (v->site_class)
        fill_class(sh, st, n, batch->col[KR_COL_SITECLASS]);
    else
        fill_vs30(sh, n, batch->col[KR_COL_VS30]);
    eval_median(&own_pga, v, n, batch, sh, sh->by_pga);
    eval_median(&pga, v, n, batch, sh, ln_pga);
    for (size_t i = 0; i < n; i++)
        sh->by_pga[i] -= ln_pga[i];
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    kr_gmm_row(&pga_table, &kr_gmm_pga, st->own_pga);
    st->code_c = kr_column_code("C");
    st->code_d = kr_column_code("D");
    return v->stress_rows ? kr_gmm_rows(ctx, gmm, &stress_table, &st->stress) : KR_OK;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    shared sh;

    fill_shared(gmm, batch, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        mcverry_2006_row row = mcverry_2006_load(gmm->rows + m * MCVERRY_2006_NCOL);
        coeffs c = coeffs_of(&row);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_median(&c, v, n, batch, &sh, one.mean);
        for (size_t i = 0; i < n; i++)
            one.mean[i] += sh.by_pga[i];
        if (v->stress_drop)
            add_stress_drop(st->stress + m * ATKINSON_BOORE_2006_STRESS_NCOL, n, batch, one.mean);
        eval_sigma(&row, n, &sh, &one);
    }
}

static const variant crust, crust_sc = {.site_class = true};
static const variant volcanic = {.volcanic = true};
static const variant volcanic_sc = {.volcanic = true, .site_class = true};
static const variant interface = {.subduction = true, .interface = true};
static const variant interface_sc = {.subduction = true, .interface = true, .site_class = true};
static const variant slab = {.subduction = true};
static const variant slab_sc = {.subduction = true, .site_class = true};
static const variant chch = {.site_class = true, .stress_rows = true};
static const variant chch_drop = {.site_class = true, .stress_rows = true, .stress_drop = true};

#define MCVERRY_2006                                                                               \
    .title = "McVerry et al. (2006), Bull. NZ Soc. Earthq. Eng. 39(1)",                            \
    .doi = "10.5459/bnzsee.39.1.1-58", .component = KR_COMPONENT_GREATER_OF_TWO,                   \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true, .table = &table,            \
    .state_size = sizeof(state), .mag_lo = 5.25, .mag_hi = 7.5, .dist_hi = 400.0, .init = init,    \
    .eval = eval

#define SOURCE  (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP))
#define BY_VS30 MCVERRY_2006, .needs = SOURCE | KR_BIT(VS30)
#define BY_SC   MCVERRY_2006, .needs = SOURCE | KR_BIT(SITECLASS)
#define IN_CHCH                                                                                    \
    MCVERRY_2006, .needs = SOURCE | KR_BIT(SITECLASS) | KR_BIT(IN_CSHM),                           \
                  .trt = "Active Shallow Crust"

KR_GMM(mcverry_2006_asc) = {
    BY_VS30,
    .name = "McVerry2006Asc",
    .trt = "Active Shallow Crust",
    .variant = &crust,
};

KR_GMM(mcverry_2006_asc_sc) = {
    BY_SC,
    .name = "McVerry2006AscSC",
    .trt = "Active Shallow Crust",
    .variant = &crust_sc,
};

KR_GMM(mcverry_2006_volc) = {
    BY_VS30,
    .name = "McVerry2006Volc",
    .trt = "Volcanic",
    .variant = &volcanic,
};

KR_GMM(mcverry_2006_volc_sc) = {
    BY_SC,
    .name = "McVerry2006VolcSC",
    .trt = "Volcanic",
    .variant = &volcanic_sc,
};

KR_GMM(mcverry_2006_sinter) = {
    BY_VS30,
    .name = "McVerry2006SInter",
    .trt = "Subduction Interface",
    .variant = &interface,
};

KR_GMM(mcverry_2006_sinter_sc) = {
    BY_SC,
    .name = "McVerry2006SInterSC",
    .trt = "Subduction Interface",
    .variant = &interface_sc,
};

KR_GMM(mcverry_2006_sslab) = {
    BY_VS30,
    .name = "McVerry2006SSlab",
    .trt = "Subduction IntraSlab",
    .variant = &slab,
};

KR_GMM(mcverry_2006_sslab_sc) = {
    BY_SC,
    .name = "McVerry2006SSlabSC",
    .trt = "Subduction IntraSlab",
    .variant = &slab_sc,
};

KR_GMM(mcverry_2006_chch) = {
    IN_CHCH,
    .name = "McVerry2006Chch",
    .variant = &chch,
};

KR_GMM(mcverry_2006_chch_stress_drop) = {
    IN_CHCH,
    .name = "McVerry2006ChchStressDrop",
    .variant = &chch_drop,
};

KR_GMM(mcverry_2006_chch_additional_sigma) = {
    IN_CHCH,
    .name = "McVerry2006ChchAdditionalSigma",
    .variant = &chch,
};
