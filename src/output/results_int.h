/* Parts of results.h5 that have a file of their own. */
#ifndef KR_OUTPUT_RESULTS_INT_H
#define KR_OUTPUT_RESULTS_INT_H

#include "base/h5.h"
#include "base/str.h"
#include "output/results.h"
#include "tree/tree.h"

struct kr_results {
    kr_ctx *ctx;
    kr_results_spec spec;
    kr_arena arena;
    char *path, *temporary, *lock;
    int lock_fd; /* held from create to destroy; -1: another run's folder, nothing in it is ours */
    bool made_dir; /* to be removed again if nothing comes of it */
    kr_h5 *file;
    double *ln_levels; /* measures x levels of curves; then of the probabilities of maps */
    float *maps;
    size_t maps_cap;
};

/** Logarithms of levels and probabilities, for all maps that follow. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_results_plan_maps(kr_results *r);

/** Maps of `n` consecutive groups of curves of all measures. Any thread. */
void kr_results_maps(const kr_results *r, const float *curves, size_t n, float *maps);

/** The datasets of single realizations. */
KR_MUST_CHECK kr_status kr_results_make_rlzs(kr_results *r);

/* More components of paths than these are not listed. */
enum { KR_COMPONENTS_LISTED = 10000000 };

/** The logic trees, the realizations' weights and the components. */
KR_MUST_CHECK kr_status kr_results_write_tree(kr_h5 *file, const kr_tree *tree, kr_arena *arena);

/** The group tree/: what kr_tree_load makes the tree from again. */
KR_MUST_CHECK kr_status kr_results_write_parts(kr_h5 *file, const kr_tree *tree, kr_arena *arena);

/** The group uncertainty/: names and empty datasets; the numbers of one site and measure. */
KR_MUST_CHECK kr_status kr_results_make_uncertainty(kr_h5 *file, const kr_results_spec *spec,
                                                    kr_arena *arena);
KR_MUST_CHECK kr_status kr_results_write_uncertainty(kr_h5 *file, kr_ctx *ctx, size_t site,
                                                     size_t measure, const kr_uncertainty *u);

/** Options, definitions, digests; and the bytes that they take. */
KR_MUST_CHECK kr_status kr_results_write_provenance(kr_h5 *file, const kr_results_spec *spec);
double kr_results_provenance_bytes(const kr_results_spec *spec);

/** What follows the first entries of a table's comment: profile, definitions, digests; in the
 * arena. NULL: KR_ENOMEM. */
const char *kr_provenance_comment(const kr_results_spec *spec, kr_arena *arena);

double kr_results_uncertainty_bytes(const kr_results_spec *spec);

/* Bytes of a chunk of a disaggregation, at most. */
enum { KR_DISAGG_CHUNK = 1 << 18 };

/** The groups disagg-*: bins and empty datasets; the bytes that they take. */
KR_MUST_CHECK kr_status kr_results_make_disagg(kr_h5 *file, const kr_results_spec *spec,
                                               kr_arena *arena);
double kr_results_disagg_bytes(const kr_results_spec *spec);

/** The group disagg-cells of it, where it is wanted. */
KR_MUST_CHECK kr_status kr_results_make_cells(kr_h5 *file, const kr_results_spec *spec,
                                              kr_arena *arena);

/** The groups disagg-sources and disagg-sections of it, where they are wanted. */
KR_MUST_CHECK kr_status kr_results_make_shares(kr_h5 *file, const kr_results_spec *spec);
double kr_results_shares_bytes(const kr_results_spec *spec);

/** The group sampling_error/: the ranges of statistics over samples, and the whole tree's. */
KR_MUST_CHECK kr_status kr_results_make_sampling(kr_h5 *file, const kr_results_spec *spec,
                                                 kr_arena *arena);
KR_MUST_CHECK kr_status kr_results_put_sampling(kr_h5 *file, const kr_results_spec *spec,
                                                const kr_results_tile *tile);

/** Does the branch only stand where another set does not apply? */
static inline bool kr_branch_stands_in(const kr_tree_branch *branch)
{
    return kr_str_eq(branch->branch, ".");
}

#endif
