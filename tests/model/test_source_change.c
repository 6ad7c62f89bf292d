#include "model/nrml_text.h"
#include "model/source_change.h"

typedef struct setting {
    kr_ctx *ctx;
    char *dir;
    kr_model *model;
    const kr_source *point, *area, *multi;
} setting;

static setting begin(void)
{
    setting t = {.ctx = kt_ctx(), .dir = kt_dir_create()};
    kr_job job = nt_job();
    kt_ok(t.ctx, nt_read(t.ctx, &job, t.dir, NT_HEAD NT_GROUP NT_POINT NT_AREA NT_MULTI NT_TAIL,
                         &t.model));
    t.point = t.model->files[0].groups[0].sources[0];
    t.area = t.model->files[0].groups[0].sources[1];
    t.multi = t.model->files[0].groups[0].sources[2];
    return t;
}

static void end(setting *t)
{
    kr_model_destroy(&t->model);
    kt_dir_remove(&t->dir);
    kt_ctx_end(&t->ctx);
}

static kr_change change_of(const char *name, const double *numbers, size_t n)
{
    kr_change_type type = kr_change_find(name);
    assert_true(type < KR_CHANGE_COUNT);
    assert_string_equal(kr_change_name(type), name);
    return (kr_change){.type = type, .numbers = numbers, .n = n, .file = "tree.xml", .line = 12};
}

static void test_mfd_changes(void **state)
{
    (void)state;
    setting t = begin();
    const double ab[] = {3.5, 0.9}, up[] = {0.2}, mag[] = {7.5}, rates[] = {0.3, 0.1};
    const kr_source *out = NULL, *twice = NULL;
    kr_change c = change_of("abGRAbsolute", ab, 2);

    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.point, &c, &out));
    kt_same(out->mfds[0].a, 3.5);
    kt_same(out->mfds[0].b, 0.9);
    kt_same(t.point->mfds[0].a, 4); /* the original stays */
    assert_ptr_equal(out->planes, t.point->planes);
    assert_ptr_equal(out->id, t.point->id);
    assert_false(kr_hash_equal(out->digest, t.point->digest));
    const double back[] = {4, 1};
    c.numbers = back;
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, out, &c, &twice));
    assert_true(kr_hash_equal(twice->digest, t.point->digest));
    c = change_of("maxMagGRRelative", up, 1);
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.point, &c, &out));
    kt_same(out->mfds[0].max_mag, 7.2);
    kt_close(kr_mfd_moment_rate(out->mfds), kr_mfd_moment_rate(t.point->mfds), 1e-12, 0);
    c = change_of("bGRRelative", up, 1); /* changes stack */
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, out, &c, &twice));
    kt_same(twice->mfds[0].max_mag, 7.2);
    kt_same(twice->mfds[0].b, 1.2);
    c = change_of("maxMagGRAbsolute", mag, 1);
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.point, &c, &out));
    kt_same(out->mfds[0].max_mag, 7.5);
    c = change_of("maxMagGRRelativeNoMoBalance", up, 1);
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.point, &c, &out));
    kt_same(out->mfds[0].a, 4);
    c = change_of("bGRAbsolute", up, 1);
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.point, &c, &out));
    kt_same(out->mfds[0].b, 0.2);
    c = change_of("incrementalMFDAbsolute", rates, 2);
    c.min_mag = 5.5;
    c.bin_width = 0.2;
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.area, &c, &out));
    kt_same(out->mfds[0].min_mag, 5.5);
    kt_same(out->mfds[0].rates[1], 0.1);
    c = change_of("dummy", NULL, 0);
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.area, &c, &out));
    assert_ptr_equal(out, t.area);
    end(&t);
}

/* A multi-point source keeps the last change only, unless the compatibility is exact. */
static void test_multi_point(void **state)
{
    (void)state;
    setting t = begin();
    const double up[] = {0.2};
    const kr_source *first = NULL, *second = NULL;
    kr_change c = change_of("maxMagGRRelative", up, 1);

    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, t.multi, &c, &first));
    assert_int_equal(first->nmfds, 3);
    kt_close(first->mfds[2].max_mag, 6.9, 1e-15, 0);
    c = change_of("bGRRelative", up, 1);
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, first, &c, &second));
    kt_same(second->mfds[2].max_mag, 6.7);
    kt_same(second->mfds[2].b, 1.2);
    c.compat = KR_COMPAT_EXACT;
    kt_ok(t.ctx, kr_source_change(t.ctx, &t.model->arena, first, &c, &second));
    kt_close(second->mfds[2].max_mag, 6.9, 1e-15, 0);
    kt_same(second->mfds[2].b, 1.2);
    end(&t);
}

static void fails(setting *t, const kr_source *source, const char *name, double number,
                  const char *says)
{
    const kr_source *out = NULL;
    kr_change c = change_of(name, &number, 1);
    kt_fails(t->ctx, kr_source_change(t->ctx, &t->model->arena, source, &c, &out), KR_EINPUT, says);
}

static void test_unsupported(void **state)
{
    (void)state;
    setting t = begin();
    kr_source without = *t.point; /* whose ruptures bring their own rates */
    without.kind = KR_SOURCE_MULTI_FAULT;
    without.nmfds = 0;
    fails(&t, &without, "bGRRelative", 0.1, "increment_b is not supported by MultiFaultSource");
    fails(&t, t.area, "bGRRelative", 0.1,
          "tree.xml:12: bGRRelative: modification increment_b is not supported by "
          "EvenlyDiscretizedMFD of areaSource 'a'");
    fails(&t, t.area, "maxMagGRAbsolute", 7, "set_max_mag is not supported by Evenly");
    fails(&t, t.point, "incrementalMFDAbsolute", 7, "set_mfd is not supported by TruncatedGRMFD");
    fails(&t, t.multi, "incrementalMFDAbsolute", 7, "set_mfd is not supported by TruncatedGRMFD");
    fails(&t, t.point, "simpleFaultDipRelative", 7, "adjust_dip is not supported by PointSource");
    fails(&t, t.area, "setMSRAbsolute", 7, "set_msr is not supported by AreaSource");
    fails(&t, t.multi, "recomputeMmax", 7, "recompute_mmax is not supported by MultiPointSource");
    fails(&t, t.point, "sourceModel", 7, "sourceModel is no change of a source");
    fails(&t, t.point, "abGRAbsolute", 7, "tree.xml:12: abGRAbsolute holds 1 numbers; it needs 2");
    fails(&t, t.point, "maxMagGRAbsolute", 5.05, "tree.xml:12: maximum magnitude 5.05");
    fails(&t, t.point, "maxMagGRRelative", -3, "tree.xml:12: maximum magnitude 4");
    fails(&t, t.point, "bGRRelative", -1, "tree.xml:12: b value 0");
    assert_int_equal(kr_change_find("applyToAll"), KR_CHANGE_COUNT);
    assert_int_equal(kr_change_numbers(KR_CHANGE_AB_ABSOLUTE), 2);
    assert_int_equal(kr_change_target_of(KR_CHANGE_MSR), KR_CHANGES_SOURCE);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mfd_changes),
        cmocka_unit_test(test_multi_point),
        cmocka_unit_test(test_unsupported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
