/* Abrahamson, N. A., Silva, W. J. and Kamai, R. (2014). Summary of the ASK14 ground motion relation
 * for active crustal regions. Earthquake Spectra 30(3), 1025-1055. doi:10.1193/070913EQS198M
 *
 * Departures, all as in OpenQuake 3.21: main shocks only (no aftershock term); the fifth taper of
 * the hanging wall is the one with ry0; sigma_mu_epsilon (nz_recordings.h). Where strong motion on
 * very soft soil reverses the slope of the amplification, OpenQuake's tau is negative; only its
 * square counts. */
#include "gmm/abrahamson_2014.h"
#include "abrahamson_2014.tab.h"
#include "base/str.h"
#include "gmm/gmm.h"
#include "gmm/nz_recordings.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(abrahamson_2014, ABRAHAMSON_2014);

static const double n_site = 1.5, m2 = 5.0, c4 = 4.5;
static const double h1 = 0.25, h2 = 1.5, h3 = -0.75, a2_wall = 0.2;
static const double rock_vs30 = 1180.0;

typedef enum region { REGION_CALIFORNIA, REGION_CHINA, REGION_JAPAN, REGION_TAIWAN } region;

/* What the arguments say. */
typedef struct state {
    region region;
} state;

/* Where vs30 lies between the nodes of a piecewise linear function. */
typedef struct piece {
    size_t low[KR_GMM_BATCH];
    double share[KR_GMM_BATCH];
} piece;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH];    /* with the fictitious depth */
    double mag[KR_GMM_BATCH];     /* at least m2 */
    double small[KR_GMM_BATCH];   /* min(M - m2, 0) */
    double far[KR_GMM_BATCH];     /* (8.5 - mag)^2 */
    double reverse[KR_GMM_BATCH]; /* styles, tapered with magnitude */
    double normal[KR_GMM_BATCH];
    double wall[KR_GMM_BATCH];     /* hanging wall: all tapers */
    double depth[KR_GMM_BATCH];    /* ztor / 20, at most 1 */
    double ln_vs30[KR_GMM_BATCH];  /* of the site */
    double basin[KR_GMM_BATCH];    /* equation 17's logarithm */
    double mag_phi[KR_GMM_BATCH];  /* 0 at M 4 to 1 at M 6 */
    double mag_tau[KR_GMM_BATCH];  /* 0 at M 5 to 1 at M 7 */
    double dist_phi[KR_GMM_BATCH]; /* 0 at 30 km to 1 at 80 km */
    piece basin_scale, japan_site;
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    static const char *const names[] = {NULL, "CHN", "JPN", "TWN"};
    const char *name = kr_gmm_arg_of(gmm, "region")->text;
    state *st = gmm->state;

    for (size_t i = 1; name && i < sizeof names / sizeof names[0]; i++)
        if (kr_str_eq(name, names[i]))
            st->region = (region)i;
    if (name && st->region == REGION_CALIFORNIA)
        return kr_gmm_fail(ctx, gmm, "argument 'region' of %s: '%s' is none of CHN, JPN, TWN",
                           gmm->cls->name, name);
    return KR_OK;
}

/* x limited to 0 .. 1. */
KR_GMM_INLINE double unit(double x)
{
    double at_least = x > 0.0 ? x : 0.0;
    return at_least < 1.0 ? at_least : 1.0;
}

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], taper = unit(m - 4.0);
        double h = m > 5.0 ? c4 : c4 - (c4 - 1.0) * (5.0 - m);
        h = m < 4.0 ? 1.0 : h;
        double reverse = rake[i] > 30.0 ? taper : 0.0, normal = rake[i] > -150.0 ? taper : 0.0;
        sh->ln_r[i] = 0.5 * log(rrup[i] * rrup[i] + h * h);
        sh->mag[i] = m > m2 ? m : m2;
        sh->small[i] = m < m2 ? m - m2 : 0.0;
        sh->far[i] = (8.5 - sh->mag[i]) * (8.5 - sh->mag[i]);
        sh->reverse[i] = rake[i] < 150.0 ? reverse : 0.0;
        sh->normal[i] = rake[i] < -30.0 ? normal : 0.0;
        sh->depth[i] = ztor[i] < 20.0 ? ztor[i] / 20.0 : 1.0;
        sh->mag_phi[i] = unit((m - 4.0) / 2.0);
        sh->mag_tau[i] = unit((m - 5.0) / 2.0);
        sh->dist_phi[i] = unit((rrup[i] - 30.0) / 50.0);
    }
}

