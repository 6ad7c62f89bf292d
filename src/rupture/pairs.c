/* From ruptures and sites to pairs. With few sites near a point, all ruptures of a block are
 * computed for one site at a time; with many, all sites for one rupture at a time. */
#include "rupture/maker_int.h"

#include <assert.h>

enum { FEW_SITES_NEAR = 16 };

/* ---- the block ---- */

static kr_lonlat place_of(double x, double y, double z)
{
    return kr_from_cartesian((kr_vec3){x, y, z}, NULL);
}

static void block_cshm(kr_rupture_block *b, size_t n)
{
    const kr_planars *p = &b->planars;

    for (size_t i = 0; i < n; i++) {
        kr_lonlat tl = place_of(p->tl_x[i], p->tl_y[i], p->tl_z[i]);
        kr_lonlat tr = place_of(p->tr_x[i], p->tr_y[i], p->tr_z[i]);
        kr_lonlat bl = place_of(p->bl_x[i], p->bl_y[i], p->bl_z[i]);
        kr_lonlat br = place_of(p->br_x[i], p->br_y[i], p->br_z[i]);
        bool inside = kr_in_canterbury(tl.lon, tl.lat) || kr_in_canterbury(tr.lon, tr.lat) ||
                      kr_in_canterbury(bl.lon, bl.lat) || kr_in_canterbury(br.lon, br.lat);
        b->in_cshm[i] = inside ? 1.0 : 0.0;
    }
}

static void block_hypo(kr_rupture_block *b, size_t n, const kr_task *task, bool moved)
{
    const kr_planars *p = &b->planars;

    for (size_t i = 0; i < n; i++) {
        kr_lonlat at = {task->lon, task->lat};
        if (moved)
            at = place_of(p->hypo_x[i], p->hypo_y[i], p->hypo_z[i]);
        b->hypo_lon[i] = at.lon;
        b->hypo_lat[i] = at.lat;
    }
}

static void block_columns(kr_rupture_block *b)
{
    b->of[KR_COL_MAG] = b->mag;
    b->of[KR_COL_RAKE] = b->shapes->rake;
    b->of[KR_COL_DIP] = b->shapes->dip;
    b->of[KR_COL_STRIKE] = b->shapes->strike;
    b->of[KR_COL_ZTOR] = b->shapes->ztor;
    b->of[KR_COL_ZBOT] = b->shapes->zbot;
    b->of[KR_COL_WIDTH] = b->planars.width;
    b->of[KR_COL_HYPO_DEPTH] = b->shapes->zhypo;
    b->of[KR_COL_HYPO_LON] = b->hypo_lon;
    b->of[KR_COL_HYPO_LAT] = b->hypo_lat;
    b->of[KR_COL_IN_CSHM] = b->in_cshm;
}

/* Place the first n entries of block number k. */
static void block_make(kr_point_maker *maker, const kr_task *task, size_t k, size_t n)
{
    kr_rupture_block *b = &maker->block;
    const kr_plan *plan = task->plan;
    kr_origin origin = kr_origin_at(task->lon, task->lat);
    unsigned wanted = maker->wanted;

    origin.shift_hypo = plan->shift_hypo;
    origin.azimuth_of_middle = task->whole;
    if (maker->wants_hypo && plan->shift_hypo)
        wanted |= KR_DIST_BIT(REPI);
    b->shapes = &plan->blocks[k];
    kr_planars_place(b->shapes, n, &origin, wanted, &b->planars);
    block_columns(b);
    for (size_t i = 0; i < n; i++) {
        size_t e = k * KR_PLANAR_BLOCK + i, m = e / plan->nparts;
        const kr_plan_part *part = &plan->parts[e % plan->nparts];
        b->mag[i] = maker->source_mags && !task->whole ? plan->mags[m].mag : plan->mags[m].mag3;
        const kr_bins *bins = task->bins;
        b->rates[i] = bins->alternatives ? bins->alternatives + m * bins->nalternatives : NULL;
        b->rate[i] =
            (bins->alternatives ? 1.0 : bins->rate[m]) * part->plane.prob * part->depth.prob;
        b->number[i] = task->number + (uint32_t)e * task->number_stride;
    }
    if (maker->wants_hypo)
        block_hypo(b, n, task, plan->shift_hypo);
    if (maker->wants_cshm && task->whole)
        block_cshm(b, n);
}

/* ---- cuts ---- */

/* Is the pair kept? Without a branch. */
static inline size_t is_kept(const kr_use *use, double rrup, double chord, bool inclusive)
{
    return (size_t)(rrup < use->cut_km || (inclusive && rrup == use->cut_km)) &
           (size_t)(use->least_km < chord) & (size_t)(chord <= use->most_km);
}

/* A rupture is of no use if distances are raised above the cut. */
static bool hopeless(const kr_point_maker *maker, const kr_task *task, const kr_use *use)
{
    return !use->on ||
           (!task->whole && maker->floors_rrup && !(maker->batch.floor_km < use->cut_km));
}

/* ---- one site at a time ---- */

