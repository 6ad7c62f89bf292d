#include "output/stored_cells.h"

#include "base/mem.h"
#include "hazard/disagg_between.h"
#include "output/stored_int.h"

#include <math.h>
#include <string.h>

/* A level that is so near to a stored one is that one: curves are kept in single precision. */
static const double SAME_LEVEL = 1e-6;

/* Chunks of rows that are read at a time, of each of two levels. */
enum { CHUNKS_HELD = 4 };

/* ------------------------------------------------------------------ what there is */

static kr_status read_levels(const kr_reader *r, kr_stored_cells *x)
{
    kr_status s = KR_OK;
    double nown;
    bool found;
    double *levels;
    uint32_t *measure;
    KR_TRY(kr_reader_count(r, "disagg-cells/measure", &x->nlevels));
    KR_TRY(kr_reader_indices(r, "disagg-cells/measure", x->nlevels, x->nimts, &measure));
    KR_TRY(kr_h5_attr_double(r->file, "disagg-cells/level", "of_tables", &nown, &found));
    if (!found || !(nown >= 0 && nown <= (double)x->nlevels) || nown != floor(nown))
        return kr_reader_damaged(r, "disagg-cells/level");
    x->nown = (size_t)nown;
    KR_TRY(kr_reader_numbers(r, "disagg-cells/level", KR_H5_F64, x->nsites * x->nlevels, &levels));
    for (size_t i = 0; i < x->nsites * x->nlevels; i++) {
        bool follows =
            i % x->nlevels > x->nown && measure[i % x->nlevels] == measure[i % x->nlevels - 1];
        if (!(levels[i] >= 0 && isfinite(levels[i])) || (follows && !(levels[i] > levels[i - 1])))
            return kr_reader_damaged(r, "disagg-cells/level");
    }
    x->measure = measure;
    x->levels = levels;
out:
    return s;
}

static kr_status check_extent(const kr_reader *r, const char *name, int rank, const size_t *want)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK];
    int got;
    KR_TRY(kr_h5_dims(r->file, name, dims, &got));
    if (got != rank || memcmp(dims, want, (size_t)rank * sizeof *want) != 0)
        return kr_reader_damaged(r, name);
out:
    return s;
}

/* Rows of a site, as its cells have them. */
static size_t count_rows(const kr_stored_cells *x, size_t site, size_t *ncells)
{
    size_t rows = 0;
    *ncells = 0;
    for (size_t c = 0; c < x->tree->ncomponents; c++) {
        size_t n = x->ncells[site * x->tree->ncomponents + c];
        *ncells += n;
        rows += n * x->tree->components[c].ngsims;
    }
    return rows;
}

static kr_status check_extents(const kr_reader *r, const kr_stored_cells *x)
{
    kr_status s = KR_OK;
    size_t cells = x->first_cell[x->nsites], rows = x->first_row[x->nsites], ncells;
    const size_t of_cells[2] = {cells ? cells : 1, 4};
    const size_t of_rates[3] = {x->nlevels, rows ? rows : 1, x->n[KR_DIM_EPS]};
    const size_t of_exclusive[3] = {x->nsites, x->tree->ncomponents, x->n[KR_DIM_MAG]};
    for (size_t i = 0; i < x->nsites; i++) {
        size_t n = count_rows(x, i, &ncells);
        if (ncells != x->first_cell[i + 1] - x->first_cell[i] ||
            n > x->first_row[i + 1] - x->first_row[i])
            return kr_reader_damaged(r, "disagg-cells/ncells");
    }
    KR_TRY(check_extent(r, "disagg-cells/cell", 2, of_cells));
    KR_TRY(check_extent(r, "disagg-cells/rate", 3, of_rates));
    if (x->exclusive)
        KR_TRY(check_extent(r, "disagg-cells/exclusive", 3, of_exclusive));
out:
    return s;
}

kr_status kr_stored_cells_open(kr_ctx *ctx, const char *path, kr_h5 *file, const kr_tree *tree,
                               size_t nsites, const kr_imt *imts, size_t nimts,
                               const size_t bins[KR_DIMS], kr_arena *arena, kr_stored_cells **out)
{
    kr_status s = KR_OK;
    const kr_reader r = {ctx, path, file, arena};
    kr_stored_cells *x;
    size_t *first_cell, *first_row;
    uint32_t *trt, *ncells;
    *out = NULL;
    if (!kr_h5_exists(file, "disagg-cells"))
        return KR_OK;
    KR_ANEW(x, arena, 1);
    *x = (kr_stored_cells){.ctx = ctx,
                           .path = path,
                           .file = file,
                           .tree = tree,
                           .imts = imts,
                           .nsites = nsites,
                           .nimts = nimts};
    memcpy(x->n, bins, sizeof x->n);
    KR_TRY(read_levels(&r, x));
    KR_TRY(kr_reader_indices(&r, "disagg-cells/trt", tree->ncomponents, x->n[KR_DIM_TRT], &trt));
    KR_TRY(kr_reader_numbers(&r, "disagg-cells/ncells", KR_H5_U32, nsites * tree->ncomponents,
                             &ncells));
    KR_TRY(kr_reader_firsts(&r, "disagg-cells/first_cell", nsites, &first_cell));
    KR_TRY(kr_reader_firsts(&r, "disagg-cells/first_row", nsites, &first_row));
    x->trt = trt;
    x->ncells = ncells;
    x->first_cell = first_cell;
    x->first_row = first_row;
    x->exclusive = kr_h5_exists(file, "disagg-cells/exclusive");
    x->most_rows = CHUNKS_HELD * kr_results_cells_chunk(SIZE_MAX, x->n[KR_DIM_EPS]);
    KR_TRY(check_extents(&r, x));
    *out = x;
out:
    return s;
}

