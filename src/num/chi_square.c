#include "num/chi_square.h"

#include <math.h>

/* x^a e^-x / Gamma(a) */
static double prefactor(double a, double x)
{
    return exp(a * log(x) - x - lgamma(a));
}

/* The regularized lower incomplete gamma function by its power series, for x < a + 1. */
static double by_series(double a, double x)
{
    double term = 1.0 / a, sum = term;
    for (double n = a + 1.0; term > 1e-17 * sum; n += 1.0) {
        term *= x / n;
        sum += term;
    }
    return sum * prefactor(a, x);
}

/* The upper one by its continued fraction (Lentz's method), for x >= a + 1. */
static double by_fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, h = d, change = 0.0;
    for (int i = 1; i < 10000 && fabs(change - 1.0) > 1e-16; i++) {
        double an = -i * (i - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        change = c * d;
        h *= change;
    }
    return h * prefactor(a, x);
}

double kr_chi_square_cdf(double x, double dof)
{
    double a = 0.5 * dof, y = 0.5 * x;
    if (!(y > 0.0))
        return 0.0;
    return y < a + 1.0 ? by_series(a, y) : 1.0 - by_fraction(a, y);
}

double kr_chi_square_quantile(double p, double dof)
{
    double x = dof;
    for (int i = 0; i < 200; i++) {
        double density = prefactor(0.5 * dof, 0.5 * x) / x;
        double step = (kr_chi_square_cdf(x, dof) - p) / density;
        double next = x - step;
        next = fmin(fmax(next, 0.25 * x), 4.0 * x); /* Newton's method, held back far out */
        if (fabs(next - x) <= 1e-15 * x)
            return next;
        x = next;
    }
    return x;
}
