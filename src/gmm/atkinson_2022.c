/* Atkinson, G. M. (2024). Backbone ground-motion models for crustal, interface and slab earthquakes
 * in New Zealand. Bull. Seism. Soc. Am. doi:10.1785/0120230144, in the form of the GNS Science
 * Report 2022/11 with its revisions up to June 2022, which New Zealand's assessment of 2022 takes.
 *
 * Site amplification: Seyhan, E. and Stewart, J. P. (2014). Earthquake Spectra 30(3), 1241-1256.
 * doi:10.1193/063013EQS181M
 *
 * Departures, all as in OpenQuake 3.21: upper and lower are 1.28155 x 0.893 of the shift; interface
 * events have the source term of crustal ones; 981 cm/s2 are 1 g. */
#include "atkinson_2022.tab.h"
#include "base/str.h"
#include "gmm/gmm.h"
#include "gmm/nz_backarc.h"
#include "gmm/soil_variability.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(atkinson_2022, ATKINSON_2022);

static const double vs30_ref = 760.0, f3 = 98.1; /* m/s, cm/s2 */

typedef enum tectonic { CRUST, INTER, SLAB } tectonic;
static const tectonic crust = CRUST, inter = INTER, slab = SLAB;

typedef enum epistemic { CENTRAL, LOWER, UPPER } epistemic;

/* The coefficients of one measure for one kind of earthquake. */
typedef struct terms {
    double c0, c1, c2, b3, b4, gamma;
    double f4, f5, rock, c, ln_vc;
    double sigma, tau, phi;
    soil_correlation correlation;
    nz_backarc_terms arc;
} terms;

typedef struct state {
    tectonic tectonic;
    epistemic epistemic;
    bool modified_sigma;
    terms pga;
    terms *terms; /* one for each measure */
} state;

/* What all measures share. */
typedef struct shared {
    double spreading[KR_GMM_BATCH]; /* ln Z */
    double ln_ratio[KR_GMM_BATCH];  /* ln(R / Rref) */
    double ln_vs30[KR_GMM_BATCH];   /* ln(vs30 / 760) */
    double soft[KR_GMM_BATCH];      /* min(vs30, 760) - 360 */
    double ln_pga[KR_GMM_BATCH];    /* ln((PGA on rock + f3) / f3) */
    double yield[KR_GMM_BATCH];     /* PGA on rock / (PGA on rock + f3) */
    double shift[KR_GMM_BATCH];     /* of the epistemic branch, less ln(981) */
    nz_backarc arc;
} shared;

static terms terms_of(tectonic of, const double *row, const kr_imt *imt)
{
    atkinson_2022_row c = atkinson_2022_load(row);
    const double g_max[] = {0.008, 0.006, 0.005}, g_0[] = {0.005, 0.0045, 0.004};
    const double g_f[] = {0.0016, 0.0014, 0.0012};
    const double total[] = {c.sigma_crust, c.sigma_inter, c.sigma_slab};
    const double within[] = {c.within_crust, c.within_inter, c.within_slab};
    const double between[] = {c.between_crust, c.between_inter, c.between_slab};
    const bool is_slab = of == SLAB;
    return (terms){
        .c0 = is_slab ? c.c0_slab : c.c0_crust,
        .c1 = is_slab ? c.c1_slab : c.c1_crust,
        .c2 = is_slab ? c.c2_slab : c.c2_crust,
        .b3 = c.b3,
        .b4 = c.b4,
        .gamma = fmin(g_max[of], g_0[of] + g_f[of] * log(c.f)),
        .f4 = c.f4,
        .f5 = c.f5,
        .rock = exp(c.f5 * 400.0),
        .c = c.c,
        .ln_vc = log(c.vc / vs30_ref),
        .sigma = total[of],
        .tau = between[of],
        .phi = sqrt(within[of] * within[of] + c.phi_s2s * c.phi_s2s),
        .correlation = soil_correlation_of(imt),
        .arc = nz_backarc_terms_of(imt),
    };
}

static kr_status read_epistemic(kr_ctx *ctx, const kr_gmm *gmm, epistemic *out)
{
    static const char *const names[] = {"central", "lower", "upper"};
    const char *name = kr_gmm_arg_of(gmm, "epistemic")->text;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (kr_str_ieq(name, names[i])) {
            *out = (epistemic)i;
            return KR_OK;
        }
    }
    return kr_gmm_fail(ctx, gmm,
                       "argument 'epistemic' of %s: '%s' is none of Central, Lower, Upper",
                       gmm->cls->name, name);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double pga[ATKINSON_2022_NCOL] = {0};

    st->tectonic = *(const tectonic *)gmm->cls->variant;
    st->modified_sigma = kr_gmm_arg_of(gmm, "modified_sigma")->number != 0.0;
    KR_TRY(read_epistemic(ctx, gmm, &st->epistemic));
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    st->pga = terms_of(st->tectonic, pga, &kr_gmm_pga);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->terms[m] = terms_of(st->tectonic, gmm->rows + m * ATKINSON_2022_NCOL, &gmm->imts[m]);
out:
    return s;
}

/* Pseudo-depth, geometrical spreading with a bend at 50 km, and the site. */
static void fill_path(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double ln_10 = 2.302585092994046, ln_50 = 3.912023005428146;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double h = exp(ln_10 * (-0.405 + 0.235 * mag[i])), h2 = h * h;
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + h2);
        double beyond = ln_r - ln_50;
        sh->spreading[i] = -1.3 * ln_r + (beyond > 0.0 ? 0.8 * beyond : 0.0);
        sh->ln_ratio[i] = ln_r - 0.5 * log(1.0 + h2);
        sh->ln_vs30[i] = log(vs30[i] / vs30_ref);
        sh->soft[i] = (vs30[i] < vs30_ref ? vs30[i] : vs30_ref) - 360.0;
    }
}

