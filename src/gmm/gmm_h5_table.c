/* Loading of tabulated ground motion.
 *
 * Files hold single precision as a rule, and the reference takes logarithms of them in single
 * precision, with an error of up to 1e-6 that varies with the processor. Here all is done in
 * doubles. */
#include "gmm/gmm_h5_table.h"

#include "base/file.h"
#include "base/h5.h"
#include "base/str.h"
#include "gmm/gmm_data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 256 };

/* Spectral acceleration of a group (IMLs, Total). */
typedef struct spectra {
    double *periods, *cube; /* cube NULL: not read yet */
    size_t nperiods;
} spectra;

/* The file while it is being read. */
typedef struct loading {
    kr_ctx *ctx;
    const kr_gmm *gmm;
    const kr_gmm_h5_source *source;
    const char *path;
    kr_h5 *file;
    kr_arena arena; /* of what is not kept */
    spectra spectra;
    kr_gmm_h5_table *table;
} loading;

/* The name of an object in the file. */
static void in_group(const loading *l, const char *name, char full[NAME_SIZE])
{
    const char *group = l->source->group;
    snprintf(full, NAME_SIZE, "%s%s%s", group ? group : "", group ? "/" : "", name);
}

static kr_status read_doubles(loading *l, const char *name, double **out, size_t *n)
{
    char full[NAME_SIZE];
    void *data = NULL;
    in_group(l, name, full);
    kr_status s = kr_h5_read(l->file, full, KR_H5_F64, &l->arena, &data, n);
    *out = data;
    return s;
}

static kr_status dims_of(loading *l, const char *name, size_t dims[KR_H5_MAX_RANK], int *rank)
{
    char full[NAME_SIZE];
    in_group(l, name, full);
    return kr_h5_dims(l->file, full, dims, rank);
}

static bool has(const loading *l, const char *name)
{
    char full[NAME_SIZE];
    in_group(l, name, full);
    return kr_h5_exists(l->file, full);
}

/* Numbers whose logarithms can be turned back. */
static const double LEAST = 1e-300, MOST = 1e300;

/* The dataset has the shape ndist x middle x nmag and only positive numbers. */
static kr_status read_cube(loading *l, const char *name, size_t middle, double **out)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK], n;
    int rank;
    const kr_gmm_h5_table *t = l->table;

    KR_TRY(dims_of(l, name, dims, &rank));
    if (rank != 3 || dims[0] != t->ndist || dims[1] != middle || dims[2] != t->nmag)
        return kr_gmm_fail(l->ctx, l->gmm, "%s: '%s' is not an array of %zu x %zu x %zu", l->path,
                           name, t->ndist, middle, t->nmag);
    KR_TRY(read_doubles(l, name, out, &n));
    for (size_t i = 0; i < n; i++)
        if (!((*out)[i] >= LEAST && (*out)[i] <= MOST))
            return kr_gmm_fail(l->ctx, l->gmm, "%s: '%s' holds %g; positive numbers were expected",
                               l->path, name, (*out)[i]);
out:
    return s;
}

static kr_status check_ascending(loading *l, const char *name, const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!(x[i] > x[i - 1]))
            return kr_gmm_fail(l->ctx, l->gmm, "%s: '%s' is not in ascending order", l->path, name);
    return KR_OK;
}

static kr_status load_magnitudes(loading *l)
{
    kr_status s = KR_OK;
    kr_gmm_h5_table *t = l->table;
    double *mag;

    KR_TRY(read_doubles(l, "Mw", &mag, &t->nmag));
    if (t->nmag < 2)
        return kr_gmm_fail(l->ctx, l->gmm, "%s: 'Mw' has fewer than two magnitudes", l->path);
    KR_TRY(check_ascending(l, "Mw", mag, t->nmag));
    KR_ANEW(t->mag, l->gmm->arena, t->nmag);
    memcpy(t->mag, mag, t->nmag * sizeof *mag);
out:
    return s;
}

static kr_status load_metric(loading *l)
{
    kr_status s = KR_OK;
    char *metric, full[NAME_SIZE];

    in_group(l, "Distances", full);
    KR_TRY(kr_h5_attr_text(l->file, full, "metric", &l->arena, &metric));
    if (!metric)
        return kr_gmm_fail(l->ctx, l->gmm, "%s: 'Distances' has no attribute 'metric'", l->path);
    l->table->metric = kr_column_find(metric);
    if (l->table->metric == KR_COL_COUNT ||
        kr_column_kind_of(l->table->metric) != KR_COLUMN_DISTANCE)
        return kr_gmm_fail(l->ctx, l->gmm, "%s: the metric '%s' is not a distance", l->path,
                           metric);
out:
    return s;
}

