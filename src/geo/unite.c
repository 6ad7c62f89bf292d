/* GEOS sorts the polygons from south to north and unites them by halves. Where the rings of two
 * polygons cross properly in two points, the ring around both is a part of the one and a part of
 * the other. It begins at the second point of the first edge that counts for GEOS: the one that
 * begins with the first ring or, if that is inside the other polygon, where it comes out. */
#include "geo/unite.h"

#include "geo/segment.h"

#include <string.h>

/* Polygons of a node of the tree by which GEOS sorts them. */
enum { GROUP = 10 };

/* A polygon with the sums of its bounds, twice its middle. */
typedef struct part {
    const kr_ring *ring;
    double x, y;
} part;

/* Where segment i of a ring crosses segment j of another one. */
typedef struct crossing {
    size_t i, j;
    kr_xy at;
    bool enters; /* the first ring comes into the polygon of the second one */
} crossing;

typedef struct bounds {
    double west, south, east, north;
} bounds;

static kr_xy point(const kr_ring *r, size_t k)
{
    return (kr_xy){r->x[k], r->y[k]};
}

static bounds bounds_of(const kr_ring *r)
{
    bounds b = {INFINITY, INFINITY, -INFINITY, -INFINITY};

    for (size_t k = 0; k < r->n; k++) {
        b.west = kr_lesser(r->x[k], b.west);
        b.east = kr_greater(r->x[k], b.east);
        b.south = kr_lesser(r->y[k], b.south);
        b.north = kr_greater(r->y[k], b.north);
    }
    return b;
}

static bool is_clockwise(const kr_ring *r)
{
    double sum = 0.0, size = 0.0;

    for (size_t k = 1; k + 1 < r->n; k++) {
        double u = (r->x[k] - r->x[0]) * (r->y[k + 1] - r->y[0]);
        double v = (r->y[k] - r->y[0]) * (r->x[k + 1] - r->x[0]);
        sum += u - v;
        size += fabs(u) + fabs(v);
    }
    return sum < -1e-9 * size;
}

/* ---- two polygons ---- */

static bool is_between(double x, double a, double b)
{
    return x >= kr_lesser(a, b) && x <= kr_greater(a, b);
}

/* The point that two segments have in common, with the arithmetic of GEOS: homogeneous coordinates
 * around the middle of what their bounds share. False if it is not inside both. */
static bool cross_at(kr_xy a, kr_xy b, kr_xy c, kr_xy d, kr_xy *out)
{
    double west = kr_greater(kr_lesser(a.x, b.x), kr_lesser(c.x, d.x));
    double east = kr_lesser(kr_greater(a.x, b.x), kr_greater(c.x, d.x));
    double south = kr_greater(kr_lesser(a.y, b.y), kr_lesser(c.y, d.y));
    double north = kr_lesser(kr_greater(a.y, b.y), kr_greater(c.y, d.y));
    double mx = (west + east) / 2.0, my = (south + north) / 2.0;
    double ax = a.x - mx, ay = a.y - my, bx = b.x - mx, by = b.y - my;
    double cx = c.x - mx, cy = c.y - my, dx = d.x - mx, dy = d.y - my;
    double px = ay - by, py = bx - ax, pw = ax * by - bx * ay;
    double qx = cy - dy, qy = dx - cx, qw = cx * dy - dx * cy;
    double x = py * qw - qy * pw, y = qx * pw - px * qw, w = px * qy - qx * py;

    *out = (kr_xy){x / w + mx, y / w + my};
    return is_between(out->x, a.x, b.x) && is_between(out->y, a.y, b.y) &&
           is_between(out->x, c.x, d.x) && is_between(out->y, c.y, d.y) && !kr_same_xy(*out, a) &&
           !kr_same_xy(*out, b) && !kr_same_xy(*out, c) && !kr_same_xy(*out, d);
}

/* Look at segment i of p and j of q; false if in doubt, or if there are more than two crossings. */
static bool meet(const kr_ring *p, size_t i, const kr_ring *q, size_t j, crossing *found, size_t *n)
{
    kr_xy a = point(p, i), b = point(p, i + 1), c = point(q, j), d = point(q, j + 1);

    if (kr_apart(a.x, b.x, c.x, d.x) || kr_apart(a.y, b.y, c.y, d.y))
        return true;
    int c_side = kr_side(a, b, c), d_side = kr_side(a, b, d);
    int a_side = kr_side(c, d, a), b_side = kr_side(c, d, b);
    if (c_side * d_side > 0 || a_side * b_side > 0)
        return true;
    if (c_side * d_side == 0 || a_side * b_side == 0 || *n == 2)
        return false;
    found[*n] = (crossing){.i = i, .j = j, .enters = a_side > 0};
    return cross_at(a, b, c, d, &found[(*n)++].at);
}

