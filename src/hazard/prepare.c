/* Sources split into points and floating ruptures, these into blocks of work. */
#include "base/map.h"
#include "hazard/hazard_int.h"

#include <math.h>

/* Ruptures of points in one block, or as much work: some milliseconds at a few sites. */
static const double BLOCK_COST = 2048;

/* Variants of an area source share the grid of their polygon. */
typedef struct grids {
    kr_map map; /* "address of the vertices, spacing" -> index */
    kr_area_grid **grid;
    size_t n, cap;
} grids;

static kr_status find_grid(kr_hazard *h, grids *g, const kr_source *source,
                           const kr_area_grid **out)
{
    kr_status s = KR_OK;
    int64_t index;
    *out = NULL;
    if (source->kind != KR_SOURCE_AREA)
        return KR_OK;
    const char *key = kr_arena_printf(&h->arena, "%p %zu %.17g", (const void *)source->lon,
                                      source->npoints, source->discretization_km);
    if (!key)
        return KR_ENOMEM;
    if (!kr_map_get(&g->map, key, &index)) {
        kr_area_grid *grid;
        KR_ANEW(grid, &h->arena, 1);
        KR_TRY(kr_area_grid_make(h->ctx, source, &h->arena, grid));
        KR_GROW(g->grid, g->cap, g->n + 1, h->ctx, KR_ACCOUNT_RUPTURES);
        index = (int64_t)g->n;
        g->grid[g->n++] = grid;
        KR_TRY(kr_map_put(&g->map, key, index));
    }
    *out = g->grid[index];
out:
    return s;
}

static double cell_ruptures(const kr_cell *cell)
{
    double n = 0;
    for (size_t i = 0; i < cell->nmembers; i++) {
        const kr_split *split = cell->members[i].split;
        n += (double)kr_split_bins(split, cell->members[i].point)->n *
             (double)split->source->nplanes * (double)split->source->ndepths;
    }
    return n;
}

/* Work of item i: a point of a split, an item of a fault, or a cell. */
static double item_cost(const kr_work_component *w, const kr_ready *source, size_t i)
{
    if (!source)
        return cell_ruptures(&w->cells->cells[i]);
    if (source->fault)
        return kr_fault_item_cost(source->fault, i);
    return (double)kr_split_bins(source->split, i)->n * (double)source->split->source->nplanes *
           (double)source->split->source->ndepths;
}

static size_t count_items(const kr_ready *source)
{
    return source->fault ? kr_fault_nitems(source->fault) : source->split->npoints;
}

static kr_status add_block(kr_hazard *h, kr_work_component *w)
{
    kr_status s = KR_OK;
    KR_GROW(w->blocks, w->blocks_cap, w->nblocks + 1, h->ctx, KR_ACCOUNT_RUPTURES);
    w->blocks[w->nblocks++] = (kr_block){.first_segment = w->nsegments};
out:
    return s;
}

static kr_status add_segment(kr_hazard *h, kr_work_component *w, kr_segment segment)
{
    kr_status s = KR_OK;
    KR_GROW(w->segments, w->segments_cap, w->nsegments + 1, h->ctx, KR_ACCOUNT_RUPTURES);
    w->segments[w->nsegments++] = segment;
    w->blocks[w->nblocks - 1].nsegments++;
out:
    return s;
}

/* Cut the items of a source (NULL: the cells) into segments, and the segments into blocks.
 * `merge`: one block takes everything. */
static kr_status add_items(kr_hazard *h, kr_work_component *w, const kr_ready *source, bool merge)
{
    kr_status s = KR_OK;
    size_t nitems = source ? count_items(source) : w->cells->n;
    for (size_t i = 0; i < nitems;) {
        if (!w->nblocks || (!merge && w->blocks[w->nblocks - 1].cost >= BLOCK_COST))
            KR_TRY(add_block(h, w));
        kr_block *block = &w->blocks[w->nblocks - 1];
        kr_segment segment = {.source = source, .first = i};
        while (i < nitems && (merge || block->cost < BLOCK_COST))
            block->cost += item_cost(w, source, i++);
        segment.count = i - segment.first;
        KR_TRY(add_segment(h, w, segment));
    }
out:
    return s;
}

static kr_status make_split(kr_hazard *h, kr_work_component *w, grids *g, const kr_source *source,
                            kr_ready *out)
{
    kr_status s = KR_OK;
    const kr_area_grid *grid;
    KR_TRY(find_grid(h, g, source, &grid));
    KR_TRY(kr_split_create(h->ctx, h->job, source, grid, w->component->group != NULL, &out->split));
    uint64_t ruptures = kr_split_count_ruptures(out->split);
    const kr_source *computed = out->split->source;
    w->size.points += out->split->npoints;
    w->size.ruptures += ruptures;
    w->size.point_ruptures += ruptures;
    w->size.point_mags += ruptures / (computed->nplanes * computed->ndepths);
out:
    return s;
}

static kr_status make_ready(kr_hazard *h, kr_work_component *w, grids *g, const kr_source *source,
                            kr_ready *out)
{
    kr_status s = KR_OK;
    if (kr_source_is_pointlike(source->kind))
        return make_split(h, w, g, source, out);
    KR_TRY(kr_fault_create(h->ctx, h->job, h->surfaces, source, kr_hazard_trt(h, w),
                           w->component->group != NULL, &out->fault));
    w->size.ruptures += kr_fault_count_ruptures(out->fault);
    size_t nsites = h->sites->n < KR_SITE_BLOCK ? h->sites->n : KR_SITE_BLOCK;
    size_t room = kr_fault_room_bytes(out->fault, w->columns, nsites);
    h->fault_room = room > h->fault_room ? room : h->fault_room;
out:
    return s;
}

