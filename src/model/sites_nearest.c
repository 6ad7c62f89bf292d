/* The nearest of many points on the sphere: a balanced tree of medians, cut in turn by x, y and z.
 */
#include "model/sites_int.h"

#include "geo/sphere.h"

#include <math.h>

typedef struct nearest_query {
    const kr_nearest_tree *tree;
    double at[3];
    double best; /* squared */
    size_t index;
} nearest_query;

/* The middle of [low, high) moves to where it would stand if the points were sorted along the axis.
 */
static void nearest_median(const kr_nearest_tree *t, size_t low, size_t high, int axis)
{
    size_t middle = low + (high - low) / 2;
    uint32_t *a = t->index;

    for (size_t left = low, right = high - 1; left < right;) {
        double pivot = t->xyz[a[left + (right - left) / 2]][axis];
        size_t i = left, j = right;
        for (;;) {
            while (t->xyz[a[i]][axis] < pivot)
                i++;
            while (t->xyz[a[j]][axis] > pivot)
                j--;
            if (i <= j) {
                uint32_t swap = a[i];
                a[i++] = a[j];
                a[j] = swap;
                if (j == 0)
                    break;
                j--;
            }
            if (i > j)
                break;
        }
        if (middle <= j)
            right = j;
        else if (middle >= i)
            left = i;
        else
            return;
    }
}

static void nearest_sort(const kr_nearest_tree *t, size_t low, size_t high, int axis)
{
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        nearest_median(t, low, high, axis);
        axis = (axis + 1) % 3;
        nearest_sort(t, low, middle, axis);
        low = middle + 1;
    }
}

kr_status kr_nearest_build(kr_arena *arena, const double *lon, const double *lat,
                           const double *depth, size_t n, kr_nearest_tree *out)
{
    kr_status s = KR_OK;

    out->n = n;
    KR_ANEW(out->xyz, arena, n);
    KR_ANEW(out->index, arena, n);
    for (size_t i = 0; i < n; i++) {
        kr_vec3 v = kr_to_cartesian(lon[i], lat[i], depth ? depth[i] : 0);
        out->xyz[i][0] = v.x;
        out->xyz[i][1] = v.y;
        out->xyz[i][2] = v.z;
        out->index[i] = (uint32_t)i;
    }
    nearest_sort(out, 0, n, 0);
out:
    return s;
}

static void nearest_visit(nearest_query *q, size_t low, size_t high, int axis)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2, index = q->tree->index[middle];
        const double *x = q->tree->xyz[index];
        double dx = q->at[0] - x[0], dy = q->at[1] - x[1], dz = q->at[2] - x[2];
        double d2 = dx * dx + dy * dy + dz * dz;
        double side = q->at[axis] - x[axis];

        if (d2 < q->best || (d2 == q->best && index < q->index)) {
            q->best = d2;
            q->index = index;
        }
        axis = (axis + 1) % 3;
        if (side < 0) {
            nearest_visit(q, low, middle, axis);
            low = middle + 1;
        } else {
            nearest_visit(q, middle + 1, high, axis);
            high = middle;
        }
        if (side * side > q->best)
            return;
    }
}

size_t kr_nearest_find(const kr_nearest_tree *tree, double lon, double lat, double *chord_km)
{
    kr_vec3 v = kr_to_cartesian(lon, lat, 0);
    nearest_query q = {tree, {v.x, v.y, v.z}, HUGE_VAL, 0};

    nearest_visit(&q, 0, tree->n, 0);
    *chord_km = sqrt(q.best);
    return q.index;
}
