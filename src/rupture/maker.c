/* Life of a point maker. */
#include "rupture/maker_int.h"

#include <math.h>

#include "base/str.h"

/* Which distances the columns need. */
static kr_status choose_distances(kr_point_maker *maker, const kr_point_setup *setup)
{
    kr_columns columns = setup->columns | setup->extra;
    kr_columns missing = KR_BIT(AZIMUTHCP) | KR_BIT(RCDPP);

    for (int c = 0; c < KR_COL_COUNT; c++)
        if (columns & missing & (kr_columns)1 << c)
            return kr_fail(maker->ctx, KR_EINPUT,
                           "a ground-motion model needs %s, which point, multi-point and area "
                           "sources do not have",
                           kr_column_name((kr_column)c));
    maker->wanted = kr_distances_of(columns);
    maker->wants_hypo = KR_HAS(columns, HYPO_LON) || KR_HAS(columns, HYPO_LAT);
    maker->wants_cshm = KR_HAS(columns, IN_CSHM);
    maker->floors_rrup = KR_HAS(setup->columns, RRUP) && maker->job->minimum_distance_km > 0.0;
    return KR_OK;
}

static kr_status take_limits(kr_point_maker *maker, const char *trt)
{
    const kr_job *job = maker->job;
    kr_status s = kr_limits_find(maker->ctx, job, trt, &maker->limits);

    if (s != KR_OK)
        return s;
    maker->last_km = kr_last_distance(maker->limits);
    maker->close_km = kr_by_trt_get(&job->pointsource_distance, trt,
                                    job->ps_grid_spacing_km > 0.0 ? 40.0 : 100.0);
    if (isnan(maker->close_km))
        return kr_fail(maker->ctx, KR_EINPUT,
                       "%s: pointsource_distance by magnitude cannot be used with point, "
                       "multi-point and area sources; write one number of km for '%s'",
                       job->path, trt);
    maker->few = maker->job_sites->n <= job->max_sites_disagg;
    maker->lons = kr_lon_range_of(maker->job_sites);
    return KR_OK;
}

