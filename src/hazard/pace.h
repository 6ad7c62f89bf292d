/* How long units of work take. Those of a class, the sources of one kind in one family that about
 * as many components share, take times in proportion to their costs: at the pace of those that are
 * over, and of the pieces that were tried before there were any (hazard/sample.h). */
#ifndef KR_HAZARD_PACE_H
#define KR_HAZARD_PACE_H

#include "hazard/hazard_int.h"

typedef struct kr_pace {
    double cost;              /* of all units of the job: see kr_unit_cost */
    double over;              /* of those that are over */
    double measured, seconds; /* of those that were computed here, and what these took */
    double pieces, tried;     /* how many, and the sum of their seconds / cost */
} kr_pace;

/** Cost of a block of a work at so many sites, of all works in one unit. */
static inline double kr_unit_cost(const kr_work *work, size_t block, size_t nsites)
{
    return work->blocks[block].cost * (double)nsites * kr_work_factor(work);
}

/** When the works have been cut into blocks. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_paces_make(kr_hazard *hazard);

/** A piece of a block took so many seconds for each of its cost. */
void kr_pace_try(kr_hazard *hazard, const kr_block *block, double seconds_by_cost);

/** Seconds that all units take at the pace of their pieces; NaN before one was tried. */
double kr_paces_foretell(const kr_hazard *hazard);

/** A unit is over, and took so long; NaN: it was there already. One thread at a time. */
void kr_pace_take(kr_hazard *hazard, const kr_work *work, size_t block, size_t nsites,
                  double seconds);

#endif
