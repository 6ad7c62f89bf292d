/* What source model files hold, as their tree wants to know it: ids and tectonic region types of
 * sources. */
#ifndef KR_TREE_SOURCE_NOTES_H
#define KR_TREE_SOURCE_NOTES_H

#include "tree/source_tree.h"

enum { KR_NOTE_ID = 128 }; /* bytes of an id, with its end; longer ones are cut */

typedef struct kr_note {
    const char *id;  /* up to ':' */
    const char *trt; /* of the group, or in NRML 0.4 its own */
} kr_note;

/* The sources of a file, as they stand there; those without id or type are left out. */
typedef struct kr_notes {
    kr_arena arena; /* of the texts */
    size_t n, cap;
    kr_note *note;
    bool sections; /* the file is a geometryModel */
    bool complete; /* the file was read to its end */
} kr_notes;

/** Note what a file holds. KR_EINPUT if it is no XML; then there is nothing to clear. */
KR_MUST_CHECK kr_status kr_notes_take(kr_ctx *ctx, const char *path, kr_notes *out);
void kr_notes_clear(kr_notes *notes);

/** Take notes of all files that a <logicTree> names, side by side: t->notes, for kr_smlt_scan.
 * If a file cannot be read nothing is told of it here, and there are no notes. `scratch` must live
 * until kr_smlt_look_end. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_smlt_look_ahead(kr_smlt *t, kr_arena *scratch, const kr_node *tree,
                                           int threads);
void kr_smlt_look_end(kr_smlt *t);

#endif
