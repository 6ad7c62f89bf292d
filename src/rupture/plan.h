/* The ruptures of a source without their place: one shape for each magnitude, nodal plane and
 * depth, in this order. Made once and kept as long as the next source asks for the same ones. */
#ifndef KR_RUPTURE_PLAN_H
#define KR_RUPTURE_PLAN_H

#include "geo/planar.h"
#include "rupture/rupture.h"

/* What ruptures of one magnitude have in common. */
typedef struct kr_plan_mag {
    double mag, mag3; /* as in the source; rounded to 3 decimals */
    double cut_km;    /* maximum distance, 0 outside the table */
    double radius_km; /* half the greatest diagonal of the projections */
    double reach_km;  /* no point of a rupture is farther from the point on the surface */
} kr_plan_mag;

/* One nodal plane at one depth. */
typedef struct kr_plan_part {
    kr_nodal_plane plane;
    kr_hypo_depth depth;
} kr_plan_part;

typedef struct kr_plan {
    kr_ctx *ctx;
    const kr_magdist *limits;
    bool shift_hypo;
    double upper_km, lower_km, aspect;
    kr_msr msr;
    size_t nparts, parts_cap; /* planes x depths, depths fastest */
    kr_plan_part *parts;
    size_t nmags; /* asked for */
    size_t made;  /* present; those asked for come first */
    size_t mags_cap;
    kr_plan_mag *mags;
    size_t blocks_cap;
    kr_shapes *blocks; /* entry e is number e % KR_PLANAR_BLOCK of block e / KR_PLANAR_BLOCK */
} kr_plan;

void kr_plan_init(kr_plan *plan, kr_ctx *ctx, const kr_magdist *limits, bool shift_hypo);
void kr_plan_clear(kr_plan *plan);

/** Make the plan that of a source with these bins; cheap if it is that already. */
KR_MUST_CHECK kr_status kr_plan_set(kr_plan *plan, const kr_source *source, const kr_bins *bins);

/** The maximum distance of the greatest magnitude that has one above 0; 0 if none has. */
double kr_plan_greatest_cut(const kr_plan *plan);

static inline size_t kr_plan_entries(const kr_plan *plan)
{
    return plan->nmags * plan->nparts;
}

#endif
