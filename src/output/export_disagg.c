/* Tables of disaggregation, as the reference writes them. */
#include "base/str.h"
#include "output/export_int.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Numbers that are read at a time, or one place on the first axis where that has more. */
static const size_t NUMBERS_READ = 2000000;

/* The tables of one site. */
typedef struct writer {
    kr_exporter *e;
    size_t site;
    const char *group;  /* of results.h5: "disagg-stats", "disagg-tree/variance" */
    const char *suffix; /* of the tables' names: "mean-" */
    bool rlzs_named;    /* the comment tells of realizations */
    bool negative;      /* there may be numbers below 0 */
    bool traditional;   /* rates as parts of those of all bins, not probabilities */
    size_t set;         /* of levels */
    size_t npoes, nrlzs;
    const uint32_t *rlzs;
    const double *levels;     /* measures x poes */
    double *poes;             /* measures x poes */
    size_t *measures, *order; /* in the order of rows; likewise probabilities */
    const char *comment;      /* what is the same for all tables of the site */
    kr_arena arena;           /* of the site */

    /* of a table */
    const kr_disagg_kind *kind;
    size_t dims[KR_H5_MAX_RANK], cells, columns;
    int rank;
    const double *centres[KR_DISAGG_MOST_DIMS]; /* NULL: TRT */
    const char *const *trts;
    size_t ntrts;
    const char **heads; /* of columns */
    kr_table *t;
} writer;

/* ------------------------------------------------------------------ of a site */

static kr_status damaged(const writer *w, const char *name)
{
    return kr_fail(w->e->ctx, KR_EINPUT, "%s: '%s' does not fit the rest: the file is damaged",
                   w->e->choice->file, name);
}

static kr_status read_edges(writer *w, kr_disagg_dim dim, double **out, size_t *n)
{
    kr_status s = KR_OK;
    size_t dims[KR_H5_MAX_RANK], start[2] = {w->site, 0}, count[2];
    int rank;
    char name[32];
    snprintf(name, sizeof name, "disagg-bins/%s", kr_disagg_dim_name(dim));
    KR_TRY(kr_h5_dims(w->e->file, name, dims, &rank));
    bool by_site = dim == KR_DIM_LON || dim == KR_DIM_LAT;
    if (rank != 1 + (int)by_site || (by_site && w->site >= dims[0]) || dims[rank - 1] < 2)
        return damaged(w, name);
    *n = count[rank - 1] = dims[rank - 1];
    if (by_site)
        count[0] = 1;
    else
        start[0] = 0;
    KR_ANEW(*out, &w->arena, *n);
    KR_TRY(kr_h5_read_slab(w->e->file, name, KR_H5_F64, start, count, *out));
out:
    return s;
}

/* "[1.0, 2.5]" */
static const char *list_numbers(writer *w, const double *x, size_t n)
{
    char repr[32], *all = kr_arena_alloc(&w->arena, n * 28 + 3, 1);
    size_t at = 1;
    if (!all)
        return NULL;
    all[0] = '[';
    for (size_t i = 0; i < n; i++)
        at += (size_t)sprintf(all + at, "%s%s", i ? ", " : "", kr_repr_double(x[i], repr));
    strcpy(all + at, "]");
    return all;
}

static const char *list_trts(writer *w, char *const *trts, size_t n)
{
    const char *all = "[";
    for (size_t i = 0; i < n && all; i++)
        all = kr_arena_printf(&w->arena, "%s%s'%s'", all, i ? ", " : "", trts[i]);
    return all ? kr_arena_printf(&w->arena, "%s]", all) : NULL;
}

/* Weights of the realizations at hand, in single precision as they are stored, and their numbers.
 */
