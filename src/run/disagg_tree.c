/* Disaggregation of statistics of the whole tree, which are sums over component rates with weights
 * that follow from the tree. */
#include "run/disagg_int.h"
#include "stats/effective.h"
#include "stats/shares.h"
#include "stats/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

size_t kr_disagg_modal_cells(const kr_disagg_edges *edges)
{
    return edges->n[KR_DIM_MAG] * edges->n[KR_DIM_DIST] * edges->n[KR_DIM_EPS];
}

static bool wants(const kr_disagg_stage *g, const char *name)
{
    for (size_t i = 0; i < g->d->stored.nstatistics; i++)
        if (strcmp(g->d->stored.statistics[i].name, name) == 0)
            return true;
    return false;
}

kr_status kr_disagg_tree_begin(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    const kr_tree *tree = g->calc->tree;
    kr_ctx *ctx = g->calc->ctx;
    g->modal_kind = kr_disagg_kind_find("Mag_Dist_Eps");
    g->modal_job = *g->calc->job;
    g->modal_job.disagg.kinds = &g->modal_kind;
    g->modal_job.disagg.nkinds = 1;
    KR_TRY(kr_disagg_sums_create(ctx, g->d->edges, &g->modal_job, tree, g->nlevels, 1, &g->modal));
    KR_TRY(kr_rate_weights(ctx, tree, &g->mean));
    KR_NEW(g->by_level, ctx, KR_ACCOUNT_STATS, g->nlevels * tree->nrates);
    KR_NEW(g->total, ctx, KR_ACCOUNT_STATS, tree->nrates);
    if (!wants(g, "branches"))
        return KR_OK;
    KR_NEW(g->given, ctx, KR_ACCOUNT_STATS, tree->nweights * g->d->nstates * tree->nrates);
    for (size_t w = 0; w < tree->nweights; w++)
        KR_TRY(kr_weights_given_states(ctx, &tree->structure, w,
                                       g->given + w * g->d->nstates * tree->nrates));
out:
    return s;
}

void kr_disagg_tree_end(kr_disagg_stage *g)
{
    kr_disagg_sums_destroy(&g->modal);
    kr_free(g->mean);
    kr_free(g->given);
    kr_free(g->by_level);
    kr_free(g->total);
}

/* ------------------------------------------------------------------ weights */

/* The column of weights that a level of the pass goes by. */
static size_t column_of(const kr_disagg_stage *g, size_t level)
{
    return g->calc->tree->nweights > 1 ? 1 + g->measure + level / g->d->stored.npoes : 0;
}

/* Of columns `apart` numbers from each other. */
static void weigh_levels(kr_disagg_stage *g, const double *weights, size_t apart)
{
    size_t n = g->calc->tree->nrates;
    for (size_t l = 0; l < g->nlevels; l++)
        memcpy(g->by_level + l * n, weights + column_of(g, l) * apart, n * sizeof *weights);
}

/* Component rates at a level, over all their bins. */
static void sum_rates(kr_disagg_stage *g, size_t level)
{
    size_t neps = g->disagg->neps, nlevels = g->disagg->nlevels;
    for (size_t c = 0; c < g->disagg->ncomponents; c++) {
        const kr_component *component = &g->calc->tree->components[c];
        const kr_disagg_part *part = &g->disagg->parts[c];
        for (size_t k = 0; k < component->ngsims; k++) {
            double sum = 0;
            for (size_t cell = 0; cell < part->ncells; cell++)
                for (size_t e = 0; e < neps; e++)
                    sum += part->rates[((k * part->ncells + cell) * nlevels + level) * neps + e];
            g->total[component->first_rate + k] = sum;
        }
    }
}

/* ------------------------------------------------------------------ tables */

static void begin(kr_disagg_stage *g, size_t set, size_t ntargets)
{
    g->sums->first_level = set * g->nlevels;
    g->sums->ntargets = ntargets;
    kr_disagg_sums_clear(g->sums);
}

static kr_status end(kr_disagg_stage *g, const char *group, size_t first)
{
    kr_status s = kr_disagg_put(g, group, first);
    g->sums->first_level = 0;
    return s;
}

static kr_status put_mean_at(kr_disagg_stage *g, const char *group, size_t set)
{
    size_t n = g->calc->tree->nrates;
    begin(g, set, 1);
    weigh_levels(g, g->mean, n);
    kr_disagg_sums_add(g->sums, g->disagg, g->by_level, n, 0);
    kr_disagg_sums_finish(g->sums);
    return end(g, group, 0);
}

kr_status kr_disagg_put_mean(kr_disagg_stage *g, const char *group)
{
    return put_mean_at(g, group, 0);
}

/* A bin's share of the variance of the total rate: what the covariance of its rate with the total
 * is of the variance. The shares of all bins sum up to 1; some may be negative. */
