#include "output/geopackage.h"

#include "base/create.h"
#include "base/file.h"
#include "base/str.h"
#include "output/date_line.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_COLUMNS = 200, MOST_LAYERS = 200, WGS84 = 4326 };

/* Geometry types of WKB. */
enum {
    WKB_POINT = 1,
    WKB_LINE,
    WKB_POLYGON,
    WKB_MULTI = 3, /* more than that of the parts */
    WKB_MIXED = 0
};

typedef struct layer {
    const char *name, *description;
    size_t nfeatures, ncolumns;
    const char *columns[MOST_COLUMNS];
    int type;             /* of WKB, or WKB_MIXED */
    sqlite3_stmt *insert; /* NULL: columns have changed */
    double box[4];        /* min x, max x, min y, max y */
} layer;

struct kr_geopackage {
    kr_ctx *ctx;
    kr_arena arena, scratch; /* names; of one feature */
    char *path, *temporary;
    const char *date; /* NULL: now */
    sqlite3 *db;
    bool made; /* the temporary file is this one's */
    size_t nlayers, nfeatures;
    layer *layers[MOST_LAYERS];
};

/* ------------------------------------------------------------------ SQLite */

static kr_status fail(const kr_geopackage *g, int code)
{
    int kind = code & 0xff;
    if (kind == SQLITE_NOMEM)
        return kr_fail(g->ctx, KR_ENOMEM, "out of memory");
    bool disk = kind == SQLITE_FULL || kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN ||
                kind == SQLITE_READONLY || kind == SQLITE_PERM || kind == SQLITE_BUSY;
    return kr_fail(g->ctx, disk ? KR_EIO : KR_EINTERNAL, "%s: writing failed: %s", g->path,
                   sqlite3_errmsg(g->db));
}

static kr_status check(const kr_geopackage *g, int code)
{
    return code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW ? KR_OK : fail(g, code);
}

static kr_status execute(const kr_geopackage *g, const char *sql)
{
    return check(g, sqlite3_exec(g->db, sql, NULL, NULL, NULL));
}

/* A name as SQL has it. */
static const char *quoted(kr_geopackage *g, const char *name)
{
    size_t n = 0;
    char *out = kr_arena_alloc(&g->scratch, 2 * strlen(name) + 3, 1);
    if (!out)
        return NULL;
    out[n++] = '"';
    for (; *name; name++) {
        if (*name == '"')
            out[n++] = '"';
        out[n++] = *name;
    }
    out[n] = '"';
    return out;
}

/* What is no UTF-8 becomes '?'. */
static const char *clean(kr_geopackage *g, const char *text)
{
    char *out = kr_arena_strdup(&g->scratch, text);
    if (out)
        kr_utf8_clean(out);
    return out;
}

/* ------------------------------------------------------------------ begin */

/* The tables that every package has, word for word as the standard defines them. */
static const char SCHEMA[] =
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,"
    " organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,"
    " definition TEXT NOT NULL, description TEXT);"
    "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,"
    " identifier TEXT UNIQUE, description TEXT DEFAULT '',"
    " last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),"
    " min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,"
    " CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));"
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,"
    " geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,"
    " m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),"
    " CONSTRAINT uk_gc_table_name UNIQUE (table_name),"
    " CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),"
    " CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));"
    "INSERT INTO gpkg_spatial_ref_sys VALUES"
    " ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),"
    " ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),"
    " ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\","
    "SPHEROID[\"WGS 84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],"
    "AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],"
    "UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],"
    "AUTHORITY[\"EPSG\",\"4326\"]]', 'longitude and latitude in degrees');";

/* It is a new file and no use before it is complete: no journal. Its end is on the disk before it
 * gets its name. */
static kr_status open_file(kr_geopackage *g)
{
    kr_status s = KR_OK;
    if (!kr_clear_way(g->temporary))
        return kr_file_fail_made(g->ctx, g->temporary, "written");
    g->made = true;
    KR_TRY(check(g, sqlite3_open_v2(
                        g->temporary, &g->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)));
    KR_TRY(execute(g, "PRAGMA journal_mode = OFF; PRAGMA synchronous = NORMAL;"
                      "PRAGMA locking_mode = EXCLUSIVE;"
                      "PRAGMA application_id = 1196444487;" /* "GPKG" */
                      "PRAGMA user_version = 10300; BEGIN;"));
    KR_TRY(execute(g, SCHEMA));
out:
    return s;
}

