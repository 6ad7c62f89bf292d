#include "output/disagg_slice.h"

/* All places of the last axes, as many of them as fit; some of the one before; one of all others.
 */
size_t kr_disagg_slice(const size_t *n, size_t ndims, size_t most, size_t bin, size_t *start,
                       size_t *count)
{
    size_t each = 1, axis = ndims, rest = bin;
    while (axis > 0 && each * n[axis - 1] <= most)
        each *= n[--axis];
    for (size_t i = ndims; i-- > 0; rest /= n[i]) {
        start[i] = rest % n[i];
        count[i] = i < axis ? 1 : n[i];
    }
    if (axis == 0)
        return each;
    size_t fit = most / each, left = n[axis - 1] - start[axis - 1];
    fit = fit == 0 ? 1 : fit;
    count[axis - 1] = fit < left ? fit : left;
    return each * count[axis - 1];
}
