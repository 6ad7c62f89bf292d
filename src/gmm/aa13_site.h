/* The site term of Canada's models for tables at vs30 = 450 m/s.
 *
 * Atkinson, G. M. and Adams, J. (2013). Ground motion prediction equations for application to the
 * 2015 Canadian national seismic hazard maps. Can. J. Civ. Eng. 40(10), 988-998.
 * doi:10.1139/cjce-2012-0544
 *
 * Below 760 m/s it is that of Boore and Atkinson (2008), above it the factor of table 2 in
 * logarithms of vs30, both relative to 450 m/s. The rock PGA of the non-linear part comes from the
 * table: reduced where SA(0.2) is less than twice PGA, brought to 760 m/s, and 0.1 g for sites
 * above 450 m/s. */
#ifndef KR_GMM_AA13_SITE_H
#define KR_GMM_AA13_SITE_H

#include "aa13_site.tab.h"
#include "boore_atkinson_site.tab.h"
#include "gmm/boore_atkinson_site.h"
#include "gmm/tabulated.h"

#include <string.h>

static const kr_gmm_table aa13_hard_table = KR_GMM_TABLE(aa13_site, AA13_SITE);
static const kr_gmm_table aa13_soil_table = KR_GMM_TABLE(boore_atkinson_site, BOORE_ATKINSON_SITE);

static const double aa13_ln_hard = 0.9675840262617057; /* ln(2000 / 760) */

typedef struct aa13_state {
    kr_gmm_h5_table table; /* the measures of the instance, then PGA and SA(0.2) */
    double *hard, *soil;   /* rows */
} aa13_state;

typedef struct aa13_shared {
    tabulated at;
    boore_atkinson_site soil;
    double hard[KR_GMM_BATCH]; /* share of the factor, 0 at 760 m/s, 1 from 2000 m/s */
} aa13_shared;

/* Load a table that is part of the program. */
static inline kr_status aa13_load(kr_ctx *ctx, kr_gmm *gmm, const char *data, const char *name,
                                  aa13_state *st)
{
    kr_status s = KR_OK;
    kr_imt *imts;

    KR_ANEW(imts, gmm->arena, gmm->nimts + 2);
    memcpy(imts, gmm->imts, gmm->nimts * sizeof *imts);
    imts[gmm->nimts] = kr_gmm_pga;
    imts[gmm->nimts + 1] =
        (kr_imt){.name = "SA(0.2)", .kind = KR_IMT_SA, .period = 0.2, .damping = 5.0};
    kr_gmm_h5_source wanted = {.sigma = true, .imts = imts, .nimts = gmm->nimts + 2};
    KR_TRY(kr_gmm_h5_table_builtin(ctx, gmm, data, name, &wanted, &st->table));
    KR_TRY(kr_gmm_rows(ctx, gmm, &aa13_hard_table, &st->hard));
    KR_TRY(kr_gmm_rows(ctx, gmm, &aa13_soil_table, &st->soil));
    gmm->needs |= (kr_columns)1 << st->table.metric;
    gmm->mag_min = st->table.mag[0];
out:
    return s;
}

/* PGA at 760 m/s of one at 450 m/s: tabulated, and constant outside. */
KR_GMM_INLINE double aa13_pga_760(double pga)
{
    double p = pga < 0.1 ? 0.1 : pga;
    p = p > 0.5 ? 0.5 : p;
    double low = p < 0.2 ? 0.083 + (p - 0.1) * ((0.165 - 0.083) / 0.1)
                         : 0.165 + (p - 0.2) * ((0.248 - 0.165) / (0.3 - 0.2));
    double high = p < 0.4 ? 0.248 + (p - 0.3) * ((0.331 - 0.248) / (0.4 - 0.3))
                          : 0.331 + (p - 0.4) * ((0.414 - 0.331) / (0.5 - 0.4));
    return p < 0.3 ? low : high;
}

static inline void aa13_fill(aa13_shared *sh, const kr_gmm *gmm, const aa13_state *st,
                             const kr_gmm_batch *batch)
{
    size_t n = kr_gmm_padded(batch->n);
    const kr_gmm_h5_table *t = &st->table;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    double pga[KR_GMM_BATCH], sa[KR_GMM_BATCH];

    tabulated_find(t, false, n, batch->col[KR_COL_MAG], batch->col[t->metric], &sh->at);
    tabulated_median(&t->mean[gmm->nimts], n, &sh->at, pga);
    tabulated_median(&t->mean[gmm->nimts + 1], n, &sh->at, sa);
    boore_atkinson_site_fill(&sh->soil, n, vs30);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double p = exp(pga[i]), ratio = exp(sa[i]) / p;
        double rock = aa13_pga_760(ratio < 2.0 ? 0.8 * p : p);
        double share = sh->soil.linear[i] / aa13_ln_hard;
        rock = vs30[i] > 450.0 ? 0.1 : rock;
        share = share > 0.0 ? share : 0.0;
        sh->hard[i] = share < 1.0 ? share : 1.0;
        sh->soil.pga[i] = boore_atkinson_site_pga(rock, log(rock));
    }
}

/* Median and deviation of measure m with the site term; `offset` is added to the mean. */
static inline void aa13_eval(const aa13_state *st, size_t m, double offset, size_t n,
                             const aa13_shared *sh, const kr_gmm_out *out)
{
    const double ln_450 = -0.5240708505160114; /* ln(450 / 760) */
    const double two_450 = 0.5637983615950682; /* that over ln(300 / 760) */
    const boore_atkinson_site_row c =
        boore_atkinson_site_load(st->soil + m * BOORE_ATKINSON_SITE_NCOL);
    const double ln_hard = log(st->hard[m * AA13_SITE_NCOL]);
    const boore_atkinson_site *soil = &sh->soil;
    double *restrict mean = out->mean + m * out->stride;

    tabulated_median(&st->table.mean[m], n, &sh->at, mean);
    tabulated_sigma(&st->table.sigma[m], n, &sh->at, out->sigma + m * out->stride);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double slope = c.b1 * soil->one[i] + c.b2 * soil->two[i];
        double soft = c.blin * soil->linear[i] + slope * soil->pga[i];
        double at_450 = c.blin * ln_450 + c.b2 * two_450 * soil->pga[i];
        double site = soil->linear[i] < 0.0 ? soft : -ln_hard * sh->hard[i];
        mean[i] += site - at_450 + offset;
    }
}

#endif
