/* Derivatives of quantiles with respect to weights.
 *
 * A quantile lies between two values x0 and x1 at positions in the cumulative weight, which are
 * sums of weights of realizations: of all up to one of them, of single ones. Each such sum is, in
 * a pair of halves, sum_i sum_j c_ij u_i v_j with the weights u, v of the combinations of each
 * half; its derivative through u_i is sum_j c_ij v_j, which a staircase gives for all i, and the
 * half hands it on to the weights of its states. */
#include "stats/block.h"
#include "stats/group.h"
#include "stats/halves.h"
#include "stats/shares.h"
#include "stats/stairs.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct lists {
    kr_listed_tree tree;
    kr_halves_plan plan;
    double *weight; /* of each pair: the fixed states' and the scale */
    double total;   /* weight of all */
    size_t *first;  /* state of each choice */
    size_t nstates;
    double *f; /* as many as a half has combinations */
} lists;

/* One realization: a combination of each half of a pair. */
typedef struct element {
    size_t pair;
    uint32_t x, y;
    double weight;
} element;

/* The quantile as a sum of weights: its derivative is that of
 * edge * (weight of rates < at) + within * (weight of low <= rates <= high) + all * (weight of all)
 * + sum single[k] * (weight of element[k]). */
typedef struct recipe {
    double quantile;
    double at, low, high;
    double edge, within, all, single[2];
    element element[2];
} recipe;

/* How many values of y, n at most, have a sum with x below t. The walk of a staircase: with a
 * greater x there are fewer. */
static size_t count_below(const kr_half *y, size_t n, double x, double t)
{
    while (n > 0 && x + y->x[n - 1] >= t)
        n--;
    return n;
}

static double value_weight(const kr_half *h, size_t k)
{
    return h->before[k + 1] - h->before[k];
}

static double weight_below(const lists *l, double t)
{
    double total = 0;
    for (size_t p = 0; p < l->plan.n; p++) {
        const kr_half *x = &l->plan.pairs[p].x, *y = &l->plan.pairs[p].y;
        double sum = 0;
        for (size_t i = 0, n = y->nvalues; i < x->nvalues; i++) {
            n = count_below(y, n, x->x[i], t);
            sum += value_weight(x, i) * y->before[n];
        }
        total += l->weight[p] * sum;
    }
    return total;
}

/* The greatest rate below t; -infinity if there is none. */
static double previous_rate(const lists *l, double t)
{
    double most = -INFINITY;
    for (size_t p = 0; p < l->plan.n; p++) {
        const kr_half *x = &l->plan.pairs[p].x, *y = &l->plan.pairs[p].y;
        for (size_t i = 0, n = y->nvalues; i < x->nvalues; i++) {
            n = count_below(y, n, x->x[i], t);
            if (n > 0)
                most = fmax(most, x->x[i] + y->x[n - 1]);
        }
    }
    return most;
}

/* The smallest rate that is t or more; infinity if there is none. */
static double next_rate(const lists *l, double t)
{
    double least = INFINITY;
    for (size_t p = 0; p < l->plan.n; p++) {
        const kr_half *x = &l->plan.pairs[p].x, *y = &l->plan.pairs[p].y;
        for (size_t i = 0, n = y->nvalues; i < x->nvalues; i++) {
            n = count_below(y, n, x->x[i], t);
            if (n < y->nvalues)
                least = fmin(least, x->x[i] + y->x[n]);
        }
    }
    return least;
}

/* The realization with the least, or the greatest, weight of those with low <= rate <= high. */
static element extreme(const lists *l, double low, double high, bool greatest)
{
    element out = {.weight = greatest ? -1 : INFINITY};
    for (size_t p = 0; p < l->plan.n; p++) {
        const kr_half *x = &l->plan.pairs[p].x, *y = &l->plan.pairs[p].y;
        const uint32_t *of_x = greatest ? x->heaviest : x->lightest;
        const uint32_t *of_y = greatest ? y->heaviest : y->lightest;
        size_t from = y->nvalues, to = y->nvalues;
        for (size_t i = 0; i < x->nvalues; i++) {
            from = count_below(y, from, x->x[i], low);
            to = count_below(y, to, x->x[i], kr_above(high));
            for (size_t k = from; k < to; k++) {
                double w = l->weight[p] * x->weight[of_x[i]] * y->weight[of_y[k]];
                if (greatest ? w > out.weight : w < out.weight)
                    out = (element){p, of_x[i], of_y[k], w};
            }
        }
    }
    return out;
}

/* ---- the place of a quantile ---- */

/* The smallest rate, `most` at most, up to which the weight is greater than the target: that of a
 * realization. Rates are in the order of their bits. */
static double rate_at(const lists *l, double target, double most)
{
    uint64_t low = 0, high = kr_bits_of(most);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (weight_below(l, kr_above(kr_of_bits(middle))) > target)
            high = middle;
        else
            low = middle + 1;
    }
    return kr_of_bits(high);
}

