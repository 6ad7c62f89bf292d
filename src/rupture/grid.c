/* Points merged on a grid (ps_grid_spacing). */
#include "rupture/mean.h"
#include "rupture/near.h"
#include "rupture/rupture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points that may be merged: those of one magnitude-scaling relationship. */
typedef struct pool {
    size_t n;
    kr_member *members;
} pool;

typedef struct gridding {
    kr_ctx *ctx;
    kr_cells *cells;
    size_t cells_cap;
    double spacing_km;
    kr_arena work;
} gridding;

static double lon_of(const kr_member *m)
{
    return m->split->lon[m->point];
}

static double lat_of(const kr_member *m)
{
    return m->split->lat[m->point];
}

/* ---- cells ---- */

static kr_status add_cell(gridding *g, const kr_member *members, size_t n, kr_cell **out)
{
    kr_status s = KR_OK;
    kr_member *copy = NULL;
    kr_cells *cells = g->cells;

    KR_GROW(cells->cells, g->cells_cap, cells->n + 1, g->ctx, KR_ACCOUNT_RUPTURES);
    KR_ANEW(copy, &cells->arena, n);
    memcpy(copy, members, n * sizeof *copy);
    *out = &cells->cells[cells->n++];
    **out = (kr_cell){.nmembers = n, .members = copy};
out:
    return s;
}

typedef struct mag_rate {
    double mag, rate;
    size_t order;
} mag_rate;

