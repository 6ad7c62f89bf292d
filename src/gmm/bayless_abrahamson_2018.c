/* Bayless, J. and Abrahamson, N. A. (2019). Summary of the BA18 ground-motion model for Fourier
 * amplitude spectra for crustal earthquakes in California. Bull. Seism. Soc. Am. 109(5),
 * 2088-2105. doi:10.1785/0120190077
 *
 * Departures, those of OpenQuake: the non-linear site response is not smoothed over frequencies
 * beyond its minimum. OpenQuake interpolates it between the frequencies of the table until a
 * frequency has been used once, and has it at that frequency from then on; so it is here always.
 * Above 24 Hz the table has -9999 for c1a, which OpenQuake takes for a number: a standard deviation
 * of 10000; here it is none. */
#include "bayless_abrahamson_2018.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef bayless_abrahamson_2018_row coefficients;

static const kr_gmm_table table = KR_GMM_TABLE(bayless_abrahamson_2018, BAYLESS_ABRAHAMSON_2018);

/* Hz: of the motion that drives the non-linear response; the last one before the decay by kappa. */
static const double driving = 5.0118725, last = 23.988321;
static const double decay_from = 24.0;

/* A frequency with the coefficients of its non-linear response. */
typedef struct node {
    double hz, f3, f4, f5;
} node;

typedef struct state {
    coefficients *linear;    /* of each measure; beyond the last frequency those of that one */
    coefficients *own;       /* of each measure */
    coefficients rock;       /* of the driving frequency */
    size_t nnodes, *node_of; /* the measures' nodes */
    node *nodes;             /* of the table and of the measures, by frequency */
} state;

/* ------------------------------------------------------------------ preparation */

/* Coefficients at a frequency, interpolated in its logarithm. */
static bool row_at(double hz, coefficients *out)
{
    double row[BAYLESS_ABRAHAMSON_2018_NCOL];
    kr_imt at = {.kind = KR_IMT_SA, .period = hz, .damping = 5.0};
    if (!kr_gmm_row(&table, &at, row))
        return false;
    *out = bayless_abrahamson_2018_load(row);
    if (out->c1a < -1.0) /* the table marks what the paper does not give */
        out->c1a = 0.0;
    return true;
}

/* Put a frequency where it belongs; returns its place. */
static size_t add_node(state *st, double hz, const coefficients *c)
{
    size_t at = st->nnodes;
    while (at > 0 && st->nodes[at - 1].hz >= hz)
        at--;
    if (at < st->nnodes && st->nodes[at].hz == hz)
        return at;
    for (size_t i = st->nnodes; i > at; i--)
        st->nodes[i] = st->nodes[i - 1];
    st->nodes[at] = (node){hz, c->f3, c->f4, c->f5};
    st->nnodes++;
    return at;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    coefficients c;

    KR_ANEW(st->linear, gmm->arena, gmm->nimts);
    KR_ANEW(st->own, gmm->arena, gmm->nimts);
    KR_ANEW(st->node_of, gmm->arena, gmm->nimts);
    KR_ANEW(st->nodes, gmm->arena, table.nrow + gmm->nimts);
    row_at(driving, &st->rock);
    for (size_t i = 0; i < table.nrow; i++)
        if (row_at(table.period[i], &c))
            add_node(st, table.period[i], &c);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double hz = gmm->imts[m].period;
        if (!row_at(hz, &st->own[m]))
            return kr_gmm_fail(ctx, gmm, "%s is out of the frequency range of %s (%g to %g Hz)",
                               gmm->imts[m].name, gmm->cls->name, st->nodes[0].hz,
                               st->nodes[st->nnodes - 1].hz);
        add_node(st, hz, &st->own[m]);
        st->linear[m] = st->own[m];
        if (hz >= decay_from)
            row_at(last, &st->linear[m]);
    }
    for (size_t m = 0; m < gmm->nimts; m++)
        st->node_of[m] = add_node(st, gmm->imts[m].period, &st->own[m]);
out:
    return s;
}

/* ------------------------------------------------------------------ equations */

/* Columns, and what all measures share. */
typedef struct shared {
    const double *mag, *rrup, *ztor, *rake, *vs30, *z1pt0;
    double normal[KR_GMM_BATCH];   /* 1 for normal faulting */
    double depth[KR_GMM_BATCH];    /* ln of z1.0 over that of the site's vs30 */
    double rock[KR_GMM_BATCH];     /* driving motion on rock */
    double least[KR_GMM_BATCH];    /* the least non-linear response of all frequencies */
    double least_at[KR_GMM_BATCH]; /* its node */
} shared;

/* Equations 2 to 6: source and path. */
KR_GMM_INLINE double source_and_path(const coefficients *c, const shared *sh, size_t i)
{
    double m = sh->mag[i], r = sh->rrup[i];
    double large = m > c->chm ? m - c->chm : 0.0, ztor = sh->ztor[i] < 20.0 ? sh->ztor[i] : 20.0;
    return c->c1 + c->c2 * (m - 6.0) +
           (c->c2 - c->c3) / c->cn * log(1.0 + exp(c->cn * (c->cM - m))) +
           c->c4 * log(r + c->c5 * cosh(c->c6 * large)) +
           (-0.5 - c->c4) * 0.5 * log(r * r + 2500.0) + c->c7 * r + c->c9 * ztor +
           c->c10 * sh->normal[i];
}

