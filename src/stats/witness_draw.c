/* Some realizations of a large tree, drawn by their weights, and what must be true of all. */
#include "stats/witness_int.h"

#include "base/mem.h"
#include "tree/pick.h"

#include <float.h>
#include <math.h>

/* ------------------------------------------------------------------ drawing */

/* Steele, Lea and Flood 2014, splitmix64: from 0 to 1, without 1. */
static double next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static size_t draw_branch(const kr_tree *tree, const kr_tree_set *set, uint64_t *state)
{
    double sum = 0, u = next_random(state);
    for (size_t k = 0; k < set->nbranches; k++)
        sum += tree->branches[set->branches[k]].weight;
    u *= sum;
    for (size_t k = 0; k < set->nbranches; k++) {
        double weight = tree->branches[set->branches[k]].weight;
        if (u < weight)
            return k;
        u -= weight;
    }
    return set->nbranches - 1;
}

/* A path from set to set; sets that move with another take its branch. */
static size_t draw_path(kr_witness *w, uint64_t *state)
{
    const kr_tree *tree = w->tree;
    size_t n = 0;
    for (uint32_t at = tree->nsets ? 0 : KR_NO_SET; at != KR_NO_SET; n++) {
        const kr_tree_set *set = &tree->sets[at];
        uint32_t branch;
        if (set->moves_with != KR_NO_SET) {
            branch = set->taken[w->chosen[set->moves_with]];
            w->chosen[at] = 0;
            while (set->branches[w->chosen[at]] != branch)
                w->chosen[at]++;
        } else {
            w->chosen[at] = draw_branch(tree, set, state);
            branch = set->branches[w->chosen[at]];
        }
        w->branches[n] = branch;
        at = tree->branches[branch].next;
    }
    return n;
}

static void draw_models(kr_witness *w, size_t column, uint64_t *state)
{
    const kr_tree *tree = w->tree;
    for (size_t t = 0; t < tree->ntrts; t++) {
        size_t first = tree->first_gsim[t], end = tree->first_gsim[t + 1], g = first;
        double sum = 0, u = next_random(state);
        for (size_t i = first; i < end; i++)
            sum += tree->gsims[i].weights[column];
        for (u *= sum; g + 1 < end && u >= tree->gsims[g].weights[column]; g++)
            u -= tree->gsims[g].weights[column];
        w->gsims[t] = g;
    }
}

/* The rate of the realization with w->branches and w->gsims, as it is and as it is kept. */
static void add_up(const kr_witness *w, size_t nbranches, const kr_site_rates *rates, size_t level,
                   double out[2])
{
    const kr_tree *tree = w->tree;
    out[0] = out[1] = 0;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        unsigned times =
            kr_diagram_times(&tree->diagrams, component->presence, w->branches, nbranches);
        if (!times)
            continue;
        size_t k = kr_component_rate(component, w->gsims[component->trt]);
        double rate = rates->rates[k * rates->stride + level];
        out[0] += times * rate;
        out[1] += times * kr_rate_kept(rate);
    }
}

/* Samples of a tree that are all worth the same are drawn alike; of others the weights tell. */
static void draw_all(kr_witness *w, const kr_site_rates *rates, size_t level, uint64_t draw)
{
    const kr_tree *tree = w->tree;
    size_t column = kr_witness_column(w, level);
    uint64_t state = draw * 0xd1342543de82ef95U + 1;
    for (size_t i = 0; i < w->samples; i++) {
        double sum[2];
        size_t n = 1;
        if (tree->sampled) {
            kr_realization rlz;
            size_t r = (size_t)(next_random(&state) * (double)tree->nrlzs);
            kr_tree_realization(tree, r, w->gsims, &rlz);
            w->branches[0] = (uint32_t)rlz.path; /* its diagrams branch by path */
        } else {
            n = draw_path(w, &state);
            draw_models(w, column, &state);
        }
        add_up(w, n, rates, level, sum);
        w->rate[0][i] = sum[0];
        w->rate[1][i] = sum[1];
    }
}

/* ------------------------------------------------------------------ the mean rate */

/* Of a diagram: how often something stands in its paths, times their weights. */
static double value_of(const double *nodes, kr_diagram at)
{
    return at < KR_DIAGRAM_ENDS ? (double)at : nodes[at - KR_DIAGRAM_ENDS];
}

