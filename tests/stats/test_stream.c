#include "stats/stream.h"

#include "support/plain.h"
#include "support/structure.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { TREES = 1500, MOST = 1500, MOST_Q = 12 };

static size_t below(uint64_t *random, size_t n)
{
    return (size_t)(kt_random(random) % n);
}

static double *numbers(size_t n)
{
    double *p = malloc((n + 1) * sizeof *p);
    assert_non_null(p);
    return p;
}

typedef struct heap {
    kr_scale scale;
    kt_element *e;
    size_t n;
} heap;

static void take(void *user, double *rate, double *weight, size_t n)
{
    heap *h = user;
    for (size_t i = 0; i < n; i++)
        h->e[h->n++] = (kt_element){kr_scale_value(h->scale, rate[i]), weight[i]};
}

/* All elements in order. Sums of rates are taken from the visit, so that ties are the same. */
static kt_element *plain_elements(const kr_point *point, const kr_visit_limits *limits,
                                  kr_scale scale, size_t *n)
{
    size_t most = (size_t)point->structure->realizations;
    heap h = {.scale = scale, .e = malloc((most + 1) * sizeof *h.e)};
    double *scratch = numbers(kr_visit_scratch(point->structure, limits));
    assert_non_null(h.e);
    kr_visit(point, limits, scratch, take, &h);
    free(scratch);
    assert_int_equal(h.n, most);
    kt_elements_sort(h.e, h.n);
    *n = h.n;
    return h.e;
}

/* Within what the rounding of cumulative weights may change; `blur` is 0 where nothing rounds. */
static void check_quantile(const kt_element *e, size_t n, kr_quantile_rule rule, double q,
                           double got, double blur)
{
    double low = kt_plain_quantile(e, n, rule, q, -blur);
    double high = kt_plain_quantile(e, n, rule, q, blur);
    if (!(got >= low * (1 - 1e-12) - DBL_MIN && got <= high * (1 + 1e-12) + DBL_MIN))
        fail_msg("rule %d, q %.17g of %zu elements: %.17g is not within %.17g .. %.17g", (int)rule,
                 q, n, got, low, high);
}

static void check(const kr_point *point, const kr_quantile_spec *spec,
                  const kr_stream_limits *limits, double blur)
{
    size_t n, nscratch = kr_stream_scratch_within(point->structure, spec->nq, limits);
    kt_element *e = plain_elements(point, &limits->visit, spec->scale, &n);
    double *scratch = numbers(nscratch), value[MOST_Q];
    for (size_t i = 0; i < nscratch; i++)
        scratch[i] = NAN;
    kr_stream_quantiles_within(point, spec, limits, scratch, value);
    for (size_t i = 0; i < spec->nq; i++)
        check_quantile(e, n, spec->rule, spec->q[i], value[i], blur);
    free(scratch);
    free(e);
}

static kr_stream_limits random_limits(uint64_t *random)
{
    kr_stream_limits limits = {{1 + below(random, 50), 1 + below(random, 50)},
                               below(random, 2) ? 1e9 : 0,
                               2 + below(random, 60),
                               20 + below(random, 40)};
    return limits;
}

/* Small whole numbers times one power of two: all sums are exact, and many of them equal. */
static void whole_rates(kt_structure *t, uint64_t *random)
{
    double unit = ldexp(1, -(int)below(random, 45));
    size_t most = 1 + below(random, 6);
    for (size_t i = 0; i < t->s.nrates; i++)
        t->rates[i] = unit * (double)below(random, most + 1);
}

/* Weights k / 16 that sum to 1: all products and sums of eight at most are exact. */
static void whole_weights(kt_structure *t, uint64_t *random)
{
    for (size_t c = 0; c < t->s.nchoices; c++) {
        const kr_choice *choice = &t->s.choices[c];
        double *w = (double *)(uintptr_t)choice->weights;
        for (size_t i = 0; i < 2 * choice->nstates; i++)
            w[i] = 0;
        for (size_t column = 0; column < 2; column++)
            for (int k = 0; k < 16; k++)
                w[column * choice->nstates + below(random, choice->nstates)] += 1. / 16;
    }
}

static void test_every_rule_and_scale(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 21;
    for (int tree = 0; tree < TREES; tree++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, MOST);
        bool exact = tree % 3 == 0;
        if (tree % 2 == 0)
            whole_rates(&t, &random);
        if (exact)
            whole_weights(&t, &random);
        double q[MOST_Q] = {0, 1};
        for (size_t i = 2; i < MOST_Q; i++)
            q[i] =
                exact ? (double)below(&random, 257) / 256 : 0.001 + 0.998 * kt_random_unit(&random);
        kr_quantile_spec spec = {.q = exact ? q : q + 2, .nq = exact ? MOST_Q : MOST_Q - 2};
        kr_point point = {&t.s, t.rates, below(&random, 2)};
        spec.scale = (kr_scale)below(&random, 4);
        for (int rule = 0; rule < 3; rule++) {
            kr_stream_limits limits = random_limits(&random);
            spec.rule = (kr_quantile_rule)rule;
            check(&point, &spec, &limits, exact ? 0 : 1e-15);
        }
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

/* Trees of up to 4^8 realizations, as they are by default and with few of them in a window, so that
 * windows are narrowed several times. */
static void test_large_trees(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 22;
    for (int tree = 0; tree < 60;) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, 1 << 16);
        if (t.s.realizations >= 5000) {
            double q[MOST_Q];
            for (size_t i = 0; i < MOST_Q; i++)
                q[i] = 0.001 + 0.998 * kt_random_unit(&random);
            kr_quantile_spec spec = {.q = q, .nq = MOST_Q};
            kr_point point = {&t.s, t.rates, below(&random, 2)};
            spec.rule = (kr_quantile_rule)below(&random, 3);
            spec.scale = (kr_scale)below(&random, 4);
            kr_stream_limits limits = kr_stream_limits_of(&t.s);
            assert_int_equal(kr_stream_scratch(&t.s, MOST_Q),
                             kr_stream_scratch_within(&t.s, MOST_Q, &limits));
            check(&point, &spec, &limits, 1e-15);
            limits.visit = (kr_visit_limits){1000, 100};
            limits.kept = 0;
            limits.bins = 100;
            limits.slot = 100;
            check(&point, &spec, &limits, 1e-15);
            tree++;
        }
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

static void test_every_weight_zero(void **state)
{
    (void)state;
    const double weights[] = {0, 0}, rates[] = {1, 2};
    const uint32_t zero = 0, first[] = {0, 1, 2}, added[] = {0, 1};
    const kr_choice choice = {.nstates = 2, .weights = weights};
    const kr_rate_table table = {1, &zero, 2, first, added};
    const kr_part block = {.kind = KR_PART_BLOCK,
                           .states = 2,
                           .nchoices = 1,
                           .choices = &zero,
                           .nstates = 2,
                           .ntables = 1,
                           .tables = &table};
    const kr_structure s = {1, 1, &choice, 2, 1, &block, 2, 1};
    const double q[] = {0, 0.5, 1};
    double *scratch = numbers(kr_stream_scratch(&s, 3)), value[3];
    for (int rule = 0; rule < 3; rule++) {
        kr_quantile_spec spec = {(kr_quantile_rule)rule, KR_SCALE_RATE, q, 3, 0};
        kr_stream_quantiles(&s, &spec, rates, 0, scratch, value);
        for (size_t i = 0; i < 3; i++)
            kt_same(value[i], 2); /* the last of all */
    }
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_and_scale),
        cmocka_unit_test(test_large_trees),
        cmocka_unit_test(test_every_weight_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
