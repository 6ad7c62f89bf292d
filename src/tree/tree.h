/* The logic tree of a job: which source variants, with which ground-motion models, make which
 * realizations.
 *
 * A *component* is a set of source variants of one tectonic region type that always appear
 * together; its rates are computed once for each ground-motion model that can apply to it. A
 * realization is a sum of component rates: nothing here holds curves. Rates are numbered: the k-th
 * model of component c has the number components[c].first_rate + k. */
#ifndef KR_TREE_TREE_H
#define KR_TREE_TREE_H

#include "input/value.h"
#include "model/job.h"
#include "model/source.h"
#include "tree/diagram.h"
#include "tree/structure.h"

#include <stdint.h>

/* A ground-motion model as the tree names it. A collapsed branch set is one of several parts whose
 * exceedance probabilities are averaged. */
typedef struct kr_gsim_part {
    const char *name;
    kr_value args; /* a dict */
    const char *file;
    int line;
    bool table;    /* written as a table, "[Name]" */
    double weight; /* 1, or the weight within a collapsed branch set */
} kr_gsim_part;

typedef struct kr_gsim {
    const char
        *uncertainty;      /* text as the reference prints it: "[Name]" or "[Name]\nkey = value" */
    const char *branch_id; /* the reference's internal id, 'g' + letter + branch set */
    size_t trt;            /* index in kr_tree.trts */
    const char *dir;       /* folder that relative files start from */
    size_t nparts;
    const kr_gsim_part *parts;
    const double *weights; /* kr_tree.nweights of them: default weight first, then one for each
                              measure of the job */
    unsigned char *zero_for_imt; /* 1 for measures whose weight is exactly 0: the model contributes
                                    nothing there; or NULL */
} kr_gsim;

/* A source variant inside a component. */
typedef struct kr_tree_source {
    const kr_source *source; /* changed copy or the original */
    const char *id;          /* as the reference names the variant: with !branch, ;0 suffixes */
    const char *base_id;     /* for tables by source: cut at ; : . ! */
    double shared_by;        /* number of source-model realizations that hold it */
} kr_tree_source;

typedef struct kr_component {
    size_t trt;             /* index in kr_tree.trts */
    const char *source_trt; /* tectonic region type of the sources; differs from trts[trt] only
                               where that is "*" */
    const kr_group *group;  /* attributes of an atomic group (mutually exclusive sources, cluster);
                               NULL: independent */
    size_t nsources;
    const kr_tree_source *sources;
    size_t ngsims;
    const size_t *gsims; /* indices in kr_tree.gsims, increasing */
    size_t first_rate;
    int base_source; /* index in kr_tree.base_ids when components are split by source, else -1 */
    kr_diagram
        presence; /* the paths that hold it; twice if the path's files hold its sources twice */
} kr_component;

/* A path through the source-model tree, a source-model realization (several samples of the same
 * path count once). Computed when asked for. */
typedef struct kr_source_path {
    const char *path; /* "b1~b2~..." */
    const char *name; /* the reference's short form, "AAB" */
    double weight;    /* reference's: product of weights, or sum over samples */
    size_t samples;   /* 1 in full enumeration */
} kr_source_path;

#define KR_NO_SET     UINT32_MAX
#define KR_UNNUMBERED SIZE_MAX

/* One branch of one branch set of the source-model tree, as written; or the one branch, named ".",
 * of the set that stands where another does not apply. */
typedef struct kr_tree_branch {
    const char *branch_set, *branch, *type, *value;
    double weight;
    uint32_t set;    /* in kr_tree.sets */
    uint32_t number; /* position in the branch set: gives the letter of the name */
    uint32_t next;   /* the set that follows, or KR_NO_SET */
} kr_tree_branch;

/* A branch set of the source-model tree; the first of a tree is its root, and what follows a branch
 * comes after its set. */
typedef struct kr_tree_set {
    const char *id, *type;
    size_t nbranches;
    const uint32_t *branches; /* in kr_tree.branches, in the order of enumeration */
    uint32_t moves_with;      /* an earlier set that this one is correlated with, or KR_NO_SET; it
                                 is on every path that this one is on */
    const uint32_t *taken; /* correlated: taken[k] is the branch of this set (in kr_tree.branches)
                              on paths with the other set's branches[k] */
} kr_tree_set;

