/* How often ruptures occur, and what becomes of the sources of an atomic group. */
#ifndef KR_HAZARD_OCCURRENCE_H
#define KR_HAZARD_OCCURRENCE_H

#include "hazard/hazard_int.h"

/** The annual rate of context i of a batch for a member of the work. */
static inline double kr_annual_rate(const kr_contexts *b, size_t i, size_t member)
{
    return b->rates[i] ? b->rates[i][member] * b->rate[i] : b->rate[i];
}

/** The probability that a rupture with these probabilities of 0, 1, ... occurrences occurs at all.
 * Of 1 and 1e-17 the rest to 1 is lost in rounding. */
double kr_any_occurrence(const double *probs, size_t nprobs);

/** The exclusive weight of a source of an atomic group. */
double kr_mutex_weight(const kr_ready *source);

/** Add what a source of an atomic group has to the group, n numbers each, and leave the source's
 * zero: rates, or probabilities where ruptures are exclusive (docs/theory.md, 11). */
void kr_group_add_source(const kr_group *group, double weight, size_t n, double *source,
                         double *sum);

/** From that sum to the rates of the group. */
void kr_group_rates(const kr_group *group, double years, size_t n, const double *sum,
                    double *rates);

#endif
