/* The states of one block at one site and level: their rates, and their weights. */
#ifndef KR_STATS_BLOCK_H
#define KR_STATS_BLOCK_H

#include "tree/structure.h"

/** Numbers of scratch that kr_block_values needs. */
size_t kr_block_scratch(const kr_structure *structure, const kr_part *block);

/** out[state]: sum of the component rates of every state, from `rates` (one for each component rate
 * of the tree). The terms are added table by table over the combinations of their own choices only
 * (slowest choice first), not rate by rate over all states; in an order that follows from the block
 * alone, so that the bits are the same for every caller. `scratch` is allocated memory. */
void kr_block_values(const kr_structure *structure, const kr_part *block, const double *rates,
                     double *scratch, double *out);

/** The way back: out[rate] grows by the sum of x[state] over all states that add the rate, as often
 * as they do. Scratch as kr_block_values. */
void kr_block_add_back(const kr_structure *structure, const kr_part *block, const double *x,
                       double *scratch, double *out);

/** out[state]: product of the weights of its choices in a column; without the structure's scale. */
void kr_block_weights(const kr_structure *structure, const kr_part *block, size_t column,
                      double *out);

/** The same of its choices first, first + 1, ... alone (positions in the block): one number for
 * each combination of their states. */
void kr_block_weights_after(const kr_structure *structure, const kr_part *block, size_t first,
                            size_t column, double *out);

/** The largest block of a structure, in states and scratch. */
size_t kr_blocks_max_states(const kr_structure *structure);
size_t kr_blocks_max_scratch(const kr_structure *structure);

#endif
