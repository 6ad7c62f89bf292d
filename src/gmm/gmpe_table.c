/* Ground motion tabulated in a file (gmm_h5_table.h), as in the models of Canada's building code:
 *
 * Atkinson, G. M. and Adams, J. (2013). Ground motion prediction equations for application to the
 * 2015 Canadian national seismic hazard maps. Can. J. Civ. Eng. 40(10), 988-998.
 * doi:10.1139/cjce-2012-0544
 *
 * The file's distance metric is the one the model needs. Departures, all as in OpenQuake 3.21:
 * magnitudes are rounded to two decimals, and those above the table's are the largest of it;
 * medians are interpolated linearly in distance and are 1e-20 beyond the last distance; magnitudes
 * are interpolated in logarithms of the values. A magnitude below the table's is an error of the
 * job (mag_min), here it is the smallest of the table. */
#include "gmm/gmm.h"
#include "gmm/gmm_h5_table.h"
#include "num/interp.h"
#include "num/vmath.h"

/* Where the contexts lie in the table. */
typedef struct place {
    size_t low[KR_GMM_BATCH];    /* index of the lower magnitude and nearer distance */
    double step[KR_GMM_BATCH];   /* from the lower magnitude */
    double share[KR_GMM_BATCH];  /* of the distance to the next one, for sigma */
    double inside[KR_GMM_BATCH]; /* the same for the median */
    double beyond[KR_GMM_BATCH]; /* 1 beyond the last distance */
} place;

/* Values at both ends of the segment of distance. */
typedef struct ends {
    double from[KR_GMM_BATCH], to[KR_GMM_BATCH];
} ends;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_gmm_h5_table *t = gmm->state;
    kr_status s = kr_gmm_h5_table_load(ctx, gmm, kr_gmm_arg_of(gmm, "gmpe_table")->text, t);
    if (s == KR_OK) {
        gmm->needs |= (kr_columns)1 << t->metric;
        gmm->mag_min = t->mag[0];
    }
    return s;
}

/* The reference takes the distances of the magnitude below: that of the last one where none is. */
static const double *distances_of(const kr_gmm_h5_table *t, double mag)
{
    size_t above = kr_searchsorted_left(t->mag, t->nmag, mag);
    return t->dist + (above > 0 ? above - 1 : t->nmag - 1) * t->ndist;
}

static void find_place(const kr_gmm_h5_table *t, size_t i, double mag, double dist, place *at)
{
    const double near = 0.001; /* km */
    double m = rint(mag * 100.0) / 100.0, last = t->mag[t->nmag - 1];
    const double *table = distances_of(t, m);
    size_t k = kr_searchsorted_left(t->mag, t->nmag, m < last ? m : last);
    size_t d = kr_searchsorted_right(table, t->ndist, dist);

    k = k > 0 ? k - 1 : 0;
    k = k < t->nmag - 1 ? k : t->nmag - 2;
    d = d > 0 ? d - 1 : 0;
    d = d < t->ndist - 1 ? d : t->ndist - 2;
    m = m < last ? m : last;
    m = m > t->mag[0] ? m : t->mag[0];
    double share = (dist - table[d]) / (table[d + 1] - table[d]);
    share = share > 0.0 ? share : 0.0;
    share = share < 1.0 ? share : 1.0;
    at->low[i] = k * t->ndist + d;
    at->step[i] = m - t->mag[k];
    at->share[i] = share;
    at->inside[i] = dist < table[0] + near ? 0.0 : share;
    at->beyond[i] = dist > table[t->ndist - 1] + near ? 1.0 : 0.0;
}

static void gather(const kr_gmm_h5_part *part, size_t n, const place *at, ends *e)
{
    for (size_t i = 0; i < n; i++) {
        size_t low = at->low[i];
        e->from[i] = part->slope[low] * at->step[i] + part->lg[low];
        e->to[i] = part->slope[low + 1] * at->step[i] + part->lg[low + 1];
    }
}

static void eval_measure(const kr_gmm_h5_table *t, size_t m, size_t n, const place *at,
                         const kr_gmm_out *out)
{
    const double ln_beyond = -46.051701859880914; /* ln 1e-20 */
    double *restrict mean = out->mean + m * out->stride;
    double *restrict sigma = out->sigma + m * out->stride;
    ends median, total;

    gather(&t->mean[m], n, at, &median);
    gather(&t->sigma[m], n, at, &total);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double from = exp(median.from[i] * M_LN10), to = exp(median.to[i] * M_LN10);
        double inside = log(from + (to - from) * at->inside[i]);
        mean[i] = (1.0 - at->beyond[i]) * inside + at->beyond[i] * ln_beyond;
        double s_from = exp(total.from[i] * M_LN10), s_to = exp(total.to[i] * M_LN10);
        sigma[i] = s_from + (s_to - s_from) * at->share[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const kr_gmm_h5_table *t = gmm->state;
    const double *mag = batch->col[KR_COL_MAG], *dist = batch->col[t->metric];
    size_t n = kr_gmm_padded(batch->n);
    place at;

    for (size_t i = 0; i < n; i++)
        find_place(t, i, mag[i], dist[i], &at);
    for (size_t m = 0; m < gmm->nimts; m++)
        eval_measure(t, m, n, &at, out);
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_table", .kind = KR_PARAM_FILE, .required = true, .about = "HDF5 file"},
    {.name = NULL},
};

KR_GMM(gmpe_table) = {
    .name = "GMPETable",
    .title = "Tables as of Atkinson and Adams (2013), Can. J. Civ. Eng. 40(10)",
    .doi = "10.1139/cjce-2012-0544",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_UNKNOWN,
    .needs = KR_BIT(MAG),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .params = params,
    .state_size = sizeof(kr_gmm_h5_table),
    .mag_lo = 4.5,
    .mag_hi = 8.0,
    .dist_hi = 400.0,
    .init = init,
    .eval = eval,
};
