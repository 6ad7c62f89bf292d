/* The states of parts: listed one by one, and their extremes. */
#ifndef KR_STATS_STATES_H
#define KR_STATS_STATES_H

#include "tree/structure.h"

/* Component rates at one site and level, and the column of weights that applies there. */
typedef struct kr_point {
    const kr_structure *structure;
    const double *rates;
    size_t column;
} kr_point;

/** Numbers of scratch that listing a part needs. */
size_t kr_states_scratch(const kr_structure *structure, size_t part);

/** rate[i], weight[i] of every combination in a part, in no particular order; room for as many as
 * the part has. Weights are without the structure's scale. */
void kr_states_list(const kr_point *point, size_t part, double *scratch, double *rate,
                    double *weight);

/* Of all combinations in a part, also those of weight 0. */
typedef struct kr_extent {
    double min, max;         /* rates */
    double weight, heaviest; /* the sum of all weights, and the greatest of them */
    double of_min; /* weight of those whose rate is the least; less by rounding of rates */
} kr_extent;

/** Numbers of scratch for the extents of a structure. */
size_t kr_extents_scratch(const kr_structure *structure);

/** The extents of all parts: out[part]. Each block is listed once. */
void kr_extents_find(const kr_point *point, double *scratch, kr_extent *out);

/** Weight of the choice that a mix fixes, in its child i. */
static inline double kr_mix_weight(const kr_point *point, const kr_part *mix, size_t i)
{
    const kr_choice *choice = &point->structure->choices[mix->choice];
    return choice->weights[point->column * choice->nstates + mix->fixed[i]];
}

#endif
