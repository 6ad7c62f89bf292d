/* The inside of a point maker: maker.c creates it, points.c decides which ruptures meet which
 * sites, pairs.c computes them. */
#ifndef KR_RUPTURE_MAKER_INT_H
#define KR_RUPTURE_MAKER_INT_H

#include "rupture/batch.h"
#include "rupture/near.h"
#include "rupture/plan.h"
#include "rupture/site_set.h"

/* Which sites the ruptures of one magnitude are for: those with least < chord <= most. */
typedef struct kr_use {
    bool on;
    double least_km, most_km;
    double cut_km;
} kr_use;

struct kr_point_maker {
    kr_ctx *ctx;
    const kr_job *job;
    const kr_site_soa *tile, *job_sites;
    const kr_jumps *jumps;
    const kr_magdist *limits;
    unsigned wanted; /* distances */
    bool wants_hypo; /* hypo_lon, hypo_lat */
    bool wants_cshm;
    bool source_mags;  /* magnitudes of split sources are not rounded */
    bool floors_rrup;  /* minimum_distance holds for rrup before the cut */
    bool few;          /* the job has few sites */
    double last_km;    /* last maximum distance */
    double close_km;   /* pointsource_distance */
    kr_lon_range lons; /* of the job's sites */
    double *tile_lon_360, *tile_chord;
    kr_site_set near, part; /* the sites near a point; some of them */
    uint32_t *keep, *keep_id;
    kr_dist_out dist;
    kr_plan full, mean;
    kr_use *full_use, *mean_use, *member_use;
    size_t full_cap, mean_cap, member_cap;
    kr_rupture_block block;
    kr_batch batch;
};

/* Ruptures to make: a plan at a place. */
typedef struct kr_task {
    const kr_plan *plan;
    const kr_use *use; /* one for each magnitude */
    const kr_bins *bins;
    double lon, lat;
    uint32_t number;        /* of the first entry */
    uint32_t number_stride; /* between entries */
    bool whole;             /* cut inclusive, azimuth from the middle, as for extended sources */
} kr_task;

/** Make the pairs of a task with the sites `maker->near`. */
KR_MUST_CHECK kr_status kr_make_pairs(kr_point_maker *maker, const kr_task *task);

#endif
