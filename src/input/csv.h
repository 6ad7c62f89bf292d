/* CSV tables: an optional first comment line ('#...'), an optional header, rows of fields; quoted
 * fields, CRLF or LF. Strict: every row has as many fields as the header. */
#ifndef KR_INPUT_CSV_H
#define KR_INPUT_CSV_H

#include "base/arena.h"

#include <stdbool.h>

typedef struct kr_csv {
    const char *path;
    const char *comment; /* the first line if it began with '#', else NULL */
    const char **header; /* NULL if the table was read without one */
    size_t ncols, nrows;
    const char **fields; /* nrows x ncols, trimmed */
    int *lines;          /* line of each row */
} kr_csv;

/** Read a table into the arena. header: the first line (after comments) names the columns.
 * KR_EINPUT with line. */
KR_MUST_CHECK kr_status kr_csv_read(kr_ctx *ctx, const char *path, bool header, kr_arena *arena,
                                    kr_csv *out);

/** Index of a column, or -1. */
int kr_csv_column(const kr_csv *csv, const char *name);

/** A field as a number; KR_EINPUT naming file, line, column. */
KR_MUST_CHECK kr_status kr_csv_double(kr_ctx *ctx, const kr_csv *csv, size_t row, size_t col,
                                      double *out);

#endif
