#include "run/source_map.h"

#include "base/file.h"
#include "base/mem.h"

#include <math.h>

/* A report stays small: points of all lines, points by themselves, different shapes. */
enum { LINE_POINTS_MOST = 40000, POINTS_MOST = 12000, KNOWN_FIRST = 1 << 8, KNOWN_MOST = 1 << 15 };

/* Degrees: points of a line that are nearer to the last one kept are left out, but for its end. */
static const double NEAR = 0.004;

static size_t place_of(const kr_source_map *o, uint64_t key)
{
    size_t at = (size_t)(key >> 1) & (o->known_cap - 1);
    while (o->known[at] && o->known[at] != key)
        at = (at + 1) & (o->known_cap - 1);
    return at;
}

/* At most half of the table is used. */
static kr_status make_room(kr_source_map *o)
{
    kr_status s = KR_OK;
    uint64_t *old = o->known, *wider = NULL;
    size_t n = o->known_cap, cap = n ? 2 * n : KNOWN_FIRST;
    if ((n > 0 && o->nknown < n / 2) || n == KNOWN_MOST)
        return KR_OK;
    KR_NEW(wider, o->ctx, KR_ACCOUNT_OUTPUT, cap);
    o->known = wider;
    o->known_cap = cap;
    for (size_t i = 0; i < n; i++)
        if (old[i])
            wider[place_of(o, old[i])] = old[i];
    kr_free(old);
out:
    return s;
}

/* Has the shape been there? It is noted; where the table is full it counts as new. */
static kr_status known_already(kr_source_map *o, const kr_line *line, bool *known)
{
    kr_status s = KR_OK;
    kr_hash128 hash;
    kr_hash_init(&hash);
    for (size_t i = 0; i < line->n; i++) {
        const double place[2] = {line->p[i].lon, line->p[i].lat};
        kr_hash_bytes(&hash, place, sizeof place);
    }
    uint64_t key = hash.a | 1; /* 0 is an empty place */
    KR_TRY(make_room(o));
    size_t at = place_of(o, key);
    *known = o->known[at] != 0;
    if (!*known && o->nknown < o->known_cap / 2) {
        o->known[at] = key;
        o->nknown++;
    }
out:
    return s;
}

static bool is_inside(const kr_source_map *o, kr_point3 p)
{
    return kr_box_lon(o->ground.box, p.lon) <= o->ground.box.east && p.lat >= o->ground.box.south &&
           p.lat <= o->ground.box.north;
}

/* The longitude next to `before` of the places that have this one: the shorter way. */
static double next_lon(double before, double lon)
{
    return before + kr_lon_extent(before, lon);
}

/* The box around a line; longitudes go on from the first point's without jumps. */
static kr_box box_around(const kr_line *line)
{
    double lon = line->p[0].lon;
    kr_box box = {lon, INFINITY, lon, -INFINITY};
    for (size_t i = 0; i < line->n; i++) {
        lon = next_lon(lon, line->p[i].lon);
        box.west = fmin(box.west, lon);
        box.east = fmax(box.east, lon);
        box.south = fmin(box.south, line->p[i].lat);
        box.north = fmax(box.north, line->p[i].lat);
    }
    return box;
}

/* The line, turned around the Earth by `shift` degrees. */
static kr_status add_shifted(kr_source_map *o, const kr_line *line, bool ring, double shift)
{
    kr_status s = KR_OK;
    kr_point3 *p;
    size_t n = 0, all = line->n + ring;
    double lon = line->p[0].lon + shift;
    if (o->line_points + all > LINE_POINTS_MOST) {
        o->sources.left++;
        return KR_OK;
    }
    KR_ANEW(p, &o->arena, all);
    for (size_t i = 0; i < all; i++) {
        kr_point3 at = line->p[i % line->n];
        at.lon = lon = next_lon(lon, at.lon);
        if (n > 0 && i + 1 < all && hypot(at.lon - p[n - 1].lon, at.lat - p[n - 1].lat) < NEAR)
            continue;
        p[n++] = at;
    }
    KR_GROW(o->lines, o->lines_cap, o->nlines + 1, o->ctx, KR_ACCOUNT_OUTPUT);
    o->lines[o->nlines++] = (kr_line){n, p};
    o->line_points += n;
out:
    return s;
}