/* On the way from x0 to x1, `done` of `width`: both are sums of weights. Where that is, and what it
 * moves by with each; nothing at an end. */
typedef struct slopes {
    double done, width;
} slopes;

static slopes between(double x0, double x1, double done, double width, double *place)
{
    *place = done >= width ? x1 : x0;
    if (done >= width || done <= 0)
        return (slopes){0, 0};
    *place = x0 + (x1 - x0) * (done / width);
    return (slopes){(x1 - x0) / width, -(x1 - x0) / width * (done / width)};
}

/* Interpolation over the cumulative weight: from below to below + the lightest, or all. */
static void reference_recipe(const lists *l, kr_quantile_rule rule, double done, double x0,
                             double x1, recipe *r)
{
    if (rule == KR_QUANTILE_MERGED) {
        double below = weight_below(l, r->low), end = weight_below(l, kr_above(r->high));
        slopes d = between(x0, x1, done, end - below, &r->quantile);
        r->edge = -d.done;
        r->within = d.width;
        return;
    }
    r->element[0] = extreme(l, r->low, r->high, false);
    slopes d = between(x0, x1, done, r->element[0].weight, &r->quantile);
    r->edge = -d.done;
    r->single[0] = d.width;
}

/* Between the heaviest of one value's realizations and the lightest of the next value's: positions
 * in the middle of their weights. */
static void half_weight_recipe(double q, double target, double edge, double x0, double x1,
                               recipe *r)
{
    double w0 = r->element[0].weight, w1 = r->element[1].weight;
    slopes d = between(x0, x1, target - (edge - w0 / 2), (w0 + w1) / 2, &r->quantile);
    r->all = d.done * q;
    r->edge = -d.done;
    r->single[0] = (d.done + d.width) / 2;
    r->single[1] = d.width / 2;
}

static void find_half_weight(const lists *l, kr_scale scale, double q, double target, recipe *r)
{
    double previous = previous_rate(l, r->low), next = next_rate(l, kr_above(r->high));
    double value = kr_scale_value(scale, r->low);
    double below = weight_below(l, r->low), end = weight_below(l, kr_above(r->high));
    element lightest = extreme(l, r->low, r->high, false);
    element heaviest = extreme(l, r->low, r->high, true);
    if (previous >= 0 && target < below + lightest.weight / 2) {
        double x0 = kr_scale_value(scale, previous);
        r->at = r->low;
        r->element[0] = extreme(l, kr_scale_first_rate(scale, previous, x0),
                                kr_scale_last_rate(scale, previous, x0), true);
        r->element[1] = lightest;
        half_weight_recipe(q, target, below, x0, value, r);
    } else if (next < INFINITY && target > end - heaviest.weight / 2) {
        double x1 = kr_scale_value(scale, next);
        r->at = kr_above(r->high);
        r->element[0] = heaviest;
        r->element[1] = extreme(l, kr_scale_first_rate(scale, next, x1),
                                kr_scale_last_rate(scale, next, x1), false);
        half_weight_recipe(q, target, end, value, x1, r);
    }
}

static recipe find_recipe(const lists *l, const kr_quantile_spec *spec, double q)
{
    double target = kr_quantile_target(spec->rule, q, l->total);
    double rate = rate_at(l, target, previous_rate(l, INFINITY));
    double value = kr_scale_value(spec->scale, rate);
    double within = spec->rule == KR_QUANTILE_MERGED ? KR_MERGED_WITHIN * value : 0;
    recipe r = {.quantile = value,
                .low = kr_scale_first_rate(spec->scale, rate, value - within),
                .high = kr_scale_last_rate(spec->scale, rate, value + within)};
    if (spec->rule == KR_QUANTILE_HALF_WEIGHT) {
        find_half_weight(l, spec->scale, q, target, &r);
        return r;
    }
    double previous = previous_rate(l, r.low);
    r.at = r.low;
    if (previous >= 0)
        reference_recipe(l, spec->rule, target - weight_below(l, r.low),
                         kr_scale_value(spec->scale, previous), value, &r);
    return r;
}

/* ---- derivatives of the recipe ---- */

/* f of the combinations of x: the recipe's sums over those of y. */
static void fill(const recipe *r, const kr_half *x, const kr_half *y, double *f, double *by_value)
{
    size_t at = y->nvalues, low = y->nvalues, high = y->nvalues;
    for (size_t i = 0; i < x->nvalues; i++) {
        at = count_below(y, at, x->x[i], r->at);
        low = count_below(y, low, x->x[i], r->low);
        high = count_below(y, high, x->x[i], kr_above(r->high));
        by_value[i] = r->edge * y->before[at] + r->all * y->before[y->nvalues] +
                      r->within * (y->before[high] - y->before[low]);
    }
    for (size_t k = 0; k < x->n; k++)
        f[k] = by_value[x->rank[k]];
}

