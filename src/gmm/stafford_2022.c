/* Stafford, P. J. (2022). A model for the distribution of response spectral ordinates from New
 * Zealand crustal earthquakes based upon adjustments to the Chiou and Youngs (2014) response
 * spectral model. GNS Science report 2022/15. doi:10.21420/5098-0S19
 *
 * The median is that of Chiou and Youngs (2014) with adjustments to the level, the saturation near
 * the source, the depth of rupture and the anelastic attenuation; the variability is its own.
 *
 * Departures, all as in OpenQuake 3.21: the epistemic uncertainty of the median is 0.893 of that of
 * the report; PGA has the coefficients of 0.01 s; spectral acceleration is not limited by PGA; only
 * the total deviation has the branches of sigma, so that it is not that of its parts. */
#include "base/str.h"
#include "gmm/chiou_youngs_2014.h"
#include "num/chi_square.h"

static const kr_gmm_table table = KR_GMM_TABLE(chiou_youngs_2014, CHIOU_YOUNGS_2014);

/* 10 % of a normal distribution lie beyond so many standard deviations; the epistemic ones are
 * scaled down, since ruptures are not wholly correlated. */
static const double epistemic = 1.28155 * 0.893;
static const double saturation_share = 0.4; /* correlation of level and saturation */
static const double phi_ss = 0.39;

/* The range of the empirical standard deviation of the median. */
static const double most_uncertain = 0.4, least_uncertain = 0.15;

enum { NODES = 10 }; /* of the polynomial for the branches of sigma: relative error below 1e-12 */

typedef enum branch { BRANCH_LOWER, BRANCH_CENTRAL, BRANCH_UPPER } branch;

/* A sigmoid without its amplitude. */
typedef struct sigmoid {
    double centre, slope;
} sigmoid;

/* One measure with its adjustments. */
typedef struct measure {
    cy14_row row;
    cy14_adjust adjust;
    sigmoid dist, mag;    /* of the empirical standard deviation: ln(rrup), magnitude */
    double tau[2];        /* between events, at M 5 and at M 6.5 */
    double phi2_s2s;      /* variance between stations */
    double node[NODES];   /* the branch of sigma: Newton's form of a polynomial in the empirical */
    double newton[NODES]; /* standard deviation */
} measure;

typedef struct state {
    branch mu, sigma;
    double level, saturation; /* factors of the two standard deviations that the mean gets */
    measure *each;
} state;

/* From `start` to `finish`, half way at the centre. */
static double sigmoid_at(double x, double start, double finish, double centre, double slope)
{
    return start + (finish - start) / (1.0 + exp((centre - x) / slope));
}

/* The standard deviation of the median from the lack of recordings. */
static double empirical_at(const measure *m, double rrup, double mag)
{
    double near = exp((m->dist.centre - log(rrup)) / m->dist.slope);
    double large = exp((mag - m->mag.centre) / m->mag.slope);
    return most_uncertain - (most_uncertain - least_uncertain) / ((1.0 + near) * (1.0 + large));
}

static void set_empirical(measure *m, double t)
{
    m->dist = (sigmoid){sigmoid_at(t, 3.75, 5.75, 3.5, 0.5), sigmoid_at(t, 0.225, 1.3, 3.5, 0.5)};
    m->mag = (sigmoid){sigmoid_at(t, 5.82, 6.4, 3.5, 0.5), sigmoid_at(t, 0.42, 0.38, 2.5, 0.2)};
}

/* The rupture's depth and the anelastic attenuation. */
static void set_adjust(const kr_gmm *gmm, measure *m, double t)
{
    const state *st = gmm->state;
    const double ln_t = log(t), side = (double)st->mu - 1.0;

    m->adjust = cy14_unadjusted;
    if (kr_gmm_arg_of(gmm, "adjust_c7")->number != 0.0) {
        if (st->mu == BRANCH_LOWER) {
            m->adjust.c7 = -0.02578;
            m->adjust.c7b = sigmoid_at(ln_t, -0.05737, 0.05733, -1.0324, 0.04875);
        } else if (st->mu == BRANCH_CENTRAL) {
            m->adjust.c7b = sigmoid_at(ln_t, -0.0865, 0.0, -1.5364, 0.3266);
        }
    }
    if (kr_gmm_arg_of(gmm, "adjust_cg1")->number != 0.0) {
        double deviation = sigmoid_at(ln_t, 0.00054, 0.0004, log(0.9), 0.2);
        m->adjust.gamma[0] =
            fmin(0.0024 * tanh(0.8 * log(t / 1.8)), 0.0) + side * epistemic * deviation;
    }
}

