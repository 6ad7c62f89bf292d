/* Passes: where the rates by bin of a site do not fit into the memory limit, its ruptures are made
 * again for some measures at a time, with all their levels. */
#include "run/disagg_int.h"
#include "stats/effective.h"

/* How many turns it takes, so many at a time. */
static size_t turns(size_t all, size_t at_once)
{
    return (all + at_once - 1) / at_once;
}

/* Levels that are computed together, for tables of so many measures. */
static size_t together(const kr_calc *calc, const struct kr_calc_disagg *d, size_t nimts)
{
    size_t n = d->stored.nsets * nimts * d->stored.npoes;
    return nimts < calc->job->nimts || d->together < n ? n : d->together;
}

/* Bytes of a site. */
static size_t bytes_of(const kr_calc *calc, size_t nimts)
{
    const struct kr_calc_disagg *d = calc->disagg;
    const kr_tree *tree = calc->tree;
    size_t nlevels = nimts * d->stored.npoes, at_once = together(calc, d, nimts);
    size_t rates = d->bare_bytes + at_once * d->level_bytes;
    size_t shares = kr_disagg_shares_bytes(calc, d, nimts); /* after the rates by bin */
    size_t numbers = (nlevels + 2 + d->nstates) * tree->nweights * tree->nrates +
                     d->nlevels * (d->stored.nsets + KR_DISAGG_SUMMARY) +
                     kr_disagg_modal_cells(d->edges) * nlevels;
    bool effective = calc->job->disagg.tree_variance || calc->job->disagg.tree_branches;
    return (rates > shares ? rates : shares) +
           (effective ? kr_effective_bytes(&tree->structure) : 0) +
           at_once * sizeof(kr_disagg_level) + kr_disagg_levels(d) * sizeof(double) +
           kr_results_cells_bytes(&calc->spec) +
           kr_disagg_sums_bytes(d->edges, calc->job, nlevels, d->at_once) +
           numbers * sizeof(double) + (tree->nsets + tree->most_components + 2) * sizeof(uint32_t) +
           65536;
}

/* As few passes as fit, and as even as measures allow. */
size_t kr_calc_disagg_bytes(const kr_calc *calc, size_t room, size_t *nimts)
{
    size_t all = calc->job->nimts, n = all;
    *nimts = 0;
    if (!calc->disagg)
        return 0;
    while (n > 1 && bytes_of(calc, n) > room)
        n--;
    *nimts = turns(all, turns(all, n));
    return bytes_of(calc, *nimts);
}

size_t kr_disagg_passes(const kr_calc *calc)
{
    return turns(calc->job->nimts, calc->disagg->stored.nimts);
}

size_t kr_disagg_turns(const kr_calc *calc)
{
    const struct kr_calc_disagg *d = calc->disagg;
    size_t tables = kr_disagg_passes(calc);
    if (!d->stored.cells)
        return tables;
    return turns(d->cells.nlevels, d->together) + (tables > 1 ? tables : 0);
}

void kr_calc_disagg_obey(kr_calc *calc, size_t nimts)
{
    struct kr_calc_disagg *d = calc->disagg;
    if (!d)
        return;
    size_t once =
        bytes_of(calc, calc->job->nimts) + (kr_disagg_levels(d) - d->together) * d->level_bytes;
    d->together = together(calc, d, nimts);
    d->stored.nimts = nimts;
    if (kr_disagg_turns(calc) == 1)
        return;
    if (nimts == calc->job->nimts)
        kr_info(calc->ctx,
                "disagg_cells_precision: the ruptures of a site are made %zu times, for %zu levels "
                "at a time; once would take %.1f MB",
                kr_disagg_turns(calc), d->together, (double)once / 1e6);
    else
        kr_info(calc->ctx,
                "disaggregation: the %s of a site are %s %zu times, for %zu of %zu measures at a "
                "time; once would take %.1f MB",
                d->from ? "rates" : "ruptures", d->from ? "read" : "made", kr_disagg_turns(calc),
                nimts, calc->job->nimts, (double)once / 1e6);
}
