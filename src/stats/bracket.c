/* Brackets of quantiles, from the distribution of the rate rounded to a grid (grid.h).
 *
 * F(x) is the weight of all realizations with T <= x, G(x) that of the rounded L <= x. With least
 * <= T - L <= most for all but a small weight, counted in `slack` with all else that is not known,
 *     G(x - most) - slack <= F(x) <= G(x - least) + slack.
 *
 * In every rule a quantile lies between two elements: the first one, b, whose cumulative weight is
 * greater than the target t, and the last one before it, a, that is told apart from b (not merged
 * with it). Half-weight positions c - w / 2 move b up by half the weight of one realization at
 * most, which is added to t.
 *
 * Upper end: b <= x where F(x) > t, for which G(x - most) - slack > t is enough. Where that is
 * nowhere, b may be the greatest of all.
 *
 * Lower end: let F(y) <= t for all y < z, so that b >= z, and let y2 be a rate below z that the
 * scale, and merging, tell apart from z. Then a is not less than any element up to y2. There is one
 * in y .. y2 if P(T < y) < F(y2), for which it is enough that G just below y - least, plus slack,
 * is less than G(y2 - most) - slack. Where that is nowhere, a may be the least of all.
 *
 * Where realizations are dense the bracket is 2 (most - least) wide.
 *
 * The first grid covers all rates; each one after it those up to the upper end found so far, until
 * the step is fine enough. */
#include "stats/bracket.h"

#include "stats/group.h"
#include "stats/stairs.h"

#include <float.h>
#include <math.h>

/* Of a quantile: nothing is known that forbids to go on; a coarse grid did not help; it is narrow
 * enough, or a fine grid did not help. */
enum progress { OPEN, STUCK, DONE };

typedef struct bracket {
    const kr_quantile_spec *spec;
    const kr_bracket_limits *limits;
    kr_grid *grid;
    kr_extent extent;
    double *lower, *upper; /* rates */
    enum progress *progress;
    double blur;   /* error of the rates of cells, at most, in them and in steps */
    double coarse; /* cells from the least rate to the top, of a coarse grid */
    double cost;   /* work for such a cell, in the last grid */
} bracket;

static size_t progress_numbers(const kr_quantile_spec *spec)
{
    return (spec->nq * sizeof(enum progress) + sizeof(double) - 1) / sizeof(double);
}

/* ---- one grid ---- */

/* Make masses cumulative. */
static void add_up(kr_cells *c)
{
    kr_adder sum = {0, 0};
    for (size_t i = 0; i < c->n; i++) {
        kr_adder_add(&sum, c->mass[i]);
        c->mass[i] = kr_adder_value(&sum);
    }
}

/* The first cell whose cumulative weight is greater than x (or not less); n if none is. */
static size_t first_above(const kr_cells *c, double x, bool or_equal)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        double g = c->mass[middle];
        if (g > x || (or_equal && g == x))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static double rate_of(const kr_cells *c, size_t cell)
{
    return c->base + (double)cell * c->step;
}

static double rate_of_poe(double poe)
{
    return poe > 0 ? -log1p(-poe) : -1;
}

/* A rate so far below `rate` that its value is less, by a relative 2e-12 at least (which is more
 * than is merged) and by the rounding of the scale; negative if there is none. */
static double rate_before(kr_scale scale, double rate)
{
    const double part = 1 - 3e-12, ulps = 2 * DBL_EPSILON;
    double value = kr_scale_value(scale, rate);
    switch (scale) {
    case KR_SCALE_POE:
        return rate_of_poe(value * part);
    case KR_SCALE_POE_ROUNDED:
        return rate_of_poe(value * part - ulps);
    case KR_SCALE_RATE:
        return rate * part;
    case KR_SCALE_RATE_CLIPPED: /* above 36 the probabilities that it goes through are 1 */
        value = fmin(value, 36);
        return value * part - ulps * exp(value);
    }
    return -1;
}

/* Bounds of T - L, and of the rounding of L itself. */
static double least_of(const bracket *b, const kr_cells *c)
{
    return kr_cells_least(c) - b->blur * c->step;
}

