/* Where the ruptures of floating faults are. */
#include "rupture/float_int.h"

#include "base/str.h"
#include "geo/joyner_boore.h"

#include <math.h>
#include <stdio.h>

/* A magnitude, and its ruptures' places while they are found. */
typedef struct maker {
    kr_fault *fault;
    kr_surfaces *surfaces;
    kr_floats *floats;
    kr_arena *scratch, *places; /* for what ends with the maker, and for lists of places */
    double profile_km;          /* kite faults: distance of nodes down dip */
    const uint32_t *missing;    /* kite faults: see count_missing; NULL: no node is missing */
    size_t nmags;
    double *mag, *rate; /* of the ruptures */
    size_t nitems;
    uint32_t next; /* number of the next rupture */
    bool whole;    /* magnitudes are not split */
    size_t lost;   /* magnitudes of kite faults that have no place */
} maker;

static kr_status refuse(const maker *mk, double mag, const char *what, const char *instead)
{
    const kr_source *source = mk->fault->source;

    return kr_fail_at(mk->fault->ctx, source->file, source->line,
                      "source '%s': a rupture of magnitude %g %s; %s", source->id, mag, what,
                      instead);
}

/* ---- items ---- */

static kr_float_item *add_item(maker *mk)
{
    kr_float_item *item = &mk->floats->items[mk->nitems++];

    item->first_mag = mk->floats->nmags;
    return item;
}

/* Add magnitude number m, whose `n` places are those of the last `nitems` items. */
static kr_status add_mag(maker *mk, size_t m, size_t n, size_t nitems)
{
    const kr_source *source = mk->fault->source;
    uint64_t hypos = source->nhypos ? source->nhypos * source->nslips : 1;
    uint64_t next = mk->next + (uint64_t)n * hypos;

    if (next > UINT32_MAX)
        return refuse(mk, mk->mag[m], "is one of more than 4294967295",
                      "a larger spacing of the mesh is needed");
    mk->floats->mags[mk->floats->nmags++] = (kr_float_mag){.mag = mk->mag[m],
                                                           .rate = mk->rate[m] / (double)n,
                                                           .bin = m,
                                                           .nplaces = n,
                                                           .cut_km = -1.0,
                                                           .first = mk->next};
    for (size_t i = mk->nitems - nitems; i < mk->nitems; i++)
        mk->floats->items[i].nmags++;
    mk->next = (uint32_t)next;
    return KR_OK;
}

/* The number of items that the last magnitude has, if they are for that size; else 0. */
static size_t same_items(const maker *mk, kr_float_size size)
{
    size_t n = 0;

    while (n < mk->nitems) {
        const kr_float_item *item = &mk->floats->items[mk->nitems - 1 - n];
        if (item->size.rows != size.rows || item->size.cols != size.cols ||
            item->first_mag != mk->floats->items[mk->nitems - 1].first_mag)
            break;
        n++;
    }
    return n;
}

/* ---- simple faults ---- */

static kr_status check_spacing(const maker *mk, double mag)
{
    kr_float_size size = kr_simple_float_size(mk->fault->source, 0, 0, mag);

    return size.rows < 2 || size.cols < 2
               ? refuse(mk, mag, "is less than one mesh cell", "a smaller spacing is needed")
               : KR_OK;
}

static kr_status make_simple(maker *mk, size_t m)
{
    kr_status s = KR_OK;
    const kr_mesh *mesh = &mk->floats->surface->mesh;
    kr_float_size size =
        kr_simple_float_size(mk->fault->source, mesh->rows, mesh->cols, mk->mag[m]);

    if (size.rows < 2 || size.cols < 2) {
        s = refuse(mk, mk->mag[m], "is less than one mesh cell", "a smaller spacing is needed");
        goto out;
    }
    if (same_items(mk, size) == 0)
        add_item(mk)->size = size;
    KR_TRY(add_mag(mk, m, (mesh->rows - size.rows + 1) * (mesh->cols - size.cols + 1), 1));
out:
    return s;
}

/* ---- complex faults ---- */

