#include "run/outlines.h"

#include "base/file.h"
#include "base/mem.h"

#include <math.h>

/* A report stays small: points of all lines, points by themselves, different shapes. */
enum { LINE_POINTS_MOST = 40000, POINTS_MOST = 12000, KNOWN = 1 << 15 };

/* Degrees: points of a line that are nearer to the last one kept are left out, but for its end. */
static const double NEAR = 0.004;

/* Has the shape been there? It is noted; where the table is full it counts as new. */
static bool known_already(kr_outlines *o, const kr_line *line)
{
    kr_hash128 hash;
    kr_hash_init(&hash);
    for (size_t i = 0; i < line->n; i++) {
        const double place[2] = {line->p[i].lon, line->p[i].lat};
        kr_hash_bytes(&hash, place, sizeof place);
    }
    uint64_t key = hash.a | 1; /* 0 is an empty place */
    size_t at = (size_t)(key >> 1) & (KNOWN - 1);
    for (; o->known[at]; at = (at + 1) & (KNOWN - 1))
        if (o->known[at] == key)
            return true;
    if (o->nknown < KNOWN / 2) {
        o->known[at] = key;
        o->nknown++;
    }
    return false;
}

static bool is_inside(const kr_outlines *o, kr_point3 p)
{
    return kr_box_lon(o->box, p.lon) <= o->box.east && p.lat >= o->box.south &&
           p.lat <= o->box.north;
}

/* A line with a point inside of the box, or a ring around all of it. */
static bool touches(const kr_outlines *o, const kr_line *line)
{
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (size_t i = 0; i < line->n; i++) {
        double lon = kr_box_lon(o->box, line->p[i].lon);
        west = fmin(west, lon);
        east = fmax(east, lon);
        south = fmin(south, line->p[i].lat);
        north = fmax(north, line->p[i].lat);
    }
    return west <= o->box.east && east >= o->box.west && south <= o->box.north &&
           north >= o->box.south;
}

static kr_status add_line(kr_outlines *o, const kr_line *line, bool ring)
{
    kr_status s = KR_OK;
    kr_point3 *p;
    size_t n = 0, all = line->n + ring;
    if (line->n < 2 || !touches(o, line) || known_already(o, line))
        return KR_OK;
    if (o->line_points + all > LINE_POINTS_MOST) {
        o->sources.left++;
        return KR_OK;
    }
    KR_ANEW(p, &o->arena, all);
    for (size_t i = 0; i < all; i++) {
        kr_point3 at = line->p[i % line->n];
        at.lon = kr_box_lon(o->box, at.lon);
        if (n > 0) /* the shorter way, also where the box ends */
            at.lon = p[n - 1].lon + kr_lon_extent(p[n - 1].lon, at.lon);
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

/* Each nth point is kept; n doubles where there are too many. */
static kr_status add_point(kr_outlines *o, kr_point3 p)
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
    kr_outlines *o = user;
    for (size_t i = 0; i < nparts; i++) {
        if (kind != KR_FEATURE_POINTS)
            KR_TRY(add_line(o, &parts[i], kind == KR_FEATURE_POLYGONS));
        else if (!known_already(o, &parts[i]))
            for (size_t k = 0; k < parts[i].n; k++)
                KR_TRY(add_point(o, parts[i].p[k]));
    }
out:
    return s;
}

kr_status kr_outlines_make(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                           const kr_sites *sites, kr_outlines *o)
{
    kr_status s = KR_OK;
    *o = (kr_outlines){.ctx = ctx, .every = 1};
    kr_arena_init(&o->arena, ctx, KR_ACCOUNT_OUTPUT);
    KR_NEW(o->known, ctx, KR_ACCOUNT_OUTPUT, KNOWN);
    KR_TRY(kr_report_box(sites, &o->arena, &o->box));
    KR_TRY(kr_sources_shapes(ctx, job, model, take, o));
    o->sources.nlines = o->nlines;
    o->sources.lines = o->lines;
    o->sources.npoints = o->npoints;
    o->sources.points = o->points;
    o->sources.left += o->seen - o->npoints;
out:
    return s;
}

void kr_outlines_clear(kr_outlines *o)
{
    if (!o->ctx)
        return;
    kr_arena_clear(&o->arena);
    kr_free(o->lines);
    kr_free(o->points);
    kr_free(o->known);
    *o = (kr_outlines){.nlines = 0};
}
