#include "stats/uncertainty.h"

#include "stats/moments.h"
#include "stats/stats.h"
#include "support/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 6, POES = 3, MOST_STATES = 32, MOST_RATES = 64 };

static const double levels[LEVELS] = {0.01, 0.02, 0.05, 0.1, 0.4, 1};

/* A tree whose component rates fall with the level, some down to 0. */
typedef struct fixture {
    kr_ctx *ctx;
    kt_structure t;
    double *rates; /* rates x levels */
    double poes[POES];
    kr_uncertainty_spec spec;
    kr_uncertainty *u;
    size_t column;
} fixture;

static void setup(fixture *f, uint64_t *random)
{
    memset(f, 0, sizeof *f);
    f->ctx = kt_ctx();
    kt_structure_random(&f->t, f->ctx, random, 60);
    size_t n = f->t.s.nrates;
    f->rates = malloc(n * LEVELS * sizeof *f->rates);
    for (size_t k = 0; k < n; k++) {
        double rate = kt_random_unit(random), b = 1 + kt_random_unit(random);
        size_t end = kt_random(random) % 3 ? LEVELS : kt_random(random) % LEVELS;
        for (size_t l = 0; l < LEVELS; l++)
            f->rates[k * LEVELS + l] = l < end ? rate * pow(levels[l] / 0.01, -b) : 0;
    }
    for (size_t p = 0; p < POES; p++)
        f->poes[p] = pow(10, -4 * kt_random_unit(random));
    f->column = kt_random(random) % 2;
    f->spec = (kr_uncertainty_spec){.structure = &f->t.s,
                                    .nlevels = LEVELS,
                                    .poes = f->poes,
                                    .npoes = POES,
                                    .use_rates = kt_random(random) % 2};
    kt_ok(f->ctx, kr_uncertainty_create(f->ctx, &f->spec, &f->u));
    kr_uncertainty_compute(f->u, levels, f->rates, LEVELS, f->column);
}

static void teardown(fixture *f)
{
    kr_uncertainty_destroy(&f->u);
    kt_structure_clear(&f->t);
    free(f->rates);
    kt_ctx_end(&f->ctx);
}

static double mean_curve(const fixture *f, kr_moments_scratch *scratch, const double *rates)
{
    kr_moments m = kr_moments_compute(&f->t.s, scratch, rates, f->column);
    return f->spec.use_rates ? -expm1(-m.rate_mean) : m.poe_mean;
}

/* Differences of the mean curve, where the weight of one state grows. */
static void check_derivative(const fixture *f, size_t point, const double *rates)
{
    const double step = 0x1p-20;
    kr_moments_scratch *scratch;
    kt_ok(f->ctx, kr_moments_scratch_create(f->ctx, &f->t.s, &scratch));
    double mean = mean_curve(f, scratch, rates);
    for (size_t c = 0, at = point * f->u->nstates; c < f->t.s.nchoices; c++) {
        kr_choice before = f->t.choices[c];
        size_t n = before.nstates, first = f->column * n;
        for (size_t k = 0; k < n; k++, at++) {
            double w[MOST_STATES], others = 0;
            memcpy(w, before.weights, 2 * n * sizeof *w);
            for (size_t i = 0; i < n; i++)
                others += i == k ? 0 : w[first + i];
            for (size_t i = 0; i < n && others > 0; i++)
                w[first + i] *= i == k ? 1 : 1 - step / others;
            w[first + k] += others > 0 ? step : 0;
            f->t.choices[c].weights = w;
            kt_close(f->u->derivative[at], (mean_curve(f, scratch, rates) - mean) / step, 1e-4,
                     1e-6 * mean);
            f->t.choices[c] = before;
        }
    }
    kr_moments_scratch_destroy(&scratch);
}

/* What a point holds is that of its rates. */
static void check_point(const fixture *f, size_t point, const double *rates)
{
    const kr_uncertainty *u = f->u;
    double choice[8], conditional[MOST_STATES], conditional_poe[MOST_STATES];
    kr_shares shares = {
        .choice = choice, .conditional = conditional, .conditional_poe = conditional_poe};
    kr_shares_scratch *scratch;
    kt_ok(f->ctx, kr_shares_scratch_create(f->ctx, &f->t.s, &scratch));
    kr_shares_compute(&f->t.s, scratch, rates, f->column, &shares);
    kt_same(u->mean[point], shares.mean);
    kt_same(u->mean_poe[point], shares.mean_poe);
    kt_same(u->std[point], sqrt(shares.variance));
    for (size_t c = 0; c < u->nchoices; c++)
        kt_same(u->share[point * (u->nchoices + 1) + c], choice[c]);
    kt_same(u->share[point * (u->nchoices + 1) + u->nchoices], shares.interactions);
    for (size_t i = 0; i < u->nstates; i++) {
        kt_same(u->conditional[point * u->nstates + i], conditional[i]);
        kt_same(u->conditional_poe[point * u->nstates + i], conditional_poe[i]);
    }
    kr_shares_scratch_destroy(&scratch);
    check_derivative(f, point, rates);
}

