#include "output/stored_disagg.h"

#include "base/mem.h"
#include "base/str.h"
#include "hazard/disagg_edges.h"
#include "num/poe.h"
#include "output/disagg_slice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is held of a table at a time: of as many targets as stand in a chunk (more would unpack
 * chunks again and again), so many numbers, or those of one bin where it has more. */
enum { TARGETS_HELD = 8, NUMBERS_HELD = 300000 };

static kr_status damaged(const kr_stored_disagg *d, const char *name)
{
    return kr_fail(d->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                   d->path, name);
}

/* ------------------------------------------------------------------ bins and levels */

static kr_status read_edges(kr_stored_disagg *d, kr_disagg_dim dim, kr_arena *arena)
{
    kr_status s = KR_OK;
    bool by_site = dim == KR_DIM_LON || dim == KR_DIM_LAT;
    size_t dims[KR_H5_MAX_RANK], rows = by_site ? d->nsites : 1, got;
    int rank;
    char name[32];
    void *data;
    snprintf(name, sizeof name, "disagg-bins/%s", kr_disagg_dim_name(dim));
    KR_TRY(kr_h5_dims(d->file, name, dims, &rank));
    if (rank != 1 + (int)by_site || (by_site && dims[0] != rows) || dims[rank - 1] < 2)
        return damaged(d, name);
    KR_TRY(kr_h5_read(d->file, name, KR_H5_F64, arena, &data, &got));
    d->n[dim] = dims[rank - 1] - 1;
    d->edges[dim] = data;
    for (size_t i = 0; i < rows; i++)
        if (!kr_disagg_increase(d->edges[dim] + i * dims[rank - 1], dims[rank - 1]))
            return damaged(d, name);
out:
    return s;
}

static kr_status read_bins(kr_stored_disagg *d, kr_arena *arena)
{
    kr_status s = KR_OK;
    char **trts;
    for (kr_disagg_dim dim = KR_DIM_MAG; dim < KR_DIMS; dim++)
        KR_TRY(read_edges(d, dim, arena));
    KR_TRY(kr_h5_read_strings(d->file, "disagg-bins/TRT", arena, &trts, &d->n[KR_DIM_TRT]));
    if (d->n[KR_DIM_TRT] == 0)
        return damaged(d, "disagg-bins/TRT");
    d->trts = (const char *const *)trts;
    double cells = 1;
    for (kr_disagg_dim dim = 0; dim < KR_DIMS; dim++)
        cells *= (double)d->n[dim];
    if (cells > KR_DISAGG_MOST_CELLS)
        return damaged(d, "disagg-bins");
out:
    return s;
}

/* All sets of levels; of an earlier version those of the mean curve alone. */
static kr_status read_levels(kr_stored_disagg *d, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK], n;
    int rank;
    void *data;
    bool all = kr_h5_exists(d->file, "disagg-tree/level");
    const char *name = all ? "disagg-tree/level" : "hmap3";
    KR_TRY(kr_h5_dims(d->file, name, dims, &rank));
    int last = all ? 3 : 2;
    if (rank != last + 1 || dims[0] != d->nsites || dims[last - 1] != d->nimts || dims[last] == 0 ||
        dims[1] == 0)
        return damaged(d, name);
    d->npoes = dims[last];
    d->nsets = all ? dims[1] : 1;
    KR_TRY(kr_h5_read(d->file, name, KR_H5_F64, arena, &data, &n));
    d->levels = data;
    for (size_t i = 0; i < n; i++)
        if (!(d->levels[i] >= 0 && isfinite(d->levels[i])))
            return damaged(d, name);
out:
    return s;
}

double kr_stored_disagg_level(const kr_stored_disagg *d, size_t site, size_t set, size_t measure,
                              size_t poe)
{
    return d->levels[((site * d->nsets + set) * d->nimts + measure) * d->npoes + poe];
}

static kr_status read_rlzs(kr_stored_disagg *d, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK], n;
    int rank;
    void *data;
    if (!kr_h5_exists(d->file, "best_rlzs"))
        return KR_OK;
    KR_TRY(kr_h5_dims(d->file, "best_rlzs", dims, &rank));
    if (rank != 2 || dims[0] != d->nsites)
        return damaged(d, "best_rlzs");
    KR_TRY(kr_h5_read(d->file, "best_rlzs", KR_H5_U32, arena, &data, &n));
    d->nrlzs = dims[1];
    d->rlzs = data;
out:
    return s;
}

/* ------------------------------------------------------------------ tables */

static void name_of(const char *group, const kr_disagg_kind *kind, char out[128])
{
    snprintf(out, 128, "%s/%s", group, kind->name);
}

static kr_status check_table(const kr_stored_disagg *d, const kr_disagg_kind *kind,
                             const char *group, size_t columns)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK], k = kind->ndims;
    int rank;
    char name[128];
    name_of(group, kind, name);
    KR_TRY(kr_h5_dims(d->file, name, dims, &rank));
    bool good = rank == (int)k + 4 && dims[0] == d->nsites && dims[k + 1] == d->nimts &&
                dims[k + 2] == d->npoes && dims[k + 3] == columns;
    for (size_t i = 0; good && i < k; i++)
        good = dims[1 + i] == d->n[kind->dims[i]];
    if (!good)
        return damaged(d, name);
