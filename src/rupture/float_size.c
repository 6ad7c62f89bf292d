#include "rupture/float_size.h"

#include "geo/sphere.h"

#include <math.h>

static double spacing_of(const kr_source *source)
{
    return source->geometries[0].spacing_km;
}

/* Nodes of so many steps; absurd numbers stay far more than any mesh has. */
static uint32_t nodes_of(double steps)
{
    return (uint32_t)(fmin(steps, 4e9) + 1.0);
}

kr_float_size kr_simple_float_size(const kr_source *source, size_t rows, size_t cols, double mag)
{
    double spacing = spacing_of(source);
    double fault_length = cols ? (double)(cols - 1) * spacing : INFINITY;
    double fault_width = rows ? (double)(rows - 1) * spacing : INFINITY;
    double area = kr_msr_area_km2(&source->msr, mag, source->rake);
    double length = sqrt(area * source->aspect), width = area / length;

    if (area >= fault_length * fault_width) {
        length = fault_length;
        width = fault_width;
    } else if (width > fault_width) {
        length = length * (width / fault_width);
        width = fault_width;
    } else if (length > fault_length) {
        width = width * (length / fault_length);
        length = fault_length;
    }
    return (kr_float_size){.rows = nodes_of(kr_round_half_up(width / spacing, 0)),
                           .cols = nodes_of(kr_round_half_up(length / spacing, 0))};
}

/* ---- kite faults ---- */

/* Lengths and widths that are multiples of the distances of nodes. */
typedef struct dimensions {
    double length, width;
} dimensions;

static dimensions best_dimensions(double area, double aspect, double dx, double dy)
{
    double root = pow(area * aspect, 0.5), best = INFINITY;
    double length[2] = {ceil(root / dx) * dx, floor(root / dx) * dx};
    double width[4] = {ceil(length[0] / aspect / dy) * dy, floor(length[0] / aspect / dy) * dy,
                       ceil(length[1] / aspect / dy) * dy, floor(length[1] / aspect / dy) * dy};
    dimensions out = {length[0], width[0]};

    /* the reference compares every width with the two lengths in turn, not with its own */
    for (int k = 0; k < 8; k++) {
        double l = length[k % 2], w = width[k % 4];
        double ratio = w > 0 ? l / w : l > 0 ? INFINITY : NAN;
        double misfit = sqrt(fabs(l * w - area)) + fabs(ratio - aspect) * dx;
        if (isnan(misfit))
            return (dimensions){l, w};
        if (misfit < best) {
            best = misfit;
            out = (dimensions){l, w};
        }
    }
    return out;
}

kr_float_size kr_kite_float_size(const kr_source *source, double profile_km, double mag,
                                 const char **problem)
{
    double dx = spacing_of(source), dy = profile_km, aspect = source->aspect, error;
    double area = kr_msr_area_km2(&source->msr, mag, source->rake);
    dimensions d;

    if (fmod(aspect, 1.0) < 0.01)
        aspect += 0.05; /* rather longer than wide */
    d = best_dimensions(area, aspect, dx, dy);
    error = fabs(d.length * d.width - area) / area;
    *problem = NULL;
    if (fabs(d.width - dy) < 1e-10 || (fabs(d.length - dx) < 1e-10 && error > 0.3))
        *problem = "is only one mesh cell wide or long";
    else if (error > 0.25 && d.length > 1e-10 && d.width > 1e-10)
        *problem = "differs by more than 25% from its area";
    return (kr_float_size){.rows = nodes_of(rint(d.width / dy)),
                           .cols = nodes_of(rint(d.length / dx))};
}

/* ---- hypocentres ---- */

static uint32_t node_at(double fraction, double spacing_km, uint32_t nodes)
{
    double total = (double)(nodes - 1) * spacing_km;

    return (uint32_t)rint(fraction * total / spacing_km);
}

kr_float_size kr_hypo_node(const kr_hypo_place *place, double spacing_km, kr_float_size window)
{
    return (kr_float_size){.rows = node_at(place->down_dip, spacing_km, window.rows),
                           .cols = node_at(place->along_strike, spacing_km, window.cols)};
}
