#include "stats/grid.h"

#include "stats/block.h"
#include "stats/convolve.h"
#include "stats/round.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct kr_grid {
    kr_point point;
    kr_extent *extents; /* of parts */
    size_t most;        /* cells of an array */
    double step, top;
    bool measures; /* without masses */
    double trim;   /* share of the weight that may be lost at either end at a time */
    double work;
    double *mass, *spare;  /* cells */
    double *arrays;        /* those free; two for each mix that is open */
    double *room;          /* for listing */
    double *rate, *weight; /* of the states of a part */
    kr_rounded rounded;
};

/* ---- parts ---- */

/* Parts that are listed as they are: blocks, and small ones of other kinds. */
static bool is_leaf(const kr_part *p)
{
    return p->kind == KR_PART_BLOCK || p->states <= KR_ROUND_SMALL;
}

static size_t path_of(const kr_structure *s, size_t part)
{
    const kr_part *p = &s->parts[part];
    size_t sum = 0, longest = 0;
    if (is_leaf(p))
        return 1;
    for (size_t i = 0; i < p->nchildren; i++) {
        size_t n = path_of(s, p->children[i]);
        sum += n;
        longest = n > longest ? n : longest;
    }
    return p->kind == KR_PART_SUM ? sum : longest + 1; /* a mix rounds once more */
}

size_t kr_grid_parts(const kr_structure *structure)
{
    return path_of(structure, structure->nparts - 1);
}

/* Mixes within one another. */
static size_t depth_of(const kr_structure *s, size_t part)
{
    const kr_part *p = &s->parts[part];
    size_t deepest = 0;
    if (is_leaf(p))
        return 0;
    for (size_t i = 0; i < p->nchildren; i++) {
        size_t n = depth_of(s, p->children[i]);
        deepest = n > deepest ? n : deepest;
    }
    return deepest + (p->kind == KR_PART_MIX);
}

/* Of what is left of a sum without some children; not less by rounding. */
static double without(double sum, double part)
{
    double left = sum - part;
    return left > 0 ? left : 0;
}

/* ---- cells ---- */

/* Rates from here on are in no cell. */
static void cut(kr_cells *c, double rate)
{
    c->complete = rate < c->complete ? rate : c->complete;
}

static void empty(kr_cells *c)
{
    c->n = 0;
    c->weight = c->lost = 0;
}

/* Leave away the improbable ends. */
static void trim(const kr_grid *g, kr_cells *c)
{
    double most = g->trim * c->weight, low = 0, high = 0;
    size_t first = 0;
    while (c->n > 0 && high + c->mass[c->n - 1] <= most)
        high += c->mass[--c->n];
    while (first < c->n && low + c->mass[first] <= most)
        low += c->mass[first++];
    if (first > 0) {
        c->n -= first;
        c->base += (double)first * c->step;
        memmove(c->mass, c->mass + first, c->n * sizeof *c->mass);
    }
    c->lost += low + high;
}

/* Cells from base on that may belong to rates up to the top, `rest` being added at least. */
static size_t cells_to_top(const kr_grid *g, const kr_cells *c, double rest)
{
    double n = floor((g->top - rest - c->base) / c->step) + 1;
    return n < 1 ? 0 : n < (double)g->most ? (size_t)n : g->most;
}

static void add_taps(kr_grid *g, kr_cells *c, double rest)
{
    const kr_taps *taps = &g->rounded.taps;
    if (taps->n == 0 || c->n == 0) {
        c->n = 0;
        return;
    }
    size_t full = c->n + taps->shift[taps->n - 1], room = cells_to_top(g, c, rest);
    size_t n = full < room ? full : room;
    if (n < full)
        cut(c, c->base + (double)n * c->step + rest);
    kr_convolve(c->mass, c->n, taps, g->spare, n);
    g->work += (double)(c->n < n ? c->n : n) * (double)taps->n;
    double *swap = c->mass;
    c->mass = g->spare;
    g->spare = swap;
    c->n = n;
    c->roundings += (double)taps->n + 2;
    trim(g, c);
}

/* Round the states of a part, and add them to all that the cells have. `rest`: the least rate of
 * what is added later. */
static void add_leaf(kr_grid *g, size_t part, double rest, kr_cells *c)
{
    const kr_extent *e = &g->extents[part];
    kr_rounding how = {.step = c->step, .most = (double)g->most, .top = g->top - rest - c->base};
    if (e->weight == 0) {
        empty(c);
        return;
    }
    size_t n = (size_t)g->point.structure->parts[part].states;
    if (n > KR_ROUND_SMALL && g->measures) {
        kr_round_guess(&how, e->max - e->min, &g->rounded);
    } else {
        kr_states_list(&g->point, part, g->room, g->rate, g->weight);
        kr_round_states(&how, g->rate, g->weight, n, g->spare, &g->rounded);
    }
    const kr_rounded *r = &g->rounded;
    cut(c, c->base + r->left_away + rest);
    c->base += r->base;
    c->spread += r->spread;
    for (size_t k = 0; k < KR_GRID_TILTS; k++) {
        c->up[k] += r->up[k];
        c->down[k] += r->down[k];
    }
    c->weight *= e->weight;
    c->lost *= e->weight;
    if (!g->measures)
        add_taps(g, c, rest);
}

