#include "input/csv.h"

#include "base/file.h"
#include "base/map.h"
#include "base/str.h"

#include <string.h>

enum { CSV_MAX_COLUMNS = 100000 };

typedef struct csv_reader {
    kr_ctx *ctx;
    kr_arena *arena;
    kr_csv *csv;
    char *p, *end;
    int line;
    const char **row;
    size_t n, row_capacity;
    const char **fields;
    int *lines;
    size_t field_capacity, line_capacity;
} csv_reader;

/* ------------------------------------------------------------------ one record */

/* A field in quotes; doubled quotes stand for one. The text is rewritten in place. */
static kr_status csv_quoted(csv_reader *r, char **field)
{
    char *to = ++r->p;

    *field = to;
    for (;; r->p++) {
        if (r->p >= r->end)
            return kr_fail_at(r->ctx, r->csv->path, r->line, "a quoted field has no closing \"");
        if (*r->p == '"') {
            if (r->p[1] != '"')
                break;
            r->p++;
        }
        r->line += *r->p == '\n';
        *to++ = *r->p;
    }
    r->p++;
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
        r->p++;
    if (r->p < r->end && !strchr(",\r\n", *r->p))
        return kr_fail_at(r->ctx, r->csv->path, r->line, "a ',' was expected after a quoted field");
    *to = '\0';
    return KR_OK;
}

static kr_status csv_field(csv_reader *r, char **field)
{
    kr_status s = KR_OK;

    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
        r->p++;
    if (r->p < r->end && *r->p == '"')
        return csv_quoted(r, field);
    *field = r->p;
    while (r->p < r->end && *r->p != ',' && *r->p != '\n' && *r->p != '\r')
        r->p++;
    return s;
}

/* The fields of a record into r->row. */
static kr_status csv_record(csv_reader *r)
{
    kr_status s = KR_OK;

    for (r->n = 0;;) {
        char *field = NULL;
        KR_TRY(csv_field(r, &field));
        char sign = r->p < r->end ? *r->p : '\n';
        *r->p = '\0'; /* at the end of the text: the NUL that stands there */
        if (r->n == CSV_MAX_COLUMNS)
            return kr_fail_at(r->ctx, r->csv->path, r->line, "more than %d fields in a line",
                              (int)CSV_MAX_COLUMNS);
        KR_GROW(r->row, r->row_capacity, r->n + 1, r->ctx, KR_ACCOUNT_READING);
        r->row[r->n++] = kr_trim(field);
        if (r->p < r->end)
            r->p++;
        if (sign == '\r' && r->p < r->end && *r->p == '\n')
            r->p++;
        if (sign != ',')
            break;
    }
out:
    return s;
}

/* ------------------------------------------------------------------ the table */

static kr_status csv_set_header(csv_reader *r, int line)
{
    kr_status s = KR_OK;
    kr_map seen;

    kr_map_init(&seen, r->ctx, KR_ACCOUNT_READING);
    r->csv->ncols = r->n;
    KR_ANEW(r->csv->header, r->arena, r->n);
    for (size_t i = 0; i < r->n; i++) {
        r->csv->header[i] = r->row[i];
        if (kr_map_get(&seen, r->row[i], NULL)) {
            s = kr_fail_at(r->ctx, r->csv->path, line, "column '%s' is given twice; keep one",
                           r->row[i]);
            goto out;
        }
        KR_TRY(kr_map_put(&seen, r->row[i], 0));
    }
out:
    kr_map_clear(&seen);
    return s;
}

static kr_status csv_add_row(csv_reader *r, int line)
{
    kr_status s = KR_OK;
    kr_csv *csv = r->csv;

    if (csv->ncols == 0)
        csv->ncols = r->n;
    if (r->n != csv->ncols)
        return kr_fail_at(r->ctx, csv->path, line, "%zu fields; %zu were expected", r->n,
                          csv->ncols);
    size_t at = csv->nrows * csv->ncols;
    KR_GROW(r->fields, r->field_capacity, at + r->n, r->ctx, KR_ACCOUNT_READING);
    KR_GROW(r->lines, r->line_capacity, csv->nrows + 1, r->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < r->n; i++)
        r->fields[at + i] = r->row[i];
    r->lines[csv->nrows++] = line;
out:
    return s;
}

