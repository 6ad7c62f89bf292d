/* Passes over the sums of a mixture of pairs of lists, without listing the sums.
 *
 * In the matrix of the sums x[i] + y[j], rows and columns increase (rounding of sums keeps that),
 * so the sums below a threshold are bounded by a staircase that is walked in nx + ny steps. Rows
 * are the shorter list of a pair. */
#ifndef KR_STATS_STAIRS_H
#define KR_STATS_STAIRS_H

#include "stats/quantile.h"

typedef struct kr_stairs {
    const kr_list *row, *col; /* row->n <= col->n */
    double weight;
    double *below; /* col->n + 1: weight of the columns before each */
} kr_stairs;

typedef struct kr_mixture {
    size_t npairs;
    kr_stairs *stairs;
    uint32_t *from, *to;    /* for as many rows as a pair has: columns of a window of sums */
    uint32_t *queue;        /* for as many columns as a pair has */
    double least, greatest; /* of all sums */
    double weight;          /* of all */
    uint64_t count;
} kr_mixture;

/** Numbers that the arrays of a mixture take. */
size_t kr_mixture_numbers(const kr_pair *pairs, size_t npairs);

/** Make one; `at` has kr_mixture_numbers numbers; the pairs must stay. */
kr_mixture kr_mixture_at(const kr_pair *pairs, size_t npairs, double *at);

/* How much lies below a threshold. */
typedef struct kr_mark {
    double at, weight;
    uint64_t count;
} kr_mark;

kr_mark kr_mixture_mark(const kr_mixture *m, double at);

/* Sums one by one; arrays of the caller. */
typedef struct kr_sums {
    size_t n;
    double *x, *w, *lightest, *heaviest; /* the last two may be NULL */
} kr_sums;

/** All sums with low <= sum < high. */
void kr_mixture_window(const kr_mixture *m, double low, double high, kr_sums *out);

/** x[0 .. n - 1]: sums with low <= sum < high, drawn at random places of each nth of them (of the
 * `count` sums there are), in no order. The sequence of places is always the same. */
void kr_mixture_sample(const kr_mixture *m, double low, double high, uint64_t count, size_t n,
                       double *x);

/** The same with one in each nth of the weight that these sums have (`weight`): heavy sums may be
 * drawn often, those of weight 0 are not. */
void kr_mixture_sample_weight(const kr_mixture *m, double low, double high, double weight, size_t n,
                              double *x);

/* The sums in an interval and what is next to it. */
typedef struct kr_level {
    double low, high;          /* low <= sum <= high */
    double below;              /* weight of the sums < low */
    double weight;             /* of those within */
    double lightest, heaviest; /* of those within; infinity, -1 if there is none */
    double previous, next;     /* largest sum < low, or -infinity; smallest > high, or infinity */
} kr_level;

kr_level kr_mixture_level(const kr_mixture *m, double low, double high);

/** Adds numbers with the rounding errors kept aside (Neumaier). */
typedef struct kr_adder {
    double sum, lost;
} kr_adder;

static inline void kr_adder_add(kr_adder *a, double x)
{
    double sum = a->sum + x;
    a->lost += fabs(a->sum) >= fabs(x) ? (a->sum - sum) + x : (x - sum) + a->sum;
    a->sum = sum;
}

static inline double kr_adder_value(const kr_adder *a)
{
    return a->sum + a->lost;
}

/** The next double above a finite one (below: of the negative); infinity above the largest. */
static inline double kr_above(double x)
{
    return nextafter(x, INFINITY);
}

#endif
