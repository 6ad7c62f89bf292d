#include "support/problem.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHOICES = 10, STATES = 6, TERM_CHOICES = 3, COLUMNS = 3, DYADIC_BITS = 42 };

static size_t below(uint64_t *random, size_t n)
{
    return (size_t)(kt_random(random) % n);
}

static bool often(uint64_t *random, double probability)
{
    return kt_random_unit(random) < probability;
}

static void *anew(kt_problem *p, size_t n, size_t size)
{
    void *x = kr_arena_alloc(&p->arena, n + 1, size);
    assert_non_null(x);
    return x;
}

/* ------------------------------------------------------------------ choices */

/* Weights that sum to 1; some are 0. */
static void fill_weights(uint64_t *random, bool dyadic, size_t n, double *out)
{
    double sum = 0;
    if (dyadic) { /* thirty-seconds: cut [0, 32] in n parts, some of them empty */
        size_t left = 32;
        for (size_t i = 0; i < n; i++) {
            size_t part = i + 1 == n ? left : below(random, left / (n - i) * 2 + 2);
            part = part > left ? left : part;
            out[i] = (double)part / 32;
            left -= part;
        }
        return;
    }
    for (size_t i = 0; i < n; i++)
        sum += out[i] = often(random, 0.1) ? 0 : 0.05 + kt_random_unit(random);
    for (size_t i = 0; i < n; i++)
        out[i] = sum > 0 ? out[i] / sum : 1.0 / (double)n;
}

static void fill_choice(kt_problem *p, uint64_t *random, size_t nstates, kr_choice *c)
{
    static const char *const states[STATES] = {"b1", "b2", "b3", "b4", "b5", "b6"};
    double *weights = anew(p, nstates * COLUMNS, sizeof *weights);
    for (size_t k = 0; k < p->problem.ncolumns; k++)
        fill_weights(random, p->dyadic, nstates, weights + k * nstates);
    *c = (kr_choice){.name = "bs",
                     .ground_motion = often(random, 0.3),
                     .nstates = nstates,
                     .states = states,
                     .weights = weights};
}

static void make_choices(kt_problem *p, uint64_t *random, size_t most)
{
    size_t n = 1 + below(random, CHOICES), combinations = 1;
    kr_choice *choices = anew(p, n, sizeof *choices);
    for (size_t i = 0; i < n; i++) {
        size_t nstates = 1 + below(random, STATES);
        while (combinations * nstates > most)
            nstates--;
        fill_choice(p, random, nstates, &choices[i]);
        combinations *= nstates;
    }
    p->problem.nchoices = n;
    p->problem.choices = choices;
}

/* ------------------------------------------------------------------ terms */

/* What a term of a shape depends on; returns how many choices, sorted and distinct. */
static size_t pick_choices(uint64_t *random, kt_shape shape, size_t term, size_t n, uint32_t *out)
{
    uint32_t picked[TERM_CHOICES], t = (uint32_t)term, last = (uint32_t)n - 1;
    size_t npicked = 0, nout = 0;
    switch (shape) {
    case KT_ALONE:
        if (!often(random, 0.1))
            picked[npicked++] = t % (uint32_t)n;
        break;
    case KT_STAR:
        picked[npicked++] = t % (uint32_t)n;
        picked[npicked++] = last;
        break;
    case KT_CHAIN:
        picked[npicked++] = t % (uint32_t)n;
        picked[npicked++] = (t + 1) % (uint32_t)n;
        break;
    case KT_PAIRS:
        picked[npicked++] = t / (uint32_t)n % (uint32_t)n;
        picked[npicked++] = t % (uint32_t)n;
        break;
    case KT_NATION: /* halves, each with its shared last choice */
        picked[npicked++] = t % (uint32_t)n;
        picked[npicked++] = t % (uint32_t)n <= last / 2 ? last / 2 : last;
        break;
    default:
        for (size_t k = 1 + below(random, TERM_CHOICES); k-- > 0;)
            picked[npicked++] = (uint32_t)below(random, n);
    }
    for (uint32_t c = 0; c < n; c++)
        for (size_t k = 0; k < npicked; k++)
            if (picked[k] == c && (nout == 0 || out[nout - 1] != c))
                out[nout++] = c;
    return nout;
}

