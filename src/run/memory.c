#include "run/memory.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/str.h"
#include "input/json.h"
#include "kauri/run.h"
#include "run/text.h"
#include "run/timeline.h"

#include <fcntl.h>
#include <unistd.h>

static const char *const files[] = {"memory-top-down.svg", "memory-bottom-up.svg",
                                    "memory-timeline.csv", "memory-timeline.svg", "memory.json"};
enum { TOP_DOWN, BOTTOM_UP, TIMELINE, TIMELINE_DRAWN, JSON, FILES };

struct kr_memory_report {
    kr_ctx *ctx;
    kr_arena arena;
    const char *dir, *paths[FILES];
    size_t limit, needed;
    kr_timeline *timeline;
    double cost; /* processor seconds of the timeline */
};

kr_status kr_memory_take(kr_ctx *ctx, kr_arena *arena, kr_memory *out)
{
    kr_status s = KR_OK;
    *out = (kr_memory){
        .error = "", .wall = kr_phases_wall(ctx), .resident_peak = kr_ctx_resident_peak(ctx)};
    out->all = kr_ctx_memory(ctx);
    out->nphases = kr_phases(ctx, out->phases);
    size_t n = kr_ctx_peak(ctx, &out->peak, NULL, 0);
    KR_ANEW(out->holders, arena, n);
    out->nholders = kr_ctx_peak(ctx, &out->peak, out->holders, n);
    out->nholders = out->nholders < n ? out->nholders : n;
    for (int a = 0; a < KR_ACCOUNT_COUNT; a++)
        out->accounts[a] = kr_ctx_account(ctx, (kr_account)a);
    for (size_t i = 0; i < out->nholders; i++)
        out->held[out->holders[i].account] += out->holders[i].bytes;
out:
    return s;
}

int64_t kr_memory_outside(const kr_memory *m)
{
    return m->peak.resident ? (int64_t)m->peak.resident - m->peak.bytes : 0;
}

static kr_status name_files(kr_memory_report *r, const char *dir)
{
    kr_status s = KR_OK;
    KR_ASTR(r->dir, &r->arena, dir);
    for (int i = 0; i < FILES; i++) {
        r->paths[i] = kr_path_join(&r->arena, dir, files[i]);
        KR_TRY(r->paths[i] ? KR_OK : KR_ENOMEM);
    }
out:
    return s;
}

kr_status kr_memory_report_begin(kr_ctx *ctx, const char *dir, size_t limit, kr_memory_report **out)
{
    kr_status s = KR_OK;
    kr_memory_report *r;
    *out = NULL;
    KR_NEW(r, ctx, KR_ACCOUNT_OTHER, 1);
    *out = r;
    r->ctx = ctx;
    r->limit = limit;
    kr_arena_init(&r->arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(name_files(r, dir));
    KR_TRY(kr_make_dirs(ctx, dir));
    KR_TRY(kr_timeline_begin(ctx, r->paths[TIMELINE], &r->timeline));
    for (int i = 0; i < FILES; i++) /* those of an earlier run */
        if (i != TIMELINE)
            unlink(r->paths[i]);
out:
    return s;
}

static kr_status draw_timeline(const kr_memory_report *r, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    kr_timeline_point *points;
    size_t n;
    KR_TRY(kr_timeline_read(r->ctx, r->paths[TIMELINE], arena, &points, &n));
    kr_timeline_draw(points, n, (double)r->limit, out);
out:
    return s;
}

static kr_status write_one(const kr_memory_report *r, const kr_memory *m, kr_arena *arena, int file,
                           FILE *out)
{
    switch (file) {
    case JSON:
        kr_memory_json(m, out);
        return KR_OK;
    case TOP_DOWN:
    case BOTTOM_UP:
        return kr_memory_flame(m, arena, file == BOTTOM_UP, out);
    case TIMELINE_DRAWN:
        return draw_timeline(r, arena, out);
    default:
        return KR_OK;
    }
}

static kr_status write_file(const kr_memory_report *r, const kr_memory *m, kr_arena *arena, int i)
{
    kr_outfile out;
    kr_status s = kr_outfile_begin(r->ctx, r->paths[i], &out);
    if (s == KR_OK)
        s = write_one(r, m, arena, i, out.file);
    return kr_outfile_end(&out, s);
}

/* The JSON comes last: it holds what the others cost. */
static kr_status write_files(const kr_memory_report *r, kr_arena *arena, kr_status status)
{
    kr_status s = KR_OK;
    double began = kr_cpu_seconds();
    kr_memory m;
    KR_TRY(kr_memory_take(r->ctx, arena, &m));
    m.limit = r->limit;
    m.needed = r->needed;
    m.status = status;
    m.error = status == KR_OK ? "" : kr_ctx_error(r->ctx);
    for (int i = 0; i < FILES; i++)
        if (i != TIMELINE) {
            m.cost = r->cost + kr_cpu_seconds() - began;
            KR_TRY(write_file(r, &m, arena, i));
        }
out:
    return s;
}

void kr_memory_report_refuse(kr_memory_report *r, size_t bytes)
{
    if (r)
        r->needed = bytes;
}

kr_status kr_memory_report_end(kr_memory_report **report, kr_status status)
{
    kr_memory_report *r = *report;
    kr_arena arena;
    if (!r)
        return status;
    bool begun = r->timeline != NULL;
    kr_status s = kr_timeline_end(&r->timeline, &r->cost);
    kr_arena_init(&arena, r->ctx, KR_ACCOUNT_OTHER);
    if (begun) {
        kr_status written = write_files(r, &arena, status);
        s = s == KR_OK ? written : s;
    }
    if (begun && s == KR_OK)
        kr_info(r->ctx, "memory: report in %s: memory.json, memory-*.svg, memory-timeline.csv",
                r->dir);
    kr_arena_clear(&arena);
    kr_arena_clear(&r->arena);
    kr_free(r);
    *report = NULL;
    return status == KR_OK ? s : status;
}

void kr_memory_remove(const char *dir)
{
    int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; at >= 0 && i < FILES; i++)
        unlinkat(at, files[i], 0);
    if (at >= 0)
        close(at);
}