static kr_status take_room(kr_point_maker *maker)
{
    kr_status s = KR_OK;
    size_t n = maker->tile->capacity;

    if (n < KR_PLANAR_BLOCK)
        n = KR_PLANAR_BLOCK;
    KR_TRY(kr_site_set_init(&maker->near, maker->ctx, n));
    KR_TRY(kr_site_set_init(&maker->part, maker->ctx, n));
    KR_NEW(maker->tile_chord, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(maker->tile_lon_360, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(maker->keep, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(maker->keep_id, maker->ctx, KR_ACCOUNT_RUPTURES, n);
    for (int d = 0; d < KR_DIST_COUNT; d++) {
        if (d == KR_DIST_RRUP || (maker->wanted >> d & 1u))
            KR_NEW(maker->dist.of[d], maker->ctx, KR_ACCOUNT_RUPTURES, n);
    }
    for (size_t i = 0; i < maker->tile->n; i++)
        maker->tile_lon_360[i] = kr_lon_360(maker->tile->lon[i]);
out:
    return s;
}

kr_status kr_point_maker_create(kr_ctx *ctx, const kr_point_setup *setup, kr_point_maker **out)
{
    kr_status s = KR_OK;
    kr_point_maker *maker = NULL;

    KR_NEW(maker, ctx, KR_ACCOUNT_RUPTURES, 1);
    maker->ctx = ctx;
    maker->job = setup->job;
    maker->tile = setup->tile;
    maker->job_sites = setup->job_sites;
    maker->jumps = setup->jumps;
    maker->source_mags = setup->source_mags;
    KR_TRY(choose_distances(maker, setup));
    KR_TRY(take_limits(maker, setup->trt));
    KR_TRY(take_room(maker));
    kr_plan_init(&maker->full, ctx, maker->limits, setup->job->shift_hypo);
    /* the reference leaves the hypocentre of mean ruptures where it is */
    kr_plan_init(&maker->mean, ctx, maker->limits, false);
    KR_TRY(kr_batch_init(&maker->batch, ctx, setup->columns | setup->extra, setup->sites,
                         setup->job->minimum_distance_km));
    /* places are no distances: the reference fills those of planar ruptures afterwards */
    maker->batch.as_is = (setup->extra & ~setup->columns) | KR_BIT(CLON) | KR_BIT(CLAT);
    *out = maker;
    maker = NULL;
out:
    kr_point_maker_destroy(&maker);
    return s;
}

void kr_point_maker_destroy(kr_point_maker **maker)
{
    kr_point_maker *m = *maker;

    if (!m)
        return;
    kr_site_set_clear(&m->near);
    kr_site_set_clear(&m->part);
    kr_free(m->tile_chord);
    kr_free(m->tile_lon_360);
    kr_free(m->keep);
    kr_free(m->keep_id);
    for (int d = 0; d < KR_DIST_COUNT; d++)
        kr_free(m->dist.of[d]);
    kr_free(m->full_use);
    kr_free(m->mean_use);
    kr_free(m->member_use);
    kr_plan_clear(&m->full);
    kr_plan_clear(&m->mean);
    kr_batch_clear(&m->batch);
    kr_free(m);
    *maker = NULL;
}

/* Of the plan of a source with so many magnitudes. */
static size_t plan_bytes(size_t nmags, size_t nparts)
{
    size_t blocks = (nmags * nparts + KR_PLANAR_BLOCK - 1) / KR_PLANAR_BLOCK;

    blocks = blocks < 8 ? 8 : blocks; /* as KR_GROW takes them */
    return blocks * sizeof(kr_shapes) + nmags * (sizeof(kr_plan_mag) + sizeof(kr_use)) +
           nparts * sizeof(kr_plan_part);
}

size_t kr_point_maker_bytes(const kr_split *split, kr_columns columns, size_t nsites)
{
    size_t n = nsites < KR_PLANAR_BLOCK ? KR_PLANAR_BLOCK : nsites, nmags = 0;
    size_t nparts = split->source->nplanes * split->source->ndepths;
    size_t distances = (size_t)__builtin_popcount(kr_distances_of(columns) | 1u << KR_DIST_RRUP);

    for (size_t i = 0; i < split->nbins; i++)
        nmags = split->bins[i].n > nmags ? split->bins[i].n : nmags;
    return sizeof(kr_point_maker) + 2 * kr_site_set_bytes(n) + kr_batch_bytes(columns) +
           n * ((distances + 2) * sizeof(double) + 2 * sizeof(uint32_t)) +
           plan_bytes(nmags, nparts) +
           (nparts > 1 && !split->whole ? plan_bytes(nmags, 1) : 0); /* the mean ruptures */
}

/* ---- estimates ---- */

/* Contexts of a point: sites within the maximum distance, times the ruptures that each would meet.
 */
static double estimate_point(kr_point_maker *maker, const kr_split *split, size_t point)
{
    const kr_bins *bins = kr_split_bins(split, point);
    double parts = (double)(split->source->nplanes * split->source->ndepths), sum = 0.0;
    const kr_site_soa *tile = maker->tile;

    kr_chords(tile, kr_to_cartesian(split->lon[point], split->lat[point], 0.0), maker->tile_chord);
    for (size_t m = 0; m < bins->n; m++) {
        double cut = kr_magdist_at(maker->limits, bins->mag[m]);
        double close = split->whole ? cut : maker->close_km;
        size_t nclose = 0, nfar = 0;
        for (size_t i = 0; i < tile->n; i++) {
            double d = maker->tile_chord[i];
            nclose += (size_t)(d < cut) & (size_t)(d <= close);
            nfar += (size_t)(d < cut) & (size_t)(d > close);
        }
        sum += (double)nclose * parts + (double)nfar;
    }
    return sum;
}

double kr_point_maker_estimate(kr_point_maker *maker, const kr_split *split, size_t sample)
{
    size_t n = split->npoints, step = sample && n > sample ? n / sample : 1, looked = 0;
    double sum = 0.0;

    for (size_t i = step / 2; i < n; i += step, looked++)
        sum += estimate_point(maker, split, i);
    return looked ? sum * (double)n / (double)looked : 0.0;
}
