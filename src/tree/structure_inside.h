/* What the files of the division of a structure share. */
#ifndef KR_TREE_STRUCTURE_INSIDE_H
#define KR_TREE_STRUCTURE_INSIDE_H

#include "tree/structure.h"

/* Choices and the terms that depend on them, and on no others. */
typedef struct kr_tied_terms {
    size_t nchoices;
    const uint32_t *choices; /* increasing */
    size_t nterms;
    const kr_term *const *terms; /* reduced (kr_term_reduce) */
} kr_tied_terms;

/* One division of one problem. */
typedef struct kr_division {
    kr_structure_builder *b;
    const kr_choice *choices;  /* all of the problem */
    uint32_t *place;           /* of each choice: its position in the bundle that is looked at */
    const kr_tied_terms *tied; /* the outermost group that is being divided, or NULL */
    double states;             /* of its blocks so far */
    size_t parts;              /* of the builder, before it */
} kr_division;

/** Drop the choices that a term does not depend on (its entries are the same for all of their
 * states), among them all with one state; new arrays in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_term_reduce(kr_arena *arena, const kr_choice *choices, kr_term *term);

/** log2 of the number of combinations of choices. */
double kr_bundle_bits(const kr_choice *choices, const kr_tied_terms *bundle);

/** Compare the choices of two terms: lexical order, 0 if they are the same. */
int kr_terms_compare(const kr_term *a, const kr_term *b);

/** The terms of a bundle in the order of kr_terms_compare; of the same choices in that of the
 * bundle. `out` has room for all. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_terms_sort(kr_ctx *ctx, const kr_tied_terms *bundle,
                                      const kr_term **out);

/* Choices that some terms depend on together. */
typedef struct kr_tie {
    size_t n;
    const uint32_t *choices; /* positions in the group */
    size_t nterms;
    const kr_term *const *terms;
} kr_tie;

/* A group as a graph: choices are its nodes, ties join them. */
typedef struct kr_graph {
    kr_arena arena; /* what follows lives in it */
    size_t n;
    double *bits; /* log2 of the states of each choice */
    double all;   /* of all of them */
    size_t nties;
    kr_tie *ties; /* of two choices or more */
    size_t *first_tie;
    uint32_t
        *ties_of; /* those of choice i: ties_of[first_tie[i]] .. ties_of[first_tie[i + 1] - 1] */
    size_t size;  /* what finding the pieces costs: choices and choices of ties */

    unsigned char *fixed; /* of each choice: left out; set by the caller */
    unsigned char *idle;  /* of each tie: left out; set by the caller */
    uint32_t *parent;
    double *piece; /* bits of the pieces */
} kr_graph;

/** The graph of a group; kr_graph_clear frees it in any case. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_graph_make(kr_graph *g, const kr_division *d,
                                      const kr_tied_terms *group);
void kr_graph_clear(kr_graph *g);

/** The pieces that the graph falls apart into without fixed choices and idle ties: their bits in
 * g->piece. Returns how many. */
size_t kr_graph_pieces(kr_graph *g);

/** Sets of at least two choices that separate the others: for every such set `visit` is called with
 * their positions in the group. They come from eliminating choice by choice, that with the smallest
 * neighbourhood first: each is a separator in a tree decomposition of the graph. KR_ENOMEM or what
 * visit returns. */
KR_MUST_CHECK kr_status kr_graph_separators(kr_graph *g, double bits_max,
                                            kr_status (*visit)(void *user, const uint32_t *set,
                                                               size_t n),
                                            void *user);

/* How to go on with a group of tied choices. */
typedef struct kr_split {
    uint32_t choice;   /* to be fixed first */
    double bits;       /* log2 of the states of the group as one block */
    double bits_split; /* log2 of what all blocks and parts cost once enough choices are fixed;
                          an upper bound */
} kr_split;

/** Find the choice whose fixing divides a group of at least two choices best. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_split_find(kr_division *d, const kr_tied_terms *group, kr_split *out);

/** Add a part to the builder. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_structure_push(kr_structure_builder *b, const kr_part *part,
                                          uint32_t *number);

/** Add a block of all choices and terms of a bundle. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_divide_block(kr_division *d, const kr_tied_terms *bundle,
                                        uint32_t *part);

/** Add the parts of a bundle. */
KR_MUST_CHECK kr_status kr_divide(kr_division *d, const kr_tied_terms *bundle, uint32_t *part);

#endif
