/* All realizations of a structure, one chunk after another, in memory that does not grow with their
 * number. */
#ifndef KR_STATS_VISIT_H
#define KR_STATS_VISIT_H

#include "stats/states.h"

/* How a visit is cut; results do not depend on it. */
typedef struct kr_visit_limits {
    size_t chunk; /* realizations handed over at once */
    size_t list;  /* parts of up to so many states are listed whole */
} kr_visit_limits;

/** Receives n realizations: their rates and their weights with the structure's scale. It may
 * write over them. */
typedef void kr_visitor(void *user, double *rate, double *weight, size_t n);

/** Numbers of scratch. */
size_t kr_visit_scratch(const kr_structure *structure, const kr_visit_limits *limits);

/** Hand all realizations to the visitor, in an order that is always the same. Takes time with
 * their number: some 10^8 a second. */
void kr_visit(const kr_point *point, const kr_visit_limits *limits, double *scratch,
              kr_visitor *visitor, void *user);

#endif
