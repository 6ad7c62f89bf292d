/* Site models in CSV files, and tables of any of their kinds joined. */
#include "model/sites_int.h"

#include "base/file.h"
#include "base/str.h"
#include "input/csv.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------ parameters */

bool kr_site_param_is_ignored(const char *name)
{
    static const char *const ignored[] = {"site_id",      "sids",
                                          "geohash",      "friction_mid",
                                          "cohesion_mid", "saturation",
                                          "dry_density",  "Fs",
                                          "crit_accel",   "unit",
                                          "liq_susc_cat", "dw",
                                          "relief",       "yield_acceleration",
                                          "gwd",          "cti",
                                          "dc",           "dr",
                                          "dwb",          "zwb",
                                          "tri",          "hwater",
                                          "precip",       "T_eq",
                                          "in_cshm"};

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (kr_str_eq(ignored[i], name))
            return true;
    return false;
}

/* Words are cut to the length that the reference stores. */
static size_t param_word_length(kr_column column)
{
    switch (column) {
    case KR_COL_SITECLASS:
    case KR_COL_EC8:
        return 1;
    case KR_COL_EC8_P18:
        return 2;
    case KR_COL_AMPCODE:
        return 4;
    default:
        return 20;
    }
}

static bool param_is_flag(kr_column column)
{
    return column == KR_COL_VS30MEASURED || column == KR_COL_BAS;
}

kr_status kr_site_value(kr_sites_reader *r, const char *file, int line, kr_column column,
                        const char *text, double *out)
{
    const char *name = kr_column_name(column);
    double x = 0;

    assert(out); /* the table has the column */
    if (kr_column_is_word(column)) {
        char word[24] = "";
        size_t n = strlen(text), most = param_word_length(column);
        memcpy(word, text, n < most ? n : most);
        *out = kr_column_code(word);
        return KR_OK;
    }
    if (param_is_flag(column) && (kr_str_ieq(text, "true") || kr_str_ieq(text, "false"))) {
        *out = kr_str_ieq(text, "true");
        return KR_OK;
    }
    if (!kr_parse_double(text, &x) || isinf(x))
        return kr_fail_at(r->ctx, file, line, "%s is '%.40s'; a number was expected", name, text);
    if (column == KR_COL_VS30 && !(x > 0) && !isnan(x))
        return kr_fail_at(r->ctx, file, line, "vs30 is %g; m/s above 0 were expected", x);
    if (column == KR_COL_VS30 && x >= 32767)
        return kr_fail_at(r->ctx, file, line, "vs30 is %g; m/s below 32767 were expected", x);
    if (isnan(x) && (r->required >> column & 1))
        return kr_fail_at(r->ctx, file, line, "%s is no number; the ground-motion models need it",
                          name);
    *out = param_is_flag(column) ? x != 0 : x;
    return KR_OK;
}

kr_status kr_site_table_column(kr_sites_reader *r, kr_site_table *table, kr_column column)
{
    kr_status s = KR_OK;

    if (!table->param[column])
        KR_ANEW(table->param[column], r->arena, table->n);
out:
    return s;
}

/* ------------------------------------------------------------------ CSV */

static kr_status model_check_header(kr_sites_reader *r, const kr_csv *csv)
{
    const char *names[KR_COL_COUNT + 1];
    size_t n = 0;

    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if (kr_column_kind_of((kr_column)c) == KR_COLUMN_SITE)
            names[n++] = kr_column_name((kr_column)c);
    names[n++] = "custom_site_id";
    for (size_t i = 0; i < csv->ncols; i++) {
        const char *name = csv->header[i];
        bool known = kr_site_param_is_ignored(name);
        for (size_t k = 0; k < n && !known; k++)
            known = kr_str_eq(names[k], name);
        if (known)
            continue;
        const char *nearest = kr_str_ieq(name, "longitude")  ? "lon"
                              : kr_str_ieq(name, "latitude") ? "lat"
                                                             : kr_nearest(name, names, n);
        if (csv->ncols == 1 && strpbrk(name, ";\t"))
            return kr_fail_at(r->ctx, csv->path, csv->nrows ? csv->lines[0] - 1 : 1,
                              "'%.40s' is one column; columns separated by commas were expected",
                              name);
        return kr_fail_at(r->ctx, csv->path, csv->nrows ? csv->lines[0] - 1 : 1,
                          "column '%.40s' is no site parameter%s%s%s", name,
                          nearest ? "; did you mean '" : "; remove it", nearest ? nearest : "",
                          nearest ? "'?" : "");
    }
    return KR_OK;
}

