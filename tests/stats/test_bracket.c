/* every instruction set */
#include "stats/bracket.h"

#include "stats/convolve.h"
#include "support/plain.h"
#include "support/structure.h"

#include <math.h>
#include <stdlib.h>

enum { TREES = 3000, MOST = 600, MOST_Q = 8 };

static double *numbers(size_t n)
{
    double *p = malloc((n + 1) * sizeof *p);
    assert_non_null(p);
    return p;
}

static size_t below(uint64_t *random, size_t n)
{
    return (size_t)(kt_random(random) % n);
}

/* Small whole numbers times one power of two, so that many sums are equal. */
static void whole_rates(kt_structure *t, uint64_t *random)
{
    double unit = ldexp(1, -(int)below(random, 45));
    for (size_t i = 0; i < t->s.nrates; i++)
        t->rates[i] = unit * (double)below(random, 5);
}

static kt_element *plain_elements(const kr_point *point, kr_scale scale, size_t *n)
{
    kt_list all;
    kt_list_part(point->structure, point->rates, point->column, point->structure->nparts - 1, &all);
    kt_element *e = malloc((all.n + 1) * sizeof *e);
    assert_non_null(e);
    for (size_t i = 0; i < all.n; i++)
        e[i] = (kt_element){kr_scale_value(scale, (double)all.rate[i]),
                            (double)all.weight[i] * point->structure->scale};
    *n = all.n;
    kt_elements_sort(e, *n);
    kt_list_free(&all);
    return e;
}

static void check(const kr_point *point, const kr_quantile_spec *spec,
                  const kr_bracket_limits *limits)
{
    size_t n, nscratch = kr_bracket_scratch_within(point->structure, spec, limits);
    kt_element *e = plain_elements(point, spec->scale, &n);
    double *scratch = numbers(nscratch), lower[MOST_Q], upper[MOST_Q];
    for (size_t i = 0; i < nscratch; i++)
        scratch[i] = NAN;
    kr_bracket_quantiles_within(point, spec, limits, scratch, lower, upper);
    for (size_t i = 0; i < spec->nq; i++) {
        double exact = kt_plain_quantile(e, n, spec->rule, spec->q[i], 0);
        if (!(lower[i] <= exact && exact <= upper[i]))
            fail_msg("rule %d, scale %d, q %.17g of %zu elements: %.17g is not in %.17g .. %.17g",
                     (int)spec->rule, (int)spec->scale, spec->q[i], n, exact, lower[i], upper[i]);
    }
    free(scratch);
    free(e);
}

static void test_brackets_contain(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 31;
    for (int tree = 0; tree < TREES; tree++) {
        kt_structure t;
        kt_structure_random(&t, ctx, &random, MOST);
        if (tree % 3 == 0)
            whole_rates(&t, &random);
        double q[MOST_Q] = {0, 1};
        for (size_t i = 2; i < MOST_Q; i++)
            q[i] = tree % 2 ? (double)below(&random, 17) / 16 : kt_random_unit(&random);
        kr_quantile_spec spec = {.q = q, .nq = 1 + below(&random, MOST_Q)};
        spec.scale = (kr_scale)below(&random, 4);
        spec.rule = (kr_quantile_rule)below(&random, 3);
        spec.bracket = pow(10, -1 - 4 * kt_random_unit(&random));
        kr_point point = {&t.s, t.rates, below(&random, 2)};
        kr_bracket_limits limits = {64 + below(&random, 3000),
                                    pow(10, 3 + 3 * (int)below(&random, 2))};
        check(&point, &spec, &limits);
        kt_structure_clear(&t);
    }
    kt_ctx_end(&ctx);
}

/* ---- trees of many sources ---- */

/* A sum of mixes, each over the models of a region, of sums of sources with their own choices. */
typedef struct forest {
    uint32_t regions, models, sources, states;
    kr_arena arena;
    kr_structure s;
    double *rates;
} forest;

static void *room(kr_arena *arena, size_t n, size_t size)
{
    void *p = kr_arena_alloc(arena, n, size);
    assert_non_null(p);
    return p;
}