static kr_status list_rlzs(writer *w, const char **out)
{
    kr_status s = KR_OK;
    float total = 0;
    double *weights;
    char *ids;
    size_t at = 0;
    *out = "";
    if (w->nrlzs == 0 || !w->rlzs_named)
        return KR_OK;
    KR_ANEW(weights, &w->arena, w->nrlzs);
    KR_ANEW(ids, &w->arena, w->nrlzs * 12 + 1);
    for (size_t i = 0; i < w->nrlzs; i++)
        total += (float)kr_tree_weight(w->e->spec->tree, w->rlzs[i], 0);
    for (size_t i = 0; i < w->nrlzs; i++) {
        weights[i] = (double)((float)kr_tree_weight(w->e->spec->tree, w->rlzs[i], 0) / total);
        at += (size_t)sprintf(ids + at, "%s%u", i ? ", " : "", w->rlzs[i]);
    }
    const char *list = list_numbers(w, weights, w->nrlzs);
    *out = list ? kr_arena_printf(&w->arena, ", weights=%s, rlz_ids=[%s]", list, ids) : NULL;
    s = *out ? KR_OK : KR_ENOMEM;
out:
    return s;
}

static kr_status make_comment(writer *w)
{
    static const char *const names[KR_DIMS] = {
        "", "mag_bin_edges", "dist_bin_edges", "lon_bin_edges", "lat_bin_edges", "eps_bin_edges"};
    kr_status s = KR_OK;
    const kr_sites *sites = w->e->spec->sites;
    char a[32], b[32], **trts;
    size_t n;
    const char *all = kr_arena_printf(&w->arena, ", investigation_time=%s",
                                      kr_repr_double(w->e->spec->job->investigation_time, a));
    for (kr_disagg_dim d = KR_DIM_MAG; d < KR_DIMS && all; d++) {
        double *edges;
        KR_TRY(read_edges(w, d, &edges, &n));
        const char *list = list_numbers(w, edges, n);
        all = list ? kr_arena_printf(&w->arena, "%s, %s=%s", all, names[d], list) : NULL;
    }
    KR_TRY(kr_h5_read_strings(w->e->file, "disagg-bins/TRT", &w->arena, &trts, &n));
    w->trts = (const char *const *)trts;
    w->ntrts = n;
    const char *regions = list_trts(w, trts, n);
    const char *rlzs;
    KR_TRY(list_rlzs(w, &rlzs));
    if (all && regions)
        all = kr_arena_printf(&w->arena, "%s, tectonic_region_types=%s, lon=%s, lat=%s%s", all,
                              regions, kr_repr_double(sites->lon[w->site], a),
                              kr_repr_double(sites->lat[w->site], b), rlzs);
    w->comment = all;
    s = all && regions ? KR_OK : KR_ENOMEM;
out:
    return s;
}

/* Where levels were given, what the mean curve has there. The reference shows that of the first
 * measure for all of them. */
static kr_status find_poes(writer *w)
{
    kr_status s = KR_OK;
    const kr_job *job = w->e->spec->job;
    size_t stat = 0;
    float poe;
    for (size_t i = 0; i < job->nimts * w->npoes && job->poes.n; i++)
        w->poes[i] = job->poes.x[i % w->npoes];
    while (stat + 1 < w->e->spec->nstats && !kr_str_eq(w->e->spec->stats[stat].name, "mean"))
        stat++;
    for (size_t m = 0; m < job->nimts && !job->poes.n; m++) {
        size_t of = job->compat == KR_COMPAT_EXACT ? m : 0;
        KR_TRY(kr_h5_read_slab(w->e->file, "hcurves-stats", KR_H5_F32,
                               (const size_t[]){w->site, stat, of, 0}, (const size_t[]){1, 1, 1, 1},
                               &poe));
        w->poes[m] = exp((double)logf(poe));
    }
out:
    return s;
}

static void sort_rows(writer *w)
{
    const double *x = w->poes; /* of the first measure; all have them in the same order */
    kr_export_sort_measures(w->e->spec->job, w->measures);
    for (size_t p = 0; p < w->npoes; p++) {
        size_t i = p;
        for (; i > 0 && x[w->order[i - 1]] > x[p]; i--)
            w->order[i] = w->order[i - 1];
        w->order[i] = p;
    }
}

