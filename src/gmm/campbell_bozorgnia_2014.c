/* Campbell, K. W. and Bozorgnia, Y. (2014). NGA-West2 ground motion model for the average
 * horizontal components of PGA, PGV, and 5% damped linear acceleration response spectra. Earthquake
 * Spectra 30(3), 1087-1115. doi:10.1193/062913EQS175M
 *
 * Departures, all as in OpenQuake 3.21: the styles of faulting are those of the rake, reverse from
 * 30 to 150 and normal from -150 to -30 degrees; sigma_mu_epsilon (nz_recordings.h) counts twice
 * for spectral acceleration below 0.25 s, before and after the limit by PGA, which has none of it.
 *
 * CanadaSHM6_... is that of Canada's sixth seismic hazard model (shm6.h): without basins, also for
 * the PGA on rock, and with its factors of hard rock.
 *
 * estimate_ztor is equations 4 and 5 of Chiou and Youngs (2014), doi:10.1193/072813EQS219M. */
#include "campbell_bozorgnia_2014.tab.h"
#include "gmm/gmm.h"
#include "gmm/nz_recordings.h"
#include "gmm/shm6.h"
#include "num/vmath.h"

typedef campbell_bozorgnia_2014_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(campbell_bozorgnia_2014, CAMPBELL_BOZORGNIA_2014);

static const double c_site = 1.88, n_site = 1.18, h4 = 1.0, var_amp = 0.3 * 0.3;

typedef enum quality { QUALITY_CALIFORNIA, QUALITY_HIGH, QUALITY_LOW } quality;

typedef struct variant {
    quality quality;
    bool japan;  /* the site term and the basins of Japan */
    bool canada; /* no basins, and Canada's factors of hard rock */
} variant;

typedef struct state {
    double epsilon; /* of the median, where that is no mere shift */
    bool estimate_ztor, estimate_width, estimate_hypo, limited;
    double pga[CAMPBELL_BOZORGNIA_2014_NCOL];
} state;

/* What all measures share. */
typedef struct shared {
    double ztor[KR_GMM_BATCH], width[KR_GMM_BATCH], hypo[KR_GMM_BATCH]; /* given or estimated, km */
    double mag_low[KR_GMM_BATCH];                                       /* max(M - 4.5, 0) */
    double mag_mid[KR_GMM_BATCH];                                       /* max(M - 5.5, 0) */
    double mag_high[KR_GMM_BATCH];                                      /* max(M - 6.5, 0) */
    double unit_low[KR_GMM_BATCH];   /* 0 at M 4.5 to 1 at M 5.5 */
    double unit_mid[KR_GMM_BATCH];   /* 0 at M 5.5 to 1 at M 6.5 */
    double normal[KR_GMM_BATCH];     /* equations 4 to 6, times c9 */
    double wall_in[KR_GMM_BATCH];    /* equations 7 to 16 above the rupture, times h1 to h3 */
    double x_in[KR_GMM_BATCH];       /* rx / r1 there */
    double wall_out[KR_GMM_BATCH];   /* and beyond it, times h4 to h6 */
    double x_out[KR_GMM_BATCH];      /* (rx - r1) / (r2 - r1) there */
    double depth[KR_GMM_BATCH];      /* equation 22 */
    double far[KR_GMM_BATCH];        /* max(rrup - 80, 0) */
    double ln_vs30[KR_GMM_BATCH];    /* ln(vs30) */
    double vs30_n[KR_GMM_BATCH];     /* vs30^n */
    double basin_low[KR_GMM_BATCH];  /* times c14 */
    double basin_high[KR_GMM_BATCH]; /* times c16 k3 */
    double pga1100[KR_GMM_BATCH];    /* g, on rock with vs30 = 1100 m/s */
    double ln_pga1100[KR_GMM_BATCH]; /* ln(pga1100 + c) */
    double by_pga1100[KR_GMM_BATCH]; /* 1 / (pga1100 + c) */
    double ln_pga[KR_GMM_BATCH];     /* at the site; filled where it limits a measure */
    double uncertain[KR_GMM_BATCH];  /* standard deviation of the median */
    shm6_sites sites;                /* Canada: filled there only */
} shared;

