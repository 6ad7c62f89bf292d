#include "base/map.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>

static void test_empty(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_map map = {0};

    kr_map_clear(&map); /* safe on a zeroed struct */
    kr_map_init(&map, ctx, KR_ACCOUNT_TREE);
    assert_false(kr_map_get(&map, "", NULL));
    assert_int_equal(map.count, 0);
    kr_map_clear(&map);
    kt_ctx_end(&ctx);
}

static void test_put_get_replace(void **state)
{
    (void)state;
    enum { N = 50000 };
    char(*keys)[16] = calloc(N, sizeof *keys);
    kr_ctx *ctx = kt_ctx();
    kr_map map;
    int64_t value = 0;

    kr_map_init(&map, ctx, KR_ACCOUNT_TREE);
    for (int i = 0; i < N; i++) {
        snprintf(keys[i], sizeof keys[i], "src-%d", i);
        kt_ok(ctx, kr_map_put(&map, keys[i], i));
    }
    assert_int_equal(map.count, N);
    for (int i = 0; i < N; i++) {
        char same[16]; /* another pointer, the same key */
        snprintf(same, sizeof same, "src-%d", i);
        assert_true(kr_map_get(&map, same, &value));
        assert_int_equal(value, i);
    }
    assert_false(kr_map_get(&map, "src-", &value));
    assert_false(kr_map_get(&map, "src-50000", &value));
    kt_ok(ctx, kr_map_put(&map, "src-7", INT64_MIN));
    assert_int_equal(map.count, N);
    assert_true(kr_map_get(&map, "src-7", &value));
    assert_true(value == INT64_MIN);
    kt_ok(ctx, kr_map_put(&map, "", -1)); /* the empty key is a key */
    assert_true(kr_map_get(&map, "", &value));
    assert_int_equal(value, -1);
    kr_map_clear(&map);
    assert_false(kr_map_get(&map, "src-7", NULL));
    kt_ok(ctx, kr_map_put(&map, "again", 1)); /* usable after clearing */
    assert_true(kr_map_get(&map, "again", NULL));
    kr_map_clear(&map);
    kt_ctx_end(&ctx);
    free(keys);
}

static kr_status map_scenario(kr_ctx *ctx, void *user)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                       "k", "l", "m", "n", "o", "p", "q", "r", "s", "t",
                                       "u", "v", "w", "x", "y", "z", "A", "B", "C", "D"};
    kr_status s = KR_OK;
    kr_map map;
    size_t done = 0;

    (void)user;
    kr_map_init(&map, ctx, KR_ACCOUNT_TREE);
    for (; done < sizeof keys / sizeof keys[0]; done++)
        KR_TRY(kr_map_put(&map, keys[done], (int64_t)done));
out:
    for (size_t i = 0; i < done; i++) { /* what was put stays, whatever failed later */
        int64_t value = -1;
        assert_true(kr_map_get(&map, keys[i], &value));
        assert_int_equal(value, i);
    }
    assert_int_equal(map.count, done);
    kr_map_clear(&map);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    assert_in_range(kt_fail_each_allocation(map_scenario, NULL), 2, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_put_get_replace),
        cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
