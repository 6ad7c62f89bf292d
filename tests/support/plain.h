/* Quantiles of listed realizations by definition, the slow way. */
#ifndef KR_TESTS_PLAIN_H
#define KR_TESTS_PLAIN_H

#include "stats/quantile.h"

typedef struct kt_element {
    double value, weight;
} kt_element;

/** Sort by value, then weight. */
void kt_elements_sort(kt_element *e, size_t n);

/** The quantile of sorted elements; cumulative weights in long double. `shift` is added to the
 * weight that q stands for, to see how much rounding of weights may move a quantile. */
double kt_plain_quantile(const kt_element *sorted, size_t n, kr_quantile_rule rule, double q,
                         double shift);

#endif
