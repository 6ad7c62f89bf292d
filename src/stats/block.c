#include "stats/block.h"

#include <string.h>

/* A table while the choices of its block are walked: what is left of it once those before are
 * fixed. Its rows are in row-major order, so that stays one piece. */
typedef struct view {
    double *sums;         /* of the component rates of each row */
    const uint32_t *axes; /* not fixed yet */
    size_t naxes, nrows;
} view;

/* Scratch is counted in numbers: the row sums, the views, `below`, the buffers. */
enum {
    VIEW_NUMBERS = (sizeof(view) + sizeof(double) - 1) / sizeof(double),
    SIZE_NUMBERS = (sizeof(size_t) + sizeof(double) - 1) / sizeof(double)
};

static size_t choice_states(const kr_structure *structure, const kr_part *block, size_t i)
{
    return structure->choices[block->choices[i]].nstates;
}

static size_t row_count(const kr_part *block)
{
    size_t n = 0;
    for (size_t t = 0; t < block->ntables; t++)
        n += block->tables[t].nrows;
    return n;
}

static bool has_axis(const kr_part *block, size_t choice)
{
    for (size_t t = 0; t < block->ntables; t++)
        for (size_t i = 0; i < block->tables[t].naxes; i++)
            if (block->tables[t].axes[i] == choice)
                return true;
    return false;
}

size_t kr_block_scratch(const kr_structure *structure, const kr_part *block)
{
    size_t n = row_count(block);
    if (block->rows)
        return n;
    n += VIEW_NUMBERS * block->ntables + SIZE_NUMBERS * (block->nchoices + 1);
    size_t below = block->nstates;
    for (size_t i = 0; i < block->nchoices; i++) {
        below /= choice_states(structure, block, i);
        if (has_axis(block, i))
            n += below;
    }
    return n;
}

static void sum_rows(const kr_part *block, const double *rates, double *sums)
{
    for (size_t t = 0; t < block->ntables; t++) {
        const kr_rate_table *table = &block->tables[t];
        for (size_t row = 0; row < table->nrows; row++) {
            double sum = 0;
            for (uint32_t k = table->first[row]; k < table->first[row + 1]; k++)
                sum += rates[table->rates[k]];
            *sums++ = sum;
        }
    }
}

/* In the order of their axes: those without first, then those of the slowest choice. It holds on
 * when a choice is fixed. */
static bool comes_before(const view *a, const view *b)
{
    for (size_t i = 0; i < a->naxes && i < b->naxes; i++)
        if (a->axes[i] != b->axes[i])
            return a->axes[i] < b->axes[i];
    return a->naxes < b->naxes;
}

static void make_views(const kr_part *block, double *sums, view *views)
{
    for (size_t t = 0; t < block->ntables; t++) {
        const kr_rate_table *table = &block->tables[t];
        view new = {sums, table->axes, table->naxes, table->nrows};
        size_t i = t;
        for (; i > 0 && comes_before(&new, &views[i - 1]); i--)
            views[i] = views[i - 1];
        views[i] = new;
        sums += table->nrows;
    }
}

static void fill(double *out, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value;
}

/* The first m of n again and again. */
static void repeat(double *out, size_t m, size_t n)
{
    while (m < n) {
        size_t more = m < n - m ? m : n - m;
        memcpy(out + m, out, more * sizeof *out);
        m += more;
    }
}

static void add(double *restrict out, const double *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] += x[i];
}

static void add_to(double *restrict out, const double *restrict x, double constant, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] + constant;
}

/* One table over the states of the choices d and after, below[d] of them, plus a constant. */
static void spread(view v, size_t d, const size_t *below, double constant, double *out)
{
    if (v.naxes == 0) {
        fill(out, below[d], v.sums[0] + constant);
        return;
    }
    size_t first = v.axes[0], last = v.axes[v.naxes - 1];
    if (first > d) {
        spread(v, first, below, constant, out);
        repeat(out, below[first], below[d]);
        return;
    }
    if (last - first + 1 == v.naxes) { /* then come choices that it does not depend on */
        size_t rest = below[last + 1];
        if (rest == 1)
            add_to(out, v.sums, constant, v.nrows);
        else
            for (size_t row = 0; row < v.nrows; row++)
                fill(out + row * rest, rest, v.sums[row] + constant);
        return;
    }
    size_t rest = below[d + 1], nstates = below[d] / rest;
    view fixed = {v.sums, v.axes + 1, v.naxes - 1, v.nrows / nstates};
    for (size_t state = 0; state < nstates; state++, fixed.sums += fixed.nrows)
        spread(fixed, d + 1, below, constant, out + state * rest);
}

