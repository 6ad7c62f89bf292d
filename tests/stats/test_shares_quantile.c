/* Derivatives of quantiles against differences of quantiles of all realizations, listed. */
#include "stats/halves.h"
#include "stats/shares.h"

#include "support/problem.h"
#include "support/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATES = 32 };

typedef struct fixture {
    kr_ctx *ctx;
    kt_structure t;
    kr_quantile_spec spec;
    double q;
    size_t column, checked, moved; /* derivatives compared, those that are not 0 */
    bool ties;                     /* two realizations have one value */
} fixture;

/* Rates whose sums have no rounding, so that equal ones are equal in any order; often few different
 * ones. */
static void make_rates(fixture *f, uint64_t *random)
{
    double unit = kt_random(random) % 2 ? 0x1p-10 : 0x1p-40;
    uint64_t most = kt_random(random) % 3 ? 1 << 20 : 4;
    for (size_t i = 0; i < f->t.s.nrates; i++)
        f->t.rates[i] = unit * (double)(kt_random(random) % most);
}

static void setup(fixture *f, uint64_t *random, size_t most)
{
    const kr_quantile_rule rules[] = {KR_QUANTILE_REFERENCE, KR_QUANTILE_HALF_WEIGHT,
                                      KR_QUANTILE_MERGED};
    const kr_scale scales[] = {KR_SCALE_POE, KR_SCALE_RATE};
    *f = (fixture){.ctx = kt_ctx()};
    kt_structure_random(&f->t, f->ctx, random, most);
    make_rates(f, random);
    f->column = kt_random(random) % 2;
    f->q = kt_random_unit(random);
    f->t.s.scale = kt_random(random) % 2 ? 1 : 0.75;
    f->spec = (kr_quantile_spec){.rule = rules[kt_random(random) % 3],
                                 .scale = scales[kt_random(random) % 2],
                                 .q = &f->q,
                                 .nq = 1};
}

static void teardown(fixture *f)
{
    kt_structure_clear(&f->t);
    kt_ctx_end(&f->ctx);
}

static double quantile(fixture *f)
{
    kt_list all;
    kt_list_part(&f->t.s, f->t.rates, f->column, f->t.s.nparts - 1, &all);
    double *x = malloc(all.n * sizeof *x), *w = malloc(all.n * sizeof *w);
    for (size_t i = 0; i < all.n; i++) {
        x[i] = kr_scale_value(f->spec.scale, (double)all.rate[i]);
        w[i] = (double)all.weight[i] * f->t.s.scale;
    }
    double out = kt_problem_quantile(x, w, all.n, f->spec.rule, f->q, NULL);
    for (size_t i = 1; i < all.n; i++)
        f->ties = f->ties || x[i] == x[i - 1];
    free(x);
    free(w);
    kt_list_free(&all);
    return out;
}

/* The quantile where the weight of a state is greater and the others' of its choice are smaller. */
static double moved_quantile(fixture *f, size_t c, size_t state, double step)
{
    kr_choice before = f->t.choices[c];
    double w[2 * MOST_STATES], total = 0;
    size_t n = before.nstates, first = f->column * n;
    memcpy(w, before.weights, 2 * n * sizeof *w);
    for (size_t i = 0; i < n; i++)
        total += w[first + i];
    for (size_t i = 0; i < n; i++)
        w[first + i] *= i == state ? 1 : 1 - step / (total - w[first + state]);
    w[first + state] += step;
    f->t.choices[c].weights = w;
    double out = quantile(f);
    f->t.choices[c] = before;
    return out;
}

/* Where the differences on one side, or on both, tell the same slope there is no kink. A weight of
 * 0 has one side only: there a kink, of realizations of one value and weight 0, is not seen. */
static void check_state(fixture *f, size_t c, size_t state, double got)
{
    const kr_choice *choice = &f->t.s.choices[c];
    const double step = 0x1p-20, *w = choice->weights + f->column * choice->nstates;
    double at = quantile(f), others = 0;
    for (size_t i = 0; i < choice->nstates; i++)
        others += i == state ? 0 : w[i];
    if (others == 0 || isnan(at)) { /* nothing moves; no realization has a weight */
        kt_same(got, 0);
        return;
    }
    double other = w[state] > 0 ? -step : step / 2;
    double a = (moved_quantile(f, c, state, step) - at) / step;
    double b = (moved_quantile(f, c, state, other) - at) / other;
    if (f->ties && w[state] == 0 && f->spec.rule == KR_QUANTILE_HALF_WEIGHT)
        return;
    double limit = 1e-3 * fmax(fabs(a), fabs(b)) + 1e-8 * at;
    if (fabs(a - b) > limit)
        return;
    double expected = other < 0 ? (a + b) / 2 : 2 * b - a;
    kt_close(got, expected, 1e-5, 1e-8 * at);
    f->checked++;
    f->moved += expected != 0;
}

