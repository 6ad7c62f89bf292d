#include "support/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHOICES = 8, MOST_PARTS = 4096 };

typedef struct maker {
    kr_arena *arena;
    uint64_t *random;
    kr_choice *choices;
    kr_part *parts;
    size_t nparts, nrates;
} maker;

static size_t below(maker *m, size_t n)
{
    return (size_t)(kt_random(m->random) % n);
}

static void *room(maker *m, size_t n, size_t size)
{
    void *p = kr_arena_alloc(m->arena, n ? n : 1, size);
    assert_non_null(p);
    return p;
}

/* Weights that sum to 1 or to anything, some of them 0. */
static void make_choice(maker *m, kr_choice *c, size_t nstates)
{
    double *w = room(m, 2 * nstates, sizeof *w);
    const char **names = room(m, nstates, sizeof *names);
    for (size_t column = 0; column < 2; column++) {
        double sum = 0;
        for (size_t i = 0; i < nstates; i++)
            sum += w[column * nstates + i] =
                below(m, 5) == 0 && nstates > 1 ? 0 : kt_random_unit(m->random) + 1e-3;
        for (size_t i = 0; i < nstates && sum > 0; i++)
            w[column * nstates + i] /= below(m, 20) == 0 ? 1 : sum;
    }
    for (size_t i = 0; i < nstates; i++)
        names[i] = "b";
    *c = (kr_choice){.name = "bs", .nstates = nstates, .states = names, .weights = w};
}

static void make_table(maker *m, const kr_part *block, kr_rate_table *t)
{
    uint32_t *axes = room(m, block->nchoices, sizeof *axes);
    t->axes = axes;
    t->nrows = 1;
    for (uint32_t i = 0; i < block->nchoices; i++)
        if (below(m, 2)) {
            axes[t->naxes++] = i;
            t->nrows *= m->choices[block->choices[i]].nstates;
        }
    uint32_t *first = room(m, t->nrows + 1, sizeof *first);
    uint32_t *rates = room(m, 3 * t->nrows, sizeof *rates), n = 0;
    for (size_t row = 0; row < t->nrows; row++) {
        for (size_t k = below(m, 4); k > 0; k--)
            rates[n++] = (uint32_t)below(m, m->nrates);
        first[row + 1] = n;
    }
    t->first = first;
    t->rates = rates;
}

/* In one of four the rows are listed, those that the states have anyway or any others. */
static void list_rows(maker *m, kr_part *p)
{
    uint32_t *rows = room(m, p->nstates * p->ntables, sizeof *rows);
    for (size_t s = 0; s < p->nstates; s++)
        for (size_t t = 0; t < p->ntables; t++)
            rows[s * p->ntables + t] = (uint32_t)below(m, p->tables[t].nrows);
    p->rows = rows;
}

static uint32_t add_part(maker *m, const kr_part *p)
{
    assert_true(m->nparts < MOST_PARTS);
    m->parts[m->nparts] = *p;
    return (uint32_t)m->nparts++;
}

static uint32_t make_block(maker *m, const uint32_t *choices, size_t n)
{
    kr_part p = {.kind = KR_PART_BLOCK, .nchoices = n, .nstates = 1};
    uint32_t *copy = room(m, n, sizeof *copy);
    p.choices = copy;
    for (size_t i = 0; i < n; i++) {
        copy[i] = choices[i];
        p.nstates *= m->choices[choices[i]].nstates;
    }
    p.ntables = below(m, 6);
    kr_rate_table *tables = room(m, p.ntables, sizeof *tables);
    for (size_t t = 0; t < p.ntables; t++)
        make_table(m, &p, &tables[t]);
    p.tables = tables;
    if (below(m, 4) == 0)
        list_rows(m, &p);
    p.states = (double)p.nstates;
    return add_part(m, &p);
}

static uint32_t make_part(maker *m, const uint32_t *choices, size_t n);

/* The choices fall into up to three children; a block of constants may stand beside them. */
static uint32_t make_sum(maker *m, const uint32_t *choices, size_t n)
{
    uint32_t side[3][MOST_CHOICES], *children = room(m, 4, sizeof *children);
    size_t nside[3] = {0};
    kr_part p = {.kind = KR_PART_SUM, .states = 1, .children = children};
    for (size_t i = 0; i < n; i++) {
        size_t k = below(m, 3);
        side[k][nside[k]++] = choices[i];
    }
    for (size_t k = 0; k < 3; k++)
        if (nside[k] > 0)
            children[p.nchildren++] = make_part(m, side[k], nside[k]);
    if (below(m, 3) == 0)
        children[p.nchildren++] = make_block(m, NULL, 0);
    for (size_t i = 0; i < p.nchildren; i++)
        p.states *= m->parts[children[i]].states;
    return add_part(m, &p);
}

