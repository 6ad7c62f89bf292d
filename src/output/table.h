/* CSV tables in the reference's dialect: CRLF, a comment line, a header, %.6E. Tables appear under
 * their names when all of them are complete. */
#ifndef KR_OUTPUT_TABLE_H
#define KR_OUTPUT_TABLE_H

#include "base/arena.h"
#include "base/outfile.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct kr_table {
    kr_ctx *ctx;
    kr_arena arena;     /* names */
    char *path;         /* NULL: a stream of the caller */
    kr_outfile outfile; /* where there is a path */
    FILE *file;
    size_t fields;   /* written in the current row */
    bool lacks_text; /* one could not be made: memory ran out */
} kr_table;

/** Begin DIR/name. KR_EIO, KR_ENOMEM (also for a name that is NULL). On success kr_table_finish
 * must follow; the structure stays where it is. */
KR_MUST_CHECK kr_status kr_table_begin(kr_ctx *ctx, const char *dir, const char *name,
                                       kr_table *out);

/** The same, but to a stream of the caller. */
KR_MUST_CHECK kr_status kr_table_begin_stream(kr_ctx *ctx, FILE *stream, const char *name,
                                              kr_table *out);

/** The comment line: '#', ncols - 2 empty fields and the text, quoted. */
void kr_table_comment(kr_table *table, size_t ncols, const char *text);

/* One field each; a row ends with kr_table_end_row. A text that is NULL, because it could not be
 * made, lets the table end with KR_ENOMEM. */
void kr_table_text(kr_table *table, const char *text);
void kr_table_integer(kr_table *table, long long x);
void kr_table_number(kr_table *table, double x);  /* %.6E, negative zero as 0 */
void kr_table_degrees(kr_table *table, double x); /* %.5f */
void kr_table_format(kr_table *table, const char *format, double x);
void kr_table_end_row(kr_table *table);

/** End the table: with KR_OK it is complete, under a name of its own (KR_EIO if writing failed),
 * otherwise what was written is removed and `status` comes back. */
KR_MUST_CHECK kr_status kr_table_finish(kr_table *table, kr_status status);

/* Of the time of tables so much goes into writing them, about; the rest into putting them in place,
 * where there are many. */
#define KR_TABLES_WRITTEN 0.75

/** Give complete tables of one folder their names, for good. KR_EIO: none of them is there. */
KR_MUST_CHECK kr_status kr_tables_place(kr_ctx *ctx, const char *dir, char *const *paths, size_t n);

/** Remove complete tables that have not their names yet. */
void kr_tables_discard(char *const *paths, size_t n);

/** Is this the name of a table that runs write? */
bool kr_is_table(const char *name);

/** Whether a file of a table's name in an open folder was written by Kauri: its first line says so.
 * Links and unfinished tables count as such. False (errno) where it cannot be read. */
bool kr_table_is_ours(int folder, const char *name, bool *ours);

/** How many CSV tables of an earlier run a folder holds; 0 where it cannot be read. */
size_t kr_tables_count(const char *dir);

/** Remove the CSV tables of an earlier run from a folder, and their digests; a table of another
 * program stays, with a warning. KR_EIO. */
KR_MUST_CHECK kr_status kr_tables_remove(kr_ctx *ctx, const char *dir);

#endif
