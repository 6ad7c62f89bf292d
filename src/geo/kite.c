#include "geo/fault_mesh.h"
#include "geo/kite_grid.h"
#include "geo/plane_fit.h"

#include <math.h>
#include <string.h>

static bool is_there(const kr_kite_grid *grid, size_t row, size_t col)
{
    return isfinite(kr_kite_at(grid, row, col)->lon);
}

const char *kr_kite_problem(const kr_line *profiles, size_t nprofiles)
{
    if (nprofiles < 2)
        return "a kite surface has less than two profiles; at least two are needed";
    for (size_t i = 0; i < nprofiles; i++) {
        const kr_line *line = &profiles[i];

        if (line->n < 2)
            return "a profile of a kite surface has less than two points; at least two are needed";
        for (size_t k = 0; k < line->n; k++) {
            if (!(fabs(line->p[k].lon) <= 180.0) || !(fabs(line->p[k].lat) <= 90.0))
                return "a profile of a kite surface leaves the Earth; longitudes are within "
                       "[-180, 180], latitudes within [-90, 90]";
        }
    }
    return NULL;
}

/* ---- profiles ---- */

/* Steps along a resampled profile up to twice the spacing are taken. */
static bool steps_are_small(kr_line line, double spacing_km)
{
    for (size_t k = 0; k + 1 < line.n; k++) {
        kr_point3 a = line.p[k], b = line.p[k + 1];
        double d = kr_distance_km(a.lon, a.lat, a.depth, b.lon, b.lat, b.depth);

        if (!(fabs(d - spacing_km) <= spacing_km))
            return false;
    }
    return true;
}

/* The profile from which edges start: the first one, unless lengths differ: then the longest. */
static size_t reference_profile(const kr_line *profiles, size_t n, double spacing_km)
{
    size_t longest = 0;
    double most = -INFINITY, least = INFINITY;

    for (size_t i = 0; i < n; i++) {
        double length = kr_line_length_km(profiles[i]);

        if (length > most) {
            most = length;
            longest = i;
        }
        least = fmin(least, length);
    }
    return most - least > spacing_km * 0.1 ? longest : 0;
}

/* A row per profile, resampled; the short ones end with missing nodes. */
static kr_status resample_profiles(kr_ctx *ctx, const kr_line *profiles, size_t n,
                                   double spacing_km, kr_arena *arena, kr_kite_grid *out,
                                   size_t *reference, const char **problem)
{
    kr_status s = KR_OK;
    kr_line *lines = NULL;
    size_t most = 0;

    KR_ANEW(lines, arena, n);
    for (size_t i = 0; i < n; i++) {
        bool ok;

        KR_TRY(kr_line_resample(ctx, profiles[i], spacing_km, false, arena, &lines[i], &ok));
        if (!ok || !steps_are_small(lines[i], spacing_km)) {
            *problem = "a profile of a kite surface cannot be resampled at the mesh spacing (over "
                       "the aspect ratio); the spacing must be smaller than the profiles";
            goto out;
        }
        most = lines[i].n > most ? lines[i].n : most;
    }
    *reference = reference_profile(lines, n, spacing_km);
    KR_TRY(kr_kite_grid_make(arena, n, most, out));
    for (size_t i = 0; i < n; i++)
        memcpy(kr_kite_at(out, i, 0), lines[i].p, lines[i].n * sizeof *out->p);
out:
    return s;
}

/* ---- the whole grid ---- */

/* Forward columns in reverse order, then those of the backward pass without the reference profile.
 * Rows are met by their number in each pass. */
static kr_status join_passes(const kr_kite_grid *forward, const kr_kite_grid *backward,
                             kr_arena *arena, kr_kite_grid *out)
{
    kr_status s = KR_OK;
    size_t rows = forward->rows > backward->rows ? forward->rows : backward->rows;
    size_t skip = forward->cols > 0 && backward->cols > 0;

    KR_TRY(kr_kite_grid_make(arena, rows, forward->cols + backward->cols - skip, out));
    for (size_t i = 0; i < forward->rows; i++) {
        for (size_t j = 0; j < forward->cols; j++)
            *kr_kite_at(out, i, forward->cols - 1 - j) = *kr_kite_at(forward, i, j);
    }
    for (size_t i = 0; i < backward->rows; i++) {
        for (size_t j = skip; j < backward->cols; j++)
            *kr_kite_at(out, i, forward->cols + j - skip) = *kr_kite_at(backward, i, j);
    }
out:
    return s;
}

