/* The rupture room for point-like sources: from sources to contexts, the (rupture, site) pairs with
 * every quantity that ground-motion models ask for.
 *
 *   kr_split        a source cut into points, with its discrete magnitudes and rates (once a
 * source) kr_cells        points of several splits merged on a grid (only with ps_grid_spacing)
 *   kr_point_maker  one for each thread and tile: ruptures, distances, cuts
 *   kr_contexts     a batch of pairs handed to a visitor
 *
 * Splits and cells are immutable after they are created and shared among threads. What they are
 * made of (job, sources) must outlive them. */
#ifndef KR_RUPTURE_RUPTURE_H
#define KR_RUPTURE_RUPTURE_H

#include "base/file.h"
#include "geo/site_soa.h"
#include "geo/sphere.h"
#include "model/column.h"
#include "model/job.h"
#include "model/jump.h"
#include "model/sites.h"
#include "model/source.h"

/* ---- splits ---- */

/* A discrete magnitude-frequency distribution. */
typedef struct kr_bins {
    size_t n;
    const double *mag;  /* as in the source, not rounded */
    const double *rate; /* annual, > 0 */
    double total_rate;  /* of points */
    /* Sources that differ in rates only are one, with a rate for each of these alternatives (0
     * where it has none); the rates above are those of the first. */
    size_t nalternatives;       /* 0: there is one */
    const double *alternatives; /* n x nalternatives */
    /* Alternatives whose mean ruptures are the same (kr_mean_source_weigh): of each class the total
     * rate of one of them, and the rates with 0 where an alternative is of another class. */
    size_t nclasses; /* of points with several planes or depths; else 0 */
    const double *class_total;
    const double *class_rates; /* nclasses x n x nalternatives */
} kr_bins;

/* Grid points of an area, shared among the variants of a source that have the same polygon. */
typedef struct kr_area_grid {
    size_t n;
    const double *lon, *lat;
} kr_area_grid;

typedef struct kr_split {
    kr_arena arena;
    const kr_source *source; /* as it is computed: changed by reqv where the job says so */
    const kr_source *origin; /* as given */
    bool whole;              /* not split in the reference: all ruptures in full, one box for all */
    size_t npoints;
    const double *lon, *lat;
    size_t nbins; /* 1, or npoints */
    const kr_bins *bins;
    size_t stride;  /* ruptures of the point that has most */
    kr_bbox bounds; /* of the polygon or the points; longitudes above 180 at the date line */
} kr_split;

/** The grid of an area source in the arena. KR_EINPUT at the source's line if no point is inside.
 */
KR_MUST_CHECK kr_status kr_area_grid_make(kr_ctx *ctx, const kr_source *source, kr_arena *arena,
                                          kr_area_grid *out);

/** Split a source. @param grid a grid made before for the same polygon and spacing, borrowed; NULL:
 * made here where needed. @param atomic the source is in a mutex group or a cluster, which the
 * reference never splits. Owned by the caller: kr_split_destroy. Thread-safe. */
KR_MUST_CHECK kr_status kr_split_create(kr_ctx *ctx, const kr_job *job, const kr_source *source,
                                        const kr_area_grid *grid, bool atomic, kr_split **out);
void kr_split_destroy(kr_split **split);

/** The bins of a point. */
static inline const kr_bins *kr_split_bins(const kr_split *split, size_t point)
{
    return &split->bins[split->nbins == 1 ? 0 : point];
}

/** True if two splits make the same ruptures, whatever their rates. */
bool kr_split_alike(const kr_split *a, const kr_split *b);

/** A number that two splits that are alike have both. */
kr_hash128 kr_split_likeness(const kr_split *split);

/** Rates of all magnitudes: of each of the nbins, one after the other. */
size_t kr_split_count_rates(const kr_split *split);
void kr_split_rates(const kr_split *split, double *out);

/** Let a split stand for n alternatives with these rates: n x kr_split_count_rates. @param jumps as
 * of the maker that will run it (kr_point_setup). */
KR_MUST_CHECK kr_status kr_split_alternatives(kr_split *split, size_t n, const double *rates,
                                              const kr_jumps *jumps);

/** Ruptures of a split: sum over points of magnitudes x planes x depths. */
uint64_t kr_split_count_ruptures(const kr_split *split);

/* ---- grids of points (ps_grid_spacing) ---- */

typedef struct kr_member {
    const kr_split *split;
    size_t point;
} kr_member;

/* One point, or several close ones together with their average. */
typedef struct kr_cell {
    size_t nmembers;
    const kr_member *members;
    const kr_source *mean; /* one plane, one depth; NULL if there is one member, and the rest 0 */
    double lon, lat, depth_km; /* of the mean */
    kr_bins bins;              /* magnitudes of all members in increasing order, rates summed */
    double spacing_km;
} kr_cell;

