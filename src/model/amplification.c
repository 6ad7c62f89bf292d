#include "model/amplification.h"

#include "base/mem.h"
#include "base/str.h"
#include "input/csv.h"
#include "num/interp.h"

#include <math.h>
#include <string.h>

enum { CODE_LENGTH = 4 }; /* bytes of a code that count, as in sites */

typedef struct table_reader {
    kr_ctx *ctx;
    const kr_job *job;
    kr_amplification *table;
    kr_arena scratch;
    kr_csv csv;
    int code, level, from_mag, from_rrup; /* columns, -1 without */
    int *median, *sigma;                  /* of each measure */
    size_t *function;                     /* of each row */
    size_t functions_cap, codes_cap;
} table_reader;

static kr_status fail(const table_reader *r, int line, const char *column, const char *text)
{
    return kr_fail_at(r->ctx, r->csv.path, line, "%s%s", column, text);
}

/* ------------------------------------------------------------------ head */

static void read_comment(table_reader *r)
{
    const char *at = r->csv.comment ? strstr(r->csv.comment, "vs30_ref") : NULL;

    r->table->vs30_ref = NAN;
    if (!at)
        return;
    at += strlen("vs30_ref");
    at += strspn(at, " =");
    const char *end = kr_read_double(at, at + strlen(at), &r->table->vs30_ref);
    if (!end)
        r->table->vs30_ref = NAN;
}

/* The column of a measure; names may be written as in jobs. */
static int find_measure(const table_reader *r, const char *prefix, const char *name)
{
    for (size_t i = 0; i < r->csv.ncols; i++) {
        const char *header = r->csv.header[i];
        kr_imt imt;
        if (kr_str_starts(header, prefix) && kr_imt_parse(header + strlen(prefix), &imt) &&
            kr_str_eq(imt.name, name))
            return (int)i;
    }
    return -1;
}

static kr_status check_header(const table_reader *r)
{
    static const char *const keys[] = {"ampcode", "level", "from_mag", "from_rrup"};
    for (size_t i = 0; i < r->csv.ncols; i++) {
        const char *name = r->csv.header[i];
        kr_imt imt;
        bool known = false;
        for (size_t k = 0; k < 4 && !known; k++)
            known = kr_str_eq(name, keys[k]);
        if (!known &&
            !kr_imt_parse(kr_str_starts(name, "sigma_") ? name + strlen("sigma_") : name, &imt))
            return kr_fail_at(r->ctx, r->csv.path, r->csv.nrows ? r->csv.lines[0] - 1 : 0,
                              "column '%.40s' is not known; ampcode, level, from_mag, from_rrup, "
                              "measures and sigma_ with a measure were expected",
                              name);
    }
    return KR_OK;
}

static kr_status find_columns(table_reader *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->job;

    KR_TRY(check_header(r));
    r->code = kr_csv_column(&r->csv, "ampcode");
    r->level = kr_csv_column(&r->csv, "level");
    r->from_mag = kr_csv_column(&r->csv, "from_mag");
    r->from_rrup = kr_csv_column(&r->csv, "from_rrup");
    if (r->code < 0)
        return fail(r, 0, "ampcode", ": the column is missing");
    if (job->amplification_kernel && (r->level < 0 || r->from_mag < 0 || r->from_rrup < 0))
        return fail(r, 0,
                    r->level < 0      ? "level"
                    : r->from_mag < 0 ? "from_mag"
                                      : "from_rrup",
                    ": the column is missing; amplification_method = kernel needs it");
    if (!job->amplification_kernel && (r->from_mag >= 0 || r->from_rrup >= 0))
        return fail(r, 0, r->from_mag >= 0 ? "from_mag" : "from_rrup",
                    ": the column is for amplification_method = kernel; curves are amplified "
                    "whatever the ruptures");
    KR_ANEW(r->median, &r->scratch, job->nimts);
    KR_ANEW(r->sigma, &r->scratch, job->nimts);
    for (size_t m = 0; m < job->nimts; m++) {
        r->median[m] = find_measure(r, "", job->imts[m].name);
        r->sigma[m] = find_measure(r, "sigma_", job->imts[m].name);
        if (r->median[m] < 0)
            return fail(r, 0, job->imts[m].name,
                        ": the column is missing; all measures of the job were expected");
    }
out:
    return s;
}

/* ------------------------------------------------------------------ rows */

static kr_status number(const table_reader *r, size_t row, int column, double low, double *out)
{
    kr_status s = KR_OK;

    *out = 0;
    if (column < 0)
        return KR_OK;
    KR_TRY(kr_csv_double(r->ctx, &r->csv, row, (size_t)column, out));
    if (!(*out >= low) || isinf(*out))
        return kr_fail_at(r->ctx, r->csv.path, r->csv.lines[row],
                          "%s is %g; a number %s 0 was expected", r->csv.header[column], *out,
                          low > 0 ? "above" : "not below");
out:
    return s;
}

