/* The inside of the hazard room. */
#ifndef KR_HAZARD_HAZARD_INT_H
#define KR_HAZARD_HAZARD_INT_H

#include "gmm/gmm.h"
#include "hazard/hazard.h"
#include "hazard/kernel.h"
#include "rupture/fault.h"

/* A ground-motion branch ready to evaluate: instances whose exceedance probabilities are averaged.
 */
typedef struct kr_motion {
    size_t nparts;
    const kr_gmm_part *parts; /* those of one instance stand together */
    size_t nimts;             /* measures that it contributes to; the instances give these */
    const size_t *measures;   /* among the job's */
} kr_motion;

/* Models of a component that one evaluation serves: one, or several. */
typedef struct kr_evaluation {
    size_t n;
    const size_t *models; /* among the component's */
    bool shared;          /* all parts of all models are one instance but for a shift of the mean */
    const kr_gmm *shifted; /* shared: gives the shift; NULL: there is none */
} kr_evaluation;

/* A source made ready: points, or an extended source. */
typedef struct kr_ready {
    kr_split *split;
    kr_fault *fault;
} kr_ready;

/* Consecutive points of a split, items of a fault, or cells. */
typedef struct kr_segment {
    const kr_ready *source; /* NULL: cells */
    size_t first, count;
} kr_segment;

/* What is computed in one unit. */
typedef struct kr_block {
    size_t first_segment, nsegments;
    double cost; /* in ruptures of points */
} kr_block;

/* A component with its sources split. */
typedef struct kr_work_component {
    const kr_component *component;
    kr_columns columns;
    size_t nevaluations;
    kr_evaluation *evaluations;
    kr_ready *ready; /* one for each source */
    kr_cells *cells; /* with ps_grid_spacing, else NULL */
    size_t nsegments, segments_cap;
    kr_segment *segments;
    size_t nblocks, blocks_cap;
    kr_block *blocks; /* an atomic group is one block */
    kr_component_size size;
} kr_work_component;

struct kr_hazard {
    kr_ctx *ctx;
    kr_arena arena;
    const kr_job *job;
    const kr_model *model;
    const kr_tree *tree;
    const kr_sites *sites;
    const kr_soil *soil;   /* where contexts are amplified, else NULL */
    kr_surfaces *surfaces; /* of all extended sources */
    bool met;              /* faults know the sites */
    size_t fault_room;     /* bytes that a maker comes to hold for the greatest fault */
    kr_site_soa soa;       /* all sites */
    kr_motion *motions;    /* one for each of the tree's models */
    size_t scratch;        /* doubles that the greediest of their parts needs */
    kr_columns site_columns;
    const kr_kernels *kernels;
    kr_truncation truncation;
    size_t padded;  /* levels of one measure, padded */
    double *levels; /* nimts x padded: what the kernel compares with */
    kr_work_component *components;
    double cost; /* in all */
};

/* What one thread computes a unit with. */
typedef struct kr_unit {
    const kr_hazard *hazard;
    const kr_work_component *component; /* of the maker */
    size_t first_site, nsites;          /* of the maker, job numbers */
    kr_sites sites;                     /* views of the job's sites */
    kr_site_soa soa;
    const kr_section_table *sections; /* of the tile, which begins at first_in_table */
    size_t first_in_table;
    kr_point_maker *points; /* NULL as long as the component has asked for none */
    kr_fault_maker *faults;
    double *sums;    /* models x KR_SITE_BLOCK x nimts x padded: rates of the unit */
    double *group;   /* the same shape, for atomic groups; else NULL */
    double *poes;    /* KR_GMM_BATCH x nimts x padded: where rates do not follow linearly */
    double *rounded; /* columns x KR_CONTEXTS_CAPACITY, with collapse_level; else NULL */
    unsigned char touched[KR_SITE_BLOCK];
    double *mean, *sigma; /* nimts x KR_GMM_BATCH */
    double *shift;        /* nimts x KR_GMM_BATCH */
    double *scratch;      /* of the models; NULL if none needs any */
    double contexts;
} kr_unit;

/** The tectonic region type that distances and magnitude cuts of a component go by: with one model
 * for all
 * ("*") the reference finds the default only. */
const char *kr_hazard_trt(const kr_hazard *hazard, const kr_work_component *component);

/** A view of sites [first, first + nsites): `first` is a multiple of 8, the end is padded. */
void kr_hazard_soa(const kr_hazard *hazard, size_t first, size_t nsites, kr_site_soa *out);

/** Let the faults meet the job's sites (kr_fault_meet_sites) for the columns of their components,
 * but for `without`. */
KR_MUST_CHECK kr_status kr_hazard_meet(kr_hazard *hazard, kr_columns without, int threads);

/** Make room for units of any component in a tile that begins at site `first` and has this table of
 * sections; kr_unit_clear frees it. */
KR_MUST_CHECK kr_status kr_unit_init(const kr_hazard *hazard, const kr_section_table *sections,
                                     size_t first, kr_unit *unit);
void kr_unit_clear(kr_unit *unit);
size_t kr_unit_bytes(const kr_hazard *hazard);

/** Compute block `block` of a component for the job's sites [first, first + nsites); the result is
 * in sums and touched. */
KR_MUST_CHECK kr_status kr_unit_run(kr_unit *unit, const kr_work_component *component, size_t block,
                                    size_t first, size_t nsites);

#endif
