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
    size_t shared_by;        /* number of source-model realizations that hold it */
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
} kr_component;

/* A source-model realization: one path through the source-model tree (several samples of the same
 * path count once). */
typedef struct kr_source_path {
    const char *path; /* "b1~b2~..." */
    const char *name; /* the reference's short form, "AAB" */
    double weight;    /* reference's: product of weights, or sum over samples */
    size_t samples;   /* 1 in full enumeration */
    size_t ncomponents;
    const uint32_t *components; /* indices, increasing; one stands twice if the path's files hold
                                   its sources twice */
} kr_source_path;

/* One branch of one branch set, for the tree's own tables. */
typedef struct kr_tree_branch {
    const char *branch_set, *branch, *type, *value;
    double weight;
} kr_tree_branch;

typedef struct kr_tree {
    kr_arena arena;
    size_t ntrts;
    const char **trts; /* sorted; only those that sources have */
    size_t ngsims;
    kr_gsim *gsims;     /* by tectonic region type, in the order of the file */
    size_t *first_gsim; /* ntrts + 1 */
    size_t nweights;    /* 1, or 1 + the job's measures where weights depend on the measure */
    size_t npaths;
    kr_source_path *paths; /* in the reference's order */
    size_t nrlzs;
    size_t ncomponents;
    kr_component *components;
    size_t nrates; /* component rates in all: the reference's gids */
    size_t nbase_ids;
    const char **base_ids; /* sorted; base source ids, when split by source */
    size_t nbranches;
    kr_tree_branch *branches; /* of the source-model tree, as written */
    size_t nduplicate_ids;    /* ids with several contents, for the log */
    void *inside;             /* for the functions below */
} kr_tree;

/* A realization, unranked. */
typedef struct kr_realization {
    size_t path; /* index in kr_tree.paths */
    const size_t
        *gsims; /* ntrts indices in kr_tree.gsims; valid until the next call with the same buffer */
} kr_realization;

/** Read the source-model tree and its source files (into `model`), the ground-motion tree,
 * enumerate or sample, make the variants and the components. Owned by the caller: kr_tree_destroy;
 * `job` and `model` must outlive it. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_tree_read(kr_ctx *ctx, const kr_job *job, kr_model *model,
                                     kr_tree **out);
void kr_tree_destroy(kr_tree **tree);

/** Realization r (0 .. nrlzs-1): `gsims` is the caller's buffer of ntrts indices. */
void kr_tree_realization(const kr_tree *tree, size_t r, size_t *gsims, kr_realization *out);

/** Weight of realization r; w: 0 the default weight, 1 + m that of measure m where weights depend
 * on it. Normalised as the reference normalises. */
double kr_tree_weight(const kr_tree *tree, size_t r, size_t w);

/** The default weight as the reference writes it to realizations.csv: there the weight of the path
 * has passed through single precision. The last digits of its 8 can differ from kr_tree_weight. */
double kr_tree_weight_exported(const kr_tree *tree, size_t r);

/** The numbers of the component rates that realization r is the sum of, increasing; returns how
 * many (<= ncomponents). */
size_t kr_tree_rates(const kr_tree *tree, size_t r, uint32_t *out);

/** The reference's branch_path of a realization ("AAB~CD"), into the caller's buffer; always
 * terminated. */
void kr_tree_rlz_name(const kr_tree *tree, size_t r, char *buffer, size_t size);

#endif
