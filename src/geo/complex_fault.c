#include "geo/fault_mesh.h"

#include <math.h>

static const double radian = 180.0 / 3.14159265358979323846;
static const double plane_km = 10.0; /* the size of the plane that edges are checked on */

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

static kr_vec3 unit_of(kr_vec3 a)
{
    double n = sqrt(dot(a, a));

    return (kr_vec3){a.x / n, a.y / n, a.z / n};
}

static kr_vec3 vector_of(kr_point3 p)
{
    return kr_to_cartesian(p.lon, p.lat, p.depth);
}

/* ---- checks ---- */

/* The vertical plane through the ends of the top edge. */
typedef struct plane {
    kr_vec3 origin, along, down;
} plane;

static plane plane_of(kr_line top)
{
    kr_point3 a = top.p[0], b = top.p[top.n - 1], below = a;
    kr_lonlat q = kr_point_at(a.lon, a.lat, kr_azimuth(a.lon, a.lat, b.lon, b.lat), plane_km);
    kr_vec3 tl = vector_of(a), tr = vector_of((kr_point3){q.lon, q.lat, a.depth}), bl, normal;
    plane p = {.origin = tl};

    below.depth += plane_km;
    bl = vector_of(below);
    normal = unit_of(cross(minus(tl, tr), minus(tl, bl)));
    p.along = unit_of(minus(tr, tl));
    p.down = cross(normal, p.along);
    return p;
}

/* Points of a plane being gathered. */
typedef struct ring {
    double *x, *y;
    size_t n;
} ring;

static void ring_add(ring *r, const plane *on, kr_point3 p)
{
    kr_vec3 v = minus(vector_of(p), on->origin);

    r->x[r->n] = dot(v, on->along);
    r->y[r->n++] = dot(v, on->down);
}

/* The boundary: the top edge, down the ends of the edges between, the bottom edge back, up their
 * beginnings. */
static void gather_boundary(const kr_line *edges, size_t n, ring *r)
{
    plane on = plane_of(edges[0]);
    kr_line bottom = edges[n - 1];

    for (size_t i = 0; i < edges[0].n; i++)
        ring_add(r, &on, edges[0].p[i]);
    for (size_t k = 1; k + 1 < n; k++)
        ring_add(r, &on, edges[k].p[edges[k].n - 1]);
    for (size_t i = bottom.n; i-- > 0;)
        ring_add(r, &on, bottom.p[i]);
    for (size_t k = n - 1; k-- > 1;)
        ring_add(r, &on, edges[k].p[0]);
}

/* Does the boundary of the edges enclose an area, seen from the side? */
static bool boundary_is_valid(const kr_line *edges, size_t n)
{
    kr_ctx *ctx = NULL;
    kr_arena arena;
    size_t room = edges[0].n + edges[n - 1].n + 2 * n;
    ring r = {NULL, NULL, 0};
    bool valid = false;

    if (kr_ctx_create(&ctx) != KR_OK)
        return false;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    r.x = kr_arena_alloc(&arena, room, sizeof *r.x);
    r.y = kr_arena_alloc(&arena, room, sizeof *r.y);
    if (r.x && r.y) {
        gather_boundary(edges, n, &r);
        valid = kr_ring_is_valid(r.x, r.y, r.n);
    }
    kr_arena_clear(&arena);
    kr_ctx_destroy(&ctx);
    return valid;
}

/* Is the angle between two vectors above a right one, to a tenth of a degree? */
static bool obtuse(kr_vec3 a, kr_vec3 b)
{
    double cosine = dot(unit_of(a), unit_of(b));

    return kr_round(acos(fmin(1.0, fmax(-1.0, cosine))) * radian, 1) > 90.0;
}

static bool is_zero(kr_vec3 a)
{
    return a.x == 0.0 && a.y == 0.0 && a.z == 0.0;
}

/* Does the surface dip to the right of its strike? The first two points of the top and of the
 * bottom edge tell; the second one of the top is taken at the depth of that of the bottom, as the
 * reference does. */
static bool dips_to_the_right(kr_line top, kr_line bottom)
{
    kr_point3 second = top.p[1];
    kr_vec3 ul, ur, bl, br, left, right;

    second.depth = bottom.p[1].depth;
    ul = vector_of(top.p[0]);
    ur = vector_of(second);
    bl = vector_of(bottom.p[0]);
    br = vector_of(bottom.p[1]);
    left = cross(minus(bl, ul), minus(ur, ul));
    right = cross(minus(br, ur), minus(ur, ul));
    if (is_zero(left) || is_zero(right))
        return true;
    return !obtuse(ul, left) && !obtuse(ur, right);
}

