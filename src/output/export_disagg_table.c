/* One table of a disaggregation, as the reference writes it. */
#include "output/disagg_slice.h"
#include "output/export_disagg_int.h"

#include <math.h>
#include <stdio.h>

/* Numbers that are read at a time, or those of one bin where it has more. */
enum { NUMBERS_READ = 2000000 };

/* The middle of each bin. */
static kr_status find_centres(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    for (size_t k = 0; k < w->kind->ndims; k++) {
        double *edges;
        size_t n;
        w->centres[k] = NULL;
        if (w->kind->dims[k] == KR_DIM_TRT && w->ntrts != w->dims[1 + k])
            return kr_disagg_writer_damaged(w, w->kind->name);
        if (w->kind->dims[k] == KR_DIM_TRT)
            continue;
        KR_TRY(kr_disagg_writer_edges(w, w->kind->dims[k], &edges, &n));
        if (n - 1 != w->dims[1 + k])
            return kr_disagg_writer_damaged(w, w->kind->name);
        for (size_t i = 0; i + 1 < n; i++)
            edges[i] = (edges[i] + edges[i + 1]) / 2;
        w->centres[k] = edges;
    }
out:
    return s;
}

/* The bins of a slice x columns; measure and probability. */
static kr_status read_slice(kr_disagg_writer *w, size_t *start, size_t *count, size_t m, size_t p,
                            double *out)
{
    char name[96];
    start[0] = w->site;
    start[w->rank - 3] = m;
    start[w->rank - 2] = p;
    start[w->rank - 1] = 0;
    count[0] = count[w->rank - 3] = count[w->rank - 2] = 1;
    count[w->rank - 1] = w->columns;
    snprintf(name, sizeof name, "%s/%s", w->group, w->kind->name);
    return w->negative ? kr_h5_read_slab(w->e->file, name, KR_H5_F64, start, count, out)
                       : kr_h5_read_amounts(w->e->file, name, KR_H5_F64, start, count, out);
}

/* The probabilities of all bins, of each column. */
static kr_status read_totals(const kr_disagg_writer *w, size_t m, size_t p, double *all)
{
    return kr_h5_read_amounts(w->e->file, "poe4", KR_H5_F64, (const size_t[]){w->site, m, p, 0},
                              (const size_t[]){1, 1, 1, w->columns}, all);
}

/* Of rates, as parts of that of all bins. */
static void take_parts(const kr_disagg_writer *w, size_t ncells, const double *all, double *part)
{
    for (size_t i = 0; i < ncells * w->columns; i++) {
        double total = log1p(-all[i % w->columns]);
        part[i] = total < 0 ? log1p(-part[i]) / total : 0;
    }
}

static void write_row(kr_disagg_writer *w, size_t cell, size_t m, size_t p, const double *values)
{
    const char *const FIVE = "%.5E";
    size_t at[KR_DISAGG_MOST_DIMS];
    kr_table_text(w->t, w->e->spec->job->imts[m].name);
    kr_table_format(w->t, FIVE, w->levels[m * w->npoes + p]);
    kr_table_format(w->t, FIVE, w->poes[m * w->npoes + p]);
    for (size_t k = w->kind->ndims; k-- > 0; cell /= w->dims[1 + k])
        at[k] = cell % w->dims[1 + k];
    for (size_t k = 0; k < w->kind->ndims; k++)
        if (w->centres[k])
            kr_table_format(w->t, FIVE, w->centres[k][at[k]]);
        else
            kr_table_text(w->t, w->trts[at[k]]);
    for (size_t z = 0; z < w->columns; z++)
        kr_table_format(w->t, FIVE, values[z]);
    kr_table_end_row(w->t);
}

/* Bins that are read at a time. */
static size_t most_bins(const kr_disagg_writer *w)
{
    size_t fit = NUMBERS_READ / w->columns;
    return fit == 0 ? 1 : fit < w->cells ? fit : w->cells;
}

