/* Random structures of small trees, and all their realizations one by one. */
#ifndef KR_TESTS_STRUCTURE_H
#define KR_TESTS_STRUCTURE_H

#include "support/support.h"
#include "tree/structure.h"

typedef struct kt_structure {
    kr_arena arena;
    kr_structure s;
    kr_choice *choices; /* those of s, to be changed */
    double *rates;      /* one for each component rate, all zero or between 1e-14 and 1000 */
} kt_structure;

/** Parts of all kinds, to some depth, over at most `most` realizations; two columns of weights;
 * some weights and rates are 0, some parts stand in several places. The same choices stand on all
 * sides of a mix. */
void kt_structure_random(kt_structure *out, kr_ctx *ctx, uint64_t *random, size_t most);
void kt_structure_clear(kt_structure *structure);

/* All combinations of the states of a part: sums and products as the definition has them, in long
 * double. */
typedef struct kt_list {
    size_t n;
    long double *rate, *weight; /* without the scale */
    uint8_t *state;             /* n x nchoices; 255: the part does not have the choice */
} kt_list;

void kt_list_part(const kr_structure *s, const double *rates, size_t column, size_t part,
                  kt_list *out);
void kt_list_free(kt_list *list);

#endif