/* The entries of a term: for most combinations of its choices a rate of its own, in a follower's
 * term one of a few. */
static void fill_term(kt_problem *p, uint64_t *random, uint32_t *choices, size_t nchoices,
                      kr_term *term)
{
    const kr_problem *q = &p->problem;
    size_t rows = 1, few = often(random, 0.2) ? 1 + below(random, 3) : 0;
    double present = often(random, 0.5) ? 1 : 0.7;
    for (size_t k = 0; k < nchoices; k++)
        rows *= q->choices[choices[k]].nstates;
    uint32_t *states = anew(p, 2 * rows * nchoices, sizeof *states);
    uint32_t *rates = anew(p, 2 * rows, sizeof *rates);
    size_t first_rate = p->nrates;

    *term = (kr_term){.nchoices = nchoices, .choices = choices, .states = states, .rates = rates};
    for (size_t row = 0; row < rows; row++)
        for (int twice = 0; twice < 2; twice++) {
            size_t rest = row;
            if (!often(random, twice ? 0.1 : present))
                continue;
            for (size_t k = nchoices; k-- > 0; rest /= q->choices[choices[k]].nstates)
                states[term->nentries * nchoices + k] =
                    (uint32_t)(rest % q->choices[choices[k]].nstates);
            rates[term->nentries++] = (uint32_t)(few ? first_rate + row % few : p->nrates++);
        }
    if (few)
        p->nrates += few;
}

static size_t term_count(uint64_t *random, kt_shape shape, size_t nchoices)
{
    if (shape == KT_PAIRS)
        return nchoices * nchoices;
    if (shape == KT_ANY)
        return 1 + below(random, 2 * nchoices);
    return nchoices + below(random, 3);
}

static void make_terms(kt_problem *p, uint64_t *random, kt_shape shape)
{
    size_t nchoices = p->problem.nchoices, n = term_count(random, shape, nchoices), nterms = 0;
    kr_term *terms = anew(p, n, sizeof *terms);
    for (size_t t = 0; t < n; t++) {
        uint32_t *choices = anew(p, TERM_CHOICES, sizeof *choices);
        size_t npicked = pick_choices(random, shape, t, nchoices, choices);
        if (shape == KT_PAIRS && t / nchoices > t % nchoices)
            continue; /* each pair once */
        fill_term(p, random, choices, npicked, &terms[nterms++]);
    }
    p->problem.nterms = nterms;
    p->problem.terms = terms;
}

/* ------------------------------------------------------------------ rates */

/* Of one size throughout, or of many sizes at once; dyadic ones often small multiples of one
 * number, so that different sums are equal. (Otherwise such sums would be equal but for their last
 * digits, and the order of their weights a matter of chance.) */
static void make_rates(kt_problem *p, uint64_t *random)
{
    double size = pow(2, -44 * kt_random_unit(random));
    bool mixed = often(random, 0.5), few = p->dyadic && often(random, 0.5);
    p->rates = anew(p, p->nrates, sizeof *p->rates);
    for (size_t k = 0; k < p->nrates; k++) {
        double x = mixed ? pow(2, -44 * kt_random_unit(random)) : size;
        x *= few ? (double)(1 + below(random, 4)) : 0.1 + kt_random_unit(random);
        if (often(random, 0.05))
            x = 0;
        p->rates[k] = p->dyadic ? ldexp(floor(ldexp(x, DYADIC_BITS)), -DYADIC_BITS) : x;
    }
}

void kt_random_problem(kr_ctx *ctx, uint64_t *random, kt_shape shape, bool dyadic, size_t most,
                       kt_problem *out)
{
    memset(out, 0, sizeof *out);
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_STATS);
    out->dyadic = dyadic;
    out->problem.ncolumns = 1 + below(random, COLUMNS);
    make_choices(out, random, most);
    make_terms(out, random, shape);
    make_rates(out, random);
}