static kr_status begin_site(writer *w)
{
    kr_status s = KR_OK;
    kr_h5 *file = w->e->file;
    size_t nimts = w->e->spec->job->nimts, dims[KR_H5_MAX_RANK], n = w->e->spec->sites->n;
    int rank;
    uint32_t *rlzs;
    double *levels;
    KR_TRY(kr_h5_dims(file, "hmap3", dims, &rank));
    w->npoes = rank == 3 ? dims[2] : 0;
    if (rank != 3 || dims[0] != n || dims[1] != nimts || w->npoes == 0 ||
        (w->e->spec->job->poes.n ? w->e->spec->job->poes.n : 1) != w->npoes)
        return damaged(w, "hmap3");
    KR_ANEW(levels, &w->arena, nimts * w->npoes);
    if (w->set == 0)
        KR_TRY(kr_h5_read_amounts(file, "hmap3", KR_H5_F64, (const size_t[]){w->site, 0, 0},
                                  (const size_t[]){1, nimts, w->npoes}, levels));
    else
        KR_TRY(kr_h5_read_amounts(file, "disagg-tree/level", KR_H5_F64,
                                  (const size_t[]){w->site, w->set, 0, 0},
                                  (const size_t[]){1, 1, nimts, w->npoes}, levels));
    w->levels = levels;
    if (kr_h5_exists(file, "best_rlzs")) {
        KR_TRY(kr_h5_dims(file, "best_rlzs", dims, &rank));
        if (rank != 2 || dims[0] != n)
            return damaged(w, "best_rlzs");
        w->nrlzs = dims[1];
        KR_ANEW(rlzs, &w->arena, w->nrlzs);
        KR_TRY(kr_h5_read_slab(file, "best_rlzs", KR_H5_U32, (const size_t[]){w->site, 0},
                               (const size_t[]){1, w->nrlzs}, rlzs));
        for (size_t z = 0; z < w->nrlzs; z++)
            if (rlzs[z] >= w->e->spec->tree->nrlzs)
                return damaged(w, "best_rlzs");
        w->rlzs = rlzs;
    }
    KR_ANEW(w->poes, &w->arena, nimts * w->npoes);
    KR_ANEW(w->measures, &w->arena, nimts);
    KR_ANEW(w->order, &w->arena, w->npoes);
    for (size_t m = 0; m < nimts; m++)
        w->measures[m] = m;
    KR_TRY(find_poes(w));
    sort_rows(w);
    KR_TRY(make_comment(w));
out:
    return s;
}

/* ------------------------------------------------------------------ a table */

/* The middle of each bin. */
static kr_status find_centres(writer *w)
{
    kr_status s = KR_OK;
    for (size_t k = 0; k < w->kind->ndims; k++) {
        double *edges;
        size_t n;
        w->centres[k] = NULL;
        if (w->kind->dims[k] == KR_DIM_TRT && w->ntrts != w->dims[1 + k])
            return damaged(w, w->kind->name);
        if (w->kind->dims[k] == KR_DIM_TRT)
            continue;
        KR_TRY(read_edges(w, w->kind->dims[k], &edges, &n));
        if (n - 1 != w->dims[1 + k])
            return damaged(w, w->kind->name);
        for (size_t i = 0; i + 1 < n; i++)
            edges[i] = (edges[i] + edges[i + 1]) / 2;
        w->centres[k] = edges;
    }
out:
    return s;
}

/* Cells x columns at places first .. first + n - 1 of the first axis; measure and probability. */
static kr_status read_part(writer *w, size_t first, size_t n, size_t m, size_t p, double *out)
{
    size_t start[KR_H5_MAX_RANK] = {w->site, first}, count[KR_H5_MAX_RANK] = {1, n};
    char name[96];
    for (size_t k = 1; k < w->kind->ndims; k++)
        count[1 + k] = w->dims[1 + k];
    start[w->rank - 3] = m;
    start[w->rank - 2] = p;
    count[w->rank - 3] = count[w->rank - 2] = 1;
    count[w->rank - 1] = w->columns;
    snprintf(name, sizeof name, "%s/%s", w->group, w->kind->name);
    return w->negative ? kr_h5_read_slab(w->e->file, name, KR_H5_F64, start, count, out)
                       : kr_h5_read_amounts(w->e->file, name, KR_H5_F64, start, count, out);
}

