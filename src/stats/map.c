#include "stats/stats.h"

#include <math.h>

/* The reference's smallest probability (map_array.EPSILON). */
static const double POE_FLOOR = 1e-30;

/* ln of a probability. Where none of the curve is replaced by the floor, the reference takes
 * logarithms in single precision. */
static inline double ln_poe(float poe, bool single)
{
    return single ? (double)logf(poe) : log(fmax((double)poe, POE_FLOOR));
}

/* How many probabilities of a curve, which falls, are greater than p: by comparing all of them,
 * which is quicker than a search that the processor cannot foresee. *least: the smallest one. */
static size_t count_greater(const float *curve, size_t nlevels, float p, float *least)
{
    int n = 0;
    float low = INFINITY;
#pragma omp simd reduction(+ : n) reduction(min : low)
    for (size_t l = 0; l < nlevels; l++) {
        n += curve[l] > p;
        low = curve[l] < low ? curve[l] : low;
    }
    *least = low;
    return (size_t)n;
}

float kr_map_value(const float *curve, const double *ln_levels, size_t nlevels, double poe,
                   double ln_p)
{
    float least;
    size_t above = count_greater(curve, nlevels, (float)poe, &least);
    bool single = (double)least >= POE_FLOOR;
    double here = 0, before = 0; /* ln of the probabilities `above` and `above - 1` */
    /* the same count for the logarithms, whose rounding can make neighbours equal */
    while (above > 0 && (before = ln_poe(curve[above - 1], single)) <= ln_p)
        above--;
    while (above < nlevels && (here = ln_poe(curve[above], single)) > ln_p) {
        before = here;
        above++;
    }
    if (above == 0) /* a probability above the whole curve: the level is below the first one */
        return here == ln_p ? (float)exp(ln_levels[0]) : 0.0F;
    if (above == nlevels)
        return (float)exp(ln_levels[nlevels - 1]);
    double to = ln_levels[above], from = ln_levels[above - 1];
    if (here == ln_p)
        return (float)exp(to);
    return (float)exp((from - to) / (before - here) * (ln_p - here) + to);
}

void kr_hazard_map(const float *curve, const double *levels, size_t nlevels, const double *poes,
                   size_t npoes, double *scratch, float *out)
{
    for (size_t l = 0; l < nlevels; l++)
        scratch[l] = log(levels[l]);
    for (size_t p = 0; p < npoes; p++)
        out[p] = kr_map_value(curve, scratch, nlevels, poes[p], log(poes[p]));
}
