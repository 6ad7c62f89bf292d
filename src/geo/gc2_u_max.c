/* The greatest U of a set of lines at their own ends. */
#include "config.h"
#include "geo/gc2.h"
#include "geo/gc2_kernels.h"
#include "num/isa.h"

#include <math.h>

#define X(isa) extern const kr_gc2_kernels kr_gc2_kernels_##isa;
KR_ISA_LIST(X)
#undef X

/* The level is 0 where there is one table only, else 2 for the first. */
static const kr_gc2_kernels *kernels(void)
{
    static const kr_gc2_kernels *const tables[] = {
#define X(isa) &kr_gc2_kernels_##isa,
        KR_ISA_LIST(X)
#undef X
    };
    int level = kr_isa_level();

    return tables[level > 2 ? level - 2 : 0];
}

static size_t padded(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* Room for either way: 3 doubles and 2 singles for each end, or 2 and 6. */
size_t kr_gc2_u_max_scratch(size_t n)
{
    return padded(2 * n) * (3 * sizeof(double) + 6 * sizeof(float));
}

static float greatest(const float *sum_u, const float *sum_w, size_t n)
{
    float most = 0.0F;

    for (size_t k = 0; k < n; k++) {
        float u = fabsf(sum_u[k] / sum_w[k]);
        most = u > most ? u : most;
    }
    return most;
}

static bool all_straight(const kr_gc2_line *const *lines, size_t n)
{
    bool straight = true;

    for (size_t i = 0; i < n; i++)
        straight = straight && lines[i]->nsegments == 1;
    return straight;
}

static kr_gc2_straight straight_of(const kr_gc2_line *line, bool flipped, float shift)
{
    double sign = flipped ? -1.0 : 1.0;

    return (kr_gc2_straight){line->sin_lambda,     line->cos_lambda,
                             line->ortho.sin_phi0, line->ortho.cos_phi0,
                             line->x[flipped],     line->y[flipped],
                             sign * line->ux[0],   sign * line->uy[0],
                             line->length[0],      shift};
}

/* Of straight lines, for which all ways of flipping are the same. */
static float straight_u_max(const kr_gc2_line *const *lines, const kr_gc2_set *set, double *scratch)
{
    const kr_gc2_kernels *k = kernels();
    size_t m = 2 * set->n, room = padded(m);
    double *x = scratch, *y = x + room, *z = y + room;
    float *sum_u = (float *)(z + room), *sum_w = sum_u + room;

    for (size_t i = 0; i < room; i++) {
        size_t end = i < m ? i : m - 1;
        kr_vec3 p = lines[end / 2]->ends[end % 2].unit;
        x[i] = p.x;
        y[i] = p.y;
        z[i] = p.z;
        sum_u[i] = 0.0F;
        sum_w[i] = 0.0F;
    }
    for (size_t i = 0; i < set->n; i++) {
        uint32_t line = set->order[i];
        kr_gc2_straight g = straight_of(lines[line], set->flipped[line], set->shift[i]);
        k->add_u(&g, &(kr_gc2_places){room, x, y, z}, sum_u, sum_w);
    }
    return greatest(sum_u, sum_w, m);
}

float kr_gc2_u_max(const kr_gc2_line *const *lines, const kr_gc2_set *set, kr_gc2_way flipped_way,
                   void *scratch)
{
    size_t m = 2 * set->n;
    double *lon = scratch, *lat = lon + m;
    float *t = (float *)(lat + m), *u = t + m, *w = u + m, *sum_t = w + m;
    float *sum_u = sum_t + m, *sum_w = sum_u + m;

    if (all_straight(lines, set->n))
        return straight_u_max(lines, set, scratch);
    for (size_t i = 0; i < m; i++) {
        kr_lonlat p = i % 2 ? lines[i / 2]->last : lines[i / 2]->first;
        lon[i] = p.lon;
        lat[i] = p.lat;
    }
    for (size_t k = 0; k < 3 * m; k++)
        sum_t[k] = 0.0F;
    for (size_t i = 0; i < set->n; i++) {
        uint32_t line = set->order[i];

        kr_gc2_line_tuw(lines[line], set->flipped[line] ? flipped_way : KR_GC2_FORWARD, lon, lat, m,
                        t, u, w);
        kr_gc2_add(set->shift[i], t, u, w, m, sum_t, sum_u, sum_w);
    }
    return greatest(sum_u, sum_w, m);
}