static bool is_limited(const kr_imt *imt)
{
    return imt->kind == KR_IMT_SA && imt->period < 0.25;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;

    (void)ctx;
    st->estimate_ztor = kr_gmm_arg_of(gmm, "estimate_ztor")->number != 0.0;
    st->estimate_width = kr_gmm_arg_of(gmm, "estimate_width")->number != 0.0;
    st->estimate_hypo = kr_gmm_arg_of(gmm, "estimate_hypo_depth")->number != 0.0;
    if (st->estimate_width)
        gmm->needs |= KR_BIT(ZBOT);
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->limited |= is_limited(&gmm->imts[m]);
    if (st->limited) { /* the limit stands between its two additions */
        st->epsilon = gmm->epsilon;
        gmm->epsilon = 0.0;
        gmm->key = NULL;
    }
    return KR_OK;
}

KR_GMM_INLINE double positive(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* x limited to 0 .. 1. */
KR_GMM_INLINE double unit(double x)
{
    double at_least = positive(x);
    return at_least < 1.0 ? at_least : 1.0;
}

static void estimate_ztor(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double reverse = positive(2.704 - 1.226 * positive(mag[i] - 5.849));
        double other = positive(2.673 - 1.136 * positive(mag[i] - 4.970));
        double root = rake[i] > 30.0 ? reverse : other;
        root = rake[i] < 150.0 ? root : other;
        sh->ztor[i] = root * root;
    }
}

/* Equation 39: of the area, within the seismogenic crust. */
static void estimate_width(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict zbot = batch->col[KR_COL_ZBOT];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double width = exp(0.5 * M_LN10 * ((mag[i] - 4.07) / 0.98));
        double sin_dip = sin(dip[i] * (M_PI / 180.0));
        double most = (zbot[i] - sh->ztor[i]) / (fabs(sin_dip) > 0.0 ? sin_dip : 1.0);
        double least = width < most ? width : most;
        sh->width[i] = fabs(sin_dip) > 0.0 ? least : width;
    }
}

/* Equations 35 to 37. */
static void estimate_hypo(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double by_mag = mag[i] < 6.75 ? -4.317 + 0.984 * mag[i] : 2.325;
        double by_dip = dip[i] <= 40.0 ? 0.0445 * (dip[i] - 40.0) : 0.0;
        double height = 0.9 * sh->width[i] * sin(dip[i] * (M_PI / 180.0));
        double below = exp(by_mag + by_dip);
        below = below < height ? below : height;
        sh->hypo[i] = sh->ztor[i] + positive(below);
    }
}

/* Depths and width, as they are given or estimated from each other. */
static void fill_geometry(const state *st, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict width = batch->col[KR_COL_WIDTH];
    const double *restrict hypo = batch->col[KR_COL_HYPO_DEPTH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->ztor[i] = ztor[i];
        sh->width[i] = width[i];
        sh->hypo[i] = hypo[i];
    }
    if (st->estimate_ztor)
        estimate_ztor(sh, n, batch);
    if (st->estimate_width)
        estimate_width(sh, n, batch);
    if (st->estimate_hypo)
        estimate_hypo(sh, n, batch);
}

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double low = unit(mag[i] - 4.5), deep = positive(sh->hypo[i] - 7.0);
        double nm = rake[i] > -150.0 ? low : 0.0;
        sh->mag_low[i] = positive(mag[i] - 4.5);
        sh->mag_mid[i] = positive(mag[i] - 5.5);
        sh->mag_high[i] = positive(mag[i] - 6.5);
        sh->unit_low[i] = low;
        sh->unit_mid[i] = unit(mag[i] - 5.5);
        sh->normal[i] = rake[i] < -30.0 ? nm : 0.0;
        sh->depth[i] = deep < 13.0 ? deep : 13.0;
        sh->far[i] = positive(rrup[i] - 80.0);
    }
}

/* Equations 7 to 16 but for h1 to h6 and a2. */
static void fill_wall(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict rx = batch->col[KR_COL_RX];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r1 = sh->width[i] * cos(dip[i] * (M_PI / 180.0)), r2 = 62.0 * mag[i] - 350.0;
        double dist = rrup[i] > 0.0 ? (rrup[i] - rjb[i]) / rrup[i] : 1.0;
        double depth = sh->ztor[i] > 16.66 ? 0.0 : 1.0 - 0.06 * sh->ztor[i];
        double all = dist * sh->unit_mid[i] * depth * ((90.0 - dip[i]) / 45.0);
        double above = rx[i] >= 0.0 ? all : 0.0;
        bool beyond = rx[i] >= r1, outside = all != 0.0 && beyond;
        sh->wall_in[i] = beyond ? 0.0 : above;
        sh->x_in[i] = above != 0.0 && !beyond ? rx[i] / r1 : 0.0;
        sh->wall_out[i] = beyond ? all : 0.0;
        sh->x_out[i] = outside ? (rx[i] - r1) / (r2 - r1) : 0.0;
    }
}

