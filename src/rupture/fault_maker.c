/* One thread's way from extended sources to contexts. */
#include "rupture/fault_int.h"

#include <math.h>
#include <string.h>

/* ---- life ---- */

static kr_status take_limits(kr_fault_maker *maker)
{
    const kr_fault_setup *setup = &maker->setup;

    kr_status s = kr_limits_find(maker->ctx, setup->job, setup->trt, &maker->limits);
    if (s != KR_OK)
        return s;
    maker->last_km = kr_last_distance(maker->limits);
    maker->few = setup->job_sites->n <= setup->job->max_sites_disagg;
    maker->lons = kr_lon_range_of(setup->job_sites);
    return KR_OK;
}

static kr_status take_room(kr_fault_maker *maker)
{
    kr_status s = KR_OK;
    const kr_site_soa *tile = maker->setup.tile;
    const unsigned of_parts =
        KR_DIST_BIT(RRUP) | KR_DIST_BIT(RJB) | KR_DIST_BIT(CLON) | KR_DIST_BIT(CLAT);
    size_t n = tile->capacity;

    KR_TRY(kr_site_set_init(&maker->near, maker->ctx, n));
    KR_TRY(kr_site_set_init(&maker->part, maker->ctx, n));
    KR_NEW(maker->lon_360, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(maker->keep, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(maker->id, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    for (int d = 0; d < KR_DIST_COUNT; d++) {
        if (maker->wanted >> d & 1u)
            KR_NEW(maker->dist.of[d], maker->ctx, KR_ACCOUNT_RUPTURES, n);
        if (of_parts >> d & 1u)
            KR_NEW(maker->other.of[d], maker->ctx, KR_ACCOUNT_RUPTURES, n);
    }
    for (int k = 0; k < 6; k++)
        KR_NEW(maker->single[k], maker->ctx, KR_ACCOUNT_RUPTURES, n);
    for (size_t i = 0; i < tile->n; i++)
        maker->lon_360[i] = kr_lon_360(tile->lon[i]);
    KR_TRY(kr_surface_work_init(maker->ctx, &maker->work));
    KR_TRY(kr_window_work_create(maker->ctx, &maker->windows));
    if (maker->wanted & KR_DIST_BIT(RCDPP))
        KR_TRY(kr_directivity_init(&maker->directivity, maker->ctx));
out:
    return s;
}

kr_status kr_fault_maker_create(kr_ctx *ctx, const kr_fault_setup *setup, kr_fault_maker **out)
{
    kr_status s = KR_OK;
    kr_fault_maker *maker = NULL;

    KR_NEW(maker, ctx, KR_ACCOUNT_RUPTURES, 1);
    maker->ctx = ctx;
    maker->setup = *setup;
    maker->wanted = KR_DIST_BIT(RRUP) | kr_distances_of(setup->columns | setup->extra);
    KR_TRY(take_limits(maker));
    KR_TRY(take_room(maker));
    KR_TRY(kr_batch_init(&maker->batch, ctx, setup->columns | setup->extra, setup->sites,
                         setup->job->minimum_distance_km));
    maker->batch.as_is = setup->extra & ~setup->columns;
    *out = maker;
    maker = NULL;
out:
    kr_fault_maker_destroy(&maker);
    return s;
}

void kr_fault_maker_destroy(kr_fault_maker **maker)
{
    kr_fault_maker *m = *maker;

    if (!m)
        return;
    kr_site_set_clear(&m->near);
    kr_site_set_clear(&m->part);
    kr_free(m->lon_360);
    kr_free(m->keep);
    kr_free(m->id);
    for (int d = 0; d < KR_DIST_COUNT; d++) {
        kr_free(m->dist.of[d]);
        kr_free(m->other.of[d]);
    }
    for (int k = 0; k < 6; k++)
        kr_free(m->single[k]);
    kr_surface_work_clear(&m->work);
    kr_window_work_destroy(&m->windows);
    kr_directivity_clear(&m->directivity);
    kr_multi_work_destroy(&m->multi);
    kr_batch_clear(&m->batch);
    kr_free(m);
    *maker = NULL;
}

/* ---- sites ---- */

/* Fill `near` with the sites around a block of the fault; as it is where the box is that of before,
 * so that what is known about these sites holds. */
static void approach(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    const kr_site_soa *tile = maker->setup.tile;
    size_t block = fault->block_of ? fault->block_of[item] : item / fault->block;
    const kr_bbox *bounds = &fault->bounds[block];
    kr_site_set *near = &maker->near;
    kr_box box;
    size_t n = 0;

    if (maker->has_bounds && memcmp(bounds, &maker->bounds, sizeof *bounds) == 0 &&
        maker->by_extent == fault->by_extent)
        return;
    maker->bounds = *bounds;
    maker->by_extent = fault->by_extent;
    maker->has_bounds = true;
    box = (fault->by_extent ? kr_box_around_extent : kr_box_around)(bounds, maker->last_km,
                                                                    maker->lons);
    for (size_t i = 0; i < tile->n; i++) {
        near->id[n] = (uint32_t)i;
        n += (size_t)kr_box_holds(&box, tile->lon[i], maker->lon_360[i], tile->lat[i]);
    }
    kr_site_set_take(near, tile, near->id, n);
}

size_t kr_fault_keep(kr_fault_maker *maker, const kr_site_set *sites, const double *rrup,
                     double cut_km)
{
    size_t n = 0;

    for (size_t j = 0; j < sites->soa.n; j++) {
        maker->keep[n] = (uint32_t)j;
        n += (size_t)(rrup[j] <= cut_km);
    }
    for (size_t k = 0; k < n; k++)
        maker->id[k] = sites->id[maker->keep[k]];
    return n;
}

/* ---- runs ---- */

kr_status kr_fault_maker_run(kr_fault_maker *maker, const kr_fault *fault, size_t first,
                             size_t count, kr_visit visit, void *user)
{
    kr_status s = KR_OK;

    maker->batch.visit = visit;
    maker->batch.user = user;
    kr_surface_work_keep(&maker->work, fault->outlines);
    kr_window_work_keep(maker->windows, fault->outlines);
    KR_TRY(kr_batch_source(&maker->batch, fault->source));
    for (size_t i = first; i < first + count; i++) {
        approach(maker, fault, i);
        if (maker->near.soa.n)
            KR_TRY(fault->way->run(maker, fault, i));
    }
    KR_TRY(kr_batch_flush(&maker->batch));
out:
    maker->batch.contexts.n = 0;
    return s;
}

double kr_fault_maker_estimate(kr_fault_maker *maker, const kr_fault *fault)
{
    double sum = 0.0;

    for (size_t i = 0; i < fault->nitems; i++) {
        approach(maker, fault, i);
        if (maker->near.soa.n)
            sum += fault->way->estimate(maker, fault, i);
    }
    return sum;
}

/* ---- parameters ---- */

bool kr_mesh_in_canterbury(const kr_mesh *mesh)
{
    for (size_t i = 0; i < mesh->rows; i++) {
        for (size_t j = 0; j < mesh->cols; j++) {
            size_t k = i * mesh->stride + j;
            if (kr_in_canterbury(mesh->lon[k], mesh->lat[k]))
                return true;
        }
    }
    return false;
}

void kr_rupture_row_fill(kr_rupture_row *row, double mag, double rake,
                         const kr_surface_params *params, kr_point3 hypo, bool in_cshm)
{
    row->of[KR_COL_MAG] = kr_round(mag, 3);
    row->of[KR_COL_RAKE] = rake;
    row->of[KR_COL_DIP] = params->dip;
    row->of[KR_COL_STRIKE] = params->strike;
    row->of[KR_COL_ZTOR] = params->ztor;
    row->of[KR_COL_ZBOT] = params->zbot;
    row->of[KR_COL_WIDTH] = params->width;
    row->of[KR_COL_HYPO_DEPTH] = hypo.depth;
    row->of[KR_COL_HYPO_LON] = hypo.lon;
    row->of[KR_COL_HYPO_LAT] = hypo.lat;
    row->of[KR_COL_IN_CSHM] = in_cshm ? 1.0 : 0.0;
}
