/* Allen, T. I. (2012). Stochastic ground-motion prediction equations for southeastern Australian
 * earthquakes using updated source and attenuation parameters. Geoscience Australia Record 2012/69.
 * No DOI.
 *
 * Departures: the coefficients are those that Geoscience Australia gave out later, not those of the
 * report; PGA is SA(0.01). ..._SS14 goes from the model's rock (820 m/s) to the site's vs30 by
 * Seyhan and Stewart (2014). */
#include "allen_2012_deep.tab.h"
#include "allen_2012_shallow.tab.h"
#include "boore_2014.tab.h"
#include "gmm/gmm.h"
#include "gmm/seyhan_stewart.h"
#include "num/vmath.h"

_Static_assert((int)ALLEN_2012_DEEP_NCOL == (int)ALLEN_2012_SHALLOW_NCOL, "the same columns");

static const kr_gmm_table shallow_table = KR_GMM_TABLE(allen_2012_shallow, ALLEN_2012_SHALLOW);
static const kr_gmm_table deep_table = KR_GMM_TABLE(allen_2012_deep, ALLEN_2012_DEEP);
static const kr_gmm_table site_table = KR_GMM_TABLE(boore_2014, BOORE_2014);

typedef allen_2012_shallow_row coeffs;

static const double ln_unit = -6.888230912967695; /* ln(0.01 / 9.80665): cm/s2 to g */
static const double rock_vs30 = 820.0;

typedef struct state {
    double *deep; /* rows, as those of shallow hypocentres in kr_gmm.rows */
    double *site; /* ..._SS14 only */
    double pga[ALLEN_2012_SHALLOW_NCOL], pga_deep[ALLEN_2012_SHALLOW_NCOL];
    double pga_site[BOORE_2014_NCOL];
} state;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    kr_gmm_row(&shallow_table, &kr_gmm_pga, st->pga);
    kr_gmm_row(&deep_table, &kr_gmm_pga, st->pga_deep);
    kr_gmm_row(&site_table, &kr_gmm_pga, st->pga_site);
    return kr_gmm_rows(ctx, gmm, &deep_table, &st->deep);
}

static kr_status init_site(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    kr_status s = init(ctx, gmm);
    return s == KR_OK ? kr_gmm_rows(ctx, gmm, &site_table, &st->site) : s;
}

/* Equations 18 and 19. */
static void eval_mean(const coeffs *of_shallow, const coeffs *of_deep, size_t n,
                      const kr_gmm_batch *batch, double *restrict mean)
{
    const coeffs a = *of_shallow, b = *of_deep;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict hypo = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#define PICK(c) (shallow ? a.c : b.c)
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        bool shallow = hypo[i] < 10.0;
        double m = mag[i] - 4.0, r = rrup[i];
        double r1 = 90.0 + PICK(c8) * m, r2 = 150.0 + PICK(c11) * m;
        double near = r < r1 ? r : r1, h = 1.0 + PICK(c5) * m;
        double source = PICK(c0) + m * (PICK(c1) + PICK(c2) * m);
        double g0 = 0.5 * log(near * near + h * h);
        double g1 = log((r > r1 ? r : r1) / r1), g2 = log((r > r2 ? r : r2) / r2);
        mean[i] = M_LN10 * source + ln_unit + (PICK(c3) + PICK(c4) * m) * g0 +
                  (PICK(c6) + PICK(c7) * m) * g1 + (PICK(c9) + PICK(c10) * m) * g2;
    }
#undef PICK
}

static void eval_sigma(double shallow, double deep, size_t n, const double *restrict hypo,
                       double *restrict sigma)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sigma[i] = hypo[i] < 10.0 ? shallow : deep;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const double *hypo = batch->col[KR_COL_HYPO_DEPTH];
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        size_t row = m * ALLEN_2012_SHALLOW_NCOL;
        coeffs shallow = allen_2012_shallow_load(gmm->rows + row);
        coeffs deep = allen_2012_shallow_load(st->deep + row);
        eval_mean(&shallow, &deep, n, batch, out->mean + m * out->stride);
        eval_sigma(M_LN10 * shallow.sigma, M_LN10 * deep.sigma, n, hypo,
                   out->sigma + m * out->stride);
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
    const coeffs pga = allen_2012_shallow_load(st->pga),
                 deep = allen_2012_shallow_load(st->pga_deep);
    const seyhan_stewart pga_site = site_of(st->pga_site);
    seyhan_stewart_sites sites;
    double ln_pga[KR_GMM_BATCH];

    eval(gmm, batch, out);
    eval_mean(&pga, &deep, n, batch, ln_pga);
    seyhan_stewart_fill(&sites, &pga_site, rock_vs30, n, vs30, ln_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        seyhan_stewart site = site_of(st->site + m * BOORE_2014_NCOL);
        seyhan_stewart_add(&sites, &site, n, vs30, out->mean + m * out->stride);
    }
}

#define ALLEN_2012                                                                                 \
    .title = "Allen (2012), Geoscience Australia Record 2012/69, no DOI",                          \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_MEDIAN_HORIZONTAL,                    \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .table = &shallow_table,                         \
    .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 400.0
#define NEEDS (KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP))

KR_GMM(allen_2012) = {
    ALLEN_2012, .name = "Allen2012", .needs = NEEDS, .init = init, .eval = eval,
};

KR_GMM(allen_2012_ss14) = {
    ALLEN_2012,        .name = "Allen2012_SS14", .needs = NEEDS | KR_BIT(VS30),
    .init = init_site, .eval = eval_site,
};
