/* All realizations of a small tree, and statistics by definition. */
#include "stats/witness_int.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Rates that differ by less than this are equal but for the order in which they were added up. */
static const double SAME = 1e-12;

/* Sums of the rates of a path's components under each model. */
static void sum_path(kr_witness *w, const kr_site_rates *rates, size_t level, size_t path)
{
    const kr_tree *tree = w->tree;
    size_t n = kr_tree_path_components(tree, path, w->branches, w->components);
    for (int i = 0; i < 2; i++)
        memset(w->sums[i], 0, tree->ngsims * sizeof *w->sums[i]);
    for (size_t i = 0; i < n; i++) {
        const kr_component *c = &tree->components[w->components[i]];
        for (size_t k = 0; k < c->ngsims; k++) {
            double rate = rates->rates[(c->first_rate + k) * rates->stride + level];
            w->sums[0][c->gsims[k]] += rate;
            w->sums[1][c->gsims[k]] += kr_rate_kept(rate);
        }
    }
}

static void list_all(kr_witness *w, const kr_site_rates *rates, size_t level)
{
    const kr_tree *tree = w->tree;
    size_t column = kr_witness_column(w, level), path = KR_UNNUMBERED;
    for (size_t r = 0; r < tree->nrlzs; r++) {
        kr_realization rlz;
        kr_tree_realization(tree, r, w->gsims, &rlz);
        if (rlz.path != path)
            sum_path(w, rates, level, rlz.path);
        path = rlz.path;
        w->weight[r] = kr_tree_weight(tree, r, column);
        for (int i = 0; i < 2; i++) {
            w->rate[i][r] = 0;
            for (size_t t = 0; t < tree->ntrts; t++)
                w->rate[i][r] += w->sums[i][rlz.gsims[t]];
        }
    }
}

/* ------------------------------------------------------------------ moments */

/* Of rates or probabilities of all realizations. */
typedef struct plain {
    double total, mean, std, min, max;
} plain;

static plain plain_moments(const kr_witness *w, const double *rate)
{
    size_t n = w->tree->nrlzs;
    bool rates = w->spec.use_rates;
    plain m = {.min = INFINITY, .max = -INFINITY};
    kr_adder weight = {0, 0}, sum = {0, 0}, none = {0, 0}, squares = {0, 0};
    for (size_t r = 0; r < n; r++) {
        double x = rates ? rate[r] : -expm1(-rate[r]);
        kr_adder_add(&weight, w->weight[r]);
        kr_adder_add(&sum, w->weight[r] * x);
        kr_adder_add(&none, w->weight[r] * exp(-rate[r]));
        m.min = fmin(m.min, x);
        m.max = fmax(m.max, x);
    }
    m.total = kr_adder_value(&weight);
    if (!(m.total > 0))
        return m;
    m.mean = kr_adder_value(&sum) / m.total;
    double pne = kr_adder_value(&none) / m.total;
    bool near_one = !rates && m.mean > 0.5; /* deviations of what is small keep their digits */
    for (size_t r = 0; r < n; r++) {
        double x = rates ? rate[r] : -expm1(-rate[r]);
        double d = near_one ? exp(-rate[r]) - pne : x - m.mean;
        kr_adder_add(&squares, w->weight[r] * d * d);
    }
    m.std = sqrt(kr_adder_value(&squares) / m.total) * (w->spec.exact ? 1 : sqrt(m.total));
    return m;
}

static void hold_moments(kr_witness *w, const float *stored, kr_testimony *t)
{
    const kr_statistics_spec *spec = &w->spec;
    size_t levels = spec->nimts * spec->nlevels;
    plain all = plain_moments(w, w->rate[0]);
    plain spread = spec->exact ? all : plain_moments(w, w->rate[1]);
    for (size_t i = 0; i < spec->nstats; i++) {
        const kr_stat *stat = &spec->stats[i];
        double value = (double)stored[i * levels], x = all.mean, slack = 0;
        if (stat->kind == KR_STAT_QUANTILE)
            continue;
        if (stat->kind == KR_STAT_MIN || stat->kind == KR_STAT_MAX)
            x = stat->kind == KR_STAT_MIN ? all.min : all.max;
        if (stat->kind == KR_STAT_STD) { /* differences of equal numbers have no digits */
            x = spread.std;
            slack = 1e-13 * spread.max;
        }
        if (stat->kind == KR_STAT_COV) {
            x = spread.mean > 0 ? spread.std / spread.mean : 0;
            slack = spread.mean > 0 ? 1e-13 * spread.max / spread.mean : 0;
        }
        x = kr_witness_stored(w, stat->kind, x);
        slack += kr_witness_slack(w, x);
        kr_witness_expect(t, stat->name, value, x - slack, x + slack);
        if (stat->kind == KR_STAT_MEAN && x > 0)
            t->worst = fmax(t->worst, fabs(value - x) / x);
    }
}

/* ------------------------------------------------------------------ quantiles */

/* Interpolation of values over (c - w / 2) / sum(w), c with the element's own weight. */
static double half_weight_quantile(const kr_weighted *sorted, size_t n, double q)
{
    double total = 0, below = 0, at = 0, x = sorted[0].x;
    for (size_t i = 0; i < n; i++)
        total += sorted[i].w;
    for (size_t i = 0; i < n; i++) {
        double next = (below + sorted[i].w / 2) / total;
        if (q < next)
            return i == 0 ? x : x + (sorted[i].x - x) * (q - at) / (next - at);
        below += sorted[i].w;
        at = next;
        x = sorted[i].x;
    }
    return x;
}

