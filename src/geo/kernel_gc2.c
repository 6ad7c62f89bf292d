/* Coordinates along straight lines, compiled once for each instruction set. */
#include "geo/gc2_kernels.h"
#include "num/isa_name.h"
#include "num/vmath.h"

#define SIMD _Pragma("omp simd")

/* The weight as in gc2.c; the difference of two arcs is taken in one. */
static inline __attribute__((always_inline)) double weight_at(double u, double t, double length)
{
    const double tolerance = 0.1;
    double side = fabs(t);
    int beside = side >= tolerance, within = u >= -tolerance && u <= length + tolerance;
    double st = beside ? side : 1.0;
    double su = within ? -1.0 : u; /* a place off the segment: no division by zero */
    double far = atan2(length * st, st * st - u * (length - u)) / st;
    double off = 1.0 / (su - length) - 1.0 / su;
    double cut = 1.0 / (-0.01 - length) + 1.0 / 0.01;

    return beside ? far : (within ? cut : off);
}

static void add_u(const kr_gc2_straight *line, const kr_gc2_places *places, float *sum_u,
                  float *sum_w)
{
    const kr_gc2_straight g = *line;

    SIMD for (size_t k = 0; k < places->n; k++)
    {
        double east = places->y[k] * g.cos_lambda0 - places->x[k] * g.sin_lambda0;
        double out = places->x[k] * g.cos_lambda0 + places->y[k] * g.sin_lambda0;
        double north = g.cos_phi0 * places->z[k] - g.sin_phi0 * out;
        double dx = east * KR_EARTH_RADIUS_KM - g.x, dy = north * KR_EARTH_RADIUS_KM - g.y;
        double u = dx * g.ux + dy * g.uy, t = dx * g.uy - dy * g.ux;
        float w = (float)weight_at(u, t, g.length);

        sum_u[k] += ((float)u + g.shift) * w;
        sum_w[k] += w;
    }
}

extern const kr_gc2_kernels KR_ISA_NAME(kr_gc2_kernels);
const kr_gc2_kernels KR_ISA_NAME(kr_gc2_kernels) = {add_u};