/* Skip an empty line or a comment (only before the table) at the reading place. */
static bool csv_skip_line(csv_reader *r, bool comments)
{
    char *end = r->p + strcspn(r->p, "\r\n");
    char *p = r->p;

    while (p < end && kr_is_space(*p))
        p++;
    if (p < end && !(comments && *p == '#'))
        return false;
    if (p < end && !r->csv->comment)
        r->csv->comment = p;
    r->p = end;
    if (r->p < r->end)
        r->p += r->p[0] == '\r' && r->p[1] == '\n' ? 2 : 1;
    *end = '\0';
    r->line++;
    return true;
}

static kr_status csv_table(csv_reader *r, bool header)
{
    kr_status s = KR_OK;
    bool begun = false;

    while (r->p < r->end) {
        if (csv_skip_line(r, !begun))
            continue;
        int line = r->line;
        KR_TRY(csv_record(r));
        if (header && !begun)
            KR_TRY(csv_set_header(r, line));
        else
            KR_TRY(csv_add_row(r, line));
        begun = true;
        r->line++;
    }
    if (header && !begun)
        return kr_fail_at(r->ctx, r->csv->path, 0, "the file is empty; a header was expected");
out:
    return s;
}

static kr_status csv_keep(csv_reader *r)
{
    kr_status s = KR_OK;
    kr_csv *csv = r->csv;

    KR_ANEW(csv->fields, r->arena, csv->nrows * csv->ncols);
    KR_ANEW(csv->lines, r->arena, csv->nrows);
    for (size_t i = 0; i < csv->nrows * csv->ncols; i++)
        csv->fields[i] = r->fields[i];
    for (size_t i = 0; i < csv->nrows; i++)
        csv->lines[i] = r->lines[i];
out:
    return s;
}

kr_status kr_csv_read(kr_ctx *ctx, const char *path, bool header, kr_arena *arena, kr_csv *out)
{
    kr_status s = KR_OK;
    csv_reader r = {.ctx = ctx, .arena = arena, .csv = out, .line = 1};
    size_t len = 0;

    *out = (kr_csv){0};
    KR_ASTR(out->path, arena, path);
    KR_TRY(kr_file_read(ctx, path, 0, arena, &r.p, &len));
    r.end = r.p + len;
    if (memchr(r.p, '\0', len)) {
        s = kr_fail_at(ctx, path, 0,
                       "the file holds a zero byte; a CSV table of text was expected");
        goto out;
    }
    if (len >= 3 && memcmp(r.p, "\xef\xbb\xbf", 3) == 0)
        r.p += 3;
    KR_TRY(csv_table(&r, header));
    KR_TRY(csv_keep(&r));
out:
    kr_free(r.row);
    kr_free(r.fields);
    kr_free(r.lines);
    return s;
}

/* ------------------------------------------------------------------ looking up */

int kr_csv_column(const kr_csv *csv, const char *name)
{
    for (size_t i = 0; csv->header && i < csv->ncols; i++)
        if (kr_str_eq(csv->header[i], name))
            return (int)i;
    return -1;
}

kr_status kr_csv_double(kr_ctx *ctx, const kr_csv *csv, size_t row, size_t col, double *out)
{
    const char *field = csv->fields[row * csv->ncols + col];

    if (kr_parse_double(field, out))
        return KR_OK;
    if (csv->header)
        return kr_fail_at(ctx, csv->path, csv->lines[row], "%s is '%.40s'; a number was expected",
                          csv->header[col], field);
    return kr_fail_at(ctx, csv->path, csv->lines[row],
                      "field %zu is '%.40s'; a number was expected", col + 1, field);
}
