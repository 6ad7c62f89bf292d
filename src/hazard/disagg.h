/* Disaggregation of the hazard of one site: the rates of components by bins of magnitude, distance,
 * closest point and epsilon. The ruptures are made once more, as kr_hazard_tile makes them; what is
 * done with their motions is another.
 *
 * A rate is -ln(probability of no exceedance) over the investigation time, as everywhere: rates of
 * a bin add up over contexts, components and bins (but see docs/theory.md for atomic groups). What
 * the mean, a realization, a branch or the variance has in a bin is a weighted sum over component
 * rates; it is made by who asks. */
#ifndef KR_HAZARD_DISAGG_H
#define KR_HAZARD_DISAGG_H

#include "hazard/hazard.h"

/* Edges of bins: of n bins n + 1, increasing. A magnitude m is in bin i if mag[i] < m <= mag[i +
 * 1]; a distance (rrup, km), longitude, latitude if edge[i] <= x < edge[i + 1], the last bin with
 * its last edge; what is below the first or above the last edge is treated as the reference does.
 * Longitudes may run over the date line. Epsilon is (ln level - mean) / sigma. */
typedef struct kr_disagg_axis {
    size_t n;
    const double *edges;
} kr_disagg_axis;

typedef struct kr_disagg_bins {
    kr_disagg_axis mag, dist, lon, lat, eps;
    bool epsilon_star; /* all of a context in the bin of its epsilon */
} kr_disagg_bins;

/* A level at which hazard is disaggregated. */
typedef struct kr_disagg_level {
    size_t imt;   /* measure, among the job's */
    double level; /* in the measure's unit; 0: nothing is wanted, and rates stay 0 */
} kr_disagg_level;

/* A bin of the first four axes in which a component has contexts. */
typedef struct kr_disagg_cell {
    uint16_t mag, dist, lon, lat;
} kr_disagg_cell;

/* What one component has: rates[((model * ncells + cell) * nlevels + level) * neps + eps], where
 * model counts the component's ground-motion models; cells in the order of mag, dist, lon, lat. */
typedef struct kr_disagg_part {
    size_t ncells;
    kr_disagg_cell *cells;
    double *rates;
} kr_disagg_part;

typedef struct kr_disagg {
    size_t ncomponents, nlevels, neps;
    kr_disagg_part *parts; /* of each component of the tree */
} kr_disagg;

/** Disaggregate the hazard of a site (number among the job's) at these levels. The result is the
 * same for any number of threads. KR_EINPUT: exclusive ruptures, which have no disaggregation;
 * KR_EINTERRUPTED. Owned by the caller: kr_disagg_destroy. */
KR_MUST_CHECK kr_status kr_hazard_disaggregate(kr_hazard *hazard, size_t site,
                                               const kr_disagg_bins *bins,
                                               const kr_disagg_level *levels, size_t nlevels,
                                               int threads, kr_disagg **out);
void kr_disagg_destroy(kr_disagg **disagg);

/** Bytes that this takes at most, its result included. */
size_t kr_disagg_bytes(const kr_hazard *hazard, const kr_disagg_bins *bins, size_t nlevels,
                       int threads);

#endif
