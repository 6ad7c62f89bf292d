#include "stats/list.h"
#include "stats/plain_quantile.h"
#include "stats/stairs.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 600, PAIRS = 4, QUANTILES = PLAIN_QUANTILES };

static const kr_quantile_rule rules[] = {KR_QUANTILE_REFERENCE, KR_QUANTILE_HALF_WEIGHT,
                                         KR_QUANTILE_MERGED};
static const kr_scale scales[] = {KR_SCALE_POE, KR_SCALE_POE_ROUNDED, KR_SCALE_RATE,
                                  KR_SCALE_RATE_CLIPPED};

/* Values of a part before they are sorted. */
typedef struct values {
    size_t n;
    double x[MOST], w[MOST];
    double room[4 * MOST];
} values;

/* Kinds of rates. */
enum { FEW, DECADES, TINY, SATURATED, SMOOTH, ZERO, NEARLY_EQUAL, KINDS };

static double random_rate(uint64_t *random, int kind)
{
    double u = kt_random_unit(random);
    switch (kind) {
    case FEW:
        return floor(u * 6) / 64;
    case DECADES:
        return u < 0.1 ? 0 : exp2(floor(kt_random_unit(random) * 66) - 60);
    case TINY: /* steps of probabilities in the reference's rounding are about 1e-16 */
        return u * 2e-15;
    case SATURATED:
        return u < 0.3 ? u : 15 + 60 * u;
    case SMOOTH:
        return u * u * 0.1;
    case ZERO:
        return u < 0.95 ? 0 : u;
    default:
        return (1 + floor(u * 4)) * (1 + floor(kt_random_unit(random) * 3) * 0x1p-52);
    }
}

/* Weights are multiples of a power of 2 with the sum 1, so that no sum of products of them has an
 * error and quantiles can be sought at any sum. Some are zero. */
static void random_weights(uint64_t *random, double *w, size_t n)
{
    size_t tokens = kt_random(random) % 2 ? 1024 : 32;
    memset(w, 0, n * sizeof *w);
    for (size_t k = 0; k < tokens; k++)
        w[kt_random(random) % n] += 1 / (double)tokens;
}

static void random_values(uint64_t *random, values *v, size_t n, int kind)
{
    v->n = n;
    for (size_t i = 0; i < v->n; i++)
        v->x[i] = random_rate(random, kind);
    random_weights(random, v->w, v->n);
}

static kr_list list_of(values *v, kr_quantile_rule rule)
{
    kr_list_room room = kr_list_room_at(v->room, v->n, rule);
    memcpy(room.x, v->x, v->n * sizeof *v->x);
    memcpy(room.w, v->w, v->n * sizeof *v->w);
    return kr_list_of_values(room, v->n);
}

typedef struct world {
    size_t npairs;
    double weight[PAIRS];
    values x[PAIRS], y[PAIRS];
    kr_weighted sums[MOST * MOST];
    double c[MOST * MOST];
} world;

static size_t list_sums(world *it)
{
    size_t n = 0;
    for (size_t p = 0; p < it->npairs; p++)
        for (size_t i = 0; i < it->x[p].n; i++)
            for (size_t j = 0; j < it->y[p].n; j++)
                it->sums[n++] = (kr_weighted){it->x[p].x[i] + it->y[p].x[j],
                                              it->weight[p] * it->x[p].w[i] * it->y[p].w[j]};
    return n;
}

static void check(world *it, uint64_t *random, kr_quantile_rule rule, kr_scale scale)
{
    kr_pair pairs[PAIRS];
    double q[QUANTILES], value[QUANTILES];
    for (size_t p = 0; p < it->npairs; p++)
        pairs[p] = (kr_pair){list_of(&it->x[p], rule), list_of(&it->y[p], rule), it->weight[p]};
    size_t n = list_sums(it);
    plain_sort(it->sums, n, scale);
    plain_choose(random, it->sums, n, it->c, q);

    double *scratch = malloc(kr_select_scratch(pairs, it->npairs, QUANTILES) * sizeof *scratch);
    assert_non_null(scratch);
    kr_select_quantiles(pairs, it->npairs, rule, scale, q, QUANTILES, scratch, value);
    free(scratch);
    for (size_t k = 0; k < QUANTILES; k++)
        kt_close(value[k], plain_quantile(it->sums, n, rule, q[k], it->c), 1e-12, 0);
}