static kr_status ruptures_to_site(kr_point_maker *maker, const kr_task *task, size_t first_entry,
                                  size_t n, size_t j)
{
    const kr_plan *plan = task->plan;
    const double *rrup = maker->dist.of[KR_DIST_RRUP];
    double chord = maker->near.chord[j];
    kr_pairs pairs = {.block = &maker->block,
                      .dist = &maker->dist,
                      .keep = maker->keep,
                      .site = maker->near.id[j],
                      .one_site = true};

    kr_planars_to_site(&maker->block.planars, maker->block.shapes, n, &maker->near.soa, j,
                       maker->wanted, &maker->dist);
    for (size_t i = 0; i < n;) {
        size_t m = (first_entry + i) / plan->nparts;
        size_t end = (m + 1) * plan->nparts - first_entry;
        const kr_use *use = &task->use[m];
        end = end < n ? end : n;
        if (hopeless(maker, task, use)) {
            i = end;
            continue;
        }
        for (; i < end; i++) {
            maker->keep[pairs.n] = (uint32_t)i;
            pairs.n += is_kept(use, rrup[i], chord, task->whole);
        }
    }
    return kr_batch_append(&maker->batch, &pairs);
}

/* ---- one rupture at a time ---- */

/* The sites that a magnitude is for: a part of those near, copied if that saves work. */
static const kr_site_set *sites_for(kr_point_maker *maker, const kr_use *use)
{
    const kr_site_set *near = &maker->near;
    kr_site_set *part = &maker->part;
    size_t n = 0;

    for (size_t j = 0; j < near->soa.n; j++) {
        maker->keep[n] = (uint32_t)j;
        n += (size_t)(use->least_km < near->chord[j]) & (size_t)(near->chord[j] <= use->most_km);
    }
    if (4 * n >= 3 * near->soa.n)
        return near;
    kr_site_soa_gather(&part->soa, &near->soa, maker->keep, n);
    for (size_t j = 0; j < n; j++) {
        part->id[j] = near->id[maker->keep[j]];
        part->chord[j] = near->chord[maker->keep[j]];
    }
    return part;
}

static kr_status rupture_to_sites(kr_point_maker *maker, const kr_task *task, const kr_use *use,
                                  const kr_site_set *sites, size_t i)
{
    const double *rrup = maker->dist.of[KR_DIST_RRUP];
    size_t n = 0;

    kr_planar_to_sites(&maker->block.planars, maker->block.shapes, i, &sites->soa, maker->wanted,
                       &maker->dist);
    for (size_t j = 0; j < sites->soa.n; j++) {
        maker->keep[n] = (uint32_t)j;
        n += is_kept(use, rrup[j], sites->chord[j], task->whole);
    }
    for (size_t k = 0; k < n; k++)
        maker->keep_id[k] = sites->id[maker->keep[k]];
    return kr_batch_append(&maker->batch, &(kr_pairs){.block = &maker->block,
                                                      .dist = &maker->dist,
                                                      .n = n,
                                                      .keep = maker->keep,
                                                      .sites = maker->keep_id,
                                                      .rupture = i});
}

static kr_status ruptures_to_sites(kr_point_maker *maker, const kr_task *task, size_t first_entry,
                                   size_t n)
{
    kr_status s = KR_OK;
    const kr_plan *plan = task->plan;
    const kr_site_set *sites = NULL;
    size_t of = 0;

    for (size_t i = 0; i < n; i++) {
        size_t m = (first_entry + i) / plan->nparts;
        if (hopeless(maker, task, &task->use[m]))
            continue;
        if (!sites || m != of)
            sites = sites_for(maker, &task->use[m]);
        of = m;
        if (sites->soa.n)
            KR_TRY(rupture_to_sites(maker, task, &task->use[m], sites, i));
    }
out:
    return s;
}

/* ---- tasks ---- */

/* Entries of block k up to the last one of use; 0 if none is. */
static size_t entries_of_use(const kr_task *task, size_t k)
{
    const kr_plan *plan = task->plan;
    size_t first = k * KR_PLANAR_BLOCK, total = kr_plan_entries(plan), n = 0;

    for (size_t i = 0; i < KR_PLANAR_BLOCK && first + i < total; i++) {
        if (task->use[(first + i) / plan->nparts].on)
            n = i + 1;
    }
    return n;
}

kr_status kr_make_pairs(kr_point_maker *maker, const kr_task *task)
{
    kr_status s = KR_OK;
    size_t total = kr_plan_entries(task->plan);

    assert(task->plan->nparts > 0);
    for (size_t k = 0; k * KR_PLANAR_BLOCK < total; k++) {
        size_t n = entries_of_use(task, k), first = k * KR_PLANAR_BLOCK;
        if (n == 0)
            continue;
        block_make(maker, task, k, n);
        if (maker->near.soa.n >= FEW_SITES_NEAR) {
            KR_TRY(ruptures_to_sites(maker, task, first, n));
            continue;
        }
        for (size_t j = 0; j < maker->near.soa.n; j++)
            KR_TRY(ruptures_to_site(maker, task, first, n, j));
    }
out:
    return s;
}