typedef struct kr_tree {
    kr_arena arena;
    size_t ntrts;
    const char **trts; /* sorted; only those that sources have */
    size_t ngsims;
    kr_gsim *gsims;      /* by tectonic region type, in the order of the file */
    size_t *first_gsim;  /* ntrts + 1 */
    size_t nweights;     /* 1, or 1 + the job's measures where weights depend on the measure */
    bool sampled, early; /* sampled; by weights: all samples weigh the same */
    bool one_branch;     /* read from files with one branch: the empty one of smlt_branch can have
                            taken the id of another, as in the reference */
    size_t nsets;
    kr_tree_set *sets;
    size_t nbranches;
    kr_tree_branch *branches; /* by set, in the order of the file */
    size_t npaths;            /* KR_UNNUMBERED where there are more than can be numbered */
    size_t nrlzs;             /* realizations; likewise */
    double paths, rlzs;       /* the same numbers, whatever their size */
    size_t ncomponents;
    kr_component *components;
    size_t most_components; /* no path has more, each as often as it stands there */
    kr_diagrams diagrams;   /* of the components' presence, and: */
    kr_diagram walk;        /* all paths, once each */
    size_t nrates;          /* component rates in all: the reference's gids */
    kr_structure structure;
    size_t nbase_ids;
    const char **base_ids; /* sorted; base source ids, when split by source */
    size_t nduplicate_ids; /* ids with several contents, for the log */

    /* Of a sampled tree: the paths (sorted by their ids, equal ones once) and the samples. */
    size_t *path_first;      /* npaths + 1 */
    uint32_t *path_branches; /* of path p: path_branches[path_first[p]] ... */
    double *path_weights;
    size_t *first_sample;   /* npaths + 1: the realizations of each path */
    uint32_t *sample_gsims; /* nrlzs x ntrts */

    void *inside; /* for the functions below */
} kr_tree;

/* A realization, unranked. */
typedef struct kr_realization {
    size_t path; /* number of the source-model path */
    const size_t
        *gsims; /* ntrts indices in kr_tree.gsims; valid until the next call with the same buffer */
} kr_realization;

/** Read the source-model tree and its source files (into `model`), the ground-motion tree,
 * enumerate or sample, make the variants and the components. Owned by the caller: kr_tree_destroy;
 * `job` and `model` must outlive it. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_tree_read(kr_ctx *ctx, const kr_job *job, kr_model *model,
                                     kr_tree **out);
void kr_tree_destroy(kr_tree **tree);

/** An empty tree, to be filled and completed. Owned by the caller: kr_tree_destroy. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_tree_create(kr_ctx *ctx, kr_tree **out);

/** From trts, gsims, sets, branches and components with their presence (and, sampled, paths and
 * samples): the walk, the numbering of paths, realizations and rates, the weights, the structure.
 * The last step of reading a tree; again where weights or branches were changed. KR_EINPUT,
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_tree_complete(kr_ctx *ctx, kr_tree *tree);

/** The branches of path p < npaths, at most nsets; returns how many. */
size_t kr_tree_path_branches(const kr_tree *tree, size_t p, uint32_t *out);

/** Ids, name and weight of path p, the texts in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_tree_path(const kr_tree *tree, size_t p, kr_arena *arena,
                                     kr_source_path *out);

/** The branches (at most nsets) of the path with this id, "b1~b2~..."; KR_EINPUT, without a
 * message, if it is none of the tree. */
KR_MUST_CHECK kr_status kr_tree_find_path(const kr_tree *tree, const char *id, uint32_t *branches,
                                          size_t *n);

/** The number of the path with these branches; KR_UNNUMBERED if it has none. */
size_t kr_tree_path_number(const kr_tree *tree, const uint32_t *branches, size_t n);

/** Components of path p, increasing, one twice where the path holds it twice; returns how many.
 * `branches` is scratch of nsets + 1 numbers, `out` has room for most_components. */
size_t kr_tree_path_components(const kr_tree *tree, size_t p, uint32_t *branches, uint32_t *out);

/** The number of the component rate of component c under a ground-motion model that it has. */
size_t kr_component_rate(const kr_component *c, size_t gsim);

/** Realization r (0 .. nrlzs-1): `gsims` is the caller's buffer of ntrts indices. */
void kr_tree_realization(const kr_tree *tree, size_t r, size_t *gsims, kr_realization *out);

/** Weight of realization r; w: 0 the default weight, 1 + m that of measure m where weights depend
 * on it. Normalised as the reference normalises. */
double kr_tree_weight(const kr_tree *tree, size_t r, size_t w);

/** The default weight as the reference writes it to realizations.csv: there the weight of the path
 * has passed through single precision. The last digits of its 8 can differ from kr_tree_weight. */
double kr_tree_weight_exported(const kr_tree *tree, size_t r);

/** The numbers of the component rates that realization r is the sum of, by component; returns how
 * many (<= most_components). `branches` is scratch of nsets + 1 numbers. */
size_t kr_tree_rates(const kr_tree *tree, size_t r, uint32_t *branches, uint32_t *out);

/** The reference's branch_path of a realization ("AAB~CD"), in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_tree_rlz_name(const kr_tree *tree, size_t r, kr_arena *arena,
                                         const char **out);

#endif
