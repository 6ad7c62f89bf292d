/* Ranges of one standard error: how often the whole tree's mean and quantiles are in those of its
 * samples. */
#include "stats/sampling.h"
#include "support/problem.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 200, TREES = 20, SAMPLINGS = 50, VALUES = 1000, NSTATS = 4 };

static const kr_stat stats[NSTATS] = {{.kind = KR_STAT_MEAN},
                                      {.kind = KR_STAT_QUANTILE, .q = 0.1},
                                      {.kind = KR_STAT_QUANTILE, .q = 0.5},
                                      {.kind = KR_STAT_QUANTILE, .q = 0.9}};

static kr_statistics_spec spec_of(const kr_structure *structure, bool use_rates)
{
    return (kr_statistics_spec){.structure = structure,
                                .stats = stats,
                                .nstats = NSTATS,
                                .nimts = 1,
                                .nlevels = 1,
                                .use_rates = use_rates,
                                .exact = true,
                                .rule = KR_QUANTILE_REFERENCE,
                                .bracket = 1e-3};
}

/* The samples of a tree: one choice whose states have the rates of combinations drawn. */
typedef struct samples {
    uint32_t states[SAMPLES], rates[SAMPLES];
    double weights[SAMPLES], totals[SAMPLES];
    kr_choice choice;
    kr_term term;
    kr_structure structure;
} samples;

static uint32_t axis[1] = {0};

/* By their weights, of weight 1 / n each; or, `late`, as if all were equal, with their weights. */
static void draw(uint64_t *random, const double *totals, const double *weights, size_t n, bool late,
                 samples *s)
{
    double sum = 0;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        double x = kt_random_unit(random), below = 0;
        size_t k = 0;
        if (late)
            k = (size_t)(x * (double)n);
        else
            while (k + 1 < n && (below += weights[k]) < x)
                k++;
        s->states[i] = s->rates[i] = i;
        s->totals[i] = totals[k];
        sum += s->weights[i] = late ? weights[k] : 1.0 / SAMPLES;
    }
    for (size_t i = 0; i < SAMPLES; i++)
        s->weights[i] /= sum;
}

static void divide(kr_ctx *ctx, kr_arena *arena, samples *s)
{
    s->choice = (kr_choice){.name = "samples", .nstates = SAMPLES, .weights = s->weights};
    s->term = (kr_term){.nchoices = 1,
                        .choices = axis,
                        .nentries = SAMPLES,
                        .states = s->states,
                        .rates = s->rates};
    kr_problem problem = {
        .ncolumns = 1, .nchoices = 1, .choices = &s->choice, .nterms = 1, .terms = &s->term};
    s->structure = (kr_structure){
        .ncolumns = 1, .nchoices = 1, .choices = &s->choice, .nrates = SAMPLES, .scale = 1};
    kt_ok(ctx, kr_structure_divide(ctx, arena, &problem, &s->structure));
}

static bool within(double x, const float *range)
{
    return range[0] <= (float)x && (float)x <= range[1];
}

/* Is the whole tree's mean, and each quantile, in the range of these samples? */
static void count_hits(kr_ctx *ctx, const samples *s, const double *whole, size_t *hits)
{
    kr_sampling_error *error;
    kr_sampling_scratch *scratch;
    kr_site_rates rates = {0, s->totals, 1};
    float ranges[2 * NSTATS];
    kr_statistics_spec spec = spec_of(&s->structure, false);
    kt_ok(ctx, kr_sampling_error_create(ctx, &spec, NULL, NULL, &error));
    kt_ok(ctx, kr_sampling_scratch_create(ctx, error, &scratch));
    kr_sampling_error_site(error, scratch, &rates, ranges, NULL);
    for (size_t i = 0; i < NSTATS; i++)
        hits[i] += within(whole[i], ranges + 2 * i);
    kr_sampling_scratch_destroy(&scratch);
    kr_sampling_error_destroy(&error);
}

/* Many values, none of them heavy, with their weights; their mean and quantiles. */
static void make_values(uint64_t *random, double *totals, double *weights, double *whole)
{
    double x[VALUES], w[VALUES], sum = 0, size = pow(10, -6 * kt_random_unit(random));
    for (size_t i = 0; i < VALUES; i++) {
        totals[i] = size * pow(kt_random_unit(random), 1 + 3 * kt_random_unit(random));
        sum += weights[i] = 0.1 + kt_random_unit(random);
    }
    whole[0] = 0;
    for (size_t i = 0; i < VALUES; i++) {
        w[i] = weights[i] /= sum;
        x[i] = -expm1(-totals[i]);
        whole[0] += w[i] * x[i];
    }
    for (size_t i = 1; i < NSTATS; i++)
        whole[i] = kt_problem_quantile(x, w, VALUES, KR_QUANTILE_REFERENCE, stats[i].q, NULL);
}

static void check_coverage(bool late, double least, double most)
{
    uint64_t random = 1;
    size_t hits[NSTATS] = {0};
    for (size_t tree = 0; tree < TREES; tree++) {
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        double totals[VALUES], weights[VALUES], whole[NSTATS];
        samples *s = malloc(sizeof *s);
        assert_non_null(s);
        kr_arena_init(&arena, ctx, KR_ACCOUNT_STATS);
        make_values(&random, totals, weights, whole);
        for (size_t i = 0; i < SAMPLINGS; i++) {
            draw(&random, totals, weights, VALUES, late, s);
            divide(ctx, &arena, s);
            count_hits(ctx, s, whole, hits);
        }
        free(s);
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
    for (size_t i = 0; i < NSTATS; i++) {
        double part = (double)hits[i] / (TREES * SAMPLINGS);
        if (!(part >= least && part <= most))
            fail_msg("statistic %zu: within its range in %.3f of all samplings", i, part);
    }
}

/* A normal error is within one standard error in 0.683 of all cases. */
static void test_early(void **state)
{
    (void)state;
    check_coverage(false, 0.64, 0.74);
}

static void test_late(void **state)
{
    (void)state;
    check_coverage(true, 0.6, 0.8);
}

static void test_effective(void **state)
{
    (void)state;
    double equal[] = {0.25, 0.25, 0.25, 0.25}, unequal[] = {0.5, 0.25, 0.25, 0};
    kr_choice choices[] = {{.nstates = 4, .weights = equal}, {.nstates = 4, .weights = unequal}};
    kr_structure s = {.ncolumns = 1, .nchoices = 1, .choices = choices};
    kt_close(kr_samples_effective(&s, 0), 4, 1e-15, 0);
    s.nchoices = 2;
    kt_close(kr_samples_effective(&s, 0), 4 / 0.375, 1e-15, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_effective),
        cmocka_unit_test(test_early),
        cmocka_unit_test(test_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
