/* The inside of the hazard room. */
#ifndef KR_HAZARD_HAZARD_INT_H
#define KR_HAZARD_HAZARD_INT_H

#include "base/digest_map.h"
#include "gmm/gmm.h"
#include "hazard/hazard.h"
#include "hazard/kernel.h"
#include "rupture/fault.h"

/* A ground-motion branch ready to evaluate: instances whose exceedance probabilities are averaged.
 */
typedef struct kr_motion {
    size_t ngmms;
    const kr_gmm **gmms; /* the instances */
    size_t nparts;
    const kr_gmm_part *parts; /* those of one instance stand together */
    const size_t *gmm_of;     /* of each part */
    size_t nimts;             /* measures that it contributes to; the instances give these */
    const size_t *measures;   /* among the job's */
} kr_motion;

/* Models of a component that one evaluation serves: one, or several. */
typedef struct kr_evaluation {
    size_t n;
    const size_t *models; /* among the component's */
    bool shared;          /* all parts of all models are one instance but for a shift of the mean */
    bool shifted;         /* shared: there is a shift, which this part of this model gives */
    size_t shift_model, shift_part;
} kr_evaluation;

/* Components whose sources have the same tectonic region and the same models: a rupture that
 * several of them hold is computed once. An atomic group is on its own. */
typedef struct kr_family {
    const kr_component *component; /* the first */
    kr_columns columns;
    kr_jumps jumps; /* of the models, in the columns that they need */
    size_t nevaluations;
    kr_evaluation *evaluations;
    size_t n;
    size_t *components; /* numbers in the tree */
} kr_family;

/* A source made ready: points, or an extended source. */
typedef struct kr_ready {
    kr_split *split;
    kr_fault *fault;
    const kr_source *const *origins; /* of several members that each have it by rates of their own:
                                        the source of each; else NULL */
} kr_ready;

/* The source as given. */
static inline const kr_source *kr_ready_origin(const kr_ready *ready)
{
    return ready->fault ? kr_fault_source(ready->fault) : ready->split->origin;
}

/* Consecutive points of a split, items of a fault, or cells. */
typedef struct kr_segment {
    const kr_ready *source; /* NULL: cells */
    size_t first, count;
} kr_segment;

/* What is computed in one unit. */
typedef struct kr_block {
    size_t first_segment, nsegments;
    double cost; /* in ruptures of points */
    size_t pace; /* its class: see hazard/pace.h */
    bool scout;  /* the first of its class */
} kr_block;

/* Sources that are computed for the same components of a family: its members. */
typedef struct kr_work {
    const kr_family *family;
    const kr_component *component; /* the first member */
    size_t nmembers;
    const size_t *members; /* numbers of components in the tree, increasing */
    size_t nready, ready_cap;
    kr_ready **ready; /* each on its own, so that segments can point at it */
    kr_cells *cells;  /* with ps_grid_spacing, else NULL */
    size_t nsegments, segments_cap;
    kr_segment *segments;
    size_t nblocks, blocks_cap;
    kr_block *blocks;  /* an atomic group is one block */
    size_t site_block; /* sites of a unit */
} kr_work;

struct kr_hazard {
    kr_ctx *ctx;
    kr_arena arena;
    const kr_job *job;
    const kr_model *model;
    const kr_tree *tree;
    const kr_sites *sites;
    const kr_soil *soil;      /* where contexts are amplified, else NULL */
    kr_surfaces *surfaces;    /* of all extended sources */
    int threads;              /* that may prepare */
    bool met;                 /* faults know the sites */
    bool with_probs;          /* some ruptures have probabilities of occurrence instead of rates */
    const kr_gmm_file *files; /* that ground-motion models read */
    size_t fault_room, point_room; /* bytes that makers come to hold for the greatest source */
    kr_site_soa soa;               /* all sites */
    kr_motion *motions;            /* one for each of the tree's models */
    size_t scratch;                /* doubles that the greediest of their parts needs */
    size_t most_gmms;              /* of a motion */
    kr_columns site_columns;
    const kr_kernels *kernels;
    kr_truncation truncation;
    size_t padded;  /* levels of one measure, padded */
    double *levels; /* nimts x padded: what the kernel compares with */
    size_t nfamilies;
    kr_family *families;
    size_t nworks, works_cap;
    kr_work **works;
    kr_digest_map work_of;    /* by family and members: the work + 1; while sources are prepared */
    kr_component_size *sizes; /* of every component */
    uint64_t **ruptures;      /* of every component: of each of its sources */
    size_t npaces;
    struct kr_pace *paces; /* of the classes of units */
};

