/* Yu, Y., Li, S. and Xiao, L. (2013). Development of ground motion attenuation relations for the
 * new seismic hazard map of China. Technology for Earthquake Disaster Prevention 8(1), 24-33 (no
 * DOI). From moment to surface-wave magnitude: Cheng, J. et al. (2017). Relationships between
 * moment magnitude and fault parameters: theoretical and semi-empirical relationships. Seism. Geol.
 *
 * Isoseismals are ellipses: the axes of that through the site follow from its epicentral distance
 * and azimuth. OpenQuake's search for the long axis, with steps that halve from 100 km, is kept:
 * where it ends short of the axis its error is part of the numbers. Departures: a hypocentre at 15
 * km always; no standard deviation for the conversion of magnitudes. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "yu_2013_active.tab.h"
#include "yu_2013_eastern.tab.h"
#include "yu_2013_stable.tab.h"
#include "yu_2013_tibet.tab.h"

static const kr_gmm_table active = KR_GMM_TABLE(yu_2013_active, YU_2013_ACTIVE);
static const kr_gmm_table tibet = KR_GMM_TABLE(yu_2013_tibet, YU_2013_TIBET);
static const kr_gmm_table eastern = KR_GMM_TABLE(yu_2013_eastern, YU_2013_EASTERN);
static const kr_gmm_table stable = KR_GMM_TABLE(yu_2013_stable, YU_2013_STABLE);

/* All tables have the same columns. */
typedef yu_2013_active_row coefficients;
_Static_assert(sizeof(coefficients) == sizeof(yu_2013_tibet_row) &&
                   sizeof(coefficients) == sizeof(yu_2013_eastern_row) &&
                   sizeof(coefficients) == sizeof(yu_2013_stable_row),
               "columns of the four regions");

static const bool surface_wave = false, moment = true;

/* What all measures share. */
typedef struct shared {
    double ms[KR_GMM_BATCH], sin2[KR_GMM_BATCH], cos2[KR_GMM_BATCH], long_axis[KR_GMM_BATCH];
} shared;

/* One axis for one magnitude: ln y = level + c ln(r + soft). */
typedef struct axis {
    double level, c, soft;
} axis;

KR_GMM_INLINE axis long_axis_of(const coefficients *c, double ms)
{
    double a = ms > 6.5 ? c->ua : c->a, b = ms > 6.5 ? c->ub : c->b;
    return (axis){a + b * ms, c->c, c->d * exp(c->e * ms)};
}

KR_GMM_INLINE axis short_axis_of(const coefficients *c, double ms)
{
    double a = ms > 6.5 ? c->ia : c->ma, b = ms > 6.5 ? c->ib : c->mb;
    return (axis){a + b * ms, c->mc, c->md * exp(c->me * ms)};
}

/* The short semi-axis of the ellipse with this long one: the same motion at both ends. */
KR_GMM_INLINE double short_of(axis la, axis sa, double ra)
{
    return exp((la.level + la.c * log(ra + la.soft) - sa.level) / sa.c) - sa.soft;
}

static void begin(shared *sh, size_t n, const kr_gmm_batch *batch, bool from_moment)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict azimuth = batch->col[KR_COL_AZIMUTH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s = sin(azimuth[i] * (M_PI / 180.0)), c = cos(azimuth[i] * (M_PI / 180.0));
        double ms = mag[i] < 6.58 ? (mag[i] - 0.59) / 0.86 : (mag[i] + 2.42) / 1.28;
        sh->ms[i] = from_moment ? ms : mag[i];
        sh->sin2[i] = s * s;
        sh->cos2[i] = c * c;
    }
}

/* The long semi-axis of the ellipse through each site, searched from 200 km. */
static void search(shared *sh, size_t n, const coefficients *c, const double *restrict repi)
{
    enum { STEPS = 17 }; /* until the next one is below 1e-3 km */
    double *restrict ra = sh->long_axis;
    double step = 100.0;
    for (size_t i = 0; i < n; i++)
        ra[i] = 200.0;
    for (int k = 0; k < STEPS; k++, step *= 0.5) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double rb = short_of(long_axis_of(c, sh->ms[i]), short_axis_of(c, sh->ms[i]), ra[i]);
            double to_site = ra[i] * rb / sqrt(ra[i] * ra[i] * sh->sin2[i] + rb * rb * sh->cos2[i]);
            double beyond = to_site - repi[i];
            double by = beyond > 0.0 ? -step : step;
            ra[i] += fabs(beyond) > 1e-3 ? by : 0.0;
        }
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    begin(&sh, n, batch, *(const bool *)gmm->cls->variant);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const coefficients c = yu_2013_active_load(gmm->rows + m * gmm->cls->table->ncol);
        double unit = gmm->imts[m].kind == KR_IMT_PGA ? log(980.665) : 0.0;
        double *restrict mean = kr_gmm_at(out->mean, out, m);
        search(&sh, n, &c, batch->col[KR_COL_REPI]);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            axis la = long_axis_of(&c, sh.ms[i]), sa = short_axis_of(&c, sh.ms[i]);
            double ra = sh.long_axis[i], rb = short_of(la, sa, ra);
            double x = la.level + la.c * log(sqrt(ra * ra + 225.0) + la.soft);
            double y = sa.level + sa.c * log(sqrt(rb * rb + 225.0) + sa.soft);
            mean[i] = x * y / sqrt(x * x * sh.sin2[i] + y * y * sh.cos2[i]) - unit;
        }
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, c.sigma);
    }
}

#define YU_2013                                                                                    \
    .title = "Yu, Li and Xiao (2013), Technology for Earthquake Disaster Prevention 8(1), no DOI", \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV),   \
    .needs = KR_BIT(MAG) | KR_BIT(REPI) | KR_BIT(AZIMUTH), .mag_lo = 5.0, .mag_hi = 8.0,           \
    .dist_hi = 200.0, .eval = eval

KR_GMM(yu_2013_ms) = {
    YU_2013,          .name = "YuEtAl2013Ms",   .trt = "Active Shallow Crust",
    .table = &active, .variant = &surface_wave,
};

KR_GMM(yu_2013_ms_tibet) = {
    YU_2013,         .name = "YuEtAl2013MsTibet", .trt = "Active Shallow Crust",
    .table = &tibet, .variant = &surface_wave,
};

KR_GMM(yu_2013_ms_eastern) = {
    YU_2013,           .name = "YuEtAl2013MsEastern", .trt = "Stable Shallow Crust",
    .table = &eastern, .variant = &surface_wave,
};

KR_GMM(yu_2013_ms_stable) = {
    YU_2013,          .name = "YuEtAl2013MsStable", .trt = "Stable Shallow Crust",
    .table = &stable, .variant = &surface_wave,
};

KR_GMM(yu_2013_mw) = {
    YU_2013,          .name = "YuEtAl2013Mw", .trt = "Active Shallow Crust",
    .table = &active, .variant = &moment,
};

KR_GMM(yu_2013_mw_tibet) = {
    YU_2013,         .name = "YuEtAl2013MwTibet", .trt = "Active Shallow Crust",
    .table = &tibet, .variant = &moment,
};

KR_GMM(yu_2013_mw_eastern) = {
    YU_2013,
    .name = "YuEtAl2013MwEastern",
    .trt = "Stable Shallow Crust",
    .table = &eastern,
    .variant = &moment,
};

KR_GMM(yu_2013_mw_stable) = {
    YU_2013,          .name = "YuEtAl2013MwStable", .trt = "Stable Shallow Crust",
    .table = &stable, .variant = &moment,
};