static void add_up(view *v, size_t nv, size_t d, const size_t *below, double constant,
                   double *buffer, double *out);

/* As add_up, where the first n of the views contain choice d. The others are the same whatever its
 * state: they are added up once, into the buffer. */
static void add_up_by_state(view *v, size_t n, size_t nv, size_t d, const size_t *below,
                            double constant, double *buffer, double *out)
{
    size_t rest = below[d + 1], nstates = below[d] / rest;
    bool others = n < nv;
    if (others || v[n - 1].naxes == 1)
        add_up(v + n, nv - n, d + 1, below, constant, buffer + rest, buffer);
    if (v[n - 1].naxes == 1) { /* all of them depend on this choice alone */
        for (size_t state = 0; state < nstates; state++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += v[i].sums[state];
            add_to(out + state * rest, buffer, sum, rest);
        }
        return;
    }
    for (size_t i = 0; i < n; i++)
        v[i] = (view){v[i].sums, v[i].axes + 1, v[i].naxes - 1, v[i].nrows / nstates};
    for (size_t state = 0; state < nstates; state++, out += rest) {
        add_up(v, n, d + 1, below, others ? 0 : constant, buffer + rest, out);
        if (others)
            add(out, buffer, rest);
        for (size_t i = 0; i < n; i++)
            v[i].sums += v[i].nrows;
    }
    for (size_t i = 0; i < n; i++) {
        size_t nrows = v[i].nrows * nstates;
        v[i] = (view){v[i].sums - nrows, v[i].axes - 1, v[i].naxes + 1, nrows};
    }
}

/* The sum of the views, and a constant, over the states of the choices d and after. The views are
 * as they were when it returns. The buffer has room for below[i + 1] of every axis i >= d. */
static void add_up(view *v, size_t nv, size_t d, const size_t *below, double constant,
                   double *buffer, double *out)
{
    for (; nv > 0 && v->naxes == 0; v++, nv--)
        constant += v->sums[0];
    if (nv == 0) {
        fill(out, below[d], constant);
    } else if (nv == 1) {
        spread(*v, d, below, constant, out);
    } else {
        size_t first = v->axes[0], n = 1;
        while (n < nv && v[n].axes[0] == first)
            n++;
        add_up_by_state(v, n, nv, first, below, constant, buffer, out);
        repeat(out, below[first], below[d]);
    }
}

static void add_listed(const kr_part *block, const double *sums, double *out)
{
    const uint32_t *row = block->rows;
    for (size_t state = 0; state < block->nstates; state++) {
        const double *table_sums = sums;
        double sum = 0;
        for (size_t t = 0; t < block->ntables; t++) {
            sum += table_sums[*row++];
            table_sums += block->tables[t].nrows;
        }
        out[state] = sum;
    }
}

/* below[d]: the states of the choices d and after. */
static void count_below(const kr_structure *structure, const kr_part *block, size_t *below)
{
    below[0] = block->nstates;
    for (size_t i = 0; i < block->nchoices; i++)
        below[i + 1] = below[i] / choice_states(structure, block, i);
}

void kr_block_values(const kr_structure *structure, const kr_part *block, const double *rates,
                     double *scratch, double *out)
{
    sum_rows(block, rates, scratch);
    if (block->rows) {
        add_listed(block, scratch, out);
        return;
    }
    double *sums = scratch;
    view *views = (view *)(void *)(scratch += row_count(block));
    size_t *below = (size_t *)(void *)(scratch += VIEW_NUMBERS * block->ntables);
    scratch += SIZE_NUMBERS * (block->nchoices + 1);
    make_views(block, sums, views);
    count_below(structure, block, below);
    add_up(views, block->ntables, 0, below, 0, scratch, out);
}

/* ---- the way back ---- */

static double sum_of(const double *x, size_t n)
{
    enum { LANES = 8, PIECE = 1024 };
    double sum = 0;
    for (size_t first = 0; first < n; first += PIECE) {
        double lanes[LANES] = {0};
        for (size_t i = first; i < n && i < first + PIECE; i++)
            lanes[i % LANES] += x[i];
        for (size_t k = 0; k < LANES; k++)
            sum += lanes[k];
    }
    return sum;
}

