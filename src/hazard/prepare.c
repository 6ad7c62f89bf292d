/* Sources split into points and floating ruptures, these into blocks of work. */
#include "base/map.h"
#include "hazard/pace.h"

#include <math.h>
#include <stdatomic.h>

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

double kr_work_item_cost(const kr_work *w, const kr_ready *source, size_t i)
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

static kr_status add_block(kr_hazard *h, kr_work *w)
{
    kr_status s = KR_OK;
    KR_GROW(w->blocks, w->blocks_cap, w->nblocks + 1, h->ctx, KR_ACCOUNT_RUPTURES);
    w->blocks[w->nblocks++] = (kr_block){.first_segment = w->nsegments};
out:
    return s;
}

static kr_status add_segment(kr_hazard *h, kr_work *w, kr_segment segment)
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
static kr_status add_items(kr_hazard *h, kr_work *w, const kr_ready *source, bool merge)
{
    kr_status s = KR_OK;
    size_t nitems = source ? count_items(source) : w->cells->n;
    for (size_t i = 0; i < nitems;) {
        if (!w->nblocks || (!merge && w->blocks[w->nblocks - 1].cost >= BLOCK_COST))
            KR_TRY(add_block(h, w));
        kr_block *block = &w->blocks[w->nblocks - 1];
        kr_segment segment = {.source = source, .first = i};
        while (i < nitems && (merge || block->cost < BLOCK_COST))
            block->cost += kr_work_item_cost(w, source, i++);
        segment.count = i - segment.first;
        KR_TRY(add_segment(h, w, segment));
    }
out:
    return s;
}

static kr_status make_split(kr_hazard *h, const kr_component *c, grids *g, const kr_source *source,
                            kr_component_size *size, kr_split **out)
{
    kr_status s = KR_OK;
    const kr_area_grid *grid;
    KR_TRY(find_grid(h, g, source, &grid));
    KR_TRY(kr_split_create(h->ctx, h->job, source, grid, c->group != NULL, out));
    uint64_t ruptures = kr_split_count_ruptures(*out);
    const kr_source *computed = (*out)->source;
    size->points += (*out)->npoints;
    size->point_ruptures += ruptures;
    size->point_mags += ruptures / (computed->nplanes * computed->ndepths);
out:
    return s;
}

/* Source i of a component, made ready. */
static kr_status make_ready(kr_hazard *h, size_t component, grids *g, size_t i, kr_ready *out)
{
    kr_status s = KR_OK;
    const kr_component *c = &h->tree->components[component];
    const kr_source *source = c->sources[i].source;
    *out = (kr_ready){.split = NULL};
    if (kr_source_is_pointlike(source->kind))
        KR_TRY(make_split(h, c, g, source, &h->sizes[component], &out->split));
    else
        KR_TRY(kr_fault_create(h->ctx, h->job, h->surfaces, source, kr_hazard_trt(h, c),
                               c->group != NULL, &out->fault));
    h->ruptures[component][i] =
        out->fault ? kr_fault_count_ruptures(out->fault) : kr_split_count_ruptures(out->split);
    h->sizes[component].ruptures += h->ruptures[component][i];
    h->with_probs = h->with_probs || source->ngiven > 0 ||
                    (source->multi && !h->job->infer_occur_rates) ||
                    (c->group && c->group->cluster);
out:
    return s;
}

/* Makers for all sites of the job, for the kinds of sources that the component has: made once so
 * that what cannot work is said before anything is computed, and for the estimates. */