static kr_status model_read_places(kr_sites_reader *r, const kr_csv *csv, kr_site_table *out)
{
    kr_status s = KR_OK;
    int lon = kr_csv_column(csv, "lon"), lat = kr_csv_column(csv, "lat");
    int depth = kr_csv_column(csv, "depth");
    kr_site_point *points = NULL;

    if (lon < 0 || lat < 0)
        return kr_fail_at(r->ctx, csv->path, 0, "column '%s' is missing", lon < 0 ? "lon" : "lat");
    KR_ANEW(points, &r->scratch, csv->nrows);
    KR_ANEW(out->lon, r->arena, csv->nrows);
    KR_ANEW(out->lat, r->arena, csv->nrows);
    if (depth >= 0)
        KR_ANEW(out->depth, r->arena, csv->nrows);
    for (size_t i = 0; i < csv->nrows; i++) {
        points[i].line = csv->lines[i];
        KR_TRY(kr_csv_double(r->ctx, csv, i, (size_t)lon, &points[i].lon));
        KR_TRY(kr_csv_double(r->ctx, csv, i, (size_t)lat, &points[i].lat));
        if (depth >= 0)
            KR_TRY(kr_csv_double(r->ctx, csv, i, (size_t)depth, &points[i].depth));
        KR_TRY(kr_point_check(r->ctx, csv->path, &points[i]));
        out->lon[i] = points[i].lon;
        out->lat[i] = points[i].lat;
        if (depth >= 0)
            out->depth[i] = points[i].depth;
    }
    KR_TRY(kr_points_check_distinct(r->ctx, csv->path, points, csv->nrows));
out:
    return s;
}

static kr_status model_read_ids(kr_sites_reader *r, const char *path, const kr_csv *csv,
                                kr_site_table *out)
{
    kr_status s = KR_OK;
    int custom = kr_csv_column(csv, "custom_site_id"), id = kr_csv_column(csv, "site_id");

    if (custom >= 0) {
        KR_ANEW(out->custom_site_id, r->arena, csv->nrows);
        KR_ANEW(out->id_place, r->arena, csv->nrows);
    }
    for (size_t i = 0; i < csv->nrows; i++) {
        long long number = -1;
        if (custom >= 0) {
            const char *text = csv->fields[i * csv->ncols + (size_t)custom];
            KR_TRY(kr_site_id_put(r, out, i, text, path, csv->lines[i]));
        }
        if (id >= 0 && (!kr_parse_int(csv->fields[i * csv->ncols + (size_t)id], &number) ||
                        number != (long long)i))
            return kr_fail_at(r->ctx, csv->path, csv->lines[i],
                              "site_id is '%.20s'; the ids must be 0, 1, 2, ... in this order",
                              csv->fields[i * csv->ncols + (size_t)id]);
    }
out:
    return s;
}

