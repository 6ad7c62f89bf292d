/* Cauzzi, C. and Faccioli, E. (2008). Broadband (0.05 to 20 s) prediction of displacement response
 * spectra based on worldwide digital records. J. Seismol. 12(4), 453-475.
 * doi:10.1007/s10950-008-9098-y
 *
 * Departures: distances below 15 km count as 15 km (as Ezio Faccioli told the authors of
 * OpenQuake); PGV is that of the SHARE project. ...SWISS01, 04 and 08 are adjusted to Swiss rock
 * and small magnitudes (swiss_adjustment.h); there the site is always that of vs30 = 700 m/s. */
#include "cauzzi_faccioli_2008.tab.h"
#include "cauzzi_faccioli_2008_swiss.tab.h"
#include "gmm/cauzzi_faccioli.h"
#include "gmm/gmm.h"
#include "gmm/swiss_adjustment.h"

static const kr_gmm_table table = KR_GMM_TABLE(cauzzi_faccioli_2008, CAUZZI_FACCIOLI_2008);
static const kr_gmm_table swiss_table =
    KR_GMM_TABLE(cauzzi_faccioli_2008_swiss, CAUZZI_FACCIOLI_2008_SWISS);

typedef cauzzi_faccioli_2008_row coeffs;

/* What all measures share. */
typedef struct shared {
    double lg_r[KR_GMM_BATCH]; /* common logarithm */
    cauzzi_faccioli_classes is;
} shared;

static void fill_distance(shared *sh, size_t n, const double *restrict rhypo)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->lg_r[i] = log(rhypo[i] > 15.0 ? rhypo[i] : 15.0) / ln_10;
}

/* Equation 2 with the style of equation 5. */
static void eval_mean(const coeffs *row, double ln_unit, size_t n, const double *restrict mag,
                      const shared *sh, double *restrict mean)
{
    const coeffs c = *row;
    const cauzzi_faccioli_classes *is = &sh->is;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = c.aB * is->b[i] + c.aC * is->c[i] + c.aD * is->d[i];
        double style = c.aN * is->normal[i] + c.aR * is->reverse[i] + c.aS * is->slip[i];
        double lg = c.a1 + c.a2 * mag[i] + c.a3 * sh->lg_r[i] + site + style;
        mean[i] = ln_10 * lg + ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_distance(&sh, n, batch->col[KR_COL_RHYPO]);
    cauzzi_faccioli_site(&sh.is, n, batch->col[KR_COL_VS30]);
    cauzzi_faccioli_style(&sh.is, n, batch->col[KR_COL_RAKE]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = cauzzi_faccioli_2008_load(gmm->rows + m * CAUZZI_FACCIOLI_2008_NCOL);
        eval_mean(&c, cauzzi_faccioli_ln_unit(&gmm->imts[m]), n, batch->col[KR_COL_MAG], &sh,
                  out->mean + m * out->stride);
        constant_total(out, m, n, ln_10 * c.sigma);
    }
}

static kr_status init_swiss(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &swiss_table, rows);
}

/* `factor` is the column of the factor to Swiss rock. */
static swiss_adjustment adjustment_of(const double *row, size_t factor)
{
    cauzzi_faccioli_2008_swiss_row a = cauzzi_faccioli_2008_swiss_load(row);
    return (swiss_adjustment){
        .ln_factor = log(row[factor]),
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
}

static void eval_swiss(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const double *mag = batch->col[KR_COL_MAG], *rhypo = batch->col[KR_COL_RHYPO];
    const size_t *factor = gmm->cls->variant;
    double *const *rows = gmm->state;
    double vs30[KR_GMM_BATCH];
    shared sh;

    fill_distance(&sh, n, rhypo);
    kr_gmm_fill(vs30, n, 700.0);
    cauzzi_faccioli_site(&sh.is, n, vs30);
    cauzzi_faccioli_style(&sh.is, n, batch->col[KR_COL_RAKE]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = cauzzi_faccioli_2008_load(gmm->rows + m * CAUZZI_FACCIOLI_2008_NCOL);
        swiss_adjustment adjust =
            adjustment_of(*rows + m * CAUZZI_FACCIOLI_2008_SWISS_NCOL, *factor);
        kr_gmm_out one = {kr_gmm_at(out->mean, out, m), kr_gmm_at(out->sigma, out, m),
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(&c, cauzzi_faccioli_ln_unit(&gmm->imts[m]), n, mag, &sh, one.mean);
        swiss_adjust_mean(&adjust, n, mag, rhypo, one.mean);
        swiss_adjust_sigma(&adjust, ln_10 * c.tau, n, mag, rhypo, &one);
    }
}

static const size_t swiss01 = 0, swiss04 = 1, swiss08 = 2;

#define CAUZZI_FACCIOLI                                                                            \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RHYPO) | KR_BIT(VS30), .table = &table,           \
    .mag_lo = 5.0, .mag_hi = 7.2, .dist_hi = 150.0

#define ADJUSTED(of)                                                                               \
    CAUZZI_FACCIOLI, .title = "Cauzzi and Faccioli (2008) as adjusted by Edwards and Fah (2013)",  \
                     .doi = "10.1785/0120110331", .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
                     .has_tau_phi = true, .state_size = sizeof(double *), .variant = &(of),        \
                     .init = init_swiss, .eval = eval_swiss

KR_GMM(cauzzi_faccioli_2008) = {
    CAUZZI_FACCIOLI,
    .name = "CauzziFaccioli2008",
    .title = "Cauzzi and Faccioli (2008), J. Seismol. 12(4)",
    .doi = "10.1007/s10950-008-9098-y",
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .eval = eval,
};

KR_GMM(cauzzi_faccioli_2008_swiss01) = {ADJUSTED(swiss01), .name = "CauzziFaccioli2008SWISS01"};

KR_GMM(cauzzi_faccioli_2008_swiss04) = {ADJUSTED(swiss04), .name = "CauzziFaccioli2008SWISS04"};

KR_GMM(cauzzi_faccioli_2008_swiss08) = {ADJUSTED(swiss08), .name = "CauzziFaccioli2008SWISS08"};