static bool find_crossings(const kr_ring *p, const kr_ring *q, crossing *found)
{
    bounds b = bounds_of(q);
    size_t n = 0;

    for (size_t i = 0; i + 1 < p->n; i++) {
        if (kr_apart(p->x[i], p->x[i + 1], b.west, b.east) ||
            kr_apart(p->y[i], p->y[i + 1], b.south, b.north))
            continue;
        for (size_t j = 0; j + 1 < q->n; j++) {
            if (!meet(p, i, q, j, found, &n))
                return false;
        }
    }
    return n == 2 && found[0].enters != found[1].enters;
}

/* Is u before v, both on the segment that begins at a? *sure is cleared if they are too close. */
static bool is_before(kr_xy a, kr_xy u, kr_xy v, bool *sure)
{
    double du = (u.x - a.x) * (u.x - a.x) + (u.y - a.y) * (u.y - a.y);
    double dv = (v.x - a.x) * (v.x - a.x) + (v.y - a.y) * (v.y - a.y);

    if (!(fabs(du - dv) > 1e-9 * (du + dv)))
        *sure = false;
    return du < dv;
}

/* Bring the crossings into their order along the first ring. */
static bool sort_crossings(const kr_ring *p, crossing *found)
{
    bool sure = true;

    if (found[1].i < found[0].i ||
        (found[1].i == found[0].i &&
         is_before(point(p, found[0].i), found[1].at, found[0].at, &sure))) {
        crossing first = found[1];
        found[1] = found[0];
        found[0] = first;
    }
    return sure;
}

static void put(kr_ring *out, kr_xy p)
{
    out->x[out->n] = p.x;
    out->y[out->n++] = p.y;
}

/* Append from a point on segment `from` to one on segment `to` of a ring, forward; both included.
 * `around`: past the ring's beginning. */
static void put_part(kr_ring *out, const kr_ring *r, size_t from, kr_xy first, size_t to,
                     kr_xy last, bool around)
{
    put(out, first);
    if (around) {
        for (size_t k = from + 1; k + 1 < r->n; k++)
            put(out, point(r, k));
        for (size_t k = 0; k <= to; k++)
            put(out, point(r, k));
    } else {
        for (size_t k = from + 1; k <= to; k++)
            put(out, point(r, k));
    }
    put(out, last);
}

/* Append the part of the second ring that goes on from one crossing to the other. */
static bool put_second(kr_ring *out, const kr_ring *q, const crossing *from, const crossing *to)
{
    bool sure = true, around = to->j < from->j;

    if (to->j == from->j)
        around = is_before(point(q, from->j), to->at, from->at, &sure);
    put_part(out, q, from->j, from->at, to->j, to->at, around);
    return sure;
}

/* The ring around both; the crossings are in order. */
static bool join(const kr_ring *p, const kr_ring *q, const crossing *found, kr_ring *out)
{
    bool sure;

    out->n = 0;
    if (found[0].enters) {
        for (size_t k = 0; k <= found[0].i; k++)
            put(out, point(p, k));
        sure = put_second(out, q, &found[0], &found[1]);
        for (size_t k = found[1].i + 1; k < p->n; k++)
            put(out, point(p, k));
    } else { /* the first ring begins inside the second polygon */
        put_part(out, p, found[0].i, found[0].at, found[1].i, found[1].at, false);
        out->n--;
        sure = put_second(out, q, &found[1], &found[0]);
    }
    memmove(out->x, out->x + 1, (out->n - 1) * sizeof *out->x);
    memmove(out->y, out->y + 1, (out->n - 1) * sizeof *out->y);
    out->x[out->n - 1] = out->x[0];
    out->y[out->n - 1] = out->y[0];
    return sure;
}

/* A ring with the two crossings as points. */
static void split_at(const kr_ring *r, const crossing *first, const crossing *second, bool by_i,
                     kr_ring *out)
{
    size_t k1 = by_i ? first->i : first->j, k2 = by_i ? second->i : second->j;

    out->n = 0;
    for (size_t k = 0; k < r->n; k++) {
        put(out, point(r, k));
        if (k == k1)
            put(out, first->at);
        if (k == k2)
            put(out, second->at);
    }
}

/* As kr_segments_are_clear; and where the second goes on from the first without turning back. */
static bool are_clear(kr_xy a, kr_xy b, kr_xy c, kr_xy d)
{
    if (kr_same_xy(b, c))
        return (b.x - a.x) * (d.x - c.x) + (b.y - a.y) * (d.y - c.y) > 0.0 || kr_side(a, b, d) != 0;
    if (kr_same_xy(a, d))
        return (b.x - a.x) * (d.x - c.x) + (b.y - a.y) * (d.y - c.y) > 0.0 || kr_side(a, b, c) != 0;
    return kr_segments_are_clear(a, b, c, d);
}

