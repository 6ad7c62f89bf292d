/* Tables of the sampling error: a row for each site, level and statistic. */
#include "base/str.h"
#include "output/export_int.h"

/* What is stored of one measure at one site. */
typedef struct stored {
    char **names; /* of the statistics */
    size_t n;
    float *values;         /* of all statistics of the run, at all levels */
    float *ranges, *whole; /* of the n; whole is NULL where there is none */
    const size_t *stat;    /* which of the run's */
} stored;

static kr_status read_site(kr_exporter *e, size_t site, size_t m, stored *x)
{
    kr_status s = KR_OK;
    size_t levels = e->spec->job->nlevels;
    const size_t start[5] = {site, 0, m, 0, 0}, count[5] = {1, x->n, 1, levels, 2};
    KR_TRY(kr_h5_read_slab(e->file, "sampling_error/ranges", KR_H5_F32, start, count, x->ranges));
    if (x->whole)
        KR_TRY(kr_h5_read_slab(e->file, "sampling_error/whole", KR_H5_F32, start, count, x->whole));
    KR_TRY(kr_h5_read_slab(e->file, "hcurves-stats", KR_H5_F32, start,
                           (const size_t[]){1, e->spec->nstats, 1, levels}, x->values));
out:
    return s;
}

static kr_status stored_make(kr_exporter *e, stored *x)
{
    kr_status s = KR_OK;
    size_t levels = e->spec->job->nlevels, *stat;
    KR_TRY(kr_h5_read_strings(e->file, "sampling_error/stats", &e->arena, &x->names, &x->n));
    KR_ANEW(x->values, &e->arena, e->spec->nstats * levels);
    KR_ANEW(x->ranges, &e->arena, 2 * x->n * levels);
    if (kr_h5_exists(e->file, "sampling_error/whole"))
        KR_ANEW(x->whole, &e->arena, x->n * levels);
    KR_ANEW(stat, &e->arena, x->n);
    for (size_t i = 0; i < x->n; i++)
        while (stat[i] + 1 < e->spec->nstats &&
               !kr_str_eq(e->spec->stats[stat[i]].name, x->names[i]))
            stat[i]++;
    x->stat = stat;
out:
    return s;
}

static void site_rows(kr_exporter *e, kr_table *t, size_t site, size_t m, const stored *x)
{
    size_t levels = e->spec->job->nlevels;
    for (size_t l = 0; l < levels; l++)
        for (size_t i = 0; i < x->n; i++) {
            kr_export_site_fields(e, t, site, true);
            kr_table_number(t, kr_job_curve_level(e->spec->job, m)[l]);
            kr_table_text(t, x->names[i]);
            kr_table_number(t, (double)x->values[x->stat[i] * levels + l]);
            kr_table_number(t, (double)x->ranges[2 * (i * levels + l)]);
            kr_table_number(t, (double)x->ranges[2 * (i * levels + l) + 1]);
            if (x->whole)
                kr_table_number(t, (double)x->whole[i * levels + l]);
            kr_table_end_row(t);
        }
}

kr_status kr_export_sampling(kr_exporter *e, size_t m)
{
    static const char *const header[] = {"iml", "stat", "poe", "lower", "upper", "whole_tree"};
    kr_status s = KR_OK;
    const char *imt = e->spec->job->imts[m].name;
    stored x = {.names = NULL};
    kr_table t = {0};
    if (!kr_h5_exists(e->file, "sampling_error/ranges"))
        return KR_OK;
    KR_TRY(stored_make(e, &x));
    size_t ncols = x.whole ? 6 : 5;
    KR_TRY(kr_export_begin(e, kr_arena_printf(&e->arena, "sampling_error-%s.csv", imt), &t));
    kr_table_comment(&t, kr_export_site_columns(e, true) + ncols,
                     kr_export_comment(e, kr_arena_printf(&e->arena, ", imt='%s'", imt)));
    kr_export_site_header(e, &t, true);
    for (size_t c = 0; c < ncols; c++)
        kr_table_text(&t, header[c]);
    kr_table_end_row(&t);
    for (size_t i = 0; i < e->nsites && s == KR_OK; i++) {
        s = read_site(e, e->sites[i], m, &x);
        if (s == KR_OK)
            site_rows(e, &t, e->sites[i], m, &x);
    }
out:
    return t.ctx ? kr_export_end(e, &t, s) : s;
}
