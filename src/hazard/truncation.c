/* The truncated normal distribution of residuals as the kernels take it. */
#include "hazard/kernel.h"

#include <math.h>
#include <string.h>

/* Points of interpolation, and what may be left out of the series in all, in units of Q. */
enum { NODES = 40 };
static const long double NEGLIGIBLE = 1.5e-17L;

/* Above it sums of powers would err by more than 5e-16: the kernels take the error function. */
static const double MOST_OF_POLYNOMIAL = 5;

/* Q(t) for t from -1 to 1: poe = 1/2 - y Q(y^2 - 1) with y = x sqrt(2) / level. */
static long double smooth_part(long double level, long double t)
{
    long double y = sqrtl(1 + t);
    return erfl(level * y / 2) / (2 * y * erfl(level * sqrtl(0.5L)));
}

/* Coefficients of Chebyshev polynomials, from the function's values at their nodes. */
static void interpolate(double level, long double c[NODES])
{
    long double value[NODES], step = acosl(-1) / NODES;
    for (int i = 0; i < NODES; i++)
        value[i] = smooth_part(level, cosl(step * (i + 0.5L)));
    for (int k = 0; k < NODES; k++) {
        c[k] = 0;
        for (int i = 0; i < NODES; i++)
            c[k] += value[i] * cosl(step * (long double)k * (i + 0.5L)) * (k ? 2 : 1) / NODES;
    }
}

/* How many of them count. */
static int count_terms(const long double c[NODES])
{
    long double rest = 0;
    int n = NODES;
    while (n > 1 && rest + fabsl(c[n - 1]) < NEGLIGIBLE)
        rest += fabsl(c[--n]);
    return n;
}

/* sum of c[k] T_k(t) for k < n as a sum of powers of t. T_k+1 = 2 t T_k - T_k-1. */
static void to_powers(const long double c[NODES], int n, double *terms)
{
    long double sum[NODES] = {0}, last[NODES] = {0}, here[NODES] = {1}, next[NODES];
    for (int k = 0; k < n; k++) {
        for (int i = 0; i <= k; i++)
            sum[i] += c[k] * here[i];
        next[0] = -last[0];
        for (int i = 1; i < NODES; i++)
            next[i] = (k ? 2 : 1) * here[i - 1] - last[i];
        memcpy(last, here, sizeof last);
        memcpy(here, next, sizeof here);
    }
    for (int i = 0; i < n; i++)
        terms[i] = (double)sum[i];
}

kr_truncation kr_truncation_of(double level)
{
    kr_truncation t = {.level = level,
                       .tail = 0.5 * erfc(level * M_SQRT1_2),
                       .scale = 1 / erf(level * M_SQRT1_2),
                       .by = (double)(sqrtl(2) / level)};
    if (level <= MOST_OF_POLYNOMIAL) {
        long double c[NODES];
        interpolate(level, c);
        t.nterms = count_terms(c);
        to_powers(c, t.nterms, t.terms);
    }
    return t;
}