/* Nodes without a neighbour in their row or in their column go; each one that goes is missing for
 * those that come after it. */
static void drop_loose_nodes(kr_kite_grid *grid)
{
    for (size_t i = 0; i < grid->rows; i++) {
        for (size_t j = 0; j < grid->cols; j++) {
            bool beside = (j > 0 && is_there(grid, i, j - 1)) ||
                          (j + 1 < grid->cols && is_there(grid, i, j + 1));
            bool above = (i > 0 && is_there(grid, i - 1, j)) ||
                         (i + 1 < grid->rows && is_there(grid, i + 1, j));

            if (!beside || !above)
                *kr_kite_at(grid, i, j) = (kr_point3){NAN, NAN, NAN};
        }
    }
}

static double mean_depth(const kr_kite_grid *grid, size_t row)
{
    double sum = 0.0, n = 0.0;

    for (size_t j = 0; j < grid->cols; j++) {
        if (is_there(grid, row, j)) {
            sum += kr_kite_at(grid, row, j)->depth;
            n += 1.0;
        }
    }
    return n > 0.0 ? sum / n : INFINITY;
}

static void swap_rows(kr_kite_grid *grid, size_t a, size_t b)
{
    for (size_t j = 0; j < grid->cols; j++) {
        kr_point3 kept = *kr_kite_at(grid, a, j);

        *kr_kite_at(grid, a, j) = *kr_kite_at(grid, b, j);
        *kr_kite_at(grid, b, j) = kept;
    }
}

/* Rows by mean depth; rows without nodes come last. */
static kr_status sort_rows(kr_kite_grid *grid, kr_arena *arena)
{
    kr_status s = KR_OK;
    double *depth = NULL;

    KR_ANEW(depth, arena, grid->rows);
    for (size_t i = 0; i < grid->rows; i++)
        depth[i] = mean_depth(grid, i);
    for (size_t i = 1; i < grid->rows; i++) {
        for (size_t k = i; k > 0 && depth[k] < depth[k - 1]; k--) {
            double kept = depth[k];

            depth[k] = depth[k - 1];
            depth[k - 1] = kept;
            swap_rows(grid, k, k - 1);
        }
    }
out:
    return s;
}

static bool deeper_somewhere(const kr_kite_grid *grid, size_t upper, size_t lower)
{
    for (size_t j = 0; j < grid->cols; j++) {
        if (kr_kite_at(grid, lower, j)->depth < kr_kite_at(grid, upper, j)->depth)
            return true; /* false where a node is missing */
    }
    return false;
}

/* Rows that cross a deeper one change places with it; the last row is left out, as in the
 * reference. */
static void mend_order(kr_kite_grid *grid)
{
    for (size_t i = 0; i + 1 < grid->rows; i++) {
        for (size_t k = i + 1; k + 1 < grid->rows; k++) {
            if (deeper_somewhere(grid, i, k))
                swap_rows(grid, i, k);
        }
    }
}

static void reverse_columns(kr_kite_grid *grid)
{
    for (size_t i = 0; i < grid->rows; i++) {
        for (size_t j = 0; j < grid->cols / 2; j++) {
            kr_point3 *a = kr_kite_at(grid, i, j), *b = kr_kite_at(grid, i, grid->cols - 1 - j);
            kr_point3 kept = *a;

            *a = *b;
            *b = kept;
        }
    }
}

/* The azimuth of the first row at zero depth; false if it has less than two points. */
static bool top_azimuth(const kr_kite_grid *grid, kr_point3 *scratch, double *azimuth)
{
    size_t n = 0;

    for (size_t j = 0; j < grid->cols; j++) {
        if (is_there(grid, 0, j)) {
            scratch[n] = *kr_kite_at(grid, 0, j);
            scratch[n++].depth = 0.0;
        }
    }
    n = kr_line_clean(scratch, n);
    if (n < 2)
        return false;
    *azimuth = kr_line_azimuth((kr_line){n, scratch});
    return true;
}

