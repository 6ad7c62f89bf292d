/* Every model of every instruction set against its tables: models.csv says which, with which
 * arguments and tolerances. A model without a table fails. */
#include "gmm/walk.h"

#include "input/csv.h"

#include <math.h>

enum { MAX_MEASURES = 256 };

/* One table and what it is compared with. */
typedef struct table {
    kr_csv csv;
    const char *model;
    double tolerance[2];       /* relative: of medians, of standard deviations */
    int column[KR_COL_COUNT];  /* in the CSV; -1: not there */
    int measure[MAX_MEASURES]; /* the columns of the measures */
    kr_imt imts[MAX_MEASURES];
    size_t nimts;
} table;

/* What was seen so far of one model. */
typedef struct tally {
    size_t tables, values, beyond; /* beyond: more than half a unit of the last digit away */
    double worst;                  /* relative */
} tally;

static double field(kr_ctx *ctx, const table *t, size_t row, size_t col)
{
    double x;
    const char *text = t->csv.fields[row * t->csv.ncols + col];
    if (kr_str_ieq(text, "true") || kr_str_ieq(text, "false")) /* backarc */
        return kr_str_ieq(text, "true") ? 1.0 : 0.0;
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        if (t->column[c] == (int)col && kr_column_is_word((kr_column)c))
            return kr_column_code(text);
    kt_ok(ctx, kr_csv_double(ctx, &t->csv, row, col, &x));
    return x;
}