bool kr_memory_is_table(const char *name)
{
    return kr_str_eq(name, files[TIMELINE]);
}

bool kr_memory_in(kr_ctx *ctx, const char *dir)
{
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    const char *path = kr_path_join(&arena, dir, files[TIMELINE]);
    bool there = path && kr_file_exists(path);
    kr_arena_clear(&arena);
    return there;
}

/* For runs that were killed; those that end draw it themselves. */
kr_status kr_memory_draw(kr_ctx *ctx, const char *dir)
{
    kr_status s = KR_OK;
    kr_memory_report r = {.ctx = ctx};
    kr_arena arena;
    kr_arena_init(&r.arena, ctx, KR_ACCOUNT_OTHER);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(name_files(&r, dir));
    KR_TRY(write_file(&r, NULL, &arena, TIMELINE_DRAWN));
out:
    kr_arena_clear(&arena);
    kr_arena_clear(&r.arena);
    return s;
}

/* What cannot be read is told and stays no error: the results are another file. */
static void tell_error(kr_ctx *ctx, FILE *out)
{
    kr_text_row(out, "memory", "%s", kr_ctx_error(ctx));
    kr_ctx_clear_error(ctx);
}

static const char *text_in(const kr_value *dict, const char *key)
{
    const kr_value *v = kr_value_get(dict, key);
    return v && v->kind == KR_VALUE_TEXT ? v->text : "";
}

/* How the run ended that wrote the report, unless all is well. */
static void tell_end(kr_ctx *ctx, const char *json, kr_arena *arena, FILE *out)
{
    kr_value report;
    if (kr_json_read(ctx, json, arena, &report) != KR_OK) {
        tell_error(ctx, out);
        return;
    }
    const char *ended = text_in(&report, "ended"), *error = text_in(&report, "error");
    if (!ended[0] || kr_str_eq(ended, kr_status_text(KR_OK)))
        return;
    kr_text_row(out, "", "the run that wrote it ended: %s", ended);
    if (error[0] && !kr_str_eq(error, ended))
        kr_text_row(out, "", "%s", error);
}

void kr_memory_info(kr_ctx *ctx, const char *dir, FILE *out)
{
    kr_arena arena;
    kr_timeline_point *points = NULL;
    size_t n = 0, most = 0;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    const char *path = kr_path_join(&arena, dir, files[TIMELINE]);
    const char *json = kr_path_join(&arena, dir, files[JSON]);
    if (path && json && kr_file_exists(path) &&
        kr_timeline_read(ctx, path, &arena, &points, &n) != KR_OK)
        tell_error(ctx, out);
    if (n > 0) {
        for (size_t i = 1; i < n; i++)
            most = points[i].resident > points[most].resident ? i : most;
        kr_text_row(out, "memory",
                    "%s, accounted at most %.1f MB, resident %.1f MB (after %.1f s: %s)",
                    files[TIMELINE], points[n - 1].peak / 1e6, points[most].resident / 1e6,
                    points[most].seconds, points[most].phase);
        if (kr_file_exists(json))
            tell_end(ctx, json, &arena, out);
        else
            kr_text_row(out, "", "the run that wrote it was ended after %.1f s: %s",
                        points[n - 1].seconds, points[n - 1].phase);
    }
    kr_arena_clear(&arena);
}
