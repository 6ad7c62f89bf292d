#include "run/gmm_contexts.h"

#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double usual_damping = 5.0;

/* ---- lines ---- */

/* The next line into c->text; false at the end. */
static bool next_line(kr_contexts *c)
{
    if (c->kept) {
        c->kept = false;
        return true;
    }
    if (getline(&c->text, &c->capacity, c->file) < 0)
        return false;
    c->line++;
    return true;
}

/* Split a copy of the line into fields, trimmed; quotes keep commas. */
static kr_status split(kr_contexts *c, kr_arena *arena, const char ***out, size_t *n)
{
    kr_status s = KR_OK;
    char *text;
    size_t most = 1;

    KR_ASTR(text, arena, c->text);
    for (const char *p = text; *p; p++)
        most += *p == ',';
    KR_ANEW(*out, arena, most);
    *n = 0;
    for (char *p = text, *next; p; p = next) {
        bool quoted = false;
        char *end = p;
        while (*end && (quoted || *end != ','))
            quoted ^= *end++ == '"';
        next = *end ? end + 1 : NULL;
        *end = '\0';
        p = kr_trim(p);
        size_t length = strlen(p);
        if (length >= 2 && p[0] == '"' && p[length - 1] == '"') {
            p[length - 1] = '\0';
            p = kr_trim(p + 1);
        }
        (*out)[(*n)++] = p;
    }
out:
    return s;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n,")] == '\0';
}

/* ---- the header ---- */

bool kr_contexts_measure(const char *text, kr_imt *out)
{
    char upper[32];
    size_t i = 0;
    if (kr_imt_parse(text, out))
        return true;
    for (; text[i] && i < sizeof upper - 1; i++)
        upper[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
    upper[i] = '\0';
    return kr_imt_parse(upper, out);
}

static const char *const before[] = {"rup_", "dist_", "site_"};

static kr_status read_column(kr_contexts *c, size_t i)
{
    const char *name = c->header[i];
    bool input = false;
    kr_column column;
    for (size_t k = 0; k < 3 && !input; k++) {
        input = kr_str_starts(name, before[k]);
        name += input ? strlen(before[k]) : 0;
    }
    column = kr_column_find(name);
    if (column != KR_COL_COUNT) {
        if (c->column[column] >= 0)
            return kr_fail_at(c->ctx, c->path, c->line, "the column %s is given twice",
                              c->header[i]);
        c->column[column] = (int)i;
    } else if (input) {
        return kr_fail_at(c->ctx, c->path, c->line, "no parameter is called %s", c->header[i]);
    } else if (kr_str_eq(name, "result_type")) {
        c->result_type = (int)i;
    } else if (kr_str_eq(name, "damping")) {
        c->damping_column = (int)i;
    } else if (name[0] && !kr_str_eq(name, "component_type")) {
        if (!kr_contexts_measure(name, &c->imts[c->nimts]))
            return kr_fail_at(c->ctx, c->path, c->line,
                              "the column '%s' is neither a parameter (mag, rrup, vs30, ...) nor a "
                              "measure (pga, 0.2, ...)",
                              name);
        c->imt_column[c->nimts++] = i;
    }
    return KR_OK;
}

static kr_status read_header(kr_contexts *c)
{
    kr_status s = KR_OK;

    do {
        if (!next_line(c))
            return kr_fail_at(c->ctx, c->path, c->line, "the table has no header");
    } while (is_blank(c->text) || c->text[0] == '#');
    KR_TRY(split(c, &c->arena, &c->header, &c->ncols));
    KR_ANEW(c->imts, &c->arena, c->ncols);
    KR_ANEW(c->imt_column, &c->arena, c->ncols);
    for (size_t i = 0; i < c->ncols; i++)
        KR_TRY(read_column(c, i));
out:
    return s;
}

kr_status kr_contexts_open(kr_ctx *ctx, const char *path, kr_contexts *out)
{
    kr_status s = KR_OK;
    char reason[128];

    memset(out, 0, sizeof *out);
    out->ctx = ctx;
    out->path = path;
    out->result_type = out->damping_column = -1;
    for (size_t i = 0; i < KR_COL_COUNT; i++)
        out->column[i] = -1;
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_READING);
    kr_arena_init(&out->rows, ctx, KR_ACCOUNT_READING);
    out->file = fopen(path, "r");
    if (!out->file)
        return kr_fail(ctx, KR_EINPUT, "%s: %s", path, strerror_r(errno, reason, sizeof reason));
    KR_TRY(read_header(out));
    KR_ANEW(out->columns, &out->arena, (size_t)KR_COL_COUNT * KR_GMM_BATCH);
out:
    return s;
}

