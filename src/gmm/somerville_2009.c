/* Somerville, P., Graves, R., Collins, N., Song, S. G., Ni, S. and Cummins, P. (2009). Source and
 * ground motion models for Australian earthquakes. Report to Geoscience Australia. No DOI.
 *
 * Departures: the component is taken for the geometric mean; ..._SS14 goes from the model's rock
 * (865 m/s) to the site's vs30 by Seyhan and Stewart (2014). */
#include "boore_2014.tab.h"
#include "gmm/gmm.h"
#include "gmm/seyhan_stewart.h"
#include "num/vmath.h"
#include "somerville_2009.tab.h"
#include "somerville_2009_yilgarn.tab.h"

_Static_assert((int)SOMERVILLE_2009_NCOL == (int)SOMERVILLE_2009_YILGARN_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(somerville_2009, SOMERVILLE_2009);
static const kr_gmm_table yilgarn_table =
    KR_GMM_TABLE(somerville_2009_yilgarn, SOMERVILLE_2009_YILGARN);
static const kr_gmm_table site_table = KR_GMM_TABLE(boore_2014, BOORE_2014);

typedef somerville_2009_row coeffs;

static const double m1 = 6.4, r1 = 50.0, h = 6.0, rock_vs30 = 865.0;

typedef struct state { /* ..._SS14 only */
    double *site;
    double pga[SOMERVILLE_2009_NCOL], pga_site[BOORE_2014_NCOL];
} state;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH];
    double near[KR_GMM_BATCH], far[KR_GMM_BATCH]; /* ln_r up to 50 km, and what is left */
    double below[KR_GMM_BATCH];                   /* (8.5 - M)^2 */
} shared;

static kr_status init_site(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    kr_gmm_row(gmm->cls->table, &kr_gmm_pga, st->pga);
    kr_gmm_row(&site_table, &kr_gmm_pga, st->pga_site);
    return kr_gmm_rows(ctx, gmm, &site_table, &st->site);
}

static void fill(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double ln_r1 = 0.5 * log(r1 * r1 + h * h);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = 0.5 * log(rjb[i] * rjb[i] + h * h), d = 8.5 - mag[i];
        sh->ln_r[i] = ln_r;
        sh->near[i] = rjb[i] < r1 ? ln_r : ln_r1;
        sh->far[i] = rjb[i] < r1 ? 0.0 : ln_r - ln_r1;
        sh->below[i] = d * d;
    }
}

/* The equations of table 2. */
static void eval_mean(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - m1, slope = mag[i] < m1 ? c.c2 : c.c7;
        mean[i] = c.c1 + slope * m + c.c8 * sh->below[i] + c.c4 * m * sh->ln_r[i] +
                  c.c3 * sh->near[i] + c.c6 * sh->far[i] + c.c5 * rjb[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = somerville_2009_load(gmm->rows + m * SOMERVILLE_2009_NCOL);
        eval_mean(&c, n, batch, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

static seyhan_stewart site_of(const double *row)
{
    boore_2014_row c = boore_2014_load(row);
    return seyhan_stewart_of(c.c, c.Vc, c.f4, c.f5);
}

static void eval_site(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    const double *vs30 = batch->col[KR_COL_VS30];
    const coeffs pga = somerville_2009_load(st->pga);
    const seyhan_stewart pga_site = site_of(st->pga_site);
    seyhan_stewart_sites sites;
    double ln_pga[KR_GMM_BATCH];
    shared sh;

    eval(gmm, batch, out);
    fill(&sh, n, batch);
    eval_mean(&pga, n, batch, &sh, ln_pga);
    seyhan_stewart_fill(&sites, &pga_site, rock_vs30, n, vs30, ln_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        seyhan_stewart site = site_of(st->site + m * BOORE_2014_NCOL);
        seyhan_stewart_add(&sites, &site, n, vs30, out->mean + m * out->stride);
    }
}

#define SOMERVILLE_2009                                                                            \
    .title = "Somerville et al. (2009), report to Geoscience Australia, no DOI",                   \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .mag_lo = 4.5, .mag_hi = 8.0,  \
    .dist_hi = 500.0
#define ROCK SOMERVILLE_2009, .needs = KR_BIT(MAG) | KR_BIT(RJB), .eval = eval
#define SITE                                                                                       \
    SOMERVILLE_2009, .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30),                            \
                     .state_size = sizeof(state), .init = init_site, .eval = eval_site

KR_GMM(somerville_2009) = {ROCK, .name = "SomervilleEtAl2009NonCratonic", .table = &table};

KR_GMM(somerville_2009_yilgarn) = {
    ROCK,
    .name = "SomervilleEtAl2009YilgarnCraton",
    .table = &yilgarn_table,
};

KR_GMM(somerville_2009_ss14) = {SITE, .name = "SomervilleEtAl2009NonCratonic_SS14",
                                .table = &table};

KR_GMM(somerville_2009_yilgarn_ss14) = {
    SITE,
    .name = "SomervilleEtAl2009YilgarnCraton_SS14",
    .table = &yilgarn_table,
};
