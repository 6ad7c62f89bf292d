#include "geo/mesh.h"

#include "num/single.h"

#include <math.h>

static const double max_nodes = 4e6; /* 2000 km by 500 km at 500 m */

/* The arrays of a mesh while they are filled. */
typedef struct filling {
    double *lon, *lat, *depth, *x, *y, *z, *ux, *uy, *uz;
} filling;

typedef struct filling_cells {
#define X(name, what) double *name;
    KR_CELL_LIST(X)
#undef X
} filling_cells;

static kr_vec3 minus(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static kr_vec3 cross(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static double length_of(kr_vec3 a)
{
    return sqrt(dot(a, a));
}

static kr_vec3 unit_of(kr_vec3 a)
{
    double n = length_of(a);

    return (kr_vec3){a.x / n, a.y / n, a.z / n};
}

static kr_vec3 at(const kr_mesh *mesh, size_t k)
{
    return (kr_vec3){mesh->x[k], mesh->y[k], mesh->z[k]};
}

/* ---- cells ---- */

/* A triangle: half of a cell. Its edges are vectors; `along` goes along strike, `up` up dip. */
typedef struct triangle {
    double area, along, up;    /* km2, km */
    double incl_sin, incl_cos; /* of its inclination, times the area */
    double azim_sin, azim_cos;
} triangle;

/* Heron's formula. */
static double heron(double a, double b, double c)
{
    double half = (a + b + c) / 2.0;

    return sqrt(kr_greater(half * (half - a) * (half - b) * (half - c), 0.0));
}

static double sine_of(double cosine)
{
    return sqrt(kr_greater(1.0 - cosine * cosine, 0.0));
}

/* To the east, with the digits that the reference loses on the way: where edges go due north, they
 * decide to which side of north. */
static kr_vec3 east_of(kr_vec3 p)
{
    return unit_of(cross((kr_vec3){p.x, p.y, p.z + 1.0}, p));
}

/* The triangle with those edges; its angles are measured at node p. */
static triangle triangle_of(kr_vec3 p, kr_vec3 along, kr_vec3 up, kr_vec3 diagonal)
{
    triangle t = {.along = length_of(along), .up = length_of(up)};
    kr_vec3 east = east_of(p), north = unit_of(cross(p, east));
    double cosine;

    t.area = heron(t.along, t.up, length_of(diagonal));
    if (!(t.area > 0.0))
        return t; /* no plane: it counts with no weight */
    cosine = dot(unit_of(p), unit_of(cross(along, up)));
    cosine = kr_lesser(kr_greater(cosine, -1.0), 1.0);
    t.incl_cos = t.area * cosine;
    t.incl_sin = t.area * sine_of(cosine);
    along = unit_of(along);
    cosine = dot(along, north);
    t.azim_cos = t.area * cosine;
    t.azim_sin = t.area * (dot(along, east) < 0.0 ? -sine_of(cosine) : sine_of(cosine));
    return t;
}

static void fill_cell(const kr_mesh *mesh, size_t k, filling_cells *cells)
{
    kr_vec3 tl = at(mesh, k), tr = at(mesh, k + 1);
    kr_vec3 bl = at(mesh, k + mesh->stride), br = at(mesh, k + mesh->stride + 1);
    kr_vec3 diagonal = minus(tr, bl);
    triangle t = triangle_of(tl, minus(tr, tl), minus(tl, bl), diagonal);
    triangle b = triangle_of(br, minus(br, bl), minus(tr, br), diagonal);
    double area = t.area + b.area;

    cells->tl_area[k] = t.area;
    cells->br_area[k] = b.area;
    if (area > 0.0) {
        cells->length[k] = (t.along * t.area + b.along * b.area) / area;
        cells->width[k] = (t.up * t.area + b.up * b.area) / area;
    }
    cells->incl_sin[k] = t.incl_sin + b.incl_sin;
    cells->incl_cos[k] = t.incl_cos + b.incl_cos;
    cells->azim_sin[k] = t.azim_sin + b.azim_sin;
    cells->azim_cos[k] = t.azim_cos + b.azim_cos;
}

static kr_status make_cells(kr_mesh *mesh, kr_arena *arena)
{
    kr_status s = KR_OK;
    filling_cells cells = {0};

#define X(name, what) KR_ANEW(cells.name, arena, mesh->rows * mesh->stride);
    KR_CELL_LIST(X)
#undef X
    for (size_t i = 0; i + 1 < mesh->rows; i++) {
        for (size_t j = 0; j + 1 < mesh->cols; j++)
            fill_cell(mesh, i * mesh->stride + j, &cells);
    }
#define X(name, what) mesh->cells.name = cells.name;
    KR_CELL_LIST(X)
#undef X
out:
    return s;
}

/* ---- meshes and windows ---- */

static void fill_node(filling *f, size_t k, kr_point3 p)
{
    kr_vec3 v, u;

    if (!isfinite(p.lon) || !isfinite(p.lat) || !isfinite(p.depth))
        p = (kr_point3){NAN, NAN, NAN};
    v = kr_to_cartesian(p.lon, p.lat, p.depth);
    u = kr_unit_vector(p.lon, p.lat);
    f->lon[k] = p.lon;
    f->lat[k] = p.lat;
    f->depth[k] = p.depth;
    f->x[k] = v.x;
    f->y[k] = v.y;
    f->z[k] = v.z;
    f->ux[k] = u.x;
    f->uy[k] = u.y;
    f->uz[k] = u.z;
}

/* A place with the reference's arithmetic in single precision. */
static kr_vec3 single_place(kr_point3 p, float r)
{
    float to_radians = (float)(M_PI / 180.0);
    float phi = (float)p.lon * to_radians, theta = (float)p.lat * to_radians;
    float across = r * kr_cos_single(theta);

    return (kr_vec3){(double)(across * kr_cos_single(phi)), (double)(across * kr_sin_single(phi)),
                     (double)(r * kr_sin_single(theta))};
}

static void fill_node_single(filling *f, size_t k, kr_point3 p)
{
    float radius = (float)KR_EARTH_RADIUS_KM;
    kr_vec3 v = single_place(p, radius - (float)p.depth), u = single_place(p, radius);

    f->lon[k] = p.lon;
    f->lat[k] = p.lat;
    f->depth[k] = p.depth;
    f->x[k] = v.x;
    f->y[k] = v.y;
    f->z[k] = v.z;
    f->ux[k] = u.x / KR_EARTH_RADIUS_KM;
    f->uy[k] = u.y / KR_EARTH_RADIUS_KM;
    f->uz[k] = u.z / KR_EARTH_RADIUS_KM;
}

kr_status kr_mesh_check_size(kr_ctx *ctx, size_t rows, size_t cols)
{
    if ((double)rows * (double)cols <= max_nodes)
        return KR_OK;
    return kr_fail(ctx, KR_EINPUT,
                   "a mesh of %zu x %zu nodes; a wider spacing would make fewer, up to %g", rows,
                   cols, max_nodes);
}

static kr_status make_mesh(kr_ctx *ctx, const kr_point3 *nodes, size_t rows, size_t cols,
                           void (*fill)(filling *f, size_t k, kr_point3 p), kr_arena *arena,
                           kr_mesh *out)
{
    kr_status s = KR_OK;
    filling f;
    size_t n = rows * cols;

    *out = (kr_mesh){0};
    KR_TRY(kr_mesh_check_size(ctx, rows, cols));
    KR_ANEW(f.lon, arena, n);
    KR_ANEW(f.lat, arena, n);
    KR_ANEW(f.depth, arena, n);
    KR_ANEW(f.x, arena, n);
    KR_ANEW(f.y, arena, n);
    KR_ANEW(f.z, arena, n);
    KR_ANEW(f.ux, arena, n);
    KR_ANEW(f.uy, arena, n);
    KR_ANEW(f.uz, arena, n);
    for (size_t k = 0; k < n; k++)
        fill(&f, k, nodes[k]);
    kr_mesh mesh = {.rows = rows, .cols = cols, .stride = cols};
    mesh.lon = f.lon;
    mesh.lat = f.lat;
    mesh.depth = f.depth;
    mesh.x = f.x;
    mesh.y = f.y;
    mesh.z = f.z;
    mesh.ux = f.ux;
    mesh.uy = f.uy;
    mesh.uz = f.uz;
    *out = mesh;
out:
    return s;
}

kr_status kr_mesh_make(kr_ctx *ctx, const kr_point3 *nodes, size_t rows, size_t cols,
                       bool with_cells, kr_arena *arena, kr_mesh *out)
{
    kr_status s = KR_OK;

    KR_TRY(make_mesh(ctx, nodes, rows, cols, fill_node, arena, out));
    if (with_cells && rows >= 2 && cols >= 2)
        KR_TRY(make_cells(out, arena));
out:
    return s;
}

kr_status kr_mesh_make_single(kr_ctx *ctx, const kr_point3 *nodes, size_t n, kr_arena *arena,
                              kr_mesh *out)
{
    return make_mesh(ctx, nodes, 1, n, fill_node_single, arena, out);
}

kr_mesh kr_mesh_window(const kr_mesh *mesh, size_t row, size_t col, size_t rows, size_t cols)
{
    size_t k = row * mesh->stride + col;
    kr_mesh window = {.rows = rows, .cols = cols, .stride = mesh->stride};

    window.lon = mesh->lon + k;
    window.lat = mesh->lat + k;
    window.depth = mesh->depth + k;
    window.x = mesh->x + k;
    window.y = mesh->y + k;
    window.z = mesh->z + k;
    window.ux = mesh->ux + k;
    window.uy = mesh->uy + k;
    window.uz = mesh->uz + k;
    if (mesh->cells.tl_area && rows >= 2 && cols >= 2) {
#define X(name, what) window.cells.name = mesh->cells.name + k;
        KR_CELL_LIST(X)
#undef X
    }
    return window;
}

/* ---- parameters ---- */

static kr_point3 between(kr_point3 a, kr_point3 b)
{
    kr_lonlat p = kr_middle_point(a.lon, a.lat, b.lon, b.lat);

    return (kr_point3){p.lon, p.lat, (a.depth + b.depth) / 2.0};
}

static kr_point3 middle_of_row(const kr_mesh *mesh, size_t row)
{
    size_t half = mesh->cols / 2;

    if (mesh->cols % 2)
        return kr_mesh_node(mesh, row, half);
    return between(kr_mesh_node(mesh, row, half - 1), kr_mesh_node(mesh, row, half));
}

kr_point3 kr_mesh_middle(const kr_mesh *mesh)
{
    size_t half = mesh->rows / 2;

    if (mesh->rows % 2)
        return middle_of_row(mesh, half);
    return between(middle_of_row(mesh, half - 1), middle_of_row(mesh, half));
}

static double depth_of_row(const kr_mesh *mesh, size_t row)
{
    const double *depth = mesh->depth + row * mesh->stride + mesh->cols / 2;

    return mesh->cols % 2 ? depth[0] : (depth[-1] + depth[0]) / 2.0;
}

double kr_mesh_middle_depth(const kr_mesh *mesh)
{
    size_t half = mesh->rows / 2;

    if (mesh->rows % 2)
        return depth_of_row(mesh, half);
    return (depth_of_row(mesh, half - 1) + depth_of_row(mesh, half)) / 2.0;
}

static bool all_at_surface(const kr_mesh *mesh, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < mesh->cols; j++) {
            if (mesh->depth[i * mesh->stride + j] != 0.0)
                return false;
        }
    }
    return true;
}

