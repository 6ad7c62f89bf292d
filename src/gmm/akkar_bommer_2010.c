/* Akkar, S. and Bommer, J. J. (2010). Empirical equations for the prediction of PGA, PGV, and
 * spectral accelerations in Europe, the Mediterranean region, and the Middle East. Seism. Res.
 * Lett. 81(2), 195-206. doi:10.1785/gssrl.81.2.195
 *
 * Bommer, J. J., Akkar, S. and Drouet, S. (2012). Extending ground-motion prediction equations for
 * spectral accelerations to higher response frequencies. Bull. Earthq. Eng. 10(2), 379-399.
 * doi:10.1007/s10518-011-9304-0 (coefficients to 0.05 s)
 *
 * Departures: 4 s is not in the papers; there the logarithm of the median, with the coefficients of
 * 3 s, is divided by 0.8, as OpenQuake 3.21 does it (the factor was meant for the median).
 * ...SWISS01, 04 and 08 are adjusted to Swiss rock and small magnitudes (swiss_adjustment.h); there
 * the site is always that of vs30 = 600 m/s. */
#include "akkar_bommer_2010.tab.h"
#include "akkar_bommer_2010_swiss.tab.h"
#include "gmm/gmm.h"
#include "gmm/swiss_adjustment.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(akkar_bommer_2010, AKKAR_BOMMER_2010);
static const kr_gmm_table swiss_table =
    KR_GMM_TABLE(akkar_bommer_2010_swiss, AKKAR_BOMMER_2010_SWISS);

static const double ln_g = 2.2830607269796044; /* ln(9.80665 m/s2) */

/* What all measures share: 1 or 0 for soft soil, stiff soil, normal and reverse faulting. */
typedef struct shared {
    double soft[KR_GMM_BATCH], stiff[KR_GMM_BATCH];
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH];
} shared;

static void fill_shared(shared *sh, size_t n, const double *restrict rake,
                        const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double nm = rake[i] >= -135.0 ? 1.0 : 0.0;
        double rv = rake[i] >= 45.0 ? 1.0 : 0.0;
        double stiff = vs30[i] >= 360.0 ? 1.0 : 0.0;
        sh->normal[i] = rake[i] <= -45.0 ? nm : 0.0;
        sh->reverse[i] = rake[i] <= 135.0 ? rv : 0.0;
        sh->soft[i] = vs30[i] < 360.0 ? 1.0 : 0.0;
        sh->stiff[i] = vs30[i] <= 750.0 ? stiff : 0.0;
    }
}

/* The equation of page 199, in natural logarithms; `offset` is that of the unit (cm/s2 to g). */
static void eval_mean(const akkar_bommer_2010_row *row, double offset, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *restrict mean)
{
    const akkar_bommer_2010_row c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i];
        double ln_r = 0.5 * log(rjb[i] * rjb[i] + c.b6 * c.b6);
        double source = c.b1 + c.b2 * m + c.b3 * (m * m) + c.b9 * sh->normal[i] +
                        c.b10 * sh->reverse[i] + c.b7 * sh->soft[i] + c.b8 * sh->stiff[i];
        mean[i] = source * M_LN10 + (c.b4 + c.b5 * m) * ln_r + offset;
    }
}

static void eval_means(const kr_gmm *gmm, const kr_gmm_batch *batch, const shared *sh,
                       const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        akkar_bommer_2010_row c = akkar_bommer_2010_load(gmm->rows + m * AKKAR_BOMMER_2010_NCOL);
        double *mean = out->mean + m * out->stride;
        bool velocity = gmm->imts[m].kind == KR_IMT_PGV;
        eval_mean(&c, velocity ? 0.0 : -2.0 * M_LN10 - ln_g, n, batch, sh, mean);
        for (size_t i = 0; gmm->imts[m].period == 4.0 && i < n; i++)
            mean[i] /= 0.8;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch->col[KR_COL_RAKE], batch->col[KR_COL_VS30]);
    eval_means(gmm, batch, &sh, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        akkar_bommer_2010_row c = akkar_bommer_2010_load(gmm->rows + m * AKKAR_BOMMER_2010_NCOL);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.SigmaTot * M_LN10);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau * M_LN10);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.Sigma1 * M_LN10);
    }
}

static kr_status init_swiss(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &swiss_table, rows);
}

/* `variant` is the index of the factor in a row of the table. */
static void eval_swiss(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double *const *rows = gmm->state;
    const size_t *factor = gmm->cls->variant;
    double vs30[KR_GMM_BATCH];
    shared sh;

    kr_gmm_fill(vs30, n, 600.0);
    fill_shared(&sh, n, batch->col[KR_COL_RAKE], vs30);
    eval_means(gmm, batch, &sh, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = *rows + m * AKKAR_BOMMER_2010_SWISS_NCOL;
        akkar_bommer_2010_row c = akkar_bommer_2010_load(gmm->rows + m * AKKAR_BOMMER_2010_NCOL);
        akkar_bommer_2010_swiss_row a = akkar_bommer_2010_swiss_load(row);
        swiss_adjustment adjust = {
            .ln_factor = log(row[*factor]),
            .a1 = a.a1,
            .a2 = a.a2,
            .b1 = a.b1,
            .b2 = a.b2,
            .rm = a.Rm,
            .phi_near = a.phi_11,
            .phi_far = a.phi_21,
            .phi_large = a.C2,
            .mag_small = a.Mc1,
            .mag_large = a.Mc2,
            .dist_near = a.Rc11,
            .dist_far = a.Rc21,
            .phi_mean = a.mean_phi_ss,
        };
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        swiss_adjust_mean(&adjust, n, batch->col[KR_COL_MAG], batch->col[KR_COL_RJB], one.mean);
        swiss_adjust_sigma(&adjust, c.tau * M_LN10, n, batch->col[KR_COL_MAG],
                           batch->col[KR_COL_RJB], &one);
    }
}

static const size_t factor_k01 = 0, factor_k04 = 1, factor_k08 = 2;

#define AKKAR_BOMMER_2010                                                                          \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30), .has_tau_phi = true,         \
    .table = &table, .mag_lo = 5.0, .mag_hi = 7.6, .dist_hi = 100.0

#define AKKAR_BOMMER_2010_ADJUSTED                                                                 \
    AKKAR_BOMMER_2010, .title = "Akkar and Bommer (2010) as adjusted by Edwards and Fah (2013)",   \
                       .doi = "10.1785/0120110331", .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),  \
                       .state_size = sizeof(double *), .init = init_swiss, .eval = eval_swiss

KR_GMM(akkar_bommer_2010) = {
    AKKAR_BOMMER_2010,
    .name = "AkkarBommer2010",
    .title = "Akkar and Bommer (2010), Seism. Res. Lett. 81(2)",
    .doi = "10.1785/gssrl.81.2.195",
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .eval = eval,
};

KR_GMM(akkar_bommer_2010_swiss01) = {
    AKKAR_BOMMER_2010_ADJUSTED,
    .name = "AkkarBommer2010SWISS01",
    .variant = &factor_k01,
};

KR_GMM(akkar_bommer_2010_swiss04) = {
    AKKAR_BOMMER_2010_ADJUSTED,
    .name = "AkkarBommer2010SWISS04",
    .variant = &factor_k04,
};

KR_GMM(akkar_bommer_2010_swiss08) = {
    AKKAR_BOMMER_2010_ADJUSTED,
    .name = "AkkarBommer2010SWISS08",
    .variant = &factor_k08,
};