const char *kr_complex_fault_problem(const kr_line *edges, size_t nedges, double spacing_km)
{
    if (nedges < 2)
        return "a complex fault needs at least two edges, the top and the bottom one";
    for (size_t i = 0; i < nedges; i++) {
        if (edges[i].n < 2)
            return "every edge needs at least two points, a metre or more apart";
    }
    if (!(spacing_km > 0.0 && isfinite(spacing_km)))
        return "the rupture mesh spacing must be above 0 km";
    if (!boundary_is_valid(edges, nedges))
        return "the points of the edges are not in the right order; edges go from the top to the "
               "bottom, and all in the direction of strike";
    if (!dips_to_the_right(edges[0], edges[nedges - 1]))
        return "the surface does not dip to the right of its edges (convention of Aki and "
               "Richards); the points of all edges must be in the opposite order";
    return NULL;
}

/* ---- meshes ---- */

static const char *const too_wide =
    "the rupture mesh spacing is too wide for the fault: a narrower "
    "one must give at least 2 nodes along strike and down dip";

static double mean_length_km(const kr_line *lines, size_t n)
{
    double km = 0.0;

    for (size_t i = 0; i < n; i++)
        km += kr_line_length_km(lines[i]);
    return km / (double)n;
}

/* How many points lines of that mean length get; 0 for too many. */
static size_t points_for(const kr_line *lines, size_t n, double spacing_km)
{
    double steps = rint(mean_length_km(lines, n) / spacing_km);

    return steps < 1e9 ? (size_t)steps + 1 : 0;
}

/* Resample all lines to as many points as the spacing asks for. *least: the fewest points that came
 * out, 0 if the spacing is too wide. */
static kr_status resample_all(kr_ctx *ctx, const kr_line *lines, size_t n, double spacing_km,
                              kr_arena *arena, kr_line *out, size_t *least)
{
    kr_status s = KR_OK;
    size_t count = points_for(lines, n, spacing_km);

    *least = 0;
    if (count == 0)
        return kr_fail(ctx, KR_EINPUT,
                       "a line of more than 1e9 points at a spacing of %g km; the spacing must be "
                       "wider",
                       spacing_km);
    if (count < 2)
        return KR_OK;
    KR_TRY(kr_mesh_check_size(ctx, count, n));
    *least = count;
    for (size_t i = 0; i < n; i++) {
        KR_TRY(kr_line_resample_to(ctx, lines[i], count, arena, &out[i]));
        if (out[i].n < *least)
            *least = out[i].n;
    }
out:
    return s;
}

/* Lines from the first edge to the last, through the j-th points of all. *ok is false if one of
 * them has no length. */
static kr_status lines_down(const kr_line *edges, size_t nedges, size_t cols, kr_arena *arena,
                            kr_line **out, bool *ok)
{
    kr_status s = KR_OK;

    *ok = true;
    KR_ANEW(*out, arena, cols);
    for (size_t j = 0; j < cols; j++) {
        kr_point3 *p = NULL;
        KR_ANEW(p, arena, nedges);
        for (size_t k = 0; k < nedges; k++)
            p[k] = edges[k].p[j];
        (*out)[j] = (kr_line){kr_line_clean(p, nedges), p};
        if ((*out)[j].n < 2)
            *ok = false;
    }
out:
    return s;
}

/* Nodes row by row; columns with more than the fewest points lose the last ones. */
static kr_status make_mesh(kr_ctx *ctx, const kr_line *columns, size_t rows, size_t cols,
                           kr_arena *work, kr_arena *arena, kr_mesh *out)
{
    kr_status s = KR_OK;
    kr_point3 *nodes = NULL;

    KR_ANEW(nodes, work, rows * cols);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++)
            nodes[i * cols + j] = columns[j].p[i];
    }
    KR_TRY(kr_mesh_make(ctx, nodes, rows, cols, true, arena, out));
out:
    return s;
}

kr_status kr_complex_fault_mesh(kr_ctx *ctx, const kr_line *edges, size_t nedges, double spacing_km,
                                kr_arena *arena, kr_mesh *out, const char **problem)
{
    kr_status s = KR_OK;
    kr_arena work;
    kr_line *along = NULL, *down = NULL, *columns = NULL;
    size_t rows = 0, cols = 0;
    bool ok = true;

    *out = (kr_mesh){0};
    *problem = NULL;
    kr_arena_init(&work, ctx, KR_ACCOUNT_OTHER);
    KR_ANEW(along, &work, nedges);
    KR_TRY(resample_all(ctx, edges, nedges, spacing_km, &work, along, &cols));
    if (cols < 2) {
        *problem = too_wide;
        goto out;
    }
    KR_TRY(lines_down(along, nedges, cols, &work, &down, &ok));
    if (!ok) {
        *problem = "the edges of the fault meet in a point; they must be apart along the whole "
                   "strike";
        goto out;
    }
    KR_ANEW(columns, &work, cols);
    KR_TRY(resample_all(ctx, down, cols, spacing_km, &work, columns, &rows));
    if (rows < 2)
        *problem = too_wide;
    else
        KR_TRY(make_mesh(ctx, columns, rows, cols, &work, arena, out));
out:
    kr_arena_clear(&work);
    return s;
}
