/* The ground-motion logic tree as read. Internal to src/tree. */
#ifndef KR_TREE_GSIM_TREE_H
#define KR_TREE_GSIM_TREE_H

#include "input/xml.h"
#include "model/job.h"
#include "tree/tree.h"

/* A branch; its weights by measure are those written, none where only the default is. */
typedef struct kr_glt_branch {
    const char *trt, *set_id, *text;
    uint32_t set, number; /* positions in the file: give the id */
    const char *id;
    kr_gsim_part part;
    size_t nparts; /* more than one after collapsing */
    const kr_gsim_part *parts;
    double weight;
    size_t nimts;
    const char **imts; /* normalised names */
    double *imt_weights;
} kr_glt_branch;

typedef struct kr_glt {
    kr_ctx *ctx;
    const kr_job *job;
    kr_arena *arena; /* of the tree */
    const char *path, *dir;
    bool star;               /* one choice for all tectonic region types */
    kr_glt_branch *branches; /* sorted by tectonic region type once read; owned */
    size_t n, cap;
    const char **named; /* types that branch sets are for; owned */
    size_t nnamed, named_cap;
} kr_glt;

/* The tectonic region types of the sources, sorted; for messages of each a source that has it, as
 * in "the source 'a' of m.xml", or NULL for all. */
typedef struct kr_glt_trts {
    size_t n;
    const char **name, **where;
} kr_glt_trts;

/** Read the tree for the tectonic region types of the sources and fill the gsims of `tree`. */
KR_MUST_CHECK kr_status kr_glt_read(kr_ctx *ctx, const kr_job *job, const kr_glt_trts *trts,
                                    kr_tree *tree, kr_glt *out);
void kr_glt_clear(kr_glt *glt);

/* Between the files gsim_*.c. */

/** Read all branch sets of the file, or the one gsim of the job. */
KR_MUST_CHECK kr_status kr_glt_parse(kr_glt *g, const kr_glt_trts *trts);

/** The New Zealand model's description in JSON as the nodes of a <logicTree>, in the arena. */
KR_MUST_CHECK kr_status kr_glt_nshm(kr_glt *g, kr_arena *nodes, kr_node **tree);

/** Name, arguments and text of the model in an uncertaintyModel element. */
KR_MUST_CHECK kr_status kr_glt_model(kr_glt *g, const kr_node *model, kr_glt_branch *out);

/** The same from a text of the job. */
KR_MUST_CHECK kr_status kr_glt_text(kr_glt *g, const char *file, int line, const char *text,
                                    kr_glt_branch *out);

/** Collapse the branch sets that the job names. */
KR_MUST_CHECK kr_status kr_glt_collapse(kr_glt *g);

#endif