static kr_status make_makers(kr_hazard *h, const kr_family *family, const kr_component *c,
                             kr_point_maker **points, kr_fault_maker **faults)
{
    kr_status s = KR_OK;
    kr_point_setup point = {.job = h->job,
                            .trt = kr_hazard_trt(h, c),
                            .columns = family->columns,
                            .sites = h->sites,
                            .tile = &h->soa,
                            .job_sites = &h->soa,
                            .jumps = kr_family_jumps(h, family)};
    kr_fault_setup fault = {.job = h->job,
                            .trt = point.trt,
                            .columns = family->columns,
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
static kr_status merge_points(kr_hazard *h, kr_work *w)
{
    kr_status s = KR_OK;
    const kr_split **splits = NULL;
    size_t n = 0;
    KR_NEW(splits, h->ctx, KR_ACCOUNT_RUPTURES, w->nready);
    for (size_t i = 0; i < w->nready; i++)
        if (w->ready[i]->split)
            splits[n++] = w->ready[i]->split;
    if (n == 0)
        goto out;
    KR_TRY(kr_cells_create(h->ctx, h->job, &h->soa, splits, n, &w->cells));
    h->sizes[w->members[0]].cells += w->cells->n;
    KR_TRY(add_items(h, w, NULL, false));
out:
    kr_free(splits);
    return s;
}

static bool merges_points(const kr_hazard *h, const kr_component *c)
{
    return h->job->ps_grid_spacing_km > 0 && !c->group;
}

/* A source goes into the pool of the family, or to the work of its component alone. */
static kr_status place_source(kr_hazard *h, const kr_family *family, kr_pool *pool, size_t place,
                              kr_ready *ready)
{
    kr_status s = KR_OK;
    kr_work *work;
    size_t component = family->components[place];
    kr_ready own = *ready;
    if (pool && !(ready->split && merges_points(h, family->component)))
        return kr_pool_add(pool, place, ready);
    KR_TRY(kr_hazard_work_of(h, family, &component, 1, &work));
    *ready = (kr_ready){.split = NULL};
    KR_TRY(kr_work_add(h, work, own));
out:
    return s;
}

static kr_status prepare_component(kr_hazard *h, const kr_family *family, kr_pool *pool,
                                   size_t place, grids *g)
{
    kr_status s = KR_OK;
    size_t component = family->components[place];
    const kr_component *c = &h->tree->components[component];
    kr_component_size *size = &h->sizes[component];
    kr_point_maker *points = NULL;
    kr_fault_maker *faults = NULL;
    kr_ready ready = {.split = NULL};
    KR_TRY(make_makers(h, family, c, &points, &faults));
    KR_ANEW(h->ruptures[component], &h->arena, c->nsources);
    for (size_t i = 0; i < c->nsources; i++) {
        if (kr_interrupted(h->ctx)) {
            s = kr_fail(h->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        KR_TRY(make_ready(h, component, g, i, &ready));
        KR_TRY(place_source(h, family, pool, place, &ready));
    }
    size->cells = merges_points(h, c) ? 0 : size->points;
out:
    kr_split_destroy(&ready.split);
    kr_fault_destroy(&ready.fault);
    kr_point_maker_destroy(&points);
    kr_fault_maker_destroy(&faults);
    return s;
}

static kr_status prepare_family(kr_hazard *h, const kr_family *family, grids *g, size_t *done)
{
    kr_status s = KR_OK;
    kr_pool *pool = NULL;
    if (family->n > 1)
        KR_TRY(kr_pool_create(h, family, &pool));
    for (size_t i = 0; i < family->n; i++) {
        KR_TRY(prepare_component(h, family, pool, i, g));
        kr_progress(h->ctx, "splitting", (double)++*done, (double)h->tree->ncomponents);
    }
    if (pool)
        KR_TRY(kr_pool_finish(pool));
out:
    kr_pool_destroy(&pool);
    return s;
}

/* The sources of a work cut into blocks. */
static kr_status cut_work(kr_hazard *h, kr_work *w)
{
    kr_status s = KR_OK;
    kr_columns columns = kr_family_columns(h, w->family);
    bool atomic = w->component->group != NULL, merge = merges_points(h, w->component);
    if (merge)
        KR_TRY(merge_points(h, w));
    for (size_t i = 0; i < w->nready; i++) {
        const kr_ready *r = w->ready[i];
        size_t nsites = h->sites->n < w->site_block ? h->sites->n : w->site_block;
        size_t *most = r->fault ? &h->fault_room : &h->point_room;
        size_t room = r->fault ? kr_fault_room_bytes(r->fault, columns, nsites)
                               : kr_point_maker_bytes(r->split, columns, nsites);
        *most = room > *most ? room : *most;
        if (r->fault || !merge)
            KR_TRY(add_items(h, w, r, atomic));
    }
out:
    return s;
}

/* The sections that multi-fault sources name, before these are made ready one by one. */
static kr_status make_sections(kr_hazard *h, int threads)
{
    kr_status s = KR_OK;
    const kr_source **sources = NULL;
    size_t n = 0, cap = 0;
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        for (size_t i = 0; i < h->tree->components[c].nsources; i++) {
            const kr_source *source = h->tree->components[c].sources[i].source;
            if (source->kind != KR_SOURCE_MULTI_FAULT)
                continue;
            KR_GROW(sources, cap, n + 1, h->ctx, KR_ACCOUNT_RUPTURES);
            sources[n++] = source;
        }
    KR_TRY(kr_surfaces_make_sections(h->surfaces, sources, n, threads));
out:
    kr_free((void *)sources);
    return s;
}

kr_status kr_hazard_prepare(kr_hazard *h, const kr_sites *sites, int threads)
{
    kr_status s = KR_OK;
    grids g = {0};
    size_t done = 0;
    kr_map_init(&g.map, h->ctx, KR_ACCOUNT_RUPTURES);
    kr_digest_map_init(&h->work_of, h->ctx, KR_ACCOUNT_RUPTURES);
    h->sites = sites;
    KR_TRY(kr_site_soa_init(&h->soa, h->ctx, KR_ACCOUNT_SITES, sites->n));
    kr_site_soa_fill(&h->soa, sites->lon, sites->lat, sites->depth, sites->n);
    h->threads = threads;
    KR_TRY(kr_surfaces_create(h->ctx, h->job, h->model, &h->surfaces));
    KR_TRY(make_sections(h, threads));
    for (size_t f = 0; f < h->nfamilies; f++)
        KR_TRY(prepare_family(h, &h->families[f], &g, &done));
    for (size_t w = 0; w < h->nworks; w++)
        KR_TRY(cut_work(h, h->works[w]));
    KR_TRY(kr_paces_make(h));
out:
    kr_map_clear(&g.map);
    kr_digest_map_clear(&h->work_of);
    kr_free(g.grid);
    return s;
}

/* An extended source and the work it is of. */
typedef struct met {
    kr_fault *fault;
    const kr_work *work;
} met;

static kr_status list_faults(const kr_hazard *h, met **list, size_t *n)
{
    kr_status s = KR_OK;
    size_t cap = 0;
    for (size_t i = 0; i < h->nworks; i++)
        for (size_t k = 0; k < h->works[i]->nready; k++) {
            if (!h->works[i]->ready[k]->fault)
                continue;
            KR_GROW(*list, cap, *n + 1, h->ctx, KR_ACCOUNT_RUPTURES);
            (*list)[(*n)++] = (met){h->works[i]->ready[k]->fault, h->works[i]};
        }
out:
    return s;
}

/* From so many ruptures on the threads share those of one source: a last source would keep one of
 * them busy while the others wait. */
enum { MANY_ITEMS = 1000 };

static kr_status meet(kr_hazard *h, const met *x, kr_columns columns, int threads)
{
    return kr_fault_meet_sites(h->ctx, x->fault, kr_hazard_trt(h, x->work->component), columns,
                               &h->soa, threads);
}

/* All columns of what is small, none of what is large; false after a failure. */
static bool meet_each(kr_hazard *h, const met *list, size_t n, kr_columns without, int threads)
{
    atomic_bool failed;
    atomic_init(&failed, false);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (size_t i = 0; i < n; i++) {
        bool large = kr_fault_nitems(list[i].fault) >= MANY_ITEMS;
        kr_columns columns = large ? 0 : list[i].work->family->columns & ~without;
        if (meet(h, &list[i], columns, 1) != KR_OK)
            atomic_store(&failed, true);
    }
    return !atomic_load(&failed);
}

kr_status kr_hazard_meet(kr_hazard *h, kr_columns without, int threads)
{
    kr_status s = KR_OK;
    met *list = NULL;
    size_t n = 0;
    KR_TRY(list_faults(h, &list, &n));
    bool good = threads > 1 && meet_each(h, list, n, without, threads);
    if (threads > 1 && !good) /* again, in order, for the first failure */
        kr_ctx_clear_error(h->ctx);
    for (size_t i = 0; i < n; i++)
        if (!good || kr_fault_nitems(list[i].fault) >= MANY_ITEMS)
            KR_TRY(meet(h, &list[i], list[i].work->family->columns & ~without, threads));
out:
    kr_free(list);
    return s;
}

kr_status kr_hazard_meet_once(kr_hazard *h, int threads)
{
    kr_status s = KR_OK;
    if (h->met)
        return KR_OK;
    kr_phase_begin(h->ctx, "meeting sites");
    KR_TRY(kr_hazard_meet(h, 0, threads));
    h->met = true;
out:
    return s;
}

/* The contexts of a work count for each of its components. */
static kr_status estimate_work(kr_hazard *h, const kr_work *w)
{
    kr_status s = KR_OK;
    double contexts = 0;
    kr_point_maker *points = NULL;
    kr_fault_maker *faults = NULL;
    KR_TRY(make_makers(h, w->family, w->component, &points, &faults));
    for (size_t i = 0; i < w->nready; i++) {
        const kr_ready *r = w->ready[i];
        contexts += r->fault ? kr_fault_maker_estimate(faults, r->fault)
                             : kr_point_maker_estimate(points, r->split, 16);
    }
    for (size_t k = 0; k < w->nmembers; k++)
        h->sizes[w->members[k]].contexts += contexts;
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
        h->sizes[c].contexts = 0;
    for (size_t w = 0; w < h->nworks; w++)
        KR_TRY(estimate_work(h, h->works[w]));
out:
    return s;
}
