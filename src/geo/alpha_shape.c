#include "geo/alpha_shape.h"

#include <math.h>
#include <stdlib.h>

static int place_order(const void *a, const void *b)
{
    const kr_alpha_place *p = a, *q = b;

    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

static int radius_order(const void *a, const void *b)
{
    const kr_alpha_triangle *p = a, *q = b;

    return (p->radius2 > q->radius2) - (p->radius2 < q->radius2);
}

static double circumradius2(const kr_alpha_place *a, const kr_alpha_place *b,
                            const kr_alpha_place *c)
{
    double p = hypot(a->x - b->x, a->y - b->y), q = hypot(b->x - c->x, b->y - c->y);
    double r = hypot(c->x - a->x, c->y - a->y), half = (p + q + r) / 2.0;
    double denominator = 16.0 * half * (half - p) * (half - q) * (half - r);

    return denominator > 0.0 ? p * p * q * q * r * r / denominator : INFINITY;
}

bool kr_alpha_triangle_of(const kr_alpha_place corner[3], const kr_alpha_place *list, size_t n,
                          kr_alpha_triangle *out)
{
    for (size_t k = 0; k < 3; k++) {
        const kr_alpha_place *found = bsearch(&corner[k], list, n, sizeof *list, place_order);
        if (!found)
            return false;
        out->corner[k] = (size_t)(found - list);
    }
    out->radius2 =
        circumradius2(&list[out->corner[0]], &list[out->corner[1]], &list[out->corner[2]]);
    return true;
}

kr_status kr_alpha_needed(kr_alpha_triangle *t, size_t n, size_t nplaces, kr_arena *arena,
                          size_t *needed)
{
    kr_status s = KR_OK;
    unsigned char *seen = NULL;
    size_t last = n / 3;

    qsort(t, n, sizeof *t, radius_order);
    KR_ANEW(seen, arena, nplaces);
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) {
            if (!seen[t[i].corner[k]] && i > last)
                last = i;
            seen[t[i].corner[k]] = 1;
        }
    }
    if (last >= n)
        last = n - 1;
    *needed = last + 1;
    while (*needed < n && t[*needed].radius2 <= t[last].radius2 * (1.0 + 1e-9))
        ++*needed;
out:
    return s;
}

kr_status kr_alpha_places(const double *x, const double *y, size_t n, kr_arena *arena, kr_bbox *box,
                          kr_alpha_place **out, size_t *nout)
{
    kr_status s = KR_OK;
    kr_alpha_place *list = NULL;

    KR_ANEW(list, arena, n);
    *box = (kr_bbox){INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        box->west = fmin(box->west, x[i]);
        box->east = fmax(box->east, x[i]);
        box->south = fmin(box->south, y[i]);
        box->north = fmax(box->north, y[i]);
    }
    double width = box->east - box->west, height = box->north - box->south; /* 0: all in a line */
    for (size_t i = 0; i < n; i++) {
        list[i].x = width > 0.0 ? (x[i] - box->west) / width : 0.0;
        list[i].y = height > 0.0 ? (y[i] - box->south) / height : 0.0;
    }
    qsort(list, n, sizeof *list, place_order);
    *nout = 0;
    for (size_t i = 0; i < n; i++) {
        if (*nout == 0 || place_order(&list[*nout - 1], &list[i]))
            list[(*nout)++] = list[i];
    }
    *out = list;
out:
    return s;
}
