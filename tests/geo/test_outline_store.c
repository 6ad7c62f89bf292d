/* Outlines that are kept. */
#include "geo/outline_store.h"

#include "geo/surface_figures.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

enum { ROWS = 7, COLS = 12, WINDOW_ROWS = 3, WINDOW_COLS = 4, ALL = 5 * 9, THREADS = 4 };
static const size_t plenty = (size_t)1 << 30;

typedef struct bench {
    kr_ctx *ctx;
    kr_arena arena;
    kr_mesh mesh;
    kr_outlines *outlines;
} bench;

static void bench_init(bench *b, size_t most_bytes)
{
    kr_point3 nodes[ROWS * COLS];

    b->ctx = kt_ctx();
    kr_arena_init(&b->arena, b->ctx, KR_ACCOUNT_OTHER);
    for (size_t k = 0; k < ROWS * COLS; k++) {
        double i = (double)(k / COLS), j = (double)(k % COLS);
        nodes[k].lon = 10 + 0.02 * j;
        nodes[k].lat = 45 + 0.03 * sin(j / 4) - 0.012 * i;
        nodes[k].depth = 1.5 * i;
    }
    kt_ok(b->ctx, kr_mesh_make(b->ctx, nodes, ROWS, COLS, true, &b->arena, &b->mesh));
    kt_ok(b->ctx, kr_outlines_create(b->ctx, most_bytes, &b->outlines));
}

static void bench_end(bench *b)
{
    kr_outlines_destroy(&b->outlines);
    kr_arena_clear(&b->arena);
    kt_ctx_end(&b->ctx);
}

static kr_mesh window_at(const kr_mesh *mesh, size_t k)
{
    return kr_mesh_window(mesh, k / 9, k % 9, WINDOW_ROWS, WINDOW_COLS);
}

static bool same_outline(const kr_outline *a, const kr_outline *b)
{
    size_t n = a->first[a->nrings];

    return memcmp(&a->ortho, &b->ortho, sizeof a->ortho) == 0 && a->nrings == b->nrings &&
           memcmp(a->first, b->first, (a->nrings + 1) * sizeof *a->first) == 0 &&
           memcmp(a->x, b->x, n * sizeof *a->x) == 0 && memcmp(a->y, b->y, n * sizeof *a->y) == 0;
}

/* Each window is built once, and is what it is without a store. */
static void test_kept(void **state)
{
    (void)state;
    bench b;
    kr_outline alone, out[2][ALL];
    bench_init(&b, plenty);

    for (int time = 0; time < 2; time++) {
        for (size_t k = 0; k < ALL; k++) {
            kr_mesh window = window_at(&b.mesh, k);
            kt_ok(b.ctx, kr_outlines_get(b.outlines, b.ctx, &window, &b.arena, &out[time][k]));
            kt_ok(b.ctx, kr_outlines_get(NULL, b.ctx, &window, &b.arena, &alone));
            assert_true(same_outline(&out[time][k], &alone));
        }
        assert_int_equal(kr_outlines_count(b.outlines), ALL);
    }
    for (size_t k = 0; k < ALL; k++) {
        kr_outline again;
        kr_mesh window = window_at(&b.mesh, k);
        kt_ok(b.ctx, kr_outlines_get(b.outlines, b.ctx, &window, &b.arena, &again));
        assert_ptr_equal(again.x, out[1][k].x);
        assert_ptr_not_equal(again.x, out[0][k].x); /* built then, and copied */
    }
    bench_end(&b);
}

/* Windows that begin at the same node are told apart. */
static void test_sizes(void **state)
{
    (void)state;
    bench b;
    bench_init(&b, plenty);

    for (int time = 0; time < 2; time++) {
        for (size_t rows = 1; rows <= 4; rows++) {
            for (size_t cols = 1; cols <= 4; cols++) {
                kr_outline got, alone;
                kr_mesh window = kr_mesh_window(&b.mesh, 1, 2, rows, cols);
                kt_ok(b.ctx, kr_outlines_get(b.outlines, b.ctx, &window, &b.arena, &got));
                kt_ok(b.ctx, kr_outlines_get(NULL, b.ctx, &window, &b.arena, &alone));
                assert_true(same_outline(&got, &alone));
            }
        }
    }
    assert_int_equal(kr_outlines_count(b.outlines), 16);
    bench_end(&b);
}

/* What does not fit is built each time; what is kept stays. */
static void test_bounds(void **state)
{
    (void)state;
    static const size_t most[] = {0, 100, 5000, 10000};
    size_t before = 0;

    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        bench b;
        bench_init(&b, most[i]);
        int64_t held = kr_ctx_account(b.ctx, KR_ACCOUNT_RUPTURES).current;
        for (int time = 0; time < 2; time++) {
            for (size_t k = 0; k < ALL; k++) {
                kr_outline got, alone;
                kr_mesh window = window_at(&b.mesh, k);
                kt_ok(b.ctx, kr_outlines_get(b.outlines, b.ctx, &window, &b.arena, &got));
                kt_ok(b.ctx, kr_outlines_get(NULL, b.ctx, &window, &b.arena, &alone));
                assert_true(same_outline(&got, &alone));
            }
        }
        size_t bytes = kr_outlines_bytes(b.outlines);
        assert_true(bytes <= most[i] && (most[i] < 5000 || bytes > most[i] / 2));
        assert_int_equal(kr_ctx_account(b.ctx, KR_ACCOUNT_RUPTURES).current, held + (int64_t)bytes);
        assert_true(i < 2 ? kr_outlines_count(b.outlines) == 0
                          : kr_outlines_count(b.outlines) > before);
        before = kr_outlines_count(b.outlines);
        kr_outlines_limit(b.outlines, plenty);
        kr_mesh window = window_at(&b.mesh, ALL - 1);
        kr_outline got;
        kt_ok(b.ctx, kr_outlines_get(b.outlines, b.ctx, &window, &b.arena, &got));
        assert_int_equal(kr_outlines_count(b.outlines), before + 1);
        bench_end(&b);
    }
}

