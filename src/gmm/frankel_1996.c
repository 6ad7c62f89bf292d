/* Frankel, A. et al. (1996). National seismic-hazard maps: documentation June 1996. USGS Open-File
 * Report 96-532. doi:10.3133/ofr96532
 *
 * The medians are tabulated (appendix A) over moment magnitude and the logarithm of hypocentral
 * distance. Departures, all as in OpenQuake 3.21: a bicubic spline interpolates the table, and
 * magnitudes and distances outside count as those of its border; the magnitude conversions and the
 * limits of the U.S. maps of 2008 hold (magnitude_mblg.h); only the tabulated periods are
 * defined. */
#include "frankel_1996.tab.h"
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"

enum {
    NMAG = 20,            /* M 4.4 to 8.2 in steps of 0.2 */
    NDIST = 21,           /* log10 distance 1 to 3 in steps of 0.1 */
    NODES = NDIST * NMAG, /* node (distance d, magnitude m) is at d * NMAG + m */
    SIGMA = NODES,        /* column of the table */
    TERMS = 16            /* of a bicubic polynomial */
};

_Static_assert((int)FRANKEL_1996_NCOL == NODES + 1, "the table's nodes and sigma");

static const kr_gmm_table table = KR_GMM_TABLE(frankel_1996, FRANKEL_1996);

/* A measure's table of log10(median) and its derivatives, for steps of 1. */
typedef struct spline {
    double value[NODES], by_mag[NODES], by_dist[NODES], by_both[NODES];
} spline;

/* Where the contexts lie: the corner of lower distance and magnitude, and the weights of the four
 * corners' values and derivatives, which are the same for all measures. */
typedef struct place {
    size_t node[KR_GMM_BATCH];
    double weight[TERMS][KR_GMM_BATCH];
} place;

/* The derivatives of the cubic spline through n >= 4 values with steps of 1 whose third derivative
 * is continuous at the second node and at the last but one. Values and derivatives are `stride`
 * apart. */
static void differentiate(const double *y, size_t n, size_t stride, double *dy)
{
    double upper[NDIST];
    double first = 2.5 * (y[stride] - y[0]) + 0.5 * (y[2 * stride] - y[stride]);
    size_t e = (n - 1) * stride;
    double last = 2.5 * (y[e] - y[e - stride]) + 0.5 * (y[e - stride] - y[e - 2 * stride]);

    /* dy[0] + 2 dy[1] = first; dy[i-1] + 4 dy[i] + dy[i+1] = 3 (y[i+1] - y[i-1]) */
    upper[0] = 2.0;
    dy[0] = first;
    for (size_t i = 1; i < n - 1; i++) {
        size_t k = i * stride;
        double pivot = 4.0 - upper[i - 1];
        upper[i] = 1.0 / pivot;
        dy[k] = (3.0 * (y[k + stride] - y[k - stride]) - dy[k - stride]) / pivot;
    }
    dy[e] = (last - 2.0 * dy[e - stride]) / (1.0 - 2.0 * upper[n - 2]);
    for (size_t i = n - 1; i-- > 0;)
        dy[i * stride] -= upper[i] * dy[(i + 1) * stride];
}

static void fit(const double *row, spline *sp)
{
    for (size_t i = 0; i < NODES; i++)
        sp->value[i] = row[i];
    for (size_t d = 0; d < NDIST; d++)
        differentiate(sp->value + d * NMAG, NMAG, 1, sp->by_mag + d * NMAG);
    for (size_t m = 0; m < NMAG; m++) {
        differentiate(sp->value + m, NDIST, NMAG, sp->by_dist + m);
        differentiate(sp->by_mag + m, NDIST, NMAG, sp->by_both + m);
    }
}

static bool is_tabulated(const kr_imt *imt)
{
    if (imt->kind != KR_IMT_SA)
        return true;
    for (size_t i = 0; i < table.nrow; i++)
        if (table.period[i] == imt->period)
            return true;
    return false;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    spline **splines = gmm->state;

    for (size_t m = 0; m < gmm->nimts; m++)
        if (!is_tabulated(&gmm->imts[m]))
            return kr_gmm_fail(
                ctx, gmm,
                "%s is not a measure of %s, which gives PGA and SA at 0.1, 0.2, 0.3, "
                "0.5, 1 and 2 s only",
                gmm->imts[m].name, gmm->cls->name);
    KR_ANEW(*splines, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++)
        fit(gmm->rows + m * FRANKEL_1996_NCOL, *splines + m);
out:
    return s;
}