static kr_status make_complex(maker *mk, size_t m)
{
    kr_status s = KR_OK;
    const kr_source *source = mk->fault->source;
    double area = kr_msr_area_km2(&source->msr, mk->mag[m], source->rake);
    kr_float_item *item = add_item(mk);

    KR_TRY(kr_surfaces_floats(mk->surfaces, mk->floats->surface, area, sqrt(area * source->aspect),
                              &item->list));
    if (item->list.n == 0) {
        s = refuse(mk, mk->mag[m], "has no place on the fault",
                   "a larger fault, or another aspect ratio or spacing is needed");
        goto out;
    }
    KR_TRY(add_mag(mk, m, item->list.n, 1));
out:
    return s;
}

/* ---- kite faults ---- */

/* The places along one direction begin at 0, step, 2 step, ...; the step is as large as lets the
 * last place end with the mesh. */
static size_t step_of(double part, bool floats, uint32_t nodes, size_t mesh_nodes)
{
    size_t step = 1, last;

    if (floats && floor((double)nodes * part) > 1.0)
        step = (size_t)floor((double)nodes * part);
    if (nodes > mesh_nodes)
        return 1;
    last = mesh_nodes - nodes;
    while (step > 1 && last % step != 0)
        step--;
    return step;
}

/* Count the missing nodes above and to the left of each corner of the mesh, so that those of any
 * window are four look-ups: [row * (cols + 1) + col] has those of the rows before `row` and the
 * columns before `col`. */
static kr_status count_missing(maker *mk)
{
    kr_status s = KR_OK;
    const kr_mesh *mesh = &mk->floats->surface->mesh;
    size_t across = mesh->cols + 1;
    uint32_t *sums = NULL;

    KR_ANEW(sums, mk->scratch, (mesh->rows + 1) * across);
    for (size_t i = 0; i < mesh->rows; i++) {
        uint32_t of_row = 0;
        for (size_t j = 0; j < mesh->cols; j++) {
            of_row += isnan(mesh->lon[i * mesh->stride + j]) ? 1u : 0u;
            sums[(i + 1) * across + j + 1] = sums[i * across + j + 1] + of_row;
        }
    }
    mk->missing = sums[mesh->rows * across + mesh->cols] ? sums : NULL;
out:
    return s;
}

static bool is_complete(const maker *mk, const kr_float *w)
{
    size_t across = mk->floats->surface->mesh.cols + 1;
    const uint32_t *upper, *lower;

    if (!mk->missing)
        return true;
    upper = mk->missing + w->row0 * across;
    lower = mk->missing + w->row1 * across;
    return lower[w->col1] - lower[w->col0] == upper[w->col1] - upper[w->col0];
}

static kr_float mirror_of(const kr_mesh *mesh, const kr_float *w)
{
    uint32_t cols = (uint32_t)mesh->cols;

    return (kr_float){w->row0, cols - w->col1, w->row1, cols - w->col0};
}

/* The windows of a size that lack no node: right-handed ones to the first list, others to the
 * second. Each rupture is put right like the whole surface: where that is warped or vertical its
 * columns may have to be reversed. */
