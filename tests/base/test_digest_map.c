#include "base/digest_map.h"
#include "support/support.h"

#include <string.h>

static void test_empty(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_digest_map map = {0};
    kr_digest_map_clear(&map); /* safe on a zeroed struct */
    kr_digest_map_init(&map, ctx, KR_ACCOUNT_TREE);
    kr_digest_map_clear(&map);
    kt_ctx_end(&ctx);
}

enum { KEYS = 700 };

/* Digests that begin alike, in one half or in the other, zero among them. */
static kr_hash128 key_of(size_t i)
{
    if (i < 100)
        return (kr_hash128){0, i};
    if (i < 200)
        return (kr_hash128){(uint64_t)(i - 99) << 40, 7};
    uint64_t random = i;
    return (kr_hash128){kt_random(&random), kt_random(&random)};
}

static void test_like_a_list(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (int round = 0; round < 20; round++) {
        kr_ctx *ctx = kt_ctx();
        kr_digest_map map;
        size_t list[KEYS] = {0}, known = 0;
        bool met[KEYS] = {false};
        kr_digest_map_init(&map, ctx, KR_ACCOUNT_TREE);
        for (int step = 0; step < 4000; step++) {
            size_t k = kt_random(&random) % (round % 2 ? KEYS : 130), *number = NULL;
            kt_ok(ctx, kr_digest_map_at(&map, key_of(k), &number));
            known += !met[k];
            met[k] = true;
            assert_int_equal(*number, list[k]);
            assert_int_equal(map.n, known);
            if (kt_random(&random) % 2)
                list[k] = *number = (size_t)kt_random(&random);
        }
        if (round % 3 == 0) { /* usable after clearing, and empty */
            size_t *number = NULL;
            kr_digest_map_clear(&map);
            kt_ok(ctx, kr_digest_map_at(&map, key_of(3), &number));
            assert_int_equal(*number, 0);
            assert_int_equal(map.n, 1);
        }
        kr_digest_map_clear(&map);
        kt_ctx_end(&ctx);
    }
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_digest_map map;
    size_t done = 0, *number = NULL;
    (void)user;
    kr_digest_map_init(&map, ctx, KR_ACCOUNT_TREE);
    for (; done < 100; done++) {
        KR_TRY(kr_digest_map_at(&map, key_of(done), &number));
        *number = done + 1;
    }
out:
    for (size_t i = 0; i < done; i++) { /* what was put stays, whatever failed later */
        kr_status again = kr_digest_map_at(&map, key_of(i), &number);
        if (again == KR_OK)
            assert_int_equal(*number, i + 1);
    }
    kr_digest_map_clear(&map);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    assert_in_range(kt_fail_each_allocation(scenario, NULL), 4, 6); /* two for each growth */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_like_a_list),
        cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