void kr_contexts_close(kr_contexts *c)
{
    if (c->file)
        fclose(c->file);
    free(c->text);
    kr_arena_clear(&c->rows);
    kr_arena_clear(&c->arena);
    memset(c, 0, sizeof *c);
}

/* ---- rows ---- */

static kr_status read_type(kr_contexts *c, const char *text, kr_gmm_result *out)
{
    static const char *const names[] = {"MEAN", "TOTAL", "INTER", "INTRA"};
    static const char *const ends[] = {"", "_STDDEV", "_EVENT_STDDEV"};
    char name[32];
    for (size_t i = 0; i < KR_RESULT_COUNT; i++) {
        for (size_t k = 0; k < 3; k++) {
            snprintf(name, sizeof name, "%s%s", names[i], ends[k]);
            if (kr_str_ieq(text, name)) {
                *out = (kr_gmm_result)i;
                return KR_OK;
            }
        }
    }
    return kr_fail_at(c->ctx, c->path, c->line,
                      "no result is called '%s'; MEAN, TOTAL_STDDEV, INTER_EVENT_STDDEV and "
                      "INTRA_EVENT_STDDEV are",
                      text);
}

static kr_status read_number(const kr_contexts *c, size_t row, int column, double *out)
{
    const char *text = c->fields[row][column];
    if (kr_str_ieq(text, "true") || kr_str_ieq(text, "false"))
        *out = kr_str_ieq(text, "true") ? 1.0 : 0.0;
    else if (!kr_parse_double(text, out))
        return kr_fail_at(c->ctx, c->path, c->lines[row], "%s: '%s' is not a number",
                          c->header[column], text);
    return KR_OK;
}

/* One row as the last of the batch; *fits is false if its damping is another. */
static kr_status read_row(kr_contexts *c, bool *fits)
{
    kr_status s = KR_OK;
    size_t n, row = c->n;
    double damping = usual_damping;
    const char **fields;

    KR_TRY(split(c, &c->rows, &fields, &n));
    if (n > c->ncols && fields[c->ncols][0])
        return kr_fail_at(c->ctx, c->path, c->line, "%zu fields where the header has %zu", n,
                          c->ncols);
    KR_ANEW(c->fields[row], &c->rows, c->ncols);
    for (size_t i = 0; i < c->ncols; i++)
        c->fields[row][i] = i < n ? fields[i] : "";
    c->lines[row] = c->line;
    c->type[row] = KR_RESULT_MEDIAN;
    if (c->result_type >= 0)
        KR_TRY(read_type(c, c->fields[row][c->result_type], &c->type[row]));
    if (c->damping_column >= 0)
        KR_TRY(read_number(c, row, c->damping_column, &damping));
    *fits = row == 0 || damping == c->damping;
    if (*fits)
        c->damping = damping;
out:
    return s;
}

kr_status kr_contexts_next(kr_contexts *c)
{
    kr_status s = KR_OK;
    bool fits = true;

    kr_arena_reset(&c->rows);
    for (c->n = 0; c->n < KR_GMM_BATCH && next_line(c);) {
        if (is_blank(c->text) || c->text[0] == '#')
            continue;
        KR_TRY(read_row(c, &fits));
        if (!fits) {
            c->kept = true;
            break;
        }
        c->n++;
    }
    if (ferror(c->file))
        s = kr_fail(c->ctx, KR_EIO, "%s: cannot be read", c->path);
out:
    return s;
}

/* ---- evaluation ---- */

/* True if the table has no rrup but rjb, and the model wants it only for its arguments. */
static bool lacks_rrup(const kr_contexts *c, const kr_gmm *gmm)
{
    return c->column[KR_COL_RRUP] < 0 && c->column[KR_COL_RJB] >= 0 && KR_HAS(gmm->needs, RRUP) &&
           !KR_HAS(gmm->cls->needs, RRUP);
}

