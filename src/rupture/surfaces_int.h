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
    kr_map by_digest; /* hexadecimal digest -> index */
    size_t n, cap;
    kr_surface **made;
    struct kr_section_store *sections; /* NULL until a source needs one */
};

/** Free what surfaces_sections.c keeps besides the arena. */
void kr_section_store_clear(kr_surfaces *surfaces);

#endif
