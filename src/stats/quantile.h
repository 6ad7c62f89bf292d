/* Exact weighted quantiles over all realizations, and the way they are found.
 *
 * factored: the tree is one sum of blocks, listed in two halves X and Y; quantiles by selection on
 * X + Y. conditioned: a mixture of such pairs. streamed: realizations are visited in bounded
 * blocks, several times. bracketed: the distribution of the sum rounded down and up. */
#ifndef KR_STATS_QUANTILE_H
#define KR_STATS_QUANTILE_H

#include "stats/scale.h"
#include "tree/structure.h"

typedef enum kr_way { KR_FACTORED, KR_CONDITIONED, KR_STREAMED, KR_BRACKETED } kr_way;

/* Definitions. Values in order, equal ones by weight; c the cumulative weight with its own. */
typedef enum kr_quantile_rule {
    KR_QUANTILE_REFERENCE,   /* interpolation of values over c, numpy.interp(q, c, x): no shift, no
                                normalisation; below the first c the first value */
    KR_QUANTILE_HALF_WEIGHT, /* over (c - w / 2) / sum(w): that of toshi-hazard-post */
    KR_QUANTILE_MERGED       /* the first, with equal values (relative 1e-12) made one */
} kr_quantile_rule;

/* Limits of the ways. */
enum {
    KR_LIST_MAX = 1 << 21,     /* entries of one list */
    KR_LISTS_MAX = 10000000,   /* entries of all lists held at once */
    KR_STREAM_FROM = 1 << 16,  /* realizations; from here on they are streamed rather than put in
                                  lists that have half as many entries in all, or more */
    KR_STREAM_MAX = 200000000, /* realizations visited one by one at most */
};

/* Values in increasing order, equal ones as one entry: its total weight, and the lightest and the
 * heaviest of those that it stands for (all three the same array where no two are equal). */
typedef struct kr_list {
    size_t n;
    const double *x, *w, *lightest, *heaviest;
} kr_list;

/* The distribution of x + y; one of a mixture. */
typedef struct kr_pair {
    kr_list x, y;
    double weight; /* of the pair in the mixture: product of the fixed choices' weights and scale */
} kr_pair;

/** Quantiles of a mixture of pairs: value[i] on the scale at q[i] (any order). `scratch` has
 * kr_select_scratch numbers. Exact: no listing of the product. */
size_t kr_select_scratch(const kr_pair *pairs, size_t npairs, size_t nq);
void kr_select_quantiles(const kr_pair *pairs, size_t npairs, kr_quantile_rule rule, kr_scale scale,
                         const double *q, size_t nq, double *scratch, double *value);

/* The plan for one structure, which must outlive it: way, pairs, what each half lists. Made once,
 * shared by threads. */
typedef struct kr_unfold kr_unfold;

KR_MUST_CHECK kr_status kr_unfold_create(kr_ctx *ctx, const kr_structure *structure,
                                         kr_unfold **out);
/** One whose quantiles are streamed, whatever the structure. */
KR_MUST_CHECK kr_status kr_unfold_create_streamed(kr_ctx *ctx, const kr_structure *structure,
                                                  kr_unfold **out);
void kr_unfold_destroy(kr_unfold **unfold);
kr_way kr_unfold_way(const kr_unfold *unfold);
size_t kr_unfold_pairs(const kr_unfold *unfold);   /* 0 if streamed or bracketed */
double kr_unfold_entries(const kr_unfold *unfold); /* of all lists; 0 if there are none */
const char *kr_way_name(kr_way way);

/* All that a thread needs to find quantiles at a level, by any of the ways. */
typedef struct kr_quantiles kr_quantiles;

typedef struct kr_quantile_spec {
    kr_quantile_rule rule;
    kr_scale scale;
    const double *q;
    size_t nq;
    double bracket; /* relative width wanted where quantiles are bracketed */
} kr_quantile_spec;

size_t kr_quantiles_bytes(const kr_unfold *unfold, const kr_quantile_spec *spec);
KR_MUST_CHECK kr_status kr_quantiles_create(kr_ctx *ctx, const kr_structure *structure,
                                            const kr_unfold *unfold, const kr_quantile_spec *spec,
                                            kr_quantiles **out);
void kr_quantiles_destroy(kr_quantiles **quantiles);

/** At one site and level: value[i], and the exact quantile is within lower[i] .. upper[i] (all
 * three equal unless bracketed). */
void kr_quantiles_compute(kr_quantiles *quantiles, const double *rates, size_t column,
                          double *value, double *lower, double *upper);

/** The pairs of lists at a site and level, kr_unfold_pairs of them (NULL if none); they stay until
 * the next call with the same kr_quantiles. Extremes of entries that the rule does not look at are
 * not there: the pointers are those of the weights. */
const kr_pair *kr_quantiles_pairs(kr_quantiles *quantiles, const double *rates, size_t column);

/* The two last ways, for kr_quantiles. Scratch in numbers (doubles). */

size_t kr_stream_scratch(const kr_structure *structure, size_t nq);
void kr_stream_quantiles(const kr_structure *structure, const kr_quantile_spec *spec,
                         const double *rates, size_t column, double *scratch, double *value);

size_t kr_bracket_scratch(const kr_structure *structure, const kr_quantile_spec *spec);
void kr_bracket_quantiles(const kr_structure *structure, const kr_quantile_spec *spec,
                          const double *rates, size_t column, double *scratch, double *lower,
                          double *upper);

#endif