static kr_status find_code(table_reader *r, size_t row, size_t *out)
{
    kr_status s = KR_OK;
    kr_amplification *t = r->table;
    const char *text = r->csv.fields[row * r->csv.ncols + (size_t)r->code];
    size_t n = strlen(text) < CODE_LENGTH ? strlen(text) : CODE_LENGTH;

    if (n == 0)
        return fail(r, r->csv.lines[row], "ampcode", " is empty; a code was expected");
    for (*out = 0; *out < t->ncodes; ++*out)
        if (strlen(t->codes[*out]) == n && strncmp(t->codes[*out], text, n) == 0)
            return KR_OK;
    if (t->ncodes == r->codes_cap) {
        const char **more;
        r->codes_cap = r->codes_cap ? 2 * r->codes_cap : 8;
        KR_ANEW(more, &t->arena, r->codes_cap);
        if (t->ncodes)
            memcpy(more, t->codes, t->ncodes * sizeof *more);
        t->codes = more;
    }
    t->codes[t->ncodes] = kr_arena_strndup(&t->arena, text, n);
    s = t->codes[t->ncodes++] ? KR_OK : KR_ENOMEM;
out:
    return s;
}

static kr_status add_function(table_reader *r, const kr_amp_function *function)
{
    kr_status s = KR_OK;
    kr_amplification *t = r->table;

    if (t->nfunctions == r->functions_cap) {
        kr_amp_function *more;
        r->functions_cap = r->functions_cap ? 2 * r->functions_cap : 8;
        KR_ANEW(more, &t->arena, r->functions_cap);
        if (t->nfunctions)
            memcpy(more, t->functions, t->nfunctions * sizeof *more);
        t->functions = more;
    }
    t->functions[t->nfunctions++] = *function;
out:
    return s;
}

/* The function that a row belongs to; most often that of the row before. */
static kr_status find_function(table_reader *r, size_t row)
{
    kr_status s = KR_OK;
    kr_amplification *t = r->table;
    kr_amp_function f = {.line = r->csv.lines[row]};
    size_t i = t->nfunctions;

    KR_TRY(find_code(r, row, &f.code));
    KR_TRY(number(r, row, r->from_mag, 0, &f.from_mag));
    KR_TRY(number(r, row, r->from_rrup, 0, &f.from_rrup));
    while (i > 0 &&
           (t->functions[i - 1].code != f.code || t->functions[i - 1].from_mag != f.from_mag ||
            t->functions[i - 1].from_rrup != f.from_rrup))
        i--;
    if (i == 0)
        KR_TRY(add_function(r, &f));
    r->function[row] = i ? i - 1 : t->nfunctions - 1;
    t->functions[r->function[row]].nlevels++;
    t->min_mag = row == 0 ? f.from_mag : fmin(t->min_mag, f.from_mag);
out:
    return s;
}

static kr_status make_functions(table_reader *r)
{
    kr_status s = KR_OK;
    kr_amplification *t = r->table;

    KR_ANEW(r->function, &r->scratch, r->csv.nrows);
    for (size_t i = 0; i < r->csv.nrows; i++)
        KR_TRY(find_function(r, i));
    for (size_t i = 0; i < t->nfunctions; i++) {
        kr_amp_function *f = &t->functions[i];
        if (r->level < 0 && f->nlevels > 1)
            return kr_fail_at(r->ctx, r->csv.path, f->line,
                              "ampcode %s has %zu rows; without the column level one was expected",
                              t->codes[f->code], f->nlevels);
        KR_ANEW(f->level, &t->arena, f->nlevels);
        KR_ANEW(f->median, &t->arena, f->nlevels * r->job->nimts);
        KR_ANEW(f->sigma, &t->arena, f->nlevels * r->job->nimts);
    }
out:
    return s;
}