static kr_imt measure_of(const char *text)
{
    char name[32], repr[32];
    double period;
    kr_imt imt;
    if (kr_imt_parse(text, &imt)) /* AvgSA(0.2), and periods */
        return imt;
    if (kr_parse_double(text, &period)) {
        snprintf(name, sizeof name, "SA(%s)", kr_repr_double(period, repr));
        return gw_imt(name);
    }
    size_t i = 0;
    for (; text[i] && i < sizeof name - 1; i++)
        name[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
    name[i] = '\0';
    return gw_imt(name);
}

static void read_header(table *t)
{
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        t->column[c] = -1;
    for (size_t c = 0; c < t->csv.ncols; c++) {
        const char *name = t->csv.header[c];
        bool input = kr_str_starts(name, "rup_") || kr_str_starts(name, "dist_") ||
                     kr_str_starts(name, "site_");
        if (input) {
            kr_column column = kr_column_find(strchr(name, '_') + 1);
            assert_int_not_equal(column, KR_COL_COUNT);
            t->column[column] = (int)c;
        } else if (name[0] && !kr_str_ends(name, "_type") && !kr_str_eq(name, "damping")) {
            assert_true(t->nimts < MAX_MEASURES);
            t->measure[t->nimts] = (int)c;
            t->imts[t->nimts++] = measure_of(name);
        }
    }
}

/* One unit of the last digit of a number as written. */
static double last_digit(const char *text)
{
    int exponent = 0, decimals = 0;
    const char *e = strpbrk(text, "eE"), *point = strchr(text, '.');
    if (e)
        exponent = (int)strtol(e + 1, NULL, 10);
    if (point)
        decimals = (int)((e ? e : text + strlen(text)) - point) - 1;
    return pow(10.0, exponent - decimals);
}

static void compare(kr_ctx *ctx, const table *t, size_t row, const double *got, tally *sum)
{
    int kind = kr_csv_column(&t->csv, "result_type");
    bool median = kr_str_ieq(t->csv.fields[row * t->csv.ncols + (size_t)kind], "MEAN");
    for (size_t m = 0; m < t->nimts; m++) {
        const char *text = t->csv.fields[row * t->csv.ncols + (size_t)t->measure[m]];
        double want = field(ctx, t, row, (size_t)t->measure[m]);
        bool logarithm = median && t->imts[m].kind != KR_IMT_MMI;
        double have = logarithm ? exp(got[m]) : got[m];
        double relative = fabs(have - want) / fabs(want);
        sum->values++;
        sum->beyond += fabs(have - want) > 0.5 * last_digit(text) + 1e-6 * fabs(want);
        sum->worst = fmax(sum->worst, relative);
        if (!(relative <= t->tolerance[median ? 0 : 1]))
            fail_msg("%s: %s line %d, %s: %.9g, not %s (%.3g %%)", t->model, t->csv.path,
                     t->csv.lines[row], t->imts[m].name, have, text, 100.0 * relative);
    }
}

/* Evaluate one row of the table; the padding holds copies. */
static void eval_row(kr_ctx *ctx, const kr_gmm *gmm, const table *t, size_t row, double *got)
{
    static double columns[KR_COL_COUNT][8], results[4][MAX_MEASURES * 8];
    kr_gmm_batch batch = {.n = 1, .scratch = gw_scratch(gmm)};
    kr_gmm_out out = {results[0], results[1], results[2], results[3], 8};
    int kind = kr_csv_column(&t->csv, "result_type");
    const char *type = t->csv.fields[row * t->csv.ncols + (size_t)kind];
    size_t which = 0;

    int damping = kr_csv_column(&t->csv, "damping");
    assert_true(damping < 0 || field(ctx, t, row, (size_t)damping) == 5.0);
    for (size_t c = 0; c < KR_COL_COUNT; c++) {
        if (!(gmm->needs >> c & 1u))
            continue;
        if (t->column[c] < 0)
            fail_msg("%s: no column for %s", t->csv.path, kr_column_name((kr_column)c));
        for (size_t k = 0; k < 8; k++)
            columns[c][k] = field(ctx, t, row, (size_t)t->column[c]);
        batch.col[c] = columns[c];
    }
    if (kr_str_ieq(type, "TOTAL_STDDEV") || kr_str_ieq(type, "TOTAL"))
        which = 1;
    else if (kr_str_ieq(type, "INTER_EVENT_STDDEV"))
        which = 2;
    else if (kr_str_ieq(type, "INTRA_EVENT_STDDEV"))
        which = 3;
    else if (!kr_str_ieq(type, "MEAN"))
        fail_msg("%s: no result is called %s", t->csv.path, type);
    assert_true(which < 2 || gmm->has_tau_phi);
    kr_gmm_eval(gmm, &batch, &out);
    for (size_t m = 0; m < t->nimts; m++)
        got[m] = results[which][m * 8];
}

/* One line of the manifest. */
static void check_table(kr_ctx *ctx, const kr_gmm_class *cls, const kr_csv *manifest, size_t row,
                        tally *sum)
{
    static table t;
    kr_arena arena;
    char name[256], toml[2048];
    double got[MAX_MEASURES];
    const kr_gmm *gmm;
    const char *const *line = manifest->fields + row * manifest->ncols;
    const kr_gmm_alias *alias = kr_gmm_alias_find(line[0]);

    memset(&t, 0, sizeof t);
    t.model = line[0];
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    for (int i = 0; i < 2; i++) {
        kt_ok(ctx, kr_csv_double(ctx, manifest, row, (size_t)(3 + i), &t.tolerance[i]));
        t.tolerance[i] /= 100.0;
    }
    snprintf(toml, sizeof toml, "%s;%s", alias ? alias->arguments : "", line[1]);
    for (char *p = toml; *p; p++)
        *p = (char)(*p == ';' ? '\n' : *p);
    snprintf(name, sizeof name, "data/%s", line[2]);
    kt_ok(ctx, kr_csv_read(ctx, gw_path(name), true, &arena, &t.csv));
    read_header(&t);
    kt_ok(ctx, gw_create(ctx, cls, toml, t.imts, t.nimts, &arena, &gmm));
    for (size_t r = 0; r < t.csv.nrows; r++) {
        eval_row(ctx, gmm, &t, r, got);
        compare(ctx, &t, r, got, sum);
    }
    sum->tables++;
    kr_arena_clear(&arena);
}

/* True if the name is that of the class, or an alias of it. */
static bool is_of(const char *name, const kr_gmm_class *cls)
{
    const kr_gmm_alias *alias = kr_gmm_alias_find(name);
    return kr_str_eq(alias ? alias->model : name, cls->name);
}

static void test_tables(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_csv manifest;
    size_t nsets;
    const kr_gmm_set *sets = kr_gmm_sets(&nsets);

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, kr_csv_read(ctx, gw_path("models.csv"), true, &arena, &manifest));
    for (size_t s = 0; s < nsets; s++) {
        for (size_t i = 0; i < sets[s].n && gw_runs(&sets[s]); i++) {
            const kr_gmm_class *cls = sets[s].classes[i];
            tally sum = {0};
            for (size_t r = 0; r < manifest.nrows; r++)
                if (is_of(manifest.fields[r * manifest.ncols], cls))
                    check_table(ctx, cls, &manifest, r, &sum);
            if (sum.tables == 0)
                fail_msg("%s has no table in tests/gmm/models.csv", cls->name);
            print_message("%-42s %s %3zu tables %6zu values, worst %.2e %%, %zu beyond the last "
                          "digit\n",
                          cls->name, sets[s].isa, sum.tables, sum.values, 100.0 * sum.worst,
                          sum.beyond);
        }
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Every line of the manifest belongs to a model. */
static void test_manifest(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_csv manifest;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, kr_csv_read(ctx, gw_path("models.csv"), true, &arena, &manifest));
    for (size_t r = 0; r < manifest.nrows; r++)
        if (!kr_gmm_find(manifest.fields[r * manifest.ncols]))
            fail_msg("models.csv:%d: no such model", manifest.lines[r]);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
