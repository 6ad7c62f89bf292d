/* Boore, D. M., Stewart, J. P., Seyhan, E. and Atkinson, G. M. (2014). NGA-West2 equations for
 * predicting PGA, PGV, and 5% damped PSA for shallow crustal earthquakes. Earthquake Spectra 30(3),
 * 1057-1085. doi:10.1193/070113EQS184M
 *
 * Departures, all as in OpenQuake 3.21: the basin counts only where a region is given, from 0.65 s
 * on; at vs30 = 225 m/s to the last digit phi is smaller by DfV once more; the basin coefficients
 * of regions of low Q have three decimals; sigma_mu_epsilon (nz_recordings.h), which needs rrup. */
#include "base/str.h"
#include "boore_2014.tab.h"
#include "gmm/gmm.h"
#include "gmm/nz_recordings.h"
#include "gmm/seyhan_stewart.h"
#include "num/vmath.h"

typedef boore_2014_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(boore_2014, BOORE_2014);

static const double ref_mag = 4.5, ref_dist = 1.0, ref_vs30 = 760.0;

typedef enum quality { QUALITY_CALIFORNIA, QUALITY_HIGH, QUALITY_LOW } quality;
typedef enum basin { BASIN_NONE, BASIN_CALIFORNIA, BASIN_JAPAN } basin;

typedef struct state {
    basin basin;
    bool unspecified; /* the style of faulting */
    double pga[BOORE_2014_NCOL];
} state;

/* What all measures share. */
typedef struct shared {
    double strike_slip[KR_GMM_BATCH], normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH];
    double mag[KR_GMM_BATCH];     /* 0 at M 4.5 to 1 at M 5.5 */
    double ln_vs30[KR_GMM_BATCH]; /* ln(vs30 / 760) */
    double soft[KR_GMM_BATCH];    /* equation 15: times DfV */
    double ln_rjb[KR_GMM_BATCH];  /* of rjb, at least 1 km */
    double ln_pga[KR_GMM_BATCH];  /* on rock */
    double strong[KR_GMM_BATCH];  /* ln((pga + f3) / f3) */
    double basin[KR_GMM_BATCH];   /* equation 9: depth less the usual one, km */
} shared;

static const quality qualities[] = {QUALITY_CALIFORNIA, QUALITY_HIGH, QUALITY_LOW};

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    static const char *const regions[] = {"nobasin", "CAL", "JPN"};
    const char *region = kr_gmm_arg_of(gmm, "region")->text;
    state *st = gmm->state;
    size_t i = 0;

    while (i < 3 && !kr_str_eq(region, regions[i]))
        i++;
    if (i == 3)
        return kr_gmm_fail(ctx, gmm, "argument 'region' of %s: '%s' is none of nobasin, CAL, JPN",
                           gmm->cls->name, region);
    st->basin = (basin)i;
    st->unspecified = kr_gmm_arg_of(gmm, "sof")->number == 0.0;
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    if (st->unspecified)
        gmm->needs &= ~KR_BIT(RAKE);
    if (st->basin != BASIN_NONE)
        gmm->needs |= KR_BIT(Z1PT0);
    if (gmm->epsilon != 0.0)
        gmm->needs |= KR_BIT(RRUP);
    return KR_OK;
}

/* x limited to 0 .. 1. */
KR_GMM_INLINE double unit(double x)
{
    double at_least = x > 0.0 ? x : 0.0;
    return at_least < 1.0 ? at_least : 1.0;
}

/* Weights of the coefficients of the styles; of e0 alone where no style counts. */
static void fill_style(shared *sh, size_t n, bool unspecified, const double *restrict rake)
{
    if (unspecified) {
        kr_gmm_fill(sh->strike_slip, n, 1.0);
        kr_gmm_fill(sh->normal, n, 0.0);
        kr_gmm_fill(sh->reverse, n, 0.0);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double a = fabs(rake[i]);
        double rv = rake[i] > 30.0 ? 1.0 : 0.0;
        rv = rake[i] < 150.0 ? rv : 0.0;
        double slip = a <= 30.0 ? 1.0 : 0.0;
        slip = 180.0 - a <= 30.0 ? 1.0 : slip;
        sh->reverse[i] = rv;
        sh->strike_slip[i] = slip;
        sh->normal[i] = 1.0 - rv - slip;
    }
}

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->mag[i] = unit(mag[i] - 4.5);
        sh->ln_rjb[i] = log(rjb[i] > 1.0 ? rjb[i] : 1.0);
    }
}

/* Equation 15: phi is smaller where the ground is soft. */
static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double v1 = 225.0, v2 = 300.0;
    const double ln_v2 = log(v2 / ref_vs30), by_ln = 1.0 / log(v2 / v1);
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_v = log(vs30[i] / ref_vs30);
        double soft = unit((ln_v2 - ln_v) * by_ln);
        sh->ln_vs30[i] = ln_v;
        sh->soft[i] = vs30[i] == v1 ? 2.0 : soft;
    }
}

/* Equations 9, 11 and 12: the depth to 1 km/s less the usual one for vs30, in km. */
static void fill_basin(shared *sh, size_t n, basin where, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const bool japan = where == BASIN_JAPAN;
    const double v = japan ? 412.39 : 570.94, power = japan ? -5.23 / 2.0 : -7.15 / 4.0;
    const double v_2 = v * v, v_top = 1360.0 * 1360.0;
    const double over = japan ? v_top + v_2 : v_top * v_top + v_2 * v_2;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = vs30[i] * vs30[i];
        double sum = japan ? square + v_2 : square * square + v_2 * v_2;
        sh->basin[i] = (z1pt0[i] - exp(power * log(sum / over))) / 1000.0;
    }
}