void kt_problem_end(kt_problem *p)
{
    kr_arena_clear(&p->arena);
}

/* ------------------------------------------------------------------ the plain way */

size_t kt_problem_count(const kr_problem *problem)
{
    size_t n = 1;
    for (size_t i = 0; i < problem->nchoices; i++)
        n *= problem->choices[i].nstates;
    return n;
}

static bool holds(const kr_term *term, size_t entry, const size_t *states)
{
    for (size_t k = 0; k < term->nchoices; k++)
        if (term->states[entry * term->nchoices + k] != states[term->choices[k]])
            return false;
    return true;
}

static double total_rate(const kr_problem *problem, const double *rates, const size_t *states)
{
    double sum = 0;
    for (size_t t = 0; t < problem->nterms; t++)
        for (size_t e = 0; e < problem->terms[t].nentries; e++)
            if (holds(&problem->terms[t], e, states))
                sum += rates[problem->terms[t].rates[e]];
    return sum;
}

void kt_problem_totals(const kr_problem *problem, const double *rates, size_t column, double scale,
                       double *totals, double *weights)
{
    size_t n = kt_problem_count(problem), states[64];
    assert_true(problem->nchoices <= 64);
    for (size_t i = 0; i < n; i++) {
        double weight = 1;
        size_t rest = i;
        for (size_t c = problem->nchoices; c-- > 0;) {
            const kr_choice *choice = &problem->choices[c];
            states[c] = rest % choice->nstates;
            rest /= choice->nstates;
            weight *= choice->weights[column * choice->nstates + states[c]];
        }
        if (weights)
            weights[i] = scale * weight;
        if (totals)
            totals[i] = total_rate(problem, rates, states);
    }
}

typedef struct plain {
    double x, w;
} plain;

static int by_value_then_weight(const void *a, const void *b)
{
    const plain *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->w > q->w) - (p->w < q->w);
}

/* Values within 1e-12 of the first of a group become one. */
static size_t merge(plain *v, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (m > 0 && v[i].x <= v[m - 1].x * (1 + 1e-12))
            v[m - 1].w += v[i].w;
        else
            v[m++] = v[i];
    }
    return m;
}

double kt_problem_quantile(double *values, double *weights, size_t n, kr_quantile_rule rule,
                           double q, double *slope)
{
    double sum = 0, total = 0, x;
    plain *v = malloc(n * sizeof *v);
    double *c = malloc(n * sizeof *c);
    assert_true(n > 0 && v && c);
    for (size_t i = 0; i < n; i++)
        v[i] = (plain){values[i], weights[i]};
    qsort(v, n, sizeof *v, by_value_then_weight);
    for (size_t i = 0; i < n; i++) {
        values[i] = v[i].x;
        weights[i] = v[i].w;
        total += v[i].w;
    }
    if (rule == KR_QUANTILE_MERGED)
        n = merge(v, n);
    for (size_t i = 0; i < n; i++) {
        sum += v[i].w;
        c[i] = rule == KR_QUANTILE_HALF_WEIGHT ? (sum - v[i].w / 2) / (total > 0 ? total : 1) : sum;
    }
    if (slope)
        *slope = 0;
    if (q < c[0]) {
        x = v[0].x;
    } else if (q >= c[n - 1]) {
        x = v[n - 1].x;
    } else { /* the last place with c <= q; then the next c is above q */
        size_t j = 0;
        for (size_t i = 0; i + 1 < n; i++)
            if (c[i] <= q)
                j = i;
        x = (v[j + 1].x - v[j].x) / (c[j + 1] - c[j]) * (q - c[j]) + v[j].x;
        if (slope)
            *slope = (v[j + 1].x - v[j].x) / (c[j + 1] - c[j]);
    }
    free(v);
    free(c);
    return x;
}