static kr_status fill_column(kr_contexts *c, const kr_gmm *gmm, kr_column column)
{
    kr_status s = KR_OK;
    bool guessed = column == KR_COL_RRUP && c->least_rrup > 0.0 && lacks_rrup(c, gmm);
    int at = c->column[guessed ? KR_COL_RJB : column];
    double *to = c->columns + (size_t)column * KR_GMM_BATCH;

    if (at < 0)
        return kr_fail_at(c->ctx, c->path, 1, "there is no column for %s, which %s needs",
                          kr_column_name(column), gmm->cls->name);
    for (size_t i = 0; i < c->n; i++) {
        if (kr_column_is_word(column))
            to[i] = kr_column_code(c->fields[i][at]);
        else
            KR_TRY(read_number(c, i, at, &to[i]));
        if (guessed)
            to[i] = fmax(to[i], c->least_rrup);
    }
    for (size_t i = c->n; i < kr_gmm_padded(c->n); i++)
        to[i] = to[c->n - 1];
out:
    return s;
}

static kr_status make_room(kr_contexts *c, const kr_gmm *gmm)
{
    kr_status s = KR_OK;
    if (c->nimts_room < gmm->nimts) {
        KR_ANEW(c->results, &c->arena, KR_RESULT_COUNT * gmm->nimts * KR_GMM_BATCH);
        c->nimts_room = gmm->nimts;
    }
    if (c->scratch_room < gmm->scratch) {
        char *room;
        KR_ANEW(room, &c->arena, gmm->scratch * sizeof(double) + 64);
        c->scratch = (double *)(void *)(room + (64 - (uintptr_t)room % 64));
        c->scratch_room = gmm->scratch;
    }
out:
    return s;
}

kr_status kr_contexts_eval(kr_contexts *c, const kr_gmm *gmm)
{
    kr_status s = KR_OK;
    kr_gmm_batch batch = {.n = c->n};
    kr_gmm_out out = {.stride = KR_GMM_BATCH};

    KR_TRY(make_room(c, gmm));
    const size_t step = c->nimts_room * KR_GMM_BATCH;
    for (kr_column i = 0; i < KR_COL_COUNT; i++) {
        if (!(gmm->needs >> i & 1u))
            continue;
        KR_TRY(fill_column(c, gmm, i));
        batch.col[i] = c->columns + (size_t)i * KR_GMM_BATCH;
    }
    batch.scratch = c->scratch;
    out.mean = c->results;
    out.sigma = c->results + step;
    out.tau = gmm->has_tau_phi ? c->results + 2 * step : NULL;
    out.phi = gmm->has_tau_phi ? c->results + 3 * step : NULL;
    KR_TRY(kr_gmm_check_vs30(gmm->arena->ctx, gmm, batch.col[KR_COL_VS30], c->n));
    kr_gmm_eval(gmm, &batch, &out);
out:
    return s;
}

double kr_contexts_result(const kr_contexts *c, const kr_gmm *gmm, kr_gmm_result which, size_t m,
                          size_t i)
{
    double x = c->results[((size_t)which * c->nimts_room + m) * KR_GMM_BATCH + i];
    if (which >= KR_RESULT_INTER && !gmm->has_tau_phi)
        return NAN;
    return which == KR_RESULT_MEDIAN && gmm->imts[m].kind != KR_IMT_MMI ? exp(x) : x;
}

/* ---- comparison ---- */

/* One unit of the last digit of a number as written. */
static double last_digit(const char *text)
{
    long exponent = 0, decimals = 0;
    const char *e = strpbrk(text, "eE"), *point = strchr(text, '.');
    if (e)
        exponent = strtol(e + 1, NULL, 10);
    if (point)
        decimals = (long)((e ? e : text + strlen(text)) - point) - 1;
    return pow(10.0, (double)(exponent - decimals));
}