/* ------------------------------------------------------------------ levels */

/* Where a level lies: at a stored one (part = 0), or between two. */
typedef struct place {
    size_t below, above;
    double part;
} place;

static bool find_place(const kr_stored_cells *x, size_t site, const kr_disagg_level *level,
                       place *out)
{
    const double *stored = x->levels + site * x->nlevels;
    double nearest = SAME_LEVEL;
    bool found = false;
    for (size_t i = 0; i < x->nlevels; i++) {
        double away = fabs(stored[i] / level->level - 1);
        if (x->measure[i] == level->imt && stored[i] > 0 && away < nearest) {
            *out = (place){i, i, 0};
            nearest = away;
            found = true;
        }
    }
    for (size_t i = x->nown; i + 1 < x->nlevels && !found; i++)
        if (x->measure[i] == level->imt && x->measure[i + 1] == level->imt &&
            stored[i] <= level->level && level->level <= stored[i + 1]) {
            *out =
                (place){i, i + 1, log(level->level / stored[i]) / log(stored[i + 1] / stored[i])};
            found = true;
        }
    return found;
}

kr_status kr_stored_cells_check(const kr_stored_cells *x, size_t site, const kr_disagg_level *level)
{
    double low = INFINITY, high = 0;
    place at;
    if (level->level == 0 || find_place(x, site, level, &at))
        return KR_OK;
    for (size_t i = x->nown; i < x->nlevels; i++)
        if (x->measure[i] == level->imt) {
            low = fmin(low, x->levels[site * x->nlevels + i]);
            high = fmax(high, x->levels[site * x->nlevels + i]);
        }
    if (high == 0)
        return kr_fail(x->ctx, KR_EINPUT,
                       "%s: rates by cell are stored at the levels of iml_disagg alone, and %g of "
                       "%s is none of them; run the job with "
                       "intensity_measure_types_and_levels and poes_disagg",
                       x->path, level->level, x->imts[level->imt].name);
    return kr_fail(x->ctx, KR_EINPUT,
                   "%s: rates by cell are stored from %g to %g of %s, and %g is outside; choose a "
                   "level within, or run the job with more levels",
                   x->path, low, high, x->imts[level->imt].name, level->level);
}

/* ------------------------------------------------------------------ components */

/* The component of the run that has a rate, and which of its models. */
static size_t component_of(const kr_tree *tree, size_t rate, size_t *model)
{
    size_t low = 0, high = tree->ncomponents - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (tree->components[middle].first_rate <= rate)
            low = middle;
        else
            high = middle - 1;
    }
    *model = rate - tree->components[low].first_rate;
    return low;
}

static size_t rate_of(const kr_cells_of *of, size_t rate)
{
    return of->rates ? of->rates[rate].rate : rate;
}

/* The component of the run whose cells a component has. */
static size_t source_of(const kr_stored_cells *x, const kr_cells_of *of, size_t component)
{
    size_t model;
    return component_of(x->tree, rate_of(of, of->tree->components[component].first_rate), &model);
}

static size_t cells_of(const kr_stored_cells *x, size_t site, size_t component)
{
    return x->ncells[site * x->tree->ncomponents + component];
}

size_t kr_stored_cells_bytes(const kr_stored_cells *x, size_t site, const kr_cells_of *of,
                             size_t nlevels)
{
    const kr_tree *tree = of->tree;
    size_t neps = x->n[KR_DIM_EPS], row = nlevels * neps * sizeof(double);
    size_t bytes = sizeof(kr_disagg) + sizeof(kr_disagg_chord) + 16 * (size_t)128;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        size_t n = cells_of(x, site, source_of(x, of, c));
        bytes += sizeof(kr_disagg_part) + 3 * (size_t)128 + n * sizeof(kr_disagg_cell) +
                 n * tree->components[c].ngsims * row;
        if (x->exclusive)
            bytes += x->n[KR_DIM_MAG] * sizeof(double);
    }
    bytes += nlevels * (sizeof(place) + sizeof(double) + 2 * tree->nrates * sizeof(double));
    bytes += x->tree->ncomponents * sizeof(size_t) + x->tree->nrates * sizeof(uint32_t);
    return bytes + 2 * x->most_rows * neps * sizeof(double);
}

