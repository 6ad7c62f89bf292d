#include "num/interp.h"

#include <math.h>
#include <stdbool.h>

/* numpy's order: NaN behind all numbers. */
static bool interp_less(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

size_t kr_searchsorted_left(const double *a, size_t n, double x)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (interp_less(a[mid], x))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t kr_searchsorted_right(const double *a, size_t n, double x)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (interp_less(x, a[mid]))
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

double kr_interp(double x, const double *xs, const double *ys, size_t n)
{
    if (n == 1)
        return ys[0]; /* for NaN too, as numpy */
    if (n == 0 || isnan(x))
        return NAN;
    if (x < xs[0])
        return ys[0];
    if (x > xs[n - 1])
        return ys[n - 1];
    size_t i = 1 + kr_searchsorted_right(xs + 1, n - 1, x);
    if (i == n || xs[i - 1] == x)
        return ys[i - 1];
    double slope = (ys[i] - ys[i - 1]) / (xs[i] - xs[i - 1]);
    double y = slope * (x - xs[i - 1]) + ys[i - 1];
    if (isnan(y)) { /* infinite values: from the other end, then as a constant */
        y = slope * (x - xs[i]) + ys[i];
        if (isnan(y) && ys[i - 1] == ys[i])
            y = ys[i - 1];
    }
    return y;
}