static void test_mixtures_against_sorted_sums(void **state)
{
    (void)state;
    world *it = malloc(sizeof *it);
    assert_non_null(it);
    uint64_t random = 3;
    for (int trial = 0; trial < 2400; trial++) {
        it->npairs = 1 + kt_random(&random) % PAIRS;
        size_t most = trial % 8 ? 24 : 90;
        random_weights(&random, it->weight, it->npairs);
        for (size_t p = 0; p < it->npairs; p++)
            for (int half = 0; half < 2; half++)
                random_values(&random, half ? &it->y[p] : &it->x[p], 1 + kt_random(&random) % most,
                              (int)(kt_random(&random) % KINDS));
        check(it, &random, rules[trial % 3], scales[trial / 3 % 4]);
    }
    free(it);
}

/* So many sums that windows are narrowed for long, and that those of one value are too many to be
 * listed: sums of multiples of one number, all at a probability of 1, and others. */
static void test_large_pairs_against_sorted_sums(void **state)
{
    (void)state;
    world *it = malloc(sizeof *it);
    assert_non_null(it);
    uint64_t random = 5;
    it->npairs = 1;
    it->weight[0] = 1;
    for (int kind = 0; kind <= KINDS; kind++)
        for (int trial = kind % 3; trial < (kind < KINDS ? kind % 3 + 1 : 3); trial++) {
            random_values(&random, &it->x[0], MOST, kind % KINDS);
            random_values(&random, &it->y[0], MOST - 1, kind % KINDS);
            for (size_t i = 0; kind == KINDS && i < MOST; i++)
                it->x[0].x[i] = it->y[0].x[i] = (double)i * 0x1p-12;
            check(it, &random, rules[trial], scales[(kind + trial) % 4]);
        }
    for (size_t i = 0; i < MOST; i++) {
        it->x[0].x[i] = 40 + (double)i;
        it->y[0].x[i] = 40 + 0.7 * (double)i;
    }
    for (int trial = 0; trial < 3; trial++)
        check(it, &random, rules[trial], KR_SCALE_POE);
    free(it);
}

/* Weights that are no multiples of anything, and a total that is not 1. */
static void test_any_weights(void **state)
{
    (void)state;
    world *it = malloc(sizeof *it);
    assert_non_null(it);
    uint64_t random = 11;
    kr_pair pair;
    double q[QUANTILES], value[QUANTILES];
    for (int trial = 0; trial < 300; trial++) {
        kr_quantile_rule rule = rules[trial % 3];
        it->npairs = 1;
        it->weight[0] = 0.5 + kt_random_unit(&random);
        for (int half = 0; half < 2; half++) {
            values *v = half ? &it->y[0] : &it->x[0];
            random_values(&random, v, 1 + kt_random(&random) % 90, SMOOTH);
            for (size_t i = 0; i < v->n; i++)
                v->w[i] = (0.1 + kt_random_unit(&random)) / (double)v->n;
        }
        pair = (kr_pair){list_of(&it->x[0], rule), list_of(&it->y[0], rule), it->weight[0]};
        size_t n = list_sums(it);
        plain_sort(it->sums, n, KR_SCALE_POE);
        double *scratch = malloc(kr_select_scratch(&pair, 1, QUANTILES) * sizeof *scratch);
        assert_non_null(scratch);
        for (size_t k = 0; k < QUANTILES; k++)
            q[k] = kt_random_unit(&random);
        kr_select_quantiles(&pair, 1, rule, KR_SCALE_POE, q, QUANTILES, scratch, value);
        for (size_t k = 0; k < QUANTILES; k++)
            kt_close(value[k], plain_quantile(it->sums, n, rule, q[k], it->c), 1e-11, 0);
        free(scratch);
    }
    free(it);
}

