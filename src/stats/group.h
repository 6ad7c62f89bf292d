/* The definitions of quantiles, told by what lies around the element in which the cumulative weight
 * passes q. All ways of finding that element share them. */
#ifndef KR_STATS_GROUP_H
#define KR_STATS_GROUP_H

#include "stats/quantile.h"

/* Relative distance up to which values are one for KR_QUANTILE_MERGED. */
#define KR_MERGED_WITHIN 1e-12

/* A group of elements, its value, and the elements before and after it. The value is the first one
 * (elements in order of value, then weight) whose cumulative weight is greater than the target,
 * or the greatest of all where none is. The group are all elements of that value; for
 * KR_QUANTILE_MERGED, all that are within KR_MERGED_WITHIN of it. (Merging what is near step by
 * step instead would make one group of all realizations of a tree of 10^12.) */
typedef struct kr_value_group {
    double value;
    double below;                       /* weight of all elements before the group */
    double weight, lightest, heaviest;  /* of the group; merged: the weight only */
    bool has_previous, has_next;        /* whether there are elements before and after */
    double previous, previous_heaviest; /* the greatest value before, heaviest element of it */
    double next, next_lightest;         /* the smallest value after, lightest element of it */
} kr_value_group;

/** What the cumulative weight is compared with: q, or for half-weight positions q times the total.
 */
static inline double kr_quantile_target(kr_quantile_rule rule, double q, double total)
{
    return rule == KR_QUANTILE_HALF_WEIGHT ? q * total : q;
}

/** The quantile at a target, from its group. */
double kr_quantile_of_group(kr_quantile_rule rule, const kr_value_group *group, double target);

#endif