/* Equations 10c to 10e at a frequency. */
KR_GMM_INLINE double nonlinear(node at, double vs30, double rock)
{
    double v = vs30 < 760.0 ? vs30 : 760.0;
    double f2 = at.f4 * (exp(at.f5 * (v - 360.0)) - exp(at.f5 * 400.0));
    return f2 * log((rock + at.f3) / at.f3);
}

static void begin(const state *st, size_t n, const kr_gmm_batch *batch, shared *sh)
{
    const double v610 = 610.0 * 610.0 * 610.0 * 610.0;
    const double v1360 = 1360.0 * 1360.0 * 1360.0 * 1360.0;
    coefficients rock = st->rock;
    sh->mag = batch->col[KR_COL_MAG];
    sh->rrup = batch->col[KR_COL_RRUP];
    sh->ztor = batch->col[KR_COL_ZTOR];
    sh->rake = batch->col[KR_COL_RAKE];
    sh->vs30 = batch->col[KR_COL_VS30];
    sh->z1pt0 = batch->col[KR_COL_Z1PT0];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v2 = sh->vs30[i] * sh->vs30[i], km = sh->z1pt0[i] / 1000.0;
        double z1_ref = 0.001 * exp(-7.67 / 4.0 * log((v2 * v2 + v610) / (v1360 + v610)));
        km = km < 2.0 ? km : 2.0;
        km = km > 0.0 ? km : 0.0;
        sh->depth[i] = log((km + 0.01) / (z1_ref + 0.01));
        sh->normal[i] = sh->rake[i] > -150.0 ? (sh->rake[i] < -30.0 ? 1.0 : 0.0) : 0.0;
        sh->rock[i] = exp(1.238 + 0.846 * source_and_path(&rock, sh, i));
        sh->least[i] = INFINITY;
        sh->least_at[i] = 0.0;
    }
    for (size_t k = 0; k < st->nnodes; k++) {
        node at = st->nodes[k];
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double x = nonlinear(at, sh->vs30[i], sh->rock[i]);
            sh->least_at[i] = x < sh->least[i] ? (double)k : sh->least_at[i];
            sh->least[i] = x < sh->least[i] ? x : sh->least[i];
        }
    }
}

static void mean_of(const state *st, size_t m, double hz, size_t n, const shared *sh,
                    double *restrict mean)
{
    const coefficients c = st->linear[m];
    const node own = st->nodes[st->node_of[m]];
    double place = (double)st->node_of[m], beyond = hz >= decay_from ? hz - last : 0.0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = sh->vs30[i], soft = v < 1000.0 ? v : 1000.0;
        double c11 = v > 200.0 ? c.c11b : c.c11a;
        c11 = v > 300.0 ? c.c11c : c11;
        c11 = v > 500.0 ? c.c11d : c11;
        double kappa = exp(-0.4 * log(v / 760.0) - 3.5);
        double yield = nonlinear(own, v, sh->rock[i]);
        yield = place >= sh->least_at[i] ? sh->least[i] : yield;
        mean[i] = source_and_path(&c, sh, i) + c.c8 * log(soft / 1000.0) + c11 * sh->depth[i] -
                  M_PI * kappa * beyond + yield;
    }
}

static void deviations(const coefficients *c, size_t n, const double *restrict mag,
                       double *restrict sigma, double *restrict tau, double *restrict phi)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = mag[i] < 6.0 ? 0.5 * (mag[i] - 4.0) : 1.0;
        x = x > 0.0 ? x : 0.0;
        double between = c->s1 + (c->s2 - c->s1) * x;
        double site = c->s3 + (c->s4 - c->s3) * x, single = c->s5 + (c->s6 - c->s5) * x;
        double within2 = site * site + single * single;
        sigma[i] = sqrt(between * between + within2 + c->c1a * c->c1a);
        if (tau)
            tau[i] = between;
        if (phi)
            phi[i] = sqrt(within2);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    begin(st, n, batch, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        mean_of(st, m, gmm->imts[m].period, n, &sh, kr_gmm_at(out->mean, out, m));
        deviations(&st->own[m], n, sh.mag, kr_gmm_at(out->sigma, out, m),
                   kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m));
    }
}

KR_GMM(bayless_abrahamson_2018) = {
    .name = "BaylessAbrahamson2018",
    .title = "Bayless and Abrahamson (2019), Bull. Seism. Soc. Am. 109(5)",
    .doi = "10.1785/0120190077",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_HORIZONTAL,
    .measures = KR_IMT_BIT(EAS),
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(VS30) |
             KR_BIT(Z1PT0),
    .has_tau_phi = true,
    .own_total = true,
    .state_size = sizeof(state),
    .mag_lo = 3.0,
    .mag_hi = 8.0,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
};
