/* timeout: 600 */
/* Every source model of the reference cases is read. */
#include "model/nrml_text.h"

#include <ftw.h>

static size_t models, sections, failures;

/* The investigation time that stands in a text, or 1. */
static double time_of(const char *text)
{
    const char *at = strstr(text, "investigation_time=");
    return at ? strtod(at + strlen("investigation_time='"), NULL) : 1;
}

static void check_model(const char *path, const char *text)
{
    kr_ctx *ctx = kt_ctx();
    kr_job job = nt_job();
    kr_model *model = NULL;
    size_t index = 0;

    job.area_source_discretization_km = 10;
    job.investigation_time = time_of(text);
    job.rupture_mesh_spacing_km = job.complex_fault_mesh_spacing_km = 1;
    kt_ok(ctx, kr_model_create(ctx, &model));
    if (kr_model_read(ctx, model, &job, path, &index) != KR_OK) {
        printf("%s\n", kr_ctx_error(ctx));
        failures++;
    } else if (strstr(text, "<geometryModel")) {
        assert_int_equal(model->files[index].ngroups, 0);
        for (size_t i = 0; i < model->nsections; i++)
            assert_true(model->sections[i].ngeometries > 0);
        sections += model->nsections;
    } else {
        assert_true(model->files[index].ngroups > 0);
        models++;
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
    if (strstr(text, "<sourceModel") || strstr(text, "<geometryModel"))
        check_model(path, text);
    free(text);
    return 0;
}

static void test_all(void **state)
{
    (void)state;
    assert_int_equal(nftw(getenv("KAURI_REFERENCE"), visit, 16, FTW_PHYS), 0);
    printf("%zu source models and %zu sections read\n", models, sections);
    assert_int_equal(failures, 0);
    assert_true(models > 0 && sections > 0);
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
