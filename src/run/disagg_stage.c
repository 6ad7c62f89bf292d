/* The stage of a run that disaggregates, site by site. */
#include "run/disagg_int.h"

#include <math.h>
#include <string.h>

static kr_status stage_create(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    kr_calc *calc = g->calc;
    const kr_tree *tree = calc->tree;
    g->nlevels = g->d->stored.nimts * g->d->stored.npoes; /* at most */
    KR_TRY(kr_disagg_sums_create(calc->ctx, g->d->edges, calc->job, tree, g->nlevels, g->d->at_once,
                                 &g->sums));
    KR_NEW(g->weights, calc->ctx, KR_ACCOUNT_STATS, tree->nrates);
    KR_NEW(g->branches, calc->ctx, KR_ACCOUNT_STATS, tree->nsets + 1);
    KR_NEW(g->rates, calc->ctx, KR_ACCOUNT_STATS, tree->most_components + 1);
    KR_NEW(g->summary, calc->ctx, KR_ACCOUNT_STATS, g->d->nlevels * KR_DISAGG_SUMMARY);
    KR_TRY(kr_disagg_tree_begin(g));
out:
    return s;
}

static void stage_clear(kr_disagg_stage *g)
{
    kr_disagg_destroy(&g->disagg);
    kr_disagg_sums_destroy(&g->sums);
    kr_free(g->weights);
    kr_free(g->branches);
    kr_free(g->rates);
    kr_free(g->summary);
    kr_disagg_tree_end(g);
}

/* Of a site. */
static size_t count_targets(const kr_results_disagg *stored)
{
    size_t n = stored->nrlzs + stored->mean;
    for (size_t i = 0; i < stored->nstatistics; i++)
        n += stored->statistics[i].columns;
    return n;
}

kr_status kr_disagg_put(const kr_disagg_stage *g, const char *group, size_t column)
{
    return kr_results_put_disagg(g->calc->results, g->site, g->measure, group, column, g->sums);
}

kr_status kr_disagg_tell_put(kr_disagg_stage *g, size_t ntargets)
{
    size_t all = count_targets(&g->d->stored) * g->d->nlevels;
    double part = (double)(g->nput += ntargets * g->nlevels) / (double)all;
    kr_progress(g->calc->ctx, "disaggregation tables", (double)g->site + part,
                (double)g->calc->sites->n);
    return kr_interrupted(g->calc->ctx) ? kr_fail(g->calc->ctx, KR_EINTERRUPTED, "interrupted")
                                        : KR_OK;
}

static void add_rlz(kr_disagg_stage *g, size_t r, double weight)
{
    size_t n = kr_tree_rates(g->calc->tree, r, g->branches, g->rates);
    for (size_t i = 0; i < n; i++)
        g->weights[g->rates[i]] += weight;
}

static void no_weights(kr_disagg_stage *g)
{
    memset(g->weights, 0, g->calc->tree->nrates * sizeof *g->weights);
}

static kr_status put_rlzs(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    const uint32_t *rlzs = g->d->rlzs + g->site * g->d->stored.nrlzs;
    for (size_t first = 0; first < g->d->stored.nrlzs; first += g->d->at_once) {
        size_t left = g->d->stored.nrlzs - first, n = left < g->d->at_once ? left : g->d->at_once;
        g->sums->ntargets = n;
        kr_disagg_sums_clear(g->sums);
        for (size_t z = 0; z < n; z++) {
            no_weights(g);
            add_rlz(g, rlzs[first + z], 1);
            kr_disagg_sums_add(g->sums, g->disagg, g->weights, 0, z);
        }
        kr_disagg_sums_finish(g->sums);
        KR_TRY(kr_disagg_put(g, "disagg-rlzs", first));
        KR_TRY(kr_disagg_tell_put(g, n));
    }
out:
    return s;
}

/* The reference's mean: over the realizations that are stored, with their weights in single
 * precision as they are. Of none, over all. */
static kr_status put_mean(kr_disagg_stage *g)
{
    const uint32_t *rlzs = g->d->rlzs + g->site * g->d->stored.nrlzs;
    if (g->d->stored.nrlzs == 0)
        return kr_disagg_put_mean(g, "disagg-stats");
    g->sums->ntargets = 1;
    kr_disagg_sums_clear(g->sums);
    no_weights(g);
    for (size_t z = 0; z < g->d->stored.nrlzs; z++)
        add_rlz(g, rlzs[z], (double)(float)kr_tree_weight(g->calc->tree, rlzs[z], 0));
    g->sums->mean = true;
    kr_disagg_sums_add(g->sums, g->disagg, g->weights, 0, 0);
    g->sums->mean = false;
    kr_disagg_sums_finish(g->sums);
    return kr_disagg_put(g, "disagg-stats", 0);
}

static bool is_zero(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0)
            return false;
    return true;
}

