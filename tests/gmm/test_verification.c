/* costly */
/* Every model of every instruction set against its tables: models.csv says which, with which
 * arguments and tolerances. A model without a table fails. */
#include "gmm/walk.h"

#include "run/gmm_contexts.h"

#include <math.h>

/* What makes the instances of one line. */
typedef struct maker {
    const kr_gmm_class *cls;
    const char *toml;
} maker;

static kr_status make(kr_ctx *ctx, void *user, const kr_imt *imts, size_t nimts, kr_arena *arena,
                      const kr_gmm **out)
{
    const maker *m = user;
    return gw_create(ctx, m->cls, m->toml, imts, nimts, arena, out);
}

/* One line of the manifest. */
static void check_table(kr_ctx *ctx, const kr_gmm_class *cls, const kr_csv *manifest, size_t row,
                        kr_gmm_tally *sum)
{
    char name[256], toml[2048];
    const char *const *line = manifest->fields + row * manifest->ncols;
    const kr_gmm_alias *alias = kr_gmm_alias_find(line[0]);
    double tolerance[2];

    for (int i = 0; i < 2; i++) {
        kt_ok(ctx, kr_csv_double(ctx, manifest, row, (size_t)(3 + i), &tolerance[i]));
        tolerance[i] /= 100.0;
    }
    snprintf(toml, sizeof toml, "%s;%s", alias ? alias->arguments : "", line[1]);
    snprintf(name, sizeof name, "data/%s", line[2]);
    kt_ok(ctx, kr_contexts_check(ctx, gw_path(name), make, &(maker){cls, gw_lines(toml)}, tolerance,
                                 sum));
    if (sum->failed > 0)
        fail_msg("%s: %s", line[0], sum->failure);
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
            kr_gmm_tally sum = {0};
            size_t tables = 0;
            for (size_t r = 0; r < manifest.nrows; r++)
                if (is_of(manifest.fields[r * manifest.ncols], cls)) {
                    check_table(ctx, cls, &manifest, r, &sum);
                    tables++;
                }
            if (tables == 0)
                fail_msg("%s has no table in tests/gmm/models.csv", cls->name);
            print_message("%-42s %s %3zu tables %6zu values, worst %.2e %%, %zu beyond the last "
                          "digit\n",
                          cls->name, sets[s].isa, tables, sum.values,
                          100.0 * fmax(sum.worst[0], sum.worst[1]), sum.beyond);
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
