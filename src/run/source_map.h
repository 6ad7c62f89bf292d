/* Sources seen from above, as the map of a report shows them: a bounded number of points. */
#ifndef KR_RUN_SOURCE_MAP_H
#define KR_RUN_SOURCE_MAP_H

#include "model/source.h"
#include "output/geojson.h"
#include "output/report.h"

/* Gets the shapes of sources one by one: points, lines, or rings that are not closed. */
typedef kr_status kr_shape_fn(void *user, kr_feature_kind kind, const kr_line *parts,
                              size_t nparts);

/** Every shape that kr_sources_write writes, in its order. Errors are those of `take`,
 * KR_EINTERRUPTED, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_sources_shapes(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                                          kr_shape_fn *take, void *user);

typedef struct kr_source_map {
    kr_drawn_sources sources; /* the result */
    kr_ctx *ctx;
    kr_arena arena;
    kr_report_ground ground;
    size_t nlines, lines_cap, line_points;
    kr_line *lines;
    size_t npoints, points_cap, every, seen; /* of the points, each `every`th is kept */
    kr_point3 *points;
    size_t nknown, known_cap; /* shapes that are there already: alternatives have many in common */
    uint64_t *known;
} kr_source_map;

/** Those within the map of the sites (one at least). KR_ENOMEM, KR_EINTERRUPTED.
 * kr_source_map_clear in any case; it accepts one that is all 0. */
KR_MUST_CHECK kr_status kr_source_map_make(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                                           const kr_sites *sites, kr_source_map *out);

/** The same of the maps of several runs, each shape once. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_source_map_join(kr_ctx *ctx, const kr_drawn_sources *const *maps,
                                           size_t n, const kr_sites *sites, kr_source_map *out);
void kr_source_map_clear(kr_source_map *outlines);

#endif
