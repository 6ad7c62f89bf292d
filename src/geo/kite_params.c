#include "geo/fault_mesh.h"
#include "geo/kite_grid.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

static bool is_there(const kr_mesh *mesh, size_t row, size_t col)
{
    return isfinite(mesh->lon[row * mesh->stride + col]);
}

static double between_nodes(const kr_mesh *mesh, size_t row, size_t col, size_t row2, size_t col2)
{
    kr_point3 a = kr_mesh_node(mesh, row, col), b = kr_mesh_node(mesh, row2, col2);

    return kr_distance_km(a.lon, a.lat, a.depth, b.lon, b.lat, b.depth);
}

/* The arithmetic mean of the azimuths along the first row. */
static double strike_of(const kr_mesh *mesh)
{
    const double nudge = 0.001; /* the reference's */
    double sum = 0.0;
    size_t n = 0, last = mesh->cols;

    for (size_t j = 0; j < mesh->cols; j++) {
        if (!is_there(mesh, 0, j))
            continue;
        if (last < mesh->cols) {
            kr_point3 a = kr_mesh_node(mesh, 0, last), b = kr_mesh_node(mesh, 0, j);

            sum += kr_lon_360(kr_azimuth(a.lon, a.lat, b.lon, b.lat) + nudge);
            n++;
        }
        last = j;
    }
    return n > 0 ? sum / (double)n : NAN;
}

/* The slope between two nodes of a column, degrees; *length is that between them. */
static double slope(kr_point3 upper, kr_point3 lower, double *length)
{
    double h = kr_geodetic_km(lower.lon, lower.lat, upper.lon, upper.lat);
    double v = lower.depth - upper.depth;

    *length = sqrt(h * h + v * v);
    return h > 1e-20 ? atan(v / h) * (180.0 / pi) : 90.0;
}

/* Mean dip of the columns weighted by their lengths, and their mean length; of neighbouring nodes
 * only. */
static void dip_and_width(const kr_mesh *mesh, double *dip, double *width)
{
    double dips = 0.0, lengths = 0.0;
    size_t columns = 0;

    for (size_t j = 0; j < mesh->cols; j++) {
        double slopes = 0.0, length = 0.0;
        size_t n = 0;

        for (size_t i = 0; i + 1 < mesh->rows; i++) {
            double step;

            if (!is_there(mesh, i, j) || !is_there(mesh, i + 1, j))
                continue;
            slopes += slope(kr_mesh_node(mesh, i, j), kr_mesh_node(mesh, i + 1, j), &step);
            length += step;
            n++;
        }
        if (n > 0) {
            dips += slopes / (double)n * length;
            lengths += length;
            columns++;
        }
    }
    *dip = columns > 0 ? dips / lengths : NAN;
    *width = columns > 0 ? lengths / (double)columns : NAN;
}

/* Heron's formula. */
static double triangle(double a, double b, double c)
{
    double half = (a + b + c) * 0.5;

    return sqrt(half * (half - a) * (half - b) * (half - c));
}

/* Cells with four nodes, in two triangles each; triangles too thin for a number count as none. */
static double area_of(const kr_mesh *mesh)
{
    double sum = 0.0;

    for (size_t i = 0; i + 1 < mesh->rows; i++) {
        for (size_t j = 0; j + 1 < mesh->cols; j++) {
            double across = between_nodes(mesh, i, j, i + 1, j + 1);
            double upper = triangle(between_nodes(mesh, i, j, i, j + 1),
                                    between_nodes(mesh, i, j, i + 1, j), across);
            double lower = triangle(between_nodes(mesh, i + 1, j, i + 1, j + 1),
                                    between_nodes(mesh, i, j + 1, i + 1, j + 1), across);

            if (isfinite(upper) && isfinite(lower))
                sum += upper + lower;
        }
    }
    return sum;
}

void kr_kite_params_of(const kr_mesh *mesh, kr_kite_params *out)
{
    out->strike = strike_of(mesh);
    dip_and_width(mesh, &out->dip, &out->width);
    out->area = area_of(mesh);
    out->ztor = kr_mesh_ztor(mesh);
    out->zbot = kr_mesh_zbot(mesh);
}

kr_point3 kr_kite_centre(const kr_mesh *mesh)
{
    return kr_mesh_node(mesh, (size_t)rint((double)mesh->rows / 2.0),
                        (size_t)rint((double)mesh->cols / 2.0));
}

/* Points at which the line goes straight on are dropped; angles are not wrapped, as in the
 * reference. */
static size_t keep_corners(kr_point3 *p, size_t n)
{
    const double straight_deg = 1.0;
    double before = 0.0;
    size_t kept = 1;

    for (size_t i = 0; i + 1 < n; i++) {
        double azimuth = kr_azimuth(p[i].lon, p[i].lat, p[i + 1].lon, p[i + 1].lat);

        if (i > 0 && fabs(azimuth - before) > straight_deg)
            p[kept++] = p[i];
        before = azimuth;
    }
    p[kept++] = p[n - 1];
    return kept;
}

kr_status kr_kite_tor(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena, kr_line *out)
{
    kr_status s = KR_OK;
    kr_point3 *p = NULL;
    size_t n = 0;

    *out = (kr_line){0, NULL};
    KR_ANEW(p, arena, mesh->cols);
    for (size_t j = 0; j < mesh->cols; j++) {
        for (size_t i = 0; i < 2 && i < mesh->rows; i++) {
            if (is_there(mesh, i, j)) {
                p[n] = kr_mesh_node(mesh, i, j);
                p[n++].depth = 0.0;
                break;
            }
        }
    }
    n = kr_line_clean(p, n);
    if (n < 2) {
        s = kr_fail(ctx, KR_EINPUT,
                    "the top of a kite surface has less than two nodes; profiles must be further "
                    "apart than the mesh spacing");
        goto out;
    }
    *out = (kr_line){keep_corners(p, n), p};
out:
    return s;
}

/* The first cell with four nodes; the reference leaves out the first column but in the first row,
 * unless there is nothing else. */
static bool whole_cell(const kr_mesh *mesh, size_t *row, size_t *col)
{
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i + 1 < mesh->rows; i++) {
            for (size_t j = i > 0 && !again; j + 1 < mesh->cols; j++) {
                if (is_there(mesh, i, j) && is_there(mesh, i, j + 1) && is_there(mesh, i + 1, j) &&
                    is_there(mesh, i + 1, j + 1)) {
                    *row = i;
                    *col = j;
                    return true;
                }
            }
        }
    }
    return false;
}

bool kr_kite_has_cell(const kr_mesh *mesh)
{
    size_t i, j;

    return whole_cell(mesh, &i, &j);
}

bool kr_kite_is_left_handed(const kr_mesh *mesh)
{
    size_t i, j;
    kr_point3 here, along, down;
    double strike, dip;

    if (!whole_cell(mesh, &i, &j))
        return false;
    here = kr_mesh_node(mesh, i, j);
    along = kr_mesh_node(mesh, i, j + 1);
    down = kr_mesh_node(mesh, i + 1, j);
    strike = kr_azimuth(here.lon, here.lat, along.lon, along.lat);
    dip = kr_azimuth(here.lon, here.lat, down.lon, down.lat);
    return fabs(kr_lon_360(strike - 90.0) - dip) < 40.0; /* not wrapped, as in the reference */
}
