/* What sources and fault sections have of the rate of the mean, in results.h5: disagg-sources and
 * disagg-sections. */
#include "output/results.h"
#include "output/results_int.h"

#include <stdio.h>
#include <string.h>

/* Annual rates: sites x measures x probabilities x owners; and the sum over all sources. */
static kr_status make_rates(kr_h5 *file, const kr_results_spec *p, const char *group, size_t n)
{
    kr_status s = KR_OK;
    enum { CHUNK = KR_DISAGG_CHUNK / 8 };
    const size_t dims[4] = {p->sites->n, p->job->nimts, p->disagg->npoes, n};
    const size_t chunk[4] = {1, 1, 1, n < CHUNK ? n : CHUNK};
    char name[64];
    snprintf(name, sizeof name, "%s/rate", group);
    KR_TRY(kr_h5_make(file, name, KR_H5_F64, 4, dims, chunk));
    snprintf(name, sizeof name, "%s/total", group);
    KR_TRY(kr_h5_make(file, name, KR_H5_F64, 3, dims, NULL));
out:
    return s;
}

static kr_status write_sections(kr_h5 *file, const kr_results_shares *x)
{
    kr_status s = KR_OK;
    KR_TRY(kr_h5_write_strings(file, "disagg-sections/id", x->section, x->nsections, false));
    KR_TRY(kr_h5_write_strings(file, "disagg-sections/name", x->section_name, x->nsections, false));
    KR_TRY(kr_h5_write(file, "disagg-sections/part_section", KR_H5_U32, 1, &x->nparts,
                       x->part_section));
    KR_TRY(
        kr_h5_write(file, "disagg-sections/part_points", KR_H5_U32, 1, &x->nparts, x->part_points));
    KR_TRY(kr_h5_write(file, "disagg-sections/part_outline", KR_H5_U8, 1, &x->nparts,
                       x->part_outline));
    KR_TRY(kr_h5_write(file, "disagg-sections/lon", KR_H5_F64, 1, &x->npoints, x->lon));
    KR_TRY(kr_h5_write(file, "disagg-sections/lat", KR_H5_F64, 1, &x->npoints, x->lat));
out:
    return s;
}

kr_status kr_results_make_shares(kr_h5 *file, const kr_results_spec *p)
{
    kr_status s = KR_OK;
    const kr_results_shares *x = p->disagg->shares;
    if (x && x->sources) {
        KR_TRY(make_rates(file, p, "disagg-sources", x->nsources));
        KR_TRY(kr_h5_write_strings(file, "disagg-sources/id", x->source, x->nsources, false));
        KR_TRY(kr_h5_write_strings(file, "disagg-sources/tectonic_region", x->trt, x->nsources,
                                   false));
    }
    if (x && x->sections) {
        KR_TRY(make_rates(file, p, "disagg-sections", x->nsections));
        KR_TRY(write_sections(file, x));
    }
out:
    return s;
}

static double texts_bytes(const char *const *texts, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += 40 + (double)strlen(texts[i]);
    return sum;
}

double kr_results_shares_bytes(const kr_results_spec *p)
{
    const kr_results_shares *x = p->disagg->shares;
    double levels = (double)(p->sites->n * p->job->nimts * p->disagg->npoes), bytes = 0;
    if (x && x->sources)
        bytes += (8 * levels + 80) * (double)(x->nsources + 1) +
                 texts_bytes(x->source, x->nsources) + texts_bytes(x->trt, x->nsources);
    if (x && x->sections)
        bytes += (8 * levels + 80) * (double)(x->nsections + 1) +
                 texts_bytes(x->section, x->nsections) +
                 texts_bytes(x->section_name, x->nsections) + 9 * (double)x->nparts +
                 16 * (double)x->npoints;
    return x ? bytes + 16384 + 64 * levels : 0;
}

/* One level: rates[owner * nlevels + level]. */
static kr_status put_level(kr_results *r, const char *group, const size_t start[4], double total,
                           const double *rates, size_t n, size_t nlevels)
{
    kr_status s = KR_OK;
    const double years = r->spec.job->investigation_time, annual = total / years;
    double *row = NULL;
    char name[64];
    KR_NEW(row, r->ctx, KR_ACCOUNT_OUTPUT, n);
    for (size_t i = 0; i < n; i++)
        row[i] = rates[i * nlevels] / years;
    snprintf(name, sizeof name, "%s/rate", group);
    KR_TRY(kr_h5_write_slab(r->file, name, KR_H5_F64, start, (const size_t[]){1, 1, 1, n}, row));
    snprintf(name, sizeof name, "%s/total", group);
    KR_TRY(kr_h5_write_slab(r->file, name, KR_H5_F64, start, (const size_t[]){1, 1, 1}, &annual));
out:
    kr_free(row);
    return s;
}

kr_status kr_results_put_shares(kr_results *r, size_t site, size_t measure, size_t count,
                                const kr_disagg_sources *x)
{
    kr_status s = KR_OK;
    const kr_results_shares *to = r->spec.disagg->shares;
    size_t npoes = r->spec.disagg->npoes;
    for (size_t l = 0; l < count * npoes; l++) {
        const size_t start[4] = {site, measure + l / npoes, l % npoes, 0};
        double total = 0;
        for (size_t i = 0; i < x->nsources; i++)
            total += x->of_sources[i * x->nlevels + l];
        if (to->sources)
            KR_TRY(put_level(r, "disagg-sources", start, total, x->of_sources + l, x->nsources,
                             x->nlevels));
        if (to->sections)
            KR_TRY(put_level(r, "disagg-sections", start, total, x->of_sections + l, x->nsections,
                             x->nlevels));
    }
out:
    return s;
}
