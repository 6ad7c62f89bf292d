/* The plan of a structure's quantiles, for those that make the lists. */
#ifndef KR_STATS_UNFOLD_H
#define KR_STATS_UNFOLD_H

#include "stats/quantile.h"

/* A choice that is fixed for a pair. */
typedef struct kr_unfold_fixed {
    uint32_t choice, state;
} kr_unfold_fixed;

/* Independent parts whose sums are one list, the parts with most states first. */
typedef struct kr_unfold_half {
    const uint32_t *parts;
    size_t nparts;
    double entries; /* product of their states */
} kr_unfold_half;

typedef struct kr_unfold_pair {
    uint32_t half[2]; /* in kr_unfold.halves */
    const kr_unfold_fixed *fixed;
    size_t nfixed;
} kr_unfold_pair;

struct kr_unfold {
    const kr_structure *structure;
    kr_arena arena;
    kr_way way;
    size_t npairs; /* 0 if streamed or bracketed */
    kr_unfold_pair *pairs;
    size_t nhalves; /* different ones: pairs share lists */
    kr_unfold_half *halves;
    kr_pair *sizes; /* as many pairs, of which only the lengths are there: the longest possible */
    double entries;
    const uint32_t **sums; /* for each part that is a sum: its children, those with most states
                              first */
};

#endif