static kr_status load_distances(loading *l)
{
    kr_status s = KR_OK;
    kr_gmm_h5_table *t = l->table;
    size_t dims[KR_H5_MAX_RANK], n;
    int rank;
    double *dist;

    KR_TRY(dims_of(l, "Distances", dims, &rank));
    if (rank != 3 || dims[1] != 1 || dims[2] != t->nmag || dims[0] < 2)
        return kr_gmm_fail(l->ctx, l->gmm, "%s: 'Distances' is not an array of distances x 1 x %zu",
                           l->path, t->nmag);
    t->ndist = dims[0];
    KR_TRY(read_doubles(l, "Distances", &dist, &n));
    KR_ANEW(t->dist, l->gmm->arena, n);
    for (size_t k = 0; k < t->nmag; k++) {
        for (size_t d = 0; d < t->ndist; d++)
            t->dist[k * t->ndist + d] = dist[d * t->nmag + k];
        for (size_t d = 1; d < t->ndist; d++) /* rounded ones may be equal */
            if (!(t->dist[k * t->ndist + d] >= t->dist[k * t->ndist + d - 1]))
                return kr_gmm_fail(l->ctx, l->gmm, "%s: 'Distances' is not in ascending order",
                                   l->path);
    }
out:
    return s;
}

static kr_status load_periods(loading *l, const char *group)
{
    kr_status s = KR_OK;
    char name[32];
    spectra *sa = &l->spectra;

    snprintf(name, sizeof name, "%s/T", group);
    if (!has(l, name))
        return kr_gmm_fail(l->ctx, l->gmm, "%s: spectral acceleration without periods '%s'",
                           l->path, name);
    KR_TRY(read_doubles(l, name, &sa->periods, &sa->nperiods));
    if (sa->nperiods < 2 || !(sa->periods[0] > 0.0))
        return kr_gmm_fail(l->ctx, l->gmm, "%s: '%s' needs two or more positive periods", l->path,
                           name);
    KR_TRY(check_ascending(l, name, sa->periods, sa->nperiods));
out:
    return s;
}

/* Where to interpolate: between elements `lo` and `lo + 1`. */
static size_t segment(const double *x, size_t n, double at)
{
    size_t hi = 1;
    while (hi < n - 1 && x[hi] < at)
        hi++;
    return hi - 1;
}

/* Logarithms at the period, ndist x nmag, of values ndist x nperiods x nmag. */
static kr_status at_period(loading *l, double period, double *lg)
{
    kr_status s = KR_OK;
    const kr_gmm_h5_table *t = l->table;
    const spectra *sa = &l->spectra;
    double *lg_period;

    KR_ANEW(lg_period, &l->arena, sa->nperiods);
    for (size_t p = 0; p < sa->nperiods; p++)
        lg_period[p] = log10(sa->periods[p]);
    double at = fmin(fmax(log10(period), lg_period[0]), lg_period[sa->nperiods - 1]);
    size_t lo = segment(lg_period, sa->nperiods, at);
    double share = (at - lg_period[lo]) / (lg_period[lo + 1] - lg_period[lo]);
    for (size_t d = 0; d < t->ndist; d++) {
        const double *low = sa->cube + (d * sa->nperiods + lo) * t->nmag;
        for (size_t k = 0; k < t->nmag; k++) {
            double y = log10(low[k]);
            lg[d * t->nmag + k] = y + (log10(low[t->nmag + k]) - y) * share;
        }
    }
out:
    return s;
}

/* Set logarithms, given as ndist x nmag, and their slopes. */
static kr_status set_part(const loading *l, const double *lg, kr_gmm_h5_part *part)
{
    kr_status s = KR_OK;
    const kr_gmm_h5_table *t = l->table;

    KR_ANEW(part->lg, l->gmm->arena, t->nmag * t->ndist);
    KR_ANEW(part->slope, l->gmm->arena, (t->nmag - 1) * t->ndist);
    for (size_t k = 0; k < t->nmag; k++)
        for (size_t d = 0; d < t->ndist; d++)
            part->lg[k * t->ndist + d] = lg[d * t->nmag + k];
    for (size_t k = 0; k + 1 < t->nmag; k++) {
        const double *from = part->lg + k * t->ndist, *to = from + t->ndist;
        for (size_t d = 0; d < t->ndist; d++)
            part->slope[k * t->ndist + d] = (to[d] - from[d]) / (t->mag[k + 1] - t->mag[k]);
    }
out:
    return s;
}

static double to_seven_decimals(double x)
{
    return rint(x * 1e7) / 1e7;
}

static kr_status check_period(loading *l, const kr_imt *imt)
{
    char from[32], to[32];
    double lo = to_seven_decimals(l->spectra.periods[0]);
    double hi = to_seven_decimals(l->spectra.periods[l->spectra.nperiods - 1]);
    double at = to_seven_decimals(imt->period);
    if (at >= lo && at <= hi)
        return KR_OK;
    return kr_gmm_fail(
        l->ctx, l->gmm, "%s is out of the period range defined for %s (%s to %s seconds in %s)",
        imt->name, l->gmm->cls->name, kr_repr_double(lo, from), kr_repr_double(hi, to), l->path);
}

