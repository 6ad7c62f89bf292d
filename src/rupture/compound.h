/* What a characteristic fault or a given rupture breaks: a surface, or several at once, whose
 * parameters the reference keeps in single precision (docs/theory.md, 6). */
#ifndef KR_RUPTURE_COMPOUND_H
#define KR_RUPTURE_COMPOUND_H

#include "rupture/fault_int.h"

typedef struct kr_compound {
    const kr_geometry *geometry; /* of the first part */
    size_t nparts;
    const kr_surface **parts;
    kr_surface_params params; /* of all together */
    bool in_cshm;
    const kr_gc2_line **lines; /* of several parts: their tops */
    kr_gc2_set set;
    kr_gc2_way flipped_way; /* how the reference, or --compat exact, turns a line round */
    float u_max;
} kr_compound;

/** Make it of n geometries, in the arena. KR_EINPUT at a geometry's line. */
KR_MUST_CHECK kr_status kr_compound_make(kr_ctx *ctx, kr_surfaces *surfaces,
                                         const kr_geometry *geometries, size_t n, kr_arena *arena,
                                         kr_compound *out);

/** The distances of a compound (but those of the hypocentre) to sites, into maker->dist; uses the
 * maker's room. KR_EINPUT at the geometry's line if the surface has no such distance. */
KR_MUST_CHECK kr_status kr_compound_distances(kr_fault_maker *maker, const kr_compound *compound,
                                              const kr_site_soa *sites, unsigned wanted);

#endif
