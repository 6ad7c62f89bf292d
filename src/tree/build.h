/* From paths and source models to variants and components. Internal to src/tree; all of it is
 * forgotten once the tree is made.
 *
 * Sources to which the same branch sets apply are a *class*; the sources of one class in one file
 * are a *bundle* (an atomic group is a bundle of its own). Along a path a class goes through
 * *states*: the sequence of the branches that changed it. A bundle in a state is a *unit*: its
 * sources appear together on the same paths, which are a diagram. Each source is changed once for
 * each state. */
#ifndef KR_TREE_BUILD_H
#define KR_TREE_BUILD_H

#include "model/source.h"
#include "tree/inside.h"

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
    uint32_t position; /* in the order in which paths meet the units */
    kr_diagram presence;
} kr_unit;

/* A source variant, or an atomic group's. */
typedef struct kr_variant {
    const kr_source *const *sources; /* 1, or those of the group */
    uint32_t place;                  /* of the first source */
    uint32_t bundle, position;
    kr_diagram presence; /* of all units that hold it */
    uint32_t trt;
    bool atomic;
} kr_variant;

typedef struct kr_build {
    kr_ctx *ctx;
    const kr_job *job;
    kr_model *model;
    kr_smlt *smlt;
    kr_tree *tree;
    const kr_tree_inside *in;
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
    unsigned char *seen; /* files whose tectonic region types are noted */
    size_t ntrts;        /* in the order in which paths meet them */
    const char **trts;
    size_t nvariants, variants_cap;
    kr_variant *variants; /* owned */
    kr_intern by_content; /* numbers of variants */
} kr_build;

/** Make the variants and components of `tree`. */
KR_MUST_CHECK kr_status kr_build_tree(kr_ctx *ctx, const kr_job *job, kr_model *model,
                                      kr_tree *tree, kr_tree_inside *in);

/* The steps, in order. */

/** Read the source models; list the sources; give `id!branch` to equal ids with several contents.
 */
KR_MUST_CHECK kr_status kr_build_places(kr_build *b);
KR_MUST_CHECK kr_status kr_build_rename(kr_build *b);

/** Classes and bundles. */
KR_MUST_CHECK kr_status kr_build_classes(kr_build *b);

/** Units and the paths that they stand in, in the order in which paths meet them: of a sampled tree
 * path by path, else from the walk. */
KR_MUST_CHECK kr_status kr_build_sampled_units(kr_build *b);
KR_MUST_CHECK kr_status kr_build_walk_units(kr_build *b);

/** The state that follows when `branch` (as read) changes a class in a state. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_build_state(kr_build *b, uint32_t parent, uint32_t branch,
                                       uint32_t *out);

/** Note the tectonic region types of a file, in the order in which paths meet the files. */
void kr_build_see_file(kr_build *b, uint32_t file);

/** The sources of every unit, equal ones merged; the paths of each. */
KR_MUST_CHECK kr_status kr_build_variants(kr_build *b);

/** Components and the paths that hold them. */
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
