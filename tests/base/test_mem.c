#include "support/support.h"

#include <pthread.h>
#include <string.h>

enum { HEAD = 64 }; /* what each block costs beside its bytes */

static bool all_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static void test_blocks_are_aligned_zeroed_and_counted(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, 262143, 262144, 262145, 5000000};
    kr_ctx *ctx = kt_ctx();

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int round = 0; round < 2; round++) { /* the second finds used memory */
            unsigned char *p = kr_alloc(ctx, KR_ACCOUNT_RATES, sizes[i], 1);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 64, 0);
            assert_true(all_zero(p, sizes[i]));
            memset(p, 0xAB, sizes[i]);
            assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_RATES).current, sizes[i] + HEAD);
            assert_int_equal(kr_ctx_memory(ctx).current, sizes[i] + HEAD);
            kr_free(p);
        }
        assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_RATES).peak, sizes[i] + HEAD);
    }
    kr_free(NULL);
    assert_int_equal(kr_mem_count(ctx), 20);
    kt_ctx_end(&ctx);
}

static void test_peak_of_the_sum_is_not_the_sum_of_peaks(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    void *p = kr_alloc(ctx, KR_ACCOUNT_JOB, 1000, 1);

    kr_free(p);
    p = kr_alloc(ctx, KR_ACCOUNT_TREE, 500, 2);
    void *q = kr_alloc(ctx, KR_ACCOUNT_JOB, 10, 1);
    kr_free(p);
    kr_free(q);
    assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_JOB).peak, 1000 + HEAD);
    assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_TREE).peak, 1000 + HEAD);
    assert_int_equal(kr_ctx_memory(ctx).peak, 1010 + 2 * HEAD);
    assert_string_equal(kr_account_name(KR_ACCOUNT_TREE), "logic tree");
    assert_string_equal(kr_account_name(KR_ACCOUNT_COUNT), "unknown");
    kt_ctx_end(&ctx);
}

static void fill(unsigned char *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        p[i] = (unsigned char)(i * 7 + 1);
}

static void test_realloc_keeps_zeroes_and_counts(void **state)
{
    (void)state;
    static const size_t sizes[] = {10,     200,    100,    300000, 400000, 350000, 900000, 5000,
                                   262144, 262143, 262144, 0,      77,     1,      1 << 22};
    kr_ctx *ctx = kt_ctx();
    unsigned char *p = NULL;
    size_t old = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        /* The account named later is not used. */
        p = kr_realloc(ctx, i == 0 ? KR_ACCOUNT_GMM : KR_ACCOUNT_OTHER, p, sizes[i], 1);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        for (size_t k = 0; k < old && k < sizes[i]; k++)
            assert_int_equal(p[k], (unsigned char)(k * 7 + 1));
        if (sizes[i] > old)
            assert_true(all_zero(p + old, sizes[i] - old));
        fill(p, 0, sizes[i]);
        assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_GMM).current, sizes[i] + HEAD);
        assert_int_equal(kr_ctx_memory(ctx).current, sizes[i] + HEAD);
        old = sizes[i];
    }
    assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_OTHER).peak, 0);
    kr_free(p);
    kt_ctx_end(&ctx);
}

static void test_too_much_is_refused(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    size_t half = SIZE_MAX / 2;

    assert_null(kr_alloc(ctx, KR_ACCOUNT_JOB, half, 3)); /* the product overflows */
    assert_non_null(strstr(kr_ctx_error(ctx), "out of memory"));
    kr_ctx_clear_error(ctx);
    assert_null(kr_alloc(ctx, KR_ACCOUNT_JOB, SIZE_MAX, 1)); /* the head overflows */
    assert_null(kr_alloc(ctx, KR_ACCOUNT_JOB, half - 200, 1));
    assert_non_null(strstr(kr_ctx_error(ctx), "'job'"));
    char *p = kr_alloc(ctx, KR_ACCOUNT_JOB, 10, 1);
    strncpy(p, "kept", 10);
    assert_null(kr_realloc(ctx, KR_ACCOUNT_JOB, p, half, 3));
    assert_null(kr_realloc(ctx, KR_ACCOUNT_JOB, p, half - 200, 1));
    assert_string_equal(p, "kept");
    assert_int_equal(kr_ctx_memory(ctx).current, 10 + HEAD);
    kr_free(p);
    kt_ctx_end(&ctx);
}

static void test_limit(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();

    assert_true(kr_mem_limit(ctx) == SIZE_MAX);
    kr_mem_set_limit(ctx, 1000);
    assert_int_equal(kr_mem_limit(ctx), 1000);
    void *p = kr_alloc(ctx, KR_ACCOUNT_JOB, 500, 1);
    assert_non_null(p);
    assert_int_equal(kr_mem_limit(ctx), 1000 - 500 - HEAD);
    assert_null(kr_alloc(ctx, KR_ACCOUNT_SITES, 500, 1));
    assert_non_null(strstr(kr_ctx_error(ctx), "memory limit of 1000 bytes"));
    assert_int_equal(kr_ctx_account(ctx, KR_ACCOUNT_SITES).peak, 0);
    assert_int_equal(kr_ctx_memory(ctx).peak, 500 + HEAD);
    assert_null(kr_realloc(ctx, KR_ACCOUNT_JOB, p, 937, 1));
    void *q = kr_realloc(ctx, KR_ACCOUNT_JOB, p, 936, 1); /* exactly fits */
    assert_non_null(q);
    assert_int_equal(kr_mem_limit(ctx), 0);
    kr_mem_set_limit(ctx, 10); /* below what is held: nothing more, but less is possible */
    assert_int_equal(kr_mem_limit(ctx), 0);
    p = kr_realloc(ctx, KR_ACCOUNT_JOB, q, 5, 1);
    assert_non_null(p);
    kr_free(p);
    kt_ctx_end(&ctx);
}

