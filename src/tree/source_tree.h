/* The source-model logic tree as read: branch sets, branches and which set follows which branch (a
 * graph: a set may follow many branches). Internal to src/tree; everything lives in the tree's
 * arena but for the arrays that grow. */
#ifndef KR_TREE_SOURCE_TREE_H
#define KR_TREE_SOURCE_TREE_H

#include "base/map.h"
#include "input/xml.h"
#include "model/job.h"
#include "model/source_change.h"

#define KR_LT_NONE UINT32_MAX

typedef enum kr_lt_kind { KR_LT_SOURCE_MODEL, KR_LT_EXTEND, KR_LT_CHANGE, KR_LT_DUMMY } kr_lt_kind;

typedef struct kr_lt_branch {
    const char *id;   /* "." for the branch that stands where a set does not apply */
    const char *text; /* of the uncertaintyModel, white space normalised; "" if it has none */
    double weight;
    int line;
    uint32_t set;
    uint32_t number;       /* position in the branch set: gives the letter */
    uint32_t child;        /* the branch set that follows, or KR_LT_NONE */
    size_t nfiles;         /* sourceModel, extendModel */
    const uint32_t *files; /* indices in kr_smlt.files */
    bool dead;             /* a dummy whose place another set has taken */
    kr_change change;
} kr_lt_branch;

typedef struct kr_lt_set {
    const char *id, *type;
    kr_lt_kind kind;
    int line;
    uint32_t ordinal;    /* column of the random numbers */
    uint32_t moves_with; /* an earlier set that this one is correlated with, or KR_LT_NONE */
    const uint32_t
        *taken; /* correlated: the branch taken here for each of the other set's, by its position */
    size_t nbranches;
    const uint32_t *branches; /* in the order of enumeration */
    const char *trt;          /* applyToTectonicRegionType, or NULL */
    const char *source_type;  /* applyToSourceType, such as "area"; NULL where it does not count */
    bool by_source;           /* has applyToSources */
    bool whole; /* takes part in a correlation: branches that the job leaves out stay apart, each an
                   empty one, since the correlation names them */
    kr_names sources;
    const char *to_branches; /* applyToBranches as written, or NULL */
} kr_lt_set;

/* A source model file that the tree names. */
typedef struct kr_lt_file {
    const char *name, *path;
    const char *branch; /* id of the first branch that names it */
    bool shared;        /* another one names it too */
    size_t nids;        /* distinct ids (cut at ':') of the sources that the job keeps */
    bool scanned, needed;
    bool sections;     /* a geometryModel: its sections serve the ruptures of all branches */
    size_t model_file; /* index in kr_model, once read */
} kr_lt_file;

typedef struct kr_lt_id {
    const char *id;
    uint32_t *files; /* owned */
    size_t nfiles, files_cap;
} kr_lt_id;

typedef struct kr_smlt {
    kr_ctx *ctx;
    const kr_job *job;
    kr_arena *arena;         /* of the tree */
    const char *path, *dir;  /* of the tree; the folder that its files start from */
    bool described;          /* read from the JSON of the New Zealand model: */
    kr_names described_trts; /* the tectonic region types that it names */
    kr_lt_set *sets;         /* 0 is the root; these arrays are owned */
    size_t nsets, sets_cap;
    kr_lt_branch *branches;
    size_t nbranches, branches_cap;
    kr_lt_file *files;
    size_t nfiles, files_cap;
    kr_lt_id *ids;
    size_t nids, ids_cap;
    const char **trts; /* of the sources, sorted once read */
    size_t ntrts, trts_cap;
    kr_map trt_map; /* of each the first source with it, in ids */
    kr_map branch_map, set_map, file_map, id_map;
    kr_map leaders;         /* ids of the branch sets that correlatedWith names; while reading */
    kr_map note_of;         /* path of a file -> index in notes; while reading */
    struct kr_notes *notes; /* source_notes.h */
    size_t nnotes;
    uint32_t *open, *next_open; /* branches without a following set, while reading */
    size_t nopen, open_cap, nnext, next_cap;
    size_t nordinals;        /* branch sets without dummies */
    size_t nnamed;           /* branches without dummies */
    const char *only_source; /* the job keeps this source alone, or NULL */
    const char *only_file;   /* what follows '!' in the job's source_id, or NULL */
} kr_smlt;

/** Read the tree and scan the source files for ids and tectonic region types, in `threads` threads.
 * `out` is to be cleared by the caller in any case. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_smlt_read(kr_ctx *ctx, const kr_job *job, int threads, kr_arena *arena,
                                     kr_smlt *out);
void kr_smlt_clear(kr_smlt *smlt);

/* Between the files source_*.c. */

/** Read the branches of a branch set. */
KR_MUST_CHECK kr_status kr_smlt_branches(kr_smlt *t, const kr_node *node, uint32_t set);

/** Let a branch set follow the branches it applies to. */
KR_MUST_CHECK kr_status kr_smlt_attach(kr_smlt *t, uint32_t set);

/** Note the branch set that a <logicTreeBranchSet> moves with, before any is read. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_smlt_leader(kr_smlt *t, const kr_node *node);

/** Which branches of a set are taken with those of the set that it moves with. */
KR_MUST_CHECK kr_status kr_smlt_correlate(kr_smlt *t, const kr_node *node, uint32_t set);

/** Is the other set on every path that a correlated one is on? */
KR_MUST_CHECK kr_status kr_smlt_check_correlated(kr_smlt *t);

/** The New Zealand model's description in JSON as the nodes of a <logicTree>, in the arena; the
 * folder of its files is set. `nodes` holds what is needed while reading. */
KR_MUST_CHECK kr_status kr_smlt_nshm(kr_smlt *t, kr_arena *nodes, kr_node **tree);

/** With branch_count: leave branches out of the nodes of a tree. `nodes` holds what is made.
 * KR_EINPUT. */
KR_MUST_CHECK kr_status kr_smlt_reduce(kr_smlt *t, kr_arena *nodes, kr_node *tree);

/** Warn where a description and its source files have other tectonic region types. */
void kr_smlt_nshm_check(const kr_smlt *t);

/** The files of a branch, scanned; with one source in the job only those that hold it. */
KR_MUST_CHECK kr_status kr_smlt_files(kr_smlt *t, const kr_node *model, kr_lt_branch *branch);

/** The path of a file that the tree names, without "." and ".."; NULL: out of memory. */
char *kr_smlt_path(const kr_smlt *t, kr_arena *arena, const char *name);

/** Scan a source model file for the ids and tectonic region types of its sources. */
KR_MUST_CHECK kr_status kr_smlt_scan(kr_smlt *t, uint32_t file);

/** The value of an uncertainty. */
KR_MUST_CHECK kr_status kr_smlt_value(kr_smlt *t, const char *type, const kr_node *model,
                                      kr_change *out);

/** A new branch set or branch; *out its index. */
KR_MUST_CHECK kr_status kr_smlt_add_set(kr_smlt *t, uint32_t *out);
KR_MUST_CHECK kr_status kr_smlt_add_branch(kr_smlt *t, uint32_t *out);

/** How many paths there are, sampled or not; infinity at worst, NaN if memory ran out. */
double kr_smlt_count(const kr_smlt *t);

bool kr_smlt_has_trt(const kr_smlt *t, const char *trt);

#endif