static double most_of(const bracket *b, const kr_cells *c)
{
    return kr_cells_most(c) + b->blur * c->step;
}

static void raise_lower(const bracket *b, const kr_cells *c, double slack, size_t i)
{
    const kr_quantile_spec *spec = b->spec;
    double target = kr_quantile_target(spec->rule, spec->q[i], b->extent.weight);
    double least = least_of(b, c), most = most_of(b, c), z = c->complete;
    size_t cell = first_above(c, target - slack, false);
    if (cell < c->n)
        z = fmin(z, rate_of(c, cell) + least);
    if (c->n == 0)
        return;
    double y2 = rate_before(spec->scale, z), at = floor((y2 - most - c->base) / c->step);
    if (at < 0)
        return;
    double weight = c->mass[at < (double)c->n ? (size_t)at : c->n - 1] - slack;
    if (slack >= weight)
        return;
    cell = first_above(c, weight - slack, true);
    if (cell < c->n)
        b->lower[i] = fmax(b->lower[i], rate_of(c, cell) + least);
}

/* The weight that F must be greater than where the first element above the target is. */
static double passing(const bracket *b, size_t i)
{
    const kr_quantile_spec *spec = b->spec;
    double target = kr_quantile_target(spec->rule, spec->q[i], b->extent.weight);
    return spec->rule == KR_QUANTILE_HALF_WEIGHT ? target + b->extent.heaviest / 2 : target;
}

static void sink_upper(const bracket *b, const kr_cells *c, double slack, size_t i)
{
    size_t cell = first_above(c, passing(b, i) + slack, false);
    if (cell < c->n)
        b->upper[i] = fmin(b->upper[i], rate_of(c, cell) + most_of(b, c));
}

/* Rates on a grid, and what they tell about all quantiles. */
static void look(bracket *b, double step, double top)
{
    const kr_quantile_spec *spec = b->spec;
    kr_cells c = kr_grid_distribute(b->grid, step, top);
    b->cost = kr_grid_work(b->grid) * step / (top - b->extent.min);
    add_up(&c);
    double slack = c.lost + c.weight * (4 * KR_GRID_TAIL + c.roundings * DBL_EPSILON);
    for (size_t i = 0; i < spec->nq; i++) {
        raise_lower(b, &c, slack, i);
        sink_upper(b, &c, slack, i);
    }
}

/* ---- which grids ---- */

/* A rate that nobody looks into any more closely. */
static const double NOTHING = 1e-30;

static bool is_narrow(const bracket *b, size_t i)
{
    double low = kr_scale_value(b->spec->scale, b->lower[i]);
    double high = kr_scale_value(b->spec->scale, b->upper[i]);
    if (b->upper[i] < NOTHING)
        return true;
    return high - low <= b->spec->bracket * low;
}

static double width_of(const bracket *b, size_t i)
{
    return b->upper[i] - b->lower[i];
}

/* A step at which brackets are so wide where rates are dense: proportion, some times over. */
static double step_for(const bracket *b, double width, double top)
{
    double step = width / 8, scale = 1;
    for (int i = 0; i < 5; i++) {
        kr_cells c = kr_grid_measure(b->grid, step, top);
        scale = width / (2 * (kr_cells_most(&c) - kr_cells_least(&c) + step));
        step *= scale;
    }
    return scale < 1 ? step * scale : step;
}

/* The open quantile with the greatest upper end; nq if there is none. */
static size_t next_open(const bracket *b)
{
    size_t next = b->spec->nq;
    for (size_t i = 0; i < b->spec->nq; i++) {
        if (b->progress[i] != DONE && is_narrow(b, i))
            b->progress[i] = DONE;
        if (b->progress[i] != DONE && (next == b->spec->nq || b->upper[i] > b->upper[next]))
            next = i;
    }
    return next;
}

/* The narrowest width wanted of quantile i and of others that are not much less: they share a grid.
 */
static double wanted_width(const bracket *b, size_t i)
{
    double rate = b->lower[i];
    for (size_t k = 0; k < b->spec->nq; k++)
        if (b->progress[k] != DONE && b->lower[k] >= b->lower[i] / 2)
            rate = fmin(rate, b->lower[k]);
    return 0.9 * b->spec->bracket * rate;
}

