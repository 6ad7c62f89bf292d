#include "num/interp.h"
#include "stats/stats.h"

#include <math.h>
#include <stdbool.h>

/* The reference's smallest probability (map_array.EPSILON). */
static const double POE_FLOOR = 1e-30;

void kr_hazard_map(const float *curve, const double *levels, size_t nlevels, const double *poes,
                   size_t npoes, double *scratch, float *out)
{
    double *ln_poe = scratch, *ln_level = scratch + nlevels; /* by increasing probability */
    bool single = true; /* where nothing is replaced the reference takes logarithms of float32 */
    for (size_t i = 0; i < nlevels; i++)
        single = single && (double)curve[i] >= POE_FLOOR;
    for (size_t i = 0; i < nlevels; i++) {
        double poe = (double)curve[nlevels - 1 - i];
        ln_poe[i] = single ? (double)logf(curve[nlevels - 1 - i]) : log(fmax(poe, POE_FLOOR));
        ln_level[i] = log(levels[nlevels - 1 - i]);
    }
    for (size_t p = 0; p < npoes; p++) {
        double ln_p = log(poes[p]);
        /* a probability above the whole curve: the level is below the first one, shown as 0 */
        out[p] = ln_p > ln_poe[nlevels - 1]
                     ? 0.0F
                     : (float)exp(kr_interp(ln_p, ln_poe, ln_level, nlevels));
    }
}