static kr_status compare(const kr_contexts *c, const kr_gmm *gmm, size_t row,
                         const double tolerance[2], kr_gmm_tally *tally)
{
    kr_status s = KR_OK;
    bool deviation = c->type[row] != KR_RESULT_MEDIAN;
    for (size_t m = 0; m < c->nimts; m++) {
        const char *text = c->fields[row][c->imt_column[m]];
        double want, have = kr_contexts_result(c, gmm, c->type[row], m, row);
        if (!text[0])
            continue;
        KR_TRY(read_number(c, row, (int)c->imt_column[m], &want));
        double away = fabs(have - want), relative = away > 0.0 ? away / fabs(want) : away;
        char said[256];
        tally->values++;
        if (!(relative <= tally->worst[deviation]))
            tally->worst[deviation] = relative;
        if (away <= 0.5 * last_digit(text) + 1e-6 * fabs(want) && relative <= tolerance[deviation])
            continue;
        snprintf(said, sizeof said, "%.180s:%d: %s: %.9g, not %s (%.3g %%)",
                 strrchr(c->path, '/') ? strrchr(c->path, '/') + 1 : c->path, c->lines[row],
                 c->imts[m].name, have, text, 100.0 * relative);
        tally->beyond++;
        if (tally->remarks)
            fprintf(tally->remarks, "  %s\n", said);
        if (relative <= tolerance[deviation])
            continue;
        if (tally->failed++ == 0)
            memcpy(tally->failure, said, sizeof said);
    }
out:
    return s;
}

/* The largest relative difference of a row. */
static double row_error(const kr_contexts *c, const kr_gmm *gmm, size_t row)
{
    double worst = 0.0, want;
    for (size_t m = 0; m < c->nimts; m++)
        if (kr_parse_double(c->fields[row][c->imt_column[m]], &want))
            worst =
                fmax(worst, fabs(kr_contexts_result(c, gmm, c->type[row], m, row) / want - 1.0));
    return worst;
}

/* Evaluate and compare the batch. Where rrup was not kept, a row may have any that is not below
 * rjb: of three, which are in the three bins that models tell apart, the one that explains it. */
static kr_status check_batch(kr_contexts *c, const kr_gmm *gmm, const double tolerance[2],
                             kr_gmm_tally *tally)
{
    kr_status s = KR_OK;
    static const double tries[] = {1.0, 20.0, 40.0};
    const size_t ntries = lacks_rrup(c, gmm) ? sizeof tries / sizeof tries[0] : 1;
    double least[KR_GMM_BATCH];
    size_t best[KR_GMM_BATCH] = {0};

    for (size_t k = 0; ntries > 1 && k < ntries; k++) {
        c->least_rrup = tries[k];
        KR_TRY(kr_contexts_eval(c, gmm));
        for (size_t i = 0; i < c->n; i++) {
            double error = row_error(c, gmm, i);
            if (k == 0 || error < least[i]) {
                least[i] = error;
                best[i] = k;
            }
        }
    }
    for (size_t k = 0; k < ntries; k++) {
        c->least_rrup = tries[k];
        KR_TRY(kr_contexts_eval(c, gmm));
        for (size_t i = 0; i < c->n; i++)
            if (best[i] == k)
                KR_TRY(compare(c, gmm, i, tolerance, tally));
    }
    tally->rows += c->n;
out:
    c->least_rrup = 0.0;
    return s;
}

kr_status kr_contexts_check(kr_ctx *ctx, const char *path, kr_gmm_maker make, void *user,
                            const double tolerance[2], kr_gmm_tally *tally)
{
    kr_status s = KR_OK;
    kr_contexts c;
    kr_arena arena;
    const kr_gmm *gmm = NULL;
    double damping = 0.0;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    KR_TRY(kr_contexts_open(ctx, path, &c));
    if (c.nimts == 0) {
        s = kr_fail_at(ctx, path, 1, "the table has no column for a measure");
        goto out;
    }
    for (;;) {
        KR_TRY(kr_contexts_next(&c));
        if (c.n == 0)
            break;
        if (!gmm || damping != c.damping) {
            damping = c.damping;
            for (size_t m = 0; m < c.nimts; m++)
                c.imts[m].damping = damping;
            KR_TRY(make(ctx, user, c.imts, c.nimts, &arena, &gmm));
        }
        KR_TRY(check_batch(&c, gmm, tolerance, tally));
    }
out:
    kr_contexts_close(&c);
    kr_arena_clear(&arena);
    return s;
}
