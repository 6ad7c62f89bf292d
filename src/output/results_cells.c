/* The group disagg-cells of results.h5: rates by cell of all components, level after level, so that
 * a few levels can be read without the others. */
#include "output/results.h"
#include "output/results_int.h"

#include <string.h>

enum { SETS = 8, SET_BYTES = 4096, CHUNK_BYTES = 64 };

static size_t neps_of(const kr_results_spec *p)
{
    return p->disagg->edges->n[KR_DIM_EPS];
}

/* HDF5 has no datasets of nothing here. */
static size_t some(size_t n)
{
    return n ? n : 1;
}

static size_t number_bytes(const kr_results_cells *x)
{
    return x->precision == KR_PRECISION_F32 ? sizeof(float) : sizeof(double);
}

size_t kr_results_cells_chunk(size_t most_rows, size_t neps)
{
    size_t fit = KR_DISAGG_CHUNK / sizeof(double) / neps;
    return some(most_rows < fit ? most_rows : fit);
}

static kr_status write_firsts(kr_h5 *file, const char *name, const size_t *first, size_t n,
                              kr_arena *arena)
{
    kr_status s = KR_OK;
    int64_t *list;
    KR_ANEW(list, arena, n + 1);
    for (size_t i = 0; i <= n; i++)
        list[i] = (int64_t)first[i];
    KR_TRY(kr_h5_write(file, name, KR_H5_I64, 1, (const size_t[]){n + 1}, list));
out:
    return s;
}

/* Which type each component counts for. */
static kr_status write_trts(kr_h5 *file, const kr_results_spec *p, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t n = p->tree->ncomponents;
    uint32_t *trts;
    KR_ANEW(trts, arena, n + 1);
    for (size_t c = 0; c < n; c++)
        trts[c] = (uint32_t)p->disagg->edges->trt_of[c];
    KR_TRY(kr_h5_write(file, "disagg-cells/trt", KR_H5_U32, 1, &n, trts));
out:
    return s;
}

kr_status kr_results_make_cells(kr_h5 *file, const kr_results_spec *p, kr_arena *arena)
{
    kr_status s = KR_OK;
    const kr_results_cells *x = p->disagg->cells;
    if (!x)
        return KR_OK;
    size_t n = p->sites->n, ncomponents = p->tree->ncomponents, neps = neps_of(p);
    KR_TRY(kr_h5_write(file, "disagg-cells/measure", KR_H5_U32, 1, &x->nlevels, x->measure));
    KR_TRY(kr_h5_make(file, "disagg-cells/level", KR_H5_F64, 2, (const size_t[]){n, x->nlevels},
                      NULL));
    KR_TRY(kr_h5_set_attr_double(file, "disagg-cells/level", "of_tables", (double)x->nown));
    KR_TRY(write_trts(file, p, arena));
    KR_TRY(write_firsts(file, "disagg-cells/first_cell", x->first_cell, n, arena));
    KR_TRY(write_firsts(file, "disagg-cells/first_row", x->first_row, n, arena));
    KR_TRY(kr_h5_make(file, "disagg-cells/ncells", KR_H5_U32, 2, (const size_t[]){n, ncomponents},
                      NULL));
    KR_TRY(kr_h5_make(file, "disagg-cells/cell", KR_H5_U32, 2,
                      (const size_t[]){some(x->first_cell[n]), 4}, NULL));
    if (x->exclusive)
        KR_TRY(kr_h5_make(file, "disagg-cells/exclusive", KR_H5_F64, 3,
                          (const size_t[]){n, ncomponents, p->disagg->edges->n[KR_DIM_MAG]}, NULL));
    KR_TRY(kr_h5_make(file, "disagg-cells/rate",
                      x->precision == KR_PRECISION_F32 ? KR_H5_F32 : KR_H5_F64, 3,
                      (const size_t[]){x->nlevels, some(x->first_row[n]), neps},
                      (const size_t[]){1, x->chunk, neps}));
out:
    return s;
}

double kr_results_cells_stored(const kr_results_spec *p)
{
    const kr_results_cells *x = p->disagg ? p->disagg->cells : NULL;
    if (!x)
        return 0;
    double n = (double)p->sites->n, ncomponents = (double)p->tree->ncomponents;
    double rows = (double)some(x->first_row[p->sites->n]), levels = (double)x->nlevels;
    double bytes = (SETS + (double)x->exclusive) * SET_BYTES + 16 * (n + 1) + 4 * ncomponents;
    bytes += (8 * n + 4) * levels + 4 * n * ncomponents;
    bytes += 16 * (double)some(x->first_cell[p->sites->n]);
    if (x->exclusive)
        bytes += 8 * n * ncomponents * (double)p->disagg->edges->n[KR_DIM_MAG];
    bytes += levels * rows / (double)x->chunk * CHUNK_BYTES;
    return bytes + levels * rows * (double)neps_of(p) * (double)number_bytes(x);
}

size_t kr_results_cells_bytes(const kr_results_spec *p)
{
    const kr_results_cells *x = p->disagg ? p->disagg->cells : NULL;
    if (!x)
        return 0;
    size_t most = 0;
    for (size_t i = 0; i < p->sites->n; i++) {
        size_t n = x->first_cell[i + 1] - x->first_cell[i];
        most = n > most ? n : most;
    }
    return x->chunk * neps_of(p) * sizeof(double) + most * 4 * sizeof(uint32_t) +
           p->tree->ncomponents * sizeof(uint32_t) + 512;
}

