/* Boore, D. M., Stewart, J. P., Skarlatoudis, A. A., Seyhan, E., Margaris, B., Theodoulidis, N.,
 * Scordilis, E., Kalogeras, I., Klimis, N. and Melis, N. S. (2021). A ground-motion prediction
 * model for shallow crustal earthquakes in Greece. Bull. Seism. Soc. Am. 111(2), 857-874.
 * doi:10.1785/0120200270
 *
 * Departures: g is 981 cm/s2; PGA on rock, which the site's term depends on, stays in cm/s2. */
#include "boore_2020.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

typedef boore_2020_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(boore_2020, BOORE_2020);

static const double mag_ref = 4.5, ref_vs30 = 760.0;

/* What all measures share. */
typedef struct shared {
    double slip[KR_GMM_BATCH], reverse[KR_GMM_BATCH]; /* 1 or 0; normal where both are 0 */
    double ln_vs30[KR_GMM_BATCH];
    double ln_pga[KR_GMM_BATCH]; /* on rock */
    double pga[KR_GMM_BATCH];
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    (void)ctx;
    kr_gmm_row(&table, &kr_gmm_pga, gmm->state);
    return KR_OK;
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double a = fabs(rake[i]);
        double slip = a <= 30.0 ? 1.0 : 0.0, up = rake[i] > 30.0 ? 1.0 : 0.0;
        double reverse = rake[i] < 150.0 ? up : 0.0;
        slip = 180.0 - a <= 30.0 ? 1.0 : slip;
        sh->reverse[i] = reverse;
        sh->slip[i] = slip * (1.0 - reverse);
        sh->ln_vs30[i] = log(vs30[i]);
    }
}

/* Equations 2 to 4: magnitude, style and distance. */
static void eval_rock(const coeffs *row, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict out)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double dm = mag[i] - c.Mh, below = dm * (c.e4 + c.e5 * dm), above = c.e6 * dm;
        double style = c.e2 + (c.e1 - c.e2) * sh->slip[i] + (c.e3 - c.e2) * sh->reverse[i];
        double square = rjb[i] * rjb[i] + c.h * c.h;
        double path = (c.c1 + c.c2 * (mag[i] - mag_ref)) * (0.5 * log(square));
        out[i] = style + (dm <= 0.0 ? below : above) + path + c.c3 * (sqrt(square) - 1.0);
    }
}

/* Equations 5 to 8. */
static void add_site(const coeffs *row, double ln_unit, size_t n, const kr_gmm_batch *batch,
                     const shared *sh, double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double at_low = c.clin * log(c.V1 / ref_vs30), at_high = c.clin * log(c.Vc / ref_vs30);
    const double ln_ref = log(c.Vref), rock = exp(c.f5 * (ref_vs30 - 360.0));

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i] < ref_vs30 ? vs30[i] : ref_vs30;
        double linear = vs30[i] <= c.Vc ? c.clin * (sh->ln_vs30[i] - ln_ref) : at_high;
        double f2 = c.f4 * (exp(c.f5 * (v - 360.0)) - rock);
        linear = vs30[i] <= c.V1 ? at_low : linear;
        mean[i] += linear + c.f1 + f2 * log(1.0 + sh->pga[i] / c.f3) - ln_unit;
    }
}

static void eval_sigma(const coeffs *row, size_t n, const double *restrict mag,
                       const kr_gmm_out *out)
{
    const coeffs c = *row;
    const double slope = (c.tau2 - c.tau1) / (c.Mtau2 - c.Mtau1);
    double *restrict sigma = out->sigma;
    double tau[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double t = c.tau1 + slope * (mag[i] - c.Mtau1);
        t = mag[i] <= c.Mtau1 ? c.tau1 : t;
        tau[i] = mag[i] >= c.Mtau2 ? c.tau2 : t;
        sigma[i] = sqrt(tau[i] * tau[i] + c.phi * c.phi);
    }
    for (size_t i = 0; out->tau && i < n; i++)
        out->tau[i] = tau[i];
    kr_gmm_fill(out->phi, n, c.phi);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const coeffs pga = boore_2020_load(gmm->state);
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    eval_rock(&pga, n, batch, &sh, sh.ln_pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh.pga[i] = exp(sh.ln_pga[i]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = boore_2020_load(gmm->rows + m * BOORE_2020_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : log(981.0);
        eval_rock(&c, n, batch, &sh, one.mean);
        add_site(&c, ln_unit, n, batch, &sh, one.mean);
        eval_sigma(&c, n, batch->col[KR_COL_MAG], &one);
    }
}

KR_GMM(boore_2020) = {
    .name = "BooreEtAl2020",
    .title = "Boore, Stewart, Skarlatoudis, Seyhan, Margaris and others (2021), BSSA 111(2)",
    .doi = "10.1785/0120200270",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .table = &table,
    .state_size = sizeof(double[BOORE_2020_NCOL]),
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
};
