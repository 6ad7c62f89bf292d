/* The motions of a batch of contexts: means and sigmas of all models of a component, each model
 * that stands for several evaluated once. */
#ifndef KR_HAZARD_MOTIONS_H
#define KR_HAZARD_MOTIONS_H

#include "hazard/hazard_int.h"

/* Contexts whose probabilities are held at a time: they stay in the first cache. */
enum { KR_POES_ROWS = 64 };

/* Room of one thread. */
typedef struct kr_motions {
    const kr_hazard *hazard;
    const kr_motion *of;    /* by the tree's models */
    double *mean, *sigma;   /* instances x nimts x KR_GMM_BATCH */
    double *shift;          /* nimts x KR_GMM_BATCH */
    double *scratch;        /* of the models; NULL if none needs any */
    double *moved, *scaled; /* KR_POES_ROWS */
    double means;           /* evaluations: contexts x models x measures */
} kr_motions;

/** Contexts [first, first + n) of a batch as the models take them. */
static inline kr_gmm_batch kr_motions_batch(const kr_contexts *b, size_t first, size_t n)
{
    kr_gmm_batch batch = {.n = n};
    for (int c = 0; c < KR_COL_COUNT; c++)
        batch.col[c] = b->col[c] ? b->col[c] + first : NULL;
    return batch;
}

/** Make the motions of all models of the tree for some of the job's measures (bytes other than 0 of
 * `wanted`, one for each; NULL: all) in the hazard's arena `arena`. */
KR_MUST_CHECK kr_status kr_motions_make(kr_hazard *hazard, const unsigned char *wanted,
                                        kr_arena *arena, kr_motion **out);

/** Room for the hazard's motions, or for those of fewer measures; kr_motions_clear frees it. */
KR_MUST_CHECK kr_status kr_motions_init(const kr_hazard *hazard, const kr_motion *of,
                                        kr_motions *out);
void kr_motions_clear(kr_motions *motions);
size_t kr_motions_bytes(const kr_hazard *hazard);

/** Means and sigmas of an evaluation of a component for a batch. KR_EINPUT at a model's line: a
 * magnitude that it does not know, a sigma of 0. */
KR_MUST_CHECK kr_status kr_motions_eval(kr_motions *motions, const kr_component *component,
                                        const kr_evaluation *evaluation, kr_gmm_batch *batch);

/** Of that: mean and sigma (out[0] and out[1]) of a part of a model, for contexts [first, first +
 * n), n at most KR_POES_ROWS, and measure number k of the model. Until the next call. */
void kr_motions_part(kr_motions *motions, const kr_motion *motion, size_t part, bool shared,
                     size_t k, size_t first, size_t n, const double *out[2]);

#endif
