/* Where the time went: the record in results.h5, there and back. */
#include "output/performance.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = kt_dir_create();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

/* A phase name longer than the field of performance_data. */
static const char LONG[] = "a phase whose name has more bytes than fifty, which are cut";

static kr_performance record(void)
{
    kr_performance p = {
        .nphases = 2,
        .wall = 12.5,
        .cpu = 20.25,
        .threads = 2,
        .accounted_peak = 123456789012,
        .resident_peak = 234567890123,
        .work = {
            .contexts = 1e10, .computed = 5e9, .means = 3, .exceedances = 4, .products = 5e15}};
    p.phases[0] = (kr_phase_use){.name = "hazard",
                                 .wall = 10.125,
                                 .cpu = 20,
                                 .times = 3,
                                 .accounted = 1000,
                                 .accounted_peak = 5000000000,
                                 .resident = 6000000000,
                                 .grown = 4000000000};
    p.phases[1] = (kr_phase_use){.name = LONG, .wall = 2.25, .times = 1, .grown = -8192};
    for (int i = 0; i < 5; i++)
        if (kr_spread_add(&p.work.units, 1.0 / (1 + i)))
            snprintf(p.work.units.slowest, sizeof p.work.units.slowest, "unit %d", i);
    kr_spread_add(&p.sites, 0.5);
    return p;
}

static kr_status write_record(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    const kr_performance *p = user;
    kr_h5 *file = NULL;
    KR_TRY(kr_h5_create(ctx, kt_path(dir, "p.h5"), &file));
    KR_TRY(kr_performance_write(file, p, "v3"));
    KR_TRY(kr_h5_close(&file));
out:
    kr_h5_discard(&file);
    return s;
}

static void same_spread(const kr_spread *a, const kr_spread *b)
{
    assert_int_equal(a->n, b->n);
    assert_true(a->mean == b->mean && a->least == b->least && a->most == b->most);
    kt_close(kr_spread_deviation(a), kr_spread_deviation(b), 1e-14, 0);
    assert_string_equal(a->slowest, b->slowest);
}

static kr_status read_record(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    const kr_performance *wanted = user;
    kr_performance p;
    kr_arena arena;
    kr_h5 *file = NULL;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_h5_open(ctx, kt_path(dir, "p.h5"), &file));
    KR_TRY(kr_performance_read(ctx, "p.h5", file, &arena, &p));
    assert_int_equal(p.nphases, wanted->nphases);
    for (size_t i = 0; i < p.nphases; i++) {
        const kr_phase_use *a = &p.phases[i], *b = &wanted->phases[i];
        assert_string_equal(a->name, b->name);
        assert_true(a->wall == b->wall && a->cpu == b->cpu && a->times == b->times);
        assert_true(a->accounted == b->accounted && a->accounted_peak == b->accounted_peak);
        assert_true(a->resident == b->resident && a->grown == b->grown);
    }
    assert_true(p.wall == wanted->wall && p.cpu == wanted->cpu && p.threads == wanted->threads);
    assert_true(p.accounted_peak == wanted->accounted_peak);
    assert_true(p.resident_peak == wanted->resident_peak);
    assert_true(p.work.contexts == wanted->work.contexts);
    assert_true(p.work.computed == wanted->work.computed && p.work.means == wanted->work.means);
    assert_true(p.work.exceedances == wanted->work.exceedances);
    assert_true(p.work.products == wanted->work.products);
    same_spread(&p.work.units, &wanted->work.units);
    same_spread(&p.sites, &wanted->sites);
out:
    kr_h5_discard(&file);
    kr_arena_clear(&arena);
    return s;
}

static void test_there_and_back(void **state)
{
    (void)state;
    kr_performance p = record();
    assert_true(kt_fail_each_allocation(write_record, &p) > 1);
    kr_ctx *ctx = kt_ctx(); /* the last attempt left half a file */
    kt_ok(ctx, write_record(ctx, &p));
    kt_ok(ctx, read_record(ctx, &p));
    kt_ctx_end(&ctx);
    assert_true(kt_fail_each_allocation(read_record, &p) > 1);
}

static void test_no_record(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_performance p;
    kr_arena arena;
    kr_h5 *file;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_h5_create(ctx, kt_path(dir, "none.h5"), &file));
    kt_ok(ctx, kr_performance_read(ctx, "none.h5", file, &arena, &p));
    assert_int_equal(p.nphases, 0);
    kr_h5_discard(&file);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A record that was changed afterwards is refused by name. */
static void refuse(kr_performance *p, const char *attr, double value, const char *text)
{
    kr_ctx *ctx = kt_ctx();
    kr_performance read;
    kr_arena arena;
    kr_h5 *file;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_h5_create(ctx, kt_path(dir, "bad.h5"), &file));
    kt_ok(ctx, kr_performance_write(file, p, "v3"));
    if (attr)
        kt_ok(ctx, kr_h5_set_attr_double(file, "performance", attr, value));
    kt_fails(ctx, kr_performance_read(ctx, "bad.h5", file, &arena, &read), KR_EINPUT, text);
    kr_h5_discard(&file);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_damaged(void **state)
{
    (void)state;
    kr_performance p = record();
    refuse(&p, "threads", 1e7, "bad.h5: 'performance' does not fit");
    refuse(&p, "wall", NAN, "'performance' does not fit");
    refuse(&p, "contexts", -1, "'performance' does not fit");
    p.work.units.n = (size_t)INT64_MAX + 1;
    refuse(&p, NULL, 0, "'performance/units/number' does not fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_no_record),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
