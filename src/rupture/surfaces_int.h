/* The inside of a job's surfaces: surfaces.c keeps those of geometries, surfaces_sections.c those
 * of sections. */
#ifndef KR_RUPTURE_SURFACES_INT_H
#define KR_RUPTURE_SURFACES_INT_H

#include "base/map.h"
#include "rupture/surfaces.h"

struct kr_surfaces {
    kr_ctx *ctx;
    const kr_job *job;
    const kr_model *model;
    kr_arena arena;   /* meshes and surfaces */
    kr_arena scratch; /* reset after each surface */
    size_t narenas;   /* of threads that made sections together: what stays, scratch, ... */
    kr_arena *arenas;
    kr_map by_digest; /* hexadecimal digest -> index */
    size_t n, cap;
    kr_surface **made;
    kr_map by_size; /* of ruptures on complex faults -> index */
    size_t nfloats, floats_cap;
    struct kr_float_list *floats;
    size_t nmirrors, mirrors_cap;
    struct kr_mirror *mirrors;
    kr_outlines *outlines;             /* NULL until a surface needs it */
    struct kr_section_store *sections; /* NULL until a source needs one */
};

/* A surface's mesh with its columns in reverse order. */
typedef struct kr_mirror {
    const kr_surface *of;
    kr_mesh *mesh;
} kr_mirror;

/* Where ruptures of one magnitude float on a mesh. */
typedef struct kr_float_list {
    size_t n;
    const kr_float *at;     /* by number of rows and columns; NULL: all places of one size */
    const uint32_t *number; /* of each in the reference's order; NULL: as they come */
} kr_float_list;

/** The places of ruptures on a complex fault, found when first asked for; the arrays are valid as
 * long as `surfaces`. */
KR_MUST_CHECK kr_status kr_surfaces_floats(kr_surfaces *surfaces, const kr_surface *surface,
                                           double area_km2, double length_km, kr_float_list *out);

/** The mesh with its columns in reverse order, made when first asked for; valid as long as
 * `surfaces`. */
KR_MUST_CHECK kr_status kr_surfaces_mirrored(kr_surfaces *surfaces, const kr_surface *surface,
                                             const kr_mesh **out);

/** Free what surfaces_sections.c keeps besides the arena. */
void kr_section_store_clear(kr_surfaces *surfaces);

#endif
