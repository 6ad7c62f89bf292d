/* performance_data and the group performance/ of results.h5. The former has the fields of the
 * reference: operation, time_sec, memory_mb, counts, task_no. */
#include "output/performance.h"

#include "kauri/version.h"
#include "output/stored_int.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { OPERATION_BYTES = 50, UNITS = 2 };

static const double MIB = 1048576;

/* What `performance` has of each phase in an array of its own: X(name, HDF5's type, C's type). */
#define PHASE_NUMBERS(X)                                                                           \
    X(wall, KR_H5_F64, double)                                                                     \
    X(cpu, KR_H5_F64, double)                                                                      \
    X(times, KR_H5_I64, int64_t)                                                                   \
    X(accounted, KR_H5_I64, int64_t)                                                               \
    X(accounted_peak, KR_H5_I64, int64_t)                                                          \
    X(resident, KR_H5_I64, int64_t)                                                                \
    X(grown, KR_H5_I64, int64_t)

/* Attributes of the group: X(name, where p has it, the most that it can be). */
#define TOTALS(X)                                                                                  \
    X(wall, p->wall, 1e18)                                                                         \
    X(cpu, p->cpu, 1e18)                                                                           \
    X(threads, p->threads, 1e6)                                                                    \
    X(accounted_peak, p->accounted_peak, 1e18)                                                     \
    X(resident_peak, p->resident_peak, 1e18)                                                       \
    X(contexts, p->work.contexts, 1e300)                                                           \
    X(computed, p->work.computed, 1e300)                                                           \
    X(means, p->work.means, 1e300)                                                                 \
    X(exceedances, p->work.exceedances, 1e300)                                                     \
    X(products, p->work.products, 1e300)

/* ------------------------------------------------------------------ writing */

/* Memory is what the process grew by in the phase, the mean of its times. */
static kr_status write_rows(kr_h5 *file, const kr_performance *p)
{
    kr_status s = KR_OK;
    size_t n = p->nphases;
    char operation[KR_PHASES_MAX * OPERATION_BYTES] = {0}, name[OPERATION_BYTES];
    double seconds[KR_PHASES_MAX], memory[KR_PHASES_MAX];
    int64_t counts[KR_PHASES_MAX];
    int16_t task[KR_PHASES_MAX];
    for (size_t i = 0; i < n; i++) {
        const kr_phase_use *use = &p->phases[i];
        snprintf(name, sizeof name, "%s", use->name);
        memcpy(operation + i * OPERATION_BYTES, name, strlen(name));
        seconds[i] = use->wall;
        memory[i] = use->times ? (double)use->grown / (double)use->times / MIB : 0;
        counts[i] = (int64_t)use->times;
        task[i] = -1; /* no task's, but the whole run's */
    }
    const kr_h5_column columns[] = {
        {.name = "operation", .text_bytes = OPERATION_BYTES, .values = operation},
        {.name = "time_sec", .type = KR_H5_F64, .values = seconds},
        {.name = "memory_mb", .type = KR_H5_F64, .values = memory},
        {.name = "counts", .type = KR_H5_I64, .values = counts},
        {.name = "task_no", .type = KR_H5_I16, .values = task}};
    KR_TRY(
        kr_h5_write_rows(file, "performance_data", columns, sizeof columns / sizeof columns[0], n));
out:
    return s;
}