kr_status kr_geopackage_begin(kr_ctx *ctx, const char *dir, const char *name, const char *date,
                              kr_geopackage **out)
{
    kr_status s = KR_OK;
    kr_geopackage *g;
    *out = NULL;
    KR_NEW(g, ctx, KR_ACCOUNT_OUTPUT, 1);
    g->ctx = ctx;
    kr_arena_init(&g->arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_arena_init(&g->scratch, ctx, KR_ACCOUNT_OUTPUT);
    g->path = kr_path_join(&g->arena, dir, name);
    g->temporary = g->path ? kr_arena_printf(&g->arena, "%s.part", g->path) : NULL;
    s = g->temporary ? KR_OK : KR_ENOMEM;
    if (s == KR_OK && date) {
        g->date = kr_arena_printf(&g->arena, "%.19s.000Z", date);
        s = g->date ? KR_OK : KR_ENOMEM;
    }
    if (s == KR_OK)
        s = open_file(g);
    if (s == KR_OK)
        *out = g;
    else
        s = kr_geopackage_finish(&g, s, false);
out:
    return s;
}

const char *kr_geopackage_path(const kr_geopackage *g)
{
    return g->path;
}

kr_status kr_geopackage_layer(kr_geopackage *g, const char *name, const char *description)
{
    kr_status s = KR_OK;
    layer *l;
    if (g->nlayers == MOST_LAYERS)
        return kr_fail(g->ctx, KR_EINPUT, "%s: more than %d layers", g->path, MOST_LAYERS);
    KR_ANEW(l, &g->arena, 1);
    KR_ASTR(l->name, &g->arena, name);
    KR_ASTR(l->description, &g->arena, description);
    l->box[0] = l->box[2] = INFINITY;
    l->box[1] = l->box[3] = -INFINITY;
    g->layers[g->nlayers++] = l;
out:
    return s;
}

/* ------------------------------------------------------------------ geometry */

/* Bytes of WKB, little-endian, in the scratch. */
typedef struct bytes {
    unsigned char *p;
    size_t n;
} bytes;

static void put_number(bytes *b, unsigned long long x, size_t size)
{
    for (size_t i = 0; i < size; i++)
        b->p[b->n++] = (unsigned char)(x >> 8 * i);
}

static void put_double(bytes *b, double x)
{
    unsigned long long bits;
    memcpy(&bits, &x, sizeof bits);
    put_number(b, bits, 8);
}

static void put_type(bytes *b, int type)
{
    put_number(b, 1, 1); /* little-endian */
    put_number(b, (unsigned)type, 4);
}

static void put_place(bytes *b, kr_point3 p, layer *l)
{
    double x = kr_round(p.lon, 5), y = kr_round(p.lat, 5);
    put_double(b, x);
    put_double(b, y);
    l->box[0] = fmin(l->box[0], x);
    l->box[1] = fmax(l->box[1], x);
    l->box[2] = fmin(l->box[2], y);
    l->box[3] = fmax(l->box[3], y);
}

static void put_part(bytes *b, kr_feature_kind kind, kr_line part, layer *l)
{
    bool ring = kind == KR_FEATURE_POLYGONS, back = ring && kr_runs_clockwise(part);
    put_type(b, ring ? WKB_POLYGON : WKB_LINE);
    if (ring)
        put_number(b, 1, 4);
    put_number(b, part.n + ring, 4);
    for (size_t i = 0; i < part.n + ring; i++) {
        size_t k = i % part.n;
        put_place(b, part.p[back ? part.n - 1 - k : k], l);
    }
}

/* The parts of a feature as they are written: points as they are, others cut at the date line. */
static kr_status cut_parts(kr_geopackage *g, const kr_feature *f, kr_line **out, size_t *n,
                           size_t *points)
{
    kr_status s = KR_OK;
    size_t cap = 0, count = 0;
    kr_line *all = NULL, *pieces;
    *points = 0;
    for (size_t i = 0; i < f->nparts; i++) {
        size_t more = 1;
        pieces = NULL;
        if (f->kind != KR_FEATURE_POINTS)
            KR_TRY(kr_cut_at_date_line(f->parts[i], f->kind == KR_FEATURE_POLYGONS, &g->scratch,
                                       &pieces, &more));
        KR_GROW(all, cap, count + more, g->ctx, KR_ACCOUNT_OUTPUT);
        for (size_t k = 0; k < more; k++) {
            all[count] = pieces ? pieces[k] : f->parts[i];
            *points += all[count++].n;
        }
    }
    KR_ANEW(*out, &g->scratch, count);
    for (size_t i = 0; i < count; i++)
        (*out)[i] = all[i];
    *n = count;
out:
    kr_free(all);
    return s;
}

/* The head of the standard (2.1.3), without an envelope, and WKB. */
static kr_status geometry_of(kr_geopackage *g, const kr_feature *f, layer *l, bytes *out, int *type)
{
    kr_status s = KR_OK;
    kr_line *parts = NULL;
    size_t n = 0, points = 0;
    KR_TRY(cut_parts(g, f, &parts, &n, &points));
    *out = (bytes){0};
    KR_ANEW(out->p, &g->scratch, 64 + 21 * (points + n) + 16 * n);
    memcpy(out->p, "GP\0\x01", 4);
    out->n = 4;
    put_number(out, WGS84, 4);
    if (f->kind == KR_FEATURE_POINTS && points == 1) {
        *type = WKB_POINT;
        put_type(out, WKB_POINT);
        put_place(out, parts[0].p[0], l);
        goto out;
    }
    *type = WKB_MULTI + (f->kind == KR_FEATURE_POINTS  ? WKB_POINT
                         : f->kind == KR_FEATURE_LINES ? WKB_LINE
                                                       : WKB_POLYGON);
    put_type(out, *type);
    put_number(out, f->kind == KR_FEATURE_POINTS ? points : n, 4);
    for (size_t i = 0; i < n; i++) {
        if (f->kind != KR_FEATURE_POINTS)
            put_part(out, f->kind, parts[i], l);
        for (size_t k = 0; k < parts[i].n && f->kind == KR_FEATURE_POINTS; k++) {
            put_type(out, WKB_POINT);
            put_place(out, parts[i].p[k], l);
        }
    }
out:
    return s;
}

/* ------------------------------------------------------------------ features */

static size_t column_of(const layer *l, const char *name)
{
    size_t k = 0;
    while (k < l->ncolumns && !kr_str_eq(l->columns[k], name))
        k++;
    return k;
}

static kr_status make_table(kr_geopackage *g, const layer *l)
{
    const char *name = quoted(g, l->name);
    const char *sql = name ? kr_arena_printf(&g->scratch,
                                             "CREATE TABLE %s (fid INTEGER PRIMARY KEY "
                                             "AUTOINCREMENT NOT NULL, geom BLOB)",
                                             name)
                           : NULL;
    return sql ? execute(g, sql) : KR_ENOMEM;
}

static kr_status add_column(kr_geopackage *g, layer *l, const kr_property *p)
{
    kr_status s = KR_OK;
    const char *table = quoted(g, l->name), *column = quoted(g, p->name), *sql = NULL;
    if (l->ncolumns == MOST_COLUMNS)
        return kr_fail(g->ctx, KR_EINPUT, "%s: more than %d columns", g->path, MOST_COLUMNS);
    if (table && column)
        sql = kr_arena_printf(&g->scratch, "ALTER TABLE %s ADD COLUMN %s %s", table, column,
                              p->text ? "TEXT" : "DOUBLE");
    KR_TRY(sql ? execute(g, sql) : KR_ENOMEM);
    KR_ASTR(l->columns[l->ncolumns], &g->arena, p->name);
    l->ncolumns++;
    sqlite3_finalize(l->insert);
    l->insert = NULL;
out:
    return s;
}

static kr_status prepare(kr_geopackage *g, layer *l)
{
    const char *table = quoted(g, l->name), *names = "geom", *marks = "?";
    for (size_t k = 0; k < l->ncolumns && names && marks; k++) {
        const char *column = quoted(g, l->columns[k]);
        names = column ? kr_arena_printf(&g->scratch, "%s, %s", names, column) : NULL;
        marks = kr_arena_printf(&g->scratch, "%s, ?", marks);
    }
    const char *sql =
        table && names && marks
            ? kr_arena_printf(&g->scratch, "INSERT INTO %s (%s) VALUES (%s)", table, names, marks)
            : NULL;
    return sql ? check(g, sqlite3_prepare_v2(g->db, sql, -1, &l->insert, NULL)) : KR_ENOMEM;
}

static kr_status bind_property(kr_geopackage *g, layer *l, const kr_property *p)
{
    int at = (int)column_of(l, p->name) + 2;
    const char *text = p->text ? clean(g, p->text) : NULL;
    if (p->text && !text)
        return KR_ENOMEM;
    return check(g, text ? sqlite3_bind_text(l->insert, at, text, -1, SQLITE_STATIC)
                    : isfinite(p->number) ? sqlite3_bind_double(l->insert, at, p->number)
                                          : sqlite3_bind_null(l->insert, at));
}

kr_status kr_geopackage_add(kr_geopackage *g, size_t number, const kr_feature *f)
{
    kr_status s = KR_OK;
    layer *l = g->layers[number];
    bytes geometry;
    int type;
    KR_TRY(geometry_of(g, f, l, &geometry, &type));
    if (l->nfeatures == 0)
        KR_TRY(make_table(g, l));
    l->type = l->nfeatures == 0 || l->type == type ? type : WKB_MIXED;
    for (size_t i = 0; i < f->nproperties; i++)
        if (column_of(l, f->properties[i].name) == l->ncolumns)
            KR_TRY(add_column(g, l, &f->properties[i]));
    if (!l->insert)
        KR_TRY(prepare(g, l));
    KR_TRY(check(g, sqlite3_bind_blob64(l->insert, 1, geometry.p, geometry.n, SQLITE_STATIC)));
    for (size_t i = 0; i < f->nproperties; i++)
        KR_TRY(bind_property(g, l, &f->properties[i]));
    KR_TRY(check(g, sqlite3_step(l->insert)));
    l->nfeatures++;
    g->nfeatures++;
out:
    if (l->insert) {
        sqlite3_reset(l->insert);
        sqlite3_clear_bindings(l->insert);
    }
    kr_arena_reset(&g->scratch);
    return s;
}

/* ------------------------------------------------------------------ end */

static kr_status list_layer(kr_geopackage *g, const layer *l)
{
    kr_status s = KR_OK;
    static const char *const types[] = {"GEOMETRY",   "POINT",           "LINESTRING",  "POLYGON",
                                        "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"};
    sqlite3_stmt *contents = NULL, *columns = NULL;
    const char *description = clean(g, l->description);
    KR_TRY(description ? KR_OK : KR_ENOMEM);
    KR_TRY(
        check(g, sqlite3_prepare_v2(
                     g->db,
                     "INSERT INTO gpkg_contents VALUES (?1, 'features', ?1, ?2,"
                     " coalesce(?3, strftime('%Y-%m-%dT%H:%M:%fZ','now')), ?4, ?5, ?6, ?7, 4326)",
                     -1, &contents, NULL)));
    KR_TRY(check(g, sqlite3_bind_text(contents, 1, l->name, -1, SQLITE_STATIC)));
    KR_TRY(check(g, sqlite3_bind_text(contents, 2, description, -1, SQLITE_STATIC)));
    KR_TRY(check(g, sqlite3_bind_text(contents, 3, g->date, -1, SQLITE_STATIC)));
    for (int i = 0; i < 4; i++)
        KR_TRY(check(g, sqlite3_bind_double(contents, 4 + i, l->box[i % 2 * 2 + i / 2])));
    KR_TRY(check(g, sqlite3_step(contents)));
    KR_TRY(
        check(g, sqlite3_prepare_v2(
                     g->db, "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, 4326, 0, 0)",
                     -1, &columns, NULL)));
    KR_TRY(check(g, sqlite3_bind_text(columns, 1, l->name, -1, SQLITE_STATIC)));
    KR_TRY(check(g, sqlite3_bind_text(columns, 2, types[l->type], -1, SQLITE_STATIC)));
    KR_TRY(check(g, sqlite3_step(columns)));
out:
    sqlite3_finalize(contents);
    sqlite3_finalize(columns);
    kr_arena_reset(&g->scratch);
    return s;
}

kr_status kr_geopackage_end(kr_geopackage *g)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < g->nlayers; i++) {
        sqlite3_finalize(g->layers[i]->insert);
        g->layers[i]->insert = NULL;
        if (g->layers[i]->nfeatures)
            KR_TRY(list_layer(g, g->layers[i]));
    }
    KR_TRY(execute(g, "COMMIT"));
    KR_TRY(check(g, sqlite3_close(g->db)));
    g->db = NULL;
out:
    return s;
}

static kr_status place(const kr_geopackage *g)
{
    char text[128];
    if (rename(g->temporary, g->path) == 0)
        return KR_OK;
    return kr_fail(g->ctx, KR_EIO, "%s: cannot be put in place: %s", g->path,
                   strerror_r(errno, text, sizeof text));
}

kr_status kr_geopackage_finish(kr_geopackage **package, kr_status status, bool stays)
{
    kr_geopackage *g = *package;
    kr_status s = status;
    if (!g)
        return s;
    for (size_t i = 0; i < g->nlayers; i++)
        sqlite3_finalize(g->layers[i]->insert);
    bool empty = g->nfeatures == 0;
    sqlite3_close(g->db);
    if (s == KR_OK && empty && g->path && unlink(g->path) != 0 &&
        errno != ENOENT) /* of an earlier call */
        s = kr_file_fail_made(g->ctx, g->path, "removed");
    if (s == KR_OK && !empty && !stays)
        s = place(g);
    if (g->made && g->temporary && (s != KR_OK || empty))
        unlink(g->temporary);
    kr_arena_clear(&g->scratch);
    kr_arena_clear(&g->arena);
    kr_free(g);
    *package = NULL;
    return s;
}
