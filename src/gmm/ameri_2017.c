/* Ameri, G., Drouet, S., Traversa, P., Bindi, D. and Cotton, F. (2017). Toward an empirical ground
 * motion prediction equation for France: accounting for regional differences in the source stress
 * parameter. Bull. Earthq. Eng. 15, 4681-4717. doi:10.1007/s10518-017-0171-1
 *
 * ...StressDrop adds the term of the stress parameter, after Yenier and Atkinson (2015), with the
 * deviation that does not vary with magnitude. Ameri2014Rjb is the earlier model of Ameri, G.
 * (2014), SIGMA deliverable SIGMA-2014-D2-131.
 *
 * Departures: g is 9.81 m/s2, as the author said. norm_stress_drop does nothing in the classes
 * without ...StressDrop. */
#include "ameri_2014_rjb.tab.h"
#include "ameri_2017_repi.tab.h"
#include "ameri_2017_rjb.tab.h"
#include "gmm/hinged_form.h"

_Static_assert((int)AMERI_2017_RJB_NCOL == (int)AMERI_2017_REPI_NCOL, "the same columns");
_Static_assert((int)AMERI_2014_RJB_NCOL < (int)AMERI_2017_RJB_NCOL, "the first columns");

static const kr_gmm_table rjb_table = KR_GMM_TABLE(ameri_2017_rjb, AMERI_2017_RJB);
static const kr_gmm_table repi_table = KR_GMM_TABLE(ameri_2017_repi, AMERI_2017_REPI);
static const kr_gmm_table early_table = KR_GMM_TABLE(ameri_2014_rjb, AMERI_2014_RJB);

typedef ameri_2017_rjb_row coeffs;

static const double earth = 9.81, ln10 = 2.302585092994045684;

typedef struct variant {
    kr_column distance;
    bool stress; /* the term of the stress parameter */
    bool early;  /* the model of 2014 */
} variant;

typedef struct state {
    double ln_factor; /* adjustment_factor */
    double log_drop;  /* log10(norm_stress_drop) */
} state;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    double drop = kr_gmm_arg_of(gmm, "norm_stress_drop")->number;
    double factor = kr_gmm_arg_of(gmm, "adjustment_factor")->number;

    if (!(drop > 0.0) || !(factor > 0.0))
        return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: a number greater than 0 is needed",
                           drop > 0.0 ? "adjustment_factor" : "norm_stress_drop", gmm->cls->name);
    st->log_drop = log10(drop);
    st->ln_factor = log(factor);
    return KR_OK;
}

static coeffs load(const kr_gmm *gmm, size_t m)
{
    const variant *v = gmm->cls->variant;
    coeffs c = {0};
    if (!v->early)
        return ameri_2017_rjb_load(gmm->rows + m * AMERI_2017_RJB_NCOL);
    ameri_2014_rjb_row e = ameri_2014_rjb_load(gmm->rows + m * AMERI_2014_RJB_NCOL);
    memcpy(&c, &e, (AMERI_2014_RJB_NCOL - 2) * sizeof(double));
    c.tau = e.tau;
    c.phi = e.phi;
    return c;
}

/* Equations 1 to 4. */
static hinged form_of(const coeffs *c)
{
    hinged h = {.constant = c->a,
                .mag_hinge = 6.75,
                .below1 = c->b1,
                .below2 = c->b2,
                .above1 = c->b3,
                .slope = c->c1,
                .slope_by_mag = c->c2,
                .mag_ref = 5.5,
                .depth = c->h,
                .normal = c->f1,
                .reverse = c->f2,
                .slip = c->f3,
                .of_class = {c->e1, c->e2, c->e3, c->e4},
                .tau = c->tau,
                .phi = c->phi,
                .sigma = sqrt(c->tau * c->tau + c->phi * c->phi)};
    return hinged_log10(h, earth);
}

/* Equation 8. */
static void add_stress(const coeffs *row, double log_drop, size_t n, const double *restrict mag,
                       double *restrict mean)
{
    const coeffs c = *row;
    const double low[] = {c.s0, c.s1, c.s2, c.s3, c.s4}, high[] = {c.s5, c.s6, c.s7, c.s8, c.s9};
    const double *s = log_drop <= 0.0 ? low : high;
    const double s0 = s[0], s1 = s[1], s2 = s[2], s3 = s[3], s4 = s[4];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], e = s0 + m * (s1 + m * (s2 + m * (s3 + m * s4)));
        mean[i] += ln10 * log_drop * e;
    }
}