static kr_status strike_of_nodes(const kr_kite_grid *grid, kr_arena *arena, double *strike)
{
    kr_status s = KR_OK;
    size_t n = grid->rows * grid->cols;
    double *lon = NULL, *lat = NULL, *depth = NULL, dip;

    KR_ANEW(lon, arena, n);
    KR_ANEW(lat, arena, n);
    KR_ANEW(depth, arena, n);
    for (size_t k = 0; k < n; k++) {
        lon[k] = grid->p[k].lon;
        lat[k] = grid->p[k].lat;
        depth[k] = grid->p[k].depth;
    }
    kr_plane_fit(lon, lat, depth, n, strike, &dip);
out:
    return s;
}

/* The first row goes along the strike of the plane through all nodes, within 60 degrees. */
static kr_status orient(kr_kite_grid *grid, kr_arena *arena, const char **problem)
{
    kr_status s = KR_OK;
    const double near_deg = 60.0;
    double strike, azimuth = 0.0;
    kr_point3 *row = NULL;

    KR_ANEW(row, arena, grid->cols);
    KR_TRY(strike_of_nodes(grid, arena, &strike));
    for (int turn = 0; turn < 2; turn++) {
        if (!top_azimuth(grid, row, &azimuth)) {
            *problem = "the top edge of a kite surface has less than two nodes; the mesh spacing "
                       "must be smaller";
            goto out;
        }
        if (fabs(kr_wrap_lon(strike - azimuth)) < near_deg)
            goto out;
        if (turn == 0)
            reverse_columns(grid);
    }
    *problem = "the top edge of a kite surface does not go along the strike of the surface, within "
               "60 degrees; its profiles must go down dip";
out:
    return s;
}

/* ---- the surface ---- */

static bool row_is_empty(const kr_kite_grid *grid, size_t row)
{
    size_t j = 0;

    while (j < grid->cols && !is_there(grid, row, j))
        j++;
    return j == grid->cols;
}

static bool column_is_empty(const kr_kite_grid *grid, size_t col)
{
    size_t i = 0;

    while (i < grid->rows && !is_there(grid, i, col))
        i++;
    return i == grid->rows;
}

/* Rows and columns without nodes go. */
static kr_status clean(const kr_kite_grid *grid, kr_arena *arena, kr_kite_grid *out)
{
    kr_status s = KR_OK;
    size_t n = 0, *cols = NULL, ncols = 0, nrows = 0;

    KR_ANEW(cols, arena, grid->cols + 1);
    for (size_t j = 0; j < grid->cols; j++) {
        if (!column_is_empty(grid, j))
            cols[ncols++] = j;
    }
    for (size_t i = 0; i < grid->rows; i++)
        nrows += !row_is_empty(grid, i);
    KR_TRY(kr_kite_grid_make(arena, nrows, ncols, out));
    for (size_t i = 0; i < grid->rows; i++) {
        if (row_is_empty(grid, i))
            continue;
        for (size_t k = 0; k < ncols; k++)
            out->p[n++] = *kr_kite_at(grid, i, cols[k]);
    }
out:
    return s;
}

/* The mesh of a grid, cleaned and by the right-hand rule. */
static kr_status make_surface(kr_ctx *ctx, const kr_kite_grid *grid, kr_arena *scratch,
                              kr_arena *arena, kr_mesh *out, const char **problem)
{
    kr_status s = KR_OK;
    kr_kite_grid nodes;
    kr_mesh trial;

    KR_TRY(clean(grid, scratch, &nodes));
    if (nodes.rows < 2 || nodes.cols < 2) {
        *problem = "a kite surface has less than two rows or columns of nodes; the mesh spacing "
                   "must be smaller than the fault";
        goto out;
    }
    KR_TRY(kr_mesh_make(ctx, nodes.p, nodes.rows, nodes.cols, false, scratch, &trial));
    if (!kr_kite_has_cell(&trial)) {
        *problem = "a kite surface has no cell with four nodes; the mesh spacing must be smaller "
                   "than the fault";
        goto out;
    }
    if (kr_kite_is_left_handed(&trial))
        reverse_columns(&nodes);
    KR_TRY(kr_mesh_make(ctx, nodes.p, nodes.rows, nodes.cols, false, arena, out));
out:
    return s;
}