/* stage->disagg, anew, at these levels. */
static kr_status find(kr_disagg_stage *g, const kr_disagg_level *levels, size_t n)
{
    kr_status s = KR_OK;
    const kr_disagg_bins bins = kr_disagg_edges_at(g->d->edges, g->site);
    double turns = (double)kr_disagg_turns(g->calc), before = (double)g->nfound++;
    const kr_disagg_wanted wanted = {levels, n, before / turns, 1 - (before + 1) / turns};
    kr_disagg_destroy(&g->disagg);
    if (g->d->from)
        KR_TRY(kr_stored_cells_read(g->d->from, g->d->site_of[g->site], &g->d->of, levels, n,
                                    &g->disagg));
    else
        KR_TRY(kr_hazard_disaggregate(g->calc->hazard, g->site, &bins, &wanted, g->calc->threads,
                                      &g->disagg));
    for (size_t l = 0; l < g->nlevels && g->disagg->chord; l++)
        g->d->nbetween += g->disagg->chord->part[l] != 0;
out:
    return s;
}

kr_status kr_disagg_find(kr_disagg_stage *g, size_t first, size_t n)
{
    kr_status s = KR_OK;
    kr_disagg_level *levels = NULL;
    KR_NEW(levels, g->calc->ctx, KR_ACCOUNT_STATS, n);
    for (size_t l = 0; l < n; l++)
        levels[l] = kr_disagg_level_at(g, first + l);
    s = find(g, levels, n);
out:
    kr_free(levels);
    return s;
}

/* At the levels of all sets for the measures of the pass: in one pass, of all that are computed
 * together. */
static kr_status find_pass(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    kr_disagg_level *levels = NULL;
    size_t n = g->d->stored.nsets * g->nlevels;
    if (g->nlevels == g->d->nlevels)
        return kr_disagg_find(g, 0, g->d->together);
    KR_NEW(levels, g->calc->ctx, KR_ACCOUNT_STATS, n);
    for (size_t l = 0; l < n; l++)
        levels[l] =
            kr_disagg_level_at(g, l / g->nlevels * g->d->nlevels + g->first + l % g->nlevels);
    s = find(g, levels, n);
out:
    kr_free(levels);
    return s;
}

/* Tables of the measures from one on. */
static kr_status do_pass(kr_disagg_stage *g, size_t measure)
{
    kr_status s = KR_OK;
    size_t npoes = g->d->stored.npoes, left = g->calc->job->nimts - measure;
    g->measure = measure;
    g->first = measure * npoes;
    g->nlevels = (left < g->d->stored.nimts ? left : g->d->stored.nimts) * npoes;
    g->sums->nlevels = g->modal->nlevels = g->nlevels;
    kr_calc_turn(g->calc, "disaggregation");
    KR_TRY(find_pass(g));
    kr_calc_turn(g->calc, "disaggregation tables");
    KR_TRY(put_rlzs(g));
    if (g->d->stored.mean) {
        KR_TRY(put_mean(g));
        KR_TRY(kr_disagg_tell_put(g, 1));
    }
    KR_TRY(kr_disagg_tree_site(g));
    kr_disagg_note_bins(g);
out:
    return s;
}

static kr_status do_site(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    const double *levels = g->d->levels + g->site * g->d->stored.nsets * g->d->nlevels;
    const uint32_t *rlzs = g->d->rlzs + g->site * g->d->stored.nrlzs;
    bool none = is_zero(levels, g->d->stored.nsets * g->d->nlevels);
    g->nput = g->nfound = 0;
    for (size_t l = 0; l < g->d->nlevels; l++)
        kr_disagg_no_summary(g->summary + l * KR_DISAGG_SUMMARY);
    for (size_t m = 0; m < g->calc->job->nimts && !none; m += g->d->stored.nimts)
        KR_TRY(do_pass(g, m));
    if (kr_disagg_passes(g->calc) > 1)
        kr_disagg_destroy(&g->disagg);
    KR_TRY(kr_results_put_disagg_site(g->calc->results, g->site, levels, rlzs, g->summary));
    KR_TRY(kr_disagg_put_cells(g));
out:
    kr_disagg_destroy(&g->disagg);
    return s;
}

/* ------------------------------------------------------------------ the stage */

kr_status kr_calc_disaggregate(kr_calc *calc)
{
    kr_status s = KR_OK;
    kr_disagg_stage g = {.calc = calc, .d = calc->disagg};
    size_t n = calc->sites->n;
    if (!calc->disagg)
        return KR_OK;
    if (is_zero(g.d->levels, n * g.d->stored.nsets * g.d->nlevels))
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: there is nothing to disaggregate: the mean curves are nowhere as high "
                       "as poes_disagg; write smaller ones",
                       calc->job->path);
    kr_disagg_warn_levels(calc);
    KR_TRY(stage_create(&g));
    for (g.site = 0; g.site < n; g.site++) {
        KR_TRY(do_site(&g));
        KR_TRY(kr_disagg_put_shares(&g));
        kr_calc_turned(calc, "disaggregation", g.site + 1);
        kr_progress(calc->ctx, "disaggregation", (double)(g.site + 1), (double)n);
    }
    kr_disagg_warn_bins(calc);
    if (g.d->nbetween)
        kr_info(calc->ctx,
                "disaggregation: %zu of %zu levels lie between those of the curves, and rates by "
                "cell are interpolated there; at the levels of the curves they are exact",
                g.d->nbetween, n * g.d->nlevels);
out:
    stage_clear(&g);
    return s;
}
