/* What the files of the division of a structure share. */
#ifndef KR_TREE_STRUCTURE_INSIDE_H
#define KR_TREE_STRUCTURE_INSIDE_H

#include "tree/structure.h"

/* Choices and the terms that depend on them, and on no others. */
typedef struct kr_bundle {
    size_t nchoices;
    const uint32_t *choices; /* increasing */
    size_t nterms;
    const kr_term *const *terms; /* reduced (kr_term_reduce) */
} kr_bundle;

/* One division of one problem. */
typedef struct kr_division {
    kr_structure_builder *b;
    const kr_choice *choices; /* all of the problem */
    uint32_t *place;          /* of each choice: its position in the bundle that is looked at */
    const kr_bundle *tied;    /* the outermost group that is being divided, or NULL */
    double states;            /* of its blocks so far */
    size_t parts;             /* of the builder, before it */
} kr_division;

/** Drop the choices that a term does not depend on (its entries are the same for all of their
 * states), among them all with one state; new arrays in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_term_reduce(kr_arena *arena, const kr_choice *choices, kr_term *term);

/** log2 of the number of combinations of choices. */
double kr_bundle_bits(const kr_choice *choices, const kr_bundle *bundle);

/* How to go on with a group of tied choices. */
typedef struct kr_split {
    uint32_t choice;   /* to be fixed first */
    double bits;       /* log2 of the states of the group as one block */
    double bits_split; /* log2 of what all blocks and parts cost once enough choices are fixed;
                          an upper bound */
} kr_split;

/** Find the choice whose fixing divides a group of at least two choices best. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_split_find(kr_division *d, const kr_bundle *group, kr_split *out);

/** Add a part to the builder. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_structure_push(kr_structure_builder *b, const kr_part *part,
                                          uint32_t *number);

/** Add a block of all choices and terms of a bundle. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_divide_block(kr_division *d, const kr_bundle *bundle, uint32_t *part);

/** Add the parts of a bundle. */
KR_MUST_CHECK kr_status kr_divide(kr_division *d, const kr_bundle *bundle, uint32_t *part);

#endif
