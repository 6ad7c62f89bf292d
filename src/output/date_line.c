/* Longitudes are first made continuous, so that the date
 * line is a straight cut at 180 (or -180, or 540) degrees; then each strip of 360 degrees is
 * clipped out and brought back to [-180, 180]. */
#include "output/date_line.h"

#include <math.h>

/* Longitudes without jumps: each within 180 degrees of the one before. */
static kr_status unwrap(kr_line line, kr_arena *arena, kr_point3 **out)
{
    kr_status s = KR_OK;
    kr_point3 *p;
    KR_ANEW(p, arena, line.n);
    for (size_t i = 0; i < line.n; i++) {
        p[i] = line.p[i];
        if (i > 0)
            p[i].lon += 360 * round((p[i - 1].lon - p[i].lon) / 360);
    }
    *out = p;
out:
    return s;
}

static kr_point3 crossing(kr_point3 a, kr_point3 b, double lon)
{
    double t = (lon - a.lon) / (b.lon - a.lon);
    return (kr_point3){lon, a.lat + t * (b.lat - a.lat), a.depth + t * (b.depth - a.depth)};
}

/* The part of a ring on one side of a meridian: those with sign * (lon - at) <= 0 (Sutherland and
 * Hodgman 1974). `out` has room for 2 n. */
static size_t clip_ring(const kr_point3 *p, size_t n, double at, double sign, kr_point3 *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        kr_point3 a = p[i], b = p[(i + 1) % n];
        bool a_in = sign * (a.lon - at) <= 0, b_in = sign * (b.lon - at) <= 0;
        if (a_in)
            out[kept++] = a;
        if (a_in != b_in)
            out[kept++] = crossing(a, b, at);
    }
    return kept;
}

typedef struct cutter {
    kr_arena *arena;
    kr_line *pieces;
    size_t n;
} cutter;

static void add_piece(cutter *c, kr_point3 *p, size_t n, double west)
{
    for (size_t i = 0; i < n; i++)
        p[i].lon -= west + 180;
    c->pieces[c->n++] = (kr_line){n, p};
}

static kr_status cut_ring(cutter *c, const kr_point3 *p, size_t n, double west)
{
    kr_status s = KR_OK;
    kr_point3 *half, *piece;
    KR_ANEW(half, c->arena, 2 * n);
    KR_ANEW(piece, c->arena, 4 * n);
    size_t k = clip_ring(p, n, west, -1, half);
    k = clip_ring(half, k, west + 360, 1, piece);
    if (k >= 3)
        add_piece(c, piece, k, west);
out:
    return s;
}

/* Add a point unless it is where the last one is: a vertex may lie on the date line. */
static size_t put(kr_point3 *piece, size_t k, kr_point3 p)
{
    if (k > 0 && piece[k - 1].lon == p.lon && piece[k - 1].lat == p.lat)
        return k;
    piece[k] = p;
    return k + 1;
}

/* The pieces of a line inside the strip [west, west + 360]. */
static kr_status cut_line(cutter *c, const kr_point3 *p, size_t n, double west)
{
    kr_status s = KR_OK;
    kr_point3 *piece = NULL;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        bool in = west <= p[i].lon && p[i].lon <= west + 360;
        if (in && k == 0) {
            KR_ANEW(piece, c->arena, n + 2);
            if (i > 0)
                k = put(piece, k,
                        crossing(p[i - 1], p[i], p[i - 1].lon < west ? west : west + 360));
        }
        if (in)
            k = put(piece, k, p[i]);
        else if (k > 0)
            k = put(piece, k, crossing(p[i - 1], p[i], p[i].lon < west ? west : west + 360));
        if (k > 0 && (!in || i + 1 == n)) {
            if (k > 1)
                add_piece(c, piece, k, west);
            k = 0;
        }
    }
out:
    return s;
}

kr_status kr_cut_at_date_line(kr_line line, bool ring, kr_arena *arena, kr_line **pieces, size_t *n)
{
    kr_status s = KR_OK;
    cutter c = {.arena = arena};
    kr_point3 *p;
    double west, east;

    KR_ANEW(c.pieces, arena, line.n + 1); /* each piece has a point of the line */
    KR_TRY(unwrap(line, arena, &p));
    west = east = line.n ? p[0].lon : 0;
    for (size_t i = 1; i < line.n; i++) {
        west = fmin(west, p[i].lon);
        east = fmax(east, p[i].lon);
    }
    bool around_pole = ring && line.n && fabs(p[line.n - 1].lon - p[0].lon) > 180;
    if (around_pole || (west >= -180 && east <= 180)) {
        c.pieces[c.n++] = line;
    } else {
        double first = floor((west + 180) / 360) * 360 - 180;
        size_t strips = (size_t)ceil((east - first) / 360);
        for (size_t k = 0; k < strips; k++) {
            double at = first + 360 * (double)k;
            KR_TRY(ring ? cut_ring(&c, p, line.n, at) : cut_line(&c, p, line.n, at));
        }
    }
    *pieces = c.pieces;
    *n = c.n;
out:
    return s;
}

bool kr_runs_clockwise(kr_line ring)
{
    double twice_area = 0;
    for (size_t i = 0; i < ring.n; i++) {
        kr_point3 a = ring.p[i], b = ring.p[(i + 1) % ring.n];
        twice_area += a.lon * b.lat - b.lon * a.lat;
    }
    return twice_area < 0;
}
