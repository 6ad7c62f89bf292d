#include "geo/fault_mesh.h"

#include <math.h>

static const double degree = 3.14159265358979323846 / 180.0;

static bool is_horizontal(kr_line line)
{
    for (size_t i = 1; i < line.n; i++) {
        if (line.p[i].depth != line.p[0].depth)
            return false;
    }
    return true;
}

const char *kr_simple_fault_problem(const kr_simple_fault *fault, double spacing_km)
{
    kr_line trace = fault->trace;

    if (trace.n < 2)
        return "the fault trace needs at least two points, a metre or more apart";
    if (!is_horizontal(trace))
        return "the fault trace must be horizontal: all its points at one depth";
    if (kr_line_crosses_itself(trace))
        return "the fault trace crosses itself; its points must follow the fault from one end to "
               "the other";
    if (!(fault->dip > 0.0 && fault->dip <= 90.0))
        return "the dip must be above 0 and at most 90 degrees";
    if (!(fault->lower_km > fault->upper_km))
        return "the lower seismogenic depth must be greater than the upper one";
    if (!(fault->lower_km < KR_EARTH_RADIUS_KM))
        return "the lower seismogenic depth must be less than the Earth's radius, 6371 km";
    if (!(fault->upper_km >= trace.p[0].depth))
        return "the upper seismogenic depth must not be above the fault trace";
    if (!(spacing_km > 0.0 && isfinite(spacing_km)))
        return "the rupture mesh spacing must be above 0 km";
    return NULL;
}

/* Horizontally to the right of the line from the first to the last point of the trace. */
static double down_dip_azimuth(kr_line trace)
{
    kr_point3 a = trace.p[0], b = trace.p[trace.n - 1];

    return kr_lon_360(kr_azimuth(a.lon, a.lat, b.lon, b.lat) + 90.0);
}

static kr_point3 moved(kr_point3 p, double azimuth, double horizontal_km, double vertical_km)
{
    kr_lonlat q = kr_point_at(p.lon, p.lat, azimuth, horizontal_km);

    return (kr_point3){q.lon, q.lat, p.depth + vertical_km};
}

/* Column j of the nodes: down dip below a point of the trace. The first column says how many rows
 * there are. */
static kr_status fill_column(kr_ctx *ctx, const kr_simple_fault *fault, kr_point3 p,
                             double spacing_km, kr_arena *work, kr_line *out)
{
    double azimuth = down_dip_azimuth(fault->trace), tangent = tan(fault->dip * degree);
    double upper = fault->upper_km - fault->trace.p[0].depth;
    double lower = fault->lower_km - fault->trace.p[0].depth;
    kr_point3 top = moved(p, azimuth, upper / tangent, upper);
    kr_point3 bottom = moved(p, azimuth, lower / tangent, lower);

    return kr_points_between(ctx, top, bottom, spacing_km, work, out);
}

static const char *why_no_mesh(kr_line trace)
{
    kr_bbox box;

    if (!kr_bbox_of_table(&trace.p->lon, &trace.p->lat, trace.n, 1,
                          sizeof *trace.p / sizeof(double), &box))
        return "the fault trace spans 180 degrees of longitude or more; it must be shorter, and "
               "not "
               "go over a pole";
    return "the rupture mesh spacing is too wide for the fault: a narrower one must give at least "
           "2 "
           "nodes along strike and down dip";
}

kr_status kr_simple_fault_mesh(kr_ctx *ctx, const kr_simple_fault *fault, double spacing_km,
                               kr_arena *arena, kr_mesh *out, const char **problem)
{
    kr_status s = KR_OK;
    kr_arena work;
    kr_line top, column = {0, NULL};
    kr_point3 *nodes = NULL;
    size_t rows = 0;
    bool ok;

    *out = (kr_mesh){0};
    *problem = NULL;
    kr_arena_init(&work, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_line_resample(ctx, fault->trace, spacing_km, false, &work, &top, &ok));
    for (size_t j = 0; ok && j < top.n; j++) {
        KR_TRY(fill_column(ctx, fault, top.p[j], spacing_km, &work, &column));
        if (j == 0) {
            rows = column.n;
            KR_TRY(kr_mesh_check_size(ctx, rows, top.n));
            KR_ANEW(nodes, &work, rows * top.n);
        }
        ok = rows >= 2 && column.n == rows;
        for (size_t i = 0; ok && i < rows; i++)
            nodes[i * top.n + j] = column.p[i];
    }
    if (ok)
        KR_TRY(kr_mesh_make(ctx, nodes, rows, top.n, true, arena, out));
    else
        *problem = why_no_mesh(fault->trace);
out:
    kr_arena_clear(&work);
    return s;
}

kr_status kr_simple_fault_outline(kr_ctx *ctx, const kr_simple_fault *fault, kr_arena *arena,
                                  kr_line *out)
{
    kr_status s = KR_OK;
    double azimuth = down_dip_azimuth(fault->trace), tangent = tan(fault->dip * degree);
    size_t n = fault->trace.n;
    kr_point3 *p = NULL;

    (void)ctx;
    *out = (kr_line){0, NULL};
    KR_ANEW(p, arena, 2 * n);
    for (size_t i = 0; i < n; i++) {
        p[2 * i] = moved(fault->trace.p[i], azimuth, fault->upper_km / tangent, 0.0);
        p[2 * i + 1] = moved(fault->trace.p[i], azimuth, fault->lower_km / tangent, 0.0);
    }
    *out = (kr_line){2 * n, p};
out:
    return s;
}
