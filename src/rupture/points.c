/* Which ruptures of a point meet which sites. */
#include "rupture/maker_int.h"
#include "rupture/mean.h"

#include <math.h>

/* A place with the sites that may be near it. */
typedef struct place {
    double lon, lat, depth_km;
    double pad_km; /* widening of a cell */
} place;

/* ---- candidate sites ---- */

static kr_status no_sites_left(kr_point_maker *maker)
{
    maker->near.soa.n = 0;
    return KR_OK;
}

/* Sites of the tile inside the box and within `limit_km` of the place. */
static void find_near(kr_point_maker *maker, const kr_box *box, const place *at, double limit_km)
{
    const kr_site_soa *tile = maker->tile;
    kr_site_set *near = &maker->near;
    size_t n = 0;

    kr_chords(tile, kr_to_cartesian(at->lon, at->lat, at->depth_km), maker->tile_chord);
    for (size_t i = 0; i < tile->n; i++) {
        near->id[n] = (uint32_t)i;
        n += (size_t)(maker->tile_chord[i] <= limit_km) &
             (size_t)kr_box_holds(box, tile->lon[i], maker->tile_lon_360[i], tile->lat[i]);
    }
    kr_site_soa_gather(&near->soa, tile, near->id, n);
    for (size_t j = 0; j < n; j++)
        near->chord[j] = maker->tile_chord[near->id[j]];
}

/* The least chord distance of a candidate site of the whole job. */
static double least_chord(const kr_point_maker *maker, const kr_box *box, const place *at,
                          double limit_km)
{
    const kr_site_soa *sites = maker->job_sites;
    kr_vec3 p = kr_to_cartesian(at->lon, at->lat, at->depth_km);
    double least = INFINITY;

    for (size_t i = 0; i < sites->n; i++) {
        double dx = sites->x[i] - p.x, dy = sites->y[i] - p.y, dz = sites->z[i] - p.z;
        double chord = sqrt(dx * dx + dy * dy + dz * dz);
        if (chord <= limit_km &&
            kr_box_holds(box, sites->lon[i], kr_lon_360(sites->lon[i]), sites->lat[i]))
            least = fmin(least, chord);
    }
    return least;
}

/* ---- close and far ---- */

/* `strict`: the reference leaves out a magnitude that is the first or the last of maximum_distance,
 * but for points with several planes or depths. */
static bool is_in_range(const kr_point_maker *maker, double mag, bool strict)
{
    const kr_magdist *limits = maker->limits;
    double first = limits->mag[0], last = limits->mag[limits->n - 1];

    return strict && maker->job->compat != KR_COMPAT_EXACT ? first < mag && mag < last
                                                           : first <= mag && mag <= last;
}

static kr_use use_all(const kr_plan_mag *mag, bool on)
{
    return (kr_use){.on = on, .least_km = -INFINITY, .most_km = INFINITY, .cut_km = mag->cut_km};
}

/* Beyond this chord distance no pair of the magnitude can be kept. A little more than the triangle
 * inequality asks for, so that rounding plays no part. */
static double of_no_use_km(const kr_plan_mag *mag)
{
    return mag->cut_km + mag->reach_km + 1e-3;
}

/* For each magnitude of `plan`, whose close distances are meant: full ruptures for which sites, the
 * mean one for which. `least_km`: with few sites, the least distance of a site of the job. */
static void divide_sites(const kr_point_maker *maker, const kr_plan *plan, double pad_km,
                         double least_km, kr_use *full, kr_use *mean)
{
    for (size_t m = 0; m < plan->nmags; m++) {
        const kr_plan_mag *mag = &plan->mags[m];
        double close_km = fmin(mag->radius_km, mag->cut_km / 2.0) + pad_km + maker->close_km;
        bool on = is_in_range(maker, mag->mag, false);
        full[m] = use_all(mag, on);
        mean[m] = use_all(mag, on);
        if (maker->few) {
            full[m].on = on && least_km <= close_km;
            mean[m].on = on && !full[m].on;
        } else {
            full[m].most_km = close_km;
            mean[m].least_km = close_km;
        }
    }
}

