#include "stats/group.h"

/* From x0 to x1, a part `done` of `width` on the way; at x1 where there is no width. */
static double between(double x0, double x1, double done, double width)
{
    if (done >= width)
        return x1;
    return done <= 0 ? x0 : x0 + (x1 - x0) * (done / width);
}

/* Positions (c - w / 2) of the elements next to a gap of values: the heaviest of its lower side
 * comes last there, the lightest of its upper side first. `edge` is the cumulative weight between.
 */
static double half_weight(double x0, double heaviest, double x1, double lightest, double edge,
                          double target)
{
    return between(x0, x1, target - (edge - heaviest / 2), (heaviest + lightest) / 2);
}

double kr_quantile_of_group(kr_quantile_rule rule, const kr_value_group *g, double target)
{
    double end = g->below + g->weight;
    switch (rule) {
    case KR_QUANTILE_REFERENCE: /* (below, previous) -> (below + lightest, value), then level */
        return g->has_previous ? between(g->previous, g->value, target - g->below, g->lightest)
                               : g->value;
    case KR_QUANTILE_HALF_WEIGHT:
        if (g->has_previous && target < g->below + g->lightest / 2)
            return half_weight(g->previous, g->previous_heaviest, g->value, g->lightest, g->below,
                               target);
        if (g->has_next && target > end - g->heaviest / 2)
            return half_weight(g->value, g->heaviest, g->next, g->next_lightest, end, target);
        return g->value;
    case KR_QUANTILE_MERGED: /* (below, previous) -> (below + weight, value) */
        return g->has_previous ? between(g->previous, g->value, target - g->below, g->weight)
                               : g->value;
    }
    return g->value;
}