static void set_variability(measure *m, double t)
{
    const double x = t / 0.7170;
    double s2s = 0.3171 + 0.3248 * pow(x, 0.7911) * exp(-0.8970 * x);
    m->tau[0] = sigmoid_at(log(t), 0.45, 0.4, 0.0, 0.2);
    m->tau[1] = sigmoid_at(log(t), 0.35, 0.4, 0.0, 0.2);
    m->phi2_s2s = s2s * s2s;
}

/* The effective number of recordings of New Zealand. */
static double recordings_at(double t)
{
    if (t <= 0.3)
        return sigmoid_at(log(t), 190.34, 221.16, -2.4341, 0.10366);
    return 221.16 / pow(t / 0.3, 0.10299);
}

/* The factor of sigma: the quantile of its sampling distribution, for a number of recordings that
 * is smaller where the median is more uncertain than at M 5 and 80 km. It is a smooth function of
 * the empirical standard deviation: interpolated at Chebyshev's nodes. */
static void set_branch(measure *m, branch b, double t)
{
    const double p = b == BRANCH_LOWER ? 0.1 : b == BRANCH_UPPER ? 0.9 : 0.5;
    const double mid = 0.5 * (most_uncertain + least_uncertain);
    const double half = 0.5 * (most_uncertain - least_uncertain);
    const double usual = empirical_at(m, 80.0, 5.0);

    for (int i = 0; i < NODES; i++) {
        m->node[i] = mid + half * cos(M_PI * (i + 0.5) / NODES);
        double ratio = m->node[i] / usual, dof = recordings_at(t) / (ratio * ratio) - 1.0;
        m->newton[i] = sqrt(kr_chi_square_quantile(p, dof) / dof);
    }
    for (int k = 1; k < NODES; k++) /* divided differences */
        for (int i = NODES - 1; i >= k; i--)
            m->newton[i] = (m->newton[i] - m->newton[i - 1]) / (m->node[i] - m->node[i - k]);
}

static kr_status read_branch(kr_ctx *ctx, const kr_gmm *gmm, const char *name, branch *out)
{
    static const char *const names[] = {"Lower", "Central", "Upper"};
    const char *text = kr_gmm_arg_of(gmm, name)->text;
    for (size_t i = 0; i < 3; i++) {
        if (kr_str_eq(text, names[i])) {
            *out = (branch)i;
            return KR_OK;
        }
    }
    return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: '%s' is none of Lower, Central, Upper", name,
                       gmm->cls->name, text);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    KR_TRY(read_branch(ctx, gmm, "mu_branch", &st->mu));
    KR_TRY(read_branch(ctx, gmm, "sigma_branch", &st->sigma));
    const double side = ((double)st->mu - 1.0) * epistemic;
    st->level = kr_gmm_arg_of(gmm, "adjust_c1")->number * side;
    st->saturation = kr_gmm_arg_of(gmm, "adjust_chm")->number * side * saturation_share;
    KR_ANEW(st->each, gmm->arena, gmm->nimts);
    for (size_t i = 0; i < gmm->nimts; i++) {
        measure *m = &st->each[i];
        const double t = gmm->imts[i].kind == KR_IMT_SA ? gmm->imts[i].period : 0.01;
        m->row = chiou_youngs_2014_load(gmm->rows + i * CHIOU_YOUNGS_2014_NCOL);
        set_empirical(m, t);
        set_adjust(gmm, m, t);
        set_variability(m, t);
        set_branch(m, st->sigma, t);
    }
out:
    return s;
}

/* What all measures share beyond Chiou and Youngs (2014). */
typedef struct shared {
    cy14_shared base;
    double ln_rrup[KR_GMM_BATCH];
    double saturation[KR_GMM_BATCH]; /* of the mean */
} shared;

/* Saturation near the source, with its factor. */
static void fill_saturation(shared *sh, double factor, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = log(rrup[i] > 1e-10 ? rrup[i] : 1e-10);
        double start = 0.6638 - 0.2570 * ((mag[i] < 7.0 ? mag[i] : 7.0) - 6.0);
        double far = 1.0 / (1.0 + exp((0.7990 - ln_r) / 0.9835));
        sh->ln_rrup[i] = ln_r;
        sh->saturation[i] = factor * start * (1.0 - far);
    }
}

