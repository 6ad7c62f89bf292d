/* Intensity measures and their levels. */
#include "model/job_int.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

/* A first level of 0 stands for this one. */
static const double smallest_level = 1e-10;

typedef struct measure {
    kr_imt imt;
    double *levels;
    size_t n;
} measure;

static kr_status levels_parse_measure(kr_job_reader *r, const kr_ini_entry *entry, int line,
                                      const char *text, kr_imt *out)
{
    if (kr_imt_parse(text, out))
        return KR_OK;
    return kr_fail_at(r->ctx, entry->file, line,
                      "'%.40s' is no intensity measure; PGA, PGV, SA(0.1) or the like was expected",
                      text);
}

static kr_status levels_check(kr_job_reader *r, const kr_ini_entry *entry, const kr_value *value,
                              measure *m)
{
    const char *name = m->imt.name;

    if (m->n == 0)
        return kr_fail_at(r->ctx, entry->file, value->line,
                          "%s has no levels; at least one was expected", name);
    if (m->levels[0] == 0) {
        if (m->n < 2 || !(m->levels[1] > smallest_level))
            return kr_fail_at(r->ctx, entry->file, value->line,
                              "the levels of %s begin with 0; a first level above 0 was expected",
                              name);
        m->levels[0] = smallest_level;
    }
    for (size_t i = 0; i < m->n; i++) {
        double x = m->levels[i];
        if (!(x > 0 && isfinite(x)))
            return kr_fail_at(r->ctx, entry->file, value->line,
                              "level %zu of %s is %g; a number above 0 was expected", i + 1, name,
                              x);
        if (i > 0 && x <= m->levels[i - 1])
            return kr_fail_at(r->ctx, entry->file, value->line,
                              "the levels of %s do not increase: %g comes after %g", name, x,
                              m->levels[i - 1]);
    }
    return KR_OK;
}

static kr_status levels_read_measure(kr_job_reader *r, const kr_ini_entry *entry, const char *text,
                                     const kr_value *value, measure *m)
{
    kr_status s = KR_OK;

    KR_TRY(levels_parse_measure(r, entry, value->line, text, &m->imt));
    if (value->kind != KR_VALUE_LIST)
        return kr_fail_at(r->ctx, entry->file, value->line,
                          "the levels of %s are no list; [0.01, 0.1] or logscale(0.01, 2, 20) was "
                          "expected",
                          m->imt.name);
    m->n = value->n;
    KR_ANEW(m->levels, r->arena, m->n);
    for (size_t i = 0; i < m->n; i++) {
        if (!kr_value_is_number(&value->items[i]))
            return kr_fail_at(r->ctx, entry->file, value->items[i].line,
                              "level %zu of %s is no number", i + 1, m->imt.name);
        m->levels[i] = value->items[i].number;
    }
    KR_TRY(levels_check(r, entry, value, m));
out:
    return s;
}

/* By increasing period; measures of equal period keep their order. */
static void levels_sort(measure *m, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        measure moved = m[i];
        double order = kr_imt_order(&moved.imt);
        size_t k = i;
        for (; k > 0 && kr_imt_order(&m[k - 1].imt) > order; k--)
            m[k] = m[k - 1];
        m[k] = moved;
    }
}

static kr_status levels_keep(kr_job_reader *r, const kr_ini_entry *entry, measure *m, size_t n)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;

    for (size_t i = 0; i < n; i++) {
        if (m[i].n != m[0].n)
            return kr_fail_at(r->ctx, entry->file, entry->line,
                              "%s has %zu levels and %s has %zu; every measure must have as many",
                              m[0].imt.name, m[0].n, m[i].imt.name, m[i].n);
        for (size_t k = 0; k < i; k++)
            if (kr_str_eq(m[k].imt.name, m[i].imt.name))
                return kr_fail_at(r->ctx, entry->file, entry->line,
                                  "%s is given twice; keep one of the two", m[i].imt.name);
    }
    levels_sort(m, n);
    job->nimts = n;
    job->nlevels = m[0].n;
    KR_ANEW(job->imts, r->arena, n);
    KR_ANEW(job->levels, r->arena, n * job->nlevels);
    for (size_t i = 0; i < n; i++) {
        job->imts[i] = m[i].imt;
        memcpy(job->levels + i * job->nlevels, m[i].levels, job->nlevels * sizeof *job->levels);
    }