/* ------------------------------------------------------------------ a site */

static kr_status put_exclusive(kr_results *r, size_t site, const kr_disagg *d)
{
    kr_status s = KR_OK;
    size_t nmag = r->spec.disagg->edges->n[KR_DIM_MAG];
    for (size_t c = 0; c < d->ncomponents; c++)
        if (d->parts[c].exclusive)
            KR_TRY(kr_h5_write_slab(r->file, "disagg-cells/exclusive", KR_H5_F64,
                                    (const size_t[]){site, c, 0}, (const size_t[]){1, 1, nmag},
                                    d->parts[c].exclusive));
out:
    return s;
}

kr_status kr_results_put_cells(kr_results *r, size_t site, const kr_disagg *d, const double *levels)
{
    kr_status s = KR_OK;
    const kr_results_cells *x = r->spec.disagg->cells;
    size_t first = x->first_cell[site], n = x->first_cell[site + 1] - first, at = 0;
    uint32_t *cells = NULL, *counts = NULL;
    KR_NEW(cells, r->ctx, KR_ACCOUNT_OUTPUT, 4 * some(n));
    KR_NEW(counts, r->ctx, KR_ACCOUNT_OUTPUT, d->ncomponents);
    for (size_t c = 0; c < d->ncomponents; c++) {
        counts[c] = (uint32_t)d->parts[c].ncells;
        for (size_t i = 0; i < d->parts[c].ncells; i++, at++) {
            const kr_disagg_cell *cell = &d->parts[c].cells[i];
            const uint32_t numbers[4] = {cell->mag, cell->dist, cell->lon, cell->lat};
            memcpy(cells + 4 * at, numbers, sizeof numbers);
        }
    }
    KR_TRY(kr_h5_write_slab(r->file, "disagg-cells/level", KR_H5_F64, (const size_t[]){site, 0},
                            (const size_t[]){1, x->nlevels}, levels));
    KR_TRY(kr_h5_write_slab(r->file, "disagg-cells/ncells", KR_H5_U32, (const size_t[]){site, 0},
                            (const size_t[]){1, d->ncomponents}, counts));
    if (n)
        KR_TRY(kr_h5_write_slab(r->file, "disagg-cells/cell", KR_H5_U32, (const size_t[]){first, 0},
                                (const size_t[]){n, 4}, cells));
    if (x->exclusive)
        KR_TRY(put_exclusive(r, site, d));
out:
    kr_free(cells);
    kr_free(counts);
    return s;
}

/* Rows on their way, a chunk at a time. */
typedef struct rows {
    kr_results *results;
    size_t level, first, n; /* the first of these, and how many there are */
    void *numbers;          /* as they are stored */
} rows;

static kr_status put_rows(rows *to)
{
    kr_status s = KR_OK;
    const kr_results_cells *x = to->results->spec.disagg->cells;
    bool single = x->precision == KR_PRECISION_F32;
    size_t neps = neps_of(&to->results->spec);
    size_t numbers = x->chunk * neps, filled = to->n * neps, size = number_bytes(x);
    if (to->n == 0)
        return KR_OK;
    memset((char *)to->numbers + filled * size, 0, (numbers - filled) * size);
    KR_TRY(kr_h5_write_slab(to->results->file, "disagg-cells/rate", single ? KR_H5_F32 : KR_H5_F64,
                            (const size_t[]){to->level, to->first, 0},
                            (const size_t[]){1, x->chunk, neps}, to->numbers));
    to->first += x->chunk;
    to->n = 0;
out:
    return s;
}

static kr_status add_row(rows *to, const double *rates)
{
    const kr_results_cells *x = to->results->spec.disagg->cells;
    size_t neps = neps_of(&to->results->spec), at = to->n * neps;
    for (size_t e = 0; e < neps; e++)
        if (x->precision == KR_PRECISION_F32)
            ((float *)to->numbers)[at + e] = (float)rates[e];
        else
            ((double *)to->numbers)[at + e] = rates[e];
    return ++to->n < x->chunk ? KR_OK : put_rows(to);
}

static kr_status put_level(rows *to, const kr_disagg *d, size_t level)
{
    kr_status s = KR_OK;
    const kr_tree *tree = to->results->spec.tree;
    for (size_t c = 0; c < d->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims * d->parts[c].ncells; k++)
            KR_TRY(add_row(to, d->parts[c].rates + (k * d->nlevels + level) * d->neps));
    KR_TRY(put_rows(to));
out:
    return s;
}

kr_status kr_results_put_cell_rates(kr_results *r, size_t site, size_t first, size_t n,
                                    const kr_disagg *d)
{
    kr_status s = KR_OK;
    const kr_results_cells *x = r->spec.disagg->cells;
    rows to = {.results = r};
    double *numbers = NULL;
    KR_NEW(numbers, r->ctx, KR_ACCOUNT_OUTPUT, x->chunk * neps_of(&r->spec));
    to.numbers = numbers;
    for (size_t l = 0; l < n; l++) {
        to.level = first + l;
        to.first = x->first_row[site];
        KR_TRY(put_level(&to, d, l));
        if (kr_interrupted(r->ctx)) {
            s = kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
    }
out:
    kr_free(numbers);
    return s;
}
