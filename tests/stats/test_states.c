#include "stats/states.h"

#include "stats/visit.h"
#include "support/plain.h"
#include "support/structure.h"

#include <math.h>
#include <stdlib.h>

enum { TREES = 2000, MOST = 400 };

static double *numbers(size_t n)
{
    double *p = malloc((n + 1) * sizeof *p);
    assert_non_null(p);
    return p;
}

/* The same realizations in any order. Rates that differ by rounding may be ordered otherwise, so
 * each is looked for among those near it. */
static void assert_same_elements(kt_element *got, const kt_list *expected, size_t n, double scale)
{
    kt_element *e = malloc((n + 1) * sizeof *e);
    assert_non_null(e);
    assert_int_equal(n, expected->n);
    for (size_t i = 0; i < n; i++)
        e[i] = (kt_element){(double)expected->rate[i], (double)expected->weight[i] * scale};
    kt_elements_sort(e, n);
    kt_elements_sort(got, n);
    for (size_t i = 0, from = 0; i < n; i++) {
        kt_close(got[i].value, e[i].value, 1e-14, 0);
        size_t k = from;
        while (k < n && !(fabs(got[i].weight - e[k].weight) <= 1e-14 * e[k].weight &&
                          fabs(got[i].value - e[k].value) <= 1e-14 * e[k].value))
            k++;
        assert_true(k < n);
        kt_element found = e[k]; /* not to be found again */
        for (; k > from; k--)
            e[k] = e[k - 1];
        e[from++] = found;
    }
    free(e);
}

static void test_every_part_lists_its_states(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 11;
    for (int tree = 0; tree < TREES; tree++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, MOST);
        size_t column = kt_random(&random) % 2, nparts = t.s.nparts;
        kr_point point = {&t.s, t.rates, column};
        kr_extent *extents = malloc(nparts * sizeof *extents);
        double *scratch = numbers(kr_extents_scratch(&t.s));
        assert_non_null(extents);
        kr_extents_find(&point, scratch, extents);
        free(scratch);
        for (size_t part = 0; part < nparts; part++) {
            kt_list all;
            kt_list_part(&t.s, t.rates, column, part, &all);
            double *rate = numbers(all.n), *weight = numbers(all.n);
            kt_element *got = malloc((all.n + 1) * sizeof *got);
            assert_non_null(got);
            scratch = numbers(kr_states_scratch(&t.s, part));
            kr_states_list(&point, part, scratch, rate, weight);
            double min = INFINITY, max = 0, sum = 0, heaviest = 0;
            for (size_t i = 0; i < all.n; i++) {
                got[i] = (kt_element){rate[i], weight[i]};
                min = fmin(min, rate[i]);
                max = fmax(max, rate[i]);
                heaviest = fmax(heaviest, weight[i]);
                sum += weight[i];
            }
            assert_same_elements(got, &all, all.n, 1);
            kt_close(extents[part].min, min, 1e-14, 0);
            kt_close(extents[part].max, max, 1e-14, 0);
            kt_close(extents[part].heaviest, heaviest, 1e-14, 0);
            kt_close(extents[part].weight, sum, 1e-13, 0);
            free(rate), free(weight), free(got), free(scratch);
            kt_list_free(&all);
        }
        free(extents);
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

typedef struct heap {
    kt_element *e;
    size_t n, most, chunk;
    bool short_one;
} heap;

static void take(void *user, double *rate, double *weight, size_t n)
{
    heap *h = user;
    assert_false(h->short_one); /* only the last may be short */
    assert_true(n > 0 && n <= h->chunk && h->n + n <= h->most);
    h->short_one = n < h->chunk;
    for (size_t i = 0; i < n; i++) {
        h->e[h->n++] = (kt_element){rate[i], weight[i]};
        rate[i] = weight[i] = NAN; /* it may write over them */
    }
}

static void test_visit_sees_every_realization_once(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 12;
    for (int tree = 0; tree < TREES; tree++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, MOST);
        t.s.scale = 0.5 + kt_random_unit(&random);
        kr_point point = {&t.s, t.rates, kt_random(&random) % 2};
        kt_list all;
        kt_list_part(&t.s, t.rates, point.column, t.s.nparts - 1, &all);
        kr_visit_limits limits = {1 + kt_random(&random) % 40, 1 + kt_random(&random) % 40};
        heap h = {.e = malloc((all.n + 1) * sizeof *h.e), .most = all.n, .chunk = limits.chunk};
        double *scratch = numbers(kr_visit_scratch(&t.s, &limits));
        kr_visit(&point, &limits, scratch, take, &h);
        assert_same_elements(h.e, &all, h.n, t.s.scale);
        free(scratch);
        free(h.e);
        kt_list_free(&all);
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_part_lists_its_states),
        cmocka_unit_test(test_visit_sees_every_realization_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
