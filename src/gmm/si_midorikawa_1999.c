/* Si, H. and Midorikawa, S. (1999). New attenuation relationships for peak ground acceleration and
 * velocity considering effects of fault type and site condition. J. Struct. Constr. Eng. AIJ 523,
 * 63-70. As in: National Research Institute for Earth Science and Disaster Prevention (2009).
 * Technical reports on national seismic hazard maps for Japan, section 3.5 (no DOI).
 *
 * Departures: OpenQuake refuses sites with another vs30 than 400, 600 or 800 m/s; here the factors
 * between these go with the logarithm of vs30 and are constant beyond. As in OpenQuake sigma of
 * subduction earthquakes, which falls with PGV above 25 cm/s, has for PGA that of weak motion: PGA
 * in g is compared with 25. */
#include "gmm/gmm.h"
#include "gmm/gmm_japan_fronts.h"
#include "num/vmath.h"

typedef enum correction { NONE, NORTH_EAST, SOUTH_WEST } correction;

typedef struct variant {
    bool crust;
    double d_pgv, d_pga; /* of the type of fault */
    correction correction;
} variant;

/* Equation 3.5.1-1 for one measure, log10 of cm/s and cm/s2, and its corrections. */
typedef struct coefficients {
    double a, h, constant, near, by_km, unit;
    double trench_a, trench_b, trench_slope, trench_km; /* 3.5.2-1 */
    double front_km, front;                             /* 3.5.2-2 */
} coefficients;

static const coefficients pgv = {.a = 0.58,
                                 .h = 0.0038,
                                 .constant = -1.29,
                                 .near = 0.0028,
                                 .by_km = 0.002,
                                 .trench_a = -0.012,
                                 .trench_b = 2.064,
                                 .trench_slope = 9.905e-3,
                                 .trench_km = -4.021e-5,
                                 .front_km = 4.28e-5,
                                 .front = 3.21e-3};
static const coefficients pga = {.a = 0.5,
                                 .h = 0.0043,
                                 .constant = 0.61,
                                 .near = 0.0055,
                                 .by_km = 0.003,
                                 .unit = 980.665,
                                 .trench_a = 0.13,
                                 .trench_b = 3.2,
                                 .trench_slope = 2.0e-2,
                                 .trench_km = -8.1e-5,
                                 .front_km = 7.06e-5,
                                 .front = 5.30e-3};

/* Columns, and what all measures share. */
typedef struct shared {
    const double *mag, *depth, *rrup;
    double site[KR_GMM_BATCH];  /* ln of the factor of vs30 */
    double front[KR_GMM_BATCH]; /* km from the line of the correction */
} shared;

/* From 600 to 400 m/s PGV grows by 1.41; to 800 m/s it falls by 1.25. */
static void fill_site(shared *sh, size_t n, const double *restrict vs30)
{
    const double at_400 = log(1.41), at_800 = -log(1.25);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = log(vs30[i] / 600.0) / log(400.0 / 600.0);
        double hard = log(vs30[i] / 600.0) / log(800.0 / 600.0);
        soft = soft > 0.0 ? soft : 0.0;
        soft = soft < 1.0 ? soft : 1.0;
        hard = hard > 0.0 ? hard : 0.0;
        hard = hard < 1.0 ? hard : 1.0;
        sh->site[i] = soft * at_400 + hard * at_800;
    }
}

/* Mean (log10, without the site) and sigma. */
static void eval_base(const variant *v, const coefficients *coeffs, double d, size_t n,
                      const shared *sh, double *restrict mean, double *restrict sigma)
{
    const coefficients c = *coeffs;
    const double unit = c.unit > 0.0 ? log10(c.unit) : 0.0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i] < 8.3 ? sh->mag[i] : 8.3, r = sh->rrup[i];
        mean[i] = c.a * m + c.h * sh->depth[i] + d + c.constant -
                  log10(r + c.near * exp(0.5 * M_LN10 * m)) - c.by_km * r - unit;
    }
    if (v->crust) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double x = log(sh->rrup[i] / 20.0) / log(30.0 / 20.0);
            x = x > 0.0 ? x : 0.0;
            x = x < 1.0 ? x : 1.0;
            sigma[i] = M_LN10 * (0.23 - 0.03 * x);
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = (exp(M_LN10 * mean[i]) - 25.0) / 25.0;
        x = x > 0.0 ? x : 0.0;
        x = x < 1.0 ? x : 1.0;
        sigma[i] = M_LN10 * (0.2 - 0.05 * x);
    }
}

/* To ln, with the site. */
static void finish(size_t n, const shared *sh, double *restrict mean)
{
    for (size_t i = 0; i < n; i++)
        mean[i] = mean[i] * M_LN10 + sh->site[i];
}

