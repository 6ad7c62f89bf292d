#include "support/support.h"

#include "base/arena.h"
#include "base/ctx_int.h"
#include "base/map.h"
#include "base/phase.h"
#include "base/spool.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 64 }; /* what each block costs beside its bytes */

static kr_holder all[KR_HOLDERS_MAX];

static size_t read_peak(kr_ctx *ctx, kr_peak *peak)
{
    size_t n = kr_ctx_peak(ctx, peak, all, KR_HOLDERS_MAX);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(all[i].bytes != 0);
        assert_true(i == 0 || all[i].bytes <= all[i - 1].bytes);
        sum += all[i].bytes;
    }
    assert_int_equal(sum, peak->bytes);
    return n;
}

static kr_status take_four(kr_ctx *ctx, void *held[4])
{
    kr_status s = KR_OK;
    char *a, *b = NULL;
    size_t cap = 0;
    KR_NEW(a, ctx, KR_ACCOUNT_JOB, 1000);
    held[0] = a;
    kr_phase_begin(ctx, "one");
    held[1] = kr_alloc(ctx, KR_ACCOUNT_TREE, 500, 4);
    kr_phase_begin(ctx, "two");
    KR_GROW(b, cap, 3000, ctx, KR_ACCOUNT_STATS);
    KR_GROW(b, cap, 4000, ctx, KR_ACCOUNT_STATS);
    held[2] = b;
    kr_phase_end(ctx);
    held[3] = kr_realloc(ctx, KR_ACCOUNT_GMM, NULL, 10, 1);
out:
    return s;
}

static void test_holders_are_named(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    void *held[4] = {NULL};
    kr_peak peak;

    assert_int_equal(read_peak(ctx, &peak), 0);
    assert_int_equal(peak.bytes, 0);
    assert_string_equal(peak.phase, "");
    kt_ok(ctx, take_four(ctx, held));
    assert_int_equal(read_peak(ctx, &peak), 4); /* asked for while memory has never fallen */
    static const struct {
        kr_account account;
        const char *phase;
        int64_t bytes;
    } expected[] = {{KR_ACCOUNT_STATS, "two", 6000 + HEAD}, /* grown to twice the capacity */
                    {KR_ACCOUNT_TREE, "one", 2000 + HEAD},
                    {KR_ACCOUNT_JOB, "", 1000 + HEAD},
                    {KR_ACCOUNT_GMM, "", 10 + HEAD}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(all[i].account, expected[i].account);
        assert_string_equal(all[i].phase, expected[i].phase);
        assert_int_equal(all[i].bytes, expected[i].bytes);
        assert_string_equal(all[i].file, "tests/base/test_ledger.c");
        assert_string_equal(all[i].function, "take_four");
    }
    assert_true(all[2].line < all[1].line && all[1].line < all[0].line &&
                all[0].line < all[3].line);
    assert_int_equal(peak.bytes, kr_ctx_memory(ctx).peak);
    assert_true(peak.resident > (size_t)peak.bytes);
    assert_true(peak.seconds >= 0 && peak.seconds < 100);
    for (size_t i = 0; i < 4; i++)
        kr_free(held[i]);
    for (size_t most = 0; most <= 4; most++) { /* the largest where not all are asked for */
        kr_holder some[4];
        assert_int_equal(kr_ctx_peak(ctx, &peak, some, most), 4);
        for (size_t i = 0; i < most; i++)
            assert_int_equal(some[i].bytes, expected[i].bytes);
    }
    kt_ctx_end(&ctx);
}

/* Arenas count for who made them grow, maps and spools for who made them. */
static void test_containers_pass_on_the_call_site(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_map map;
    kr_spool spool;
    kr_peak peak;
    char bytes[100] = {0};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&map, ctx, KR_ACCOUNT_READING);
    kr_spool_init(&spool, ctx, KR_ACCOUNT_SITES);
    assert_non_null(kr_arena_printf(&arena, "%d", 7));
    assert_non_null(kr_arena_strdup(&arena, "in the same chunk"));
    char *large = malloc(100000);
    assert_non_null(large);
    memset(large, 'x', 99999);
    large[99999] = '\0';
    assert_non_null(kr_arena_strdup(&arena, large));
    assert_non_null(kr_arena_strndup(&arena, large, 99990));
    free(large);
    kt_ok(ctx, kr_map_put(&map, "key", 1));
    kt_ok(ctx, kr_spool_write(&spool, bytes, sizeof bytes));
    assert_int_equal(read_peak(ctx, &peak), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(all[i].file, "tests/base/test_ledger.c");
    assert_int_equal(all[0].account, KR_ACCOUNT_TREE);
    assert_int_equal(all[1].account, KR_ACCOUNT_TREE);
    assert_int_equal(all[1].line, all[0].line + 1);
    kr_arena_clear(&arena);
    kr_map_clear(&map);
    kr_spool_clear(&spool);
    kt_ctx_end(&ctx);
}

