#include "stats/shares.h"

#include "stats/moments.h"
#include "support/structure.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 32 };

/* A tree, with what is found of it and its realizations. */
typedef struct fixture {
    kr_ctx *ctx;
    kt_structure t;
    kt_list all;
    size_t column, nstates;
    double choice[8], conditional[MOST_STATES], conditional_poe[MOST_STATES],
        derivative[MOST_STATES];
    kr_shares shares;
} fixture;

static void setup(fixture *f, uint64_t *random)
{
    memset(f, 0, sizeof *f);
    f->ctx = kt_ctx();
    kt_structure_random(&f->t, f->ctx, random, 200);
    f->column = kt_random(random) % 2;
    f->nstates = kr_shares_first_state(&f->t.s, f->t.s.nchoices);
    assert_true(f->nstates <= MOST_STATES);
    f->shares = (kr_shares){.choice = f->choice,
                            .conditional = f->conditional,
                            .conditional_poe = f->conditional_poe,
                            .derivative_poe = f->derivative};
    kt_list_part(&f->t.s, f->t.rates, f->column, f->t.s.nparts - 1, &f->all);
}

static void teardown(fixture *f)
{
    kt_list_free(&f->all);
    kt_structure_clear(&f->t);
    kt_ctx_end(&f->ctx);
}

/* Sums over the realizations of a state (SIZE_MAX: over all) without the weight of the state. */
static void plain_sums(const fixture *f, size_t choice, size_t state, long double *weight,
                       long double *rate, long double *poe)
{
    const kr_structure *s = &f->t.s;
    *weight = *rate = *poe = 0;
    for (size_t i = 0; i < f->all.n; i++) {
        const uint8_t *states = f->all.state + i * s->nchoices;
        long double w = 1;
        for (size_t c = 0; c < s->nchoices; c++)
            if (c != choice && states[c] != 255)
                w *= (long double)s->choices[c]
                         .weights[f->column * s->choices[c].nstates + states[c]];
        if (choice < s->nchoices && states[choice] != state)
            continue;
        *weight += w;
        *rate += w * f->all.rate[i];
        *poe += w * -expm1l(-f->all.rate[i]);
    }
}

static void check_choice(const fixture *f, size_t c, long double all, long double mean,
                         long double variance)
{
    const kr_choice *choice = &f->t.s.choices[c];
    size_t first = kr_shares_first_state(&f->t.s, c);
    long double between = 0, total = 0, of_it = 0, weight, rate, poe;
    for (size_t k = 0; k < choice->nstates; k++) { /* over the realizations that make the choice */
        long double w = (long double)choice->weights[f->column * choice->nstates + k];
        plain_sums(f, c, k, &weight, &rate, &poe);
        total += w * weight;
        of_it += w * rate;
    }
    of_it /= total > 0 ? total : 1;
    for (size_t k = 0; k < choice->nstates; k++) {
        long double w = choice->weights[f->column * choice->nstates + k];
        plain_sums(f, c, k, &weight, &rate, &poe);
        kt_close(f->derivative[first + k], (double)poe, 1e-12, DBL_MIN);
        if (weight == 0) {
            kt_close(f->conditional[first + k], (double)mean, 1e-12, 0);
            continue;
        }
        kt_close(f->conditional[first + k], (double)(rate / weight), 1e-12, 0);
        kt_close(f->conditional_poe[first + k], (double)(poe / weight), 1e-12, DBL_MIN);
        between += w * weight * (rate / weight - of_it) * (rate / weight - of_it);
    }
    if (total > 0 && sqrtl(variance) > 1e-13L * mean) /* the blur of deviations below the mean */
        kt_close(f->choice[c], (double)(between / all / variance), 1e-12,
                 32 * DBL_EPSILON * (double)(mean / sqrtl(variance)));
    else if (variance == 0)
        kt_same(f->choice[c], 0);
}