static double low_or_high(const coeffs *c, quality q)
{
    return q == QUALITY_HIGH ? c->Dc3_high : q == QUALITY_LOW ? c->Dc3_low : 0.0;
}

/* Equations 2 to 4: magnitude and distance. */
static void eval_rock(const kr_gmm *gmm, const coeffs *row, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict out)
{
    const state *st = gmm->state;
    const quality *q = gmm->cls->variant;
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double slip = st->unspecified ? c.e0 : c.e1, by_km = c.c3 + low_or_high(&c, *q);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - c.Mh, below = m * (c.e4 + c.e5 * m), above = c.e6 * m;
        double style = slip * sh->strike_slip[i] + c.e2 * sh->normal[i] + c.e3 * sh->reverse[i];
        double square = rjb[i] * rjb[i] + c.h * c.h;
        double path = (c.c1 + c.c2 * (mag[i] - ref_mag)) * (0.5 * log(square));
        out[i] = style + (m <= 0.0 ? below : above) + path + by_km * (sqrt(square) - ref_dist);
    }
}

static void fill_pga(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const coeffs pga = boore_2014_load(st->pga);

    eval_rock(gmm, &pga, n, batch, sh, sh->ln_pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->strong[i] = seyhan_stewart_strong(sh->ln_pga[i]);
}

/* Equations 5 to 8. */
static void add_site(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                     double *restrict mean)
{
    const seyhan_stewart s = seyhan_stewart_of(row->c, row->Vc, row->f4, row->f5);
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += seyhan_stewart_linear(&s, sh->ln_vs30[i]) +
                   seyhan_stewart_nonlinear(&s, vs30[i], sh->strong[i]);
}

/* Equation 9. */
static void add_basin(const coeffs *c, quality q, size_t n, const shared *sh, double *restrict mean)
{
    const double f6 = q == QUALITY_LOW ? c->f6_low : c->f6;
    const double f7 = q == QUALITY_LOW ? c->f7_low : c->f7;
    const double ratio = f7 / f6;

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += sh->basin[i] <= ratio ? f6 * sh->basin[i] : f7;
}

/* Equations 13 to 17. */
static void eval_sigma(const coeffs *row, size_t n, const shared *sh, const kr_gmm_out *out)
{
    const coeffs c = *row;
    const double ln_r1 = log(c.R1), by_ln = 1.0 / (log(c.R2) - ln_r1);
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double tau = c.tau1 + (c.tau2 - c.tau1) * sh->mag[i];
        double phi = c.f1 + (c.f2 - c.f1) * sh->mag[i];
        phi += c.DfR * unit((sh->ln_rjb[i] - ln_r1) * by_ln) - c.DfV * sh->soft[i];
        inter[i] = tau;
        intra[i] = phi;
        sigma[i] = sqrt(tau * tau + phi * phi);
    }
    for (size_t i = 0; out->tau && i < n; i++)
        out->tau[i] = inter[i];
    for (size_t i = 0; out->phi && i < n; i++)
        out->phi[i] = intra[i];
}

static void fill_shared(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;

    fill_style(sh, n, st->unspecified, batch->col[KR_COL_RAKE]);
    fill_rupture(sh, n, batch);
    fill_site(sh, n, batch);
    fill_pga(gmm, sh, n, batch);
    if (st->basin != BASIN_NONE)
        fill_basin(sh, n, st->basin, batch);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const quality *q = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = boore_2014_load(gmm->rows + m * BOORE_2014_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        bool deep = gmm->imts[m].kind == KR_IMT_SA && gmm->imts[m].period >= 0.65;
        eval_rock(gmm, &c, n, batch, &sh, one.mean);
        add_site(&c, n, batch, &sh, one.mean);
        if (st->basin != BASIN_NONE && deep)
            add_basin(&c, *q, n, &sh, one.mean);
        eval_sigma(&c, n, &sh, &one);
    }
}

static const kr_gmm_param params[] = {
    {.name = "region",
     .kind = KR_PARAM_TEXT,
     .text = "nobasin",
     .about = "of the basins: nobasin, CAL or JPN"},
    {.name = "sof",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "whether the style of faulting counts"},
    NZ_RECORDINGS_PARAM,
    {.name = NULL},
};

#define BOORE_2014(q)                                                                              \
    .title = "Boore, Stewart, Seyhan and Atkinson (2014), Earthquake Spectra 30(3)",               \
    .doi = "10.1193/070113EQS184M", .trt = "Active Shallow Crust",                                 \
    .component = KR_COMPONENT_ROTD50,                                                              \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),                              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .state_size = sizeof(state), .variant = &qualities[QUALITY_##q],              \
    .mag_lo = 3.0, .mag_hi = 8.5, .dist_hi = 400.0, .init = init, .eval = eval,                    \
    .jumps = &kr_gmm_jumps_30_150, NZ_RECORDINGS_SHIFT

KR_GMM(boore_2014) = {
    BOORE_2014(CALIFORNIA),
    .name = "BooreEtAl2014",
    .params = params,
};

KR_GMM(boore_2014_high_q) = {
    BOORE_2014(HIGH),
    .name = "BooreEtAl2014HighQ",
    .params = params,
};

KR_GMM(boore_2014_low_q) = {
    BOORE_2014(LOW),
    .name = "BooreEtAl2014LowQ",
    .params = params,
};