out:
    return s;
}

static kr_status look_for_tables(kr_stored_disagg *d)
{
    kr_status s = KR_OK;
    char name[128];
    d->mean = kr_h5_exists(d->file, KR_DISAGG_MEAN);
    if (!d->mean && d->nrlzs == 0)
        return damaged(d, KR_DISAGG_MEAN);
    for (unsigned k = 0; k < KR_DISAGG_KINDS; k++) {
        const kr_disagg_kind *kind = &kr_disagg_kinds[k];
        name_of(d->mean ? KR_DISAGG_MEAN : KR_DISAGG_RLZS, kind, name);
        if (!kr_h5_exists(d->file, name))
            continue;
        if (d->mean)
            KR_TRY(check_table(d, kind, KR_DISAGG_MEAN, 1));
        if (d->nrlzs)
            KR_TRY(check_table(d, kind, KR_DISAGG_RLZS, d->nrlzs));
        d->kinds |= 1u << k;
    }
out:
    return s;
}

static kr_status add_tree(kr_stored_disagg *d, const char *name, const char *group, size_t set)
{
    kr_status s = KR_OK;
    if (!group)
        return KR_ENOMEM;
    if (!kr_h5_exists(d->file, group))
        return KR_OK;
    if (set >= d->nsets)
        return damaged(d, group);
    for (unsigned k = 0; k < KR_DISAGG_KINDS; k++)
        if (d->kinds & 1u << k)
            KR_TRY(check_table(d, &kr_disagg_kinds[k], group, 1));
    d->tree[d->ntree++] = (kr_stored_disagg_tree){name, group, set};
out:
    return s;
}

/* Levels of quantile curves stand in the order of the statistics. */
static kr_status look_for_tree(kr_stored_disagg *d, kr_arena *arena)
{
    kr_status s = KR_OK;
    char **stats = NULL;
    size_t n = 0, set = 0;
    if (kr_h5_exists(d->file, "disagg-tree/level") && kr_h5_exists(d->file, "stats"))
        KR_TRY(kr_h5_read_strings(d->file, "stats", arena, &stats, &n));
    KR_ANEW(d->tree, arena, n + 1);
    KR_TRY(add_tree(d, "tree_mean", "disagg-tree/mean", 0));
    for (size_t i = 0; i < n; i++)
        if (kr_str_starts(stats[i], "quantile-"))
            KR_TRY(
                add_tree(d, stats[i], kr_arena_printf(arena, "disagg-tree/%s", stats[i]), ++set));
out:
    return s;
}

kr_status kr_stored_disagg_open(kr_ctx *ctx, const char *path, kr_h5 *file, size_t nsites,
                                size_t nimts, kr_arena *arena, kr_stored_disagg **out)
{
    kr_status s = KR_OK;
    kr_stored_disagg *d;
    *out = NULL;
    if (!kr_h5_exists(file, "disagg-bins"))
        return KR_OK;
    KR_ANEW(d, arena, 1);
    *d = (kr_stored_disagg){
        .ctx = ctx, .path = path, .file = file, .nsites = nsites, .nimts = nimts};
    KR_TRY(read_bins(d, arena));
    KR_TRY(read_levels(d, arena));
    KR_TRY(read_rlzs(d, arena));
    KR_TRY(look_for_tables(d));
    KR_TRY(look_for_tree(d, arena));
    *out = d;
out:
    return s;
}

const double *kr_stored_disagg_edges(const kr_stored_disagg *d, kr_disagg_dim dim, size_t site)
{
    bool by_site = dim == KR_DIM_LON || dim == KR_DIM_LAT;
    return d->edges[dim] ? d->edges[dim] + (by_site ? site * (d->n[dim] + 1) : 0) : NULL;
}

const char *kr_stored_disagg_names(const kr_stored_disagg *d, kr_arena *arena)
{
    const char *all = "";
    for (unsigned k = 0; k < KR_DISAGG_KINDS && all; k++)
        if (d->kinds & 1u << k)
            all = kr_arena_printf(arena, "%s%s%s", all, all[0] ? " " : "", kr_disagg_kinds[k].name);
    return all;
}

/* ------------------------------------------------------------------ rates */

static unsigned axes_of(const kr_disagg_kind *kind)
{
    unsigned axes = 0;
    for (size_t i = 0; i < kind->ndims; i++)
        axes |= KR_DIM_BIT(kind->dims[i]);
    return axes;
}

size_t kr_stored_disagg_cells(const kr_stored_disagg *d, unsigned axes)
{
    size_t n = 1;
    for (kr_disagg_dim dim = 0; dim < KR_DIMS; dim++)
        if (axes & KR_DIM_BIT(dim))
            n *= d->n[dim];
    return n;
}