/* A line wherever it is in the box: in one of more than a turn less its width it is twice. */
static kr_status add_line(kr_source_map *o, const kr_line *line, bool ring)
{
    kr_status s = KR_OK;
    bool known = false;
    if (line->n < 2)
        return KR_OK;
    const kr_box box = o->ground.box, around = box_around(line);
    double shift = 360 * ceil((box.west - around.east) / 360);
    if (around.west + shift > box.east || around.south > box.north || around.north < box.south)
        return KR_OK;
    KR_TRY(known_already(o, line, &known));
    for (; !known && around.west + shift <= box.east; shift += 360)
        KR_TRY(add_shifted(o, line, ring, shift));
out:
    return s;
}

/* Each nth point is kept; n doubles where there are too many. */
static kr_status add_point(kr_source_map *o, kr_point3 p)
{
    kr_status s = KR_OK;
    if (!is_inside(o, p) || o->seen++ % o->every != 0)
        return KR_OK;
    if (o->npoints == POINTS_MOST) {
        for (size_t i = 0; i < POINTS_MOST / 2; i++)
            o->points[i] = o->points[2 * i];
        o->npoints = POINTS_MOST / 2;
        o->every *= 2;
        if ((o->seen - 1) % o->every != 0)
            return KR_OK;
    }
    KR_GROW(o->points, o->points_cap, o->npoints + 1, o->ctx, KR_ACCOUNT_OUTPUT);
    o->points[o->npoints++] = p;
out:
    return s;
}

static kr_status take(void *user, kr_feature_kind kind, const kr_line *parts, size_t nparts)
{
    kr_status s = KR_OK;
    kr_source_map *o = user;
    for (size_t i = 0; i < nparts; i++) {
        bool known = false;
        if (kind != KR_FEATURE_POINTS) {
            KR_TRY(add_line(o, &parts[i], kind == KR_FEATURE_POLYGONS));
            continue;
        }
        KR_TRY(known_already(o, &parts[i], &known));
        for (size_t k = 0; k < parts[i].n && !known; k++)
            KR_TRY(add_point(o, parts[i].p[k]));
    }
out:
    return s;
}

static kr_status begin(kr_ctx *ctx, const kr_sites *sites, kr_source_map *o)
{
    *o = (kr_source_map){.ctx = ctx, .every = 1};
    kr_arena_init(&o->arena, ctx, KR_ACCOUNT_OUTPUT);
    return kr_report_ground_make(sites, &o->arena, &o->ground);
}

static void end(kr_source_map *o)
{
    kr_free(o->known);
    o->known = NULL;
    o->sources.nlines = o->nlines;
    o->sources.lines = o->lines;
    o->sources.npoints = o->npoints;
    o->sources.points = o->points;
    o->sources.left += o->seen - o->npoints;
}

kr_status kr_source_map_make(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                             const kr_sites *sites, kr_source_map *o)
{
    kr_status s = KR_OK;
    KR_TRY(begin(ctx, sites, o));
    KR_TRY(kr_sources_shapes(ctx, job, model, take, o));
    end(o);
out:
    return s;
}

kr_status kr_source_map_join(kr_ctx *ctx, const kr_drawn_sources *const *maps, size_t n,
                             const kr_sites *sites, kr_source_map *o)
{
    kr_status s = KR_OK;
    KR_TRY(begin(ctx, sites, o));
    for (size_t i = 0; i < n; i++) { /* rings are closed already */
        KR_TRY(take(o, KR_FEATURE_LINES, maps[i]->lines, maps[i]->nlines));
        for (size_t k = 0; k < maps[i]->npoints; k++) {
            const kr_line point = {1, &maps[i]->points[k]};
            KR_TRY(take(o, KR_FEATURE_POINTS, &point, 1));
        }
        o->sources.left += maps[i]->left;
    }
    end(o);
out:
    return s;
}

void kr_source_map_clear(kr_source_map *o)
{
    if (!o->ctx)
        return;
    kr_arena_clear(&o->arena);
    kr_free(o->lines);
    kr_free(o->points);
    kr_free(o->known);
    *o = (kr_source_map){.nlines = 0};
}