/* Equations 11 to 15: the tapers with dip, magnitude, rx, ztor and ry0. */
static void fill_wall(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double tan_20 = 0.36397023426620234;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict width = batch->col[KR_COL_WIDTH];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rx = batch->col[KR_COL_RX];
    const double *restrict ry0 = batch->col[KR_COL_RY0];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t1 = (90.0 - (dip[i] > 30.0 ? dip[i] : 30.0)) / 45.0;
        double d = mag[i] - 6.5, below = d < 0.0 ? d : 0.0;
        double t2 = 1.0 + a2_wall * d - (1.0 - a2_wall) * (below * below);
        t2 = mag[i] <= 5.5 ? 0.0 : t2;
        double r1 = width[i] * cos(dip[i] * (M_PI / 180.0)), x = rx[i] / r1;
        double near = h1 + x * (h2 + h3 * x), beyond = 1.0 - (rx[i] - r1) / (2.0 * r1);
        beyond = rx[i] <= 3.0 * r1 ? beyond : 0.0;
        double t3 = rx[i] < r1 ? near : beyond;
        double t4 = ztor[i] <= 10.0 ? 1.0 - ztor[i] * ztor[i] / 100.0 : 0.0;
        double off = (ry0[i] - rx[i] * tan_20) / 5.0;
        double all = t1 * t2 * t3 * t4 * (1.0 - unit(off));
        all = dip[i] < 90.0 ? all : 0.0;
        sh->wall[i] = rx[i] > 0.0 ? all : 0.0;
    }
}

/* Equations 17 and 18: the depth to 1 km/s against the usual one for vs30, which a negative depth
 * stands for. */
static void fill_basin(shared *sh, size_t n, region where, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const bool japan = where == REGION_JAPAN;
    const double v = japan ? 412.0 : 610.0, power = japan ? -5.23 / 2.0 : -7.67 / 4.0;
    const double v_2 = v * v, v_top = 1360.0 * 1360.0;
    const double over = japan ? v_top + v_2 : v_top * v_top + v_2 * v_2;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = vs30[i] * vs30[i];
        double sum = japan ? square + v_2 : square * square + v_2 * v_2;
        double usual = exp(power * log(sum / over)) / 1000.0;
        double depth = z1pt0[i] < 0.0 ? usual : z1pt0[i] / 1000.0;
        sh->basin[i] = log((depth + 0.01) / (usual + 0.01));
        sh->ln_vs30[i] = log(vs30[i]);
    }
}

/* The place of x among n ascending nodes: constant above the last one; below the first one constant
 * or extrapolated. */
static void fill_piece(piece *p, size_t n, const double *x, const double *nodes, size_t nnodes,
                       bool extrapolate)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < nnodes - 2 && x[i] >= nodes[k + 1])
            k++;
        double share = (x[i] - nodes[k]) / (nodes[k + 1] - nodes[k]);
        share = share < 1.0 ? share : 1.0;
        p->low[i] = k;
        p->share[i] = share > 0.0 || extrapolate ? share : 0.0;
    }
}

static void fill_shared(const state *st, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    static const double basin[] = {150.0, 250.0, 400.0, 700.0};
    static const double japan[] = {150.0, 250.0, 350.0, 450.0, 600.0, 850.0, 1150.0};
    const double *vs30 = batch->col[KR_COL_VS30];

    fill_rupture(sh, n, batch);
    fill_wall(sh, n, batch);
    fill_basin(sh, n, st->region, batch);
    fill_piece(&sh->basin_scale, n, vs30, basin, 4, false);
    if (st->region == REGION_JAPAN)
        fill_piece(&sh->japan_site, n, vs30, japan, 7, true);
}

/* Equations 1 to 6, 10 and 16: all but the site and the region. */
static void eval_source(const abrahamson_2014_row *row, size_t n, const shared *sh,
                        double *restrict mean)
{
    const abrahamson_2014_row c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = sh->mag[i] - c.m1;
        double scaling = (d > 0.0 ? c.a5 : c.a4) * d + c.a8 * sh->far[i] +
                         sh->small[i] * (c.a6 + c.a7 * sh->small[i]);
        double style = c.a11 * sh->reverse[i] + c.a12 * sh->normal[i];
        mean[i] = c.a1 + scaling + (c.a2 + c.a3 * d) * sh->ln_r[i] + style + c.a13 * sh->wall[i] +
                  c.a15 * sh->depth[i];
    }
}

/* What a region adds for a site; on the reference rock it is `rock`. Every region has its own
 * anelastic attenuation, which eval_source leaves to this. */
typedef struct regional {
    double by_km, by_ln_vs30, by_site[7], rock;
} regional;

static regional regional_of(region where, const abrahamson_2014_row *c, double ln_v1)
{
    regional r = {.by_km = c->a17};
    double ln_rock = fmin(log(rock_vs30), ln_v1) - log(c->vlin);
    if (where == REGION_CHINA) {
        r.by_km += c->a28;
    } else if (where == REGION_TAIWAN) {
        r.by_km += c->a25;
        r.by_ln_vs30 = c->a31;
    } else if (where == REGION_JAPAN) {
        const double site[] = {c->a36, c->a37, c->a38, c->a39, c->a40, c->a41, c->a42};
        for (size_t i = 0; i < 7; i++)
            r.by_site[i] = site[i];
        r.by_km += c->a29;
    }
    r.rock = (c->a10 + c->b * n_site + r.by_ln_vs30) * ln_rock + r.by_site[6];
    return r;
}

