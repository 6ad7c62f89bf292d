/* Random logic trees as choices and terms, with component rates, and the plain way to their
 * statistics: list all combinations. */
#ifndef KR_TESTS_PROBLEM_H
#define KR_TESTS_PROBLEM_H

#include "stats/quantile.h"
#include "tree/structure.h"

/* How the choices meet in terms. */
typedef enum kt_shape {
    KT_ALONE,  /* every term has one choice, or none */
    KT_STAR,   /* every term has its own choices and one that all share */
    KT_CHAIN,  /* terms between neighbours */
    KT_PAIRS,  /* a term for each pair of choices */
    KT_NATION, /* groups of stars, their own choices tied in pairs: one source choice in two terms
                */
    KT_ANY,    /* any one to three choices in each term */
    KT_SHAPES
} kt_shape;

typedef struct kt_problem {
    kr_arena arena;
    kr_problem problem;
    size_t nrates;
    double *rates;
    /* Rates are multiples of 2^-42 and weights of a power of 2, so that sums of either have no
     * rounding in any order, and equal values are common. Otherwise both are any numbers. */
    bool dyadic;
} kt_problem;

/** A random problem of at most `most` combinations: shared choices, terms that are left out of
 * combinations or stand in them twice, states with weight 0, choices that no term depends on,
 * followers that move with a leader (a term of the leader whose rates repeat), one to three columns
 * of weights, probabilities between 1e-13 and 1. Ended with kt_problem_end. */
void kt_random_problem(kr_ctx *ctx, uint64_t *random, kt_shape shape, bool dyadic, size_t most,
                       kt_problem *out);
void kt_problem_end(kt_problem *p);

/** Combinations in all: the product of the states of the choices. */
size_t kt_problem_count(const kr_problem *problem);

/** Rate and weight (times `scale`) of every combination, the last choice fastest: the slow way,
 * term by term. Either may be NULL. */
void kt_problem_totals(const kr_problem *problem, const double *rates, size_t column, double scale,
                       double *totals, double *weights);

/** Of n values and their weights: the quantile of a rule, in the words of its definition; `slope`
 * (or NULL) receives what the quantile changes by with q there, 0 on a plateau. Values and weights
 * are sorted. */
double kt_problem_quantile(double *values, double *weights, size_t n, kr_quantile_rule rule,
                           double q, double *slope);

#endif