void kr_mesh_dip_strike(const kr_mesh *mesh, size_t rows, double *dip, double *strike)
{
    static const double radian = 180.0 / 3.14159265358979323846;
    const kr_mesh_cells *c = &mesh->cells;
    double incl_sin = 0.0, incl_cos = 0.0, azim_sin = 0.0, azim_cos = 0.0;
    double inclination = 0.0, azimuth;

    *dip = *strike = NAN;
    if (!c->tl_area)
        return;
    if (rows > mesh->rows - 1)
        rows = mesh->rows - 1;
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = i * mesh->stride; k < i * mesh->stride + mesh->cols - 1; k++) {
            incl_sin += c->incl_sin[k];
            incl_cos += c->incl_cos[k];
            azim_sin += c->azim_sin[k];
            azim_cos += c->azim_cos[k];
        }
    }
    if (!all_at_surface(mesh, rows + 1))
        inclination = atan2(incl_sin, incl_cos) * radian;
    azimuth = atan2(azim_sin, azim_cos) * radian;
    if (azimuth < 0.0)
        azimuth += 360.0;
    if (inclination > 90.0) {
        inclination = 180.0 - inclination;
        azimuth = kr_lon_360(azimuth + 180.0);
    }
    *dip = inclination;
    *strike = azimuth;
}

