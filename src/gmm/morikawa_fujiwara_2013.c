/* Morikawa, N. and Fujiwara, H. (2013). A new ground motion prediction equation for Japan
 * applicable up to M9 mega-earthquake. J. Disaster Res. 8(5), 878-888. doi:10.20965/jdr.2013.p0878
 *
 * Model 1. Departures, all as in OpenQuake 3.21: the logarithm of every measure, PGV and JMA
 * intensity too, is made as if it were cm/s2 taken to g. ...NE and ...SW have the anomaly of the
 * fore-arc (xvf), ...SubSlabSW the Philippine Sea plate's factor above 80 km, too. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "morikawa_fujiwara_2013.tab.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(morikawa_fujiwara_2013, MORIKAWA_FUJIWARA_2013);

static const double mag_max = 8.2, mag_1 = 16.0, depth_ref = 300.0;

typedef enum zone { CRUST, INTERFACE, SLAB } zone;
typedef enum region { ALL, NORTH_EAST, SOUTH_WEST } region;

typedef struct variant {
    zone zone;
    region region;
} variant;

typedef struct coeffs {
    double b, c, gamma, shallow; /* of the zone and region */
    morikawa_fujiwara_2013_row row;
} coeffs;

static coeffs coeffs_of(const double *values, const variant *v)
{
    coeffs c = {.row = morikawa_fujiwara_2013_load(values)};
    c.b = v->zone == CRUST ? c.row.b1 : v->zone == INTERFACE ? c.row.b2 : c.row.b3;
    c.c = v->zone == CRUST ? c.row.c1 : v->zone == INTERFACE ? c.row.c2 : c.row.c3;
    if (v->region != ALL)
        c.gamma = v->region == NORTH_EAST ? c.row.gNE : c.row.gEW;
    if (v->region == SOUTH_WEST && v->zone == SLAB)
        c.shallow = c.row.PH;
    return c;
}

/* What all measures share. */
typedef struct shared {
    double square[KR_GMM_BATCH], growth[KR_GMM_BATCH]; /* of magnitude */
    double arc[KR_GMM_BATCH];                          /* min(xvf, 75) max(depth - 30, 0) */
    double shallow[KR_GMM_BATCH];                      /* 1 above 80 km */
} shared;

static void fill_shared(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict xvf = batch->col[KR_COL_XVF];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] < mag_max ? mag[i] : mag_max;
        double below = depth[i] > 30.0 ? depth[i] - 30.0 : 0.0;
        sh->square[i] = (m - mag_1) * (m - mag_1);
        sh->growth[i] = exp(0.5 * ln_10 * m);
        sh->arc[i] = (xvf[i] < 75.0 ? xvf[i] : 75.0) * below;
        sh->shallow[i] = depth[i] < 80.0 ? 1.0 : 0.0;
    }
}

static void eval_mean(const coeffs *k, size_t n, const kr_gmm_batch *batch, const shared *sh,
                      double *restrict mean)
{
    const coeffs z = *k;
    const morikawa_fujiwara_2013_row c = z.row;
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt4 = batch->col[KR_COL_Z1PT4];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double deep = z1pt4[i] > c.Dlmin ? z1pt4[i] : c.Dlmin;
        double stiff = vs30[i] < c.Vsmax ? vs30[i] : c.Vsmax;
        double ln_site = c.pd * log(deep / depth_ref) + c.ps * log(stiff / c.V0);
        double linear = c.a * sh->square[i] + z.b * rrup[i] + z.c + z.gamma * sh->arc[i] +
                        z.shallow * sh->shallow[i];
        double ln_r = log(rrup[i] + c.d * sh->growth[i]);
        mean[i] = ln_10 * linear - ln_r + ln_site + ln_cm_s2_to_g;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(&sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = coeffs_of(gmm->rows + m * MORIKAWA_FUJIWARA_2013_NCOL, gmm->cls->variant);
        eval_mean(&c, n, batch, &sh, out->mean + m * out->stride);
        constant_total(out, m, n, ln_10 * c.row.sigma);
    }
}

static const variant crust = {CRUST, ALL};
static const variant inter = {INTERFACE, ALL}, inter_ne = {INTERFACE, NORTH_EAST},
                     inter_sw = {INTERFACE, SOUTH_WEST};
static const variant slab = {SLAB, ALL}, slab_ne = {SLAB, NORTH_EAST}, slab_sw = {SLAB, SOUTH_WEST};

#define MORIKAWA_FUJIWARA(of, trt_)                                                                \
    .title = "Morikawa and Fujiwara (2013), J. Disaster Res. 8(5)",                                \
    .doi = "10.20965/jdr.2013.p0878", .trt = (trt_), .component = KR_COMPONENT_AVERAGE_HORIZONTAL, \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(Z1PT4) |      \
             KR_BIT(XVF),                                                                          \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA) | KR_IMT_BIT(JMA),              \
    .table = &table, .variant = &(of), .mag_lo = 5.5, .mag_hi = 9.0, .dist_hi = 200.0,             \
    .eval = eval

KR_GMM(morikawa_fujiwara_2013_crustal) = {
    MORIKAWA_FUJIWARA(crust, "Active Shallow Crust"),
    .name = "MorikawaFujiwara2013Crustal",
};

KR_GMM(morikawa_fujiwara_2013_inter) = {
    MORIKAWA_FUJIWARA(inter, "Subduction Interface"),
    .name = "MorikawaFujiwara2013SubInterface",
};

KR_GMM(morikawa_fujiwara_2013_inter_ne) = {
    MORIKAWA_FUJIWARA(inter_ne, "Subduction Interface"),
    .name = "MorikawaFujiwara2013SubInterfaceNE",
};

KR_GMM(morikawa_fujiwara_2013_inter_sw) = {
    MORIKAWA_FUJIWARA(inter_sw, "Subduction Interface"),
    .name = "MorikawaFujiwara2013SubInterfaceSW",
};

KR_GMM(morikawa_fujiwara_2013_slab) = {
    MORIKAWA_FUJIWARA(slab, "Subduction IntraSlab"),
    .name = "MorikawaFujiwara2013SubSlab",
};

KR_GMM(morikawa_fujiwara_2013_slab_ne) = {
    MORIKAWA_FUJIWARA(slab_ne, "Subduction IntraSlab"),
    .name = "MorikawaFujiwara2013SubSlabNE",
};

KR_GMM(morikawa_fujiwara_2013_slab_sw) = {
    MORIKAWA_FUJIWARA(slab_sw, "Subduction IntraSlab"),
    .name = "MorikawaFujiwara2013SubSlabSW",
};