static kr_choice make_choice(kr_arena *arena, uint64_t *random, size_t n)
{
    double *w = room(arena, n, sizeof *w), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i] = 0.1 + kt_random_unit(random);
    for (size_t i = 0; i < n; i++)
        w[i] /= sum;
    return (kr_choice){.nstates = n, .weights = w};
}

/* A source with one model: a component rate of its own for each state. */
static kr_part make_source(forest *f, uint32_t choice, uint32_t rate)
{
    kr_rate_table *t = room(&f->arena, 1, sizeof *t);
    uint32_t *first = room(&f->arena, f->states + 1, sizeof *first);
    uint32_t *rates = room(&f->arena, f->states, sizeof *rates);
    uint32_t *choices = room(&f->arena, 1, sizeof *choices);
    static const uint32_t axis = 0;
    for (uint32_t i = 0; i < f->states; i++) {
        first[i + 1] = i + 1;
        rates[i] = rate + i;
    }
    choices[0] = choice;
    *t = (kr_rate_table){1, &axis, f->states, first, rates};
    return (kr_part){.kind = KR_PART_BLOCK,
                     .states = f->states,
                     .nchoices = 1,
                     .choices = choices,
                     .nstates = f->states,
                     .ntables = 1,
                     .tables = t};
}

/* The last part of each region is its mix. */
static void make_region(forest *f, kr_part *parts, uint32_t region, uint32_t *next)
{
    uint32_t choice = region * (f->sources + 1), *sums = room(&f->arena, f->models, sizeof *sums);
    uint32_t *fixed = room(&f->arena, f->models, sizeof *fixed), rate = *next;
    kr_part mix = {.kind = KR_PART_MIX, .choice = choice, .children = sums, .fixed = fixed};
    for (uint32_t m = 0; m < f->models; m++) {
        uint32_t *blocks = room(&f->arena, f->sources, sizeof *blocks);
        kr_part sum = {.kind = KR_PART_SUM, .states = 1, .children = blocks};
        for (uint32_t k = 0; k < f->sources; k++) {
            parts[*next] = make_source(f, choice + 1 + k, rate * f->states);
            rate++;
            blocks[sum.nchildren++] = (*next)++;
            sum.states *= f->states;
        }
        rate++;
        fixed[m] = m;
        mix.states += sum.states;
        sums[mix.nchildren++] = *next;
        parts[(*next)++] = sum;
    }
    parts[(*next)++] = mix;
}

static void make_forest(forest *f, kr_ctx *ctx, uint64_t *random)
{
    kr_arena_init(&f->arena, ctx, KR_ACCOUNT_STATS);
    size_t nchoices = f->regions * (f->sources + 1), next_choice = 0;
    size_t nparts = f->regions * (f->models * (f->sources + 1) + 1) + 1, nrates;
    kr_choice *choices = room(&f->arena, nchoices, sizeof *choices);
    kr_part *parts = room(&f->arena, nparts, sizeof *parts);
    uint32_t *mixes = room(&f->arena, f->regions, sizeof *mixes), next = 0;
    kr_part root = {.kind = KR_PART_SUM, .states = 1, .children = mixes};
    for (uint32_t r = 0; r < f->regions; r++) {
        choices[next_choice++] = make_choice(&f->arena, random, f->models);
        for (uint32_t k = 0; k < f->sources; k++)
            choices[next_choice++] = make_choice(&f->arena, random, f->states);
        make_region(f, parts, r, &next);
        mixes[root.nchildren++] = next - 1;
        root.states *= parts[next - 1].states;
    }
    parts[next++] = root;
    nrates = nparts * f->states;
    f->rates = room(&f->arena, nrates, sizeof *f->rates);
    f->s = (kr_structure){1, nchoices, choices, nrates, next, parts, root.states, 1};
}

/* Sources whose rates lie within `decades`, their states within a factor of 10. */
static void new_rates(forest *f, uint64_t *random, double decades)
{
    double size = pow(10, -2 - 10 * kt_random_unit(random));
    for (size_t i = 0; i < f->s.nrates; i++) {
        if (i % f->states == 0)
            size = pow(10, -3 - decades * kt_random_unit(random));
        f->rates[i] = size * pow(10, kt_random_unit(random));
    }
}

