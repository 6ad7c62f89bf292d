/* The inside of disaggregation. Ruptures are made twice: once to see which cells have any, so that
 * all room is taken before the motions are computed. A task is a part of the models of a family,
 * over all of its works in their order; one thread computes it, and nothing else adds to the same
 * numbers: the sums do not depend on how the tasks are cut.
 *
 *   disagg_bins.c   cells, bands of epsilon
 *   disagg_cells.c  which cells there are, and the room for all numbers
 *   disagg_occur.c  how contexts occur
 *   disagg_add.c    from contexts to rates
 *   disagg_sources.c what sources and sections have
 *   disagg.c        tasks, atomic groups, the end
 *   disagg_size.c   bytes */
#ifndef KR_HAZARD_DISAGG_INT_H
#define KR_HAZARD_DISAGG_INT_H

#include "hazard/disagg_bins.h"
#include "hazard/gather.h"
#include "hazard/makers.h"
#include "hazard/motions.h"

#include <stdatomic.h>

/* The levels of one measure as the kernel takes them. */
typedef struct kr_disagg_levels {
    size_t n, padded;
    double *x;
    size_t *number; /* of each: among all levels */
} kr_disagg_levels;

/* What all threads share. */
typedef struct kr_disagg_work {
    const kr_hazard *hazard;
    kr_arena arena;
    size_t site, nlevels;
    double before, after; /* as kr_disagg_wanted has them */
    bool exact;
    kr_binner binner;
    kr_bands bands;
    kr_disagg_levels *levels;  /* by measure */
    size_t most_padded;        /* levels of a measure */
    kr_motion *motions;        /* of the measures that have levels */
    kr_columns extra;          /* that bins need */
    kr_site_soa soa;           /* the site alone */
    kr_section_table sections; /* of the site, or of all of the job */
    size_t first_in_table;     /* job number */
    kr_cell_set *sets;         /* by component */
    kr_disagg *out;
    atomic_int status; /* the first failure of any thread */
    atomic_size_t next;
    atomic_uint beyond; /* as out->beyond */
    size_t steps;       /* blocks of works, times the evaluations of their families */
    atomic_size_t done; /* of these */
} kr_disagg_work;

/** Numbers of a cell for one model. */
static inline size_t kr_disagg_stride(const kr_disagg_work *d)
{
    return d->nlevels * d->bands.n;
}

/** What follows from the bins; kr_disagg_end gives everything back but `out`. */
KR_MUST_CHECK kr_status kr_disagg_begin(kr_disagg_work *work, const kr_hazard *hazard, size_t site,
                                        const kr_disagg_bins *bins);
void kr_disagg_end(kr_disagg_work *work);

/** The site alone, and the distances of the fault sections to it, for these columns. */
KR_MUST_CHECK kr_status kr_disagg_make_site(kr_disagg_work *work, kr_columns columns, int threads);

/** The sites whose distances are in the table: in compat oq-3.21 the closest point of a multi-fault
 * rupture hangs on all sites of the job. */
size_t kr_disagg_table_sites(const kr_disagg_work *work, kr_columns columns);

/** work->out without its cells and rates. */
KR_MUST_CHECK kr_status kr_disagg_make_result(kr_disagg_work *work);

/** The first failure counts. */
void kr_disagg_fail(kr_disagg_work *work, kr_status status);

/** Find the cells of all components and make room for their numbers in work->out. */
KR_MUST_CHECK kr_status kr_disagg_find_cells(kr_disagg_work *work, int threads);

/** The reference reads contexts back as it stored them, all but the sites' columns in single
 * precision: so are those of the batch from now on. */
void kr_disagg_round(const kr_contexts *batch);

/* How the contexts of a batch occur: `group` as kr_disagg_group has it, NULL: of no atomic group.
 */
typedef struct kr_disagg_occurrence {
    const kr_disagg_work *of;
    const kr_contexts *batch;
    const kr_group *group;
} kr_disagg_occurrence;

/** Is there anything of this context for a member of the work? */
bool kr_disagg_has(const kr_contexts *batch, size_t i, size_t member);

/** Is there more to it than a rate, by which the probabilities are multiplied? */
bool kr_disagg_changes(const kr_disagg_occurrence *occurrence);

/** The number of occurrences to expect. */
double kr_disagg_rate(const kr_disagg_work *work, const kr_contexts *batch, size_t i,
                      size_t member);

/** Where there is more to it: n probabilities (up to a multiple of 8) by one occurrence of context
 * i become rates of a member. */
void kr_disagg_change(const kr_disagg_occurrence *occurrence, size_t i, size_t member, size_t n,
                      double *row);

/** Parts of a model whose probabilities are averaged, and one of them as kr_motions_part gives it;
 * returns its weight. */
size_t kr_disagg_count_parts(const kr_disagg_work *work, const kr_motion *motion);
double kr_disagg_part_of(const kr_disagg_work *work, kr_motions *motions, const kr_motion *motion,
                         size_t part, bool shared, size_t k, size_t first, size_t n,
                         const double *out[2]);

/** How the reference takes an atomic group: a cluster is none, and the probability of the group is
 * in its contexts (`factor`). */
kr_group kr_disagg_group(const kr_disagg_work *work, const kr_group *group, double *factor);

/** The levels by measure, and the models for the measures that have any. */
KR_MUST_CHECK kr_status kr_disagg_set_levels(kr_disagg_work *work, kr_hazard *hazard,
                                             const kr_disagg_level *levels);

/* One thread's room. */
typedef struct kr_disagg_unit {
    kr_disagg_work *of;
    const kr_work *work;
    kr_makers makers;
    kr_motions motions;
    size_t first, end;     /* evaluations of the family */
    const kr_group *group; /* of an atomic work, as it counts here; else NULL */
    double factor;
    double *source, *sum; /* of an atomic work: numbers of the component; else NULL */
    double mutex_weight;
    double *group_room[2]; /* of the greatest atomic component */
    kr_gathered gathered;  /* a batch sorted by cell */
    uint64_t *keys;        /* KR_CONTEXTS_CAPACITY: to sort by */
    uint32_t *cells;       /* KR_CONTEXTS_CAPACITY: of the sorted contexts */
    double *weights;       /* members x KR_GMM_BATCH */
    uint32_t *members;     /* those that have some contexts */
    uint32_t *rows;        /* KR_POES_ROWS: 0, 1, 2, ... */
    size_t row;            /* levels x bands, padded */
    double *poes;          /* KR_POES_ROWS x levels of a measure, padded */
    double *bands;         /* KR_POES_ROWS x row */
    double *sums;          /* members x row: of contexts of one cell */
    double *changed;       /* a row for one member */
} kr_disagg_unit;

/** Members of the greatest work; numbers of the greatest atomic component; numbers of a cell for
 * one model, padded for the kernels. */
size_t kr_disagg_most_members(const kr_hazard *hazard);
size_t kr_disagg_most_atomic(const kr_disagg_work *work);
size_t kr_disagg_row_size(const kr_disagg_work *work);

/** Add the contexts of a batch (a kr_visit). */
kr_status kr_disagg_add(void *unit, const kr_contexts *batch);

#endif
