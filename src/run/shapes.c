#include "run/shapes.h"

#include "base/mem.h"
#include "geo/fault_mesh.h"

#include <math.h>
#include <string.h>

static kr_line line_of(const kr_point3 *p, size_t n)
{
    return (kr_line){n, p};
}

/* The ring around a set of lines that run in the same direction: the first there, the ends of the
 * others, the last one back. */
static kr_status ring_of_lines(kr_arena *arena, const kr_line *lines, size_t nlines, kr_line *out)
{
    kr_status s = KR_OK;
    const kr_line *first = &lines[0], *last = &lines[nlines - 1];
    kr_point3 *p;
    size_t n = 0;
    KR_ANEW(p, arena, first->n + last->n + 2 * nlines);
    for (size_t i = 0; i < first->n; i++)
        p[n++] = first->p[i];
    for (size_t k = 1; k + 1 < nlines; k++)
        p[n++] = lines[k].p[lines[k].n - 1];
    for (size_t i = last->n; nlines > 1 && i > 0; i--)
        p[n++] = last->p[i - 1];
    for (size_t k = nlines - 1; k > 1; k--)
        p[n++] = lines[k - 1].p[0];
    *out = line_of(p, n);
out:
    return s;
}

/* The upper ends of a simple fault, then the lower ones back. */
static kr_status simple_outline(kr_ctx *ctx, kr_arena *arena, const kr_geometry *g, kr_line *out)
{
    kr_status s = KR_OK;
    kr_simple_fault fault = {g->lines[0], g->dip, g->upper_km, g->lower_km};
    kr_line ends; /* upper and lower in turn */
    kr_point3 *p;

    KR_TRY(kr_simple_fault_outline(ctx, &fault, arena, &ends));
    KR_ANEW(p, arena, ends.n);
    for (size_t i = 0; i < ends.n / 2; i++) {
        p[i] = ends.p[2 * i];
        p[ends.n - 1 - i] = ends.p[2 * i + 1];
    }
    *out = line_of(p, ends.n);
out:
    return s;
}

static kr_status outline_of(kr_ctx *ctx, kr_arena *arena, const kr_geometry *g, kr_line *out)
{
    kr_status s = KR_OK;
    kr_point3 *corners;

    switch (g->kind) {
    case KR_GEOMETRY_SIMPLE:
        return simple_outline(ctx, arena, g, out);
    case KR_GEOMETRY_PLANAR:
        KR_ANEW(corners, arena, 4);
        memcpy(corners, g->lines[0].p, 4 * sizeof *corners);
        corners[2] = g->lines[0].p[3];
        corners[3] = g->lines[0].p[2];
        *out = line_of(corners, 4);
        return KR_OK;
    case KR_GEOMETRY_COMPLEX:
    case KR_GEOMETRY_KITE:
        return ring_of_lines(arena, g->lines, g->nlines, out);
    case KR_GEOMETRY_GRIDDED:
        *out = g->lines[0];
        return KR_OK;
    }
out:
    return s;
}

static kr_status trace_of(kr_arena *arena, const kr_geometry *g, kr_line *out)
{
    kr_status s = KR_OK;
    kr_point3 *p;
    *out = line_of(g->lines[0].p, g->kind == KR_GEOMETRY_PLANAR ? 2 : g->lines[0].n);
    if (g->kind == KR_GEOMETRY_KITE) { /* the tops of the profiles */
        KR_ANEW(p, arena, g->nlines);
        for (size_t i = 0; i < g->nlines; i++)
            p[i] = g->lines[i].p[0];
        *out = line_of(p, g->nlines);
    }
out:
    return s;
}

static kr_feature_kind outline_kind(const kr_geometry *g)
{
    return g->kind == KR_GEOMETRY_GRIDDED ? KR_FEATURE_POINTS : KR_FEATURE_POLYGONS;
}

/* Is a ring so narrow that it is a line? Vertical surfaces are, seen from above. */
static bool is_flat(kr_line ring)
{
    double twice_area = 0, length = 0;
    for (size_t i = 0; i < ring.n; i++) {
        kr_point3 a = ring.p[i], b = ring.p[(i + 1) % ring.n];
        double dx = kr_lon_extent(a.lon, b.lon), dy = b.lat - a.lat;
        twice_area += kr_lon_extent(ring.p[0].lon, a.lon) * dy - (a.lat - ring.p[0].lat) * dx;
        length += hypot(dx, dy);
    }
    return fabs(twice_area) <= 1e-7 * length * length;
}

kr_status kr_shapes_of(kr_ctx *ctx, kr_arena *arena, const kr_geometry *g, size_t n, kr_shapes *out)
{
    kr_status s = KR_OK;
    *out = (kr_shapes){.kind = outline_kind(g)};
    KR_ANEW(out->outlines, arena, n);
    KR_ANEW(out->traces, arena, n);
    for (size_t i = 0; i < n; i++) {
        kr_line *outline = &out->outlines[out->noutlines];
        KR_TRY(outline_of(ctx, arena, &g[i], outline));
        out->noutlines += g[i].kind == KR_GEOMETRY_GRIDDED || !is_flat(*outline);
        if (g[i].kind != KR_GEOMETRY_GRIDDED)
            KR_TRY(trace_of(arena, &g[i], &out->traces[out->ntraces++]));
    }
out:
    return s;
}
