/* Sorted lists of the values of parts: of the states of a block, of sums of independent parts, of a
 * mixture. All write into room that the caller gives. */
#ifndef KR_STATS_LIST_H
#define KR_STATS_LIST_H

#include "stats/quantile.h"

/* Where a list is written: as many numbers in each array as it can have entries. Extremes that are
 * not asked for are NULL; the list's pointers to them are then those of the weights. */
typedef struct kr_list_room {
    double *x, *w, *lightest, *heaviest;
} kr_list_room;

/* What of a list a rule of quantiles looks at: besides x and w, extremes of entries. */
bool kr_list_keeps_lightest(kr_quantile_rule rule);
bool kr_list_keeps_heaviest(kr_quantile_rule rule);

/** Numbers of the room for n entries, and that room from `at` on. */
size_t kr_list_numbers(size_t n, kr_quantile_rule rule);
kr_list_room kr_list_room_at(double *at, size_t n, kr_quantile_rule rule);

/** Sort two arrays by x, in place. Not stable. */
void kr_list_order(double *x, double *w, size_t n);

/** The list of n > 0 values room.x with weights room.w in any order, in place. */
kr_list kr_list_of_values(kr_list_room room, size_t n);

/* Scratch for merging k lists at most: kr_merger_numbers(k) numbers. */
typedef struct kr_merger {
    struct kr_list_source *sources;
    double *heads;
    uint32_t *tree;
} kr_merger;

size_t kr_merger_numbers(size_t k);
kr_merger kr_merger_at(double *at, size_t k);

/** All sums of a value of a and one of b: at most a.n x b.n entries, in time that times the
 * logarithm of the shorter one's length, which is the number of lists merged. */
kr_list kr_list_sum(const kr_list *a, const kr_list *b, kr_merger merger, kr_list_room room);

/** The entries of all lists, the weights of each times its factor. */
kr_list kr_list_mix(const kr_list *lists, const double *factors, size_t n, kr_merger merger,
                    kr_list_room room);

#endif
