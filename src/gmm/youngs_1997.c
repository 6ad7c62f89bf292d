/* Youngs, R. R., Chiou, S.-J., Silva, W. J. and Humphrey, J. R. (1997). Strong ground motion
 * attenuation relationships for subduction zone earthquakes. Seism. Res. Lett. 68(1), 58-73.
 * doi:10.1785/gssrl.68.1.58
 *
 * Departures: sites with vs30 of 760 m/s and more are rock, all others soil. 4 s is not in the
 * paper for rock; there the logarithm of the median, with the coefficients of 3 s, is divided by
 * 0.399, as OpenQuake 3.21 does it (the factor was meant for the median). ...SInterNSHMP2008 has
 * the depth of 20 km for all events. ...GSCSSlab... are those of the Canadian maps of 2010: 1.162
 * times the median for firm ground, and 0.7 up and down. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "youngs_1997_rock.tab.h"
#include "youngs_1997_soil.tab.h"

_Static_assert((int)YOUNGS_1997_ROCK_NCOL == (int)YOUNGS_1997_SOIL_NCOL, "the same columns");

static const kr_gmm_table rock_table = KR_GMM_TABLE(youngs_1997_rock, YOUNGS_1997_ROCK);
static const kr_gmm_table soil_table = KR_GMM_TABLE(youngs_1997_soil, YOUNGS_1997_SOIL);

static const double rock_vs30 = 760.0, sigma_mag = 8.0;

typedef struct variant {
    double slab;  /* 1 within the slab, 0 at the interface */
    double shift; /* of the logarithm of the median */
    double depth; /* km, of all events; 0: each its own */
} variant;

typedef struct state {
    double *soil; /* rows of the table of soil */
} state;

/* What all measures share. */
typedef struct shared {
    double source[KR_GMM_BATCH]; /* terms of table 2 that have no period */
    double above[KR_GMM_BATCH];  /* (10 - M)^3 */
    double ln_r[KR_GMM_BATCH];   /* of distance and saturation */
    double mag[KR_GMM_BATCH];    /* at most 8, for sigma */
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    return kr_gmm_rows(ctx, gmm, &soil_table, &st->soil);
}

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch, double slab,
                        const double *restrict depth)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double slab_rock = 0.3846 * slab, slab_soil = 0.3643 * slab;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        bool on_rock = vs30[i] >= rock_vs30;
        double m = mag[i], d = 10.0 - m;
        double factor = on_rock ? 1.7818 : 1.097, rate = on_rock ? 0.554 : 0.617;
        double rock = 0.2418 + slab_rock + 1.414 * m + 0.00607 * depth[i];
        double soil = -0.6687 + slab_soil + 1.438 * m + 0.00648 * depth[i];
        sh->source[i] = on_rock ? rock : soil;
        sh->above[i] = d * d * d;
        sh->ln_r[i] = log(rrup[i] + factor * exp(rate * m));
        sh->mag[i] = m < sigma_mag ? m : sigma_mag;
    }
}

static void eval_one(const double *rock_row, const double *soil_row, double rock_divisor,
                     double shift, size_t n, const double *restrict vs30, const shared *sh,
                     double *restrict mean, double *restrict sigma)
{
    const youngs_1997_rock_row r = youngs_1997_rock_load(rock_row);
    const youngs_1997_soil_row s = youngs_1997_soil_load(soil_row);
    const double rock_factor = 1.0 / rock_divisor;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        bool on_rock = vs30[i] >= rock_vs30;
        double rock = r.C1 + r.C2 * sh->above[i] + r.C3 * sh->ln_r[i] + sh->source[i];
        double soil = s.C1 + s.C2 * sh->above[i] + s.C3 * sh->ln_r[i] + sh->source[i];
        double rock_sigma = r.C4 + r.C5 * sh->mag[i], soil_sigma = s.C4 + s.C5 * sh->mag[i];
        mean[i] = (on_rock ? rock * rock_factor : soil) + shift;
        sigma[i] = on_rock ? rock_sigma : soil_sigma;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double depth[KR_GMM_BATCH];
    shared sh;

    kr_gmm_fill(depth, n, v->depth);
    fill_shared(&sh, n, batch, v->slab, v->depth > 0.0 ? depth : batch->col[KR_COL_HYPO_DEPTH]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double divisor = gmm->imts[m].period == 4.0 ? 0.399 : 1.0;
        eval_one(gmm->rows + m * YOUNGS_1997_ROCK_NCOL, st->soil + m * YOUNGS_1997_SOIL_NCOL,
                 divisor, v->shift, n, batch->col[KR_COL_VS30], &sh, out->mean + m * out->stride,
                 out->sigma + m * out->stride);
    }
}

#define LN_FIRM 0.1501426584297194 /* ln 1.162 */

static const variant inter = {.slab = 0.0};
static const variant inter_nshmp = {.depth = 20.0};
static const variant slab = {.slab = 1.0};
static const variant slab_best = {.slab = 1.0, .shift = LN_FIRM};
static const variant slab_upper = {.slab = 1.0, .shift = LN_FIRM + 0.7};
static const variant slab_lower = {.slab = 1.0, .shift = LN_FIRM - 0.7};

#define YOUNGS_1997                                                                                \
    .title = "Youngs, Chiou, Silva and Humphrey (1997), Seism. Res. Lett. 68(1)",                  \
    .doi = "10.1785/gssrl.68.1.58", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .table = &rock_table,                            \
    .state_size = sizeof(state), .mag_lo = 5.0, .mag_hi = 8.5, .dist_hi = 500.0, .init = init,     \
    .eval = eval
#define YOUNGS_1997_NEEDS (KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30))
#define YOUNGS_1997_SLAB                                                                           \
    YOUNGS_1997, .trt = "Subduction IntraSlab", .needs = YOUNGS_1997_NEEDS | KR_BIT(HYPO_DEPTH)

KR_GMM(youngs_1997_sinter) = {
    YOUNGS_1997,
    .name = "YoungsEtAl1997SInter",
    .trt = "Subduction Interface",
    .needs = YOUNGS_1997_NEEDS | KR_BIT(HYPO_DEPTH),
    .variant = &inter,
};

KR_GMM(youngs_1997_sinter_nshmp2008) = {
    YOUNGS_1997,
    .name = "YoungsEtAl1997SInterNSHMP2008",
    .trt = "Subduction Interface",
    .needs = YOUNGS_1997_NEEDS,
    .variant = &inter_nshmp,
};

KR_GMM(youngs_1997_sslab) = {
    YOUNGS_1997_SLAB,
    .name = "YoungsEtAl1997SSlab",
    .variant = &slab,
};

KR_GMM(youngs_1997_sslab_best) = {
    YOUNGS_1997_SLAB,
    .name = "YoungsEtAl1997GSCSSlabBest",
    .variant = &slab_best,
};

KR_GMM(youngs_1997_sslab_upper) = {
    YOUNGS_1997_SLAB,
    .name = "YoungsEtAl1997GSCSSlabUpperLimit",
    .variant = &slab_upper,
};

KR_GMM(youngs_1997_sslab_lower) = {
    YOUNGS_1997_SLAB,
    .name = "YoungsEtAl1997GSCSSlabLowerLimit",
    .variant = &slab_lower,
};