static void check_shares(const fixture *f)
{
    long double weight, rate, poe, variance = 0, mean = 0;
    double sum = f->shares.interactions;
    plain_sums(f, SIZE_MAX, 0, &weight, &rate, &poe);
    if (weight > 0) {
        mean = rate / weight;
        for (size_t i = 0; i < f->all.n; i++)
            variance += f->all.weight[i] * (f->all.rate[i] - mean) * (f->all.rate[i] - mean);
        variance /= weight;
    }
    kt_close(f->shares.mean, (double)mean, 1e-13, 0);
    for (size_t c = 0; c < f->t.s.nchoices; c++) {
        check_choice(f, c, weight, mean, variance);
        sum += f->choice[c];
    }
    if (sqrtl(variance) > 1e-13L * mean)
        kt_close(sum, 1, 1e-14, 0);
    if (variance == 0)
        kt_same(f->shares.interactions, 0);
}

static void test_shares_of_random_trees(void **state)
{
    (void)state;
    uint64_t random = 17;
    for (int trial = 0; trial < 4000; trial++) {
        fixture f;
        kr_shares_scratch *scratch;
        setup(&f, &random);
        kt_ok(f.ctx, kr_shares_scratch_create(f.ctx, &f.t.s, &scratch));
        kr_shares_compute(&f.t.s, scratch, f.t.rates, f.column, &f.shares);
        check_shares(&f);
        kr_shares_scratch_destroy(&scratch);
        teardown(&f);
    }
}

static double mean_times_weight(const fixture *f)
{
    kr_moments_scratch *scratch;
    kt_ok(f->ctx, kr_moments_scratch_create(f->ctx, &f->t.s, &scratch));
    kr_moments m = kr_moments_compute(&f->t.s, scratch, f->t.rates, f->column);
    kr_moments_scratch_destroy(&scratch);
    return m.poe_mean * m.weight;
}

/* The sum is linear in each weight, so that a difference over any step is the derivative. */
static void test_derivative_against_differences(void **state)
{
    (void)state;
    uint64_t random = 23;
    for (int trial = 0; trial < 500; trial++) {
        fixture f;
        kr_shares_scratch *scratch;
        setup(&f, &random);
        kt_ok(f.ctx, kr_shares_scratch_create(f.ctx, &f.t.s, &scratch));
        kr_shares_compute(&f.t.s, scratch, f.t.rates, f.column, &f.shares);
        double before = mean_times_weight(&f);
        for (size_t c = 0; c < f.t.s.nchoices; c++) {
            size_t n = f.t.s.choices[c].nstates, k = kt_random(&random) % n;
            kr_choice changed = f.t.s.choices[c], *choices = f.t.choices;
            double weights[8], expected = f.derivative[kr_shares_first_state(&f.t.s, c) + k];
            memcpy(weights, changed.weights, 2 * n * sizeof *weights);
            weights[f.column * n + k] += 0.25;
            choices[c].weights = weights;
            kt_close((mean_times_weight(&f) - before) / 0.25, expected, 1e-12,
                     8 * DBL_EPSILON * before);
            choices[c] = changed;
        }
        kr_shares_scratch_destroy(&scratch);
        teardown(&f);
    }
}

static kr_status make_scratch(kr_ctx *ctx, void *user)
{
    kr_shares_scratch *scratch;
    kr_status s = kr_shares_scratch_create(ctx, user, &scratch);
    kr_shares_scratch_destroy(&scratch);
    return s;
}

static void test_scratch(void **state)
{
    (void)state;
    uint64_t random = 3;
    fixture f;
    setup(&f, &random);
    assert_true(kr_shares_scratch_bytes(&f.t.s) > kr_moments_scratch_bytes(&f.t.s));
    assert_true(kt_fail_each_allocation(make_scratch, &f.t.s) > 0);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_of_random_trees),
        cmocka_unit_test(test_derivative_against_differences),
        cmocka_unit_test(test_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
