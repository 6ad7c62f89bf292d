/* GeoJSON (RFC 7946): one file a kind of features, written feature by feature. What crosses the
 * date line is cut there, as the RFC asks. The only place that touches jansson. */
#ifndef KR_OUTPUT_GEOJSON_H
#define KR_OUTPUT_GEOJSON_H

#include "base/outfile.h"
#include "geo/line.h"

#include <stdio.h>

typedef enum kr_feature_kind {
    KR_FEATURE_POINTS,
    KR_FEATURE_LINES,
    KR_FEATURE_POLYGONS
} kr_feature_kind;

/* What is told about a feature: a text, or a number (not finite: null) where the text is NULL. */
typedef struct kr_property {
    const char *name, *text;
    double number;
} kr_property;

/* A feature in one or several parts: points, lines, or rings that are not closed. Depths are left
 * out. */
typedef struct kr_feature {
    kr_feature_kind kind;
    size_t nparts;
    const kr_line *parts;
    size_t nproperties;
    const kr_property *properties;
} kr_feature;

typedef struct kr_geojson {
    kr_ctx *ctx;
    kr_arena arena;   /* names */
    kr_arena scratch; /* of one feature */
    char *path;
    kr_outfile outfile;
    FILE *file;
    size_t nfeatures;
} kr_geojson;

/** Begin DIR/name; `about` (or NULL) says what its numbers are, in its member `description`.
 * KR_EIO, KR_ENOMEM. On success kr_geojson_finish must follow; the structure stays where it is. */
KR_MUST_CHECK kr_status kr_geojson_begin(kr_ctx *ctx, const char *dir, const char *name,
                                         const char *about, kr_geojson *out);

/** The same, but to a stream of the caller; there path is NULL. */
KR_MUST_CHECK kr_status kr_geojson_begin_stream(kr_ctx *ctx, FILE *stream, const char *about,
                                                kr_geojson *out);

/** Write a feature; coordinates have 5 decimals, other numbers 9 digits. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_geojson_add(kr_geojson *file, const kr_feature *feature);

/** After the last feature: all is on its way to the disk, or KR_EIO. Of several files that belong
 * together none should be finished with KR_OK before all have ended. */
KR_MUST_CHECK kr_status kr_geojson_end(kr_geojson *file);

/** Close the file: with KR_OK, after kr_geojson_end, it takes its place (or KR_EIO); without a
 * feature there is no file then, not even one of before. Otherwise it is removed and `status` comes
 * back. */
KR_MUST_CHECK kr_status kr_geojson_finish(kr_geojson *file, kr_status status);

#endif
