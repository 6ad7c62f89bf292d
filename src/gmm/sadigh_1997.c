/* Sadigh, K., Chang, C.-Y., Egan, J. A., Makdisi, F. and Youngs, R. R. (1997). Attenuation
 * relationships for shallow crustal earthquakes based on California strong motion data. Seism. Res.
 * Lett. 68(1), 180-189. doi:10.1785/gssrl.68.1.180
 *
 * Departures: sites with vs30 above 750 m/s are rock, all others deep soil; magnitudes above 8.5
 * count as 8.5 in the mean; rakes from 45 to 135 degrees are reverse. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "sadigh_1997_rock.tab.h"
#include "sadigh_1997_rock_sigma.tab.h"
#include "sadigh_1997_soil.tab.h"

static const kr_gmm_table rock_table = KR_GMM_TABLE(sadigh_1997_rock, SADIGH_1997_ROCK);
static const kr_gmm_table rock_sigma_table =
    KR_GMM_TABLE(sadigh_1997_rock_sigma, SADIGH_1997_ROCK_SIGMA);
static const kr_gmm_table soil_table = KR_GMM_TABLE(sadigh_1997_soil, SADIGH_1997_SOIL);

static const double rock_vs30 = 750.0, saturation_mag = 6.5, mag_max = 8.5;
static const double ln_reverse_rock = 0.1823215567939546; /* ln 1.2, caption of table 2 */

typedef struct state {
    double *sigma, *soil; /* rows of the tables of rock sigma and of soil */
} state;

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH];     /* at most 8.5 */
    double below[KR_GMM_BATCH];   /* (8.5 - M)^2.5 */
    double ln_rock[KR_GMM_BATCH]; /* of distance and saturation, table 2 */
    double ln_far[KR_GMM_BATCH];  /* ln(R + 2) */
    double soil[KR_GMM_BATCH];    /* terms of table 4 that have no period */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    KR_TRY(kr_gmm_rows(ctx, gmm, &rock_sigma_table, &st->sigma));
    KR_TRY(kr_gmm_rows(ctx, gmm, &soil_table, &st->soil));
out:
    return s;
}

KR_GMM_INLINE double is_reverse(double rake)
{
    double from = rake >= 45.0 ? 1.0 : 0.0;
    return rake <= 135.0 ? from : 0.0;
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] < mag_max ? mag[i] : mag_max;
        double d = mag_max - m;
        double rock_exp = m <= saturation_mag ? 1.29649 + 0.250 * m : -0.48451 + 0.524 * m;
        double soil_exp = m <= saturation_mag ? 0.32 * m : 0.5882 * m;
        double soil_factor = m <= saturation_mag ? 2.1863 : 0.3825;
        double style = is_reverse(rake[i]) > 0.0 ? -1.92 : -2.17;
        sh->mag[i] = m;
        sh->below[i] = d * d * sqrt(d);
        sh->ln_rock[i] = log(rrup[i] + exp(rock_exp));
        sh->ln_far[i] = log(rrup[i] + 2.0);
        sh->soil[i] = style + m - 1.7 * log(rrup[i] + soil_factor * exp(soil_exp));
    }
}

static void eval_mean(const kr_gmm *gmm, size_t m, size_t n, const kr_gmm_batch *batch,
                      const shared *sh, double *restrict mean)
{
    const state *st = gmm->state;
    const sadigh_1997_rock_row r = sadigh_1997_rock_load(gmm->rows + m * SADIGH_1997_ROCK_NCOL);
    const sadigh_1997_soil_row s = sadigh_1997_soil_load(st->soil + m * SADIGH_1997_SOIL_NCOL);
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double mag = sh->mag[i], reverse = is_reverse(rake[i]);
        double low = r.c1_low + mag, high = r.c1_high + 1.1 * mag;
        double rock = (mag <= saturation_mag ? low : high) + r.c3 * sh->below[i] +
                      r.c4 * sh->ln_rock[i] + r.c7 * sh->ln_far[i] + ln_reverse_rock * reverse;
        double soil = sh->soil[i] + (reverse > 0.0 ? s.c6r : s.c6ss) + s.c7 * sh->below[i];
        mean[i] = vs30[i] > rock_vs30 ? rock : soil;
    }
}

/* Table 3 for rock, table 4 for soil. */
static void eval_sigma(const kr_gmm *gmm, size_t m, size_t n, const kr_gmm_batch *batch,
                       double *restrict sigma)
{
    const state *st = gmm->state;
    const sadigh_1997_rock_sigma_row r =
        sadigh_1997_rock_sigma_load(st->sigma + m * SADIGH_1997_ROCK_SIGMA_NCOL);
    const sadigh_1997_soil_row s = sadigh_1997_soil_load(st->soil + m * SADIGH_1997_SOIL_NCOL);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double with_mag = r.sigma0 + r.magfactor * mag[i];
        double rock = mag[i] > r.maxmag ? r.maxsigma : with_mag;
        double soil = s.sigma0 + s.magfactor * (mag[i] < 7.0 ? mag[i] : 7.0);
        sigma[i] = vs30[i] > rock_vs30 ? rock : soil;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        eval_mean(gmm, m, n, batch, &sh, out->mean + m * out->stride);
        eval_sigma(gmm, m, n, batch, out->sigma + m * out->stride);
    }
}

KR_GMM(sadigh_1997) = {
    .name = "SadighEtAl1997",
    .title = "Sadigh, Chang, Egan, Makdisi and Youngs (1997), Seism. Res. Lett. 68(1)",
    .doi = "10.1785/gssrl.68.1.180",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &rock_table,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.0,
    .dist_hi = 100.0,
    .init = init,
    .eval = eval,
};
