/* Hong, H. P. and Goda, K. (2007). Orientation-dependent ground-motion measure for seismic-hazard
 * assessment. Bull. Seism. Soc. Am. 97(5), 1525-1538. doi:10.1785/0120060194
 *
 * Equations 14 and 15 for the greatest motion over all orientations, with the site amplification of
 * Atkinson and Boore (2006), equations 7 and 8. Quirk of the reference, kept: vs30 of exactly 180
 * m/s has no non-linear amplification. */
#include "gmm/gmm.h"
#include "hong_goda_2007.tab.h"
#include "hong_goda_2007_site.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(hong_goda_2007, HONG_GODA_2007);
static const kr_gmm_table site_table = KR_GMM_TABLE(hong_goda_2007_site, HONG_GODA_2007_SITE);

typedef struct state {
    double *site; /* rows of the measures */
    double pga[HONG_GODA_2007_NCOL];
} state;

/* What all measures share. */
typedef struct shared {
    double linear[KR_GMM_BATCH];                 /* times blin: ln(vs30 / 760) */
    double one[KR_GMM_BATCH], two[KR_GMM_BATCH]; /* times b1 and b2: equations 8a to 8d */
    double rock[KR_GMM_BATCH];                   /* ln(max(PGA on rock, 60) / 100), cm/s^2 */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    return kr_gmm_rows(ctx, gmm, &site_table, &st->site);
}

static void fill(shared *sh, size_t n, const double *pga_row, const kr_gmm_batch *batch)
{
    const hong_goda_2007_row c = hong_goda_2007_load(pga_row);
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double ln_unit = 2.2830607269796044;     /* ln(980.665 / 100) */
    const double ln_least = -0.5108256237659907;   /* ln(60 / 100), and ln(180 / 300) */
    const double ln_300_760 = -0.9295359586241757; /* ln(300 / 760) */
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_pga =
            c.b1 + c.b2 * (mag[i] - 7.0) + 0.5 * c.b4 * log(rjb[i] * rjb[i] + c.h * c.h) + ln_unit;
        double v = vs30[i], linear = log(v / 760.0);
        double share = (linear - ln_300_760) / ln_least; /* ln(v / 300) / ln(180 / 300) */
        double one = v > 180.0 ? share : 0.0, two = v > 180.0 ? 1.0 - share : 0.0;
        one = v < 180.0 ? 1.0 : one;
        double stiff = v < 760.0 ? linear / ln_300_760 : 0.0;
        sh->one[i] = v <= 300.0 ? one : 0.0;
        sh->two[i] = v <= 300.0 ? two : stiff;
        sh->linear[i] = linear;
        sh->rock[i] = ln_pga > ln_least ? ln_pga : ln_least;
    }
}

static void eval_mean(const hong_goda_2007_row *row, const hong_goda_2007_site_row *site, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *restrict mean)
{
    const hong_goda_2007_row c = *row;
    const hong_goda_2007_site_row s = *site;
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rjb = batch->col[KR_COL_RJB];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = mag[i] - 7.0, ln_r = 0.5 * log(rjb[i] * rjb[i] + c.h * c.h);
        double slope = s.b1sa * sh->one[i] + s.b2sa * sh->two[i];
        mean[i] = c.b1 + c.b2 * x + c.b3 * x * x + (c.b4 + c.b5 * (mag[i] - 4.5)) * ln_r +
                  s.blin * sh->linear[i] + slope * sh->rock[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill(&sh, n, st->pga, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hong_goda_2007_row c = hong_goda_2007_load(gmm->rows + m * HONG_GODA_2007_NCOL);
        hong_goda_2007_site_row s =
            hong_goda_2007_site_load(st->site + m * HONG_GODA_2007_SITE_NCOL);
        eval_mean(&c, &s, n, batch, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigtot);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.sig1);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.sig2);
    }
}

KR_GMM(hong_goda_2007) = {
    .name = "HongGoda2007",
    .title = "Hong and Goda (2007), Bull. Seism. Soc. Am. 97(5)",
    .doi = "10.1785/0120060194",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_ROTD100,
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .own_total = true,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 200.0,
    .init = init,
    .eval = eval,
};
