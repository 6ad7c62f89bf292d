#include "num/normal.h"

static const double sqrt_half = 0.70710678118654752440;

double kr_normal_cdf(double x)
{
    return 0.5 * erfc(-x * sqrt_half);
}

double kr_normal_sf(double x)
{
    return 0.5 * erfc(x * sqrt_half);
}

kr_truncnorm kr_truncnorm_make(double level)
{
    /* z by erf: 2 Phi - 1 would leave a narrow truncation few digits. */
    return (kr_truncnorm){kr_normal_cdf(level), erf(level * sqrt_half), kr_normal_sf(level)};
}
