/* Where ruptures float on complex faults: docs/theory.md, 5. */
#include "geo/fault_mesh.h"

#include <math.h>

/* A search for places. */
typedef struct search {
    const kr_mesh *mesh;
    double area_km2, length_km;
    size_t rows, cols; /* of cells */
    double *sums;      /* areas of the cells (i, 0..j-1) at [i * (cols + 1) + j] */
    bool *done;        /* columns where the bottom of the fault was reached */
    kr_float *found;
    size_t n, capacity;
} search;

/* Where a growing sum comes nearest to what is wanted: items counted, and the sum of these. */
typedef struct nearest {
    double wanted, best, sum, total;
    size_t count, seen;
} nearest;

static nearest nearest_to(double wanted)
{
    return (nearest){.wanted = wanted, .best = INFINITY};
}

/* Add an item; false once no later one can come nearer. Of equally near ones the first counts. */
static bool nearest_add(nearest *a, double item)
{
    double off;

    a->total += item;
    a->seen++;
    off = fabs(a->total - a->wanted);
    if (off < a->best) {
        a->best = off;
        a->count = a->seen;
        a->sum = a->total;
    }
    return a->total <= a->wanted;
}

static double area_of_row(const search *f, size_t row, size_t col0, size_t col1)
{
    const double *sums = &f->sums[row * (f->cols + 1)];

    return sums[col1] - sums[col0];
}

static double area_of_column(const search *f, size_t col)
{
    const kr_mesh_cells *c = &f->mesh->cells;
    double area = 0.0;

    for (size_t i = 0; i < f->rows; i++) {
        size_t k = i * f->mesh->stride + col;
        area += c->tl_area[k] + c->br_area[k];
    }
    return area;
}

/* How many cells of a row come nearest to the length, from a column on. */
static nearest fit_length(const search *f, size_t row, size_t col)
{
    nearest a = nearest_to(f->length_km);
    const double *length = f->mesh->cells.length + row * f->mesh->stride;

    for (size_t j = col; j < f->cols && nearest_add(&a, length[j]); j++)
        ;
    return a;
}

/* How many rows of cells come nearest to the area. */
static nearest fit_rows(const search *f, size_t row, size_t col0, size_t col1)
{
    nearest a = nearest_to(f->area_km2);

    for (size_t i = row; i < f->rows && nearest_add(&a, area_of_row(f, i, col0, col1)); i++)
        ;
    return a;
}

/* How many whole columns of cells come nearest to the area. */
static nearest fit_columns(const search *f, size_t col)
{
    nearest a = nearest_to(f->area_km2);

    for (size_t j = col; j < f->cols && nearest_add(&a, area_of_column(f, j)); j++)
        ;
    return a;
}

/* What to do after looking at a place. */
typedef enum verdict { NEXT_COLUMN, NEXT_ROW, THE_END } verdict;

/* Look at the cell (row, col): *place is filled and *good set if a rupture may begin there. */
static verdict look_at(search *f, size_t row, size_t col, kr_float *place, bool *good)
{
    nearest length = fit_length(f, row, col), rows;
    size_t end = col + length.count;

    *good = false;
    if (end == f->cols && length.sum < f->length_km && col != 0)
        return NEXT_ROW;
    rows = fit_rows(f, row, col, end);
    if (row + rows.count == f->rows && rows.sum < f->area_km2) {
        if (row > 0) {
            f->done[col] = true;
        } else if (end == f->cols) {
            return THE_END;
        } else { /* too wide for the fault: longer instead */
            nearest columns = fit_columns(f, col);
            end = col + columns.count;
            if (end == f->cols && columns.sum < f->area_km2)
                return THE_END;
        }
    }
    *good = true;
    *place = (kr_float){(uint32_t)row, (uint32_t)col, (uint32_t)(row + rows.count + 1),
                        (uint32_t)(end + 1)};
    return NEXT_COLUMN;
}

static kr_status add_place(kr_ctx *ctx, search *f, kr_float place)
{
    kr_status s = KR_OK;

    KR_GROW(f->found, f->capacity, f->n + 1, ctx, KR_ACCOUNT_OTHER);
    f->found[f->n++] = place;
out:
    return s;
}

static kr_status search_row(kr_ctx *ctx, search *f, size_t row, verdict *next)
{
    kr_status s = KR_OK;

    *next = NEXT_COLUMN;
    for (size_t col = 0; *next == NEXT_COLUMN && col < f->cols; col++) {
        kr_float place;
        bool good = false;
        if (!f->done[col])
            *next = look_at(f, row, col, &place, &good);
        if (good)
            KR_TRY(add_place(ctx, f, place));
    }
out:
    return s;
}

static kr_status search_all(kr_ctx *ctx, search *f)
{
    kr_status s = KR_OK;
    verdict next = NEXT_COLUMN;

    for (size_t row = 0; next != THE_END && row < f->rows; row++) {
        if (kr_interrupted(ctx))
            return kr_fail(ctx, KR_EINTERRUPTED, "interrupted");
        KR_TRY(search_row(ctx, f, row, &next));
    }
out:
    return s;
}

static kr_status prepare(search *f, kr_arena *work)
{
    kr_status s = KR_OK;

    KR_ANEW(f->sums, work, f->rows * (f->cols + 1));
    KR_ANEW(f->done, work, f->cols);
    for (size_t i = 0; i < f->rows; i++) {
        double *sums = &f->sums[i * (f->cols + 1)];
        for (size_t j = 0; j < f->cols; j++) {
            size_t k = i * f->mesh->stride + j;
            sums[j + 1] = sums[j] + f->mesh->cells.tl_area[k] + f->mesh->cells.br_area[k];
        }
    }
out:
    return s;
}

kr_status kr_complex_fault_floats(kr_ctx *ctx, const kr_mesh *mesh, double area_km2,
                                  double length_km, kr_arena *arena, kr_float **out, size_t *n)
{
    kr_status s = KR_OK;
    search f = {.mesh = mesh, .area_km2 = area_km2, .length_km = length_km};
    kr_arena work;

    *out = NULL;
    *n = 0;
    f.rows = mesh->rows - 1;
    f.cols = mesh->cols - 1;
    kr_arena_init(&work, ctx, KR_ACCOUNT_OTHER);
    if (area_km2 >= kr_mesh_area_km2(mesh)) {
        KR_ANEW(*out, arena, 1);
        **out = (kr_float){0, 0, (uint32_t)mesh->rows, (uint32_t)mesh->cols};
        *n = 1;
        goto out;
    }
    KR_TRY(prepare(&f, &work));
    KR_TRY(search_all(ctx, &f));
    KR_ANEW(*out, arena, f.n);
    for (size_t i = 0; i < f.n; i++)
        (*out)[i] = f.found[i];
    *n = f.n;
out:
    kr_free(f.found);
    kr_arena_clear(&work);
    return s;
}