/* ---- threads ---- */

typedef struct asker {
    bench *b;
    size_t first;
    bool ok;
} asker;

static void *ask(void *user)
{
    asker *a = user;
    kr_arena arena;

    a->ok = true;
    kr_arena_init(&arena, a->b->ctx, KR_ACCOUNT_OTHER);
    for (size_t i = 0; i < 3 * ALL; i++) {
        kr_outline got, alone;
        kr_mesh window = window_at(&a->b->mesh, (a->first + i) % ALL);
        kr_arena_reset(&arena);
        a->ok = a->ok &&
                kr_outlines_get(a->b->outlines, a->b->ctx, &window, &arena, &got) == KR_OK &&
                kr_outlines_get(NULL, a->b->ctx, &window, &arena, &alone) == KR_OK &&
                same_outline(&got, &alone);
    }
    kr_arena_clear(&arena);
    return NULL;
}

/* Some ask in the same order, others begin elsewhere: whoever comes first, each is kept once. */
static void test_threads(void **state)
{
    (void)state;
    for (int time = 0; time < 4; time++) {
        bench b;
        bench_init(&b, time % 2 ? 10000 : plenty);
        pthread_t thread[THREADS];
        asker askers[THREADS];
        for (size_t i = 0; i < THREADS; i++) {
            askers[i] = (asker){&b, i / 2 * 7, false};
            assert_int_equal(pthread_create(&thread[i], NULL, ask, &askers[i]), 0);
        }
        for (size_t i = 0; i < THREADS; i++) {
            pthread_join(thread[i], NULL);
            assert_true(askers[i].ok);
        }
        assert_true(time % 2 ? kr_outlines_bytes(b.outlines) <= 10000
                             : kr_outlines_count(b.outlines) == ALL);
        bench_end(&b);
    }
}

/* ---- distances ---- */

static void distances(bench *b, kr_window_work *windows, const kr_site_soa *sites, bool keep,
                      double (*rjb)[SITES_MAX])
{
    static distance_room room;
    kr_dist_out out = room_out(&room);
    const double *rrup;

    kr_window_work_keep(windows, keep ? b->outlines : NULL);
    kt_ok(b->ctx, kr_windows_set(windows, KR_SURFACE_SIMPLE, &b->mesh, sites));
    kt_ok(b->ctx, kr_windows_rrup(windows, WINDOW_ROWS, WINDOW_COLS, &rrup));
    for (size_t k = 0; k < ALL; k++) {
        kt_ok(b->ctx, kr_window_distances(windows, k / 9, k % 9, WINDOW_ROWS, WINDOW_COLS, NULL,
                                          KR_DIST_BIT(RJB), &out));
        memcpy(rjb[k], room.of[KR_DIST_RJB], sites->n * sizeof **rjb);
    }
}

/* rjb of windows is the same to the last bit, whether outlines are kept, built or taken. */
static void test_distances(void **state)
{
    (void)state;
    static double with[2][ALL][SITES_MAX], without[ALL][SITES_MAX];
    bench b;
    kr_window_work *windows = NULL;
    kr_site_soa sites;
    double lon[SITES_MAX], lat[SITES_MAX];
    uint64_t seed = 29;
    bench_init(&b, plenty);

    for (size_t j = 0; j < SITES_MAX; j++) {
        lon[j] = 9.6 + kt_random_unit(&seed);
        lat[j] = 44.5 + kt_random_unit(&seed);
    }
    kt_ok(b.ctx, kr_site_soa_init(&sites, b.ctx, KR_ACCOUNT_SITES, SITES_MAX));
    kr_site_soa_fill(&sites, lon, lat, NULL, SITES_MAX);
    kt_ok(b.ctx, kr_window_work_create(b.ctx, &windows));
    distances(&b, windows, &sites, false, without);
    assert_int_equal(kr_outlines_count(b.outlines), 0);
    distances(&b, windows, &sites, true, with[0]);
    assert_int_equal(kr_outlines_count(b.outlines), ALL);
    distances(&b, windows, &sites, true, with[1]);
    assert_memory_equal(with[0], without, sizeof without);
    assert_memory_equal(with[1], without, sizeof without);
    kr_window_work_destroy(&windows);
    kr_site_soa_clear(&sites);
    bench_end(&b);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    const kr_mesh *mesh = user;
    kr_status s = KR_OK;
    kr_outlines *outlines = NULL;
    kr_outline out;
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_outlines_create(ctx, plenty, &outlines));
    KR_TRY(kr_outlines_get(outlines, ctx, mesh, &arena, &out));
out:
    kr_outlines_destroy(&outlines);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    bench b;
    bench_init(&b, plenty);

    assert_true(kt_fail_each_allocation(scenario, &b.mesh) > 4);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),      cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_bounds),    cmocka_unit_test(test_threads),
        cmocka_unit_test(test_distances), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
