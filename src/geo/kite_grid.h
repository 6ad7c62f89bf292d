/* Inside the kite surfaces: grids of nodes on their way to a mesh. */
#ifndef KR_GEO_KITE_GRID_H
#define KR_GEO_KITE_GRID_H

#include "geo/mesh.h"

/* Row by row; a node that is not there has NaN in all its numbers. */
typedef struct kr_kite_grid {
    size_t rows, cols;
    kr_point3 *p;
} kr_kite_grid;

static inline kr_point3 *kr_kite_at(const kr_kite_grid *grid, size_t row, size_t col)
{
    return &grid->p[row * grid->cols + col];
}

/** A grid without any node there. */
KR_MUST_CHECK kr_status kr_kite_grid_make(kr_arena *arena, size_t rows, size_t cols,
                                          kr_kite_grid *out);

/** The edges, resampled at `edge_km`, from profile `from` on in steps of +1 or -1 to the last one.
 * `profiles` has a profile per row. The result has an edge per row, its first column on profile
 * `from`; the rows are not in order of depth. *problem: static text if there is no such thing. */
KR_MUST_CHECK kr_status kr_kite_edges(kr_ctx *ctx, const kr_kite_grid *profiles, size_t from,
                                      int step, double edge_km, kr_arena *arena, kr_kite_grid *out,
                                      const char **problem);

/** True if some cell of the mesh has its four nodes. */
bool kr_kite_has_cell(const kr_mesh *mesh);

#endif
