/* Akkar, S. and Cagnan, Z. (2010). A local ground-motion predictive model for Turkey, and its
 * comparison with other regional and global ground-motion models. Bull. Seism. Soc. Am. 100(6),
 * 2978-2995 (no DOI noted).
 *
 * The site is that of Boore and Atkinson (2008). Departures: none. */
#include "akkar_cagnan_2010.tab.h"
#include "boore_atkinson_site.tab.h"
#include "gmm/boore_atkinson_site.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(akkar_cagnan_2010, AKKAR_CAGNAN_2010);
static const kr_gmm_table site_table = KR_GMM_TABLE(boore_atkinson_site, BOORE_ATKINSON_SITE);

static const double c1 = 6.5;

typedef struct state {
    double pga[AKKAR_CAGNAN_2010_NCOL];
    double *site; /* rows of the site table */
} state;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    return kr_gmm_rows(ctx, gmm, &site_table, &st->site);
}

/* Equation 1: rock. */
static void eval_rock(const double *row, size_t n, const kr_gmm_batch *batch, double ln_unit,
                      double *restrict mean)
{
    const akkar_cagnan_2010_row c = akkar_cagnan_2010_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = mag[i] - c1, missing = 8.5 - mag[i];
        double nm = rake[i] > -135.0 ? c.a8 : 0.0, rv = rake[i] > 45.0 ? c.a9 : 0.0;
        double style = (rake[i] < -45.0 ? nm : 0.0) + (rake[i] < 135.0 ? rv : 0.0);
        double source = c.a1 + (mag[i] <= c1 ? c.a2 : c.a3) * over + c.a4 * (missing * missing);
        double ln_r = 0.5 * log(rjb[i] * rjb[i] + c.a7 * c.a7);
        mean[i] = source + (c.a5 + c.a6 * over) * ln_r + style + ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double ln_pga[KR_GMM_BATCH];
    boore_atkinson_site site;

    eval_rock(st->pga, n, batch, ln_cm_s2_to_g, ln_pga);
    boore_atkinson_site_fill(&site, n, batch->col[KR_COL_VS30]);
    boore_atkinson_site_fill_pga(&site, n, ln_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * AKKAR_CAGNAN_2010_NCOL;
        const akkar_cagnan_2010_row c = akkar_cagnan_2010_load(row);
        double *mean = out->mean + m * out->stride;
        eval_rock(row, n, batch, gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_cm_s2_to_g, mean);
        boore_atkinson_site_add(st->site + m * BOORE_ATKINSON_SITE_NCOL, n, &site, mean);
        constant_sigma(out, m, n, c.tau, c.sigma);
    }
}

KR_GMM(akkar_cagnan_2010) = {
    .name = "AkkarCagnan2010",
    .title = "Akkar and Cagnan (2010), Bull. Seism. Soc. Am. 100(6), no DOI noted",

    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 4.5,
    .mag_hi = 7.6,
    .dist_hi = 200.0,
    .init = init,
    .eval = eval,
};