static void add_part(kr_grid *g, size_t part, double rest, kr_cells *c);

/* The child with most states comes first: the more cells there are, the more each state costs. */
static void add_sum(kr_grid *g, const kr_part *sum, double rest, kr_cells *c)
{
    const kr_structure *s = g->point.structure;
    size_t first = 0;
    double left = rest, most = 0;
    for (size_t i = 0; i < sum->nchildren; i++) {
        const kr_part *child = &s->parts[sum->children[i]];
        left += g->extents[sum->children[i]].min;
        if (is_leaf(child) && child->states > most) {
            most = child->states;
            first = i;
        }
    }
    for (size_t i = 0; i < sum->nchildren; i++) {
        size_t child = sum->children[i == 0 ? first : i <= first ? i - 1 : i];
        left = i + 1 == sum->nchildren ? rest : without(left, g->extents[child].min);
        add_part(g, child, left, c);
    }
}

/* ---- mixes ---- */

/* Make the cells start a whole number of steps lower, at `base` or below it; those that there is no
 * room for are cut. */
static void start_lower(const kr_grid *g, kr_cells *c, double base, double rest)
{
    double k = ceil((c->base - base) / c->step);
    k += c->base - k * c->step > base;
    if (k >= (double)g->most) {
        cut(c, c->base + rest);
        c->base = base;
        c->n = 0;
        return;
    }
    size_t up = (size_t)k, n = c->n + up < g->most ? c->n : g->most - up;
    c->base -= k * c->step;
    if (n < c->n)
        cut(c, c->base + (double)g->most * c->step + rest);
    memmove(c->mass + up, c->mass, n * sizeof *c->mass);
    memset(c->mass, 0, up * sizeof *c->mass);
    c->n = n > 0 ? up + n : 0;
}

/* Rounding took `more` away from all of them. */
static void lower(kr_cells *c, double more)
{
    c->spread += more;
    for (size_t k = 0; k < KR_GRID_TILTS; k++) {
        double tilt = kr_round_tilt(k, c->step);
        c->up[k] += tilt * more;
        c->down[k] -= tilt * more;
    }
}

/* Add the masses of the cells c, which start at the same place or above, times w. */
static void add_masses(const kr_grid *g, kr_cells *sum, const kr_cells *c, double w, double at,
                       double rest)
{
    if (at + (double)c->n > (double)g->most)
        cut(sum, sum->base + fmax(at, (double)g->most) * sum->step + rest);
    if (at >= (double)g->most || c->n == 0)
        return;
    size_t shift = (size_t)at, n = c->n + shift < g->most ? c->n : g->most - shift;
    if (sum->n < shift + n) {
        memset(sum->mass + sum->n, 0, (shift + n - sum->n) * sizeof *sum->mass);
        sum->n = shift + n;
    }
    for (size_t i = 0; i < n; i++)
        sum->mass[shift + i] += w * c->mass[i];
}

/* Mix cells with the weight w into the sum, on the grid of the sum. */
static void mix_in(const kr_grid *g, kr_cells *sum, kr_cells *c, double w, double rest)
{
    double step = c->step;
    if (sum->n == 0 && sum->weight == 0) { /* the first */
        double *mass = sum->mass;
        *sum = *c;
        sum->mass = mass;
        sum->n = 0;
        sum->weight = sum->lost = 0;
    }
    if (c->n > 0 && c->base < sum->base)
        start_lower(g, sum, c->base, rest);
    double at = fmax(0, floor((c->base - sum->base) / step));
    at -= at > 0 && c->base < sum->base + at * step;
    lower(c, fmax(0, c->base - (sum->base + at * step)));
    add_masses(g, sum, c, w, at, rest);
    cut(sum, c->complete);
    sum->weight += w * c->weight;
    sum->lost += w * c->lost;
    sum->roundings = fmax(sum->roundings, c->roundings);
    sum->spread = fmax(sum->spread, c->spread);
    for (size_t k = 0; k < KR_GRID_TILTS; k++) {
        sum->up[k] = fmax(sum->up[k], c->up[k]);
        sum->down[k] = fmax(sum->down[k], c->down[k]);
    }
}

static void add_mix(kr_grid *g, const kr_part *mix, double rest, kr_cells *c)
{
    kr_cells before = *c, sum = {.mass = g->arrays};
    double *kept = g->arrays + g->most;
    g->arrays += 2 * g->most;
    memcpy(kept, c->mass, c->n * sizeof *kept);
    for (size_t i = 0; i < mix->nchildren; i++) {
        double w = kr_mix_weight(&g->point, mix, i), *mass = c->mass;
        if (w == 0)
            continue;
        *c = before;
        c->mass = mass;
        memcpy(c->mass, kept, c->n * sizeof *kept);
        add_part(g, mix->children[i], rest, c);
        mix_in(g, &sum, c, w, rest);
    }
    double *mass = c->mass;
    if (sum.weight > 0)
        *c = sum;
    else
        empty(c);
    c->mass = mass;
    memcpy(c->mass, sum.mass, c->n * sizeof *c->mass);
    c->roundings += 2 * (double)mix->nchildren;
    g->arrays -= 2 * g->most;
}