/* Equation 11: the deviation between events falls from M 4 to M 5. */
static void eval_sigma(const coeffs *row, size_t n, const double *restrict mag,
                       const kr_gmm_out *out)
{
    const double tau1 = ln10 * row->tau1, tau2 = ln10 * row->tau2, phi = ln10 * row->phi;
    double *restrict sigma = out->sigma;
    double tau[KR_GMM_BATCH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t = tau1 + (tau2 - tau1) * (mag[i] - 4.0);
        t = mag[i] <= 4.0 ? tau1 : t;
        tau[i] = mag[i] >= 5.0 ? tau2 : t;
        sigma[i] = sqrt(tau[i] * tau[i] + phi * phi);
    }
    for (size_t i = 0; out->tau && i < n; i++)
        out->tau[i] = tau[i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    hinged_shared sh;

    hinged_begin(&sh, n, batch, v->distance);
    hinged_styles(&sh, n, batch->col[KR_COL_RAKE]);
    hinged_ec8(&sh, n, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = load(gmm, m);
        hinged h = form_of(&c);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        h.constant += st->ln_factor;
        hinged_eval(&h, m, n, &sh, out);
        if (v->stress)
            add_stress(&c, st->log_drop, n, sh.mag, one.mean);
        else if (!v->early)
            eval_sigma(&c, n, sh.mag, &one);
    }
}

static const variant rjb = {.distance = KR_COL_RJB}, repi = {.distance = KR_COL_REPI};
static const variant rjb_stress = {.distance = KR_COL_RJB, .stress = true};
static const variant repi_stress = {.distance = KR_COL_REPI, .stress = true};
static const variant rjb_early = {.distance = KR_COL_RJB, .early = true};

/* The arguments, with the default of one class. */
#define PARAMS(drop)                                                                               \
    {                                                                                              \
        {.name = "norm_stress_drop",                                                               \
         .kind = KR_PARAM_NUMBER,                                                                  \
         .number = (drop),                                                                         \
         .about = "stress parameter over that of the region"},                                     \
            {.name = "adjustment_factor",                                                          \
             .kind = KR_PARAM_NUMBER,                                                              \
             .number = 1.0,                                                                        \
             .about = "factor of the median"},                                                     \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }
static const kr_gmm_param params[] = PARAMS(0.1);
static const kr_gmm_param params_repi_stress[] = PARAMS(1.1);

#define AMERI                                                                                      \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true,                             \
    .state_size = sizeof(state), .mag_lo = 3.0, .mag_hi = 7.6, .dist_hi = 200.0, .init = init,     \
    .eval = eval
#define AMERI_2017                                                                                 \
    AMERI, .title = "Ameri, Drouet, Traversa, Bindi and Cotton (2017), Bull. Earthq. Eng. 15",     \
           .doi = "10.1007/s10518-017-0171-1"
#define AMERI_NEEDS (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(VS30))

KR_GMM(ameri_2017_rjb) = {
    AMERI_2017,       .name = "AmeriEtAl2017Rjb", .needs = AMERI_NEEDS | KR_BIT(RJB),
    .params = params, .table = &rjb_table,        .variant = &rjb,
};

KR_GMM(ameri_2017_rjb_stress) = {
    AMERI_2017,
    .name = "AmeriEtAl2017RjbStressDrop",
    .needs = AMERI_NEEDS | KR_BIT(RJB),
    .params = params,
    .table = &rjb_table,
    .variant = &rjb_stress,
};

KR_GMM(ameri_2017_repi) = {
    AMERI_2017,       .name = "AmeriEtAl2017Repi", .needs = AMERI_NEEDS | KR_BIT(REPI),
    .params = params, .table = &repi_table,        .variant = &repi,
};

KR_GMM(ameri_2017_repi_stress) = {
    AMERI_2017,
    .name = "AmeriEtAl2017RepiStressDrop",
    .needs = AMERI_NEEDS | KR_BIT(REPI),
    .params = params_repi_stress,
    .table = &repi_table,
    .variant = &repi_stress,
};

KR_GMM(ameri_2014_rjb) = {
    AMERI,
    .title = "Ameri (2014), SIGMA deliverable SIGMA-2014-D2-131, no DOI",
    .name = "Ameri2014Rjb",
    .needs = AMERI_NEEDS | KR_BIT(RJB),
    .params = params,
    .table = &early_table,
    .variant = &rjb_early,
};
