/* Two result folders, table by table. */
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "input/csv.h"
#include "kauri/run.h"
#include "output/stored.h"
#include "run/memory.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct comparer {
    kr_ctx *ctx;
    double rtol, atol;
    FILE *out;
    kr_json *json; /* or NULL: lines of text */
    kr_comparison *result;
} comparer;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the CSV tables of a folder, sorted. */
static kr_status list_tables(kr_ctx *ctx, const char *dir, kr_arena *arena, const char ***out,
                             size_t *n)
{
    kr_status s = KR_OK;
    const char **names = NULL;
    size_t cap = 0;
    DIR *d = opendir(dir);
    *n = 0;
    *out = NULL;
    if (!d)
        return kr_file_fail(ctx, dir, "opened");
    struct dirent *e;
    while ((e = kr_dir_next(d)) != NULL) {
        if (!kr_str_ends(e->d_name, ".csv") || kr_memory_is_table(e->d_name))
            continue;
        KR_GROW(names, cap, *n + 1, ctx, KR_ACCOUNT_OTHER);
        KR_ASTR(names[*n], arena, e->d_name);
        ++*n;
    }
    if (errno != 0) {
        s = kr_file_fail(ctx, dir, "listed");
        goto out;
    }
    if (*n) {
        qsort(names, *n, sizeof *names, by_text);
        KR_ANEW(*out, arena, *n);
        memcpy(*out, names, *n * sizeof *names);
    }
out:
    kr_free(names);
    closedir(d);
    return s;
}

/* How a table differs: the worst relative difference; the worst of those that count, and that one
 * as text (or NULL). */
typedef struct difference {
    double worst, told;
    const char *text;
} difference;

static void compare_field(const comparer *c, kr_arena *arena, const kr_csv *a, const kr_csv *b,
                          const size_t at[3], difference *d)
{
    const char *x = a->fields[at[0] * a->ncols + at[1]], *y = b->fields[at[0] * b->ncols + at[2]];
    double p, q, relative = INFINITY;
    bool differs;
    if (kr_str_eq(x, y)) /* also what no difference can be taken of: nan, inf */
        return;
    if (kr_parse_double(x, &p) && kr_parse_double(y, &q)) {
        double diff = fabs(p - q);
        differs = !(diff <= c->atol + c->rtol * fabs(p));
        if (p != 0)
            relative = diff / fabs(p);
        if (!(diff <= c->atol))
            d->worst = fmax(d->worst, relative);
    } else {
        differs = true;
        d->worst = INFINITY;
    }
    if (!differs || (d->text && relative <= d->told))
        return;
    d->told = relative;
    d->text = kr_arena_printf(arena, "row %zu, %s: %s and %s", at[0] + 1, a->header[at[1]], x, y);
}

static void compare_tables(const comparer *c, kr_arena *arena, const kr_csv *a, const kr_csv *b,
                           difference *d)
{
    if (a->nrows != b->nrows || a->ncols != b->ncols) {
        d->worst = INFINITY;
        d->text = kr_arena_printf(arena, "%zu rows of %zu columns and %zu rows of %zu columns",
                                  a->nrows, a->ncols, b->nrows, b->ncols);
        return;
    }
    for (size_t j = 0; j < a->ncols; j++) {
        int twin = kr_csv_column(b, a->header[j]);
        if (twin < 0) {
            d->worst = INFINITY;
            d->text = kr_arena_printf(arena, "column %s is in one of them only", a->header[j]);
            return;
        }
        for (size_t i = 0; i < a->nrows; i++)
            compare_field(c, arena, a, b, (const size_t[]){i, j, (size_t)twin}, d);
    }
}

static void tell(const comparer *c, const char *name, const difference *d)
{
    if (!c->json) {
        fprintf(c->out, "%-6s %-48s worst %.1e%s%s\n", d->text ? "differ" : "equal", name, d->worst,
                d->text ? "  " : "", d->text ? d->text : "");
        return;
    }
    kr_put_begin(c->json, NULL, '{');
    kr_put_text(c->json, "table", name);
    kr_put_flag(c->json, "equal", !d->text);
    kr_put_number(c->json, "worst", d->worst);
    kr_put_text(c->json, "difference", d->text);
    kr_put_end(c->json, '}');
}