static kr_status grow_scenario(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    int *list = NULL;
    double *fixed = NULL;
    size_t cap = 0, *n = user;

    KR_NEW(fixed, ctx, KR_ACCOUNT_STATS, 100);
    for (size_t i = 0; i < *n; i++) {
        KR_GROW(list, cap, i + 1, ctx, KR_ACCOUNT_TREE);
        list[i] = (int)i;
    }
    for (size_t i = 0; i < *n; i++)
        assert_int_equal(list[i], i);
    KR_GROW(list, cap, 5 * cap, ctx, KR_ACCOUNT_TREE);
    assert_int_equal(cap % 5, 0);
out:
    kr_free(list);
    kr_free(fixed);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    size_t n = 100000; /* grows through the size from which blocks are resized where they stand */

    assert_in_range(kt_fail_each_allocation(grow_scenario, &n), 10, 30);

    kr_ctx *ctx = kt_ctx();
    kr_mem_fail_at(ctx, 1);
    kr_mem_fail_at(ctx, 0); /* off again */
    void *p = kr_alloc(ctx, KR_ACCOUNT_JOB, 1, 1);
    assert_non_null(p);
    kr_free(p);
    kr_mem_fail_at(ctx, 2);
    p = kr_alloc(ctx, KR_ACCOUNT_JOB, 1, 1);
    assert_non_null(p);
    assert_null(kr_alloc(ctx, KR_ACCOUNT_JOB, 1, 1));
    void *q = kr_alloc(ctx, KR_ACCOUNT_JOB, 1, 1); /* only the one fails */
    assert_non_null(q);
    kr_free(p);
    kr_free(q);
    kt_ctx_end(&ctx);
}

enum { THREADS = 8, ROUNDS = 5000 };

static void *churn(void *user)
{
    kr_ctx *ctx = user;
    void *held[4] = {NULL};

    for (size_t i = 0; i < ROUNDS; i++) {
        size_t k = i % 4;
        if (i % 3 == 0) {
            held[k] = kr_realloc(ctx, KR_ACCOUNT_RUPTURES, held[k], 100 + i % 50, 8);
        } else {
            kr_free(held[k]);
            held[k] = kr_alloc(ctx, KR_ACCOUNT_RUPTURES, 100, 8);
        }
        if (!held[k])
            return ctx;
    }
    for (size_t k = 0; k < 4; k++)
        kr_free(held[k]);
    return NULL;
}

static void test_counters_under_threads(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, churn, ctx), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    kr_account_use use = kr_ctx_account(ctx, KR_ACCOUNT_RUPTURES);
    assert_int_equal(use.current, 0);
    assert_in_range(use.peak, 4 * (800 + HEAD), THREADS * 4 * (1200 + HEAD));
    assert_in_range(kr_ctx_memory(ctx).peak, use.peak, THREADS * 4 * (1200 + HEAD));
    assert_int_equal(kr_mem_count(ctx), THREADS * ROUNDS);
    kt_ctx_end(&ctx);
}

/* All threads hold their block when the barrier opens: the exact peak is known. */
typedef struct meeting {
    kr_ctx *ctx;
    pthread_barrier_t barrier;
} meeting;

static void *meet(void *user)
{
    meeting *m = user;
    void *p = kr_alloc(m->ctx, KR_ACCOUNT_STATS, 1000, 1);

    pthread_barrier_wait(&m->barrier);
    kr_free(p);
    return NULL;
}

static void test_peak_is_exact_under_threads(void **state)
{
    (void)state;
    meeting m = {.ctx = kt_ctx()};
    pthread_t threads[THREADS];

    assert_int_equal(pthread_barrier_init(&m.barrier, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, meet, &m), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&m.barrier);
    assert_int_equal(kr_ctx_account(m.ctx, KR_ACCOUNT_STATS).peak, THREADS * (1000 + HEAD));
    assert_int_equal(kr_ctx_memory(m.ctx).peak, THREADS * (1000 + HEAD));
    kt_ctx_end(&m.ctx);
}

static void test_resident_memory(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    size_t before = kr_resident_bytes(), n = 64 << 20;

    if (before == 0)
        skip();
    volatile char *p = kr_alloc(ctx, KR_ACCOUNT_OTHER, n, 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i += 4096)
        p[i] = 1;
    assert_true(kr_resident_bytes() > before + n / 2);
    assert_true(kr_resident_peak_bytes() > before + n / 2);
    kr_free((void *)(uintptr_t)p);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_aligned_zeroed_and_counted),
        cmocka_unit_test(test_peak_of_the_sum_is_not_the_sum_of_peaks),
        cmocka_unit_test(test_realloc_keeps_zeroes_and_counts),
        cmocka_unit_test(test_too_much_is_refused),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_each_allocation_can_fail),
        cmocka_unit_test(test_counters_under_threads),
        cmocka_unit_test(test_peak_is_exact_under_threads),
        cmocka_unit_test(test_resident_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
