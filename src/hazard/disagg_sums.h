/* From rates by component, model, cell, level and epsilon to the tables of disaggregation: sums
 * over components with weights, and over the axes that a table leaves out. */
#ifndef KR_HAZARD_DISAGG_SUMS_H
#define KR_HAZARD_DISAGG_SUMS_H

#include "hazard/disagg_edges.h"

/* Rates in the tables of some targets (a realization, a mean) side by side, at one site. */
typedef struct kr_disagg_sums {
    const kr_disagg_edges *edges;
    const kr_job *job;
    const kr_tree *tree;
    size_t nkinds, nlevels, ntargets;
    size_t first_level; /* of the disaggregation that is added: 0, or set by who adds */
    bool mean;          /* it is the reference's mean that is added; set by who adds */
    const kr_disagg_kind **kinds;
    size_t cells[KR_DISAGG_KINDS];
    double *rates[KR_DISAGG_KINDS]; /* of each kind: cells x nlevels x ntargets */
    double *total;                  /* nlevels x ntargets */
    double *below, *above; /* the same at the levels that rates were taken between, of `between` */
    const kr_disagg_chord *between; /* of what was added; NULL: it was computed at its levels */
    double *cell;                   /* inside: one cell, nlevels x epsilons */
} kr_disagg_sums;

/** Zeros for the tables that the job asks for. What is given must outlive it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_disagg_sums_create(kr_ctx *ctx, const kr_disagg_edges *edges,
                                              const kr_job *job, const kr_tree *tree,
                                              size_t nlevels, size_t ntargets,
                                              kr_disagg_sums **out);
void kr_disagg_sums_destroy(kr_disagg_sums **sums);
size_t kr_disagg_sums_bytes(const kr_disagg_edges *edges, const kr_job *job, size_t nlevels,
                            size_t ntargets);

/** Back to zeros. */
void kr_disagg_sums_clear(kr_disagg_sums *sums);

/** Add to a target what the components have, each rate (as numbered by the tree) with its weight:
 * that of a level is weights[level * stride + rate]; stride 0: the same for all levels. In its mean
 * the reference averages the probabilities of a group of exclusive sources and not its rates; so is
 * it done here with `mean`, unless the job is `exact`. */
void kr_disagg_sums_add(kr_disagg_sums *sums, const kr_disagg *disagg, const double *weights,
                        size_t stride, size_t target);

/** Rates become probabilities of at least one exceedance; where they were taken between two levels,
 * they are first made to add up to the curve that is interpolated there (docs/theory.md, 31). */
void kr_disagg_sums_finish(kr_disagg_sums *sums);

#endif
