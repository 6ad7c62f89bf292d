/* costly */
/* Statistics of thousands of random trees by their structure, each way to them, against a list of
 * all combinations. */
#include "stats/moments.h"
#include "stats/quantile.h"
#include "support/problem.h"
#include "support/support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 250, COMBINATIONS = 2000, NQ = 11 };

/* A problem, its structure and the list of its combinations. */
typedef struct scene {
    kr_ctx *ctx;
    kt_problem p;
    kr_structure structure;
    size_t n;
    double *totals, *weights; /* of one column */
    double *x, *w;            /* sorted by kt_problem_quantile */
    double q[NQ];
} scene;

/* Quantiles on the steps of dyadic weights and between them; both ends and next to them. With other
 * weights none that could be on a step: there, beside a weight of 0, the last digits of the
 * cumulative weights decide. */
static void fill_quantiles(scene *s, uint64_t *random)
{
    const double fixed[] = {0, 0.25, 0.5, 0.75, 1, 0x1p-10, 1 - 0x1p-10};
    for (size_t i = 0; i < NQ; i++)
        s->q[i] = kt_random_unit(random);
    if (s->p.dyadic)
        memcpy(s->q, fixed, sizeof fixed);
}

static void scene_make(scene *s, uint64_t *random, kt_shape shape, bool dyadic, size_t most)
{
    memset(s, 0, sizeof *s);
    s->ctx = kt_ctx();
    kt_random_problem(s->ctx, random, shape, dyadic, most, &s->p);
    s->structure = (kr_structure){.ncolumns = s->p.problem.ncolumns,
                                  .nchoices = s->p.problem.nchoices,
                                  .choices = s->p.problem.choices,
                                  .nrates = s->p.nrates,
                                  .scale = dyadic ? 0.5 : 1.25};
    if (kt_random(random) & 1)
        s->structure.scale = 1;
    kt_ok(s->ctx, kr_structure_divide(s->ctx, &s->p.arena, &s->p.problem, &s->structure));
    s->n = kt_problem_count(&s->p.problem);
    s->totals = malloc(s->n * sizeof *s->totals);
    s->weights = malloc(s->n * sizeof *s->weights);
    s->x = malloc(s->n * sizeof *s->x);
    s->w = malloc(s->n * sizeof *s->w);
    assert_true(s->totals && s->weights && s->x && s->w);
    fill_quantiles(s, random);
}

static void scene_end(scene *s)
{
    free(s->totals);
    free(s->weights);
    free(s->x);
    free(s->w);
    kt_problem_end(&s->p);
    kt_ctx_end(&s->ctx);
}

static void scene_list(scene *s, size_t column)
{
    kt_problem_totals(&s->p.problem, s->p.rates, column, s->structure.scale, s->totals, s->weights);
}

/* ------------------------------------------------------------------ moments */

typedef struct plain_moments {
    long double mean, variance, weight;
} plain_moments;

static plain_moments moments_of(const scene *s, bool poe)
{
    plain_moments m = {0};
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < s->n; i++) {
            long double r = (long double)s->totals[i], w = (long double)s->weights[i];
            long double x = poe ? -expm1l(-r) : r;
            if (pass == 0) {
                m.weight += w;
                m.mean += w * x;
            } else {
                m.variance += w * (x - m.mean / m.weight) * (x - m.mean / m.weight);
            }
        }
    m.mean /= m.weight;
    m.variance /= m.weight;
    return m;
}

/* A deviation is known to the last digits of the values that it comes from. */
static void assert_moments(double mean, double variance, plain_moments want)
{
    kt_close(mean, (double)want.mean, 1e-12, 0);
    assert_true(variance >= 0);
    kt_close(sqrt(variance), sqrt((double)want.variance), 1e-12,
             8 * DBL_EPSILON * (double)want.mean);
}