static kr_status put_variance(kr_disagg_stage *g, const char *group)
{
    kr_status s = KR_OK;
    size_t n = g->calc->tree->nrates;
    for (size_t l = 0; l < g->nlevels; l++) {
        sum_rates(g, l);
        KR_TRY(kr_weights_in_variance(g->calc->ctx, &g->calc->tree->structure, g->total,
                                      column_of(g, l), g->by_level + l * n));
    }
    begin(g, 0, 1);
    kr_disagg_sums_add(g->sums, g->disagg, g->by_level, n, 0);
    KR_TRY(end(g, group, 0));
out:
    return s;
}

/* A bin's share of the mean rate of motions of the level itself: between a level below it and one
 * above. */
static kr_status put_occurrence(kr_disagg_stage *g, const char *group)
{
    size_t n = g->calc->tree->nrates, nlevels = g->nlevels;
    begin(g, g->d->between, 1);
    weigh_levels(g, g->mean, n);
    kr_disagg_sums_add(g->sums, g->disagg, g->by_level, n, 0);
    for (size_t i = 0; i < nlevels * n; i++)
        g->by_level[i] = -g->by_level[i];
    g->sums->first_level += nlevels;
    kr_disagg_sums_add(g->sums, g->disagg, g->by_level, n, 0);
    for (size_t i = 0; i < g->sums->nkinds; i++)
        for (size_t k = 0; k < g->sums->cells[i] * nlevels; k++) {
            double total = g->sums->total[k % nlevels];
            g->sums->rates[i][k] = total > 0 ? g->sums->rates[i][k] / total : 0;
        }
    return end(g, group, 0);
}

/* The mean over the realizations that make each choice. */
static kr_status put_branches(kr_disagg_stage *g, const char *group)
{
    kr_status s = KR_OK;
    size_t n = g->calc->tree->nrates, nstates = g->d->nstates;
    for (size_t first = 0; first < nstates; first += g->d->at_once) {
        size_t left = nstates - first, count = left < g->d->at_once ? left : g->d->at_once;
        begin(g, 0, count);
        for (size_t k = 0; k < count; k++) {
            weigh_levels(g, g->given + (first + k) * n, nstates * n);
            kr_disagg_sums_add(g->sums, g->disagg, g->by_level, n, k);
        }
        kr_disagg_sums_finish(g->sums);
        KR_TRY(end(g, group, first));
        KR_TRY(kr_disagg_tell_put(g, count));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ summary */

static double middle(const double *edges, size_t i)
{
    return (edges[i] + edges[i + 1]) / 2;
}

/* Nothing is known. */
void kr_disagg_no_summary(double *out)
{
    for (size_t i = 0; i < KR_DISAGG_SUMMARY; i++)
        out[i] = NAN;
}

/* Means over the middles of bins, weighed with their rates, and the bin that has most of the rate
 * of a level. The middle of one band of epsilon says nothing. */
static void summarize_level(const kr_disagg_stage *g, size_t level, double *out)
{
    const kr_disagg_edges *e = g->d->edges;
    size_t neps = e->n[KR_DIM_EPS], ndist = e->n[KR_DIM_DIST];
    double total = g->modal->total[level], most = 0;
    if (!(total > 0)) {
        kr_disagg_no_summary(out);
        return;
    }
    memset(out, 0, KR_DISAGG_SUMMARY * sizeof *out);
    for (size_t cell = 0; cell < g->modal->cells[0]; cell++) {
        double rate = g->modal->rates[0][cell * g->nlevels + level];
        const double at[3] = {middle(e->mag, cell / neps / ndist),
                              middle(e->dist, cell / neps % ndist), middle(e->eps, cell % neps)};
        for (int i = 0; i < 3; i++)
            out[i] += rate / total * at[i];
        if (rate > most) {
            most = rate;
            memcpy(out + 3, at, sizeof at);
            out[6] = rate / total;
        }
    }
    if (neps == 1)
        out[2] = out[5] = NAN;
}

static void summarize(kr_disagg_stage *g)
{
    size_t n = g->calc->tree->nrates;
    kr_disagg_sums_clear(g->modal);
    weigh_levels(g, g->mean, n);
    kr_disagg_sums_add(g->modal, g->disagg, g->by_level, n, 0);
    for (size_t l = 0; l < g->nlevels; l++)
        summarize_level(g, l, g->summary + (g->first + l) * KR_DISAGG_SUMMARY);
}

/* ------------------------------------------------------------------ all */

kr_status kr_disagg_tree_site(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    summarize(g);
    for (size_t i = 0; i < g->d->stored.nstatistics; i++) {
        const kr_disagg_statistic *statistic = &g->d->stored.statistics[i];
        char group[64];
        snprintf(group, sizeof group, "disagg-tree/%s", statistic->name);
        if (strcmp(statistic->name, "variance") == 0)
            KR_TRY(put_variance(g, group));
        else if (strcmp(statistic->name, "occurrence") == 0)
            KR_TRY(put_occurrence(g, group));
        else if (strcmp(statistic->name, "branches") == 0)
            KR_TRY(put_branches(g, group));
        else
            KR_TRY(put_mean_at(g, group, statistic->set));
        if (strcmp(statistic->name, "branches") != 0) /* which tell it themselves */
            KR_TRY(kr_disagg_tell_put(g, 1));
    }
out:
    return s;
}
