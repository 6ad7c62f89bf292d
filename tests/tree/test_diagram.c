/* Sets of paths against the same sets listed: sums, restrictions, counts, order, numbering. */
#include "support/support.h"

#include "tree/diagram.h"

#include <string.h>

enum { SETS = 4, BRANCHES = 3, PATHS = 81 };

/* How often each path of 4 sets of 3 branches counts; branch b of set s has the number 3 s + b. */
typedef struct listed {
    unsigned times[PATHS];
} listed;

static kr_diagram make(kr_diagrams *d, const listed *x, size_t set, size_t first)
{
    size_t below = 1;
    kr_edge edges[BRANCHES];
    kr_diagram out;
    if (set == SETS)
        return x->times[first];
    for (size_t s = set + 1; s < SETS; s++)
        below *= BRANCHES;
    for (uint32_t b = 0; b < BRANCHES; b++)
        edges[b] = (kr_edge){(uint32_t)set * BRANCHES + b, make(d, x, set + 1, first + b * below)};
    kt_ok(d->ctx, kr_diagram_make(d, (uint32_t)set, edges, BRANCHES, &out));
    return out;
}

static void branches_of(size_t path, uint32_t *out)
{
    for (size_t s = SETS; s-- > 0; path /= BRANCHES)
        out[s] = (uint32_t)(s * BRANCHES + path % BRANCHES);
}

static void fill(uint64_t *random, listed *x, double share)
{
    for (size_t p = 0; p < PATHS; p++)
        x->times[p] =
            kt_random_unit(random) < share ? 1 + (unsigned)(2 * kt_random_unit(random)) : 0;
}

static void check(const kr_diagrams *d, kr_diagram a, const listed *x)
{
    uint32_t branches[SETS];
    for (size_t p = 0; p < PATHS; p++) {
        branches_of(p, branches);
        assert_int_equal(kr_diagram_times(d, a, branches, SETS), x->times[p]);
    }
}

/* The order of two lists of path numbers, each as often as it counts. */
static int plain_compare(const listed *a, const listed *b)
{
    size_t i = 0, j = 0;
    unsigned used_a = 0, used_b = 0;
    for (;;) {
        while (i < PATHS && used_a == a->times[i]) {
            i++;
            used_a = 0;
        }
        while (j < PATHS && used_b == b->times[j]) {
            j++;
            used_b = 0;
        }
        if (i == PATHS || j == PATHS)
            return i == PATHS && j == PATHS ? 0 : i == PATHS ? -1 : 1;
        if (i != j)
            return i < j ? -1 : 1;
        used_a++;
        used_b++;
    }
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void test_against_lists(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_diagrams d;
    uint64_t random = 5;
    kr_diagrams_init(&d, ctx);
    for (int round = 0; round < 400; round++) {
        listed a, b, sum, cut;
        double share = kt_random_unit(&random), counted = 0, *counts;
        fill(&random, &a, share);
        fill(&random, &b, round % 2 ? share : 1);
        if (round % 5 == 0)
            for (size_t p = 40; p < PATHS; p++)
                b.times[p] = a.times[p];
        if (round % 7 == 0)
            memcpy(&b, &a, sizeof b);
        kr_diagram x = make(&d, &a, 0, 0), y = make(&d, &b, 0, 0), out;
        check(&d, x, &a);
        assert_true((x == y) == (memcmp(&a, &b, sizeof a) == 0));
        assert_int_equal(sign(kr_diagram_compare(&d, x, y)), plain_compare(&a, &b));
        for (size_t p = 0; p < PATHS; p++) {
            sum.times[p] = a.times[p] + b.times[p];
            cut.times[p] = b.times[p] ? a.times[p] : 0;
            counted += a.times[p] > 0;
        }
        kt_ok(ctx, kr_diagram_add(&d, x, y, &out));
        check(&d, out, &sum);
        assert_int_equal(out, make(&d, &sum, 0, 0)); /* one number for one set */
        kt_ok(ctx, kr_diagrams_restrict(&d, y, &x, 1, &out));
        check(&d, out, &cut);
        counts = kr_alloc(ctx, KR_ACCOUNT_OTHER, d.nnodes, sizeof *counts);
        kr_diagram_counts(&d, counts);
        kt_same(kr_diagram_count(counts, x), counted);
        kr_free(counts);
    }
    kr_diagrams_clear(&d);
    kt_ctx_end(&ctx);
}

static void test_first(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_diagrams d;
    listed x = {{0}};
    uint32_t got[SETS], want[SETS];
    kr_diagrams_init(&d, ctx);
    x.times[47] = 2;
    x.times[80] = 1;
    assert_int_equal(kr_diagram_first(&d, make(&d, &x, 0, 0), got), SETS);
    branches_of(47, want);
    assert_memory_equal(got, want, sizeof got);
    assert_int_equal(kr_diagram_follow(&d, make(&d, &x, 0, 0), 0), 0);
    kr_diagrams_clear(&d);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_lists),
        cmocka_unit_test(test_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