/* Crossings are rounded: do the segments that end in one meet nothing else, but at that end? */
static bool is_noded(const kr_ring *r, const crossing *found, const kr_ring *other, bool same)
{
    for (size_t k = 0; k + 1 < r->n; k++) {
        kr_xy a = point(r, k), b = point(r, k + 1);
        if (!kr_same_xy(a, found[0].at) && !kr_same_xy(a, found[1].at) &&
            !kr_same_xy(b, found[0].at) && !kr_same_xy(b, found[1].at))
            continue;
        for (size_t j = 0; j + 1 < other->n; j++) {
            if (!(same && j == k) && !are_clear(a, b, point(other, j), point(other, j + 1)))
                return false;
        }
    }
    return true;
}

/* Both rings with the crossings, as GEOS checks them before it goes on. */
static kr_status check_nodes(const kr_ring *p, const kr_ring *q, const crossing *found,
                             kr_arena *arena, bool *sure)
{
    kr_status s = KR_OK;
    kr_ring a = {0, NULL, NULL}, b = {0, NULL, NULL};
    bool turned = found[1].j < found[0].j;

    KR_ANEW(a.x, arena, 2 * (p->n + 2));
    KR_ANEW(b.x, arena, 2 * (q->n + 2));
    a.y = a.x + p->n + 2;
    b.y = b.x + q->n + 2;
    if (found[1].j == found[0].j)
        turned = is_before(point(q, found[0].j), found[1].at, found[0].at, sure);
    split_at(p, &found[0], &found[1], true, &a);
    split_at(q, &found[turned], &found[!turned], false, &b);
    *sure = *sure && is_noded(&a, found, &a, true) && is_noded(&a, found, &b, false) &&
            is_noded(&b, found, &b, true) && is_noded(&b, found, &a, false);
out:
    return s;
}

static kr_status unite_two(const kr_ring *p, const kr_ring *q, kr_arena *arena, kr_ring *out,
                           bool *sure)
{
    kr_status s = KR_OK;
    crossing found[2];

    *sure = find_crossings(p, q, found) && sort_crossings(p, found);
    if (!*sure)
        goto out;
    KR_TRY(check_nodes(p, q, found, arena, sure));
    if (!*sure)
        goto out;
    KR_ANEW(out->x, arena, 2 * (p->n + q->n + 4));
    out->y = out->x + p->n + q->n + 4;
    *sure = join(p, q, found, out);
out:
    return s;
}

/* ---- all of them ---- */

/* Sort by x or y; false if two are equal. */
static bool sort_parts(part *parts, size_t n, bool by_x)
{
    for (size_t i = 1; i < n; i++) {
        part moved = parts[i];
        size_t k = i;
        for (; k > 0 && (by_x ? moved.x < parts[k - 1].x : moved.y < parts[k - 1].y); k--)
            parts[k] = parts[k - 1];
        parts[k] = moved;
        if (k > 0 && (by_x ? moved.x == parts[k - 1].x : moved.y == parts[k - 1].y))
            return false;
    }
    return true;
}

/* The order of a tree with groups of ten: slices from west to east, each from south to north. */
static bool sort_as_tree(part *parts, size_t n)
{
    size_t slices = (size_t)ceil(sqrt(ceil((double)n / (double)GROUP)));
    size_t slice = (n + slices - 1) / slices;

    if (slices > 1 && !sort_parts(parts, n, true))
        return false;
    for (size_t from = 0; from < n; from += slice) {
        if (!sort_parts(parts + from, n - from < slice ? n - from : slice, false))
            return false;
    }
    return true;
}

/* Unite n parts in order, the first half and the second half before. */
static kr_status unite_range(const part *parts, size_t n, kr_arena *arena, kr_ring *out, bool *sure)
{
    kr_status s = KR_OK;
    kr_ring first, second;

    if (n == 1) {
        *out = *parts->ring;
        goto out;
    }
    KR_TRY(unite_range(parts, n / 2, arena, &first, sure));
    if (*sure)
        KR_TRY(unite_range(parts + n / 2, n - n / 2, arena, &second, sure));
    if (*sure)
        KR_TRY(unite_two(&first, &second, arena, out, sure));
out:
    return s;
}

kr_status kr_unite_stripes(const kr_ring *rings, size_t n, kr_arena *arena, kr_ring *out,
                           bool *sure)
{
    kr_status s = KR_OK;
    part *parts = NULL;

    *sure = true;
    KR_ANEW(parts, arena, n);
    for (size_t i = 0; i < n; i++) {
        bounds b = bounds_of(&rings[i]);
        *sure = *sure && rings[i].n >= 4 && is_clockwise(&rings[i]);
        parts[i] = (part){&rings[i], b.west + b.east, b.south + b.north};
    }
    *sure = *sure && sort_as_tree(parts, n);
    if (*sure)
        KR_TRY(unite_range(parts, n, arena, out, sure));
out:
    return s;
}