static kr_status model_read_csv(kr_sites_reader *r, const char *path, kr_site_table *out)
{
    kr_status s = KR_OK;
    kr_csv csv;

    KR_TRY(kr_csv_read(r->ctx, path, true, &r->scratch, &csv));
    KR_TRY(model_check_header(r, &csv));
    if (csv.nrows == 0)
        return kr_fail_at(r->ctx, path, 0, "the file has no sites; at least one was expected");
    out->n = csv.nrows;
    KR_TRY(model_read_places(r, &csv, out));
    KR_TRY(model_read_ids(r, path, &csv, out));
    for (size_t k = 0; k < csv.ncols; k++) {
        kr_column column = kr_column_find(csv.header[k]);
        if (column == KR_COL_COUNT || kr_column_kind_of(column) != KR_COLUMN_SITE ||
            column == KR_COL_LON || column == KR_COL_LAT || column == KR_COL_DEPTH)
            continue;
        KR_TRY(kr_site_table_column(r, out, column));
        for (size_t i = 0; i < csv.nrows; i++)
            KR_TRY(kr_site_value(r, path, csv.lines[i], column, csv.fields[i * csv.ncols + k],
                                 &out->param[column][i]));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ points without header */

static kr_status model_read_points(kr_sites_reader *r, const char *path, const char *text,
                                   kr_site_table *out)
{
    kr_status s = KR_OK;
    kr_site_point *points = NULL;
    size_t n = 0, lines = 1;

    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    KR_ANEW(points, &r->scratch, lines);
    int line = 1;
    for (const char *p = text; *p; line++) {
        const char *end = p + strcspn(p, "\n"), *start = p;
        while (start < end && kr_is_space(*start))
            start++;
        if (start < end)
            KR_TRY(kr_point_read(r->ctx, path, line, start, end, &points[n++]));
        p = *end ? end + 1 : end;
    }
    KR_TRY(kr_points_check_distinct(r->ctx, path, points, n));
    kr_points_sort(points, n);
    out->n = n;
    KR_ANEW(out->lon, r->arena, n);
    KR_ANEW(out->lat, r->arena, n);
    KR_ANEW(out->depth, r->arena, n);
    for (size_t i = 0; i < n; i++) {
        out->lon[i] = points[i].lon;
        out->lat[i] = points[i].lat;
        out->depth[i] = points[i].depth;
    }
out:
    return s;
}

/* A file without header begins with a number. */
static kr_status model_read_file(kr_sites_reader *r, const char *path, kr_site_table *out)
{
    kr_status s = KR_OK;
    char *text = NULL;
    size_t len = 0;
    double lon = 0;

    if (kr_str_ends(path, ".xml"))
        return kr_site_model_xml(r, path, out);
    KR_TRY(kr_file_read(r->ctx, path, 0, &r->scratch, &text, &len));
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    const char *first = text;
    while (kr_is_space(*first))
        first++;
    if (!*first)
        return kr_fail_at(r->ctx, path, 0, "the file is empty; sites were expected");
    if (kr_read_double(first, first + strcspn(first, ",\n"), &lon))
        return model_read_points(r, path, text, out);
    KR_TRY(model_read_csv(r, path, out));
out:
    return s;
}

/* ------------------------------------------------------------------ several files */

/* The columns of `other` that `table` lacks. */
static const char *model_missing_column(const kr_site_table *table, const kr_site_table *other)
{
    if (other->depth && !table->depth)
        return "depth";
    if (other->custom_site_id && !table->custom_site_id)
        return "custom_site_id";
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        if (other->param[c] && !table->param[c])
            return kr_column_name((kr_column)c);
    return NULL;
}

static kr_status model_join_column(kr_sites_reader *r, double **to, const double *from, size_t n,
                                   size_t more)
{
    kr_status s = KR_OK;
    double *joined = NULL;

    if (!from)
        return KR_OK;
    KR_ANEW(joined, r->arena, n + more);
    if (n)
        memcpy(joined, *to, n * sizeof *joined);
    memcpy(joined + n, from, more * sizeof *joined);
    *to = joined;
out:
    return s;
}

static kr_status model_join(kr_sites_reader *r, kr_site_table *to, const kr_site_table *from)
{
    kr_status s = KR_OK;
    size_t n = to->n, more = from->n;

    KR_TRY(model_join_column(r, &to->lon, from->lon, n, more));
    KR_TRY(model_join_column(r, &to->lat, from->lat, n, more));
    KR_TRY(model_join_column(r, &to->depth, from->depth, n, more));
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        KR_TRY(model_join_column(r, &to->param[c], from->param[c], n, more));
    if (from->custom_site_id) {
        const char **ids = NULL;
        kr_site_place *places = NULL;
        KR_ANEW(ids, r->arena, n + more);
        KR_ANEW(places, r->arena, n + more);
        for (size_t i = 0; i < n + more; i++) {
            ids[i] = i < n ? to->custom_site_id[i] : from->custom_site_id[i - n];
            places[i] = i < n ? to->id_place[i] : from->id_place[i - n];
        }
        to->custom_site_id = ids;
        to->id_place = places;
    }
    to->n = n + more;
out:
    return s;
}

kr_status kr_site_model_read(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    const kr_names *files = &r->job->site_model_files;

    for (size_t i = 0; i < files->n; i++) {
        kr_site_table table = {0};
        KR_TRY(model_read_file(r, files->name[i], &table));
        kr_arena_reset(&r->scratch);
        if (i == 0) {
            r->model = table;
            continue;
        }
        const char *here = model_missing_column(&table, &r->model);
        const char *there = model_missing_column(&r->model, &table);
        if (here || there)
            return kr_fail_at(
                r->ctx, files->name[i], 0,
                "'%s' is in %s but not in %s; all site models must have the same columns",
                here ? here : there, here ? files->name[0] : files->name[i],
                here ? files->name[i] : files->name[0]);
        KR_TRY(model_join(r, &r->model, &table));
    }
    KR_TRY(kr_site_ids_settle(r));
out:
    return s;
}