/* ------------------------------------------------------------------ a site */

/* A site on its way. */
typedef struct reading {
    const kr_stored_cells *x;
    const kr_cells_of *of;
    size_t site, nlevels;
    kr_disagg *out;
    size_t *first_cell;    /* of each component of the run, among the site's */
    uint32_t *to;          /* of each rate of the run: which of the tree; or NOWHERE */
    place *places;         /* of each level */
    double *below, *above; /* rows of two levels */
} reading;

static const uint32_t NOWHERE = UINT32_MAX;

static kr_status damaged(const reading *r, const char *name)
{
    return kr_fail(r->x->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                   r->x->path, name);
}

static kr_status read_cells(const reading *r, size_t from, kr_disagg_part *part)
{
    kr_status s = KR_OK;
    const kr_stored_cells *x = r->x;
    size_t n = cells_of(x, r->site, from);
    size_t start[2] = {x->first_cell[r->site] + r->first_cell[from], 0};
    const size_t *bins = x->n;
    KR_NEW(part->cells, x->ctx, KR_ACCOUNT_RATES, n);
    part->ncells = n;
    if (n)
        KR_TRY(kr_h5_read_slab(x->file, "disagg-cells/cell", KR_H5_U32, start,
                               (const size_t[]){n, 4}, part->cells));
    for (size_t i = 0; i < n; i++) {
        const kr_disagg_cell *cell = &part->cells[i];
        if (cell->mag >= bins[KR_DIM_MAG] || cell->dist >= bins[KR_DIM_DIST] ||
            cell->lon >= bins[KR_DIM_LON] || cell->lat >= bins[KR_DIM_LAT])
            return damaged(r, "disagg-cells/cell");
    }
out:
    return s;
}

static kr_status read_exclusive(const reading *r, size_t from, kr_disagg_part *part)
{
    kr_status s = KR_OK;
    size_t n = r->x->n[KR_DIM_MAG], i = 0;
    double *weights = NULL;
    if (!r->x->exclusive)
        return KR_OK;
    KR_NEW(weights, r->x->ctx, KR_ACCOUNT_RATES, n);
    KR_TRY(kr_h5_read_amounts(r->x->file, "disagg-cells/exclusive", KR_H5_F64,
                              (const size_t[]){r->site, from, 0}, (const size_t[]){1, 1, n},
                              weights));
    while (i < n && weights[i] == 0)
        i++;
    if (i < n) { /* zeros: no exclusive sources */
        part->exclusive = weights;
        weights = NULL;
    }
out:
    kr_free(weights);
    return s;
}

static kr_status make_parts(reading *r)
{
    kr_status s = KR_OK;
    const kr_tree *tree = r->of->tree;
    kr_disagg *d = r->out;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        size_t from = source_of(r->x, r->of, c), model;
        KR_TRY(read_cells(r, from, &d->parts[c]));
        KR_TRY(read_exclusive(r, from, &d->parts[c]));
        KR_NEW(d->parts[c].rates, r->x->ctx, KR_ACCOUNT_RATES,
               component->ngsims * d->parts[c].ncells * d->nlevels * d->neps);
        for (size_t k = 0; k < component->ngsims; k++) {
            size_t rate = rate_of(r->of, component->first_rate + k);
            if (component_of(r->x->tree, rate, &model) != from)
                return damaged(r, "disagg-cells/ncells");
            r->to[rate] = (uint32_t)(component->first_rate + k);
        }
    }
out:
    return s;
}

/* The rows of a level from `first` on, those of a rate of the run one after another. */
static kr_status read_rows(const reading *r, size_t level, size_t first, size_t n, double *out)
{
    return kr_h5_read_amounts(r->x->file, "disagg-cells/rate", KR_H5_F64,
                              (const size_t[]){level, r->x->first_row[r->site] + first, 0},
                              (const size_t[]){1, n, r->out->neps}, out);
}

/* A row of a rate in one cell, at a level. */
static void take_row(const reading *r, size_t level, size_t rate, size_t cell,
                     const double *rows[2])
{
    kr_disagg *d = r->out;
    const place *at = &r->places[level];
    size_t neps = d->neps, model, c = component_of(r->of->tree, rate, &model);
    const kr_disagg_part *part = &d->parts[c];
    double *to = part->rates + ((model * part->ncells + cell) * d->nlevels + level) * neps;
    d->chord->below[level * r->of->tree->nrates + rate] += kr_disagg_sum_of(rows[0], neps);
    d->chord->above[level * r->of->tree->nrates + rate] += kr_disagg_sum_of(rows[1], neps);
    if (at->part == 0)
        memcpy(to, rows[0], neps * sizeof *to);
    else
        kr_disagg_between(rows[0], rows[1], at->part, neps, to);
}

