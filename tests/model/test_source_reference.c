/* timeout: 600 */
/* Every source model of the reference cases: those with available types are read, the others are
 * refused by the name of a type. */
#include "model/nrml_text.h"

#include <ftw.h>

static size_t read_ones, refused;

static bool has_other_types(const char *text)
{
    static const char *const tags[] = {"<simpleFaultSource",         "<complexFaultSource",
                                       "<characteristicFaultSource", "<kiteFaultSource",
                                       "<multiFaultSource",          "<geometryModel",
                                       "<nonParametricSeismicSource"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (strstr(text, tags[i]))
            return true;
    }
    return false;
}

static void check_model(const char *path, const char *text)
{
    kr_ctx *ctx = kt_ctx();
    kr_job job = nt_job();
    kr_model *model = NULL;
    size_t index = 0;

    job.area_source_discretization_km = 10;
    kt_ok(ctx, kr_model_create(ctx, &model));
    if (has_other_types(text)) {
        kt_fails(ctx, kr_model_read(ctx, model, &job, path, &index), KR_EINPUT,
                 "is not available yet");
        refused++;
    } else {
        kt_ok(ctx, kr_model_read(ctx, model, &job, path, &index));
        assert_true(model->files[index].ngroups > 0);
        read_ones++;
    }
    kr_model_destroy(&model);
    kt_ctx_end(&ctx);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)at;
    size_t len = strlen(path), n = 0;
    if (type != FTW_F || len < 4 || strcmp(path + len - 4, ".xml") != 0)
        return 0;
    char *text = (char *)kt_read_file(path, &n);
    char *end = realloc(text, n + 1);
    assert_non_null(end);
    text = end;
    text[n] = '\0';
    if (strstr(text, "<sourceModel"))
        check_model(path, text);
    free(text);
    return 0;
}

static void test_all(void **state)
{
    (void)state;
    assert_int_equal(nftw(getenv("KAURI_REFERENCE"), visit, 16, FTW_PHYS), 0);
    printf("%zu source models read, %zu refused\n", read_ones, refused);
    assert_true(read_ones > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    if (!getenv("KAURI_REFERENCE")) {
        printf("skipped: KAURI_REFERENCE is not set\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