/* The empirical standard deviation, and what the mean on rock gets of it. */
static void add_uncertain(const measure *m, double level, size_t n, const kr_gmm_batch *batch,
                          const shared *sh, double *restrict mean, double *restrict empirical)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double by_dist = 1.0 / m->dist.slope, by_mag = 1.0 / m->mag.slope;
    const double c_dist = m->dist.centre, c_mag = m->mag.centre;
    const double most = most_uncertain, range = most_uncertain - least_uncertain;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double near = exp((c_dist - sh->ln_rrup[i]) * by_dist);
        double large = exp((mag[i] - c_mag) * by_mag);
        empirical[i] = most - range / ((1.0 + near) * (1.0 + large));
        mean[i] += level * empirical[i] + sh->saturation[i];
    }
}

/* Equation 8.16. */
static void eval_sigma(const measure *m, size_t n, const shared *sh, const double *restrict slope,
                       const double *restrict empirical, const kr_gmm_out *out)
{
    const measure c = *m;
    const double var_ss = phi_ss * phi_ss, fixed = c.phi2_s2s + 0.264 * var_ss;
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site2 = (1.0 + slope[i]) * (1.0 + slope[i]);
        double tau = c.tau[0] + (c.tau[1] - c.tau[0]) * sh->base.mag[i];
        double factor = c.newton[NODES - 1];
#pragma GCC unroll 10
        for (int k = NODES - 2; k >= 0; k--)
            factor = factor * (empirical[i] - c.node[k]) + c.newton[k];
        inter[i] = site2 * tau * tau;
        intra[i] = fixed + site2 * 0.736 * var_ss;
        sigma[i] = factor * sqrt(inter[i] + intra[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH], empirical[KR_GMM_BATCH];
    shared sh;

    cy14_fill_rupture(&sh.base, n, batch);
    cy14_fill_wall(&sh.base, n, batch);
    cy14_fill_site(&sh.base, n, false, batch);
    fill_saturation(&sh, st->saturation, n, batch);
    for (size_t i = 0; i < gmm->nimts; i++) {
        const measure *m = &st->each[i];
        cy14_site site = {m->row.phi1, m->row.phi5};
        kr_gmm_out one = {out->mean + i * out->stride, out->sigma + i * out->stride,
                          kr_gmm_at(out->tau, out, i), kr_gmm_at(out->phi, out, i), out->stride};
        cy14_eval_reference(&m->row, &m->adjust, n, batch, &sh.base, one.mean);
        add_uncertain(m, st->level, n, batch, &sh, one.mean, empirical);
        cy14_add_site(&m->row, site, n, batch, &sh.base, one.mean, slope);
        eval_sigma(m, n, &sh, slope, empirical, &one);
    }
}

#define ADJUST(of, what)                                                                           \
    {                                                                                              \
        .name = "adjust_" of, .kind = KR_PARAM_BOOL, .number = 1.0,                                \
        .about = "whether to adjust " what                                                         \
    }
static const kr_gmm_param params[] = {
    {.name = "mu_branch",
     .kind = KR_PARAM_TEXT,
     .text = "Central",
     .about = "of the median: Lower, Central or Upper"},
    {.name = "sigma_branch",
     .kind = KR_PARAM_TEXT,
     .text = "Central",
     .about = "of the total standard deviation: Lower, Central or Upper"},
    ADJUST("c1", "the level"),
    ADJUST("chm", "the saturation near the source"),
    ADJUST("c7", "the term of the depth of rupture"),
    ADJUST("cg1", "the anelastic attenuation"),
    {.name = NULL},
};

KR_GMM(stafford_2022) = {
    .name = "Stafford2022",
    .title = "Stafford (2022), GNS Science report 2022/15",
    .doi = "10.21420/5098-0S19",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(RJB) |
             KR_BIT(RX) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) | KR_BIT(Z1PT0),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .own_total = true,
    .params = params,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 3.5,
    .mag_hi = 8.5,
    .dist_hi = 300.0,
    .jumps = &kr_gmm_jumps_30_60,
    .init = init,
    .eval = eval,
};
