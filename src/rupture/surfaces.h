/* The surfaces of a job: each distinct geometry once, however many sources, variants and ruptures
 * use it. Filled while sources are prepared (one thread), read by all threads afterwards. */
#ifndef KR_RUPTURE_SURFACES_H
#define KR_RUPTURE_SURFACES_H

#include "geo/fault_mesh.h"
#include "geo/outline_store.h"
#include "geo/surface.h"
#include "model/source.h"

typedef struct kr_surfaces kr_surfaces;

/** @param model whose sections ruptures name; may be NULL where no source is a multi-fault.
 * Owned by the caller: kr_surfaces_destroy. */
KR_MUST_CHECK kr_status kr_surfaces_create(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                                           kr_surfaces **out);
void kr_surfaces_destroy(kr_surfaces **surfaces);

/** The surface of a geometry, made when first asked for. KR_EINPUT at the geometry's line if no
 * mesh can be made of it. Valid as long as `surfaces`. */
KR_MUST_CHECK kr_status kr_surfaces_get(kr_surfaces *surfaces, const kr_geometry *geometry,
                                        const kr_surface **out);

/** Outlines of these surfaces and of their windows, built when first needed; NULL where no surface
 * so far has one that is worth keeping. */
kr_outlines *kr_surfaces_outlines(const kr_surfaces *surfaces);

/** Bytes that the outline of a rupture on the greatest of these surfaces may take; 0: none is kept.
 */
size_t kr_surfaces_outline_bytes(const kr_surfaces *surfaces);

/* ---- sections of multi-fault ruptures ----
 * Surfaces and their parameters in single precision, as the reference stores them
 * (docs/theory.md, 5). */
typedef struct kr_section_params {
    float area, dip, strike, width, ztor, zbot;
    float tl_lon, tl_lat, tr_lon, tr_lat; /* ends of the top of rupture */
    float west, east, north, south;
} kr_section_params;

typedef struct kr_sections {
    size_t n;                   /* all sections of the model */
    const kr_surface **surface; /* NULL: no source uses it */
    const kr_section_params *params;
    const kr_gc2_line *straight; /* lines of two points, first to last of the top of rupture */
    const bool *close;           /* with few sites: some site is within the last maximum distance of
                                    the tectonic region; else all true */
} kr_sections;

/** Make the surfaces of the sections that a source uses (again for others: adds what is missing).
 */
KR_MUST_CHECK kr_status kr_surfaces_need_sections(kr_surfaces *surfaces, const kr_source *source);

/** Make the surfaces of the sections that these multi-fault sources use, side by side. Where one
 * cannot be made none is: kr_surfaces_need_sections tells what is wrong. Call it once. KR_ENOMEM.
 */
KR_MUST_CHECK kr_status kr_surfaces_make_sections(kr_surfaces *surfaces,
                                                  const kr_source *const *sources, size_t n,
                                                  int threads);

/** The sections made so far; `close` is not filled. */
const kr_sections *kr_surfaces_sections(const kr_surfaces *surfaces);

#endif
