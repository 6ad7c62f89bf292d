/* Another model with the adjustments and the standard deviations of
 *
 * Tromans, I. J. et al. (2019). Probabilistic seismic hazard assessment for a new-build nuclear
 * power plant site in the UK. Bull. Earthq. Eng. 17(1), 1-36. doi:10.1007/s10518-018-0501-y
 *
 * Between events: Abrahamson et al. (2014); within events at one station: Rodriguez-Marek et al.
 * (2014), doi:10.1785/0120130030; sigma_mu: Al Atik and Youngs (2014), doi:10.1193/072813EQS225M,
 * equations 9 to 11.
 *
 * Departures from the reference: that adds sigma_mu and the vs-kappa factor of every measure to the
 * mean of all. */
#include "base/str.h"
#include "gmm/gmm.h"
#include "gmm/gmm_by_measure.h"
#include "num/vmath.h"
#include "tromans_2019_phi_ss.tab.h"
#include "tromans_2019_s2s.tab.h"
#include "tromans_2019_tau.tab.h"

static const kr_gmm_table tau_table = KR_GMM_TABLE(tromans_2019_tau, TROMANS_2019_TAU);
static const kr_gmm_table phi_table = KR_GMM_TABLE(tromans_2019_phi_ss, TROMANS_2019_PHI_SS);
static const kr_gmm_table s2s_table = KR_GMM_TABLE(tromans_2019_s2s, TROMANS_2019_S2S);

typedef struct state {
    const kr_gmm *inner;
    double *tau, *phi, *s2s; /* rows of the measures; s2s may be NULL */
    double *ln_factor;       /* by measure: of the median */
    double epsilon;          /* of sigma_mu */
    double tau_added, phi_factor;
    bool homoskedastic;
} state;

static const char *const branches[] = {"lower", "central", "upper"};

/* The logarithms of `vskappa`, which are what is interpolated; NULL if it is not given. */
static kr_status read_vskappa(kr_ctx *ctx, const kr_gmm *gmm, double **out)
{
    kr_status s = KR_OK;
    const kr_value *given = kr_gmm_arg_of(gmm, "vskappa")->value;
    kr_value logs;
    kr_value *items;

    if (!given || given->kind != KR_VALUE_DICT)
        return kr_gmm_by_measure(ctx, gmm, "vskappa", out);
    logs = *given;
    KR_ANEW(items, gmm->arena, given->n + 1);
    for (size_t i = 0; i < given->n; i++) {
        items[i] = given->items[i];
        if (kr_value_is_number(&items[i]) && !(items[i].number > 0.0))
            return kr_gmm_fail(ctx, gmm, "vskappa of %s must be greater than 0", gmm->cls->name);
        items[i].number = log(items[i].number);
    }
    logs.items = items;
    KR_TRY(kr_gmm_by_measure_in(ctx, gmm, "vskappa", &logs, out));
out:
    return s;
}

static kr_status read_factors(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double scaling = kr_gmm_arg_of(gmm, "scaling_factor")->number, *vskappa;

    if (!(scaling > 0.0))
        return kr_gmm_fail(ctx, gmm, "scaling_factor of %s must be greater than 0", gmm->cls->name);
    KR_TRY(read_vskappa(ctx, gmm, &vskappa));
    KR_ANEW(st->ln_factor, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->ln_factor[m] = log(scaling) + (vskappa ? vskappa[m] : 0.0);
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    size_t branch;

    KR_TRY(
        kr_gmm_choice(ctx, gmm, "branch", branches, sizeof branches / sizeof branches[0], &branch));
    KR_TRY(kr_gmm_inner_named(ctx, gmm, gmm->imts, gmm->nimts, &st->inner));
    KR_TRY(read_factors(ctx, gmm));
    st->tau_added = 0.075 * ((double)branch - 1.0);
    st->phi_factor = 1.0 + 0.16 * ((double)branch - 1.0);
    st->homoskedastic = kr_gmm_arg_of(gmm, "homoskedastic_sigma")->number != 0.0;
    st->epsilon = kr_gmm_arg_of(gmm, "sigma_mu_epsilon")->number;
    if (st->epsilon != 0.0)
        gmm->needs |= KR_BIT(RAKE);
    for (size_t m = 0; st->epsilon != 0.0 && m < gmm->nimts; m++)
        if (gmm->imts[m].kind != KR_IMT_PGA && gmm->imts[m].kind != KR_IMT_SA)
            return kr_gmm_fail(ctx, gmm, "sigma_mu_epsilon of %s is for PGA and SA, not for %s",
                               gmm->cls->name, gmm->imts[m].name);
    KR_TRY(kr_gmm_rows(ctx, gmm, &tau_table, &st->tau));
    KR_TRY(kr_gmm_rows(ctx, gmm, &phi_table, &st->phi));
    if (kr_gmm_arg_of(gmm, "phi_ds2s")->number != 0.0)
        KR_TRY(kr_gmm_rows(ctx, gmm, &s2s_table, &st->s2s));
out:
    return s;
}

/* Al Atik and Youngs. */
static void add_sigma_mu(double epsilon, const kr_imt *imt, size_t n, const kr_gmm_batch *batch,
                         double *restrict mean)
{
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rake = batch->col[KR_COL_RAKE];
    const double of_period = imt->period >= 1.0 ? 0.0171 * log(imt->period) : 0.0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = mag[i] > 7.0 ? mag[i] - 7.0 : 0.0;
        double nm = rake[i] >= -135.0 ? 0.038 : 0.0;
        nm = rake[i] <= -45.0 ? nm : 0.0;
        mean[i] += epsilon * (0.083 + 0.056 * over + of_period + nm);
    }
}