out:
    return s;
}

/* One level a measure: {"PGA": 0.1}. */
static kr_status levels_read_iml(kr_job_reader *r, const kr_ini_entry *entry, const kr_value *value,
                                 measure *m)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < value->n; i++) {
        const kr_value *item = &value->items[i];
        KR_TRY(levels_parse_measure(r, entry, item->line, value->keys[i], &m[i].imt));
        if (!kr_value_is_number(item))
            return kr_fail_at(r->ctx, entry->file, item->line, "the level of %s is no number",
                              m[i].imt.name);
        KR_ANEW(m[i].levels, r->arena, 1);
        m[i].levels[0] = item->number;
        m[i].n = 1;
        KR_TRY(levels_check(r, entry, item, &m[i]));
    }
out:
    return s;
}

kr_status kr_job_set_iml(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;
    kr_value value = {0};
    measure *m = NULL;

    KR_TRY(kr_job_literal(r, entry, &value));
    if (value.kind != KR_VALUE_DICT || value.n != job->nimts)
        return kr_job_bad(r, entry,
                          "one level for each measure of the run was expected, as in "
                          "{\"PGA\": 0.1}");
    KR_ANEW(m, r->arena, value.n);
    KR_TRY(levels_read_iml(r, entry, &value, m));
    KR_ANEW(job->disagg.levels.x, r->arena, value.n);
    job->disagg.levels.n = value.n;
    for (size_t i = 0; i < job->nimts; i++) {
        size_t k = 0;
        while (k < value.n && !kr_str_eq(m[k].imt.name, job->imts[i].name))
            k++;
        if (k == value.n)
            return kr_fail_at(r->ctx, entry->file, entry->line,
                              "%s gives no level of %s, which the run has", entry->key,
                              job->imts[i].name);
        job->disagg.levels.x[i] = m[k].levels[0];
    }
out:
    return s;
}

/* level_count: so many levels in equal ratios between the first and the last of each measure. */
static kr_status levels_count(kr_job_reader *r)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;
    size_t n = job->level_count, old = job->nlevels;
    double *levels;

    if (n == 0)
        return KR_OK;
    if (n < 2 || old < 2)
        return kr_job_bad(r, kr_job_entry(r, "level_count"),
                          "2 or more, of a job with 2 levels or more, was expected");
    KR_ANEW(levels, r->arena, job->nimts * n);
    for (size_t m = 0; m < job->nimts; m++) {
        double first = job->levels[m * old], last = job->levels[m * old + old - 1];
        for (size_t i = 0; i < n; i++)
            levels[m * n + i] = first * pow(last / first, (double)i / (double)(n - 1));
        levels[m * n + n - 1] = last;
    }
    job->levels = levels;
    job->nlevels = n;
out:
    return s;
}

kr_status kr_job_set_levels(kr_job_reader *r)
{
    kr_status s = KR_OK;
    const kr_ini_entry *entry = r->iml_disagg ? r->iml_disagg : r->levels;
    kr_value value = {0};
    measure *m = NULL;

    if (r->iml_disagg && r->levels)
        return kr_fail_at(r->ctx, r->levels->file, r->levels->line,
                          "%s and iml_disagg are both given; keep one of the two", r->levels->key);
    if (!entry)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "intensity_measure_types_and_levels is missing; write it as in "
                          "{\"PGA\": logscale(0.005, 2.13, 45)}");
    KR_TRY(kr_job_literal(r, entry, &value));
    if (value.kind != KR_VALUE_DICT || value.n == 0)
        return kr_job_bad(r, entry,
                          "levels by measure were expected, as in {\"PGA\": [0.01, 0.1]}");
    if (value.n > 1000)
        return kr_fail_at(r->ctx, entry->file, entry->line,
                          "%s holds %zu measures; at most 1000 are read", entry->key, value.n);
    KR_ANEW(m, r->arena, value.n);
    if (r->iml_disagg)
        KR_TRY(levels_read_iml(r, entry, &value, m));
    for (size_t i = 0; !r->iml_disagg && i < value.n; i++)
        KR_TRY(levels_read_measure(r, entry, value.keys[i], &value.items[i], &m[i]));
    KR_TRY(levels_keep(r, entry, m, value.n));
    KR_TRY(levels_count(r));
out:
    return s;
}