/* Now and then a choice is not made in one of the states. */
static uint32_t make_side(maker *m, const uint32_t *choices, size_t n)
{
    uint32_t made[MOST_CHOICES];
    size_t nmade = 0;
    for (size_t i = 0; i < n; i++)
        if (below(m, 10))
            made[nmade++] = choices[i];
    return make_part(m, made, nmade);
}

static uint32_t make_mix(maker *m, const uint32_t *choices, size_t n)
{
    uint32_t others[MOST_CHOICES];
    size_t pick = below(m, n), nothers = 0;
    for (size_t i = 0; i < n; i++)
        if (i != pick)
            others[nothers++] = choices[i];
    kr_part p = {.kind = KR_PART_MIX, .choice = choices[pick]};
    p.nchildren = m->choices[p.choice].nstates;
    uint32_t *children = room(m, p.nchildren, sizeof *children);
    uint32_t *fixed = room(m, p.nchildren, sizeof *fixed);
    for (size_t i = 0; i < p.nchildren; i++) {
        fixed[i] = (uint32_t)(p.nchildren - 1 - i);
        children[i] = i > 0 && below(m, 4) == 0 ? children[i - 1] : make_side(m, others, nothers);
        p.states += m->parts[children[i]].states;
    }
    p.children = children;
    p.fixed = fixed;
    return add_part(m, &p);
}

static uint32_t make_part(maker *m, const uint32_t *choices, size_t n)
{
    size_t kind = below(m, 3);
    if (n > 0 && kind == 0)
        return make_mix(m, choices, n);
    if (n > 1 && kind == 1)
        return make_sum(m, choices, n);
    return make_block(m, choices, n);
}

/* All of one size, or of any. */
static void make_rates(maker *m, double *rates)
{
    double size = -14 + 17 * kt_random_unit(m->random);
    bool spread = below(m, 3) == 0;
    for (size_t i = 0; i < m->nrates; i++) {
        double exponent = spread ? -14 + 17 * kt_random_unit(m->random) : size;
        rates[i] = below(m, 8) == 0 ? 0 : pow(10, exponent) * (0.1 + kt_random_unit(m->random));
    }
}

void kt_structure_random(kt_structure *out, kr_ctx *ctx, uint64_t *random, size_t most)
{
    *out = (kt_structure){0};
    kr_arena_init(&out->arena, ctx, KR_ACCOUNT_STATS);
    maker m = {.arena = &out->arena, .random = random};
    uint32_t choices[MOST_CHOICES];
    size_t n = 0, product = 1, wanted = below(&m, MOST_CHOICES + 1);
    m.choices = room(&m, MOST_CHOICES, sizeof *m.choices);
    m.parts = room(&m, MOST_PARTS, sizeof *m.parts);
    m.nrates = 1 + below(&m, 40);
    while (n < wanted) {
        size_t nstates = 1 + below(&m, 4);
        if (product * nstates > most)
            break;
        product *= nstates;
        make_choice(&m, &m.choices[n], nstates);
        choices[n] = (uint32_t)n;
        n++;
    }
    out->rates = room(&m, m.nrates, sizeof *out->rates);
    make_rates(&m, out->rates);
    make_part(&m, choices, n);
    out->choices = m.choices;
    out->s = (kr_structure){.ncolumns = 2,
                            .nchoices = n,
                            .choices = m.choices,
                            .nrates = m.nrates,
                            .nparts = m.nparts,
                            .parts = m.parts,
                            .realizations = m.parts[m.nparts - 1].states,
                            .scale = 1};
}

void kt_structure_clear(kt_structure *structure)
{
    kr_arena_clear(&structure->arena);
}

static void list_room(kt_list *out, size_t n, size_t nchoices)
{
    out->n = n;
    out->rate = malloc((n + 1) * sizeof *out->rate);
    out->weight = malloc((n + 1) * sizeof *out->weight);
    out->state = malloc(n * nchoices + 1);
    assert_true(out->rate && out->weight && out->state);
    memset(out->state, 255, n * nchoices + 1);
}

