/* The integration distance: km as a function of tectonic region type and magnitude. */
#include "model/job_int.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

static const double lowest_mag = 2.5, greatest_mag = 10.2;

static const char distance_expected[] =
    "a distance in km, pairs [(magnitude, km), ...] or either of them by tectonic region type was "
    "expected";

/* ------------------------------------------------------------------ reading */

static kr_status distance_pairs(kr_job_reader *r, const kr_ini_entry *entry, const kr_value *list,
                                kr_magdist *out)
{
    kr_status s = KR_OK;

    if (list->n == 0)
        return kr_job_bad(r, entry, distance_expected);
    out->n = list->n;
    KR_ANEW(out->mag, r->arena, out->n);
    KR_ANEW(out->dist_km, r->arena, out->n);
    for (size_t i = 0; i < out->n; i++) {
        const kr_value *pair = &list->items[i];
        if (pair->kind != KR_VALUE_LIST || pair->n != 2 || !kr_value_is_number(&pair->items[0]) ||
            !kr_value_is_number(&pair->items[1]))
            return kr_job_bad(r, entry, distance_expected);
        out->mag[i] = pair->items[0].number;
        out->dist_km[i] = pair->items[1].number;
        if (!(out->mag[i] >= lowest_mag && out->mag[i] <= greatest_mag))
            return kr_fail_at(r->ctx, entry->file, pair->line,
                              "%s gives magnitude %g; magnitudes between %g and %g were expected",
                              entry->key, out->mag[i], lowest_mag, greatest_mag);
        if (i > 0 && out->mag[i] <= out->mag[i - 1])
            return kr_fail_at(r->ctx, entry->file, pair->line,
                              "the magnitudes of %s do not increase: %g comes after %g", entry->key,
                              out->mag[i], out->mag[i - 1]);
        if (!(out->dist_km[i] >= 0 && isfinite(out->dist_km[i])))
            return kr_fail_at(r->ctx, entry->file, pair->line,
                              "%s is %g km at magnitude %g; a number of 0 or more was expected",
                              entry->key, out->dist_km[i], out->mag[i]);
    }
out:
    return s;
}

static bool distance_cut_has(const kr_by_trt *by, const char *trt)
{
    for (size_t i = 0; i < by->n; i++)
        if (kr_str_eq(by->trt[i], trt))
            return true;
    return false;
}

static kr_status distance_read(kr_job_reader *r, const kr_ini_entry *entry, const char *trt,
                               const kr_value *value, kr_magdist *out)
{
    kr_status s = KR_OK;

    out->trt = trt;
    out->line = value->line;
    if (value->kind == KR_VALUE_LIST)
        return distance_pairs(r, entry, value, out);
    if (!kr_value_is_number(value))
        return kr_job_bad(r, entry, distance_expected);
    if (!(value->number >= 0 && isfinite(value->number)))
        return kr_fail_at(r->ctx, entry->file, value->line,
                          "%s is %g km; a number of 0 or more was expected", entry->key,
                          value->number);
    out->n = 2;
    KR_ANEW(out->mag, r->arena, 2);
    KR_ANEW(out->dist_km, r->arena, 2);
    out->mag[0] = lowest_mag;
    out->mag[1] = greatest_mag;
    out->dist_km[0] = out->dist_km[1] = value->number;
out:
    return s;
}

kr_status kr_job_set_maximum_distance(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_value value = {0};
    kr_job *job = r->job;

    KR_TRY(kr_job_literal(r, entry, &value));
    bool dict = value.kind == KR_VALUE_DICT;
    if (dict && value.n == 0)
        return kr_job_bad(r, entry, distance_expected);
    job->nmaximum_distance = dict ? value.n : 1;
    KR_ANEW(job->maximum_distance, r->arena, job->nmaximum_distance);
    for (size_t i = 0; i < job->nmaximum_distance; i++)
        KR_TRY(distance_read(r, entry, dict ? value.keys[i] : "default",
                             dict ? &value.items[i] : &value, &job->maximum_distance[i]));
out:
    return s;
}

/* Without a default the smallest of the values is it. */
kr_status kr_job_set_minimum_magnitude(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    kr_by_trt by = {0}, *out = &r->job->minimum_magnitude;
    double least = HUGE_VAL;
    bool has_default = false;

    KR_TRY(kr_job_by_trt(r, entry, &by));
    for (size_t i = 0; i < by.n; i++) {
        least = fmin(least, by.value[i]);
        has_default |= kr_str_eq(by.trt[i], "default");
    }
    out->n = by.n + !has_default;
    KR_ANEW(out->trt, r->arena, out->n);
    KR_ANEW(out->value, r->arena, out->n);
    for (size_t i = 0; i < by.n; i++) {
        out->trt[i] = by.trt[i];
        out->value[i] = by.value[i];
    }
    if (!has_default) {
        out->trt[by.n] = "default";
        out->value[by.n] = least;
    }
out:
    return s;
}

