/* Probabilities of exceedance from rates, many at a time, and back. */
#ifndef KR_NUM_POE_H
#define KR_NUM_POE_H

#include <math.h>
#include <stddef.h>

/** out[i] = 1 - exp(-rates[i]), within 2 units in the last place of a double before it is rounded
 * to single precision. `rates`: 0 to infinity, NaN gives NaN; the arrays need no alignment or
 * padding and may not overlap. The bits of an element do not depend on its place. */
void kr_poes_of_rates(const double *rates, size_t n, float *out);

/** -ln(1 - poe); that of what is certain stays finite, 36.7. */
static inline double kr_finite_rate_of_poe(double poe)
{
    return -log1p(-fmin(poe, 1 - 0x1p-53));
}

/** The same as the reference has it: 0 below 1e-12; of what is certain 100, and never more. */
static inline double kr_cut_rate_of_poe(double poe)
{
    double pne = 1 - poe;
    double rate = -log(pne == 0 ? 1e-45 : pne);
    return rate < 1e-12 ? 0 : fmin(rate, 100);
}

#endif
