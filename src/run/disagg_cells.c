/* Rates by cell that a disaggregation stores beside its tables: at the levels of these and of the
 * curves, so that other levels, weights and tables need no ruptures (kauri stats). */
#include "run/disagg_int.h"

#include <stdio.h>

/* Rates at as many levels are computed together as fit into this part of the limit, those of the
 * tables in any case; for the others the ruptures are made again. */
enum { LIMIT_PART = 2 };

static size_t of_tables(const struct kr_calc_disagg *d)
{
    return d->stored.nsets * d->nlevels;
}

size_t kr_disagg_levels(const struct kr_calc_disagg *d)
{
    return d->cells.precision == KR_PRECISION_NONE ? of_tables(d) : d->cells.nlevels;
}

kr_disagg_level kr_disagg_level_at(const kr_disagg_stage *g, size_t l)
{
    const struct kr_calc_disagg *d = g->d;
    const kr_job *job = g->calc->job;
    size_t n = of_tables(d);
    if (l < n)
        return (kr_disagg_level){l % d->nlevels / d->stored.npoes, d->levels[g->site * n + l]};
    return (kr_disagg_level){(l - n) / job->nlevels, job->levels[l - n]};
}

/* ------------------------------------------------------------------ before the run */

/* The measure of each level; given levels of tables are those of the curves. */
static kr_status list_levels(kr_calc *calc, struct kr_calc_disagg *d)
{
    kr_status s = KR_OK;
    kr_results_cells *x = &d->cells;
    const kr_job *job = calc->job;
    uint32_t *measure;
    x->nown = of_tables(d);
    x->nlevels = x->nown + (job->disagg.levels_given ? 0 : job->nimts * job->nlevels);
    KR_ANEW(measure, &calc->arena, x->nlevels);
    for (size_t l = 0; l < x->nlevels; l++)
        measure[l] = (uint32_t)(l < x->nown ? l % d->nlevels / d->stored.npoes
                                            : (l - x->nown) / job->nlevels);
    x->measure = measure;
out:
    return s;
}

static bool has_exclusive(const kr_tree *tree)
{
    for (size_t c = 0; c < tree->ncomponents; c++)
        if (tree->components[c].group && tree->components[c].group->mutex_sources)
            return true;
    return false;
}

/* Rows of a site begin with a chunk. */
static void place_rows(struct kr_calc_disagg *d, const kr_disagg_size *sizes, size_t nsites,
                       size_t *first_cell, size_t *first_row)
{
    size_t most = 0;
    for (size_t i = 0; i < nsites; i++)
        most = sizes[i].rows > most ? sizes[i].rows : most;
    size_t chunk = kr_results_cells_chunk(most, d->edges->n[KR_DIM_EPS]);
    for (size_t i = 0; i < nsites; i++) {
        first_cell[i + 1] = first_cell[i] + sizes[i].cells;
        first_row[i + 1] = first_row[i] + (sizes[i].rows + chunk - 1) / chunk * chunk;
    }
    d->cells.chunk = chunk;
    d->cells.first_cell = first_cell;
    d->cells.first_row = first_row;
}

/* How many levels fit, if tables need no passes of their own. */
static void choose_together(const kr_calc *calc, struct kr_calc_disagg *d)
{
    size_t room = kr_calc_limit(calc) / LIMIT_PART;
    size_t fit = d->bare_bytes < room ? (room - d->bare_bytes) / d->level_bytes : 0;
    d->together = fit < d->cells.nlevels ? fit : d->cells.nlevels;
    if (d->together < d->cells.nown)
        d->together = d->cells.nown;
}

kr_status kr_disagg_cells_begin(kr_calc *calc, struct kr_calc_disagg *d)
{
    kr_status s = KR_OK;
    size_t n = calc->sites->n, *first_cell, *first_row;
    kr_disagg_size *sizes = NULL;
    d->cells.precision = calc->job->disagg.cells_precision;
    KR_TRY(list_levels(calc, d));
    KR_ANEW(first_cell, &calc->arena, n + 1);
    KR_ANEW(first_row, &calc->arena, n + 1);
    KR_NEW(sizes, calc->ctx, KR_ACCOUNT_STATS, n);
    kr_calc_phase(calc, "measuring the disaggregation");
    for (size_t i = 0; i < n; i++) {
        const kr_disagg_bins bins = kr_disagg_edges_at(d->edges, i);
        KR_TRY(kr_disagg_measure(calc->hazard, i, &bins, calc->threads, &sizes[i]));
        kr_disagg_note_size(d, sizes[i].bytes, sizes[i].level_bytes);
    }
    d->cells.exclusive = has_exclusive(calc->tree);
    place_rows(d, sizes, n, first_cell, first_row);
    choose_together(calc, d);
    d->stored.cells = &d->cells;
out:
    kr_free(sizes);
    return s;
}

/* ------------------------------------------------------------------ a site */

kr_status kr_disagg_put_cells(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    const struct kr_calc_disagg *d = g->d;
    double *levels = NULL;
    if (!d->stored.cells)
        return KR_OK;
    kr_calc_turn(g->calc, "storing cells");
    KR_NEW(levels, g->calc->ctx, KR_ACCOUNT_STATS, d->cells.nlevels);
    for (size_t l = 0; l < d->cells.nlevels; l++)
        levels[l] = kr_disagg_level_at(g, l).level;
    for (size_t first = 0; first < d->cells.nlevels; first += d->together) {
        size_t left = d->cells.nlevels - first, n = left < d->together ? left : d->together;
        if (first || !g->disagg)
            KR_TRY(kr_disagg_find(g, first, n));
        if (first == 0)
            KR_TRY(kr_results_put_cells(g->calc->results, g->site, g->disagg, levels));
        KR_TRY(kr_results_put_cell_rates(g->calc->results, g->site, first, n, g->disagg));
    }
out:
    kr_free(levels);
    return s;
}
