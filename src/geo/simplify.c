/* Sections of the line are replaced by their chords from the front to the back: a chord that is
 * within the tolerance of all points between its ends is taken if it meets no other part of the
 * line, be it simplified already or not; else the section is cut at the point farthest from it.
 * Figures are computed in the order of GEOS: on straight lines the farthest point is up to the last
 * digits. */
#include "geo/simplify.h"

#include "geo/segment.h"

#include <math.h>
#include <string.h>

/* A ring keeps as many points at least. */
enum { LEAST_POINTS = 4 };

typedef struct section {
    size_t first, last, depth;
} section;

typedef struct ring {
    size_t n;
    const double *x, *y;
    double tolerance;
    unsigned char *gone; /* of n - 1 segments: replaced by a chord */
    section *chords;
    size_t nchords;
    section *stack;
    size_t nstack;
    size_t *out, nout; /* points kept so far */
} ring;

/* ---- distances ---- */

static double between(const ring *r, size_t p, size_t q)
{
    double dx = r->x[p] - r->x[q], dy = r->y[p] - r->y[q];

    return sqrt(dx * dx + dy * dy);
}

static double to_chord(const ring *r, size_t p, size_t a, size_t b)
{
    double dx = r->x[b] - r->x[a], dy = r->y[b] - r->y[a], length2 = dx * dx + dy * dy;

    if (r->x[a] == r->x[b] && r->y[a] == r->y[b])
        return between(r, p, a);
    double along = ((r->x[p] - r->x[a]) * dx + (r->y[p] - r->y[a]) * dy) / length2;
    if (along <= 0.0)
        return between(r, p, a);
    if (along >= 1.0)
        return between(r, p, b);
    double off = ((r->y[a] - r->y[p]) * dx - (r->x[a] - r->x[p]) * dy) / length2;
    return fabs(off) * sqrt(length2);
}

static size_t farthest(const ring *r, const section *s, double *distance)
{
    size_t found = s->first;

    *distance = -1.0;
    for (size_t k = s->first + 1; k < s->last; k++) {
        double d = to_chord(r, k, s->first, s->last);
        if (d > *distance) {
            *distance = d;
            found = k;
        }
    }
    return found;
}

/* ---- crossings ---- */

static kr_xy point(const ring *r, size_t k)
{
    return (kr_xy){r->x[k], r->y[k]};
}

/* True if the segments a-b and c-d have, beyond doubt, no point in common but one end of each. */
static bool is_clear(const ring *r, size_t a, size_t b, size_t c, size_t d)
{
    return kr_segments_are_clear(point(r, a), point(r, b), point(r, c), point(r, d));
}

static bool chord_is_clear(const ring *r, const section *s)
{
    for (size_t k = 0; k < r->nchords; k++) {
        if (!is_clear(r, s->first, s->last, r->chords[k].first, r->chords[k].last))
            return false;
    }
    for (size_t k = 0; k + 1 < r->n; k++) {
        bool inside = k >= s->first && k < s->last;
        if (!inside && !r->gone[k] && !is_clear(r, s->first, s->last, k, k + 1))
            return false;
    }
    return true;
}

/* ---- sections ---- */

/* Take the chord of a section as a part of the result. */
static void take(ring *r, const section *s)
{
    r->out[r->nout++] = s->last;
    if (s->last == s->first + 1)
        return;
    memset(r->gone + s->first, 1, s->last - s->first);
    r->chords[r->nchords++] = *s;
}

/* True if so few points may be left that a section as long as this must be cut. */
static bool is_too_short(const ring *r, const section *s)
{
    size_t so_far = r->nout > 1 ? r->nout : 0;

    return so_far < LEAST_POINTS && s->depth + 1 < LEAST_POINTS;
}

/* Do the next section; false if in doubt. */
static bool step(ring *r)
{
    section s = r->stack[--r->nstack];
    double distance;

    if (s.last == s.first + 1) {
        take(r, &s);
        return true;
    }
    size_t k = farthest(r, &s, &distance);
    if (distance <= r->tolerance && !is_too_short(r, &s)) {
        if (!chord_is_clear(r, &s))
            return false;
        take(r, &s);
        return true;
    }
    if (k == s.first) /* no point is at a distance: not numbers */
        return false;
    r->stack[r->nstack++] = (section){k, s.last, s.depth + 1};
    r->stack[r->nstack++] = (section){s.first, k, s.depth + 1};
    return true;
}

kr_status kr_simplify_ring(const double *x, const double *y, size_t n, double tolerance,
                           kr_arena *arena, size_t *out, size_t *nout, bool *sure)
{
    kr_status s = KR_OK;
    ring r = {.n = n, .x = x, .y = y, .tolerance = tolerance, .out = out};

    *sure = true;
    KR_ANEW(r.gone, arena, n);
    KR_ANEW(r.chords, arena, n);
    KR_ANEW(r.stack, arena, n + 1);
    r.out[r.nout++] = 0;
    r.stack[r.nstack++] = (section){0, n - 1, 1};
    while (r.nstack && *sure)
        *sure = step(&r);
    *nout = r.nout;
out:
    return s;
}

/* ---- width ---- */

/* More points are not compared with each other. */
enum { MOST_COMPARED = 100 };
static const double cos_sharpest = 0.70710678118654752; /* of 45 degrees */

static bool is_sharp(const ring *r, size_t a, size_t b, size_t c)
{
    double ux = r->x[a] - r->x[b], uy = r->y[a] - r->y[b];
    double vx = r->x[c] - r->x[b], vy = r->y[c] - r->y[b];

    return !(ux * vx + uy * vy < cos_sharpest * sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy)));
}

static bool are_far(const ring *r, size_t i, size_t j, double least)
{
    const double *x = r->x, *y = r->y;
    double w = kr_lesser(x[i], x[i + 1]) - least, e = kr_greater(x[i], x[i + 1]) + least;
    double s = kr_lesser(y[i], y[i + 1]) - least, n = kr_greater(y[i], y[i + 1]) + least;

    if (kr_apart(w, e, x[j], x[j + 1]) || kr_apart(s, n, y[j], y[j + 1]))
        return true;
    return to_chord(r, i, j, j + 1) > least && to_chord(r, i + 1, j, j + 1) > least &&
           to_chord(r, j, i, i + 1) > least && to_chord(r, j + 1, i, i + 1) > least &&
           is_clear(r, i, i + 1, j, j + 1);
}

bool kr_ring_is_wide(const double *x, const double *y, size_t n, double least)
{
    ring r = {.n = n, .x = x, .y = y};
    size_t segments = n - 1;

    if (n < 4 || n > MOST_COMPARED)
        return false;
    for (size_t i = 0; i < segments; i++) {
        if (is_sharp(&r, i, i + 1, i + 1 < segments ? i + 2 : 1))
            return false;
        for (size_t j = i + 2; j < segments - (i == 0); j++) {
            if (!are_far(&r, i, j, least))
                return false;
        }
    }
    return true;
}