const kr_disagg_kind *kr_stored_disagg_kind(const kr_stored_disagg *d, unsigned axes)
{
    const kr_disagg_kind *best = NULL;
    size_t least = SIZE_MAX;
    for (unsigned k = 0; k < KR_DISAGG_KINDS; k++) {
        unsigned of = axes_of(&kr_disagg_kinds[k]);
        size_t cells = kr_stored_disagg_cells(d, of);
        if (d->kinds & 1u << k && (of & axes) == axes && cells < least) {
            best = &kr_disagg_kinds[k];
            least = cells;
        }
    }
    return best;
}

/* A table on its way to sums: a slice of its bins, of some of the targets, at a time. */
typedef struct summing {
    const kr_stored_disagg *d;
    const kr_disagg_slab *slab;
    const kr_disagg_kind *kind;
    size_t n[KR_DISAGG_MOST_DIMS];      /* bins of the table's axes */
    size_t stride[KR_DISAGG_MOST_DIMS]; /* what a step along them is among the sums; 0: summed up */
    size_t bins, cells;                 /* of the table, of the sums */
    size_t levels, targets, most;       /* targets and bins held at a time */
    double *rows;
} summing;

static void begin_sums(summing *g, unsigned axes)
{
    const kr_disagg_kind *kind = g->kind;
    g->cells = g->bins = 1;
    for (size_t i = kind->ndims; i-- > 0;) {
        g->n[i] = g->d->n[kind->dims[i]];
        g->bins *= g->n[i];
        if (axes & KR_DIM_BIT(kind->dims[i])) {
            g->stride[i] = g->cells;
            g->cells *= g->n[i];
        }
    }
    g->levels = g->slab->nmeasures * g->slab->npoes;
    g->targets = g->slab->ntargets < TARGETS_HELD ? g->slab->ntargets : TARGETS_HELD;
    size_t fit = NUMBERS_HELD / (g->levels * g->targets);
    g->most = fit == 0 ? 1 : fit < g->bins ? fit : g->bins;
}

static size_t place_of(const summing *g, size_t bin)
{
    size_t place = 0;
    for (size_t i = g->kind->ndims; i-- > 0; bin /= g->n[i])
        place += bin % g->n[i] * g->stride[i];
    return place;
}

/* Bins x (measures, probabilities) x targets. */
static kr_status read_slice(const summing *g, size_t *start, size_t *count, size_t first, size_t n)
{
    const kr_disagg_slab *slab = g->slab;
    size_t k = g->kind->ndims;
    char name[128];
    name_of(slab->group, g->kind, name);
    start[0] = slab->site;
    count[0] = 1;
    start[k + 1] = slab->measure;
    start[k + 2] = slab->poe;
    start[k + 3] = slab->first + first;
    count[k + 1] = slab->nmeasures;
    count[k + 2] = slab->npoes;
    count[k + 3] = n;
    return kr_h5_read_amounts(g->d->file, name, KR_H5_F64, start, count, g->rows);
}

/* To targets x (measures, probabilities) x sums. A probability of 1 is a rate beyond double
 * precision: that of the number before it. */
static kr_status add_bin(const summing *g, const double *from, size_t n, double *to)
{
    for (size_t l = 0; l < g->levels; l++)
        for (size_t t = 0; t < n; t++) {
            double poe = from[l * n + t];
            if (poe > 1)
                return damaged(g->d, g->kind->name);
            to[(t * g->levels + l) * g->cells] += kr_finite_rate_of_poe(poe);
        }
    return KR_OK;
}

/* Of the targets first .. first + n - 1. */
static kr_status add_targets(const summing *g, size_t first, size_t n, double *out)
{
    kr_status s = KR_OK;
    size_t start[KR_H5_MAX_RANK], count[KR_H5_MAX_RANK], nbins;
    for (size_t bin = 0; bin < g->bins; bin += nbins) {
        nbins = kr_disagg_slice(g->n, g->kind->ndims, g->most, bin, start + 1, count + 1);
        KR_TRY(read_slice(g, start, count, first, n));
        for (size_t c = 0; c < nbins; c++)
            KR_TRY(add_bin(g, g->rows + c * g->levels * n, n,
                           out + first * g->levels * g->cells + place_of(g, bin + c)));
    }
out:
    return s;
}

size_t kr_stored_disagg_read_bytes(size_t nlevels)
{
    size_t bin = nlevels * TARGETS_HELD;
    return (bin > NUMBERS_HELD ? bin : NUMBERS_HELD) * sizeof(double);
}

kr_status kr_stored_disagg_read(const kr_stored_disagg *d, const kr_disagg_slab *slab,
                                unsigned axes, double *out)
{
    kr_status s = KR_OK;
    summing g = {.d = d, .slab = slab, .kind = kr_stored_disagg_kind(d, axes)};
    if (!g.kind)
        return damaged(d, "disagg-bins");
    begin_sums(&g, axes);
    memset(out, 0, g.cells * g.levels * slab->ntargets * sizeof *out);
    KR_NEW(g.rows, d->ctx, KR_ACCOUNT_OUTPUT, g.most * g.levels * g.targets);
    for (size_t t = 0; t < slab->ntargets; t += g.targets) {
        size_t left = slab->ntargets - t;
        KR_TRY(add_targets(&g, t, left < g.targets ? left : g.targets, out));
    }
out:
    kr_free(g.rows);
    return s;
}