/* The same of each node, over all of its paths the sum or the most. */
static void visit_nodes(const kr_tree *tree, bool most, double *nodes)
{
    const kr_diagrams *d = &tree->diagrams;
    for (size_t i = 0; i < d->nnodes; i++) {
        const kr_diagram_node *node = &d->nodes[i];
        bool moves = tree->sets[node->set].moves_with != KR_NO_SET;
        nodes[i] = 0;
        for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
            double weight = moves ? 1 : tree->branches[d->edges[e].branch].weight;
            double x = weight * value_of(nodes, d->edges[e].to);
            nodes[i] = most ? fmax(nodes[i], x) : nodes[i] + x;
        }
    }
}

kr_status kr_witness_hold(kr_witness *w)
{
    kr_status s = KR_OK;
    const kr_tree *tree = w->tree;
    double *nodes = NULL;
    KR_NEW(w->held, w->ctx, KR_ACCOUNT_STATS, tree->ncomponents);
    KR_NEW(nodes, w->ctx, KR_ACCOUNT_STATS, tree->diagrams.nnodes);
    visit_nodes(tree, false, nodes);
    double all = value_of(nodes, tree->walk);
    for (size_t c = 0; c < tree->ncomponents; c++)
        w->held[c] = value_of(nodes, tree->components[c].presence) / all;
    visit_nodes(tree, true, nodes);
    w->heaviest_path = value_of(nodes, tree->walk) / all;
out:
    kr_free(nodes);
    return s;
}

static double mean_rate(const kr_witness *w, const kr_site_rates *rates, size_t level)
{
    const kr_tree *tree = w->tree;
    size_t column = kr_witness_column(w, level);
    kr_adder sum = {0, 0};
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        double weight = 0, rate = 0;
        for (size_t k = 0; k < component->ngsims; k++) {
            double x = tree->gsims[component->gsims[k]].weights[column];
            weight += x;
            rate += x * rates->rates[(component->first_rate + k) * rates->stride + level];
        }
        kr_adder_add(&sum, weight > 0 ? w->held[c] * rate / weight : 0);
    }
    return kr_adder_value(&sum);
}

static void hold_mean(kr_witness *w, const kr_site_rates *rates, size_t level, const float *stored,
                      kr_testimony *t)
{
    const kr_statistics_spec *spec = &w->spec;
    size_t levels = spec->nimts * spec->nlevels;
    double mean = mean_rate(w, rates, level), low = 0, high = -expm1(-mean), poe = NAN;
    if (w->moments) {
        for (size_t k = 0; k < w->tree->nrates; k++)
            w->rates[k] = rates->rates[k * rates->stride + level];
        kr_moments m =
            kr_moments_compute(spec->structure, w->moments, w->rates,
                               spec->structure->ncolumns > 1 ? kr_witness_column(w, level) : 0);
        kr_witness_expect(t, "mean rate", m.rate_mean, mean * (1 - 1e-9) - 1e-300,
                          mean * (1 + 1e-9) + 1e-300);
        t->worst = mean > 0 ? fmax(t->worst, fabs(m.rate_mean - mean) / mean) : t->worst;
        for (size_t i = 0; i < w->samples; i++)
            kr_witness_expect(t, "rate of a realization", w->rate[0][i],
                              m.rate_min * (1 - 1e-9) - 1e-300, m.rate_max * (1 + 1e-9) + 1e-300);
        low = m.rate_max > 0 ? mean * -expm1(-m.rate_max) / m.rate_max : 0;
        poe = m.poe_mean;
    }
    for (size_t i = 0; i < spec->nstats; i++) {
        if (spec->stats[i].kind != KR_STAT_MEAN)
            continue;
        double value = (double)stored[i * levels];
        if (spec->use_rates)
            low = high = kr_witness_stored(w, KR_STAT_MEAN, mean);
        kr_witness_expect(t, "mean", value, low - kr_witness_slack(w, low),
                          high + kr_witness_slack(w, high));
        if (!spec->use_rates && !isnan(poe)) /* what was stored is what was computed */
            kr_witness_expect(t, "mean", value, poe - kr_witness_slack(w, poe),
                              poe + kr_witness_slack(w, poe));
    }
}

/* ------------------------------------------------------------------ extremes and quantiles */

