/* Rectangular meshes of nodes on fault surfaces: rows go down dip, columns along strike. A window
 * of a mesh is a mesh; it shares the nodes and the cells. Nodes that a surface does not have (kite
 * surfaces) are NaN in all arrays. An unstructured set of nodes has one row. */
#ifndef KR_GEO_MESH_H
#define KR_GEO_MESH_H

#include "geo/line.h"

/* What a cell adds to the parameters of a surface; see docs/theory.md, 5. The top left
 * triangle (tl) has the cell's upper and left edge, the bottom right one (br) the lower and right.
 * X(name, what) */
#define KR_CELL_LIST(X)                                                                            \
    X(tl_area, "km2")                                                                              \
    X(br_area, "km2")                                                                              \
    X(length, "km, mean along strike weighted by the triangles' areas")                            \
    X(width, "km, the same down dip")                                                              \
    X(incl_sin, "sum over both triangles of area x sine of the inclination")                       \
    X(incl_cos, "")                                                                                \
    X(azim_sin, "the same of the azimuth along strike")                                            \
    X(azim_cos, "")

/* Cell (i, j), below and to the right of node (i, j), is at [i * stride + j] of each array. */
typedef struct kr_mesh_cells {
#define X(name, what) const double *name;
    KR_CELL_LIST(X)
#undef X
} kr_mesh_cells;

typedef struct kr_mesh {
    size_t rows, cols, stride;       /* node (i, j) is at [i * stride + j] */
    const double *lon, *lat, *depth; /* degrees, km */
    const double *x, *y, *z;         /* km, at its depth */
    const double *ux, *uy, *uz;      /* unit vector to the node brought to the surface */
    kr_mesh_cells cells;             /* NULLs where there are none: unstructured or kite */
} kr_mesh;

/** Make the mesh of rows x cols nodes (row by row) in the arena; cells too if `with_cells` and
 * there are at least 2 rows and 2 columns. KR_EINPUT as the next. */
KR_MUST_CHECK kr_status kr_mesh_make(kr_ctx *ctx, const kr_point3 *nodes, size_t rows, size_t cols,
                                     bool with_cells, kr_arena *arena, kr_mesh *out);

/** KR_EINPUT if a mesh of that size is beyond reason: over 10^8 nodes. For those who collect nodes.
 */
KR_MUST_CHECK kr_status kr_mesh_check_size(kr_ctx *ctx, size_t rows, size_t cols);

/** Make an unstructured mesh of n nodes whose places are formed in single precision, as the
 * reference does it with gridded ruptures read from HDF5: some 0.4 m apart from the exact ones. */
KR_MUST_CHECK kr_status kr_mesh_make_single(kr_ctx *ctx, const kr_point3 *nodes, size_t n,
                                            kr_arena *arena, kr_mesh *out);

/** The part of a mesh that begins at node (row, col). */
kr_mesh kr_mesh_window(const kr_mesh *mesh, size_t row, size_t col, size_t rows, size_t cols);

static inline kr_point3 kr_mesh_node(const kr_mesh *mesh, size_t row, size_t col)
{
    size_t k = row * mesh->stride + col;
    return (kr_point3){mesh->lon[k], mesh->lat[k], mesh->depth[k]};
}

/** The middle point (docs/theory.md, 5); NaN if a node that it needs is missing. */
kr_point3 kr_mesh_middle(const kr_mesh *mesh);

/** Its depth alone. */
double kr_mesh_middle_depth(const kr_mesh *mesh);

/** Mean inclination and azimuth, [0, 90] and [0, 360), over the first `rows` rows of cells (fewer
 * if the mesh has fewer). A surface that overhangs is seen from its other side, with the opposite
 * azimuth; whether a vertical one does is up to the last digits, which are those of the reference
 * (so it is for edges that go due north: half the tilt of a cell to either side). NaN without
 * cells; so are the next two. */
void kr_mesh_dip_strike(const kr_mesh *mesh, size_t rows, double *dip, double *strike);

/** Mean width over the first `cols` columns of cells (fewer if the mesh has fewer), km. */
double kr_mesh_width_km(const kr_mesh *mesh, size_t cols);

double kr_mesh_area_km2(const kr_mesh *mesh);

/** Least depth of the first row, missing nodes passed over; greatest depth of all nodes (NaN if a
 * node is missing, as in the reference). */
double kr_mesh_ztor(const kr_mesh *mesh);
double kr_mesh_zbot(const kr_mesh *mesh);

/** The box of the nodes that are there; false if the extents are inconsistent. */
bool kr_mesh_box(const kr_mesh *mesh, kr_bbox *out);

#endif
