#include "floor.h"
#include "num/isa_name.h"
#include "num/vmath.h"

/* erfc(x) a + b: the truncated normal distribution, with its error function from the library. */
void KR_ISA_NAME(floor_exceedances)(size_t n, const double *restrict x, double *restrict out)
{
    const double a = 0.5 * 1.0027, b = -0.00135 * 1.0027;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = erfc(x[i]) * a + b;
}

void KR_ISA_NAME(floor_exponentials)(size_t n, const double *restrict x, double *restrict out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = exp(x[i]);
}

void KR_ISA_NAME(floor_logarithms)(size_t n, const double *restrict x, double *restrict out)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = log(x[i]);
}