static void test_random_trees(void **state)
{
    (void)state;
    uint64_t random = 29;
    size_t checked = 0, moved = 0, all = 0;
    for (int trial = 0; trial < 4000; trial++) {
        fixture f;
        double d[MOST_STATES], value;
        size_t at = 0;
        setup(&f, &random, 60);
        double mix_from = (double)(kt_random(&random) % 60); /* mixes stay in a half, or do not */
        kt_ok(f.ctx, kr_halves_quantile_derivative(f.ctx, &f.t.s, &f.spec, f.t.rates, f.column,
                                                   mix_from, &value, d));
        if (!isnan(quantile(&f)))
            kt_close(value, quantile(&f), 1e-9, 0);
        for (size_t c = 0; c < f.t.s.nchoices; c++)
            for (size_t k = 0; k < f.t.s.choices[c].nstates; k++)
                check_state(&f, c, k, d[at++]);
        checked += f.checked;
        moved += f.moved;
        all += at;
        teardown(&f);
    }
    assert_true(checked > all / 2);
    assert_true(moved > all / 8);
    print_message("%zu states, %zu compared, %zu of them move the quantile\n", all, checked, moved);
}

typedef struct many {
    kr_choice choices[40];
    kr_part parts[41];
    kr_rate_table tables[40];
    uint32_t numbers[40], rates[40 * 3];
    double values[40 * 3];
    kr_structure s;
} many;

/* n choices of three states, each a block of its own. */
static void make_many(many *m, uint32_t n)
{
    static const double weights[] = {0.25, 0.5, 0.25};
    static const uint32_t axes[] = {0}, first[] = {0, 1, 2, 3};
    *m = (many){0};
    for (uint32_t i = 0; i < n; i++) {
        m->choices[i] = (kr_choice){.nstates = 3, .weights = weights};
        m->numbers[i] = i;
        for (uint32_t k = 0; k < 3; k++) {
            m->rates[3 * i + k] = 3 * i + k;
            m->values[3 * i + k] = 1e-3 * (i % 4 + 1) * (k + 1);
        }
        m->tables[i] = (kr_rate_table){1, axes, 3, first, m->rates + 3 * i};
        m->parts[i] = (kr_part){.kind = KR_PART_BLOCK,
                                .states = 3,
                                .nchoices = 1,
                                .choices = m->numbers + i,
                                .nstates = 3,
                                .ntables = 1,
                                .tables = m->tables + i};
    }
    m->parts[n] =
        (kr_part){.kind = KR_PART_SUM, .states = pow(3, n), .nchildren = n, .children = m->numbers};
    m->s = (kr_structure){.ncolumns = 1,
                          .nchoices = n,
                          .choices = m->choices,
                          .nrates = 3 * n,
                          .nparts = n + 1,
                          .parts = m->parts,
                          .realizations = pow(3, n),
                          .scale = 1};
}

/* 3^20 realizations; sources with the same rates have the same derivatives, the greater ones the
 * greater; nothing moves where all the weights of a choice grow in proportion. */
static void test_many_realizations(void **state)
{
    (void)state;
    many m;
    double d[60], value;
    const double q = 0.9;
    const kr_quantile_spec spec = {
        .rule = KR_QUANTILE_MERGED, .scale = KR_SCALE_RATE, .q = &q, .nq = 1};
    kr_ctx *ctx = kt_ctx();
    make_many(&m, 20);
    kt_ok(ctx, kr_shares_quantile_check(ctx, &m.s));
    kt_ok(ctx, kr_shares_quantile_derivative(ctx, &m.s, &spec, m.values, 0, &value, d));
    for (size_t i = 0; i < 20; i++) {
        const double *x = d + 3 * i, *same = d + 3 * (i % 4);
        assert_true(x[0] < 0 && x[2] > 0 && (i % 4 == 0 || x[2] > x[2 - 3]));
        /* 0.75 of the direction of a state is what it gains, the rest what it gives to others */
        kt_close(0.75 * (0.25 * x[0] + 0.25 * x[2]) + 0.5 * 0.5 * x[1], 0, 0, 1e-9 * x[2]);
        for (size_t k = 0; k < 3; k++)
            kt_close(x[k], same[k], 1e-6, 1e-9 * x[2]);
    }
    kt_ctx_end(&ctx);
}

static void test_too_many(void **state)
{
    (void)state;
    many m;
    double d[120], value;
    const double q = 0.5;
    const kr_quantile_spec spec = {.q = &q, .nq = 1};
    kr_ctx *ctx = kt_ctx();
    make_many(&m, 40);
    kt_fails(ctx, kr_shares_quantile_check(ctx, &m.s), KR_EINPUT, "7e+09 combinations");
    kt_fails(ctx, kr_shares_quantile_derivative(ctx, &m.s, &spec, m.values, 0, &value, d),
             KR_EINPUT, "at most 10000000");
    kt_ctx_end(&ctx);
}

static kr_status derive(kr_ctx *ctx, void *user)
{
    fixture *f = user;
    double d[MOST_STATES], value;
    return kr_halves_quantile_derivative(ctx, &f->t.s, &f->spec, f->t.rates, f->column, 8, &value,
                                         d);
}

static void test_memory(void **state)
{
    (void)state;
    uint64_t random = 31;
    fixture f;
    do {
        setup(&f, &random, 60);
        if (f.t.s.nparts < 8)
            teardown(&f);
    } while (f.t.s.nparts < 8);
    assert_true(kt_fail_each_allocation(derive, &f) > 10);
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_trees),
        cmocka_unit_test(test_many_realizations),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
