/* Between the files that make the choices and terms of a tree. Internal to src/tree. */
#ifndef KR_TREE_CHOICES_H
#define KR_TREE_CHOICES_H

#include "tree/inside.h"

/* A segment: the nodes from one cut up to the next. */
typedef struct kr_segment {
    kr_diagram from, to;
    size_t nways;
    uint32_t choice;      /* UINT32_MAX: one way of weight 1 */
    size_t longest;       /* branches of the longest way */
    const uint32_t *ways; /* nways x longest, ended by KR_NO_SET where shorter */
} kr_segment;

/* What is made on the way from the walk to the structure. */
typedef struct kr_chooser {
    kr_ctx *ctx;
    kr_tree *tree;
    kr_arena scratch;
    kr_structure_builder builder;
    kr_choice *choices; /* owned; grows */
    size_t nchoices, choices_cap;
    kr_term *terms; /* of the walk at work on; owned */
    size_t nterms, terms_cap;
    unsigned char *fixed; /* sets whose branch a mix has taken */
    uint32_t first_model; /* the choice of trts[0]; the others follow */
} kr_chooser;

/* choices.c */
KR_MUST_CHECK kr_status kr_chooser_add(kr_chooser *c, kr_choice choice, uint32_t *out);

/** Weight of a branch as one factor of a path's weight. */
double kr_chooser_weight(const kr_chooser *c, uint32_t branch);

/* choices_segment.c */

/** The segments of a walk, in the scratch: their ends. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_segments_find(kr_chooser *c, kr_diagram walk, kr_segment **out,
                                         size_t *n);

/** Ways from a node to the next cut, up to a little over `most`, and the branches of the longest.
 */
size_t kr_segment_ways(const kr_diagrams *d, kr_diagram a, kr_diagram to, size_t most,
                       size_t *longest);

/** List the ways of a segment (nways, longest are set) and add its choice. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_segment_fill(kr_chooser *c, kr_segment *g);

/* choices_term.c */

/** The terms of all components of which `presence` tells the paths, by their segments. KR_ENOMEM.
 */
KR_MUST_CHECK kr_status kr_chooser_terms(kr_chooser *c, const kr_segment *segments,
                                         size_t nsegments, const kr_diagram *presence);

#endif