/* ---- the moment of the peak against the whole history ---- */

enum { SITES = 24, STEPS = 4000, HELD = 60 };

/* One call site for each value of k, found by its account and phase. */
static void *take(kr_ctx *ctx, size_t k, size_t n, void *old)
{
    static const kr_account accounts[] = {KR_ACCOUNT_JOB, KR_ACCOUNT_TREE, KR_ACCOUNT_STATS};
    kr_account account = accounts[k % 3];
    switch (k / 3 % 4) {
    case 0:
        return kr_realloc(ctx, account, old, n, 1);
    case 1:
        return kr_realloc(ctx, account, old, n, 1);
    case 2:
        return kr_realloc(ctx, account, old, n, 1);
    default:
        return kr_realloc(ctx, account, old, n, 1);
    }
}

typedef struct moment {
    int64_t bytes[SITES], sum;
} moment;

/* The bytes of the copy by site, told apart by account, phase and the order of the lines. */
static void by_site(const kr_holder *holders, size_t n, int first_line, int64_t out[SITES])
{
    memset(out, 0, SITES * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const kr_holder *h = &holders[i];
        size_t a = h->account == KR_ACCOUNT_JOB ? 0 : h->account == KR_ACCOUNT_TREE ? 1 : 2;
        size_t k = a + 3 * (size_t)((h->line - first_line) / 2) +
                   12 * (size_t)(strcmp(h->phase, "odd") == 0);
        assert_true(k < SITES);
        out[k] += h->bytes;
    }
}

/* The line of the first call site above. */
static int first_line_of_take(void)
{
    kr_ctx *ctx = kt_ctx();
    kr_peak peak;
    void *p = take(ctx, 0, 10, NULL);
    assert_int_equal(read_peak(ctx, &peak), 1);
    kr_free(p);
    kt_ctx_end(&ctx);
    return all[0].line;
}

static uint64_t next_random(uint64_t *x)
{
    *x = *x * 6364136223846793005U + 1442695040888963407U;
    return *x >> 33;
}

/* Random steps, after each of which the oracle writes down what everyone holds: the copy must be
 * one of these moments to the byte, and one that held at least 99.5 % of the peak. */
static void check_random_history(uint64_t seed, int first_line)
{
    kr_ctx *ctx = kt_ctx();
    moment *history = calloc(STEPS + 1, sizeof *history);
    void *held[HELD] = {NULL};
    size_t site[HELD] = {0}, size[HELD] = {0}, steps = 0;
    int64_t most = 0, bytes[SITES];
    kr_peak peak;
    assert_non_null(history);
    for (size_t i = 0; i < STEPS; i++) {
        size_t k = next_random(&seed) % HELD, what = next_random(&seed) % 3;
        size_t n = next_random(&seed) % (i % 7 == 0 ? 300000 : 3000);
        moment now = history[steps];
        if (what == 0 && held[k]) {
            kr_free(held[k]);
            held[k] = NULL;
            now.bytes[site[k]] -= (int64_t)size[k] + HEAD;
            now.sum -= (int64_t)size[k] + HEAD;
        } else {
            size_t phase = next_random(&seed) % 2;
            kr_phase_begin(ctx, phase ? "odd" : "even");
            int64_t more = held[k] ? (int64_t)n - (int64_t)size[k] : (int64_t)n + HEAD;
            site[k] = held[k] ? site[k] : next_random(&seed) % 12 + 12 * phase;
            held[k] = take(ctx, site[k], n, held[k]);
            assert_non_null(held[k]);
            size[k] = n;
            now.bytes[site[k]] += more;
            now.sum += more;
        }
        history[++steps] = now;
        most = now.sum > most ? now.sum : most;
        if (i % 100 == 7 || i == STEPS - 1) {
            bool found = false;
            by_site(all, read_peak(ctx, &peak), first_line, bytes);
            assert_true((double)peak.bytes * (1 + KR_LEDGER_STEP) >= (double)most ||
                        peak.bytes + KR_LEDGER_BYTES >= most);
            for (size_t m = 0; m <= steps && !found; m++)
                found = memcmp(history[m].bytes, bytes, sizeof bytes) == 0;
            assert_true(found);
            assert_int_equal(kr_ctx_memory(ctx).peak, most);
        }
    }
    assert_true((double)ctx->ledger.copies <= 1 + log((double)most / HEAD) / log1p(KR_LEDGER_STEP));
    for (size_t k = 0; k < HELD; k++)
        kr_free(held[k]);
    for (unsigned i = 0; i <= KR_LEDGER_LINES; i++)
        assert_int_equal(ctx->ledger.bytes[i], 0);
    free(history);
    kt_ctx_end(&ctx);
}

static void test_the_copy_is_a_moment_of_the_peak(void **state)
{
    (void)state;
    int first_line = first_line_of_take();
    for (uint64_t seed = 1; seed <= 20; seed++)
        check_random_history(seed, first_line);
}