/* The rows of a measure and a probability, or whether they have a number but 0. */
static kr_status walk_level(kr_disagg_writer *w, size_t m, size_t p, double *part, bool *found)
{
    kr_status s = KR_OK;
    size_t most = most_bins(w), n;
    double *all = part + most * w->columns;
    if (w->traditional)
        KR_TRY(read_totals(w, m, p, all));
    for (size_t bin = 0; bin < w->cells && !(found && *found); bin += n) {
        size_t start[KR_H5_MAX_RANK], count[KR_H5_MAX_RANK];
        n = kr_disagg_slice(w->dims + 1, w->kind->ndims, most, bin, start + 1, count + 1);
        KR_TRY(read_slice(w, start, count, m, p, part));
        if (w->traditional)
            take_parts(w, n, all, part);
        for (size_t c = 0; c < n && !found; c++)
            write_row(w, bin + c, m, p, part + c * w->columns);
        for (size_t k = 0; k < n * w->columns && found && !*found; k++)
            *found = part[k] != 0;
        if (kr_interrupted(w->e->ctx)) {
            s = kr_fail(w->e->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
    }
out:
    return s;
}

/* All slices of a table in the order of its rows; with `found`, whether there is a number but 0. */
static kr_status walk(kr_disagg_writer *w, bool *found)
{
    kr_status s = KR_OK;
    double *part = NULL;
    KR_NEW(part, w->e->ctx, KR_ACCOUNT_OUTPUT, (most_bins(w) + 1) * w->columns);
    for (size_t row = 0; row < w->e->spec->job->nimts * w->npoes && !(found && *found); row++) {
        size_t m = w->measures[row / w->npoes], p = w->order[row % w->npoes];
        if (kr_export_wants(w->e, m))
            KR_TRY(walk_level(w, m, p, part, found));
    }
out:
    kr_free(part);
    return s;
}

size_t kr_export_disagg_bytes(const kr_results_spec *p)
{
    const size_t text = 256; /* of a column: its name, its number and weight in the comment */
    size_t columns = 1, cells = 0;
    if (!p->disagg)
        return 0;
    columns = p->disagg->nrlzs > columns ? p->disagg->nrlzs : columns;
    for (size_t i = 0; i < p->disagg->nstatistics; i++)
        if (p->disagg->statistics[i].columns > columns)
            columns = p->disagg->statistics[i].columns;
    for (size_t i = 0; i < p->job->disagg.nkinds; i++) {
        const kr_disagg_kind *kind = p->job->disagg.kinds[i];
        size_t n = 1;
        for (size_t k = 0; k < kind->ndims; k++)
            n *= p->disagg->edges->n[kind->dims[k]];
        cells = n > cells ? n : cells;
    }
    kr_disagg_writer largest = {.columns = columns, .cells = cells};
    return (most_bins(&largest) + 1) * columns * sizeof(double) + columns * text + 262144;
}

static void header(kr_disagg_writer *w)
{
    kr_table_text(w->t, "imt");
    kr_table_text(w->t, "iml");
    kr_table_text(w->t, "poe");
    for (size_t k = 0; k < w->kind->ndims; k++)
        kr_table_text(w->t, kr_disagg_dim_column(w->kind->dims[k]));
    for (size_t z = 0; z < w->columns; z++)
        kr_table_text(w->t, w->heads[z]);
    kr_table_end_row(w->t);
}

static kr_status measure_table(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    char name[96];
    snprintf(name, sizeof name, "%s/%s", w->group, w->kind->name);
    KR_TRY(kr_h5_dims(w->e->file, name, w->dims, &w->rank));
    if (w->rank != (int)w->kind->ndims + 4 || w->dims[0] != w->e->spec->sites->n ||
        w->dims[w->rank - 3] != w->e->spec->job->nimts || w->dims[w->rank - 2] != w->npoes ||
        w->dims[w->rank - 1] != w->columns)
        return kr_disagg_writer_damaged(w, name);
    w->cells = 1;
    for (size_t k = 0; k < w->kind->ndims; k++)
        w->cells *= w->dims[1 + k];
    if (w->cells == 0 || w->columns == 0)
        return kr_disagg_writer_damaged(w, name);
    KR_TRY(find_centres(w));
out:
    return s;
}

kr_status kr_disagg_writer_table(kr_disagg_writer *w)
{
    kr_status s = KR_OK;
    bool found = false;
    kr_table t = {0};
    w->t = &t;
    KR_TRY(measure_table(w));
    KR_TRY(walk(w, &found));
    if (!found) /* as in the reference */
        return KR_OK;
    KR_TRY(kr_export_begin(
        w->e, kr_arena_printf(&w->e->arena, "%s-%s%zu.csv", w->kind->name, w->suffix, w->site),
        &t));
    kr_table_comment(&t, 3 + w->kind->ndims + w->columns, kr_export_comment(w->e, w->comment));
    header(w);
    KR_TRY(walk(w, NULL));
out:
    return t.file || s != KR_OK ? kr_export_end(w->e, &t, s) : s;
}