/* ln of the motion on rock with vs30 = 760 m/s, in cm/s2. */
KR_GMM_INLINE double rock_motion(const terms *t, const shared *sh, const double *restrict mag,
                                 const double *restrict rrup, size_t i)
{
    double source = t->c0 + mag[i] * (t->c1 + t->c2 * mag[i]);
    double path = sh->spreading[i] + (t->b3 + t->b4 * mag[i]) * sh->ln_ratio[i];
    double arc = t->arc.constant * sh->arc.is[i] + t->arc.slope * sh->arc.ln[i];
    return source + path - t->gamma * rrup[i] + arc;
}

static void fill_rock(shared *sh, size_t n, const terms *pga, const kr_gmm_batch *batch)
{
    const terms t = *pga;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rock = exp(rock_motion(&t, sh, mag, rrup, i));
        sh->ln_pga[i] = log((rock + f3) / f3);
        sh->yield[i] = rock / (rock + f3);
    }
}

/* The lower and the upper branch. */
static void fill_shift(shared *sh, size_t n, epistemic which, const kr_gmm_batch *batch)
{
    const double ln_981 = 6.88857245956536, share = 1.28155 * 0.893;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double sign = which == CENTRAL ? 0.0 : which == LOWER ? -share : share;
    const double at_1 = which == LOWER ? 0.6 : 1.0, slope = which == LOWER ? -0.13 : -0.3;
    const double most = which == LOWER ? 0.5 : 0.8;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = log(rrup[i]);
        double near = at_1 + slope * ln_r, far = -0.25 + 0.12 * ln_r;
        near = near > 0.3 ? near : 0.3;
        double a = near > far ? near : far;
        a = a < most ? a : most;
        double large = mag[i] > 7.0 ? mag[i] - 7.0 : 0.0;
        sh->shift[i] = sign * (a + 0.15 * large) - ln_981;
    }
}

static void eval_mean(const terms *one, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict mean, double *restrict slope)
{
    const terms t = *one;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double f2 = t.f4 * (exp(t.f5 * sh->soft[i]) - t.rock);
        double linear = t.c * (sh->ln_vs30[i] < t.ln_vc ? sh->ln_vs30[i] : t.ln_vc);
        slope[i] = f2 * sh->yield[i];
        mean[i] = rock_motion(&t, sh, mag, rrup, i) + linear + f2 * sh->ln_pga[i] + sh->shift[i];
    }
}

/* The variability on soil that yields. */
static void eval_sigma(const terms *one, const terms *of_pga, size_t n,
                       const double *restrict slope, const kr_gmm_out *out)
{
    const terms t = *one, pga = *of_pga;
    const double rock = soil_phi_rock(t.phi * t.phi), rock_pga = soil_phi_rock(pga.phi * pga.phi);
    double *restrict sigma = out->sigma;
    double inter2[KR_GMM_BATCH], intra2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        inter2[i] = soil_variance(t.tau * t.tau, t.tau, pga.tau, slope[i], t.correlation.between);
        intra2[i] = soil_variance(t.phi * t.phi, rock, rock_pga, slope[i], t.correlation.within);
        sigma[i] = sqrt(inter2[i] + intra2[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter2);
    kr_gmm_sqrt(out->phi, n, intra2);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill_path(&sh, n, batch);
    if (st->tectonic == SLAB)
        nz_backarc_fill(&sh.arc, n, batch);
    else
        nz_backarc_none(&sh.arc, n);
    fill_rock(&sh, n, &st->pga, batch);
    fill_shift(&sh, n, st->epistemic, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms *t = &st->terms[m];
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(t, n, batch, &sh, one.mean, slope);
        if (st->modified_sigma) {
            eval_sigma(t, &st->pga, n, slope, &one);
        } else {
            kr_gmm_fill(one.sigma, n, t->sigma);
            kr_gmm_fill(one.tau, n, t->tau);
            kr_gmm_fill(one.phi, n, t->phi);
        }
    }
}

static const kr_gmm_param params[] = {
    {.name = "epistemic",
     .kind = KR_PARAM_TEXT,
     .text = "Central",
     .about = "Lower, Central or Upper: 10th, 50th and 90th percentile of the median"},
    {.name = "modified_sigma",
     .kind = KR_PARAM_BOOL,
     .about = "the variability depends on how much the soil yields"},
    {.name = NULL},
};

#define ATKINSON_2022                                                                              \
    .title = "Atkinson (2022), GNS Science Report 2022/11", .doi = "10.1785/0120230144",           \
    .component = KR_COMPONENT_ROTD50, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),                \
    .has_tau_phi = true, .params = params, .table = &table, .state_size = sizeof(state),           \
    .mag_lo = 4.0, .mag_hi = 9.0, .dist_hi = 500.0, .init = init, .eval = eval

KR_GMM(atkinson_2022_crust) = {
    ATKINSON_2022,
    .name = "Atkinson2022Crust",
    .trt = "Active Shallow Crust",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),
    .variant = &crust,
};

KR_GMM(atkinson_2022_sinter) = {
    ATKINSON_2022,
    .name = "Atkinson2022SInter",
    .trt = "Subduction Interface",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),
    .variant = &inter,
};

KR_GMM(atkinson_2022_sslab) = {
    ATKINSON_2022,
    .name = "Atkinson2022SSlab",
    .trt = "Subduction IntraSlab",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC),
    .variant = &slab,
};