static void hold_extremes(const kr_witness *w, const float *stored, kr_testimony *t)
{
    const kr_statistics_spec *spec = &w->spec;
    size_t levels = spec->nimts * spec->nlevels;
    for (size_t i = 0; i < spec->nstats; i++) {
        kr_stat_kind kind = spec->stats[i].kind;
        double value = (double)stored[i * levels], slack = kr_witness_slack(w, value);
        for (size_t r = 0; r < w->samples; r++) {
            double poe = -expm1(-w->rate[0][r]);
            if (kind == KR_STAT_MAX)
                kr_witness_expect(t, spec->stats[i].name, value, poe - slack, 1);
            if (kind == KR_STAT_MIN)
                kr_witness_expect(t, spec->stats[i].name, value, 0, poe + slack);
        }
    }
}

/* The weight of a realization is at most this. */
static double heaviest(const kr_witness *w, size_t column)
{
    const kr_tree *tree = w->tree;
    double product = w->heaviest_path;
    if (tree->sampled)
        return 1 / (double)tree->nrlzs;
    for (size_t t = 0; t < tree->ntrts; t++) {
        double most = 0, sum = 0;
        for (size_t g = tree->first_gsim[t]; g < tree->first_gsim[t + 1]; g++) {
            most = fmax(most, tree->gsims[g].weights[column]);
            sum += tree->gsims[g].weights[column];
        }
        product *= sum > 0 ? most / sum : 1;
    }
    return product;
}

/* Exponent of the bound on the probability that of n draws k fall where at most p belong. */
static double surprise(size_t k, size_t n, double p)
{
    double a = (double)k / (double)n;
    if (a <= p)
        return 0;
    if (p <= 0)
        return INFINITY;
    return (double)n * (a * log(a / p) + (a < 1 ? (1 - a) * log((1 - a) / (1 - p)) : 0));
}

/* Below the quantile x of q are realizations of the weight q at most, up to it of q less that of
 * one realization: x is between two that follow each other. Where equal values are merged, they are
 * as one realization, whose weight is not known. */
static void hold_quantile(const kr_witness *w, const kr_stat *stat, double low, double high,
                          double one, kr_testimony *t)
{
    bool kept = !w->spec.exact && w->spec.rule != KR_QUANTILE_HALF_WEIGHT;
    size_t below = 0, above = 0, n = w->samples;
    for (size_t r = 0; r < n; r++) {
        double x = kr_witness_poe(w, kr_scale_value(w->scale, w->rate[kept][r]));
        below += x < low - kr_witness_slack(w, low) - 4 * DBL_EPSILON;
        above += x > high + kr_witness_slack(w, high) + 4 * DBL_EPSILON;
    }
    double least = 1 - stat->q + one + 1e-6;
    bool merged = w->spec.rule == KR_QUANTILE_MERGED;
    if (surprise(below, n, stat->q + one + 1e-6) <= KR_WITNESS_EXPONENT &&
        (merged || surprise(above, n, least) <= KR_WITNESS_EXPONENT))
        return;
    if (t->agrees)
        *t = (kr_testimony){.what = stat->name,
                            .value = low,
                            .low = (double)below / (double)n,
                            .high = 1 - (double)above / (double)n,
                            .worst = t->worst};
}

static void hold_quantiles(const kr_witness *w, size_t column, const float *stored,
                           const double *brackets, kr_testimony *t)
{
    const kr_statistics_spec *spec = &w->spec;
    size_t levels = spec->nimts * spec->nlevels, k = 0;
    double one = heaviest(w, column);
    for (size_t i = 0; i < spec->nstats; i++) {
        if (spec->stats[i].kind != KR_STAT_QUANTILE)
            continue;
        double value = (double)stored[i * levels];
        const double *bracket = brackets ? brackets + 2 * k * levels : NULL;
        hold_quantile(w, &spec->stats[i], bracket ? bracket[0] : value,
                      bracket ? bracket[1] : value, one, t);
        k++;
    }
}

void kr_witness_draw(kr_witness *w, const kr_site_rates *rates, size_t level, const float *stored,
                     const double *brackets, uint64_t draw, kr_testimony *t)
{
    draw_all(w, rates, level, draw);
    hold_extremes(w, stored, t);
    if (!w->tree->sampled)
        hold_mean(w, rates, level, stored, t);
    if (!w->tree->sampled || w->tree->early)
        hold_quantiles(w, kr_witness_column(w, level), stored, brackets, t);
}
