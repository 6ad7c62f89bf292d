/* What a class asks for and is made for, against what OpenQuake declares (requirements.csv). */
#include "gmm/walk.h"

#include "input/csv.h"

static const char *const components[] = {
    [KR_COMPONENT_AVERAGE_HORIZONTAL] = "Average Horizontal",
    [KR_COMPONENT_GMROTI50] = "Average Horizontal (GMRotI50)",
    [KR_COMPONENT_ROTD50] = "Average Horizontal (RotD50)",
    [KR_COMPONENT_ROTD100] = "Horizontal Maximum Direction (RotD100)",
    [KR_COMPONENT_GMROTD100] = "Average Horizontal (GMRotD100)",
    [KR_COMPONENT_RANDOM_HORIZONTAL] = "Random horizontal",
    [KR_COMPONENT_GREATER_OF_TWO] = "Greater of two horizontal",
    [KR_COMPONENT_HORIZONTAL] = "Horizontal",
    [KR_COMPONENT_MEDIAN_HORIZONTAL] = "Median horizontal",
    [KR_COMPONENT_PEAK_SRSS] = "Peak square root of sum of squares of horizontals",
    [KR_COMPONENT_VERTICAL] = "Vertical",
    [KR_COMPONENT_VERTICAL_TO_HORIZONTAL] = "Vertical-to-Horizontal Ratio",
    [KR_COMPONENT_UNKNOWN] = "unknown",
};

/* Names with a blank between them. */
static kr_columns columns_of(const char *names)
{
    kr_columns out = 0;
    char text[512], *rest = NULL;

    snprintf(text, sizeof text, "%s", names);
    for (char *name = strtok_r(text, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        kr_column column = kr_column_find(name);
        if (column == KR_COL_COUNT)
            fail_msg("no column is called %s", name);
        out |= (kr_columns)1 << column;
    }
    return out;
}

static void tell(const char *model, const char *what, kr_columns columns)
{
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        if (columns >> c & 1u)
            print_error("%s: %s %s\n", model, what, kr_column_name((kr_column)c));
}

static bool check_model(const char *const *line)
{
    const kr_gmm_class *cls = kr_gmm_find(line[0]);
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const kr_gmm *gmm;
    kr_imt imt;

    if (!cls)
        fail_msg("requirements.csv: no model is called %s", line[0]);
    gw_measures(cls, "", &imt, 1);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, gw_create(ctx, cls, "", &imt, 1, &arena, &gmm));
    kr_columns declared = columns_of(line[3]), besides = columns_of(line[5]);
    kr_columns want = (declared & ~columns_of(line[4])) | besides;
    tell(cls->name, "asks for", gmm->needs & ~want);
    tell(cls->name, "does not ask for", want & ~gmm->needs);
    if (!kr_str_eq(cls->trt, line[1]) || !kr_str_eq(components[cls->component], line[2]))
        print_error("%s: %s, %s\n", cls->name, cls->trt, components[cls->component]);
    bool same = gmm->needs == want && kr_str_eq(cls->trt, line[1]) &&
                kr_str_eq(components[cls->component], line[2]);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return same;
}

static void test_requirements(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_csv csv;
    size_t wrong = 0;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, kr_csv_read(ctx, gw_path("requirements.csv"), true, &arena, &csv));
    for (size_t r = 0; r < csv.nrows; r++)
        wrong += !check_model(csv.fields + r * csv.ncols);
    assert_int_equal(wrong, 0);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requirements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