/* Makers for all sites of the job, for the kinds of sources that the component has: made once so
 * that what cannot work is said before anything is computed, and for the estimates. */
static kr_status make_makers(kr_hazard *h, const kr_work_component *w, kr_point_maker **points,
                             kr_fault_maker **faults)
{
    kr_status s = KR_OK;
    const kr_component *c = w->component;
    kr_point_setup point = {.job = h->job,
                            .trt = kr_hazard_trt(h, w),
                            .columns = w->columns,
                            .sites = h->sites,
                            .tile = &h->soa,
                            .job_sites = &h->soa};
    kr_fault_setup fault = {.job = h->job,
                            .trt = point.trt,
                            .columns = w->columns,
                            .sites = h->sites,
                            .tile = &h->soa,
                            .job_sites = &h->soa};
    for (size_t i = 0; i < c->nsources; i++) {
        bool pointlike = kr_source_is_pointlike(c->sources[i].source->kind);
        if (pointlike && !*points)
            KR_TRY(kr_point_maker_create(h->ctx, &point, points));
        if (!pointlike && !*faults)
            KR_TRY(kr_fault_maker_create(h->ctx, &fault, faults));
    }
out:
    return s;
}

/* The points of a component on a grid, as the reference merges them; the rest as it is. */
static kr_status merge_points(kr_hazard *h, kr_work_component *w)
{
    kr_status s = KR_OK;
    const kr_split **splits = NULL;
    size_t n = 0;
    KR_NEW(splits, h->ctx, KR_ACCOUNT_RUPTURES, w->component->nsources);
    for (size_t i = 0; i < w->component->nsources; i++)
        if (w->ready[i].split)
            splits[n++] = w->ready[i].split;
    if (n == 0)
        goto out;
    KR_TRY(kr_cells_create(h->ctx, h->job, &h->soa, splits, n, &w->cells));
    w->size.cells = w->cells->n;
    KR_TRY(add_items(h, w, NULL, false));
out:
    kr_free(splits);
    return s;
}

static kr_status prepare_component(kr_hazard *h, kr_work_component *w, grids *g)
{
    kr_status s = KR_OK;
    const kr_component *c = w->component;
    bool atomic = c->group != NULL, merge = h->job->ps_grid_spacing_km > 0 && !atomic;
    kr_point_maker *points = NULL;
    kr_fault_maker *faults = NULL;
    KR_TRY(make_makers(h, w, &points, &faults));
    KR_NEW(w->ready, h->ctx, KR_ACCOUNT_RUPTURES, c->nsources);
    for (size_t i = 0; i < c->nsources; i++) {
        if (kr_interrupted(h->ctx)) {
            s = kr_fail(h->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        KR_TRY(make_ready(h, w, g, c->sources[i].source, &w->ready[i]));
    }
    w->size.cells = w->size.points;
    if (merge)
        KR_TRY(merge_points(h, w));
    for (size_t i = 0; i < c->nsources; i++)
        if (w->ready[i].fault || !merge)
            KR_TRY(add_items(h, w, &w->ready[i], atomic));
    for (size_t b = 0; b < w->nblocks; b++)
        h->cost += w->blocks[b].cost;
out:
    kr_point_maker_destroy(&points);
    kr_fault_maker_destroy(&faults);
    return s;
}

kr_status kr_hazard_prepare(kr_hazard *h, const kr_sites *sites)
{
    kr_status s = KR_OK;
    grids g = {0};
    kr_map_init(&g.map, h->ctx, KR_ACCOUNT_RUPTURES);
    h->sites = sites;
    KR_TRY(kr_site_soa_init(&h->soa, h->ctx, KR_ACCOUNT_SITES, sites->n));
    kr_site_soa_fill(&h->soa, sites->lon, sites->lat, sites->depth, sites->n);
    KR_TRY(kr_surfaces_create(h->ctx, h->job, h->model, &h->surfaces));
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        KR_TRY(prepare_component(h, &h->components[c], &g));
        kr_progress(h->ctx, "splitting", (double)(c + 1), (double)h->tree->ncomponents);
    }
out:
    kr_map_clear(&g.map);
    kr_free(g.grid);
    return s;
}

kr_status kr_hazard_meet(kr_hazard *h, kr_columns without, int threads)
{
    kr_status s = KR_OK;
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        kr_work_component *w = &h->components[c];
        for (size_t i = 0; i < w->component->nsources; i++)
            if (w->ready[i].fault)
                KR_TRY(kr_fault_meet_sites(h->ctx, w->ready[i].fault, kr_hazard_trt(h, w),
                                           w->columns & ~without, &h->soa, threads));
    }
out:
    return s;
}

static kr_status estimate_component(kr_hazard *h, kr_work_component *w)
{
    kr_status s = KR_OK;
    kr_point_maker *points = NULL;
    kr_fault_maker *faults = NULL;
    KR_TRY(make_makers(h, w, &points, &faults));
    w->size.contexts = 0;
    for (size_t i = 0; i < w->component->nsources; i++) {
        const kr_ready *r = &w->ready[i];
        w->size.contexts += r->fault ? kr_fault_maker_estimate(faults, r->fault)
                                     : kr_point_maker_estimate(points, r->split, 16);
    }
out:
    kr_point_maker_destroy(&points);
    kr_fault_maker_destroy(&faults);
    return s;
}

kr_status kr_hazard_estimate(kr_hazard *h)
{
    kr_status s = KR_OK;
    KR_TRY(kr_hazard_meet(h, KR_BIT(RY0), 1)); /* without what takes long */
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        KR_TRY(estimate_component(h, &h->components[c]));
out:
    return s;
}