/* The weights of fixed states, without one of them. */
static double fixed_weight(const lists *l, const kr_fixed *fixed, const kr_fixed *but)
{
    double product = l->tree.structure->scale;
    for (; fixed; fixed = fixed->before) {
        const kr_choice *choice = &l->tree.structure->choices[fixed->choice];
        if (fixed != but)
            product *= choice->weights[l->tree.column * choice->nstates + fixed->state];
    }
    return product;
}

static kr_status derive_half(lists *l, const recipe *r, size_t p, bool second, double *out)
{
    const kr_halves *pair = &l->plan.pairs[p];
    const kr_half *x = second ? &pair->y : &pair->x, *y = second ? &pair->x : &pair->y;
    double *f = l->f, sum = 0;
    fill(r, x, y, f, f + x->n);
    for (size_t k = 0; k < 2; k++) {
        const element *e = &r->element[k];
        if (r->single[k] != 0 && e->pair == p)
            f[second ? e->y : e->x] += r->single[k] * y->weight[second ? e->x : e->y];
    }
    for (size_t k = 0; k < x->n; k++) {
        sum += f[k] * x->weight[k];
        f[k] *= l->weight[p];
    }
    for (const kr_fixed *fixed = pair->fixed; fixed && !second; fixed = fixed->before)
        out[l->first[fixed->choice] + fixed->state] += sum * fixed_weight(l, pair->fixed, fixed);
    return kr_half_derive(&l->tree, x, f, l->first, out);
}

/* ---- all together ---- */

static kr_status make_lists(kr_arena *arena, double mix_from, lists *l)
{
    kr_status s = KR_OK;
    const kr_structure *structure = l->tree.structure;
    kr_ctx *ctx = l->tree.ctx;
    size_t most = 0;
    KR_TRY(kr_halves_plan_make(ctx, arena, structure, mix_from, &l->plan));
    KR_NEW(l->tree.block, ctx, KR_ACCOUNT_STATS, kr_blocks_max_scratch(structure));
    KR_NEW(l->weight, ctx, KR_ACCOUNT_STATS, l->plan.n);
    KR_NEW(l->first, ctx, KR_ACCOUNT_STATS, structure->nchoices);
    for (size_t c = 0; c < structure->nchoices; c++)
        l->first[c] = kr_shares_first_state(structure, c);
    l->nstates = kr_shares_first_state(structure, structure->nchoices);
    for (size_t p = 0; p < l->plan.n; p++) {
        kr_halves *pair = &l->plan.pairs[p];
        KR_TRY(kr_half_list(&l->tree, pair->x_parts, pair->nx, &pair->x));
        KR_TRY(kr_half_list(&l->tree, pair->y_parts, pair->ny, &pair->y));
        l->weight[p] = fixed_weight(l, pair->fixed, NULL);
        most = pair->x.n > most ? pair->x.n : most;
        most = pair->y.n > most ? pair->y.n : most;
    }
    KR_NEW(l->f, ctx, KR_ACCOUNT_STATS, 2 * most);
    l->total = weight_below(l, INFINITY);
out:
    return s;
}

static void clear_lists(lists *l)
{
    kr_halves_plan_clear(&l->plan);
    kr_free(l->tree.block);
    kr_free(l->weight);
    kr_free(l->first);
    kr_free(l->f);
}

kr_status kr_halves_quantile_derivative(kr_ctx *ctx, const kr_structure *structure,
                                        const kr_quantile_spec *spec, const double *rates,
                                        size_t column, double mix_from, double *value, double *out)
{
    kr_status s = KR_OK;
    kr_arena arena;
    lists l = {.tree = {.ctx = ctx, .structure = structure, .rates = rates, .column = column}};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_STATS);
    KR_TRY(make_lists(&arena, mix_from, &l));
    memset(out, 0, spec->nq * l.nstates * sizeof *out);
    memset(value, 0, spec->nq * sizeof *value);
    for (size_t k = 0; k < spec->nq; k++) {
        double *d = out + k * l.nstates;
        const recipe r = find_recipe(&l, spec, spec->q[k]);
        value[k] = r.quantile;
        for (size_t p = 0; p < l.plan.n; p++) {
            KR_TRY(derive_half(&l, &r, p, false, d));
            KR_TRY(derive_half(&l, &r, p, true, d));
        }
        kr_shares_keep_sums(structure, column, d);
    }
out:
    clear_lists(&l);
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_shares_quantile_derivative(kr_ctx *ctx, const kr_structure *structure,
                                        const kr_quantile_spec *spec, const double *rates,
                                        size_t column, double *value, double *out)
{
    return kr_halves_quantile_derivative(ctx, structure, spec, rates, column, KR_HALVES_MIX_FROM,
                                         value, out);
}

kr_status kr_shares_quantile_check(kr_ctx *ctx, const kr_structure *structure)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_halves_plan plan = {0};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_STATS);
    KR_TRY(kr_halves_plan_make(ctx, &arena, structure, KR_HALVES_MIX_FROM, &plan));
out:
    kr_halves_plan_clear(&plan);
    kr_arena_clear(&arena);
    return s;
}
