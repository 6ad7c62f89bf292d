#include "hazard/kernel_isa.h"
#include "num/vmath.h"

/* The levels outside mean -+ level * sigma are exceeded always or never: only those between need
 * the error function. Both bounds fall on multiples of the padding, so that every level is computed
 * by the same vector code. */
static size_t levels_below(const double *levels, size_t n, double bound)
{
    size_t i = 0;
    while (i + KR_KERNEL_PAD <= n && levels[i + KR_KERNEL_PAD - 1] < bound)
        i += KR_KERNEL_PAD;
    return i;
}

void KR_ISA_NAME(kr_add_poes)(const kr_truncation *t, const double *restrict levels, size_t nlevels,
                              double mean, double sigma, double weight, double *restrict rates)
{
    double width = t->level * sigma, by_sigma = M_SQRT1_2 / sigma;
    double tail = t->tail, scale = t->scale;
    size_t first = levels_below(levels, nlevels, mean - width);

#pragma omp simd
    for (size_t l = 0; l < first; l++)
        rates[l] += weight;
    for (size_t l = first; l < nlevels && levels[l] <= mean + width; l += KR_KERNEL_PAD) {
#pragma omp simd
        for (size_t k = l; k < l + KR_KERNEL_PAD; k++) {
            double poe = (0.5 * erfc((levels[k] - mean) * by_sigma) - tail) * scale;
            poe = poe > 0 ? poe : 0;
            poe = poe < 1 ? poe : 1;
            rates[k] += weight * poe;
        }
    }
}