double kr_mesh_width_km(const kr_mesh *mesh, size_t cols)
{
    const kr_mesh_cells *c = &mesh->cells;
    double widths = 0.0, lengths = 0.0;

    if (!c->tl_area)
        return NAN;
    if (cols > mesh->cols - 1)
        cols = mesh->cols - 1;
    for (size_t j = 0; j < cols; j++) {
        double width = 0.0, area = 0.0, length = 0.0;
        for (size_t i = 0; i + 1 < mesh->rows; i++) {
            size_t k = i * mesh->stride + j;
            double cell = c->tl_area[k] + c->br_area[k];
            width += c->width[k];
            area += cell;
            length += c->length[k] * cell;
        }
        if (!(area > 0.0))
            continue;
        widths += width * (length / area);
        lengths += length / area;
    }
    return lengths > 0.0 ? widths / lengths : 0.0;
}

double kr_mesh_area_km2(const kr_mesh *mesh)
{
    const kr_mesh_cells *c = &mesh->cells;
    double area = 0.0;

    if (!c->tl_area)
        return NAN;
    for (size_t i = 0; i + 1 < mesh->rows; i++) {
        for (size_t k = i * mesh->stride; k < i * mesh->stride + mesh->cols - 1; k++)
            area += c->tl_area[k] + c->br_area[k];
    }
    return area;
}

double kr_mesh_ztor(const kr_mesh *mesh)
{
    double least = NAN;

    for (size_t j = 0; j < mesh->cols; j++)
        least = least <= mesh->depth[j] ? least : isnan(mesh->depth[j]) ? least : mesh->depth[j];
    return least;
}

double kr_mesh_zbot(const kr_mesh *mesh)
{
    double greatest = -INFINITY;

    for (size_t i = 0; i < mesh->rows; i++) {
        const double *depth = mesh->depth + i * mesh->stride;
        double missing = 0.0; /* NaN where one of the row is */
#pragma omp simd reduction(max : greatest) reduction(+ : missing)
        for (size_t j = 0; j < mesh->cols; j++) {
            greatest = depth[j] > greatest ? depth[j] : greatest;
            missing += depth[j] - depth[j];
        }
        if (isnan(missing))
            return NAN;
    }
    return greatest;
}

bool kr_mesh_box(const kr_mesh *mesh, kr_bbox *out)
{
    return kr_bbox_of_table(mesh->lon, mesh->lat, mesh->rows, mesh->cols, mesh->stride, out);
}
