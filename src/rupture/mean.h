/* Probability-weighted means of the nodal planes and depths of a source, and weighted means in
 * general. */
#ifndef KR_RUPTURE_MEAN_H
#define KR_RUPTURE_MEAN_H

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

/** Multiply the means by a total rate and divide them by it again, as the reference does when it
 * averages a single source: the last digit may change, and with it the side of a limit between two
 * kinds of rake on which a mean falls. */
void kr_mean_source_weigh(kr_mean_source *mean, double total_rate);

#endif