/* Value of a piecewise linear function of vs30 at context i. */
KR_GMM_INLINE double piece_at(const piece *p, const double *values, size_t i)
{
    size_t k = p->low[i];
    return values[k] + (values[k + 1] - values[k]) * p->share[i];
}

/* Equations 7 and 8 and the region; `slope` becomes 1 + d ln(amplification) / d ln(motion on rock),
 * equation 30. */
static void eval_site(const kr_gmm *gmm, size_t m, const abrahamson_2014_row *row, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *restrict mean,
                      double *restrict slope)
{
    const state *st = gmm->state;
    const abrahamson_2014_row c = *row;
    const double ln_v1 = abrahamson_2014_ln_v1(&gmm->imts[m]), ln_vlin = log(c.vlin);
    const double scale[] = {c.a43, c.a44, c.a45, c.a46};
    const regional r = regional_of(st->region, row, ln_v1);
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double source = mean[i] + r.by_km * rrup[i], rock = exp(source + r.rock);
        double ln_ratio = (sh->ln_vs30[i] < ln_v1 ? sh->ln_vs30[i] : ln_v1) - ln_vlin;
        double soft = vs30[i] < c.vlin ? 1.0 : 0.0;
        double yielding = rock + c.c * exp(soft * n_site * ln_ratio);
        double linear = c.a10 + c.b * n_site * (1.0 - soft) + r.by_ln_vs30;
        double site = linear * ln_ratio + soft * c.b * (log(yielding) - log(rock + c.c));
        double depth = piece_at(&sh->basin_scale, scale, i) * sh->basin[i];
        mean[i] = source + site + depth;
        slope[i] = 1.0 + soft * c.b * rock * (1.0 / yielding - 1.0 / (rock + c.c));
    }
    if (st->region != REGION_JAPAN)
        return;
    for (size_t i = 0; i < n; i++)
        mean[i] += piece_at(&sh->japan_site, r.by_site, i);
}

/* Equations 23 to 29. The amplification has a deviation of 0.4 of its own; where phi is less than
 * that, 0.99 of phi. */
static void eval_sigma(const abrahamson_2014_row *row, bool japan, size_t n,
                       const kr_gmm_batch *batch, const shared *sh, const double *restrict slope,
                       const kr_gmm_out *out)
{
    const abrahamson_2014_row c = *row;
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s1 = measured[i] > 0.0 ? c.s1m : c.s1e, s2 = measured[i] > 0.0 ? c.s2m : c.s2e;
        double by_mag = s1 + (s2 - s1) * sh->mag_phi[i];
        double by_dist = c.s5 + (c.s6 - c.s5) * sh->dist_phi[i];
        double phi = japan ? by_dist : by_mag;
        double amp = phi < 0.4 ? 0.99 * phi : 0.4;
        double tau = (c.s3 + (c.s4 - c.s3) * sh->mag_tau[i]) * slope[i];
        intra[i] = (phi * phi - amp * amp) * (slope[i] * slope[i]) + amp * amp;
        inter[i] = tau * tau;
        sigma[i] = sqrt(inter[i] + intra[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill_shared(st, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        abrahamson_2014_row c = abrahamson_2014_load(gmm->rows + m * ABRAHAMSON_2014_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_source(&c, n, &sh, one.mean);
        eval_site(gmm, m, &c, n, batch, &sh, one.mean, slope);
        eval_sigma(&c, st->region == REGION_JAPAN, n, batch, &sh, slope, &one);
    }
}

static const kr_gmm_param params[] = {
    NZ_RECORDINGS_PARAM,
    {.name = "region", .kind = KR_PARAM_TEXT, .about = "CHN, JPN or TWN; California without it"},
    {.name = NULL},
};

#define ABRAHAMSON_2014                                                                            \
    .title = "Abrahamson, Silva and Kamai (2014), Earthquake Spectra 30(3)",                       \
    .doi = "10.1193/070913EQS198M", .trt = "Active Shallow Crust",                                 \
    .component = KR_COMPONENT_ROTD50,                                                              \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(WIDTH) |             \
             KR_BIT(RRUP) | KR_BIT(RX) | KR_BIT(RY0) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) |       \
             KR_BIT(Z1PT0),                                                                        \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .state_size = sizeof(state), .mag_lo = 3.0, .mag_hi = 8.5, .dist_hi = 300.0,  \
    .jumps = &kr_gmm_jumps_30_150, .init = init, .eval = eval, NZ_RECORDINGS_SHIFT

KR_GMM(abrahamson_2014) = {
    ABRAHAMSON_2014,
    .name = "AbrahamsonEtAl2014",
    .params = params,
};
