/* Lin, P.-S. and Lee, C.-T. (2008). Ground-motion attenuation relationships for subduction-zone
 * earthquakes in northeastern Taiwan. Bull. Seism. Soc. Am. 98(1), 220-240. doi:10.1785/0120060002
 *
 * Departures: sites with vs30 from 360 m/s on are rock; the constant of slab events (C7) is the
 * same for all periods. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "lin_lee_2008_rock.tab.h"
#include "lin_lee_2008_soil.tab.h"
#include "num/vmath.h"

_Static_assert((int)LIN_LEE_2008_ROCK_NCOL == (int)LIN_LEE_2008_SOIL_NCOL, "the same columns");

static const kr_gmm_table rock_table = KR_GMM_TABLE(lin_lee_2008_rock, LIN_LEE_2008_ROCK);
static const kr_gmm_table soil_table = KR_GMM_TABLE(lin_lee_2008_soil, LIN_LEE_2008_SOIL);

typedef lin_lee_2008_rock_row coeffs;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    double **soil = gmm->state;
    return kr_gmm_rows(ctx, gmm, &soil_table, soil);
}

/* Equation 10 or 11. */
static void eval_one(const coeffs *row, double slab, size_t n, const kr_gmm_batch *batch,
                     double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = c.C1 + slab + c.C2 * mag[i] + c.C6 * depth[i] +
                  c.C3 * log(rhypo[i] + c.C4 * exp(c.C5 * mag[i]));
}

/* `variant`: true for slab. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    double *const *soil = gmm->state;
    const bool *slab = gmm->cls->variant;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    size_t n = kr_gmm_padded(batch->n);
    double other[KR_GMM_BATCH];

    for (size_t m = 0; m < gmm->nimts; m++) {
        const coeffs c = lin_lee_2008_rock_load(gmm->rows + m * LIN_LEE_2008_ROCK_NCOL);
        const coeffs d = lin_lee_2008_rock_load(*soil + m * LIN_LEE_2008_ROCK_NCOL);
        double *restrict mean = out->mean + m * out->stride;
        double *restrict sigma = out->sigma + m * out->stride;
        eval_one(&c, *slab ? 0.275 : 0.0, n, batch, mean);
        eval_one(&d, *slab ? 0.31 : 0.0, n, batch, other);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            mean[i] = vs30[i] >= 360.0 ? mean[i] : other[i];
            sigma[i] = vs30[i] >= 360.0 ? c.sigma : d.sigma;
        }
    }
}

static const bool interface = false, slab = true;

#define LIN_LEE                                                                                    \
    .title = "Lin and Lee (2008), Bull. Seism. Soc. Am. 98(1)", .doi = "10.1785/0120060002",       \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RHYPO) | KR_BIT(VS30),                      \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .table = &rock_table,                            \
    .state_size = sizeof(double *), .mag_lo = 4.0, .mag_hi = 8.1, .dist_hi = 300.0, .init = init,  \
    .eval = eval

KR_GMM(lin_lee_2008_sinter) = {
    LIN_LEE,
    .name = "LinLee2008SInter",
    .trt = "Subduction Interface",
    .variant = &interface,
};

KR_GMM(lin_lee_2008_sslab) = {
    LIN_LEE,
    .name = "LinLee2008SSlab",
    .trt = "Subduction IntraSlab",
    .variant = &slab,
};
