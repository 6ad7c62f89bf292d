/* Segments in a plane, and what is certain about them although coordinates are rounded. */
#ifndef KR_GEO_SEGMENT_H
#define KR_GEO_SEGMENT_H

#include "geo/sphere.h"

#include <math.h>
#include <stdbool.h>

typedef struct kr_xy {
    double x, y;
} kr_xy;

/* Relative error of an orientation, with a wide margin. */
#define KR_SIDE_DOUBT 1e-14

/** The side of p seen from a to b: 1 (left) or -1; 0 if that is not certain. */
static inline int kr_side(kr_xy a, kr_xy b, kr_xy p)
{
    double u = (b.x - a.x) * (p.y - a.y), v = (b.y - a.y) * (p.x - a.x);
    double error = KR_SIDE_DOUBT * (fabs(u) + fabs(v));

    return u - v > error ? 1 : u - v < -error ? -1 : 0;
}

static inline bool kr_same_xy(kr_xy p, kr_xy q)
{
    return p.x == q.x && p.y == q.y;
}

/** True if no number is in both ranges, whose ends may be in any order. */
static inline bool kr_apart(double a, double b, double c, double d)
{
    return kr_greater(a, b) < kr_lesser(c, d) || kr_greater(c, d) < kr_lesser(a, b);
}

/** True if the segments a-b and c-d have, beyond doubt, no point in common but one end of each. */
static inline bool kr_segments_are_clear(kr_xy a, kr_xy b, kr_xy c, kr_xy d)
{
    if (kr_apart(a.x, b.x, c.x, d.x) || kr_apart(a.y, b.y, c.y, d.y))
        return true;
    bool at_a = kr_same_xy(a, c) || kr_same_xy(a, d);
    bool at_b = kr_same_xy(b, c) || kr_same_xy(b, d);
    if (at_a && at_b)
        return false;
    if (at_a || at_b) {
        kr_xy end = at_a ? a : b;
        return kr_side(a, b, kr_same_xy(end, c) ? d : c) != 0;
    }
    return kr_side(a, b, c) * kr_side(a, b, d) > 0 || kr_side(c, d, a) * kr_side(c, d, b) > 0;
}

#endif
