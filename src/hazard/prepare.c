/* Sources split into points, points into blocks of work. */
#include "base/map.h"
#include "hazard/hazard_int.h"

#include <math.h>

/* Ruptures of one block: some milliseconds of work at a few sites. */
static const double BLOCK_RUPTURES = 2048;

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

/* Ruptures of item i of a segment: a point of a split, or a cell. */
static double item_ruptures(const kr_work_component *w, const kr_split *split, size_t i)
{
    if (!split)
        return cell_ruptures(&w->cells->cells[i]);
    return (double)kr_split_bins(split, i)->n * (double)split->source->nplanes *
           (double)split->source->ndepths;
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

/* Cut `nitems` points (or cells) into segments, and the segments into blocks. `merge`: one block
 * takes everything. */
static kr_status add_items(kr_hazard *h, kr_work_component *w, const kr_split *split, size_t nitems,
                           bool merge)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < nitems;) {
        if (!w->nblocks || (!merge && w->blocks[w->nblocks - 1].ruptures >= BLOCK_RUPTURES))
            KR_TRY(add_block(h, w));
        kr_block *block = &w->blocks[w->nblocks - 1];
        kr_segment segment = {.split = split, .first = i};
        while (i < nitems && (merge || block->ruptures < BLOCK_RUPTURES))
            block->ruptures += item_ruptures(w, split, i++);
        segment.count = i - segment.first;
        KR_TRY(add_segment(h, w, segment));
    }
out:
    return s;
}

/* A maker for all sites of the job: made once so that what cannot work is said before anything is
 * computed, and for the estimates. */
static kr_status make_maker(kr_hazard *h, const kr_work_component *w, kr_point_maker **out)
{
    kr_point_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, w),
                            .columns = w->columns,
                            .sites = h->sites,
                            .tile = &h->soa,
                            .job_sites = &h->soa};
    return kr_point_maker_create(h->ctx, &setup, out);
}

static kr_status prepare_component(kr_hazard *h, kr_work_component *w, grids *g)
{
    kr_status s = KR_OK;
    const kr_component *c = w->component;
    bool atomic = c->group != NULL;
    kr_point_maker *maker = NULL;
    KR_TRY(make_maker(h, w, &maker));
    kr_point_maker_destroy(&maker);
    KR_NEW(w->splits, h->ctx, KR_ACCOUNT_RUPTURES, c->nsources);
    for (size_t i = 0; i < c->nsources; i++) {
        const kr_source *source = c->sources[i].source;
        if (kr_interrupted(h->ctx)) {
            s = kr_fail(h->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        const kr_area_grid *grid;
        KR_TRY(find_grid(h, g, source, &grid));
        KR_TRY(kr_split_create(h->ctx, h->job, source, grid, atomic, &w->splits[i]));
        uint64_t ruptures = kr_split_count_ruptures(w->splits[i]);
        const kr_source *computed = w->splits[i]->source;
        w->size.points += w->splits[i]->npoints;
        w->size.ruptures += ruptures;
        w->size.mags += ruptures / (computed->nplanes * computed->ndepths);
    }
    if (h->job->ps_grid_spacing_km > 0 && !atomic) {
        KR_TRY(kr_cells_create(h->ctx, h->job, &h->soa, (const kr_split *const *)w->splits,
                               c->nsources, &w->cells));
        w->size.cells = w->cells->n;
        KR_TRY(add_items(h, w, NULL, w->cells->n, false));
    } else {
        w->size.cells = w->size.points;
        for (size_t i = 0; i < c->nsources; i++)
            KR_TRY(add_items(h, w, w->splits[i], w->splits[i]->npoints, atomic));
    }
    for (size_t b = 0; b < w->nblocks; b++)
        h->ruptures += w->blocks[b].ruptures;
out:
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
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        KR_TRY(prepare_component(h, &h->components[c], &g));
        kr_progress(h->ctx, "splitting", (double)(c + 1), (double)h->tree->ncomponents);
    }
out:
    kr_map_clear(&g.map);
    kr_free(g.grid);
    return s;
}

kr_status kr_hazard_estimate(kr_hazard *h)
{
    kr_status s = KR_OK;
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        kr_work_component *w = &h->components[c];
        kr_point_maker *maker = NULL;
        KR_TRY(make_maker(h, w, &maker));
        w->size.contexts = 0;
        for (size_t i = 0; i < w->component->nsources; i++)
            w->size.contexts += kr_point_maker_estimate(maker, w->splits[i], 16);
        kr_point_maker_destroy(&maker);
    }
out:
    return s;
}