/* One more grid for the quantile i: a coarse one while hardly anything is known of it and that
 * helps, then one that is fine enough, or as fine as the limits allow. */
static void refine(bracket *b, size_t i)
{
    double top = b->upper[i] * (1 + b->blur), range = top - b->extent.min;
    double before = width_of(b, i), step = range / b->coarse;
    bool coarse = b->upper[i] > 1.5 * b->lower[i] && b->progress[i] == OPEN;
    if (!coarse) {
        double cells = fmin((double)b->limits->cells - 8, b->limits->work / fmax(b->cost, DBL_MIN));
        step = range / fmax(cells, 32);
        if (b->lower[i] > 0)
            step = fmax(step, step_for(b, wanted_width(b, i), top));
    }
    look(b, step, top);
    if (width_of(b, i) > 0.7 * before)
        b->progress[i] = coarse ? STUCK : DONE;
}

void kr_bracket_quantiles_within(const kr_point *point, const kr_quantile_spec *spec,
                                 const kr_bracket_limits *limits, double *scratch, double *lower,
                                 double *upper)
{
    size_t parts = kr_grid_parts(point->structure), i;
    bracket b = {.spec = spec, .limits = limits, .lower = lower, .upper = upper};
    b.progress = (enum progress *)(void *)scratch;
    b.grid = kr_grid_make(point, limits->cells, scratch + progress_numbers(spec));
    b.extent = kr_grid_extent(b.grid);
    b.blur = (64 + 8 * (double)parts) * DBL_EPSILON;
    b.coarse = fmin((double)limits->cells - 8, fmax(1024, 32 * (double)parts));
    for (i = 0; i < spec->nq; i++) {
        lower[i] = b.extent.min;
        bool is_least = b.extent.of_min * (1 - b.blur) > passing(&b, i);
        upper[i] = is_least ? b.extent.min : b.extent.max;
        b.progress[i] = b.extent.weight > 0 ? OPEN : DONE;
    }
    if (next_open(&b) < spec->nq)
        look(&b, (b.extent.max - b.extent.min) / b.coarse, b.extent.max * (1 + b.blur));
    while ((i = next_open(&b)) < spec->nq)
        refine(&b, i);
    for (i = 0; i < spec->nq; i++) { /* and the rounding of an interpolation */
        double low = kr_scale_value(spec->scale, lower[i] * (1 - b.blur));
        double high = kr_scale_value(spec->scale, upper[i] * (1 + b.blur));
        lower[i] = low * (1 - 4 * DBL_EPSILON);
        upper[i] = high * (1 + 4 * DBL_EPSILON);
    }
}

kr_bracket_limits kr_bracket_limits_of(const kr_structure *structure, const kr_quantile_spec *spec)
{
    double parts = (double)kr_grid_parts(structure);
    double steps = fmin(parts, 6 + 6 * sqrt(parts)); /* that rounding takes away, or less */
    double cells = 3 * (1 + steps) / fmax(spec->bracket, 1e-9);
    return (kr_bracket_limits){(size_t)fmin(fmax(cells, 1 << 13), 1 << 20), 3e9};
}

size_t kr_bracket_scratch_within(const kr_structure *structure, const kr_quantile_spec *spec,
                                 const kr_bracket_limits *limits)
{
    return progress_numbers(spec) + kr_grid_scratch(structure, limits->cells);
}

size_t kr_bracket_scratch(const kr_structure *structure, const kr_quantile_spec *spec)
{
    kr_bracket_limits limits = kr_bracket_limits_of(structure, spec);
    return kr_bracket_scratch_within(structure, spec, &limits);
}

void kr_bracket_quantiles(const kr_structure *structure, const kr_quantile_spec *spec,
                          const double *rates, size_t column, double *scratch, double *lower,
                          double *upper)
{
    kr_point point = {structure, rates, column};
    kr_bracket_limits limits = kr_bracket_limits_of(structure, spec);
    kr_bracket_quantiles_within(&point, spec, &limits, scratch, lower, upper);
}