static kr_status compare_files(const comparer *c, const char *dir_a, const char *dir_b,
                               const char *name)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_csv a, b;
    difference d = {0};
    kr_arena_init(&arena, c->ctx, KR_ACCOUNT_OTHER);
    const char *path_a = kr_path_join(&arena, dir_a, name);
    const char *path_b = kr_path_join(&arena, dir_b, name);
    KR_TRY(path_a && path_b ? KR_OK : KR_ENOMEM);
    if (!kr_file_exists(path_a) || !kr_file_exists(path_b)) {
        d.worst = INFINITY;
        d.text = kr_arena_printf(&arena, "only in %s", kr_file_exists(path_a) ? dir_a : dir_b);
    } else {
        KR_TRY(kr_csv_read(c->ctx, path_a, true, &arena, &a));
        KR_TRY(kr_csv_read(c->ctx, path_b, true, &arena, &b));
        compare_tables(c, &arena, &a, &b, &d);
    }
    c->result->tables++;
    c->result->differing += d.text != NULL;
    c->result->worst = fmax(c->result->worst, d.worst);
    tell(c, name, &d);
out:
    kr_arena_clear(&arena);
    return s;
}

/* A folder without tables differs from one that has some, unless its run is not at its end. */
static kr_status no_tables(kr_ctx *ctx, const char *dir, bool none_at_all)
{
    kr_folder_state state = kr_folder_look(ctx, dir);
    if (state == KR_FOLDER_OTHER && !none_at_all)
        return KR_OK;
    return kr_fail(ctx, KR_EINPUT, "%s: no CSV tables to compare; %s", dir,
                   state == KR_FOLDER_LIVE ? "a run is under way there: wait for its end"
                   : state == KR_FOLDER_INTERRUPTED
                       ? "the run there was interrupted: the same `kauri run` goes on with it"
                       : "`kauri run` with -e csv writes them, and `kauri export` those of a "
                         "finished run");
}

/* The tables of both folders, in the order of their names. */
static kr_status compare_all(const comparer *c, const char *a, const char *b)
{
    kr_status s = KR_OK;
    kr_arena arena;
    const char **names_a, **names_b;
    size_t na, nb, i = 0, k = 0;
    kr_arena_init(&arena, c->ctx, KR_ACCOUNT_OTHER);
    KR_TRY(list_tables(c->ctx, a, &arena, &names_a, &na));
    KR_TRY(list_tables(c->ctx, b, &arena, &names_b, &nb));
    KR_TRY(na == 0 ? no_tables(c->ctx, a, na + nb == 0) : KR_OK);
    KR_TRY(nb == 0 ? no_tables(c->ctx, b, false) : KR_OK);
    while (i < na || k < nb) { /* both lists are sorted: walk them together */
        int order = i == na ? 1 : (k == nb ? -1 : strcmp(names_a[i], names_b[k]));
        KR_TRY(compare_files(c, a, b, order <= 0 ? names_a[i] : names_b[k]));
        i += order <= 0;
        k += order >= 0;
    }
out:
    kr_arena_clear(&arena);
    return s;
}

/* As JSON: whole, or not at all. */
static kr_status compare_as_json(comparer *c, const char *a, const char *b)
{
    kr_status s = KR_OK;
    kr_held held;
    KR_TRY(kr_held_begin(c->ctx, &held));
    kr_json j = {.out = held.file};
    c->json = &j;
    kr_put_begin(&j, NULL, '{');
    kr_put_text(&j, "format", "kauri compare 1");
    kr_put_number(&j, "rtol", c->rtol);
    kr_put_number(&j, "atol", c->atol);
    kr_put_begin(&j, "tables", '[');
    s = compare_all(c, a, b);
    kr_put_end(&j, ']');
    kr_put_count(&j, "compared", c->result->tables);
    kr_put_count(&j, "differing", c->result->differing);
    kr_put_end(&j, '}');
    s = kr_held_end(c->ctx, &held, s, c->out);
out:
    c->json = NULL;
    return s;
}

kr_status kr_compare(kr_ctx *ctx, const char *a, const char *b, double rtol, double atol, bool json,
                     FILE *out, kr_comparison *result)
{
    kr_status s = KR_OK;
    comparer c = {.ctx = ctx, .rtol = rtol, .atol = atol, .out = out, .result = result};
    *result = (kr_comparison){0};
    KR_TRY(json ? compare_as_json(&c, a, b) : compare_all(&c, a, b));
    if (!json)
        fprintf(out, "%zu tables compared, %zu differ by more than %g of a number and %g besides\n",
                result->tables, result->differing, rtol, atol);
    if (fflush(out) != 0 || ferror(out))
        s = kr_fail(ctx, KR_EIO, "standard output: writing failed");
    else if (result->differing)
        s = kr_fail(ctx, KR_EDIFFER, "%zu of %zu tables differ", result->differing, result->tables);
out:
    return s;
}