/* ---- threads ---- */

enum { THREADS = 8, ROUNDS = 20000 };

typedef struct worker {
    kr_ctx *ctx;
    size_t number;
    void *kept;
} worker;

/* Each thread holds a block that grows from round to round, and takes and gives back small ones. */
static void *work(void *user)
{
    worker *w = user;
    void *small[5] = {NULL};
    uint64_t seed = w->number;
    for (size_t i = 0; i < ROUNDS; i++) {
        size_t k = next_random(&seed) % 5;
        kr_free(small[k]);
        small[k] = kr_alloc(w->ctx, KR_ACCOUNT_RUPTURES, next_random(&seed) % 400, 1);
        if (i % 64 == 0)
            w->kept = kr_realloc(w->ctx, KR_ACCOUNT_STATS, w->kept, 1000 + 100 * i, 1);
        if (!small[k] || !w->kept)
            return w;
    }
    for (size_t k = 0; k < 5; k++)
        kr_free(small[k]);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    pthread_t threads[THREADS];
    worker workers[THREADS];
    kr_peak peak;

    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){ctx, i, NULL};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    int64_t held = 0;
    for (unsigned i = 0; i <= KR_LEDGER_LINES; i++)
        held += ctx->ledger.bytes[i];
    assert_int_equal(held, kr_ctx_memory(ctx).current);
    for (size_t i = 0; i < THREADS; i++)
        kr_free(workers[i].kept);
    assert_int_equal(read_peak(ctx, &peak), 2);
    int64_t most = kr_ctx_memory(ctx).peak;
    assert_true(peak.bytes <= most && (double)peak.bytes >= 0.99 * (double)most);
    assert_int_equal(all[0].account, KR_ACCOUNT_STATS);
    assert_true(all[0].bytes > all[1].bytes);
    assert_true((double)ctx->ledger.copies < log((double)most) / log1p(KR_LEDGER_STEP));
    kt_ctx_end(&ctx);
}

/* ---- limits ---- */

static void test_a_full_table_loses_names_and_no_bytes(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    size_t n = KR_LEDGER_LINES + 100;
    kr_call_site *sites = aligned_alloc(16, n * sizeof *sites);
    void **held = calloc(n, sizeof *held);
    kr_peak peak;
    assert_non_null(sites);
    assert_non_null(held);
    for (size_t i = 0; i < n; i++) {
        sites[i] = (kr_call_site){"a.c", "f", (int)i};
        held[i] = kr_alloc_at(ctx, KR_ACCOUNT_JOB, 1000 + i, 1, &sites[i]);
        assert_non_null(held[i]);
    }
    assert_int_equal(read_peak(ctx, &peak), KR_HOLDERS_MAX);
    assert_int_equal(peak.bytes, kr_ctx_memory(ctx).current);
    assert_string_equal(all[0].file, ""); /* the hundred that found no line */
    assert_int_equal(all[0].bytes, 100 * (1000 + HEAD + KR_LEDGER_LINES) + 99 * 50);
    assert_string_equal(all[1].file, "a.c");
    for (size_t i = 0; i < n; i++)
        kr_free(held[i]);
    for (unsigned i = 0; i <= KR_LEDGER_LINES; i++)
        assert_int_equal(ctx->ledger.bytes[i], 0);
    free(sites);
    free(held);
    kt_ctx_end(&ctx);
}

static void test_the_first_refused_request_is_noted(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_peak peak;
    kr_mem_set_limit(ctx, 5000);
    void *p = kr_alloc(ctx, KR_ACCOUNT_TREE, 4000, 1);
    assert_non_null(p);
    read_peak(ctx, &peak);
    assert_int_equal(peak.refused.bytes, 0);
    assert_null(kr_alloc(ctx, KR_ACCOUNT_SITES, 2000, 1));
    assert_null(kr_alloc(ctx, KR_ACCOUNT_GMM, 3000, 1));
    assert_int_equal(read_peak(ctx, &peak), 1);
    assert_int_equal(peak.refused.bytes, 2000 + HEAD);
    assert_int_equal(peak.refused.account, KR_ACCOUNT_SITES);
    assert_string_equal(peak.refused.function, "test_the_first_refused_request_is_noted");
    kr_free(p);
    kt_ctx_end(&ctx);
}

/* What is always kept is small beside any calculation: the program alone has some 10 MB resident.
 */
static void test_the_ledger_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(kr_ledger) < 64 * 1024);
    assert_true(KR_LEDGER_STEP <= 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holders_are_named),
        cmocka_unit_test(test_containers_pass_on_the_call_site),
        cmocka_unit_test(test_the_copy_is_a_moment_of_the_peak),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_a_full_table_loses_names_and_no_bytes),
        cmocka_unit_test(test_the_first_refused_request_is_noted),
        cmocka_unit_test(test_the_ledger_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
