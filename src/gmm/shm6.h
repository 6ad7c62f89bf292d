/* What the models of Canada's sixth seismic hazard model share.
 *
 * Kolaj, M., Halchuk, S., Adams, J. and Allen, T. I. (2020). Sixth generation seismic hazard model
 * of Canada: input files to produce values proposed for the 2020 National Building Code of Canada.
 * Geological Survey of Canada, Open File 8630. doi:10.4095/327322
 *
 * They are models of others with other site terms on hard rock, for periods from 0.05 to 10 s, to
 * which those of fewer periods are extended with the ratios of another model. A model here
 * evaluates the one it comes from and adds what is different. */
#ifndef KR_GMM_SHM6_H
#define KR_GMM_SHM6_H

#include "gmm/gmm.h"
#include "num/vmath.h"
#include "shm6_hard_rock.tab.h"

#include <stdio.h>
#include <string.h>

static const kr_gmm_table shm6_rock_factors = KR_GMM_TABLE(shm6_hard_rock, SHM6_HARD_ROCK);

#define SHM6                                                                                       \
    .title = "Kolaj et al. (2020), Geological Survey of Canada, Open File 8630",                   \
    .doi = "10.4095/327322", .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA)

static const double shm6_period_min = 0.05, shm6_period_max = 10.0;

static inline kr_status shm6_check_periods(kr_ctx *ctx, const kr_gmm *gmm)
{
    for (size_t m = 0; m < gmm->nimts; m++) {
        const kr_imt *imt = &gmm->imts[m];
        if (imt->kind == KR_IMT_SA &&
            !(imt->period >= shm6_period_min && imt->period <= shm6_period_max))
            return kr_gmm_fail(ctx, gmm,
                               "%s is out of the period range defined for %s (0.05 to 10.0 s)",
                               imt->name, gmm->cls->name);
    }
    return KR_OK;
}

/* ln PGV as a line of ln SA at a period. */
typedef struct shm6_velocity {
    double period, constant, slope;
} shm6_velocity;

#define SHM6_SLAB_VELOCITY                                                                         \
    {                                                                                              \
        0.5, 3.937, 0.995                                                                          \
    }
#define SHM6_INTERFACE_VELOCITY                                                                    \
    {                                                                                              \
        1.92, 4.835, 0.897                                                                         \
    }

static inline kr_imt shm6_spectral(double period)
{
    kr_imt imt = {.kind = KR_IMT_SA, .period = period, .damping = 5.0};
    snprintf(imt.name, sizeof imt.name, "SA(%g)", period);
    return imt;
}

/* The measure that is computed for one: spectral acceleration for PGV. */
static inline kr_imt shm6_stand_in(const shm6_velocity *v, const kr_imt *imt)
{
    return imt->kind == KR_IMT_PGV ? shm6_spectral(v->period) : *imt;
}

static inline void shm6_to_velocity(const shm6_velocity *v, size_t n, double *restrict mean)
{
    for (size_t i = 0; i < n; i++)
        mean[i] = v->slope * mean[i] + v->constant;
}

/* An instance of another model, without arguments; its needs are not those of `gmm`. */
static inline kr_status shm6_other(kr_ctx *ctx, kr_gmm *gmm, const char *name, const kr_imt *imts,
                                   size_t nimts, const kr_gmm **out)
{
    const kr_columns needs = gmm->needs;
    kr_gmm_inner_spec spec = {.name = name, .imts = imts, .nimts = nimts};
    kr_status s = kr_gmm_inner(ctx, gmm, &spec, out);
    gmm->needs = needs;
    return s;
}

/* What all measures share of the sites. */
typedef struct shm6_sites {
    double ln_vs30[KR_GMM_BATCH]; /* ln(vs30 / 760) */
    double hard[KR_GMM_BATCH];    /* 1 above 1100 m/s, otherwise 0 */
    double share[KR_GMM_BATCH];   /* of ln(vs30) between 1100 and 2000 m/s; 0 below, 1 above */
} shm6_sites;

static inline void shm6_fill(shm6_sites *sites, size_t n, const double *restrict vs30)
{
    const double ln_1100_2000 = 0.5978370007556204; /* ln(2000 / 1100) */
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = log(vs30[i] / 1100.0) / ln_1100_2000;
        sites->ln_vs30[i] = log(vs30[i] / 760.0);
        sites->hard[i] = vs30[i] > 1100.0 ? 1.0 : 0.0;
        x = x > 0.0 ? x : 0.0;
        sites->share[i] = x < 1.0 ? x : 1.0;
    }
}

/* The ln of a model's site factor on hard rock: `slope` per ln(vs30 / 760), constant above `cap`.
 */
typedef struct shm6_rock {
    double slope, cap;
    double extra; /* to add */
    bool kept;    /* the model's own factor stays */
    bool flat;    /* the factor at 1100 m/s is that of all hard rock */
} shm6_rock;

/* ln of the factor of Atkinson and Adams (2013) at 2000 m/s relative to 760 m/s. */
static inline double shm6_factor(const kr_imt *imt)
{
    double factor[SHM6_HARD_ROCK_NCOL] = {1.0};
    kr_gmm_row(&shm6_rock_factors, imt, factor);
    return -log(factor[0]);
}

/* Above 1100 m/s the factor goes to the larger of the model's and that of Atkinson and Adams (2013)
 * at 2000 m/s, but at most that at 1100 m/s. */
static inline void shm6_add_rock(const shm6_rock *rock, const kr_imt *imt, size_t n,
                                 const shm6_sites *sites, double *restrict mean)
{
    const double ln_1100 = 0.3697470255060852, ln_2000 = 0.9675840262617057; /* over 760 m/s */
    const shm6_rock r = *rock;
    const double from = r.slope * fmin(ln_1100, r.cap), to = r.slope * fmin(ln_2000, r.cap);
    const double change = r.flat ? 0.0 : fmin(from, fmax(to, shm6_factor(imt))) - from;
    const double own = r.kept ? 0.0 : r.slope;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_v = sites->ln_vs30[i] < r.cap ? sites->ln_vs30[i] : r.cap;
        double factor = from + change * sites->share[i] + r.extra;
        mean[i] += sites->hard[i] * (factor - own * ln_v);
    }
}

#endif
