/* Weights of component rates given a branch, and in the variance, against all realizations of
 * random trees. */
#include "stats/effective.h"

#include "stats/moments.h"
#include "stats/shares.h"
#include "support/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 400, MOST = 300 };

/* The total rate of every realization, and how often it adds rate i: the total where that is 1 and
 * all others are 0. */
static void list_rate(const kt_structure *t, size_t column, size_t i, kt_list *out)
{
    double *one = calloc(t->s.nrates, sizeof *one);
    assert_non_null(one);
    one[i] = 1;
    kt_list_part(&t->s, one, column, t->s.nparts - 1, out);
    free(one);
}

static long double mean_of(const kt_list *all, long double *weight)
{
    long double sum = 0;
    *weight = 0;
    for (size_t r = 0; r < all->n; r++) {
        sum += all->weight[r] * all->rate[r];
        *weight += all->weight[r];
    }
    return *weight > 0 ? sum / *weight : 0;
}

/* Over the realizations that have the state. */
static void check_given(const kt_structure *t, const kt_list *adds, size_t i, const double *got)
{
    for (size_t c = 0; c < t->s.nchoices; c++)
        for (size_t k = 0; k < t->s.choices[c].nstates; k++) {
            size_t state = kr_shares_first_state(&t->s, c) + k;
            long double sum = 0, weight = 0;
            for (size_t r = 0; r < adds->n; r++)
                if (adds->state[r * t->s.nchoices + c] == k) {
                    sum += adds->weight[r] * adds->rate[r];
                    weight += adds->weight[r];
                }
            if (weight > 0)
                kt_close(got[state * t->s.nrates + i], (double)(sum / weight), 1e-11, 1e-14);
        }
}

static void check_variance(const kt_structure *t, size_t column, const double *got)
{
    kt_list all, adds;
    long double mean, weight, variance = 0;
    kt_list_part(&t->s, t->rates, column, t->s.nparts - 1, &all);
    mean = mean_of(&all, &weight);
    for (size_t r = 0; r < all.n; r++)
        variance += all.weight[r] * (all.rate[r] - mean) * (all.rate[r] - mean);
    if (variance > 1e-8L * mean * mean * weight) { /* else rounding has its part */
        double sum = 0;
        for (size_t i = 0; i < t->s.nrates; i++) {
            long double together = 0;
            list_rate(t, column, i, &adds);
            for (size_t r = 0; r < all.n; r++)
                together += all.weight[r] * adds.rate[r] * (all.rate[r] - mean);
            kt_close(got[i] * t->rates[i], (double)(together / variance) * t->rates[i], 1e-6, 1e-7);
            sum += got[i] * t->rates[i];
            kt_list_free(&adds);
        }
        kt_close(sum, 1, 1e-10, 0);
    }
    kt_list_free(&all);
}

static void test_random_trees(void **state)
{
    uint64_t random = 5;
    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        kr_ctx *ctx = kt_ctx();
        kt_structure t;
        kt_structure_random(&t, ctx, &random, MOST);
        size_t n = t.s.nrates, nstates = kr_shares_first_state(&t.s, t.s.nchoices);
        double *given = calloc(nstates * n + 1, sizeof *given), *part = calloc(n + 1, sizeof *part);
        assert_true(given && part);
        for (size_t column = 0; column < 2; column++) {
            kt_ok(ctx, kr_weights_given_states(ctx, &t.s, column, given));
            kt_ok(ctx, kr_weights_in_variance(ctx, &t.s, t.rates, column, part));
            for (size_t i = 0; i < n; i++) {
                kt_list adds;
                list_rate(&t, column, i, &adds);
                check_given(&t, &adds, i, given);
                kt_list_free(&adds);
            }
            check_variance(&t, column, part);
        }
        free(given);
        free(part);
        kt_structure_clear(&t);
        kt_ctx_end(&ctx);
    }
}

/* ---- many rates ---- */

/* Cov(rate i is added, total) / Var(total) from two variances: with rate i at 2 r and at 0 they
 * differ by 4 r Cov. */
static double by_two_variances(kr_ctx *ctx, const kr_structure *s, const double *rates, size_t i)
{
    kr_moments_scratch *scratch;
    double *changed = malloc(s->nrates * sizeof *changed), variance[3];
    assert_non_null(changed);
    memcpy(changed, rates, s->nrates * sizeof *changed);
    kt_ok(ctx, kr_moments_scratch_create(ctx, s, &scratch));
    for (int k = 0; k < 3; k++) {
        changed[i] = k * rates[i];
        variance[k] = kr_moments_compute(s, scratch, changed, 0).rate_variance;
    }
    kr_moments_scratch_destroy(&scratch);
    free(changed);
    return (variance[2] - variance[0]) / (4 * rates[i] * variance[1]);
}