/* Equation 20 and what the site terms share. */
static void fill_site(shared *sh, size_t n, const double *restrict vs30,
                      const double *restrict z2pt5)
{
    const double exp_075 = 0.4723665527410147; /* exp(-0.75) */

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_v = log(vs30[i]);
        sh->ln_vs30[i] = ln_v;
        sh->vs30_n[i] = exp(n_site * ln_v);
        sh->basin_low[i] = z2pt5[i] < 1.0 ? z2pt5[i] - 1.0 : 0.0;
        sh->basin_high[i] = exp_075 * (1.0 - exp(-0.25 * positive(z2pt5[i] - 3.0)));
    }
}

/* Equations 2 to 16 and 21 to 25: all but the site and the basin. */
static void eval_rock(const coeffs *row, quality q, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict out)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double by_km = c.c20 + (q == QUALITY_HIGH  ? c.Dc20_high
                                  : q == QUALITY_LOW ? c.Dc20_low
                                                     : 0.0);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + c.c7 * c.c7);
        double source = c.c0 + c.c1 * mag[i] + c.c2 * sh->mag_low[i] + c.c3 * sh->mag_mid[i] +
                        c.c4 * sh->mag_high[i] + c.c9 * sh->normal[i];
        double x = sh->x_in[i], y = sh->x_out[i];
        double in = c.h1 + x * (c.h2 + c.h3 * x), beyond = positive(h4 + y * (c.h5 + c.h6 * y));
        double wall = c.c10 * (1.0 + c.a2 * (mag[i] - 6.5)) *
                      (in * sh->wall_in[i] + beyond * sh->wall_out[i]);
        double depth = sh->depth[i] * (c.c17 + (c.c18 - c.c17) * sh->unit_mid[i]);
        double dipping = c.c19 * dip[i] * (1.0 - sh->unit_low[i]);
        out[i] =
            source + (c.c5 + c.c6 * mag[i]) * ln_r + wall + depth + dipping + by_km * sh->far[i];
    }
}

/* PGA on rock, with the usual basin for vs30 = 1100 m/s (equations 33 and 34). */
static void fill_pga1100(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const coeffs c = campbell_bozorgnia_2014_load(st->pga);
    const double ln_v = log(1100.0);
    const double z2pt5 = v->japan ? exp(5.359 - 1.102 * ln_v) : exp(7.089 - 1.144 * ln_v);
    const double stiff = c.k2 * n_site, x = ln_v - log(c.k1);
    const double site = (c.c11 + stiff + (v->japan ? c.c13 + stiff : 0.0)) * x;
    const double shallow = v->canada ? 0.0 : c.c14 + (v->japan ? c.c15 : 0.0);
    const double basin = shallow * (z2pt5 - 1.0);

    eval_rock(&c, v->quality, n, batch, sh, sh->ln_pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double pga = exp(sh->ln_pga[i] + site + basin);
        sh->pga1100[i] = pga;
        sh->ln_pga1100[i] = log(pga + c_site);
        sh->by_pga1100[i] = 1.0 / (pga + c_site);
    }
}

/* Equations 17, 18 and 20 for the mean; alpha gets equation 31, the slope of the site term. */
static void add_site(const coeffs *row, bool japan, size_t n, const kr_gmm_batch *batch,
                     const shared *sh, double *restrict mean, double *restrict alpha)
{
    const coeffs c = *row;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double ln_k1 = log(c.k1), soil = c_site * exp(-n_site * ln_k1), stiff = c.k2 * n_site;
    const double shallow = c.c14 + (japan ? c.c15 : 0.0), deep = c.c16 * c.k3;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = sh->ln_vs30[i] - ln_k1, pga = sh->pga1100[i];
        double soft_pga = pga + soil * sh->vs30_n[i];
        double soft = c.k2 * (log(soft_pga) - sh->ln_pga1100[i]);
        double slope = c.k2 * pga * (1.0 / soft_pga - sh->by_pga1100[i]);
        double is_stiff = vs30[i] > c.k1 ? 1.0 : 0.0; /* a factor: the logarithm is never skipped */
        mean[i] += c.c11 * x + is_stiff * (stiff * x) + (1.0 - is_stiff) * soft +
                   shallow * sh->basin_low[i] + deep * sh->basin_high[i];
        alpha[i] = vs30[i] < c.k1 ? slope : 0.0;
    }
}

