#include "support/plain.h"

#include "support/support.h"

#include <stdlib.h>

static int by_value_then_weight(const void *a, const void *b)
{
    const kt_element *p = a, *q = b;
    if (p->value != q->value)
        return p->value < q->value ? -1 : 1;
    return (p->weight > q->weight) - (p->weight < q->weight);
}

void kt_elements_sort(kt_element *e, size_t n)
{
    qsort(e, n, sizeof *e, by_value_then_weight);
}

/* numpy.interp(at, position, value). */
static double interpolate(const long double *position, const double *value, size_t n,
                          long double at)
{
    size_t j = n; /* the last with position <= at, and one more */
    while (j > 0 && position[j - 1] > at)
        j--;
    if (j == 0)
        return value[0];
    if (j == n)
        return value[n - 1];
    long double slope = (value[j] - (long double)value[j - 1]) / (position[j] - position[j - 1]);
    return (double)(slope * (at - position[j - 1]) + value[j - 1]);
}

/* Make one element, at the end, of what is within 1e-12 of the first one whose cumulative weight is
 * greater; returns the number left. */
static size_t merge(long double *position, double *value, size_t n, long double at)
{
    size_t k = 0, left = 0;
    while (k + 1 < n && position[k] <= at)
        k++;
    double middle = value[k];
    long double end = 0;
    for (size_t i = 0; i < n; i++) {
        bool within = value[i] >= middle * (1 - 1e-12) && value[i] <= middle * (1 + 1e-12);
        if (within)
            end = position[i];
        bool last = within && (i + 1 == n || value[i + 1] > middle * (1 + 1e-12));
        if (within && !last)
            continue;
        value[left] = within ? middle : value[i];
        position[left++] = within ? end : position[i];
    }
    return left;
}

double kt_plain_quantile(const kt_element *sorted, size_t n, kr_quantile_rule rule, double q,
                         double shift)
{
    long double *position = malloc(n * sizeof *position), sum = 0;
    double *value = malloc(n * sizeof *value);
    assert_true(position && value);
    for (size_t i = 0; i < n; i++) {
        value[i] = sorted[i].value;
        position[i] = sum += (long double)sorted[i].weight;
        if (rule == KR_QUANTILE_HALF_WEIGHT)
            position[i] -= (long double)sorted[i].weight / 2;
    }
    long double at = q * (rule == KR_QUANTILE_HALF_WEIGHT ? sum : 1) + shift;
    if (rule == KR_QUANTILE_MERGED)
        n = merge(position, value, n, at);
    double result = interpolate(position, value, n, at);
    free(position);
    free(value);
    return result;
}