/* Numbers of one site in all measures. */
static inline size_t kr_curve_size(const kr_hazard *h)
{
    return h->job->nimts * h->padded;
}

/* The tectonic region type that distances and magnitude cuts of a component go by: with one model
 * for all ("*") the reference finds the default only. */
const char *kr_hazard_trt(const kr_hazard *hazard, const kr_component *component);

/** What makers of contexts are to fill for a family. */
static inline kr_columns kr_family_columns(const kr_hazard *h, const kr_family *family)
{
    return family->columns | (h->job->collapse_level >= 0 ? KR_BIT(RRUP) : 0);
}

/** The jumps that the means of sources must heed; NULL: none (kr_mean_source_weigh). */
static inline const kr_jumps *kr_family_jumps(const kr_hazard *h, const kr_family *family)
{
    return h->job->compat == KR_COMPAT_EXACT ? NULL : &family->jumps;
}

/** A view of sites [first, first + nsites): `first` is a multiple of 8, the end is padded. */
void kr_hazard_soa(const kr_hazard *hazard, size_t first, size_t nsites, kr_site_soa *out);

/** The columns that any model of the job needs. */
kr_columns kr_all_columns(const kr_hazard *hazard);

/** Let the faults meet the job's sites for all columns, if they have not yet. */
KR_MUST_CHECK kr_status kr_hazard_meet_once(kr_hazard *hazard, int threads);

/** Let the faults meet the job's sites (kr_fault_meet_sites) for the columns of their components,
 * but for `without`. */
KR_MUST_CHECK kr_status kr_hazard_meet(kr_hazard *hazard, kr_columns without, int threads);

/** Cut a work to what it would be with the levels of another hazard: members, sites of a unit. */
void kr_work_size(const kr_hazard *hazard, kr_work *work);

/** The work of one component alone, or of several (increasing numbers); found, or made. */
KR_MUST_CHECK kr_status kr_hazard_work_of(kr_hazard *hazard, const kr_family *family,
                                          const size_t *members, size_t n, kr_work **out);

/** A rupture at a site is one evaluation for each model, and a little more. */
static inline double kr_work_factor(const kr_work *work)
{
    return (double)(work->component->ngsims + 1);
}

/** Work of item i of a source: a point of a split, an item of a fault, or (NULL) a cell. */
double kr_work_item_cost(const kr_work *work, const kr_ready *source, size_t i);

/** Add a source to a work; it is taken over, also by a failure. */
KR_MUST_CHECK kr_status kr_work_add(kr_hazard *hazard, kr_work *work, kr_ready ready);

/* The sources of a family's components, among which those that are alike are found (share.c). */
typedef struct kr_pool kr_pool;
KR_MUST_CHECK kr_status kr_pool_create(kr_hazard *hazard, const kr_family *family, kr_pool **out);
void kr_pool_destroy(kr_pool **pool);

/** Add a source of the component at a place in the family (not decreasing); it is taken over. */
KR_MUST_CHECK kr_status kr_pool_add(kr_pool *pool, size_t place, kr_ready *source);

/** Hand all sources over to works. */
KR_MUST_CHECK kr_status kr_pool_finish(kr_pool *pool);

#endif