/* Equation 19. */
static void add_japan(const coeffs *c, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict mean)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double ln_k1 = log(c->k1), ln_200 = log(200.0), stiff = c->k2 * n_site;
    const double by_x = c->c13 + stiff, by_soft = c->c12 + stiff;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = vs30[i] <= 200.0 ? sh->ln_vs30[i] - ln_200 : 0.0;
        mean[i] += by_x * (sh->ln_vs30[i] - ln_k1) + by_soft * soft;
    }
}

/* One measure at the site, without sigma_mu_epsilon. */
static void eval_mean(const kr_gmm *gmm, const kr_imt *imt, const coeffs *c, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *mean, double *alpha)
{
    const variant *v = gmm->cls->variant;
    eval_rock(c, v->quality, n, batch, sh, mean);
    add_site(c, v->japan, n, batch, sh, mean, alpha);
    if (v->japan)
        add_japan(c, n, batch, sh, mean);
    if (v->canada) {
        shm6_rock rock = {.slope = c->c11 + c->k2 * n_site, .cap = INFINITY};
        shm6_add_rock(&rock, imt, n, &sh->sites, mean);
    }
}

/* Equations 27 to 30; `sigma` holds alpha at first. */
static void eval_sigma(const coeffs *row, const coeffs *pga_row, size_t n, const shared *sh,
                       const kr_gmm_out *out)
{
    const coeffs c = *row, p = *pga_row;
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double a = sigma[i], x = sh->unit_low[i];
        double tau = c.tau1 + (c.tau2 - c.tau1) * x, phi = c.phi1 + (c.phi2 - c.phi1) * x;
        double tau_p = p.tau1 + (p.tau2 - p.tau1) * x, phi_p = p.phi1 + (p.phi2 - p.phi1) * x;
        double y2 = phi * phi - var_amp, y2_p = phi_p * phi_p - var_amp;
        double cross = 2.0 * a * c.rholny;
        inter[i] = tau * tau + a * a * tau_p * tau_p + cross * tau * tau_p;
        intra[i] = y2 + var_amp + a * a * y2_p + cross * sqrt(y2 * y2_p);
        sigma[i] = sqrt(inter[i] + intra[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static void limit_by_pga(const shared *sh, size_t n, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = mean[i] < sh->ln_pga[i] ? sh->ln_pga[i] : mean[i];
}

static void add_uncertain(const shared *sh, size_t n, double epsilon, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += epsilon * sh->uncertain[i];
}

static void fill_shared(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const coeffs pga = campbell_bozorgnia_2014_load(st->pga);
    const variant *v = gmm->cls->variant;
    double alpha[KR_GMM_BATCH], no_basin[KR_GMM_BATCH];

    kr_gmm_fill(no_basin, n, 2.0); /* between 1 and 3 km */
    fill_geometry(st, sh, n, batch);
    fill_rupture(sh, n, batch);
    fill_wall(sh, n, batch);
    fill_site(sh, n, batch->col[KR_COL_VS30], v->canada ? no_basin : batch->col[KR_COL_Z2PT5]);
    if (v->canada)
        shm6_fill(&sh->sites, n, batch->col[KR_COL_VS30]);
    fill_pga1100(gmm, sh, n, batch);
    if (st->limited)
        eval_mean(gmm, &kr_gmm_pga, &pga, n, batch, sh, sh->ln_pga, alpha);
    if (st->epsilon != 0.0)
        nz_recordings_fill(sh->uncertain, n, batch);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const coeffs pga = campbell_bozorgnia_2014_load(st->pga);
    const bool uncertain = st->epsilon != 0.0;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = campbell_bozorgnia_2014_load(gmm->rows + m * CAMPBELL_BOZORGNIA_2014_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(gmm, &gmm->imts[m], &c, n, batch, &sh, one.mean, one.sigma);
        if (uncertain)
            add_uncertain(&sh, n, st->epsilon, one.mean);
        if (is_limited(&gmm->imts[m])) {
            limit_by_pga(&sh, n, one.mean);
            if (uncertain)
                add_uncertain(&sh, n, st->epsilon, one.mean);
        }
        eval_sigma(&c, &pga, n, &sh, &one);
    }
}

#define ESTIMATE(of, what)                                                                         \
    {                                                                                              \
        .name = "estimate_" of, .kind = KR_PARAM_BOOL, .about = "whether to estimate " what        \
    }
static const kr_gmm_param params[] = {
    NZ_RECORDINGS_PARAM,
    ESTIMATE("ztor", "the depth of the top of the rupture"),
    ESTIMATE("width", "the width of the rupture, from the depth of the crust (zbot)"),
    ESTIMATE("hypo_depth", "the depth of the hypocentre"),
    {.name = NULL},
};

static const kr_gmm_param canada_params[] = {
    ESTIMATE("ztor", "the depth of the top of the rupture"),
    ESTIMATE("width", "the width of the rupture, from the depth of the crust (zbot)"),
    ESTIMATE("hypo_depth", "the depth of the hypocentre"),
    {.name = NULL},
};

#define CAMPBELL_BOZORGNIA_2014(q, where)                                                          \
    .title = "Campbell and Bozorgnia (2014), Earthquake Spectra 30(3)",                            \
    .doi = "10.1193/062913EQS175M", .trt = "Active Shallow Crust",                                 \
    .component = KR_COMPONENT_ROTD50,                                                              \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(WIDTH) |             \
             KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(RJB) | KR_BIT(RX) | KR_BIT(VS30) |         \
             KR_BIT(Z2PT5),                                                                        \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .params = params, .table = &table, .state_size = sizeof(state),                                \
    .variant = &variants[QUALITY_##q][where], .mag_lo = 3.3, .mag_hi = 8.5, .dist_hi = 300.0,      \
    .jumps = &kr_gmm_jumps_30_150, .init = init, .eval = eval, NZ_RECORDINGS_SHIFT

static const variant variants[3][2] = {
    {{.quality = QUALITY_CALIFORNIA}, {.quality = QUALITY_CALIFORNIA, .japan = true}},
    {{.quality = QUALITY_HIGH}, {.quality = QUALITY_HIGH, .japan = true}},
    {{.quality = QUALITY_LOW}, {.quality = QUALITY_LOW, .japan = true}},
};
static const variant canada = {.quality = QUALITY_CALIFORNIA, .canada = true};

KR_GMM(campbell_bozorgnia_2014) = {
    CAMPBELL_BOZORGNIA_2014(CALIFORNIA, 0),
    .name = "CampbellBozorgnia2014",
};

KR_GMM(campbell_bozorgnia_2014_japan_site) = {
    CAMPBELL_BOZORGNIA_2014(CALIFORNIA, 1),
    .name = "CampbellBozorgnia2014JapanSite",
};

KR_GMM(campbell_bozorgnia_2014_high_q) = {
    CAMPBELL_BOZORGNIA_2014(HIGH, 0),
    .name = "CampbellBozorgnia2014HighQ",
};

KR_GMM(campbell_bozorgnia_2014_high_q_japan_site) = {
    CAMPBELL_BOZORGNIA_2014(HIGH, 1),
    .name = "CampbellBozorgnia2014HighQJapanSite",
};

KR_GMM(campbell_bozorgnia_2014_low_q) = {
    CAMPBELL_BOZORGNIA_2014(LOW, 0),
    .name = "CampbellBozorgnia2014LowQ",
};

KR_GMM(campbell_bozorgnia_2014_low_q_japan_site) = {
    CAMPBELL_BOZORGNIA_2014(LOW, 1),
    .name = "CampbellBozorgnia2014LowQJapanSite",
};

static kr_status init_canada(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = shm6_check_periods(ctx, gmm);
    return s == KR_OK ? init(ctx, gmm) : s;
}

KR_GMM(campbell_bozorgnia_2014_canada) = {
    SHM6,
    .name = "CanadaSHM6_ActiveCrust_CampbellBozorgnia2014",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(WIDTH) |
             KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(RJB) | KR_BIT(RX) | KR_BIT(VS30),
    .has_tau_phi = true,
    .params = canada_params,
    .table = &table,
    .state_size = sizeof(state),
    .variant = &canada,
    .mag_lo = 3.3,
    .mag_hi = 8.5,
    .dist_hi = 300.0,
    .init = init_canada,
    .eval = eval,
};
