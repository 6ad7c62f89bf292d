/* The hazard room: from sources and ground-motion models to the rates of components.
 *
 *   kr_hazard          what a job computes with: models, splits of the sources, levels (immutable)
 *   kr_hazard_tile     the component rates of consecutive sites
 *
 * A *rate* is -ln(probability of no exceedance) over the investigation time. Work is cut into units
 * that follow from the job alone: (work, block of sites, block of sources), where a work is what
 * some components have in common, or one has alone. Each unit is computed by one thread and added
 * in the order of the units, so that the sum at a site has the same bits for any number of threads
 * and any tiles. */
#ifndef KR_HAZARD_HAZARD_H
#define KR_HAZARD_HAZARD_H

#include "base/phase.h"
#include "hazard/soil.h"
#include "model/sites.h"
#include "rupture/rupture.h"
#include "tree/tree.h"

/* Sites of one unit; tiles begin at multiples of it. */
enum { KR_SITE_BLOCK = 64 };

typedef struct kr_hazard kr_hazard;

/** Make the ground-motion models of the tree for the job's measures. `job`, `model` (the sources of
 * the tree) and `tree` must outlive it. Owned by the caller: kr_hazard_destroy. KR_EINPUT (a model
 * or its arguments are wrong). */
KR_MUST_CHECK kr_status kr_hazard_create(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                                         const kr_tree *tree, kr_hazard **out);
void kr_hazard_destroy(kr_hazard **hazard);

/** The path of the i-th file that the models read, from 0; NULL after the last. */
const char *kr_hazard_file(const kr_hazard *hazard, size_t i);

/** The site columns that the models need: what kr_sites_read must provide. */
kr_columns kr_hazard_site_columns(const kr_hazard *hazard);

/** Split the sources into points, and faults into their floating ruptures. `sites` are the job's
 * sites and must outlive the hazard. What comes of it is the same for any number of threads. */
KR_MUST_CHECK kr_status kr_hazard_prepare(kr_hazard *hazard, const kr_sites *sites, int threads);

/** With convolution: the motion of every model must be on rock as hard as the table's, or harder,
 * unless vs30_tolerance is negative. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_hazard_check_rock(const kr_hazard *hazard, const kr_soil *soil);

/** Amplify every context (amplification_method = kernel); before kr_hazard_prepare. `soil` must
 * outlive the hazard. */
void kr_hazard_amplify(kr_hazard *hazard, const kr_soil *soil);

/* What a component holds, for the log and for `kauri info`. */
typedef struct kr_component_size {
    size_t points;           /* of split pointlike sources */
    size_t cells;            /* what ps_grid_spacing leaves of them; the points without it */
    uint64_t point_ruptures; /* points x magnitudes x planes x depths */
    uint64_t point_mags;     /* points x magnitudes: point_ruptures / point_mags is the reference's
                                spinning factor */
    uint64_t ruptures;       /* of all sources */
    double contexts;         /* estimate over all sites of the job */
} kr_component_size;
kr_component_size kr_hazard_component_size(const kr_hazard *hazard, size_t component);

/** Ruptures of one source of a component. */
uint64_t kr_hazard_source_ruptures(const kr_hazard *hazard, size_t component, size_t source);

/** Estimate the contexts of every component. */
KR_MUST_CHECK kr_status kr_hazard_estimate(kr_hazard *hazard);

/** Bytes that a tile of `nsites` takes while it is computed by `threads` threads, its rates
 * included. */
size_t kr_hazard_tile_bytes(const kr_hazard *hazard, size_t nsites, int threads);

/** What kr_hazard_tile_bytes leaves out: bytes of the list of units of a tile. */
size_t kr_hazard_list_bytes(const kr_hazard *hazard, size_t nsites);

/** What of kr_hazard_tile_bytes is never touched, as units have room for more sites than there are:
 * it does not become resident. */
size_t kr_hazard_untouched_bytes(const kr_hazard *hazard, size_t nsites, int threads);

/** Bytes that the makers of contexts take for the greatest source where there are so many sites:
 * while sources are prepared it is all of the job's. */
size_t kr_hazard_preparing_bytes(const kr_hazard *hazard, size_t nsites);

/** The hazard of the same job with another number of levels, to be asked for the sizes above and
 * for nothing else, as long as `hazard` is there. Owned by the caller: kr_hazard_sized_destroy. */
KR_MUST_CHECK kr_status kr_hazard_sized(const kr_hazard *hazard, size_t nlevels, kr_hazard **out);
void kr_hazard_sized_destroy(kr_hazard **sized);

/** Keep up to `most_bytes` of the outlines of faults from tile to tile. Returns how much of it may
 * be used: no more than all ruptures need, 0 where no source has outlines. */
size_t kr_hazard_keep_outlines(kr_hazard *hazard, size_t most_bytes);

/* Work done so far, over all tiles. Ruptures that several components share are computed once. */
typedef struct kr_hazard_work {
    double contexts; /* (rupture, site) pairs within the integration distance, of every component
                        that holds the rupture */
    double computed; /* of these, pairs whose distances and columns were made: each shared pair
                        once */
    double means;    /* evaluations of mean and sigma: pairs x models x measures */
    double
        exceedances; /* probabilities: pairs x models and their shifts x levels, padding included */
    double products; /* probabilities added to rates, of every component */
    double done;     /* progress: share of the time of all tiles, about; it never falls */
    kr_spread units; /* seconds of the units of work */
} kr_hazard_work;

/* Who keeps what a tile has come to. */
typedef struct kr_hazard_watch {
    void *user;
    size_t begin; /* units that the rates and the counters hold already, the first of their order */
    /* Unit `added` - 1 of n has been added: until it returns, the rates and the counters hold those
     * before `added`. One thread at a time; others compute meanwhile. */
    kr_status (*added)(void *user, size_t added, size_t n);
    /* The tile fails, for whatever reason. */
    void (*stopped)(void *user, size_t added, size_t n);
} kr_hazard_watch;

/** Compute the component rates of sites [first, first + nsites); `first` is a multiple of
 * KR_SITE_BLOCK. rates[(rate * nsites + site) * nimts * nlevels + level], zeroed by the caller or,
 * with a watch, as they were when `begin` units had been added. watch: or NULL. KR_EINTERRUPTED, or
 * what `added` fails with. */
KR_MUST_CHECK kr_status kr_hazard_tile(kr_hazard *hazard, size_t first, size_t nsites, int threads,
                                       double *rates, kr_hazard_work *work,
                                       const kr_hazard_watch *watch);

/* Seconds of units of work, of all threads together, about. */
typedef struct kr_hazard_time {
    double spent; /* on those that were computed here */
    double over;  /* on all that are over, those of an interrupted run included */
    double left;  /* for the others, of all tiles */
} kr_hazard_time;

/** As far as is known by now: within `added` of a watch, within what is told the progress, or while
 * no tile is computed. */
void kr_hazard_left(const kr_hazard *hazard, kr_hazard_time *out);

/** So many sites need not be computed: an interrupted run has done it. */
void kr_hazard_pass(kr_hazard *hazard, size_t nsites);

/** Ruptures at sites times their models: what the time is about in proportion to. */
double kr_hazard_cost_of_units(const kr_hazard *hazard);

#endif
