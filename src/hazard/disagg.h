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

/* Edges of bins: of n bins n + 1, increasing (longitudes may begin anew at the date line). A
 * magnitude m is in bin i if mag[i] < m <= mag[i + 1]; a distance (rrup, km), longitude, latitude
 * of the closest point of the rupture if edge[i] <= x < edge[i + 1]. Epsilon is (ln level - mean) /
 * sigma, of the distribution cut at truncation_level.
 *
 * What is outside of the edges is counted in the nearest bin, longitudes round the date line; the
 * outermost bands of epsilon have all of the distribution that lies beyond them. The reference
 * (compat oq-3.21) leaves out magnitudes above the last edge; what is below the first edge of the
 * others falls into their last bin, and so does a longitude west of 180 with edges that run on
 * beyond it. Contexts whose epsilon is above the last edge of epsilon it leaves out, and of those
 * whose epsilon is below the first edge it counts what lies between the edges alone (with
 * epsilon_star nothing). */
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

/* The levels that are computed together. Those of a site may be computed in several turns, which
 * progress has to know: the parts of the site's work that are done before this one, and left after
 * it. */
typedef struct kr_disagg_wanted {
    const kr_disagg_level *levels;
    size_t n;
    double before, after;
} kr_disagg_wanted;

/* A bin of the first four axes in which a component has contexts. */
typedef struct kr_disagg_cell {
    uint32_t mag, dist, lon, lat;
} kr_disagg_cell;

/* What one component has: rates[((model * ncells + cell) * nlevels + level) * neps + eps], where
 * model counts the component's ground-motion models; cells in the order of mag, dist, lon, lat. */
typedef struct kr_disagg_part {
    size_t ncells;
    kr_disagg_cell *cells;
    double *rates;
    double *exclusive; /* of a group of exclusive sources, by bin of magnitude: the sum of the
                          weights of those that have contexts in it; else NULL */
} kr_disagg_part;

/* Of rates that were not computed at their levels, but taken between those at two others. */
typedef struct kr_disagg_chord {
    double *part; /* nlevels: how far up from the one below, in logarithms of levels; 0: there */
    double *below, *above; /* nlevels x component rates: at the two, over all bins */
} kr_disagg_chord;

typedef struct kr_disagg {
    size_t ncomponents, nlevels, neps;
    kr_disagg_part *parts;  /* of each component of the tree */
    kr_disagg_chord *chord; /* NULL where all is computed */
    unsigned beyond;        /* bits 1u << KR_DIM_MAG, KR_DIM_DIST: some ruptures are greater than
                                     the last edge */
} kr_disagg;

/** KR_EINPUT where the hazard cannot be disaggregated: exclusive ruptures, site amplification. */
KR_MUST_CHECK kr_status kr_hazard_check_disagg(const kr_hazard *hazard);

/** Disaggregate the hazard of a site (number among the job's) at these levels. The result is the
 * same for any number of threads. Tells progress as a part of all sites, if they come in their
 * order. KR_EINPUT: as kr_hazard_check_disagg; KR_EINTERRUPTED. Owned by
 * the caller: kr_disagg_destroy.
 *
 * In compat oq-3.21 magnitudes, distances, closest points and rates are rounded to single
 * precision; rates of a component in a bin are cut as the reference cuts them: 0 below 1e-12, at
 * most 100. A cluster counts with the rates of its ruptures, a mixture_model as one normal
 * distribution. Exact: none of this; what a cluster has in a bin is the rate of its occurrences
 * with an exceedance in that bin. */
KR_MUST_CHECK kr_status kr_hazard_disaggregate(kr_hazard *hazard, size_t site,
                                               const kr_disagg_bins *bins,
                                               const kr_disagg_wanted *wanted, int threads,
                                               kr_disagg **out);
void kr_disagg_destroy(kr_disagg **disagg);

/** Bytes that this takes at most, its result included: what is known without making ruptures, and
 * may be several times too much. */
size_t kr_disagg_bytes(const kr_hazard *hazard, const kr_disagg_bins *bins, size_t nlevels,
                       int threads);

/* What a site has, and what it takes. */
typedef struct kr_disagg_size {
    size_t bytes;       /* that kr_hazard_disaggregate takes at most, without any level */
    size_t level_bytes; /* and for each level, its result included */
    size_t cells, rows; /* of all components; a row: a model in a cell */
} kr_disagg_size;

/** The same for one site, less than 20 % too much: makes the ruptures to see which bins have any,
 * but no motions. */
KR_MUST_CHECK kr_status kr_disagg_measure(kr_hazard *hazard, size_t site,
                                          const kr_disagg_bins *bins, int threads,
                                          kr_disagg_size *out);

/* What sources and fault sections have of the hazard at some levels. */
typedef struct kr_disagg_sources {
    size_t nlevels;
    size_t nsources;
    const char **sources; /* base ids of all components, in the order of their bytes */
    double *of_sources;   /* nsources x nlevels: rates, which add up to that of the whole */
    size_t nsections;     /* those of the model, in its order */
    double *of_sections;  /* nsections x nlevels: each section of a multi-fault rupture has the
                             rupture's whole rate; without those of atomic groups */
} kr_disagg_sources;

/** The hazard of a site at these levels by sources and sections: the sum over all component rates
 * of weight x what a source has of the rate. An atomic group's rate is divided in proportion to
 * what its sources add to it. The same for any number of threads; in compat oq-3.21 of contexts
 * that are rounded as for bins.
 *
 * weights: one for each component rate. KR_EINPUT: as kr_hazard_disaggregate; with ps_grid_spacing,
 * which merges sources; with several multi-fault sources in a component that shares their ruptures
 * with others (a job with disagg_statistics = sources or sections lets no such share). Owned by the
 * caller: kr_disagg_sources_destroy; the ids are the tree's. */
KR_MUST_CHECK kr_status kr_hazard_disagg_sources(kr_hazard *hazard, size_t site,
                                                 const kr_disagg_level *levels, size_t nlevels,
                                                 const double *weights, int threads,
                                                 kr_disagg_sources **out);
void kr_disagg_sources_destroy(kr_disagg_sources **shares);

/** The base ids of all sources of a tree, each once, in the order of their bytes; *out is owned by
 * the caller (kr_free), the ids are the tree's. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_disagg_source_ids(kr_ctx *ctx, const kr_tree *tree, const char ***out,
                                             size_t *n);

/** Bytes that kr_hazard_disagg_sources takes at most, its result included. */
size_t kr_disagg_sources_bytes(const kr_hazard *hazard, size_t nlevels, int threads);

#endif