/* Leave out pairs that are too far apart whatever the rupture. */
static void cap_by_reach(const kr_plan *plan, kr_use *use)
{
    for (size_t m = 0; m < plan->nmags; m++)
        use[m].most_km = fmin(use[m].most_km, of_no_use_km(&plan->mags[m]));
}

/* Leave out magnitudes that no site near the point is for. */
static void drop_idle(const kr_point_maker *maker, size_t nmags, kr_use *use)
{
    double least = INFINITY, most = -INFINITY;

    for (size_t j = 0; j < maker->near.soa.n; j++) {
        least = fmin(least, maker->near.chord[j]);
        most = fmax(most, maker->near.chord[j]);
    }
    for (size_t m = 0; m < nmags; m++)
        use[m].on = use[m].on && least <= use[m].most_km && most > use[m].least_km;
}

static kr_status make_room(kr_point_maker *maker, size_t nmags)
{
    kr_status s = KR_OK;

    KR_GROW(maker->full_use, maker->full_cap, nmags, maker->ctx, KR_ACCOUNT_RUPTURES);
    KR_GROW(maker->mean_use, maker->mean_cap, nmags, maker->ctx, KR_ACCOUNT_RUPTURES);
out:
    return s;
}

/* ---- points ---- */

/* The sites near a place, given the plan whose largest rupture counts. */
static kr_status approach(kr_point_maker *maker, const kr_plan *plan, const place *at,
                          double *least_km)
{
    double cut = kr_plan_greatest_cut(plan), last = maker->last_km;
    double radius = plan->nmags ? plan->mags[plan->nmags - 1].radius_km : 0.0;
    double limit = cut + (fmin(radius, cut / 2.0) + at->pad_km);
    double around = last + (fmin(radius, last / 2.0) + at->pad_km);
    kr_bbox one = {at->lon, at->lat, at->lon, at->lat};
    kr_box box;

    if (!(cut > 0.0))
        return no_sites_left(maker);
    box = kr_box_around(&one, around, maker->lons);
    find_near(maker, &box, at, limit);
    *least_km = INFINITY;
    if (maker->near.soa.n && maker->few)
        *least_km = least_chord(maker, &box, at, limit);
    return KR_OK;
}

/* The mean rupture that alternatives of class c have; of one source alone c is 0. */
static kr_status set_mean(kr_point_maker *maker, const kr_source *source, const kr_bins *bins,
                          size_t c)
{
    kr_mean_source mean;

    kr_mean_source_make(source, &mean);
    kr_mean_source_weigh(&mean, bins->nclasses ? bins->class_total[c] : bins->total_rate,
                         maker->jumps);
    return kr_plan_set(&maker->mean, &mean.source, bins);
}

/* The mean ruptures of a point far away, and those of its alternatives where they differ. */
static kr_status run_means(kr_point_maker *maker, const kr_source *source, const kr_task *full)
{
    kr_status s = KR_OK;
    kr_bins bins = *full->bins;
    kr_task far = *full;
    size_t n = bins.nclasses ? bins.nclasses : 1;

    far.plan = &maker->mean;
    far.use = maker->mean_use;
    far.bins = &bins;
    far.number_stride = (uint32_t)(source->nplanes * source->ndepths);
    for (size_t c = 0; c < n; c++) {
        KR_TRY(set_mean(maker, source, &bins, c));
        for (size_t m = 0; m < bins.n; m++) /* their lengths may differ too */
            maker->mean_use[m].most_km =
                fmax(c ? maker->mean_use[m].most_km : 0.0, of_no_use_km(&maker->mean.mags[m]));
    }
    drop_idle(maker, bins.n, maker->mean_use);
    for (size_t c = 0; c < n; c++) {
        if (n > 1)
            KR_TRY(set_mean(maker, source, &bins, c));
        if (bins.nclasses)
            bins.alternatives = bins.class_rates + c * bins.n * bins.nalternatives;
        KR_TRY(kr_make_pairs(maker, &far));
    }
out:
    return s;
}

