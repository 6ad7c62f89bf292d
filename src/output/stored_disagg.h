/* Disaggregation of a finished run, read back from its results.h5: bins, levels, and rates over
 * any axes that a stored table keeps. */
#ifndef KR_OUTPUT_STORED_DISAGG_H
#define KR_OUTPUT_STORED_DISAGG_H

#include "base/h5.h"
#include "model/disagg_kind.h"

/* The mean over the whole tree, at the levels of the mean curve or of a quantile curve. */
typedef struct kr_stored_disagg_tree {
    const char *name;  /* "tree_mean", "quantile-0.5" */
    const char *group; /* of its tables */
    size_t set;        /* of levels */
} kr_stored_disagg_tree;

typedef struct kr_stored_disagg {
    kr_ctx *ctx;
    const char *path; /* for messages */
    kr_h5 *file;      /* borrowed */
    size_t nsites, nimts, npoes;
    size_t nrlzs;            /* single realizations of each site */
    bool mean;               /* the mean is stored */
    size_t n[KR_DIMS];       /* bins */
    const char *const *trts; /* n[KR_DIM_TRT] */
    double *edges[KR_DIMS];  /* n + 1; of longitude and latitude nsites x (n + 1); of TRT none */
    size_t nsets;            /* of levels: those of the mean curve, of each quantile curve, ... */
    double *levels;          /* nsites x nsets x nimts x npoes; 0: not reached */
    size_t ntree;
    kr_stored_disagg_tree *tree;
    uint32_t *rlzs; /* nsites x nrlzs: their numbers */
    unsigned kinds; /* bit k: kr_disagg_kinds[k] is stored */
} kr_stored_disagg;

#define KR_DISAGG_MEAN "disagg-stats"
#define KR_DISAGG_RLZS "disagg-rlzs"

/* Which tables of a site: measures, probabilities and realizations one after another. */
typedef struct kr_disagg_slab {
    size_t site, measure, nmeasures, poe, npoes;
    const char *group;      /* KR_DISAGG_MEAN, KR_DISAGG_RLZS or that of a mean of the tree */
    size_t first, ntargets; /* realizations in the order of `rlzs`; of a mean 0 and 1 */
} kr_disagg_slab;

/** All but the tables, in the arena; *out = NULL where the run was no disaggregation. The file must
 * stay open. KR_EINPUT: it is damaged. */
KR_MUST_CHECK kr_status kr_stored_disagg_open(kr_ctx *ctx, const char *path, kr_h5 *file,
                                              size_t nsites, size_t nimts, kr_arena *arena,
                                              kr_stored_disagg **out);

/** Axes as a set. */
#define KR_DIM_BIT(dim) (1u << (dim))

/** The smallest stored table that keeps all of these axes; NULL: there is none. */
const kr_disagg_kind *kr_stored_disagg_kind(const kr_stored_disagg *d, unsigned axes);

/** Bins of these axes. */
size_t kr_stored_disagg_cells(const kr_stored_disagg *d, unsigned axes);

/** Rates of exceedance in the investigation time, -ln(1 - p) of the stored probabilities, summed
 * over the axes that are not asked for: targets x measures x probabilities x bins, the axes in the
 * order of kr_disagg_dim. A table that keeps the axes must be stored. KR_EINPUT: the file is
 * damaged; KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_stored_disagg_read(const kr_stored_disagg *d, const kr_disagg_slab *slab,
                                              unsigned axes, double *out);

/** Bytes that this takes at most for so many levels, whatever the table. */
size_t kr_stored_disagg_read_bytes(size_t nlevels);

/** Edges of the bins of an axis at a site; NULL for TRT. */
const double *kr_stored_disagg_edges(const kr_stored_disagg *d, kr_disagg_dim dim, size_t site);

/** The level that a set of levels has there. */
double kr_stored_disagg_level(const kr_stored_disagg *d, size_t site, size_t set, size_t measure,
                              size_t poe);

/** Names of the stored tables with spaces between, in the arena. NULL: out of memory. */
const char *kr_stored_disagg_names(const kr_stored_disagg *d, kr_arena *arena);

#endif
