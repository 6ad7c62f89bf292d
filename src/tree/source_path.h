/* Paths through the source-model tree: all of them, or a sample. Internal to src/tree. */
#ifndef KR_TREE_SOURCE_PATH_H
#define KR_TREE_SOURCE_PATH_H

#include "tree/source_tree.h"

enum { KR_PATHS_MAX = 4000000 };

/* Distinct paths in the reference's order. */
typedef struct kr_paths {
    size_t n;
    size_t *first;      /* n + 1; owned */
    uint32_t *branches; /* of path p: branches[first[p]] .. ; owned */
    const char **ids;   /* "b1~b2"; in the tree's arena, the array owned */
    double *weights;    /* owned */
    size_t *samples;    /* 1 in full enumeration; owned */
} kr_paths;

/** How many paths there are, sampled or not; infinity at worst, NaN if memory ran out. */
double kr_smlt_count(const kr_smlt *t);

/** Enumerate or sample. `out` is to be cleared by the caller in any case. KR_EINPUT above
 * KR_PATHS_MAX. */
KR_MUST_CHECK kr_status kr_paths_make(const kr_smlt *t, kr_paths *out);
void kr_paths_clear(kr_paths *paths);

/** The short name of a path, in the tree's arena; NULL on ENOMEM. */
char *kr_path_name(const kr_smlt *t, const kr_paths *paths, size_t p);

#endif