static kr_status find_kite_places(maker *mk, kr_float_size size, kr_float_list lists[2])
{
    kr_status s = KR_OK;
    const kr_mesh *mesh = &mk->floats->surface->mesh;
    const kr_job *job = mk->fault->job;
    bool floats = job->floating_x_step != 0.0; /* for both, as in the reference */
    size_t dx = step_of(job->floating_x_step, floats, size.cols, mesh->cols);
    size_t dy = step_of(job->floating_y_step, floats, size.rows, mesh->rows);
    size_t most = ((mesh->cols - size.cols) / dx + 1) * ((mesh->rows - size.rows) / dy + 1);
    uint32_t *number[2] = {NULL, NULL}, next = 0;
    kr_float *at[2] = {NULL, NULL};

    for (int k = 0; k < 2; k++) {
        KR_ANEW(at[k], mk->places, most);
        KR_ANEW(number[k], mk->places, most);
        lists[k] = (kr_float_list){0, at[k], number[k]};
    }
    for (size_t j = 0; j + size.cols <= mesh->cols; j += dx) {
        if (kr_interrupted(mk->fault->ctx)) {
            s = kr_fail(mk->fault->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        for (size_t i = 0; i + size.rows <= mesh->rows; i += dy) {
            kr_float w = {(uint32_t)i, (uint32_t)j, (uint32_t)i + size.rows,
                          (uint32_t)j + size.cols};
            if (!is_complete(mk, &w))
                continue;
            kr_mesh window = kr_mesh_window(mesh, i, j, size.rows, size.cols);
            int k = kr_kite_is_left_handed(&window) ? 1 : 0;
            at[k][lists[k].n] = k ? mirror_of(mesh, &w) : w;
            number[k][lists[k].n++] = next++;
        }
    }
out:
    return s;
}

/* Magnitudes without a place are left out, as in the reference. *n: how many places. */
static kr_status find_kite_items(maker *mk, double mag, size_t *n, size_t *nitems)
{
    kr_status s = KR_OK;
    const kr_mesh *mesh = &mk->floats->surface->mesh;
    const char *problem = NULL;
    kr_float_size size = kr_kite_float_size(mk->fault->source, mk->profile_km, mag, &problem);
    kr_float_list lists[2] = {{0}, {0}};

    *n = 0;
    *nitems = same_items(mk, size);
    if (problem) {
        s = refuse(mk, mag, problem, "a smaller spacing is needed");
        goto out;
    }
    if (size.rows > mesh->rows || size.cols > mesh->cols || size.rows * size.cols < 4)
        goto out;
    if (size.rows < 2 || size.cols < 2) {
        s = refuse(mk, mag, "is less than one mesh cell wide or long",
                   "a smaller spacing is needed");
        goto out;
    }
    if (*nitems == 0) {
        KR_TRY(find_kite_places(mk, size, lists));
        for (int k = 0; k < 2; k++) {
            if (lists[k].n == 0)
                continue;
            kr_float_item *item = add_item(mk);
            item->size = size;
            item->list = lists[k];
            item->mirrored = k == 1;
            *nitems += 1;
        }
        if (lists[1].n)
            KR_TRY(kr_surfaces_mirrored(mk->surfaces, mk->floats->surface, &mk->floats->mirror));
    }
    for (size_t i = mk->nitems - *nitems; i < mk->nitems; i++)
        *n += mk->floats->items[i].list.n;
out:
    return s;
}

static kr_status make_kite(maker *mk, size_t m)
{
    kr_status s = KR_OK;
    size_t n, nitems;

    KR_TRY(find_kite_items(mk, mk->mag[m], &n, &nitems));
    if (n)
        KR_TRY(add_mag(mk, m, n, nitems));
    else
        mk->lost++;
out:
    return s;
}

/* The reference splits kite faults by magnitudes written with two decimals, and takes those: rates
 * of magnitudes that read the same are added. A fault with one such magnitude is not split. */
static kr_status round_kite_mags(maker *mk)
{
    kr_status s = KR_OK;
    size_t kept = 0, n, nitems;
    double *mag = NULL, *rate = NULL;
    char text[32];

    KR_ANEW(mag, &mk->fault->arena, mk->nmags);
    KR_ANEW(rate, &mk->fault->arena, mk->nmags);
    mk->places = mk->scratch; /* of magnitudes that are not kept */
    for (size_t m = 0; m < mk->nmags; m++) {
        double rounded = mk->mag[m];
        size_t k = 0;
        mk->nitems = 0;
        KR_TRY(find_kite_items(mk, mk->mag[m], &n, &nitems));
        if (n == 0) {
            mk->lost++;
            continue;
        }
        snprintf(text, sizeof text, "%.2f", mk->mag[m]);
        if (!kr_parse_double(text, &rounded))
            continue;
        while (k < kept && mag[k] != rounded)
            k++;
        mag[k] = rounded;
        rate[k] += mk->rate[m] / (double)n * (double)n;
        kept = k == kept ? kept + 1 : kept;
    }
    mk->nitems = 0;
    mk->whole = kept == 1;
    if (mk->whole) {
        mk->lost = 0; /* is counted again */
        goto out;
    }
    mk->mag = mag;
    mk->rate = rate;
    mk->nmags = kept;
out:
    mk->places = &mk->fault->arena;
    return s;
}

/* The reference leaves them out without a word. */
static void warn_of_lost(const maker *mk)
{
    const kr_source *source = mk->fault->source;
    const kr_mesh *mesh = &mk->floats->surface->mesh;

    if (mk->lost && mk->floats->nmags) /* of a source without ruptures see below */
        kr_warn_at(mk->fault->ctx, source->file, source->line,
                   "source '%s': ruptures of %zu of its %zu magnitudes find no place among the %zu "
                   "by %zu nodes of the surface; their rates are left out, as in the reference",
                   source->id, mk->lost, mk->fault->bins.n, mesh->rows, mesh->cols);
}

/* ---- all kinds ---- */

static kr_status find_surface(maker *mk)
{
    kr_status s = KR_OK;
    const kr_source *source = mk->fault->source;
    kr_geometry g = source->geometries[0];

    if (source->kind == KR_SOURCE_KITE_FAULT) {
        mk->profile_km = g.spacing_km / source->aspect;
        g.profile_km = mk->profile_km;
        kr_geometry_hash(&g);
    }
    KR_TRY(kr_surfaces_get(mk->surfaces, &g, &mk->floats->surface));
    if (source->kind == KR_SOURCE_KITE_FAULT)
        KR_TRY(count_missing(mk));
out:
    return s;
}

static kr_status make_mags(maker *mk)
{
    kr_status s = KR_OK;
    kr_fault *fault = mk->fault;
    const kr_source *source = fault->source;
    double least, greatest;

    KR_ANEW(mk->floats->mags, &fault->arena, fault->bins.n);
    KR_ANEW(mk->floats->items, &fault->arena, 2 * fault->bins.n);
    mk->nmags = fault->bins.n;
    KR_ANEW(mk->mag, &fault->arena, fault->bins.n);
    KR_ANEW(mk->rate, &fault->arena, fault->bins.n);
    for (size_t m = 0; m < mk->nmags; m++) {
        mk->mag[m] = fault->bins.mag[m];
        mk->rate[m] = fault->bins.rate[m];
    }
    if (source->kind == KR_SOURCE_SIMPLE_FAULT && source->mfds_written) {
        kr_mfd_range(&source->mfds_written[0], &least, &greatest);
        KR_TRY(check_spacing(mk, least));
    }
    if (source->kind == KR_SOURCE_KITE_FAULT && !fault->whole &&
        fault->job->compat != KR_COMPAT_EXACT)
        KR_TRY(round_kite_mags(mk));
    for (size_t m = 0; m < mk->nmags; m++) {
        if (source->kind == KR_SOURCE_SIMPLE_FAULT)
            KR_TRY(make_simple(mk, m));
        else if (source->kind == KR_SOURCE_COMPLEX_FAULT)
            KR_TRY(make_complex(mk, m));
        else
            KR_TRY(make_kite(mk, m));
    }
    warn_of_lost(mk);
    fault->nitems = mk->nitems;
    fault->bins.n = mk->nmags; /* as the reference rounded those of kite faults */
    fault->bins.mag = mk->mag;
    fault->bins.rate = mk->rate;
out:
    return s;
}

/* Split by magnitude every magnitude has its own maximum distance; else close ones share it. */
static kr_status make_cuts(maker *mk)
{
    kr_status s = KR_OK;
    const kr_job *job = mk->fault->job;
    const kr_magdist *limits = kr_job_magdist(job, mk->fault->trt);
    kr_floats *f = mk->floats;
    double *mags = NULL, *cuts = NULL;

    if (!limits || limits->n == 0)
        goto out;
    KR_NEW(mags, mk->fault->ctx, KR_ACCOUNT_RUPTURES, f->nmags);
    KR_NEW(cuts, mk->fault->ctx, KR_ACCOUNT_RUPTURES, f->nmags);
    for (size_t m = 0; m < f->nmags; m++)
        mags[m] = f->mags[m].mag;
    for (size_t m = 0; m < f->nmags && !mk->whole; m++)
        kr_fault_cuts(job, limits, &mags[m], 1, &cuts[m]);
    if (mk->whole)
        kr_fault_cuts(job, limits, mags, f->nmags, cuts);
    for (size_t m = 0; m < f->nmags; m++)
        f->mags[m].cut_km = cuts[m];
out:
    kr_free(mags);
    kr_free(cuts);
    return s;
}

/* ---- bounds ---- */

static kr_status bounds_of_line(maker *mk, kr_line line, bool hull, kr_bbox *out)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = mk->fault->ctx;
    double *lon = NULL, *lat = NULL;
    const kr_source *source = mk->fault->source;
    kr_places places;
    bool ok = true;

    KR_NEW(lon, ctx, KR_ACCOUNT_RUPTURES, line.n);
    KR_NEW(lat, ctx, KR_ACCOUNT_RUPTURES, line.n);
    for (size_t i = 0; i < line.n; i++) {
        lon[i] = line.p[i].lon;
        lat[i] = line.p[i].lat;
    }
    places = (kr_places){lon, lat, line.n};
    if (hull)
        KR_TRY(kr_hull_bounds(ctx, places, out, &ok));
    else
        *out = kr_bounds_of(places);
    if (!ok)
        s = kr_fail_at(ctx, source->file, source->line,
                       "source '%s' is wider than 180 degrees of longitude; it must be smaller",
                       source->id);
out:
    kr_free(lon);
    kr_free(lat);
    return s;
}

static kr_status join_edges(const kr_geometry *g, kr_arena *arena, kr_line *out)
{
    kr_status s = KR_OK;
    kr_point3 *p = NULL;
    size_t n = 0;

    for (size_t i = 0; i < g->nlines; i++)
        n += g->lines[i].n;
    KR_ANEW(p, arena, n);
    *out = (kr_line){n, p};
    for (size_t i = 0; i < g->nlines; i++)
        for (size_t k = 0; k < g->lines[i].n; k++)
            *p++ = g->lines[i].p[k];
out:
    return s;
}

static kr_status make_bounds(maker *mk)
{
    kr_status s = KR_OK;
    kr_fault *fault = mk->fault;
    const kr_geometry *g = fault->source->geometries;
    kr_simple_fault simple = {g->lines[0], g->dip, g->upper_km, g->lower_km};
    kr_bbox *bounds = NULL;
    kr_line line = {0, NULL};
    kr_outline outline;
    kr_point3 *ring = NULL;
    bool is_kite = fault->source->kind == KR_SOURCE_KITE_FAULT;

    KR_ANEW(bounds, &fault->arena, 1);
    if (is_kite) {
        KR_TRY(kr_outline_of_kite(fault->ctx, &mk->floats->surface->mesh, mk->scratch, &outline,
                                  &ring, &line.n));
        line.p = ring;
    } else if (fault->source->kind == KR_SOURCE_SIMPLE_FAULT) {
        KR_TRY(kr_simple_fault_outline(fault->ctx, &simple, mk->scratch, &line));
    } else {
        KR_TRY(join_edges(g, mk->scratch, &line));
    }
    KR_TRY(bounds_of_line(mk, line, !is_kite, bounds));
    fault->bounds = bounds;
out:
    return s;
}

kr_status kr_floats_make(kr_fault *fault, kr_surfaces *surfaces)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    maker mk = {.fault = fault,
                .surfaces = surfaces,
                .scratch = &scratch,
                .places = &fault->arena,
                .whole = fault->whole};

    kr_arena_init(&scratch, fault->ctx, KR_ACCOUNT_RUPTURES);
    KR_ANEW(mk.floats, &fault->arena, 1);
    fault->of.floats = mk.floats;
    KR_TRY(find_surface(&mk));
    KR_TRY(make_mags(&mk));
    if (mk.nitems == 0)
        kr_warn_at(fault->ctx, fault->source->file, fault->source->line,
                   "source '%s' has no ruptures: none of its magnitudes has a place on its mesh",
                   fault->source->id);
    KR_TRY(make_cuts(&mk));
    KR_TRY(make_bounds(&mk));
    fault->block = fault->nitems ? fault->nitems : 1;
out:
    kr_arena_clear(&scratch);
    return s;
}
