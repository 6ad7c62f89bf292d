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

/* What one look at a curve tells: how many of its probabilities are greater than p (comparing all
 * is quicker than a search that the processor cannot foresee), the smallest one, how many are
 * greater than the one before them. */
typedef struct look {
    size_t greater, rises;
    float least;
} look;

static look look_at(const float *curve, size_t nlevels, float p)
{
    int greater = curve[0] > p, rises = 0;
    float least = curve[0];
#pragma omp simd reduction(+ : greater, rises) reduction(min : least)
    for (size_t l = 1; l < nlevels; l++) {
        greater += curve[l] > p;
        rises += curve[l] > curve[l - 1];
        least = curve[l] < least ? curve[l] : least;
    }
    return (look){(size_t)greater, (size_t)rises, least};
}

/* The first level whose ln(poe) is ln_p at most, nlevels if there is none: from the place that
 * comparing probabilities gives. Rounding of logarithms can make neighbours equal. */
static size_t find_falling(const float *curve, size_t nlevels, size_t at, bool single, double ln_p)
{
    while (at > 0 && ln_poe(curve[at - 1], single) <= ln_p)
        at--;
    while (at < nlevels && ln_poe(curve[at], single) > ln_p)
        at++;
    return at;
}

/* The same for curves that rise somewhere, as those of standard deviations do: where the
 * reference's search comes to (numpy.interp, which takes the last probability first). */
static size_t find_rising(const float *curve, size_t nlevels, bool single, double ln_p)
{
    size_t low = 0, high = nlevels - 1;
    if (ln_p > ln_poe(curve[0], single))
        return 0;
    if (ln_p < ln_poe(curve[nlevels - 1], single))
        return nlevels;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ln_p < ln_poe(curve[nlevels - 2 - middle], single))
            high = middle;
        else
            low = middle + 1;
    }
    return nlevels - 1 - low;
}

double kr_map_level(const float *curve, const double *ln_levels, size_t nlevels, double poe,
                    double ln_p)
{
    look it = look_at(curve, nlevels, (float)poe);
    bool single = (double)it.least >= POE_FLOOR;
    size_t at = it.rises ? find_rising(curve, nlevels, single, ln_p)
                         : find_falling(curve, nlevels, it.greater, single, ln_p);
    if (at == nlevels)
        return exp(ln_levels[nlevels - 1]);
    double here = ln_poe(curve[at], single), to = ln_levels[at];
    if (at == 0 && ln_p > here) /* above the whole curve: the level is below the first one */
        return 0;
    if (at == 0 || here == ln_p)
        return exp(to);
    double before = ln_poe(curve[at - 1], single), from = ln_levels[at - 1];
    return exp((from - to) / (before - here) * (ln_p - here) + to);
}

float kr_map_value(const float *curve, const double *ln_levels, size_t nlevels, double poe,
                   double ln_p)
{
    return (float)kr_map_level(curve, ln_levels, nlevels, poe, ln_p);
}

double kr_map_poe(const float *curve, const double *levels, size_t nlevels, double level)
{
    size_t above = 0;
    while (above + 1 < nlevels && levels[above] < level)
        above++;
    double here = exp((double)logf(curve[above]));
    if (above == 0 || !(level < levels[above]) || !(curve[above] > 0))
        return here;
    double before = log((double)curve[above - 1]), after = log((double)curve[above]);
    double part = log(level / levels[above - 1]) / log(levels[above] / levels[above - 1]);
    return exp(before + part * (after - before));
}

void kr_hazard_map(const float *curve, const double *levels, size_t nlevels, const double *poes,
                   size_t npoes, double *scratch, float *out)
{
    for (size_t l = 0; l < nlevels; l++)
        scratch[l] = log(levels[l]);
    for (size_t p = 0; p < npoes; p++)
        out[p] = kr_map_value(curve, scratch, nlevels, poes[p], log(poes[p]));
}
