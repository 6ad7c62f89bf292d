#include "hazard/disagg_between.h"

#include <math.h>

static double line(double below, double above, double part)
{
    return below + part * (above - below);
}

double kr_disagg_sum_of(const double *rates, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += rates[i];
    return sum;
}

void kr_disagg_between(const double *below, const double *above, double part, size_t n, double *out)
{
    double a = kr_disagg_sum_of(below, n), b = kr_disagg_sum_of(above, n);
    bool positive = a > 0 && b > 0;
    double sum = positive ? exp(line(log(a), log(b), part)) : 0;
    for (size_t i = 0; i < n; i++)
        out[i] = positive ? sum * line(below[i] / a, above[i] / b, part)
                          : line(below[i], above[i], part);
}

double kr_disagg_on_chord(double below, double above, double part)
{
    if (!(below > 0 && above > 0))
        return line(below, above, part);
    double poe = exp(line(log(-expm1(-below)), log(-expm1(-above)), part));
    if (poe < 1)
        return -log1p(-poe);
    return exp(line(log(below), log(above), part)); /* certain, as far as doubles tell */
}
