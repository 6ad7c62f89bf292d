/* Quantiles of realizations that are listed one by one, by each rule's own words. */
#ifndef KR_TESTS_PLAIN_QUANTILE_H
#define KR_TESTS_PLAIN_QUANTILE_H

#include "stats/quantile.h"
#include "stats/stats.h"
#include "support/support.h"

/* numpy.interp(q, c, x) for one q; c never decreases. */
static double plain_interp(double q, const double *c, const kr_weighted *v, size_t n)
{
    if (q < c[0])
        return v[0].x;
    size_t j = 0;
    while (j + 1 < n && c[j + 1] <= q)
        j++;
    if (j + 1 == n)
        return v[n - 1].x;
    return (v[j + 1].x - v[j].x) / (c[j + 1] - c[j]) * (q - c[j]) + v[j].x;
}

/* What is within 1e-12 of the first value where the cumulative weight is above q becomes one with
 * it; its weight is given out from the value before on. */
static double plain_merged(double q, const kr_weighted *v, size_t n)
{
    double c = 0, below = 0, weight = 0;
    size_t at = 0, first = 0;
    for (; at < n; at++)
        if ((c += v[at].w) > q)
            break;
    if (at == n)
        return v[n - 1].x;
    for (; v[at].x - v[first].x > 1e-12 * v[at].x; first++)
        below += v[first].w;
    for (size_t i = first; i < n && v[i].x - v[at].x <= 1e-12 * v[at].x; i++)
        weight += v[i].w;
    if (first == 0)
        return v[at].x;
    return (v[at].x - v[first - 1].x) / weight * (q - below) + v[first - 1].x;
}

/* Rates become values, in order. */
static void plain_sort(kr_weighted *v, size_t n, kr_scale scale)
{
    for (size_t i = 0; i < n; i++)
        v[i].x = kr_scale_value(scale, v[i].x);
    kr_weighted_sort(v, n);
}

/* Of sorted values; `c` is room for n numbers. */
static double plain_quantile(const kr_weighted *v, size_t n, kr_quantile_rule rule, double q,
                             double *c)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += v[i].w;
        c[i] = rule == KR_QUANTILE_HALF_WEIGHT ? sum - v[i].w / 2 : sum;
    }
    if (rule == KR_QUANTILE_MERGED)
        return plain_merged(q, v, n);
    return plain_interp(rule == KR_QUANTILE_HALF_WEIGHT ? q * sum : q, c, v, n);
}

/* Where to look for quantiles: 0, 1, below the first sum of weights, at seven of the sums
 * themselves, and in between. */
enum { PLAIN_QUANTILES = 16 };

static void plain_choose(uint64_t *random, const kr_weighted *sorted, size_t n, double *c,
                         double q[PLAIN_QUANTILES])
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        c[i] = sum += sorted[i].w;
    q[0] = 0;
    q[1] = 1;
    q[2] = c[0] / 2;
    for (size_t k = 3; k < 10; k++)
        q[k] = c[kt_random(random) % n];
    for (size_t k = 10; k < PLAIN_QUANTILES; k++)
        q[k] = floor(kt_random_unit(random) * 0x1p20) * 0x1p-20;
}

#endif