/* Weights below a rate keep their digits: a million sums are as exact as one. */
static void test_cumulative_weights(void **state)
{
    (void)state;
    enum { N = 1000 };
    double *room = malloc(8 * N * sizeof *room);
    assert_non_null(room);
    uint64_t random = 13;
    kr_list_room x = kr_list_room_at(room, N, KR_QUANTILE_MERGED);
    kr_list_room y = kr_list_room_at(room + 4 * N, N, KR_QUANTILE_MERGED);
    for (size_t i = 0; i < N; i++) {
        x.x[i] = kt_random_unit(&random);
        y.x[i] = kt_random_unit(&random);
        x.w[i] = kt_random_unit(&random) / 3;
        y.w[i] = exp(-20 * kt_random_unit(&random));
    }
    kr_pair pair = {kr_list_of_values(x, N), kr_list_of_values(y, N), 0.7};
    double *numbers = malloc(kr_mixture_numbers(&pair, 1) * sizeof *numbers);
    assert_non_null(numbers);
    kr_mixture m = kr_mixture_at(&pair, 1, numbers);
    for (int trial = 0; trial < 20; trial++) {
        double at = 2 * kt_random_unit(&random);
        kr_mark mark = kr_mixture_mark(&m, at);
        double weight = 0, rest = 0; /* what the sum has too much */
        uint64_t count = 0;
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N && x.x[i] + y.x[j] < at; j++, count++) {
                double more = x.w[i] * y.w[j] - rest, sum = weight + more;
                rest = sum - weight - more;
                weight = sum;
            }
        kt_close(mark.weight, weight * pair.weight, 1e-15, 0);
        assert_true(mark.count == count);
    }
    free(numbers);
    free(room);
}

/* ---- lists ---- */

/* A list is what its values and weights sorted and joined are. */
static void check_list(const kr_list *list, kr_weighted *v, size_t n, kr_quantile_rule rule)
{
    kr_weighted_sort(v, n);
    size_t at = 0;
    for (size_t i = 0, end = 0; i < n; i = end, at++) {
        double w = 0;
        for (end = i; end < n && v[end].x == v[i].x; end++)
            w += v[end].w;
        assert_true(at < list->n);
        kt_same(list->x[at], v[i].x);
        kt_same(list->w[at], w);
        if (kr_list_keeps_lightest(rule))
            kt_same(list->lightest[at], v[i].w);
        if (kr_list_keeps_heaviest(rule))
            kt_same(list->heaviest[at], v[end - 1].w);
    }
    assert_int_equal(at, list->n);
    if (at == n)
        assert_true(list->lightest == list->w && list->heaviest == list->w);
}

static void test_lists(void **state)
{
    (void)state;
    enum { N = 30, K = 5 };
    values *v = malloc(K * sizeof *v);
    kr_weighted *all = malloc(N * N * sizeof *all);
    double *room = malloc((4 * N * N + kr_merger_numbers(N)) * sizeof *room);
    assert_true(v && all && room);
    uint64_t random = 17;
    for (int trial = 0; trial < 3000; trial++) {
        kr_quantile_rule rule = rules[trial % 3];
        kr_merger merger = kr_merger_at(room + 4 * N * N, N);
        kr_list lists[K];
        double factors[K];
        size_t k = 1 + kt_random(&random) % K, n = 0;
        for (size_t i = 0; i < K; i++) {
            random_values(&random, &v[i], 1 + kt_random(&random) % N,
                          (int)(kt_random(&random) % KINDS));
            if (kt_random(&random) % 10 == 0)
                v[i].x[0] = v[i].x[v[i].n / 2] = INFINITY;
            lists[i] = list_of(&v[i], rule);
            factors[i] = (double)(kt_random(&random) % 4) / 4;
            for (size_t j = 0; i < k && j < v[i].n; j++)
                all[n++] = (kr_weighted){v[i].x[j], factors[i] * v[i].w[j]};
        }
        kr_list out = kr_list_mix(lists, factors, k, merger, kr_list_room_at(room, n, rule));
        check_list(&out, all, n, rule);
        n = 0;
        for (size_t i = 0; i < v[0].n; i++)
            for (size_t j = 0; j < v[1].n; j++)
                all[n++] = (kr_weighted){v[0].x[i] + v[1].x[j], v[0].w[i] * v[1].w[j]};
        out = kr_list_sum(&lists[0], &lists[1], merger, kr_list_room_at(room, n, rule));
        check_list(&out, all, n, rule);
    }
    free(v);
    free(all);
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_mixtures_against_sorted_sums),
        cmocka_unit_test(test_large_pairs_against_sorted_sums),
        cmocka_unit_test(test_any_weights),
        cmocka_unit_test(test_cumulative_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
