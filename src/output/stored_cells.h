/* Rates by cell of a finished run, read back from its results.h5: a disaggregation at other levels
 * and of other weights, without ruptures. */
#ifndef KR_OUTPUT_STORED_CELLS_H
#define KR_OUTPUT_STORED_CELLS_H

#include "base/h5.h"
#include "hazard/disagg_edges.h"
#include "tree/merge.h"

typedef struct kr_stored_cells {
    kr_ctx *ctx;
    const char *path;                 /* for messages */
    kr_h5 *file;                      /* borrowed */
    const kr_tree *tree;              /* that of the run; borrowed */
    const kr_imt *imts;               /* of the run, for messages; borrowed */
    size_t nsites, nimts, n[KR_DIMS]; /* bins */
    size_t nlevels, nown;             /* stored levels: of the run's tables, then of the curves */
    const uint32_t *measure;          /* of each level */
    const double *levels;             /* nsites x nlevels; 0: none */
    const uint32_t *trt;              /* of each component of the run */
    const uint32_t *ncells;           /* nsites x components of the run */
    const size_t *first_cell, *first_row; /* nsites + 1 */
    size_t most_rows;                     /* of rows that are read together */
    bool exclusive;
} kr_stored_cells;

/** All but the rates, in the arena; *out = NULL where the run stored none. `bins`: those of the
 * run, all axes. File, tree and measures must outlive it. KR_EINPUT: the file is damaged. */
KR_MUST_CHECK kr_status kr_stored_cells_open(kr_ctx *ctx, const char *path, kr_h5 *file,
                                             const kr_tree *tree, size_t nsites, const kr_imt *imts,
                                             size_t nimts, const size_t bins[KR_DIMS],
                                             kr_arena *arena, kr_stored_cells **out);

/* Whose rates are wanted: those of a tree, which may have other weights, fewer branches. */
typedef struct kr_cells_of {
    const kr_tree *tree;
    const kr_merge_rate *rates; /* of each of its component rates: which of the run; NULL: the same
                                   tree */
} kr_cells_of;

/** The rates of a site at any levels within those of the curves: exactly what was computed at
 * stored levels (the same within 1e-6), else between those of the curves (docs/theory.md, 30).
 * KR_EINPUT: a level beyond them, or the file is damaged. Owned by the caller: kr_disagg_destroy.
 */
KR_MUST_CHECK kr_status kr_stored_cells_read(const kr_stored_cells *cells, size_t site,
                                             const kr_cells_of *of, const kr_disagg_level *levels,
                                             size_t nlevels, kr_disagg **out);

/** Bytes that this takes, its result included. */
size_t kr_stored_cells_bytes(const kr_stored_cells *cells, size_t site, const kr_cells_of *of,
                             size_t nlevels);

/** KR_EINPUT where the stored levels of a measure do not reach to this one. */
KR_MUST_CHECK kr_status kr_stored_cells_check(const kr_stored_cells *cells, size_t site,
                                              const kr_disagg_level *level);

#endif
