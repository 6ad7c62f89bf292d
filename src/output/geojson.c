#include "output/geojson.h"

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "output/date_line.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { DIGITS = 9 };

static void begin(kr_ctx *ctx, kr_geojson *out)
{
    *out = (kr_geojson){.ctx = ctx};
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_arena_init(&out->scratch, ctx, KR_ACCOUNT_OUTPUT);
}

static void begin_collection(const kr_geojson *out, const char *about)
{
    fputs("{\"type\": \"FeatureCollection\", ", out->file);
    if (about)
        kr_put_text(&(kr_json){.out = out->file}, "description", about);
    fprintf(out->file, "%s\"features\": [", about ? ", " : "");
}

kr_status kr_geojson_begin_stream(kr_ctx *ctx, FILE *stream, const char *about, kr_geojson *out)
{
    begin(ctx, out);
    out->file = stream;
    begin_collection(out, about);
    return KR_OK;
}

kr_status kr_geojson_begin(kr_ctx *ctx, const char *dir, const char *name, const char *about,
                           kr_geojson *out)
{
    kr_status s = KR_OK;
    begin(ctx, out);
    out->path = kr_path_join(&out->arena, dir, name);
    s = out->path ? kr_outfile_begin(ctx, out->path, &out->outfile) : KR_ENOMEM;
    out->file = out->outfile.file;
    if (s != KR_OK && out->path)
        s = kr_outfile_end(&out->outfile, s);
    if (s == KR_OK)
        begin_collection(out, about);
    else
        kr_arena_clear(&out->arena);
    return s;
}

/* ---- geometry ---- */

static json_t *position(kr_point3 p)
{
    return json_pack("[f,f]", kr_round(p.lon, 5), kr_round(p.lat, 5));
}

/* An array of positions; a ring is closed. */
static json_t *positions(kr_line line, bool closed, bool reversed)
{
    json_t *out = json_array();
    for (size_t i = 0; i < line.n + closed; i++) {
        size_t k = i % line.n;
        if (json_array_append_new(out, position(line.p[reversed ? line.n - 1 - k : k])) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *polygon(kr_line ring)
{
    json_t *ring_positions = positions(ring, true, kr_runs_clockwise(ring));
    return ring_positions ? json_pack("[o]", ring_positions) : NULL;
}

/* Adds the pieces of one part of a feature to `out`. */
static kr_status add_part(kr_geojson *file, const kr_feature *feature, kr_line part, json_t *out)
{
    kr_status s = KR_OK;
    kr_line *pieces;
    size_t n;
    bool ring = feature->kind == KR_FEATURE_POLYGONS;
    KR_TRY(kr_cut_at_date_line(part, ring, &file->scratch, &pieces, &n));
    for (size_t i = 0; i < n; i++) {
        json_t *piece = ring ? polygon(pieces[i]) : positions(pieces[i], false, false);
        if (json_array_append_new(out, piece) != 0)
            return kr_fail(file->ctx, KR_ENOMEM, "out of memory");
    }
out:
    return s;
}

static kr_status add_points(kr_geojson *file, kr_line part, json_t *out)
{
    for (size_t i = 0; i < part.n; i++)
        if (json_array_append_new(out, position(part.p[i])) != 0)
            return kr_fail(file->ctx, KR_ENOMEM, "out of memory");
    return KR_OK;
}

/* A single element stands without its array: Point, LineString, Polygon. */
static json_t *geometry_of(kr_feature_kind kind, json_t *elements)
{
    static const char *const names[][2] = {
        {"Point", "MultiPoint"}, {"LineString", "MultiLineString"}, {"Polygon", "MultiPolygon"}};
    bool several = json_array_size(elements) != 1;
    json_t *coordinates = several ? elements : json_array_get(elements, 0);
    return json_pack("{s:s,s:O}", "type", names[kind][several], "coordinates", coordinates);
}

/* ---- features ---- */

/* Names of files may be of any bytes; JSON is UTF-8. */
static json_t *text_of(const char *text, kr_arena *scratch)
{
    char *copy = kr_arena_strdup(scratch, text);
    if (!copy)
        return NULL;
    kr_utf8_clean(copy);
    return json_string(copy);
}

static kr_status add_properties(kr_geojson *file, const kr_feature *feature, json_t *out)
{
    for (size_t i = 0; i < feature->nproperties; i++) {
        const kr_property *p = &feature->properties[i];
        json_t *value = p->text                ? text_of(p->text, &file->scratch)
                        : !isfinite(p->number) ? json_null()
                        : p->number == floor(p->number) && fabs(p->number) < 1e15
                            ? json_integer((json_int_t)p->number)
                            : json_real(p->number);
        if (json_object_set_new(out, p->name, value) != 0)
            return kr_fail(file->ctx, KR_ENOMEM, "out of memory");
    }
    return KR_OK;
}

kr_status kr_geojson_add(kr_geojson *file, const kr_feature *feature)
{
    kr_status s = KR_OK;
    json_t *elements = json_array(), *properties = json_object(), *json = NULL;
    for (size_t i = 0; i < feature->nparts; i++)
        KR_TRY(feature->kind == KR_FEATURE_POINTS
                   ? add_points(file, feature->parts[i], elements)
                   : add_part(file, feature, feature->parts[i], elements));
    KR_TRY(add_properties(file, feature, properties));
    json = json_pack("{s:s,s:o,s:O}", "type", "Feature", "geometry",
                     geometry_of(feature->kind, elements), "properties", properties);
    if (!json) {
        s = kr_fail(file->ctx, KR_ENOMEM, "out of memory");
        goto out;
    }
    fputs(file->nfeatures++ ? ",\n" : "\n", file->file);
    if (json_dumpf(json, file->file, JSON_REAL_PRECISION(DIGITS)) != 0 && !ferror(file->file))
        s = kr_fail(file->ctx, KR_ENOMEM, "out of memory"); /* others are found at the end */
out:
    json_decref(elements);
    json_decref(properties);
    json_decref(json);
    kr_arena_reset(&file->scratch);
    return s;
}

kr_status kr_geojson_end(kr_geojson *file)
{
    fputs("\n]}\n", file->file);
    if (file->path)
        return kr_outfile_flush(&file->outfile);
    return fflush(file->file) == 0 && !ferror(file->file)
               ? KR_OK
               : kr_fail(file->ctx, KR_EIO, "standard output: writing failed");
}

kr_status kr_geojson_finish(kr_geojson *file, kr_status status)
{
    kr_status s = status;
    bool empty = s == KR_OK && file->nfeatures == 0 && file->path;
    if (empty && unlink(file->path) != 0 && errno != ENOENT) /* of an earlier call */
        s = kr_file_fail_made(file->ctx, file->path, "removed");
    if (empty)
        kr_outfile_discard(&file->outfile);
    else if (file->path)
        s = kr_outfile_end(&file->outfile, s);
    kr_arena_clear(&file->scratch);
    kr_arena_clear(&file->arena);
    return s;
}
