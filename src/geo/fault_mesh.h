/* Meshes of faults from their traces, edges and profiles, and the checks of these. A check returns
 * NULL if all is right, else a static text that says what is wrong and what would be right. Lines
 * have no neighbours closer than 1 m (kr_line_clean). Meshes are made of what passed the check. */
#ifndef KR_GEO_FAULT_MESH_H
#define KR_GEO_FAULT_MESH_H

#include "geo/mesh.h"

#include <stdint.h>

typedef struct kr_simple_fault {
    kr_line trace; /* at one depth, at most upper_km */
    double dip, upper_km, lower_km;
} kr_simple_fault;

/** Simple faults (docs/theory.md, 5). */
const char *kr_simple_fault_problem(const kr_simple_fault *fault, double spacing_km);

/** The nodes at `spacing_km` along strike and down dip. On a mesh with less than 2 rows or columns
 * *problem is set (static text), and *out is empty. */
KR_MUST_CHECK kr_status kr_simple_fault_mesh(kr_ctx *ctx, const kr_simple_fault *fault,
                                             double spacing_km, kr_arena *arena, kr_mesh *out,
                                             const char **problem);

/** Outline at the surface: the trace brought to the upper and to the lower depth, as the
 * reference's prefilter takes it (as if the trace were at zero depth, wherever it is); 2 x trace
 * points, not a hull, in the arena. */
KR_MUST_CHECK kr_status kr_simple_fault_outline(kr_ctx *ctx, const kr_simple_fault *fault,
                                                kr_arena *arena, kr_line *out);

/** Complex faults: edges from the top to the bottom (docs/theory.md, 5). */
const char *kr_complex_fault_problem(const kr_line *edges, size_t nedges, double spacing_km);
KR_MUST_CHECK kr_status kr_complex_fault_mesh(kr_ctx *ctx, const kr_line *edges, size_t nedges,
                                              double spacing_km, kr_arena *arena, kr_mesh *out,
                                              const char **problem);

/* Where a rupture floats on a complex fault: nodes [row0, row1) x [col0, col1). */
typedef struct kr_float {
    uint32_t row0, col0, row1, col1;
} kr_float;

/** The places of ruptures of that area and length (docs/theory.md, 5), in the arena. None:
 * *n = 0. */
KR_MUST_CHECK kr_status kr_complex_fault_floats(kr_ctx *ctx, const kr_mesh *mesh, double area_km2,
                                                double length_km, kr_arena *arena, kr_float **out,
                                                size_t *n);

/** Kite surfaces from profiles (docs/theory.md, 5): `profile_km` is the distance of nodes
 * along the profiles, `edge_km` across them. Missing nodes are NaN; the mesh is cleaned and its
 * orientation put right. */
const char *kr_kite_problem(const kr_line *profiles, size_t nprofiles);
KR_MUST_CHECK kr_status kr_kite_mesh(kr_ctx *ctx, const kr_line *profiles, size_t nprofiles,
                                     double profile_km, double edge_km, kr_arena *arena,
                                     kr_mesh *out, const char **problem);

/** The mesh of a section as the reference stores and reads it again: coordinates in single
 * precision, cleaned and oriented once more. */
KR_MUST_CHECK kr_status kr_kite_mesh_single(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                                            kr_mesh *out);

/* What the reference computes of a kite surface (docs/theory.md, 5). */
typedef struct kr_kite_params {
    double strike, dip, width, area; /* degrees, km, km2; strike: NaN if the first row has one node
                                        only, as in the reference */
    double ztor, zbot;               /* km; zbot is NaN if a node is missing */
} kr_kite_params;

void kr_kite_params_of(const kr_mesh *mesh, kr_kite_params *out);

/** The node next to the middle of the rows and columns: the hypocentre of ruptures of kite sources.
 * It may be a missing one in a mesh with such. */
kr_point3 kr_kite_centre(const kr_mesh *mesh);

/** The top of rupture, at zero depth: the first node of each column if it is in one of the first
 * two rows, of which the ends and the corners of more than 1 degree are kept. */
KR_MUST_CHECK kr_status kr_kite_tor(kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                                    kr_line *out);

/** True if the columns run against the right-hand rule, as the reference checks each kite surface,
 * also each part of one that ruptures: it then takes the columns in reverse order. kr_kite_mesh and
 * kr_kite_mesh_single have done so. */
bool kr_kite_is_left_handed(const kr_mesh *mesh);

/** The profiles that the reference makes of a simple fault for a kite source. */
KR_MUST_CHECK kr_status kr_kite_profiles_of_simple(kr_ctx *ctx, const kr_simple_fault *fault,
                                                   double spacing_km, kr_arena *arena,
                                                   kr_line **profiles, size_t *n,
                                                   const char **problem);

#endif