typedef struct kr_cells {
    kr_arena arena;
    size_t n;
    kr_cell *cells;
} kr_cells;

/** Merge the points of the splits of one component (same tectonic region) on a grid of
 * ps_grid_spacing, as the reference does with a group of sources. Splits that are whole, and those
 * that no site of the job comes near, are left as they are (one cell for each of their points).
 * Owned by the caller: kr_cells_destroy; the splits must outlive it. */
KR_MUST_CHECK kr_status kr_cells_create(kr_ctx *ctx, const kr_job *job,
                                        const kr_site_soa *job_sites, const kr_split *const *splits,
                                        size_t nsplits, kr_cells **out);
void kr_cells_destroy(kr_cells **cells);

/* ---- contexts ---- */

enum { KR_CONTEXTS_CAPACITY = 1024 };

/* A batch of pairs. All pairs of a site come in an order that does not depend on tiles. */
typedef struct kr_contexts {
    size_t n;                  /* pairs; entries up to the next multiple of 8 are valid copies */
    size_t capacity;           /* KR_CONTEXTS_CAPACITY */
    kr_columns columns;        /* those filled */
    double *col[KR_COL_COUNT]; /* NULL where not in columns; mag is rounded to 3 decimals */
    double *rate;         /* annual occurrence rate of the rupture; with rates: its part of them */
    const double **rates; /* of sources that stand for several alternatives: annual rates of the
                             rupture's magnitude, one for each; else NULL */
    uint32_t *site;       /* index in the tile */
    uint32_t *rupture;    /* number of the rupture within the source (or the cell) */
    size_t nprobs;        /* 0: ruptures occur as the source's model says, at `rate` */
    const double **probs; /* of each pair: nprobs probabilities of 0, 1, ... occurrences over the
                             investigation time, of one alternative after the other; filled where
                             nprobs > 0 */
    double *weight;       /* of exclusive ruptures: the rupture's weight; else 1 */
    const kr_source *source; /* of the last pairs; all share its temporal occurrence model */
} kr_contexts;

/** Receives a batch, which is reused afterwards. Any status but KR_OK stops the maker. */
typedef kr_status (*kr_visit)(void *user, const kr_contexts *batch);

/* ---- the maker ---- */

typedef struct kr_point_setup {
    const kr_job *job;
    const char *trt;              /* tectonic region of the sources to come */
    kr_columns columns;           /* wanted; rrup is always computed for the cut */
    const kr_sites *sites;        /* of the tile */
    const kr_site_soa *tile;      /* the same sites */
    const kr_site_soa *job_sites; /* all sites of the job (may be the same as tile) */
    const kr_jumps *jumps; /* of the models that the contexts are for; see kr_mean_source_weigh */
    kr_columns extra;      /* filled, too, though no model asks for them: minimum_distance does not
                              hold for these */
    bool source_mags;      /* mag of split sources is the source's, not rounded */
} kr_point_setup;

typedef struct kr_point_maker kr_point_maker;

/** Create a maker for one thread, one tile and one tectonic region. All that `setup` points to
 * must outlive it. KR_EINPUT if a column is wanted that point sources do not have (azimuthcp,
 * rcdpp) or a site column that the job's sites lack. Owned by the caller. */
KR_MUST_CHECK kr_status kr_point_maker_create(kr_ctx *ctx, const kr_point_setup *setup,
                                              kr_point_maker **out);
void kr_point_maker_destroy(kr_point_maker **maker);

/** Bytes that a maker of these columns comes to hold for the split, at `nsites` sites. */
size_t kr_point_maker_bytes(const kr_split *split, kr_columns columns, size_t nsites);

/** Make the contexts of the points [first, first + count) of a split and hand them to the visitor,
 * batch by batch; the last batch of the call may be partly filled. Memory is taken only when a
 * split needs more room than any before it. */
KR_MUST_CHECK kr_status kr_point_maker_run(kr_point_maker *maker, const kr_split *split,
                                           size_t first, size_t count, kr_visit visit, void *user);

/** The same for cells [first, first + count). A cell of one member gives what its point gives. */
KR_MUST_CHECK kr_status kr_point_maker_run_cells(kr_point_maker *maker, const kr_cells *cells,
                                                 size_t first, size_t count, kr_visit visit,
                                                 void *user);

/** Contexts to expect from a split in this tile, from about `sample` of its points; no ruptures are
 * built. */
double kr_point_maker_estimate(kr_point_maker *maker, const kr_split *split, size_t sample);

#endif
