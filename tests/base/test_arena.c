#include "base/arena.h"
#include "support/support.h"

#include <string.h>

static bool all_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

/* Blocks of random sizes, each filled with its own number: none touches another. */
static void test_blocks_do_not_overlap(void **state)
{
    (void)state;
    enum { N = 3000 };
    static unsigned char *blocks[N];
    static size_t sizes[N];
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    uint64_t seed = 1;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    for (int round = 0; round < 3; round++) {
        size_t sum = 0;
        for (int i = 0; i < N; i++) {
            uint64_t r = kt_random(&seed);
            sizes[i] = r % 100 == 0 ? r % 300000 : r % 10 == 0 ? r % 9000 : r % 120;
            sum += sizes[i];
            blocks[i] = kr_arena_alloc(&arena, sizes[i], 1);
            assert_non_null(blocks[i]);
            assert_int_equal((uintptr_t)blocks[i] % (sizes[i] >= 4096 ? 64 : 16), 0);
            assert_true(all_zero(blocks[i], sizes[i]));
            memset(blocks[i], i % 255 + 1, sizes[i]);
        }
        for (int i = 0; i < N; i++)
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(blocks[i][k], i % 255 + 1);
        assert_int_equal(arena.used, sum);
        assert_true(kr_ctx_account(ctx, KR_ACCOUNT_READING).current >= (int64_t)sum);
        kr_arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    kr_arena_clear(&arena);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_reset_keeps_a_chunk(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena = {0};

    kr_arena_clear(&arena); /* safe on a zeroed struct */
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kr_arena_reset(&arena);
    assert_int_equal(kr_mem_count(ctx), 0);
    for (int i = 0; i < 100; i++)
        assert_non_null(kr_arena_alloc(&arena, 1000, 8));
    kr_arena_reset(&arena);
    int64_t held = kr_ctx_memory(ctx).current;
    assert_true(held > 0);
    long count = kr_mem_count(ctx);
    for (int i = 0; i < 10000; i++) { /* fits the chunk kept: no allocation in the loop */
        unsigned char *p = kr_arena_alloc(&arena, 100, 8);
        assert_true(all_zero(p, 800));
        memset(p, 1, 800);
        kr_arena_reset(&arena);
    }
    assert_int_equal(kr_mem_count(ctx), count);
    assert_int_equal(kr_ctx_memory(ctx).current, held);
    /* A giant is not kept. */
    assert_non_null(kr_arena_alloc(&arena, 64 << 20, 1));
    kr_arena_reset(&arena);
    assert_true(kr_ctx_memory(ctx).current <= held);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* One large block among small ones costs its own chunk and does not waste the newest. */
static void test_large_blocks_stand_alone(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    char *a = kr_arena_alloc(&arena, 16, 1);
    assert_non_null(kr_arena_alloc(&arena, 1 << 20, 1));
    char *b = kr_arena_alloc(&arena, 16, 1);
    assert_in_range(b - a, 16, 32); /* 32 where a sanitizer asks for gaps */
    assert_int_equal(kr_mem_count(ctx), 2);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_texts(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const char raw[3] = {'a', 'b', 'c'};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    assert_string_equal(kr_arena_strdup(&arena, ""), "");
    assert_string_equal(kr_arena_strdup(&arena, "kauri"), "kauri");
    assert_string_equal(kr_arena_strndup(&arena, raw, 3), "abc");
    assert_string_equal(kr_arena_strndup(&arena, "ab", 10), "ab");
    assert_string_equal(kr_arena_strndup(&arena, raw, 0), "");
    assert_string_equal(kr_arena_printf(&arena, "%s-%03d", "x", 7), "x-007");
    const char *wide = kr_arena_printf(&arena, "%20000d", 1);
    assert_int_equal(strlen(wide), 20000);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_overflow(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    assert_null(kr_arena_alloc(&arena, SIZE_MAX / 2, 3));
    assert_non_null(strstr(kr_ctx_error(ctx), "out of memory"));
    assert_null(kr_arena_alloc(&arena, SIZE_MAX, 1));
    assert_null(kr_arena_alloc(&arena, SIZE_MAX / 2, 1));
    assert_null(kr_arena_alloc(&arena, SIZE_MAX / 4 - 1000, 1));
    assert_non_null(kr_arena_alloc(&arena, 0, 8));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status arena_scenario(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_arena arena;
    int *numbers;
    char *text;

    (void)user;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    for (int i = 0; i < 200; i++) {
        KR_ANEW(numbers, &arena, 100);
        numbers[99] = i;
        KR_ASTR(text, &arena, "text");
        if (!kr_arena_printf(&arena, "%s %d", text, i)) {
            s = KR_ENOMEM;
            goto out;
        }
    }
    KR_ANEW(numbers, &arena, 1000000);
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    assert_in_range(kt_fail_each_allocation(arena_scenario, NULL), 4, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_do_not_overlap),
        cmocka_unit_test(test_reset_keeps_a_chunk),
        cmocka_unit_test(test_large_blocks_stand_alone),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