static kr_status write_phases(kr_h5 *file, const kr_performance *p)
{
    kr_status s = KR_OK;
    const char *names[KR_PHASES_MAX];
    for (size_t i = 0; i < p->nphases; i++)
        names[i] = p->phases[i].name;
    KR_TRY(kr_h5_write_strings(file, "performance/phase", names, p->nphases, false));
#define X(what, type, ctype)                                                                       \
    {                                                                                              \
        ctype x[KR_PHASES_MAX];                                                                    \
        for (size_t i = 0; i < p->nphases; i++)                                                    \
            x[i] = (ctype)p->phases[i].what;                                                       \
        KR_TRY(kr_h5_write(file, "performance/" #what, type, 1, &p->nphases, x));                  \
    }
    PHASE_NUMBERS(X)
#undef X
out:
    return s;
}

static kr_status write_units(kr_h5 *file, const kr_performance *p)
{
    kr_status s = KR_OK;
    static const char *const of[UNITS] = {"hazard", "statistics"};
    const kr_spread *spreads[UNITS] = {&p->work.units, &p->sites};
    const size_t n = UNITS;
    const char *slowest[UNITS];
    int64_t number[UNITS];
    double mean[UNITS], deviation[UNITS], least[UNITS], most[UNITS];
    for (size_t i = 0; i < n; i++) {
        number[i] = (int64_t)spreads[i]->n;
        mean[i] = spreads[i]->mean;
        deviation[i] = kr_spread_deviation(spreads[i]);
        least[i] = spreads[i]->least;
        most[i] = spreads[i]->most;
        slowest[i] = spreads[i]->slowest;
    }
    KR_TRY(kr_h5_write_strings(file, "performance/units/of", of, n, false));
    KR_TRY(kr_h5_write(file, "performance/units/number", KR_H5_I64, 1, &n, number));
    KR_TRY(kr_h5_write(file, "performance/units/mean", KR_H5_F64, 1, &n, mean));
    KR_TRY(kr_h5_write(file, "performance/units/deviation", KR_H5_F64, 1, &n, deviation));
    KR_TRY(kr_h5_write(file, "performance/units/least", KR_H5_F64, 1, &n, least));
    KR_TRY(kr_h5_write(file, "performance/units/most", KR_H5_F64, 1, &n, most));
    KR_TRY(kr_h5_write_strings(file, "performance/units/slowest", slowest, n, false));
out:
    return s;
}

/* The flame graph, or how large it would have been. */
static kr_status write_flame(kr_h5 *file, const kr_performance *p)
{
    if (!p->flame)
        return KR_OK;
    if (p->flame_bytes > KR_FLAME_BYTES_MAX)
        return kr_h5_set_attr_double(file, "performance", "flame_left_out", (double)p->flame_bytes);
    return kr_h5_write(file, "performance/flame", KR_H5_U8, 1, &p->flame_bytes, p->flame);
}

kr_status kr_performance_write(kr_h5 *file, const kr_performance *p, const char *isa)
{
    kr_status s = KR_OK;
    KR_TRY(write_rows(file, p));
    KR_TRY(write_phases(file, p));
    KR_TRY(write_units(file, p));
    KR_TRY(write_flame(file, p));
#define X(what, place, most)                                                                       \
    KR_TRY(kr_h5_set_attr_double(file, "performance", #what, (double)(place)));
    TOTALS(X)
#undef X
    KR_TRY(kr_h5_set_attr_text(file, "performance", "isa", isa));
    KR_TRY(kr_h5_set_attr_text(file, "performance", "engine_version", "Kauri " KAURI_VERSION));
out:
    return s;
}

/* ------------------------------------------------------------------ reading */

static kr_status read_phases(const kr_reader *r, kr_performance *out)
{
    kr_status s = KR_OK;
    const char **names;
    size_t n;
    KR_TRY(kr_reader_count(r, "performance/phase", &n));
    if (n > KR_PHASES_MAX)
        return kr_reader_damaged(r, "performance/phase");
    KR_TRY(kr_reader_texts(r, "performance/phase", n, &names));
    out->nphases = n;
    for (size_t i = 0; i < n; i++)
        out->phases[i].name = names[i];
#define X(what, type, ctype)                                                                       \
    {                                                                                              \
        ctype *x;                                                                                  \
        KR_TRY(kr_reader_numbers(r, "performance/" #what, type, n, &x));                           \
        for (size_t i = 0; i < n; i++)                                                             \
            out->phases[i].what = (__typeof__(out->phases[i].what))x[i];                           \
    }
    PHASE_NUMBERS(X)
#undef X
out:
    return s;
}

static kr_status read_units(const kr_reader *r, kr_performance *out)
{
    kr_status s = KR_OK;
    kr_spread *spreads[UNITS] = {&out->work.units, &out->sites};
    const char **slowest;
    int64_t *number;
    double *mean, *deviation, *least, *most;
    KR_TRY(kr_reader_numbers(r, "performance/units/number", KR_H5_I64, UNITS, &number));
    KR_TRY(kr_reader_numbers(r, "performance/units/mean", KR_H5_F64, UNITS, &mean));
    KR_TRY(kr_reader_numbers(r, "performance/units/deviation", KR_H5_F64, UNITS, &deviation));
    KR_TRY(kr_reader_numbers(r, "performance/units/least", KR_H5_F64, UNITS, &least));
    KR_TRY(kr_reader_numbers(r, "performance/units/most", KR_H5_F64, UNITS, &most));
    KR_TRY(kr_reader_texts(r, "performance/units/slowest", UNITS, &slowest));
    for (size_t i = 0; i < UNITS; i++) {
        kr_spread *x = spreads[i];
        if (number[i] < 0)
            return kr_reader_damaged(r, "performance/units/number");
        *x = (kr_spread){
            .n = (size_t)number[i], .mean = mean[i], .least = least[i], .most = most[i]};
        x->squares = x->n > 1 ? deviation[i] * deviation[i] * (double)(x->n - 1) : 0;
        snprintf(x->slowest, sizeof x->slowest, "%s", slowest[i]);
    }
out:
    return s;
}

static kr_status read_totals(const kr_reader *r, kr_performance *p)
{
    kr_status s = KR_OK;
    double x;
    bool found;
#define X(what, place, most)                                                                       \
    KR_TRY(kr_h5_attr_double(r->file, "performance", #what, &x, &found));                          \
    if (!found || !(x >= 0 && x <= (most)))                                                        \
        return kr_reader_damaged(r, "performance");                                                \
    (place) = (__typeof__(place))x;
    TOTALS(X)
#undef X
out:
    return s;
}

kr_status kr_performance_read(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena,
                              kr_performance *out)
{
    kr_status s = KR_OK;
    const kr_reader r = {.ctx = ctx, .path = path, .file = file, .arena = arena};
    *out = (kr_performance){.nphases = 0};
    if (!kr_h5_exists(file, "performance/phase"))
        return KR_OK;
    KR_TRY(read_phases(&r, out));
    KR_TRY(read_units(&r, out));
    KR_TRY(read_totals(&r, out));
out:
    return s;
}