static void add_part(kr_grid *g, size_t part, double rest, kr_cells *c)
{
    const kr_part *p = &g->point.structure->parts[part];
    if (is_leaf(p))
        add_leaf(g, part, rest, c);
    else if (p->kind == KR_PART_SUM)
        add_sum(g, p, rest, c);
    else
        add_mix(g, p, rest, c);
}

/* ---- grids ---- */

static kr_cells distribute(kr_grid *g, double step, double top, bool measures)
{
    const kr_structure *s = g->point.structure;
    g->step = step;
    g->top = top;
    g->measures = measures;
    g->work = 0;
    kr_cells c = {.mass = g->mass, .n = measures ? 0 : 1, .step = step};
    c.weight = s->scale;
    c.complete = INFINITY;
    c.mass[0] = s->scale;
    add_part(g, s->nparts - 1, 0, &c);
    g->mass = c.mass;
    c.complete *= 1 - 1e-12; /* rests were found by subtraction */
    return c;
}

kr_cells kr_grid_distribute(kr_grid *grid, double step, double top)
{
    return distribute(grid, step, top, false);
}

kr_cells kr_grid_measure(kr_grid *grid, double step, double top)
{
    return distribute(grid, step, top, true);
}

double kr_grid_work(const kr_grid *grid)
{
    return grid->work;
}

kr_extent kr_grid_extent(const kr_grid *grid)
{
    const kr_structure *s = grid->point.structure;
    kr_extent e = grid->extents[s->nparts - 1];
    e.weight *= s->scale;
    e.heaviest *= s->scale;
    e.of_min *= s->scale;
    return e;
}

double kr_cells_most(const kr_cells *cells)
{
    double most = cells->spread, beyond = log(1 / KR_GRID_TAIL);
    for (size_t k = 0; k < KR_GRID_TILTS; k++)
        most = fmin(most, (cells->up[k] + beyond) / kr_round_tilt(k, cells->step));
    return fmax(most, 0);
}

double kr_cells_least(const kr_cells *cells)
{
    double least = 0, beyond = log(1 / KR_GRID_TAIL);
    for (size_t k = 0; k < KR_GRID_TILTS; k++)
        least = fmax(least, -(cells->down[k] + beyond) / kr_round_tilt(k, cells->step));
    return least;
}

/* ---- scratch ---- */

/* The most states, and the most scratch to list them, of parts that are listed. */
static void leaf_sizes(const kr_structure *s, size_t *states, size_t *scratch)
{
    *states = *scratch = 0;
    for (size_t i = 0; i < s->nparts; i++) {
        const kr_part *p = &s->parts[i];
        if (!is_leaf(p))
            continue;
        size_t n = (size_t)p->states, own = kr_states_scratch(s, i);
        *states = n > *states ? n : *states;
        *scratch = own > *scratch ? own : *scratch;
    }
}

static void *take(double *scratch, size_t *at, size_t n, size_t size)
{
    double *p = scratch ? scratch + *at : NULL;
    *at += (n * size + sizeof(double) - 1) / sizeof(double);
    return p;
}

static size_t lay_out(const kr_structure *s, size_t most, double *scratch, kr_grid **out)
{
    kr_grid sizes, *g;
    size_t at = 0, states, room, extents = kr_extents_scratch(s);
    leaf_sizes(s, &states, &room);
    g = take(scratch, &at, 1, sizeof *g);
    *out = g;
    if (!g)
        g = &sizes;
    *g = (kr_grid){.most = most};
    g->extents = take(scratch, &at, s->nparts, sizeof *g->extents);
    g->mass = take(scratch, &at, most, sizeof(double));
    g->spare = take(scratch, &at, most, sizeof(double));
    g->arrays = take(scratch, &at, 2 * most * depth_of(s, s->nparts - 1), sizeof(double));
    g->rate = take(scratch, &at, states, sizeof(double));
    g->weight = take(scratch, &at, states, sizeof(double));
    g->rounded.mass = take(scratch, &at, states, sizeof(double));
    g->rounded.shift = take(scratch, &at, states, sizeof(uint32_t));
    g->room = take(scratch, &at, room > extents ? room : extents, sizeof(double));
    return at;
}

size_t kr_grid_scratch(const kr_structure *structure, size_t most)
{
    kr_grid *none;
    return lay_out(structure, most, NULL, &none);
}

kr_grid *kr_grid_make(const kr_point *point, size_t most, double *scratch)
{
    kr_grid *g;
    lay_out(point->structure, most, scratch, &g);
    g->point = *point;
    g->trim = KR_GRID_LOST / 2 / (double)kr_grid_parts(point->structure);
    kr_extents_find(point, g->room, g->extents);
    return g;
}
