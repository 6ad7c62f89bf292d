/* Probability-weighted means of the nodal planes and depths of a source, and weighted means in
 * general. */
#ifndef KR_RUPTURE_MEAN_H
#define KR_RUPTURE_MEAN_H

#include "model/jump.h"
#include "model/source.h"

/* A source with one nodal plane and one depth, and the two it points to. */
typedef struct kr_mean_source {
    kr_source source;
    kr_nodal_plane plane;
    kr_hypo_depth depth;
} kr_mean_source;

/* A running weighted mean: sum of weight times x, and of weights. */
typedef struct kr_weighted {
    double sum, weight;
} kr_weighted;

static inline void kr_weighted_add(kr_weighted *w, double x, double weight)
{
    w->sum += x * weight;
    w->weight += weight;
}

static inline double kr_weighted_mean(const kr_weighted *w)
{
    return w->sum / w->weight;
}

/** The means over the distributions of a source. */
kr_nodal_plane kr_mean_plane(const kr_source *source);
double kr_mean_depth(const kr_source *source);

/** A copy with the means in the place of the distributions. `out` must stay where it is. */
void kr_mean_source_make(const kr_source *source, kr_mean_source *out);

/** The reference multiplies the means of a single source by its total rate and divides them by it
 * again, which may change the last digit, and with it the side of a limit on which a mean falls.
 * Here the means are left as they are but where that matters: dips and depths where a model jumps
 * (a mean closer to it than 1e-9 counts), rakes there and where the magnitude-scaling relationship
 * of the source gives another area. So what follows from a mean differs from the reference by
 * rounding only, and sources that differ in rates have the same means nearly always.
 * @param jumps places where the models jump; NULL: all means are left as they are (--compat exact)
 */
void kr_mean_source_weigh(kr_mean_source *mean, double total_rate, const kr_jumps *jumps);

#endif
