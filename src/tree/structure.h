/* The structure of a logic tree for statistics: which choices there are, which component rates each
 * combination of them adds up, and how the combinations fall apart into independent blocks.
 *
 * A *choice* is a branch set of the source-model tree (or several that are tied by applyToBranches,
 * taken together) or the ground-motion model of one tectonic region type. Choices of a problem are
 * independent of each other: the weight of a combination is the product of the weights of its
 * states. A *term* says what one component adds: a component rate in some combinations of the few
 * choices that it depends on. The rate of a realization is the sum of all terms.
 *
 * kr_structure_divide finds the parts. A *block* enumerates the states of choices that meet in
 * terms. A *sum* adds parts that share no choice: they are independent. A *mix* fixes one choice:
 * given its state, what it tied is independent again. Nothing here has the size of the number of
 * realizations. */
#ifndef KR_TREE_STRUCTURE_H
#define KR_TREE_STRUCTURE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kr_choice {
    const char *name; /* id of the branch set ("bs1", tied sets "bs1 bs2"); tectonic region type */
    bool ground_motion;
    size_t nstates;
    const char *const *states; /* ids of branches ("b11", tied "b11~b21"); texts of models */
    const double *weights;     /* [column * nstates + state] */
} kr_choice;

typedef struct kr_term {
    size_t nchoices;         /* that it depends on; 0: always there */
    const uint32_t *choices; /* increasing */
    size_t nentries;
    const uint32_t *states; /* nentries x nchoices: combinations in which something is added */
    const uint32_t *rates;  /* nentries: the component rate added; equal combinations add up */
} kr_term;

/* Choices and terms, before they are divided. */
typedef struct kr_problem {
    size_t ncolumns; /* kinds of weights: 1, or 1 + the measures of the job */
    size_t nchoices;
    const kr_choice *choices;
    size_t nterms;
    const kr_term *terms;
} kr_problem;

/* Sums of component rates over the states of a few choices of a block. */
typedef struct kr_rate_table {
    size_t naxes;
    const uint32_t *axes;  /* positions among the choices of the block, increasing */
    size_t nrows;          /* product of the states of the axes; the last axis varies fastest */
    const uint32_t *first; /* nrows + 1 */
    const uint32_t *rates; /* row i is the sum of rates[first[i]] .. rates[first[i + 1] - 1] */
} kr_rate_table;

typedef enum kr_part_kind { KR_PART_BLOCK, KR_PART_SUM, KR_PART_MIX } kr_part_kind;

typedef struct kr_part {
    kr_part_kind kind;
    double states; /* combinations in all of what is below: of a block its states */

    /* sum, mix */
    size_t nchildren;
    const uint32_t *children; /* parts, all before this one */
    uint32_t choice;          /* mix: the choice that is fixed */
    const uint32_t *fixed;    /* mix: its state in each child */

    /* block */
    size_t nchoices;
    const uint32_t *choices; /* increasing; the last varies fastest */
    size_t nstates;          /* product of theirs; 1 for a block without choices */
    size_t ntables;
    const kr_rate_table *tables;
    const uint32_t *rows; /* NULL; or nstates x ntables: the row of each table for each state, where
                             the block lists its states (samples) */
} kr_part;

/* No block is larger: greater ones are cut by fixing their slowest choice. */
enum { KR_BLOCK_STATES_MAX = 1 << 22 };

typedef struct kr_structure {
    size_t ncolumns, nchoices;
    const kr_choice *choices;
    size_t nrates;
    size_t nparts;
    const kr_part *parts; /* the root is the last one */
    double realizations;  /* combinations in all; can be above 2^64 */
    double scale; /* every product of weights is multiplied by this (the reference normalises) */
} kr_structure;

/* A group of at most so many states is not worth dividing: moments and quantiles of a star of three
 * sources with 108 states take as long as those of its parts, of one of four with 324 longer. */
enum { KR_BLOCK_STATES_SMALL = 1 << 8 };

/* What no division may come to: states enumerated in all of a group of tied choices. */
#define KR_TIED_STATES_MAX 1e10

/** Divide a problem into parts, everything in the arena; all fields of `out` but `nrates` and
 * `scale` are set (scale to 1). The root is a single part whatever the problem. A group of choices
 * tied by terms becomes one block, or where that costs less a mix over the choice whose fixing
 * divides it best, to any depth. Every combination of the states of all choices is in the parts,
 * also of choices with one state and of those that no term depends on, so that their weights count.
 * KR_ENOMEM; KR_EINPUT without a place, where a group of tied choices has more than 1e10 states
 * however it is conditioned. */
KR_MUST_CHECK kr_status kr_structure_divide(kr_ctx *ctx, kr_arena *arena, const kr_problem *problem,
                                            kr_structure *out);

/* A structure put together from several problems: alternatives that have choices of their own. Each
 * is divided on its own, and a mix over the choice between them is added above. */
typedef struct kr_structure_builder {
    kr_ctx *ctx;
    kr_arena *arena; /* for all that stays */
    size_t small;    /* KR_BLOCK_STATES_SMALL; other values before parts are added (tests) */
    size_t nparts, parts_cap;
    kr_part *parts; /* owned */
} kr_structure_builder;

void kr_structure_builder_init(kr_structure_builder *b, kr_ctx *ctx, kr_arena *arena);
void kr_structure_builder_clear(kr_structure_builder *b);

/** Add the parts of a problem restricted to `n` of its choices (increasing). `part` is the number
 * of the part that holds them all. n can be 0: a block without choices. Errors as
 * kr_structure_divide, and KR_EINTERNAL, where a term depends on another choice. */
KR_MUST_CHECK kr_status kr_structure_add_problem(kr_structure_builder *b, const kr_problem *problem,
                                                 const uint32_t *choices, size_t n, uint32_t *part);

/** Add a mix: children[i] is what there is where the choice has the state states[i]. A state is
 * given at most once, no choice stands in a child of its own mix, and a part is the child of one
 * other part only. Arrays are copied. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_structure_add_mix(kr_structure_builder *b, uint32_t choice,
                                             const uint32_t *states, const uint32_t *children,
                                             size_t n, uint32_t *part);

/** Add a sum of parts that share no choice; of one part it is that part, of none a block without
 * choices. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_structure_add_sum(kr_structure_builder *b, const uint32_t *children,
                                             size_t n, uint32_t *part);

/** The structure whose root is `root`, the part added last: sets `parts`, `nparts` and
 * `realizations` of `out` (the combinations below the root), copied to the arena. KR_EINTERNAL, if
 * another part was added after it; KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_structure_finish(kr_structure_builder *b, uint32_t root,
                                            kr_structure *out);

/** Sum of the weights of all combinations of a column, with the scale. */
double kr_structure_total(const kr_structure *structure, size_t column);

#endif