/* The probabilities of all bins, of each column. */
static kr_status read_totals(const writer *w, size_t m, size_t p, double *all)
{
    return kr_h5_read_amounts(w->e->file, "poe4", KR_H5_F64, (const size_t[]){w->site, m, p, 0},
                              (const size_t[]){1, 1, 1, w->columns}, all);
}

/* Of rates, as parts of that of all bins. */
static void take_parts(const writer *w, size_t ncells, const double *all, double *part)
{
    for (size_t i = 0; i < ncells * w->columns; i++) {
        double total = log1p(-all[i % w->columns]);
        part[i] = total < 0 ? log1p(-part[i]) / total : 0;
    }
}

static void write_row(writer *w, size_t cell, size_t m, size_t p, const double *values)
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

/* All parts of a table in the order of its rows; without one, whether there is a number but 0. */
static kr_status walk(writer *w, bool *found)
{
    kr_status s = KR_OK;
    const kr_job *job = w->e->spec->job;
    size_t each = w->cells / w->dims[1], step = NUMBERS_READ / (each * w->columns);
    double *part = NULL;
    step = step == 0 ? 1 : step < w->dims[1] ? step : w->dims[1];
    KR_NEW(part, w->e->ctx, KR_ACCOUNT_OUTPUT, (step * each + 1) * w->columns);
    double *all = part + step * each * w->columns;
    for (size_t row = 0; row < job->nimts * w->npoes && !(found && *found); row++) {
        size_t m = w->measures[row / w->npoes], p = w->order[row % w->npoes];
        if (w->traditional && kr_export_wants(w->e, m))
            KR_TRY(read_totals(w, m, p, all));
        for (size_t i = 0; i < w->dims[1] && kr_export_wants(w->e, m); i += step) {
            size_t n = w->dims[1] - i < step ? w->dims[1] - i : step;
            KR_TRY(read_part(w, i, n, m, p, part));
            if (w->traditional)
                take_parts(w, n * each, all, part);
            for (size_t c = 0; c < n * each && !found; c++)
                write_row(w, i * each + c, m, p, part + c * w->columns);
            for (size_t k = 0; k < n * each * w->columns && found && !*found; k++)
                *found = part[k] != 0;
        }
        if (kr_interrupted(w->e->ctx)) {
            s = kr_fail(w->e->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
    }
out:
    kr_free(part);
    return s;
}

static void header(writer *w)
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

static kr_status measure_table(writer *w)
{
    kr_status s = KR_OK;
    char name[96];
    snprintf(name, sizeof name, "%s/%s", w->group, w->kind->name);
    KR_TRY(kr_h5_dims(w->e->file, name, w->dims, &w->rank));
    if (w->rank != (int)w->kind->ndims + 4 || w->dims[0] != w->e->spec->sites->n ||
        w->dims[w->rank - 3] != w->e->spec->job->nimts || w->dims[w->rank - 2] != w->npoes ||
        w->dims[w->rank - 1] != w->columns)
        return damaged(w, name);
    w->cells = 1;
    for (size_t k = 0; k < w->kind->ndims; k++)
        w->cells *= w->dims[1 + k];
    if (w->cells == 0 || w->columns == 0)
        return damaged(w, name);
    KR_TRY(find_centres(w));
out:
    return s;
}

static kr_status write_table(writer *w)
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

/* ------------------------------------------------------------------ groups */

static kr_status head_one(writer *w, const char *name)
{
    kr_status s = KR_OK;
    w->columns = 1;
    KR_ANEW(w->heads, &w->arena, 1);
    w->heads[0] = name;
out:
    return s;
}

static kr_status head_rlzs(writer *w)
{
    kr_status s = KR_OK;
    w->columns = w->nrlzs;
    KR_ANEW(w->heads, &w->arena, w->nrlzs + 1);
    for (size_t z = 0; z < w->nrlzs; z++)
        KR_TRY((w->heads[z] = kr_arena_printf(&w->arena, "rlz%u", w->rlzs[z])) ? KR_OK : KR_ENOMEM);
out:
    return s;
}

/* "bs1: b11"; the text of a model may have several lines. */
static kr_status head_branches(writer *w)
{
    kr_status s = KR_OK;
    char **sets, **branches;
    size_t n;
    KR_TRY(kr_h5_read_strings(w->e->file, "disagg-tree/branch_set", &w->arena, &sets, &n));
    KR_TRY(kr_h5_read_strings(w->e->file, "disagg-tree/branch", &w->arena, &branches, &w->columns));
    if (n != w->columns)
        return damaged(w, "disagg-tree/branch");
    KR_ANEW(w->heads, &w->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        char *head = kr_arena_printf(&w->arena, "%s: %s", sets[i], branches[i]);
        for (char *c = head; c && *c; c++)
            *c = *c == '\n' ? ' ' : *c;
        w->heads[i] = head;
        KR_TRY(head ? KR_OK : KR_ENOMEM);
    }
out:
    return s;
}

/* A group of tables; `column`: the name of the only one, or NULL. */
static kr_status write_group(writer *w, const char *column)
{
    kr_status s = KR_OK;
    char name[96];
    kr_arena_init(&w->arena, w->e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(begin_site(w));
    KR_TRY(column                               ? head_one(w, column)
           : kr_str_eq(w->group, "disagg-rlzs") ? head_rlzs(w)
                                                : head_branches(w));
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++) {
        w->kind = &kr_disagg_kinds[i];
        snprintf(name, sizeof name, "%s/%s", w->group, w->kind->name);
        if (kr_h5_exists(w->e->file, name))
            KR_TRY(write_table(w));
    }
out:
    kr_arena_clear(&w->arena);
    return s;
}

/* The statistics of the whole tree that are there. */
static kr_status write_tree(kr_exporter *e, size_t site)
{
    kr_status s = KR_OK;
    char group[96], suffix[64];
    size_t set = 0;
    const writer w = {.e = e, .site = site, .group = group, .suffix = suffix};
    static const struct {
        const char *name, *suffix, *column;
    } fixed[] = {{"mean", "tree_mean-", "mean"},
                 {"variance", "variance-", "share"},
                 {"occurrence", "occurrence-", "share"},
                 {"branches", "branches-", NULL}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        writer one = w;
        one.negative = kr_str_eq(fixed[i].column ? fixed[i].column : "", "share");
        snprintf(group, sizeof group, "disagg-tree/%s", fixed[i].name);
        snprintf(suffix, sizeof suffix, "%s", fixed[i].suffix);
        if (kr_h5_exists(e->file, group))
            KR_TRY(write_group(&one, fixed[i].column));
    }
    for (size_t i = 0; i < e->spec->nstats; i++) {
        writer one = w;
        if (!kr_str_starts(e->spec->stats[i].name, "quantile-"))
            continue;
        one.set = ++set;
        snprintf(group, sizeof group, "disagg-tree/%s", e->spec->stats[i].name);
        snprintf(suffix, sizeof suffix, "%s-", e->spec->stats[i].name);
        if (kr_h5_exists(e->file, group))
            KR_TRY(write_group(&one, "mean"));
    }
out:
    return s;
}

kr_status kr_export_disagg(kr_exporter *e, size_t site)
{
    kr_status s = KR_OK;
    bool mean = kr_h5_exists(e->file, "disagg-stats");
    unsigned what = e->choice->what;
    writer w = {.e = e, .site = site};
    if (what & KR_EXPORT_DISAGG && mean) {
        w.group = "disagg-stats";
        w.suffix = "mean-";
        w.rlzs_named = !e->spec->job->poes.n;
        KR_TRY(write_group(&w, "mean"));
    }
    if ((what & KR_EXPORT_DISAGG && !mean) || what & KR_EXPORT_DISAGG_RLZS) {
        w = (writer){
            .e = e, .site = site, .group = "disagg-rlzs", .suffix = "", .rlzs_named = true};
        KR_TRY(write_group(&w, NULL));
    }
    if (what & KR_EXPORT_DISAGG_PARTS) {
        w = (writer){.e = e,
                     .site = site,
                     .group = "disagg-rlzs",
                     .suffix = "traditional-",
                     .rlzs_named = true,
                     .traditional = true};
        KR_TRY(write_group(&w, NULL));
    }
    if (what & KR_EXPORT_DISAGG_TREE)
        KR_TRY(write_tree(e, site));
out:
    return s;
}

kr_status kr_export_disagg_levels(kr_exporter *e, size_t site, kr_arena *arena,
                                  kr_export_levels *out)
{
    kr_status s = KR_OK;
    size_t nimts = e->spec->job->nimts;
    double *levels, *poes;
    size_t *measures, *order;
    writer w = {.e = e, .site = site};
    kr_arena_init(&w.arena, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(begin_site(&w));
    KR_ANEW(levels, arena, nimts * w.npoes);
    KR_ANEW(poes, arena, nimts * w.npoes);
    KR_ANEW(measures, arena, nimts);
    KR_ANEW(order, arena, w.npoes);
    memcpy(levels, w.levels, nimts * w.npoes * sizeof *levels);
    memcpy(poes, w.poes, nimts * w.npoes * sizeof *poes);
    memcpy(measures, w.measures, nimts * sizeof *measures);
    memcpy(order, w.order, w.npoes * sizeof *order);
    *out = (kr_export_levels){w.npoes, levels, poes, measures, order};
out:
    kr_arena_clear(&w.arena);
    return s;
}

/* ------------------------------------------------------------------ summary */

/* Means and modes of all sites: a row for each site, measure and probability. */
kr_status kr_export_disagg_summary(kr_exporter *e)
{
    static const char *const names[] = {KR_DISAGG_SUMMARY_NAMES};
    kr_status s = KR_OK;
    kr_table t = {0};
    writer w = {.e = e};
    double *summary = NULL;
    size_t nimts = e->spec->job->nimts;
    kr_arena_init(&w.arena, e->ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_export_begin(e, "disagg_summary.csv", &t));
    kr_table_comment(&t, kr_export_site_columns(e, false) + 3 + KR_DISAGG_SUMMARY,
                     kr_export_comment(e, ", kind='disaggregation of the mean'"));
    kr_export_site_header(e, &t, false);
    kr_table_text(&t, "imt");
    kr_table_text(&t, "iml");
    kr_table_text(&t, "poe");
    for (int i = 0; i < KR_DISAGG_SUMMARY; i++)
        kr_table_text(&t, names[i]);
    kr_table_end_row(&t);
    for (size_t row = 0; row < e->nsites; row++) {
        w.site = e->sites[row];
        KR_TRY(begin_site(&w));
        if (!summary)
            KR_NEW(summary, e->ctx, KR_ACCOUNT_OUTPUT, nimts * w.npoes * KR_DISAGG_SUMMARY);
        KR_TRY(kr_h5_read_slab(e->file, "disagg-tree/summary", KR_H5_F64,
                               (const size_t[]){w.site, 0, 0, 0},
                               (const size_t[]){1, nimts, w.npoes, KR_DISAGG_SUMMARY}, summary));
        for (size_t l = 0; l < nimts * w.npoes; l++) {
            if (!kr_export_wants(e, l / w.npoes))
                continue;
            kr_export_site_fields(e, &t, w.site, false);
            kr_table_text(&t, e->spec->job->imts[l / w.npoes].name);
            kr_table_number(&t, w.levels[l]);
            kr_table_number(&t, w.poes[l]);
            for (int i = 0; i < KR_DISAGG_SUMMARY; i++)
                kr_table_number(&t, summary[l * KR_DISAGG_SUMMARY + (size_t)i]);
            kr_table_end_row(&t);
        }
        kr_arena_reset(&w.arena);
    }
out:
    kr_free(summary);
    kr_arena_clear(&w.arena);
    return t.file || s != KR_OK ? kr_export_end(e, &t, s) : s;
}