/* The interval of x in 0 .. last, to whose ends the table is cut off, and the place in it. */
KR_GMM_INLINE double interval(double x, double last, double *within)
{
    double at = x > 0.0 ? x : 0.0;
    at = at < last ? at : last;
    double from = floor(at);
    from = from < last - 1.0 ? from : last - 1.0;
    *within = at - from;
    return from;
}

/* Weights of the values and of the derivatives at both ends of an interval. */
typedef struct hermite {
    double value[2], slope[2];
} hermite;

KR_GMM_INLINE hermite hermite_at(double t)
{
    double u = 1.0 - t;
    hermite h = {{(1.0 + 2.0 * t) * (u * u), t * t * (3.0 - 2.0 * t)}, {t * (u * u), -t * t * u}};
    return h;
}

static void find_place(size_t n, const double *restrict mag, const double *restrict rhypo,
                       place *at)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x, y;
        double lg = log(rhypo[i] > 10.0 ? rhypo[i] : 10.0) * M_LOG10E;
        double m = interval((mag[i] - 4.4) / 0.2, NMAG - 1, &x);
        double d = interval((lg - 1.0) / 0.1, NDIST - 1, &y);
        hermite hm = hermite_at(x), hd = hermite_at(y);
        at->node[i] = (size_t)(d * NMAG + m);
        for (size_t c = 0; c < 4; c++) {
            at->weight[c][i] = hd.value[c / 2] * hm.value[c % 2];
            at->weight[4 + c][i] = hd.value[c / 2] * hm.slope[c % 2];
            at->weight[8 + c][i] = hd.slope[c / 2] * hm.value[c % 2];
            at->weight[12 + c][i] = hd.slope[c / 2] * hm.slope[c % 2];
        }
    }
}

static void eval_mean(const spline *sp, size_t n, const place *at, double *restrict mean)
{
    static const size_t corner[] = {0, 1, NMAG, NMAG + 1};
    const double *part[] = {sp->value, sp->by_mag, sp->by_dist, sp->by_both};

    kr_gmm_fill(mean, n, 0.0);
    for (size_t term = 0; term < TERMS; term++) {
        const double *restrict v = part[term / 4] + corner[term % 4];
        const double *restrict weight = at->weight[term];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] += weight[i] * v[at->node[i]];
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] *= M_LN10;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    spline *const *splines = gmm->state;
    const mblg_kind *kind = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double mag[KR_GMM_BATCH];
    place at;

    mblg_convert(*kind, n, batch->col[KR_COL_MAG], mag);
    find_place(n, mag, batch->col[KR_COL_RHYPO], &at);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride;
        eval_mean(*splines + m, n, &at, mean);
        mblg_limit(&gmm->imts[m], n, mean);
        kr_gmm_fill(out->sigma + m * out->stride, n,
                    gmm->rows[m * FRANKEL_1996_NCOL + SIGMA] * M_LN10);
    }
}

static const mblg_kind mblg_ab87 = MBLG_ATKINSON_BOORE_87, mblg_j96 = MBLG_JOHNSTON_96,
                       mblg_mw = MBLG_NONE;

#define FRANKEL_1996                                                                               \
    .title = "Frankel et al. (1996), USGS Open-File Report 96-532", .doi = "10.3133/ofr96532",     \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO), .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),            \
    .table = &table, .state_size = sizeof(spline *), .mag_lo = 4.4, .mag_hi = 8.2,                 \
    .dist_hi = 1000.0, .init = init, .eval = eval

KR_GMM(frankel_1996_mblg_ab1987_nshmp2008) = {
    FRANKEL_1996,
    .name = "FrankelEtAl1996MblgAB1987NSHMP2008",
    .variant = &mblg_ab87,
};

KR_GMM(frankel_1996_mblg_j1996_nshmp2008) = {
    FRANKEL_1996,
    .name = "FrankelEtAl1996MblgJ1996NSHMP2008",
    .variant = &mblg_j96,
};

KR_GMM(frankel_1996_mw_nshmp2008) = {
    FRANKEL_1996,
    .name = "FrankelEtAl1996MwNSHMP2008",
    .variant = &mblg_mw,
};