static void check_moments(scene *s, size_t column, kr_moments_scratch *scratch)
{
    kr_moments m = kr_moments_compute(&s->structure, scratch, s->p.rates, column);
    plain_moments poe = moments_of(s, true), rate = moments_of(s, false);
    double min = s->totals[0], max = s->totals[0];
    for (size_t i = 0; i < s->n; i++) {
        min = fmin(min, s->totals[i]);
        max = fmax(max, s->totals[i]);
    }
    assert_moments(m.poe_mean, m.poe_variance, poe);
    assert_moments(m.rate_mean, m.rate_variance, rate);
    kt_close(m.rate_min, min, 1e-14, 0);
    kt_close(m.rate_max, max, 1e-14, 0);
    kt_close(m.weight * s->structure.scale, (double)poe.weight, 1e-13, 0);
    kt_close(kr_structure_total(&s->structure, column), (double)poe.weight, 1e-13, 0);
}

static void test_moments(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t trial = 0; trial < (size_t)TRIALS * 2 * KT_SHAPES; trial++) {
        scene s;
        kr_moments_scratch *scratch;
        scene_make(&s, &random, (kt_shape)(trial % KT_SHAPES), trial / KT_SHAPES & 1,
                   COMBINATIONS / 4);
        assert_true(s.structure.realizations == (double)s.n);
        kt_ok(s.ctx, kr_moments_scratch_create(s.ctx, &s.structure, &scratch));
        for (size_t column = 0; column < s.structure.ncolumns; column++) {
            scene_list(&s, column);
            check_moments(&s, column, scratch);
        }
        kr_moments_scratch_destroy(&scratch);
        scene_end(&s);
    }
}

/* ------------------------------------------------------------------ quantiles */

static kr_quantile_spec spec_of(const scene *s, kr_quantile_rule rule, kr_scale scale)
{
    return (kr_quantile_spec){.rule = rule, .scale = scale, .q = s->q, .nq = NQ, .bracket = 1e-3};
}

/* Are there different values so near to each other that merging them is a matter of order? */
static bool is_ambiguous(const double *sorted, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (sorted[i] > sorted[i - 1] && sorted[i] < sorted[i - 1] * (1 + 1e-9))
            return true;
    return false;
}

/* By the definition, into want[], and what an error of the last digits of the cumulative weights
 * does to each. Returns false where the definition does not fix the result. */
static bool plain_quantiles(scene *s, const kr_quantile_spec *spec, double *want, double *slack)
{
    for (size_t i = 0; i < NQ; i++) {
        double slope;
        for (size_t r = 0; r < s->n; r++) {
            s->x[r] = kr_scale_value(spec->scale, s->totals[r]);
            s->w[r] = s->weights[r];
        }
        want[i] = kt_problem_quantile(s->x, s->w, s->n, spec->rule, s->q[i], &slope);
        slack[i] = s->p.dyadic ? 0 : 16 * DBL_EPSILON * slope;
    }
    return spec->rule != KR_QUANTILE_MERGED || !is_ambiguous(s->x, s->n);
}

static void by_the_way(const scene *s, const kr_quantile_spec *spec, const kr_unfold *unfold,
                       size_t column, double *value)
{
    kr_quantiles *quantiles;
    double lower[NQ], upper[NQ];
    kt_ok(s->ctx, kr_quantiles_create(s->ctx, &s->structure, unfold, spec, &quantiles));
    kr_quantiles_compute(quantiles, s->p.rates, column, value, lower, upper);
    for (size_t i = 0; i < NQ; i++)
        assert_true(lower[i] == value[i] && upper[i] == value[i]);
    kr_quantiles_destroy(&quantiles);
}

static void streamed(const scene *s, const kr_quantile_spec *spec, size_t column, double *value)
{
    double *scratch = malloc(kr_stream_scratch(&s->structure, NQ) * sizeof *scratch);
    assert_non_null(scratch);
    kr_stream_quantiles(&s->structure, spec, s->p.rates, column, scratch, value);
    free(scratch);
}