/* All rows of a level, in blocks; the run's rates and their cells count along. */
static kr_status read_level(reading *r, size_t level)
{
    kr_status s = KR_OK;
    const kr_stored_cells *x = r->x;
    const kr_tree *old = x->tree;
    const place *at = &r->places[level];
    size_t ncells, rows = count_rows(x, r->site, &ncells), c = 0, k = 0, cell = 0;
    for (size_t first = 0; first < rows; first += x->most_rows) {
        size_t n = rows - first < x->most_rows ? rows - first : x->most_rows;
        KR_TRY(read_rows(r, at->below, first, n, r->below));
        if (at->part != 0)
            KR_TRY(read_rows(r, at->above, first, n, r->above));
        for (size_t i = 0; i < n; i++, cell++) {
            while (cell == cells_of(x, r->site, c) || k == old->components[c].ngsims) {
                cell = 0;
                if (++k >= old->components[c].ngsims) {
                    k = 0;
                    c++;
                }
            }
            const double *row = r->below + i * r->out->neps;
            const double *rows_at[2] = {row, at->part != 0 ? r->above + i * r->out->neps : row};
            uint32_t rate = r->to[old->components[c].first_rate + k];
            if (rate != NOWHERE)
                take_row(r, level, rate, cell, rows_at);
        }
        if (kr_interrupted(x->ctx))
            return kr_fail(x->ctx, KR_EINTERRUPTED, "interrupted");
    }
out:
    return s;
}

static kr_status begin(reading *r, const kr_disagg_level *levels)
{
    kr_status s = KR_OK;
    const kr_stored_cells *x = r->x;
    size_t n = r->nlevels, neps = x->n[KR_DIM_EPS], nrates = r->of->tree->nrates;
    kr_disagg *d;
    KR_NEW(d, x->ctx, KR_ACCOUNT_RATES, 1);
    r->out = d;
    *d = (kr_disagg){.nlevels = n, .neps = neps};
    KR_NEW(d->parts, x->ctx, KR_ACCOUNT_RATES, r->of->tree->ncomponents);
    d->ncomponents = r->of->tree->ncomponents;
    KR_NEW(d->chord, x->ctx, KR_ACCOUNT_RATES, 1);
    KR_NEW(d->chord->part, x->ctx, KR_ACCOUNT_RATES, n);
    KR_NEW(d->chord->below, x->ctx, KR_ACCOUNT_RATES, n * nrates);
    KR_NEW(d->chord->above, x->ctx, KR_ACCOUNT_RATES, n * nrates);
    KR_NEW(r->places, x->ctx, KR_ACCOUNT_RATES, n);
    KR_NEW(r->first_cell, x->ctx, KR_ACCOUNT_RATES, x->tree->ncomponents);
    KR_NEW(r->to, x->ctx, KR_ACCOUNT_RATES, x->tree->nrates);
    KR_NEW(r->below, x->ctx, KR_ACCOUNT_RATES, x->most_rows * neps);
    KR_NEW(r->above, x->ctx, KR_ACCOUNT_RATES, x->most_rows * neps);
    for (size_t c = 1; c < x->tree->ncomponents; c++)
        r->first_cell[c] = r->first_cell[c - 1] + cells_of(x, r->site, c - 1);
    for (size_t k = 0; k < x->tree->nrates; k++)
        r->to[k] = NOWHERE;
    for (size_t l = 0; l < n; l++) {
        KR_TRY(kr_stored_cells_check(x, r->site, &levels[l]));
        if (levels[l].level > 0)
            find_place(x, r->site, &levels[l], &r->places[l]);
        d->chord->part[l] = r->places[l].part;
    }
out:
    return s;
}

kr_status kr_stored_cells_read(const kr_stored_cells *x, size_t site, const kr_cells_of *of,
                               const kr_disagg_level *levels, size_t nlevels, kr_disagg **out)
{
    kr_status s = KR_OK;
    reading r = {.x = x, .of = of, .site = site, .nlevels = nlevels};
    *out = NULL;
    KR_TRY(begin(&r, levels));
    KR_TRY(make_parts(&r));
    for (size_t l = 0; l < nlevels; l++)
        if (levels[l].level > 0)
            KR_TRY(read_level(&r, l));
    *out = r.out;
    r.out = NULL;
out:
    kr_disagg_destroy(&r.out);
    kr_free(r.places);
    kr_free(r.first_cell);
    kr_free(r.to);
    kr_free(r.below);
    kr_free(r.above);
    return s;
}
