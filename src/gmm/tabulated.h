/* Interpolating tabulated ground motion (gmm_h5_table.h) in magnitude and distance, as the models
 * of tables share it.
 *
 * Magnitudes are rounded to two decimals, and those above the table's are the largest of it; the
 * logarithms of the values are interpolated linearly in magnitude, at the distances of the
 * magnitude below. In distance the values are interpolated linearly or, where asked, their
 * logarithms in the logarithm of distance. Medians are 1e-20 beyond the last distance. */
#ifndef KR_GMM_TABULATED_H
#define KR_GMM_TABULATED_H

#include "gmm/gmm_h5_table.h"
#include "num/interp.h"
#include "num/vmath.h"

/* Where the contexts lie in the table. */
typedef struct tabulated {
    bool logarithmic;            /* in distance */
    size_t low[KR_GMM_BATCH];    /* index of the lower magnitude and nearer distance */
    double step[KR_GMM_BATCH];   /* from the lower magnitude */
    double share[KR_GMM_BATCH];  /* of the distance to the next one, for sigma */
    double inside[KR_GMM_BATCH]; /* the same for the median */
    double beyond[KR_GMM_BATCH]; /* 1 beyond the last distance */
} tabulated;

/* Values at both ends of the segment of distance. */
typedef struct tabulated_ends {
    double from[KR_GMM_BATCH], to[KR_GMM_BATCH];
} tabulated_ends;

/* The row of the table that a magnitude starts from, and its distances. */
typedef struct tabulated_row {
    size_t k;
    double step;
    const double *dist;
} tabulated_row;

/* The reference takes the distances of the magnitude below: that of the last one where none is. */
static inline tabulated_row tabulated_row_of(const kr_gmm_h5_table *t, double mag)
{
    double m = rint(mag * 100.0) / 100.0, last = t->mag[t->nmag - 1];
    size_t above = kr_searchsorted_left(t->mag, t->nmag, m);
    size_t k = kr_searchsorted_left(t->mag, t->nmag, m < last ? m : last);

    k = k > 0 ? k - 1 : 0;
    k = k < t->nmag - 1 ? k : t->nmag - 2;
    m = m < last ? m : last;
    m = m > t->mag[0] ? m : t->mag[0];
    return (tabulated_row){k, m - t->mag[k],
                           t->dist + (above > 0 ? above - 1 : t->nmag - 1) * t->ndist};
}

static inline double tabulated_between(double x, double from, double to)
{
    double share = (x - from) / (to - from);
    share = share > 0.0 ? share : 0.0;
    return share < 1.0 ? share : 1.0;
}

/* Distances of 0 count as 1e-5 km where logarithms are taken. */
static inline double tabulated_log(double dist)
{
    const double least = 1e-5;
    return log10(dist > least ? dist : least);
}

static inline void tabulated_find_dist(const kr_gmm_h5_table *t, const tabulated_row *row, size_t i,
                                       double dist, tabulated *at)
{
    const double near = 0.001; /* km */
    size_t d = kr_searchsorted_right(row->dist, t->ndist, dist);

    d = d > 0 ? d - 1 : 0;
    d = d < t->ndist - 1 ? d : t->ndist - 2;
    double from = row->dist[d], to = row->dist[d + 1];
    at->low[i] = row->k * t->ndist + d;
    at->step[i] = row->step;
    at->share[i] = tabulated_between(dist, from, to);
    if (at->logarithmic)
        at->inside[i] =
            tabulated_between(tabulated_log(dist), tabulated_log(from), tabulated_log(to));
    else
        at->inside[i] = dist < row->dist[0] + near ? 0.0 : at->share[i];
    at->beyond[i] = dist > row->dist[t->ndist - 1] + near ? 1.0 : 0.0;
}

/* Find n contexts in the table. */
static inline void tabulated_find(const kr_gmm_h5_table *t, bool logarithmic, size_t n,
                                  const double *mag, const double *dist, tabulated *at)
{
    tabulated_row row = {0};
    at->logarithmic = logarithmic;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || mag[i] != mag[i - 1])
            row = tabulated_row_of(t, mag[i]);
        tabulated_find_dist(t, &row, i, dist[i], at);
    }
}

static inline void tabulated_gather(const kr_gmm_h5_part *part, size_t n, const tabulated *at,
                                    tabulated_ends *e)
{
    for (size_t i = 0; i < n; i++) {
        size_t low = at->low[i];
        e->from[i] = part->slope[low] * at->step[i] + part->lg[low];
        e->to[i] = part->slope[low + 1] * at->step[i] + part->lg[low + 1];
    }
}

/* At the ends the value there, however far it is from the other. */
static inline double tabulated_mix(double from, double to, double share)
{
    return (1.0 - share) * from + share * to;
}

/* Logarithms of medians. */
static inline void tabulated_median(const kr_gmm_h5_part *part, size_t n, const tabulated *at,
                                    double *restrict ln)
{
    const double ln_beyond = -46.051701859880914; /* ln 1e-20 */
    tabulated_ends e;

    tabulated_gather(part, n, at, &e);
    if (at->logarithmic) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double inside = tabulated_mix(e.from[i], e.to[i], at->inside[i]) * M_LN10;
            ln[i] = (1.0 - at->beyond[i]) * inside + at->beyond[i] * ln_beyond;
        }
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double from = exp(e.from[i] * M_LN10), to = exp(e.to[i] * M_LN10);
        double inside = log(tabulated_mix(from, to, at->inside[i]));
        ln[i] = (1.0 - at->beyond[i]) * inside + at->beyond[i] * ln_beyond;
    }
}

static inline void tabulated_sigma(const kr_gmm_h5_part *part, size_t n, const tabulated *at,
                                   double *restrict sigma)
{
    tabulated_ends e;

    tabulated_gather(part, n, at, &e);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double from = exp(e.from[i] * M_LN10), to = exp(e.to[i] * M_LN10);
        sigma[i] = tabulated_mix(from, to, at->share[i]);
    }
}

#endif