static void check_bracket(const scene *s, const kr_quantile_spec *spec, size_t column,
                          const double *want, const double *slack)
{
    double *scratch = malloc(kr_bracket_scratch(&s->structure, spec) * sizeof *scratch);
    double lower[NQ], upper[NQ];
    assert_non_null(scratch);
    kr_bracket_quantiles(&s->structure, spec, s->p.rates, column, scratch, lower, upper);
    for (size_t i = 0; i < NQ; i++) {
        double room = 4 * DBL_EPSILON * want[i] + slack[i];
        if (!(lower[i] <= want[i] + room && upper[i] >= want[i] - room))
            fail_msg("q = %g: %.17g is not in %.17g .. %.17g", spec->q[i], want[i], lower[i],
                     upper[i]);
    }
    free(scratch);
}

static void check_values(const scene *s, const kr_quantile_spec *spec, const char *way,
                         const double *got, const double *want, const double *slack)
{
    for (size_t i = 0; i < NQ; i++)
        if (!(fabs(got[i] - want[i]) <= 1e-12 * want[i] + slack[i]))
            fail_msg("%s, rule %d, scale %d, %zu combinations, q = %.17g: %.17g, not %.17g", way,
                     (int)spec->rule, (int)spec->scale, s->n, spec->q[i], got[i], want[i]);
}

/* All rules and scales of one tree; scales that round need sums without rounding, or the plain list
 * and the parts round differently. */
static size_t check_quantiles(scene *s, const kr_unfold *unfold, size_t column, bool bracket)
{
    double want[NQ], slack[NQ], got[NQ];
    size_t checked = 0;
    scene_list(s, column);
    for (int rule = KR_QUANTILE_REFERENCE; rule <= KR_QUANTILE_MERGED; rule++)
        for (int scale = KR_SCALE_POE; scale <= KR_SCALE_RATE_CLIPPED; scale++) {
            kr_quantile_spec spec = spec_of(s, (kr_quantile_rule)rule, (kr_scale)scale);
            bool rounds = scale == KR_SCALE_POE_ROUNDED || scale == KR_SCALE_RATE_CLIPPED;
            if ((rounds && !s->p.dyadic) || !plain_quantiles(s, &spec, want, slack))
                continue;
            if (bracket) {
                check_bracket(s, &spec, column, want, slack);
            } else {
                by_the_way(s, &spec, unfold, column, got);
                check_values(s, &spec, "listed", got, want, slack);
                streamed(s, &spec, column, got);
                check_values(s, &spec, "streamed", got, want, slack);
            }
            checked++;
        }
    return checked;
}

static void test_quantiles(void **state)
{
    (void)state;
    uint64_t random = 2;
    size_t ways[KR_BRACKETED + 1] = {0}, checked = 0;
    for (size_t trial = 0; trial < (size_t)TRIALS * KT_SHAPES; trial++) {
        scene s;
        kr_unfold *unfold;
        scene_make(&s, &random, (kt_shape)(trial % KT_SHAPES), trial / KT_SHAPES % 3 > 0,
                   trial % 50 ? COMBINATIONS / 20 : COMBINATIONS);
        kt_ok(s.ctx, kr_unfold_create(s.ctx, &s.structure, &unfold));
        ways[kr_unfold_way(unfold)]++;
        for (size_t column = 0; column < s.structure.ncolumns; column++)
            checked += check_quantiles(&s, unfold, column, false);
        kr_unfold_destroy(&unfold);
        scene_end(&s);
    }
    print_message("%zu factored, %zu conditioned, %zu streamed; %zu statistics\n",
                  ways[KR_FACTORED], ways[KR_CONDITIONED], ways[KR_STREAMED], checked);
    assert_true(ways[KR_FACTORED] > 0);
    assert_true(checked > (size_t)TRIALS * KT_SHAPES * 5);
}

static void test_brackets(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (size_t trial = 0; trial < (size_t)TRIALS / 10 * KT_SHAPES; trial++) {
        scene s;
        scene_make(&s, &random, (kt_shape)(trial % KT_SHAPES), trial / KT_SHAPES % 3 > 0,
                   COMBINATIONS / 20);
        check_quantiles(&s, NULL, trial % s.structure.ncolumns, true);
        scene_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