/* The grid of nodes between profiles, in order of depth and along strike. */
static kr_status grid_of_profiles(kr_ctx *ctx, const kr_kite_grid *profiles, size_t reference,
                                  double edge_km, kr_arena *arena, kr_kite_grid *out,
                                  const char **problem)
{
    kr_status s = KR_OK;
    kr_kite_grid forward = {0, 0, NULL}, backward = {0, 0, NULL};

    if (reference + 1 < profiles->rows)
        KR_TRY(kr_kite_edges(ctx, profiles, reference, 1, edge_km, arena, &forward, problem));
    if (!*problem && reference > 0)
        KR_TRY(kr_kite_edges(ctx, profiles, reference, -1, edge_km, arena, &backward, problem));
    if (*problem)
        goto out;
    KR_TRY(join_passes(&forward, &backward, arena, out));
    if (out->cols < 2) {
        *problem = "a kite surface has less than two columns of nodes; the mesh spacing must be "
                   "smaller than the fault";
        goto out;
    }
    drop_loose_nodes(out);
    KR_TRY(sort_rows(out, arena));
    mend_order(out);
    KR_TRY(orient(out, arena, problem));
out:
    return s;
}

kr_status kr_kite_mesh(kr_ctx *ctx, const kr_line *profiles, size_t nprofiles, double profile_km,
                       double edge_km, kr_arena *arena, kr_mesh *out, const char **problem)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    kr_kite_grid resampled, grid;
    size_t reference = 0;

    *out = (kr_mesh){0};
    kr_arena_init(&scratch, ctx, arena->account);
    *problem = kr_kite_problem(profiles, nprofiles);
    if (*problem)
        goto out;
    KR_TRY(resample_profiles(ctx, profiles, nprofiles, profile_km, &scratch, &resampled, &reference,
                             problem));
    if (*problem)
        goto out;
    KR_TRY(grid_of_profiles(ctx, &resampled, reference, edge_km, &scratch, &grid, problem));
    if (*problem)
        goto out;
    KR_TRY(make_surface(ctx, &grid, &scratch, arena, out, problem));
out:
    kr_arena_clear(&scratch);
    return s;
}

kr_status kr_kite_mesh_single(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena, kr_mesh *out)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    kr_kite_grid grid;
    const char *problem = NULL;

    *out = (kr_mesh){0};
    kr_arena_init(&scratch, ctx, arena->account);
    KR_TRY(kr_kite_grid_make(&scratch, mesh->rows, mesh->cols, &grid));
    for (size_t i = 0; i < mesh->rows; i++) {
        for (size_t j = 0; j < mesh->cols; j++) {
            kr_point3 p = kr_mesh_node(mesh, i, j);

            *kr_kite_at(&grid, i, j) =
                (kr_point3){(double)(float)p.lon, (double)(float)p.lat, (double)(float)p.depth};
        }
    }
    KR_TRY(make_surface(ctx, &grid, &scratch, arena, out, &problem));
    if (problem)
        s = kr_fail(ctx, KR_EINPUT, "%s", problem);
out:
    kr_arena_clear(&scratch);
    return s;
}

kr_status kr_kite_profiles_of_simple(kr_ctx *ctx, const kr_simple_fault *fault, double spacing_km,
                                     kr_arena *arena, kr_line **profiles, size_t *n,
                                     const char **problem)
{
    kr_status s = KR_OK;
    kr_simple_fault inclined = *fault;
    kr_mesh mesh;
    kr_line *lines = NULL;
    kr_point3 *p = NULL;

    *profiles = NULL;
    *n = 0;
    if (fabs(fault->dip - 90.0) < 1e-5)
        inclined.dip = 89.9; /* as in the reference */
    *problem = kr_simple_fault_problem(&inclined, spacing_km * 1.01);
    if (*problem)
        goto out;
    KR_TRY(kr_simple_fault_mesh(ctx, &inclined, spacing_km * 1.01, arena, &mesh, problem));
    if (*problem)
        goto out;
    KR_ANEW(lines, arena, mesh.cols);
    KR_ANEW(p, arena, mesh.cols * mesh.rows);
    for (size_t j = 0; j < mesh.cols; j++) {
        lines[j] = (kr_line){mesh.rows, p + j * mesh.rows};
        for (size_t i = 0; i < mesh.rows; i++)
            p[j * mesh.rows + i] = kr_mesh_node(&mesh, i, j);
    }
    *profiles = lines;
    *n = mesh.cols;
out:
    return s;
}
