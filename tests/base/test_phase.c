#include "base/phase.h"
#include "support/support.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEAD = 64 }; /* what each block costs beside its bytes */

/* Processor time passes. */
static void work(double seconds)
{
    double began = kr_cpu_seconds();
    while (kr_cpu_seconds() - began < seconds)
        continue;
}

static void test_phases_follow_each_other(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_phase_use use[KR_PHASES_MAX];

    assert_int_equal(kr_phases(ctx, use), 0);
    assert_int_equal(kr_phase_now(ctx), KR_PHASES_MAX);
    assert_true(kr_phases_wall(ctx) == 0);
    kr_phase_end(ctx); /* none is under way */
    double before = kr_wall_seconds();
    assert_null(kr_phase_begin(ctx, "one"));
    work(0.02);
    assert_string_equal(kr_phase_begin(ctx, "two"), "one");
    assert_int_equal(kr_phase_now(ctx), 1);
    work(0.01);
    assert_string_equal(kr_phase_begin(ctx, "one"), "two");
    assert_int_equal(kr_phase_now(ctx), 0);
    work(0.01);
    double until = kr_phases_wall(ctx); /* this phase began */
    kr_phase_end(ctx);
    double whole = kr_phases_wall(ctx), after = kr_wall_seconds();
    assert_int_equal(kr_phase_now(ctx), KR_PHASES_MAX);
    assert_null(kr_phase_begin(ctx, NULL));

    assert_int_equal(kr_phases(ctx, use), 2);
    assert_string_equal(use[0].name, "one");
    assert_string_equal(use[1].name, "two");
    assert_int_equal(use[0].times, 2);
    assert_int_equal(use[1].times, 1);
    assert_true(use[0].cpu >= 0.03 && use[1].cpu >= 0.01);
    assert_true(use[0].wall >= use[0].cpu - 1e-3);
    double sum = use[0].wall + use[1].wall;
    assert_true(until >= 0.03 && sum >= until + 0.01);
    kt_close(sum, whole, 1e-6, 0);
    assert_true(whole <= after - before);
    assert_true(use[0].resident > 0 && use[1].resident > 0);
    kt_ctx_end(&ctx);
}

static void test_peaks_are_those_of_the_phase(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_phase_use use[KR_PHASES_MAX];

    void *kept = kr_alloc(ctx, KR_ACCOUNT_JOB, 1000, 1);
    kr_phase_begin(ctx, "large");
    kr_free(kr_alloc(ctx, KR_ACCOUNT_TREE, 9000, 1));
    kr_phase_begin(ctx, "small");
    kr_free(kr_alloc(ctx, KR_ACCOUNT_TREE, 50, 1));
    kr_phase_begin(ctx, "none");
    kr_phase_begin(ctx, "small");
    kept = kr_realloc(ctx, KR_ACCOUNT_JOB, kept, 2000, 1);
    kr_phase_end(ctx);

    assert_int_equal(kr_phases(ctx, use), 3);
    assert_int_equal(use[0].accounted_peak, 10000 + 2 * HEAD);
    assert_int_equal(use[0].accounted, 1000 + HEAD);
    assert_int_equal(use[1].accounted_peak, 2000 + HEAD);
    assert_int_equal(use[1].accounted, 2000 + HEAD);
    assert_int_equal(use[2].accounted_peak, 1000 + HEAD); /* what was held all the time */
    assert_int_equal(kr_ctx_memory(ctx).peak, 10000 + 2 * HEAD);
    kr_free(kept);
    kt_ctx_end(&ctx);
}

static void test_growth_of_resident_memory(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_phase_use use[KR_PHASES_MAX];
    size_t bytes = 40000000;

    kr_phase_begin(ctx, "grows");
    char *p = kr_alloc(ctx, KR_ACCOUNT_JOB, bytes, 1);
    memset(p, 1, bytes);
    kr_phase_begin(ctx, "stays");
    kr_phase_end(ctx);
    kr_phases(ctx, use);
    assert_true(use[0].grown > 38000000);
    assert_true(use[1].grown > -4000000 && use[1].grown < 4000000);
    kr_free(p);
    kt_ctx_end(&ctx);
}

static void test_a_process_and_its_calculations(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_phase_use use[KR_PHASES_MAX];
    double cpu = kr_cpu_seconds();

    kr_phase_begin(ctx, "earlier");
    kr_phases_start(ctx, "starting");
    kr_phases_forget(ctx); /* one is under way */
    kr_phase_begin(ctx, "calculating");
    kr_phase_end(ctx);
    assert_int_equal(kr_phases(ctx, use), 2);
    assert_string_equal(use[0].name, "starting");
    assert_true(use[0].wall >= cpu && use[0].cpu >= cpu);
    kt_close(kr_phases_wall(ctx), use[0].wall + use[1].wall, 1e-9, 0);

    kr_phases_forget(ctx); /* a second calculation with the context */
    assert_int_equal(kr_phases(ctx, use), 0);
    kr_phase_begin(ctx, "calculating");
    kr_phase_end(ctx);
    assert_int_equal(kr_phases(ctx, use), 1);
    assert_int_equal(use[0].times, 1);
    assert_true(use[0].wall < kr_cpu_seconds());
    kt_ctx_end(&ctx);
}

static void test_too_many_names_count_as_the_last(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_phase_use use[KR_PHASES_MAX];
    char names[KR_PHASES_MAX + 3][16];

    for (int i = 0; i < KR_PHASES_MAX + 3; i++) {
        snprintf(names[i], sizeof names[i], "phase %d", i);
        kr_phase_begin(ctx, names[i]);
    }
    kr_phase_end(ctx);
    assert_int_equal(kr_phases(ctx, use), KR_PHASES_MAX);
    assert_int_equal(use[KR_PHASES_MAX - 2].times, 1);
    assert_int_equal(use[KR_PHASES_MAX - 1].times, 4);
    kt_ctx_end(&ctx);
}

static void test_spread(void **state)
{
    (void)state;
    uint64_t random = 7;
    double x[1000], sum = 0, squares = 0, most = 0, least = 1e9;
    kr_spread spread = {0};
    size_t slowest = 0;

    assert_true(kr_spread_deviation(&spread) == 0);
    for (size_t i = 0; i < 1000; i++) {
        x[i] = 1e3 + kt_random_unit(&random); /* a deviation much below the mean keeps its digits */
        sum += x[i];
        least = fmin(least, x[i]);
        if (kr_spread_add(&spread, x[i]))
            slowest = i;
        if (i == 0)
            assert_true(kr_spread_deviation(&spread) == 0);
        most = fmax(most, x[i]);
        assert_true(x[slowest] == most);
    }
    for (size_t i = 0; i < 1000; i++)
        squares += (x[i] - sum / 1000) * (x[i] - sum / 1000);
    assert_int_equal(spread.n, 1000);
    kt_close(spread.mean, sum / 1000, 1e-13, 0);
    kt_close(kr_spread_deviation(&spread), sqrt(squares / 999), 1e-9, 0);
    assert_true(spread.least == least && spread.most == most);
    assert_false(kr_spread_add(&spread, most)); /* the first of equals keeps the name */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases_follow_each_other),
        cmocka_unit_test(test_peaks_are_those_of_the_phase),
        cmocka_unit_test(test_growth_of_resident_memory),
        cmocka_unit_test(test_a_process_and_its_calculations),
        cmocka_unit_test(test_too_many_names_count_as_the_last),
        cmocka_unit_test(test_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