/* ------------------------------------------------------------------ the cut */

static const kr_magdist *distance_find(const kr_magdist *list, size_t n, const char *trt)
{
    for (size_t i = 0; i < n; i++)
        if (kr_str_eq(list[i].trt, trt))
            return &list[i];
    return NULL;
}

/* Without a default the entry that reaches farthest is it. */
static const kr_magdist *distance_default(const kr_magdist *list, size_t n)
{
    const kr_magdist *best = distance_find(list, n, "default");
    double farthest = -1;

    for (size_t i = 0; !best && i < n; i++)
        for (size_t k = 0; k < list[i].n; k++)
            farthest = fmax(farthest, list[i].dist_km[k]);
    for (size_t i = 0; !best && i < n; i++)
        for (size_t k = 0; !best && k < list[i].n; k++)
            if (list[i].dist_km[k] == farthest)
                best = &list[i];
    return best;
}

/* The part at and above a magnitude, beginning with that magnitude. */
static kr_status distance_cut(kr_job_reader *r, const kr_magdist *from, const char *trt,
                              double least, kr_magdist *out)
{
    kr_status s = KR_OK;
    const kr_ini_entry *entry = kr_job_entry(r, "minimum_magnitude");
    size_t first = 0;

    *out = (kr_magdist){.trt = trt};
    while (first < from->n && from->mag[first] < least)
        first++;
    if (first == from->n)
        return kr_fail_at(r->ctx, entry ? entry->file : r->job->path, entry ? entry->line : 0,
                          "minimum_magnitude of '%s' is %g; maximum_distance ends at magnitude %g",
                          trt, least, from->mag[from->n - 1]);
    KR_ANEW(out->mag, r->arena, from->n + 1);
    KR_ANEW(out->dist_km, r->arena, from->n + 1);
    if (least > 0 && least < from->mag[first]) {
        out->mag[0] = least;
        out->dist_km[0] = kr_magdist_at(from, least); /* 0 below the first magnitude */
        out->n = 1;
    }
    for (size_t i = first; i < from->n; i++) {
        out->mag[out->n] = from->mag[i];
        out->dist_km[out->n++] = from->dist_km[i];
    }
out:
    return s;
}

/* Named types first, from the uncut default; the default last. */
kr_status kr_job_cut_distance(kr_job_reader *r)
{
    kr_status s = KR_OK;
    kr_job *job = r->job;
    const kr_by_trt *least = &job->minimum_magnitude;
    const kr_magdist *old = job->maximum_distance;
    size_t nold = job->nmaximum_distance, n = 0;
    kr_magdist *cut = NULL;
    const kr_magdist *rest = distance_default(old, nold);

    KR_ANEW(cut, r->arena, nold + least->n + 1);
    for (size_t i = 0; i < nold; i++)
        if (!kr_str_eq(old[i].trt, "default")) {
            KR_TRY(
                distance_cut(r, &old[i], old[i].trt, kr_by_trt_get(least, old[i].trt, 0), &cut[n]));
            cut[n++].line = distance_cut_has(least, old[i].trt) ? 0 : old[i].line;
        }
    for (size_t i = 0; i < least->n; i++)
        if (!kr_str_eq(least->trt[i], "default") && !distance_find(old, nold, least->trt[i]) &&
            least->value[i] > 0)
            KR_TRY(distance_cut(r, rest, least->trt[i], least->value[i], &cut[n++]));
    KR_TRY(distance_cut(r, rest, "default", kr_by_trt_get(least, "default", 0), &cut[n++]));
    job->maximum_distance = cut;
    job->nmaximum_distance = n;
out:
    return s;
}

/* ------------------------------------------------------------------ asking */

const kr_magdist *kr_job_magdist(const kr_job *job, const char *trt)
{
    const kr_magdist *found = distance_find(job->maximum_distance, job->nmaximum_distance, trt);

    return found ? found : distance_find(job->maximum_distance, job->nmaximum_distance, "default");
}

double kr_magdist_at(const kr_magdist *entry, double mag)
{
    const double *x = entry->mag, *y = entry->dist_km;
    size_t i = 0;

    if (!(mag >= x[0] && mag <= x[entry->n - 1]))
        return 0;
    while (i + 1 < entry->n && x[i + 1] <= mag)
        i++;
    if (i + 1 == entry->n)
        return y[i];
    double slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
    return slope * (mag - x[i]) + y[i];
}

double kr_by_trt_get(const kr_by_trt *by, const char *trt, double fallback)
{
    double value = fallback;

    for (size_t i = 0; i < by->n; i++) {
        if (kr_str_eq(by->trt[i], trt))
            return by->value[i];
        if (kr_str_eq(by->trt[i], "default"))
            value = by->value[i];
    }
    return value;
}
