/* The truncated normal distribution of residuals as the kernels take it. */
#include "hazard/kernel.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* At least 30 digits, made of integer operations: the same bits on every machine. (long double has
 * 64 bits of mantissa on one, 113 on another, 53 under valgrind.) */
#if LDBL_MANT_DIG >= 113
typedef long double quad;
#else
typedef __float128 quad;
#endif

/* Points of interpolation, and what may be left out of the series in all, in units of Q. */
enum { NODES = 40 };
static const double NEGLIGIBLE = 1.5e-17;

/* Above it sums of powers would err by more than 5e-16: the kernels take the error function. */
static const double MOST_OF_POLYNOMIAL = 5;

static quad absolute(quad x)
{
    return x < 0 ? -x : x;
}

/* Newton's step from a double, which doubles its digits. */
static quad root_of_two(void)
{
    quad root = M_SQRT2;
    return (root + 2 / root) / 2;
}

/* cos(x) for x from 0 to pi, by its series. */
static quad cosine(quad x)
{
    quad sum = 1, term = 1;
    for (int n = 1; absolute(term) > (quad)1e-34; n++) {
        term *= -x * x / ((2 * n - 1) * (2 * n));
        sum += term;
    }
    return sum;
}

/* erf(z) sqrt(pi) / (2 z) for z^2 from 0 to 12.5: the sum of (-z^2)^n / (n! (2n + 1)). */
static quad erf_series(quad square)
{
    quad sum = 1, term = 1;
    for (int n = 1; absolute(term) > (quad)1e-34; n++) {
        term *= -square / n;
        sum += term / (2 * n + 1);
    }
    return sum;
}

/* Coefficients of Chebyshev polynomials, from the values at their nodes of Q(t), t from -1 to 1,
 * where poe = 1/2 - y Q(y^2 - 1), y = x sqrt(2) / level. So y Q = erf(level y / 2) / (2 erf(level /
 * sqrt(2))), and the factors before the two series leave 1 / (2 sqrt(2)). */
static void interpolate(double level, quad c[NODES])
{
    const quad pi = (quad)0x1.921fb54442d18p1 + (quad)0x1.1a62633145c07p-53;
    quad square = (quad)level * level / 4;
    quad whole = NODES * 2 * root_of_two() * erf_series(2 * square);
    memset(c, 0, NODES * sizeof *c);
    for (int i = 0; i < NODES; i++) {
        quad t = cosine(pi * (2 * i + 1) / (2 * NODES));
        quad value = erf_series(square * (1 + t)) / whole;
        quad last = t, here = 1; /* T_k-1(t) and T_k(t) */
        for (int k = 0; k < NODES; k++) {
            quad next = 2 * t * here - last;
            c[k] += (k ? 2 : 1) * value * here;
            last = here;
            here = next;
        }
    }
}

/* How many of them count. */
static int count_terms(const quad c[NODES])
{
    quad rest = 0;
    int n = NODES;
    while (n > 1 && rest + absolute(c[n - 1]) < NEGLIGIBLE)
        rest += absolute(c[--n]);
    return n;
}

/* sum of c[k] T_k(t) for k < n as a sum of powers of t. T_k+1 = 2 t T_k - T_k-1. */
static void to_powers(const quad c[NODES], int n, double *terms)
{
    quad sum[NODES] = {0}, last[NODES] = {0}, here[NODES] = {1}, next[NODES];
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
    quad c[NODES];
    kr_truncation t = {.level = level,
                       .tail = 0.5 * erfc(level * M_SQRT1_2),
                       .scale = 1 / erf(level * M_SQRT1_2),
                       .by = (double)(root_of_two() / level)};
    if (level > MOST_OF_POLYNOMIAL)
        return t;
    interpolate(level, c);
    int n = count_terms(c);
    if (n > KR_TRUNCATION_TERMS) /* never: test_kernel goes through the levels */
        return t;
    t.nterms = n;
    to_powers(c, n, t.terms);
    return t;
}
