/* Rates of a disaggregation at a level between two that have them. */
#ifndef KR_HAZARD_DISAGG_BETWEEN_H
#define KR_HAZARD_DISAGG_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>

/** Of the n bands of epsilon of a bin. */
double kr_disagg_sum_of(const double *rates, size_t n);

/** What a component has in a bin of the first four axes, by n bands of epsilon, `part` (0 .. 1) of
 * the way from the level below to the one above, in logarithms: the sum of the bands as a straight
 * line in logarithms, their parts of it as straight lines (docs/theory.md, 30). Where one of the
 * two sums is 0 all are straight lines. */
void kr_disagg_between(const double *below, const double *above, double part, size_t n,
                       double *out);

/** The rate whose probability lies on the straight line in logarithms between those of two rates:
 * how hazard curves are interpolated. */
double kr_disagg_on_chord(double below, double above, double part);

#endif