static kr_status fill_row(table_reader *r, size_t row, size_t at)
{
    kr_status s = KR_OK;
    kr_amp_function *f = &r->table->functions[r->function[row]];

    KR_TRY(number(r, row, r->level, 0, &f->level[at]));
    if (at > 0 && !(f->level[at] > f->level[at - 1]))
        return kr_fail_at(r->ctx, r->csv.path, r->csv.lines[row],
                          "level is %g after %g; increasing levels of ampcode %s were expected",
                          f->level[at], f->level[at - 1], r->table->codes[f->code]);
    for (size_t m = 0; m < r->job->nimts; m++) {
        KR_TRY(number(r, row, r->median[m], 1e-300, &f->median[m * f->nlevels + at]));
        KR_TRY(number(r, row, r->sigma[m], 0, &f->sigma[m * f->nlevels + at]));
    }
    for (size_t c = 0; c < r->csv.ncols; c++) { /* also of measures that the job does not have */
        double sigma;
        if (!kr_str_starts(r->csv.header[c], "sigma_"))
            continue;
        KR_TRY(number(r, row, (int)c, 0, &sigma));
        r->table->max_sigma = fmax(r->table->max_sigma, sigma);
    }
out:
    return s;
}

static kr_status read_table(table_reader *r)
{
    kr_status s = KR_OK;
    size_t *filled;

    KR_TRY(kr_csv_read(r->ctx, r->job->amplification_file, true, &r->scratch, &r->csv));
    if (r->csv.nrows == 0)
        return fail(r, 0, "the table has no rows", "; functions of amplification were expected");
    read_comment(r);
    KR_TRY(find_columns(r));
    KR_TRY(make_functions(r));
    KR_ANEW(filled, &r->scratch, r->table->nfunctions);
    for (size_t i = 0; i < r->csv.nrows; i++)
        KR_TRY(fill_row(r, i, filled[r->function[i]]++));
    if (!r->job->amplification_kernel && !(r->table->vs30_ref > 0))
        return fail(r, 1, "vs30_ref",
                    " is missing; write the vs30 of the rock in the first line, as in "
                    "#,,vs30_ref=760");
out:
    return s;
}

kr_status kr_amplification_read(kr_ctx *ctx, const kr_job *job, kr_amplification **out)
{
    kr_status s = KR_OK;
    kr_amplification *t;
    table_reader r = {.ctx = ctx, .job = job};

    *out = NULL;
    kr_arena_init(&r.scratch, ctx, KR_ACCOUNT_OTHER);
    KR_NEW(t, ctx, KR_ACCOUNT_OTHER, 1);
    kr_arena_init(&t->arena, ctx, KR_ACCOUNT_OTHER);
    r.table = t;
    t->path = job->amplification_file;
    s = read_table(&r);
    if (s == KR_OK)
        *out = t;
    else
        kr_amplification_destroy(&t);
out:
    kr_arena_clear(&r.scratch);
    return s;
}

void kr_amplification_destroy(kr_amplification **amplification)
{
    if (!*amplification)
        return;
    kr_arena_clear(&(*amplification)->arena);
    kr_free(*amplification);
    *amplification = NULL;
}

void kr_amp_function_at(const kr_amp_function *f, size_t measure, double level, double *median,
                        double *sigma)
{
    *median = kr_interp(level, f->level, f->median + measure * f->nlevels, f->nlevels);
    *sigma = kr_interp(level, f->level, f->sigma + measure * f->nlevels, f->nlevels);
}

/* ------------------------------------------------------------------ sites */

static kr_status find_site_code(kr_ctx *ctx, const kr_amplification *t, const kr_sites *sites,
                                size_t site, uint32_t *out)
{
    double code = sites->param[KR_COL_AMPCODE] ? sites->param[KR_COL_AMPCODE][site] : 0;

    *out = 0;
    if (code == kr_column_code("") && t->ncodes == 1)
        return KR_OK;
    for (; *out < t->ncodes; ++*out)
        if (kr_column_code(t->codes[*out]) == code)
            return KR_OK;
    return kr_fail_at(ctx, t->path, 0,
                      "site %zu (%.5f %.5f) has %s; an ampcode of this table was expected, as %s",
                      site, sites->lon[site], sites->lat[site],
                      code == kr_column_code("") ? "no ampcode" : "an ampcode that is not here",
                      t->codes[0]);
}

kr_status kr_amplification_codes(kr_ctx *ctx, const kr_job *job, const kr_amplification *t,
                                 const kr_sites *sites, uint32_t *code)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < sites->n; i++) {
        double vs30 = sites->param[KR_COL_VS30][i];
        KR_TRY(find_site_code(ctx, t, sites, i, &code[i]));
        if (job->amplification_kernel || job->vs30_tolerance < 0)
            continue;
        if (!(fabs(vs30 - t->vs30_ref) <= job->vs30_tolerance))
            return kr_fail_at(ctx, t->path, 0,
                              "site %zu (%.5f %.5f) has vs30 %g, but the table is for vs30_ref %g; "
                              "a difference of at most vs30_tolerance = %d was expected",
                              i, sites->lon[i], sites->lat[i], vs30, t->vs30_ref,
                              job->vs30_tolerance);
    }
out:
    return s;
}