/* Equation 3.5.2-1: deep earthquakes near the trench, and long distances. */
static void correct_north_east(const coefficients *coeffs, size_t n, const shared *sh,
                               double *restrict mean)
{
    const coefficients c = *coeffs;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double far = c.trench_a + c.trench_b * log10(sh->rrup[i] / 300.0);
        double deep = sh->depth[i] > 30.0 ? sh->depth[i] - 30.0 : 0.0;
        far = far > 0.0 ? far : 0.0;
        mean[i] += M_LN10 * (far + (c.trench_km * fabs(sh->front[i]) + c.trench_slope) * deep);
    }
}

/* Equation 3.5.2-2. */
static void correct_south_west(const coefficients *coeffs, size_t n, const shared *sh,
                               double *restrict mean)
{
    const coefficients c = *coeffs;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double by_km = sh->front[i] <= 75.0 ? c.front_km * sh->front[i] : c.front;
        mean[i] += M_LN10 * by_km * (sh->depth[i] - 30.0);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    shared sh = {
        batch->col[KR_COL_MAG], batch->col[KR_COL_HYPO_DEPTH], batch->col[KR_COL_RRUP], {0}, {0}};

    fill_site(&sh, n, batch->col[KR_COL_VS30]);
    if (v->correction != NONE)
        kr_japan_front_km(v->correction == NORTH_EAST ? KR_JAPAN_TRENCH : KR_JAPAN_VOLCANIC_FRONT,
                          n, batch->col[KR_COL_LON], batch->col[KR_COL_LAT], sh.front);
    for (size_t m = 0; m < gmm->nimts; m++) {
        bool velocity = gmm->imts[m].kind == KR_IMT_PGV;
        const coefficients *c = velocity ? &pgv : &pga;
        double *mean = kr_gmm_at(out->mean, out, m);
        eval_base(v, c, velocity ? v->d_pgv : v->d_pga, n, &sh, mean,
                  kr_gmm_at(out->sigma, out, m));
        finish(n, &sh, mean);
        if (v->correction == NORTH_EAST)
            correct_north_east(c, n, &sh, mean);
        else if (v->correction == SOUTH_WEST)
            correct_south_west(c, n, &sh, mean);
    }
}

static const variant crust = {.crust = true};
static const variant inter = {.d_pgv = -0.02, .d_pga = 0.01};
static const variant inter_ne = {.d_pgv = -0.02, .d_pga = 0.01, .correction = NORTH_EAST};
static const variant inter_sw = {.d_pgv = -0.02, .d_pga = 0.01, .correction = SOUTH_WEST};
static const variant slab = {.d_pgv = 0.12, .d_pga = 0.22};
static const variant slab_ne = {.d_pgv = 0.12, .d_pga = 0.22, .correction = NORTH_EAST};
static const variant slab_sw = {.d_pgv = 0.12, .d_pga = 0.22, .correction = SOUTH_WEST};

#define NEEDS (KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30))
#define PLACE (KR_BIT(LON) | KR_BIT(LAT))

#define SI_MIDORIKAWA_1999                                                                         \
    .title = "Si and Midorikawa (1999), J. Struct. Constr. Eng. AIJ 523, no DOI",                  \
    .component = KR_COMPONENT_GREATER_OF_TWO, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV),       \
    .mag_lo = 5.8, .mag_hi = 8.3, .dist_hi = 300.0, .eval = eval

KR_GMM(si_midorikawa_1999_asc) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999Asc",
    .trt = "Active Shallow Crust",
    .needs = NEEDS,
    .variant = &crust,
};

KR_GMM(si_midorikawa_1999_sinter) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999SInter",
    .trt = "Subduction Interface",
    .needs = NEEDS,
    .variant = &inter,
};

KR_GMM(si_midorikawa_1999_sinter_ne) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999SInterNorthEastCorrection",
    .trt = "Subduction Interface",
    .needs = NEEDS | PLACE,
    .variant = &inter_ne,
};

KR_GMM(si_midorikawa_1999_sinter_sw) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999SInterSouthWestCorrection",
    .trt = "Subduction Interface",
    .needs = NEEDS | PLACE,
    .variant = &inter_sw,
};

KR_GMM(si_midorikawa_1999_sslab) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999SSlab",
    .trt = "Subduction IntraSlab",
    .needs = NEEDS,
    .variant = &slab,
};

KR_GMM(si_midorikawa_1999_sslab_ne) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999SSlabNorthEastCorrection",
    .trt = "Subduction IntraSlab",
    .needs = NEEDS | PLACE,
    .variant = &slab_ne,
};

KR_GMM(si_midorikawa_1999_sslab_sw) = {
    SI_MIDORIKAWA_1999,
    .name = "SiMidorikawa1999SSlabSouthWestCorrection",
    .trt = "Subduction IntraSlab",
    .needs = NEEDS | PLACE,
    .variant = &slab_sw,
};