/* Sources with three alternatives each, of one region: a sum of blocks below each of its models. */
enum { SOURCES = 2000, STATES = 3, MODELS = 10, RATES = SOURCES * STATES * MODELS };

typedef struct star {
    kr_choice choices[SOURCES + 1];
    double weights[MODELS], third[STATES];
    uint32_t alone[SOURCES], axis, first[STATES + 1], fixed[MODELS], tops[MODELS];
    uint32_t rates[MODELS][SOURCES][STATES], blocks[MODELS][SOURCES];
    kr_rate_table tables[MODELS][SOURCES];
    kr_part parts[MODELS * (SOURCES + 1) + 1];
    kr_structure s;
    double of[RATES], got[RATES];
} star;

static void make_source(star *z, size_t m, size_t i, size_t p)
{
    for (size_t k = 0; k < STATES; k++)
        z->rates[m][i][k] = (uint32_t)((m * SOURCES + i) * STATES + k);
    z->tables[m][i] = (kr_rate_table){1, &z->axis, STATES, z->first, z->rates[m][i]};
    z->blocks[m][i] = (uint32_t)p;
    z->parts[p] = (kr_part){.kind = KR_PART_BLOCK,
                            .states = STATES,
                            .nchoices = 1,
                            .choices = &z->alone[i],
                            .nstates = STATES,
                            .ntables = 1,
                            .tables = &z->tables[m][i]};
}

static void make_star(star *z, uint64_t *random)
{
    size_t p = 0;
    memset(z, 0, sizeof *z);
    for (size_t k = 0; k <= STATES; k++)
        z->first[k] = (uint32_t)k;
    for (size_t k = 0; k < STATES; k++)
        z->third[k] = k == 1 ? 0.5 : 0.25;
    for (size_t i = 0; i < SOURCES; i++) {
        z->alone[i] = (uint32_t)i;
        z->choices[i] = (kr_choice){.nstates = STATES, .weights = z->third};
    }
    for (size_t m = 0; m < MODELS; m++) {
        for (size_t i = 0; i < SOURCES; i++)
            make_source(z, m, i, p++);
        z->weights[m] = 0.1;
        z->fixed[m] = (uint32_t)m;
        z->tops[m] = (uint32_t)p;
        z->parts[p++] =
            (kr_part){.kind = KR_PART_SUM, .nchildren = SOURCES, .children = z->blocks[m]};
    }
    z->choices[SOURCES] = (kr_choice){.nstates = MODELS, .weights = z->weights};
    z->parts[p++] = (kr_part){.kind = KR_PART_MIX,
                              .nchildren = MODELS,
                              .children = z->tops,
                              .choice = SOURCES,
                              .fixed = z->fixed};
    z->s = (kr_structure){.ncolumns = 1,
                          .nchoices = SOURCES + 1,
                          .choices = z->choices,
                          .nrates = RATES,
                          .nparts = p,
                          .parts = z->parts,
                          .scale = 1};
    for (size_t i = 0; i < RATES; i++)
        z->of[i] = 1e-4 * kt_random_unit(random);
}

/* 60,000 rates: a few of them against two variances each; all of them, one by one, would take
 * minutes. */
static void test_many_rates(void **state)
{
    uint64_t random = 3;
    star *z = malloc(sizeof *z);
    kr_ctx *ctx = kt_ctx();
    double sum = 0;
    (void)state;
    assert_non_null(z);
    make_star(z, &random);
    kt_ok(ctx, kr_weights_in_variance(ctx, &z->s, z->of, 0, z->got));
    for (size_t i = 0; i < RATES; i++)
        sum += z->got[i] * z->of[i];
    kt_close(sum, 1, 1e-10, 0);
    for (size_t i = 0; i < RATES; i += RATES / 50 + 1) {
        double slow = by_two_variances(ctx, &z->s, z->of, i); /* a difference: it loses digits */
        kt_close(z->got[i], slow, 1e-6, 1e-4 / z->of[i] * 1e-12);
    }
    free(z);
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    const kt_structure *t = user;
    double given[4096], part[512];
    kr_status s = kr_weights_given_states(ctx, &t->s, 0, given);
    return s == KR_OK ? kr_weights_in_variance(ctx, &t->s, t->rates, 0, part) : s;
}

static void test_memory(void **state)
{
    uint64_t random = 9;
    kr_ctx *ctx = kt_ctx();
    kt_structure t;
    (void)state;
    do {
        kt_structure_random(&t, ctx, &random, 50);
        if (t.s.nrates < 32 && kr_shares_first_state(&t.s, t.s.nchoices) < 128)
            break;
        kt_structure_clear(&t);
    } while (true);
    assert_true(kt_fail_each_allocation(scenario, &t) > 4);
    kt_structure_clear(&t);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_trees),
        cmocka_unit_test(test_many_rates),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