static int by_mag(const void *a, const void *b)
{
    const mag_rate *x = a, *y = b;

    if (x->mag != y->mag)
        return x->mag < y->mag ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The magnitudes of all members, increasing, with the sums of their rates. */
static kr_status merge_bins(gridding *g, kr_cell *cell)
{
    kr_status s = KR_OK;
    size_t total = 0, n = 0;
    mag_rate *all = NULL;
    double *mag = NULL, *rate = NULL;

    for (size_t i = 0; i < cell->nmembers; i++)
        total += kr_split_bins(cell->members[i].split, cell->members[i].point)->n;
    KR_ANEW(all, &g->work, total);
    for (size_t i = 0; i < cell->nmembers; i++) {
        const kr_bins *b = kr_split_bins(cell->members[i].split, cell->members[i].point);
        for (size_t k = 0; k < b->n; k++, n++)
            all[n] = (mag_rate){b->mag[k], b->rate[k], n};
        cell->bins.total_rate += b->total_rate;
    }
    qsort(all, total, sizeof *all, by_mag);
    n = 0;
    for (size_t k = 0; k < total; k++)
        n += k == 0 || all[k].mag != all[k - 1].mag;
    KR_ANEW(mag, &g->cells->arena, n);
    KR_ANEW(rate, &g->cells->arena, n);
    n = 0;
    for (size_t k = 0; k < total; k++) {
        n += k == 0 || all[k].mag != all[k - 1].mag;
        mag[n - 1] = all[k].mag;
        rate[n - 1] += all[k].rate;
    }
    cell->bins.n = n;
    cell->bins.mag = mag;
    cell->bins.rate = rate;
out:
    return s;
}

/* The mean of the members, weighted by their rates; each is averaged over its distributions first.
 */
static kr_status average(gridding *g, kr_cell *cell)
{
    kr_status s = KR_OK;
    kr_mean_source *mean = NULL;
    enum { LON, LAT, DEPTH, STRIKE, DIP, RAKE, UPPER, LOWER, ASPECT, COUNT };
    kr_weighted sum[COUNT];

    memset(sum, 0, sizeof sum);
    for (size_t i = 0; i < cell->nmembers; i++) {
        const kr_member *m = &cell->members[i];
        const kr_source *source = m->split->source;
        kr_nodal_plane plane = kr_mean_plane(source);
        double x[COUNT] = {
            [LON] = lon_of(m),
            [LAT] = lat_of(m),
            [DEPTH] = kr_mean_depth(source),
            [STRIKE] = plane.strike,
            [DIP] = plane.dip,
            [RAKE] = plane.rake,
            [UPPER] = source->upper_depth_km,
            [LOWER] = source->lower_depth_km,
            [ASPECT] = source->aspect,
        };
        double weight = kr_split_bins(m->split, m->point)->total_rate;
        for (int k = 0; k < COUNT; k++)
            kr_weighted_add(&sum[k], x[k], weight);
    }
    KR_ANEW(mean, &g->cells->arena, 1);
    kr_mean_source_make(cell->members[0].split->source, mean);
    mean->plane = (kr_nodal_plane){1.0, kr_weighted_mean(&sum[STRIKE]), kr_weighted_mean(&sum[DIP]),
                                   kr_weighted_mean(&sum[RAKE])};
    mean->depth.depth_km = kr_weighted_mean(&sum[DEPTH]);
    mean->source.upper_depth_km = kr_weighted_mean(&sum[UPPER]);
    mean->source.lower_depth_km = kr_weighted_mean(&sum[LOWER]);
    mean->source.aspect = kr_weighted_mean(&sum[ASPECT]);
    cell->mean = &mean->source;
    cell->lon = kr_round(kr_weighted_mean(&sum[LON]), 6);
    cell->lat = kr_round(kr_weighted_mean(&sum[LAT]), 6);
    cell->depth_km = mean->depth.depth_km;
    cell->spacing_km = g->spacing_km;
out:
    return s;
}

static kr_status make_cell(gridding *g, const kr_member *members, size_t n)
{
    kr_status s = KR_OK;
    kr_cell *cell = NULL;

    KR_TRY(add_cell(g, members, n, &cell));
    if (n > 1) {
        KR_TRY(merge_bins(g, cell));
        KR_TRY(average(g, cell));
    }
out:
    return s;
}

/* ---- the grid ---- */

/* The edges along one axis: how many there are at or below x. Edges are first, first + step, ...
 * below last, where the step is the span divided by the number of cells that fit, rounded up. */
typedef struct axis {
    double first, step;
    size_t nedges;
} axis;

static axis axis_of(double least, double greatest, double delta)
{
    double cells = ceil((greatest - least) / delta);
    double width = (greatest - least) / cells;
    double step = (least + width) - least;

    return (axis){least, step, (size_t)ceil((greatest - least) / width)};
}

static size_t edges_below(const axis *a, double x)
{
    size_t low = 0, high = a->nedges;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (a->first + (double)mid * a->step <= x)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

typedef struct placed {
    size_t x, y, order;
} placed;

static int by_place(const void *a, const void *b)
{
    const placed *p = a, *q = b;

    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

static kr_status keep_apart(gridding *g, const pool *p)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < p->n; i++)
        KR_TRY(make_cell(g, &p->members[i], 1));
out:
    return s;
}

static kr_status merge_on_grid(gridding *g, const pool *p, const axis *x, const axis *y)
{
    kr_status s = KR_OK;
    placed *at = NULL;
    kr_member *same = NULL;

    KR_ANEW(at, &g->work, p->n);
    KR_ANEW(same, &g->work, p->n);
    for (size_t i = 0; i < p->n; i++)
        at[i] = (placed){edges_below(x, lon_of(&p->members[i])),
                         edges_below(y, lat_of(&p->members[i])), i};
    qsort(at, p->n, sizeof *at, by_place);
    for (size_t i = 0, n = 0; i < p->n; i += n) {
        for (n = 0; i + n < p->n && at[i + n].x == at[i].x && at[i + n].y == at[i].y; n++)
            same[n] = p->members[at[i + n].order];
        KR_TRY(make_cell(g, same, n));
    }
out:
    return s;
}

static kr_status grid_pool(gridding *g, const pool *p)
{
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY, sum = 0.0;

    for (size_t i = 0; i < p->n; i++) {
        west = fmin(west, lon_of(&p->members[i]));
        east = fmax(east, lon_of(&p->members[i]));
        south = fmin(south, lat_of(&p->members[i]));
        north = fmax(north, lat_of(&p->members[i]));
        sum += lat_of(&p->members[i]);
    }
    if (p->n < 2 || west == east || south == north)
        return keep_apart(g, p);
    axis x = axis_of(west, east, kr_angular_distance(g->spacing_km, sum / (double)p->n));
    axis y = axis_of(south, north, kr_angular_distance(g->spacing_km, 0.0));
    return merge_on_grid(g, p, &x, &y);
}

/* ---- pools ---- */

/* Does the reference have points of this split to merge? Single points always; others if they are
 * split, which they are if a site comes near. */
static bool is_merged(const kr_job *job, const kr_split *split, const kr_site_soa *job_sites)
{
    const kr_magdist *limits = kr_job_magdist(job, split->source->trt);
    kr_box box;

    if (split->source->kind == KR_SOURCE_POINT)
        return true;
    if (split->whole || !limits)
        return false;
    box = kr_box_around(&split->bounds, kr_last_distance(limits), kr_lon_range_of(job_sites));
    return kr_box_holds_any(&box, job_sites);
}

static bool is_strong(const kr_job *job, const kr_split *split, size_t point)
{
    const kr_bins *b = kr_split_bins(split, point);
    double least = kr_by_trt_get(&job->minimum_magnitude, split->source->trt, 0.0);

    for (size_t k = 0; k < b->n; k++) {
        if (b->mag[k] >= least)
            return true;
    }
    return false;
}

static kr_status add_points(gridding *g, const kr_job *job, const kr_split *split, bool merged,
                            pool *p)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < split->npoints; i++) {
        kr_member member = {split, i};
        if (!is_strong(job, split, i))
            continue;
        if (merged)
            p->members[p->n++] = member;
        else
            KR_TRY(make_cell(g, &member, 1));
    }
