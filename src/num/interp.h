/* Searching and interpolating in sorted tables, bit for bit as numpy does. */
#ifndef KR_NUM_INTERP_H
#define KR_NUM_INTERP_H

#include <stddef.h>

/** The number of elements of the ascending array that are less than x (left), or not greater
 * (right): where x would go before or behind its equals. A NaN counts as greater than all numbers.
 */
size_t kr_searchsorted_left(const double *a, size_t n, double x);
size_t kr_searchsorted_right(const double *a, size_t n, double x);

/** numpy.interp: piecewise linear in ascending xs, constant outside; NaN for n = 0, and for x NaN
 * if n > 1. */
double kr_interp(double x, const double *xs, const double *ys, size_t n);

#endif
