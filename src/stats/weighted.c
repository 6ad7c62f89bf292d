#include "stats/group.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>

double kr_weighted_mean(const double *x, const double *w, size_t n)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        sum += w[i] * x[i];
        total += w[i];
    }
    return total > 0 ? sum / total : 0;
}

double kr_weighted_std(const double *x, const double *w, size_t n)
{
    double mean = kr_weighted_mean(x, w, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i] * (mean - x[i]) * (mean - x[i]);
    return sqrt(sum);
}

static int by_value_then_weight(const void *a, const void *b)
{
    const kr_weighted *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->w > q->w) - (p->w < q->w);
}

void kr_weighted_sort(kr_weighted *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value_then_weight);
}

/* One step of numpy.interp over cumulative weights: (c0, x0) .. (c1, x1) at q. */
static double between(double q, double c0, double x0, double c1, double x1)
{
    if (q >= c1)
        return x1;
    return (x1 - x0) / (c1 - c0) * (q - c0) + x0;
}

double kr_weighted_quantile(const kr_weighted *sorted, size_t n, double q)
{
    double below = sorted[0].w; /* cumulative weight up to element i */
    if (q < below)
        return sorted[0].x;
    for (size_t i = 1; i < n; i++) {
        double next = below + sorted[i].w;
        if (q < next)
            return between(q, below, sorted[i - 1].x, next, sorted[i].x);
        below = next;
    }
    return sorted[n - 1].x;
}

double kr_weighted_quantile_merged(const kr_weighted *sorted, size_t n, double q)
{
    double below = 0, previous = sorted[0].x;
    for (size_t i = 0; i < n;) {
        double x = sorted[i].x, weight = 0;
        size_t first = i;
        for (; i < n && sorted[i].x <= x * (1 + KR_MERGED_WITHIN); i++)
            weight += sorted[i].w;
        if (q < below + weight)
            return first == 0 ? x : between(q, below, previous, below + weight, x);
        below += weight;
        previous = x;
    }
    return sorted[n - 1].x;
}