out:
    return s;
}

/* A split in the order in which the reference takes them. */
typedef struct ranked {
    const kr_split *split;
    size_t order;
} ranked;

static int by_relationship(const kr_split *x, const kr_split *y)
{
    int order = strcmp(x->source->msr.name, y->source->msr.name);

    if (order)
        return order;
    if (x->source->msr.c != y->source->msr.c)
        return x->source->msr.c < y->source->msr.c ? -1 : 1;
    return 0;
}

static int by_rank(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    int order = by_relationship(x->split, y->split);

    if (order)
        return order;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* By relationship; single points before the points of other sources. */
static kr_status rank_splits(gridding *g, const kr_split *const *splits, size_t nsplits,
                             ranked **out)
{
    kr_status s = KR_OK;
    ranked *sorted = NULL;

    KR_ANEW(sorted, &g->work, nsplits + 1);
    for (size_t i = 0; i < nsplits; i++) {
        bool single = splits[i]->source->kind == KR_SOURCE_POINT;
        sorted[i] = (ranked){splits[i], single ? i : nsplits + i};
    }
    qsort(sorted, nsplits, sizeof *sorted, by_rank);
    *out = sorted;
out:
    return s;
}

static kr_status grid_all(gridding *g, const kr_job *job, const kr_site_soa *job_sites,
                          const ranked *sorted, size_t nsplits)
{
    kr_status s = KR_OK;
    size_t total = 0;
    pool p = {0, NULL};

    for (size_t i = 0; i < nsplits; i++)
        total += sorted[i].split->npoints;
    KR_ANEW(p.members, &g->work, total);
    for (size_t i = 0; i < nsplits; i++) {
        const kr_split *split = sorted[i].split;
        KR_TRY(add_points(g, job, split, is_merged(job, split, job_sites), &p));
        if (i + 1 == nsplits || by_relationship(split, sorted[i + 1].split) != 0) {
            KR_TRY(grid_pool(g, &p));
            p.n = 0;
        }
    }
out:
    return s;
}

kr_status kr_cells_create(kr_ctx *ctx, const kr_job *job, const kr_site_soa *job_sites,
                          const kr_split *const *splits, size_t nsplits, kr_cells **out)
{
    kr_status s = KR_OK;
    gridding g = {.ctx = ctx, .spacing_km = job->ps_grid_spacing_km};
    ranked *sorted = NULL;

    kr_arena_init(&g.work, ctx, KR_ACCOUNT_RUPTURES);
    KR_NEW(g.cells, ctx, KR_ACCOUNT_RUPTURES, 1);
    kr_arena_init(&g.cells->arena, ctx, KR_ACCOUNT_RUPTURES);
    KR_TRY(rank_splits(&g, splits, nsplits, &sorted));
    KR_TRY(grid_all(&g, job, job_sites, sorted, nsplits));
    *out = g.cells;
    g.cells = NULL;
out:
    kr_arena_clear(&g.work);
    kr_cells_destroy(&g.cells);
    return s;
}

void kr_cells_destroy(kr_cells **cells)
{
    if (!*cells)
        return;
    kr_free((*cells)->cells);
    kr_arena_clear(&(*cells)->arena);
    kr_free(*cells);
    *cells = NULL;
}