static kr_status run_point(kr_point_maker *maker, const kr_split *split, size_t point)
{
    kr_status s = KR_OK;
    const kr_source *source = split->source;
    const kr_bins *bins = kr_split_bins(split, point);
    place at = {split->lon[point], split->lat[point], 0.0, 0.0};
    size_t nparts = source->nplanes * source->ndepths;
    kr_task task = {.plan = &maker->full, .bins = bins, .lon = at.lon, .lat = at.lat};
    double least_km = INFINITY;

    KR_TRY(kr_plan_set(&maker->full, source, bins));
    KR_TRY(approach(maker, &maker->full, &at, &least_km));
    if (maker->near.soa.n == 0)
        goto out;
    KR_TRY(make_room(maker, bins->n));
    KR_TRY(kr_batch_source(&maker->batch, source));
    task.number = (uint32_t)(point * split->stride);
    task.number_stride = 1;
    task.use = maker->full_use;
    if (nparts == 1) {
        for (size_t m = 0; m < bins->n; m++)
            maker->full_use[m] =
                use_all(&maker->full.mags[m], is_in_range(maker, bins->mag[m], true));
    } else {
        divide_sites(maker, &maker->full, 0.0, least_km, maker->full_use, maker->mean_use);
        KR_TRY(run_means(maker, source, &task));
    }
    cap_by_reach(&maker->full, maker->full_use);
    drop_idle(maker, bins->n, maker->full_use);
    KR_TRY(kr_make_pairs(maker, &task));
out:
    return s;
}

/* ---- sources that are not split ---- */

/* Ruptures are taken in groups of equal magnitude up to the second decimal, cut off; the maximum
 * distance of a group is that of its least magnitude. */
static double group_cut(const kr_point_maker *maker, double mag)
{
    const kr_plan *plan = &maker->full;
    uint32_t group = (uint32_t)(mag * 100.0);
    double least = mag;

    for (size_t m = 0; m < plan->nmags; m++) {
        double x = plan->mags[m].mag;
        if ((uint32_t)(x * 100.0) == group && is_in_range(maker, x, true))
            least = fmin(least, x);
    }
    return kr_magdist_at(maker->limits, least);
}

static kr_status run_whole(kr_point_maker *maker, const kr_split *split, size_t point,
                           const kr_box *box)
{
    kr_status s = KR_OK;
    const kr_source *source = split->source;
    const kr_bins *bins = kr_split_bins(split, point);
    place at = {split->lon[point], split->lat[point], 0.0, 0.0};
    double limit = 0.0;
    kr_task task = {.plan = &maker->full, .bins = bins, .lon = at.lon, .lat = at.lat};

    KR_TRY(kr_plan_set(&maker->full, source, bins));
    KR_TRY(make_room(maker, bins->n));
    for (size_t m = 0; m < bins->n; m++) {
        kr_use *use = &maker->full_use[m];
        *use = use_all(&maker->full.mags[m], is_in_range(maker, bins->mag[m], true));
        use->cut_km = group_cut(maker, bins->mag[m]);
        use->most_km = use->cut_km + maker->full.mags[m].reach_km + 1e-3;
        limit = use->on ? fmax(limit, use->most_km) : limit;
    }
    find_near(maker, box, &at, limit);
    if (maker->near.soa.n == 0)
        goto out;
    KR_TRY(kr_batch_source(&maker->batch, source));
    task.number = (uint32_t)(point * split->stride);
    task.number_stride = 1;
    task.use = maker->full_use;
    task.whole = true;
    KR_TRY(kr_make_pairs(maker, &task));
out:
    return s;
}

/* ---- cells ---- */