void kt_list_free(kt_list *list)
{
    free(list->rate);
    free(list->weight);
    free(list->state);
}

static size_t row_of(const kr_structure *s, const kr_part *p, size_t state, size_t table)
{
    const kr_rate_table *t = &p->tables[table];
    if (p->rows)
        return p->rows[state * p->ntables + table];
    size_t row = 0;
    for (size_t a = 0; a < t->naxes; a++) {
        size_t below_it = 1, n = s->choices[p->choices[t->axes[a]]].nstates;
        for (size_t i = t->axes[a] + 1; i < p->nchoices; i++)
            below_it *= s->choices[p->choices[i]].nstates;
        row = row * n + state / below_it % n;
    }
    return row;
}

static void list_block(const kr_structure *s, const double *rates, size_t column, const kr_part *p,
                       kt_list *out)
{
    list_room(out, p->nstates, s->nchoices);
    for (size_t state = 0; state < p->nstates; state++) {
        size_t left = state;
        long double rate = 0, weight = 1;
        for (size_t i = p->nchoices; i-- > 0;) {
            const kr_choice *c = &s->choices[p->choices[i]];
            weight *= (long double)c->weights[column * c->nstates + left % c->nstates];
            out->state[state * s->nchoices + p->choices[i]] = (uint8_t)(left % c->nstates);
            left /= c->nstates;
        }
        for (size_t t = 0; t < p->ntables; t++) {
            const kr_rate_table *table = &p->tables[t];
            size_t row = row_of(s, p, state, t);
            for (uint32_t k = table->first[row]; k < table->first[row + 1]; k++)
                rate += (long double)rates[table->rates[k]];
        }
        out->rate[state] = rate;
        out->weight[state] = weight;
    }
}

/* Every combination of a with every combination of b. */
static void list_product(const kt_list *a, const kt_list *b, size_t nchoices, kt_list *out)
{
    list_room(out, a->n * b->n, nchoices);
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++) {
            size_t k = i * b->n + j;
            out->rate[k] = a->rate[i] + b->rate[j];
            out->weight[k] = a->weight[i] * b->weight[j];
            for (size_t c = 0; c < nchoices; c++) {
                uint8_t of_a = a->state[i * nchoices + c], of_b = b->state[j * nchoices + c];
                assert_true(of_a == 255 || of_b == 255);
                out->state[k * nchoices + c] = of_a == 255 ? of_b : of_a;
            }
        }
}

static void list_sum(const kr_structure *s, const double *rates, size_t column, const kr_part *p,
                     kt_list *out)
{
    list_room(out, 1, s->nchoices);
    out->rate[0] = 0;
    out->weight[0] = 1;
    for (size_t i = 0; i < p->nchildren; i++) {
        kt_list before = *out, child;
        kt_list_part(s, rates, column, p->children[i], &child);
        list_product(&before, &child, s->nchoices, out);
        kt_list_free(&before);
        kt_list_free(&child);
    }
}

static void list_mix(const kr_structure *s, const double *rates, size_t column, const kr_part *p,
                     kt_list *out)
{
    const kr_choice *c = &s->choices[p->choice];
    size_t n = 0;
    list_room(out, (size_t)p->states, s->nchoices);
    for (size_t i = 0; i < p->nchildren; i++) {
        kt_list child;
        kt_list_part(s, rates, column, p->children[i], &child);
        assert_true(n + child.n <= out->n);
        for (size_t k = 0; k < child.n; k++, n++) {
            out->rate[n] = child.rate[k];
            out->weight[n] =
                child.weight[k] * (long double)c->weights[column * c->nstates + p->fixed[i]];
            memcpy(out->state + n * s->nchoices, child.state + k * s->nchoices, s->nchoices);
            out->state[n * s->nchoices + p->choice] = (uint8_t)p->fixed[i];
        }
        kt_list_free(&child);
    }
    assert_int_equal(n, out->n);
}

void kt_list_part(const kr_structure *s, const double *rates, size_t column, size_t part,
                  kt_list *out)
{
    const kr_part *p = &s->parts[part];
    switch (p->kind) {
    case KR_PART_BLOCK:
        list_block(s, rates, column, p, out);
        break;
    case KR_PART_SUM:
        list_sum(s, rates, column, p, out);
        break;
    case KR_PART_MIX:
        list_mix(s, rates, column, p, out);
        break;
    }
}