static void find_brackets(forest *f, const kr_quantile_spec *spec, double *lower, double *upper)
{
    double *scratch = numbers(kr_bracket_scratch(&f->s, spec));
    kr_bracket_quantiles(&f->s, spec, f->rates, 0, scratch, lower, upper);
    free(scratch);
    for (size_t i = 1; i < spec->nq; i++)
        assert_true(lower[i - 1] <= lower[i] && upper[i - 1] <= upper[i]);
}

/* As wide as is asked for, whatever the number of realizations. */
static void test_width_of_large_trees(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 32;
    static const forest sizes[] = {{.regions = 1, .models = 4, .sources = 100, .states = 9},
                                   {.regions = 3, .models = 3, .sources = 12, .states = 5},
                                   {.regions = 1, .models = 1, .sources = 250, .states = 4}};
    const double q[] = {0.05, 0.16, 0.5, 0.84, 0.95};
    for (size_t i = 0; i < 3; i++) {
        forest f = sizes[i];
        double lower[5], upper[5];
        make_forest(&f, ctx, &random);
        for (int level = 0; level < 3; level++) {
            kr_quantile_spec spec = {(kr_quantile_rule)level, KR_SCALE_POE, q, 5, 1e-3};
            new_rates(&f, &random, level);
            find_brackets(&f, &spec, lower, upper);
            for (size_t k = 0; k < 5; k++)
                assert_true(lower[k] > 0 && upper[k] - lower[k] <= 1e-3 * lower[k]);
        }
        kr_arena_clear(&f.arena);
    }
    kt_ctx_end(&ctx);
}

/* Where all realizations can still be streamed, with grids of many cells. */
static void test_brackets_contain_streamed(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    uint64_t random = 33;
    const double q[] = {0.02, 0.16, 0.5, 0.84, 0.98};
    static const forest sizes[] = {{.regions = 2, .models = 2, .sources = 3, .states = 7},
                                   {.regions = 1, .models = 3, .sources = 8, .states = 5}};
    for (size_t i = 0; i < 2; i++) {
        forest f = sizes[i];
        double value[5], lower[5], upper[5];
        make_forest(&f, ctx, &random);
        for (int level = 0; level < 3; level++) {
            kr_quantile_spec spec = {(kr_quantile_rule)level, KR_SCALE_RATE, q, 5, 1e-4};
            new_rates(&f, &random, 2 * level);
            find_brackets(&f, &spec, lower, upper);
            double *scratch = numbers(kr_stream_scratch(&f.s, 5));
            kr_stream_quantiles(&f.s, &spec, f.rates, 0, scratch, value);
            free(scratch);
            for (size_t k = 0; k < 5; k++)
                assert_true(lower[k] <= value[k] && value[k] <= upper[k]);
        }
        kr_arena_clear(&f.arena);
    }
    kt_ctx_end(&ctx);
}

/* ---- convolution ---- */

static void test_convolution(void **state)
{
    (void)state;
    uint64_t random = 34;
    enum { CELLS = 5000 };
    static double in[CELLS], out[CELLS];
    for (int trial = 0; trial < 300; trial++) {
        size_t n = 1 + below(&random, trial % 2 ? 40 : CELLS), nout = 1 + below(&random, CELLS);
        uint32_t shift[30];
        double weight[30];
        kr_taps taps = {1 + below(&random, 30), shift, weight};
        for (size_t t = 0; t < taps.n; t++) {
            uint32_t more = 1 + (uint32_t)below(&random, trial % 3 ? 20 : 400);
            shift[t] = t == 0 ? 0 : shift[t - 1] + more;
            weight[t] = kt_random_unit(&random);
        }
        for (size_t i = 0; i < n; i++)
            in[i] = kt_random_unit(&random);
        for (size_t i = 0; i < nout; i++)
            out[i] = NAN;
        kr_convolve(in, n, &taps, out, nout);
        for (size_t i = 0; i < nout; i++) {
            double sum = 0; /* the order of the taps: the same bits */
            for (size_t t = 0; t < taps.n; t++)
                if (shift[t] <= i && i - shift[t] < n)
                    sum += weight[t] * in[i - shift[t]];
            kt_same(out[i], sum);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brackets_contain),
        cmocka_unit_test(test_width_of_large_trees),
        cmocka_unit_test(test_brackets_contain_streamed),
        cmocka_unit_test(test_convolution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