/* The sums of x over the states of the choices d and after that have each row of a table: what
 * `spread` does, from its end. */
static void fold(view v, size_t d, const size_t *below, const double *x)
{
    if (v.naxes == 0) {
        v.sums[0] += sum_of(x, below[d]);
        return;
    }
    size_t first = v.axes[0], last = v.axes[v.naxes - 1];
    if (first > d) {
        for (size_t i = 0; i < below[d]; i += below[first])
            fold(v, first, below, x + i);
        return;
    }
    if (last - first + 1 == v.naxes) { /* then come choices that it does not depend on */
        size_t rest = below[last + 1];
        for (size_t row = 0; row < v.nrows; row++)
            v.sums[row] += sum_of(x + row * rest, rest);
        return;
    }
    size_t rest = below[d + 1], nstates = below[d] / rest;
    view fixed = {v.sums, v.axes + 1, v.naxes - 1, v.nrows / nstates};
    for (size_t state = 0; state < nstates; state++, fixed.sums += fixed.nrows)
        fold(fixed, d + 1, below, x + state * rest);
}

static void fold_listed(const kr_part *block, const double *x, double *sums)
{
    const uint32_t *row = block->rows;
    for (size_t state = 0; state < block->nstates; state++) {
        double *table_sums = sums;
        for (size_t t = 0; t < block->ntables; t++) {
            table_sums[*row++] += x[state];
            table_sums += block->tables[t].nrows;
        }
    }
}

static void fold_tables(const kr_structure *structure, const kr_part *block, const double *x,
                        size_t *below, double *sums)
{
    count_below(structure, block, below);
    for (size_t t = 0; t < block->ntables; t++) {
        const kr_rate_table *table = &block->tables[t];
        fold((view){sums, table->axes, table->naxes, table->nrows}, 0, below, x);
        sums += table->nrows;
    }
}

void kr_block_add_back(const kr_structure *structure, const kr_part *block, const double *x,
                       double *scratch, double *out)
{
    double *sums = scratch;
    fill(sums, row_count(block), 0);
    if (block->rows)
        fold_listed(block, x, sums);
    else
        fold_tables(structure, block, x, (size_t *)(void *)(scratch + row_count(block)), sums);
    for (size_t t = 0; t < block->ntables; t++) {
        const kr_rate_table *table = &block->tables[t];
        for (size_t row = 0; row < table->nrows; row++, sums++)
            for (uint32_t k = table->first[row]; k < table->first[row + 1]; k++)
                out[table->rates[k]] += *sums;
    }
}

/* ---- weights ---- */

/* From the fastest choice to the slowest: what is there, times each weight of the next. */
void kr_block_weights_after(const kr_structure *structure, const kr_part *block, size_t first,
                            size_t column, double *out)
{
    size_t n = 1;
    out[0] = 1;
    for (size_t i = block->nchoices; i-- > first;) {
        const kr_choice *choice = &structure->choices[block->choices[i]];
        const double *weights = choice->weights + column * choice->nstates;
        for (size_t state = choice->nstates; state-- > 0;) /* the first, which is read, last */
            for (size_t k = 0; k < n; k++)
                out[state * n + k] = weights[state] * out[k];
        n *= choice->nstates;
    }
}

void kr_block_weights(const kr_structure *structure, const kr_part *block, size_t column,
                      double *out)
{
    kr_block_weights_after(structure, block, 0, column, out);
}

size_t kr_blocks_max_states(const kr_structure *structure)
{
    size_t most = 0;
    for (size_t p = 0; p < structure->nparts; p++) {
        const kr_part *part = &structure->parts[p];
        if (part->kind == KR_PART_BLOCK && part->nstates > most)
            most = part->nstates;
    }
    return most;
}

size_t kr_blocks_max_scratch(const kr_structure *structure)
{
    size_t most = 0;
    for (size_t p = 0; p < structure->nparts; p++) {
        const kr_part *part = &structure->parts[p];
        size_t n = part->kind == KR_PART_BLOCK ? kr_block_scratch(structure, part) : 0;
        if (n > most)
            most = n;
    }
    return most;
}
