/* every instruction set */
#include "stats/grid.h"

#include "support/plain.h"
#include "support/structure.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { TREES = 4000, MOST = 300 };

static size_t below(uint64_t *random, size_t n)
{
    return (size_t)(kt_random(random) % n);
}

static kt_element *plain_elements(const kr_point *point, size_t *n)
{
    kt_list all;
    kt_list_part(point->structure, point->rates, point->column, point->structure->nparts - 1, &all);
    kt_element *e = malloc((all.n + 1) * sizeof *e);
    assert_non_null(e);
    for (size_t i = 0; i < all.n; i++)
        e[i] = (kt_element){(double)all.rate[i], (double)all.weight[i] * point->structure->scale};
    *n = all.n;
    kt_elements_sort(e, *n);
    kt_list_free(&all);
    return e;
}

/* Weight of the cells up to a rate. */
static double weight_to(const kr_cells *c, double rate)
{
    double sum = 0;
    for (size_t i = 0; i < c->n && c->base + (double)i * c->step <= rate; i++)
        sum += c->mass[i];
    return sum;
}

/* The cells bound the weight F of realizations up to every rate: from below always, from above
 * where they are complete. */
static void check_bounds(const kr_cells *c, const kt_element *e, size_t n)
{
    double sum = 0, blur = 1e-13 * (e[n - 1].value + c->step);
    double least = kr_cells_least(c) - blur, most = kr_cells_most(c) + blur;
    double slack = c->lost + c->weight * 1e-13;
    assert_true(c->lost <= 2e-13 * c->weight);
    assert_true(0 <= kr_cells_least(c) && kr_cells_most(c) <= c->spread);
    for (size_t i = 0; i < n; i++) {
        double x = e[i].value;
        if (i == 0 || e[i - 1].value < x) /* just below it */
            assert_true(sum >= weight_to(c, nextafter(x, 0) - most - blur) - slack);
        sum += e[i].weight;
        if ((i + 1 == n || e[i + 1].value > x) && x < c->complete)
            assert_true(sum <= weight_to(c, x - least + blur) + slack);
    }
    assert_true(sum <= c->weight * (1 + 1e-12) && sum >= c->weight * (1 - 1e-12));
}

static void test_cells_bound_the_distribution(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 41;
    size_t cuts = 0;
    for (int tree = 0; tree < TREES; tree++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, MOST);
        t.s.scale = 0.5 + kt_random_unit(&random);
        kr_point point = {&t.s, t.rates, below(&random, 2)};
        size_t n, most = 64 + below(&random, 200), nscratch = kr_grid_scratch(&t.s, most);
        kt_element *e = plain_elements(&point, &n);
        double *scratch = malloc(nscratch * sizeof *scratch);
        assert_non_null(scratch);
        kr_grid *grid = kr_grid_make(&point, most, scratch);
        kr_extent extent = kr_grid_extent(grid);
        double step = (extent.max - extent.min) * pow(10, -3 * kt_random_unit(&random));
        double top = extent.min + (extent.max - extent.min) * (0.1 + kt_random_unit(&random));
        if (step > 1e-9 * extent.max) {
            kr_cells c = kr_grid_distribute(grid, step, top);
            assert_true(c.n <= most);
            check_bounds(&c, e, n);
            cuts += c.complete <= extent.max;
        }
        free(scratch);
        free(e);
        kt_structure_clear(&t);
    }
    assert_in_range(cuts, TREES / 10, TREES); /* not all cases are trivial */
    kt_ctx_end(&ctx);
}

/* Many independent remainders hardly ever are all small or all large. */
static void test_bounds_of_many_remainders(void **state)
{
    (void)state;
    kr_cells c = {.step = 1, .spread = 400};
    const double tilts[KR_GRID_TILTS] = {0.25, 0.5, 1, 2, 3, 5};
    for (size_t k = 0; k < KR_GRID_TILTS; k++) { /* 400 remainders of 0 or 1 */
        c.up[k] = 400 * log((1 + exp(tilts[k])) / 2);
        c.down[k] = 400 * log((1 + exp(-tilts[k])) / 2);
    }
    double least = kr_cells_least(&c), most = kr_cells_most(&c);
    kt_close(least + most, 400, 1e-12, 0);
    double tail = 0, p = exp(-400 * log(2)); /* of the binomial distribution */
    for (int i = 0; i <= (int)least; i++) {
        tail += p;
        p *= (400. - i) / (i + 1.);
    }
    assert_true(tail <= KR_GRID_TAIL);
    assert_in_range((size_t)least, 110, 130); /* 200 less 8 to 9 times 10 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_bound_the_distribution),
        cmocka_unit_test(test_bounds_of_many_remainders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
