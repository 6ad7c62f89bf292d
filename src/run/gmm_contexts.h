/* Tables of contexts for ground-motion models, read in batches: columns of rupture, distance and
 * site (rup_mag, dist_rrup, site_vs30; also without what stands before the _), result_type,
 * damping, and one column for each measure (pga, 0.2, AvgSA(0.5)). */
#ifndef KR_RUN_GMM_CONTEXTS_H
#define KR_RUN_GMM_CONTEXTS_H

#include "gmm/gmm.h"

#include <stdio.h>

typedef enum kr_gmm_result {
    KR_RESULT_MEDIAN,
    KR_RESULT_TOTAL,
    KR_RESULT_INTER,
    KR_RESULT_INTRA,
    KR_RESULT_COUNT
} kr_gmm_result;

typedef struct kr_contexts {
    kr_ctx *ctx;
    kr_arena arena; /* of the header */
    const char *path;
    FILE *file;
    int line;
    char *text; /* of the current line */
    size_t capacity, ncols;
    const char **header;
    int column[KR_COL_COUNT]; /* where it stands; -1: it does not */
    int result_type, damping_column;
    size_t nimts;
    kr_imt *imts;
    size_t *imt_column;
    /* the batch */
    kr_arena rows;
    size_t n;
    double damping; /* of all its rows, percent */
    const char **fields[KR_GMM_BATCH];
    int lines[KR_GMM_BATCH];
    kr_gmm_result type[KR_GMM_BATCH];
    double *columns; /* KR_COL_COUNT x KR_GMM_BATCH */
    double *results; /* KR_RESULT_COUNT x nimts_room x KR_GMM_BATCH */
    size_t nimts_room;
    double *scratch;
    size_t scratch_room;
    double least_rrup; /* where a comparison stands in for a missing rrup; else 0 */
    bool kept;         /* the line in `text` is the first of the next batch */
} kr_contexts;

/** Open a table and read its header. Whatever comes back, kr_contexts_close must follow. */
KR_MUST_CHECK kr_status kr_contexts_open(kr_ctx *ctx, const char *path, kr_contexts *out);
void kr_contexts_close(kr_contexts *c);

/** Read the next batch, whose rows have one damping; n is 0 at the end. */
KR_MUST_CHECK kr_status kr_contexts_next(kr_contexts *c);

/** Evaluate the batch; the medians' logarithms and the deviations are then at kr_contexts_result.
 * KR_EINPUT where the table lacks a column that the model needs. */
KR_MUST_CHECK kr_status kr_contexts_eval(kr_contexts *c, const kr_gmm *gmm);

/** The result of measure m for row i of the batch: a median (not its logarithm) or a deviation, in
 * units of natural logarithms. */
double kr_contexts_result(const kr_contexts *c, const kr_gmm *gmm, kr_gmm_result which, size_t m,
                          size_t i);

/** A measure as the tables name it: pga, 0.2, AvgSA(0.5). */
bool kr_contexts_measure(const char *text, kr_imt *out);

/* How far results are from those of tables. */
typedef struct kr_gmm_tally {
    size_t rows, values, failed;
    size_t beyond;     /* more than half a unit of the last digit and 1e-6 away */
    double worst[2];   /* relative: of medians, of deviations */
    char failure[256]; /* the first value that failed */
    FILE *remarks;     /* a line for each value beyond; may be NULL */
} kr_gmm_tally;

/* Makes the instance for the measures. */
typedef kr_status (*kr_gmm_maker)(kr_ctx *ctx, void *user, const kr_imt *imts, size_t nimts,
                                  kr_arena *arena, const kr_gmm **out);

/** Compare all rows of a table with the model; tolerance: relative, of medians and of deviations.
 */
KR_MUST_CHECK kr_status kr_contexts_check(kr_ctx *ctx, const char *path, kr_gmm_maker make,
                                          void *user, const double tolerance[2],
                                          kr_gmm_tally *tally);

#endif