static void eval_sigma(const state *st, size_t m, size_t n, const double *restrict mag,
                       double *restrict sigma, double *tau, double *phi)
{
    const tromans_2019_tau_row t = tromans_2019_tau_load(st->tau + m * TROMANS_2019_TAU_NCOL);
    const tromans_2019_phi_ss_row p =
        tromans_2019_phi_ss_load(st->phi + m * TROMANS_2019_PHI_SS_NCOL);
    const double site = st->s2s ? st->s2s[m * TROMANS_2019_S2S_NCOL] : 0.0;
    const bool same = st->homoskedastic;
    double event[KR_GMM_BATCH], within[KR_GMM_BATCH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double share = same ? 0.5 : 0.5 * (mag[i] - 5.0);
        share = share > 0.0 ? share : 0.0;
        share = share < 1.0 ? share : 1.0;
        double ss = p.phi1m + (p.phi2m - p.phi1m) * share;
        ss = ss > p.const_phiss ? ss : p.const_phiss;
        ss = st->phi_factor * (same ? p.const_phiss : ss);
        event[i] = t.s3 + (t.s4 - t.s3) * share + st->tau_added;
        within[i] = sqrt(ss * ss + site * site);
        sigma[i] = sqrt(event[i] * event[i] + within[i] * within[i]);
    }
    for (size_t i = 0; tau && i < n; i++)
        tau[i] = event[i];
    for (size_t i = 0; phi && i < n; i++)
        phi[i] = within[i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    kr_gmm_out inner = *out;

    inner.tau = inner.phi = NULL;
    kr_gmm_eval(st->inner, batch, &inner);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride;
        for (size_t i = 0; i < n; i++)
            mean[i] += st->ln_factor[m];
        if (st->epsilon != 0.0)
            add_sigma_mu(st->epsilon, &gmm->imts[m], n, batch, mean);
        eval_sigma(st, m, n, batch->col[KR_COL_MAG], out->sigma + m * out->stride,
                   kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m));
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name", .kind = KR_PARAM_TEXT, .required = true, .about = "the model"},
    {.name = "branch",
     .kind = KR_PARAM_TEXT,
     .text = "central",
     .about = "of the standard deviations: lower, central or upper"},
    {.name = "sigma_mu_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations of the median added to it"},
    {.name = "homoskedastic_sigma",
     .kind = KR_PARAM_BOOL,
     .about = "deviations that do not depend on magnitude"},
    {.name = "scaling_factor",
     .kind = KR_PARAM_NUMBER,
     .number = 1.0,
     .about = "factor of the median"},
    {.name = "vskappa", .kind = KR_PARAM_ANY, .about = "factor of the median by measure"},
    {.name = "phi_ds2s",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "adds the uncertainty of the site's response"},
    {.name = NULL},
};

#define TROMANS                                                                                    \
    .title = "Tromans et al. (2019), Bull. Earthq. Eng. 17(1)",                                    \
    .doi = "10.1007/s10518-018-0501-y", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_ROTD50,                                                              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .params = params, .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 7.5, .dist_hi = 300.0, \
    .init = init, .eval = eval

KR_GMM(tromans_2019) = {
    TROMANS,
    .name = "TromansEtAl2019",
    .needs = KR_BIT(MAG),
};

KR_GMM(tromans_2019_sigma_mu) = {
    TROMANS,
    .name = "TromansEtAl2019SigmaMu",
    .needs = KR_BIT(MAG) | KR_BIT(RAKE),
};