static void check_level(const fixture *f, size_t l)
{
    double rates[MOST_RATES], taken[MOST_RATES];
    for (size_t k = 0; k < f->t.s.nrates; k++)
        rates[k] = f->rates[k * LEVELS + l];
    kr_uncertainty_rates(f->u, l, levels, f->rates, LEVELS, taken);
    assert_memory_equal(rates, taken, f->t.s.nrates * sizeof *rates);
    kt_same(f->u->level[l], levels[l]);
    check_point(f, l, rates);
}

/* The rates are those of the power law wherever both neighbours have it. */
static void check_poe(const fixture *f, size_t p)
{
    double rates[MOST_RATES], x = f->u->level[LEVELS + p];
    size_t l = 0;
    if (x == 0) {
        kt_same(f->u->mean[LEVELS + p], 0);
        return;
    }
    assert_true(x >= 0.01 * (1 - 1e-6) && x <= 1);
    kr_uncertainty_rates(f->u, LEVELS + p, levels, f->rates, LEVELS, rates);
    while (l + 2 < LEVELS && levels[l + 1] <= x)
        l++;
    for (size_t k = 0; k < f->t.s.nrates; k++) {
        const double *y = f->rates + k * LEVELS + l;
        double b = log(y[0] / fmax(y[1], 1e-30)) / log(levels[l] / levels[l + 1]);
        if (y[0] == 0)
            kt_same(rates[k], 0);
        else if (x >= 0.01)
            kt_close(rates[k], y[0] * pow(x / levels[l], b), 1e-11, 1e-29);
    }
    check_point(f, LEVELS + p, rates);
}

/* The level of a poe is that of the hazard map of the mean curve. */
static void check_map(const fixture *f)
{
    float curve[LEVELS], map[POES];
    double scratch[2 * LEVELS];
    kr_moments_scratch *moments;
    kt_ok(f->ctx, kr_moments_scratch_create(f->ctx, &f->t.s, &moments));
    for (size_t l = 0; l < LEVELS; l++) {
        double rates[MOST_RATES];
        for (size_t k = 0; k < f->t.s.nrates; k++)
            rates[k] = f->rates[k * LEVELS + l];
        kr_moments m = kr_moments_compute(&f->t.s, moments, rates, f->column);
        curve[l] = (float)(f->spec.use_rates ? -expm1(-m.rate_mean) : m.poe_mean);
    }
    kr_hazard_map(curve, levels, LEVELS, f->poes, POES, scratch, map);
    for (size_t p = 0; p < POES && curve[0] > 0; p++)
        kt_same(f->u->level[LEVELS + p], (double)map[p]);
    kr_moments_scratch_destroy(&moments);
}

static void test_random_trees(void **state)
{
    (void)state;
    uint64_t random = 41;
    size_t reached = 0;
    for (int trial = 0; trial < 1000; trial++) {
        fixture f;
        setup(&f, &random);
        for (size_t l = 0; l < LEVELS; l++)
            check_level(&f, l);
        for (size_t p = 0; p < POES; p++) {
            check_poe(&f, p);
            reached += f.u->level[LEVELS + p] > 0;
        }
        check_map(&f);
        teardown(&f);
    }
    assert_true(reached > 500);
}

static kr_status make(kr_ctx *ctx, void *user)
{
    const fixture *f = user;
    kr_uncertainty *u;
    kr_status s = kr_uncertainty_create(ctx, &f->spec, &u);
    kr_uncertainty_destroy(&u);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    uint64_t random = 43;
    fixture f;
    setup(&f, &random);
    assert_true(kr_uncertainty_bytes(&f.spec) > kr_shares_scratch_bytes(&f.t.s));
    assert_true(kt_fail_each_allocation(make, &f) > 10);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_trees),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
