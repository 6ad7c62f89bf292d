/* From paths and source models to variants and components. Internal to src/tree; all of it is
 * forgotten once the tree is made.
 *
 * Sources to which the same branch sets apply are a *class*; the sources of one class in one file
 * are a *bundle* (an atomic group is a bundle of its own). Along a path a class goes through
 * *states*: the sequence of the branches that changed it. A bundle in a state is a *unit*: its
 * sources appear together on the same paths. The work is paths x bundles, and each source is
 * changed once for each state. */
#ifndef KR_TREE_BUILD_H
#define KR_TREE_BUILD_H

#include "model/source.h"
#include "tree/index.h"
#include "tree/source_path.h"
#include "tree/tree.h"

/* A source as it stands in a file. */
typedef struct kr_place {
    const kr_source *source;
    const kr_group *group;
    const char *id; /* with the !branch suffix */
    uint32_t file, class;
} kr_place;

typedef struct kr_class {
    size_t n;
    const uint32_t *sets; /* branch sets that apply, increasing */
} kr_class;

typedef struct kr_bundle {
    uint32_t class;
    const kr_group *group; /* atomic, or NULL */
    size_t n;
    const uint32_t *places;
} kr_bundle;

typedef struct kr_state {
    uint32_t parent, branch;
} kr_state;

typedef struct kr_unit {
    uint32_t bundle, state;
    uint32_t position; /* in the list of units of the first path that has it */
    size_t npaths;
    const uint32_t *paths;
} kr_unit;

/* A set of paths, increasing; a path stands in it twice if a source does so in the path. */
typedef struct kr_path_set {
    size_t n, distinct;
    const uint32_t *paths;
} kr_path_set;

/* A source variant, or an atomic group's. */
typedef struct kr_variant {
    const kr_source *const *sources; /* 1, or those of the group */
    uint32_t place;                  /* of the first source */
    uint32_t bundle, position;
    uint32_t first_link, last_link; /* units that hold it */
    uint32_t path_set, trt;
    bool atomic;
} kr_variant;

typedef struct kr_link {
    uint32_t unit, next;
} kr_link;

typedef struct kr_build {
    kr_ctx *ctx;
    const kr_job *job;
    kr_model *model;
    kr_smlt *smlt;
    const kr_paths *paths;
    kr_tree *tree;
    kr_arena scratch;
    size_t nplaces, *first_place; /* of each file of the smlt, nfiles + 1 */
    kr_place *places;
    size_t nclasses, classes_cap;
    kr_class *classes;   /* owned */
    size_t *first_class; /* nsets + 1: classes of a set */
    uint32_t *set_classes;
    size_t nbundles, *first_bundle; /* of each file */
    kr_bundle *bundles;
    size_t nstates, states_cap;
    kr_state *states; /* owned */
    kr_index state_index;
    size_t nunits, units_cap;
    kr_unit *units; /* owned */
    kr_index unit_index;
    size_t ntrts; /* in the order in which paths meet them */
    const char **trts;
    size_t nvariants, variants_cap;
    kr_variant *variants; /* owned */
    size_t nlinks, links_cap;
    kr_link *links;       /* owned */
    kr_intern by_content; /* numbers of variants */
    kr_intern by_units;   /* lists of units; unit_sets: the set of paths of each */
    kr_intern by_paths;   /* numbers of sets of paths */
    uint32_t *unit_sets;  /* owned */
    size_t unit_sets_cap;
    size_t nsets, sets_cap;
    kr_path_set *sets; /* owned */
} kr_build;

/** Make the variants and components of `tree`. */
KR_MUST_CHECK kr_status kr_build_tree(kr_ctx *ctx, const kr_job *job, kr_model *model,
                                      kr_smlt *smlt, const kr_paths *paths, kr_tree *tree);

/* The steps, in order. */

/** Read the source models; list the sources; give `id!branch` to equal ids with several contents.
 */
KR_MUST_CHECK kr_status kr_build_places(kr_build *b);
KR_MUST_CHECK kr_status kr_build_rename(kr_build *b);

/** Classes and bundles. */
KR_MUST_CHECK kr_status kr_build_classes(kr_build *b);

/** Units and their paths. */
KR_MUST_CHECK kr_status kr_build_units(kr_build *b);

/** The sources of every unit, equal ones merged; the set of paths of each. */
KR_MUST_CHECK kr_status kr_build_variants(kr_build *b);

/** Components and what a path holds of them. */
KR_MUST_CHECK kr_status kr_build_components(kr_build *b);

/** Equivalent distance: nodal planes and depths as their means, in the copies of the components. */
KR_MUST_CHECK kr_status kr_build_reqv(kr_build *b);

/** Do two places hold a source of the same content, tectonic region type and name? */
bool kr_place_same(const kr_place *a, const kr_place *b);

static inline bool kr_group_atomic(const kr_group *g)
{
    return g->mutex_sources || g->mutex_ruptures || g->cluster;
}

#endif