/* The full ruptures of a member, for the sites that the cell's magnitudes say. */
static kr_status run_member(kr_point_maker *maker, const kr_cell *cell, const kr_member *member,
                            uint32_t *number)
{
    kr_status s = KR_OK;
    const kr_split *split = member->split;
    const kr_bins *bins = kr_split_bins(split, member->point);
    size_t at = 0;
    kr_task task = {.plan = &maker->full,
                    .bins = bins,
                    .lon = split->lon[member->point],
                    .lat = split->lat[member->point],
                    .number = *number,
                    .number_stride = 1};

    KR_TRY(kr_plan_set(&maker->full, split->source, bins));
    KR_GROW(maker->member_use, maker->member_cap, bins->n, maker->ctx, KR_ACCOUNT_RUPTURES);
    for (size_t m = 0; m < bins->n; m++) {
        for (at = 0; cell->bins.mag[at] != bins->mag[m];)
            at++;
        maker->member_use[m] = maker->full_use[at];
    }
    task.use = maker->member_use;
    *number += (uint32_t)kr_plan_entries(&maker->full);
    KR_TRY(kr_make_pairs(maker, &task));
out:
    return s;
}

static kr_status run_cell(kr_point_maker *maker, const kr_cell *cell)
{
    kr_status s = KR_OK;
    place at = {cell->lon, cell->lat, cell->depth_km, cell->spacing_km * 0.707};
    kr_task far = {.plan = &maker->mean,
                   .bins = &cell->bins,
                   .lon = at.lon,
                   .lat = at.lat,
                   .number_stride = 1};
    double least_km = INFINITY;
    uint32_t number = 0;

    KR_TRY(kr_plan_set(&maker->mean, cell->mean, &cell->bins));
    KR_TRY(approach(maker, &maker->mean, &at, &least_km));
    if (maker->near.soa.n == 0)
        goto out;
    KR_TRY(make_room(maker, cell->bins.n));
    KR_TRY(kr_batch_source(&maker->batch, cell->members[0].split->source));
    divide_sites(maker, &maker->mean, at.pad_km, least_km, maker->full_use, maker->mean_use);
    drop_idle(maker, cell->bins.n, maker->full_use);
    drop_idle(maker, cell->bins.n, maker->mean_use);
    far.use = maker->mean_use;
    KR_TRY(kr_make_pairs(maker, &far));
    for (size_t i = 0; i < cell->nmembers; i++)
        KR_TRY(run_member(maker, cell, &cell->members[i], &number));
out:
    return s;
}

/* ---- the two ways in ---- */

/* A source that is not near any site of the job is left out before it is split. */
static bool is_seen(kr_point_maker *maker, const kr_split *split, kr_box *box)
{
    *box = kr_box_around(&split->bounds, maker->last_km, maker->lons);
    return split->source->kind == KR_SOURCE_POINT || kr_box_holds_any(box, maker->job_sites);
}

kr_status kr_point_maker_run(kr_point_maker *maker, const kr_split *split, size_t first,
                             size_t count, kr_visit visit, void *user)
{
    kr_status s = KR_OK;
    kr_box box;

    maker->batch.visit = visit;
    maker->batch.user = user;
    if (!is_seen(maker, split, &box))
        goto out;
    for (size_t i = first; i < first + count; i++) {
        if (split->whole)
            KR_TRY(run_whole(maker, split, i, &box));
        else
            KR_TRY(run_point(maker, split, i));
    }
    KR_TRY(kr_batch_flush(&maker->batch));
out:
    maker->batch.contexts.n = 0;
    return s;
}

/* A cell of one member is an ordinary point. */
static kr_status run_single(kr_point_maker *maker, const kr_member *member)
{
    kr_box box;

    if (!is_seen(maker, member->split, &box))
        return KR_OK;
    if (member->split->whole)
        return run_whole(maker, member->split, member->point, &box);
    return run_point(maker, member->split, member->point);
}

kr_status kr_point_maker_run_cells(kr_point_maker *maker, const kr_cells *cells, size_t first,
                                   size_t count, kr_visit visit, void *user)
{
    kr_status s = KR_OK;

    maker->batch.visit = visit;
    maker->batch.user = user;
    for (size_t i = first; i < first + count; i++) {
        const kr_cell *cell = &cells->cells[i];
        if (cell->nmembers == 1)
            KR_TRY(run_single(maker, cell->members));
        else
            KR_TRY(run_cell(maker, cell));
    }
    KR_TRY(kr_batch_flush(&maker->batch));
out:
    maker->batch.contexts.n = 0;
    return s;
}