/* One measure of a group (IMLs, Total). */
static kr_status load_part(loading *l, const char *group, const kr_imt *imt, kr_gmm_h5_part *part)
{
    kr_status s = KR_OK;
    char name[64];
    bool spectral = imt->kind == KR_IMT_SA;
    double *values = NULL, *lg;
    size_t n = l->table->ndist * l->table->nmag;

    snprintf(name, sizeof name, "%s/%s", group, spectral ? "SA" : imt->name);
    if (!has(l, name))
        return kr_gmm_fail(l->ctx, l->gmm, "%s: %s needs '%s', which is not there", l->path,
                           imt->name, name);
    KR_ANEW(lg, &l->arena, n);
    if (spectral) {
        if (!l->spectra.periods)
            KR_TRY(load_periods(l, group));
        KR_TRY(check_period(l, imt));
        if (!l->spectra.cube)
            KR_TRY(read_cube(l, name, l->spectra.nperiods, &l->spectra.cube));
        KR_TRY(at_period(l, imt->period, lg));
    } else {
        KR_TRY(read_cube(l, name, 1, &values));
        for (size_t i = 0; i < n; i++)
            lg[i] = log10(values[i]);
    }
    KR_TRY(set_part(l, lg, part));
out:
    return s;
}

static kr_status load_group(loading *l, const char *group, kr_gmm_h5_part **out)
{
    kr_status s = KR_OK;
    const kr_gmm_h5_source *source = l->source;

    l->spectra = (spectra){0};
    KR_ANEW(*out, l->gmm->arena, source->nimts);
    for (size_t m = 0; m < source->nimts; m++)
        KR_TRY(load_part(l, group, &source->imts[m], &(*out)[m]));
out:
    return s;
}

static kr_status load_all(loading *l)
{
    kr_status s = KR_OK;

    KR_TRY(load_magnitudes(l));
    KR_TRY(load_metric(l));
    KR_TRY(load_distances(l));
    KR_TRY(load_group(l, "IMLs", &l->table->mean));
    if (l->source->sigma)
        KR_TRY(load_group(l, "Total", &l->table->sigma));
out:
    return s;
}

static kr_status open_source(kr_ctx *ctx, const kr_gmm_h5_source *source, kr_h5 **out)
{
    if (!source->data)
        return kr_h5_open(ctx, source->path, out);
    const kr_gmm_data *data = kr_gmm_data_find(source->data);
    if (!data)
        return kr_fail(ctx, KR_EINTERNAL, "the data file %s is not part of the program",
                       source->data);
    return kr_h5_open_image(ctx, data->name, data->bytes, (size_t)(data->end - data->bytes), out);
}

kr_status kr_gmm_h5_table_load(kr_ctx *ctx, const kr_gmm *gmm, const kr_gmm_h5_source *source,
                               kr_gmm_h5_table *table)
{
    kr_status s = KR_OK;
    loading l = {.ctx = ctx, .gmm = gmm, .source = source, .path = source->path, .table = table};

    kr_arena_init(&l.arena, ctx, KR_ACCOUNT_GMM);
    KR_TRY(open_source(ctx, source, &l.file));
    if (source->group && !kr_h5_exists(l.file, source->group)) {
        s = kr_gmm_fail(ctx, gmm, "%s: %s has no such table", source->path, gmm->cls->name);
        goto out;
    }
    KR_TRY(load_all(&l));
out:
    kr_h5_discard(&l.file);
    kr_arena_clear(&l.arena);
    return s;
}

/* The group of a table: its name without folders and ending. */
static void group_of(const char *name, char group[NAME_SIZE])
{
    const char *base = kr_path_base(name), *end = strrchr(base, '.');
    size_t n = end ? (size_t)(end - base) : strlen(base);
    n = n < NAME_SIZE ? n : NAME_SIZE - 1;
    memcpy(group, base, n);
    group[n] = '\0';
}

kr_status kr_gmm_h5_table_builtin(kr_ctx *ctx, const kr_gmm *gmm, const char *data,
                                  const char *name, const kr_gmm_h5_source *wanted,
                                  kr_gmm_h5_table *table)
{
    char group[NAME_SIZE];
    kr_gmm_h5_source source = *wanted;

    group_of(name, group);
    source.path = name;
    source.data = data;
    source.group = group;
    return kr_gmm_h5_table_load(ctx, gmm, &source, table);
}

kr_status kr_gmm_h5_table_has(kr_ctx *ctx, const kr_gmm *gmm, const char *data, const char *name,
                              const char *measure, bool *out)
{
    kr_status s = KR_OK;
    char group[NAME_SIZE], full[NAME_SIZE + 32];
    kr_gmm_h5_source source = {.path = name, .data = data};
    kr_h5 *file = NULL;

    group_of(name, group);
    snprintf(full, sizeof full, "%s/IMLs/%s", group, measure);
    KR_TRY(open_source(ctx, &source, &file));
    *out = kr_h5_exists(file, full);
    if (!kr_h5_exists(file, group))
        s = kr_gmm_fail(ctx, gmm, "%s: %s has no such table", name, gmm->cls->name);
out:
    kr_h5_discard(&file);
    return s;
}