static bool is_same(double a, double b)
{
    return fabs(a - b) <= SAME * (fabs(a) + fabs(b)) + 4 * DBL_EPSILON;
}

/* Values that are equal but for the order of a sum: sorted[first .. end - 1]. */
typedef struct group {
    size_t first, end;
    double lightest, heaviest, weight;
} group;

static group group_from(const kr_witness *w, size_t first)
{
    group g = {first, first, INFINITY, 0, 0};
    while (g.end < w->tree->nrlzs &&
           (g.end == first || is_same(w->sorted[g.end - 1].x, w->sorted[g.end].x))) {
        g.lightest = fmin(g.lightest, w->sorted[g.end].w);
        g.heaviest = fmax(g.heaviest, w->sorted[g.end].w);
        g.weight += w->sorted[g.end++].w;
    }
    return g;
}

/* Are the values so near that they are made one in any case? */
static bool is_merged(const kr_witness *w, const group *g)
{
    return w->sorted[g->end - 1].x <= w->sorted[g->first].x * (1 + SAME / 10);
}

/* Values over their cumulative weights, at q. */
static double between(double q, double c0, double x0, double c1, double x1)
{
    return q >= c1 ? x1 : x0 + (x1 - x0) * (q - c0) / (c1 - c0);
}

/* The quantile by interpolation over cumulative weights. In which order equal values stand is
 * decided by their weights, or by the last digit of a sum; up to the first of a group the quantile
 * rises from the value before, steeper where a lighter one comes first. `steep`: the lightest does,
 * else the heaviest; where equal values are merged, all at once if they are near enough. */
static double quantile_at(const kr_witness *w, double q, bool steep)
{
    double below = 0, previous = 0;
    for (size_t i = 0;;) {
        group g = group_from(w, i);
        double x = w->sorted[steep ? g.end - 1 : g.first].x, step = g.lightest;
        if (w->spec.rule == KR_QUANTILE_MERGED && (!steep || is_merged(w, &g)))
            step = g.weight;
        else if (!steep)
            step = g.heaviest;
        if (q < below + g.weight || g.end == w->tree->nrlzs)
            return i == 0 ? x : between(q, below, previous, below + step, x);
        below += g.weight;
        previous = w->sorted[g.end - 1].x;
        i = g.end;
    }
}

/* Half weights are met from both sides: with equal values near, the quantile is somewhere between
 * the groups next to its own. */
static void half_weight_range(const kr_witness *w, double q, double *low, double *high)
{
    size_t n = w->tree->nrlzs, before = 0, i = 0;
    double x = half_weight_quantile(w->sorted, n, q);
    *low = *high = x;
    group g = group_from(w, 0);
    bool tied = false;
    while (g.end < n && w->sorted[g.end - 1].x < x && !is_same(w->sorted[g.end - 1].x, x)) {
        before = i;
        i = g.first;
        tied = g.end - g.first > 1;
        g = group_from(w, g.end);
    }
    group next = g.end < n ? group_from(w, g.end) : g;
    if (!tied && g.end - g.first == 1 && next.end - next.first == 1)
        return;
    *low = w->sorted[before].x;
    *high = w->sorted[next.end - 1].x;
}

/* Rounding of the sums of weights. */
static const double WEIGHTS = 1e-12;

static void hold_quantile(const kr_witness *w, const kr_stat *stat, double value,
                          const double *bracket, kr_testimony *t)
{
    double low, high;
    if (w->spec.rule == KR_QUANTILE_HALF_WEIGHT) {
        half_weight_range(w, stat->q, &low, &high);
    } else {
        low = quantile_at(w, stat->q - WEIGHTS, false);
        high = quantile_at(w, stat->q + WEIGHTS, true);
    }
    low = kr_witness_poe(w, low);
    high = kr_witness_poe(w, high);
    low -= kr_witness_slack(w, low) + 4 * DBL_EPSILON;
    high += kr_witness_slack(w, high) + 4 * DBL_EPSILON;
    if (bracket) { /* the quantile is somewhere within */
        kr_witness_expect(t, stat->name, bracket[0], 0, high);
        kr_witness_expect(t, stat->name, bracket[1], low, 1);
    } else {
        kr_witness_expect(t, stat->name, value, low, high);
    }
}

static void hold_quantiles(kr_witness *w, const float *stored, const double *brackets,
                           kr_testimony *t)
{
    const kr_statistics_spec *spec = &w->spec;
    size_t levels = spec->nimts * spec->nlevels, n = w->tree->nrlzs, k = 0;
    bool kept = !spec->exact && spec->rule != KR_QUANTILE_HALF_WEIGHT, sorted = false;
    for (size_t i = 0; i < spec->nstats; i++) {
        if (spec->stats[i].kind != KR_STAT_QUANTILE)
            continue;
        for (size_t r = 0; r < n && !sorted; r++)
            w->sorted[r] = (kr_weighted){kr_scale_value(w->scale, w->rate[kept][r]), w->weight[r]};
        if (!sorted)
            kr_weighted_sort(w->sorted, n);
        sorted = true;
        hold_quantile(w, &spec->stats[i], (double)stored[i * levels],
                      brackets ? brackets + 2 * k * levels : NULL, t);
        k++;
    }
}

void kr_witness_list(kr_witness *w, const kr_site_rates *rates, size_t level, const float *stored,
                     const double *brackets, kr_testimony *t)
{
    list_all(w, rates, level);
    hold_moments(w, stored, t);
    hold_quantiles(w, stored, brackets, t);
}
